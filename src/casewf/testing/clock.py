"""Time for tests and stories."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from casewf.worktime import epoch_us

if TYPE_CHECKING:
    from casewf.engine.engine import Engine
    from casewf.engine.means import Means

__all__ = [
    "MOST_CYCLES",
    "MOST_STOPS",
    "ZONE",
    "TestClock",
    "at",
    "datetime_of",
    "instant_of",
    "means_of",
    "shown",
]

MOST_STOPS = 10_000
"""How often one journey stops; cases that start one another would stop it without end."""

MOST_CYCLES = 2_000
"""How often one journey stops for a case one of whose limits has started that often.

Each start of a limit is written down with all its cycles before, so that one that starts itself again and again takes
ever longer: 10,000 starts would take minutes, and gigabytes.
"""

ZONE = "Asia/Shanghai"
"""The zone of local texts, and of instants in messages."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MOST_ROWS = 100_000

_Stop: TypeAlias = tuple[int, str]
"""For what a journey stops: the engine's number, and the case that wakes."""

_DELIVERY: _Stop = (-1, "")
"""A stop for an effect that is to be delivered."""


class TestClock:
    """A clock that stands still until it is moved, and never goes back.

    Alone it only tells the time. Bound to engines it is their scheduler, too: on its way it stops wherever something
    becomes due, fires it and delivers what can be delivered, as a sweep that is never late would.

    Args:
        start: an aware datetime.
    """

    __test__ = False

    def __init__(self, start: dt.datetime) -> None:
        self._now = instant_of(start)
        self._engines: tuple[Engine, ...] = ()
        self._working = False

    def now(self) -> int:
        """Microseconds since 1970-01-01T00:00Z."""
        return self._now

    def bind(self, *engines: Engine) -> None:
        """Sweep these engines, too, whenever time passes; each must go by this clock.

        Raises:
            ValueError: an engine goes by another clock.
        """
        for engine in engines:
            if means_of(engine).clock is not self:
                raise ValueError(
                    "the engine goes by another clock; make it with clock=, and bind it to that one"
                )
        self._engines += tuple(engine for engine in engines if engine not in self._engines)

    def travel(self, to: dt.datetime, *, sweep: bool = True) -> None:
        """Stand at ``to``; bound to engines, do what becomes due on the way, when it is due.

        What was due before starts the journey. It then stops a microsecond after each instant of a rung, since only
        instants before now fire (E3), and at the instant of each delivery that waits. What is due at ``to`` itself has
        not fired yet. A hook or connector may move the clock meanwhile: so long it took, and then the sweep goes on.

        Args:
            to: an aware datetime.
            sweep: with False nothing happens on the way, as if nobody had swept: downtime.

        Raises:
            ValueError: ``to`` is in the past, or naive.
            RuntimeError: it stopped ``MOST_STOPS`` times, or a limit has started ``MOST_CYCLES`` times: it seems to
                start itself again and again.
        """
        instant = instant_of(to)
        if instant < self._now:
            raise ValueError(f"a test clock does not go back: {to} is before {shown(self._now)}")
        if sweep and self._engines and not self._working:
            self._work()
            stops: Counter[_Stop] = Counter()
            while (stop := self._next_stop(instant)) is not None:
                self._now, what = stop
                stops[what] += 1
                self._check(stops, what, to)
                self._work()
        self._now = max(self._now, instant)

    def advance(
        self,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        microseconds: int = 0,
        sweep: bool = True,
    ) -> None:
        """Travel so much plain time on; working time is for ``travel``, to a due instant or to a time that you know.

        Raises:
            ValueError: that is negative.
            RuntimeError: as ``travel``.
        """
        by = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds)
        self.travel(datetime_of(self._now) + by, sweep=sweep)

    def _work(self) -> None:
        """Fire what was due before now, and deliver what may be delivered; again if that took time itself."""
        self._working = True
        try:
            began = None
            while began != self._now:
                began = self._now
                for engine in self._engines:
                    engine.sweep()
                    engine.deliver()
        finally:
            self._working = False

    def _next_stop(self, until: int) -> tuple[int, _Stop] | None:
        """The next instant, not after ``until``, at which an engine has something to do by itself, and for what."""
        now = self._now
        stops: list[tuple[int, _Stop]] = []
        for number, engine in enumerate(self._engines):
            store = means_of(engine).store
            stops += [(due.wake + 1, (number, due.case)) for due in store.due(until, 1, (now, ""))]
            stops += [(row.due_at, _DELIVERY) for row in store.pending(until, _MOST_ROWS) if row.due_at > now]
        return min(stops, default=None)

    def _check(self, stops: Counter[_Stop], what: _Stop, to: dt.datetime) -> None:
        """Refuse to go on without end.

        Raises:
            RuntimeError: see ``travel``.
        """
        if stops.total() > MOST_STOPS:
            raise RuntimeError(
                f"the clock stopped {MOST_STOPS} times on its way to {to} and stands at {shown(self._now)}: limits or "
                "cases seem to start one another again and again; travel in shorter steps, or with sweep=False"
            )
        if stops[what] % MOST_CYCLES or what == _DELIVERY:
            return
        number, case = what
        stored = means_of(self._engines[number]).store.load(case)
        for clock in () if stored is None else stored.case.clocks.values():
            if clock.cycle >= MOST_CYCLES:
                raise RuntimeError(
                    f"the clock stopped {stops[what]} times for case {case} on its way to {to} and stands at "
                    f"{shown(self._now)}: the limit {clock.sla} has started {clock.cycle} times and seems to start "
                    "itself again; if that is what you want, travel in shorter steps, or with sweep=False"
                )


def means_of(engine: Engine) -> Means:
    """What an engine works with: a test may look where a host may not."""
    return engine._means  # noqa: SLF001  # see above


def at(text: str, zone: str = ZONE) -> dt.datetime:
    """An aware datetime from local ISO text such as ``2026-02-11 10:00``, seconds and fractions as wanted."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def datetime_of(instant: int) -> dt.datetime:
    """The aware datetime, in UTC, of microseconds since 1970-01-01T00:00Z."""
    return _EPOCH + dt.timedelta(microseconds=instant)


def instant_of(moment: dt.datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z of an aware datetime; ``ValueError`` for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"a datetime without a time zone: {moment}")
    return epoch_us(moment)


def shown(instant: int) -> str:
    """An instant in messages: ``2026-02-11 10:00:00+08:00``."""
    return str(datetime_of(instant).astimezone(ZoneInfo(ZONE)))
