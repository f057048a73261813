"""Evaluating an expression where only part of a case is known, in the order of the real evaluation (M9)."""

from __future__ import annotations

from typing import Protocol

from casewf.analysis.product.values import NO, NOTHING, YES, Values, exactly, join
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

__all__ = ["Known", "evaluate"]


class Known(Protocol):
    """What is known of a case."""

    def read(self, name: Name) -> Values:
        """What a name may read as."""


def evaluate(node: Node, known: Known) -> Values:  # noqa: C901  # flat: one case per form
    """What an expression may come to; every value that it has in a case of which this is known is among them."""
    match node:
        case Constant(value=value):
            return exactly(value)
        case Name():
            return known.read(node)
        case Has(field):
            found = known.read(field)
            return exactly(*((True,) if found.some else ()), *((False,) if found.lacks else ()))
        case Length(of):
            return evaluate(of, known).measured()
        case Not(operand):
            found = evaluate(operand, known)
            return _outcome(_turned(found.truth), found.lacks)
        case And(parts):
            return _until(parts, known, NO)
        case Or(parts):
            return _until(parts, known, YES)
        case Compare():
            return _compare(node, known)
        case In(item, container, negated):
            found = evaluate(item, known)
            if isinstance(container, Literals):
                return found.among((each.value for each in container.items), negated=negated)
            return found.held(evaluate(container, known), negated=negated)
        case Arithmetic(sign, left, right):
            return evaluate(left, known).reckoned(sign, evaluate(right, known))
        case Negative(operand):
            return evaluate(operand, known).negative()
        case Conditional():
            return _conditional(node, known)


def _until(parts: tuple[Node, ...], known: Known, stops: int) -> Values:
    """``and`` or ``or``: evaluation goes on until a part comes out as ``stops``."""
    bits, lacks = 0, False
    for part in parts:
        found = evaluate(part, known)
        bits |= found.truth & stops
        lacks = lacks or found.lacks
        if not found.truth & (YES | NO) & ~stops:
            return _outcome(bits, lacks)
    return _outcome(bits | (YES | NO) & ~stops, lacks)


def _compare(node: Compare, known: Known) -> Values:
    """A chain stops at the first comparison that does not hold."""
    left, bits, lacks = evaluate(node.operands[0], known), 0, False
    for sign, operand in zip(node.operators, node.operands[1:], strict=True):
        right = evaluate(operand, known)
        found = left.compared(sign, right)
        bits |= found.truth & NO
        lacks = lacks or found.lacks
        if not found.truth & YES:
            return _outcome(bits, lacks)
        left = right.without()
    return _outcome(bits | YES, lacks)


def _conditional(node: Conditional, known: Known) -> Values:
    test = evaluate(node.test, known)
    found = Values(frozenset(), lacks=test.lacks)
    if test.truth & YES:
        found = join(found, evaluate(node.then, known))
    if test.truth & NO:
        found = join(found, evaluate(node.otherwise, known))
    return found


def _turned(bits: int) -> int:
    return (YES if bits & NO else 0) | (NO if bits & YES else 0)


def _outcome(bits: int, lacks: bool) -> Values:
    if not bits & (YES | NO):
        return NOTHING if lacks else Values(frozenset())
    return Values(frozenset(value for value, bit in ((True, YES), (False, NO)) if bits & bit), lacks=lacks)
