"""Quiet hours: when nothing may reach somebody (E6)."""

from __future__ import annotations

import attrs

from casewf.errors import WorkingTimeError
from casewf.model.hours import MINUTES_PER_DAY, WEEKDAYS, Spans, hours_text, read_week
from casewf.model.zone import load_zone

__all__ = ["QuietHours"]


@attrs.frozen(slots=True, kw_only=True)
class QuietHours:
    """The hours of every week in which nothing may reach somebody, by the clocks of his own zone.

    ::

        QuietHours.daily("22:00", "07:00", zone="Asia/Shanghai")
        QuietHours(zone="Asia/Shanghai", week={"fri": [("18:00", "00:00")], "sat": [("00:00", "24:00")]})

    A span belongs to the weekday on which it begins, and may end on the next one; spans of two days may
    overlap. The instant at which quiet hours end is not quiet any more.

    Attributes:
        zone: an IANA time zone name.
        week: given per weekday ``mon`` ... ``sun`` as pairs of ``HH:MM``, held as minutes, ``mon`` first.

    Raises:
        WorkingTimeError: no such zone, hours that cannot be read, or no time left to tell him anything.
    """

    zone: str
    week: tuple[Spans, ...] = attrs.field(converter=read_week)

    def __attrs_post_init__(self) -> None:
        load_zone(self.zone)
        if not self.awake():
            raise WorkingTimeError(
                "week: these quiet hours leave no time at all, so nothing could ever reach him; leave some "
                "free, or do not name him in the directory"
            )

    @classmethod
    def daily(cls, start: str, end: str, *, zone: str) -> QuietHours:
        """The same span on every day, from ``start`` to ``end`` (``HH:MM``), over midnight where it ends earlier."""
        return cls(zone=zone, week={day: [(start, end)] for day in WEEKDAYS})

    def awake(self) -> dict[str, list[list[str]]]:
        """The hours of each weekday that are not quiet, as a calendar's ``week``."""
        free = {name: self._awake_on(day) for day, name in enumerate(WEEKDAYS)}
        return {name: hours_text(spans) for name, spans in free.items() if spans}

    def _awake_on(self, day: int) -> Spans:
        before = [(0, end - MINUTES_PER_DAY) for _, end in self.week[day - 1]]
        found: list[tuple[int, int]] = []
        free_from = 0
        for start, end in (*before, *self.week[day]):
            if start > free_from:
                found.append((free_from, start))
            free_from = max(free_from, end)
        return (*found, (free_from, MINUTES_PER_DAY)) if free_from < MINUTES_PER_DAY else tuple(found)
