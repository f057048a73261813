"""What the clocks make of a move: stop before pause, pause before start (K3), and the end of a case (K8)."""

from __future__ import annotations

from collections.abc import Collection

from casewf.core.clock_pauses import conditional_pauses, met, pause_or_resume
from casewf.core.clock_starts import begin, measured_at, reopen
from casewf.core.clocks import limit_of, measure_of
from casewf.core.ladder import or_provisional
from casewf.core.limit_plan import SlaPlan
from casewf.core.retarget import retarget, retarget_one
from casewf.core.work import Work
from casewf.machine.rules import Watch, Watcher, is_met
from casewf.model.case import Clock, Stamp
from casewf.model.clock_events import ClockCancelled, ClockStopped, LimitAwaited, LimitDropped
from casewf.model.quick import maker

_stopped = maker(ClockStopped)
_cancelled = maker(ClockCancelled)


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
    draft, program = work.draft, work.program
    closed, before = draft.closed, draft.clocks
    if closed is not was_closed:
        watch = _both(watch, program.on_closed if closed else program.on_reopened)
    if watch.stop:
        _stop(work, watch.stop, occurred_at)
    closes = closed and not was_closed
    if watch.cancel or closes or draft.awaited:
        _end(work, watch, closes=closes)
    if changed and program.inputs:
        retarget(work, changed, by)
    conditional = conditional_pauses(work) if program.conditional_pauses else ()
    for number in dict.fromkeys((*watch.pause, *conditional)) if conditional else watch.pause:
        pause_or_resume(work, program.slas[number], by)
    for number, _, condition in watch.reopen:
        plan = program.slas[number]
        if before.get(plan.spec.id) is draft.clocks.get(plan.spec.id) and met(draft, condition):
            reopen(work, plan, occurred_at, by)
            pause_or_resume(work, plan, by)
            retarget_one(work, plan, by)  # what it was measured by can have changed while it was closed
    if watch.start and not (closed and program.is_over(draft.states)):
        _start_all(work, watch.start, occurred_at, by)


def _end(work: Work, watch: Watch, *, closes: bool) -> None:
    """Cancel the clocks whose matter went away, and all that are left if the case closes."""
    if watch.cancel:
        _cancel(work, watch.cancel)
    if closes:
        _end_all(work)
    if work.draft.awaited:
        _drop_awaited(work, watch)


def _end_all(work: Work) -> None:
    """Cancel every clock still going, in file order, whatever order a store gives the clocks back in (K8)."""
    plans = work.program.by_name
    going = {clock.sla for clock in work.draft.clocks.values() if clock.phase != "stopped"}
    if not going and not work.draft.awaited:
        return
    for plan in sorted((plans[sla] for sla in going.union(work.draft.awaited)), key=lambda one: one.number):
        if plan.spec.id in going:
            work.emit(_cancelled(at=work.at, sla=plan.spec.id, reason="case_ended"))
        _stop_awaiting(work, plan, for_good=True)


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
    _start_all(work, work.program.opening.start, occurred_at, by)


def _start_all(work: Work, watchers: tuple[Watcher, ...], occurred_at: int | None, by: Stamp) -> None:
    """Start the SLAs with a moment that came, each once, however many of its moments did."""
    draft, slas = work.draft, work.program.slas
    came: dict[int, None] = {}
    for number, _, condition in watchers:
        if condition is None or is_met(condition, draft):
            came[number] = None
    for number in came:
        _start(work, slas[number], occurred_at, by)


def _stop(work: Work, watchers: tuple[Watcher, ...], occurred_at: int | None) -> None:
    draft, slas = work.draft, work.program.slas
    for number, _, condition in watchers:
        plan = slas[number]
        clock = draft.clocks.get(plan.spec.id)
        if clock is None or clock.phase == "stopped" or not (condition is None or is_met(condition, draft)):
            continue
        stop_clock(
            work, clock, work.at if occurred_at is None else measured_at(work, plan, occurred_at, clock.start)
        )


def stop_clock(work: Work, clock: Clock, stopped_at: int) -> None:
    """End a clock at an instant, with its verdict (K3)."""
    limit, verdict, provisional = clock.limit, clock.verdict, clock.provisional
    if clock.paused_at is not None and clock.paused_at < stopped_at:
        # the pause ends with the clock, and has moved the due instant on with it (K1)
        calendar = work.program.pinned_calendar(clock.calendar)
        measure = measure_of(clock, calendar, (clock.paused_at, stopped_at))
        limit, known = or_provisional(measure, limit_of)
        provisional = known is not measure
    if verdict == "none":
        verdict = "breached" if stopped_at > limit else "met"
    work.emit(
        _stopped(
            at=work.at,
            sla=clock.sla,
            stopped_at=stopped_at,
            verdict=verdict,
            limit=limit,
            provisional=provisional,
        )
    )


def _cancel(work: Work, watchers: tuple[Watcher, ...]) -> None:
    draft, slas = work.draft, work.program.slas
    for number, _, condition in watchers:
        clock = draft.clocks.get(slas[number].spec.id)
        if clock is not None and clock.phase != "stopped" and met(draft, condition):
            work.emit(_cancelled(at=work.at, sla=clock.sla, reason="cancelled"))


def _drop_awaited(work: Work, watch: Watch) -> None:
    """Await no date any more for a limit that would be stopped or cancelled if it ran."""
    for number, _, condition in (*watch.stop, *watch.cancel):
        if met(work.draft, condition):
            _stop_awaiting(work, work.program.slas[number])


def _stop_awaiting(work: Work, plan: SlaPlan, *, for_good: bool = False) -> None:
    """The matter of a limit that waits for its date is over: for good, or until it is reopened (K4)."""
    awaited = work.draft.awaited.get(plan.spec.id)
    if awaited is None or (awaited.over and not for_good):
        return
    if for_good or plan.spec.on_reopen == "never":
        work.emit(LimitDropped(at=work.at, sla=plan.spec.id))
        return
    since = work.at if awaited.paused_at is None else awaited.paused_at
    work.emit(
        LimitAwaited(
            at=work.at,
            sla=plan.spec.id,
            start=awaited.start,
            pauses=awaited.pauses,
            paused_at=since,
            over=True,
        )
    )


def _start(work: Work, plan: SlaPlan, occurred_at: int | None, by: Stamp) -> None:
    sla = plan.spec
    clock = work.draft.clocks.get(sla.id)
    if (clock is not None or sla.id in work.draft.awaited) and not sla.restarts:
        return
    if clock is not None and clock.phase != "stopped":
        work.emit(_cancelled(at=work.at, sla=sla.id, reason="restarted"))
        clock = work.draft.clocks[sla.id]
    start = work.at if occurred_at is None else measured_at(work, plan, occurred_at, work.draft.opened_at)
    begin(work, plan, start, clock, by)
