"""casewf's tables in a host's own database, written inside the host's own transaction.

The host opens and ends the transaction, so that its rows and the case's events come true together or not at all.
Nothing here begins or commits anything: an append is a savepoint, and one that fails leaves the host's transaction
as it was before. See ``docs/how-to/embed.md``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from casewf.adapters.sqlite import schema, upgrade
from casewf.adapters.sqlite.connections import Access, Durability, in_savepoint
from casewf.adapters.sqlite.errors import explained, inside_already
from casewf.adapters.sqlite.store import SqliteStoreInside
from casewf.errors import AdapterError

_T = TypeVar("_T")

_WHERE = "the host's database"
_SYNCHRONOUS = {"normal": 1, "full": 2}


class HostSqliteStore(SqliteStoreInside):
    """A ``SqliteStore`` on a connection that the host hands in, inside the host's own transaction.

    What it writes is on disk once the host has committed (D1), and gone if the host rolls back. Every call, a read
    too, needs an open transaction. Begin it with ``BEGIN IMMEDIATE``: one that begins with a read cannot write any
    more once somebody else has written. An engine on this store opens, fires, acts and reads; sweeping, delivering
    and erasing is for an engine on a ``SqliteStore`` of the same file, outside the transaction (D2).

    Args:
        connection: gives the connection to work on, in the calling thread; asked at each call.
        durability: what the connection's ``synchronous`` must be at least: ``full``, or ``normal`` if a loss of
            power may take the last commits.

    Raises:
        AdapterError: from each call, if no transaction is open, casewf's tables are not installed, or a setting of
            the connection would break a promise; the message says what to do. Settings are never changed.
    """

    def __init__(
        self, connection: Callable[[], sqlite3.Connection], *, durability: Durability = "full"
    ) -> None:
        given: object = connection
        if not callable(given) or isinstance(given, sqlite3.Connection):
            raise TypeError(
                f"HostSqliteStore needs a function that gives the connection, got {type(given).__name__}; write "
                "HostSqliteStore(lambda: connection)"
            )
        self._use(HostConnection(connection, durability))

    @staticmethod
    def install(connection: sqlite3.Connection) -> None:
        """Make casewf's tables in the host's database, in its open transaction, or bring older ones up to this version.

        Raises:
            AdapterError: no transaction is open, other tables have the names, they are of a newer version, or the
                file is not in WAL mode.
        """
        _check_open(connection)
        with _explaining(connection), _plain(connection):
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
            if mode != "wal":
                raise AdapterError(
                    f"{_WHERE} is in journal mode {mode!r}, and casewf needs a file in write-ahead-log mode; run "
                    "`PRAGMA journal_mode = WAL` once, outside any transaction"
                )
            make = upgrade.bring_up if schema.is_installed(connection) else schema.install
            in_savepoint(connection, lambda own: make(own, _WHERE))


class HostConnection:
    """The host's connection, with the same ways to work on it as ``Connections``."""

    path = _WHERE

    def __init__(self, connection: Callable[[], sqlite3.Connection], durability: Durability) -> None:
        self._connection = connection
        self._synchronous = _SYNCHRONOUS[durability]
        self._is_checked = False
        self._is_closed = False

    def run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """The result of ``work``, which only reads."""
        if self._is_closed:
            raise AdapterError("the store was closed; make a new HostSqliteStore")
        connection = self._connection()
        _check_open(connection)
        with _explaining(connection), _plain(connection):
            if not self._is_checked:
                schema.check_installed(connection, _WHERE)
                self._is_checked = True
            return work(connection)

    read = run

    def write(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """The result of ``work``, whose statements all become part of the host's transaction, or none does (M6)."""

        def checked(connection: sqlite3.Connection) -> _T:
            self._check_settings(connection)
            return in_savepoint(connection, work)

        return self.run(checked)

    def grouped(self) -> AbstractContextManager[Access]:
        """Refused."""
        raise inside_already(_WHERE)

    def close(self) -> None:
        """Use the connection no more; it is the host's, and stays open."""
        self._is_closed = True

    def _check_settings(self, connection: sqlite3.Connection) -> None:
        """Make sure that the host's connection keeps what casewf promises; the host may change it at any time."""
        pragmas = {"synchronous": self._synchronous, "secure_delete": 1, "foreign_keys": 1}
        found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas}
        too_low = found["synchronous"] < self._synchronous
        wrong = (["synchronous"] if too_low else []) + [
            name for name in ("secure_delete", "foreign_keys") if found[name] != 1
        ]
        if wrong:
            now = ", ".join(f"{name} is {found[name]}" for name in wrong)
            remedy = "; ".join(f"PRAGMA {name} = {pragmas[name]}" for name in wrong)
            raise AdapterError(
                f"{_WHERE}: on this connection {now}, with which casewf cannot keep its promises; run `{remedy}` "
                "when the connection is opened, before any transaction"
            )


def _check_open(connection: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        raise AdapterError(
            "HostSqliteStore needs the sqlite3.Connection itself (in Django `connection.connection`, once a "
            f"transaction is open), not {type(connection).__name__}"
        )
    if not connection.in_transaction:
        raise AdapterError(
            f"{_WHERE}: no transaction is open on the host's connection, so nothing was done; open one first "
            "(`BEGIN IMMEDIATE`, in Django `transaction.atomic()`), or use a SqliteStore"
        )


@contextmanager
def _explaining(connection: sqlite3.Connection) -> Iterator[None]:
    """SQLite's errors in words."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY_SNAPSHOT:
            raise AdapterError(
                f"{_WHERE}: the host's transaction began with a read, and somebody else has written since; roll it "
                "back, and begin it with `BEGIN IMMEDIATE` (in Django OPTIONS `transaction_mode`: `IMMEDIATE`)"
            ) from error
        told = explained(error, _WHERE)
        if not connection.in_transaction:
            raise AdapterError(f"{told}; SQLite has rolled back the host's whole transaction") from error
        raise told from error
    except UnicodeDecodeError as error:
        raise AdapterError(f"{_WHERE} is damaged: {error}; restore it from a backup") from error


@contextmanager
def _plain(connection: sqlite3.Connection) -> Iterator[None]:
    """Rows as tuples and texts as ``str`` for a while, however the host reads its own."""
    kept = connection.row_factory, connection.text_factory
    connection.row_factory, connection.text_factory = None, str
    try:
        yield
    finally:
        connection.row_factory, connection.text_factory = kept
