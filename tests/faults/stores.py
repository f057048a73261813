"""The stores that the faults are tried on.

Another one is one more class, and one more entry of ``HOMES``; of ``DURABLE``, too, if it outlives its process.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, Self

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.ports.store import Store
from faults.postgres_home import PostgresHome


class Home(Protocol):
    """A place for stores of one kind, in which one is at a time."""

    def fresh(self) -> Store:
        """An empty store; the one before it is done with. It need not survive a loss of power."""

    def close(self) -> None:
        """Nothing here is needed any more."""


class DurableStore(Store, Protocol):
    """One that can be closed, and opened again."""

    def __enter__(self) -> Self:
        """Itself."""

    def __exit__(self, *_: object) -> None:
        """Close it."""

    def close(self) -> None:
        """Close it."""


class DurableHome(Home, Protocol):
    """A place for stores that outlive their processes."""

    def fresh(self) -> DurableStore:
        """An empty store; the one before it is done with."""

    @property
    def where(self) -> str:
        """What ``open`` needs to know to find it from another process."""

    def keep(self) -> None:
        """Remember what the store holds, for ``bring_back``."""

    def bring_back(self) -> None:
        """Let the store hold that again; nobody has it open."""

    @staticmethod
    def open(where: str, *, durable: bool, wait_ms: int = 20_000) -> DurableStore:
        """One more store on the same cases, with all the durability there is or with little."""

    @staticmethod
    def trace(store: Store, statement: Callable[[str], None]) -> None:
        """Let the store tell of each statement of this thread before it runs."""


class MemoryHome:
    """Stores in memory."""

    def __init__(self, folder: Path, dsn: Callable[[], str]) -> None:
        pass

    def fresh(self) -> Store:
        return MemoryStore()

    def close(self) -> None:
        pass


class SqliteHome:
    """Stores in a file."""

    def __init__(self, folder: Path, dsn: Callable[[], str]) -> None:
        self._path, self._empty, self._kept = (folder / name for name in ("cases.db", "empty.db", "kept.db"))
        SqliteStore(self._empty, durability="normal").close()
        self._store: SqliteStore | None = None

    def fresh(self) -> SqliteStore:
        self._replace_by(self._empty)
        self._store = self.open(self.where, durable=False)
        return self._store

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    @property
    def where(self) -> str:
        return str(self._path)

    def keep(self) -> None:
        self.close()
        shutil.copyfile(self._path, self._kept)

    def bring_back(self) -> None:
        self._replace_by(self._kept)

    @staticmethod
    def open(where: str, *, durable: bool, wait_ms: int = 20_000) -> SqliteStore:
        return SqliteStore(where, durability="full" if durable else "normal", busy_ms=wait_ms)

    @staticmethod
    def trace(store: Store, statement: Callable[[str], None]) -> None:
        assert isinstance(store, SqliteStore)
        store._connections.run(lambda connection: connection.set_trace_callback(statement))

    def _replace_by(self, source: Path) -> None:
        self.close()
        for path in self._path.parent.glob(f"{self._path.name}*"):
            path.unlink()
        shutil.copyfile(source, self._path)


DURABLE: dict[str, type[SqliteHome] | type[PostgresHome]] = {"sqlite": SqliteHome, "postgres": PostgresHome}
HOMES: dict[str, type[MemoryHome] | type[SqliteHome] | type[PostgresHome]] = {"memory": MemoryHome, **DURABLE}
