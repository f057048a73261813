"""Walks: time that passes to what happens next, an end to what never ends, names for children that were not opened."""

from __future__ import annotations

import attrs
import pytest

from casewf.definition.load import parse_workflow
from casewf.errors import BindingError, HorizonError, NotFound, Refused
from casewf.model.events import Moved
from casewf.model.staff import Organisation
from casewf.ports.outside import Delivery, Outcome
from casewf.testing.clock import at, instant_of
from casewf.testing.story_model import DeliverNow, FireTrigger, OpenCase, SweepNow
from casewf.testing.walk import MOST_HAPPENINGS, Walk
from coverage_texts import PARCEL
from story_texts import TICKING
from story_texts import WORKFLOW as LOST_CARD
from walks import START, setting


def always(_: str, __: Delivery) -> Outcome:
    return Outcome(ok=True)


def opened(text: str) -> Walk:
    walk = Walk(setting(parse_workflow(text)), START, always)
    (person,) = list(walk.setting.people)[:1]
    assert walk.do(OpenCase(by=person), "walk-1") is None
    return walk


def test_time_stops_a_second_after_what_is_due() -> None:
    walk = opened(TICKING)
    assert walk.next_instant() == START + 61_000_000
    walk.let_pass(START + 61_000_000)
    assert [row.event.trigger for row in walk.history("walk-1") if isinstance(row.event, Moved)] == ["tick"]
    assert walk.turns[-1].steps[0].action == SweepNow()


def test_what_begins_itself_again_comes_to_an_end() -> None:
    walk = opened(TICKING)
    assert not walk.let_pass(START + 365 * 86_400_000_000)
    ticks = sum(isinstance(row.event, Moved) for row in walk.history("walk-1"))
    assert ticks == MOST_HAPPENINGS
    assert walk.let_pass(walk.now)


def test_time_that_brings_nothing_is_no_step_of_the_story() -> None:
    walk = opened(PARCEL)
    assert walk.next_instant() is None
    walk.let_pass(START + 3_600_000_000)
    assert walk.turns[-1].steps == ()
    assert walk.story().steps[-1].at == START + 3_600_000_000


def test_what_a_command_sets_off_is_delivered_with_it() -> None:
    walk = opened(LOST_CARD)
    walk.do(FireTrigger(trigger="dispatch", by="operator", data={"lead_org": "union"}), "walk-1")
    assert [type(step.action) for step in walk.turns[-1].steps] == [FireTrigger, DeliverNow]
    assert walk.turns[-1].answers == (("registry", Outcome(ok=True)),)


def test_a_delivery_that_waits_is_what_happens_next() -> None:
    walk = Walk(
        setting(parse_workflow(LOST_CARD)), START, lambda *_: Outcome(ok=len(walk.turns) > 1, error="down")
    )
    walk.do(OpenCase(by="operator"), "walk-1")
    walk.do(FireTrigger(trigger="dispatch", by="operator", data={"lead_org": "union"}), "walk-1")
    moment = walk.next_instant()
    assert moment is not None
    assert START < moment <= START + 61_000_000
    walk.let_pass(moment)
    assert [type(step.action) for step in walk.turns[-1].steps] == [DeliverNow]


def test_refusals_are_kept_and_other_failures_are_not() -> None:
    walk = opened(LOST_CARD)
    assert isinstance(walk.do(FireTrigger(trigger="finish", by="handler"), "walk-1"), Refused)
    assert isinstance(walk.do(FireTrigger(trigger="finish", by="handler"), "walk-2"), NotFound)
    assert [step.refused for step in walk.steps[1:]] == [
        frozenset({"wrong_state"}),
        frozenset({"not_found"}),
    ]
    walk.let_pass(instant_of(at("2026-12-31 10:00")))
    before = walk.turns
    with pytest.raises(HorizonError):
        walk.do(FireTrigger(trigger="dispatch", by="operator", data={"lead_org": "union"}), "walk-1")
    assert walk.turns == before


def test_answers_are_given_again_when_steps_are_taken_back() -> None:
    asked: list[str] = []

    def answer(name: str, _: Delivery) -> Outcome:
        asked.append(name)
        return Outcome(ok=False, error="down")

    walk = Walk(setting(parse_workflow(LOST_CARD)), START, answer)
    walk.do(OpenCase(by="operator"), "walk-1")
    walk.do(FireTrigger(trigger="dispatch", by="operator", data={"lead_org": "union"}), "walk-1")
    walk.do(FireTrigger(trigger="wait", by="handler", comment="x"), "walk-1")
    walk.undo()
    assert asked == ["registry"]
    assert walk.story().connectors == {"registry": (Outcome(ok=False, error="down"),)}


def test_time_that_passed_without_a_step_stays_passed() -> None:
    walk = opened(PARCEL)
    walk.let_pass(START + 3_600_000_000)
    walk.do(FireTrigger(trigger="take", by="clerk"), "walk-1")
    walk.undo()
    assert walk.now == START + 3_600_000_000


def test_nothing_can_be_taken_back_at_the_start() -> None:
    walk = Walk(setting(parse_workflow(PARCEL)), START, always)
    assert walk.undo() is None
    assert walk.cases == ()


def test_a_child_that_was_not_opened_keeps_the_name_of_its_workflow() -> None:
    row = "{trigger: take, from: new, to: open, by: clerk}"
    parent = parse_workflow(PARCEL.replace(row, row[:-1] + ", effects: [{open: child}]}"))
    child = parse_workflow(PARCEL.replace("id: parcel", "id: child"))
    with pytest.raises(BindingError, match="'child', which was not given"):
        Walk(setting(parent), START, always)
    walk = Walk(setting(parent, child), START, always)
    walk.do(OpenCase(by="clerk"), "walk-1")
    assert list(walk.story().cases) == ["walk-1-child"]
    walk.do(FireTrigger(trigger="take", by="clerk"), "walk-1")
    assert list(walk.story().cases) == ["walk-1.1"]
    assert walk.cases == ("walk-1", "walk-1.1")
    assert walk.view("walk-1.1").parent == "walk-1"
    assert walk.workflow_of("walk-1.1") == child


def test_who_does_not_see_a_case_has_no_options() -> None:
    story = setting(parse_workflow(LOST_CARD))
    people = {**story.people, "stranger": attrs.evolve(story.people["handler"], org="elsewhere")}
    organisations = {**story.organisations, "elsewhere": Organisation()}
    walk = Walk(attrs.evolve(story, people=people, organisations=organisations), START, always)
    walk.do(OpenCase(by="operator"), "walk-1")
    assert walk.options("walk-1", "stranger") is None
    assert walk.options("walk-1", "operator")
