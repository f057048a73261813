"""Pausing a clock and letting it run again: by a state of the case, or by an act (K1, K2, K7)."""

from __future__ import annotations

from collections.abc import Collection

from casewf.core.clocks import measure_of
from casewf.core.evolve import Draft
from casewf.core.ladder import read
from casewf.core.limit_plan import SlaPlan
from casewf.core.work import Work
from casewf.machine.rules import Evaluate, is_met
from casewf.model.case import Awaited, Clock, Stamp
from casewf.model.clock_events import (
    ClockBreached,
    ClockPaused,
    ClockResumed,
    LimitAwaited,
    SuspensionEnded,
)
from casewf.model.roles import SYSTEM


def met(draft: Draft, condition: Evaluate | None) -> bool:
    """Whether the condition of a moment is met; one without a condition always is."""
    return condition is None or is_met(condition, draft)


def pause_or_resume(work: Work, plan: SlaPlan, by: Stamp) -> None:
    """Pause a running clock that has a reason to, or let a paused one run that has none left (K2)."""
    clock = work.draft.clocks.get(plan.spec.id)
    awaited = work.draft.awaited.get(plan.spec.id)
    if awaited is not None:
        _pause_awaited(work, plan, awaited)
    if clock is None or clock.phase == "stopped":
        return
    by_state = paused_by_state(work.draft, plan)
    stands = by_state or clock.suspension is not None
    if stands and clock.phase == "running":
        reason = "state" if by_state else "act"
        work.emit(ClockPaused(at=work.at, sla=plan.spec.id, since=work.at, by=by, reason=reason))
    elif not stands and clock.phase == "paused":
        resume(work, plan, clock, work.at, by)


def _pause_awaited(work: Work, plan: SlaPlan, awaited: Awaited) -> None:
    """Keep the ledger of a limit that waits for its date, so that its pauses count when it starts (K1)."""
    stands, since = paused_by_state(work.draft, plan), awaited.paused_at
    if awaited.over or stands is (since is not None):
        return
    pauses = awaited.pauses if since is None else (*awaited.pauses, (since, work.at))
    work.emit(
        LimitAwaited(
            at=work.at,
            sla=plan.spec.id,
            start=awaited.start,
            pauses=pauses,
            paused_at=work.at if stands else None,
        )
    )


def paused_by_state(draft: Draft, plan: SlaPlan) -> bool:
    """Whether the case is in a state that pauses the clock."""
    states = draft.states
    for track, names, condition in plan.pauses:  # noqa: SIM110  # a generator costs more than it looks at
        if states[track] in names and met(draft, condition):
            return True
    return False


def conditional_pauses(work: Work) -> Collection[int]:
    """Numbers of the SLAs that a condition can pause where the case is, which whatever happens can change (K2).

    In no other state a condition pauses them, and moves into and out of these are looked at anyway.
    """
    found: Collection[int] = ()
    states = work.draft.states
    for track, places in work.program.conditional_pauses.items():
        if (here := places.get(states[track])) is not None:
            found = sorted({*found, *here}) if found else here
    return found


def breach_if_passed(work: Work, sla: str, limit: int) -> None:
    """Record the breach of a limit that was set anew and lies in the past, before anything can hide it (E3, K3).

    For a paused clock the past ends where the pause began: what had passed by then no pause moves (K1).
    """
    if limit >= work.at:
        return  # most limits lie ahead, and then nothing need be worked out
    clock = work.draft.clocks.get(sla)
    if clock is None or clock.verdict != "none" or clock.observed or clock.phase == "stopped":
        return
    if clock.limit < (work.at if clock.paused_at is None else clock.paused_at):
        work.emit(ClockBreached(at=work.at, sla=sla, cycle=clock.cycle, due=clock.limit))


def end_suspension(work: Work, plan: SlaPlan, clock: Clock) -> None:
    """Let the time of a suspension be over: the clock runs from that instant on, unless a state pauses it (K7)."""
    if clock.suspension is None or clock.suspension.until is None:
        return
    ended_at = clock.suspension.until
    by = Stamp(SYSTEM, None, f"{clock.sla}/suspension")
    work.emit(SuspensionEnded(at=work.at, sla=clock.sla, ended_at=ended_at, by=by))
    if not paused_by_state(work.draft, plan):
        resume(work, plan, clock, ended_at, by)


def resume(work: Work, plan: SlaPlan, clock: Clock, until: int, by: Stamp) -> None:
    """Let a paused clock run from ``until`` on."""
    begin = until if clock.paused_at is None else clock.paused_at
    measure = measure_of(clock, work.program.pinned_calendar(clock.calendar), (begin, until))
    found = read(measure, plan.targets[clock.target].ladder, clock.fired, clock.term_at)
    work.emit(
        ClockResumed(
            at=work.at,
            sla=plan.spec.id,
            until=until,
            limit=found.limit,
            by=by,
            next=found.next,
            unresolved=found.unresolved,
            provisional=found.provisional,
        )
    )
