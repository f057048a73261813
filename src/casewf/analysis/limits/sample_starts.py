"""Starts at which limits are tried out: every kind of day that a calendar has, at the edges of its hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from casewf.errors import WorkingTimeError
from casewf.model.amount import US_PER_DAY, US_PER_HOUR, US_PER_MINUTE
from casewf.model.hours import WEEKDAYS
from casewf.model.zone import load_zone
from casewf.worktime import WorkCalendar

__all__ = ["first_day", "instant_words", "sample_closings", "sample_starts"]

_LAST_DAY = dt.date(2026, 12, 31)
"""The end of the year that is tried out where a calendar names no date."""

_YEAR = 366
_LONGEST_REST = 9
_MOST_DAYS = 40
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def sample_starts(calendar: WorkCalendar) -> tuple[int, ...]:
    """Instants at which a limit may begin, in microseconds: on each sampled day at the edges of its hours."""
    return tuple(start for day in _sample_days(calendar) for start in _starts_on(calendar, day))


def sample_closings(calendar: WorkCalendar) -> tuple[int, ...]:
    """When the sampled working days close, in microseconds: instants at which a limit may be due."""
    return tuple(calendar.day_close(day) for day in _sample_days(calendar) if calendar.is_working_day(day))


def _sample_days(calendar: WorkCalendar) -> tuple[int, ...]:
    """Days of the calendar's last known year, as ordinals; always the same ones.

    Two days are of one kind if they are the same weekday, both worked or both at rest, with as many days of rest after
    them: so there are Fridays, the day before Spring Festival, make-up Saturdays, the last working day of the year.
    The commonest kinds come first, and the last day that is known comes last.
    """
    last = _last_day(calendar).toordinal()
    first = last - _YEAR
    try:
        works = [calendar.is_working_day(day) for day in range(first, last + 1)]
    except WorkingTimeError:
        return ()  # it lies at the end of the years that dates express
    kinds: dict[tuple[int, bool, int], list[int]] = {}
    rest = 0
    for place in range(_YEAR, -1, -1):
        kinds.setdefault(((first + place) % 7, works[place], rest), []).append(first + place)
        rest = 0 if works[place] else min(rest + 1, _LONGEST_REST)
    common = sorted(kinds.values(), key=lambda days: (-len(days), days[-1]))
    days = [days[len(days) // 2] for days in common][:_MOST_DAYS]
    return (*days, last)


def instant_words(calendar: WorkCalendar, instant: int) -> str:
    """An instant in the calendar's zone: ``Fri 2026-02-13 17:59``; seconds where there are any."""
    moment = (_EPOCH + dt.timedelta(microseconds=instant)).astimezone(load_zone(calendar.zone))
    return f"{WEEKDAYS[moment.weekday()].title()} {moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00")


def first_day(calendar: WorkCalendar) -> dt.date:
    """The first day that a calendar says anything about by date, or the first of its last known year."""
    return min((*_dated(calendar), _last_day(calendar).replace(month=1, day=1)))


def _last_day(calendar: WorkCalendar) -> dt.date:
    if calendar.announced_through is not None:
        return calendar.announced_through
    return max(_dated(calendar), default=_LAST_DAY).replace(month=12, day=31)


def _dated(calendar: WorkCalendar) -> list[dt.date]:
    document = calendar.to_document()
    return [
        dt.date.fromisoformat(day) for key in ("days_off", "extra_days", "day_hours") for day in document[key]
    ]


def _starts_on(calendar: WorkCalendar, day: int) -> Iterator[int]:
    """The edges of a day's hours, a minute before it closes, some time within and after; of a rest day, its noon."""
    close = calendar.day_close(day)
    if not calendar.is_working_day(day):
        yield close - US_PER_DAY // 2
        return
    spans = [span[:2] for span in calendar.spans_us(close - 2 * US_PER_DAY, close) if span[2] == day]
    yield from (begin for begin, _ in spans)
    yield spans[0][0] + 77 * US_PER_MINUTE
    yield from (end for _, end in spans)
    yield close - US_PER_MINUTE
    yield close + 2 * US_PER_HOUR
