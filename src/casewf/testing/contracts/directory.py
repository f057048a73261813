"""The contract of the directory port, to run against any directory.

::

    class TestMyDirectory(DirectoryContract):
        def make_directory(self, facts):
            ldap = FakeLdap()
            ldap.fill(facts.under, facts.members, facts.deputies, facts.away, facts.duty)
            return MyDirectory(ldap)

A directory whose source has no absences, or no roster, overrides the tests of these with ``None`` and says so in its
documentation; nothing in the engine needs them.
"""

# ruff: noqa: S101, D102  # asserting is what a contract suite does; a test's name is its sentence

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import attrs
import pytest

from casewf.model.case import Actor
from casewf.model.staff import Absence, Duty, Person, Shift
from casewf.ports.outside import Directory

__all__ = ["FACTS", "DirectoryContract", "Facts"]

_ZONE = "Asia/Shanghai"


@attrs.frozen(slots=True, kw_only=True)
class Facts:
    """What the directory under test is to hold.

    Attributes:
        under: every organisation with the one directly above it.
        members: the people of each, in the order in which they are told things.
        deputies: who stands in for whom, the first choice first.
        away: when people are away.
        duty: the rosters.
    """

    under: Mapping[str, str | None]
    members: Mapping[str, Sequence[Person]]
    deputies: Mapping[str, Sequence[str]]
    away: Mapping[str, Sequence[Absence]]
    duty: Sequence[Duty]


def _at(text: str) -> int:
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(_ZONE))
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def _person(name: str, *roles: str) -> Person:
    return Person(name, name.title(), frozenset(roles))


def _february(first: int, last: int) -> Absence:
    """Whole days of February 2026, both included."""
    return Absence(_at(f"2026-02-{first:02}"), _at(f"2026-02-{last + 1:02}"))


FACTS = Facts(
    under={"city": None, "north": "city", "street": "north", "south": "city", "empty": "city"},
    members={
        "city": [
            _person("anna", "operator"), _person("ben", "operator"), _person("carl", "operator"),
            _person("dora", "chair"), _person("emil"),
        ],
        "north": [_person("fred", "handler"), _person("gina", "handler", "reviewer"), _person("hugo")],
        "street": [_person("ida", "handler")],
        "south": [_person("jan", "handler"), _person("kim", "handler")],
    },
    deputies={
        "ben": ["carl"],
        "fred": ["gina", "hugo"],
        "gina": ["hugo", "emil"],
        "ida": ["fred"],
        "jan": ["kim"],
        "kim": ["jan"],
    },
    away={
        "ben": [_february(16, 16)],
        "anna": [_february(18, 18)],
        "dora": [_february(2, 8)],
        "fred": [_february(2, 8), _february(16, 18)],
        "gina": [_february(4, 8)],
        "hugo": [_february(6, 8)],
        "ida": [_february(2, 4)],
        "jan": [_february(2, 8)],
        "kim": [_february(4, 8)],
    },
    duty=[
        Duty(
            role="operator",
            org="city",
            zone=_ZONE,
            shifts=[
                Shift(days=["mon", "tue", "wed"], hours=[("08:00", "20:00")], people=["ben", "anna"]),
                Shift(days=["wed"], hours=[("20:00", "08:00")], people=["anna"]),
            ],
        )
    ],
)  # fmt: skip
"""Everything that the suite asks about; 2 February 2026 is a Monday."""


class DirectoryContract:
    """What every directory does. Override ``make_directory``."""

    def make_directory(self, facts: Facts) -> Directory:
        """A directory that holds the facts."""
        raise NotImplementedError("the contract test of a directory overrides make_directory(self, facts)")

    @pytest.fixture
    def directory(self) -> Directory:
        return self.make_directory(FACTS)

    # The chart

    def test_a_lineage_goes_from_the_organisation_to_the_top(self, directory: Directory) -> None:
        assert tuple(directory.lineage("street")) == ("street", "north", "city")
        assert tuple(directory.lineage("city")) == ("city",)

    def test_an_organisation_that_is_not_in_the_chart_stands_alone(self, directory: Directory) -> None:
        assert tuple(directory.lineage("elsewhere")) == ()

    # Who is told

    def test_people_are_found_by_role_in_the_organisation_itself(self, directory: Directory) -> None:
        assert _told(directory, "handler", "north", "2026-01-15 12:00") == ["fred", "gina"]
        assert _told(directory, "reviewer", "north", "2026-01-15 12:00") == ["gina"]
        assert _told(directory, "handler", "city", "2026-01-15 12:00") == []
        assert _told(directory, "handler", "empty", "2026-01-15 12:00") == []
        assert _told(directory, "handler", "elsewhere", "2026-01-15 12:00") == []

    def test_a_person_comes_with_his_name_and_his_own_roles(self, directory: Directory) -> None:
        [person] = directory.people("handler", "street", _at("2026-02-02 12:00"))
        assert (person.id, set(person.roles)) == ("gina", {"handler", "reviewer"})

    @pytest.mark.parametrize(
        ("time", "people"),
        [
            ("2026-02-23 07:59", ["anna", "ben", "carl"]),
            ("2026-02-23 08:00", ["ben", "anna"]),
            ("2026-02-23 20:00", ["anna", "ben", "carl"]),
            ("2026-02-25 20:00", ["anna"]),
            ("2026-02-26 07:59:59.999999", ["anna"]),
            ("2026-02-26 08:00", ["anna", "ben", "carl"]),
        ],
    )
    def test_those_on_duty_are_told_and_everybody_while_nobody_is(
        self, directory: Directory, time: str, people: list[str]
    ) -> None:
        assert _told(directory, "operator", "city", time) == people

    def test_a_deputy_takes_a_shift_of_somebody_who_is_away(self, directory: Directory) -> None:
        assert _told(directory, "operator", "city", "2026-02-16 12:00") == ["carl", "anna"]

    def test_if_nobody_on_duty_is_there_all_who_have_the_role_are_told(self, directory: Directory) -> None:
        assert _told(directory, "operator", "city", "2026-02-18 21:00") == ["ben", "carl"]

    @pytest.mark.parametrize(
        ("time", "people"),
        [
            ("2026-02-01 23:59:59.999999", ["fred", "gina"]),
            ("2026-02-02 00:00", ["gina"]),
            ("2026-02-04 12:00", ["hugo"]),
            ("2026-02-06 12:00", ["emil"]),
            ("2026-02-09 00:00", ["fred", "gina"]),
        ],
    )
    def test_the_nearest_deputy_who_is_there_is_told_once(
        self, directory: Directory, time: str, people: list[str]
    ) -> None:
        assert _told(directory, "handler", "north", time) == people

    def test_who_has_no_deputy_is_told_himself_rather_than_nobody(self, directory: Directory) -> None:
        assert _told(directory, "chair", "city", "2026-02-03 12:00") == ["dora"]

    def test_deputies_in_a_circle_end_with_those_who_have_the_role(self, directory: Directory) -> None:
        assert _told(directory, "handler", "south", "2026-02-03 12:00") == ["kim"]
        assert _told(directory, "handler", "south", "2026-02-05 12:00") == ["jan", "kim"]

    @pytest.mark.parametrize(
        ("name", "time", "told"),
        [
            ("hugo", "2026-01-15 12:00", "hugo"),
            ("fred", "2026-02-01 23:59:59.999999", "fred"),
            ("fred", "2026-02-02 00:00", "gina"),
            ("fred", "2026-02-04 12:00", "hugo"),
            ("fred", "2026-02-06 12:00", "emil"),
            ("ida", "2026-02-03 12:00", "gina"),
            ("dora", "2026-02-03 12:00", "dora"),
            ("jan", "2026-02-05 12:00", "jan"),
        ],
    )
    def test_for_a_person_his_nearest_deputy_who_is_there_is_told_and_without_one_he_himself(
        self, directory: Directory, name: str, time: str, told: str
    ) -> None:
        found = directory.answers_for(name, _at(time))
        assert found is not None
        assert found.id == told

    def test_nobody_answers_for_an_unknown_id(self, directory: Directory) -> None:
        assert directory.answers_for("zoe", _at("2026-02-02 12:00")) is None

    # Who may act

    def test_a_person_acts_in_his_own_roles_and_organisation(self, directory: Directory) -> None:
        actor = _actor(directory, "gina", "2026-01-15 12:00")
        assert (actor.id, set(actor.roles), actor.org) == ("gina", {"handler", "reviewer"}, "north")
        assert (tuple(actor.lineage), actor.deputy_for) == (("north", "city"), ())

    def test_nobody_of_an_unknown_id_acts(self, directory: Directory) -> None:
        assert directory.actor("zoe", _at("2026-02-02 12:00")) is None

    @pytest.mark.parametrize(
        ("name", "time", "absent"),
        [
            ("gina", "2026-02-01 23:59", []),
            ("gina", "2026-02-02 00:00", ["fred", "ida"]),
            ("gina", "2026-02-05 12:00", []),
            ("hugo", "2026-02-04 12:00", ["fred", "gina", "ida"]),
            ("emil", "2026-02-07 12:00", ["fred", "gina"]),
            ("emil", "2026-02-09 00:00", []),
            ("fred", "2026-02-03 12:00", []),
            ("kim", "2026-02-05 12:00", []),
        ],
    )
    def test_a_deputy_stands_in_for_all_whose_nearest_he_is(
        self, directory: Directory, name: str, time: str, absent: list[str]
    ) -> None:
        actor = _actor(directory, name, time)
        assert sorted(one.id for one in actor.deputy_for) == absent

    def test_each_absent_person_keeps_his_own_roles_and_organisation(self, directory: Directory) -> None:
        lent = {one.id: one for one in _actor(directory, "gina", "2026-02-02 12:00").deputy_for}
        ida = lent["ida"]
        assert (set(ida.roles), ida.org, tuple(ida.lineage)) == (
            {"handler"},
            "street",
            ("street", "north", "city"),
        )
        assert (lent["fred"].org, ida.deputy_for) == ("north", ())

    def test_whoever_is_away_may_still_act_himself(self, directory: Directory) -> None:
        assert _actor(directory, "fred", "2026-02-03 12:00").roles == {"handler"}


def _told(directory: Directory, role: str, org: str, time: str) -> list[str]:
    return [person.id for person in directory.people(role, org, _at(time))]


def _actor(directory: Directory, person: str, time: str) -> Actor:
    actor = directory.actor(person, _at(time))
    assert actor is not None
    return actor
