"""Amounts of time, one class per unit, because none converts into another without a calendar.

A working day is not "seven hours", and a day by law is not 24 hours (Civil Code of the PRC,
art. 201: hours run at once, days begin on the next day).
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

import attrs

US_PER_SECOND = 1_000_000
US_PER_MINUTE = 60 * US_PER_SECOND
US_PER_HOUR = 60 * US_PER_MINUTE
US_PER_DAY = 24 * US_PER_HOUR


def _whole(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < 0:
        raise ValueError(f"{name} must not be negative, got {value}")
    return value


@attrs.frozen(slots=True, order=False, init=False)
class _Span:
    """A span of time counted in microseconds."""

    us: int

    def __init__(self, *, hours: int = 0, minutes: int = 0, seconds: int = 0, microseconds: int = 0) -> None:
        total = (
            _whole("hours", hours) * US_PER_HOUR
            + _whole("minutes", minutes) * US_PER_MINUTE
            + _whole("seconds", seconds) * US_PER_SECOND
            + _whole("microseconds", microseconds)
        )
        self.__attrs_init__(us=total)  # attrs generates it where a class has its own __init__


@attrs.frozen(slots=True, order=False, init=False)
class Elapsed(_Span):
    """Plain time, day and night (T5). ``us`` is microseconds, never negative."""

    unit: ClassVar[str] = "elapsed"


@attrs.frozen(slots=True, order=False, init=False)
class WorkingTime(_Span):
    """Working time by a calendar (T1). ``us`` is microseconds, never negative."""

    unit: ClassVar[str] = "working_time"


def _count(_instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    _whole(attribute.name, value)


@attrs.frozen(slots=True, order=False)
class WorkingDays:
    """Working days, the day of the event not counted (T3; Civil Code art. 201, 203)."""

    unit: ClassVar[str] = "working_days"
    days: int = attrs.field(validator=_count)


@attrs.frozen(slots=True, order=False)
class CalendarDays:
    """Calendar days, the first not counted, rolling off a rest day at the end (T4; Civil Code art. 203)."""

    unit: ClassVar[str] = "calendar_days"
    days: int = attrs.field(validator=_count)


Amount: TypeAlias = Elapsed | WorkingTime | WorkingDays | CalendarDays
