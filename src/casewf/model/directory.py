"""A directory that is written down once: small unions, tests and stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from casewf.errors import BindingError
from casewf.model.case import Actor
from casewf.model.staff import Absence, Duty, Organisation, Person, organisation_below_itself

__all__ = ["StaticDirectory"]


class StaticDirectory:
    """A ``Directory`` from what is said here; it never changes.

    Args:
        organisations: every organisation with the one directly above it, None at the top, or as an ``Organisation``.
        people: who belongs to which organisation, in the order in which they are told things.
        deputies: for a person's id, those who stand in for him while he is away, the first choice first. They belong
            to his organisation or to one above it.
        away: for a person's id, when he is away.
        duty: the rosters, one for a role in an organisation.

    Raises:
        BindingError: an organisation lies below itself; something is named that is not there; somebody belongs to two
            organisations, is his own deputy, or stands in for an organisation that is not at or below his own;
            somebody is on duty without having the role there; two absences overlap, or two rosters are for the same.
            All of it in one error.
    """

    def __init__(
        self,
        organisations: Mapping[str, str | Organisation | None],
        people: Mapping[str, Sequence[Person]] | None = None,
        *,
        deputies: Mapping[str, Sequence[str]] | None = None,
        away: Mapping[str, Sequence[Absence]] | None = None,
        duty: Sequence[Duty] = (),
    ) -> None:
        self.organisations: Mapping[str, Organisation] = {
            name: org if isinstance(org, Organisation) else Organisation(under=org)
            for name, org in organisations.items()
        }
        self.members: Mapping[str, tuple[Person, ...]] = {
            org: tuple(members) for org, members in (people or {}).items()
        }
        self._deputies = {name: tuple(ids) for name, ids in (deputies or {}).items()}
        self._away = {name: tuple(times) for name, times in (away or {}).items()}
        self._persons = {one.id: one for members in self.members.values() for one in members}
        self._org_of = {one.id: org for org, members in self.members.items() for one in members}
        if problems := self._chart_problems():
            raise BindingError(problems)
        self._lineages = {org: self._upwards(org) for org in self.organisations}
        if problems := [*self._deputy_problems(), *self._time_problems(duty)]:
            raise BindingError(problems)
        self._duty = {(one.role, one.org): one for one in duty}

    # The port

    def lineage(self, org: str) -> tuple[str, ...]:
        """``org`` and the organisations above it, nearest first; empty for one that is not there."""
        return self._lineages.get(org, ())

    def people(self, role: str, org: str, at: int) -> Sequence[Person]:
        """Who answers for ``role`` in ``org`` itself at an instant; see ``casewf.ports.Directory``."""
        everybody = tuple(one for one in self.members.get(org, ()) if role in one.roles)
        roster = self._duty.get((role, org))
        on_duty = () if roster is None else tuple(self._persons[name] for name in roster.on(at))
        for asked in (on_duty, everybody):
            if told := self._there(asked, at):
                return told
        return everybody

    def answers_for(self, person: str, at: int) -> Person | None:
        """Who is told what is for a person; see ``casewf.ports.Directory``."""
        if person not in self._persons:
            return None
        return self._persons[self._stands_in(person, at) or person]

    def actor(self, person: str, at: int) -> Actor | None:
        """The person as he may act at an instant; see ``casewf.ports.Directory``."""
        if person not in self._persons:
            return None
        absent = [
            self._himself(name)
            for name in self._away
            if name != person and self._is_away(name, at) and self._stands_in(name, at) == person
        ]
        own = self._himself(person)
        return Actor(own.id, own.roles, own.org, own.lineage, deputy_for=tuple(absent))

    # Inside

    def _himself(self, name: str) -> Actor:
        org = self._org_of[name]
        return Actor(name, frozenset(self._persons[name].roles), org, self.lineage(org))

    def _is_away(self, name: str, at: int) -> bool:
        return any(absence.covers(at) for absence in self._away.get(name, ()))

    def _there(self, people: Iterable[Person], at: int) -> tuple[Person, ...]:
        """The people with those who are away replaced, each once; who has nobody to stand in is left out."""
        names = dict.fromkeys(self._stands_in(one.id, at) for one in people)
        return tuple(self._persons[name] for name in names if name is not None)

    def _stands_in(self, name: str, at: int) -> str | None:
        """He himself if he is there, else the nearest deputy who is: his own in order, then theirs, and so on."""
        asked = [name]
        for one in asked:
            if not self._is_away(one, at):
                return one
            asked += [deputy for deputy in self._deputies.get(one, ()) if deputy not in asked]
        return None

    def _upwards(self, org: str) -> tuple[str, ...]:
        found = [org]
        while (above := self.organisations[found[-1]].under) is not None:
            found.append(above)
        return tuple(found)

    # What is wrong

    def _chart_problems(self) -> list[str]:
        orgs = self.organisations
        under = {name: org.under for name, org in orgs.items()}
        named = {above for above in under.values() if above is not None} | set(self.members)
        missing = [
            f"organisation {org!r} is named, but is not in the chart" for org in sorted(named - set(orgs))
        ]
        below = [
            f"organisation {way[0]!r} lies below itself: {' under '.join(way)}"
            for way in organisation_below_itself(under)
        ]
        times = Counter(one.id for members in self.members.values() for one in members)
        twice = [
            f"{name!r} stands in the directory {count} times; a person belongs to one organisation"
            for name, count in times.items()
            if count > 1
        ]
        return [*missing, *below, *twice]

    def _deputy_problems(self) -> list[str]:
        problems = [
            f"{name!r} is named, but is not in the directory"
            for name in dict.fromkeys((*self._deputies, *self._away, *_flat(self._deputies.values())))
            if name not in self._persons
        ]
        for name, deputies in self._deputies.items():
            for deputy in deputies:
                if deputy == name:
                    problems.append(f"{name!r} is named as his own deputy")
                elif {name, deputy} <= self._persons.keys() and not self.may_stand_in(deputy, name):
                    problems.append(
                        f"{deputy!r} cannot be the deputy of {name!r}: {self._org_of[deputy]!r} is neither his "
                        f"organisation {self._org_of[name]!r} nor above it"
                    )
        return problems

    def may_stand_in(self, deputy: str, person: str) -> bool:
        """Whether somebody belongs to the organisation of the person, or to one above it."""
        return self._org_of[deputy] in self.lineage(self._org_of[person])

    def _time_problems(self, duty: Sequence[Duty]) -> list[str]:
        problems = [
            f"two absences of {name!r} overlap"
            for name, times in self._away.items()
            if any(one.end > other.begin for one, other in pairwise(sorted(times, key=lambda one: one.begin)))
        ]
        for (role, org), count in Counter((one.role, one.org) for one in duty).items():
            if count > 1:
                problems.append(f"there are {count} rosters for the role {role!r} in {org!r}; write one")
        for roster in duty:
            there = {one.id for one in self.members.get(roster.org, ()) if roster.role in one.roles}
            for name in dict.fromkeys(_flat(shift.people for shift in roster.shifts)):
                if name not in there:
                    problems.append(
                        f"{name!r} is on duty as {roster.role!r} in {roster.org!r}, but has not that role there"
                    )
        return problems


def _flat(lists: Iterable[Sequence[str]]) -> list[str]:
    return [name for names in lists for name in names]
