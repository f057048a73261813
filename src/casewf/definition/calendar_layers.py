"""The layers of a calendar file: nation, province, district, office; a later one wins (T6)."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import attrs

from casewf.definition.calendar_days import DayReader, Days
from casewf.definition.expression_types import suggestion
from casewf.definition.files import NotReadable, decode, is_id, packaged, read_bytes, read_packaged
from casewf.definition.findings import Report, quoted
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.shapes import Shape, as_list, as_map
from casewf.definition.source import SourceText
from casewf.definition.values import text
from casewf.definition.yaml_text import compose
from casewf.errors import DefinitionError
from casewf.worktime import WorkCalendar

__all__ = ["LAYER", "MAX_DEEP", "MAX_FILES", "Origin", "Stack", "read_layers", "stands_on_calendar"]

MAX_DEEP = 8
MAX_FILES = 50
LAYER = Shape("a layer", required=("name",), optional=("days_off", "extra_days", "hours"))


@attrs.frozen(slots=True)
class Origin:
    """Where a calendar file lies, so that it can name others.

    Attributes:
        folder: the folder that paths in it start from; None for a text, which lies nowhere.
        shown: that folder as findings show it.
        chain: the file itself and those that stand on it, as absolute paths or packaged ids.
        read: what was read on the way, by the same keys, so that each file is read once.
    """

    folder: Path | None = None
    shown: str = ""
    chain: tuple[str, ...] = ()
    read: dict[str, WorkCalendar | DefinitionError] = attrs.field(factory=dict)

    @classmethod
    def of_file(cls, path: Path, file: str) -> Origin:
        """The origin of the file at ``path``, which findings call ``file``."""
        return cls(path.parent, os.path.dirname(file), (_key(path),))

    def content_of(self, name: str) -> tuple[bytes, str]:
        """The content of a file that this one names, and what findings call it.

        Raises:
            NotReadable: it cannot be read.
        """
        if self.folder is None:
            raise NotReadable("this text lies in no folder in which it could be")
        return read_bytes(self.folder / name), os.path.join(self.shown, name)

    def above(self, name: str) -> Origin:
        """The origin of a calendar that this one names."""
        if self.folder is None or is_id(name):
            return attrs.evolve(self, folder=None, chain=(*self.chain, name))
        path = self.folder / name
        shown = os.path.dirname(os.path.join(self.shown, name))
        return attrs.evolve(self, folder=path.parent, shown=shown, chain=(*self.chain, _key(path)))


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


_Read = Callable[[Report, Node, Origin], WorkCalendar]


def stands_on_calendar(root: Node) -> bool:
    """Whether the lowest layer of a file is a calendar, so that the file needs no zone and week of its own."""
    layers = root.peek("layers") if isinstance(root, MapNode) else None
    return isinstance(layers, ListNode) and bool(layers.items) and isinstance(layers.items[0], Scalar)


def read_layers(report: Report, node: Node | None, origin: Origin, read: _Read) -> Stack:
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


def _calendar(report: Report, item: Node, name: str, origin: Origin, read: _Read) -> WorkCalendar | None:
    """A layer that is a calendar of its own; None with a finding if it cannot be had."""
    above = origin.above(name)
    key = above.chain[-1]
    if key in origin.chain:
        circle = " → ".join(os.path.basename(one) for one in above.chain[above.chain.index(key) :])
        report.add("CW506", f"layers in a circle: {circle}", item.span, help="take one of them out")
        return None
    if len(above.chain) > MAX_DEEP:
        message = f"layers of layers, more than {MAX_DEEP} files deep"
        report.add("CW506", message, item.span, help="name the lower ones in one list")
        return None
    try:
        found = origin.read.get(key) or _read_once(name, origin, above, read)
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


def _read_once(name: str, origin: Origin, above: Origin, read: _Read) -> WorkCalendar | DefinitionError:
    """What a file holds, kept for those that name it again."""
    found: WorkCalendar | DefinitionError
    content, file = _content(name, origin)
    try:
        report = Report(SourceText(file, decode(content, file).removeprefix("\ufeff")))
        found = read(report, compose(report), above)
    except DefinitionError as error:
        found = error
    origin.read[above.chain[-1]] = found
    return found


def _content(name: str, origin: Origin) -> tuple[bytes, str]:
    if not is_id(name):
        return origin.content_of(name)
    if name not in packaged("calendars"):
        raise NotReadable("it is not among the packaged calendars")
    content, file = read_packaged("calendars", name)
    return content.encode(), file


def _key(path: Path) -> str:
    """One name for a file, however it is reached; a link that leads in a circle ends at the depth."""
    return os.path.abspath(path)
