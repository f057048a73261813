"""What an expression may name, and which types go together (M9)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Protocol

import attrs

from casewf.definition.full_width import full_width
from casewf.definition.nearest import nearest
from casewf.model.expression import Conditional, Constant, Node, instant_from_text

__all__ = ["ExpressionError", "FieldType", "Scope", "Typed", "ValueType", "suggestion"]

NUMBERS = frozenset({"integer", "decimal"})
TEXTS = frozenset({"text", "choice", "org", "person"})
ORDERED = NUMBERS | {"date", "instant", "text"}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHOWN = 8


class ExpressionError(ValueError):
    """An expression is wrong; the reader of the file turns this into a finding with line and column.

    Attributes:
        message: what is wrong, one sentence without a full stop.
        offset: where the culprit starts, in characters from the start of the text.
        length: how many characters it has, at least 1.
        help: what to do, or the empty text.
    """

    def __init__(self, message: str, offset: int, length: int, help: str = "") -> None:  # noqa: A002
        self.message = message
        self.offset = offset
        self.length = length
        self.help = help
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message} ({self.help})" if self.help else self.message


class FieldType(Protocol):
    """What a checker needs to know of a declared field; the workflow model's ``Field`` is one."""

    @property
    def kind(self) -> str:
        """One of text, integer, decimal, boolean, choice, date, instant, org, person."""

    @property
    def many(self) -> bool:
        """Whether the field holds several values."""

    @property
    def of(self) -> tuple[str, ...]:
        """The options of a choice, else empty."""

    @property
    def sensitive(self) -> bool:
        """Whether the value lives in the vault (D5); an expression may then only ask whether it is there."""


@attrs.frozen(slots=True, kw_only=True)
class Scope:
    """What an expression of one workflow may name.

    Attributes:
        fields: the declared fields by name.
        tracks: the states of each track.
        slas: the ids of the SLAs.
        cards: the card levels, lowest first; ``none`` is always one.
        roles: the ids of the roles.
    """

    fields: Mapping[str, FieldType] = attrs.field(factory=dict)
    tracks: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    slas: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class ValueType:
    """The type of a part of an expression.

    ``options`` are the only texts it can be (empty: any) and ``noun`` says what one of them is called.
    """

    kind: str
    many: bool = False
    options: tuple[str, ...] = ()
    noun: str = "option"

    @classmethod
    def of_field(cls, field: FieldType, noun: str) -> ValueType:
        """The type of reading the field, whose options are called ``noun``."""
        return cls(kind=field.kind, many=field.many, options=tuple(field.of), noun=noun)

    @property
    def label(self) -> str:
        """The type in words, for messages."""
        return f"a list of {self.kind}" if self.many else self.kind

    @property
    def each(self) -> ValueType:
        """The type of one of many values."""
        return attrs.evolve(self, many=False)


@attrs.frozen(slots=True, kw_only=True)
class Typed:
    """A node with its type and its place in the text.

    ``branches`` are the sides of a conditional expression; literals in them take the type that is wanted of
    it.
    """

    node: Node
    type: ValueType
    offset: int
    length: int
    branches: tuple[Typed, Typed] | None = None

    @property
    def is_literal_text(self) -> bool:
        """Whether it can only be texts that are written out here."""
        if self.branches is not None:
            return all(branch.is_literal_text for branch in self.branches)
        return isinstance(self.node, Constant) and self.node.kind == "text"

    def error(self, message: str, help: str = "") -> ExpressionError:  # noqa: A002
        """An error whose culprit is this part."""
        return ExpressionError(message, self.offset, self.length, help)


def suggestion(wanted: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?`` if something known is close, else what is known; first of all what no name can hold."""
    if wide := full_width(wanted):
        return wide
    names = list(known)
    if close := nearest(wanted, names):
        return f"did you mean {close!r}?"
    if not names:
        return "none is declared"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return "known: " + ", ".join(names[:_SHOWN]) + more


def fit(value: Typed, target: ValueType) -> Typed:
    """``value`` with the texts that are written out in it read as ``target``: an option, a date, an instant.

    Raises:
        ExpressionError: such a text is no option, date or instant.
    """
    if target.many:
        return value
    if value.branches is not None and isinstance(value.node, Conditional):
        then, otherwise = (fit(branch, target) for branch in value.branches)
        return conditional(value.node.test, then, otherwise, value)
    if not isinstance(value.node, Constant) or value.node.kind != "text":
        return value
    text = str(value.node.value)
    if target.kind == "date":
        return attrs.evolve(value, node=_date(value, text), type=target)
    if target.kind == "instant":
        return attrs.evolve(value, node=_instant(value, text), type=target)
    if target.kind not in TEXTS:
        return value
    if target.options and text not in target.options:
        raise value.error(f"unknown {target.noun}: {text!r}", suggestion(text, target.options))
    return attrs.evolve(value, type=target)


def _date(value: Typed, text: str) -> Constant:
    try:
        if _DATE.fullmatch(text):
            return Constant("date", dt.date.fromisoformat(text))
    except ValueError:
        pass
    raise value.error(f"{text!r} is not a date", "write it as '2026-01-31'")


def _instant(value: Typed, text: str) -> Constant:
    try:
        return Constant("instant", instant_from_text(text))
    except ValueError:
        raise value.error(
            f"{text!r} is not an instant with an offset", "write it as '2026-01-31T09:00:00+08:00'"
        ) from None


def conditional(test: Node, then: Typed, otherwise: Typed, place: Typed) -> Typed:
    """``then if test else otherwise`` at ``place``, of the type that both sides share.

    Raises:
        ExpressionError: the sides have no type in common.
    """
    if then.is_literal_text and not otherwise.is_literal_text:
        then = fit(then, otherwise.type)
    elif otherwise.is_literal_text and not then.is_literal_text:
        otherwise = fit(otherwise, then.type)
    return Typed(
        node=Conditional(test, then.node, otherwise.node),
        type=_join(then.type, otherwise.type, place),
        offset=place.offset,
        length=place.length,
        branches=(then, otherwise),
    )


def _join(then: ValueType, otherwise: ValueType, place: Typed) -> ValueType:
    if then.many == otherwise.many and then.kind == otherwise.kind:
        both = then.options and otherwise.options
        return attrs.evolve(
            then, options=tuple(dict.fromkeys(then.options + otherwise.options)) if both else ()
        )
    if not then.many and not otherwise.many and are_alike(then, otherwise):
        return ValueType(kind="decimal" if then.kind in NUMBERS else "text")
    raise place.error(
        f"the two sides of `if ... else` differ: {then.label} and {otherwise.label}",
        "give both sides one type",
    )


def are_alike(left: ValueType, right: ValueType) -> bool:
    """Whether the two can be equal: one kind, two numbers, or text with a kind stored as text."""
    kinds = {left.kind, right.kind}
    return len(kinds) == 1 or kinds <= NUMBERS or ("text" in kinds and kinds <= TEXTS)


def check_comparison(operator: str, left: Typed, right: Typed) -> None:
    """Check that ``left operator right`` compares values that can be compared.

    Raises:
        ExpressionError: two types that do not go together or have no order, or options that never coincide.
    """
    both = f"{left.type.label} with {right.type.label}"
    if left.type.many or right.type.many:
        raise right.error(f"cannot compare {both}", "ask with `in` or `len`")
    if not are_alike(left.type, right.type):
        raise right.error(f"cannot compare {both}", "compare two values of one type")
    if operator not in {"==", "!="} and not {left.type.kind, right.type.kind} <= ORDERED:
        raise right.error(
            f"cannot order {both}: only numbers, dates, instants and text have an order",
            "ask with ==, != or `in (...)`",
        )
    if left.type.options and right.type.options and not set(left.type.options) & set(right.type.options):
        raise right.error(
            f"these are never equal: one is a {left.type.noun}, the other a {right.type.noun}",
            "compare two values that share options",
        )


def check_result(result: Typed, wanted: ValueType, role: str) -> Typed:
    """``result`` fitted to the type that is wanted of the whole expression.

    Raises:
        ExpressionError: it has another type; ``role`` says what the expression is for.
    """
    result = fit(result, wanted)
    found = result.type
    if (
        found.many != wanted.many
        or (found.kind, wanted.kind) == ("decimal", "integer")
        or not are_alike(found, wanted)
    ):
        raise result.error(f"{role} must be {wanted.label}, but this is {found.label}")
    extra = sorted(set(found.options) - set(wanted.options)) or [f"any {found.label}"]
    if wanted.options and (extra[0] in found.options or not found.options):
        raise result.error(
            f"{role} must be an {wanted.noun}, but this can be {extra[0]}",
            suggestion(extra[0], wanted.options),
        )
    return result
