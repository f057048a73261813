"""What becomes of a running clock when the inputs of its target change: ``rebase``, ``carry`` or ``restart`` (K5)."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from casewf.core.clock_pauses import breach_if_passed
from casewf.core.clock_starts import begin, choose_target, no_date, until_of
from casewf.core.clocks import Measure, carry, measure_of
from casewf.core.ladder import Reading, fired_late, or_provisional, read
from casewf.core.limit_plan import SlaPlan
from casewf.core.work import Work
from casewf.model.amount import Amount
from casewf.model.case import Carried, Clock, Stamp
from casewf.model.clock_events import ClockRetargeted


@attrs.frozen(slots=True)
class Aim:
    """The row of the targets that wins now, with its budget, or the ordinal of its date."""

    target: int
    budget: Amount | None
    until: int | None

    def of(self, clock: Clock) -> Clock:
        """The clock with this aim, and nothing carried over."""
        return attrs.evolve(clock, target=self.target, budget=self.budget, until=self.until, carried=None)


@attrs.frozen(slots=True)
class Anew:
    """What a clock comes to with another aim: its instants, its term, the rungs that do not fire again in that."""

    found: Reading
    term: int
    fired: tuple[tuple[int, int], ...]
    carried: Carried | None = None


def retarget(work: Work, changed: Collection[str], by: Stamp) -> None:
    """Derive the limits anew that read one of the changed fields; not after the breach (K5).

    A limit that waited for its date starts now, from when it should have started.
    """
    inputs = work.program.inputs
    numbers: tuple[int, ...] = ()
    for name in changed:
        if name in inputs:
            numbers = tuple(sorted({*numbers, *inputs[name]})) if numbers else inputs[name]
    for number in numbers:
        retarget_one(work, work.program.slas[number], by)


def retarget_one(work: Work, plan: SlaPlan, by: Stamp) -> None:
    """Bring one limit in line with the target that wins now.

    One whose date has no value keeps the limit it has, and an incident says so.
    """
    clock, awaited = work.draft.clocks.get(plan.spec.id), work.draft.awaited.get(plan.spec.id)
    runs = clock is not None and clock.phase != "stopped" and clock.verdict != "breached"
    if awaited.over if awaited is not None else not runs:
        return
    chosen = choose_target(work, plan)
    target = plan.targets[chosen].spec
    until = until_of(work, target.until)
    if target.until is not None and until is None:
        if awaited is None:
            no_date(work, plan, target.until)
    elif awaited is not None:
        begin(work, plan, awaited, clock, by, goes_on=True)
    elif clock is not None:
        aim, how = Aim(chosen, target.within, until), plan.spec.on_change
        if aim != Aim(clock.target, clock.budget, clock.until) and not would_heal(work, clock, how):
            _emit(work, clock, aim, how, anew(work, plan, clock, aim, how))


def would_heal(work: Work, clock: Clock, how: str) -> bool:
    """Whether a clock whose breach is judged at the stop (M12) has passed its due instant, and would count from now on.

    From the same start it comes out late as before; a share of what is left, or a new term, would make it good (K3).
    """
    reached = work.at if clock.paused_at is None else clock.paused_at
    return clock.observed and how != "rebase" and clock.limit < reached


def anew(work: Work, plan: SlaPlan, clock: Clock, aim: Aim, how: str) -> Anew:
    """What becomes of a clock with another aim: ``rebase``, ``carry`` or ``restart`` (K5).

    Raises:
        WorkingTimeError: what comes out lies past what dates can express.
    """
    return _WAYS[how](work, plan, clock, aim)


def _rebase(work: Work, plan: SlaPlan, clock: Clock, aim: Aim) -> Anew:
    """The new budget from the same start, pauses and extensions kept; a later due instant opens a new term (E1)."""
    measure = measure_of(aim.of(clock), work.program.pinned_calendar(clock.calendar))
    ladder, armed = plan.targets[aim.target].ladder, clock.phase == "running"
    found = read(measure, ladder, clock.fired, clock.term_at, armed=armed)
    if found.limit <= clock.limit:
        return Anew(found, clock.term, clock.fired)
    fired = fired_late(plan, clock)
    return Anew(read(measure, ladder, fired, work.at, armed=armed), clock.term + 1, fired)


def _carry(work: Work, plan: SlaPlan, clock: Clock, aim: Aim) -> Anew:
    """The share of the budget that was spent stays spent; the term goes on."""
    calendar = work.program.pinned_calendar(clock.calendar)
    now = () if clock.paused_at is None else ((clock.paused_at, work.at),)
    before, after = measure_of(clock, calendar, *now), measure_of(aim.of(clock), calendar)
    carried, known = or_provisional(
        after, lambda by: carry(attrs.evolve(before, calendar=by.calendar), by, work.at)
    )
    measure = measure_of(attrs.evolve(aim.of(clock), carried=carried), known.calendar)
    ladder, armed = plan.targets[aim.target].ladder, clock.phase == "running"
    found = read(measure, ladder, clock.fired, clock.term_at, armed=armed)
    if known is not after:
        found = attrs.evolve(found, provisional=True)
    return Anew(found, clock.term, clock.fired, carried)


def _restart(work: Work, plan: SlaPlan, clock: Clock, aim: Aim) -> Anew:
    """A new term from now, without pauses and extensions."""
    measure = Measure(work.program.pinned_calendar(clock.calendar), work.at, aim.budget, aim.until)
    found = read(measure, plan.targets[aim.target].ladder, (), work.at, armed=clock.phase == "running")
    return Anew(found, clock.term + 1, ())


_WAYS = {"rebase": _rebase, "carry": _carry, "restart": _restart}


def _emit(work: Work, clock: Clock, aim: Aim, how: str, by: Anew) -> None:
    found = by.found
    work.emit(
        ClockRetargeted(
            at=work.at,
            sla=clock.sla,
            target=aim.target,
            limit=found.limit,
            term=by.term,
            how=how,
            budget=aim.budget,
            until=aim.until,
            carried=by.carried,
            fired=by.fired,
            next=found.next,
            unresolved=found.unresolved,
            provisional=found.provisional,
        )
    )
    breach_if_passed(work, clock.sla, found.limit)
