"""The layers of a calendar file: nation, province, district, office; a later one wins (T6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import attrs

from casewf.definition.calendar_days import DayReader, Days
from casewf.definition.expression_types import suggestion
from casewf.definition.files import NotReadable, is_id, packaged
from casewf.definition.findings import Report, quoted
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.origin import Origin
from casewf.definition.shapes import Shape, as_list, as_map
from casewf.definition.source import SourceText
from casewf.definition.values import text
from casewf.definition.yaml_text import compose
from casewf.errors import DefinitionError
from casewf.worktime import WorkCalendar

__all__ = ["LAYER", "MAX_DEEP", "MAX_FILES", "CalendarOrigin", "Stack", "read_layers", "stands_on_calendar"]

MAX_DEEP = 8
MAX_FILES = 50
LAYER = Shape("a layer", required=("name",), optional=("days_off", "extra_days", "hours"))


@attrs.frozen(slots=True)
class CalendarOrigin(Origin):
    """Where a calendar file lies.

    Attributes:
        read: what was read on the way, by the keys of ``chain``, so that each file is read once.
    """

    read: dict[str, WorkCalendar | DefinitionError] = attrs.field(factory=dict)


@attrs.define(slots=True)
class Stack:
    """Layers, one on the other.

    Attributes:
        base: the calendar at the bottom, if it is one.
        days: what all say together.
        announced_through: the earliest end that one of them has.
    """

    base: WorkCalendar | None = None
    days: Days = attrs.field(factory=Days)
    announced_through: dt.date | None = None

    def lay(self, calendar: WorkCalendar) -> None:
        """Put a whole calendar on top."""
        self.days.lay(Days.of(calendar))
        ends = [end for end in (self.announced_through, calendar.announced_through) if end is not None]
        self.announced_through = min(ends, default=None)


_Read = Callable[[Report, Node, CalendarOrigin], WorkCalendar]


def stands_on_calendar(root: Node) -> bool:
    """Whether the lowest layer of a file is a calendar, so that the file needs no zone and week of its own."""
    layers = root.peek("layers") if isinstance(root, MapNode) else None
    return isinstance(layers, ListNode) and bool(layers.items) and isinstance(layers.items[0], Scalar)


def read_layers(report: Report, node: Node | None, origin: CalendarOrigin, read: _Read) -> Stack:
    """The layers under a file, stacked.

    Args:
        report: of the file.
        node: its key ``layers``.
        origin: where the file lies.
        read: reads the calendar in a document; the reader of which this is a part.
    """
    stack = Stack()
    items = as_list(report, node, "layers")
    if len(items) > MAX_FILES:
        report.add("CW506", f"more than {MAX_FILES} layers", items[MAX_FILES].span, help="put some into one")
    seen: dict[str, int] = {}
    for number, item in enumerate(items[:MAX_FILES]):
        if isinstance(item, MapNode):
            stack.days.lay(_inline(report, item))
            continue
        name = text(report, item, "a layer")
        if name is None:
            continue
        if name in seen:
            report.add(
                "CW211",
                f"{quoted(name)} stands twice in layers",
                item.span,
                help=f"the first one is in line {seen[name]}",
            )
            continue
        seen[name] = item.span.line
        calendar = _calendar(report, item, name, origin, read)
        if calendar is not None:
            stack.lay(calendar)
            stack.base = calendar if number == 0 else stack.base
    return stack


def _inline(report: Report, node: Node) -> Days:
    """A layer written out in the file."""
    view = as_map(report, node, LAYER)
    reader = DayReader(report)
    if view is not None:
        text(report, view.get("name"), "name")
        reader.read_lists(view)
        reader.read_hours(view)
    return reader.days


def _calendar(
    report: Report, item: Node, name: str, origin: CalendarOrigin, read: _Read
) -> WorkCalendar | None:
    """A layer that is a calendar of its own; None with a finding if it cannot be had."""
    if circle := origin.circle(name):
        report.add("CW506", f"layers in a circle: {circle}", item.span, help="take one of them out")
        return None
    above = origin.above(name)
    if len(above.chain) > MAX_DEEP:
        message = f"layers of layers, more than {MAX_DEEP} files deep"
        report.add("CW506", message, item.span, help="name the lower ones in one list")
        return None
    try:
        found = origin.read.get(above.chain[-1]) or _read_once(name, origin, above, read)
    except NotReadable as error:
        known = packaged("calendars")
        advice = f"a path starts at this file's folder; packaged calendars: {', '.join(known)}"
        if is_id(name):
            advice = f"{suggestion(name, known)}; for a file of that name write its path, such as ./{name}"
        report.add("CW101", f"the layer {quoted(name)} cannot be read: {error}", item.span, help=advice)
        return None
    if isinstance(found, DefinitionError):
        report.adopt(found)
        return None
    return found


def _read_once(
    name: str, origin: CalendarOrigin, above: CalendarOrigin, read: _Read
) -> WorkCalendar | DefinitionError:
    """What a file holds, kept for those that name it again."""
    found: WorkCalendar | DefinitionError
    try:
        written, file = origin.text_of(name, "calendars")
        report = Report(SourceText(file, written.removeprefix("\ufeff")))
        found = read(report, compose(report), above)
    except DefinitionError as error:
        found = error
    origin.read[above.chain[-1]] = found
    return found
