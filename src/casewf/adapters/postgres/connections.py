"""Connections to one database: pooled, set up with care, replaced when they die, and their errors put into words."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from math import ceil
from typing import Protocol, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from casewf.adapters.postgres import schema
from casewf.adapters.postgres.errors import explained, is_lost, undone, unknown_outcome, unreachable
from casewf.adapters.postgres.session import Connection, Session, adapt, in_savepoint
from casewf.errors import AdapterError

_T = TypeVar("_T")

_CONNECTION = {
    "application_name": "casewf",
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""What the connection string may say otherwise: a machine that is gone is noticed within a minute."""

_BEGIN = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED"


def inside_already(where: str) -> AdapterError:
    """Why no batch begins inside a transaction."""
    return AdapterError(
        f"{where}: this store is inside a transaction already, which commits all that is done in it together"
    )


class Access(Protocol):
    """How a store comes by its database."""

    def run(self, work: Callable[[Session], _T]) -> _T:
        """The result of ``work``, which only reads; each statement stands alone."""

    def write(self, work: Callable[[Session], _T]) -> _T:
        """The result of ``work``, whose statements are all kept, or none is (M6).

        Raises:
            psycopg.errors.UniqueViolation: a row is there already.
        """

    def grouped(self) -> AbstractContextManager[Access]:
        """Access to one transaction, committed when the block ends, undone when it raises.

        Raises:
            AdapterError: this is inside a transaction already.
        """

    def close(self) -> None:
        """Work on it no more."""


class Grouped:
    """One open transaction, with the same ways to work on it as ``Connections``: each write is a savepoint in it."""

    def __init__(self, connection: Connection, schema: str, where: str) -> None:
        self._connection = connection
        self._schema = schema
        self._where = where
        self._thread = threading.get_ident()
        self._is_over = False

    def run(self, work: Callable[[Session], _T]) -> _T:
        """The result of ``work``, which only reads."""
        return self._working(work)

    def write(self, work: Callable[[Session], _T]) -> _T:
        """The result of ``work``, whose statements all become part of the transaction, or none does (M6).

        Raises:
            psycopg.errors.UniqueViolation: a row is there already.
        """
        return self._working(lambda session: in_savepoint(self._connection, session, work))

    def grouped(self) -> AbstractContextManager[Access]:
        """Refused."""
        raise inside_already(self._where)

    def close(self) -> None:
        """Work on it no more; the transaction is not its own."""
        self._is_over = True

    def _working(self, work: Callable[[Session], _T]) -> _T:
        if threading.get_ident() != self._thread:
            raise AdapterError(
                f"{self._where}: a batch is for the thread that has begun it; let each begin its own"
            )
        if self._is_over:
            raise AdapterError(
                f"{self._where}: the batch has ended, and was committed or undone; make a new one"
            )
        try:
            return work(Session(self._connection, self._schema, is_ours=True))
        except psycopg.errors.UniqueViolation:
            raise
        except psycopg.Error as error:
            raise explained(error, self._where) from error


class Connections:
    """The pool of one store; a forked child gets a new one."""

    def __init__(
        self, dsn: str, name: str, *, size: int, connect_ms: int, settings: dict[str, int], install: bool
    ) -> None:
        self._schema = schema.checked_name(name)
        self._conninfo, self.where = described(dsn, connect_ms)
        self._size = size
        self._connect_ms = connect_ms
        self._settings = settings
        self._lock = threading.Lock()
        self._pool: ConnectionPool | None = None
        self._process = os.getpid()
        self._inherited: list[ConnectionPool | None] = []
        self._closed = False
        self._prepare(install=install)

    def run(self, work: Callable[[Session], _T]) -> _T:
        """The result of ``work``, which only reads; each statement stands alone.

        Raises:
            AdapterError: the database failed, or the store is closed.
        """
        return self._on_a_connection(lambda connection: work(Session(connection, self._schema, is_ours=True)))

    def write(self, work: Callable[[Session], _T]) -> _T:
        """The result of ``work``, whose statements all come true when this returns, or none does (M6, D1).

        Raises:
            AdapterError: the database failed; where its answer to the commit never came, the message says so.
            psycopg.errors.UniqueViolation: a row is there already.
        """
        return self._on_a_connection(lambda connection: self._transaction(connection, work))

    @contextmanager
    def grouped(self) -> Iterator[Grouped]:
        """Access to one transaction on a connection of its own, committed when the block ends, undone when it raises.

        Raises:
            AdapterError: no connection could be had, or the database failed.
        """
        pool = self._mine()
        with ExitStack() as stack:
            with self._explaining():
                pool.check()
                connection = stack.enter_context(pool.connection())  # rolls back whatever is left open
                connection.execute(_BEGIN)
            grouped = Grouped(connection, self._schema, self.where)
            try:
                yield grouped
            finally:
                grouped.close()
            with self._explaining():
                self._commit(Session(connection, self._schema, is_ours=True))

    def close(self) -> None:
        """Close all connections that no call is using, the others after their calls; closing twice is allowed."""
        with self._lock:
            self._closed = True
            if self._pool is not None and self._process == os.getpid():
                self._pool.close()
            self._pool = None

    def _on_a_connection(self, job: Callable[[Connection], _T]) -> _T:
        """The result of ``job``; done anew on another connection if its own was lost, because then nothing was kept."""
        pool = self._mine()
        with self._explaining():
            try:
                with pool.connection() as connection:
                    return job(connection)
            except psycopg.Error as error:
                if isinstance(error, PoolTimeout | PoolClosed) or not is_lost(error):
                    raise
            pool.check()
            with pool.connection() as connection:
                return job(connection)

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """The errors of psycopg in words; a row that is there already is left to the caller."""
        try:
            yield
        except psycopg.errors.UniqueViolation:
            raise
        except PoolTimeout as error:
            raise self._why_none() from error
        except PoolClosed as error:
            raise self._is_closed() from error
        except psycopg.Error as error:
            raise explained(error, self.where) from error

    def _transaction(self, connection: Connection, work: Callable[[Session], _T]) -> _T:
        session = Session(connection, self._schema, is_ours=True)
        with session.pipelined():
            session.execute(_BEGIN)
            result = work(session)
            session.sync()
            # inside, for to leave it may ask the server for a flush, after which it would never end a transaction
            # that stands still
            self._commit(session)
        return result

    def _commit(self, session: Session) -> None:
        try:
            commit = session.execute("COMMIT")
            session.sync()
            answer = commit.statusmessage
        except psycopg.Error as error:
            if is_lost(error):
                raise unknown_outcome(error, self.where) from error
            raise
        if (
            answer == "ROLLBACK"
        ):  # no error of its own: whoever caught that of the statement would take it for done
            raise undone(self.where)

    def _mine(self) -> ConnectionPool:
        pool = self._pool
        return pool if pool is not None and self._process == os.getpid() else self._made()

    def _made(self) -> ConnectionPool:
        with self._lock:
            if self._closed:
                raise self._is_closed()
            if self._process != os.getpid():
                # the parent's connections: to close them would end its sessions
                self._inherited.append(self._pool)
                self._pool, self._process = None, os.getpid()
            if self._pool is None:
                self._pool = ConnectionPool(
                    self._conninfo,
                    kwargs={"autocommit": True},
                    min_size=0,
                    max_size=self._size,
                    timeout=self._connect_ms / 1000,
                    reconnect_timeout=self._connect_ms / 1000,  # by default it backs off for minutes
                    configure=self._set_up,
                    name=self.where,
                    open=True,
                )
            return self._pool

    def _set_up(self, connection: Connection) -> None:
        """Have the server end what hangs, and promise what it acknowledges (D1)."""
        adapt(connection)
        session = Session(connection, self._schema, is_ours=True)
        for setting, value in self._settings.items():
            session.execute("SELECT set_config(%s, %s, false)", (setting, str(value)))
        session.execute(
            "SELECT set_config('synchronous_commit', 'on', false)"
            " WHERE current_setting('synchronous_commit') = 'off'"
        )

    def _prepare(self, *, install: bool) -> None:
        """Look at the database, and make the tables, on a connection that tells at once what is wrong."""
        try:
            with self._connected() as connection:
                self._set_up(connection)
                session = Session(connection, self._schema, is_ours=True)
                schema.check_server(session, self.where)
                if schema.is_installed(session, self.where):
                    return
                if not install:
                    raise AdapterError(
                        f"{self.where}: casewf's tables are not in the schema {self._schema}; "
                        "open a PostgresStore once as a role that may create them"
                    )
                with connection.transaction():
                    schema.install(session, self.where)
        except psycopg.Error as error:
            raise explained(error, self.where) from error

    def _connected(self) -> Connection:
        """A connection besides the pool's, which says at once why there is none."""
        try:
            return psycopg.connect(self._conninfo, autocommit=True)
        except psycopg.Error as error:
            raise unreachable(error, self.where) from error

    def _why_none(self) -> AdapterError:
        """Why no connection could be had in time."""
        try:
            self._connected().close()
        except AdapterError as error:
            return error
        return AdapterError(
            f"{self.where}: all {self._size} connections of this store were busy for {self._connect_ms} ms; "
            "give it more (connections=), or let fewer threads work",
            retryable=True,
        )

    def _is_closed(self) -> AdapterError:
        return AdapterError(f"{self.where}: the store was closed; make a new PostgresStore")


def described(dsn: str, connect_ms: int) -> tuple[str, str]:
    """The connection string with what casewf adds, and what the database is called in errors, without any secret."""
    try:
        given = conninfo_to_dict(dsn)
    except (psycopg.Error, UnicodeError):
        raise _no_connection_string() from None  # its text would repeat a password
    if _holds_half_a_password(dsn, given):
        raise _no_connection_string()
    timeout = {"connect_timeout": max(2, ceil(connect_ms / 1000))}
    conninfo = make_conninfo("", **{**_CONNECTION, **timeout, **given, "client_encoding": "UTF8"})
    place = given.get("host") or given.get("hostaddr") or given.get("service") or "the local server"
    return conninfo, f"PostgreSQL database {given.get('dbname') or given.get('user') or ''!r} on {place}"


def _holds_half_a_password(dsn: str, given: Mapping[str, object]) -> bool:
    """Whether a password seems to go on in the host or in the database: written as they are, @ and / end it."""
    path = dsn.partition("://")[2].partition("/")[2].partition("?")[0]
    return dsn.startswith(("postgresql://", "postgres://")) and "@" in f"{path}{given.get('host', '')}"


def _no_connection_string() -> AdapterError:
    return AdapterError(
        "this is no connection string of PostgreSQL; write postgresql://user@host:5432/database, and what is special "
        "in a name or a password as %XX: @ as %40, / as %2F"
    )
