"""What a person should look at in a calendar that can be read: days that change nothing, and an end that comes near.

All of it may be meant; none of it stops a calendar from being used.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

import attrs

from casewf.model.text import Label
from casewf.views.calendar_days import CalendarDays, date_words, dates
from casewf.worktime import WorkCalendar

__all__ = ["Comparison", "check_calendar", "compare_calendars"]

_SOON = 60
_NAMED = 5
_LONGEST_GAP = 2
_LONGEST_HOLIDAY = 15
_SATURDAY = 5


@attrs.frozen(slots=True)
class Comparison:
    """Two calendars, day by day.

    Attributes:
        first, last: the dates from and to which both know the days.
        differences: the dates of which one is worked by one calendar only.
    """

    first: dt.date
    last: dt.date
    differences: tuple[Label, ...]


def check_calendar(calendar: WorkCalendar, today: dt.date) -> tuple[Label, ...]:
    """What should be looked at: how far the calendar is known, then its days from this year on.

    Args:
        calendar: any working calendar.
        today: the date in the calendar's zone on which it is looked at.
    """
    days = CalendarDays(calendar)
    since = dt.date(today.year, 1, 1)
    return (
        *_horizon(days, today),
        *_empty_years(days),
        *_open_holidays(days, since),
        *_make_up_days(days, since),
        *_days_off(days, since),
    )


def compare_calendars(calendar: WorkCalendar, other: WorkCalendar, name: str) -> Comparison | None:
    """Which dates are worked by one and not by the other; None where they know no years together.

    Args:
        calendar: the calendar that is checked.
        other: what it is checked against.
        name: what that is called.
    """
    one, two = CalendarDays(calendar), CalendarDays(other)
    if not one.years or not two.years:
        return None
    first = dt.date(max(one.years[0], two.years[0]), 1, 1)
    last = min(_known_until(one), _known_until(two))
    if last < first:
        return None
    found = []
    for day in dates(first, last):
        if one.is_worked(day) != two.is_worked(day):
            zh, en = date_words(day, "zh"), date_words(day, "en")
            found.append(
                Label(f"{zh}：本日历上班，{name}不上班", f"{en}: worked here, at rest by {name}")
                if one.is_worked(day)
                else Label(f"{zh}：本日历不上班，{name}上班", f"{en}: at rest here, worked by {name}")
            )
    return Comparison(first, last, tuple(found))


def _known_until(days: CalendarDays) -> dt.date:
    return days.calendar.announced_through or dt.date(days.years[-1], 12, 31)


def _horizon(days: CalendarDays, today: dt.date) -> Iterator[Label]:
    end = days.calendar.announced_through
    if end is None:
        yield Label(
            "没有写 announced_through：没有放假通知的年份也会照常计算",
            "announced_through is missing: years without a notice are counted like any other",
        )
        return
    left = (end - today).days
    if left < 0:
        yield Label(
            f"announced_through {end} 已经过去：期限已无法计算",
            f"announced_through {end} is past: limits cannot be counted any more",
        )
    elif left <= _SOON:
        yield Label(
            f"announced_through {end} 只剩{left}天：下一年的放假通知发布后请补上",
            f"announced_through {end} is {left} day{'' if left == 1 else 's'} away: add the next notice when it is out",
        )
    late = [day for day in days.named if day > end]
    if late:
        yield _listed(
            late,
            f"announced_through {end} 之后的日期还用不上，请把 announced_through 往后移",
            f"dates after announced_through {end} do not count before you move it",
        )


def _empty_years(days: CalendarDays) -> Iterator[Label]:
    off = {day.year for day in days.off}
    for year in () if days.yearly else days.years:
        if year not in off:
            yield Label(f"{year}年没有任何放假日", f"{year} has no day off at all")


def _open_holidays(days: CalendarDays, since: dt.date) -> Iterator[Label]:
    """Ordinary working days that a holiday seems to hold, often Saturdays in a table for Monday to Friday."""
    found = set[dt.date]()
    for before, after in itertools.pairwise(sorted(days.off)):
        gap = dates(before, after)[1:-1]
        if len(gap) <= _LONGEST_GAP and days.off[before] == days.off[after]:
            found |= {day for day in gap if _is_ordinary(days, day)}
    for off in days.off:
        for step in (-1, 1):
            day = off + dt.timedelta(step)
            while day.weekday() >= _SATURDAY:
                found |= {day} if _is_ordinary(days, day) else set()
                day += dt.timedelta(step)
    late = sorted(day for day in found if day >= since)
    if late:
        yield _listed(
            late,
            "假期当中或紧挨着假期、照常上班的日子，请写成放假或写明当日时间",
            "ordinary working days within or beside a holiday; name them as days off, or give their hours",
        )


def _is_ordinary(days: CalendarDays, day: dt.date) -> bool:
    return days.is_worked(day) and day not in days.extra and day not in days.hours


def _make_up_days(days: CalendarDays, since: dt.date) -> Iterator[Label]:
    """Make-up days that only replace the hours of their weekday; with hours of their own they are meant."""
    idle = [
        day
        for day in sorted(days.extra)
        if day >= since
        and days.is_open_weekday(day)
        and day not in days.hours
        and f"{day:%m-%d}" not in days.yearly
    ]
    if idle:
        yield _listed(
            idle,
            "调休上班日落在本来就上班的日子，请写明当日时间",
            "make-up days on weekdays that are open anyway; give their hours",
        )


def _days_off(days: CalendarDays, since: dt.date) -> Iterator[Label]:
    """Days off that change nothing, unless they belong to a holiday that changes something."""
    late = [day for day in sorted(days.off) if day >= since]
    idle = [day for day in late if not any(map(days.is_open_weekday, _holiday(days, day)))]
    if idle:
        yield _listed(idle, "放假日落在本来就休息的日子", "days off on weekdays that are closed anyway")


def _holiday(days: CalendarDays, day: dt.date) -> list[dt.date]:
    """The days off in the stretch without work around a day off."""
    found = []
    for step in (-1, 1):
        other = day
        while not days.is_worked(other) and abs((other - day).days) < _LONGEST_HOLIDAY:
            found.append(other)
            other += dt.timedelta(step)
    return [other for other in found if other in days.off]


def _listed(found: list[dt.date], zh: str, en: str) -> Label:
    """A remark about several dates, the first few of which it names."""
    shown = found[:_NAMED]
    more = len(found) - len(shown)
    rest_zh, rest_en = (f" 等{len(found)}天", f" and {more} more") if more else ("", "")
    return Label(
        f"{zh}：{'、'.join(date_words(day, 'zh') for day in shown)}{rest_zh}",
        f"{en}: {', '.join(date_words(day, 'en') for day in shown)}{rest_en}",
    )
