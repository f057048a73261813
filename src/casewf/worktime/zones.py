"""The offsets of one time zone over a stretch of days, and how wall time becomes UTC (T7).

Wall time is held as microseconds too: the local date and time of day read as if they were UTC. Zone data come
from the standard library's ``zoneinfo``.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from bisect import bisect_right

import attrs

from casewf.model.amount import US_PER_DAY, US_PER_SECOND

__all__ = ["EPOCH_DAY", "Offsets", "midnight", "offset_at"]

EPOCH_DAY = dt.date(1970, 1, 1).toordinal()
"""The proleptic ordinal of 1970-01-01, where microseconds are counted from."""

_STEP = 3  # days between two probes


def midnight(day: int) -> int:
    """The wall time, in microseconds, at which the date with ordinal ``day`` begins."""
    return (day - EPOCH_DAY) * US_PER_DAY


def offset_at(zone: zoneinfo.ZoneInfo, t: int) -> int:
    """Local time minus UTC, in microseconds, at the UTC instant ``t`` (microseconds).

    Raises:
        OverflowError: ``t`` lies outside the years 1 to 9999.
    """
    local = zone.fromutc(dt.datetime(1970, 1, 1, tzinfo=zone) + dt.timedelta(0, 0, t))
    offset = local.utcoffset() or dt.timedelta()
    return (offset.days * 86_400 + offset.seconds) * US_PER_SECOND + offset.microseconds


@attrs.frozen(slots=True, kw_only=True)
class Offsets:
    """The offsets of a zone over some days, with every change between them.

    ``offsets[k]`` (microseconds) holds from ``changes[k-1]`` up to ``changes[k]`` (UTC microseconds), and
    ``wall_ends[k]`` is what wall clocks would show at ``changes[k]`` had nothing changed.
    """

    changes: list[int]
    offsets: list[int]
    wall_ends: list[int]

    @classmethod
    def over(cls, zone: zoneinfo.ZoneInfo, first_day: int, last_day: int) -> Offsets:
        """Probe the zone from ``first_day`` to at least ``last_day`` (ordinals), and pin each change down.

        Two changes within three days that undo each other are not seen; no zone has had such since 1940.
        """
        t = midnight(first_day)
        offset = offset_at(zone, t)
        changes: list[int] = []
        offsets = [offset]
        for day in range(first_day + _STEP, last_day + _STEP, _STEP):
            later = midnight(day)
            later_offset = offset_at(zone, later)
            if later_offset != offset:
                changes.append(_change(zone, t, later))
                offsets.append(later_offset)
            t, offset = later, later_offset
        ends = [change + before for change, before in zip(changes, offsets, strict=False)]
        return cls(changes=changes, offsets=offsets, wall_ends=ends)

    def at(self, t: int) -> int:
        """Local time minus UTC, in microseconds, at the UTC instant ``t``."""
        return self.offsets[bisect_right(self.changes, t)]

    def utc(self, wall: int) -> int:
        """The first instant at which wall clocks show ``wall`` or more (T7).

        That is the first occurrence where a time occurs twice, and the gap's end where it does not occur at
        all.
        """
        k = bisect_right(self.wall_ends, wall)
        t = wall - self.offsets[k]
        return max(t, self.changes[k - 1]) if k else t


def _change(zone: zoneinfo.ZoneInfo, before: int, after: int) -> int:
    offset = offset_at(zone, before)
    low, high = before // US_PER_SECOND, after // US_PER_SECOND
    while high - low > 1:
        middle = (low + high) // 2
        if offset_at(zone, middle * US_PER_SECOND) == offset:
            low = middle
        else:
            high = middle
    return high * US_PER_SECOND
