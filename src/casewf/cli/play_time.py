"""Letting time pass in ``casewf play``: to what happens next, by an amount, or to an instant."""

from __future__ import annotations

import datetime as dt

from casewf.cli.typed import Mistyped, typed_amount, typed_instant
from casewf.definition.values import LAST_YEAR
from casewf.errors import AmountError
from casewf.model.amount import CalendarDays
from casewf.model.text import Label
from casewf.model.zone import load_zone
from casewf.testing.clock import datetime_of, instant_of
from casewf.testing.walk import MOST_HAPPENINGS, Walk

__all__ = ["Hours"]

_UNTIL = Label(
    "；天数和工作日都到那天的同一时刻，不是下班时",
    "; days and working days lead to the same time of that day, not to its close of business",
)


class Hours:
    """Moves the clock of a walk; each method says what is to be told about it, or nothing."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._zone = load_zone(walk.setting.zone)

    def next(self, _case: str, _rest: str) -> Label | None:
        """Go to what happens next by itself."""
        moment = self._walk.next_instant()
        if moment is None:
            return Label("没有自动发生的事了", "nothing happens by itself any more")
        self._walk.let_pass(moment)
        return None

    def wait(self, case: str, rest: str) -> Label | None:
        """Let an amount pass: working days keep the time of day, and days are calendar days without rolling.

        Raises:
            Mistyped: ``rest`` is no amount.
            WorkingTimeError: the calendar does not know so far.
        """
        try:
            amount, now = typed_amount(rest), self._walk.now
        except Mistyped as mistake:
            raise Mistyped(Label(mistake.words.zh + _UNTIL.zh, mistake.words.en + _UNTIL.en)) from None
        if isinstance(amount, CalendarDays):
            wall = datetime_of(now).astimezone(self._zone).replace(tzinfo=None) + dt.timedelta(
                days=amount.days
            )
            return self._go(instant_of(wall.replace(tzinfo=self._zone)))
        calendar = self._walk.engine.calendar(case, self._walk.setting.workflow)
        return self._go(calendar.add_us(now, amount, anchor="same_time"))

    def until(self, _case: str, rest: str) -> Label | None:
        """Go to an instant; a time alone is one of the present day.

        Raises:
            Mistyped: ``rest`` is no instant.
        """
        today = datetime_of(self._walk.now).astimezone(self._zone).date()
        until = instant_of(typed_instant(rest, self._zone, today))
        if until < self._walk.now:
            return Label("时间不能倒流", "time does not go back")
        return self._go(until)

    def _go(self, until: int) -> Label | None:
        if datetime_of(until).year > LAST_YEAR:
            raise AmountError(f"a walk ends in the year {LAST_YEAR}")
        if self._walk.let_pass(until):
            return None
        return Label(
            f"途中已自动发生 {MOST_HAPPENINGS} 件事，停在这里",
            f"{MOST_HAPPENINGS} things have happened by themselves on the way; it stops here",
        )
