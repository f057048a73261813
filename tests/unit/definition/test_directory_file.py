"""Directory files, read whole: what the words of one mean."""

from __future__ import annotations

from pathlib import Path

import pytest

import casewf
from casewf.definition import load_directory, parse_directory
from casewf.errors import DefinitionError
from casewf.model.directory import StaticDirectory
from casewf.model.quiet_hours import QuietHours
from casewf.model.staff import Organisation
from casewf.model.text import Label
from casewf.testing.clock import at, instant_of

EXAMPLE = Path(__file__).parents[3] / "examples" / "unions.yaml"


@pytest.fixture
def unions() -> StaticDirectory:
    return load_directory(EXAMPLE)


def told(directory: StaticDirectory, role: str, org: str, text: str) -> list[str]:
    return [one.id for one in directory.people(role, org, instant_of(at(text)))]


def lent(directory: StaticDirectory, person: str, text: str) -> list[str]:
    actor = directory.actor(person, instant_of(at(text)))
    assert actor is not None
    return [one.id for one in actor.deputy_for]


def small(people: str, *, zone: str = "Asia/Shanghai", more: str = "") -> StaticDirectory:
    head = f"casewf-directory: 1\nzone: {zone}\norganisations: {{city: {{en: City}}}}\n"
    return parse_directory(f"{head}people:\n  {people}\n{more}")


def test_the_chart_has_its_levels_and_titles(unions: StaticDirectory) -> None:
    title = Label("桥头街道总工会", "Bridge street")
    assert unions.organisations["bridge"] == Organisation(under="north", level="street", title=title)
    assert unions.lineage("bridge") == ("bridge", "north", "jiangcheng")


def test_people_have_names_roles_and_quiet_hours(unions: StaticDirectory) -> None:
    zhao = unions.people("reviewer", "north", instant_of(at("2026-01-05 09:00")))[0]
    assert (zhao.id, zhao.name, zhao.roles) == ("zhao", "赵强", {"reviewer"})
    assert zhao.quiet == QuietHours.daily("22:00", "07:00", zone="Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("2026-02-09 23:59:59", ["li"]),
        ("2026-02-10 00:00", ["zhao"]),
        ("2026-02-16 23:59:59", ["zhao"]),
        ("2026-02-17 00:00", ["li"]),
        ("2026-03-03 13:29", ["li"]),
        ("2026-03-03 13:30", ["zhao"]),
        ("2026-03-03 18:00", ["li"]),
    ],
)
def test_days_of_an_absence_are_whole_and_times_to_the_minute(
    unions: StaticDirectory, text: str, people: list[str]
) -> None:
    assert told(unions, "handler", "north", text) == people


def test_absences_may_meet() -> None:
    away = "[{from: 2026-02-11, to: 2026-02-12 12:00}, {from: 2026-02-12 12:00, to: 2026-02-12}]"
    directory = small(f"li: {{roles: clerk, org: city, away: {away}}}\n  mo: {{roles: clerk, org: city}}")
    times = ("2026-02-12 11:59", "2026-02-12 12:00", "2026-02-13 00:00")
    assert [told(directory, "clerk", "city", text) for text in times] == [["mo"], ["mo"], ["li", "mo"]]


def test_days_are_those_of_the_zone_across_a_change_of_its_clocks() -> None:
    """29 March 2026 has 23 hours in Berlin."""
    berlin = small(
        "li: {roles: [clerk], org: city, deputies: [mo], away: {from: 2026-03-29, to: 2026-03-29}}\n  mo: {org: city}",
        zone="Europe/Berlin",
    )
    hour = 3_600_000_000
    begin = instant_of(at("2026-03-29 07:00"))  # midnight in Berlin
    found = [berlin.people("clerk", "city", begin + n)[0].id for n in (-1, 0, 23 * hour - 1, 23 * hour)]
    assert found == ["li", "mo", "mo", "li"]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("2026-02-12 08:00", ["wu"]),
        ("2026-02-12 19:59", ["wu"]),
        ("2026-02-12 20:00", ["he"]),
        ("2026-02-13 07:59", ["he"]),
        ("2026-02-14 12:00", ["he"]),
    ],
)
def test_a_roster_is_read_with_its_nights(unions: StaticDirectory, text: str, people: list[str]) -> None:
    assert told(unions, "operator", "jiangcheng", text) == people


@pytest.mark.parametrize(
    ("days", "on"),
    [
        ("mon-wed", "mon tue wed"),
        ("fri-mon", "mon fri sat sun"),
        ("sun", "sun"),
        ("[sat, mon - tue]", "mon tue sat"),
    ],
)
def test_days_may_be_stretches_that_go_over_sunday(days: str, on: str) -> None:
    shift = f"{{days: {days}, hours: '08:00-09:00', people: [li]}}"
    duty = f"duty: [{{role: clerk, org: city, shifts: [{shift}]}}]"
    directory = small("li: {roles: [clerk], org: city}\n  mo: {roles: [clerk], org: city}", more=duty)
    week = dict(zip(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], range(2, 9), strict=True))
    found = [
        day
        for day, date in week.items()
        if told(directory, "clerk", "city", f"2026-03-0{date} 08:30") == ["li"]
    ]
    assert found == on.split()


def test_the_nearest_deputy_stands_in_for_the_street_and_the_district(unions: StaticDirectory) -> None:
    assert lent(unions, "zhao", "2026-02-12 09:00") == ["li", "luo"]
    assert lent(unions, "zhao", "2026-02-18 09:00") == []
    assert lent(unions, "li", "2026-02-18 09:00") == ["luo"]


def test_a_person_may_have_no_role_and_be_a_deputy() -> None:
    directory = small("li: {roles: clerk, org: city, deputies: mo}\n  mo: {org: city}")
    assert told(directory, "clerk", "city", "2026-02-12 09:00") == ["li"]


def test_it_is_loaded_by_its_path_under_the_name_that_findings_give_it(tmp_path: Path) -> None:
    assert casewf.load_directory is load_directory
    file = tmp_path / "unions.yaml"
    with pytest.raises(DefinitionError, match=r"unions\.yaml:1:1: the file cannot be read.*CW101"):
        load_directory(file)
    file.write_text("casewf-directory: 2\nzone: UTC\norganisations: {}\npeople: {}\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="mine:1:1: format 2 is not known here"):
        load_directory(file, name="mine")


@pytest.mark.parametrize(
    "written", ["- a list\n", "hello\n", "{}\n", "casewf-directory: 1\n", "people: {li: }\n"]
)
def test_what_is_no_directory_is_told_in_findings(written: str) -> None:
    with pytest.raises(DefinitionError):
        parse_directory(written)


def test_an_unknown_organisation_of_a_person_is_one_finding() -> None:
    """Who is on duty there and who stands in for him is judged when that is mended."""
    duty = "duty: [{role: clerk, org: city, shifts: [{hours: '08:00-09:00', people: [li]}]}]"
    with pytest.raises(DefinitionError) as caught:
        small("li: {roles: [clerk], org: ctiy, deputies: [mo]}\n  mo: {org: city}", more=duty)
    assert [one.code for one in caught.value.findings] == ["CW303"]  # type: ignore[attr-defined]
