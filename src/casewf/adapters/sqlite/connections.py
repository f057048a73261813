"""Connections to one database file: opened with care, one per thread, and their errors put into words."""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, TypeVar

from casewf.adapters.sqlite import schema, upgrade
from casewf.adapters.sqlite.errors import explained, inside_already
from casewf.errors import AdapterError

Durability: TypeAlias = Literal["full", "normal"]

_T = TypeVar("_T")


class Access(Protocol):
    """How a store comes by its database, and what ``path`` it is called by in errors."""

    @property
    def path(self) -> str:
        """The database file."""

    def run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """The result of ``work``; each statement stands alone."""

    def read(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """The result of ``work``, whose statements all see the database at one instant."""

    def write(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """The result of ``work``, whose statements are all kept, or none is (M6)."""

    def grouped(self) -> AbstractContextManager[Access]:
        """Access to one transaction, committed when the block ends, undone when it raises.

        Raises:
            AdapterError: this is inside a transaction already.
        """

    def close(self) -> None:
        """Work on it no more."""


class Connections:
    """The connections of one store: one per thread, from its first use on; a forked child gets new ones."""

    def __init__(self, path: str | os.PathLike[str], durability: Durability, busy_ms: int) -> None:
        self.path = _checked(path)
        self._uri = Path(self.path).absolute().as_uri()
        self._durability = durability
        self._busy_ms = busy_ms
        self._lock = threading.Lock()
        self._local = threading.local()
        self._process = os.getpid()
        self._open: dict[threading.Thread, sqlite3.Connection] = {}
        self._spare: list[sqlite3.Connection] = []
        self._inherited: list[sqlite3.Connection] = []
        self._closed = False
        self._grouping: set[int] = set()
        self._prepare()

    def run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """The result of ``work`` on this thread's connection; each statement stands alone.

        Raises:
            AdapterError: the database failed, or the store is closed.
        """
        with _explaining(self.path):
            return work(self._mine())

    def read(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """The result of ``work``, whose statements all see the database at one instant."""
        return self.run(lambda connection: _transaction(connection, "BEGIN", work))

    def write(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """The result of ``work``, whose statements all come true when this returns, or none does (M6, D1).

        Raises:
            AdapterError: this thread has begun a batch, which keeps every other writer waiting.
        """
        self._check_free()
        return self.run(lambda connection: _transaction(connection, "BEGIN IMMEDIATE", work))

    @contextmanager
    def grouped(self) -> Iterator[Grouped]:
        """Access to one transaction on its own connection, committed when the block ends, undone when it raises."""
        self._check_free()
        mine = threading.get_ident()
        with ExitStack() as stack:
            with _explaining(self.path):
                connection = stack.enter_context(closing(self._nobodys()))  # undoes what is not committed
                connection.execute("BEGIN IMMEDIATE")
            grouped = Grouped(connection, self.path)
            self._grouping.add(mine)
            try:
                yield grouped
            finally:
                self._grouping.discard(mine)
                grouped.close()
            with _explaining(self.path):
                connection.execute("COMMIT")
            stack.pop_all()
            self._keep(connection)

    def close(self) -> None:
        """Close the connections of all threads; closing twice is allowed."""
        with self._lock:
            self._closed = True
            if self._process == os.getpid():
                for connection in (*self._open.values(), *self._spare):
                    connection.close()
            self._open.clear()
            self._spare.clear()
            self._local = threading.local()

    def _check_free(self) -> None:
        if threading.get_ident() in self._grouping:
            raise AdapterError(
                f"{self.path}: this thread has begun a batch on this store; use the engine, or the store, that it gave"
            )

    def _mine(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None or self._process != os.getpid():
            connection = self._local.connection = self._add()
        return connection

    def _add(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise self._is_closed()
            self._leave_the_parents()
            for thread in [thread for thread in self._open if not thread.is_alive()]:
                self._open.pop(thread).close()
            connection = self._open[threading.current_thread()] = self._connect()
            _unless_locked(connection, "PRAGMA journal_mode = WAL")
            return connection

    def _leave_the_parents(self) -> None:
        """SQLite forbids to use, even to close, a connection that was opened before the fork."""
        if self._process != os.getpid():
            self._inherited.extend((*self._open.values(), *self._spare))
            self._open.clear()
            self._spare.clear()
            self._process = os.getpid()

    def _nobodys(self) -> sqlite3.Connection:
        """A connection that no thread has: one that an earlier batch has left, or a new one."""
        with self._lock:
            if self._closed:
                raise self._is_closed()
            self._leave_the_parents()
            if self._spare:
                return self._spare.pop()
        connection = self._connect()
        _unless_locked(connection, "PRAGMA journal_mode = WAL")
        return connection

    def _keep(self, connection: sqlite3.Connection) -> None:
        """For the next batch."""
        with self._lock:
            if self._closed:
                connection.close()
            else:
                self._spare.append(connection)

    def _is_closed(self) -> AdapterError:
        return AdapterError(f"{self.path}: the store was closed; make a new SqliteStore")

    def _connect(self, mode: str = "rw") -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self._uri}?mode={mode}",
            uri=True,
            timeout=self._busy_ms / 1000,
            isolation_level=None,
            check_same_thread=False,  # close() comes from any thread; all else stays in its own
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA synchronous = {self._durability.upper()}")
        connection.execute("PRAGMA secure_delete = ON")  # an erased vault row leaves no bytes behind (D5)
        return connection

    def _prepare(self) -> None:
        """Make, check or upgrade the file, so that a wrong one is told at once and left as it is."""
        where = self.path
        try:
            if not Path(self.path).exists():
                Path(self.path).touch()
            with closing(self._connect("ro")) as probe:
                found = _transaction(probe, "BEGIN", lambda own: schema.format_of(own, self.path))
            with closing(self._connect()) as connection:
                if 0 < found < schema.FORMAT:
                    where = f"{self.path} (storage format {found}, to be upgraded)"
                if found != schema.FORMAT:
                    _transaction(connection, "BEGIN EXCLUSIVE", lambda own: upgrade.bring_up(own, self.path))
                _unless_locked(connection, "DELETE FROM meta WHERE 0")  # read-only is told now, not later
        except sqlite3.Error as error:
            raise explained(error, where) from error
        except UnicodeDecodeError as error:
            raise AdapterError(f"{self.path} is damaged: {error}; restore it from a backup") from error
        except OSError as error:
            raise AdapterError(
                f"{self.path} cannot be created ({error}); choose a path that may be written"
            ) from error


class Grouped:
    """One open transaction, with the same ways to work on it as ``Connections``: each write is a savepoint in it."""

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self.path = path
        self._connection = connection
        self._thread = threading.get_ident()
        self._is_over = False

    def run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """The result of ``work``."""
        if threading.get_ident() != self._thread:
            raise AdapterError(
                f"{self.path}: a batch is for the thread that has begun it; let each begin its own"
            )
        if self._is_over or not self._connection.in_transaction:
            raise AdapterError(
                f"{self.path}: the batch has ended, and was committed or undone; make a new one"
            )
        with _explaining(self.path):
            return work(self._connection)

    read = run

    def write(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """The result of ``work``, whose statements all become part of the transaction, or none does (M6)."""
        return self.run(lambda connection: in_savepoint(connection, work))

    def grouped(self) -> AbstractContextManager[Access]:
        """Refused."""
        raise inside_already(self.path)

    def close(self) -> None:
        """Work on it no more; the transaction is not its own."""
        self._is_over = True


@contextmanager
def _explaining(path: str) -> Iterator[None]:
    """SQLite's errors in words."""
    try:
        yield
    except sqlite3.Error as error:
        raise explained(error, path) from error
    except UnicodeDecodeError as error:
        raise AdapterError(f"{path} is damaged: {error}; restore it from a backup") from error


def in_savepoint(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], _T]) -> _T:
    """The result of ``work``, whose statements all become part of the open transaction, or none does."""
    connection.execute("SAVEPOINT casewf")
    try:
        result = work(connection)
        connection.execute("RELEASE casewf")
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back by itself after some errors
            connection.execute("ROLLBACK TO casewf")
            connection.execute("RELEASE casewf")
        raise
    return result


def _transaction(connection: sqlite3.Connection, begin: str, work: Callable[[sqlite3.Connection], _T]) -> _T:
    connection.execute(begin)
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back by itself after some errors
            connection.execute("ROLLBACK")
        raise
    return result


def _unless_locked(connection: sqlite3.Connection, statement: str) -> None:
    """Run the statement without waiting; being locked out by somebody else is no failure."""
    (busy_ms,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute(statement)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
    finally:
        connection.execute(f"PRAGMA busy_timeout = {busy_ms}")


def _checked(path: str | os.PathLike[str]) -> str:
    text = os.fspath(path)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text):
        raise AdapterError(
            "SqliteStore needs the path of a file, not an address; for postgresql://… use casewf.PostgresStore"
        )
    if not text or ":memory:" in text or text.startswith("file:"):
        raise AdapterError(
            f"SqliteStore needs the path of a file, not {text!r}; "
            "for a store in memory use casewf.adapters.memory.MemoryStore"
        )
    if Path(text).is_dir():
        raise AdapterError(
            f"{text} is a directory; give the path of a file in it, such as {Path(text) / 'cases.db'}"
        )
    parent = Path(text).absolute().parent
    if not parent.is_dir():
        raise AdapterError(f"{text}: the directory {parent} does not exist; create it first")
    return text
