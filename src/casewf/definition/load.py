"""Load workflows and calendars: from a path, from a text, or by the id of one that casewf ships."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from casewf.definition.calendar_file import read_calendar
from casewf.definition.expression_types import suggestion
from casewf.definition.findings import Report, quoted
from casewf.definition.node import Node
from casewf.definition.source import SourceText
from casewf.definition.workflow_file import read_workflow
from casewf.definition.yaml_text import compose
from casewf.model.workflow import Workflow
from casewf.worktime import WorkCalendar

__all__ = [
    "load_calendar",
    "load_workflow",
    "packaged_calendars",
    "packaged_workflows",
    "parse_calendar",
    "parse_workflow",
    "read_text",
]

MAX_BYTES = 5_000_000
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SUFFIX = ".yaml"
_Read = TypeVar("_Read")


def load_workflow(source: str | os.PathLike[str], *, name: str | None = None) -> Workflow:
    """The workflow in a file, or a packaged one by its id, such as ``hotline-12351``.

    Args:
        source: a path, or an id. A text of only lower-case letters, digits, ``_`` and ``-`` is an id.
        name: what findings call the file; by default the path.

    Raises:
        DefinitionError: the file is missing or wrong; its ``findings`` hold every problem, in file order.
    """
    text, file = _fetch(source, name, "workflows")
    return parse_workflow(text, file=file)


def parse_workflow(text: str, *, file: str = "<text>") -> Workflow:
    """The workflow in a YAML text; ``file`` is what findings call it.

    Raises:
        DefinitionError: the text is wrong; its ``findings`` hold every problem, in file order.
    """
    return _parse(text, file, read_workflow)


def load_calendar(source: str | os.PathLike[str], *, name: str | None = None) -> WorkCalendar:
    """The working calendar in a file, or a packaged one by its id, such as ``cn-office``.

    Raises:
        DefinitionError: the file is missing or wrong; its ``findings`` hold every problem, in file order.
    """
    text, file = _fetch(source, name, "calendars")
    if isinstance(source, str) and _ID.fullmatch(source):
        return _packaged_calendar(text, file)
    return parse_calendar(text, file=file)


def parse_calendar(text: str, *, file: str = "<text>") -> WorkCalendar:
    """The working calendar in a YAML text; ``file`` is what findings call it.

    Raises:
        DefinitionError: the text is wrong; its ``findings`` hold every problem, in file order.
    """
    return _parse(text, file, read_calendar)


def packaged_workflows() -> tuple[str, ...]:
    """The ids of the workflows that casewf ships."""
    return _packaged("workflows")


def packaged_calendars() -> tuple[str, ...]:
    """The ids of the calendars that casewf ships."""
    return _packaged("calendars")


def read_text(path: str | os.PathLike[str], *, name: str | None = None, advice: str = "") -> str:
    """The text of a UTF-8 file of at most 5 MB.

    Args:
        path: where it is.
        name: what findings call it; by default the path.
        advice: what to do if there is no such file.

    Raises:
        DefinitionError: it cannot be read, or is no such text.
    """
    return _decode(Path(path), name or os.fspath(path), advice)


_packaged_calendar = functools.cache(lambda text, file: parse_calendar(text, file=file))


def _parse(text: str, file: str, read: Callable[[Report, Node], _Read]) -> _Read:
    report = Report(SourceText(file, text.removeprefix("\ufeff")))
    return read(report, compose(report))


def _folder(kind: str) -> Traversable:
    return files("casewf").joinpath(kind)


def _packaged(kind: str) -> tuple[str, ...]:
    names = (entry.name for entry in _folder(kind).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def _fetch(source: str | os.PathLike[str], name: str | None, kind: str) -> tuple[str, str]:
    """The text, and what findings call the file."""
    known = _packaged(kind)
    if not isinstance(source, str) or not _ID.fullmatch(source):
        file = name or os.fspath(source)
        return read_text(source, name=file, advice=f"packaged {kind}: {', '.join(known)}"), file
    if source not in known:
        report = Report(SourceText(name or source, ""))
        advice = f"{suggestion(source, known)}; for a file of that name write its path, such as ./{source}"
        report.fail("CW101", f"{quoted(source)} is not among the packaged {kind}", help=advice)
    file = f"{source}{_SUFFIX}"
    return _decode(_folder(kind).joinpath(file), name or file, ""), name or file


def _decode(path: Traversable, file: str, advice: str) -> str:
    report = Report(SourceText(file, ""))
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        report.fail("CW101", f"the file cannot be read: {reason}", help=advice)
    if len(content) > MAX_BYTES:
        report.fail("CW103", f"the file has more than {MAX_BYTES:,} bytes", help="is it the right file?")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        text = content[: error.start].decode("utf-8")
        rest = content[error.start :].split(b"\n", 1)[0].decode("utf-8", "replace")
        report = Report(SourceText(file, text + rest))
        report.fail(
            "CW102",
            f"the file is not UTF-8: byte 0x{content[error.start]:02X} means nothing here",
            report.source.span_at(len(text)),
            help="save it as UTF-8; Chinese text from older programs is often GBK",
        )
