"""Read a guard or ``set`` expression and check its names and types (M9).

The text is parsed by Python's own parser, never compiled or run; what is not in the language is an error.
Unlike in Python, a number with a point is a ``Decimal``, never a float; ``true`` and ``false`` are accepted;
there are no escapes in texts; and ``/`` of two whole numbers gives a decimal. ``//`` and ``%`` are those of
Python's ``int`` and ``Decimal``: they truncate negative decimals, and round negative whole numbers down.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from casewf.definition.expression_source import Source
from casewf.definition.expression_types import (
    NUMBERS,
    ExpressionError,
    FieldType,
    Scope,
    Typed,
    ValueType,
    are_alike,
    check_comparison,
    check_result,
    conditional,
    fit,
    suggestion,
)
from casewf.model.expression import (
    And,
    Arithmetic,
    Compare,
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
)

__all__ = ["RESERVED_NAMES", "ExpressionError", "FieldType", "Scope", "parse"]

#: Names that a field cannot have, because an expression reads them as something else.
RESERVED_NAMES = frozenset({"actor", "card", "children", "false", "has", "len", "sla", "state", "true"})

_BOOLEAN = ValueType(kind="boolean")
_INTEGER = ValueType(kind="integer")
_DECIMAL = ValueType(kind="decimal")
_LITERALS = {bool: _BOOLEAN, int: _INTEGER, Decimal: _DECIMAL, str: ValueType(kind="text")}
_VERDICTS = ("none", "met", "breached", "cancelled")
_PHASES = ("none", "running", "paused", "stopped")
_CLOCK = {
    "verdict": ValueType(kind="choice", options=_VERDICTS, noun="verdict"),
    "phase": ValueType(kind="choice", options=_PHASES, noun="phase"),
    "cycle": _INTEGER,
}
_CHILDREN = {"open": _INTEGER, "closed": _INTEGER, "total": _INTEGER}
_SIGNS: dict[type[ast.AST], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
_COLLECTIONS = (ast.Tuple, ast.List, ast.Set)
_LANGUAGE = (
    "an expression has fields, state.<track>, actor.*, sla.<id>.*, card, children.*, has(field), len(x), "
    "values, comparisons, in, and/or/not, + - * / // % and `a if c else b`"
)


def parse(text: str, scope: Scope, *, expect: str | FieldType | None = None) -> Expression:
    """Read ``text`` as an expression over ``scope``; nothing of it is run.

    Args:
        text: at most 1,000 characters, 200 nodes and 20 levels.
        scope: what may be named.
        expect: the wanted type of the result: ``"boolean"`` for a guard, or the kind of a field, or the field
            itself (then a text must be among its options); None for any type.

    Raises:
        ExpressionError: the text is not in the language, names something unknown, or mixes types.
    """
    source = Source(text)
    reader = _Reader(source, scope)
    result = reader.read(source.tree)
    if expect == "boolean":
        reader.condition(result, "a guard")
    elif isinstance(expect, str):
        result = check_result(result, ValueType(kind=expect), "the value")
    elif expect is not None:
        result = check_result(result, ValueType.of_field(expect, "option of the field"), "the value")
    return Expression(result.node)


class _Reader:
    """Turns Python's tree into ours, one method per form; every form without a method is refused."""

    def __init__(self, source: Source, scope: Scope) -> None:
        self._source = source
        self._scope = scope
        self._cards = ("none", *(card for card in scope.cards if card != "none"))
        self._forms: dict[type[ast.AST], Callable[[Any], Typed]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.BoolOp: self._and_or,
            ast.UnaryOp: self._unary,
            ast.BinOp: self._arithmetic,
            ast.Compare: self._compare,
            ast.IfExp: self._conditional,
        }

    def read(self, tree: ast.expr) -> Typed:
        """The checked node of ``tree``."""
        form = self._forms.get(type(tree))
        if form is None:
            if isinstance(tree, _COLLECTIONS):
                raise self._error(tree, "a list can only stand after `in`", "write `x in ('a', 'b')`")
            raise self._foreign(tree)
        return form(tree)

    def condition(self, value: Typed, role: str) -> Typed:
        """``value`` if it is true or false, else an error that says how to ask."""
        if value.type.kind == "boolean" and not value.type.many:
            return value
        node = value.node
        advice = "compare it with something"
        if isinstance(node, Name) and node.kind == "field":
            advice = f"write has({node.name}) to ask whether it is given, or compare it with something"
        raise value.error(f"{role} must be true or false, but this is {value.type.label}", advice)

    def _typed(self, tree: ast.expr, node: Node, type_: ValueType) -> Typed:
        offset, length = self._source.place(tree)
        return Typed(node=node, type=type_, offset=offset, length=length)

    def _error(self, tree: ast.expr, message: str, help: str = "") -> ExpressionError:  # noqa: A002
        return ExpressionError(message, *self._source.place(tree), help)

    def _foreign(self, tree: ast.expr) -> ExpressionError:
        return self._error(tree, "this form is not part of the language", _LANGUAGE)

    def _constant(self, tree: ast.Constant) -> Typed:
        value = self._source.literal(tree)
        type_ = _LITERALS[type(value)]
        return self._typed(tree, Constant(type_.kind, value), type_)

    def _name(self, tree: ast.Name) -> Typed:
        name = tree.id
        if name in {"true", "false"}:
            return self._typed(tree, Constant("boolean", name == "true"), _BOOLEAN)
        if name == "card":
            return self._typed(tree, Name("card"), ValueType(kind="choice", options=self._cards, noun="card"))
        field = self._field(tree)
        if field.sensitive:
            raise self._error(
                tree,
                f"{name!r} is sensitive: its value is not shown to expressions",
                f"write has({name}) to ask whether it is given",
            )
        return self._typed(tree, Name("field", name), ValueType.of_field(field, f"option of {name!r}"))

    def _field(self, tree: ast.Name) -> FieldType:
        field = self._scope.fields.get(tree.id)
        if field is not None and tree.id not in RESERVED_NAMES:
            return field
        if tree.id in RESERVED_NAMES:
            raise self._error(tree, f"{tree.id!r} cannot stand alone", _LANGUAGE)
        raise self._error(
            tree, f"unknown field: {tree.id!r}", suggestion(tree.id, [*self._scope.fields, "card"])
        )

    def _attribute(self, tree: ast.Attribute) -> Typed:
        owner = tree.value
        if isinstance(owner, ast.Attribute) and isinstance(owner.value, ast.Name) and owner.value.id == "sla":
            if owner.attr not in self._scope.slas:
                raise self._unknown(owner, "SLA", self._scope.slas)
            type_ = self._member(tree, _CLOCK, "part of a clock")
            return self._typed(tree, Name("sla", f"{owner.attr}.{tree.attr}"), type_)
        kind = owner.id if isinstance(owner, ast.Name) else ""
        if kind == "state":
            states = {
                track: ValueType(kind="choice", options=tuple(names), noun=f"state of track {track!r}")
                for track, names in self._scope.tracks.items()
            }
            type_ = self._member(tree, states, "track")
        elif kind == "actor":
            roles = ValueType(kind="choice", many=True, options=self._scope.roles, noun="role")
            known = {"id": ValueType(kind="person"), "org": ValueType(kind="org"), "roles": roles}
            type_ = self._member(tree, known, "part of the actor")
        elif kind == "children":
            type_ = self._member(tree, _CHILDREN, "count of children")
        elif kind == "sla":
            if tree.attr not in self._scope.slas:
                raise self._unknown(tree, "SLA", self._scope.slas)
            raise self._error(
                tree, "a clock is read by its parts", f"write sla.{tree.attr}.verdict, .phase or .cycle"
            )
        else:
            advice = suggestion(kind, ("state", "actor", "sla", "children"))
            raise self._error(tree, "only state, actor, sla and children have parts", advice)
        return self._typed(tree, Name(kind, tree.attr), type_)

    def _member(self, tree: ast.Attribute, known: dict[str, ValueType], noun: str) -> ValueType:
        type_ = known.get(tree.attr)
        if type_ is None:
            raise self._unknown(tree, noun, known)
        return type_

    def _unknown(
        self, tree: ast.Attribute, noun: str, known: Sequence[str] | dict[str, ValueType]
    ) -> ExpressionError:
        place = self._source.attribute_place(tree)
        return ExpressionError(f"unknown {noun}: {tree.attr!r}", *place, suggestion(tree.attr, known))

    def _call(self, tree: ast.Call) -> Typed:
        name = tree.func.id if isinstance(tree.func, ast.Name) else ""
        if name not in {"has", "len"}:
            raise self._error(tree.func, "only has(...) and len(...) can be called", _LANGUAGE)
        if len(tree.args) != 1 or tree.keywords:
            raise self._error(tree, f"{name} takes exactly one argument", f"write {name}(field)")
        argument = tree.args[0]
        if name == "has":
            if not isinstance(argument, ast.Name):
                raise self._error(argument, "has takes the name of a field", "write has(field)")
            self._field(argument)
            return self._typed(tree, Has(Name("field", argument.id)), _BOOLEAN)
        measured = self.read(argument)
        if not measured.type.many and measured.type.kind != "text":
            raise measured.error(f"len takes text or a list, but this is {measured.type.label}")
        return self._typed(tree, Length(measured.node), _INTEGER)

    def _and_or(self, tree: ast.BoolOp) -> Typed:
        word, form = ("and", And) if isinstance(tree.op, ast.And) else ("or", Or)
        parts = tuple(self.condition(self.read(each), f"each side of `{word}`").node for each in tree.values)
        return self._typed(tree, form(parts), _BOOLEAN)

    def _unary(self, tree: ast.UnaryOp) -> Typed:
        operand = self.read(tree.operand)
        if isinstance(tree.op, ast.Not):
            return self._typed(tree, Not(self.condition(operand, "what `not` turns round").node), _BOOLEAN)
        if not isinstance(tree.op, ast.USub):
            raise self._foreign(tree)
        self._number(operand, "-")
        if isinstance(operand.node, Constant):
            return self._typed(tree, _negated(operand.node), operand.type)
        return self._typed(tree, Negative(operand.node), operand.type)

    def _arithmetic(self, tree: ast.BinOp) -> Typed:
        sign = _SIGNS.get(type(tree.op))
        if sign is None:
            raise self._foreign(tree)
        left, right = self.read(tree.left), self.read(tree.right)
        self._number(left, sign, right)
        self._number(right, sign, left)
        whole = sign != "/" and left.type.kind == right.type.kind == "integer"
        return self._typed(tree, Arithmetic(sign, left.node, right.node), _INTEGER if whole else _DECIMAL)

    def _number(self, value: Typed, sign: str, other: Typed | None = None) -> None:
        if value.type.kind not in NUMBERS or value.type.many:
            found = value.type.label if other is None else f"{value.type.label} with {other.type.label}"
            raise value.error(f"`{sign}` calculates with numbers, but this is {found}")

    def _compare(self, tree: ast.Compare) -> Typed:
        if any(isinstance(each, (ast.Is, ast.IsNot)) for each in tree.ops):
            raise self._error(tree, "`is` is not part of the language", "write ==, or has(field)")
        if any(isinstance(each, (ast.In, ast.NotIn)) for each in tree.ops):
            if len(tree.ops) > 1:
                raise self._error(tree, "`in` cannot be chained", "join two comparisons with `and`")
            return self._membership(tree, isinstance(tree.ops[0], ast.NotIn))
        operands = [self.read(each) for each in (tree.left, *tree.comparators)]
        signs = tuple(_SIGNS[type(each)] for each in tree.ops)
        for index, sign in enumerate(signs):
            left, right = operands[index : index + 2]
            if right.is_literal_text:
                right = fit(right, left.type)
            elif left.is_literal_text:
                left = fit(left, right.type)
            check_comparison(sign, left, right)
            operands[index : index + 2] = left, right
        return self._typed(tree, Compare(signs, tuple(each.node for each in operands)), _BOOLEAN)

    def _membership(self, tree: ast.Compare, negated: bool) -> Typed:
        item, right = self.read(tree.left), tree.comparators[0]
        if item.type.many:
            raise item.error(f"`in` asks for one value, but this is {item.type.label}", "ask for one of them")
        if isinstance(right, _COLLECTIONS):
            options = self._literals(item, right)
            return self._typed(tree, In(item.node, options, negated), _BOOLEAN)
        container = self.read(right)
        if container.is_literal_text:
            raise container.error("`in` needs a list, but this is one text", "a list of one is ('done',)")
        if not container.type.many and container.type.kind != "text":
            raise container.error(
                f"`in` needs a list or text, but this is {container.type.label}",
                "write ==, or a list ('a', 'b')",
            )
        item = fit(item, container.type.each)
        if not are_alike(item.type, container.type):
            raise item.error(f"{item.type.label} is never in {container.type.label}")
        return self._typed(tree, In(item.node, container.node, negated), _BOOLEAN)

    def _literals(self, item: Typed, tree: ast.Tuple | ast.List | ast.Set) -> Literals:
        if not tree.elts:
            raise self._error(tree, "the list is empty, so nothing is in it", "write the values")
        constants = []
        for each in tree.elts:
            value = fit(self.read(each), item.type)
            if not isinstance(value.node, Constant):
                raise value.error(
                    "a list holds only values that are written out", "join comparisons with `or`"
                )
            if not are_alike(item.type, value.type):
                raise value.error(f"cannot compare {item.type.label} with {value.type.label}")
            constants.append(value.node)
        return Literals(tuple(constants))

    def _conditional(self, tree: ast.IfExp) -> Typed:
        test = self.condition(self.read(tree.test), "the condition after `if`").node
        then, otherwise = self.read(tree.body), self.read(tree.orelse)
        place = self._typed(tree, test, _BOOLEAN)
        return conditional(test, then, otherwise, place)


def _negated(constant: Constant) -> Constant:
    value = constant.value
    if isinstance(value, Decimal):
        # Not `-value`, which rounds to the precision of the host's decimal context.
        return Constant("decimal", value.copy_negate())
    return Constant("integer", -value if isinstance(value, int) else value)
