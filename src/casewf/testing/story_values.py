"""Times and field values as stories write them."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable
from typing import Any

from casewf.definition.findings import Report, quoted
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.shapes import as_entries, as_list, kind_of
from casewf.definition.values import (
    FIRST_YEAR,
    LAST_YEAR,
    boolean,
    date,
    decimal_number,
    known_name,
    label,
    one_of,
    text,
    whole_number,
)
from casewf.errors import DefinitionError
from casewf.model.text import Label
from casewf.model.workflow import Field
from casewf.testing.clock import datetime_of, instant_of

__all__ = ["Times", "field_value", "known_name", "names_of", "note", "plain_value", "value_if_it_fits"]

_MOMENT = re.compile(r"(?:(\d{4}-\d{2}-\d{2}) +)?(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)")
_HELP = "write it as 2025-06-17 08:55, 2025-06-17 08:55:10, or 08:55 on the date of the step above"
_WHOLE = re.compile(r"-?[0-9]+")


class Times:
    """Reads times of one zone; ``today`` is the date that a time alone belongs to."""

    def __init__(self, report: Report, zone: zoneinfo.ZoneInfo) -> None:
        self._report = report
        self._zone = zone
        self.zone = zone.key
        self.today: dt.date | None = None

    def read(self, node: Node | None, what: str) -> int | None:
        """The instant in microseconds; None, and a finding, for what is no time or is skipped in the zone."""
        written = text(self._report, node, what)
        if written is None or node is None:
            return None
        form = _MOMENT.fullmatch(written.strip())
        try:
            day = self.today if form is None or form[1] is None else dt.date.fromisoformat(form[1])
            time = None if form is None else dt.time.fromisoformat(_six_digits(form[2]))
        except ValueError:
            day = time = None
        if time is None or day is None:
            missing = "has no date" if time is not None else "is not a time"
            self._report.add("CW207", f"{what} {quoted(written)} {missing}", node.span, help=_HELP)
            return None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            message = f"{what} {quoted(written)} must be in the years {FIRST_YEAR}–{LAST_YEAR}"
            self._report.add("CW207", message, node.span)
            return None
        moment = dt.datetime.combine(day, time, self._zone)
        if moment.astimezone(dt.UTC).astimezone(self._zone).replace(tzinfo=None) != moment.replace(
            tzinfo=None
        ):
            message = f"{what} {quoted(written)} does not exist in {self._zone.key}"
            self._report.add(
                "CW207", message, node.span, help="clocks are put forward then; choose a later time"
            )
            return None
        return instant_of(moment)

    def show(self, instant: int) -> str:
        """An instant as a story would write it."""
        return self._local(instant).isoformat(" ")

    def date_of(self, instant: int) -> dt.date:
        """The local date of an instant."""
        return self._local(instant).date()

    def _local(self, instant: int) -> dt.datetime:
        return datetime_of(instant).astimezone(self._zone).replace(tzinfo=None)


def field_value(report: Report, times: Times, name: str, field: Field, node: Node) -> object:
    """The value of a field in the type that a host would pass; None, and a finding, for a wrong one."""
    if not field.many:
        return _one(report, times, name, field, node)
    items = as_list(report, node, name)
    return tuple(_one(report, times, name, field, item) for item in items)


def value_if_it_fits(report: Report, times: Times, name: str, field: Field, node: Node) -> object:
    """The value of a field, or what is written where that does not fit: a step may want it refused."""
    trial = Report(report.source)
    try:
        value = field_value(trial, times, name, field, node)
        trial.close()
    except DefinitionError:
        return plain_value(node)
    return value


def plain_value(node: Node) -> object:
    """What is written, as the nearest plain value: a whole number, true or false, a text, a list, a map."""
    if isinstance(node, MapNode):
        return {key.text: plain_value(value) for key, value in node.pairs}
    if isinstance(node, ListNode):
        return [plain_value(item) for item in node.items]
    if node.style == "" and node.text in ("true", "false"):
        return node.text == "true"
    if node.style == "" and _WHOLE.fullmatch(node.text):
        return int(node.text)
    return None if node.is_null else node.text


def names_of(report: Report, node: Node | None, what: str) -> list[tuple[Scalar, Node]]:
    """The pairs of a map; an empty map is allowed."""
    return [] if isinstance(node, MapNode) and not node.pairs else as_entries(report, node, what)


def note(report: Report, node: Node | None) -> Label:
    """A remark: one text, or a label."""
    if isinstance(node, Scalar):
        words = text(report, node, "note") or ""
        return Label(zh=words, en=words)
    return label(report, node)


def _one(report: Report, times: Times, name: str, field: Field, node: Node) -> object:
    if field.kind == "choice":
        return one_of(report, node, name, field.of)
    if field.kind == "instant":
        instant = times.read(node, name)
        return None if instant is None else datetime_of(instant)
    readers: dict[str, Callable[[Report, Node, str], Any]] = {
        "integer": whole_number,
        "decimal": decimal_number,
        "boolean": boolean,
        "date": date,
    }
    if isinstance(node, Scalar) and node.is_null:
        report.add("CW206", f"{name} has no value, found {kind_of(node)}", node.span, help="leave it out")
        return None
    return readers.get(field.kind, text)(report, node, name)


def _six_digits(time: str) -> str:
    """A time with its fraction filled up, which Python 3.11 reads with three or six digits only."""
    whole, point, fraction = time.partition(".")
    return f"{whole}.{fraction:0<6}" if point else whole
