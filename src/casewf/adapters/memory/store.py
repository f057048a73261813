"""The store that keeps everything in memory: the reference of the store port, for tests and simulations.

One lock, plain dictionaries, nothing clever: where a guarantee of ``ports.store`` is unclear, this file is
the answer.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Container, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal

import attrs

from casewf.adapters.memory import health
from casewf.adapters.memory.find import matches, rank, visible
from casewf.adapters.memory.tables import Record, Tables, place
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
    RawEvent,
    Settlement,
    StoredCase,
    StoredEvent,
    changed_definition,
)


class MemoryStore:
    """A ``Store`` in memory, for any number of threads; it is gone with the process (no guarantee 8)."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._why_not = ""
        self._tables = Tables()

    @contextmanager
    def group(self) -> Iterator[MemoryStore]:
        """A store whose rows become this one's when the block ends, and are forgotten when it raises; others wait."""
        with self._lock:
            self._check_free()
            if isinstance(self, MemoryStoreInside):
                raise AdapterError(
                    "this store is inside a batch already, which commits all that is done in it together"
                )
            inside = MemoryStoreInside(self._tables.copy())
            self._why_not = (
                "this thread has begun a batch on this store; use the engine, or the store, that it gave"
            )
            try:
                yield inside
                self._tables = inside.end()
            finally:
                self._why_not = ""
                inside.end()

    # Cases

    def load(self, case_id: str) -> StoredCase | None:
        """The case as it stands, or None."""
        with self._lock:
            record = self._tables.records.get(case_id)
            return record.stored if record else None

    def append(self, batch: Append) -> None:
        """Write all of ``batch`` or nothing (guarantees 1-5 and 16).

        Raises:
            Conflict: the version, a claim, a key or another row is there already.
            AdapterError: a definition's version is taken by another hash (K6).
            InternalError: the events leave a gap.
        """
        with self._lock:
            self._check_free()
            record = self._tables.records.get(batch.case.id)
            batch.check(record.stored.case.version if record else 0)
            self._check_lease(batch)
            self._check_definitions(batch)
            self._check_rows(batch, record)
            self._write(batch, record)

    def history(self, case_id: str, after: int = 0) -> Sequence[StoredEvent]:
        """The events with a number greater than ``after``, in order."""
        with self._lock:
            record = self._tables.records.get(case_id)
            return tuple(record.events[max(after, 0) :]) if record else ()

    def find(self, wanted: Filter) -> Page:
        """A page of the cases that ``wanted`` admits, in the order that it wants."""
        with self._lock:
            found = [
                (record.stored.case, record.due)
                for record in self._tables.records.values()
                if visible(record, wanted) and matches(record, wanted)
            ]
        found.sort(key=lambda one: rank(one[1], one[0].id, wanted))
        page = found[: wanted.limit]
        cases = tuple(case for case, _ in page)
        if not page or len(found) == len(page):
            return Page(cases, None)
        return Page(cases, cases[-1].id, page[-1][1] if wanted.order == "due" else None)

    def answer(self, actor: str, scope: str, key: str) -> Answer | None:
        """What an idempotency key was used for, or None (M7)."""
        with self._lock:
            return self._tables.answers.get((actor, scope, key))

    # Agenda

    def due(self, before: int, limit: int, after: tuple[int, str] = (-(2**62), "")) -> Sequence[Due]:
        """At most ``limit`` cases that wake before ``before``, in the order (wake, id), beyond ``after``."""
        with self._lock:
            first = bisect_right(self._tables.agenda, after)
            last = bisect_left(self._tables.agenda, (before, ""))
            return tuple(
                Due(case_id, wake) for wake, case_id in self._tables.agenda[first : min(last, first + limit)]
            )

    def claim_due(self, now: int, until: int, limit: int) -> Sequence[Due]:
        """Claim until ``until`` at most ``limit`` cases that wake before ``now``, of those that nobody holds."""
        claimed: list[Due] = []
        with self._lock:
            self._check_free()
            for wake, case_id in self._tables.agenda:
                if wake >= now or len(claimed) >= limit:
                    break
                record = self._tables.records[case_id]
                if record.claimed_until <= now:
                    record.claimed_until = until
                    claimed.append(Due(case_id, wake))
        return tuple(claimed)

    def release_due(self, claimed: Sequence[Due], until: int) -> None:
        """End the claims until ``until`` on these cases."""
        with self._lock:
            self._check_free()
            for one in claimed:
                record = self._tables.records.get(one.case)
                if record is not None and record.claimed_until == until:
                    record.claimed_until = 0

    def report(self, incident: Incident) -> None:
        """Record an incident that belongs to no append."""
        with self._lock:
            self._check_free()
            self._tables.incidents.append(incident)

    def incidents(self, case_id: str | None = None) -> Sequence[Incident]:
        """The recorded incidents, oldest first, of one case or of all."""
        with self._lock:
            found = [item for item in self._tables.incidents if case_id is None or item.case == case_id]
        return tuple(sorted(found, key=lambda incident: incident.at))

    # Outbox

    def pending(self, now: int, limit: int, case_id: str | None = None) -> Sequence[OutboxRow]:
        """At most ``limit`` rows that may be tried at ``now``, the oldest of each (case, destination)."""
        with self._lock:
            return self._tables.ready(now, limit, case_id)

    def claim(
        self, now: int, until: int, lease: str, limit: int, case_id: str | None = None
    ) -> Sequence[OutboxRow]:
        """Claim what ``pending`` would give until ``until``, under this lease (guarantee 14)."""
        with self._lock:
            self._check_free()
            claimed = tuple(
                attrs.evolve(row, due_at=until, lease=lease)
                for row in self._tables.ready(now, limit, case_id)
            )
            for row in claimed:
                self._tables.put(row)
        return claimed

    def settle(self, settlement: Settlement) -> None:
        """Record what became of a row, where it counts (guarantees 10 to 15).

        Raises:
            AdapterError: no row has this id.
        """
        with self._lock:
            self._check_free()
            row = self._tables.effects.get(settlement.id)
            if row is None:
                raise AdapterError(
                    f"the outbox has no row {settlement.id!r}; settle only what `pending` gave"
                )
            if not settlement.counts(row):
                return
            self._tables.put(
                attrs.evolve(
                    row,
                    state=settlement.state,
                    due_at=settlement.due_at if settlement.state == "pending" else row.due_at,
                    attempts=row.attempts + settlement.attempted,
                    error=settlement.error,
                    lease=row.lease if settlement.goes_on else "",
                )
            )
            if settlement.incident is not None:
                self._tables.incidents.append(settlement.incident)
            for follow_up in settlement.follow_ups:
                if follow_up.id not in self._tables.effects:
                    self._tables.records[follow_up.case].outbox.append(follow_up.id)
                    self._tables.put(follow_up)

    def outbox(self, case_id: str) -> Sequence[OutboxRow]:
        """All rows of a case, in order, whatever their state."""
        with self._lock:
            record = self._tables.records.get(case_id)
            rows = [self._tables.effects[key] for key in record.outbox] if record else []
            return tuple(sorted(rows, key=place))

    # Library

    def definition(self, content_hash: str) -> Definition | None:
        """The stored definition of that hash, or None."""
        with self._lock:
            return self._tables.definitions.get(content_hash)

    def definitions(self, kind: str) -> Sequence[Definition]:
        """All stored definitions of a kind, ``workflow`` or ``calendar``, by id."""
        with self._lock:
            return self._tables.definitions_of(kind)

    def secrets(self, case_id: str, refs: Sequence[str]) -> Mapping[str, Secret]:
        """The vault rows that still exist, by ref (D5)."""
        with self._lock:
            record = self._tables.records.get(case_id)
            return {ref: record.vault[ref] for ref in refs if ref in record.vault} if record else {}

    def heads(self) -> Sequence[Head]:
        """The end of every case's chain, by case id."""
        with self._lock:
            return tuple(
                Head(case_id, record.stored.case.version, record.stored.head)
                for case_id, record in sorted(self._tables.records.items())
            )

    def raw(self, case_id: str) -> RawCase | None:
        """The case as a durable store would hold it, or None (D4)."""
        with self._lock:
            record = self._tables.records.get(case_id)
            if record is None:
                return None
            case, events = record.stored.case, tuple(record.events)
            head = record.stored.head
        return RawCase(
            id=case_id,
            version=case.version,
            head=head,
            wake=case.wake,
            snapshot=codec.dumps(case),
            events=tuple(RawEvent(event.number, event.kind, event.body, event.hash) for event in events),
        )

    def health(self, now: int) -> Health:
        """How far behind the store is at ``now``."""
        with self._lock:
            cases, rows = tuple(self._tables.records.values()), tuple(self._tables.effects.values())
            return health.health(now, cases, rows, tuple(self._tables.incidents))

    def _check_free(self) -> None:
        if self._why_not:
            raise AdapterError(self._why_not)

    # What append is made of

    def _check_lease(self, batch: Append) -> None:
        if batch.held is None:
            return
        row = self._tables.undelivered.get(batch.held[0])
        if row is None or row.lease != batch.held[1]:
            raise Conflict(batch.case.id, batch.expected, batch.expected or None)

    def _check_definitions(self, batch: Append) -> None:
        fresh: dict[tuple[str, str, str], str] = {}
        for definition in batch.definitions:
            name = (definition.kind, definition.id, definition.version)
            known = self._tables.named.get(name) or fresh.setdefault(name, definition.hash)
            if known != definition.hash:
                raise AdapterError(changed_definition(definition))

    def _check_rows(self, batch: Append, record: Record | None) -> None:
        answers = [(batch.answer.actor, batch.answer.scope, batch.answer.key)] if batch.answer else []
        if (
            _taken(answers, self._tables.answers)
            or _taken([row.id for row in batch.outbox], self._tables.effects)
            or _taken(batch.claims, record.claims if record else ())
            or _taken([secret.ref for secret in batch.secrets], record.vault if record else ())
        ):
            raise Conflict(batch.case.id, batch.expected, batch.expected or None)

    def _write(self, batch: Append, record: Record | None) -> None:
        stored = StoredCase(batch.case, batch.events[-1].hash, batch.retain_until)
        if record is None:
            record = self._tables.records[batch.case.id] = Record(stored)
        else:
            self._tables.reschedule(record.stored.case.wake, None, batch.case.id)
            record.stored, record.claimed_until = stored, 0
        self._tables.reschedule(None, batch.case.wake, batch.case.id)
        record.watchers, record.holders = batch.watchers, batch.holders
        record.persons, record.due = record.persons | batch.persons, batch.due
        record.events.extend(batch.events)
        record.claims.update(batch.claims)
        record.vault.update((secret.ref, secret) for secret in batch.secrets)
        for ref in batch.erased:
            record.vault.pop(ref, None)
        for definition in batch.definitions:
            self._tables.definitions.setdefault(definition.hash, definition)
            self._tables.named[definition.kind, definition.id, definition.version] = definition.hash
        for row in batch.outbox:
            record.outbox.append(row.id)
            self._tables.put(row)
        if (answer := batch.answer) is not None:
            self._tables.answers[answer.actor, answer.scope, answer.key] = answer
        self._tables.incidents.extend(batch.incidents)


class MemoryStoreInside(MemoryStore):
    """A ``MemoryStore`` whose rows are not yet those of the store that it was made from."""

    inside_transaction: Literal[True] = True

    def __init__(self, tables: Tables) -> None:
        super().__init__()
        self._tables = tables

    def end(self) -> Tables:
        """Take no more; gives what is there."""
        self._why_not = "the batch has ended, and was committed or undone; make a new one"
        return self._tables


def _taken(keys: Sequence[Hashable], existing: Container[Hashable]) -> bool:
    return len(set(keys)) < len(keys) or any(key in existing for key in keys)
