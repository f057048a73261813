"""Who there is: directories with organisations, deputies, absences and rosters, and actors out of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import attrs
from hypothesis import strategies as st

from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.model.hours import WEEKDAYS
from casewf.model.staff import Absence, Duty, Person, Shift
from casewf.model.workflow import Workflow

__all__ = ["CHART", "START", "Staff", "actors", "directories", "staffs"]

CHART: Mapping[str, str | None] = {"city": None, "north": "city", "street": "north"}
"""The organisations of generated directories, each with the one above it."""

START = 1_770_652_800_000_000
"""Tuesday 10 February 2026, midnight in Shanghai: the first absence begins then at the earliest."""

_HOUR_US = 3_600_000_000
_ZONE = "Asia/Shanghai"


@attrs.frozen(slots=True, kw_only=True)
class Staff:
    """A directory, and what it was made of: the people by organisation, and who is away when."""

    directory: StaticDirectory
    members: Mapping[str, list[Person]]
    away: Mapping[str, list[Absence]]


@st.composite
def staffs(draw: st.DrawFn, roles: Collection[str]) -> Staff:
    """One to seven people in the organisations of ``CHART``, each with some of these roles.

    Some are away for hours or days after ``START``, have deputies in their organisation or above it, and are on a
    roster.
    """
    names = [f"p{number}" for number in range(draw(st.integers(1, 7)))]
    org_of = {name: draw(st.sampled_from(list(CHART))) for name in names}
    members: dict[str, list[Person]] = {org: [] for org in CHART}
    for name in names:
        own = draw(st.frozensets(st.sampled_from(sorted(roles)))) if roles else frozenset[str]()
        members[org_of[name]].append(Person(name, roles=own))
    deputies: dict[str, list[str]] = {}
    away: dict[str, list[Absence]] = {}
    for name in names:
        may = [other for other in names if other != name and org_of[other] in _upwards(org_of[name])]
        if may:
            deputies[name] = draw(st.lists(st.sampled_from(may), max_size=3, unique=True))
        if draw(st.booleans()):
            begin = START + draw(st.integers(0, 100)) * _HOUR_US
            away[name] = [Absence(begin, begin + draw(st.integers(1, 100)) * _HOUR_US)]
    duty = draw(_rosters(members, sorted(roles)[:1]))
    directory = StaticDirectory(CHART, members, deputies=deputies, away=away, duty=duty)
    return Staff(directory=directory, members=members, away=away)


def directories(roles: Collection[str]) -> st.SearchStrategy[StaticDirectory]:
    """Directories of people with some of these roles; see ``staffs``."""
    return staffs(roles).map(lambda staff: staff.directory)


@st.composite
def actors(draw: st.DrawFn, workflow: Workflow) -> Actor:
    """Somebody of a generated directory with roles of a workflow, as he may act at some instant.

    He has an organisation with those above it, and in ``deputy_for`` those for whom he stands in then.
    """
    staff = draw(staffs(tuple(workflow.roles)))
    names = [person.id for members in staff.members.values() for person in members]
    at = START + draw(st.integers(0, 200)) * _HOUR_US
    found = staff.directory.actor(draw(st.sampled_from(names)), at)
    if found is None:
        raise LookupError("a directory knows its own people")
    return found


@st.composite
def _rosters(
    draw: st.DrawFn, members: Mapping[str, Collection[Person]], roles: Collection[str]
) -> list[Duty]:
    duty: list[Duty] = []
    for role in roles:
        for org in draw(st.lists(st.sampled_from(list(CHART)), unique=True)):
            able = [one.id for one in members[org] if role in one.roles]
            if able:
                duty.append(Duty(role=role, org=org, zone=_ZONE, shifts=draw(_shifts(able))))
    return duty


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


def _upwards(org: str) -> tuple[str, ...]:
    above = CHART[org]
    return (org,) if above is None else (org, *_upwards(above))
