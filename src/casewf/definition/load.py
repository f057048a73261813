"""Load workflows, calendars and directories: from a path, from a text, or by the id of one that casewf ships."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from casewf.definition.calendar_file import read_calendar
from casewf.definition.calendar_layers import CalendarOrigin
from casewf.definition.directory_file import read_directory
from casewf.definition.document import Document
from casewf.definition.extends import resolve
from casewf.definition.files import is_id, packaged, read_packaged, read_text
from casewf.definition.findings import Report, quoted
from casewf.definition.node import Node
from casewf.definition.origin import Origin
from casewf.definition.shapes import did_you_mean
from casewf.definition.source import SourceText
from casewf.definition.terms_file import read_terms, workflow_of
from casewf.definition.workflow_file import read_definition
from casewf.definition.yaml_text import compose
from casewf.errors import DefinitionError
from casewf.model.directory import StaticDirectory
from casewf.model.migration import Migration
from casewf.model.terms import Terms, general_terms
from casewf.model.workflow import Workflow
from casewf.worktime import WorkCalendar

__all__ = [
    "load_calendar",
    "load_directory",
    "load_migration",
    "load_workflow",
    "packaged_calendars",
    "packaged_terms",
    "packaged_workflows",
    "parse_calendar",
    "parse_directory",
    "parse_document",
    "parse_migration",
    "parse_terms",
    "parse_workflow",
    "read_document",
    "read_text",
    "terms_of",
    "terms_workflow",
]

_Read = TypeVar("_Read")


def load_workflow(source: str | os.PathLike[str], *, name: str | None = None) -> Workflow:
    """The workflow in a file, or a packaged one by its id, such as ``hotline-12351``.

    Args:
        source: a path, or an id. A text of only lower-case letters, digits, ``_`` and ``-`` is an id.
        name: what findings call the file; by default the path.

    Raises:
        DefinitionError: the file is missing or wrong; its ``findings`` hold every problem, in file order.
    """
    return read_document(source, name=name).workflow


def load_migration(source: str | os.PathLike[str], *, name: str | None = None) -> Migration:
    """What a workflow file says of open cases of earlier versions, for ``Engine.migrate``.

    Without a section ``migrate`` that is: what both versions have under one name stays.

    Raises:
        DefinitionError: as ``load_workflow``.
    """
    return _migration(read_document(source, name=name))


def parse_migration(text: str, *, file: str = "<text>") -> Migration:
    """As ``load_migration``, of a text."""
    return _migration(parse_document(text, file=file))


def _migration(document: Document) -> Migration:
    workflow = document.workflow
    return document.migration or Migration(workflow=workflow.id, version=workflow.version)


def read_document(source: str | os.PathLike[str], *, name: str | None = None) -> Document:
    """As ``load_workflow``, with where everything stands in the file.

    Raises:
        DefinitionError: as ``load_workflow``.
    """
    text, file = _fetch(source, name, "workflows")
    origin = (
        Origin(chain=(source,))
        if isinstance(source, str) and is_id(source)
        else Origin.of_file(Path(source), file)
    )
    return _parse(text, file, functools.partial(_document, origin=origin))


def parse_document(text: str, *, file: str = "<text>") -> Document:
    """As ``parse_workflow``, with where everything stands in the text.

    Raises:
        DefinitionError: as ``parse_workflow``.
    """
    return _parse(text, file, _document)


def parse_workflow(text: str, *, file: str = "<text>") -> Workflow:
    """The workflow in a YAML text; ``file`` is what findings call it.

    It may extend a packaged workflow. A text lies in no folder, so it cannot name a file to extend.

    Raises:
        DefinitionError: the text is wrong; its ``findings`` hold every problem, in file order.
    """
    return parse_document(text, file=file).workflow


def load_calendar(source: str | os.PathLike[str], *, name: str | None = None) -> WorkCalendar:
    """The working calendar in a file, or a packaged one by its id, such as ``cn-office``.

    Layers and ``.ics`` files that it names are read, too; findings in them name them.

    Raises:
        DefinitionError: the file is missing or wrong; its ``findings`` hold every problem, in file order.
    """
    text, file = _fetch(source, name, "calendars")
    if isinstance(source, str) and is_id(source):
        return _packaged_calendar(text, file)
    origin = CalendarOrigin.of_file(Path(source), file)
    return _parse(text, file, functools.partial(read_calendar, origin=origin))


def parse_calendar(text: str, *, file: str = "<text>") -> WorkCalendar:
    """The working calendar in a YAML text; ``file`` is what findings call it.

    Its layers may be packaged calendars. A text lies in no folder, so it cannot name files: none is read.

    Raises:
        DefinitionError: the text is wrong; its ``findings`` hold every problem, in file order.
    """
    return _parse(text, file, read_calendar)


def load_directory(source: str | os.PathLike[str], *, name: str | None = None) -> StaticDirectory:
    """The directory in a file; it is the one for ``Engine(directory=...)``.

    Args:
        source: a path.
        name: what findings call the file; by default the path.

    Raises:
        DefinitionError: the file is missing or wrong; its ``findings`` hold every problem, in file order.
    """
    file = name or os.fspath(source)
    return parse_directory(read_text(source, name=file), file=file)


def parse_directory(text: str, *, file: str = "<text>") -> StaticDirectory:
    """The directory in a YAML text; ``file`` is what findings call it.

    Raises:
        DefinitionError: the text is wrong; its ``findings`` hold every problem, in file order.
    """
    return _parse(text, file, read_directory)


def parse_terms(text: str, *versions: Workflow, file: str = "<text>") -> Terms:
    """The terms for key figures in a YAML text.

    Args:
        text: the text.
        versions: the versions of the workflow whose cases are counted, the newest last; a name of any of them is known.
        file: what findings call it.

    Raises:
        DefinitionError: the text is wrong; its ``findings`` hold every problem, in file order.
    """
    return _parse(text, file, functools.partial(read_terms, versions=versions))


def terms_workflow(text: str, *, file: str = "<text>") -> str:
    """The id of the workflow whose terms for key figures a YAML text holds.

    Raises:
        DefinitionError: it is no such text.
    """
    return _parse(text, file, workflow_of)


def terms_of(*versions: Workflow) -> Terms:
    """The terms for key figures that casewf ships for a workflow; where there are none, those of any workflow.

    Args:
        versions: as for ``parse_terms``.

    Raises:
        DefinitionError: a version has none of the names that they speak of.
    """
    found = packaged_terms(*versions)
    return general_terms(versions[-1]) if found is None else found[0]


def packaged_terms(*versions: Workflow) -> tuple[Terms, str] | None:
    """The packaged terms that hold for a workflow, and their text; None if there are none.

    They are those of its id. A workflow with another id has those of which it has every name, each of the same kind:
    a stored workflow does not keep over which one it was laid, and an overlay keeps the names unless it says otherwise.

    Args:
        versions: as for ``parse_terms``.

    Raises:
        DefinitionError: as ``terms_of``.
    """
    known, own = packaged("terms"), versions[-1].id
    if own in known:
        text, file = read_packaged("terms", own)
        return parse_terms(text, *versions, file=file), text
    for name in known:
        text, file = read_packaged("terms", name)
        with contextlib.suppress(DefinitionError):
            return _parse(text, file, functools.partial(read_terms, versions=versions, of_another=True)), text
    return None


def packaged_workflows() -> tuple[str, ...]:
    """The ids of the workflows that casewf ships."""
    return packaged("workflows")


def packaged_calendars() -> tuple[str, ...]:
    """The ids of the calendars that casewf ships."""
    return packaged("calendars")


_packaged_calendar = functools.cache(lambda text, file: parse_calendar(text, file=file))


def _document(report: Report, root: Node, origin: Origin | None = None) -> Document:
    whole, below = resolve(report, root, Origin() if origin is None else origin)
    workflow, migration = read_definition(report, whole)
    return Document(report=report, root=whole, below=below, workflow=workflow, migration=migration)


def _parse(text: str, file: str, read: Callable[[Report, Node], _Read]) -> _Read:
    report = Report(SourceText(file, text.removeprefix("\ufeff")))
    return read(report, compose(report))


def _fetch(source: str | os.PathLike[str], name: str | None, kind: str) -> tuple[str, str]:
    """The text, and what findings call the file."""
    known = packaged(kind)
    if not isinstance(source, str) or not is_id(source):
        file = name or os.fspath(source)
        return read_text(source, name=file, advice=f"packaged {kind}: {', '.join(known)}"), file
    if source not in known:
        report = Report(SourceText(name or source, ""))
        advice = f"for a file of that name write its path, such as ./{source}"
        meant = f"; {close}" if (close := did_you_mean(source, known)) else ""
        message = f"{quoted(source)} is not among the packaged {kind} ({', '.join(known)}){meant}"
        report.fail("CW101", message, help=advice)
    text, file = read_packaged(kind, source)
    return text, name or file
