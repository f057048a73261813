"""A guard or ``set`` expression as data: a small tree of frozen nodes, and its text (M9).

The tree is what ``definition.expression`` read and checked at load; ``machine.guards`` turns it into
closures. It holds no text that anybody evaluates. Two spellings of one expression give equal trees and equal
texts: ``a=='x'`` and ``(a == "x")``, ``true`` and ``True``, ``in ['x']`` and ``in ('x',)``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

import attrs

from casewf.model.amount import US_PER_DAY

__all__ = [
    "And",
    "Arithmetic",
    "Compare",
    "Conditional",
    "Constant",
    "Expression",
    "Has",
    "In",
    "Length",
    "Literals",
    "Name",
    "Negative",
    "Node",
    "Not",
    "Or",
    "Value",
    "instant_from_text",
    "instant_to_text",
    "render",
    "results",
    "walk",
]

Value: TypeAlias = str | int | bool | Decimal | dt.date

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


@attrs.frozen(slots=True)
class Constant:
    """A value written in the expression.

    ``kind`` is text, integer, decimal, boolean, date (a ``datetime.date``) or instant (epoch microseconds,
    UTC). It keeps ``1``, ``1.0``, ``True`` and the first microsecond after 1970 apart, which Python calls
    equal.
    """

    kind: str
    value: Value


@attrs.frozen(slots=True)
class Literals:
    """The constants after ``in``, in the author's order; a list, tuple or set in the text."""

    items: tuple[Constant, ...]


@attrs.frozen(slots=True)
class Name:
    """Something the expression reads: ``kind`` is field, state, actor, sla, children or card.

    ``name`` is the field, the track, ``roles``, ``handle.verdict``, ``open``; it is empty for the card.
    """

    kind: str
    name: str = ""

    @property
    def dotted(self) -> str:
        """The name with its kind: ``field.priority``, ``sla.handle.verdict``, ``card``."""
        return f"{self.kind}.{self.name}" if self.name else self.kind


@attrs.frozen(slots=True)
class Has:
    """``has(field)``: whether the field has a value; never fails."""

    field: Name


@attrs.frozen(slots=True)
class Length:
    """``len(x)`` of a text or of a field with many values."""

    of: Node


@attrs.frozen(slots=True)
class Not:
    """``not x``."""

    operand: Node


@attrs.frozen(slots=True)
class And:
    """``a and b and ...``; evaluation stops at the first that is false."""

    parts: tuple[Node, ...]


@attrs.frozen(slots=True)
class Or:
    """``a or b or ...``; evaluation stops at the first that is true."""

    parts: tuple[Node, ...]


@attrs.frozen(slots=True)
class Compare:
    """``a < b <= c``: one operand more than operators, each evaluated at most once, as in Python."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]


@attrs.frozen(slots=True)
class In:
    """``item in container``, or ``not in`` if ``negated``."""

    item: Node
    container: Literals | Node
    negated: bool = False


@attrs.frozen(slots=True)
class Arithmetic:
    """``left operator right`` with one of ``+ - * / // %``."""

    operator: str
    left: Node
    right: Node


@attrs.frozen(slots=True)
class Negative:
    """``-x``; of a number that is written out it is a ``Constant``, so ``--1`` is ``1``."""

    operand: Node


@attrs.frozen(slots=True)
class Conditional:
    """``then if test else otherwise``."""

    test: Node
    then: Node
    otherwise: Node


Node: TypeAlias = (
    Constant | Name | Has | Length | Not | And | Or | Compare | In | Arithmetic | Negative | Conditional
)


@attrs.frozen(slots=True)
class Expression:
    """A checked expression (M9). Equal and hashable by value; can be pickled.

    Attributes:
        tree: the root node.
        text: the tree as text, in one normal spelling.
        names: what it reads, dotted: ``field.priority``, ``state.union``, ``sla.handle.verdict``, ``card``.
    """

    tree: Node = attrs.field(hash=False)
    text: str = attrs.field(init=False)
    names: frozenset[str] = attrs.field(init=False, eq=False, repr=False)

    @text.default
    def _render(self) -> str:
        return render(self.tree)

    @names.default
    def _collect(self) -> frozenset[str]:
        return frozenset(node.dotted for node in walk(self.tree) if isinstance(node, Name))

    def __str__(self) -> str:
        return self.text


def instant_from_text(text: str) -> int:
    """Epoch microseconds of an ISO instant with an offset, such as ``2026-01-01T08:00:00+08:00``.

    Raises:
        ValueError: it is no ISO instant, it has no offset, or it lies outside the years 1 to 9999 in UTC.
    """
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    try:
        return (moment.astimezone(dt.UTC) - _EPOCH) // _MICROSECOND
    except OverflowError as error:
        raise ValueError(f"{text!r} lies outside the years 1 to 9999") from error


def instant_to_text(instant: int) -> str:
    """The ISO text in UTC of epoch microseconds; ``instant_from_text`` reads it back."""
    days, rest = divmod(instant, US_PER_DAY)
    moment = _EPOCH + dt.timedelta(days=days, microseconds=rest)
    return moment.replace(tzinfo=None).isoformat() + "Z"


def _below(node: Node) -> tuple[Node, ...]:
    """The nodes directly below ``node``, in the order of the text."""
    match node:
        case Has(below) | Length(below) | Not(below) | Negative(below):
            return (below,)
        case And(parts) | Or(parts) | Compare(operands=parts):
            return parts
        case In(item, container):
            return (item, *container.items) if isinstance(container, Literals) else (item, container)
        case Arithmetic(left=left, right=right):
            return (left, right)
        case Conditional(test, then, otherwise):
            return (then, test, otherwise)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """``node`` and all nodes below it, each before those below it."""
    yield node
    for below in _below(node):
        yield from walk(below)


def results(node: Node) -> Iterator[Node]:
    """The nodes whose value the whole can have: the sides of a conditional, without its condition."""
    if isinstance(node, Conditional):
        yield from results(node.then)
        yield from results(node.otherwise)
    else:
        yield node


# How tightly each form binds, loosest first, as in Python's grammar.
_CONDITIONAL, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _MINUS, _ATOM = range(9)
_PRECEDENCE: dict[type[Node], int] = {
    Conditional: _CONDITIONAL,
    Or: _OR,
    And: _AND,
    Not: _NOT,
    Compare: _COMPARE,
    In: _COMPARE,
    Negative: _MINUS,
}


def render(node: Node) -> str:
    """``node`` as text that reads back to an equal node, with no parentheses but the needed ones."""
    return _text(node, _CONDITIONAL)


def _text(node: Node, at_least: int) -> str:
    if isinstance(node, Arithmetic):
        precedence = _SUM if node.operator in {"+", "-"} else _PRODUCT
    else:
        precedence = _PRECEDENCE.get(type(node), _ATOM)
    text = _bare(node, precedence)
    return f"({text})" if precedence < at_least else text


def _bare(node: Node, own: int) -> str:  # noqa: C901  # flat: one case per form
    tighter = own + 1
    match node:
        case Constant():
            return _constant(node)
        case Name(kind, name):
            return name if kind == "field" else node.dotted
        case Has(field):
            return f"has({field.name})"
        case Length(of):
            return f"len({render(of)})"
        case Not(operand):
            return f"not {_text(operand, own)}"
        case And(parts):
            return " and ".join(_text(part, tighter) for part in parts)
        case Or(parts):
            return " or ".join(_text(part, tighter) for part in parts)
        case Compare(operators, operands):
            links = zip(operators, operands[1:], strict=True)
            return _text(operands[0], tighter) + "".join(
                f" {sign} {_text(each, tighter)}" for sign, each in links
            )
        case In(item, container, negated):
            return f"{_text(item, tighter)} {'not in' if negated else 'in'} {_container(container, tighter)}"
        case Arithmetic(operator, left, right):
            return f"{_text(left, own)} {operator} {_text(right, tighter)}"
        case Negative(operand):
            return f"-{_text(operand, own)}"
        case Conditional(test, then, otherwise):
            return f"{_text(then, tighter)} if {_text(test, tighter)} else {_text(otherwise, own)}"


def _container(container: Literals | Node, at_least: int) -> str:
    if not isinstance(container, Literals):
        return _text(container, at_least)
    items = ", ".join(map(_constant, container.items))
    return f"({items},)" if len(container.items) == 1 else f"({items})"


def _constant(constant: Constant) -> str:
    value = constant.value
    if isinstance(value, Decimal):
        return format(value, "f")
    if constant.kind == "instant" and isinstance(value, int):
        return f"'{instant_to_text(value)}'"
    if isinstance(value, dt.date):
        return f"'{value.isoformat()}'"
    if isinstance(value, str):
        # The language has no escapes, so a text never holds both kinds of quotes.
        return f'"{value}"' if "'" in value else f"'{value}'"
    return str(value)
