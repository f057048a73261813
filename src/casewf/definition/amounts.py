"""Amounts of time as an author writes them: ``3 working days``, ``90 minutes`` (T1-T5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from casewf.definition.findings import Report, quoted
from casewf.definition.full_width import full_width
from casewf.definition.node import Node
from casewf.definition.shapes import one_or_more
from casewf.definition.values import text
from casewf.model.amount import (
    Amount,
    CalendarDays,
    Elapsed,
    WorkingDays,
    WorkingTime,
    amount_words,
    is_longer,
)

__all__ = ["AMOUNT_PATTERN", "above", "amount", "ceiling", "written_amount"]

MAX_COUNT = 1_000_000
MAX_DAYS = 36_500
"""A century: more is a slip of the pen, and would end beyond the last year."""

_UNITS: dict[str, Callable[[int], Amount]] = {
    "second": lambda n: Elapsed(seconds=n),
    "minute": lambda n: Elapsed(minutes=n),
    "hour": lambda n: Elapsed(hours=n),
    "working minute": lambda n: WorkingTime(minutes=n),
    "working hour": lambda n: WorkingTime(hours=n),
    "working day": WorkingDays,
    "day": CalendarDays,
}
AMOUNT_PATTERN = f"[0-9]{{1,12}} +(?:{'|'.join(_UNITS).replace(' ', ' +')})s?"
"""The same as a pattern, for schemas."""

_FORM = re.compile(r"([0-9]{1,12}) +([a-z]+(?: +[a-z]+)?)")
_SHORT = re.compile(r"([0-9]{1,12}) *([A-Za-z]+)")
_WORKING = re.compile(r"\bworking +(?:minute|hour|day)s?\b")
_MEANT = {
    "s": "seconds",
    "sec": "seconds",
    "m": "minutes",
    "min": "minutes",
    "h": "hours",
    "hr": "hours",
    "wm": "working minutes",
    "wh": "working hours",
    "wd": "working days",
    "d": "days",
}
_EXAMPLES = (
    "15 seconds",
    "90 minutes",
    "2 hours",
    "30 working minutes",
    "4 working hours",
    "5 working days",
    "45 days",
)


def amount(report: Report, node: Node | None, what: str) -> Amount | None:
    """A positive whole number with a unit, singular or plural; a unit is never taken for another."""
    written = text(report, node, what)
    if written is None or node is None:
        return None
    form = _FORM.fullmatch(written)
    unit = " ".join(form[2].split()).removesuffix("s") if form else ""
    if form is None or unit not in _UNITS:
        report.add(
            "CW210",
            f"{what} must be an amount of time, found {quoted(written)}",
            node.span,
            allowed=_EXAMPLES,
            help=_advice(written),
        )
        return None
    count = int(form[1])
    most = MAX_DAYS if unit.endswith("day") else MAX_COUNT
    if not 1 <= count <= most:
        report.add("CW209", f"{what} must be 1 to {most:,} {unit}s, found {count}", node.span)
        return None
    return _UNITS[unit](count)


def ceiling(report: Report, node: Node | None) -> tuple[Amount, ...]:
    """What ``at_most`` says: one amount, or one for each kind of unit that the targets are in."""
    found: dict[str, Amount] = {}
    for item in one_or_more(report, node, "at_most"):
        most = amount(report, item, "at_most")
        if most is not None and most.unit in found:
            advice = f"one of that unit is {amount_words(found[most.unit], 'en')}; keep one"
            report.add("CW211", "two amounts of one kind in at_most", item.span, help=advice)
        elif most is not None:
            found[most.unit] = most
    return tuple(found.values())


def above(one: Amount, most: Collection[Amount]) -> bool | None:
    """Whether an amount is longer than the one of its unit; None if none is of its unit, so that none is comparable."""
    return next((is_longer(one, other) for other in most if other.unit == one.unit), None)


def written_amount(written: str) -> Amount | None:
    """The amount that a text says, or None if it is none that ``amount`` would take."""
    form = _FORM.fullmatch(written.strip())
    unit = " ".join(form[2].split()).removesuffix("s") if form else ""
    if form is None or unit not in _UNITS:
        return None
    count = int(form[1])
    return _UNITS[unit](count) if 1 <= count <= (MAX_DAYS if unit.endswith("day") else MAX_COUNT) else None


def _advice(written: str) -> str:
    if wide := full_width(written):
        return wide
    short = _SHORT.fullmatch(written)
    if short and short[2].lower() in _MEANT:
        unit = _MEANT[short[2].lower()]
        meant = f"{short[1]} {unit.removesuffix('s') if short[1] == '1' else unit}"
        return f"write `{meant}`: units are not abbreviated, so that none is taken for another"
    if ("work" in written or "business" in written) and not _WORKING.search(written):
        return "the units of working time are `working minutes`, `working hours` and `working days`"
    if "week" in written or "month" in written or "year" in written:
        return "weeks, months and years are not offered; count in `days` or `working days`"
    return "a whole number, a blank, and a unit"
