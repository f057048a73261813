"""How the clocks of a case go on in another version of its workflow (K1-K5, E1, X2).

Whatever the new version says, what is over stays: finished cycles, rungs that fired, a breach and the due instant it
was judged by (K3). Nothing starts, pauses or ends here because a state has another name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import attrs

from casewf.core.clock_pauses import breach_if_passed, met, pause_or_resume
from casewf.core.clock_starts import begin, choose_target, until_of
from casewf.core.clocks import is_working, measure_of
from casewf.core.import_case import unmeasured
from casewf.core.ladder import Reading, next_rung
from casewf.core.limit_plan import SlaPlan
from casewf.core.migration_rungs import moved, passed_over, renumbered
from casewf.core.program import Program
from casewf.core.retarget import Aim, Anew, anew, retarget_one, would_heal
from casewf.core.work import Work
from casewf.errors import WorkingTimeError
from casewf.machine.guards import compile_expression
from casewf.model.case import Case, Clock, Stamp
from casewf.model.clock_events import ClockCancelled, LimitDropped
from casewf.model.migration import Migration
from casewf.model.migration_events import ClockMigrated
from casewf.model.reasons import Reason, reason


def acts_in_the_way(new: Program, migration: Migration, case: Case) -> Iterator[Reason]:
    """Requests and suspensions that nobody could decide or end any more (K7)."""
    for plan in new.slas:
        old = migration.limit_of(plan.spec.id)
        clock, how = case.clocks.get(old), migration.rule_of(old).how
        if clock is None or clock.phase == "stopped" or how == "cancel":
            continue
        waiting = () if how == "restart" and clock.verdict != "breached" else clock.requests
        rules = {"extension": plan.spec.extension, "suspension": plan.spec.suspension}
        for request in waiting:
            if rules[request.act] is None:
                yield reason("act_pending", act=f"request_{request.act}", sla=old)
        if clock.suspension is not None and clock.suspension.until is None and plan.spec.suspension is None:
            yield reason("act_pending", act="suspend", sla=old)


def end_limits(work: Work, new: Program, migration: Migration) -> None:
    """End the clocks of limits that the new version does not have, or that are to end; under the old definition."""
    for plan in work.program.slas:
        name, rule = plan.spec.id, migration.rule_of(plan.spec.id)
        if rule.how != "cancel" and (rule.to or name) in new.by_name:
            continue
        clock = work.draft.clocks.get(name)
        if clock is not None and clock.phase != "stopped":
            work.emit(ClockCancelled(at=work.at, sla=name, reason="migrated"))
        if name in work.draft.awaited:
            work.emit(LimitDropped(at=work.at, sla=name))


def move_clocks(
    work: Work, old: Program, migration: Migration, changed: Collection[str], by: Stamp
) -> list[Reason]:
    """Let every clock go on under the new version, start what is to start, pause what is to pause.

    Args:
        work: under way, by the new program; the case is of the new version already.
        old: the program before.
        migration: what becomes of what.
        changed: fields with another value than before; limits of which nothing is said follow them as always (K5).
        by: who migrates.

    Returns:
        Everything that is in the way; then what was done does not count.
    """
    problems: list[Reason] = []
    inputs = {number for name in changed for number in work.program.inputs.get(name, ())}
    for plan in work.program.slas:
        was = old.by_name.get(migration.limit_of(plan.spec.id))
        try:
            if was is not None and (clock := work.draft.clocks.get(plan.spec.id)) is not None:
                problems += _move(work, was, plan, clock, migration.rule_of(was.spec.id).how)
            if plan.number in inputs and was is not None and was.spec.id not in migration.limits:
                retarget_one(work, plan, by)
            _await_on(work, plan, by)
            _start(work, plan, migration, by)
        except WorkingTimeError as error:
            problems.append(unmeasured(plan.spec.id, error))
    for plan in work.program.slas:
        pause_or_resume(work, plan, by)
    return problems


def _move(work: Work, old: SlaPlan, plan: SlaPlan, clock: Clock, how: str) -> list[Reason]:
    """Bring one clock under the new definition of its limit."""
    ended = clock.phase == "stopped"
    keeps = ended or clock.verdict == "breached" or how in ("keep", "cancel") or would_heal(work, clock, how)
    aim = _aim(work, old, plan, clock, keeps=keeps)
    # one whose date has no value keeps the limit that it has, and one with the same aim has it already (K5)
    same = aim == Aim(aim.target, clock.budget, clock.until)
    keeps = keeps or (aim.budget is None and aim.until is None) or (same and how != "restart")
    fresh, numbers = _renumbered(work, old, plan, clock, aim.target)
    if keeps:
        _keep(work, plan, clock, fresh, numbers)
    elif how == "carry" and not _of_one_kind(clock, aim):
        return [reason("carry_units", sla=plan.spec.id)]
    else:
        _emit(work, clock, fresh, aim, how, anew(work, plan, fresh, aim, how), numbers)
    return []


def _aim(work: Work, old: SlaPlan, plan: SlaPlan, clock: Clock, *, keeps: bool) -> Aim:
    """The row of the new targets that counts: of a limit that is kept the one that won, if there is one like it."""
    won = old.spec.target[clock.target]
    rows = list(enumerate(plan.spec.target)) if keeps else []
    alike = [number for number, row in rows if attrs.evolve(row, ladder=won.ladder) == won]
    under = [number for number, row in rows if row.when == won.when]
    number = next(iter((*alike, *under)), None)
    number = choose_target(work, plan) if number is None else number
    spec = plan.targets[number].spec
    return Aim(number, spec.within, until_of(work, spec.until))


def _renumbered(
    work: Work, old: SlaPlan, plan: SlaPlan, clock: Clock, target: int
) -> tuple[Clock, dict[int, int]]:
    """The clock with row, rungs and way of judging of the new version, and the numbers that old rungs have there."""
    numbers = renumbered(old, plan, clock.target, target)
    fresh = attrs.evolve(clock, target=target, fired=moved(clock.fired, numbers))
    if clock.phase == "stopped":
        return fresh, numbers
    calendar = work.program.pinned_calendar(clock.calendar)
    measure = measure_of(clock, calendar.provisional if clock.provisional else calendar)
    reached = work.at if clock.paused_at is None else clock.paused_at
    over = passed_over(plan, fresh, numbers.values(), measure, reached)
    observed = plan.spec.measure == "occurred"
    return attrs.evolve(fresh, fired=(*fresh.fired, *over), observed=observed), numbers


def _keep(work: Work, plan: SlaPlan, clock: Clock, fresh: Clock, numbers: dict[int, int]) -> None:
    """Let the limit stand, with the rungs of the new ladder."""
    found = Reading(limit=clock.limit, provisional=clock.provisional)
    if clock.phase == "running":
        calendar = work.program.pinned_calendar(clock.calendar)
        measure = measure_of(fresh, calendar.provisional if clock.provisional else calendar)
        ladder = plan.targets[fresh.target].ladder
        found.next, found.unresolved = next_rung(ladder, measure, clock.limit, fresh.fired, clock.term_at)
    same = (clock.target, clock.fired, clock.observed, clock.next, clock.unresolved)
    if (fresh.target, fresh.fired, fresh.observed, found.next, found.unresolved) == same:
        return
    aim = Aim(fresh.target, clock.budget, clock.until)
    how = "past" if clock.phase == "stopped" else "keep"
    _emit(work, clock, fresh, aim, how, Anew(found, clock.term, fresh.fired, clock.carried), numbers)


def _emit(
    work: Work, clock: Clock, fresh: Clock, aim: Aim, how: str, by: Anew, numbers: dict[int, int]
) -> None:
    """Say how the clock goes on; in a new term where numbers of rungs are others than those that fired in this one."""
    opens = by.term > clock.term
    found = by.found
    work.emit(
        ClockMigrated(
            at=work.at,
            sla=clock.sla,
            target=aim.target,
            limit=found.limit,
            term=by.term if opens or fresh.fired == clock.fired else clock.term + 1,
            term_at=work.at if opens else clock.term_at,
            how=how,
            budget=aim.budget,
            until=aim.until,
            carried=by.carried,
            observed=fresh.observed,
            fired=by.fired,
            rungs=tuple((rung, numbers[rung]) for rung, _ in dict(clock.fired).items() if rung in numbers),
            next=found.next,
            unresolved=found.unresolved,
            provisional=found.provisional,
        )
    )
    breach_if_passed(work, clock.sla, found.limit)


def _of_one_kind(clock: Clock, aim: Aim) -> bool:
    """Whether a share of the old limit is a share of the new one (K5)."""
    return (
        clock.budget is not None
        and aim.budget is not None
        and is_working(clock.budget) is is_working(aim.budget)
    )


def _await_on(work: Work, plan: SlaPlan, by: Stamp) -> None:
    """A limit that waits for its date goes on waiting, unless it is no date any more, or the date is known now."""
    awaited = work.draft.awaited.get(plan.spec.id)
    if awaited is None:
        return
    if awaited.over and plan.spec.on_reopen == "never":
        work.emit(LimitDropped(at=work.at, sla=plan.spec.id))
    else:
        retarget_one(work, plan, by)


def _start(work: Work, plan: SlaPlan, migration: Migration, by: Stamp) -> None:
    """Start the clock of a limit that the author wants to run for cases that are where it does."""
    moment = migration.starts.get(plan.spec.id)
    clock = work.draft.clocks.get(plan.spec.id)
    if moment is None or plan.spec.id in work.draft.awaited:
        return
    if clock is not None and (clock.phase != "stopped" or not plan.spec.restarts):
        return
    states = work.draft.states
    there = any(states[track] == state for track, state in (name.split(".", 1) for name in moment.inside))
    condition = None if moment.when is None else compile_expression(moment.when)
    if there and met(work.draft, condition):
        begin(work, plan, work.at, clock, by)
