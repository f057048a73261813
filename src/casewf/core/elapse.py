"""Time passing: breaches and rungs that are due fire, once each, in order (E1, E3, E4, E6)."""

from __future__ import annotations

from collections.abc import Mapping

from casewf.core.clock_pauses import conditional_pauses, end_suspension, pause_or_resume
from casewf.core.clocks import measure_of
from casewf.core.ladder import next_rung
from casewf.core.limit_plan import SlaPlan
from casewf.core.retarget import retarget
from casewf.core.select import choose
from casewf.core.step import SYSTEM_ACTOR, Step, StepRefused
from casewf.errors import WorkingTimeError
from casewf.model.case import Clock, Holder, NextRung, Stamp
from casewf.model.clock_events import ClockBreached, RungFired
from casewf.model.events import IncidentRaised
from casewf.model.quick import maker
from casewf.model.roles import SYSTEM

_breached = maker(ClockBreached)
_rung_fired = maker(RungFired)
_stamp = maker(Stamp)

RESUME, BREACH = -2, -1
"""At one instant a suspension ends before a limit is breached, and that goes before every rung."""


def fire_due(step: Step) -> None:
    """Fire everything with an instant before the step's own, in the order (instant, SLA, rung, repetition).

    After each the rest is derived anew, since a rung can move the case. What they do, they do as ``system``.
    """
    step.draft.actor = SYSTEM_ACTOR
    while (found := first_due(step)) is not None:
        clock, kind = found
        if kind == RESUME:
            end_suspension(step, step.program.by_name[clock.sla], clock)
        elif kind == BREACH or clock.next is None:
            breach(step, clock)
        else:
            follow(step, emit_rung(step, clock, clock.next))


def breach(step: Step, clock: Clock) -> None:
    """Record that the due instant of a clock has passed."""
    step.emit(_breached(at=step.at, sla=clock.sla, cycle=clock.cycle, due=clock.limit))


def _settle_all_late(step: Step) -> None:
    """Record every breach of a running clock up to now, so that what a rung does now can swallow none (E3).

    What a late rung sets or moves is of now; a clock that was running until now and whose due instant has passed is
    breached, whatever the move then makes of it. One whose suspension is over has been running since then.
    """
    plans = step.program.by_name
    late = [
        clock
        for clock in step.draft.clocks.values()
        if clock.phase != "stopped" and (wake := clock.wake) is not None and wake < step.at
    ]
    for clock in sorted(late, key=lambda one: plans[one.sla].number):
        running = clock
        if clock.phase == "paused":
            end_suspension(step, plans[clock.sla], clock)
            running = step.draft.clocks[clock.sla]
        if running.phase != "running" or running.verdict != "none" or running.observed:
            continue
        if running.limit < step.at:
            breach(step, running)


def first_due(step: Step) -> tuple[Clock, int] | None:
    """The clock with the earliest instant before the step's own, and what that is: ``RESUME``, ``BREACH`` or a rung."""
    best: tuple[int, int, int, int] | None = None
    found: tuple[Clock, int] | None = None
    for clock in step.draft.clocks.values():
        if clock.phase == "stopped" or (wake := clock.wake) is None or wake >= step.at:
            continue
        number = step.program.by_name[clock.sla].number
        if clock.phase == "paused":
            order = (wake, number, RESUME, 0)
        elif clock.next is None or (clock.verdict == "none" and not clock.observed and wake == clock.limit):
            order = (wake, number, BREACH, 0)
        else:
            order = (wake, number, clock.next.rung, clock.next.repetition)
        if best is None or order < best:
            best, found = order, (clock, order[2])
    return found


def emit_rung(step: Step, clock: Clock, due: NextRung, *, quiet: bool = False) -> RungFired:
    """Record that a rung fired, with its effects; a quiet one raises its card and has no other consequence."""
    plan = step.program.by_name[clock.sla]
    rung = plan.rungs[due.rung]
    spec = rung.spec
    about = f"{clock.sla}/{due.rung}"
    upcoming, unresolved = _next_after(step, plan, clock, (*clock.fired, (due.rung, due.repetition)))
    values: Mapping[str, object] = {}
    holders: Mapping[str, Holder] = {}
    if not quiet:
        try:
            values, holders = step.rung_results(rung)
        except StepRefused as refused:
            _incident(step, about, refused.reason.code)
    event = _rung_fired(
        at=step.at,
        sla=clock.sla,
        cycle=clock.cycle,
        term=clock.term,
        rung=due.rung,
        repetition=due.repetition,
        scheduled_for=due.at,
        next=upcoming,
        unresolved=unresolved,
        card=spec.card,
        card_rank=0 if spec.card is None else step.program.ranks[spec.card],
        fields=values,
        holders=holders,
        effects=() if quiet or not rung.effects else step.effects(rung.effects, about, values, holders),
    )
    step.emit(event)
    return event


def follow(step: Step, fired: RungFired) -> None:
    """Let follow what a rung set or fires: limits measured anew, pauses, the moves of its trigger (E6)."""
    values, spec = fired.fields, step.program.by_name[fired.sla].rungs[fired.rung].spec
    if values or spec.fire is not None:
        _settle_all_late(step)
    about = f"{fired.sla}/{fired.rung}"
    by = _stamp(SYSTEM, None, about)
    if values:
        _retarget(step, values, by)
    for number in conditional_pauses(step):
        pause_or_resume(step, step.program.slas[number], by)
    if spec.fire is not None:
        _fire_trigger(step, spec.fire, about)


def _retarget(step: Step, values: Mapping[str, object], by: Stamp) -> None:
    """Bring the limits in line with what a rung set; one that cannot be measured is an incident, and stays (E2, E7)."""
    mark, before = len(step.events), step.draft.case()
    try:
        retarget(step, values, by)
    except WorkingTimeError as failure:
        del step.events[mark:]
        step.draft.restore(before)
        _incident(step, by.on_behalf or "", str(failure))


def _next_after(
    step: Step, plan: SlaPlan, clock: Clock, fired: tuple[tuple[int, int], ...]
) -> tuple[NextRung | None, bool]:
    """The next rung of a running clock after ``fired``, and whether some lie past the calendar (E4)."""
    calendar = step.program.pinned_calendar(clock.calendar)
    measure = measure_of(clock, calendar.provisional if clock.provisional else calendar)
    return next_rung(plan.targets[clock.target].ladder, measure, clock.limit, fired, clock.term_at)


def _fire_trigger(step: Step, trigger: str, about: str) -> None:
    """Fire a rung's trigger as ``system``; a refusal is an incident, and the rung stays fired (E6)."""
    draft = step.draft
    mark, before = len(step.events), draft.case()
    try:
        chosen = choose(step.program, draft, trigger, SYSTEM_ACTOR, {})
        if isinstance(chosen, list):
            _incident(step, f"{about} {trigger}", ", ".join(reason.code for reason in chosen))
            return
        rule, role, _ = chosen
        step.move(rule, _stamp(SYSTEM, None, about), role=role)
        step.automatic()
    except (StepRefused, WorkingTimeError) as failure:
        del step.events[mark:]
        draft.restore(before)
        _incident(step, f"{about} {trigger}", str(failure))


def _incident(step: Step, about: str, detail: str) -> None:
    step.emit(IncidentRaised(at=step.at, kind="timer_refused", about=about, detail=detail))
