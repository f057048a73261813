"""Evaluating an expression where only part of a case is known, in the order of the real evaluation (M9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from casewf.analysis.product.values import LACKS, NO, YES, Values, exactly, join, outcome
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


def evaluate(node: Node, known: Known) -> Values:
    """What an expression may come to; every value that it has in a case of which this is known is among them."""
    return _FORMS[type(node)](node, known)


def _has(node: Has, known: Known) -> Values:
    found = known.read(node.field)
    return outcome((YES if found.some else 0) | (NO if found.lacks else 0))


def _not(node: Not, known: Known) -> Values:
    found = evaluate(node.operand, known)
    return outcome(_turned(found.truth) | (LACKS if found.lacks else 0))


def _until(parts: tuple[Node, ...], known: Known, stops: int) -> Values:
    """``and`` or ``or``: evaluation goes on until a part comes out as ``stops``."""
    bits = 0
    for part in parts:
        truth = evaluate(part, known).truth
        bits |= truth & (stops | LACKS)
        if not truth & (YES | NO) & ~stops:
            return outcome(bits)
    return outcome(bits | (YES | NO) & ~stops)


def _compare(node: Compare, known: Known) -> Values:
    """A chain stops at the first comparison that does not hold."""
    left, bits = evaluate(node.operands[0], known), 0
    for sign, operand in zip(node.operators, node.operands[1:], strict=True):
        right = evaluate(operand, known)
        truth = left.compared(sign, right).truth
        bits |= truth & (NO | LACKS)
        if not truth & YES:
            return outcome(bits)
        left = right.without()
    return outcome(bits | YES)


def _in(node: In, known: Known) -> Values:
    found = evaluate(node.item, known)
    if isinstance(node.container, Literals):
        return found.among((each.value for each in node.container.items), negated=node.negated)
    return found.held(evaluate(node.container, known), negated=node.negated)


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


_FORMS: dict[type[Node], Callable[[Any, Known], Values]] = {
    Constant: lambda node, _known: exactly(node.value),
    Name: lambda node, known: known.read(node),
    Has: _has,
    Length: lambda node, known: evaluate(node.of, known).measured(),
    Not: _not,
    And: lambda node, known: _until(node.parts, known, NO),
    Or: lambda node, known: _until(node.parts, known, YES),
    Compare: _compare,
    In: _in,
    Arithmetic: lambda node, known: evaluate(node.left, known).reckoned(
        node.operator, evaluate(node.right, known)
    ),
    Negative: lambda node, known: evaluate(node.operand, known).negative(),
    Conditional: _conditional,
}
"""How each form is evaluated; looked up, since a chain of questions for the form takes longer than the answer."""
