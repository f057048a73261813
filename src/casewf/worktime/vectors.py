"""The driver of ``batch``: reads columns of instants, and answers them by the laid-out years.

The years that the earliest and the latest instant need are laid out by asking the calendar for these alone;
what the arrays then do not hold is asked for in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from casewf.errors import WorkingTimeError
from casewf.model.amount import US_PER_DAY, Amount, CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.worktime.calendar import WorkCalendar
from casewf.worktime.columns import Answer, Columns, Int64s, ZoneColumns, columns_of, zone_columns

__all__ = ["before", "between", "due"]

_Instants = TypeVar("_Instants", npt.NDArray[np.int64], npt.NDArray[np.datetime64])


def due(calendar: WorkCalendar, starts: _Instants, amount: Amount, anchor: str) -> _Instants:
    """``batch.due_many``."""
    close = anchor == "close"

    def many(columns: Columns, t: Int64s) -> Answer:
        if isinstance(amount, WorkingTime) and amount.us:
            return columns.after(t, amount.us)
        if isinstance(amount, WorkingDays) and amount.days:
            return columns.days_after(t, amount.days, close)
        if isinstance(amount, CalendarDays) and amount.days:
            return columns.calendar_days_after(t, amount.days, close, _zone(calendar, t, 0, amount.days))
        return _plain(t, amount, 1)

    answers = _answers(
        calendar, lambda t: calendar.add_us(t, amount, anchor=anchor), many, _read("starts", starts)
    )
    return _like(starts, answers)


def before(calendar: WorkCalendar, ends: _Instants, amount: Amount, anchor: str) -> _Instants:
    """``batch.before_many``."""
    close = anchor == "close"

    def many(columns: Columns, t: Int64s) -> Answer:
        if isinstance(amount, WorkingTime) and amount.us:
            return columns.before(t, amount.us)
        if isinstance(amount, WorkingDays) and amount.days:
            return columns.days_before(t, amount.days, close)
        if isinstance(amount, CalendarDays) and amount.days:
            zone = _zone(calendar, t, amount.days, 0)
            return columns.close_before(t, amount.days, zone) if close else zone.days_before(t, amount.days)
        return _plain(t, amount, -1)

    answers = _answers(
        calendar, lambda t: calendar.subtract_us(t, amount, anchor=anchor), many, _read("ends", ends)
    )
    return _like(ends, answers)


def between(calendar: WorkCalendar, a: _Instants, b: _Instants) -> npt.NDArray[np.int64 | np.timedelta64]:
    """``batch.between_many``."""
    first, second = _read("a", a), _read("b", b)
    if len(first) != len(second) or a.dtype.kind != b.dtype.kind:
        raise WorkingTimeError(
            f"expected a and b of one length and kind, got {len(first)} of {a.dtype} and {len(second)} of "
            f"{b.dtype}"
        )
    worked = _answers(
        calendar, calendar.work_between, lambda columns, a, b: columns.between(a, b), first, second
    )
    return worked.view("timedelta64[us]") if a.dtype.kind == "M" else worked


def _answers(
    calendar: WorkCalendar, one: Callable[..., int], many: Callable[..., Answer], *columns: Int64s
) -> Int64s:
    """The answers of all rows: those of ``many`` where it knows them, else those of ``one``."""

    def ask(i: int) -> int:
        try:
            return one(*(int(column[i]) for column in columns))
        except WorkingTimeError as error:
            error.add_note(f"in element {i}")
            raise

    if not columns[0].size:
        return columns[0]
    for column in columns:
        ask(int(column.argmin()))
        ask(int(column.argmax()))
    answers, known = many(columns_of(calendar.table), *columns)
    left = np.flatnonzero(~known)
    left = left[np.argsort(columns[0][left], kind="stable")]
    while left.size:
        i, left = int(left[0]), left[1:]
        answers[i] = ask(i)
        found, known = many(columns_of(calendar.table), *(column[left] for column in columns))
        answers[left[known]] = found[known]
        left = left[~known]
    return answers


def _zone(calendar: WorkCalendar, t: Int64s, before: int, after: int) -> ZoneColumns:
    """The offsets from some days before the earliest instant to some days after the latest one."""
    if not t.size:
        return zone_columns(calendar.table.offsets)
    first, last = int(t.min()) - before * US_PER_DAY, int(t.max()) + after * US_PER_DAY
    return zone_columns(calendar.offsets_between(first, last))


def _plain(t: Int64s, amount: Amount, sign: int) -> Answer:
    """Plain time (T5) before or after each instant; no other amount comes here but zero (T2)."""
    us = amount.us if isinstance(amount, Elapsed) else 0
    return t + sign * us, np.ones(t.size, np.bool_)


def _like(given: _Instants, answers: Int64s) -> _Instants:
    return cast("_Instants", answers.view("datetime64[us]") if given.dtype.kind == "M" else answers)


def _read(where: str, given: object) -> Int64s:
    """One column of instants as microseconds since 1970 in UTC.

    Args:
        where: the argument's name, for the error text.
        given: a one-dimensional array of int64 microseconds, or of datetime64 in any unit.

    Raises:
        WorkingTimeError: it is no such array, holds a NaT, or an instant that is no whole number of
            microseconds or beyond what 64 bits hold.
    """
    if not isinstance(given, np.ndarray) or given.ndim != 1:
        what = f"{given.ndim} dimensions" if isinstance(given, np.ndarray) else type(given).__name__
        raise WorkingTimeError(f"{where}: expected a one-dimensional numpy array, got {what}")
    if np.issubdtype(given.dtype, np.int64):
        return given.astype(np.int64)
    if not np.issubdtype(given.dtype, np.datetime64):
        raise WorkingTimeError(
            f"{where}: expected int64 microseconds since 1970 in UTC, or datetime64 (in UTC), "
            f"got {given.dtype}; nothing is converted in silence"
        )
    if np.isnat(given).any():
        raise WorkingTimeError(
            f"{where}: element {int(np.isnat(given).argmax())} is NaT, which is no instant"
        )
    instants = given.astype("datetime64[us]")
    if (lost := instants.astype(given.dtype) != given).any():
        raise WorkingTimeError(
            f"{where}: element {int(lost.argmax())} is no whole number of microseconds that 64 bits hold; "
            "round it first, for example by .astype('datetime64[us]')"
        )
    return instants.astype(np.int64)
