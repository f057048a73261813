"""A bindings file: what a host really has, for the linter to hold workflows against; see ``bindings-format.md``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

import attrs

from casewf.definition.document import Located
from casewf.definition.files import is_id, read_text
from casewf.definition.findings import Finding, Report, quoted
from casewf.definition.load import load_calendar, load_directory, load_workflow
from casewf.definition.names import check_host_name, check_name
from casewf.definition.node import ListNode, Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_map
from casewf.definition.source import SourceText
from casewf.definition.values import check_format, refuse_other_kind, text, texts
from casewf.definition.yaml_text import compose
from casewf.errors import DefinitionError, InternalError
from casewf.model.directory import StaticDirectory
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Workflow
from casewf.worktime import WorkCalendar

__all__ = ["BINDINGS", "FORMAT", "MAX_FILES", "Bindings", "load_bindings", "parse_bindings"]

FORMAT = 1
MAX_FILES = 50
BINDINGS = Shape(
    "bindings",
    required=("casewf-bindings",),
    optional=("workflows", "directory", "roles", "hooks", "connectors", "calendars"),
)


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_Read = TypeVar("_Read")
_WithId = TypeVar("_WithId", bound=_Named)


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Bindings(Located):
    """What a host really has. Of what the file does not speak, nothing is known, and None stands here.

    Attributes:
        workflows: those that it runs, by id.
        directory: its people.
        roles: the roles that somebody has: a person of the directory, or who is not in it.
        listed_roles: those that the file itself names.
        hooks, connectors: those that it passes to the engine.
        calendars: those that it passes to the engine, beside the packaged ones, by id.
    """

    workflows: Mapping[str, Workflow] | None
    directory: StaticDirectory | None
    roles: frozenset[str] | None
    listed_roles: tuple[str, ...]
    hooks: tuple[str, ...] | None
    connectors: tuple[str, ...] | None
    calendars: Mapping[str, WorkCalendar] | None


def load_bindings(source: str | os.PathLike[str], *, name: str | None = None) -> Bindings:
    """The bindings in a file, with all that it names.

    Args:
        source: a path.
        name: what findings call the file; by default the path.

    Raises:
        DefinitionError: the file, or one that it names, is missing or wrong; its ``findings`` hold every problem.
    """
    file = name or os.fspath(source)
    return _parse(read_text(source, name=file), file, Path(source).parent)


def parse_bindings(written: str, *, file: str = "<text>") -> Bindings:
    """The bindings in a YAML text; ``file`` is what findings call it.

    They may name packaged workflows. A text lies in no folder, so it cannot name files: none is read.

    Raises:
        DefinitionError: the text is wrong; its ``findings`` hold every problem, in file order.
    """
    return _parse(written, file, None)


def _parse(written: str, file: str, folder: Path | None) -> Bindings:
    report = Report(SourceText(file, written.removeprefix("\ufeff")))
    root = compose(report)
    refuse_other_kind(report, root, "casewf-bindings")
    view = as_map(report, root, BINDINGS)
    if view is None:
        report.close()
        raise InternalError("a root that is no map was noted")
    check_format(report, view, "casewf-bindings", FORMAT)
    reader = _Reader(report, folder, os.path.dirname(file))
    workflows = reader.by_id(view, "workflows", load_workflow)
    directory = reader.directory(view.get("directory"))
    roles = reader.names(view, "roles", "a role")
    bindings = Bindings(
        report=report,
        root=root,
        workflows=workflows,
        directory=directory,
        roles=_held(roles, directory),
        listed_roles=roles or (),
        hooks=reader.names(view, "hooks", "a hook"),
        connectors=reader.names(view, "connectors", "a connector"),
        calendars=reader.by_id(view, "calendars", load_calendar),
    )
    report.close()
    return bindings


def _held(roles: tuple[str, ...] | None, directory: StaticDirectory | None) -> frozenset[str] | None:
    """The roles that somebody has; None where nothing is said of people."""
    if directory is None:
        return None if roles is None else frozenset(roles)
    people = [person for members in directory.members.values() for person in members]
    return frozenset(roles or ()).union(*(person.roles for person in people))


class _Reader:
    """Reads the sections, and the files that they name."""

    def __init__(self, report: Report, folder: Path | None, shown: str) -> None:
        self._report = report
        self._folder = folder
        self._shown = shown

    def names(self, view: MapView, key: str, what: str) -> tuple[str, ...] | None:
        """The names of a list; ``[]`` is none at all, and no list says nothing."""
        if key not in view:
            return None
        found = self._items(view, key)
        for name in found:
            if key != "roles":
                check_host_name(self._report, name, what)
                continue
            check_name(self._report, name, "role")
            if name.text == SYSTEM:
                message = "nobody has the role 'system'; it stands for timers"
                self._report.add("CW302", message, name.span, help="leave it out")
        return tuple(name.text for name in found)

    def by_id(self, view: MapView, key: str, load: Callable[..., _WithId]) -> dict[str, _WithId] | None:
        """What the files of a list hold, and what is packaged under its ids."""
        if key not in view:
            return None
        found: dict[str, _WithId] = {}
        lines: dict[str, int] = {}
        items, kind = self._items(view, key), key.removesuffix("s")
        if len(items) > MAX_FILES:
            message = f"more than {MAX_FILES} {key}"
            self._report.add("CW611", message, items[MAX_FILES].span, help="lint them in several runs")
        for item in items[:MAX_FILES]:
            one = self._load(item, f"the {kind}", load, packaged=True)
            if one is None:
                continue
            if one.id in found:
                message = f"{quoted(item.text)} is the {kind} {quoted(one.id)} once more"
                advice = f"line {lines[one.id]} names it already; a host has one version of each"
                self._report.add("CW611", message, item.span, help=advice)
            found.setdefault(one.id, one)
            lines.setdefault(one.id, item.span.line)
        return found

    def directory(self, node: Node | None) -> StaticDirectory | None:
        """The directory in the file that is named."""
        if text(self._report, node, "directory") is None or not isinstance(node, Scalar):
            return None
        return self._load(node, "the directory", load_directory, packaged=False)

    def _items(self, view: MapView, key: str) -> list[Scalar]:
        node = view.get(key)
        empty = isinstance(node, ListNode) and not node.items
        return [] if empty else texts(self._report, node, key)

    def _load(self, item: Scalar, what: str, load: Callable[..., _Read], *, packaged: bool) -> _Read | None:
        """What a file holds; None with a finding if it cannot be had.

        A file that cannot be read is a fault of the line that names it; what is wrong in one stands there.
        """
        by_id = packaged and is_id(item.text)
        try:
            if by_id:
                return load(item.text)
            if self._folder is None:
                self._unreadable(item, what, "this text lies in no folder in which it could be")
                return None
            return load(self._folder / item.text, name=os.path.join(self._shown, item.text))
        except DefinitionError as error:
            first = error.findings[0]
            if not isinstance(first, Finding) or first.code != "CW101":
                self._report.adopt(error)
            elif by_id:
                self._report.add("CW101", first.message, item.span, help=first.help)
            else:
                self._unreadable(item, what, first.message.removeprefix("the file cannot be read: "))
        return None

    def _unreadable(self, item: Scalar, what: str, why: str) -> None:
        message = f"{what} {quoted(item.text)} cannot be read: {why}"
        self._report.add("CW101", message, item.span, help="a path starts at this file's folder")
