"""Rosters and deputies: somebody is always told, nobody twice, the absent last, and who is told may act."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import event, given
from hypothesis import strategies as st

from casewf.model.directory import StaticDirectory
from casewf.model.hours import WEEKDAYS
from casewf.model.staff import Absence, Duty, Person, Shift

CHART = {"city": None, "north": "city", "street": "north"}
LINES = {"city": ("city",), "north": ("north", "city"), "street": ("street", "north", "city")}
HOUR = 3_600_000_000
WEEK = 168 * HOUR
START = 1_770_652_800_000_000
"""Tuesday 10 February 2026, midnight in Shanghai."""


@st.composite
def directories(
    draw: st.DrawFn,
) -> tuple[StaticDirectory, Mapping[str, list[Person]], Mapping[str, list[Absence]]]:
    names = [f"p{number}" for number in range(draw(st.integers(1, 7)))]
    org_of = {name: draw(st.sampled_from(list(CHART))) for name in names}
    members: dict[str, list[Person]] = {org: [] for org in CHART}
    for name in names:
        roles = draw(st.frozensets(st.sampled_from(["handler", "reviewer"])))
        members[org_of[name]].append(Person(name, roles=roles))
    deputies: dict[str, list[str]] = {}
    away: dict[str, list[Absence]] = {}
    for name in names:
        may = [other for other in names if other != name and org_of[other] in LINES[org_of[name]]]
        if may:
            deputies[name] = draw(st.lists(st.sampled_from(may), max_size=3, unique=True))
        if draw(st.booleans()):
            begin = START + draw(st.integers(0, 100)) * HOUR
            away[name] = [Absence(begin, begin + draw(st.integers(1, 100)) * HOUR)]
    duty = []
    for org in draw(st.lists(st.sampled_from(list(CHART)), unique=True)):
        handlers = [one.id for one in members[org] if "handler" in one.roles]
        if handlers:
            duty.append(Duty(role="handler", org=org, zone="Asia/Shanghai", shifts=draw(_shifts(handlers))))
    return StaticDirectory(CHART, members, deputies=deputies, away=away, duty=duty), members, away


def _shifts(people: list[str]) -> st.SearchStrategy[list[Shift]]:
    clock = st.sampled_from([f"{hour:02}:00" for hour in range(24)])
    hours = st.tuples(clock, clock).filter(lambda pair: pair[0] != pair[1])
    shift = st.builds(
        lambda days, span, who: Shift(days=days, hours=[span], people=who),
        st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True),
        hours,
        st.lists(st.sampled_from(people), min_size=1, unique=True),
    )
    return st.lists(shift, min_size=1, max_size=3)


asked = st.tuples(directories(), st.sampled_from(list(CHART)), st.integers(0, WEEK).map(lambda n: START + n))


@given(asked)
def test_somebody_is_told_if_anybody_has_the_role_and_nobody_twice(
    example: tuple[tuple[StaticDirectory, Mapping[str, list[Person]], object], str, int],
) -> None:
    (directory, members, _), org, at = example
    told = [one.id for one in directory.people("handler", org, at)]
    assert bool(told) == any("handler" in one.roles for one in members[org])
    assert len(told) == len(set(told))


@given(asked)
def test_who_is_away_is_told_only_if_nobody_else_can_be(
    example: tuple[tuple[StaticDirectory, Mapping[str, list[Person]], Mapping[str, list[Absence]]], str, int],
) -> None:
    (directory, members, away), org, at = example
    there = {
        one.id: not any(absence.covers(at) for absence in away.get(one.id, ()))
        for each in members.values()
        for one in each
    }
    told = [one.id for one in directory.people("handler", org, at)]
    event("told although away" if told and not there[told[0]] else "told because there")
    assert len({there[name] for name in told}) <= 1
    if told and not there[told[0]]:
        have = [one.id for one in members[org] if "handler" in one.roles]
        assert not any(there[name] for name in have)
        everybody = [directory.actor(name, at) for name in there]
        assert not any(one.id in have for actor in everybody if actor for one in actor.deputy_for)


@given(asked)
def test_who_is_told_may_act_in_the_role_and_who_is_away_stands_in_for_nobody(
    example: tuple[tuple[StaticDirectory, Mapping[str, list[Person]], Mapping[str, list[Absence]]], str, int],
) -> None:
    (directory, _, away), org, at = example
    for person in directory.people("handler", org, at):
        actor = directory.actor(person.id, at)
        assert actor is not None
        assert any("handler" in one.roles and one.org == org for one in (actor, *actor.deputy_for))
    for name in away:
        if any(absence.covers(at) for absence in away[name]):
            actor = directory.actor(name, at)
            assert actor is not None
            assert actor.deputy_for == ()


@given(asked)
def test_each_who_is_away_has_one_deputy_at_the_most(
    example: tuple[tuple[StaticDirectory, Mapping[str, list[Person]], object], str, int],
) -> None:
    """So that one person is told, and no two decide for him."""
    (directory, members, _), _, at = example
    actors = [directory.actor(one.id, at) for each in members.values() for one in each]
    absent = [one for actor in actors if actor for one in actor.deputy_for]
    assert len({one.id for one in absent}) == len(absent)
    for one in absent:
        [stands_in] = [actor for actor in actors if actor and one in actor.deputy_for]
        assert stands_in.org in one.lineage
