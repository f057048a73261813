"""When the rungs of an escalation ladder fire (E1, E2, E4)."""

from __future__ import annotations

import attrs

from casewf.core.clocks import Measure, share_instant
from casewf.core.program import Ladder, RungPlan
from casewf.errors import HorizonError
from casewf.model.amount import Amount, CalendarDays, WorkingDays
from casewf.model.case import NextRung


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
            if fired:
                repetition += sum(1 for number, _ in fired if number == rung.number)
            if repetition > rung.spec.times:
                continue
            try:
                at = rung_instant(rung, repetition, measure, limit, term_at)
            except HorizonError:
                unresolved = True
                continue
            if at is None:
                continue
            if best is None or at < best.at or (at == best.at and rung.number < best.rung):
                best = NextRung(at, rung.number, repetition)
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
    if measure.pauses and at < measure.pauses[-1][1]:
        return measure.pauses[-1][1]  # an unfired rung is never before the resume (K1)
    return at


def _times(amount: Amount, count: int) -> Amount:
    if isinstance(amount, WorkingDays | CalendarDays):
        return attrs.evolve(amount, days=amount.days * count)
    return type(amount)(microseconds=amount.us * count)
