"""A profile: what a simulation assumes about who calls, who works, how long it takes, and what they decide.

Times of day are those of the profile's zone; amounts are microseconds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TypeAlias

import attrs

from casewf.definition.findings import Finding
from casewf.model.amount import Amount
from casewf.model.expression import Expression
from casewf.model.hours import Hours
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.simulation.distributions import Distribution
from casewf.worktime import WorkCalendar

__all__ = [
    "MOST_CASES",
    "MOST_PEOPLE",
    "Arrivals",
    "Bursts",
    "Choice",
    "Connector",
    "Course",
    "Drawn",
    "Fixed",
    "InDays",
    "OrgLevel",
    "PlaceOf",
    "Profile",
    "SameAs",
    "ShiftPlan",
    "Staff",
    "Step",
    "Value",
    "Way",
    "Weighted",
]

MOST_CASES = 1_000_000
"""So many of one stream are simulated at the most; twenty times the calls of a year of Chongqing, all in memory."""
MOST_PEOPLE = 100_000
"""So many people has a group at the most."""


@attrs.frozen(slots=True)
class Weighted:
    """One of several values, each as likely as its weight says."""

    values: tuple[object, ...]
    weights: tuple[float, ...]


@attrs.frozen(slots=True)
class Drawn:
    """A number from a distribution, brought within the field's bounds; ``decimal`` for a field of decimals."""

    distribution: Distribution
    decimal: bool = False
    minimum: int | None = None
    maximum: int | None = None


@attrs.frozen(slots=True)
class InDays:
    """A date so many days after the day on which it is given."""

    distribution: Distribution


@attrs.frozen(slots=True)
class PlaceOf:
    """The unit of a level of organisations to which the case falls; ``many``: in a list of one."""

    level: str
    many: bool = False


@attrs.frozen(slots=True)
class SameAs:
    """What another field of the case holds."""

    field: str


@attrs.frozen(slots=True)
class Fixed:
    """Always the same value."""

    value: object


Value: TypeAlias = Fixed | Weighted | Drawn | InDays | PlaceOf | SameAs


@attrs.frozen(slots=True, kw_only=True)
class OrgLevel:
    """Organisations of one kind.

    Attributes:
        under: the level above it, or None.
        number: how many there are under each organisation of that level; None for a single one of this very name.
        weights: how likely a case falls to each of them; equally if empty.
    """

    name: str
    title: Label = Label()
    under: str | None = None
    number: int | None = None
    weights: tuple[float, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class ShiftPlan:
    """A shift: on these days of the week, for these hours, so many people of a group are on duty, taking turns."""

    days: tuple[str, ...]
    hours: Hours
    people: int


@attrs.frozen(slots=True, kw_only=True)
class Staff:
    """A group of people who do the same work.

    Attributes:
        level: the level of organisations they belong to; each of its units has people of its own.
        number: how many there are, in all units together; None for as many as it takes.
        calendar: the working calendar by which they work; None with ``shifts``, or for day and night.
        skills: how many of each unit can do what needs this skill.
    """

    name: str
    title: Label = Label()
    roles: frozenset[str]
    level: str
    number: int | None = None
    calendar: str | None = None
    shifts: tuple[ShiftPlan, ...] = ()
    skills: Mapping[str, int] = attrs.field(factory=dict)


@attrs.frozen(slots=True, kw_only=True)
class Bursts:
    """Calls about one matter that come together: how far apart, how many, and within what time."""

    every: Distribution
    size: Distribution
    within: int


@attrs.frozen(slots=True, kw_only=True)
class Arrivals:
    """A stream of new cases.

    Attributes:
        number: how many come in the whole period, those of bursts among them.
        hours: how likely each hour of the day is, from 00:00; equally if empty.
        weekdays: how likely each day of the week is, from Monday; equally if empty.
        rest_days: how likely a day off is, held against a working day of the same weekday.
        by: the group that opens them; level: the level of organisations they belong to, None for none.
        data: what they are opened with.
    """

    name: str
    title: Label = Label()
    number: int
    hours: tuple[float, ...] = ()
    weekdays: tuple[float, ...] = ()
    rest_days: float = 1.0
    bursts: Bursts | None = None
    by: str
    level: str | None = None
    data: Mapping[str, Value] = attrs.field(factory=dict)


@attrs.frozen(slots=True, kw_only=True)
class Step:
    """Something that somebody does with a case.

    Attributes:
        at: where it stands in the profile, which names its generators: ``flow.3.steps.1``.
        by: the group; one of them who is free does it.
        after: how long it waits before it is anybody's to do.
        takes: how long it keeps him busy; None for no time at all.
        begin, fire: the trigger that he fires when he begins, and when he is done.
        act, sla, amount: or what he then does to the clock of a limit (K7).
        data: what goes with ``fire``, or without that with ``begin``.
        chance: how likely it is done at all.
        when: it is done only where this is met; until: and not before this is met.
        skill: what he must be able to do.
        relocate: the case falls to other units from then on.
        gives_up: how long it waits for somebody at most; ``otherwise`` is done then, and the rest is not.
    """

    at: str
    by: str
    after: Distribution | None = None
    takes: Distribution | None = None
    begin: str | None = None
    fire: str | None = None
    act: str | None = None
    sla: str | None = None
    amount: Amount | None = None
    data: Mapping[str, Value] = attrs.field(factory=dict)
    chance: float = 1.0
    when: Expression | None = None
    until: Expression | None = None
    skill: str | None = None
    relocate: bool = False
    gives_up: Distribution | None = None
    otherwise: tuple[Step | Choice, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Way:
    """One of the ways of a choice: how likely it is, and where it is open at all."""

    share: float
    steps: tuple[Step | Choice, ...]
    when: Expression | None = None


@attrs.frozen(slots=True, kw_only=True)
class Choice:
    """One of several ways on; those whose ``when`` is not met are left out, and if none is left, nothing is done."""

    at: str
    ways: tuple[Way, ...]


@attrs.frozen(slots=True, kw_only=True)
class Course:
    """What happens once a case enters a state, or once a rung of a limit fires.

    Attributes:
        enter: ``track.state``; or warned: the SLA whose rung fired.
        after: the triggers with which it entered, any if empty.
        resume: it goes on with what was left undone when the case was last taken from that state.
        when: only where this is met.
    """

    at: str
    enter: str | None = None
    warned: str | None = None
    after: frozenset[str] = frozenset()
    resume: bool = False
    when: Expression | None = None
    steps: tuple[Step | Choice, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Connector:
    """How a connector answers: after how long, how often it fails, and what it brings back."""

    takes: Distribution | None = None
    fails: float = 0.0
    data: Mapping[str, Value] = attrs.field(factory=dict)


@attrs.frozen(slots=True, kw_only=True)
class Profile:
    """All of it, complete and checked.

    Attributes:
        begins, days: the first day on which cases arrive, and on how many they do.
        drain: how many days longer those that are open are worked on.
        first: the tasks of cases for which this is met are done before others.
        calendars: all that the workflow and the staff go by, by id.
        warnings: what can be simulated, and was hardly meant.
    """

    file: str
    title: Label = Label()
    workflow: Workflow
    zone: str
    begins: dt.date
    days: int
    drain: int = 60
    first: Expression | None = None
    calendars: Mapping[str, WorkCalendar]
    organisations: tuple[OrgLevel, ...]
    staff: Mapping[str, Staff]
    arrivals: tuple[Arrivals, ...]
    connectors: Mapping[str, Connector] = attrs.field(factory=dict)
    courses: tuple[Course, ...] = ()
    warnings: tuple[Finding, ...] = ()

    def for_days(self, days: int) -> Profile:
        """The same with cases arriving on so many days only, and as many fewer or more of them."""
        share = days / self.days
        arrivals = tuple(attrs.evolve(one, number=round(one.number * share)) for one in self.arrivals)
        return attrs.evolve(self, days=days, arrivals=arrivals)
