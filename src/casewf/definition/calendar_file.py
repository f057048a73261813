"""A calendar file: which days and hours are working time, as people write it (T6)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import TypeVar

from casewf.definition.findings import Report, quoted
from casewf.definition.names import check_id
from casewf.definition.node import Node, Scalar, Span
from casewf.definition.shapes import MapView, Shape, as_entries, as_map
from casewf.definition.values import check_format, date, date_of, label, refuse_other_kind, text, texts
from casewf.errors import WorkingTimeError
from casewf.model.hours import Hours, read_hours
from casewf.model.zone import load_zone
from casewf.worktime import WorkCalendar

__all__ = ["CALENDAR", "FORMAT", "WEEK", "YEAR", "read_calendar"]

FORMAT = 1
CALENDAR = Shape(
    "a calendar",
    required=("casewf-calendar", "id", "zone", "week"),
    optional=("title", "years", "days_off", "extra_days", "hours", "yearly_off", "announced_through"),
    later=("layers", "ics"),
)
WEEK = Shape("a week", optional=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
YEAR = Shape("a year", optional=("notice", "issued", "days_off", "extra_days"))

_SPAN = re.compile(r"([0-9:]+) *- *([0-9:]+)")
_YEAR = re.compile(r"[12][0-9]{3}")
_MONTH_DAY = re.compile(r"[0-9]{2}-[0-9]{2}")
_HOURS_HELP = 'write "09:00-12:00"; the whole day is "00:00-24:00", and "22:00-06:00" ends on the next date'
_LEAP_YEAR = "2000"
_DECEMBER = 12
_Value = TypeVar("_Value")


def read_calendar(report: Report, root: Node) -> WorkCalendar:
    """The calendar in ``root``, complete and checked.

    Raises:
        DefinitionError: with all problems that were found.
    """
    refuse_other_kind(report, root, "casewf-calendar")
    view = as_map(report, root, CALENDAR)
    if view is None:
        report.close()
        raise AssertionError("a root that is no map was noted")
    check_format(report, view, "casewf-calendar", FORMAT)
    label(report, view.get("title"))
    week = as_map(report, view.get("week"), WEEK)
    days = _Days(report)
    for year, body in as_entries(report, view.get("years"), "years"):
        days.read_year(year, body)
    days.read_lists(view)
    calendar_id = check_id(report, view.get("id"), "id")
    zone = _zone(report, view.get("zone"))
    hours = {day: _hours(report, week.get(day), day) for day in WEEK.keys if week and day in week}
    day_hours = _by_date(report, view.get("hours"), "hours", days.hours_of)
    yearly = _yearly(report, view.get("yearly_off"))
    horizon = date(report, view.get("announced_through"), "announced_through")
    report.close()
    try:
        return WorkCalendar(
            id=calendar_id or "",
            zone=zone,
            week=hours,
            days_off=days.off,
            extra_days=days.extra,
            day_hours=day_hours,
            yearly_off=yearly,
            announced_through=horizon,
        )
    except WorkingTimeError as error:
        message, _, advice = str(error).partition("; ")
        report.fail("CW503", message, view.at("week"), help=advice)


class _Days:
    """Days off and make-up days, from the top of the file and its years; a date stands in one place only."""

    def __init__(self, report: Report) -> None:
        self.off: dict[dt.date, str] = {}
        self.extra: dict[dt.date, str] = {}
        self._report = report
        self._lines: dict[dt.date, int] = {}

    def read_year(self, year: Scalar, node: Node) -> None:
        """The days of one year's notice; one may move days of the December before."""
        view = as_map(self._report, node, YEAR, at=year.span)
        if not _YEAR.fullmatch(year.text):
            self._report.add(
                "CW207", f"{quoted(year.text)} is not a year", year.span, help="write it as 2026"
            )
        elif view is not None:
            text(self._report, view.get("notice"), "notice")
            date(self._report, view.get("issued"), "issued")
            self.read_lists(view, year=int(year.text))

    def read_lists(self, view: MapView, *, year: int | None = None) -> None:
        """The keys ``days_off`` and ``extra_days`` of a map."""
        for key, days in (("days_off", self.off), ("extra_days", self.extra)):
            found = _by_date(self._report, view.get(key), key, lambda node, day: self._name(node, day, year))
            days.update((day, name) for day, name in found.items())

    def hours_of(self, node: Node, day: Scalar) -> Hours:
        """The hours of one date, which may be a make-up day but no day off."""
        date_ = date_of(day.text)
        if date_ in self.off:
            message = f"{date_} is a day off and has hours"
            self._report.add("CW505", message, day.span, help=f"it is a day off in line {self._lines[date_]}")
        return _hours(self._report, node, day.text)

    def _name(self, node: Node, day: Scalar, year: int | None) -> str | None:
        date_ = date_of(day.text)
        if date_ is None:
            return None
        if year is not None and date_.year != year and (date_.year, date_.month) != (year - 1, _DECEMBER):
            self._report.add(
                "CW501",
                f"{date_} does not belong to {year}",
                day.span,
                help="a year has its own dates and the December before",
            )
        if date_ in self._lines:
            self._report.add(
                "CW505",
                f"{date_} is given twice",
                day.span,
                help=f"the first one is in line {self._lines[date_]}",
            )
            return None
        self._lines[date_] = day.span.line
        return text(self._report, node, "the name of a day")


def _by_date(
    report: Report, node: Node | None, what: str, read: Callable[[Node, Scalar], _Value | None]
) -> dict[dt.date, _Value]:
    """A map whose keys are dates."""
    found = {}
    for key, body in as_entries(report, node, what):
        day = date_of(key.text)
        if day is None:
            report.add("CW207", f"{quoted(key.text)} is not a date", key.span, help="write it as 2026-01-31")
            continue
        value = read(body, key)
        if value is not None:
            found[day] = value
    return found


def _hours(report: Report, node: Node | None, where: str) -> Hours:
    """Spans such as ``09:00-12:00``, checked as the calendar will check them."""
    pairs, span = [], node.span if node else Span()
    for item in texts(report, node, where):
        form = _SPAN.fullmatch(item.text)
        if form is None:
            report.add("CW502", f"{quoted(item.text)} is not a span of time", item.span, help=_HOURS_HELP)
            return ()
        pairs.append((form[1], form[2]))
    try:
        read_hours(pairs, where)
    except WorkingTimeError as error:
        message = str(error).removeprefix(f"{where}: ").partition("; ")[0]
        report.add("CW502", message, span, help=_HOURS_HELP)
    return tuple(pairs)


def _yearly(report: Report, node: Node | None) -> dict[str, str]:
    found = {}
    for key, body in as_entries(report, node, "yearly_off"):
        if not _MONTH_DAY.fullmatch(key.text) or date_of(f"{_LEAP_YEAR}-{key.text}") is None:
            report.add(
                "CW207", f"{quoted(key.text)} is not a day of the year", key.span, help='write it as "12-25"'
            )
        found[key.text] = text(report, body, "the name of a day") or ""
    return found


def _zone(report: Report, node: Node | None) -> str:
    name = text(report, node, "zone")
    if name is None or node is None:
        return ""
    try:
        load_zone(name)
    except WorkingTimeError as error:
        message, _, advice = str(error).removeprefix("zone: ").partition("; ")
        report.add("CW504", message, node.span, help=advice)
    return name
