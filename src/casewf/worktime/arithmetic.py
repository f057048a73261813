"""Working time in integers: instants are UTC microseconds since 1970, dates are proleptic ordinals.

These are the calls of the core's hot path. Each first tries the laid-out years inline, then takes the slower
road that lays out more of them (``reach``). A question past ``announced_through`` raises ``HorizonError``
(T6); ask the calendar's ``provisional`` twin for a guess. Zero amounts give the instant itself (T2) and touch
no day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from fractions import Fraction

from casewf.errors import AmountError, WorkingTimeError
from casewf.model.amount import Amount, CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.worktime.reach import FIRST_US, LAST_US, Reach
from casewf.worktime.table import Table
from casewf.worktime.zones import midnight

__all__ = ["Arithmetic"]


class Arithmetic(Reach):
    """Plain ``int -> int`` working-time arithmetic over one calendar."""

    __slots__ = ()

    # --- working time (T1, T2) ---

    def work_after(self, t: int, work: int) -> int:
        """The earliest instant with exactly ``work`` microseconds of working time since ``t`` (T1)."""
        table = self._table
        if work > 0 and table.low <= t <= table.high:
            i = bisect_right(table.starts, t) - 1
            end = table.ends[i]
            goal = table.base[i] + (t if t < end else end) + work
            done = table.done
            if goal <= done[-1]:
                return goal - table.base[bisect_left(done, goal) - 1]
        elif work == 0:
            return t
        self._check_work(work)
        table = self._at(t)
        while (goal := table.worked(t) + work) > table.done[-1]:
            table = self._later(table, self.local_day(t))
        return table.earliest(goal)

    def work_before(self, t: int, work: int) -> int:
        """The latest instant with exactly ``work`` microseconds of working time up to ``t`` (T2)."""
        table = self._table
        if work > 0 and table.low <= t <= table.high:
            i = bisect_right(table.starts, t) - 1
            end = table.ends[i]
            goal = table.base[i] + (t if t < end else end) - work
            if goal >= 0:
                return goal - table.base[bisect_right(table.done, goal) - 1]
        elif work == 0:
            return t
        self._check_work(work)
        table = self._at(t)
        while (goal := table.worked(t) - work) < 0:
            table = self._earlier(table, self.local_day(t))
        return table.latest(goal)

    def work_between(self, a: int, b: int) -> int:
        """The working time from ``a`` to ``b`` in microseconds, negative when ``b`` is before ``a`` (T2)."""
        table = self._table
        if not (table.low <= a <= table.high and table.low <= b <= table.high):
            if a == b:
                return 0
            table = self._span(min(a, b), max(a, b))
        i = bisect_right(table.starts, a) - 1
        j = bisect_right(table.starts, b) - 1
        a_end, b_end = table.ends[i], table.ends[j]
        return table.base[j] + (b if b < b_end else b_end) - table.base[i] - (a if a < a_end else a_end)

    def days_between(self, a: int, b: int) -> int:
        """How many working days lie after the day of ``a`` up to the day of ``b`` (T3), negative when it is before."""
        table = self._span(min(a, b), max(a, b))
        return bisect_right(table.days, table.day_of(b)) - bisect_right(table.days, table.day_of(a))

    def shares_between(self, a: int, b: int) -> Fraction:
        """The working days between two instants; a part of a day's working time is that part of a day."""
        table = self._span(min(a, b), max(a, b))
        return _place_in_days(table, b) - _place_in_days(table, a)

    # --- working days (T3) and calendar days (T4) ---

    def days_after(self, t: int, n: int, close: bool = True) -> int:
        """The close of the ``n``-th working day after the day of ``t`` (T3), or its own time of day there."""
        if n == 0:
            return t
        table = self._table
        if n < 0 or not table.low <= t <= table.high:
            self._check_days(n)
            table = self._at(t)
        i = bisect_right(table.starts, t) - 1
        day = table.dates[i] if t < table.ends[i] else table.day_of(t)
        k = bisect_right(table.days, day) - 1 + n
        if k >= len(table.days):
            self._check_days(n)
            while (k := bisect_right(table.days, day) - 1 + n) >= len(table.days):
                table = self._later(table, day)
        if close:
            return table.closings[k]
        return self._same_time(t, day, table.days[k])

    def days_before(self, t: int, n: int, close: bool = False) -> int:
        """The instant ``n`` working days before the day of ``t``, at its time of day or the close (T3)."""
        if n == 0:
            return t
        self._check_days(n)
        table = self._at(t)
        day = table.day_of(t)
        while (k := bisect_left(table.days, day) - n) < 0:
            table = self._earlier(table, day)
        if close:
            return table.closings[k]
        return self._same_time(t, day, table.days[k])

    def calendar_days_after(self, t: int, n: int, close: bool = True) -> int:
        """``n`` calendar days after ``t``, the first not counted, rolled forward off a rest day (T4).

        It ends at the close of business, or with ``close=False`` at the time of day of ``t`` (E2).
        """
        if n == 0:
            return t
        if n < 0:
            raise AmountError(f"a number of days is never negative, got {n}")
        day = self.local_day(t)
        if close:
            return self.roll_to_close(day + n)
        return self._same_time(t, day, self._roll(day + n))

    def calendar_days_before(self, t: int, n: int) -> int:
        """``n`` calendar days before ``t`` at its time of day; it does not roll and asks no calendar (E2)."""
        if n < 0:
            raise AmountError(f"a number of days is never negative, got {n}")
        day = self.local_day(t)
        return self._same_time(t, day, day - n) if n else t

    def _roll(self, day: int) -> int:
        table = self._on(day)
        while (k := bisect_left(table.days, day)) >= len(table.days):
            table = self._later(table, day)
        return table.days[k]

    def _same_time(self, t: int, day: int, target: int) -> int:
        """The wall time as far from the midnight of ``target`` as ``t`` is from that of its ``day``."""
        wall = t + self._offset(t) - midnight(day)
        return self._utc(midnight(target) + wall)

    def roll_to_close(self, day: int) -> int:
        """The close of business of the date with ordinal ``day``; on a rest day, of the next working day."""
        table = self._on(day)
        while (k := bisect_left(table.days, day)) >= len(table.days):
            table = self._later(table, day)
        return table.closings[k]

    def day_close(self, day: int) -> int:
        """When the date with ordinal ``day`` closes: its last span's end (T6); 24:00 on a rest day."""
        table = self._on(day)
        k = bisect_left(table.days, day)
        if k < len(table.days) and table.days[k] == day:
            return table.closings[k]
        return table.offsets.utc(midnight(day + 1))

    # --- asking about instants and dates ---

    def day_of(self, t: int) -> int:
        """The date, as an ordinal, of the span that holds ``t``; outside every span its local date (T3)."""
        return self._at(t).day_of(t)

    def is_working_day(self, day: int) -> bool:
        """Whether any working time belongs to the date with ordinal ``day``."""
        days = self._on(day).days
        k = bisect_left(days, day)
        return k < len(days) and days[k] == day

    def day_name(self, day: int) -> str | None:
        """The name of the day off or make-up day on the date with ordinal ``day``, where it is one."""
        self._year(day)
        return self._rules.name_of(day)

    def is_open_us(self, t: int) -> bool:
        """Whether ``t`` is working time; an opening instant is, a closing instant is not (T1)."""
        table = self._at(t)
        return t < table.ends[bisect_right(table.starts, t) - 1]

    def next_open_us(self, t: int) -> int:
        """``t`` itself if it is working time, else the next opening instant."""
        table = self._at(t)
        i = bisect_right(table.starts, t) - 1
        if t < table.ends[i]:
            return t
        while (i := bisect_right(table.starts, t)) >= len(table.starts):
            table = self._later(table, self.local_day(t))
        return table.starts[i]

    def spans_us(self, a: int, b: int) -> list[tuple[int, int, int]]:
        """The working spans from ``a`` to ``b``, cut to them: (start, end, ordinal of the span's date)."""
        if a >= b:
            return []
        table = self._span(a, b)
        first = max(bisect_right(table.starts, a) - 1, 0)
        last = bisect_left(table.starts, b)
        cut = ((max(table.starts[i], a), min(table.ends[i], b), table.dates[i]) for i in range(first, last))
        return [span for span in cut if span[0] < span[1]]

    # --- any amount ---

    def add_us(self, t: int, amount: Amount, *, anchor: str = "close", boundary: str = "close") -> int:
        """The instant ``amount`` after ``t``; see ``WorkCalendar.due``."""
        if anchor not in _ANCHORS or boundary not in _BOUNDARIES:
            raise _bad_option(anchor, boundary)
        if isinstance(amount, WorkingTime):
            end = self.work_after(t, amount.us)
        elif isinstance(amount, WorkingDays):
            end = self.days_after(t, amount.days, anchor == "close")
        elif isinstance(amount, CalendarDays):
            end = self.calendar_days_after(t, amount.days, anchor == "close")
        elif isinstance(amount, Elapsed):
            return _elapsed(t, amount.us)
        else:
            raise _no_amount(amount)
        return end if boundary == "close" or end == t else self.next_open_us(end)

    def subtract_us(self, t: int, amount: Amount, *, anchor: str = "same_time") -> int:
        """The instant ``amount`` before ``t``; see ``WorkCalendar.before``."""
        if anchor not in _ANCHORS:
            raise _bad_option(anchor, "close")
        if isinstance(amount, WorkingTime):
            return self.work_before(t, amount.us)
        if isinstance(amount, WorkingDays):
            return self.days_before(t, amount.days, anchor == "close")
        if isinstance(amount, CalendarDays):
            if anchor == "close" and amount.days:
                return self.day_close(self.local_day(t) - amount.days)
            return self.calendar_days_before(t, amount.days)
        if isinstance(amount, Elapsed):
            return _elapsed(t, -amount.us)
        raise _no_amount(amount)


def _place_in_days(table: Table, t: int) -> Fraction:
    """How many of the table's working days are over at ``t``, with the part of the one under way."""
    k = bisect_right(table.closings, t)
    if k == len(table.closings):
        return Fraction(k)
    before = table.worked(table.closings[k - 1] if k else table.low)
    return k + Fraction(table.worked(t) - before, table.worked(table.closings[k]) - before)


_ANCHORS = ("close", "same_time")
_BOUNDARIES = ("close", "next_open")


def _elapsed(t: int, us: int) -> int:
    """Plain time (T5), which asks no calendar."""
    if not FIRST_US <= t + us <= LAST_US:
        raise AmountError(
            f"{abs(us)} us from the instant {t} us lies outside the years 1 to 9999 that dates express"
        )
    return t + us


def _bad_option(anchor: str, boundary: str) -> WorkingTimeError:
    return WorkingTimeError(
        f"expected anchor 'close' or 'same_time', got {anchor!r}; "
        f"boundary 'close' or 'next_open', got {boundary!r}"
    )


def _no_amount(amount: object) -> WorkingTimeError:
    return WorkingTimeError(
        f"expected WorkingTime, WorkingDays, CalendarDays or Elapsed, got {amount!r}; say which clock counts"
    )
