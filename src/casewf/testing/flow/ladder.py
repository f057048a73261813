"""Rules E: each rung once, in order, never early, none left behind; and the card that they raise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import attrs

from casewf.errors import WorkingTimeError
from casewf.model.amount import Amount, CalendarDays, WorkingDays
from casewf.model.case import Case, Clock, NextRung
from casewf.model.clock_events import ActRequested, RungFired
from casewf.model.events import Erased, Event, Moved
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Rung, Sla, Workflow
from casewf.testing.flow.clocks import CalendarOf, granted_from, measured, paused_in
from casewf.testing.flow.seen import Broken, Look, Seen
from casewf.worktime import WorkCalendar

__all__ = ["at_event", "is_command", "left_behind", "out_of_order"]


def at_event(look: Look, calendar_of: CalendarOf) -> Iterator[Broken]:
    """What must hold of every event."""
    event, before, seen = look.row.event, look.before, look.seen
    if isinstance(event, RungFired):
        order = {sla.id: number for number, sla in enumerate(seen.workflow.slas)}
        for rule, words in out_of_order(before.clocks, event, order):
            yield Broken(rule, f"event {look.row.number}: {words}")
        claim = (event.sla, event.cycle, event.term, event.rung, event.repetition)
        if claim in seen.claims:
            yield Broken("E1", f"rung {claim} fired twice")
        seen.claims.add(claim)
        yield from _in_its_place(seen.workflow, before.clocks[event.sla], event, calendar_of)
    elif is_command(event):
        waiting = [clock.sla for clock in before.clocks.values() if (clock.wake or event.at) < event.at]
        if waiting:
            yield Broken("E3", f"event {look.row.number} went before what was due on {', '.join(waiting)}")
    yield from _card(before, event, look.after)


def is_command(event: Event) -> bool:
    """Whether it is the first event of what somebody asked for: the engine's own follow from others."""
    if isinstance(event, Moved):
        return not event.auto and event.by.id != SYSTEM
    return isinstance(event, ActRequested | Erased)


def out_of_order(
    clocks: Mapping[str, Clock], event: RungFired, order: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    """What is wrong with when a rung fired: it was not armed, it is early, or another was due before it (E3, E4)."""
    clock = clocks[event.sla]
    if clock.next != NextRung(event.scheduled_for, event.rung, event.repetition):
        yield "E4", f"{event.sla}/{event.rung} fired, armed was {clock.next}"
    if not event.scheduled_for < event.at:
        yield "E3", f"{event.sla}/{event.rung} fired at {event.at}, early for {event.scheduled_for}"
    mine = (event.scheduled_for, order[event.sla], event.rung, event.repetition)
    for other in clocks.values():
        armed = other.next
        if other.phase != "running" or armed is None:
            continue
        if (armed.at, order[other.sla], armed.rung, armed.repetition) < mine:
            yield (
                "E4",
                f"{event.sla}/{event.rung} fired before {other.sla}/{armed.rung}, which was due earlier",
            )


def _card(before: Case, event: Event, after: Case) -> Iterator[Broken]:
    if isinstance(event, Moved) and event.clears:
        wanted = ("none", 0)
    elif isinstance(event, RungFired) and event.card is not None and event.card_rank > before.card_rank:
        wanted = (event.card, event.card_rank)
    else:
        wanted = (before.card, before.card_rank)
    if (after.card, after.card_rank) != wanted:
        yield Broken("E5", f"the card went from {before.card} to {after.card}, expected was {wanted[0]}")


# where rungs stand


class Place(NamedTuple):
    """A rung by its number among all rungs of its limit, and which repetition of it."""

    number: int
    rung: Rung
    repetition: int


def _numbered(sla: Sla, target: int) -> Iterator[tuple[int, Rung]]:
    """The rungs of a target with their numbers: the limit's own come first, then those of its targets."""
    own = sla.target[target].ladder
    if own is None:
        yield from enumerate(sla.ladder)
        return
    since = len(sla.ladder) + sum(len(one.ladder or ()) for one in sla.target[:target])
    yield from enumerate(own, since)


def _instant(place: Place, clock: Clock, calendar: WorkCalendar) -> int | None:
    """When a rung stands that counts from the due instant; None for a share, or past what dates can express."""
    rung = place.rung
    try:
        if rung.percent == 100:
            at = clock.limit
        elif rung.after is not None:
            at = calendar.add_us(clock.limit, rung.after, anchor="same_time")
        elif rung.before is not None:
            at = calendar.subtract_us(clock.limit, rung.before, anchor="same_time")
        else:
            return None
        if place.repetition > 1 and rung.every is not None:
            at = calendar.add_us(at, _times(rung.every, place.repetition - 1), anchor="same_time")
    except WorkingTimeError:
        return None
    for begin, end in clock.pauses:
        if begin <= at < end:
            at = end
    return at


def _times(amount: Amount, count: int) -> Amount:
    if isinstance(amount, WorkingDays | CalendarDays):
        return attrs.evolve(amount, days=amount.days * count)
    return type(amount)(microseconds=amount.us * count)


def _in_its_place(
    workflow: Workflow, clock: Clock, event: RungFired, calendar_of: CalendarOf
) -> Iterator[Broken]:
    """E2: it stood where the file says, from the due instant as it was then."""
    numbered = dict(_numbered(workflow.sla(event.sla), clock.target))
    rung = numbered.get(event.rung)
    if rung is None or event.repetition > rung.times:
        yield Broken("E1", f"{event.sla} has no rung {event.rung} for the {event.repetition}th time")
        return
    if clock.provisional or clock.unresolved:
        return
    place = Place(event.rung, rung, event.repetition)
    wanted = _instant(place, clock, calendar_of(clock))
    if wanted is not None and wanted != event.scheduled_for:
        yield Broken("E2", f"{event.sla}/{event.rung} stood at {wanted}, and fired for {event.scheduled_for}")


def left_behind(seen: Seen, calendar_of: CalendarOf, now: int) -> Iterator[Broken]:
    """E3, after a command or a sweep: nothing is left that was due, be it armed or forgotten."""
    for clock in seen.case.clocks.values():
        if clock.wake is not None and clock.wake < now:
            yield Broken("E3", f"{clock.sla} was to wake at {clock.wake}, and it is {now}")
        if clock.phase != "running" or clock.provisional or clock.unresolved:
            continue
        if clock.verdict == "none" and not clock.observed and clock.limit < now:
            yield Broken(
                "K3", f"{clock.sla} was due at {clock.limit}, it is {now}, and no breach is recorded"
            )
        calendar = calendar_of(clock)
        for number, rung in _numbered(seen.workflow.sla(clock.sla), clock.target):
            for repetition in range(1, rung.times + 1):
                place = Place(number, rung, repetition)
                if (number, repetition) not in clock.fired and _is_owed(place, clock, calendar, now):
                    yield Broken("E3", f"{clock.sla}/{number} for the {repetition}th time has not fired")


def _is_owed(place: Place, clock: Clock, calendar: WorkCalendar, now: int) -> bool:
    """Whether a rung was armed in this term and its instant has passed."""
    rung = place.rung
    if rung.percent is not None and rung.percent < 100:
        return place.repetition == 1 and _share_passed(rung.percent, clock, calendar, now)
    at = _instant(place, clock, calendar)
    if at is None or at <= clock.start or at >= now:
        return False
    return rung.after is not None or at > clock.term_at


def _share_passed(percent: int, clock: Clock, calendar: WorkCalendar, now: int) -> bool:
    """Whether more than a share of the measured time has passed, counted from the start: by subtraction alone."""
    budget = clock.budget
    if clock.carried is not None or budget is None or isinstance(budget, CalendarDays):
        return False
    if any(type(one) is not type(budget) for one in clock.extensions):
        return False
    start, granted = granted_from(clock, calendar)
    share = -(-granted * percent // 100)
    passed = measured(budget, start, now, calendar) - paused_in(clock, start, calendar)
    return passed > share and measured(budget, start, clock.term_at, calendar) < share
