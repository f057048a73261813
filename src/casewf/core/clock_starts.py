"""Beginning a cycle of a clock: the first, a fresh one, or one that goes on from the last (K4)."""

from __future__ import annotations

from casewf.core.clock_pauses import breach_if_passed, pause_or_resume
from casewf.core.clock_results import finished
from casewf.core.clocks import Measure, limit_of, measure_of
from casewf.core.ladder import next_rung, read
from casewf.core.limit_plan import SlaPlan
from casewf.core.work import Work
from casewf.machine.rules import is_met
from casewf.model.case import Awaited, Clock, Stamp
from casewf.model.clock_events import ClockPaused, ClockStarted, LimitAwaited
from casewf.model.events import IncidentRaised
from casewf.model.quick import copier

_started = copier(
    ClockStarted,
    Measure,
    "at",
    "sla",
    "limit",
    "calendar",
    "cycle",
    "target",
    "observed",
    "next",
    "unresolved",
    "provisional",
    "cycles",
)


def begin(
    work: Work, plan: SlaPlan, since: int | Awaited, before: Clock | None, by: Stamp, *, goes_on: bool = False
) -> None:
    """Begin a fresh cycle, which pauses at once where it has a reason to; see ``start_clock``."""
    start_clock(work, plan, since, before, by, goes_on=goes_on)
    if plan.pauses:
        pause_or_resume(work, plan, by)


def start_clock(
    work: Work, plan: SlaPlan, since: int | Awaited, before: Clock | None, by: Stamp, *, goes_on: bool = False
) -> None:
    """Begin a fresh cycle with the pauses given, and look for no other.

    A limit until a date that is not known yet is awaited, and an incident says so: a limit that silently does not
    exist would be late in silence.

    Args:
        work: under way.
        plan: the SLA.
        since: from when it is measured, with its pauses since then where it waited for its date.
        before: the cycle before it, or None.
        by: whose move began it.
        goes_on: a due instant past the calendar is provisional instead of an error (E2).

    Raises:
        HorizonError: the due instant lies past what the calendar knows.
    """
    draft, sla = work.draft, plan.spec.id
    start, pauses, paused_at = (
        (since, (), None) if isinstance(since, int) else (since.start, since.pauses, since.paused_at)
    )
    number = choose_target(work, plan)
    target = plan.targets[number].spec
    until = None
    if target.until is not None and (until := until_of(work, target.until)) is None:
        work.emit(LimitAwaited(at=work.at, sla=sla, start=start))
        no_date(work, plan, target.until)
        return
    calendar = work.program.calendar_for(draft.fields, draft)
    measure = Measure(calendar, start, target.within, until, pauses)
    ladder, provisional = plan.targets[number].ladder, False
    if goes_on:
        found = read(measure, ladder, (), start)
        limit, upcoming, unresolved = found.limit, found.next, found.unresolved
        provisional = found.provisional
    else:
        limit = limit_of(measure)
        upcoming, unresolved = next_rung(ladder, measure, limit, (), start)
    work.emit(
        _started(
            measure,
            at=work.at,
            sla=sla,
            limit=limit,
            calendar=calendar.pin,
            cycle=1 + (draft.past_cycles.get(sla, 0) if before is None else before.cycle),
            target=number,
            observed=plan.spec.measure == "occurred",
            next=upcoming,
            unresolved=unresolved,
            provisional=provisional,
            cycles=() if before is None else finished(before),
        )
    )
    if paused_at is not None:
        work.emit(ClockPaused(at=work.at, sla=sla, since=paused_at, by=by))
    if limit < work.at:
        breach_if_passed(work, sla, limit)


def no_date(work: Work, plan: SlaPlan, field: str) -> None:
    """Say that a limit has no date to run until."""
    work.emit(IncidentRaised(at=work.at, kind="limit_without_date", about=plan.spec.id, detail=field))


def reopen(work: Work, plan: SlaPlan, occurred_at: int | None, by: Stamp) -> None:
    """Open the next cycle of a stopped clock: with the time spent and the rungs fired, or afresh (K4)."""
    awaited = work.draft.awaited.get(plan.spec.id)
    if awaited is not None:
        _await_again(work, plan, awaited)
        return
    clock = work.draft.clocks.get(plan.spec.id)
    if clock is None or clock.phase != "stopped" or clock.ended_at is None:
        return
    if plan.spec.on_reopen == "restart":
        start = measured_at(work, plan, occurred_at, work.draft.opened_at)
        begin(work, plan, start, clock, by, goes_on=True)
        return
    calendar = work.program.pinned_calendar(clock.calendar)
    closed = (clock.ended_at, max(work.at, clock.ended_at))
    found = read(
        measure_of(clock, calendar, closed), plan.targets[clock.target].ladder, clock.fired, clock.term_at
    )
    work.emit(
        ClockStarted(
            at=work.at,
            sla=plan.spec.id,
            start=clock.start,
            limit=found.limit,
            calendar=clock.calendar,
            term_at=clock.term_at,
            cycle=clock.cycle + 1,
            target=clock.target,
            budget=clock.budget,
            until=clock.until,
            original=clock.original,
            extensions=clock.extensions,
            extended=clock.extended,
            suspensions=clock.suspensions,
            carried=clock.carried,
            pauses=(*clock.pauses, closed),
            verdict="breached" if clock.verdict == "breached" else "none",
            observed=clock.observed,
            fired=clock.fired,
            next=found.next,
            unresolved=found.unresolved,
            provisional=found.provisional,
            cycles=finished(clock),
        )
    )
    pause_or_resume(work, plan, by)


def _await_again(work: Work, plan: SlaPlan, awaited: Awaited) -> None:
    """Go on waiting for the date of a limit whose matter was over: with its time so far, or from now (K4)."""
    if not awaited.over:
        return
    start, pauses = work.at, awaited.pauses
    if plan.spec.on_reopen == "restart":
        pauses = ()
    else:
        start = awaited.start
        if awaited.paused_at is not None:
            pauses = (*pauses, (awaited.paused_at, work.at))
    work.emit(LimitAwaited(at=work.at, sla=plan.spec.id, start=start, pauses=pauses))
    target = plan.targets[choose_target(work, plan)].spec.until
    if target is not None and until_of(work, target) is None:
        no_date(work, plan, target)


def choose_target(work: Work, plan: SlaPlan) -> int:
    """The first target whose condition is met; the last one has none."""
    for number, target in enumerate(plan.targets):
        if target.guard is None or is_met(target.guard, work.draft):
            return number
    return len(plan.targets) - 1


def until_of(work: Work, field: str | None) -> int | None:
    """The ordinal of the date in a field, or None where it has none."""
    if field is None:
        return None
    return getattr(work.draft.fields.get(field), "toordinal", lambda: None)()


def measured_at(work: Work, plan: SlaPlan, occurred_at: int | None, earliest: int) -> int:
    """The instant that counts for an SLA: when it happened, where that is what it measures by (M12), else now."""
    if occurred_at is None or plan.spec.measure != "occurred":
        return work.at
    return max(occurred_at, earliest)
