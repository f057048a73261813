"""A calendar file: which days and hours are working time, as people write it (T6)."""

from __future__ import annotations

import datetime as dt

import attrs

from casewf.definition.calendar_days import YEAR, DayReader, Days, read_spans, read_yearly
from casewf.definition.calendar_layers import LAYER, CalendarOrigin, Stack, read_layers, stands_on_calendar
from casewf.definition.findings import Report
from casewf.definition.ics_file import read_feeds
from casewf.definition.names import check_id
from casewf.definition.node import Node
from casewf.definition.shapes import MapView, Shape, as_entries, as_map
from casewf.definition.values import check_format, date, label, refuse_other_kind, zone_name
from casewf.errors import WorkingTimeError
from casewf.model.hours import Hours
from casewf.worktime import WorkCalendar

__all__ = ["CALENDAR", "FORMAT", "LAYER", "OVERLAY", "WEEK", "YEAR", "read_calendar"]

FORMAT = 1
CALENDAR = Shape(
    "a calendar",
    required=("casewf-calendar", "id", "zone", "week"),
    optional=(
        "title",
        "layers",
        "ics",
        "years",
        "days_off",
        "extra_days",
        "hours",
        "yearly_off",
        "announced_through",
    ),
)
OVERLAY = attrs.evolve(
    CALENDAR, required=CALENDAR.required[:2], optional=("zone", "week", *CALENDAR.optional)
)
WEEK = Shape("a week", optional=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))


def read_calendar(report: Report, root: Node, origin: CalendarOrigin | None = None) -> WorkCalendar:
    """The calendar in ``root``, complete and checked.

    Args:
        report: of the file.
        root: its content.
        origin: where it lies, for the files that it names; nowhere if None.

    Raises:
        DefinitionError: with all problems that were found, here and in those files.
    """
    refuse_other_kind(report, root, "casewf-calendar")
    view = as_map(report, root, OVERLAY if stands_on_calendar(root) else CALENDAR)
    if view is None:
        report.close()
        raise AssertionError("a root that is no map was noted")
    check_format(report, view, "casewf-calendar", FORMAT)
    label(report, view.get("title"))
    origin = CalendarOrigin() if origin is None else origin
    stack = read_layers(report, view.get("layers"), origin, read_calendar)
    stack.days.lay(read_feeds(report, view.get("ics"), origin))
    stack.days.lay(_own_days(report, view))
    calendar_id = check_id(report, view.get("id"), "id")
    zone = zone_name(report, view.get("zone"))
    week = as_map(report, view.get("week"), WEEK)
    hours = {day: read_spans(report, week.get(day), day) for day in WEEK.keys if week and day in week}
    horizon = date(report, view.get("announced_through"), "announced_through")
    report.close()
    try:
        return _build(calendar_id or "", stack, zone, None if week is None else hours, horizon)
    except WorkingTimeError as error:
        message, _, advice = str(error).partition("; ")
        report.fail("CW503", message, view.at("week" if "week" in view else "layers"), help=advice)


def _own_days(report: Report, view: MapView) -> Days:
    """The dates of the file itself, its topmost layer."""
    own = DayReader(report)
    for year, body in as_entries(report, view.get("years"), "years"):
        own.read_year(year, body)
    own.read_lists(view)
    own.read_hours(view)
    own.days.yearly = read_yearly(report, view.get("yearly_off"))
    return own.days


def _build(
    id: str,  # noqa: A002  # the word of calendar files
    stack: Stack,
    zone: str | None,
    week: dict[str, Hours] | None,
    horizon: dt.date | None,
) -> WorkCalendar:
    """The calendar; what the file itself leaves out comes from the one below."""
    below = None if stack.base is None else stack.base.to_document()
    if below is not None and week is None:
        week = below["week"]
    return WorkCalendar(
        id=id,
        zone=zone or (below["zone"] if below else ""),
        week=week or {},
        days_off=stack.days.off,
        extra_days=stack.days.extra,
        day_hours=stack.days.hours,
        yearly_off=stack.days.yearly,
        announced_through=horizon or stack.announced_through,
    )
