"""Values: what a command gives, what a row sets, what guards read (M2, M3, M9, D3)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from casewf.core.decide import Refusal
from casewf.model.effects import CallHook, Notify, Push
from casewf.model.events import Moved
from core_cases import DESK, HOUR, NOTE, Story, only, program

VALUES = """
main:
  initial: a
  states: {a: {}, b: {}}
  transitions:
    - {trigger: add, from: a, by: desk, asks: [n], when: n > 2, set: {n: n + 1, m: n}}
    - {trigger: give, from: a, by: desk, asks: [lead], accepts: [basis], assign: {helper: lead},
       effects: [{notify: helper},
                 {push: gov, send: [n], send_if: {when: has(basis), fields: [m]}}, {hook: ring}]}
    - {trigger: halve, from: a, by: desk, set: {n: 7 / m}}
    - {trigger: grow, from: a, by: desk, set: {m: m + 1}}
"""
VALUE_FIELDS = """
n: {type: integer, default: 0, max: 9}
m: {type: integer}
lead: {type: org}
basis: {type: text}
q: {type: decimal}
"""


def values_flow(**more: str) -> Story:
    text = VALUES.replace("set: {n: 7 / m}", "set: {q: 7 / m}")
    return Story(program(text, fields=VALUE_FIELDS), **more)  # type: ignore[arg-type]


def test_guards_and_values_see_the_data_of_the_command() -> None:
    """M2; all values of a row are worked out on one snapshot."""
    story = values_flow()
    story.fire("add", data={"n": 5})
    assert (story.case.fields["n"], story.case.fields["m"]) == (6, 5)


def test_a_value_that_cannot_be_worked_out_refuses_the_move() -> None:
    """M3, M6: all or nothing."""
    story = values_flow()
    assert story.codes("grow") == ["value_failed"]


def test_a_value_out_of_the_range_of_its_field_refuses_the_move() -> None:
    story = values_flow()
    assert story.codes("add", data={"n": 9}) == ["field_range"]


def test_a_division_by_zero_refuses_the_move() -> None:
    story = values_flow(data={"m": 0})
    assert story.codes("halve") == ["value_failed"]


def test_numbers_are_stored_in_the_type_of_their_field() -> None:
    story = values_flow(data={"m": 2})
    story.fire("halve")
    assert story.case.fields["q"] == Decimal("3.5")


def test_a_holder_is_stored_with_the_organisations_above_it() -> None:
    """D3, M11: the event holds what was resolved."""
    story = Story(
        program(VALUES.replace("{n: 7 / m}", "{q: 7 / m}"), fields=VALUE_FIELDS),
        lineages={"yz": ("cq", "cn")},
    )
    moved = only(Moved, story.fire("give", data={"lead": "yz"}))
    assert (moved.holders["helper"].ids, moved.holders["helper"].above) == (("yz",), ("cq", "cn"))


def test_effects_go_to_the_holder_that_the_same_move_made() -> None:
    moved = only(Moved, values_flow().fire("give", data={"lead": "yz"}))
    assert moved.effects == (
        Notify("helper", ("yz",), "give"),
        Push("gov", ("n",), about="give"),
        CallHook("ring", "give"),
    )


def test_effects_go_to_the_person_who_holds_a_role() -> None:
    """D3: the event holds who was to be told, and that it was a person."""
    text = VALUES.replace("{n: 7 / m}", "{q: 7 / m}").replace("{helper: lead}", "{helper: actor.id}")
    story = Story(program(text, fields=VALUE_FIELDS))
    told = only(Moved, story.fire("give", data={"lead": "yz"})).effects[0]
    assert told == Notify("helper", (), "give", persons=(DESK.id,))


def test_what_is_sent_along_sees_the_data_of_the_command() -> None:
    """M2: a legal basis that is given with the very command counts for it."""
    moved = only(Moved, values_flow().fire("give", data={"lead": "yz", "basis": "consent"}))
    assert next(one for one in moved.effects if isinstance(one, Push)).fields == ("n", "m")


def test_a_case_begins_with_the_defaults_and_what_was_given() -> None:
    story = values_flow(data={"lead": "yz"})
    assert story.case.fields == {"n": 0, "lead": "yz"}


GUARDS = """
main:
  initial: a
  states: {a: {}}
  transitions:
    - {trigger: both, from: a, by: desk, when: n > 0 and m > 0}
    - {trigger: either, from: a, by: desk, when: n == 0 or m > 0}
    - {trigger: ratio, from: a, by: desk, when: 1 / n > 0}
    - {trigger: mine, from: a, by: desk, when: "actor.id == 'ann' and state.main == 'a' and card == 'none'"}
"""


def test_a_missing_value_makes_a_guard_not_met_and_is_named() -> None:
    """M9."""
    result = Story(program(GUARDS, fields=VALUE_FIELDS), data={"n": 1}).attempt("both")
    assert isinstance(result, Refusal)
    assert [(one.code, one.params["field"]) for one in result.reasons] == [("guard_missing", "m")]


def test_a_missing_value_counts_only_where_evaluation_reaches_it() -> None:
    """M9: ``or`` stops before it, ``and`` names what it saw first."""
    story = Story(program(GUARDS, fields=VALUE_FIELDS))
    assert story.codes("either") == []
    assert story.codes("both") == ["guard_not_met"]


def test_each_part_of_a_conjunction_that_is_not_met_is_a_reason() -> None:
    result = Story(program(GUARDS, fields=VALUE_FIELDS), data={"m": 0}).attempt("both")
    assert isinstance(result, Refusal)
    assert [one.params["guard"] for one in result.reasons] == ["n > 0", "m > 0"]


def test_a_guard_that_cannot_be_worked_out_is_not_met() -> None:
    assert Story(program(GUARDS, fields=VALUE_FIELDS)).codes("ratio") == ["guard_failed"]


def test_guards_see_who_acts_and_where_the_case_stands() -> None:
    story = Story(program(GUARDS, fields=VALUE_FIELDS))
    assert story.codes("mine") == []
    assert story.codes("mine", type(DESK)("bob", frozenset({"desk"}))) == ["guard_not_met"]


KINDS = """
main:
  initial: a
  states: {a: {}}
  transitions:
    - {trigger: tell, from: a, by: desk, accepts: [t, i, d, b, c, day, when, many]}
"""
KIND_FIELDS = """
t: {type: text}
i: {type: integer, min: 1, max: 9}
d: {type: decimal, min: 0}
b: {type: boolean}
c: {type: choice, of: [x, y]}
day: {type: date}
when: {type: instant}
many: {type: org, many: true}
"""


@pytest.mark.parametrize(
    ("name", "given", "stored"),
    [
        ("t", "word", "word"),
        ("i", 9, 9),
        ("d", "1.50", Decimal("1.50")),
        ("d", 2, Decimal(2)),
        ("b", False, False),
        ("c", "y", "y"),
        ("day", "2025-06-20", dt.date(2025, 6, 20)),
        ("when", dt.datetime(1970, 1, 1, 1, tzinfo=dt.UTC), HOUR),
        ("when", 5, 5),
        ("many", ["p", "q"], ("p", "q")),
    ],
)
def test_values_are_made_into_the_type_of_their_field(name: str, given: object, stored: object) -> None:
    story = Story(program(KINDS, fields=KIND_FIELDS))
    story.fire("tell", data={name: given}, comment=NOTE)
    assert story.case.fields[name] == stored
    assert type(story.case.fields[name]) is type(stored)


@pytest.mark.parametrize(
    ("given", "more"),
    [
        ("fuond", {"found": "fuond", "near": "found"}),
        ("查实", {"found": "查实", "near": "found"}),
        ("Nothing there", {"found": "Nothing there", "near": "none"}),
        ("zzz", {"found": "zzz"}),
        ("y" * 41, {"found": "y" * 40 + "…"}),
    ],
)
def test_m3_a_value_that_is_no_option_is_told_with_the_nearest(given: str, more: dict[str, str]) -> None:
    """By codes and labels alike."""
    labels = "c: {type: choice, of: {found: {zh: 查实, en: Found}, none: {zh: 没有, en: Nothing there}}}"
    kinds = KINDS.replace("accepts: [t, i, d, b, c, day, when, many]", "accepts: [c]")
    result = Story(program(kinds, fields=labels)).attempt("tell", data={"c": given})
    assert isinstance(result, Refusal)
    [why] = result.reasons
    assert (why.code, why.params) == ("field_option", {"field": "c", "options": "found, none", **more})


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("t", 1, "field_type"),
        ("t", "  ", "field_type"),
        ("i", True, "field_type"),
        ("i", "1", "field_type"),
        ("i", 0, "field_range"),
        ("i", 10, "field_range"),
        ("d", 1.5, "field_type"),
        ("d", "NaN", "field_type"),
        ("d", -1, "field_range"),
        ("b", 1, "field_type"),
        ("c", "zz", "field_option"),
        ("day", "20 June", "field_type"),
        ("day", dt.date.min, "field_range"),
        ("day", dt.date.max, "field_range"),
        ("day", "0002-12-31", "field_range"),
        ("day", dt.datetime(2025, 6, 20, tzinfo=dt.UTC), "field_type"),
        ("when", dt.datetime(2025, 6, 20), "field_type"),  # noqa: DTZ001  # naive on purpose
        ("many", "p", "field_type"),
        ("many", ["p", 1], "field_type"),
        ("t", None, "field_type"),
    ],
)
def test_values_of_another_type_or_out_of_range_are_refused(name: str, given: object, code: str) -> None:
    assert Story(program(KINDS, fields=KIND_FIELDS)).codes("tell", data={name: given}) == [code]


TOLD = """
n: {type: integer, min: 1, max: 9}
q: {type: decimal, min: 1}
code: {type: text, sensitive: true}
kinds: {type: choice, of: [soft, hard], many: true}
kind: {type: choice, of: {soft: {zh: 软, en: Gentle}, hard: {zh: 硬, en: Hard}}}
born: {type: date}
"""


@pytest.mark.parametrize(
    ("name", "value", "code", "params"),
    [
        ("n", "7", "field_type", {"expected": "integer", "found": "str '7'"}),
        ("n", 10, "field_range", {"expected": "1..9"}),
        ("q", Decimal("0.5"), "field_range", {"expected": "1.."}),
        ("code", "secret", "field_type", {"expected": "text", "found": "str"}),
        (
            "kinds",
            "soft",
            "field_type",
            {"expected": "a list of choice with something in it", "found": "str 'soft'"},
        ),
        (
            "kinds",
            [],
            "field_type",
            {"expected": "a list of choice with something in it", "found": "list []"},
        ),
        ("kind", "sofd", "field_option", {"found": "sofd", "options": "soft, hard", "near": "soft"}),
        ("kind", "gentle", "field_option", {"found": "gentle", "options": "soft, hard", "near": "soft"}),
        ("kind", "z" * 50, "field_option", {"found": "z" * 40 + "…", "options": "soft, hard"}),
        ("born", dt.date(2, 1, 1), "field_range", {"expected": "0003-01-01..9997-12-31"}),
    ],
)
def test_a_wrong_value_is_told_with_what_was_expected(
    name: str, value: object, code: str, params: dict[str, str]
) -> None:
    """Of a sensitive one the type alone (D5)."""
    row = f"{{trigger: say, from: a, by: desk, accepts: [{name}]}}"
    story = Story(program(f"main: {{initial: a, states: {{a: {{}}}}, transitions: [{row}]}}", fields=TOLD))
    refused = story.attempt("say", data={name: value})
    assert isinstance(refused, Refusal)
    assert [(one.code, one.params) for one in refused.reasons] == [(code, {"field": name, **params})]
