"""Where the texts of definitions come from: files, and what casewf ships; how much is read, and how."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from casewf.definition.findings import Report
from casewf.definition.source import SourceText

__all__ = [
    "MAX_BYTES",
    "NotReadable",
    "decode",
    "is_id",
    "kind_of_file",
    "packaged",
    "read_bytes",
    "read_packaged",
    "read_text",
]

MAX_BYTES = 5_000_000
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SUFFIX = ".yaml"
_FIRST_KEY = re.compile(
    rb"^(?:\xef\xbb\xbf)?[\"']?casewf(?:-(bindings|calendar|directory|profile|story))?[\"']?\s*:",
    re.MULTILINE,
)


class NotReadable(Exception):  # noqa: N818  # what is the case
    """A file cannot be read; the text is the reason, for a finding."""


def is_id(source: object) -> bool:
    """Whether a source is the id of something packaged, and no path."""
    return isinstance(source, str) and _ID.fullmatch(source) is not None


def kind_of_file(path: Path) -> str | None:
    """What a file of ours is: ``workflow``, ``calendar``, ``directory``, ``story``, ``bindings``, ``profile``; or None.

    It is told by the key that such a file begins with; whether the rest is right is for its reader to say.
    """
    try:
        found = _FIRST_KEY.search(read_bytes(path))
    except NotReadable:
        return None
    return None if found is None else (found[1] or b"workflow").decode()


def packaged(kind: str) -> tuple[str, ...]:
    """The ids of what casewf ships of one kind: ``workflows``, ``calendars``, ``profiles`` or ``terms``."""
    names = (entry.name for entry in _folder(kind).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def read_packaged(kind: str, name: str) -> tuple[str, str]:
    """The text of a packaged file, and what findings call it."""
    file = f"{name}{_SUFFIX}"
    return decode(read_bytes(_folder(kind).joinpath(file)), file), file


def read_text(path: str | os.PathLike[str], *, name: str | None = None, advice: str = "") -> str:
    """The text of a UTF-8 file of at most 5 MB.

    Args:
        path: where it is.
        name: what findings call it; by default the path.
        advice: what to do if there is no such file.

    Raises:
        DefinitionError: it cannot be read, or is no such text.
    """
    file = name or os.fspath(path)
    try:
        content = read_bytes(Path(path))
    except NotReadable as error:
        Report(SourceText(file, "")).fail("CW101", f"the file cannot be read: {error}", help=advice)
    return decode(content, file)


def read_bytes(path: Traversable, *, regular: bool = False) -> bytes:
    """The content of a file, at most one byte more than 5 MB of it.

    Args:
        path: where it is.
        regular: it must be a regular file; else a pipe will do, such as a shell makes of a command's output.

    Raises:
        NotReadable: there is no such file, it is a device, or it may not be read.
    """
    try:
        if isinstance(path, Path) and (path.is_char_device() or path.is_block_device()):
            raise NotReadable("it is a device")  # whose end may never come
        if regular and isinstance(path, Path) and (path.is_fifo() or path.is_socket()):
            raise NotReadable("it is no regular file")  # into which nobody may ever write
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise NotReadable(getattr(error, "strerror", None) or str(error)) from None


def decode(content: bytes, file: str) -> str:
    """The text that bytes stand for in UTF-8.

    Raises:
        DefinitionError: it has more than 5 MB, or is no UTF-8.
    """
    if len(content) > MAX_BYTES:
        Report(SourceText(file, "")).fail(
            "CW103", f"the file has more than {MAX_BYTES:,} bytes", help="is it the right file?"
        )
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


def _folder(kind: str) -> Traversable:
    return files("casewf").joinpath(kind)
