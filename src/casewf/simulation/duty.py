"""When people are on duty: stretches of time, laid out once for the whole run."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from casewf.model.hours import WEEKDAYS, read_hours
from casewf.model.zone import load_zone
from casewf.simulation.profile import ShiftPlan
from casewf.worktime import WorkCalendar, epoch_us

__all__ = ["Duty", "by_calendar", "by_shifts", "either"]


class Duty:
    """Half-open stretches of time in order, in microseconds; ``done[i]`` is how much lies before stretch ``i``."""

    __slots__ = ("done", "ends", "starts")

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(stretches):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)
        self.done = [0]
        for start, end in zip(self.starts, self.ends, strict=True):
            self.done.append(self.done[-1] + end - start)

    def on(self, at: int) -> bool:
        """Whether ``at`` lies in a stretch."""
        i = bisect_right(self.starts, at) - 1
        return i >= 0 and at < self.ends[i]

    def next_on(self, at: int) -> int | None:
        """``at`` if it lies in a stretch, else when the next one begins; None after the last."""
        i = bisect_right(self.starts, at) - 1
        if i >= 0 and at < self.ends[i]:
            return at
        return self.starts[i + 1] if i + 1 < len(self.starts) else None

    def after(self, at: int, work: int) -> int:
        """When ``work`` microseconds of duty have passed since ``at``; past the last stretch time runs on."""
        goal = self.worked(at) + work
        if goal >= self.done[-1]:
            return max(at, self.ends[-1] if self.ends else at) + goal - self.done[-1]
        i = bisect_right(self.done, goal) - 1
        if self.done[i] == goal and i > 0:
            return self.ends[i - 1]
        return self.starts[i] + goal - self.done[i]

    def between(self, begin: int, end: int) -> int:
        """How much duty lies from one instant to a later one."""
        i = bisect_right(self.starts, begin) - 1
        if i >= 0 and end <= self.ends[i]:
            return end - begin
        return self.worked(end) - self.worked(begin)

    def worked(self, at: int) -> int:
        """How much duty lies before ``at``."""
        i = bisect_right(self.starts, at) - 1
        return 0 if i < 0 else self.done[i] + min(at, self.ends[i]) - self.starts[i]


def by_calendar(calendar: WorkCalendar, begin: int, end: int) -> Duty:
    """The working time of a calendar from ``begin`` to ``end``.

    Raises:
        HorizonError: the calendar does not know all of it.
    """
    calendar.work_between(begin, end)
    table = calendar.table
    pairs = zip(table.starts, table.ends, strict=True)
    return Duty((max(one, begin), min(other, end)) for one, other in pairs if other > begin and one < end)


def by_shifts(
    shifts: Sequence[ShiftPlan], people: int, zone: str, first: dt.date, days: int, *, share: float
) -> list[Duty]:
    """The duty of each of so many people, who take turns.

    Args:
        shifts: the shifts of a day, in order.
        people: how many there are.
        zone: whose hours they are.
        first: the first day that is laid out.
        days: how many days are.
        share: how many there are, held against how many the shifts are made for.
    """
    place = load_zone(zone)
    stretches: list[list[tuple[int, int]]] = [[] for _ in range(people)]
    turn = 0
    plans = [(one, frozenset(one.days), read_hours(one.hours, "hours")) for one in shifts]
    for number in range(days):
        day = first + dt.timedelta(days=number)
        for one, on, spans in plans:
            if WEEKDAYS[day.weekday()] not in on:
                continue
            count = min(people, max(1, int(one.people * share + 0.5)))
            midnight = dt.datetime.combine(day, dt.time())
            for begin, end in spans:
                stretch = _us(midnight, begin, place), _us(midnight, end, place)
                for who in range(turn, turn + count):
                    stretches[who % people].append(stretch)
            turn = (turn + count) % people
    return [Duty(own) for own in stretches]


def either(several: Iterable[Duty]) -> Duty:
    """When one of these people at least is on duty."""
    return Duty(stretch for one in several for stretch in zip(one.starts, one.ends, strict=True))


def _us(midnight: dt.datetime, minutes: int, zone: dt.tzinfo) -> int:
    wall = midnight + dt.timedelta(minutes=minutes)
    return epoch_us(wall.replace(tzinfo=zone))
