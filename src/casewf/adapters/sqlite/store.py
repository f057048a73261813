"""The SQLite store: the reads, and the transactions around the writes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import starmap
from types import TracebackType
from typing import Literal, TypeVar

import attrs

from casewf.adapters.sqlite import append, find, health, outbox, rows
from casewf.adapters.sqlite.connections import Access, Connections, Durability
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

_Self = TypeVar("_Self", bound="SqliteStore")

_DUE_UNCLAIMED = """
SELECT id, wake FROM cases WHERE wake < :now AND claimed_until <= :now ORDER BY wake, id LIMIT :limit"""


class SqliteStore:
    """A ``Store`` in one SQLite file, for any number of threads and processes of one machine.

    After ``append`` returns, the batch is on disk (D1). With ``durability="normal"`` it is safe against the
    death of the process, but a loss of power may take the last batches with it, never a part of one.

    Args:
        path: the database file; made if it is not there.
        durability: ``full`` syncs the log at every append, ``normal`` only now and then.
        busy_ms: how many milliseconds to wait for another process's lock before giving up.

    Raises:
        AdapterError: the file is no casewf database, has a newer format, is damaged or cannot be written.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, durability: Durability = "full", busy_ms: int = 5_000
    ) -> None:
        self._use(Connections(path, durability, busy_ms))

    def _use(self, connections: Access) -> None:
        self._connections = connections
        self._has_to_forget = False
        self.path = connections.path

    @contextmanager
    def group(self) -> Iterator[SqliteStore]:
        """A store inside one transaction, committed when the block ends, undone when it raises; others wait for it."""
        with self._connections.grouped() as access:
            yield SqliteStoreInside(access)

    def close(self) -> None:
        """Close the connections of all threads; afterwards every call is an ``AdapterError``."""
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
        found = self._one("SELECT snapshot, head, retain_until FROM cases WHERE id = ?", (case_id,))
        return StoredCase(rows.case(case_id, found[0]), *found[1:]) if found else None

    def append(self, batch: Append) -> None:
        """Write all of ``batch`` or nothing (guarantees 1-5 and 16).

        Raises:
            Conflict: the version, a claim, a key or another row is there already, or the lease is gone.
            AdapterError: a definition's version is taken by another hash (K6), or the database failed.
            InternalError: the events leave a gap.
        """
        snapshot = append.snapshot_of(batch.case)
        self._connections.write(lambda connection: append.write(connection, batch, snapshot))
        if batch.erased or self._has_to_forget:
            self._forget()

    def history(self, case_id: str, after: int = 0) -> Sequence[StoredEvent]:
        """The events with a number greater than ``after``, in order."""
        found = self._all(
            "SELECT number, kind, body, hash FROM events WHERE case_id = ? AND number > ? ORDER BY number",
            (case_id, after),
        )
        return tuple(rows.event(case_id, *row) for row in found)

    def find(self, wanted: Filter) -> Page:
        """A page of the cases that ``wanted`` admits, in the order that it wants."""
        found = self._all(*find.query(wanted))
        page = tuple(rows.case(case_id, snapshot) for case_id, snapshot, _ in found[: wanted.limit])
        if not page or len(found) == len(page):
            return Page(page, None)
        return Page(page, page[-1].id, found[len(page) - 1][2])

    def answer(self, actor: str, scope: str, key: str) -> Answer | None:
        """What an idempotency key was used for, or None (M7)."""
        found = self._one(
            "SELECT actor, scope, key, digest, case_id, first, last FROM keys"
            " WHERE actor = ? AND scope = ? AND key = ?",
            (actor, scope, key),
        )
        return Answer(*found) if found else None

    # Agenda

    def due(self, before: int, limit: int, after: tuple[int, str] = (-(2**62), "")) -> Sequence[Due]:
        """At most ``limit`` cases that wake before ``before``, in the order (wake, id), beyond ``after``."""
        found = self._all(
            "SELECT id, wake FROM cases WHERE wake < ? AND (wake, id) > (?, ?) ORDER BY wake, id LIMIT ?",
            (before, *after, limit),
        )
        return tuple(starmap(Due, found))

    def claim_due(self, now: int, until: int, limit: int) -> Sequence[Due]:
        """Claim until ``until`` at most ``limit`` cases that wake before ``now``, of those that nobody holds."""
        wanted: dict[str, object] = {"now": now, "limit": limit}
        # most sweeps find nothing, and need no lock for that
        if not self._all(_DUE_UNCLAIMED, {"now": now, "limit": 1}):
            return ()
        return self._connections.write(lambda connection: _claim_due(connection, wanted, until))

    def release_due(self, claimed: Sequence[Due], until: int) -> None:
        """End the claims until ``until`` on these cases."""
        ended = [(one.case, until) for one in claimed]
        statement = "UPDATE cases SET claimed_until = 0 WHERE id = ? AND claimed_until = ?"
        self._connections.write(lambda connection: connection.executemany(statement, ended))

    def report(self, incident: Incident) -> None:
        """Record an incident that belongs to no append."""
        values = append.incident(incident)
        self._connections.write(lambda connection: connection.execute(append.INSERT_INCIDENT, values))

    def incidents(self, case_id: str | None = None) -> Sequence[Incident]:
        """The recorded incidents, oldest first, of one case or of all."""
        found = self._all(
            "SELECT case_id, at, kind, about, detail FROM incidents"
            " WHERE ?1 IS NULL OR case_id = ?1 ORDER BY at, id",
            (case_id,),
        )
        return tuple(
            Incident(case=case_of, at=at, kind=kind, about=about, detail=detail)
            for case_of, at, kind, about, detail in found
        )

    # Outbox

    def pending(self, now: int, limit: int, case_id: str | None = None) -> Sequence[OutboxRow]:
        """At most ``limit`` rows that may be tried at ``now``, the oldest of each (case, destination)."""
        found = self._connections.run(lambda connection: outbox.pending(connection, now, limit, case_id))
        return tuple(rows.outbox_row(row) for row in found)

    def claim(
        self, now: int, until: int, lease: str, limit: int, case_id: str | None = None
    ) -> Sequence[OutboxRow]:
        """Claim what ``pending`` would give until ``until``, under this lease (guarantee 14)."""

        def lease_pending(connection: sqlite3.Connection) -> list[OutboxRow]:
            found = rows.readable_rows(outbox.pending(connection, now, limit, case_id))
            outbox.lease(connection, found, until, lease)
            return found

        # most ticks find nothing, and need no lock for that
        if not self._connections.run(lambda connection: outbox.pending(connection, now, 1, case_id)):
            return ()
        found = self._connections.write(lease_pending)
        return tuple(attrs.evolve(row, due_at=until, lease=lease) for row in found)

    def settle(self, settlement: Settlement) -> None:
        """Record what became of a row, where it counts (guarantees 10 to 15).

        Raises:
            AdapterError: no row has this id.
        """
        self._connections.write(lambda connection: outbox.settle(connection, settlement))

    def outbox(self, case_id: str) -> Sequence[OutboxRow]:
        """All rows of a case, in order, whatever their state."""
        found = self._all(
            f"SELECT {rows.OUTBOX} FROM outbox WHERE case_id = ? ORDER BY number, position, id",  # noqa: S608
            (case_id,),
        )
        return tuple(rows.outbox_row(row) for row in found)

    # Library

    def definition(self, content_hash: str) -> Definition | None:
        """The stored definition of that hash, or None."""
        found = self._one(
            "SELECT hash, kind, id, version, body FROM definitions WHERE hash = ?", (content_hash,)
        )
        return Definition(*found) if found else None

    def definitions(self, kind: str) -> Sequence[Definition]:
        """All stored definitions of a kind, ``workflow`` or ``calendar``, by id."""
        found = self._all(
            "SELECT hash, kind, id, version, body FROM definitions WHERE kind = ? ORDER BY id, version",
            (kind,),
        )
        return tuple(Definition(*row) for row in found)

    def secrets(self, case_id: str, refs: Sequence[str]) -> Mapping[str, Secret]:
        """The vault rows that still exist, by ref (D5)."""
        wanted = set(refs)
        found = self._all("SELECT ref, value, salt FROM vault WHERE case_id = ?", (case_id,))
        return {row[0]: Secret(*row) for row in found if row[0] in wanted}

    # Audit

    def heads(self) -> Sequence[Head]:
        """The end of every case's chain, by case id."""
        return tuple(Head(*row) for row in self._all("SELECT id, version, head FROM cases ORDER BY id", ()))

    def health(self, now: int) -> Health:
        """How far behind the store is at ``now``."""
        return self._connections.read(lambda connection: health.read(connection, now))

    def raw(self, case_id: str) -> RawCase | None:
        """The case as it lies in the store, read at one instant, or None; damaged text as it is (D4)."""
        return self._connections.read(lambda connection: rows.raw_case(connection, case_id))

    def _all(self, statement: str, values: tuple[object, ...] | dict[str, object]) -> list[rows.Row]:
        return self._connections.run(lambda connection: connection.execute(statement, values).fetchall())

    def _one(self, statement: str, values: tuple[object, ...]) -> rows.Row | None:
        found = self._all(statement, values)
        return found[0] if found else None

    def _forget(self) -> None:
        """Empty the log, which may still hold erased values; a reader in its way puts this off to the next append."""
        busy, _, _ = self._connections.run(
            lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        )
        self._has_to_forget = bool(busy)


class SqliteStoreInside(SqliteStore):
    """A ``SqliteStore`` inside one transaction that somebody else has begun and will end."""

    inside_transaction: Literal[True] = True

    def __init__(self, access: Access) -> None:
        self._use(access)

    def _forget(self) -> None:
        """Nothing: the log can be emptied only after the commit, so engines do not erase here (D5)."""


def _claim_due(connection: sqlite3.Connection, wanted: dict[str, object], until: int) -> tuple[Due, ...]:
    found = tuple(starmap(Due, connection.execute(_DUE_UNCLAIMED, wanted)))
    connection.executemany(
        "UPDATE cases SET claimed_until = ? WHERE id = ?", [(until, one.case) for one in found]
    )
    return found
