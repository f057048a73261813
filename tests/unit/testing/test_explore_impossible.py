"""What ``explore`` proves impossible, and near misses: rows that leave a case, worked out by hand (M1, M2, M9, K5)."""

from __future__ import annotations

import pytest

from casewf.definition.load import load_calendar, parse_document
from casewf.testing.coverage_points import Point
from casewf.testing.explore.impossible import impossible

CALENDARS = {"cn-office": load_calendar("cn-office")}

DESK = """casewf: 1
id: desk
version: 1
calendar: cn-office
roles: {clerk: {zh: 窗口}, boss: {zh: 领导}}
fields:
  urgent: {type: boolean, default: false}
  weight: {type: integer, min: 0, default: 0}
  people: {type: integer, min: 0}
  kind: {type: choice, of: {a: {zh: 甲}, b: {zh: 乙}, c: {zh: 丙}}, default: a}
tracks:
  main:
    initial: asked
    states: {asked: {zh: 待办}, given: {zh: 已派}, done: {zh: 办结, category: closed}}
    transitions:
"""
REST = """  side:
    initial: idle
    states: {idle: {zh: 闲, category: closed}, busy: {zh: 忙}, over: {zh: 完, category: closed}}
    transitions:
      - {trigger: start, from: idle, to: busy, by: clerk}
      - {trigger: finish, from: busy, to: over, by: clerk}
"""
LINE = len(DESK.splitlines()) + 1


def rows(*texts: str, slas: str = "") -> str:
    """A workflow with these rows; they leave ``asked`` and lead to ``given`` by a clerk, unless they say otherwise."""
    found = []
    for text in texts:
        more = {"trigger": "give", "from": "asked", "to": "given", "by": "clerk"}
        keys = {key: value for key, value in more.items() if f", {key}:" not in f", {text}"}
        if "auto:" in text:
            del keys["by"]
        found.append("      - {" + ", ".join([*map(": ".join, keys.items()), text]) + "}\n")
    return DESK + "".join(found) + REST + slas


def proved(text: str) -> dict[str, str]:
    """What is proved impossible, in words, with the reason."""
    found = impossible(parse_document(text, file="it.yaml"), CALENDARS)
    return {_told(point): why.en for point, why in found.items()}


def _told(point: Point) -> str:
    row = point.place[3]
    return f"{row} {point.kind} {point.detail}{'' if point.met is None else f' {point.met}'}".replace(
        "  ", " "
    )


TAKES = f"cannot be false: the row in line {LINE} takes every such case"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(
            "when: urgent and state.side == 'idle'",
            "when: \"urgent and state.side in ('busy', 'over')\"",
            {"1 condition state.side in ('busy', 'over') False": TAKES},
            id="the other states of another track",
        ),
        pytest.param(
            "when: urgent and weight > 3",
            "when: urgent and weight <= 3",
            {"1 condition weight <= 3 False": TAKES},
            id="the other numbers",
        ),
        pytest.param(
            "when: kind == 'a' or urgent",
            "when: kind == 'b' or urgent",
            {"1 condition urgent True": TAKES.replace("false", "true")},
            id="part of an or",
        ),
        pytest.param(
            "when: urgent",
            "when: not urgent",
            {"1 guard False": TAKES.replace("be false", "but be met")},
            id="a guard that takes all that is left",
        ),
        pytest.param(
            "by: [clerk, boss], needs: [people], accepts: [weight], when: urgent",
            "by: clerk, not_by: [start], asks: [people], comment: required, when: urgent or weight > 3",
            {"1 condition urgent True": TAKES.replace("false", "true")},
            id="whoever passes the second passes the first",
        ),
        pytest.param(
            "auto: true, trigger: one, when: urgent",
            "auto: true, trigger: two, when: not urgent and weight > 3",
            {"1 condition urgent True": TAKES.replace("false", "true")},
            id="an automatic row of another trigger",
        ),
        pytest.param(
            "from: [asked, given], when: urgent",
            "to: =previous, from: given, when: not urgent or weight > 3",
            {
                "1 condition urgent True": TAKES.replace("false", "true"),
                "1 condition weight > 3 True": TAKES.replace("false", "true"),
                "1 condition weight > 3 False": TAKES,
                "1 guard False": TAKES.replace("be false", "but be met"),
            },
            id="a way back",
        ),
    ],
)
def test_what_the_first_row_always_takes(first: str, second: str, expected: dict[str, str]) -> None:
    assert proved(rows(first, second)) == expected


NEAR = [
    pytest.param("by: boss, {}", "{}", id="another role"),
    pytest.param("by: clerk, {}", "by: [boss, clerk], {}", id="one role more"),
    pytest.param("by: clerk, {}", "by: {{any: clerk}}, {}", id="who does not hold the case"),
    pytest.param("{}", "from: [asked, given], {}", id="one state more"),
    pytest.param("from: given, {}", "{}", id="another state"),
    pytest.param("trigger: take, {}", "{}", id="another trigger"),
    pytest.param("asks: [people], {}", "accepts: [people], {}", id="asks for more"),
    pytest.param("needs: [people], {}", "{}", id="needs more"),
    pytest.param("{}", "accepts: [people], {}", id="takes less with it"),
    pytest.param("comment: required, {}", "{}", id="wants a comment"),
    pytest.param("not_by: [start], {}", "{}", id="bars whoever started"),
    pytest.param("not_by_org: [start], {}", "not_by: [start], {}", id="bars the organisation"),
    pytest.param(
        "from: given, to: =previous, {}", "from: given, {}", id="leads back to where it may not have been"
    ),
]


@pytest.mark.parametrize(("first", "second"), NEAR)
def test_a_row_that_may_be_passed_by_takes_nothing_for_sure(first: str, second: str) -> None:
    ahead = "from: asked, trigger: go_on" if "=previous" in first else "trigger: start_over"
    text = rows(
        ahead, first.format("when: urgent and weight > 3"), second.format("when: urgent and weight <= 3")
    )
    assert proved(text) == {}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("when: people > 3", "when: people <= 3", id="neither is met for want of a value"),
        pytest.param("when: urgent and weight > 3", "when: urgent and kind == 'a'", id="of other things"),
        pytest.param("when: kind == 'a'", "when: kind == 'b'", id="a third is left"),
        pytest.param("when: weight > 9", "when: weight > 3 and urgent", id="some of it is left"),
        pytest.param("when: state.side == 'idle'", "when: state.side == 'busy'", id="a state is left"),
        pytest.param("when: \"'boss' in actor.roles\"", "when: urgent", id="who it is"),
    ],
)
def test_where_a_case_may_be_left_nothing_is_proved(first: str, second: str) -> None:
    assert proved(rows(first, second)) == {}


def test_a_missing_value_makes_the_first_row_pass_the_case_by_but_no_part_false() -> None:
    """Without ``people`` neither row is met; only with a value can the last part be false, and that the first takes."""
    text = rows("when: urgent and people > 3", "when: urgent and people <= 3")
    assert proved(text) == {"1 condition people <= 3 False": TAKES}
    assert proved(rows("when: urgent and people > 3", "when: urgent and not has(people)")) == {}


def test_what_the_first_row_sets_counts_the_next_time() -> None:
    """It stays where it is, so the second row is asked in a state in which the first set the field."""
    found = proved(
        rows("trigger: mark, when: not urgent, set: {urgent: 'true'}", "when: urgent or weight > 3")
    )
    assert found == {}
    staying = DESK + (
        "      - {trigger: give, from: asked, by: clerk, when: urgent, set: {urgent: 'false'}}\n"
        "      - {trigger: give, from: asked, to: given, by: clerk, when: urgent or weight > 3}\n"
    )
    assert proved(staying + REST) == {"1 condition urgent True": TAKES.replace("false", "true")}


def test_several_rows_take_together_what_none_takes_alone() -> None:
    text = rows("when: kind == 'a'", "when: kind == 'b'", "when: kind == 'c'")
    several = f"one of the rows in line {LINE}, line {LINE + 1} takes every such case"
    assert proved(text) == {"2 guard False": f"cannot but be met: {several}"}


def test_a_row_without_a_guard_takes_everything() -> None:
    taken = f"the row in line {LINE} takes every such case"
    assert proved(rows("set: {weight: 1}", "when: urgent")) == {
        "1 transition asked": f"cannot be taken: {taken}",
        "1 guard True": f"cannot be met: {taken}",
        "1 guard False": f"cannot but be met: {taken}",
    }


def test_from_which_state_it_is_that_a_row_is_never_taken() -> None:
    text = rows("trigger: move", "when: urgent", "from: [asked, given], when: urgent and weight > 3")
    taken = f"cannot be taken: the row in line {LINE + 1} takes every such case"
    assert proved(text) == {"2 transition asked": taken}


def test_what_stands_before_a_part_can_decide_the_condition() -> None:
    decided = "the parts before it decide the condition in every such case"
    assert proved(rows("when: weight > 3 or weight > 9 and urgent")) == {
        "0 condition weight > 9 True": f"cannot be true: {decided}",
        "0 condition urgent True": f"cannot be true: {decided}",
        "0 condition urgent False": f"cannot be false: {decided}",
    }


def test_either_side_of_an_if_is_asked_where_its_test_says_so() -> None:
    decided = "the parts before it decide the condition in every such case"
    assert proved(rows("when: weight > 2 if weight > 3 else weight > 9")) == {
        "0 condition weight > 2 False": f"cannot be false: {decided}",
        "0 condition weight > 9 True": f"cannot be true: {decided}",
    }


def test_whoever_is_asked_has_one_of_the_roles() -> None:
    roles = "'clerk' in actor.roles", "'boss' in actor.roles"
    decided = "the parts before it decide the condition in every such case"
    either = {
        f"0 condition {roles[1]} False": f"cannot be false: {decided}",
        "0 guard False": "cannot but be met: no case is so where it is asked",
    }
    guard = f'when: "{roles[0]} or {roles[1]}"'
    assert proved(rows(f"by: [clerk, boss], {guard}")) == either
    assert proved(rows(f"by: [clerk, system], {guard}")) == {}


def test_a_row_that_leads_back_to_several_states_does_not_take_its_own_cases() -> None:
    text = rows(
        "trigger: on", "trigger: reopen, from: done", "from: given, to: =previous, when: urgent or weight > 3"
    )
    assert proved(text) == {}


def test_the_same_part_at_another_place_may_still_come_out_so() -> None:
    """In the first place it is never reached so; in the second it is."""
    text = rows("when: weight > 3 and weight > 2 or not weight > 3 and urgent and weight > 2")
    assert "0 condition weight > 2 False" not in proved(text)


def test_automatic_rows_of_a_trigger_that_comes_first_are_asked_first() -> None:
    """The third row is asked before the second, because its trigger has a row before that."""
    text = rows(
        "auto: true, trigger: one, from: given",
        "auto: true, trigger: two, when: urgent",
        "auto: true, trigger: one, when: not urgent and weight > 3",
    )
    assert proved(text) == {}


TARGETS = """slas:
  answer:
    start: {enter: main.asked}
    stop: {leave: main.asked}
    target:
      - {within: 1 hour, when: urgent}
      - {within: 2 hours, when: urgent or weight > 3}
      - {within: 3 hours, when: people > 3}
      - {within: 4 hours}
"""


def test_a_target_is_asked_only_where_none_before_it_counts() -> None:
    text = rows("when: urgent", slas=TARGETS)
    line = text.splitlines().index("      - {within: 1 hour, when: urgent}") + 1
    assert proved(text) == {
        "1 condition urgent True": f"cannot be true: the target in line {line} counts in every such case"
    }


def test_the_reasons_are_told_in_chinese() -> None:
    document = parse_document(rows("when: urgent", "when: not urgent"), file="it.yaml")
    (why,) = impossible(document, CALENDARS).values()
    assert why.zh == f"不可能不满足：第{LINE}行的流转已接走所有此类工单"
