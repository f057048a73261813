"""Work done before a wall time, by lookup: the fast way in for datetimes in the calendar's own zone (T8).

To ask a zone for its offset costs more than all of the arithmetic. On a date near which the zone does not
change, wall time alone says how much work was done: that before midnight, and that before the minute.
"""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo

import attrs

from casewf.model.amount import US_PER_MINUTE, US_PER_SECOND
from casewf.model.hours import MINUTES_PER_DAY, Spans
from casewf.worktime.rules import CalendarRules
from casewf.worktime.table import NO_TABLE, Table
from casewf.worktime.zones import midnight

__all__ = ["NO_WALL", "WallTable", "build_wall_table"]


@attrs.frozen(slots=True, eq=False)
class _Profile:
    """Per minute of a date: microseconds worked on that date before it, and whether it is working time."""

    done: list[int]
    open: bytes


@attrs.frozen(slots=True, kw_only=True, eq=False)
class WallTable:
    """``W`` of ``table`` for the wall times of its dates.

    ``before[i]`` is ``W`` at midnight of the date ``first_day + i``, ``profiles[i]`` what follows; ``None``
    on a date of a change of the zone, and on its neighbours.
    """

    table: Table
    zone: zoneinfo.ZoneInfo | None
    first_day: int
    before: list[int]
    profiles: list[_Profile | None]

    def worked(self, instant: dt.datetime) -> int | None:
        """``W(instant)`` in microseconds; none where this table cannot tell, and the long way may."""
        if type(instant) is not dt.datetime or instant.tzinfo is not self.zone:
            return None
        i = instant.toordinal() - self.first_day
        if not 0 <= i < len(self.before):
            return None
        profile = self.profiles[i]
        if profile is None:
            return None
        minute = instant.hour * 60 + instant.minute
        if profile.open[minute]:
            within = instant.second * US_PER_SECOND + instant.microsecond
            return self.before[i] + profile.done[minute] + within
        return self.before[i] + profile.done[minute]


NO_WALL = WallTable(table=NO_TABLE, zone=None, first_day=0, before=[], profiles=[])
"""A table of no dates."""


def build_wall_table(rules: CalendarRules, zone: zoneinfo.ZoneInfo, table: Table) -> WallTable:
    """Lay out the dates of ``table`` by wall time."""
    utc, worked = table.offsets.utc, table.worked
    days = range(table.first_day, table.last_day + 1)
    profiles: list[_Profile | None] = []
    yesterday = rules.spans_on(table.first_day - 1)
    for day in days:
        today = rules.spans_on(day)
        profiles.append(_profile(yesterday[-1:], today))
        yesterday = today
    for change, offset in zip(table.offsets.changes, table.offsets.offsets, strict=False):
        near = (change + offset - midnight(table.first_day)) // (MINUTES_PER_DAY * US_PER_MINUTE)
        for i in range(max(near - 1, 0), min(near + 2, len(profiles))):
            profiles[i] = None
    return WallTable(
        table=table,
        zone=zone,
        first_day=table.first_day,
        before=[worked(utc(midnight(day))) for day in days],
        profiles=profiles,
    )


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
    return _Profile(done, bytes(minutes))
