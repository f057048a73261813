"""Distributions as a profile writes them: ``5 minutes``, or ``{triangular: [5 minutes, 8 minutes, 30 minutes]}``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import attrs

from casewf.definition.amounts import amount
from casewf.definition.findings import Report
from casewf.definition.node import MapNode, Node
from casewf.definition.shapes import Shape, as_list, as_map
from casewf.definition.values import decimal_number
from casewf.model.amount import US_PER_DAY, Amount, CalendarDays, WorkingDays, WorkingTime
from casewf.simulation.distributions import KINDS, Distribution

__all__ = ["DISTRIBUTION", "AmountReader", "numbers_of", "positive"]

DISTRIBUTION = Shape("a distribution", optional=KINDS)
_Part = TypeVar("_Part")
_PARTS = {
    "uniform": ("the lowest", "the highest"),
    "triangular": ("the lowest", "the likeliest", "the highest"),
    "exponential": ("the mean",),
    "lognormal": ("the median", "the 90th percentile"),
}


@attrs.frozen(slots=True)
class AmountReader:
    """Reads amounts of time; ``working_day`` is what a working day counts for, in microseconds of working time."""

    report: Report
    working_day: int

    def read(self, node: Node | None, what: str) -> Distribution | None:
        """The distribution of an amount of time: a fixed one, or one of ``KINDS``."""
        report = self.report
        if node is None:
            return None

        def one_of_them(item: Node, name: str) -> Amount | None:
            return amount(report, item, name)

        found: tuple[str, list[Amount]] | None = _parts(report, node, what, one_of_them)
        if found is None:
            return None
        kind, amounts = found
        working = {isinstance(one, WorkingTime | WorkingDays) for one in amounts}
        if len(working) > 1:
            message = f"{what} mixes working time with plain time"
            report.add(
                "CW205", message, node.span, help="write all of it in one, for none converts into the other"
            )
            return None
        return _checked(
            report, node, what, kind, [self._us(one) for one in amounts], working=working == {True}
        )

    def days(self, node: Node | None, what: str) -> Distribution | None:
        """The distribution of a number of calendar days."""
        found = self.read(node, what)
        if found is None or node is None:
            return None
        if found.working:
            self.report.add("CW205", f"{what} lies calendar days ahead", node.span, help="write `21 days`")
            return None
        return attrs.evolve(found, values=tuple(value / US_PER_DAY for value in found.values))

    def _us(self, one: Amount) -> float:
        if isinstance(one, WorkingDays):
            return float(one.days * self.working_day)
        if isinstance(one, CalendarDays):
            return float(one.days * US_PER_DAY)
        return float(one.us)


def numbers_of(report: Report, node: Node | None, what: str) -> Distribution | None:
    """The distribution of a plain number."""
    if node is None:
        return None
    found = _parts(report, node, what, lambda item, name: positive(report, item, name))
    return None if found is None else _checked(report, node, what, found[0], found[1], working=False)


def positive(report: Report, node: Node | None, what: str) -> float | None:
    """A number above 0."""
    value = decimal_number(report, node, what)
    if value is None or node is None:
        return None
    if value <= 0:
        report.add("CW209", f"{what} must be above 0, found {value}", node.span)
        return None
    return float(value)


def _parts(
    report: Report, node: Node, what: str, read: Callable[[Node, str], _Part | None]
) -> tuple[str, list[_Part]] | None:
    """The kind of a distribution and its parts."""
    if not isinstance(node, MapNode):
        value = read(node, what)
        return None if value is None else ("fixed", [value])
    view = as_map(report, node, DISTRIBUTION)
    if view is None:
        return None
    view.check_one_of(report, what, KINDS, "write for example {exponential: 5 minutes}")
    kinds = view.among(KINDS)
    if len(kinds) != 1:
        return None
    kind = kinds[0]
    names = _PARTS[kind]
    body = view.get(kind)
    items = [body] if len(names) == 1 and body is not None else as_list(report, body, kind)
    if len(items) != len(names):
        message = f"{kind} takes {len(names)} values, found {len(items)}"
        report.add("CW205", message, view.at(kind), help=f"write {', '.join(names)}")
        return None
    values = [read(item, f"{name} of {what}") for item, name in zip(items, names, strict=True)]
    whole = [value for value in values if value is not None]
    return (kind, whole) if len(whole) == len(values) else None


def _checked(
    report: Report, node: Node, what: str, kind: str, values: Sequence[float], *, working: bool
) -> Distribution | None:
    if sorted(values) != list(values) or (kind != "fixed" and len(values) > 1 and values[0] == values[-1]):
        message = f"the values of {what} must ascend"
        report.add("CW209", message, node.span, help=f"write {', '.join(_PARTS[kind])}")
        return None
    return Distribution(kind=kind, values=tuple(values), working=working)
