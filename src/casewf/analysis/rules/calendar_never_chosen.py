"""A calendar that is chosen by a value which its field never has."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.model.workflow import Field

__all__ = ["RULE"]

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,18}")


def _check(subject: Subject) -> Iterator[Problem]:
    choice = subject.workflow.calendar
    field = None if choice.field is None else subject.workflow.fields.get(choice.field)
    if field is None:
        return
    for value in choice.of:
        why = _never(field, value)
        if why:
            yield Problem(
                message=f"{choice.field!r} never has the value {value!r}: {why}",
                span=subject.key("calendar", "of", value),
                help="write the value as the field has it, or delete the line",
            )


def _never(field: Field, value: str) -> str:
    """Why a field of one value is never written so; empty if it may be."""
    if field.kind == "boolean":
        return "" if value in ("true", "false") else "it is true or false"
    if field.kind == "date":
        try:
            return "" if dt.date.fromisoformat(value).isoformat() == value else "a date is written 2026-01-31"
        except ValueError:
            return "a date is written 2026-01-31"
    if field.kind not in ("integer", "decimal"):
        return ""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "it is a number"
    if field.kind == "integer" and not _WHOLE.fullmatch(value):
        return "a whole number is written without zeros before it"
    if field.minimum is not None and number < field.minimum:
        return f"it is at least {field.minimum}"
    if field.maximum is not None and number > field.maximum:
        return f"it is at most {field.maximum}"
    return ""


RULE = Rule(
    code="CW765",
    name="calendar-never-chosen",
    level=WARNING,
    title="a calendar is chosen by a value that does not occur",
    zh="用来选择日历的值不会出现",
    what="A value under `of` of a choice of calendars that the field cannot have by its type and bounds. "
    "Options of a choice field are looked at when the file is read (CW303).",
    why="The cases meant by it go by the default calendar: a district's own hours and days off are not "
    "counted, and its limits are due at another time than it thinks.",
    instead="Write the value as the field has it.",
    check=_check,
)
