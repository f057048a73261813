"""Work done before a wall time, by lookup: the fast way in for datetimes in the calendar's own zone (T8).

To ask a zone for its offset costs more than all of the arithmetic. On a date near which the zone does not
change, wall time alone says how much work was done: that before midnight, and that before the minute.
"""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from typing import TypeAlias

import attrs

from casewf.model.amount import US_PER_DAY, US_PER_MINUTE, US_PER_SECOND
from casewf.model.hours import MINUTES_PER_DAY, Spans
from casewf.worktime.rules import CalendarRules
from casewf.worktime.table import NO_TABLE, Table
from casewf.worktime.zones import EPOCH_DAY, midnight

__all__ = ["NO_WALL", "WallTable", "build_wall_table"]


@attrs.frozen(slots=True, eq=False)
class _Profile:
    """Per minute of a date: microseconds worked on that date before it, and whether it is working time.

    Before the minute ``night_ends`` the span of the night before runs on.
    """

    done: list[int]
    open: bytes
    night_ends: int


_Row: TypeAlias = tuple[int, list[int], bytes]
"""``W`` at the midnight of a date, then its profile's ``done`` and ``open``."""

_Place: TypeAlias = tuple[int, int, int]
"""The profile's ``night_ends``; the place in ``Table.days`` of the last working day up to the date before, and of
that up to the date itself; -1 where there is none."""


@attrs.frozen(slots=True, kw_only=True, eq=False)
class WallTable:
    """What ``table`` holds, for the wall times of its dates; ``rows`` and ``places`` go by ordinals.

    A date of a change of the zone has neither, nor have its neighbours.
    """

    table: Table
    zone: zoneinfo.ZoneInfo | None
    rows: dict[int, _Row]
    places: dict[int, _Place]

    def worked(self, instant: dt.datetime) -> int | None:
        """``W(instant)`` in microseconds; none where this table cannot tell, and the long way may."""
        if type(instant) is _DATETIME and instant.tzinfo is self.zone:
            row = self.rows.get(instant.toordinal())
            if row is not None:
                before, done, is_open = row
                minute = instant.hour * 60 + instant.minute
                if is_open[minute]:
                    return before + done[minute] + instant.second * US_PER_SECOND + instant.microsecond
                return before + done[minute]
        return None

    def between(self, a: dt.datetime, b: dt.datetime) -> int | None:
        """``W(b) - W(a)`` in microseconds; none where this table cannot tell.

        It is ``worked`` twice, written out, because the two calls would cost a tenth of it (T8).
        """
        zone = self.zone
        if type(a) is _DATETIME is type(b) and a.tzinfo is zone is b.tzinfo:
            row_a, row_b = self.rows.get(a.toordinal()), self.rows.get(b.toordinal())
            if row_a is not None and row_b is not None:
                before, done, is_open = row_a
                minute = a.hour * 60 + a.minute
                worked = before + done[minute]
                if is_open[minute]:
                    worked += a.second * US_PER_SECOND + a.microsecond
                before, done, is_open = row_b
                minute = b.hour * 60 + b.minute
                if is_open[minute]:
                    return before + done[minute] + b.second * US_PER_SECOND + b.microsecond - worked
                return before + done[minute] - worked
        return None

    def place(self, instant: dt.datetime) -> int | None:
        """The place in ``Table.days`` of the last working day up to the day of ``instant`` (T3), or -1."""
        if type(instant) is _DATETIME and instant.tzinfo is self.zone:
            place = self.places.get(instant.toordinal())
            if place is not None:
                night_ends, before, up_to = place
                return before if instant.hour * 60 + instant.minute < night_ends else up_to
        return None


_DATETIME = dt.datetime  # each lookup counts here

NO_WALL = WallTable(table=NO_TABLE, zone=None, rows={}, places={})
"""A table of no dates."""


def build_wall_table(rules: CalendarRules, zone: zoneinfo.ZoneInfo, table: Table) -> WallTable:
    """Lay out the dates of ``table`` by wall time."""
    utc, worked = table.offsets.utc, table.worked
    rows: dict[int, _Row] = {}
    places: dict[int, _Place] = {}
    working_days = set(table.days)
    yesterday = rules.spans_on(table.first_day - 1)
    place = -1
    for day in range(table.first_day, table.last_day + 1):
        today = rules.spans_on(day)
        profile = _profile(yesterday[-1:], today)
        rows[day] = worked(utc(midnight(day))), profile.done, profile.open
        before, place = place, place + (day in working_days)
        places[day] = profile.night_ends, before, place
        yesterday = today
    for change, offset in zip(table.offsets.changes, table.offsets.offsets, strict=False):
        date = (change + offset) // US_PER_DAY + EPOCH_DAY
        for day in (date - 1, date, date + 1):
            rows.pop(day, None)
            places.pop(day, None)
    return WallTable(table=table, zone=zone, rows=rows, places=places)


@functools.lru_cache(maxsize=64)
def _profile(last_night: Spans, today: Spans) -> _Profile:
    """The profile of a date, given its own spans and the last of the date before, which may reach into it."""
    minutes = bytearray(MINUTES_PER_DAY)
    tail = tuple((max(opens - MINUTES_PER_DAY, 0), closes - MINUTES_PER_DAY) for opens, closes in last_night)
    for opens, closes in (*tail, *today):
        for minute in range(opens, min(closes, MINUTES_PER_DAY)):
            minutes[minute] = 1
    done = [0]
    for is_open in minutes[:-1]:
        done.append(done[-1] + is_open * US_PER_MINUTE)
    return _Profile(done, bytes(minutes), max((closes for _, closes in tail), default=0))
