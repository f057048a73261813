"""What an actor may do now, and why not (M4): the same answer as deciding."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewf.core.decide import Refusal, decide
from casewf.core.options import Option, options
from casewf.model.case import Actor
from casewf.model.commands import Fire
from core_cases import BOSS, DESK, NOTE, START, STRANGER, Story, program

FLOW = """
main:
  initial: a
  states: {a: {}, b: {}, held: {}, done: {category: closed}, filed: {final: true}}
  triggers:
    go: {zh: 走, en: Go}
    tell: {zh: 说, en: Tell}
    hold: {zh: 停, en: Hold}
    resume: {zh: 续, en: Resume}
    finish: {zh: 完, en: Finish}
    file: {zh: 存, en: File}
    reopen: {zh: 重开, en: Reopen}
    hidden: {zh: 暗, en: Hidden}
  transitions:
    - {trigger: go, from: a, to: b, by: desk, asks: [n], when: "n > 5 and state.side == 'on'"}
    - {trigger: go, from: a, to: b, by: boss, comment: required}
    - {trigger: tell, from: [a, b, done], by: [desk, helper], needs: [t], accepts: [n], not_by: [hold]}
    - {trigger: hold, from: [a, b], to: held, by: desk}
    - {trigger: resume, from: held, to: =previous, by: [desk, boss], not_by: [hold]}
    - {trigger: finish, from: b, to: done, by: boss, when: "t == 'x' and n > 1"}
    - {trigger: finish, from: b, to: done, by: helper, accepts: [t], when: "t == 'x' and has(n)"}
    - {trigger: file, from: done, to: filed, by: desk}
    - {trigger: reopen, from: done, to: a, by: [boss, {any: helper}], asks: [t]}
    - {trigger: hidden, from: a, to: done, auto: true, when: n == 77}
side:
  initial: "off"
  states: {"off": {en: "off", category: closed}, "on": {en: "on"}}
  transitions:
    - {trigger: turn_on, from: "off", to: "on", by: [desk, boss], accepts: [lead],
       assign: {helper: "lead if has(lead) else 'north'"}}
    - {trigger: turn_off, from: "on", to: "off", by: [desk, boss], when: state.main != 'held'}
"""
FIELDS = """
n: {type: integer}
t: {type: text}
lead: {type: org}
"""
DATA = [
    {name: value for name, value in (("n", n), ("t", t), ("lead", lead)) if value is not None}
    for n, t, lead in itertools.product((None, 1, 9), (None, "x", "y"), (None, "north"))
]
TRIGGERS = ("go", "tell", "hold", "resume", "finish", "file", "reopen", "turn_on", "turn_off")
ROLES = ("desk", "boss", "helper")

actors = st.builds(
    lambda name, roles, org: Actor(name, frozenset(roles), org, (org, "city")),
    st.sampled_from(("ann", "bo")),
    st.sets(st.sampled_from(ROLES)),
    st.sampled_from(("north", "south", "city")),
)
steps = st.tuples(st.sampled_from(TRIGGERS), actors, st.sampled_from(DATA), st.sampled_from((NOTE, None)))


def flow(**more: object) -> Story:
    return Story(program(FLOW, fields=FIELDS), **more)  # type: ignore[arg-type]


def found(story: Story, actor: Actor) -> dict[str, Option]:
    return {one.trigger: one for one in options(story.program, story.case, actor, story.now)}


def accepted(story: Story, trigger: str, actor: Actor) -> bool:
    """Whether some data, with a comment, makes the trigger accepted."""
    return any(
        not isinstance(decide(story.program, story.case, Fire(trigger, actor, data, NOTE), START), Refusal)
        for data in DATA
    )


@settings(max_examples=150, deadline=None)
@given(path=st.lists(steps, max_size=8), actor=actors)
def test_a_trigger_is_allowed_exactly_if_something_makes_it_accepted(
    path: list[tuple[object, ...]], actor: Actor
) -> None:
    """M4."""
    story = flow(org="city")
    for trigger, who, data, comment in path:
        story.attempt(trigger, who, data=data, comment=comment)  # type: ignore[arg-type]
    listed = found(story, actor)
    for trigger in TRIGGERS:
        allowed = trigger in listed and listed[trigger].allowed
        assert allowed is accepted(story, trigger, actor), (trigger, listed.get(trigger))


@settings(max_examples=60, deadline=None)
@given(path=st.lists(steps, max_size=8), actor=actors)
def test_a_trigger_that_is_not_allowed_says_why(path: list[tuple[object, ...]], actor: Actor) -> None:
    story = flow(org="city")
    for trigger, who, data, comment in path:
        story.attempt(trigger, who, data=data, comment=comment)  # type: ignore[arg-type]
    assert all(bool(one.reasons) is not one.allowed for one in found(story, actor).values())


def test_looking_changes_nothing() -> None:
    """M4: no side effects."""
    story = flow()
    before, fields = story.case, story.case.fields
    options(story.program, story.case, DESK, story.now)
    assert story.case is before
    assert before.fields is fields


def test_every_trigger_of_the_present_states_is_listed_in_file_order() -> None:
    assert list(found(flow(), STRANGER)) == ["go", "tell", "hold", "turn_on"]


def test_an_automatic_trigger_is_no_option() -> None:
    assert "hidden" not in found(flow(), DESK)


def test_an_option_says_what_to_give() -> None:
    """``asks`` always; ``needs`` only where the case has no value yet."""
    go, tell = (found(flow(), DESK)[name] for name in ("go", "tell"))
    assert (go.asks, go.accepts) == (("n",), ())
    assert (tell.asks, tell.accepts) == (("t",), ("n",))
    tell = found(flow(data={"t": "x"}), DESK)["tell"]
    assert (tell.asks, tell.accepts) == ((), ("n", "t"))


def test_an_option_describes_the_row_that_is_open_to_this_actor() -> None:
    go = found(flow(), BOSS)["go"]
    assert (go.allowed, go.asks, go.comment_required) == (True, (), True)


def test_a_part_of_a_guard_that_data_can_meet_does_not_count() -> None:
    """``t`` can be given; ``has(n)`` cannot be met by what this row takes."""
    helper = Actor("h", frozenset({"helper"}))
    story = flow()
    story.fire("go", BOSS, comment=NOTE)
    finish = found(story, helper)["finish"]
    assert [(one.code, one.params["guard"]) for one in finish.reasons] == [("guard_not_met", "has(n)")]


def test_reasons_come_from_the_first_step_that_speaks_against_a_row() -> None:
    """M2: who has no permission learns nothing of guards."""
    story = flow()
    story.fire("go", BOSS, comment=NOTE)
    assert [one.code for one in found(story, STRANGER)["finish"].reasons] == [
        "role_missing",
        "role_missing",
    ]  # of each of its two rows


@pytest.mark.parametrize("actor", [DESK, BOSS, STRANGER])
def test_a_closed_case_offers_only_what_finishes_or_reopens_it(actor: Actor) -> None:
    """M8."""
    story = flow(data={"n": 2, "t": "x"})
    story.fire("go", BOSS, comment=NOTE)
    story.fire("finish", BOSS)
    assert story.case.closed
    assert {name for name, one in found(story, actor).items() if one.allowed} == {
        DESK: {"file", "turn_on"},
        BOSS: {"reopen", "turn_on"},
        STRANGER: set(),
    }[actor]


def test_an_option_has_the_label_of_its_trigger() -> None:
    go, turn = (found(flow(), DESK)[name] for name in ("go", "turn_on"))
    assert (go.title.text("zh"), go.track, turn.title.text("zh")) == ("走", "main", "turn_on")
