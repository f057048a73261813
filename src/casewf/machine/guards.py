"""Evaluate expressions: compiled once into nested closures, then called with a view of the case (M9).

Nothing is compiled from text. The frequent shapes (a field or a state compared with a constant, or looked
for in constants) have closures of their own: ``priority == 'urgent'`` costs one call and one dictionary
look-up.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection
from decimal import Context, DecimalException, DivisionByZero, InvalidOperation, Overflow
from functools import lru_cache, reduce
from typing import Any, TypeAlias

from casewf.machine.guard_view import GuardError, MissingValue, View
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
    render,
)

__all__ = ["GuardError", "MissingValue", "View", "compile_expression", "unmet"]


Evaluate: TypeAlias = Callable[[View], Any]

# A context of our own: the host's precision and traps must not change what a guard says.
_DECIMALS = Context(prec=34, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow])
_CLOCK_NEVER_RAN: dict[str, object] = {"verdict": "none", "phase": "none", "cycle": 0}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# Each operator for whole numbers, and for two numbers of which one is a decimal.
_ARITHMETIC: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = {
    "+": (operator.add, _DECIMALS.add),
    "-": (operator.sub, _DECIMALS.subtract),
    "*": (operator.mul, _DECIMALS.multiply),
    "/": (_DECIMALS.divide, _DECIMALS.divide),
    "//": (operator.floordiv, _DECIMALS.divide_int),
    "%": (operator.mod, _DECIMALS.remainder),
}


def compile_expression(expression: Expression) -> Evaluate:
    """A function from a ``View`` to the expression's value; the same view gives the same value, always.

    The function raises ``MissingValue`` where evaluation reaches a missing value (``and``, ``or`` and ``if``
    leave the rest alone, as in Python), another ``GuardError`` for a division by zero, for numbers out of
    range and for values that the declared types do not allow, and nothing else.
    """
    return _compile(expression.tree)


def unmet(expression: Expression, view: View) -> tuple[str, ...]:
    """The parts of a conjunction that are not met, as text; empty if the guard is met.

    An expression that is no conjunction is its only part. A part without a value counts only if all parts
    before it are met: evaluation does not reach it otherwise (M9).
    """
    failed: list[str] = []
    for text, evaluate in _conjuncts(expression):
        try:
            met = bool(evaluate(view))
        except GuardError:
            met = bool(failed)
        if not met:
            failed.append(text)
    return tuple(failed)


@lru_cache(maxsize=1024)
def _conjuncts(expression: Expression) -> tuple[tuple[str, Evaluate], ...]:
    return tuple((render(part), _compile(part)) for part in _flat(expression.tree))


def _flat(node: Node) -> list[Node]:
    return [deep for part in node.parts for deep in _flat(part)] if isinstance(node, And) else [node]


def _compile(node: Node) -> Evaluate:  # noqa: C901  # flat: one case per form
    match node:
        case Constant(value=value):
            return lambda _view: value
        case Name():
            return _name(node)
        case Has(Name(name=name)):
            return lambda view: view.fields.get(name) is not None
        case Length(of):
            return _length(_compile(of))
        case Not(operand):
            inner = _compile(operand)
            return lambda view: not inner(view)
        case And(parts):
            return reduce(_and, map(_compile, parts))
        case Or(parts):
            return reduce(_or, map(_compile, parts))
        case Compare(operators, operands):
            return _compare(operators, operands)
        case In():
            return _membership(node)
        case Arithmetic(sign, left, right):
            return _arithmetic(sign, _compile(left), _compile(right))
        case Negative(operand):
            return _negative(_compile(operand))
        case Conditional(test, then, otherwise):
            return _conditional(_compile(test), _compile(then), _compile(otherwise))


def _name(node: Name) -> Evaluate:
    name = node.name
    if node.kind == "field":
        return _field(name)
    if node.kind == "state":
        return lambda view: view.states[name]
    if node.kind == "card":
        return lambda view: view.card
    if node.kind == "sla":
        return _clock(*name.split("."))
    if node.kind == "children":
        count = operator.attrgetter(name)
        return lambda view: count(view.children)
    return _actor(name)


def _field(name: str) -> Evaluate:
    def field(view: View) -> object:
        value = view.fields.get(name)
        if value is None:
            raise MissingValue(name)
        return value

    return field


def _actor(name: str) -> Evaluate:
    read = operator.attrgetter(name)

    def actor(view: View) -> object:
        value = read(view.actor)
        if value is None:
            raise MissingValue(f"actor.{name}")
        return value

    return actor


def _clock(sla: str, part: str) -> Evaluate:
    read = operator.attrgetter(part)
    never = _CLOCK_NEVER_RAN[part]

    def clock(view: View) -> object:
        found = view.clocks.get(sla)
        return never if found is None else read(found)

    return clock


def _failure(error: Exception) -> GuardError:
    if isinstance(error, DecimalException):
        return GuardError("out_of_range", "a number is beyond what decimals can hold")
    return GuardError("type", f"a value has another type than was declared: {error}")


def _length(inner: Evaluate) -> Evaluate:
    def length(view: View) -> int:
        value = inner(view)
        try:
            return len(value)
        except TypeError as error:
            raise _failure(error) from None

    return length


def _and(first: Evaluate, second: Evaluate) -> Evaluate:
    return lambda view: first(view) and second(view)


def _or(first: Evaluate, second: Evaluate) -> Evaluate:
    return lambda view: first(view) or second(view)


def _compare(operators: tuple[str, ...], operands: tuple[Node, ...]) -> Evaluate:
    if len(operators) > 1:
        return _chain([_COMPARISONS[sign] for sign in operators], [_compile(operand) for operand in operands])
    left, right = operands
    compare = _COMPARISONS[operators[0]]
    if isinstance(left, Name) and isinstance(right, Constant):
        if left.kind == "state" and compare is operator.eq:
            return _state_equals(left.name, right.value)
        if left.kind == "state" and compare is operator.ne:
            return _state_differs(left.name, right.value)
        if left.kind == "field":
            equals = compare is operator.eq and isinstance(right.value, str)
            return (
                _field_equals(left.name, right.value)
                if equals
                else _field_with(left.name, compare, right.value)
            )
    return _two(_compile(left), compare, _compile(right))


def _state_equals(track: str, constant: object) -> Evaluate:
    return lambda view: view.states[track] == constant


def _state_differs(track: str, constant: object) -> Evaluate:
    return lambda view: view.states[track] != constant


def _field_equals(name: str, constant: object) -> Evaluate:
    def field_equals(view: View) -> bool:
        value = view.fields.get(name)
        if value is None:
            raise MissingValue(name)
        return value == constant

    return field_equals


def _field_with(name: str, compare: Callable[[Any, Any], bool], constant: object) -> Evaluate:
    def field_with(view: View) -> bool:
        value = view.fields.get(name)
        if value is None:
            raise MissingValue(name)
        try:
            return compare(value, constant)
        except (TypeError, DecimalException) as error:
            raise _failure(error) from None

    return field_with


def _two(left: Evaluate, compare: Callable[[Any, Any], bool], right: Evaluate) -> Evaluate:
    def two(view: View) -> bool:
        first, second = left(view), right(view)
        try:
            return compare(first, second)
        except (TypeError, DecimalException) as error:
            raise _failure(error) from None

    return two


def _chain(compares: list[Callable[[Any, Any], bool]], operands: list[Evaluate]) -> Evaluate:
    first, *others = operands
    links = list(zip(compares, others, strict=True))

    def chain(view: View) -> bool:
        left = first(view)
        for compare, operand in links:
            right = operand(view)
            try:
                if not compare(left, right):
                    return False
            except (TypeError, DecimalException) as error:
                raise _failure(error) from None
            left = right
        return True

    return chain


def _membership(node: In) -> Evaluate:
    read = _compile(node.item)
    negated = node.negated
    if not isinstance(node.container, Literals):
        return _contained(read, _compile(node.container), negated)
    constants = frozenset(item.value for item in node.container.items)
    if isinstance(node.item, Name) and node.item.kind == "state" and not negated:
        track = node.item.name
        return lambda view: view.states[track] in constants
    return _among(read, constants, negated)


def _among(read: Evaluate, constants: frozenset[object], negated: bool) -> Evaluate:
    def among(view: View) -> bool:
        value = read(view)
        try:
            return (value in constants) is not negated
        except (TypeError, DecimalException) as error:
            raise _failure(error) from None

    return among


def _contained(item: Evaluate, container: Evaluate, negated: bool) -> Evaluate:
    def contained(view: View) -> bool:
        value = item(view)
        values: Collection[object] = container(view)
        try:
            return (value in values) is not negated
        except (TypeError, DecimalException) as error:
            raise _failure(error) from None

    return contained


def _arithmetic(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    whole, mixed = _ARITHMETIC[sign]
    divides = sign in {"/", "//", "%"}

    def arithmetic(view: View) -> object:
        first, second = left(view), right(view)
        if divides and not second:
            raise GuardError("division_by_zero", "a division by zero")
        try:
            if type(first) is int and type(second) is int:
                return whole(first, second)
            return mixed(first, second)
        except (TypeError, DecimalException) as error:
            raise _failure(error) from None

    return arithmetic


def _negative(inner: Evaluate) -> Evaluate:
    def negative(view: View) -> object:
        value = inner(view)
        try:
            return -value if type(value) is int else _DECIMALS.minus(value)
        except (TypeError, DecimalException) as error:
            raise _failure(error) from None

    return negative


def _conditional(test: Evaluate, then: Evaluate, otherwise: Evaluate) -> Evaluate:
    return lambda view: then(view) if test(view) else otherwise(view)
