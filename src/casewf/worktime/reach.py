"""Which years a calendar has laid out, how far it goes for an answer, and where it refuses to go.

Years are laid out when a question needs them, doubling towards the answer. What an answer is never depends on
the questions before it; only within two years of the 400 can it depend on them whether there is one.
"""

from __future__ import annotations

import datetime as dt

from casewf.errors import AmountError, HorizonError
from casewf.model.amount import US_PER_DAY, US_PER_MINUTE
from casewf.model.zone import load_zone
from casewf.worktime.rules import CalendarRules
from casewf.worktime.table import NO_TABLE, Table, build_table
from casewf.worktime.zones import EPOCH_DAY, Offsets, midnight, offset_at

__all__ = ["FIRST_US", "LAST_US", "MAX_YEARS", "Reach"]

MAX_YEARS = 400
"""No answer lies further from its question than this many years."""

_FIRST_YEAR, _LAST_YEAR = 2, 9998
FIRST_US = midnight(dt.date(1, 1, 2).toordinal())
"""The earliest instant that is a date in every zone, in microseconds."""
LAST_US = midnight(dt.date(9999, 12, 31).toordinal()) - 1
"""The latest instant that is a date in every zone, in microseconds."""


class Reach:
    """The laid-out years of one calendar, grown on need and swapped by one assignment (thread-safe)."""

    __slots__ = ("_horizon", "_most_days", "_most_us", "_rules", "_table", "_through", "_zone")

    def __init__(self, rules: CalendarRules) -> None:
        self._rules = rules
        self._zone = load_zone(rules.zone)
        self._table = NO_TABLE
        self._through = rules.announced_through or dt.date.max
        self._horizon = self._through.toordinal()
        weeks = MAX_YEARS * 53
        dated = len(rules.extra_days) + len(rules.day_hours)
        self._most_days = sum(map(bool, rules.week)) * weeks + dated
        self._most_us = (rules.most_minutes_a_week() * weeks + rules.dated_minutes()) * US_PER_MINUTE

    @property
    def table(self) -> Table:
        """The years laid out so far; a question about others replaces it."""
        return self._table

    def offsets_between(self, a: int, b: int) -> Offsets:
        """The offsets of the zone from the instant ``a`` to ``b`` (microseconds), at any rate.

        Raises:
            AmountError: one of them lies outside the years that dates express.
        """
        table = self._table
        if table.low <= a and b <= table.high:
            return table.offsets
        return Offsets.over(self._zone, self.local_day(a) - 3, self.local_day(b) + 4)

    def local_day(self, t: int) -> int:
        """The local date, as an ordinal, at the instant ``t`` (microseconds).

        Raises:
            AmountError: ``t`` lies outside the years that dates express.
        """
        return (t + self._offset(t)) // US_PER_DAY + EPOCH_DAY

    def _offset(self, t: int) -> int:
        table = self._table
        if table.low <= t <= table.high:
            return table.offsets.at(t)
        if not FIRST_US <= t <= LAST_US:
            raise AmountError(f"the instant {t} us lies outside the years 1 to 9999 that dates express")
        return offset_at(self._zone, t)

    def _utc(self, wall: int) -> int:
        """The first instant with this wall time (T7), which needs no hours and so knows no horizon."""
        day = wall // US_PER_DAY + EPOCH_DAY
        table = self._table
        if table.first_day <= day <= table.last_day:
            return table.offsets.utc(wall)
        self._year(day)
        return Offsets.over(self._zone, day - 2, day + 3).utc(wall)

    def _at(self, t: int) -> Table:
        """A table that holds the instant ``t``."""
        table = self._table
        if table.low <= t <= table.high:
            return table
        day = self.local_day(t)
        # The night shift of the last known date may reach into the next one.
        if day > self._horizon + 1:
            raise self._past_horizon(day)
        table = self._cover(self._year(day) - 1, self._year(day) + 1)
        if t > table.high:
            raise self._past_horizon(day)
        return table

    def _on(self, day: int) -> Table:
        """A table that holds the date with ordinal ``day``."""
        table = self._table
        if table.first_day <= day <= table.last_day:
            return table
        year = self._year(day)
        if day > self._horizon:
            raise self._past_horizon(day)
        return self._cover(year - 1, year + 1)

    def _later(self, table: Table, day: int) -> Table:
        """A table that goes on where this one ends, on the way from ``day`` to an answer after it."""
        if table.closed:
            raise self._past_horizon(max(day, self._horizon + 1))
        year = self._year(day)
        years = table.last_year - year
        if years >= MAX_YEARS or table.last_year >= _LAST_YEAR:
            raise self._too_far()
        return self._cover(year - 1, year + min(max(2 * years, 2), MAX_YEARS))

    def _earlier(self, table: Table, day: int) -> Table:
        """A table that begins before this one, on the way from ``day`` back to an answer."""
        year = self._year(day)
        years = year - table.first_year
        if years >= MAX_YEARS or table.first_year <= _FIRST_YEAR:
            raise self._too_far()
        return self._cover(year - min(max(2 * years, 2), MAX_YEARS), year)

    def _span(self, a: int, b: int) -> Table:
        """A table that holds both instants, ``a`` not after ``b``."""
        table = self._table
        if table.low <= a and b <= table.high:
            return table
        first = self._year(self.local_day(a))
        last = self._year(self.local_day(b))
        if last - first > MAX_YEARS:
            raise self._too_far()
        if self.local_day(b) > self._horizon + 1:
            raise self._past_horizon(max(self.local_day(a), self._horizon + 1))
        table = self._cover(first - 1, last + 1)
        if b > table.high:
            raise self._past_horizon(self.local_day(b))
        return table

    def _cover(self, first_year: int, last_year: int) -> Table:
        """Lay out these years, with those of the present table unless that would be too many."""
        first_year, last_year = max(first_year, _FIRST_YEAR), min(last_year, _LAST_YEAR)
        last_year = min(last_year, self._through.year)
        table = self._table
        if table.first_year <= first_year and last_year <= table.last_year:
            return table
        if table.first_year <= table.last_year:
            first, last = min(first_year, table.first_year), max(last_year, table.last_year)
            if last - first <= MAX_YEARS + 2:
                first_year, last_year = first, last
        table = build_table(self._rules, self._zone, first_year, last_year)
        self._table = table
        return table

    def _year(self, day: int) -> int:
        try:
            year = dt.date.fromordinal(day).year
        except (ValueError, OverflowError):
            year = 0
        if not _FIRST_YEAR < year < _LAST_YEAR:
            raise AmountError(
                f"calendar {self._rules.id!r}: working time is kept for the years {_FIRST_YEAR + 1} to "
                f"{_LAST_YEAR - 1}, and this question leads beyond them"
            )
        return year

    def _check_work(self, us: int) -> None:
        if us < 0:
            raise AmountError(f"an amount of working time is never negative, got {us} us")
        if us > self._most_us:
            raise self._too_far()

    def _check_days(self, days: int) -> None:
        if days < 0:
            raise AmountError(f"a number of days is never negative, got {days}")
        if days > self._most_days:
            raise self._too_far()

    def _too_far(self) -> AmountError:
        return AmountError(
            f"calendar {self._rules.id!r}: the answer lies more than {MAX_YEARS} years away, or beyond the "
            "years that dates express; is the amount in the unit you meant?"
        )

    def _past_horizon(self, day: int) -> HorizonError:
        return HorizonError(self._rules.id, dt.date.fromordinal(day), self._through)
