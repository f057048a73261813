"""The types of expressions (M9): what goes together, and what fits a guard or a field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from casewf.definition.expression import ExpressionError, Scope, parse
from casewf.model.expression import Compare, Constant, Name
from casewf.model.workflow import Field

PRIORITY = Field(kind="choice", of=("routine", "urgent"))
SCOPE = Scope(
    fields={
        "priority": PRIORITY,
        "topic": Field(kind="choice", of=("wages", "safety")),
        "people": Field(kind="integer"),
        "amount": Field(kind="decimal"),
        "district": Field(kind="text"),
        "属地": Field(kind="text"),
        "caller": Field(kind="text", sensitive=True),
        "pay_by": Field(kind="date"),
        "heard_at": Field(kind="instant"),
        "lead_org": Field(kind="org"),
        "finder": Field(kind="person"),
        "flag": Field(kind="boolean"),
        "tags": Field(kind="choice", of=("wages", "safety"), many=True),
    },
    tracks={"union": ("received", "closed"), "government": ("pending", "done")},
    slas=("handle", "reply"),
    cards=("yellow", "red"),
    roles=("operator", "handler"),
)


def refused(text: str, **expect: object) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse(text, SCOPE, **expect)  # type: ignore[arg-type]
    return caught.value


def culprit(text: str, **expect: object) -> str:
    error = refused(text, **expect)
    return text[error.offset : error.offset + error.length]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("people == 'many'", "integer with text"),
        ("district > 3", "text with integer"),
        ("flag < True", "boolean with boolean"),
        ("priority < topic", "choice with choice"),
        ("card >= 'yellow'", "choice with choice"),
        ("lead_org < 'x'", "org with org"),
        ("lead_org == finder", "org with person"),
        ("pay_by < heard_at", "date with instant"),
        ("tags == 'wages'", "a list of choice with text"),
        ("people in ('1', '2')", "integer with text"),
        ("district + 'x' == 'y'", "text with text"),
        ("pay_by - pay_by > 3", "date with date"),
        ("flag * 2 > 1", "boolean with integer"),
        ("(people if flag else district) == 1", "integer and text"),
    ],
)
def test_a_mix_of_types_is_refused_and_names_both(text: str, types: str) -> None:
    assert types in refused(text).message


@pytest.mark.parametrize(
    "text", ["'a' in people", "flag in flag", "people in district", "tags in tags", "tags in (1,)"]
)
def test_in_needs_one_value_on_the_left_and_a_list_or_text_on_the_right(text: str) -> None:
    refused(text)


def test_in_with_one_text_in_parentheses_is_not_a_list() -> None:
    assert "('done',)" in refused("state.government in ('done')").help


def test_choices_without_a_common_option_are_never_equal() -> None:
    assert "never equal" in refused("priority == topic").message


def test_a_sensitive_field_may_only_be_asked_for_by_has() -> None:
    assert parse("has(caller)", SCOPE).names == {"field.caller"}
    for text in ("caller == 'x'", "len(caller) > 1", "'x' in caller", "caller in ('x',)"):
        assert culprit(text) == "caller"
        assert "has(caller)" in refused(text).help


def test_a_bare_field_as_a_guard_suggests_has() -> None:
    error = refused("district", expect="boolean")
    assert error.message.startswith("a guard must be true or false")
    assert "has(district)" in error.help


@pytest.mark.parametrize("text", ["flag and district", "not people", "people or flag", "1 if people else 2"])
def test_conditions_inside_must_be_true_or_false_too(text: str) -> None:
    assert "must be true or false" in refused(text).message


def test_a_number_with_a_point_is_a_decimal_digit_for_digit() -> None:
    tree = parse("amount > 0.1234567890123456789012345678901234567890", SCOPE).tree
    assert isinstance(tree, Compare)
    assert tree.operands[1] == Constant("decimal", Decimal("0.1234567890123456789012345678901234567890"))


def test_a_date_literal_is_converted_at_load() -> None:
    tree = parse("'2026-01-01' <= pay_by < '2026-02-01'", SCOPE).tree
    assert tree == Compare(
        ("<=", "<"),
        (
            Constant("date", dt.date(2026, 1, 1)),
            Name("field", "pay_by"),
            Constant("date", dt.date(2026, 2, 1)),
        ),
    )


def test_an_instant_literal_is_microseconds_in_utc() -> None:
    tree = parse("heard_at == '1970-01-01T08:00:01+08:00'", SCOPE).tree
    assert tree == Compare(("==",), (Name("field", "heard_at"), Constant("instant", 1_000_000)))


@pytest.mark.parametrize(
    "text",
    [
        "pay_by < '2026-02-30'",
        "pay_by < '20260101'",
        "pay_by in ('tomorrow',)",
        "heard_at < '2026-01-01T08:00:00'",
        "heard_at < '2026-01-01'",
        "heard_at < '0001-01-01T00:00:00+08:00'",
    ],
)
def test_a_text_that_is_no_date_or_instant_is_refused(text: str) -> None:
    assert culprit(text).startswith("'")


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("'urgent'", PRIORITY),
        ("'urgent' if flag else priority", PRIORITY),
        ("people + 1", "integer"),
        ("people", "decimal"),
        ("'500103'", "org"),
        ("actor.org", "org"),
        ("actor.id", "person"),
        ("'2026-01-31'", "date"),
        ("has(district)", Field(kind="boolean")),
        ("tags", Field(kind="choice", of=("wages", "safety"), many=True)),
    ],
)
def test_a_set_expression_of_the_fields_type_is_accepted(text: str, expect: object) -> None:
    parse(text, SCOPE, expect=expect)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("'urgnt'", PRIORITY),
        ("topic", PRIORITY),
        ("district", PRIORITY),
        ("'urgnt' if flag else 'routine'", PRIORITY),
        ("amount", "integer"),
        ("people / 2", "integer"),
        ("actor.id", "org"),
        ("'31.1.2026'", "date"),
        ("'1'", "integer"),
        ("priority", Field(kind="choice", of=("routine", "urgent"), many=True)),
        ("district", Field(kind="boolean")),
    ],
)
def test_a_set_expression_of_another_type_is_refused(text: str, expect: object) -> None:
    refused(text, expect=expect)
