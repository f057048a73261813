"""What a profile says of organisations and of the people in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from casewf.definition.calendar_days import read_spans
from casewf.definition.findings import Report
from casewf.definition.names import Names, check_name
from casewf.definition.node import Node, Scalar
from casewf.definition.people_times import read_days
from casewf.definition.shapes import MapView, Shape, as_entries, as_list, as_map
from casewf.definition.values import known_name, label_of, whole_number
from casewf.model.hours import WEEKDAYS
from casewf.model.text import Label
from casewf.simulation.profile import MOST_PEOPLE, OrgLevel, ShiftPlan, Staff
from casewf.simulation.profile_amounts import positive

__all__ = ["LEVEL", "SHIFT", "STAFF", "read_levels", "read_staff", "title_of"]

LEVEL = Shape("a level", optional=("zh", "en", "under", "number", "weights"))
STAFF = Shape(
    "a group",
    required=("roles", "org"),
    optional=("zh", "en", "number", "calendar", "shifts", "skills"),
)
SHIFT = Shape("a shift", required=("hours", "people"), optional=("days",))


def title_of(report: Report, view: MapView) -> Label:
    """The label beside other keys, where there is one."""
    return label_of(report, view) if view.among(("zh", "en")) else Label()


def read_levels(report: Report, node: Node | None) -> dict[str, OrgLevel]:
    """The section ``organisations``, by name; each level lies under one above it."""
    found: dict[str, OrgLevel] = {}
    for name, body in as_entries(report, node, "organisations"):
        check_name(report, name, "level")
        view = as_map(report, body, LEVEL, at=name.span)
        if view is None:
            continue
        number = whole_number(report, view.get("number"), "number", minimum=1, maximum=10_000)
        items = as_list(report, view.get("weights"), "weights")
        weights = [positive(report, item, "a weight") for item in items]
        if "weights" in view and len(weights) != (number or 1):
            message = f"{len(weights)} weights for {number or 1} organisations"
            report.add("CW205", message, view.at("weights"), help="give one for each, or leave them out")
        found[name.text] = OrgLevel(
            name=name.text,
            title=title_of(report, view),
            under=known_name(report, view.get("under"), "level", found),
            number=number,
            weights=tuple(one for one in weights if one is not None),
        )
    return found


def read_staff(
    names: Names, node: Node | None, levels: Mapping[str, OrgLevel], calendars: Collection[str]
) -> dict[str, Staff]:
    """The section ``staff``, by name."""
    report = names.report
    found: dict[str, Staff] = {}
    for name, body in as_entries(report, node, "staff"):
        check_name(report, name, "group")
        view = as_map(report, body, STAFF, at=name.span)
        if view is None:
            continue
        level = known_name(report, view.get("org"), "level", levels)
        number = whole_number(report, view.get("number"), "number", minimum=1, maximum=MOST_PEOPLE)
        units = 1 if level not in levels else _units(levels, level or "")
        _check_group(report, name, view, number, units)
        found[name.text] = Staff(
            name=name.text,
            title=title_of(report, view),
            roles=frozenset(names.role_list(view.get("roles"), "roles")),
            level=level or "",
            number=number,
            calendar=known_name(report, view.get("calendar"), "calendar", calendars),
            shifts=tuple(_shifts(report, view.get("shifts"), None if number is None else number - units + 1)),
            skills=_skills(report, view.get("skills")),
        )
    return found


def _units(levels: Mapping[str, OrgLevel], name: str) -> int:
    """How many organisations a level has."""
    level = levels[name]
    return (level.number or 1) * (1 if level.under not in levels else _units(levels, level.under or ""))


def _check_group(report: Report, name: Scalar, view: MapView, number: int | None, units: int) -> None:
    if len(view.among(("calendar", "shifts"))) > 1:
        message = "a group has either a calendar or shifts"
        report.add("CW205", message, view.at("shifts"), help="leave both out for day and night")
    for key in ("shifts", "skills"):
        if key in view and "number" not in view:
            report.add("CW203", f"{key} need a number", view.at(key), help="say how many people there are")
    if number is not None and number < units:
        message = f"{number} people of {name.text!r} for {units} organisations"
        report.add("CW209", message, view.at("number"), help="each of them needs one at least")


def _shifts(report: Report, node: Node | None, most: int | None) -> list[ShiftPlan]:
    """The shifts; ``most`` is how many people one organisation can have at the most, where the others have one."""
    found = []
    for item in as_list(report, node, "shifts"):
        view = as_map(report, item, SHIFT)
        if view is None:
            continue
        people = whole_number(report, view.get("people"), "people", minimum=1)
        if people is not None and most is not None and people > most >= 1:
            message = f"{people} people on duty, and an organisation has {most} of them at the most"
            report.add(
                "CW209", message, view.at("people"), help="raise the number of the group, or lower this"
            )
        days = read_days(report, view.get("days")) if "days" in view else list(WEEKDAYS)
        hours = read_spans(report, view.get("hours"), "hours")
        if hours:
            found.append(ShiftPlan(days=tuple(days), hours=hours, people=people or 1))
    return found


def _skills(report: Report, node: Node | None) -> dict[str, int]:
    found = {}
    for name, body in as_entries(report, node, "skills"):
        check_name(report, name, "skill")
        found[name.text] = whole_number(report, body, name.text, minimum=1) or 1
    return found
