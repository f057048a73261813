"""The dates of a calendar file: days off, make-up days, hours of single dates; and how layers stack (T6)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import TypeVar

import attrs

from casewf.definition.findings import Report, quoted
from casewf.definition.node import Node, Scalar, Span
from casewf.definition.shapes import MapView, Shape, as_entries, as_map
from casewf.definition.values import date, date_of, text, texts
from casewf.errors import WorkingTimeError
from casewf.model.hours import Hours, read_hours
from casewf.worktime import WorkCalendar

__all__ = ["YEAR", "DayReader", "Days", "read_spans", "read_yearly"]

YEAR = Shape("a year", optional=("notice", "issued", "days_off", "extra_days"))

_SPAN = re.compile(r"([0-9:]+) *- *([0-9:]+)")
_YEAR = re.compile(r"[12][0-9]{3}")
_MONTH_DAY = re.compile(r"[0-9]{2}-[0-9]{2}")
_HOURS_HELP = 'write "09:00-12:00"; the whole day is "00:00-24:00", and "22:00-06:00" ends on the next date'
_LEAP_YEAR = "2000"
_DECEMBER = 12
_Value = TypeVar("_Value")


@attrs.define(slots=True, kw_only=True)
class Days:
    """What one layer says about dates, or all layers up to it.

    Attributes:
        off, extra: days off and make-up days, with their names.
        hours: hours of single dates.
        yearly: days off of every year, as ``MM-DD``.
    """

    off: dict[dt.date, str] = attrs.field(factory=dict)
    extra: dict[dt.date, str] = attrs.field(factory=dict)
    hours: dict[dt.date, Hours] = attrs.field(factory=dict)
    yearly: dict[str, str] = attrs.field(factory=dict)

    @classmethod
    def of(cls, calendar: WorkCalendar) -> Days:
        """The dates of a whole calendar."""
        document = calendar.to_document()
        return cls(
            off=_dated(document["days_off"]),
            extra=_dated(document["extra_days"]),
            hours=_dated(document["day_hours"]),
            yearly=document["yearly_off"],
        )

    def lay(self, above: Days) -> None:
        """Let the dates of a later layer win, as ``WorkCalendar.layer`` does."""
        for day in above.off.keys() | above.extra.keys():
            for below in (self.off, self.extra, self.hours):
                below.pop(day, None)
        for day in above.hours:
            self.off.pop(day, None)
        self.off |= above.off
        self.extra |= above.extra
        self.hours |= above.hours
        self.yearly |= above.yearly


def _dated(written: dict[str, _Value]) -> dict[dt.date, _Value]:
    return {dt.date.fromisoformat(day): value for day, value in written.items()}


class DayReader:
    """Reads one layer, in which a date stands in one place only.

    Attributes:
        days: what was read.
    """

    def __init__(self, report: Report) -> None:
        self.days = Days()
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
        for key, days in (("days_off", self.days.off), ("extra_days", self.days.extra)):
            found = _by_date(self._report, view.get(key), key, lambda node, day: self._name(node, day, year))
            days.update((day, name) for day, name in found.items())

    def read_hours(self, view: MapView) -> None:
        """The key ``hours`` of a map whose lists were read."""
        self.days.hours = _by_date(self._report, view.get("hours"), "hours", self._hours)

    def _hours(self, node: Node, day: Scalar) -> Hours:
        """The hours of one date, which may be a make-up day but no day off."""
        date_ = date_of(day.text)
        if date_ in self.days.off:
            message = f"{date_} is a day off and has hours"
            self._report.add("CW505", message, day.span, help=f"it is a day off in line {self._lines[date_]}")
        return read_spans(self._report, node, day.text)

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


def read_spans(report: Report, node: Node | None, where: str) -> Hours:
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


def read_yearly(report: Report, node: Node | None) -> dict[str, str]:
    """The key ``yearly_off``: days off of every year."""
    found = {}
    for key, body in as_entries(report, node, "yearly_off"):
        if not _MONTH_DAY.fullmatch(key.text) or date_of(f"{_LEAP_YEAR}-{key.text}") is None:
            report.add(
                "CW207", f"{quoted(key.text)} is not a day of the year", key.span, help='write it as "12-25"'
            )
        found[key.text] = text(report, body, "the name of a day") or ""
    return found


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
