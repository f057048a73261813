"""When people are away, on duty, and not to be disturbed, as directory and story files write it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from itertools import pairwise

from casewf.definition.calendar_days import read_spans
from casewf.definition.findings import Report, quoted
from casewf.definition.node import MapNode, Node, Scalar
from casewf.definition.shapes import Shape, as_list, as_map, did_you_mean
from casewf.definition.values import FIRST_YEAR, LAST_YEAR, text, texts
from casewf.errors import WorkingTimeError
from casewf.model.hours import WEEKDAYS
from casewf.model.quiet_hours import QuietHours
from casewf.model.staff import Absence, Shift
from casewf.model.zone import load_zone

__all__ = ["ABSENCE", "SHIFT", "read_absences", "read_days", "read_quiet", "read_shifts"]

ABSENCE = Shape("an absence", required=("from", "to"))
SHIFT = Shape("a shift", required=("hours", "people"), optional=("days",))

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?: +([0-9]{2}:[0-9]{2}))?")
_MOMENT_HELP = (
    "write a day such as 2026-02-10, or a time such as 2026-02-10 14:00, "
    f"in the years {FIRST_YEAR}–{LAST_YEAR}"
)
_DAYS_HELP = "write mon, mon-fri or [sat, sun]"


def read_quiet(report: Report, node: Node | None, zone: str) -> QuietHours | None:
    """The quiet hours of every day, such as ``22:00-07:00`` (E6)."""
    written = text(report, node, "quiet")
    if written is None or node is None:
        return None
    start, _, end = written.partition("-")
    try:
        return QuietHours.daily(start.strip(), end.strip(), zone=zone)
    except WorkingTimeError:
        message = f"quiet cannot be {quoted(written)}"
        report.add("CW502", message, node.span, help='write "22:00-07:00", which ends on the next day')
        return None


def read_absences(report: Report, node: Node | None, zone: str) -> list[Absence]:
    """One absence, or a list of them; two that overlap are noted."""
    items = [node] if isinstance(node, MapNode) else as_list(report, node, "away")
    found: list[tuple[Absence, Node]] = []
    for item in items:
        view = as_map(report, item, ABSENCE)
        if view is None:
            continue
        begin = _moment(report, view.get("from"), "from", zone)
        end = _moment(report, view.get("to"), "to", zone, inclusive=True)
        if begin is None or end is None:
            continue
        if end <= begin:
            report.add(
                "CW603", "an absence must end after it begins", view.at("to"), help="are from and to swapped?"
            )
        else:
            found.append((Absence(begin, end), item))
    found.sort(key=lambda each: each[0].begin)
    for (one, before), (other, item) in pairwise(found):
        if other.begin < one.end:
            advice = (
                f"the other one is in line {before.span.line}; make them one, or let one end before the other"
            )
            report.add("CW603", "two absences of one person overlap", item.span, help=advice)
    return [absence for absence, _ in found]


def _moment(
    report: Report, node: Node | None, what: str, zone: str, *, inclusive: bool = False
) -> int | None:
    """The instant of a time, or of the midnight with which a day begins, ``inclusive`` the one with which it ends."""
    written = text(report, node, what)
    if written is None or node is None:
        return None
    form = _MOMENT.fullmatch(written.strip())
    try:
        day = None if form is None else dt.date.fromisoformat(form[1])
        time = None if form is None or form[2] is None else dt.time.fromisoformat(form[2])
    except ValueError:
        day = None
    if form is None or day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        report.add("CW207", f"{what} cannot be {quoted(written)}", node.span, help=_MOMENT_HELP)
        return None
    place = load_zone(zone)
    if time is None:
        day += dt.timedelta(days=inclusive)
        return _us(dt.datetime.combine(day, dt.time(), place))
    moment = dt.datetime.combine(day, time, place)
    if moment.astimezone(dt.UTC).astimezone(place).replace(tzinfo=None) != moment.replace(tzinfo=None):
        message = f"{what} {quoted(written)} does not exist in {zone}"
        report.add("CW207", message, node.span, help="clocks are put forward then; choose a later time")
        return None
    return _us(moment)


def _us(moment: dt.datetime) -> int:
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def read_shifts(
    report: Report, node: Node | None, people: Collection[str], role: str, org: str
) -> list[Shift]:
    """The shifts of a roster.

    Args:
        report: gets what is wrong.
        node: the list of them.
        people: who has the role there, which everybody on duty must.
        role: the role, for findings.
        org: the organisation, for findings.
    """
    found: list[Shift] = []
    for item in as_list(report, node, "shifts"):
        view = as_map(report, item, SHIFT)
        if view is None:
            continue
        names = texts(report, view.get("people"), "people")
        for name in names:
            if name.text not in people:
                message = (
                    f"{quoted(name.text)} is on duty and has not the role {quoted(role)} in {quoted(org)}"
                )
                advice = did_you_mean(name.text, people) or f"who has it: {', '.join(people) or 'nobody'}"
                report.add("CW604", message, name.span, help=advice)
        hours = read_spans(report, view.get("hours"), "hours")
        days = read_days(report, view.get("days")) if "days" in view else list(WEEKDAYS)
        if days and hours and names:
            try:
                found.append(Shift(days=days, hours=hours, people=[name.text for name in names]))
            except WorkingTimeError:
                continue  # the hours were noted
    return found


def read_days(report: Report, node: Node | None) -> list[str]:
    """Days of the week, one by one or as ``mon-fri``, over Sunday where the second comes first."""
    found: dict[str, None] = {}
    for item in texts(report, node, "days"):
        for day in _stretch(report, item):
            if day in found:
                report.add("CW211", f"{day} stands twice in days", item.span, help="name it once")
            found[day] = None
    return list(found)


def _stretch(report: Report, item: Scalar) -> list[str]:
    first, dash, last = (part.strip() for part in item.text.partition("-"))
    ends = (first, last) if dash else (first, first)
    for day in ends:
        if day not in WEEKDAYS:
            advice = _DAYS_HELP if dash else did_you_mean(day.lower()[:3], WEEKDAYS) or _DAYS_HELP
            report.add(
                "CW208", f"days cannot be {quoted(item.text)}", item.span, allowed=WEEKDAYS, help=advice
            )
            return []
    begin, end = (WEEKDAYS.index(day) for day in ends)
    return [WEEKDAYS[number % 7] for number in range(begin, end + 1 if end >= begin else end + 8)]
