"""Rosters and deputies: somebody is always told, nobody twice, the absent last, and who is told may act."""

from __future__ import annotations

from hypothesis import event, given
from hypothesis import strategies as st

from casewf.testing.strategies.people import CHART, START, Staff, staffs

WEEK = 168 * 3_600_000_000
asked = st.tuples(
    staffs(["handler", "reviewer"]),
    st.sampled_from(list(CHART)),
    st.integers(0, WEEK).map(lambda n: START + n),
)


@given(asked)
def test_somebody_is_told_if_anybody_has_the_role_and_nobody_twice(
    example: tuple[Staff, str, int],
) -> None:
    staff, org, at = example
    directory, members = staff.directory, staff.members
    told = [one.id for one in directory.people("handler", org, at)]
    assert bool(told) == any("handler" in one.roles for one in members[org])
    assert len(told) == len(set(told))


@given(asked)
def test_who_is_away_is_told_only_if_nobody_else_can_be(
    example: tuple[Staff, str, int],
) -> None:
    staff, org, at = example
    directory, members, away = staff.directory, staff.members, staff.away
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
    example: tuple[Staff, str, int],
) -> None:
    staff, org, at = example
    directory, away = staff.directory, staff.away
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
    example: tuple[Staff, str, int],
) -> None:
    """So that one person is told, and no two decide for him."""
    staff, _, at = example
    directory, members = staff.directory, staff.members
    actors = [directory.actor(one.id, at) for each in members.values() for one in each]
    absent = [one for actor in actors if actor for one in actor.deputy_for]
    assert len({one.id for one in absent}) == len(absent)
    for one in absent:
        [stands_in] = [actor for actor in actors if actor and one in actor.deputy_for]
        assert stands_in.org in one.lineage
