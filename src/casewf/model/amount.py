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


def added(one: Amount, other: Amount) -> Amount:
    """The sum of two amounts of one unit.

    Raises:
        TypeError: they are of different units, of which there is no sum without a calendar.
    """
    if isinstance(one, WorkingDays | CalendarDays) and type(other) is type(one):
        return type(one)(one.days + other.days)
    if (
        isinstance(one, Elapsed | WorkingTime)
        and isinstance(other, Elapsed | WorkingTime)
        and one.unit == other.unit
    ):
        return type(one)(microseconds=one.us + other.us)
    raise TypeError(f"{one} and {other} have no sum")


def is_longer(one: Amount, other: Amount) -> bool:
    """Whether an amount is longer than another one of its unit.

    Raises:
        TypeError: they are of different units, of which neither is the longer one without a calendar.
    """
    if isinstance(one, WorkingDays | CalendarDays) and type(other) is type(one):
        return one.days > other.days
    if (
        isinstance(one, Elapsed | WorkingTime)
        and isinstance(other, Elapsed | WorkingTime)
        and one.unit == other.unit
    ):
        return one.us > other.us
    raise TypeError(f"{one} and {other} cannot be compared")


_UNITS = (
    (US_PER_HOUR, "小时", "hour"),
    (US_PER_MINUTE, "分钟", "minute"),
    (US_PER_SECOND, "秒", "second"),
    (1, "微秒", "microsecond"),
)


def amount_words(amount: Amount, lang: str) -> str:
    """An amount with its unit in ``zh`` or ``en``: ``3个工作日``, ``4 hours of working time``."""
    if isinstance(amount, WorkingDays):
        return _counted(amount.days, "个工作日", "working day", lang)
    if isinstance(amount, CalendarDays):
        return _counted(amount.days, "个自然日", "calendar day", lang)
    unit, zh, en = next(one for one in _UNITS if amount.us % one[0] == 0)
    words = _counted(amount.us // unit, zh, en, lang)
    if isinstance(amount, Elapsed):
        return words
    return f"{words}工作时间" if lang == "zh" else f"{words} of working time"


def amount_code(amount: Amount) -> str:
    """An amount for machines: how much in its own unit, and the unit, such as ``3 working_days``."""
    return f"{size(amount)} {amount.unit}"


def read_amount_code(code: str) -> Amount:
    """The amount of an ``amount_code``; ``ValueError`` if it is none."""
    count, _, unit = code.partition(" ")
    for days in (WorkingDays, CalendarDays):
        if unit == days.unit:
            return days(int(count))
    for span in (Elapsed, WorkingTime):
        if unit == span.unit:
            return span(microseconds=int(count))
    raise ValueError(f"{code!r} is no amount")


def _counted(number: int, zh: str, en: str, lang: str) -> str:
    return f"{number}{zh}" if lang == "zh" else f"{number} {en}{'' if number == 1 else 's'}"


def size(amount: Amount) -> int:
    """How much it is in its own unit: days, or microseconds."""
    return amount.days if isinstance(amount, WorkingDays | CalendarDays) else amount.us
