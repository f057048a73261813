"""People and their organisations as a directory knows them: roles, quiet hours, absences, duty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set

import attrs

from casewf.errors import WorkingTimeError
from casewf.model.hours import MINUTES_PER_DAY, WEEKDAYS, Hours, Spans, read_hours
from casewf.model.quiet_hours import QuietHours
from casewf.model.text import Label
from casewf.model.zone import load_zone

__all__ = ["Absence", "Duty", "Organisation", "Person", "Shift", "organisation_below_itself"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _role_names(_person: object, _attribute: object, roles: object) -> None:
    """Refuse what is no set: in a list, or a text, a role would be looked for in another way."""
    if not isinstance(roles, Set) or not all(isinstance(role, str) for role in roles):
        raise TypeError(
            f"a person's roles must be a set of names, such as frozenset({{'handler'}}), got {roles!r}"
        )


@attrs.frozen(slots=True)
class Person:
    """Somebody who can be told something, but not in his quiet hours (E6).

    Raises:
        TypeError: ``roles`` is no set of names, or ``quiet`` no ``QuietHours``.
    """

    id: str
    name: str = ""
    roles: frozenset[str] = attrs.field(default=frozenset(), validator=_role_names)
    quiet: QuietHours | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.instance_of(QuietHours))
    )


@attrs.frozen(slots=True, kw_only=True)
class Organisation:
    """An organisation of the chart.

    Attributes:
        under: the id of the one directly above it, or None at the top.
        level: the name of its level, such as ``district``, or None.
        title: what it is called.
    """

    under: str | None = None
    level: str | None = None
    title: Label = attrs.field(factory=Label)


@attrs.frozen(slots=True)
class Absence:
    """Somebody is away from ``begin`` until ``end``, when he is back; microseconds since 1970-01-01T00:00Z.

    Raises:
        ValueError: it ends before it begins, or at that instant.
    """

    begin: int
    end: int = attrs.field()

    @end.validator
    def _after_begin(self, _attribute: object, end: int) -> None:
        if end <= self.begin:
            raise ValueError(f"an absence ends after it begins, got {self.begin} to {end}")

    def covers(self, at: int) -> bool:
        """Whether he is away at the instant."""
        return self.begin <= at < self.end


def _read_days(days: Sequence[str]) -> tuple[str, ...]:
    if isinstance(days, str) or not days or (unknown := [day for day in days if day not in WEEKDAYS]):
        wrong = days if isinstance(days, str) or not days else unknown
        raise WorkingTimeError(f"days: expected some of {', '.join(WEEKDAYS)}, got {wrong!r}")
    return tuple(day for day in WEEKDAYS if day in days)


def _read_shift_hours(hours: Hours) -> Spans:
    return read_hours(hours, "hours")


def _read_ids(people: Sequence[str]) -> tuple[str, ...]:
    if isinstance(people, str):
        raise TypeError(f"people must be several ids, such as [{people!r}], got the text {people!r}")
    return tuple(people)


@attrs.frozen(slots=True, kw_only=True)
class Shift:
    """Who is on duty on these days of every week.

    ::

        Shift(days=["fri", "sat"], hours=[("20:00", "08:00")], people=["wu", "he"])

    Attributes:
        days: some of ``mon`` ... ``sun``; every day by default.
        hours: pairs of ``HH:MM``, held as minutes. A span belongs to the day on which it begins, and may end on the
            next one (T6).
        people: the ids of those on duty, in the order in which they are told.

    Raises:
        WorkingTimeError: no such days, or hours that cannot be read.
    """

    days: tuple[str, ...] = attrs.field(default=WEEKDAYS, converter=_read_days)
    hours: Spans = attrs.field(converter=_read_shift_hours)
    people: tuple[str, ...] = attrs.field(converter=_read_ids)

    def is_on(self, weekday: int, minute: int) -> bool:
        """Whether it is on at a minute of a day, 0 for ``mon``, also in the hours after midnight of the day before."""
        return self._covers(weekday, minute) or self._covers(weekday - 1, minute + MINUTES_PER_DAY)

    def _covers(self, weekday: int, minute: int) -> bool:
        return WEEKDAYS[weekday] in self.days and any(
            opens <= minute < closes for opens, closes in self.hours
        )


def _read_shifts(shifts: Sequence[Shift]) -> tuple[Shift, ...]:
    return tuple(shifts)


@attrs.frozen(slots=True, kw_only=True)
class Duty:
    """The duty roster of one role in one organisation, by the clock on the wall in ``zone``.

    An hour that the zone's clocks strike twice belongs to its shift both times; of one that they skip nothing is left.

    Raises:
        WorkingTimeError: no such zone.
    """

    role: str
    org: str
    zone: str
    shifts: tuple[Shift, ...] = attrs.field(converter=_read_shifts)

    def __attrs_post_init__(self) -> None:
        load_zone(self.zone)

    def on(self, at: int) -> tuple[str, ...]:
        """The ids of those on duty at an instant, each once, in the order of the shifts."""
        wall = (_EPOCH + dt.timedelta(microseconds=at)).astimezone(load_zone(self.zone))
        minute = wall.hour * 60 + wall.minute
        shifts = [shift for shift in self.shifts if shift.is_on(wall.weekday(), minute)]
        return tuple(dict.fromkeys(person for shift in shifts for person in shift.people))


def organisation_below_itself(under: Mapping[str, str | None]) -> list[tuple[str, ...]]:
    """For every organisation that lies below itself, the way back to it: ``(a, b, a)``."""
    found: list[tuple[str, ...]] = []
    for org in under:
        way = [org]
        while (above := under.get(way[-1])) is not None and above not in way:
            way.append(above)
        if above == org:
            found.append((*way, org))
    return found
