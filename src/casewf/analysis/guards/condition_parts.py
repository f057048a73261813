"""Taking conditions apart: what they read, what they are without any case, which choices hide in their operands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias, cast

import attrs

from casewf.machine.guards import GuardError, View, compile_expression
from casewf.model.expression import (
    And,
    Arithmetic,
    Compare,
    Conditional,
    Constant,
    Expression,
    Has,
    In,
    Length,
    Literals,
    Name,
    Negative,
    Node,
    Not,
    Or,
    walk,
)

__all__ = [
    "FALSE",
    "TRUE",
    "all_of",
    "any_of",
    "as_pairs",
    "boolean_parts",
    "evaluated",
    "names_in",
    "split_choice",
]

TRUE, FALSE = Constant("boolean", True), Constant("boolean", False)

_NO_VIEW = cast("View", None)
_CONDITIONS = (And, Or, Not, Compare, In, Has)
_Split: TypeAlias = tuple[Node, Node, Node]
"""A test, and what stands there if it is met and if it is not."""


def all_of(*conditions: Node) -> Node:
    """Their conjunction."""
    return conditions[0] if len(conditions) == 1 else And(conditions)


def any_of(*conditions: Node) -> Node:
    """Their disjunction."""
    return conditions[0] if len(conditions) == 1 else Or(conditions)


@lru_cache(maxsize=4096)
def names_in(node: Node) -> tuple[Name, ...]:
    """The names whose values an operand or a comparison reads, each once; not those that it only asks ``has`` of."""
    return tuple(dict.fromkeys(_read(node)))


def _read(node: Node) -> Iterator[Name]:
    if isinstance(node, Name):
        yield node
    elif not isinstance(node, Has):
        for _, below in _operands(node):
            yield from _read(below)


def evaluated(node: Node) -> Constant | None:
    """The value of an operand that reads nothing, as a constant of no kind; None if it has none or reads something.

    ``Constant`` itself is its own value.
    """
    if isinstance(node, Constant):
        return node
    if names_in(node):
        return None
    try:
        return Constant("", compile_expression(Expression(node))(_NO_VIEW))
    except GuardError:
        return None


def as_pairs(node: Compare) -> Node:
    """A chained comparison as the conjunction that it is: ``a < b <= c`` is ``a < b and b <= c``."""
    if len(node.operators) == 1:
        return node
    links = zip(node.operators, node.operands, node.operands[1:], strict=False)
    return And(tuple(Compare((sign,), (left, right)) for sign, left, right in links))


def split_choice(node: Node) -> _Split | None:
    """The first choice among the operands of a comparison, and the comparison with either outcome in its place.

    A choice is an ``if``, or a condition that stands as an operand: ``flag == (people > 3)``.
    """
    for place, below in _operands(node):
        if isinstance(below, Conditional):
            return below.test, _with(node, place, below.then), _with(node, place, below.otherwise)
        if isinstance(below, _CONDITIONS):
            return below, _with(node, place, TRUE), _with(node, place, FALSE)
        found = split_choice(below)
        if found is not None:
            test, then, otherwise = found
            return test, _with(node, place, then), _with(node, place, otherwise)
    return None


def boolean_parts(node: Node) -> tuple[Node, ...]:
    """The conditions that a condition is directly made of, in the order of the text."""
    match node:
        case And(parts) | Or(parts):
            return parts
        case Not(operand):
            return (operand,)
        case Conditional(test, then, otherwise):
            return (then, test, otherwise)
        case _:
            return ()


_Place: TypeAlias = str | int


def _operands(node: Node) -> Iterator[tuple[_Place, Node]]:
    """The nodes directly below, each with its place."""
    match node:
        case Compare(operands=parts) | And(parts) | Or(parts):
            yield from enumerate(parts)
        case In(item, container):
            yield "item", item
            if not isinstance(container, Literals):
                yield "container", container
        case Arithmetic(left=left, right=right):
            yield "left", left
            yield "right", right
        case Length(below):
            yield "of", below
        case Negative(below) | Not(below):
            yield "operand", below
        case Conditional(test, then, otherwise):
            yield "test", test
            yield "then", then
            yield "otherwise", otherwise


def _with(node: Node, place: _Place, new: Node) -> Node:
    """A node with another operand in a place."""
    if isinstance(node, Compare) and isinstance(place, int):
        operands = (*node.operands[:place], new, *node.operands[place + 1 :])
        return attrs.evolve(node, operands=operands)
    return attrs.evolve(node, **{str(place): new})  # type: ignore[arg-type]  # a node's place takes a node


def all_names(node: Node) -> frozenset[str]:
    """What a condition reads or asks ``has`` of, dotted as in ``Expression.names``."""
    return frozenset(below.dotted for below in walk(node) if isinstance(below, Name))
