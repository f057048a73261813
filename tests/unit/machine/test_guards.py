"""Evaluating expressions (M9): values, missing values, failures, and what is said of an unmet guard."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs
import pytest

from casewf.definition.expression import Scope, parse
from casewf.machine.guards import GuardError, MissingValue, compile_expression, unmet
from casewf.model.expression import Expression
from casewf.model.workflow import Field

SCOPE = Scope(
    fields={
        "priority": Field(kind="choice", of=("routine", "urgent")),
        "people": Field(kind="integer"),
        "amount": Field(kind="decimal"),
        "district": Field(kind="text"),
        "caller": Field(kind="text", sensitive=True),
        "pay_by": Field(kind="date"),
        "heard_at": Field(kind="instant"),
        "lead_org": Field(kind="org"),
        "flag": Field(kind="boolean"),
        "tags": Field(kind="text", many=True),
    },
    tracks={"union": ("received", "closed"), "government": ("pending", "done")},
    slas=("handle",),
    cards=("yellow", "red"),
    roles=("operator", "handler"),
)


@attrs.frozen
class Actor:
    id: str = "u1"
    org: str | None = "o1"
    roles: frozenset[str] = frozenset({"handler"})


@attrs.frozen
class Clock:
    verdict: str = "none"
    phase: str = "none"
    cycle: int = 0


@attrs.frozen
class Children:
    open: int = 0
    closed: int = 0
    total: int = 0


@attrs.frozen
class Case:
    fields: Mapping[str, object] = {}
    states: Mapping[str, str] = {"union": "received", "government": "done"}
    actor: Actor = Actor()
    card: str = "none"
    clocks: Mapping[str, Clock] = {}
    children: Children = Children()


def guard(text: str) -> Expression:
    return parse(text, SCOPE)


def value(text: str, case: Case | None = None, **fields: Any) -> Any:
    return compile_expression(guard(text))(case or Case(fields=fields))


def failure(text: str, **fields: Any) -> GuardError:
    with pytest.raises(GuardError) as caught:
        value(text, **fields)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("priority == 'urgent'", True),
        ("priority != 'urgent'", False),
        ("priority in ('routine', 'urgent')", True),
        ("priority not in ('routine',)", True),
        ("people > 3", False),
        ("1 < people <= 3", True),
        ("1 < people < 3", False),
        ("people + 2 * 3", 9),
        ("people // 2 - people % 2", 0),
        ("-people", -3),
        ("people / 2", Decimal("1.5")),
        ("amount * 3", Decimal("0.3")),
        ("amount + people == 3.1", True),
        ("people == 3.0", True),
        ("-amount", Decimal("-0.1")),
        ("pay_by < '2026-01-01'", False),
        ("pay_by == '2026-01-01'", True),
        ("heard_at > '1970-01-01T08:00:00+08:00'", True),
        ("heard_at in ('1970-01-01T00:00:05Z',)", True),
        ("'渝' in district", True),
        ("len(district)", 2),
        ("len(tags)", 2),
        ("'a' in tags and 'c' not in tags", True),
        ("flag", False),
        ("flag or people == 3", True),
        ("not flag and has(people) and not has(lead_org)", True),
        ("'few' if people < 5 else 'many'", "few"),
        ("'few' if people < 2 else 'many'", "many"),
    ],
)
def test_an_expression_over_fields_has_pythons_value(text: str, expected: object) -> None:
    found = value(
        text,
        priority="urgent",
        people=3,
        amount=Decimal("0.1"),
        pay_by=dt.date(2026, 1, 1),
        heard_at=5_000_000,
        district="渝中",
        tags=("a", "b"),
        flag=False,
        lead_org=None,
    )
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        "state.union == 'closed'",
        "state.union != 'received'",
        "state.government in ('pending', 'done')",
        "state.government not in ('pending',)",
        "card == 'red'",
        "'operator' in actor.roles",
        "actor.id == 'u2' and actor.org == 'o2'",
        "children.open == 1 and children.closed == 2 and children.total == 3",
        "sla.handle.verdict == 'breached' and sla.handle.phase == 'stopped' and sla.handle.cycle == 2",
    ],
)
def test_everything_else_of_a_case_can_be_asked(text: str) -> None:
    case = Case(
        states={"union": "closed", "government": "done"},
        card="red",
        actor=Actor("u2", "o2", frozenset({"operator"})),
        children=Children(1, 2, 3),
        clocks={"handle": Clock("breached", "stopped", 2)},
    )
    assert value(text, case) is True


def test_an_sla_that_never_ran_is_none_none_and_0() -> None:
    text = "sla.handle.verdict == 'none' and sla.handle.phase == 'none' and sla.handle.cycle == 0"
    assert value(text) is True


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("priority == 'urgent'", "priority"),
        ("people > 3", "people"),
        ("priority in ('urgent',)", "priority"),
        ("people + 1 > 3", "people"),
        ("'x' in tags", "tags"),
        ("len(district) > 1", "district"),
        ("not flag", "flag"),
        ("0 < people < 3", "people"),
        ("has(people) or amount > 1", "amount"),
    ],
)
def test_a_missing_value_is_named_where_evaluation_reaches_it(text: str, name: str) -> None:
    for case in (Case(), Case(fields={name: None})):
        with pytest.raises(MissingValue) as caught:
            value(text, case)
        assert (caught.value.name, caught.value.code) == (name, "missing_value")


@pytest.mark.parametrize(
    "text",
    [
        "has(people) and people > 3",
        "not has(people) or people > 3",
        "people > 3 if has(people) else True",
        "3 < 2 < people",
        "has(caller)",
    ],
)
def test_a_missing_value_that_is_not_reached_does_no_harm(text: str) -> None:
    value(text)


def test_an_actor_without_an_organisation_is_a_missing_value() -> None:
    with pytest.raises(MissingValue, match=r"actor\.org"):
        value("actor.org == 'o1'", Case(actor=Actor(org=None)))


def test_empty_values_are_not_missing() -> None:
    assert value("has(district) and has(people) and has(flag)", district="", people=0, flag=False) is True


def test_a_sealed_value_counts_as_given() -> None:
    assert value("has(caller)", caller=object()) is True


@pytest.mark.parametrize("sign", ["/", "//", "%"])
@pytest.mark.parametrize(
    "fields", [{"people": 0, "amount": Decimal(0)}, {"people": 5, "amount": Decimal("0.0")}]
)
def test_a_division_by_zero_is_a_reason_not_a_crash(sign: str, fields: dict[str, object]) -> None:
    assert failure(f"people {sign} amount > 1", **fields).code == "division_by_zero"
    assert failure(f"people {sign} 0 > 1", **fields).code == "division_by_zero"


def test_a_number_beyond_decimals_is_out_of_range() -> None:
    assert failure("amount * amount > 1", amount=Decimal("1E+6000")).code == "out_of_range"
    assert failure("amount // 1 > 1", amount=Decimal("1E+6000")).code == "out_of_range"
    assert failure("amount > 1", amount=Decimal("NaN")).code == "out_of_range"


@pytest.mark.parametrize(
    "text",
    [
        "people > 3",
        "0 < people < 3",
        "people + 1 == 3",
        "people + 1.5 == 3",
        "-people < 3",
        "amount < people",
        "people in (1, 2)",
        "'a' in tags",
        "len(tags) > 1",
    ],
)
def test_a_value_of_another_type_than_declared_is_a_reason_not_a_crash(text: str) -> None:
    assert failure(text, people=[], amount=Decimal(1), tags=7).code == "type"


def test_the_hosts_decimal_context_changes_nothing() -> None:
    expression = compile_expression(guard("amount + 0.00001"))
    with decimal.localcontext(prec=2):
        found = expression(Case(fields={"amount": Decimal("12345.6")}))
        negative = value("-amount", amount=Decimal("12345.6"))
        literal = parse("amount > -12345.6", SCOPE).text
    assert (found, negative, literal) == (Decimal("12345.60001"), Decimal("-12345.6"), "amount > -12345.6")


def test_unmet_lists_only_the_parts_that_are_not_met() -> None:
    expression = guard("state.union == 'closed' and state.government in ['done'] and card=='red'")
    assert unmet(expression, Case()) == ("state.union == 'closed'", "card == 'red'")


def test_unmet_is_empty_for_a_guard_that_is_met() -> None:
    assert unmet(guard("state.union == 'received' and card == 'none'"), Case()) == ()


def test_unmet_takes_another_form_as_one_part() -> None:
    assert unmet(guard("card == 'red' or flag"), Case(fields={"flag": False})) == ("card == 'red' or flag",)


def test_unmet_looks_into_nested_conjunctions() -> None:
    expression = guard("card == 'none' and (flag and people > 3)")
    assert unmet(expression, Case(fields={"flag": True, "people": 1})) == ("people > 3",)


def test_unmet_names_a_missing_value_only_if_evaluation_reaches_it() -> None:
    assert unmet(guard("people > 3 and card == 'red'"), Case()) == ("people > 3", "card == 'red'")
    assert unmet(guard("has(people) and people > 3"), Case()) == ("has(people)",)
