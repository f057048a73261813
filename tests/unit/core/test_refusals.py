"""Why a command is refused: the order of M2, all reasons of a step, and their sentences (M2, M3)."""

from __future__ import annotations

import re

import pytest

from casewf.core.decide import Refusal, decide
from casewf.model.case import Actor, Sealed
from casewf.model.commands import Open
from casewf.model.reasons import REASON_CODES, Reason, reason
from core_cases import BOSS, DESK, NOTE, START, STRANGER, Story, program

FLOW = """
main:
  initial: a
  states: {a: {}, b: {}, c: {}}
  transitions:
    - {trigger: go, from: a, to: b, by: boss, not_by: [note], asks: [n], needs: [t], comment: required,
       when: "n > 5 and t == 'x'"}
    - {trigger: note, from: [a, b], by: [desk, boss], accepts: [n, t, secret]}
    - {trigger: on, from: a, to: b, by: desk}
    - {trigger: on, from: b, to: c, by: boss}
    - {trigger: by_itself, from: a, to: c, auto: true, when: n == 99}
    - {trigger: ask, from: a, to: b, by: desk, asks: [n], needs: [t]}
    - {trigger: ask, from: a, to: c, by: desk, asks: [t], comment: required}
    - {trigger: check, from: a, by: desk, when: n > 5}
    - {trigger: check, from: a, by: desk, when: "t == 'x'"}
"""
FIELDS = """
n: {type: integer, max: 100}
t: {type: text}
secret: {type: text, sensitive: true, seen_by: [desk]}
"""


def story(**data: object) -> Story:
    return Story(program(FLOW, fields=FIELDS, opening="by: desk"), data=data)


def refused(one: Story, trigger: str, actor: Actor = DESK, **more: object) -> tuple[Reason, ...]:
    result = one.attempt(trigger, actor, **more)  # type: ignore[arg-type]
    assert isinstance(result, Refusal)
    return result.reasons


def test_an_unknown_trigger_is_refused_before_permission() -> None:
    """M2."""
    assert story().codes("fly", STRANGER) == ["unknown_trigger"]


def test_the_steps_come_in_the_order_of_the_rule() -> None:
    """M2: everything is wrong at first; each line puts one step right and meets the next."""
    one = story()
    one.fire("on")
    wrong = {"data": {"n": "x"}, "expect": 99}
    assert one.codes("go", DESK, **wrong) == ["role_missing"]
    assert one.codes("go", BOSS, **wrong) == ["wrong_state"]
    one = story()
    assert one.codes("go", BOSS, **wrong) == ["field_type", "field_missing", "comment_required"]
    assert one.codes("go", BOSS, data={"n": 1}, expect=99) == ["field_missing", "comment_required"]
    one.fire("note", data={"t": "y"})
    assert one.codes("go", BOSS, data={"n": 1}, comment=NOTE, expect=99) == ["guard_not_met", "guard_not_met"]
    one.fire("note", data={"t": "x"})
    assert one.codes("go", BOSS, data={"n": 6}, comment=NOTE, expect=99) == ["version_conflict"]
    assert one.codes("go", BOSS, data={"n": 6}, comment=NOTE, expect=one.case.version) == []


def test_only_an_outdated_version_is_a_conflict() -> None:
    """M2, D1."""
    one = story()
    outdated = one.attempt("on", expect=0)
    forbidden = one.attempt("on", STRANGER, expect=0)
    assert isinstance(outdated, Refusal)
    assert isinstance(forbidden, Refusal)
    assert (outdated.is_conflict, forbidden.is_conflict) == (True, False)


@pytest.mark.parametrize("trigger", ["go", "note", "on", "ask", "check"])
def test_a_stranger_learns_nothing_about_state_version_or_data(trigger: str) -> None:
    """M2: one answer wherever the case stands and whatever he sends."""
    early, late = story(), story(n=7, t="x")
    late.fire("on")
    answers = {
        refused(one, trigger, STRANGER, data=data, expect=expect).__repr__()
        for one in (early, late)
        for data in ({}, {"n": "x"}, {"n": 6, "t": "x"}, {"nonsense": 1})
        for expect in (None, one.case.version, 99)
    }
    assert len(answers) == 1
    assert "role_missing" in answers.pop()


def test_whoever_may_not_open_does_not_learn_which_cases_exist() -> None:
    """M2: permission comes before the answer that the number is taken."""
    one = story()
    codes = []
    for case in (None, one.case):
        result = decide(one.program, case, Open("C1", STRANGER), START)
        assert isinstance(result, Refusal)
        codes.append([each.code for each in result.reasons])
    assert codes == [["role_missing"], ["role_missing"]]


def test_an_automatic_trigger_cannot_be_fired() -> None:
    assert story().codes("by_itself") == ["automatic"]


def test_all_reasons_of_a_step_are_listed_for_all_its_rows() -> None:
    """M2: no row takes this command, and each says what it lacks, once."""
    why = refused(story(), "ask")
    assert [(one.code, one.params.get("field")) for one in why] == [
        ("field_not_given", "n"),
        ("field_missing", "t"),
        ("field_not_given", "t"),
        ("comment_required", None),
    ]


def test_all_guards_of_all_rows_are_listed() -> None:
    assert [one.params["guard"] for one in refused(story(n=1, t="y"), "check")] == ["n > 5", "t == 'x'"]


def test_the_same_reason_is_given_once() -> None:
    why = refused(story(), "ask", STRANGER)
    assert [one.code for one in why] == ["role_missing"]


def test_a_wrong_state_names_the_state_and_those_in_which_this_actor_can() -> None:
    """The row out of b is the boss's; it does not help the desk."""
    one = story()
    one.fire("on")
    (why,) = refused(one, "on")
    assert dict(why.params) == {"state": "b", "possible": "a"}


def test_a_row_out_of_another_state_says_nothing_where_one_leads_out_of_this() -> None:
    """Else the reason would read: the state is a; this is possible in a."""
    text = FLOW.replace("{trigger: note, from: [a, b],", "{trigger: note, from: [a, b], when: n > 50,")
    one = Story(program(text, fields=FIELDS), data={"n": 1})
    assert one.codes("note") == ["guard_not_met"]


def test_a_value_of_the_wrong_type_is_not_also_called_missing() -> None:
    why = refused(story(t="x"), "ask", data={"n": "six"})
    assert [one.code for one in why if one.params.get("field") == "n"] == ["field_type"]


def test_every_wrong_value_is_a_reason() -> None:
    why = refused(story(), "note", data={"n": "x", "t": 1, "nonsense": 1})
    assert [one.code for one in why] == ["field_type", "field_type", "field_unknown"]


def test_a_field_that_the_row_does_not_take_is_refused_with_those_it_takes() -> None:
    (why,) = refused(story(), "on", data={"n": 1})
    assert (why.code, why.params["accepted"]) == ("field_not_accepted", "–")


@pytest.mark.parametrize(
    ("opening", "accepted"), [("accepts: []", "–"), ("accepts: [t]\nneeds: [n]", "n, t")]
)
def test_a_field_that_the_opening_does_not_take_is_refused_with_those_it_takes(
    opening: str, accepted: str
) -> None:
    of = program(FLOW, fields=FIELDS, opening=opening)
    refusal = decide(of, None, Open("C1", DESK, data={"secret": NOTE, "n": 1}), START)
    assert isinstance(refusal, Refusal)
    assert refusal.reasons[-1].params == {"field": "secret" if "n" in accepted else "n", "accepted": accepted}


def test_a_wrong_time_does_not_hide_that_a_comment_is_missing() -> None:
    """M2: all reasons of the step."""
    assert story(t="x").codes("go", BOSS, data={"n": 6}, occurred_at=0) == [
        "occurred_range",
        "comment_required",
    ]


def test_needs_is_satisfied_by_what_the_case_has_already() -> None:
    """``needs``: has a value afterwards."""
    assert story(t="x").codes("ask", data={"n": 1}) == []


def test_needs_is_satisfied_by_what_the_command_gives() -> None:
    assert story().codes("ask", data={"n": 1, "t": "x"}) == []


def test_asks_is_not_satisfied_by_what_the_case_has_already() -> None:
    """``asks``: given with this very command."""
    assert "field_not_given" in story(n=1, t="x").codes("ask")


def test_a_sensitive_value_that_is_not_sealed_is_refused_without_showing_it() -> None:
    """D5: no error text shows a sensitive value."""
    why = refused(story(), "note", data={"secret": 13900000000})
    assert [one.code for one in why] == ["field_type"]
    assert not any("139" in one.text(lang) for one in why for lang in ("zh", "en"))


def test_a_sealed_value_is_accepted_for_a_sensitive_field() -> None:
    assert story().codes("note", data={"secret": Sealed("r", "d")}) == []


def test_opening_checks_what_is_needed_and_accepted() -> None:
    of = program(FLOW, fields=FIELDS, opening="by: desk\nneeds: [t]\naccepts: [n]")
    result = decide(of, None, Open("C1", DESK, data={"secret": Sealed("r", "d")}), START)
    assert isinstance(result, Refusal)
    assert [(one.code, one.params["field"]) for one in result.reasons] == [
        ("field_not_accepted", "secret"),
        ("field_missing", "t"),
    ]


def test_a_case_is_not_opened_before_it_came_in() -> None:
    result = decide(story().program, None, Open("C2", DESK, occurred_at=START + 1), START)
    assert isinstance(result, Refusal)
    assert [one.code for one in result.reasons] == ["occurred_range"]


CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("code", sorted(REASON_CODES))
def test_every_reason_has_a_sentence_in_both_languages(code: str) -> None:
    """M3: each gap of one sentence stands in the other, and is filled."""
    gaps = {"trigger", "roles", "role", "state", "possible", "field", "accepted", "expected", "found",
            "guard", "detail", "case", "sla", "act", "times", "party", "party_kind", "party_kinds", "link_kind",
            "link_kinds", "attachment", "person",
            "column", "known", "near", "options", "reckoned", "due", "calendar", "announced",
            "date", "origin", "line", "count", "zone", "most", "track", "section", "name",
            "card", "effect"}  # fmt: skip
    filled = reason(code, **{name: f"<{name}>" for name in gaps}, amount="3 working_days")
    zh, en = filled.text("zh"), filled.text("en")
    assert CHINESE.search(zh)
    assert not CHINESE.search(en)
    assert set(re.findall(r"<\w+>", zh)) == set(re.findall(r"<\w+>", en))
    assert "{" not in zh + en


def test_sentences_name_codes_by_their_labels() -> None:
    one = story()
    words = one.program.workflow.words
    assert refused(one, "go")[0].text("zh", words) == "该操作需要角色：领导（boss）"
    assert refused(one, "go")[0].text("en", words) == "this is for the roles Boss (boss)"
