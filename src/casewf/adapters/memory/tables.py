"""The rows of a store in memory: those of one case, and the tables of all."""

from __future__ import annotations

from bisect import bisect_left, insort

import attrs

from casewf.model.vault import Secret
from casewf.ports.stored import Answer, Claim, Definition, Incident, OutboxRow, StoredCase, StoredEvent


@attrs.define(slots=True)
class Record:
    """All rows of one case."""

    stored: StoredCase
    watchers: frozenset[str] = frozenset()
    holders: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    due: int | None = None
    claimed_until: int = 0
    events: list[StoredEvent] = attrs.field(factory=list)
    claims: set[Claim] = attrs.field(factory=set)
    vault: dict[str, Secret] = attrs.field(factory=dict)
    outbox: list[str] = attrs.field(factory=list)

    def copy(self) -> Record:
        """The same rows, to be changed apart from these."""
        return attrs.evolve(
            self, events=[*self.events], claims={*self.claims}, vault={**self.vault}, outbox=[*self.outbox]
        )


@attrs.define(slots=True)
class Tables:
    """All rows of a store; ``agenda`` is sorted, ``undelivered`` holds the pending of the ``effects``."""

    records: dict[str, Record] = attrs.field(factory=dict)
    agenda: list[tuple[int, str]] = attrs.field(factory=list)
    answers: dict[tuple[str, str, str], Answer] = attrs.field(factory=dict)
    definitions: dict[str, Definition] = attrs.field(factory=dict)
    named: dict[tuple[str, str, str], str] = attrs.field(factory=dict)
    effects: dict[str, OutboxRow] = attrs.field(factory=dict)
    undelivered: dict[str, OutboxRow] = attrs.field(factory=dict)
    incidents: list[Incident] = attrs.field(factory=list)

    def copy(self) -> Tables:
        """The same rows, to be changed apart from these."""
        return Tables(
            {case_id: record.copy() for case_id, record in self.records.items()},
            [*self.agenda],
            {**self.answers},
            {**self.definitions},
            {**self.named},
            {**self.effects},
            {**self.undelivered},
            [*self.incidents],
        )

    def definitions_of(self, kind: str) -> tuple[Definition, ...]:
        """Those of a kind, ordered by (id, version)."""
        found = (one for one in self.definitions.values() if one.kind == kind)
        return tuple(sorted(found, key=lambda one: (one.id, one.version)))

    def ready(self, now: int, limit: int, case_id: str | None) -> tuple[OutboxRow, ...]:
        """At most ``limit`` effects that may be tried at ``now``, the oldest of each (case, destination)."""
        lanes: dict[tuple[str, str], OutboxRow] = {}
        for row in self.undelivered.values():
            if case_id is None or row.case == case_id:
                oldest = lanes.setdefault((row.case, row.destination), row)
                if place(row) < place(oldest):
                    lanes[row.case, row.destination] = row
        ready = [row for row in lanes.values() if row.due_at <= now]
        return tuple(sorted(ready, key=lambda row: (row.created_at, row.case, *place(row)))[:limit])

    def put(self, row: OutboxRow) -> None:
        """Add an effect, or change one."""
        self.effects[row.id] = row
        if row.state == "pending":
            self.undelivered[row.id] = row
        else:
            self.undelivered.pop(row.id, None)

    def reschedule(self, old: int | None, new: int | None, case_id: str) -> None:
        """Have a case wake at another instant; None for never."""
        if old is not None:
            del self.agenda[bisect_left(self.agenda, (old, case_id))]
        if new is not None:
            insort(self.agenda, (new, case_id))


def place(row: OutboxRow) -> tuple[int, int, str]:
    """The order of rows within a case."""
    return row.number, row.position, row.id
