"""What a working calendar says, as checked data: the content that its version is the hash of (T6).

A date's hours are found in this order: hours given for that date; a day off; a make-up working day; a yearly
day off; the weekday's hours. One calendar never says two of the first three about a date, except hours for a
make-up day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar

import attrs

from casewf.errors import EmptyCalendarError, WorkingTimeError
from casewf.model.hours import (
    MINUTES_PER_DAY,
    WEEKDAYS,
    Hours,
    Spans,
    hours_text,
    minutes_open,
    read_hours,
    read_week,
)

__all__ = ["CalendarRules"]

_FORMAT = 1
_LEAP_YEAR = 2000
_T = TypeVar("_T")


@attrs.frozen(slots=True, kw_only=True, eq=False)
class CalendarRules:
    """The content of a calendar, valid and in one canonical form; ``read`` and ``from_document`` make it."""

    id: str
    zone: str
    week: tuple[Spans, ...]
    extra_hours: Spans
    days_off: Mapping[dt.date, str]
    extra_days: Mapping[dt.date, str]
    day_hours: Mapping[dt.date, Spans]
    yearly_off: Mapping[str, str]
    announced_through: dt.date | None
    _dated: Mapping[int, Spans] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        dated: dict[int, Spans] = {day.toordinal(): () for day in self.days_off}
        dated |= {day.toordinal(): self.extra_hours for day in self.extra_days}
        dated |= {day.toordinal(): spans for day, spans in self.day_hours.items()}
        object.__setattr__(self, "_dated", dated)
        self._refuse_contradictions()
        self._refuse_overlaps()

    @classmethod
    def read(
        cls,
        *,
        id: str,  # noqa: A002  # the field's name everywhere
        zone: str,
        week: Mapping[str, Hours],
        days_off: Mapping[dt.date, str] | None = None,
        extra_days: Mapping[dt.date, str] | None = None,
        day_hours: Mapping[dt.date, Hours] | None = None,
        yearly_off: Mapping[str, str] | None = None,
        announced_through: dt.date | None = None,
        extra_hours: Hours | None = None,
    ) -> CalendarRules:
        """Check what an author wrote, and bring it into canonical form; ``WorkCalendar`` has the arguments.

        Raises:
            WorkingTimeError: something cannot be read or contradicts itself; the text says where.
            EmptyCalendarError: there is no working time at all.
        """
        by_weekday = read_week(week)
        single = {
            day: _some_hours(text, f"day_hours.{day}") for day, text in _dates("day_hours", day_hours).items()
        }
        if not any(by_weekday) and not single:
            raise EmptyCalendarError(
                f"calendar {id!r} has no working time: open a weekday, or give a date hours"
            )
        default = next((spans for spans in by_weekday if spans), ())
        rules = cls(
            id=id,
            zone=zone,
            week=by_weekday,
            extra_hours=default if extra_hours is None else _some_hours(extra_hours, "extra_hours"),
            days_off=_named("days_off", days_off),
            extra_days=_named("extra_days", extra_days),
            day_hours=single,
            yearly_off=_read_yearly(yearly_off),
            announced_through=None
            if announced_through is None
            else _date("announced_through", announced_through),
        )
        if rules.extra_days and not rules.extra_hours:
            raise WorkingTimeError("extra_days: no weekday is open, so make-up days need extra_hours")
        return rules

    def layered(
        self,
        id: str,  # noqa: A002  # the field's name everywhere
        days_off: Mapping[dt.date, str] | None,
        extra_days: Mapping[dt.date, str] | None,
        day_hours: Mapping[dt.date, Hours] | None,
    ) -> CalendarRules:
        """These rules under a later layer, which wins on each date that it names (T6)."""
        document = self.to_document()
        off, extra, hours = document["days_off"], document["extra_days"], document["day_hours"]
        for day, name in _named("days_off", days_off).items():
            extra.pop(day.isoformat(), None)
            hours.pop(day.isoformat(), None)
            off[day.isoformat()] = name
        for day, name in _named("extra_days", extra_days).items():
            if days_off and day in days_off:
                raise _contradiction(day, "days_off", "extra_days")
            off.pop(day.isoformat(), None)
            hours.pop(day.isoformat(), None)
            extra[day.isoformat()] = name
        for day, spans in _dates("day_hours", day_hours).items():
            if days_off and day in days_off:
                raise _contradiction(day, "days_off", "day_hours")
            off.pop(day.isoformat(), None)
            hours[day.isoformat()] = spans
        return self.from_document(document | {"id": id})

    def spans_on(self, day: int) -> Spans:
        """The opening hours that belong to the date with ordinal ``day``; none on a rest day."""
        spans = self._dated.get(day)
        if spans is None:
            if self.yearly_off and dt.date.fromordinal(day).isoformat()[5:] in self.yearly_off:
                return ()
            return self.week[(day - 1) % 7]
        return spans

    def name_of(self, day: int) -> str | None:
        """The name of the day off or make-up day on the date with ordinal ``day``, where it is one."""
        date = dt.date.fromordinal(day)
        if date in self.day_hours or date in self.extra_days:
            return self.extra_days.get(date)
        return self.days_off.get(date) or self.yearly_off.get(date.isoformat()[5:])

    def most_minutes_a_week(self) -> int:
        """The weekly opening time in minutes, without the dates that have their own."""
        return sum(map(minutes_open, self.week))

    def dated_minutes(self) -> int:
        """The opening time in minutes of all dates that have their own."""
        return sum(map(minutes_open, self._dated.values()))

    def to_document(self) -> dict[str, Any]:
        """The rules as plain data, ready for JSON; ``from_document`` reads it back."""
        return {
            "format": _FORMAT,
            "id": self.id,
            "zone": self.zone,
            "week": {
                name: hours_text(spans) for name, spans in zip(WEEKDAYS, self.week, strict=True) if spans
            },
            "extra_hours": hours_text(self.extra_hours),
            "days_off": {day.isoformat(): name for day, name in sorted(self.days_off.items())},
            "extra_days": {day.isoformat(): name for day, name in sorted(self.extra_days.items())},
            "day_hours": {
                day.isoformat(): hours_text(spans) for day, spans in sorted(self.day_hours.items())
            },
            "yearly_off": dict(sorted(self.yearly_off.items())),
            "announced_through": self.announced_through and self.announced_through.isoformat(),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> CalendarRules:
        """Read what ``to_document`` wrote.

        Raises:
            WorkingTimeError: it is no such document, or one of a later format.
        """
        content = dict(document)
        if content.pop("format", None) != _FORMAT:
            raise WorkingTimeError(
                f"calendar document: expected format {_FORMAT}, got {document.get('format')!r}"
            )
        names = {field.name for field in attrs.fields(cls) if field.init}
        if content.keys() != names:
            odd = ", ".join(sorted(content.keys() ^ names))
            raise WorkingTimeError(f"calendar document: these keys are missing or unknown: {odd}")
        for key in ("days_off", "extra_days", "day_hours"):
            content[key] = {_iso_date(key, day): value for day, value in content[key].items()}
        if content["announced_through"] is not None:
            content["announced_through"] = _iso_date("announced_through", content["announced_through"])
        content["extra_hours"] = content["extra_hours"] or None
        return cls.read(**content)

    def _refuse_contradictions(self) -> None:
        for key, dates in (("extra_days", self.extra_days), ("day_hours", self.day_hours)):
            for day in dates:
                if day in self.days_off:
                    raise _contradiction(day, "days_off", key)

    def _refuse_overlaps(self) -> None:
        profiles = (*self.week, *self._dated.values())
        if all(not spans or spans[-1][1] <= MINUTES_PER_DAY for spans in profiles):
            return
        for weekday in range(7):
            after = (weekday + 1) % 7
            _refuse_overlap(
                self.week[weekday], self.week[after], f"week.{WEEKDAYS[weekday]}", WEEKDAYS[after]
            )
        for day in self._dated:
            for first in (day - 1, day):
                date = dt.date.fromordinal(first)
                following = self.spans_on(first + 1)
                _refuse_overlap(self.spans_on(first), following, f"the hours of {date}", "the next date")


def _refuse_overlap(spans: Spans, following: Spans, where: str, after: str) -> None:
    if spans and following and spans[-1][1] - MINUTES_PER_DAY > following[0][0]:
        raise WorkingTimeError(
            f"{where}: the span over midnight closes at {hours_text(spans)[-1][1]}, when the hours of "
            f"{after} have already opened at {hours_text(following)[0][0]}; the two overlap"
        )


def _contradiction(day: dt.date, one: str, other: str) -> WorkingTimeError:
    return WorkingTimeError(f"{day} stands in both {one} and {other}; a date is either off or worked")


def _some_hours(hours: Hours, where: str) -> Spans:
    spans = read_hours(hours, where)
    if not spans:
        raise WorkingTimeError(f"{where}: no hours; write the date into days_off to close it")
    return spans


def _read_yearly(yearly: Mapping[str, str] | None) -> dict[str, str]:
    given = _mapping("yearly_off", yearly)
    for key, name in given.items():
        try:
            valid = dt.date.fromisoformat(f"{_LEAP_YEAR}-{key}").isoformat()[5:] == key
        except ValueError:
            valid = False
        if not valid:
            raise WorkingTimeError(f'yearly_off: {key!r} is no day of the year; write MM-DD, such as "12-25"')
        _check_name("yearly_off", key, name)
    return given


def _named(where: str, given: Mapping[dt.date, str] | None) -> dict[dt.date, str]:
    dates = _dates(where, given)
    for day, name in dates.items():
        _check_name(where, day, name)
    return dates


def _check_name(where: str, day: object, name: object) -> None:
    if not isinstance(name, str):
        raise WorkingTimeError(f"{where}.{day}: expected the day's name as text, got {name!r}")


def _dates(where: str, given: Mapping[dt.date, _T] | None) -> dict[dt.date, _T]:
    return {_date(where, day): value for day, value in _mapping(where, given).items()}


def _date(where: str, day: object) -> dt.date:
    if not isinstance(day, dt.date) or isinstance(day, dt.datetime):
        raise WorkingTimeError(f"{where}: expected a datetime.date, got {day!r}")
    if not 2 <= day.year <= 9998:
        raise WorkingTimeError(f"{where}: {day} lies outside the years 2 to 9998")
    return day


def _iso_date(where: str, text: object) -> dt.date:
    try:
        return dt.date.fromisoformat(text)  # type: ignore[arg-type]  # what is no text is refused below
    except (ValueError, TypeError):
        raise WorkingTimeError(f"{where}: {text!r} is no date; write YYYY-MM-DD") from None


def _mapping(where: str, given: object) -> dict[Any, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise WorkingTimeError(f"{where}: expected a mapping, got {given!r}")
    return dict(given)
