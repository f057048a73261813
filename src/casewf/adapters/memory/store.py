"""The store that keeps everything in memory: the reference of the store port, for tests and simulations.

One lock, plain dictionaries, nothing clever: where a guarantee of ``ports.store`` is unclear, this file is
the answer.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Container, Hashable, Mapping, Sequence

import attrs

from casewf.adapters.memory import health
from casewf.adapters.memory.find import Record, matches, rank, visible
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
        self._lock = threading.Lock()
        self._records: dict[str, Record] = {}
        self._agenda: list[tuple[int, str]] = []
        self._answers: dict[tuple[str, str, str], Answer] = {}
        self._definitions: dict[str, Definition] = {}
        self._named: dict[tuple[str, str, str], str] = {}
        self._rows: dict[str, OutboxRow] = {}
        self._undelivered: dict[str, OutboxRow] = {}
        self._incidents: list[Incident] = []

    # Cases

    def load(self, case_id: str) -> StoredCase | None:
        """The case as it stands, or None."""
        with self._lock:
            record = self._records.get(case_id)
            return record.stored if record else None

    def append(self, batch: Append) -> None:
        """Write all of ``batch`` or nothing (guarantees 1-5).

        Raises:
            Conflict: the version, a claim, a key or another row is there already.
            AdapterError: a definition's version is taken by another hash (K6).
            InternalError: the events leave a gap.
        """
        with self._lock:
            record = self._records.get(batch.case.id)
            batch.check(record.stored.case.version if record else 0)
            self._check_definitions(batch)
            self._check_rows(batch, record)
            self._write(batch, record)

    def history(self, case_id: str, after: int = 0) -> Sequence[StoredEvent]:
        """The events with a number greater than ``after``, in order."""
        with self._lock:
            record = self._records.get(case_id)
            return tuple(record.events[max(after, 0) :]) if record else ()

    def find(self, wanted: Filter) -> Page:
        """A page of the cases that ``wanted`` admits, in the order that it wants."""
        with self._lock:
            found = [
                (record.stored.case, record.due)
                for record in self._records.values()
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
            return self._answers.get((actor, scope, key))

    # Agenda

    def due(self, before: int, limit: int, after: tuple[int, str] = (-(2**62), "")) -> Sequence[Due]:
        """At most ``limit`` cases that wake before ``before``, in the order (wake, id), beyond ``after``."""
        with self._lock:
            first = bisect_right(self._agenda, after)
            last = bisect_left(self._agenda, (before, ""))
            return tuple(
                Due(case_id, wake) for wake, case_id in self._agenda[first : min(last, first + limit)]
            )

    def claim_due(self, now: int, until: int, limit: int) -> Sequence[Due]:
        """Claim until ``until`` at most ``limit`` cases that wake before ``now``, of those that nobody holds."""
        claimed: list[Due] = []
        with self._lock:
            for wake, case_id in self._agenda:
                if wake >= now or len(claimed) >= limit:
                    break
                record = self._records[case_id]
                if record.claimed_until <= now:
                    record.claimed_until = until
                    claimed.append(Due(case_id, wake))
        return tuple(claimed)

    def release_due(self, claimed: Sequence[Due], until: int) -> None:
        """End the claims until ``until`` on these cases."""
        with self._lock:
            for one in claimed:
                record = self._records.get(one.case)
                if record is not None and record.claimed_until == until:
                    record.claimed_until = 0

    def report(self, incident: Incident) -> None:
        """Record an incident that belongs to no append."""
        with self._lock:
            self._incidents.append(incident)

    def incidents(self, case_id: str | None = None) -> Sequence[Incident]:
        """The recorded incidents, oldest first, of one case or of all."""
        with self._lock:
            found = [item for item in self._incidents if case_id is None or item.case == case_id]
        return tuple(sorted(found, key=lambda incident: incident.at))

    # Outbox

    def pending(self, now: int, limit: int, case_id: str | None = None) -> Sequence[OutboxRow]:
        """At most ``limit`` rows that may be tried at ``now``, the oldest of each (case, destination)."""
        with self._lock:
            return self._ready(now, limit, case_id)

    def claim(
        self, now: int, until: int, lease: str, limit: int, case_id: str | None = None
    ) -> Sequence[OutboxRow]:
        """Claim what ``pending`` would give until ``until``, under this lease (guarantee 14)."""
        with self._lock:
            claimed = tuple(
                attrs.evolve(row, due_at=until, lease=lease) for row in self._ready(now, limit, case_id)
            )
            for row in claimed:
                self._put(row)
        return claimed

    def settle(self, settlement: Settlement) -> None:
        """Record what became of a row, where it counts (guarantees 10 to 15).

        Raises:
            AdapterError: no row has this id.
        """
        with self._lock:
            row = self._rows.get(settlement.id)
            if row is None:
                raise AdapterError(
                    f"the outbox has no row {settlement.id!r}; settle only what `pending` gave"
                )
            if not settlement.counts(row):
                return
            self._put(
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
                self._incidents.append(settlement.incident)
            for follow_up in settlement.follow_ups:
                if follow_up.id not in self._rows:
                    self._records[follow_up.case].outbox.append(follow_up.id)
                    self._put(follow_up)

    def outbox(self, case_id: str) -> Sequence[OutboxRow]:
        """All rows of a case, in order, whatever their state."""
        with self._lock:
            record = self._records.get(case_id)
            return tuple(sorted((self._rows[key] for key in record.outbox), key=_place)) if record else ()

    # Library

    def definition(self, content_hash: str) -> Definition | None:
        """The stored definition of that hash, or None."""
        with self._lock:
            return self._definitions.get(content_hash)

    def secrets(self, case_id: str, refs: Sequence[str]) -> Mapping[str, Secret]:
        """The vault rows that still exist, by ref (D5)."""
        with self._lock:
            record = self._records.get(case_id)
            return {ref: record.vault[ref] for ref in refs if ref in record.vault} if record else {}

    def heads(self) -> Sequence[Head]:
        """The end of every case's chain, by case id."""
        with self._lock:
            return tuple(
                Head(case_id, record.stored.case.version, record.stored.head)
                for case_id, record in sorted(self._records.items())
            )

    def raw(self, case_id: str) -> RawCase | None:
        """The case as a durable store would hold it, or None (D4)."""
        with self._lock:
            record = self._records.get(case_id)
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
            cases, rows = tuple(self._records.values()), tuple(self._rows.values())
            return health.health(now, cases, rows, tuple(self._incidents))

    # What append is made of

    def _check_definitions(self, batch: Append) -> None:
        fresh: dict[tuple[str, str, str], str] = {}
        for definition in batch.definitions:
            name = (definition.kind, definition.id, definition.version)
            known = self._named.get(name) or fresh.setdefault(name, definition.hash)
            if known != definition.hash:
                raise AdapterError(changed_definition(definition))

    def _check_rows(self, batch: Append, record: Record | None) -> None:
        answers = [(batch.answer.actor, batch.answer.scope, batch.answer.key)] if batch.answer else []
        if (
            _taken(answers, self._answers)
            or _taken([row.id for row in batch.outbox], self._rows)
            or _taken(batch.claims, record.claims if record else ())
            or _taken([secret.ref for secret in batch.secrets], record.vault if record else ())
        ):
            raise Conflict(batch.case.id, batch.expected, batch.expected or None)

    def _write(self, batch: Append, record: Record | None) -> None:
        stored = StoredCase(batch.case, batch.events[-1].hash, batch.retain_until)
        if record is None:
            record = self._records[batch.case.id] = Record(stored)
        else:
            self._reschedule(record.stored.case.wake, None, batch.case.id)
            record.stored, record.claimed_until = stored, 0
        self._reschedule(None, batch.case.wake, batch.case.id)
        record.watchers, record.holders = batch.watchers, batch.holders
        record.persons, record.due = record.persons | batch.persons, batch.due
        record.events.extend(batch.events)
        record.claims.update(batch.claims)
        record.vault.update((secret.ref, secret) for secret in batch.secrets)
        for ref in batch.erased:
            record.vault.pop(ref, None)
        for definition in batch.definitions:
            self._definitions.setdefault(definition.hash, definition)
            self._named[definition.kind, definition.id, definition.version] = definition.hash
        for row in batch.outbox:
            record.outbox.append(row.id)
            self._put(row)
        if (answer := batch.answer) is not None:
            self._answers[answer.actor, answer.scope, answer.key] = answer
        self._incidents.extend(batch.incidents)

    def _reschedule(self, old: int | None, new: int | None, case_id: str) -> None:
        if old is not None:
            del self._agenda[bisect_left(self._agenda, (old, case_id))]
        if new is not None:
            insort(self._agenda, (new, case_id))

    def _ready(self, now: int, limit: int, case_id: str | None) -> tuple[OutboxRow, ...]:
        lanes: dict[tuple[str, str], OutboxRow] = {}
        for row in self._undelivered.values():
            if case_id is None or row.case == case_id:
                oldest = lanes.setdefault((row.case, row.destination), row)
                if _place(row) < _place(oldest):
                    lanes[row.case, row.destination] = row
        ready = [row for row in lanes.values() if row.due_at <= now]
        return tuple(sorted(ready, key=lambda row: (row.created_at, row.case, *_place(row)))[:limit])

    def _put(self, row: OutboxRow) -> None:
        self._rows[row.id] = row
        if row.state == "pending":
            self._undelivered[row.id] = row
        else:
            self._undelivered.pop(row.id, None)


def _taken(keys: Sequence[Hashable], existing: Container[Hashable]) -> bool:
    return len(set(keys)) < len(keys) or any(key in existing for key in keys)


def _place(row: OutboxRow) -> tuple[int, int, str]:
    """The order of rows within a case."""
    return row.number, row.position, row.id
