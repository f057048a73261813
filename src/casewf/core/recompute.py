"""Measuring running clocks by the present version of their calendar (K6)."""

from __future__ import annotations

from casewf.core.clock_pauses import breach_if_passed
from casewf.core.clocks import end_of, measure_of
from casewf.core.ladder import Reading, next_rung, read
from casewf.core.limit_plan import Ladder
from casewf.core.work import Work
from casewf.model.case import Actor, Clock, Stamp
from casewf.model.clock_events import CalendarChanged
from casewf.worktime import WorkCalendar


def recompute(work: Work, calendar_id: str, actor: Actor) -> None:
    """Measure every clock that runs, or is paused, by the calendar of this id as it is now.

    What is over stays: finished cycles, fired rungs, and the due instant of a breached clock, of which only the rungs
    to come are found anew. A clock for which nothing changes gets no event.
    """
    by = Stamp(actor.id, actor.org, actor.on_behalf)
    calendar = work.program.calendars.get(calendar_id)
    if calendar is None:
        return
    for plan in work.program.slas:
        clock = work.draft.clocks.get(plan.spec.id)
        if clock is None or clock.phase == "stopped" or clock.calendar[0] != calendar_id:
            continue
        found = _reading(clock, calendar, plan.targets[clock.target].ladder)
        pin, until = calendar.pin, _suspended_until(clock, calendar)
        present = None if clock.suspension is None else clock.suspension.until
        if (pin, found, until) == (clock.calendar, _present(clock), present):
            continue
        work.emit(
            CalendarChanged(
                at=work.at,
                sla=clock.sla,
                calendar=pin,
                limit=found.limit,
                by=by,
                suspended_until=until,
                next=found.next,
                unresolved=found.unresolved,
                provisional=found.provisional,
            )
        )
        breach_if_passed(work, clock.sla, found.limit)


def _reading(clock: Clock, calendar: WorkCalendar, ladder: Ladder) -> Reading:
    measure = measure_of(clock, calendar)
    armed = clock.phase == "running"
    if clock.verdict != "breached":
        return read(measure, ladder, clock.fired, clock.term_at, armed=armed)
    if not armed:
        return Reading(limit=clock.limit)
    upcoming, unresolved = next_rung(ladder, measure, clock.limit, clock.fired, clock.term_at)
    return Reading(limit=clock.limit, next=upcoming, unresolved=unresolved)


def _suspended_until(clock: Clock, calendar: WorkCalendar) -> int | None:
    """When a suspension ends by itself, by this version."""
    suspension = clock.suspension
    if suspension is None or suspension.amount is None:
        return None
    return end_of(suspension.amount, suspension.since, calendar)


def _present(clock: Clock) -> Reading:
    return Reading(
        limit=clock.limit, next=clock.next, unresolved=clock.unresolved, provisional=clock.provisional
    )
