"""The records that cross the store port: what a batch holds, what is read back.

Instants are microseconds since 1970-01-01T00:00Z; the guarantees are numbered in ``store.py``.
"""

from __future__ import annotations

from typing import Literal

import attrs

from casewf.errors import Conflict, InternalError
from casewf.model.case import Case
from casewf.model.effects import Effect
from casewf.model.events import Event
from casewf.model.vault import Secret

COUNTED = 10_000
"""How far ``Health`` counts."""

LOOKED_AT = 1_000
"""How many effects that were put off a store looks at to find the oldest, at least, if so many are due."""

DAY_US = 86_400_000_000
"""The span in which ``Health`` counts incidents, in microseconds."""

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
    """A case's snapshot, the hash of its last event, and ``Append.retain_until`` as it was last given."""

    case: Case
    head: str
    retain_until: int | None = None


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

    ``state`` is ``pending``, ``done`` or ``dead``; ``due_at`` the instant from which it may be tried; ``lease`` the
    claim under which it is being tried until then, empty for none; ``depth`` how many effects led to this one.
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
    lease: str = ""


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
        persons: the host's ids of the people whose data the case holds (D5). A store adds them to those it has: what
            the history knew of somebody must be found for ever.
        due: the earliest due instant of a running clock that is not advisory, or None (``Case.first_due``).
        retain_until: when the case's personal data is to be erased, or None while it is open (D5).
        held: the outbox row of another case, and the lease under which it is being delivered, that this comes of and
            may come of no longer once somebody else has the row (guarantee 16); None for what stands for itself.
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
    persons: frozenset[str] = frozenset()
    due: int | None = None
    retain_until: int | None = None
    held: tuple[str, str] | None = None

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
        unheld: of those that he opened only cases that nobody holds, an empty id being nobody.
        workflow, state (``(track, state)``), card, closed: further conditions, None for any.
        person: only cases that hold data of this person (D5).
        retain_before: only cases whose ``retain_until`` is before this instant.
        due_from, due_before: only cases whose ``due`` is at or after, or before, these instants; a case without one is
            due after every instant.
        order: ``id``; or ``due``: only open cases, the earliest due instant first, then by id, those without one last.
        limit: at most so many cases.
        after: a page of cases that come after this id; in the order ``due`` after the case of this id and the due
            instant ``after_due``. Empty for the first page.
    """

    org: str | None = None
    below: frozenset[str] = frozenset()
    opened_by: str | None = None
    everything: bool = False
    workflow: str | None = None
    state: tuple[str, str] | None = None
    card: str | None = None
    closed: bool | None = None
    unheld: bool = False
    person: str | None = None
    retain_before: int | None = None
    due_from: int | None = None
    due_before: int | None = None
    order: Literal["id", "due"] = "id"
    limit: int = 50
    after: str = ""
    after_due: int | None = None


@attrs.frozen(slots=True)
class Page:
    """Cases in the order asked for, and the ``after`` and ``after_due`` of the next page, or None at the end."""

    cases: tuple[Case, ...]
    next_after: str | None
    next_due: int | None = None


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
    ``lease`` is that of the claim under which it was tried, which stays with the row if the attempt ``goes_on``.
    """

    id: str
    state: str
    due_at: int = 0
    error: str = ""
    incident: Incident | None = None
    attempted: bool = True
    follow_ups: tuple[OutboxRow, ...] = ()
    lease: str = ""
    goes_on: bool = False

    def counts(self, row: OutboxRow) -> bool:
        """Whether it changes this row, as it is stored (guarantees 10 and 15)."""
        return row.state != "done" and (self.state == "done" or self.lease == row.lease)


@attrs.frozen(slots=True, kw_only=True)
class Health:
    """How far behind a store is at an instant. Counts end at ``COUNTED``: so many, or more.

    Attributes:
        at: the instant.
        clock: what the store's own clock said then; None where the store has none of its own.
        newest: the latest instant of what was written lately (the last event of a case, an effect, an incident);
            None in an empty store. A store without an index for it may look at the last rows only.
        due_cases: cases that wake before ``at``; ``claimed_cases`` of them somebody holds.
        oldest_due: when the first of them was to wake, or None.
        due_effects: effects whose instant is not after ``at``; also those behind an older one of their lane.
        oldest_effect: from when on the first of them may be tried, or None.
        waiting_effects: effects whose instant is still to come; ``leased_effects`` of them somebody is delivering,
            ``failed_effects`` of them were tried before, and nobody is delivering them.
        oldest_unbound: when the first of them was written that was never tried and yet has an ``error``, because no
            engine that took it had anything to deliver it with; or None.
        dead_effects: effects that were given up.
        incidents: those of the 24 hours before ``at``.
        latest_incident: when the last one was, or None.
    """

    at: int
    clock: int | None = None
    newest: int | None = None
    due_cases: int = 0
    claimed_cases: int = 0
    oldest_due: int | None = None
    due_effects: int = 0
    oldest_effect: int | None = None
    waiting_effects: int = 0
    leased_effects: int = 0
    failed_effects: int = 0
    oldest_unbound: int | None = None
    dead_effects: int = 0
    incidents: int = 0
    latest_incident: int | None = None
