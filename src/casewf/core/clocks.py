"""When a clock is due (K1): a budget with its extensions, and a ledger of pauses, measured by a working calendar.

All instants are microseconds since 1970-01-01T00:00Z.
"""

from __future__ import annotations

import attrs

from casewf.errors import HorizonError
from casewf.model.amount import Amount, CalendarDays, Elapsed, WorkingDays, WorkingTime, added
from casewf.model.case import Carried, Clock
from casewf.worktime import WorkCalendar

Pauses = tuple[tuple[int, int], ...]


@attrs.define(slots=True, eq=False)  # not frozen: one is made for every instant that is derived
class Measure:
    """What determines a clock's instants: its start, its length, its pauses, its calendar.

    Attributes:
        budget: the amount with the extensions of its unit, or None where ``until``, a date's ordinal, is the target.
        pauses: finished pauses as (begin, end), oldest first; with ``carried`` those after that.
        carried: what was taken over when the target changed (K5).
        beyond: extensions in other units, which count on from where the budget ends.
    """

    calendar: WorkCalendar
    start: int
    budget: Amount | None
    until: int | None = None
    pauses: Pauses = ()
    carried: Carried | None = None
    beyond: tuple[Amount, ...] = ()


def measure_of(clock: Clock, calendar: WorkCalendar, *also: tuple[int, int]) -> Measure:
    """What determines the instants of a clock.

    Args:
        clock: the clock.
        calendar: the version of the calendar to measure by.
        also: further pauses, such as the one that ends just now.
    """
    pauses, carried = (*clock.pauses, *also), clock.carried
    if carried is not None:
        pauses = tuple((max(begin, carried.at), end) for begin, end in pauses if end > carried.at)
    budget = clock.budget
    if not clock.extensions:
        return Measure(calendar, clock.start, budget, clock.until, pauses, carried)
    if budget is None:
        return Measure(calendar, clock.start, None, clock.until, pauses, carried)  # a date is what was agreed
    beyond = tuple(amount for amount in clock.extensions if type(amount) is not type(budget))
    budget = extended(budget, clock.extensions)
    return Measure(calendar, clock.start, budget, clock.until, pauses, carried, beyond)


def extended(budget: Amount, extensions: tuple[Amount, ...]) -> Amount:
    """A budget with the extensions of its own unit."""
    for amount in extensions:
        if type(amount) is type(budget):
            budget = added(budget, amount)
    return budget


def limit_of(measure: Measure) -> int:
    """The due instant.

    A pause moves it by the paused working time for working budgets and by the paused plain time for the
    others, if it had not passed when the pause began; it is never before the resume. Calendar days roll once,
    last (T4).

    Raises:
        HorizonError: it lies past what the calendar knows.
    """
    budget = measure.budget
    if measure.carried is not None:
        return _carried_limit(measure, measure.carried)
    if measure.beyond:
        return _limit_beyond(measure)
    if budget is None:
        limit = _closing_of(measure)
        for begin, end in measure.pauses:
            if limit >= begin:
                limit = max(limit, end)
        return limit
    if type(budget) is CalendarDays:
        return _calendar_limit(measure, budget)[0]
    if type(budget) is WorkingDays:
        limit = measure.calendar.days_after(measure.start, budget.days)
    else:
        limit = measure.calendar.add_us(measure.start, budget)
    return shifted(measure, limit) if measure.pauses else limit


def shifted(measure: Measure, instant: int) -> int:
    """An instant derived without pauses, moved by those that began no later than it (K1)."""
    calendar = measure.calendar
    working = is_working(measure.budget)
    for begin, end in measure.pauses:
        if instant >= begin:
            if working:
                moved = calendar.work_after(instant, calendar.work_between(begin, end))
            else:
                moved = instant + (end - begin)
            instant = max(moved, end)
    return instant


def share_instant(measure: Measure, limit: int, percent: int) -> int:
    """The instant at which ``percent`` of the measured time from start to due instant is over (E2).

    Measured time is working time for working budgets and plain time for the others, pauses left out; it
    is rounded up to the microsecond. After a ``carry`` it is the share that was spent before, and the rest (K5).
    """
    calendar, start, budget, carried = measure.calendar, measure.start, measure.budget, measure.carried
    if carried is not None:
        spent = carried.whole - carried.left
        instant = _after_carry(measure, max(_share(carried.whole, percent) - spent, 0))
    elif measure.beyond or budget is None or type(budget) is CalendarDays:
        whole = _measured(measure, start, limit)
        whole -= sum(_measured(measure, begin, end) for begin, end in measure.pauses if begin <= limit)
        instant = _after_carry(measure, _share(whole, percent))
    elif type(budget) is WorkingTime:
        instant = calendar.work_after(start, _share(budget.us, percent))
    elif type(budget) is Elapsed:
        instant = start + _share(budget.us, percent)
    else:
        nominal = limit_of(attrs.evolve(measure, pauses=())) if measure.pauses else limit
        whole = calendar.work_between(start, nominal)
        instant = calendar.work_after(start, _share(whole, percent))
    return shifted(measure, instant) if measure.pauses else instant


def carry(before: Measure, after: Measure, now: int) -> Carried:
    """What a clock takes over at ``now`` when its target becomes that of ``after`` (K5).

    The share of ``before`` that was spent up to now counts as the same share of ``after``; what is left is rounded
    up to the microsecond.

    Args:
        before: the measure so far, pauses finished up to ``now``.
        after: the same start by the new budget.
        now: the instant of the change.

    Raises:
        HorizonError: the new due instant lies past what the calendar knows.
    """
    whole = _whole(before)
    left = max(whole - _spent(before, now), 0)
    new = _whole(after)
    return Carried(at=now, left=-(-new * left // whole) if left else 0, whole=new)


def prolonged(carried: Carried, after: Measure) -> Carried:
    """What was taken over, after an extension: as much more is left as the whole of ``after`` became longer (K7)."""
    whole = _whole(attrs.evolve(after, carried=None))
    return attrs.evolve(carried, left=carried.left + whole - carried.whole, whole=whole)


def end_of(amount: Amount, start: int, calendar: WorkCalendar) -> int:
    """When an amount of time is over that began at ``start``; past what the calendar knows by its guess."""
    try:
        return calendar.add_us(start, amount)
    except HorizonError:
        return calendar.provisional.add_us(start, amount)


def nominal_day(measure: Measure) -> int | None:
    """For calendar days and dates the ordinal of the last day before it rolls off rest days (T4), else None."""
    if measure.budget is None:
        return measure.until
    if type(measure.budget) is not CalendarDays or measure.carried is not None or measure.beyond:
        return None
    paused = _calendar_limit(measure, measure.budget)[1]
    return measure.calendar.local_day(measure.start + paused) + measure.budget.days


def is_working(budget: Amount | None) -> bool:
    """Whether a budget is measured in working time rather than plain time."""
    return type(budget) is WorkingDays or type(budget) is WorkingTime


def _whole(measure: Measure) -> int:
    """All the measured time of a measure, pauses left out."""
    if measure.carried is not None:
        return measure.carried.whole
    without = attrs.evolve(measure, pauses=())
    return _measured(measure, measure.start, limit_of(without))


def _spent(measure: Measure, now: int) -> int:
    """The measured time up to ``now``, pauses left out."""
    carried = measure.carried
    since = measure.start if carried is None else carried.at
    before = 0 if carried is None else carried.whole - carried.left
    paused = sum(_measured(measure, begin, end) for begin, end in measure.pauses)
    return before + _measured(measure, since, now) - paused


def _measured(measure: Measure, begin: int, end: int) -> int:
    return measure.calendar.work_between(begin, end) if is_working(measure.budget) else end - begin


def _after_carry(measure: Measure, us: int) -> int:
    at = measure.start if measure.carried is None else measure.carried.at
    return measure.calendar.work_after(at, us) if is_working(measure.budget) else at + us


def _share(whole: int, percent: int) -> int:
    return -(-whole * percent // 100)


def _carried_limit(measure: Measure, carried: Carried) -> int:
    """Where what was left ends; for calendar days at the close of business of that day, or of the next (T4)."""
    limit = shifted(measure, _after_carry(measure, carried.left))
    if type(measure.budget) is not CalendarDays:
        return limit
    calendar = measure.calendar
    day = calendar.local_day(limit)
    close = calendar.roll_to_close(day)
    return close if close >= carried.at else calendar.roll_to_close(day + 1)


def _limit_beyond(measure: Measure) -> int:
    """Where extensions in other units end, which count on from the budget's own end.

    Pauses that began up to that end have moved it; later ones move what counts on, by the rules of the last one's unit.
    """
    end_of_budget = limit_of(attrs.evolve(measure, beyond=()))
    *others, last = measure.beyond
    since = end_of_budget
    for amount in others:
        since = measure.calendar.add_us(since, amount)
    later = tuple(pause for pause in measure.pauses if pause[0] > end_of_budget)
    return limit_of(Measure(measure.calendar, since, last, pauses=later))


def _closing_of(measure: Measure) -> int:
    if measure.until is None:
        raise ValueError("a measure needs a budget or a date")
    return measure.calendar.roll_to_close(measure.until)


def _calendar_limit(measure: Measure, budget: CalendarDays) -> tuple[int, int]:
    """The due instant of a budget of calendar days, and the paused plain time that moved it."""
    calendar = measure.calendar
    paused = 0
    limit = calendar.calendar_days_after(measure.start, budget.days)
    for begin, end in measure.pauses:
        if limit >= begin:
            paused += end - begin
            limit = max(calendar.calendar_days_after(measure.start + paused, budget.days), end)
    return limit, paused
