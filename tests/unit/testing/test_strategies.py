"""What ``casewf.testing.strategies`` promises of what it gives."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from casewf.analysis.lint import lint
from casewf.core.fields import plain_value
from casewf.definition.load import load_calendar, load_workflow, parse_document, parse_workflow
from casewf.errors import DefinitionError
from casewf.model.case import Actor
from casewf.model.workflow import FIELD_KINDS, Field
from casewf.testing.flow import CaseFlow
from casewf.testing.story import play
from casewf.testing.story_file import parse_story
from casewf.testing.story_model import Story
from casewf.testing.story_places import references
from casewf.testing.story_writer import story_text
from casewf.testing.strategies import (
    actors,
    calendars,
    command_sequences,
    directories,
    nearly_valid_texts,
    values,
    workflow_texts,
    workflows,
)
from casewf.worktime import WorkCalendar, WorkingDays

FEW = settings(max_examples=25, deadline=None)
OFFICE = {"cn-office": load_calendar("cn-office")}
HOTLINE = load_workflow("hotline-12351")


@FEW
@given(text=workflow_texts())
def test_a_workflow_loads_and_lints_without_an_error(text: str) -> None:
    document = parse_document(text)
    assert [one for one in lint(document, OFFICE) if one.level == "error"] == []


@settings(FEW, max_examples=5)
@given(workflow=workflows(), data=st.data())
def test_a_generated_workflow_keeps_every_rule(workflow: object, data: st.DataObject) -> None:
    story = data.draw(command_sequences(workflow, most=8))  # type: ignore[arg-type]
    assert play(story).failures == ()


def test_nearly_valid_texts_are_right_and_wrong_in_many_ways() -> None:
    found: Counter[str] = Counter()

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(text=nearly_valid_texts())
    def look(text: str) -> None:
        try:
            parse_workflow(text)
            found["valid"] += 1
        except DefinitionError as error:
            found[error.findings[0].code] += 1

    look()
    assert len(found) >= 6
    assert 0 < found["valid"] < 60


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("kind", FIELD_KINDS)
def test_values_fit_their_field(kind: str, many: bool) -> None:
    bounded = {"minimum": 2, "maximum": 5} if kind in ("integer", "decimal") else {}
    field = Field(kind=kind, many=many, of=("a", "b", "c", "d") if kind == "choice" else (), **bounded)  # type: ignore[arg-type]

    @settings(max_examples=15, deadline=None)
    @given(value=values(field, people=["li", "wu", "yu"], organisations=["yz", "st", "cq"]))
    def fits(value: object) -> None:
        assert plain_value("it", field, value) is not None

    fits()


def test_values_come_to_their_bounds() -> None:
    field = Field(kind="integer", minimum=2, maximum=5)
    assert {find(values(field), lambda value, end=end: value == end) for end in (2, 5)} == {2, 5}


@FEW
@given(calendar=calendars(id="office", announced_through=dt.date(2027, 1, 1)))
def test_a_calendar_has_its_id_and_its_horizon(calendar: WorkCalendar) -> None:
    assert (calendar.id, calendar.announced_through) == ("office", dt.date(2027, 1, 1))
    start = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    assert calendar.due(start, WorkingDays(1), provisional=True) > start


@FEW
@given(actor=actors(HOTLINE))
def test_an_actor_has_roles_of_the_workflow(actor: Actor) -> None:
    assert actor.roles <= set(HOTLINE.roles)
    assert actor.lineage[0] == actor.org


def test_some_actors_stand_in_for_others() -> None:
    first = settings(FEW, max_examples=500, phases=[Phase.generate], database=None)
    assert find(actors(HOTLINE), lambda one: bool(one.deputy_for and one.deputy_for[0].roles), settings=first)
    assert find(directories(["handler"]), lambda one: len(one.members["street"]) > 1, settings=first)


@settings(FEW, max_examples=10)
@given(story=command_sequences(load_workflow("legal-supervision"), most=10))
def test_a_sequence_of_commands_is_a_story_that_plays(story: Story) -> None:
    text = story_text(story, references(Path(), story, workflows={}))
    assert play(parse_story(text)).failures == ()


def test_a_flow_of_generated_workflows_can_be_walked() -> None:
    """A ``Workflow`` object will do, too."""

    class Generated(CaseFlow):
        workflow = find(workflows(), lambda one: len(one.slas) == 2)
        cases = 1

    Generated.TestCase.settings = settings(
        Generated.TestCase.settings, max_examples=3, stateful_step_count=10
    )
    Generated.TestCase().runTest()
