"""What each date of a calendar is, for people: worked, at rest, off by name, made up for, or not known yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property

from casewf.model.hours import WEEKDAYS as WEEKDAY_KEYS
from casewf.views.words import WEEKDAYS
from casewf.worktime import WorkCalendar

__all__ = ["CalendarDays", "date_words", "dates", "hours_words"]

_DECEMBER = 12


class CalendarDays:
    """A calendar by its dates.

    Attributes:
        calendar: it.
        week: its weekly hours as ``HH:MM`` pairs, by ``mon`` ... ``sun``; closed weekdays are absent.
        extra_hours: the hours of make-up days.
        off, extra: its days off and make-up days, with their names.
        hours: hours of single dates.
        yearly: its days off of every year, by ``MM-DD``.
    """

    def __init__(self, calendar: WorkCalendar) -> None:
        document = calendar.to_document()
        self.calendar = calendar
        self.week: Mapping[str, list[list[str]]] = document["week"]
        self.extra_hours: list[list[str]] = document["extra_hours"]
        self.yearly: Mapping[str, str] = document["yearly_off"]
        self.off: Mapping[dt.date, str] = {_date(day): name for day, name in document["days_off"].items()}
        self.extra: Mapping[dt.date, str] = {_date(day): name for day, name in document["extra_days"].items()}
        self.hours: Mapping[dt.date, list[list[str]]] = {
            _date(day): hours for day, hours in document["day_hours"].items()
        }

    @cached_property
    def named(self) -> list[dt.date]:
        """All dates that the calendar names, in order."""
        return sorted({*self.off, *self.extra, *self.hours})

    @property
    def years(self) -> range:
        """From the first year with dates to the last that is announced; without an end to the last named."""
        end = self.calendar.announced_through
        if not self.named:
            return range(end.year, end.year + 1) if end else range(0)
        first = self.named[0].year
        # A year's notice may move days of the December before.
        is_only_december = all(day.month == _DECEMBER for day in self.named if day.year == first)
        return range(first + is_only_december, (end or self.named[-1]).year + 1)

    def is_known(self, day: dt.date) -> bool:
        """Whether the date is not past ``announced_through``."""
        end = self.calendar.announced_through
        return end is None or day <= end

    def is_open_weekday(self, day: dt.date) -> bool:
        """Whether the week is open on the date's weekday."""
        return WEEKDAY_KEYS[day.weekday()] in self.week

    def is_worked(self, day: dt.date) -> bool:
        """Whether any working time belongs to the date; past the horizon by the week alone."""
        return self.calendar.provisional.is_working_day(day.toordinal())

    def name_off(self, day: dt.date) -> str | None:
        """The name of a date that is off, unless it has hours of its own or is a make-up day."""
        return self.off.get(day) or self.yearly.get(day.isoformat()[5:])

    def working_days(self, first: dt.date, last: dt.date) -> int:
        """How many dates from ``first`` to ``last``, both counted, have working time."""
        return sum(self.is_worked(day) for day in dates(first, last))


def dates(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every date from ``first`` to ``last``, both included."""
    return [first + dt.timedelta(number) for number in range((last - first).days + 1)]


def date_words(day: dt.date, lang: str, *, year: bool = True) -> str:
    """A date with its weekday: ``2026-06-18 周四``, ``Thu 2026-06-18``."""
    written = day.isoformat() if year else f"{day:%m-%d}"
    name = WEEKDAYS[lang][day.weekday()]
    return f"{written} 周{name}" if lang == "zh" else f"{name} {written}"


def hours_words(spans: list[list[str]]) -> str:
    """Opening hours in one line: ``09:00–12:00 14:00–18:00``."""
    return " ".join("–".join(span) for span in spans)


def _date(written: str) -> dt.date:
    return dt.date.fromisoformat(written)
