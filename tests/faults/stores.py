"""The stores that the faults are tried on. Another one is one more entry of ``HOMES``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.ports.store import Store


class Home(Protocol):
    """A place for stores of one kind."""

    def fresh(self) -> Store:
        """An empty store; the one before it is done with."""

    def close(self) -> None:
        """Nothing here is needed any more."""


class MemoryHome:
    """Stores in memory."""

    def __init__(self, folder: Path) -> None:
        pass

    def fresh(self) -> Store:
        return MemoryStore()

    def close(self) -> None:
        pass


class SqliteHome:
    """Stores in a file, which do not wait for the disk: no process is killed where one is simulated."""

    def __init__(self, folder: Path) -> None:
        self._path, self._empty = folder / "cases.db", folder / "empty.db"
        SqliteStore(self._empty, durability="normal").close()
        self._store: SqliteStore | None = None

    def fresh(self) -> Store:
        self.close()
        shutil.copyfile(self._empty, self._path)
        self._store = SqliteStore(self._path, durability="normal")
        return self._store

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
        for path in self._path.parent.glob("cases.db*"):
            path.unlink()


HOMES: dict[str, type[MemoryHome] | type[SqliteHome]] = {"memory": MemoryHome, "sqlite": SqliteHome}
