"""The PostgreSQL store: the reads, and the transactions around the writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Literal, TypeVar

import psycopg

from casewf.adapters.postgres import agenda, append, find, health, rows, schema
from casewf.adapters.postgres.connections import Access, Connections
from casewf.adapters.postgres.session import SCHEMA, Session, Values
from casewf.errors import AdapterError, Conflict
from casewf.model import codec
from casewf.model.vault import Secret
from casewf.ports.stored import (
    Answer,
    Append,
    Definition,
    Due,
    Filter,
    Head,
    Health,
    Incident,
    OutboxRow,
    Page,
    RawCase,
    Settlement,
    StoredCase,
    StoredEvent,
)

_T = TypeVar("_T")
_Self = TypeVar("_Self", bound="PostgresStore")

_RACES = 3
"""How often a write is tried that somebody else makes impossible by bringing the same definition first."""

_INCIDENTS = "SELECT case_id, at, kind, about, detail FROM casewf.incidents"
_DEFINITIONS = "SELECT hash, kind, id, version, body FROM casewf.definitions"


class PostgresStore:
    """A ``Store`` in a schema of a PostgreSQL database, for threads and processes of any number of machines.

    After ``append`` returns, the batch is on the server's disk (D1). The settings below are made on each connection,
    and the server keeps to them: whoever is frozen, or cut off, inside a transaction loses it and its locks.

    Args:
        dsn: a connection string, ``postgresql://user@host:5432/database`` or ``host=… dbname=…``.
        schema: where the tables stand; made if it is not there.
        connections: how many connections a process keeps at most; a call that finds none free waits for one.
        connect_ms: how many milliseconds to wait for a connection.
        busy_ms: how many milliseconds to wait for somebody else's lock before giving up.
        statement_ms: how many milliseconds a statement may take.
        idle_ms: how many milliseconds a transaction may stand still before the server ends it.
        install: whether to make the schema and its tables if they are not there.

    Raises:
        AdapterError: the server cannot be reached or does not let us in, the database has another encoding than UTF-8,
            the schema has tables of another program or another format, or there are none and ``install`` is False.
    """

    def __init__(
        self,
        dsn: str,
        *,
        schema: str = SCHEMA,
        connections: int = 10,
        connect_ms: int = 10_000,
        busy_ms: int = 5_000,
        statement_ms: int = 60_000,
        idle_ms: int = 10_000,
        install: bool = True,
    ) -> None:
        settings = {
            "lock_timeout": busy_ms,
            "statement_timeout": statement_ms,
            "idle_in_transaction_session_timeout": idle_ms,
        }
        self._use(
            Connections(
                dsn, schema, size=connections, connect_ms=connect_ms, settings=settings, install=install
            )
        )

    def _use(self, connections: Access) -> None:
        self._connections = connections

    @contextmanager
    def group(self) -> Iterator[PostgresStore]:
        """A store inside one transaction, committed when the block ends, undone when it raises.

        Others wait for the cases that it writes, not for the rest. The server ends a transaction that stands still for
        ``idle_ms``, so nothing slow belongs into the block.
        """
        with self._connections.grouped() as access:
            yield PostgresStoreInside(access)

    def close(self) -> None:
        """Close the connections; afterwards every call is an ``AdapterError``."""
        self._connections.close()

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Cases

    def load(self, case_id: str) -> StoredCase | None:
        """The case as it stands, or None."""
        found = self._one("SELECT snapshot, head, retain_until FROM casewf.cases WHERE id = %s", (case_id,))
        return StoredCase(rows.case(case_id, found[0]), *found[1:]) if found else None

    def append(self, batch: Append) -> None:
        """Write all of ``batch`` or nothing (guarantees 1-5).

        Raises:
            Conflict: the version, a claim, a key or another row is there already, or the lease is gone.
            AdapterError: a definition's version is taken by another hash (K6), or the database failed.
            InternalError: the events leave a gap.
        """
        snapshot = codec.dumps(batch.case)
        try:
            self._write(lambda session: append.write(session, batch, snapshot))
        except psycopg.errors.UniqueViolation as error:
            raise Conflict(batch.case.id, batch.expected, batch.expected or None) from error

    def history(self, case_id: str, after: int = 0) -> Sequence[StoredEvent]:
        """The events with a number greater than ``after``, in order."""
        found = self._all(
            "SELECT number, kind, body, hash FROM casewf.events WHERE case_id = %s AND number > %s ORDER BY number",
            (case_id, after),
        )
        return tuple(rows.event(case_id, *row) for row in found)

    def find(self, wanted: Filter) -> Page:
        """A page of the cases that ``wanted`` admits, in the order that it wants."""
        statement, values = find.query(wanted)
        found = self._connections.run(lambda session: session.rows(statement, values, prepare=False))
        page = tuple(rows.case(case_id, snapshot) for case_id, snapshot, _ in found[: wanted.limit])
        if not page or len(found) == len(page):
            return Page(page, None)
        return Page(page, page[-1].id, found[len(page) - 1][2])

    def answer(self, actor: str, scope: str, key: str) -> Answer | None:
        """What an idempotency key was used for, or None (M7)."""
        found = self._one(
            "SELECT actor, scope, key, digest, case_id, first, last FROM casewf.keys"
            " WHERE actor = %s AND scope = %s AND key = %s",
            (actor, scope, key),
        )
        return Answer(*found) if found else None

    # Agenda

    def due(self, before: int, limit: int, after: tuple[int, str] = (-(2**62), "")) -> Sequence[Due]:
        """At most ``limit`` cases that wake before ``before``, in the order (wake, id), beyond ``after``."""
        return self._connections.run(lambda session: agenda.due(session, before, limit, after))

    def claim_due(self, now: int, until: int, limit: int) -> Sequence[Due]:
        """Claim until ``until`` at most ``limit`` cases that wake before ``now``, of those that nobody holds."""
        return self._write(lambda session: agenda.claim_due(session, now, until, limit))

    def release_due(self, claimed: Sequence[Due], until: int) -> None:
        """End the claims until ``until`` on these cases."""
        self._write(lambda session: agenda.release_due(session, claimed, until))

    def report(self, incident: Incident) -> None:
        """Record an incident that belongs to no append."""
        self._write(lambda session: append.write_incident(session, incident))

    def incidents(self, case_id: str | None = None) -> Sequence[Incident]:
        """The recorded incidents, oldest first, of one case or of all."""
        which, values = ("", ()) if case_id is None else (" WHERE case_id = %s", (case_id,))
        return tuple(
            Incident(case=case_of, at=at, kind=kind, about=about, detail=detail)
            for case_of, at, kind, about, detail in self._all(f"{_INCIDENTS}{which} ORDER BY at, id", values)
        )

    # Outbox

    def pending(self, now: int, limit: int, case_id: str | None = None) -> Sequence[OutboxRow]:
        """At most ``limit`` rows that may be tried at ``now``, the oldest of each (case, destination)."""
        return self._connections.run(lambda session: agenda.pending(session, now, limit, case_id))

    def claim(
        self, now: int, until: int, lease: str, limit: int, case_id: str | None = None
    ) -> Sequence[OutboxRow]:
        """Claim what ``pending`` would give until ``until``, under this lease (guarantee 14)."""
        return self._write(lambda session: agenda.claim(session, now, until, lease, limit, case_id))

    def settle(self, settlement: Settlement) -> None:
        """Record what became of a row, where it counts (guarantees 10 to 15).

        Raises:
            AdapterError: no row has this id.
        """
        self._write(lambda session: agenda.settle(session, settlement))

    def outbox(self, case_id: str) -> Sequence[OutboxRow]:
        """All rows of a case, in order, whatever their state."""
        found = self._all(
            f"SELECT {rows.OUTBOX} FROM casewf.outbox WHERE case_id = %s ORDER BY number, position, id",  # noqa: S608
            (case_id,),
        )
        return tuple(rows.outbox_row(row) for row in found)

    # Library

    def definition(self, content_hash: str) -> Definition | None:
        """The stored definition of that hash, or None."""
        found = self._one(f"{_DEFINITIONS} WHERE hash = %s", (content_hash,))
        return Definition(*found) if found else None

    def definitions(self, kind: str) -> Sequence[Definition]:
        """All stored definitions of a kind, ``workflow`` or ``calendar``, by id."""
        found = self._all(f"{_DEFINITIONS} WHERE kind = %s ORDER BY id, version", (kind,))
        return tuple(Definition(*row) for row in found)

    def secrets(self, case_id: str, refs: Sequence[str]) -> Mapping[str, Secret]:
        """The vault rows that still exist, by ref (D5)."""
        wanted = set(refs)
        found = self._all("SELECT ref, value, salt FROM casewf.vault WHERE case_id = %s", (case_id,))
        return {row[0]: Secret(*row) for row in found if row[0] in wanted}

    # Audit

    def heads(self) -> Sequence[Head]:
        """The end of every case's chain, by case id."""
        return tuple(
            Head(*row) for row in self._all("SELECT id, version, head FROM casewf.cases ORDER BY id")
        )

    def health(self, now: int) -> Health:
        """How far behind the store is at ``now``, and what the server's clock says."""
        return self._connections.write(lambda session: health.read(session, now))

    def missing(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Which of casewf's tables, and which of its indexes, are not in the schema; for monitoring."""
        return self._connections.run(schema.missing)

    def place(self) -> tuple[str | None, int | None, int | None]:
        """Which server, database and table this is; alike for stores that have the same cases."""
        return self._connections.run(schema.place)

    def raw(self, case_id: str) -> RawCase | None:
        """The case as it lies in the store, read at one instant, or None; damaged text as it is (D4)."""
        return rows.raw_case(case_id, self._all(rows.RAW, (case_id,)))

    def server_time(self) -> int:
        """The server's present instant, in microseconds since 1970-01-01T00:00Z."""
        [(now,)] = self._all(health.SERVER_TIME)
        return int(now)

    def _all(self, statement: str, values: Values = ()) -> list[rows.Row]:
        return self._connections.run(lambda session: session.rows(statement, values))

    def _one(self, statement: str, values: Values) -> rows.Row | None:
        found = self._all(statement, values)
        return found[0] if found else None

    def _write(self, work: Callable[[Session], _T]) -> _T:
        """The result of ``work`` in a transaction; tried again where two writers brought the same definition first.

        Raises:
            psycopg.errors.UniqueViolation: another row is there already.
        """
        for _ in range(_RACES):
            try:
                return self._connections.write(work)
            except psycopg.errors.UniqueViolation as error:
                if error.diag.table_name != "definitions":
                    raise
        raise AdapterError(
            "others bring definitions under the same name all the time; try again", retryable=True
        )


class PostgresStoreInside(PostgresStore):
    """A ``PostgresStore`` inside one transaction that somebody else has begun and will end."""

    inside_transaction: Literal[True] = True

    def __init__(self, access: Access) -> None:
        self._use(access)
