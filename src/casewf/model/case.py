"""What a case is at one instant: its position, its values, its clocks, its version.

A case is a fold over its events (D3); nothing here knows a definition, a calendar or a time zone.
Instants are microseconds since 1970-01-01T00:00Z.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

import attrs

from casewf.model.amount import Amount
from casewf.model.quick import quick

GENESIS = "0" * 64
"""The hash before a case's first event."""


@attrs.frozen(slots=True)
class Actor:
    """Who does something, as the host's directory resolved it (M11).

    Attributes:
        id: the person's or account's id.
        roles: the role names he has.
        org: his organisation, or None.
        lineage: ``org`` and the organisations above it, nearest first.
        on_behalf: for ``system``, the rung or effect that acts.
        deputy_for: the people who are away and for whom he stands in, each as that person may act himself.
    """

    id: str
    roles: frozenset[str] = frozenset()
    org: str | None = None
    lineage: tuple[str, ...] = ()
    on_behalf: str | None = None
    deputy_for: tuple[Actor, ...] = ()


@quick
@attrs.frozen(slots=True, weakref_slot=False)
class Stamp:
    """An actor as an event remembers him; as a deputy in the organisation, and ``on_behalf``, of the absent person.

    ``stood_in_for``: the others whose deputy he was then; what he did bars them, too, from what it bars him (M11).
    """

    id: str
    org: str | None = None
    on_behalf: str | None = None
    stood_in_for: tuple[str, ...] = ()


@attrs.frozen(slots=True)
class Holder:
    """Who holds a role on a case: organisations or persons, with the organisations above them (M11)."""

    ids: tuple[str, ...]
    kind: str = "org"
    above: tuple[str, ...] = ()


@attrs.frozen(slots=True)
class Sealed:
    """A sensitive value as cases and events carry it: where it lies in the vault, and a keyed digest (D5)."""

    ref: str
    digest: str


@quick
@attrs.frozen(slots=True, weakref_slot=False)
class NextRung:
    """The earliest armed, unfired rung of a clock: when, which one, which repetition (from 1)."""

    at: int
    rung: int
    repetition: int = 1


@attrs.frozen(slots=True)
class Cycle:
    """A finished run of a clock (K4): its number, verdict, the due instant it was judged by, and its end."""

    number: int
    verdict: str
    due: int | None
    ended_at: int


@attrs.frozen(slots=True, kw_only=True)
class Request:
    """An act that somebody asked for and nobody has decided yet (K7).

    ``act`` is ``extension`` or ``suspension``; ``amount`` how much, or for a suspension None for as long as it takes.
    """

    act: str
    by: Stamp
    at: int
    amount: Amount | None = None


@attrs.frozen(slots=True, kw_only=True)
class Suspension:
    """A clock stands by an act (K7).

    Attributes:
        since: when it was granted.
        requested_by: who had asked for it.
        amount: how long it may last, or None.
        until: when it ends by itself, or None until somebody resumes the clock.
    """

    since: int
    requested_by: Stamp
    amount: Amount | None = None
    until: int | None = None


@attrs.frozen(slots=True, kw_only=True)
class Carried:
    """What a clock took over when its target changed (K5): at ``at``, ``left`` of the ``whole`` was unspent.

    Both are microseconds, of working time where the budget is one, else of plain time.
    """

    at: int
    left: int
    whole: int


@attrs.frozen(slots=True, kw_only=True)
class Awaited:
    """A limit until a date that is not known yet: when it should have started, and its pauses since (K1).

    ``over``: it would be stopped if it ran, and waits for the date only once it is reopened (K4).
    """

    start: int
    pauses: tuple[tuple[int, int], ...] = ()
    paused_at: int | None = None
    over: bool = False


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class Clock:
    """One running measure of an SLA on one case: a budget and a ledger (K1).

    Attributes:
        sla: the SLA's id; ``cycle``: the run, from 1; a reopen or restart begins the next one (K4).
        term: the stretch up to one due instant, from 1 (E1); ``term_at``: when this one began.
        target: which row of the SLA's targets won, from 0.
        calendar: ``id`` and content hash of the working calendar (K6); ``start``: when measuring began.
        budget: the amount, or None for a date target; ``until``: the date's ordinal then, or None.
        limit: the due instant as last derived; see ``due``.
        original: the limit at the start of the cycle, or of what ``restart`` made of it (K5).
        extensions: what was granted, oldest first (K7); ``extended`` how often in this cycle.
        carried: what was taken over when the target changed, or None (K5).
        pauses: finished pauses as (begin, end); ``paused_at`` when the present one began, or None.
        suspension: the act by which it stands, or None (K2); ``suspensions``: how many have suspended it in this cycle.
        requests: acts asked for and not decided, at most one of each kind (K7).
        phase: ``running``, ``paused`` or ``stopped``.
        verdict: ``none``, ``met``, ``breached`` or ``cancelled`` (K2).
        observed: the verdict is given at the stop, by when it really happened (M12).
        fired: (rung, repetition) pairs that fired in this term, or were taken over; ``next``: the next rung, or None.
        unresolved, provisional: some rung, or ``limit``, lies past what the calendar knows (E2).
        ended_at: when the clock stopped or was cancelled; ``cycles``: the finished runs before this one.
    """

    sla: str
    start: int
    limit: int
    calendar: tuple[str, str]
    cycle: int = 1
    term: int = 1
    term_at: int
    target: int = 0
    budget: Amount | None = None
    until: int | None = None
    original: int
    extensions: tuple[Amount, ...] = ()
    extended: int = 0
    carried: Carried | None = None
    pauses: tuple[tuple[int, int], ...] = ()
    paused_at: int | None = None
    suspension: Suspension | None = None
    suspensions: int = 0
    requests: tuple[Request, ...] = ()
    phase: str = "running"
    verdict: str = "none"
    observed: bool = False
    fired: tuple[tuple[int, int], ...] = ()
    next: NextRung | None = None
    unresolved: bool = False
    provisional: bool = False
    ended_at: int | None = None
    cycles: tuple[Cycle, ...] = ()

    @property
    def due(self) -> int | None:
        """The due instant; None while paused (K2). After a stop, the instant it was judged by."""
        return None if self.phase == "paused" else self.limit

    def request(self, act: str) -> Request | None:
        """What of this kind was asked for and is not decided, or None."""
        return next((one for one in self.requests if one.act == act), None)

    @property
    def wake(self) -> int | None:
        """The earliest instant after which something of this clock must fire, or None."""
        if self.phase != "running":
            return None if self.suspension is None else self.suspension.until
        breach = self.limit if self.verdict == "none" and not self.observed else None
        if self.next is None:
            return breach
        return self.next.at if breach is None or self.next.at < breach else breach


@attrs.frozen(slots=True, kw_only=True)
class Children:
    """How many child cases there are, by whether they are closed."""

    open: int = 0
    closed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.open + self.closed


@attrs.frozen(slots=True, kw_only=True)
class Party:
    """Somebody a case is about, or who speaks for others in it.

    Attributes:
        id: what the case calls him, unique within it.
        kind: one of the workflow's kinds of parties, such as ``worker``.
        person: the host's own id of the person, by which his data is found, exported and erased (D5); or None.
        identity: his name, telephone number and so on, in the vault; None for somebody anonymous.
        represents: the ids of the parties he speaks for.
        came_from: the case that he was a party of before a merge or a split; empty for none.
        ratings: what he said of the handling, oldest first, one a round; ``rated`` whether this round has his.
    """

    id: str
    kind: str
    person: str | None = None
    identity: Sealed | None = None
    represents: tuple[str, ...] = ()
    came_from: str = ""
    ratings: tuple[str, ...] = ()
    rated: bool = False


@attrs.frozen(slots=True)
class Link:
    """To another case: ``duplicate``, ``related``, ``split_from``, ``split_to``, ``merged_from``, ``merged_into``."""

    kind: str
    case: str


# shared by all cases that have none; mappings are replaced, never changed
_NOTHING: Mapping[str, object] = {}
_NOBODY: Mapping[str, Holder] = {}
_NO_WITNESSES: Mapping[str, tuple[tuple[str, str | None], ...]] = {}
_NO_STATES: Mapping[str, str] = {}
_NO_CLOCKS: Mapping[str, Clock] = {}
_NONE_AWAITED: Mapping[str, Awaited] = {}
_NO_CYCLES: Mapping[str, int] = {}
_NO_PARTIES: Mapping[str, Party] = {}


class _UnderWay:
    """A place beside a case's attributes for who acts, while it is a draft that has yet to become the case."""

    __slots__ = ("actor",)


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class Case(_UnderWay):
    """One case at one version.

    Attributes:
        id: the case's id, given by the host.
        workflow: id, version and content hash of the pinned definition (K6).
        org: the organisation the case belongs to; ``org_above`` the organisations above it.
        version: the number of its last event, from 1.
        opened_at, opened_by, at: when and by whom it was opened; when its last event happened (M12).
        states: the state of each track, in the workflow's order.
        fields: the values, of which an absent name has none; ``holders``: who holds which role.
        witnesses: for triggers that some ``not_by`` names, who fired them: (id, organisation) pairs.
        previous: for states with a ``=previous`` way out, ``track.state`` to the state before (M10).
        clocks: by SLA id.
        awaited: by SLA id, the limits that should run and wait for their date.
        past_cycles: by SLA id, the last cycle of a clock that a migration ended or renamed; no number comes again (E1).
        parties: who it is about, by id; links: the cases that it is tied to; attachments: the ids of its files.
        persons: the host's ids of all who are or were parties, for the vault may still hold what they said (D5).
        parent: the case whose child this one is, or None; ``children`` counts this one's own.
        card: the raised warning level, or ``none``; ``card_rank`` its severity, 0 for none (E5).
        closed: no track accepts a trigger that does not reopen (M8).
    """

    id: str
    workflow: tuple[str, int, str]
    org: str | None
    org_above: tuple[str, ...] = ()
    version: int
    opened_at: int
    at: int
    opened_by: str
    states: Mapping[str, str]
    fields: Mapping[str, object] = _NOTHING
    holders: Mapping[str, Holder] = _NOBODY
    witnesses: Mapping[str, tuple[tuple[str, str | None], ...]] = _NO_WITNESSES
    previous: Mapping[str, str] = _NO_STATES
    clocks: Mapping[str, Clock] = _NO_CLOCKS
    awaited: Mapping[str, Awaited] = _NONE_AWAITED
    past_cycles: Mapping[str, int] = _NO_CYCLES
    parties: Mapping[str, Party] = _NO_PARTIES
    links: tuple[Link, ...] = ()
    persons: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    parent: str | None = None
    children: Children = Children()
    card: str = "none"
    card_rank: int = 0
    closed: bool = False

    @property
    def wake(self) -> int | None:
        """The earliest instant after which a clock of this case must fire something, or None."""
        earliest: int | None = None
        for clock in self.clocks.values():
            if clock.phase != "stopped" and (wake := clock.wake) is not None:
                earliest = wake if earliest is None or wake < earliest else earliest
        return earliest

    def first_due(self, leave_out: Container[str] = ()) -> Clock | None:
        """The running clock with the earliest due instant, or None; those of the limits ``leave_out`` do not count.

        A breached one counts until it is stopped, at the top of a worklist; a paused one has no due instant (K2).
        """
        running = (one for one in self.clocks.values() if one.phase == "running" and one.sla not in leave_out)
        return min(running, key=lambda clock: (clock.limit, clock.sla), default=None)
