"""People at work: who is free, who waits for them, and for how long they are busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING

import attrs

from casewf.errors import SimulationError
from casewf.model.case import Actor
from casewf.simulation.agenda import in_turn
from casewf.simulation.duty import Duty, by_calendar, by_shifts, either
from casewf.simulation.organisations import Organisations
from casewf.simulation.profile import MOST_PEOPLE, Profile, Staff

if TYPE_CHECKING:
    from casewf.simulation.task import Task

__all__ = ["Group", "Person", "Pool", "groups_of"]


class Person:
    """Somebody.

    Attributes:
        duty: when he is on duty; None for day and night.
        busy: how much of his hours he has worked so far, in microseconds, while cases arrived.
    """

    __slots__ = ("actor", "busy", "duty", "pool", "skills")

    def __init__(self, actor: Actor, duty: Duty | None, skills: frozenset[str], pool: Pool) -> None:
        self.actor = actor
        self.duty = duty
        self.skills = skills
        self.pool = pool
        self.busy = 0

    def works(self, begin: int, end: int) -> None:
        """Note that he is busy from one instant to another; only what lies in his hours counts."""
        if end > begin:
            self.busy += end - begin if self.duty is None else self.duty.between(begin, end)


class Pool:
    """The people of a group in one unit, and the tasks that wait for them, the urgent ones first.

    Attributes:
        duty: when one of them at least is on duty; None for day and night.
        idle: who has nothing to do, on duty or not, the longest idle first.
        turn: the last turn that it has in the agenda.
        wake: when it will be looked at again whether somebody is on duty; None if nobody need look.
    """

    __slots__ = ("duty", "group", "idle", "people", "turn", "urgent", "waiting", "wake")

    def __init__(self, group: Group, number: int) -> None:
        self.turn = in_turn(number)
        self.group = group
        self.duty = group.duty
        self.people: list[Person] = []
        self.idle: deque[Person] = deque()
        self.urgent: deque[Task] = deque()
        self.waiting: deque[Task] = deque()
        self.wake: int | None = None

    def free(self, now: int, skill: str | None) -> Person | None:
        """Somebody who can begin at once; he is no longer idle."""
        idle = self.idle
        for number, person in enumerate(idle):
            if (skill is None or skill in person.skills) and (person.duty is None or person.duty.on(now)):
                del idle[number]
                return person
        return None

    def next_for(self, person: Person) -> Task | None:
        """The first task that he can do; it no longer waits."""
        for queue in (self.urgent, self.waiting):
            while queue and not queue[0].waits:
                queue.popleft()
            for number, task in enumerate(queue):
                if task.waits and (task.node.skill is None or task.node.skill in person.skills):
                    del queue[number]
                    return task
        return None

    def match(self, now: int) -> tuple[Task, Person] | None:
        """A task and who begins it now, the longest idle of those who can; neither waits any longer."""
        for number, person in enumerate(self.idle):
            if person.duty is not None and not person.duty.on(now):
                continue
            task = self.next_for(person)
            if task is not None:
                del self.idle[number]
                return task, person
            if not (self.urgent or self.waiting):
                return None
        return None

    def all_waiting(self) -> list[Task]:
        """The tasks that wait."""
        return [task for queue in (self.urgent, self.waiting) for task in queue if task.waits]

    def next_duty(self, now: int) -> int | None:
        """When one of the idle is on duty next, after now."""
        comings = (one.duty.next_on(now) for one in self.idle if one.duty is not None)
        return min((one for one in comings if one is not None and one > now), default=None)


@attrs.define(slots=True, kw_only=True)
class Group:
    """A group in all its units, and what was seen of it.

    Attributes:
        duty: the hours of one that has as many people as it takes, or goes by a calendar; None for day and night.
        level: the number of its level in a place.
        queued, begun: when each task that was begun came to them, and when somebody began it.
        gone: when each task came that was not waited for any longer, and when it was given up.
        dropped: when each task came that was no longer needed since its case left the state, and when it did.
        elsewhere: another process simulates them.
    """

    spec: Staff
    pools: dict[str, Pool]
    level: int
    duty: Duty | None
    queued: list[int] = attrs.field(factory=list)
    begun: list[int] = attrs.field(factory=list)
    gone: list[tuple[int, int]] = attrs.field(factory=list)
    dropped: list[tuple[int, int]] = attrs.field(factory=list)
    elsewhere: bool = False


def groups_of(
    profile: Profile, organisations: Organisations, begin: int, end: int, numbers: Mapping[str, int]
) -> dict[str, Group]:
    """The groups of a profile; ``numbers`` says how many people are in some of them, instead of what it says.

    Raises:
        SimulationError: a group has fewer people than units, or too many.
        HorizonError: a calendar does not know the whole time from ``begin`` to ``end``.
    """
    used = dict.fromkeys(one.calendar for one in profile.staff.values() if one.calendar is not None)
    calendars = {name: by_calendar(profile.calendars[name], begin, end) for name in used}
    found: dict[str, Group] = {}
    numbered = count()
    for spec in profile.staff.values():
        duty = None if spec.calendar is None else calendars[spec.calendar]
        group = Group(spec=spec, pools={}, level=organisations.number[spec.level], duty=duty)
        number = numbers.get(spec.name, spec.number)
        units = organisations.units[spec.level]
        if number is not None and number < len(units):
            raise SimulationError(
                f"{spec.name}：{number}人，分在{len(units)}个单位，每个单位至少要有1人",
                f"{spec.name}: {number} people for {len(units)} units of {spec.level}; each unit needs one at least",
            )
        if number is not None and number > MOST_PEOPLE:
            raise SimulationError(
                f"{spec.name}：{number:,}人，最多{MOST_PEOPLE:,}人",
                f"{spec.name}: {number:,} people; {MOST_PEOPLE:,} at most",
            )
        counts = [1] * len(units) if number is None else organisations.shared_out(number, spec.level)
        share = 1.0 if not (number and spec.number) else number / spec.number
        for unit, people in zip(units, counts, strict=True):
            pool = group.pools[unit] = Pool(group, next(numbered))
            _fill(pool, profile, organisations.lineage[unit], people, share)
        found[spec.name] = group
    return found


def _fill(pool: Pool, profile: Profile, lineage: tuple[str, ...], people: int, share: float) -> None:
    """Give a pool so many people."""
    group, unit = pool.group, lineage[0]
    spec = group.spec
    duties: list[Duty | None] = [group.duty] * people
    if spec.shifts:
        days = profile.days + profile.drain + 1
        shifts = by_shifts(spec.shifts, people, profile.zone, profile.begins, days, share=share)
        pool.duty = either(shifts)
        duties = [*shifts]
    for number in range(people):
        actor = Actor(f"{spec.name}-{unit}-{number + 1}", spec.roles, unit, lineage)
        skills = frozenset(skill for skill, many in spec.skills.items() if number < many)
        pool.people.append(Person(actor, duties[number], skills, pool))
    pool.idle.extend(pool.people)
