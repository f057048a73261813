"""When the rungs of an escalation ladder fire (E1, E2, E4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import attrs

from casewf.core.clocks import Measure, limit_of, share_instant
from casewf.core.limit_plan import Ladder, RungPlan, SlaPlan
from casewf.errors import AmountError, HorizonError
from casewf.model.amount import Amount, CalendarDays, WorkingDays
from casewf.model.case import Clock, NextRung
from casewf.model.quick import maker

_Found = TypeVar("_Found")
_next_rung = maker(NextRung)


@attrs.define(slots=True)  # not frozen: one is made for every clock that moves
class Reading:
    """What a measure comes to: its due instant, and the rung that fires next.

    Attributes:
        next: None where none is armed.
        unresolved: some rung lies past what the calendar knows.
        provisional: the due instant does (E2).
    """

    limit: int
    next: NextRung | None = None
    unresolved: bool = False
    provisional: bool = False


def read(
    measure: Measure, ladder: Ladder, fired: tuple[tuple[int, int], ...], term_at: int, *, armed: bool = True
) -> Reading:
    """The due instant and the next rung; past what the calendar knows they are provisional (E2).

    Args:
        measure: what determines the clock's instants.
        ladder: the rungs of its target.
        fired: (rung, repetition) pairs that fired in this term, or were taken over.
        term_at: when the term began.
        armed: whether rungs can fire; while a clock is paused none can (K2).
    """
    limit, known = or_provisional(measure, limit_of)
    provisional = known is not measure
    if not armed:
        return Reading(limit=limit, provisional=provisional)
    upcoming, unresolved = next_rung(ladder, known, limit, fired, term_at)
    return Reading(limit, upcoming, unresolved, provisional)


def or_provisional(measure: Measure, ask: Callable[[Measure], _Found]) -> tuple[_Found, Measure]:
    """What ``ask`` finds, and the measure that it was found by: one without a horizon where that is in the way.

    A clock that runs must go on (E2), whether or not next year's days are announced.
    """
    try:
        return ask(measure), measure
    except HorizonError:
        beyond = attrs.evolve(measure, calendar=measure.calendar.provisional)
        return ask(beyond), beyond


def fired_late(plan: SlaPlan, clock: Clock) -> tuple[tuple[int, int], ...]:
    """What fired after the due instant, which does not arm again in a new term (E1).

    Only clocks that count by when something happened (M12) go on after it without a breach.
    """
    return tuple(one for one in clock.fired if plan.rungs[one[0]].spec.after is not None)


def next_rung(
    ladder: Ladder, measure: Measure, limit: int, fired: tuple[tuple[int, int], ...], term_at: int
) -> tuple[NextRung | None, bool]:
    """The earliest armed, unfired rung, and whether some rung lies past what the calendar knows.

    Args:
        ladder: the rungs of the clock's target.
        measure: the clock's start, budget, pauses and calendar.
        limit: its current due instant.
        fired: (rung, repetition) pairs that fired in this term, or were taken over.
        term_at: when the term began: with the clock, an extension or a later due.
    """
    best: NextRung | None = None
    unresolved = False
    for group in (ladder.early, ladder.at_due, ladder.late):
        for rung in group:
            repetition = 1
            for number, _ in fired:
                if number == rung.number:
                    repetition += 1
            if repetition > rung.spec.times:
                continue
            try:
                at = rung_instant(rung, repetition, measure, limit, term_at)
            except (HorizonError, AmountError):
                unresolved = True
                continue
            if at is None:
                continue
            if best is None or at < best.at or (at == best.at and rung.number < best.rung):
                best = _next_rung(at, rung.number, repetition)
        # what stands after this group lies at the due instant, or beyond it
        if best is not None and (best.at < limit or (best.at == limit and group is not ladder.early)):
            return best, unresolved
    return best, unresolved


def rung_instant(rung: RungPlan, repetition: int, measure: Measure, limit: int, term_at: int) -> int | None:
    """The instant of a rung's repetition (from 1), or None if it is not armed.

    It is armed only after the start (E2) and, up to the due instant, only after the opening of the term (E1).

    Raises:
        HorizonError: the instant lies past what the calendar knows.
    """
    spec = rung.spec
    if spec.percent is not None:
        at = limit if spec.percent == 100 else share_instant(measure, limit, spec.percent)
    elif spec.before is not None:
        at = measure.calendar.subtract_us(limit, spec.before, anchor="same_time")
    elif spec.after is not None:
        at = measure.calendar.add_us(limit, spec.after, anchor="same_time")
    if repetition > 1 and spec.every is not None:
        at = measure.calendar.add_us(at, _times(spec.every, repetition - 1), anchor="same_time")
    if at <= measure.start or (spec.after is None and at <= term_at):
        return None
    for begin, end in measure.pauses:
        if begin <= at < end:
            at = end  # a rung that had not passed when the pause began is never before the resume (K1)
    return at


def _times(amount: Amount, count: int) -> Amount:
    if isinstance(amount, WorkingDays | CalendarDays):
        return attrs.evolve(amount, days=amount.days * count)
    return type(amount)(microseconds=amount.us * count)
