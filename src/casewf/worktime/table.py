"""The working spans of some years as sorted lists with prefix sums: any distance costs one bisection (T8).

``W(t)`` below is the working time, in microseconds, from the table's first span up to the instant ``t``.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from bisect import bisect_left, bisect_right

import attrs

from casewf.model.amount import US_PER_DAY, US_PER_MINUTE
from casewf.worktime.rules import CalendarRules
from casewf.worktime.zones import EPOCH_DAY, Offsets, midnight

__all__ = ["NO_TABLE", "Table", "build_table"]


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Table:
    """Every working span that opens on a date of ``first_day`` to ``last_day``, and those of the day before.

    Span ``i`` is ``[starts[i], ends[i])`` in UTC microseconds and belongs to the date ``dates[i]`` (an
    ordinal); ``done[i] == W(starts[i])``, with the total appended; ``base[i] == done[i] - starts[i]``. Span 0
    is empty and lies before all others, so that every instant of ``[low, high]``, where the table answers,
    has a span at or before it. ``days`` are the working days of the range (ordinals) and ``closings`` their
    closing instants. ``closed`` says that the calendar's horizon ends the table.
    """

    first_year: int
    last_year: int
    first_day: int
    last_day: int
    low: int
    high: int
    closed: bool
    offsets: Offsets
    starts: list[int]
    ends: list[int]
    base: list[int]
    done: list[int]
    dates: list[int]
    days: list[int]
    closings: list[int]

    def worked(self, t: int) -> int:
        """``W(t)``; ``t`` must lie in ``[low, high]``."""
        i = bisect_right(self.starts, t) - 1
        return self.base[i] + min(t, self.ends[i])

    def earliest(self, work: int) -> int:
        """The earliest instant with ``W == work``, where ``0 < work <= done[-1]`` (T1)."""
        return work - self.base[bisect_left(self.done, work) - 1]

    def latest(self, work: int) -> int:
        """The latest instant with ``W == work``, where ``0 <= work < done[-1]`` (T2)."""
        return work - self.base[bisect_right(self.done, work) - 1]

    def day_of(self, t: int) -> int:
        """The date of the span that holds ``t``, outside every span its local date (T3)."""
        i = bisect_right(self.starts, t) - 1
        if t < self.ends[i]:
            return self.dates[i]
        return (t + self.offsets.at(t)) // US_PER_DAY + EPOCH_DAY


_NO_OFFSETS = Offsets(changes=[], offsets=[0], wall_ends=[])
NO_TABLE = Table(
    first_year=0,
    last_year=-1,
    first_day=1,
    last_day=0,
    low=1,
    high=0,
    closed=False,
    offsets=_NO_OFFSETS,
    starts=[],
    ends=[],
    base=[],
    done=[0],
    dates=[],
    days=[],
    closings=[],
)
"""A table of no years, which answers for no instant and no day."""


def build_table(rules: CalendarRules, zone: zoneinfo.ZoneInfo, first_year: int, last_year: int) -> Table:
    """Lay out the spans of some years, up to ``announced_through`` where that comes first.

    Each edge is brought to UTC on its own, so spans lengthen and shorten with the zone's changes, and one
    that lies inside a gap vanishes (T7).
    """
    first_day = dt.date(first_year, 1, 1).toordinal()
    last_day = dt.date(last_year, 12, 31).toordinal()
    horizon = rules.announced_through.toordinal() if rules.announced_through else None
    closed = horizon is not None and horizon <= last_day
    if horizon is not None and closed:
        last_day = horizon
    offsets = Offsets.over(zone, first_day - 3, last_day + 4)
    low = offsets.utc(midnight(first_day))
    start = low - 3 * US_PER_DAY
    starts, ends, base, done, dates = [start], [start], [-start], [0], [first_day - 3]
    days: list[int] = []
    closings: list[int] = []
    total = 0
    utc, spans_on = offsets.utc, rules.spans_on
    for day in range(first_day - 1, last_day + 1):
        wall = midnight(day)
        worked_before = total
        for opens, closes in spans_on(day):
            start, end = utc(wall + opens * US_PER_MINUTE), utc(wall + closes * US_PER_MINUTE)
            if start < end:
                starts.append(start)
                ends.append(end)
                base.append(total - start)
                done.append(total)
                dates.append(day)
                total += end - start
        if total > worked_before and day >= first_day:
            days.append(day)
            closings.append(ends[-1])
    done.append(total)
    return Table(
        first_year=first_year,
        last_year=last_year,
        first_day=first_day,
        last_day=last_day,
        low=low,
        high=max(utc(midnight(last_day + 1)), ends[-1]),
        closed=closed,
        offsets=offsets,
        starts=starts,
        ends=ends,
        base=base,
        done=done,
        dates=dates,
        days=days,
        closings=closings,
    )
