"""What an expression can come to when some fields have no value (M9)."""

from __future__ import annotations

from collections.abc import Iterable, Set
from itertools import pairwise

from casewf.model.expression import (
    And,
    Arithmetic,
    Compare,
    Conditional,
    Constant,
    Has,
    In,
    Length,
    Literals,
    Name,
    Negative,
    Node,
    Not,
    Or,
)

__all__ = ["FAILS", "can_be_met", "outcomes"]

FAILS = "fails"
"""The outcome of an evaluation that reaches a missing value."""

_ANY: frozenset[object] = frozenset((True, False))
_FAILS: frozenset[object] = frozenset((FAILS,))


def can_be_met(node: Node, missing: Set[str]) -> bool:
    """Whether a condition can be met while these fields have no value."""
    return True in outcomes(node, missing)


def outcomes(node: Node, missing: Set[str]) -> frozenset[object]:  # noqa: C901  # flat: one case per form
    """Some of True, False and ``FAILS``; a value that is no truth value counts as both True and False."""
    match node:
        case Constant(_, value):
            return frozenset((value,)) if isinstance(value, bool) else _ANY
        case Name("field", name):
            return _FAILS if name in missing else _ANY
        case Has(field):
            return frozenset((False,)) if field.name in missing else _ANY
        case Not(operand):
            return frozenset(one if one == FAILS else not one for one in outcomes(operand, missing))
        case And(parts):
            return _until((outcomes(part, missing) for part in parts), goes_on=True)
        case Or(parts):
            return _until((outcomes(part, missing) for part in parts), goes_on=False)
        case Conditional(test, then, otherwise):
            return _conditional(test, then, otherwise, missing)
        case Compare(operands=operands):
            return _until((_values(pair, missing) for pair in pairwise(operands)), goes_on=True)
        case In(item, container):
            return _values((item,) if isinstance(container, Literals) else (item, container), missing)
        case Arithmetic(left=left, right=right):
            return _values((left, right), missing)
        case Length(below) | Negative(below):
            return _values((below,), missing)
        case _:
            return _ANY


def _values(nodes: tuple[Node, ...], missing: Set[str]) -> frozenset[object]:
    """Of something that needs all these values: it fails for certain if one of them does."""
    found = [outcomes(node, missing) for node in nodes]
    if any(one == _FAILS for one in found):
        return _FAILS
    return _ANY | _FAILS if any(FAILS in one for one in found) else _ANY


def _until(parts: Iterable[frozenset[object]], *, goes_on: bool) -> frozenset[object]:
    """Of parts of which one is looked at after the other, up to the first that does not let it go on."""
    found: set[object] = set()
    for each in parts:
        found |= each - {goes_on}
        if goes_on not in each:
            return frozenset(found)
    return frozenset(found | {goes_on})


def _conditional(test: Node, then: Node, otherwise: Node, missing: Set[str]) -> frozenset[object]:
    tested = outcomes(test, missing)
    found = tested & _FAILS
    if True in tested:
        found |= outcomes(then, missing)
    if False in tested:
        found |= outcomes(otherwise, missing)
    return found
