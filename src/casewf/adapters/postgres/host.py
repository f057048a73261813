"""casewf's tables in a host's own database, written inside the host's own transaction.

The host opens and ends the transaction, so that its rows and the case's events come true together or not at all.
Nothing here begins or commits anything: an append is a savepoint, and one that fails leaves the host's transaction
as it was before. See ``docs/how-to/use-postgresql.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from casewf.adapters.postgres import schema as tables
from casewf.adapters.postgres.connections import Access, inside_already
from casewf.adapters.postgres.errors import explained
from casewf.adapters.postgres.session import SCHEMA, Connection, Session, in_savepoint
from casewf.adapters.postgres.store import PostgresStoreInside
from casewf.errors import AdapterError

_T = TypeVar("_T")

_WHERE = "the host's database"
_INSTALL = "call HostPostgresStore.install(connection) once, in a transaction"


class HostPostgresStore(PostgresStoreInside):
    """A ``PostgresStore`` on a connection that the host hands in, inside the host's own transaction.

    What it writes is on disk once the host has committed (D1), and gone if the host rolls back. Every call, a read
    too, needs a transaction: one that is open, or a connection that opens one with its next statement, as psycopg's
    do unless they are in autocommit mode. An engine on this store opens, fires, acts and reads; sweeping, delivering
    and erasing is for an engine on a ``PostgresStore`` of the same database, outside the transaction (D2).

    Args:
        connection: gives the ``psycopg.Connection`` to work on, in the calling thread; asked at each call.
        schema: where the tables stand.

    Raises:
        AdapterError: from each call, if there is no transaction or it has failed, casewf's tables are not installed, or
            a setting would break a promise; the message says what to do. Settings are never changed.
    """

    def __init__(self, connection: Callable[[], Connection], *, schema: str = SCHEMA) -> None:
        given: object = connection
        if not callable(given):
            raise TypeError(
                f"HostPostgresStore needs a function that gives the connection, got {type(given).__name__}; write "
                "HostPostgresStore(lambda: connection)"
            )
        self._use(HostConnection(connection, schema))

    @staticmethod
    def install(connection: Connection, *, schema: str = SCHEMA) -> None:
        """Make casewf's schema and its tables in the host's database, in its transaction, if they are not there.

        Raises:
            AdapterError: there is no transaction, the database has another encoding than UTF-8, or the schema has
                tables of another program or of another format.
        """

        def make(session: Session) -> None:
            tables.check_server(session, _WHERE)
            tables.install(session, _WHERE)

        HostConnection(lambda: connection, schema).install(make)


class HostConnection:
    """The host's connection, with the same ways to work on it as ``Connections``."""

    def __init__(self, connection: Callable[[], Connection], schema: str) -> None:
        self._connection = connection
        self._schema = tables.checked_name(schema)
        self._is_checked = False
        self._is_closed = False

    def run(self, work: Callable[[Session], _T]) -> _T:
        """The result of ``work``, which only reads."""
        with self._working() as (_, session):
            self._check(session)
            return work(session)

    def write(self, work: Callable[[Session], _T]) -> _T:
        """The result of ``work``, whose statements all become part of the host's transaction, or none does (M6)."""
        with self._working() as (connection, session):
            self._check(session)
            return in_savepoint(connection, session, lambda own: _durably(own, work))

    def install(self, make: Callable[[Session], None]) -> None:
        """Let ``make`` make the tables, all of them or none."""
        with self._working() as (connection, session), connection.transaction():
            make(session)

    def grouped(self) -> AbstractContextManager[Access]:
        """Refused."""
        raise inside_already(_WHERE)

    def close(self) -> None:
        """Use the connection no more; it is the host's, and stays open."""
        self._is_closed = True

    @contextmanager
    def _working(self) -> Iterator[tuple[Connection, Session]]:
        """The host's connection, and its errors in words; a row that is there already is left to the caller."""
        if self._is_closed:
            raise AdapterError("the store was closed; make a new HostPostgresStore")
        connection = self._connection()
        _check_open(connection)
        try:
            yield connection, Session(connection, self._schema)
        except psycopg.errors.UniqueViolation:
            raise
        except psycopg.Error as error:
            told = explained(error, _WHERE)
            status = connection.info.transaction_status
            if status is TransactionStatus.INTRANS:
                raise told from error
            raise AdapterError(
                f"{told}; the host's whole transaction is lost: roll it back, and begin it anew",
                retryable=told.retryable,
            ) from error

    def _check(self, session: Session) -> None:
        """Make sure once that the database is as casewf needs it."""
        if not self._is_checked:
            tables.check_server(session, _WHERE)
            tables.check_installed(session, _WHERE, _INSTALL)
            self._is_checked = True


def _durably(session: Session, work: Callable[[Session], _T]) -> _T:
    """The result of ``work``, if the host's commit will wait for the disk, which he may change at any time (D1)."""
    setting = session.execute("SELECT current_setting('synchronous_commit')")
    result = work(session)
    if setting.fetchone() == ("off",):
        raise AdapterError(
            f"{_WHERE}: on this connection synchronous_commit is off, so that a commit that has returned may still be "
            "lost; nothing was written; run `SET synchronous_commit = on` when the connection is opened"
        )
    return result


def _check_open(connection: object) -> None:
    if not isinstance(connection, psycopg.Connection):
        raise AdapterError(
            "HostPostgresStore needs the psycopg.Connection itself (in Django `connection.connection`, once a "
            f"transaction is open), not {type(connection).__name__}"
        )
    status = connection.info.transaction_status
    if status is TransactionStatus.IDLE and connection.autocommit:
        raise AdapterError(
            f"{_WHERE}: no transaction is open on the host's connection, so nothing was done; open one first "
            "(`with connection.transaction():`, in Django `transaction.atomic()`), or use a PostgresStore"
        )
    if status is TransactionStatus.INERROR:
        raise AdapterError(
            f"{_WHERE}: the host's transaction has failed already, so nothing was done; roll it back, or the savepoint "
            "in which it failed"
        )
