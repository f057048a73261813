"""The store port: what is written with a move, and what is read back.

Guarantees that the contract suite checks, by number:

1. ``append`` is atomic: all of it is there afterwards, or none of it (M6).
2. ``append`` with an expected version that is not the stored one raises ``Conflict`` and changes nothing (D1).
3. A claim, an idempotency key or an event number that exists already raises ``Conflict`` and changes nothing (E1, M7).
4. A definition of the same kind, id and version with another hash raises ``AdapterError`` and changes nothing (K6).
5. ``history`` gives events in the order of their numbers, without gaps; a batch that would leave one is refused.
6. ``due`` gives cases whose wake instant is before the instant asked for, earliest first (E3, E7).
7. ``pending`` gives, for each (case, destination), only the oldest undelivered row, when its time has come (D2).
8. Acknowledged means stored: what ``append`` returned from is there after the process is gone (durable stores; D1).
9. Erased vault rows are gone; everything else of the case stays (D5).
10. A delivered row stays ``done``: the late outcome of a second attempt changes nothing (D2).
11. ``settle`` is atomic: the outcome, its incident and its follow-ups are there afterwards, or none of them (E6).
12. A follow-up whose id exists already changes nothing: the row that is there stays as it is (E6).

Instants are microseconds since 1970-01-01T00:00Z.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import attrs

from casewf.errors import Conflict, InternalError
from casewf.model.case import Case
from casewf.model.effects import Effect
from casewf.model.events import Event
from casewf.model.vault import Secret

DAMAGE = (InternalError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What decoding or folding damaged rows can raise; stores turn it into ``AdapterError``."""


@attrs.frozen(slots=True)
class StoredEvent:
    """One event with its number in the case (from 1), the canonical body that was hashed, and its hash (D4)."""

    number: int
    kind: str
    body: str
    hash: str
    event: Event


@attrs.frozen(slots=True)
class StoredCase:
    """A case's snapshot and the hash of its last event."""

    case: Case
    head: str


@attrs.frozen(slots=True)
class RawEvent:
    """An event as it lies in the store, undecoded."""

    number: int
    kind: str
    body: str
    hash: str


@attrs.frozen(slots=True, kw_only=True)
class RawCase:
    """A case as it lies in the store, so that ``verify`` can look at damaged rows too (D4).

    ``snapshot`` is undecoded text; ``version``, ``head`` and ``wake`` are what is stored beside it.
    """

    id: str
    version: int
    head: str
    wake: int | None
    snapshot: str
    events: tuple[RawEvent, ...]


@attrs.frozen(slots=True)
class Definition:
    """A workflow or calendar by content hash (K6); ``body`` is its canonical text."""

    hash: str
    kind: str
    id: str
    version: str
    body: str


def changed_definition(definition: Definition) -> str:
    """What an ``AdapterError`` says of a definition whose version is taken by other content (guarantee 4)."""
    return (
        f"{definition.kind} {definition.id!r} version {definition.version} is stored already with other content; "
        "give the changed one a new version"
    )


@attrs.frozen(slots=True)
class Claim:
    """The once-only mark of a fired rung (E1)."""

    sla: str
    cycle: int
    term: int
    rung: int
    repetition: int


@attrs.frozen(slots=True)
class Answer:
    """An idempotency key (M7): scope (a case's id, or ``open``), what was asked, and which events answered it.

    ``first`` and ``last`` are the numbers of the events that the command made.
    """

    actor: str
    scope: str
    key: str
    digest: str
    case: str
    first: int
    last: int


@attrs.frozen(slots=True, kw_only=True)
class OutboxRow:
    """An effect to deliver (D2). ``id`` is its idempotency key; ``number`` and ``position`` give the order in its case.

    ``state`` is ``pending``, ``done`` or ``dead``; ``due_at`` the instant from which it may be tried; ``depth`` how
    many effects led to this one.
    """

    id: str
    case: str
    number: int
    position: int
    destination: str
    effect: Effect
    created_at: int
    due_at: int
    state: str = "pending"
    attempts: int = 0
    error: str = ""
    depth: int = 0


@attrs.frozen(slots=True, kw_only=True)
class Incident:
    """Something that needs a person (E6, E7): a refused timer, a broken case, a dead letter.

    ``case`` may be empty for what belongs to no case.
    """

    case: str
    at: int
    kind: str
    about: str
    detail: str = ""


@attrs.frozen(slots=True, kw_only=True)
class Append:
    """All that one command writes, in one transaction (M6).

    Attributes:
        case: the snapshot after the events.
        expected: the version before the events; 0 opens the case.
        events: with their numbers and hashes.
        secrets: vault rows to add; ``erased`` refs to delete.
        definitions: to store if their hash is not there yet.
        claims: of rungs that fired.
        outbox: effects to deliver.
        answer: the idempotency key that the command claims, or None.
        incidents: to record.
        watchers: organisation ids that may see the case because they, or one below them, own or hold it.
        holders: organisation and person ids that hold a role on the case.
    """

    case: Case
    expected: int
    events: tuple[StoredEvent, ...]
    secrets: tuple[Secret, ...] = ()
    erased: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()
    claims: tuple[Claim, ...] = ()
    outbox: tuple[OutboxRow, ...] = ()
    answer: Answer | None = None
    incidents: tuple[Incident, ...] = ()
    watchers: frozenset[str] = frozenset()
    holders: frozenset[str] = frozenset()

    def check(self, stored: int) -> None:
        """Make sure that this batch continues a case whose stored version is ``stored``, 0 for none.

        Raises:
            Conflict: the stored version is another one, or an event number is taken (guarantees 2 and 3).
            InternalError: the events leave a gap, or do not end at the snapshot's version (guarantee 5).
        """
        numbers = [event.number for event in self.events]
        if stored != self.expected or (numbers and numbers[0] <= stored):
            raise Conflict(self.case.id, self.expected, stored or None)
        if not numbers or numbers != list(range(stored + 1, self.case.version + 1)):
            raise InternalError(
                f"an append to case {self.case.id} must carry the events {stored + 1} to {self.case.version}, the "
                f"snapshot's version, without a gap; it carries {numbers}"
            )


@attrs.frozen(slots=True, kw_only=True)
class Filter:
    """Which cases ``find`` gives.

    Attributes:
        everything: every case, whoever asks; then the next three do not matter.
        org: the asker's organisation: cases that it watches.
        below: the asker's organisation and those above it, and his own id: cases that one of them holds.
        opened_by: the asker's id: cases that he opened.
        workflow, state (``(track, state)``), card, closed: further conditions, None for any.
        limit, after: a page of at most ``limit`` cases whose id is greater than ``after``.
    """

    org: str | None = None
    below: frozenset[str] = frozenset()
    opened_by: str | None = None
    everything: bool = False
    workflow: str | None = None
    state: tuple[str, str] | None = None
    card: str | None = None
    closed: bool | None = None
    limit: int = 50
    after: str = ""


@attrs.frozen(slots=True)
class Page:
    """Cases in the order of their ids, and where the next page begins, or None at the end."""

    cases: tuple[Case, ...]
    next_after: str | None


@attrs.frozen(slots=True)
class Due:
    """A case whose clocks must fire something, and the instant after which they must."""

    case: str
    wake: int


@attrs.frozen(slots=True)
class Head:
    """The end of a case's chain: its id, the number and the hash of its last event (D4)."""

    case: str
    number: int
    hash: str


@attrs.frozen(slots=True, kw_only=True)
class Settlement:
    """What became of an outbox row: ``done``, ``dead``, or ``pending`` again from ``due_at`` on.

    ``attempted`` is False where it was only put off; ``follow_ups`` are rows of its case that take over a part of it.
    """

    id: str
    state: str
    due_at: int = 0
    error: str = ""
    incident: Incident | None = None
    attempted: bool = True
    follow_ups: tuple[OutboxRow, ...] = ()


class Cases(Protocol):
    """Cases and their histories."""

    def load(self, case_id: str) -> StoredCase | None:
        """The case as it stands, or None."""

    def append(self, batch: Append) -> None:
        """Write all of ``batch`` or nothing (guarantees 1-4)."""

    def history(self, case_id: str, after: int = 0) -> Sequence[StoredEvent]:
        """The events with a number greater than ``after``, in order."""

    def find(self, wanted: Filter) -> Page:
        """A page of the cases that ``wanted`` admits."""

    def answer(self, actor: str, scope: str, key: str) -> Answer | None:
        """What an idempotency key was used for, or None (M7)."""


class Agenda(Protocol):
    """Time and trouble."""

    def due(self, before: int, limit: int, after: tuple[int, str] = (-(2**62), "")) -> Sequence[Due]:
        """At most ``limit`` cases that wake before ``before``, in the order (wake, id), beyond ``after``."""

    def report(self, incident: Incident) -> None:
        """Record an incident that belongs to no append."""

    def incidents(self, case_id: str | None = None) -> Sequence[Incident]:
        """The recorded incidents, oldest first, of one case or of all."""


class Outbox(Protocol):
    """Effects waiting for delivery (D2)."""

    def pending(self, now: int, limit: int, case_id: str | None = None) -> Sequence[OutboxRow]:
        """At most ``limit`` rows that may be tried at ``now``, the oldest of each (case, destination) only.

        Ordered by (created_at, case, number, position, id). A dead row does not hold up its lane.
        """

    def settle(self, settlement: Settlement) -> None:
        """Record what became of a row, all of it or nothing; counts it in ``attempts`` if it was attempted.

        ``due_at`` counts for ``pending`` only. A row that is ``done`` stays as it is (guarantees 10 to 12).

        Raises:
            AdapterError: no row has this id.
        """

    def outbox(self, case_id: str) -> Sequence[OutboxRow]:
        """All rows of a case, ordered by (number, position, id), whatever their state."""


class Library(Protocol):
    """What cases refer to: definitions by hash, the vault, and what ``verify`` needs."""

    def definition(self, content_hash: str) -> Definition | None:
        """The stored definition of that hash, or None."""

    def secrets(self, case_id: str, refs: Sequence[str]) -> Mapping[str, Secret]:
        """The vault rows that still exist, by ref (D5)."""

    def heads(self) -> Sequence[Head]:
        """The end of every case's chain, by case id."""

    def raw(self, case_id: str) -> RawCase | None:
        """The case as it lies in the store, read at one instant, or None; damaged text as it is (D4)."""


class Store(Cases, Agenda, Outbox, Library, Protocol):
    """Everything a durable home of cases does; one object, four small protocols."""
