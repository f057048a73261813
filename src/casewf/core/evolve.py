"""Folding events into a case (D3).

A ``Draft`` is a case under way: ``decide`` applies each event to it as soon as it is made, so that what
follows sees its result, and ``evolve`` is the same application on a case of its own. Mappings are replaced,
never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from casewf.errors import InternalError
from casewf.model.case import Actor, Case, Children, Clock, Cycle, Holder
from casewf.model.events import (
    ClockBreached,
    ClockCancelled,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    Erased,
    Event,
    IncidentRaised,
    Moved,
    Opened,
    RungFired,
)

NOBODY = Actor("")


class Draft:
    """A case while events are applied to it; it is also the view that guards look at (M9)."""

    __slots__ = (
        "actor",
        "at",
        "card",
        "card_rank",
        "children",
        "clocks",
        "closed",
        "fields",
        "holders",
        "id",
        "opened_at",
        "opened_by",
        "org",
        "org_above",
        "previous",
        "states",
        "version",
        "witnesses",
        "workflow",
    )

    actor: Actor
    at: int
    card: str
    card_rank: int
    children: Children
    clocks: Mapping[str, Clock]
    closed: bool
    fields: Mapping[str, object]
    holders: Mapping[str, Holder]
    id: str
    opened_at: int
    opened_by: str
    org: str | None
    org_above: tuple[str, ...]
    previous: Mapping[str, str]
    states: Mapping[str, str]
    version: int
    witnesses: Mapping[str, tuple[tuple[str, str | None], ...]]
    workflow: tuple[str, int, str]

    def __init__(self, case: Case, actor: Actor = NOBODY) -> None:
        self.actor = actor
        self.at = case.at
        self.card = case.card
        self.card_rank = case.card_rank
        self.children = case.children
        self.clocks = case.clocks
        self.closed = case.closed
        self.fields = case.fields
        self.holders = case.holders
        self.id = case.id
        self.opened_at = case.opened_at
        self.opened_by = case.opened_by
        self.org = case.org
        self.org_above = case.org_above
        self.previous = case.previous
        self.states = case.states
        self.version = case.version
        self.witnesses = case.witnesses
        self.workflow = case.workflow

    def apply(self, event: Event) -> None:
        """Make the event's results part of the draft and count it in the version."""
        self.version += 1
        self.at = event.at
        _APPLY[type(event)](self, event)

    def restore(self, case: Case) -> None:
        """Be as the case again, forgetting what was applied since."""
        self.__init__(case, self.actor)  # type: ignore[misc]  # the same assignments, once written

    def case(self) -> Case:
        """The draft as a case."""
        return Case(
            id=self.id,
            workflow=self.workflow,
            org=self.org,
            org_above=self.org_above,
            version=self.version,
            opened_at=self.opened_at,
            at=self.at,
            opened_by=self.opened_by,
            states=self.states,
            fields=self.fields,
            holders=self.holders,
            witnesses=self.witnesses,
            previous=self.previous,
            clocks=self.clocks,
            children=self.children,
            card=self.card,
            card_rank=self.card_rank,
            closed=self.closed,
        )


def opened_case(event: Opened) -> Case:
    """The case that an opening makes."""
    return Case(
        id=event.case,
        workflow=event.workflow,
        org=event.org,
        org_above=event.org_above,
        version=1,
        opened_at=event.at,
        at=event.at,
        opened_by=event.by.id,
        states=event.states,
        fields=event.fields,
        closed=event.closed,
    )


def evolve(case: Case | None, event: Event) -> Case:
    """The case after one more event; ``case`` is None before an ``Opened``.

    Raises:
        InternalError: an event that does not fit, such as a second opening.
    """
    if isinstance(event, Opened):
        if case is not None:
            raise InternalError(f"case {case.id} was opened twice")
        return opened_case(event)
    if case is None:
        raise InternalError(f"a {type(event).__name__} before the case was opened")
    draft = Draft(case)
    draft.apply(event)
    return draft.case()


def replay(events: Iterable[Event]) -> Case:
    """The case that a history adds up to.

    Raises:
        InternalError: an empty history, or one that does not begin with ``Opened``.
    """
    draft: Draft | None = None
    for event in events:
        if draft is not None:
            draft.apply(event)
        elif isinstance(event, Opened):
            draft = Draft(opened_case(event))
        else:
            raise InternalError(f"a history begins with {type(event).__name__} instead of Opened")
    if draft is None:
        raise InternalError("an empty history is no case")
    return draft.case()


def _moved(draft: Draft, event: Moved) -> None:
    target = event.target
    if target is not None:
        draft.states = {**draft.states, event.track: target}
        if event.remember:
            draft.previous = {**draft.previous, f"{event.track}.{target}": event.source}
    if event.fields:
        draft.fields = {**draft.fields, **event.fields}
    if event.holders:
        draft.holders = {**draft.holders, **event.holders}
    if event.witness:
        seen = draft.witnesses.get(event.trigger, ())
        who = (event.by.id, event.by.org)
        if who not in seen:
            draft.witnesses = {**draft.witnesses, event.trigger: (*seen, who)}
    if event.clears:
        draft.card, draft.card_rank = "none", 0
    draft.closed = event.closed


def _clock_started(draft: Draft, event: ClockStarted) -> None:
    clock = Clock(
        sla=event.sla,
        start=event.start,
        limit=event.limit,
        calendar=event.calendar,
        cycle=event.cycle,
        term_at=event.start if event.term_at is None else event.term_at,
        target=event.target,
        budget=event.budget,
        until=event.until,
        original=event.limit,
        pauses=event.pauses,
        verdict=event.verdict,
        observed=event.observed,
        fired=event.fired,
        next=event.next,
        unresolved=event.unresolved,
        provisional=event.provisional,
        cycles=event.cycles,
    )
    draft.clocks = {**draft.clocks, event.sla: clock}


def _change(draft: Draft, sla: str, **changes: object) -> None:
    # attrs.evolve is typed loosely; the names are checked by the tests that fold every event
    draft.clocks = {**draft.clocks, sla: attrs.evolve(draft.clocks[sla], **changes)}  # type: ignore[arg-type]


def _clock_paused(draft: Draft, event: ClockPaused) -> None:
    _change(draft, event.sla, phase="paused", paused_at=event.since, next=None)


def _clock_resumed(draft: Draft, event: ClockResumed) -> None:
    clock = draft.clocks[event.sla]
    if clock.paused_at is None:
        raise InternalError(f"{event.sla} was resumed without a pause")
    _change(
        draft,
        event.sla,
        phase="running",
        paused_at=None,
        pauses=(*clock.pauses, (clock.paused_at, event.until)),
        limit=event.limit,
        next=event.next,
        unresolved=event.unresolved,
        provisional=event.provisional,
    )


def _end(draft: Draft, sla: str, verdict: str, ended_at: int) -> None:
    clock = draft.clocks[sla]
    pauses = clock.pauses if clock.paused_at is None else (*clock.pauses, (clock.paused_at, ended_at))
    # it can have ended before it was recorded (M12); what was paused after that is no part of the cycle
    pauses = tuple((begin, min(end, ended_at)) for begin, end in pauses if begin < ended_at)
    _change(
        draft, sla, phase="stopped", verdict=verdict, ended_at=ended_at, next=None, paused_at=None,
        pauses=pauses, unresolved=False,
    )  # fmt: skip


def _clock_stopped(draft: Draft, event: ClockStopped) -> None:
    _end(draft, event.sla, event.verdict, event.stopped_at)


def _clock_cancelled(draft: Draft, event: ClockCancelled) -> None:
    breached = draft.clocks[event.sla].verdict == "breached"
    _end(draft, event.sla, "breached" if breached else "cancelled", event.at)


def _clock_retargeted(draft: Draft, event: ClockRetargeted) -> None:
    clock = draft.clocks[event.sla]
    _change(
        draft,
        event.sla,
        target=event.target,
        limit=event.limit,
        term=event.term,
        term_at=clock.term_at if event.term == clock.term else event.at,
        budget=event.budget,
        until=event.until,
        fired=event.fired,
        next=event.next,
        unresolved=event.unresolved,
        provisional=event.provisional,
    )


def _clock_breached(draft: Draft, event: ClockBreached) -> None:
    _change(draft, event.sla, verdict="breached")


def _rung_fired(draft: Draft, event: RungFired) -> None:
    clock = draft.clocks[event.sla]
    _change(
        draft, event.sla, fired=(*clock.fired, (event.rung, event.repetition)), next=event.next,
        unresolved=event.unresolved,
    )  # fmt: skip
    if event.card is not None and event.card_rank > draft.card_rank:
        draft.card, draft.card_rank = event.card, event.card_rank
    if event.fields:
        draft.fields = {**draft.fields, **event.fields}
    if event.holders:
        draft.holders = {**draft.holders, **event.holders}


def _nothing(_draft: Draft, _event: object) -> None:
    """Incidents and erasures change neither position nor clocks."""


def finished(clock: Clock) -> tuple[Cycle, ...]:
    """The finished cycles of a clock whose last one has ended, oldest first (K4)."""
    if clock.ended_at is None:
        raise InternalError(f"the clock {clock.sla} has not ended")
    due = None if clock.verdict == "cancelled" else clock.limit
    return (*clock.cycles, Cycle(clock.cycle, clock.verdict, due, clock.ended_at))


# Any: each function takes the event of its key, which a mapping cannot say.
_APPLY: Mapping[type, Callable[[Draft, Any], None]] = {
    Moved: _moved,
    ClockStarted: _clock_started,
    ClockPaused: _clock_paused,
    ClockResumed: _clock_resumed,
    ClockStopped: _clock_stopped,
    ClockCancelled: _clock_cancelled,
    ClockRetargeted: _clock_retargeted,
    ClockBreached: _clock_breached,
    RungFired: _rung_fired,
    IncidentRaised: _nothing,
    Erased: _nothing,
}
