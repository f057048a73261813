"""The directory that is written down once: chart, duty, deputies (M11)."""

from __future__ import annotations

import pytest

from casewf.errors import BindingError, WorkingTimeError
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.model.staff import Absence, Duty, Organisation, Person, Shift
from casewf.model.text import Label
from casewf.testing.clock import at, instant_of
from casewf.testing.contracts.directory import DirectoryContract, Facts

LI = Person("li", "李薇", frozenset({"handler", "reviewer"}))
LUO = Person("luo", "罗娟", frozenset({"handler"}))
WU = Person("wu", "吴敏", frozenset({"operator"}))
CHART = {"city": None, "north": "city", "street": "north", "south": "city"}
NOON = instant_of(at("2026-02-12 12:00"))
TODAY = Absence(instant_of(at("2026-02-12 00:00")), instant_of(at("2026-02-13 00:00")))


class TestStaticDirectory(DirectoryContract):
    """It keeps the contract of the port."""

    def make_directory(self, facts: Facts) -> StaticDirectory:
        return StaticDirectory(
            facts.under,
            facts.members,
            deputies=facts.deputies,
            away=facts.away,
            duty=facts.duty,
        )


def told(directory: StaticDirectory, text: str = "2026-02-12 12:00", org: str = "north") -> list[str]:
    return [one.id for one in directory.people("handler", org, instant_of(at(text)))]


def test_an_organisation_may_say_its_level_and_title() -> None:
    north = Organisation(under="city", level="district", title=Label("城北", "North"))
    directory = StaticDirectory({"city": None, "north": north})
    assert (directory.organisations["north"], directory.lineage("north")) == (north, ("north", "city"))
    assert directory.organisations["city"] == Organisation()


def test_an_organisation_below_itself_is_refused() -> None:
    with pytest.raises(BindingError, match="'a' lies below itself: a under b under a"):
        StaticDirectory({"a": "b", "b": "a"})


def test_everything_that_is_wrong_with_the_chart_is_told_at_once() -> None:
    with pytest.raises(BindingError) as caught:
        StaticDirectory({"a": "b", "d": None}, {"c": [LI], "d": [LI]})
    assert [problem.split("'")[1] for problem in caught.value.problems] == ["b", "c", "li"]
    assert "a person belongs to one organisation" in caught.value.problems[2]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"deputies": {"li": ["lou"]}}, "'lou' is named, but is not in the directory"),
        ({"away": {"lo": [TODAY]}}, "'lo' is named, but is not in the directory"),
        ({"deputies": {"li": ["li"]}}, "'li' is named as his own deputy"),
        ({"deputies": {"wu": ["li"]}}, "'north' is neither his organisation 'city' nor above it"),
        ({"deputies": {"li": ["chen"]}}, "'south' is neither his organisation 'north' nor above it"),
        ({"away": {"li": [TODAY, Absence(NOON, NOON + 1)]}}, "two absences of 'li' overlap"),
        (
            {"duty": [Duty(role="handler", org="north", zone="UTC", shifts=())] * 2},
            "there are 2 rosters for the role 'handler' in 'north'",
        ),
        (
            {
                "duty": [
                    Duty(
                        role="handler",
                        org="north",
                        zone="UTC",
                        shifts=[Shift(hours=[("00:00", "24:00")], people=["wu"])],
                    )
                ]
            },
            "'wu' is on duty as 'handler' in 'north', but has not that role there",
        ),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, object], said: str) -> None:
    people = {"north": [LI, LUO], "city": [WU], "south": [Person("chen")]}
    with pytest.raises(BindingError) as caught:
        StaticDirectory(CHART, people, **options)  # type: ignore[arg-type]
    [problem] = caught.value.problems
    assert said in problem


def test_a_circle_further_on_ends_with_nobody() -> None:
    """Li's deputy is Luo, and Luo and Mo are one another's."""
    people = {"north": [LI, LUO, Person("mo")]}
    away = {name: [TODAY] for name in ("li", "luo", "mo")}
    circle = {"li": ["luo"], "luo": ["mo"], "mo": ["luo"]}
    directory = StaticDirectory(CHART, people, deputies=circle, away=away)
    assert told(directory) == ["li", "luo"]


def test_absences_that_meet_do_not_overlap() -> None:
    away = {"li": [Absence(NOON, TODAY.end), Absence(TODAY.begin, NOON)]}
    directory = StaticDirectory(CHART, {"north": [LI, LUO]}, away=away)
    assert told(directory, "2026-02-12 11:59") == told(directory, "2026-02-12 12:00") == ["luo"]
    assert told(directory, "2026-02-13 00:00") == ["li", "luo"]


def test_an_absence_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="an absence ends after it begins, got 5 to 5"):
        Absence(5, 5)


def test_a_list_of_roles_is_refused_as_such() -> None:
    """A text would answer for every role that is a part of it."""
    for wrong in (["handler"], "handler", frozenset({1})):
        with pytest.raises(TypeError, match="roles must be a set of names"):
            Person("li", "李薇", wrong)  # type: ignore[arg-type]


def test_a_person_for_whom_somebody_stands_in_keeps_his_organisation() -> None:
    """A city clerk gets the role of a street only in the street (M11)."""
    directory = StaticDirectory(
        CHART, {"street": [LUO], "city": [WU]}, deputies={"luo": ["wu"]}, away={"luo": [TODAY]}
    )
    luo = Actor("luo", LUO.roles, "street", ("street", "north", "city"))
    assert directory.actor("wu", NOON) == Actor("wu", WU.roles, "city", ("city",), deputy_for=(luo,))
    assert directory.actor("wu", TODAY.end) == Actor("wu", WU.roles, "city", ("city",))


# Rosters


def roster(**shift: object) -> Duty:
    return Duty(
        role="handler",
        org="north",
        zone="Asia/Shanghai",
        shifts=[Shift(**shift)],  # type: ignore[arg-type]
    )


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    """T6."""
    night = roster(days=["fri"], hours=[("20:00", "08:00")], people=["luo"])
    on = {text: night.on(instant_of(at(text))) for text in (
        "2026-02-13 19:59", "2026-02-13 20:00", "2026-02-14 07:59", "2026-02-14 08:00", "2026-02-13 07:00",
    )}  # fmt: skip
    assert list(on.values()) == [(), ("luo",), ("luo",), (), ()]


def test_a_night_of_sunday_reaches_into_monday() -> None:
    night = roster(days=["sun"], hours=[("22:00", "06:00")], people=["luo"])
    assert night.on(instant_of(at("2026-02-16 05:59"))) == ("luo",)


def test_a_roster_goes_by_the_clock_on_the_wall() -> None:
    """The hour that Berlin strikes twice on 25 October 2026 belongs to the shift both times."""
    shift = Shift(hours=[("02:00", "03:00")], people=["li"])
    berlin = Duty(role="handler", org="north", zone="Europe/Berlin", shifts=[shift])
    first = instant_of(at("2026-10-25 08:00"))  # 02:00 in summer time
    hour = 3_600_000_000
    assert [berlin.on(first + n * hour) for n in (-1, 0, 1, 2)] == [(), ("li",), ("li",), ()]


def test_shifts_that_overlap_name_each_person_once_in_their_order() -> None:
    day, all_day = (
        Shift(hours=[("08:00", "18:00")], people=["b", "a"]),
        Shift(hours=[("00:00", "24:00")], people=["a", "c"]),
    )
    both = Duty(role="handler", org="north", zone="Asia/Shanghai", shifts=[day, all_day])
    assert both.on(NOON) == ("b", "a", "c")


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        ({"days": ["mo"], "hours": [("08:00", "09:00")], "people": ["li"]}, r"got \['mo'\]"),
        ({"days": "mon", "hours": [("08:00", "09:00")], "people": ["li"]}, "got 'mon'"),
        ({"days": [], "hours": [("08:00", "09:00")], "people": ["li"]}, r"got \[\]"),
        ({"hours": [("8:00", "09:00")], "people": ["li"]}, "'8:00' is no time of day"),
    ],
)
def test_a_shift_that_cannot_be_read_is_refused(shift: dict[str, object], said: str) -> None:
    with pytest.raises(WorkingTimeError, match=said):
        Shift(**shift)  # type: ignore[arg-type]


def test_one_text_is_no_list_of_people() -> None:
    with pytest.raises(TypeError, match=r"such as \['li'\]"):
        Shift(hours=[("08:00", "09:00")], people="li")  # type: ignore[arg-type]


def test_a_roster_needs_a_zone() -> None:
    with pytest.raises(WorkingTimeError, match="did you mean 'Asia/Shanghai'"):
        Duty(role="handler", org="north", zone="Asia/Shanghia", shifts=())
