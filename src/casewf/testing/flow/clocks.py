"""Rules K: what a clock may be, and its due instant worked out once more from its budget and its ledger."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TypeAlias

from casewf.engine.registry import stored_calendar
from casewf.model.amount import Amount, CalendarDays, WorkingDays, WorkingTime
from casewf.model.case import Clock
from casewf.model.clock_events import ClockBreached, ClockExtended, ClockStarted, ClockStopped, ClockSuspended
from casewf.ports.store import Store
from casewf.testing.flow.seen import Broken, Look, Seen
from casewf.worktime import WorkCalendar

__all__ = [
    "CalendarOf",
    "at_event",
    "at_rest",
    "calendars_of",
    "granted_from",
    "ledger",
    "measured",
    "paused_in",
]

CalendarOf: TypeAlias = Callable[[Clock], WorkCalendar]
"""Gives the calendar that a clock is pinned to, as it goes on past its horizon."""


def at_event(look: Look, calendar_of: CalendarOf) -> Iterator[Broken]:
    """What must hold of every event.

    A verdict that was given stays (K3), finished cycles stay (K3), cycles follow one another (K4), and what is breached
    or met was due when its ledger says (K1).
    """
    event = look.row.event
    yield from _cycles(look)
    for sla in look.before.clocks.keys() - look.after.clocks.keys():
        yield Broken("K3", f"the clock of {sla} is gone")
    if isinstance(event, ClockBreached | ClockStopped):
        judged = look.before.clocks[event.sla]
        if _is_measured(judged):
            yield from ledger(judged, calendar_of(judged))
    if isinstance(event, ClockExtended | ClockSuspended) and event.by.id == event.requested_by.id:
        yield Broken("K7", f"{event.by.id} granted what he had asked for on {event.sla}")
    if look.after.closed and not look.before.closed:
        look.seen.started_after_end = set()
    if isinstance(event, ClockStarted):
        look.seen.started_after_end.add(event.sla)


def _cycles(look: Look) -> Iterator[Broken]:
    known = look.seen.verdicts
    for sla, clock in look.after.clocks.items():
        for cycle, verdict in _verdicts(clock):
            given = known.get((sla, cycle), "none")
            if given in ("met", "breached") and verdict != given:
                yield Broken("K3", f"cycle {cycle} of {sla} was {given}, and is {verdict}")
            known[sla, cycle] = verdict
        before = look.before.clocks.get(sla)
        if before is not None and before is not clock:
            yield from _follows(before, clock)


def _verdicts(clock: Clock) -> Iterator[tuple[int, str]]:
    yield clock.cycle, clock.verdict
    yield from ((cycle.number, cycle.verdict) for cycle in clock.cycles)


def _follows(before: Clock, after: Clock) -> Iterator[Broken]:
    if after.cycles[: len(before.cycles)] != before.cycles:
        yield Broken("K3", f"a finished cycle of {after.sla} was changed")
    if after.cycle - before.cycle not in (0, 1):
        yield Broken("K4", f"{after.sla} went from cycle {before.cycle} to {after.cycle}")
    if before.phase == "stopped" and after.cycle == before.cycle:
        yield Broken("K3", f"cycle {after.cycle} of {after.sla} was over, and was changed")


def at_rest(seen: Seen, calendar_of: CalendarOf) -> Iterator[Broken]:
    """What must hold of every clock between commands; ``calendar_of`` gives what it is pinned to, past its horizon."""
    case = seen.case
    for clock in case.clocks.values():
        yield from _phase(clock, case.at)
        begins = [instant for pause in clock.pauses for instant in pause]
        if begins != sorted(begins):
            yield Broken("K1", f"the ledger of {clock.sla} is out of order: {clock.pauses}")
        if _is_measured(clock):
            yield from ledger(clock, calendar_of(clock))
    yield from _runs_where_it_rests(seen)
    if case.closed:
        running = {clock.sla for clock in case.clocks.values() if clock.phase != "stopped"}
        for sla in sorted(running - seen.started_after_end):
            yield Broken("K8", f"the case is closed, and {sla} runs on")


def _runs_where_it_rests(seen: Seen) -> Iterator[Broken]:
    """Clocks that run in a state in which they pause whatever the case is like."""
    here = {f"{track}.{state}" for track, state in seen.case.states.items()}
    for sla in seen.workflow.slas:
        clock = seen.case.clocks.get(sla.id)
        resting = here & {place for one in sla.pause if one.when is None for place in one.inside}
        if clock is not None and resting and clock.phase == "running" and clock.verdict == "none":
            yield Broken("K2", f"{sla.id} runs in {', '.join(sorted(resting))}, where it pauses")


def _is_measured(clock: Clock) -> bool:
    return clock.phase == "running" and clock.verdict == "none" and not clock.observed


def _phase(clock: Clock, at: int) -> Iterator[Broken]:
    if clock.phase == "paused":
        over = None if clock.suspension is None else clock.suspension.until
        if clock.due is not None or clock.next is not None or clock.wake != over:
            yield Broken("K2", f"{clock.sla} is paused, and due {clock.due}, its next rung {clock.next}")
        if over is not None and over < at:
            yield Broken("K7", f"the suspension of {clock.sla} was over at {over}, and goes on at {at}")
    elif clock.due is None:
        yield Broken("K2", f"{clock.sla} is {clock.phase}, and has no due instant")
    if clock.phase == "stopped" and (clock.wake is not None or clock.verdict == "none"):
        yield Broken(
            "K2", f"{clock.sla} has stopped with the verdict {clock.verdict}, and wakes {clock.wake}"
        )
    if clock.phase == "running" and clock.verdict == "met":
        yield Broken("K2", f"{clock.sla} runs, and is met already")
    if clock.requests and (clock.phase == "stopped" or clock.verdict == "breached"):
        yield Broken("K7", f"{clock.sla} is over, and somebody waits for {clock.requests[0].act}")


# the due instant once more


def ledger(clock: Clock, calendar: WorkCalendar) -> Iterator[Broken]:
    """K1 by subtraction, while the core adds: what runs up to the due instant, less the pauses, is what was granted."""
    if clock.budget is None:
        wanted = _at_least(calendar.roll_to_close(clock.until or 0), clock)
        if clock.carried is None and clock.limit != wanted:
            yield Broken("K1", f"{clock.sla} ends at {clock.limit}; the day closes at {wanted}")
    elif any(type(one) is not type(clock.budget) for one in clock.extensions):
        return  # what was granted in another unit counts on from where the budget ends (K5)
    elif isinstance(clock.budget, CalendarDays):
        days = clock.budget.days + sum(one.days for one in clock.extensions if isinstance(one, CalendarDays))
        since = clock.start + paused_in(clock, clock.start, calendar)
        wanted = max([calendar.calendar_days_after(since, days), *(end for _, end in clock.pauses)])
        if clock.carried is None and clock.limit != wanted:
            yield Broken("K1", f"{clock.sla} ends at {clock.limit}; {days} days after {since} is {wanted}")
    else:
        start, granted = granted_from(clock, calendar)
        spent = measured(clock.budget, start, clock.limit, calendar) - paused_in(clock, start, calendar)
        if spent != granted:
            yield Broken("K1", f"{clock.sla} runs {spent} µs up to its due instant; {granted} were granted")
        elif (
            granted and not clock.pauses and spent == measured(clock.budget, start, clock.limit - 1, calendar)
        ):
            yield Broken("T1", f"{clock.sla} ends at {clock.limit}, and an earlier instant would do")


def _at_least(limit: int, clock: Clock) -> int:
    """A due instant that is never before the end of a pause which began up to it."""
    for begin, end in clock.pauses:
        if limit >= begin:
            limit = max(limit, end)
    return limit


def granted_from(clock: Clock, calendar: WorkCalendar) -> tuple[int, int]:
    """From when on a budget counts, and how many microseconds of its time were granted with all extensions."""
    if clock.carried is not None:
        return clock.carried.at, clock.carried.left
    budget = clock.budget
    if isinstance(budget, WorkingDays):
        days = budget.days + sum(one.days for one in clock.extensions if isinstance(one, WorkingDays))
        return clock.start, calendar.work_between(
            clock.start, calendar.add_us(clock.start, WorkingDays(days))
        )
    amounts = [one for one in (budget, *clock.extensions) if one is not None]
    return clock.start, sum(getattr(one, "us", 0) for one in amounts)


def measured(budget: Amount | None, begin: int, end: int, calendar: WorkCalendar) -> int:
    """The time between two instants as a budget measures it: working time, or plain time."""
    is_working = isinstance(budget, WorkingDays | WorkingTime)
    return calendar.work_between(begin, end) if is_working else end - begin


def paused_in(clock: Clock, since: int, calendar: WorkCalendar) -> int:
    """The paused time of a clock after an instant, as its budget measures it.

    A pause that began when the due instant had passed, which a change of the target can bring about later (K5), does
    not move it and is left out (K1).
    """
    return sum(
        measured(clock.budget, max(begin, since), end, calendar)
        for begin, end in clock.pauses
        if end > since and begin < clock.limit
    )


def calendars_of(store: Store) -> CalendarOf:
    """The calendar versions that clocks are pinned to, read from the store; past their horizons they guess (T6)."""

    def calendar_of(clock: Clock) -> WorkCalendar:
        name, version = clock.calendar
        found = store.definition(version)
        if found is None:
            raise LookupError(f"the store has no calendar {name} at version {version} (K6)")
        return _calendar(name, found.body)

    return calendar_of


@functools.lru_cache(maxsize=64)
def _calendar(name: str, body: str) -> WorkCalendar:
    return stored_calendar(name, body).provisional
