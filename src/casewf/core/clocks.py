"""When a clock is due (K1): a budget and a ledger of pauses, measured by a working calendar.

All instants are microseconds since 1970-01-01T00:00Z.
"""

from __future__ import annotations

import attrs

from casewf.model.amount import Amount, CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.worktime import WorkCalendar

Pauses = tuple[tuple[int, int], ...]


@attrs.frozen(slots=True)
class Measure:
    """What determines a clock's instants: its start, its length, its pauses, its calendar.

    ``budget`` is the amount, or None where ``until``, a date's ordinal, is the target.
    """

    calendar: WorkCalendar
    start: int
    budget: Amount | None
    until: int | None = None
    pauses: Pauses = ()


def limit_of(measure: Measure) -> int:
    """The due instant.

    A pause moves it by the paused working time for working budgets and by the paused plain time for the
    others, if it had not passed when the pause began; it is never before the resume. Calendar days roll once,
    last (T4).

    Raises:
        HorizonError: it lies past what the calendar knows.
    """
    calendar, budget = measure.calendar, measure.budget
    if budget is None:
        if measure.until is None:
            raise ValueError("a measure needs a budget or a date")
        limit = calendar.roll_to_close(measure.until)
        for begin, end in measure.pauses:
            if limit >= begin:
                limit = max(limit, end)
        return limit
    kind = type(budget)
    if kind is CalendarDays:
        return _calendar_limit(measure, budget)[0]  # type: ignore[arg-type]  # `kind is` does not narrow
    limit = calendar.add_us(measure.start, budget)
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
    is rounded up to the microsecond.
    """
    calendar, start, budget = measure.calendar, measure.start, measure.budget
    if type(budget) is WorkingTime:
        instant = calendar.work_after(start, _share(budget.us, percent))
    elif type(budget) is WorkingDays:
        nominal = calendar.add_us(start, budget) if measure.pauses else limit
        whole = calendar.work_between(start, nominal)
        instant = calendar.work_after(start, _share(whole, percent))
    elif type(budget) is Elapsed:
        instant = start + _share(budget.us, percent)
    else:
        paused = _calendar_limit(measure, budget)[1] if type(budget) is CalendarDays else 0
        instant = start + _share(limit - start - paused, percent)
    return shifted(measure, instant) if measure.pauses else instant


def is_working(budget: Amount | None) -> bool:
    """Whether a budget is measured in working time rather than plain time."""
    return type(budget) is WorkingDays or type(budget) is WorkingTime


def _share(whole: int, percent: int) -> int:
    return -(-whole * percent // 100)


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
