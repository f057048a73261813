"""What a profile's reader finds before a run that would only show refusals, or break off."""

from __future__ import annotations

import attrs
import pytest

from casewf.definition import parse_workflow
from casewf.errors import DefinitionError, SimulationError
from casewf.model.workflow import Workflow
from casewf.simulation import Simulation, parse_profile
from casewf.worktime import WorkCalendar
from simulated import DESK, PROFILE, SERVE, profile, ran

OPENING = "opening: {by: clerk, needs: [matter, urgent]}\n"
WRITTEN = PROFILE.format(days=3, clerks=2, people=20, flow=SERVE, clerk_hours="")
MATTER = ("by: clerks, org: hall", "by: clerks, org: hall, data: {matter: tax}")


def found(*changes: tuple[str, str], workflow: Workflow | None = None) -> list[str]:
    written = WRITTEN
    for old, new in changes:
        assert old in written
        written = written.replace(old, new)
    try:
        parse_profile(written, workflow=workflow or parse_workflow(DESK))
    except DefinitionError as error:
        return [finding.message for finding in error.findings]
    return []


def test_a_case_needs_what_its_opening_needs() -> None:
    workflow = parse_workflow(DESK + OPENING)
    assert found(workflow=workflow) == ["a case is opened with 'matter', and the data lacks it"]
    assert found(MATTER, workflow=workflow) == []


def test_a_case_is_opened_by_a_group_that_may() -> None:
    workflow = parse_workflow(DESK + OPENING)
    heads = ("by: clerks, org: hall", "by: heads, org: hall, data: {matter: tax}")
    assert found(heads, workflow=workflow) == ["nobody of 'heads' may open a case"]


def test_some_day_of_the_week_has_cases() -> None:
    week = "weekdays: {mon: 0, tue: 0, wed: 0, thu: 0, fri: 0, sat: 0, sun: %s}"
    org = "by: clerks, org: hall"
    assert found((org, f"{org}, {week % '0'}")) == ["no day of the week has a weight above 0"]
    assert found((org, f"{org}, {week % '0.5'}")) == []


@pytest.mark.parametrize(
    ("number", "halls", "people", "said"),
    [
        (3, 1, 4, ["4 people on duty, and an organisation has 3 of them at the most"]),
        (3, 1, 3, []),
        (5, 3, 4, ["4 people on duty, and an organisation has 3 of them at the most"]),
        (5, 3, 3, []),
    ],
)
def test_a_shift_has_no_more_people_than_there_are(
    number: int, halls: int, people: int, said: list[str]
) -> None:
    group = f', number: {number}, shifts: [{{hours: "08:00-16:00", people: {people}}}]}}'
    assert found((", number: 2}", group), ("{en: Hall}", f"{{en: Hall, number: {halls}}}")) == said


def test_a_run_ends_while_its_calendars_know_the_days() -> None:
    (message,) = found(("2024-01-01", "2031-01-01"))
    assert message.startswith("the run ends on 2031-01-13, and the calendar 'cn-office' knows days until 20")
    assert found(("2024-01-01", "2026-12-16")) == []
    assert len(found(("2024-01-01", "2026-12-17"))) == 1


def test_a_calendar_that_nobody_goes_by_ends_when_it_likes() -> None:
    of = profile(days=1, people=5)
    document = {**of.calendars["cn-office"].to_document(), "id": "old", "announced_through": "2020-12-31"}
    old = WorkCalendar.from_document(document)
    simulation = ran(attrs.evolve(of, calendars={**of.calendars, "old": old}))
    assert simulation.opened == 5


@pytest.mark.parametrize("zone", ["Asia/Beijing", "Beijing", "Chungking", "China"])
def test_the_zone_of_china_is_named_after_shanghai(zone: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_profile(WRITTEN.replace("Asia/Shanghai", zone), workflow=parse_workflow(DESK))
    (finding,) = caught.value.findings
    assert "did you mean 'Asia/Shanghai'?" in finding.help  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("bursts", "said"),
    [
        ("{every: 2 days, size: 1000000000, within: 1 hour}", ["the size of a burst lies from 1 to 100,000"]),
        ("{every: 2 days, size: 0.2, within: 1 hour}", ["the size of a burst lies from 1 to 100,000"]),
        ("{every: 1 seconds, size: 3, within: 1 hour}", ["bursts begin a minute apart at least"]),
        (
            "{every: {uniform: [1 seconds, 9 days]}, size: 3, within: 1 hour}",
            ["bursts begin a minute apart at least"],
        ),
        ("{every: 1 minutes, size: {uniform: [1, 100000]}, within: 1 hour}", []),
    ],
)
def test_bursts_are_no_tighter_and_no_larger_than_can_be_drawn(bursts: str, said: list[str]) -> None:
    org = "by: clerks, org: hall"
    assert found((org, f"{org}, bursts: {bursts}")) == said


def test_numbers_are_of_what_there_is_and_no_more_than_a_machine_holds() -> None:
    assert found(("number: 20", "number: 1000000")) == []
    (said,) = found(("number: 20", "number: 1000001"))
    assert "1000001" in said.replace(",", "")
    of = parse_profile(WRITTEN, workflow=parse_workflow(DESK))
    with pytest.raises(SimulationError, match="1,000,001 cases; 1,000,000 at most"):
        Simulation(of, numbers={"people": 1_000_001})
    with pytest.raises(SimulationError, match="100,001 people; 100,000 at most"):
        Simulation(of, numbers={"clerks": 100_001})
    with pytest.raises(
        SimulationError, match=r"no group or stream clerk; there are .*; did you mean clerks\?"
    ):
        Simulation(of, numbers={"clerk": 1})
    with pytest.raises(SimulationError, match="1,000,000 at most"):
        Simulation(attrs.evolve(of, arrivals=(attrs.evolve(of.arrivals[0], number=10_000),)).for_days(600))


@pytest.mark.parametrize("first", ["9999-12-31", "9990-01-01", "3000-01-01", "1969-12-31", "0001-01-01"])
def test_a_run_begins_on_a_day_that_dates_and_calendars_reach(first: str) -> None:
    (said,) = found(("from: 2024-01-01", f"from: {first}"))
    assert said == f"from lies in the years 1970 to 2999, found {first}"
