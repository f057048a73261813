"""Scenarios: stories told in Python, which mean what story files mean."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from casewf.definition.source import Place
from casewf.errors import DefinitionError, StoryFailed
from casewf.ports.outside import Outcome
from casewf.testing import Scenario, at
from casewf.testing.story_file import parse_story
from casewf.testing.story_model import Step, Story
from casewf.testing.story_writer import References, story_text
from casewf.worktime import WorkingDays
from engine_fakes import claim

PEOPLE = {
    "wu": "operator @ city",
    "li": "handler @ city/yuzhong",
    "zhou": {"roles": ["supervisor"], "org": "city", "name": {"zh": "周"}},
}


def begun() -> Scenario:
    """A claim that was dispatched on a Monday at 10:05."""
    return (
        Scenario(claim(), "C-1", org="city")
        .given(people=PEOPLE, connectors={"platform": [Outcome(ok=True, data={"external_no": "P-1"})]})
        .when(at="2026-03-16 10:00", open={"summary": "欠薪: 三个月", "people": 3, "phone": "139"}, by="wu")
        .then(states={"main": "received"}, clocks={"answer": None, "total": {"due": at("2026-03-17 10:00")}})
        .when(at="10:05", fire="dispatch", by="wu", data={"lead_org": "yuzhong"})
        .then(
            clocks={"answer": {"due": "16:05", "verdict": "none"}},
            effects=[{"notify": "handler"}, {"push": "platform"}],
        )
    )


TEXT = """casewf-story: 1
workflow: ./claim.yaml
zone: Asia/Shanghai
organisations: {city: {zh: city}, yuzhong: {zh: yuzhong, under: city}}
people:
  wu: {roles: [operator], org: city}
  li: {roles: [handler], org: yuzhong}
  zhou: {roles: [supervisor], org: city, name: {zh: 周}}
connectors: {platform: [{ok: true, data: {external_no: P-1}}]}
case: {id: C-1, org: city}
steps:
  - {at: 2026-03-16 10:00, open: {summary: '欠薪: 三个月', people: 3, phone: '139'}, by: wu,
     expect: {states: {main: received}, clocks: {answer: none, total: {due: 2026-03-17 10:00}}}}
  - {at: 10:05, fire: dispatch, by: wu, data: {lead_org: yuzhong},
     expect: {clocks: {answer: {due: 16:05, verdict: none}}, effects: [{notify: handler}, {push: platform}]}}
"""


def placeless(story: Story) -> Story:
    """The story without the places of its steps, which differ: in a file, or in Python."""
    nowhere = Place(file="")

    def without(step: Step) -> Step:
        checks = tuple(attrs.evolve(check, place=nowhere) for check in step.checks)
        return attrs.evolve(step, place=nowhere, checks=checks)

    return attrs.evolve(story, file="", steps=tuple(map(without, story.steps)))


def test_it_is_the_same_story_as_in_a_file() -> None:
    assert placeless(begun().story()) == placeless(parse_story(TEXT, workflow=claim()))


def test_its_text_is_a_story_file_that_says_the_same() -> None:
    text = begun().text()
    assert text.startswith("casewf-story: 1\nworkflow: ./claim.yaml\nzone: Asia/Shanghai\n")
    assert placeless(parse_story(text, workflow=claim())) == placeless(begun().story())
    assert "workflow: hotline-12351\n" in Scenario("hotline-12351").text()
    assert "workflow: ../mine.yaml\n" in Scenario("hotline-12351").text(workflow="../mine.yaml")


def test_what_a_story_writer_writes_of_it_is_the_same_story() -> None:
    told = begun().when(sweep=True).when(at="17:00", deliver=True).then(card="yellow")
    plain = attrs.evolve(
        told.story(),
        steps=tuple(
            attrs.evolve(step, checks=tuple(one for one in step.checks if one.what != "effects"))
            for step in told.story().steps
        ),
    )
    written = story_text(plain, References(workflows={"claim": "./claim.yaml"}))
    assert placeless(parse_story(written, workflow=claim())) == placeless(plain)


def test_it_plays_as_a_story_does() -> None:
    playback = (
        begun()
        .when(fire="take", by="wu", refused="role_missing")
        .when(at="2026-03-16 16:30", fire="take", by="li")
        .then(card="yellow", clocks={"answer": {"verdict": "breached"}}, told=[])
        .when(deliver=True)
        .then(states={"platform": "pushed"}, fields={"external_no": "P-1"}, told=["li", "li"])
        .check()
    )
    assert playback.case is not None
    assert playback.case.states["main"] == "working"


def test_what_is_expected_in_turn_is_expected_in_turn() -> None:
    looks = begun().then(card="none").then(card="red").story().steps[-2:]
    assert [(step.action, [check.wanted for check in step.checks]) for step in looks] == [
        (None, ["none"]),
        (None, ["red"]),
    ]


def test_a_failure_names_the_line_of_python() -> None:
    scenario = begun().then(card="red").when(fire="take", by="li")
    line = test_a_failure_names_the_line_of_python.__code__.co_firstlineno + 1
    scenario.then(states={"main": "closed"})
    with pytest.raises(StoryFailed) as failed:
        scenario.check()
    file = "tests/unit/testing/test_scenario.py"
    assert [str(one).replace("\\", "/").rpartition(file)[2] for one in failed.value.failures] == [
        f":{line}: the card: expected red, found none",
        f":{line + 2}: the state of main: expected closed, found working",
    ]


def test_what_a_file_could_not_say_is_found_as_in_a_file() -> None:
    scenario = Scenario("hotline-12351", "S-9").given(people={"wu": "operator @ city"})
    scenario.when(at="2026-03-16 10:00", open={}, by="wu").when(fire="regster", by="wu").then(card="none")
    with pytest.raises(DefinitionError) as wrong:
        scenario.story()
    (finding,) = wrong.value.findings
    line = test_what_a_file_could_not_say_is_found_as_in_a_file.__code__.co_firstlineno + 2
    assert f"test_scenario.py:{line}:1: unknown trigger 'regster'; did you mean 'register'?" in str(finding)


def test_each_mistake_names_its_line_of_python() -> None:
    scenario = Scenario(claim(), zone="Asia/Shanghai")
    scenario.given(people={"wu": "operatr @ city"})
    scenario.when(at="2026-03-16 10:00", open={"sumary": "欠薪"}, by="wu")
    scenario.then(card="red", stats={"main": "received"})
    scenario.when(fire="dispatch", by="wu", data={"lead_org": "yuzhong"}, comment="长" * 90)
    scenario.then(states={"mian": "received"})
    with pytest.raises(DefinitionError) as wrong:
        scenario.story()
    first = test_each_mistake_names_its_line_of_python.__code__.co_firstlineno
    found = {int(str(one).split(":")[1]) - first: str(one) for one in wrong.value.findings}
    for line, name in {2: "operator", 3: "summary", 4: "states", 6: "main"}.items():
        assert f"did you mean '{name}'?" in found[line]


def test_values_are_those_of_python() -> None:
    text = (
        Scenario(claim())
        .given(people={"wu": "operator @ city"})
        .when(
            at=at("2026-03-16 10:00:30.5"),
            open={"amount": Decimal("1.50"), "people": 2, "day": dt.date(2026, 3, 1), "urgent": True},
            by="wu",
            comment=None,
        )
        .when(act="request_extension", sla="answer", by="wu", amount=WorkingDays(2), refused={"b", "a"})
        .text()
    )
    assert "at: '2026-03-16 10:00:30.5'" in text
    assert "open: {amount: 1.50, people: 2, day: 2026-03-01, urgent: true}" in text
    assert "amount: 2 working days" in text.replace("'", "")
    assert "refused: [a, b]" in text
    assert "comment" not in text


@pytest.mark.parametrize("value", [1.5, None, object()])
def test_a_value_that_no_story_holds_is_refused(value: object) -> None:
    scenario = Scenario("hotline-12351").when(at="2026-03-16 10:00", open={"people": value}, by="wu")
    with pytest.raises(TypeError, match="a definition file holds no"):
        scenario.text()


def test_a_connector_of_a_story_answers_no_more_than_a_file_can_say() -> None:
    scenario = Scenario(claim()).given(
        people=PEOPLE, connectors={"platform": [Outcome(ok=False, final=True)]}
    )
    with pytest.raises(TypeError, match="answers with ok, data and error alone"):
        scenario.text()


def test_a_workflow_may_be_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine_fakes import CLAIM

    monkeypatch.chdir(tmp_path)
    Path("claim.yaml").write_text(CLAIM, encoding="utf-8")
    scenario = Scenario("./claim.yaml").given(people={"wu": "operator"})
    scenario.when(at="2026-03-16 10:00", open={}, by="wu").then(states={"main": "received"}).check()
    assert scenario.story().documents[0].workflow.id == "claim"
