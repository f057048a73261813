"""The values of a field, parted where conditions tell them apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeAlias

import attrs

from casewf.analysis.product.values import ANYTHING, NOTHING, Values, between, exactly
from casewf.model.expression import Compare, Constant, Expression, In, Literals, Name, Node, walk
from casewf.model.workflow import Field, Workflow

__all__ = ["MISSING", "Classes", "classes_of", "conditions", "settings"]

MISSING = 0
"""The class of a field without a value."""

MOST_CLASSES = 16
"""A field that conditions part into more is known by whether it has a value alone."""

_FIRST_DATE, _LAST_DATE = dt.date(3, 1, 1), dt.date(9997, 12, 31)
"""The dates that a field can hold."""

_ORDERED = frozenset({"integer", "decimal", "date", "instant"})
_Value: TypeAlias = str | int | bool | Decimal | dt.date


@attrs.frozen(slots=True)
class Classes:
    """Classes of a field's values; within one, few conditions tell two values apart.

    Attributes:
        field: what it is about.
        members: the values of each class; of class ``MISSING`` there are none.
        given: the classes of values that somebody can give.
    """

    field: Field
    members: tuple[Values, ...]
    given: tuple[int, ...] = attrs.field(init=False, repr=False, eq=False)

    @given.default
    def _given(self) -> tuple[int, ...]:
        return tuple(range(1, len(self.members)))

    def of(self, value: object) -> int:
        """The class of a value that a case has; None is ``MISSING``."""
        if value is None:
            return MISSING
        for number, values in enumerate(self.members[1:-1], 1):
            if value in values:
                return number
        return len(self.members) - 1

    def meeting(self, found: Values) -> tuple[int, ...]:
        """The classes with a value that may be among these; none lacks one."""
        return tuple(
            number for number, values in enumerate(self.members) if number and values.meets(found.without())
        )


def classes_of(workflow: Workflow, more: Iterable[Expression] = ()) -> dict[str, Classes]:
    """The classes of every field; ``more`` are further conditions that tell values apart."""
    constants: dict[str, set[Any]] = {name: set() for name in workflow.fields}
    for expression in dict.fromkeys((*conditions(workflow), *more)):
        _collect(expression.tree, constants)
    for name, expression in settings(workflow):
        _collect(expression.tree, constants)
        constants[name] |= {node.value for node in walk(expression.tree) if isinstance(node, Constant)}
    return {name: _classes(field, constants[name]) for name, field in workflow.fields.items()}


def conditions(workflow: Workflow) -> Iterator[Expression]:
    """Every condition that decides what a case does: of rows, and of the moments of its clocks."""
    for track in workflow.tracks:
        yield from (row.when for row in track.transitions if row.when is not None)
    for sla in workflow.slas:
        for moments in (sla.start, sla.stop, sla.pause, sla.cancel, sla.reopen):
            yield from (moment.when for moment in moments if moment.when is not None)


def settings(workflow: Workflow) -> Iterator[tuple[str, Expression]]:
    """Every field that a row or a rung sets, with what to."""
    for track in workflow.tracks:
        for row in track.transitions:
            yield from row.set.items()
    for sla in workflow.slas:
        for ladder in (sla.ladder, *(target.ladder for target in sla.target)):
            for rung in ladder or ():
                yield from rung.set.items()


def _collect(node: Node, constants: dict[str, set[Any]]) -> None:
    """Note the constants that fields are compared with, or stand beside in a comparison."""
    for part in walk(node):
        if isinstance(part, Compare | In):
            below = list(walk(part))
            fields = [one.name for one in below if isinstance(one, Name) and one.kind == "field"]
            found = {one.value for one in below if isinstance(one, Constant)}
            if isinstance(part, In) and isinstance(part.container, Literals):
                found |= {one.value for one in part.container.items}
            for name in fields:
                constants[name] |= found


def _classes(field: Field, constants: set[Any]) -> Classes:
    if field.sensitive or field.many:
        return Classes(field, (NOTHING, ANYTHING))
    if field.kind == "boolean":
        return Classes(field, (NOTHING, exactly(False), exactly(True)))
    known = [one for one in constants if _fits(field, one)]
    if field.default is not None:
        known.append(field.default)
    known = sorted(set(known))
    if len(known) > MOST_CLASSES:
        known = []
    if field.kind == "choice":
        rest = [option for option in field.of if option not in known]
        return Classes(field, (NOTHING, *_singles(known), *([exactly(*rest)] if rest else ())))
    if field.kind in _ORDERED:
        return Classes(field, (NOTHING, *_singles(known), *_gaps(field, known)))
    return Classes(field, (NOTHING, *_singles(known), ANYTHING))


def _fits(field: Field, value: _Value) -> bool:
    """Whether a constant can be a value of the field."""
    if field.kind == "choice":
        return value in field.of
    if field.kind in {"integer", "decimal"}:
        low, high = field.minimum, field.maximum
        number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        whole = number and (field.kind == "decimal" or value == int(value))  # type: ignore[arg-type]  # a number
        return whole and (low is None or value >= low) and (high is None or value <= high)  # type: ignore[operator]
    if field.kind == "date":
        return isinstance(value, dt.date) and _FIRST_DATE <= value <= _LAST_DATE
    return isinstance(value, int if field.kind == "instant" else str)


def _singles(values: Iterable[_Value]) -> list[Values]:
    return [exactly(value) for value in values]


def _gaps(field: Field, known: list[Any]) -> list[Values]:
    """What lies before, between and after some values, within the bounds of the field."""
    if field.kind == "date":
        step: Any = dt.timedelta(days=1)
    else:
        step = 0 if field.kind == "decimal" else 1
    edges = [
        (field.minimum, None if not known else known[0] - step),
        *((one + step, other - step) for one, other in pairwise(known)),
        *([(known[-1] + step, field.maximum)] if known else []),
    ]
    if not known:
        edges = [(field.minimum, field.maximum)]
    wide = [(low, high) for low, high in edges if low is None or high is None or low < high + (step or 0)]
    return [between(low, high) for low, high in wide]
