"""The laid-out years as numpy arrays, which answer for a whole column of instants at once.

Every answer comes with a mask: whether the laid-out years hold it. Where they do not, it means nothing, and
the calendar's own call may lay out more of them or say what is wrong.
"""

from __future__ import annotations

import functools
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from casewf.model.amount import US_PER_DAY
from casewf.worktime.table import Table
from casewf.worktime.zones import EPOCH_DAY, Offsets

__all__ = ["Answer", "Columns", "Int64s", "ZoneColumns", "columns_of", "zone_columns"]

Int64s: TypeAlias = npt.NDArray[np.int64]
"""Instants in UTC microseconds, dates in ordinals, or amounts of work in microseconds."""

Bools: TypeAlias = npt.NDArray[np.bool_]

Indices: TypeAlias = npt.NDArray[np.intp]

Answer: TypeAlias = tuple[Int64s, Bools]
"""The answers of a column, and for which of its rows they are right."""

_ALWAYS = np.iinfo(np.int64).min
_EPOCH_MIDNIGHT = EPOCH_DAY * US_PER_DAY


@attrs.frozen(slots=True, eq=False)
class ZoneColumns:
    """``Offsets`` as arrays; ``since[k]`` is when ``offsets[k]`` begins to hold."""

    changes: Int64s
    offsets: Int64s
    wall_ends: Int64s
    since: Int64s

    def local_day(self, t: Int64s) -> Int64s:
        """The local date at each instant."""
        return (t + self._at(t)) // US_PER_DAY + EPOCH_DAY

    def days_before(self, t: Int64s, n: int) -> Answer:
        """``Arithmetic.calendar_days_before`` of each instant, where ``n > 0``."""
        day = self.local_day(t)
        return self.same_time(t, day, day - n), np.ones(t.size, np.bool_)

    def same_time(self, t: Int64s, day: Int64s, target: Int64s) -> Int64s:
        """The wall time as far from the midnight of ``target`` as ``t`` is from that of its ``day``."""
        return self.utc(t + self._at(t) + (target - day) * US_PER_DAY)

    def utc(self, wall: Int64s) -> Int64s:
        """The first instant at which wall clocks show ``wall`` or more (T7)."""
        if not self.changes.size:
            return wall - self.offsets
        k = np.searchsorted(self.wall_ends, wall, "right")
        instants: Int64s = np.maximum(wall - self.offsets[k], self.since[k])
        return instants

    def _at(self, t: Int64s) -> Int64s:
        return self.offsets[np.searchsorted(self.changes, t, "right")] if self.changes.size else self.offsets


def zone_columns(offsets: Offsets) -> ZoneColumns:
    """The offsets of a zone as arrays."""
    return ZoneColumns(
        _column(offsets.changes),
        _column(offsets.offsets),
        _column(offsets.wall_ends),
        _column([_ALWAYS, *offsets.changes]),
    )


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Columns:
    """A ``Table`` as arrays of the same names."""

    table: Table
    zone: ZoneColumns
    starts: Int64s
    ends: Int64s
    base: Int64s
    done: Int64s
    dates: Int64s
    days: Int64s
    closings: Int64s

    def after(self, t: Int64s, work: int) -> Answer:
        """``Arithmetic.work_after`` of each instant, where ``work > 0``."""
        worked, here = self._worked(t)
        goal = worked + work
        k = np.searchsorted(self.done, goal, "left") - 1
        return goal - _pick(self.base, k), here & (goal <= self.table.done[-1])

    def before(self, t: Int64s, work: int) -> Answer:
        """``Arithmetic.work_before`` of each instant, where ``work > 0``."""
        worked, here = self._worked(t)
        goal = worked - work
        k = np.searchsorted(self.done, goal, "right") - 1
        return goal - _pick(self.base, k), here & (goal >= 0)

    def between(self, a: Int64s, b: Int64s) -> Answer:
        """``Arithmetic.work_between`` of each pair."""
        worked_a, here_a = self._worked(a)
        worked_b, here_b = self._worked(b)
        same = a == b
        return np.where(same, 0, worked_b - worked_a), same | here_a & here_b

    def days_after(self, t: Int64s, n: int, close: bool) -> Answer:
        """``Arithmetic.days_after`` of each instant, where ``n > 0``."""
        day, here = self._day_of(t)
        k = np.searchsorted(self.days, day, "right") - 1 + n
        return self._at_day(t, day, k, close), here & (k < self.days.size)

    def days_before(self, t: Int64s, n: int, close: bool) -> Answer:
        """``Arithmetic.days_before`` of each instant, where ``n > 0``."""
        day, here = self._day_of(t)
        k = np.searchsorted(self.days, day, "left") - n
        return self._at_day(t, day, k, close), here & (k >= 0)

    def calendar_days_after(self, t: Int64s, n: int, close: bool, zone: ZoneColumns) -> Answer:
        """``Arithmetic.calendar_days_after`` of each instant, where ``n > 0``.

        ``zone`` knows the offsets from the first of them to ``n`` days after the last.
        """
        day = zone.local_day(t)
        k = np.searchsorted(self.days, day + n, "left")
        answer = _pick(self.closings, k) if close else zone.same_time(t, day, _pick(self.days, k))
        return answer, self._holds(day + n) & (k < self.days.size)

    def close_before(self, t: Int64s, n: int, zone: ZoneColumns) -> Answer:
        """The close of the date ``n`` calendar days before each instant, whose offsets ``zone`` knows."""
        day = zone.local_day(t) - n
        k = np.searchsorted(self.days, day, "left")
        worked = _pick(self.days, k) == day
        midnight = self.zone.utc((day + 1) * US_PER_DAY - _EPOCH_MIDNIGHT)
        return np.where(worked, _pick(self.closings, k), midnight), self._holds(day)

    def _worked(self, t: Int64s) -> Answer:
        i = np.searchsorted(self.starts, t, "right") - 1
        worked = _pick(self.base, i) + np.minimum(t, _pick(self.ends, i))
        return worked, self._here(t)

    def _day_of(self, t: Int64s) -> Answer:
        i = np.searchsorted(self.starts, t, "right") - 1
        inside = t < _pick(self.ends, i)
        day = np.where(inside, _pick(self.dates, i), self.zone.local_day(t))
        return day, self._here(t)

    def _at_day(self, t: Int64s, day: Int64s, k: Indices, close: bool) -> Int64s:
        if close:
            return _pick(self.closings, k)
        return self.zone.same_time(t, day, _pick(self.days, k))

    def _here(self, t: Int64s) -> Bools:
        return (self.table.low <= t) & (t <= self.table.high)

    def _holds(self, day: Int64s) -> Bools:
        return (self.table.first_day <= day) & (day <= self.table.last_day)


@functools.lru_cache(maxsize=32)
def columns_of(table: Table) -> Columns:
    """The arrays of a table, made once."""
    return Columns(
        table=table,
        zone=zone_columns(table.offsets),
        starts=_column(table.starts),
        ends=_column(table.ends),
        base=_column(table.base),
        done=_column(table.done),
        dates=_column(table.dates),
        days=_column(table.days),
        closings=_column(table.closings),
    )


def _column(values: list[int]) -> Int64s:
    return np.array(values, np.int64)


def _pick(column: Int64s, i: Indices) -> Int64s:
    """The rows ``i`` of a column; what lies outside it means nothing, and the answer's mask says so."""
    return column.take(i, mode="clip") if column.size else np.zeros_like(i, np.int64)
