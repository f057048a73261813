"""The calendar file beside a workflow file, where ``casewf new --hours`` writes it, is found in tests, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from casewf.cli.main import main
from casewf.errors import BindingError
from casewf.testing import CaseFlow, Scenario, TestClock, TestHost, at, look
from casewf.testing.flow import WALKING
from casewf.testing.story_file import parse_story

MONDAY = at("2026-03-16 10:00")
SHORT = settings(WALKING, max_examples=1, stateful_step_count=2, database=None)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A workflow that goes by hours of its own."""
    assert main(["new", "--id", "mine", "--yes", "--hours", "09:00-17:00", "--dir", str(tmp_path)]) == 0
    return tmp_path / "mine.yaml"


def flow_of(path: Path) -> type[CaseFlow]:
    flow: type[CaseFlow] = type("Mine", (CaseFlow,), {"workflow": path})
    flow.TestCase.settings = SHORT
    return flow


def test_a_host_finds_it(mine: Path) -> None:
    people = {"wu": "operator @ city"}
    for given in (mine, str(mine)):
        host = TestHost(given, people=people, clock=TestClock(MONDAY))
        host.engine.open("mine", actor=host.actor("wu"), case_id="C-1", data={"summary": "欠薪"})
        assert look(host.engine, "C-1").id == "C-1"


def test_a_scenario_finds_it_and_writes_its_name(mine: Path) -> None:
    scenario = Scenario(mine).given(people={"wu": "operator @ city"})
    story = scenario.when(at="2026-03-16 10:00", open={"summary": "欠薪"}, by="wu").story()
    assert list(story.calendars) == ["mine-hours"]
    assert list(parse_story(scenario.text()).calendars) == ["mine-hours"]
    assert "calendars: [../desk/mine-hours.yaml]" in scenario.text(workflow="../desk/mine.yaml")


def test_a_flow_finds_it(mine: Path) -> None:
    flow = flow_of(mine)
    flow.TestCase("runTest").runTest()


def test_where_there_is_none_the_error_says_what_to_do(mine: Path) -> None:
    for path in mine.parent.glob("*hours*"):
        path.unlink()
    with pytest.raises(BindingError, match="calendars="):
        TestHost(mine, people={}, clock=TestClock(MONDAY))
    flow = flow_of(mine)
    with pytest.raises(
        BindingError, match=r"beside the workflow's, or name it with calendars = \['mine-hours.yaml'\]"
    ):
        flow.TestCase("runTest").runTest()
