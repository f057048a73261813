"""Time for tests and stories."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from casewf.worktime import epoch_us

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class TestClock:
    """A clock that stands still until it is moved, and never goes back.

    Args:
        start: an aware datetime.
    """

    __test__ = False

    def __init__(self, start: dt.datetime) -> None:
        self._now = instant_of(start)

    def now(self) -> int:
        """Microseconds since 1970-01-01T00:00Z."""
        return self._now

    def travel(self, to: dt.datetime) -> None:
        """Stand at ``to``; ``ValueError`` if that is in the past."""
        instant = instant_of(to)
        if instant < self._now:
            raise ValueError(f"a test clock does not go back: {to} is before {datetime_of(self._now)}")
        self._now = instant


def at(text: str, zone: str = "Asia/Shanghai") -> dt.datetime:
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
