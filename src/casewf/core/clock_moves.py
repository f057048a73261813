"""What the clocks make of a move: stop before pause, pause before start (K3), and the end of a case (K8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from casewf.core.clock_results import finished
from casewf.core.clocks import Measure, limit_of
from casewf.core.evolve import Draft
from casewf.core.ladder import next_rung
from casewf.core.program import SlaPlan
from casewf.core.work import Work
from casewf.errors import HorizonError
from casewf.machine.rules import Evaluate, Watch, Watcher, is_met
from casewf.model.case import Clock, NextRung, Stamp
from casewf.model.events import (
    ClockCancelled,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    IncidentRaised,
)

_NO_CLOCKS: Mapping[str, Clock] = {}


def look(
    work: Work,
    watch: Watch,
    changed: Collection[str],
    was_closed: bool,
    by: Stamp,
    occurred_at: int | None,
) -> None:
    """Let every clock that listens to a move see it.

    Args:
        work: under way; the move's event is applied already.
        watch: the SLAs that listen to the move itself.
        changed: the names of fields that the move set.
        was_closed: whether the case was closed before the move.
        by: who moved.
        occurred_at: when it really happened, for SLAs that are measured by that (M12).
    """
    closed = work.draft.closed
    if closed is not was_closed:
        watch = _both(watch, work.program.on_closed if closed else work.program.on_reopened)
    before = work.draft.clocks if watch.reopen else _NO_CLOCKS
    if watch.stop:
        _stop(work, watch.stop, occurred_at)
    if watch.cancel:
        _cancel(work, watch.cancel)
    if closed and not was_closed:
        _end_all(work)
    if changed and work.program.inputs:
        retarget(work, changed)
    for number in watch.pause:
        _pause_or_resume(work, work.program.slas[number], by)
    for number, _, condition in watch.reopen:
        plan = work.program.slas[number]
        if before.get(plan.spec.id) is work.draft.clock(plan.spec.id) and _met(work.draft, condition):
            _reopen(work, plan, occurred_at, by)
    for number in _to_start(work.draft, watch.start):
        _start(work, work.program.slas[number], occurred_at, by)


def _end_all(work: Work) -> None:
    """Cancel every clock still going, in file order, whatever order a store gives the clocks back in (K8)."""
    for plan in work.program.slas:
        clock = work.draft.clock(plan.spec.id)
        if clock is not None and clock.phase != "stopped":
            work.emit(ClockCancelled(at=work.at, sla=clock.sla, reason="case_ended"))


def _both(first: Watch, second: Watch) -> Watch:
    return Watch(
        (*first.stop, *second.stop),
        (*first.cancel, *second.cancel),
        (*first.pause, *second.pause),
        (*first.reopen, *second.reopen),
        (*first.start, *second.start),
    )


def open_clocks(work: Work, by: Stamp, occurred_at: int | None) -> None:
    """Start the clocks that listen to the opening, which enters the initial states (M10)."""
    for number in _to_start(work.draft, work.program.opening.start):
        _start(work, work.program.slas[number], occurred_at, by)


def _to_start(draft: Draft, watchers: tuple[Watcher, ...]) -> dict[int, None]:
    """The SLAs with a moment that came; each starts once, however many of its moments did."""
    return dict.fromkeys(number for number, _, condition in watchers if _met(draft, condition))


def measure_of(work: Work, clock: Clock) -> Measure:
    """What determines the instants of a clock, by the calendar version it is pinned to."""
    calendar = work.program.pinned_calendar(clock.calendar)
    if clock.provisional:
        calendar = calendar.provisional
    return Measure(calendar, clock.start, clock.budget, clock.until, clock.pauses)


def derive_next(
    work: Work, plan: SlaPlan, clock: Clock, fired: tuple[tuple[int, int], ...]
) -> tuple[NextRung | None, bool]:
    """The next rung of a running clock after ``fired``, and whether some lie past the calendar (E4)."""
    ladder = plan.targets[clock.target].ladder
    return next_rung(ladder, measure_of(work, clock), clock.limit, fired, clock.term_at)


def _met(draft: Draft, condition: Evaluate | None) -> bool:
    return condition is None or is_met(condition, draft)


def _stop(work: Work, watchers: tuple[Watcher, ...], occurred_at: int | None) -> None:
    for number, _, condition in watchers:
        plan = work.program.slas[number]
        clock = work.draft.clock(plan.spec.id)
        if clock is None or clock.phase == "stopped" or not _met(work.draft, condition):
            continue
        stopped_at = _measured_at(work, plan, occurred_at, clock.start)
        verdict = clock.verdict
        if verdict == "none":
            # a pause moves the due instant on with it, unless that had passed already (K1)
            stands = clock.paused_at is None or clock.limit < clock.paused_at
            verdict = "breached" if stands and stopped_at > clock.limit else "met"
        work.emit(
            ClockStopped(
                at=work.at, sla=plan.spec.id, stopped_at=stopped_at, verdict=verdict, limit=clock.limit
            )
        )


def _cancel(work: Work, watchers: tuple[Watcher, ...]) -> None:
    for number, _, condition in watchers:
        plan = work.program.slas[number]
        clock = work.draft.clock(plan.spec.id)
        if clock is not None and clock.phase != "stopped" and _met(work.draft, condition):
            work.emit(ClockCancelled(at=work.at, sla=plan.spec.id, reason="cancelled"))


def _pause_or_resume(work: Work, plan: SlaPlan, by: Stamp) -> None:
    clock = work.draft.clock(plan.spec.id)
    if clock is None or clock.phase == "stopped":
        return
    states = work.draft.states
    paused = any(
        states[track] in names and _met(work.draft, condition) for track, names, condition in plan.pauses
    )
    if paused and clock.phase == "running":
        work.emit(ClockPaused(at=work.at, sla=plan.spec.id, since=work.at, by=by))
    elif not paused and clock.phase == "paused":
        _resume(work, plan, clock, by)


def _resume(work: Work, plan: SlaPlan, clock: Clock, by: Stamp) -> None:
    begin = work.at if clock.paused_at is None else clock.paused_at
    calendar = work.program.pinned_calendar(clock.calendar)
    pauses = (*clock.pauses, (begin, work.at))
    limit, measure, provisional = _limit(Measure(calendar, clock.start, clock.budget, clock.until, pauses))
    ladder = plan.targets[clock.target].ladder
    upcoming, unresolved = next_rung(ladder, measure, limit, clock.fired, clock.term_at)
    work.emit(
        ClockResumed(
            at=work.at,
            sla=plan.spec.id,
            until=work.at,
            limit=limit,
            by=by,
            next=upcoming,
            unresolved=unresolved,
            provisional=provisional,
        )
    )


def _limit(measure: Measure) -> tuple[int, Measure, bool]:
    """The due instant, provisional where the calendar does not reach: a resume must go on (E2)."""
    try:
        return limit_of(measure), measure, False
    except HorizonError:
        beyond = Measure(
            measure.calendar.provisional, measure.start, measure.budget, measure.until, measure.pauses
        )
        return limit_of(beyond), measure, True


def _start(work: Work, plan: SlaPlan, occurred_at: int | None, by: Stamp) -> None:
    sla = plan.spec
    clock = work.draft.clock(sla.id)
    if clock is not None:
        if not sla.restarts:
            return
        if clock.phase != "stopped":
            work.emit(ClockCancelled(at=work.at, sla=sla.id, reason="restarted"))
            clock = work.draft.clocks[sla.id]
    _begin(work, plan, _measured_at(work, plan, occurred_at, work.draft.opened_at), clock)
    if plan.pauses:
        _pause_or_resume(work, plan, by)


def _begin(work: Work, plan: SlaPlan, start: int, before: Clock | None, *, reopened: bool = False) -> None:
    """Begin a fresh cycle; a due instant past the calendar is an error, unless a case is reopened (E2)."""
    number = _choose(work, plan)
    target = plan.targets[number].spec
    calendar = work.program.calendar_for(work.draft.fields)
    until = _ordinal(work.draft.fields.get(target.until)) if target.until is not None else None
    if target.until is not None and until is None:
        # a limit that silently does not exist would be late in silence
        work.emit(
            IncidentRaised(at=work.at, kind="limit_without_date", about=plan.spec.id, detail=target.until)
        )
        return
    measure = Measure(calendar, start, target.within, until)
    limit, measure, provisional = _limit(measure) if reopened else (limit_of(measure), measure, False)
    upcoming, unresolved = next_rung(plan.targets[number].ladder, measure, limit, (), start)
    work.emit(
        ClockStarted(
            at=work.at,
            sla=plan.spec.id,
            start=start,
            limit=limit,
            calendar=(calendar.id, calendar.version),
            cycle=1 if before is None else before.cycle + 1,
            target=number,
            budget=target.within,
            until=until,
            observed=plan.spec.measure == "occurred",
            next=upcoming,
            unresolved=unresolved,
            provisional=provisional,
            cycles=() if before is None else finished(before),
        )
    )


def _reopen(work: Work, plan: SlaPlan, occurred_at: int | None, by: Stamp) -> None:
    """Open the next cycle: with the time spent and the rungs fired, or afresh (K4)."""
    clock = work.draft.clock(plan.spec.id)
    if clock is None or clock.phase != "stopped" or clock.ended_at is None:
        return
    if plan.spec.on_reopen == "restart":
        start = _measured_at(work, plan, occurred_at, work.draft.opened_at)
        _begin(work, plan, start, clock, reopened=True)
    else:
        calendar = work.program.pinned_calendar(clock.calendar)
        pauses = (*clock.pauses, (clock.ended_at, max(work.at, clock.ended_at)))
        limit, measure, provisional = _limit(
            Measure(calendar, clock.start, clock.budget, clock.until, pauses)
        )
        ladder = plan.targets[clock.target].ladder
        upcoming, unresolved = next_rung(ladder, measure, limit, clock.fired, clock.term_at)
        work.emit(
            ClockStarted(
                at=work.at,
                sla=plan.spec.id,
                start=clock.start,
                limit=limit,
                calendar=clock.calendar,
                term_at=clock.term_at,
                cycle=clock.cycle + 1,
                target=clock.target,
                budget=clock.budget,
                until=clock.until,
                pauses=pauses,
                verdict="breached" if clock.verdict == "breached" else "none",
                observed=clock.observed,
                fired=clock.fired,
                next=upcoming,
                unresolved=unresolved,
                provisional=provisional,
                cycles=finished(clock),
            )
        )
    _pause_or_resume(work, plan, by)


def retarget(work: Work, changed: Collection[str]) -> None:
    """Derive budgets anew whose inputs changed; not after the breach (K5)."""
    inputs = work.program.inputs
    numbers = {number for name in changed if name in inputs for number in inputs[name]}
    for number in sorted(numbers):
        plan = work.program.slas[number]
        clock = work.draft.clock(plan.spec.id)
        if clock is None or clock.phase == "stopped" or clock.verdict == "breached":
            continue
        chosen = _choose(work, plan)
        target = plan.targets[chosen].spec
        until = _ordinal(work.draft.fields.get(target.until)) if target.until is not None else None
        if (chosen, target.within, until) == (clock.target, clock.budget, clock.until):
            continue
        if target.until is not None and until is None:
            continue
        _rebase(work, plan, clock, chosen, until)


def _rebase(work: Work, plan: SlaPlan, clock: Clock, chosen: int, until: int | None) -> None:
    budget = plan.targets[chosen].spec.within
    calendar = work.program.pinned_calendar(clock.calendar)
    limit, measure, provisional = _limit(Measure(calendar, clock.start, budget, until, clock.pauses))
    later = limit > clock.limit
    fired = () if later else clock.fired
    term_at = work.at if later else clock.term_at
    upcoming: NextRung | None = None
    unresolved = False
    if clock.phase == "running":
        upcoming, unresolved = next_rung(plan.targets[chosen].ladder, measure, limit, fired, term_at)
    work.emit(
        ClockRetargeted(
            at=work.at,
            sla=plan.spec.id,
            target=chosen,
            limit=limit,
            term=clock.term + 1 if later else clock.term,
            budget=budget,
            until=until,
            fired=fired,
            next=upcoming,
            unresolved=unresolved,
            provisional=provisional,
        )
    )


def _choose(work: Work, plan: SlaPlan) -> int:
    """The first target whose condition is met; the last one has none."""
    for number, target in enumerate(plan.targets):
        if _met(work.draft, target.guard):
            return number
    return len(plan.targets) - 1


def _measured_at(work: Work, plan: SlaPlan, occurred_at: int | None, earliest: int) -> int:
    if occurred_at is None or plan.spec.measure != "occurred":
        return work.at
    return max(occurred_at, earliest)


def _ordinal(value: object) -> int | None:
    return getattr(value, "toordinal", lambda: None)()
