"""Values as they are written in a definition file: what the readers read back as the same."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal

from casewf.model.text import Label

__all__ = ["written", "written_label", "written_map"]

_PLAIN = re.compile(r"(?:\.{1,2}/)*[^\W\d_][\w./-]*(?: [\w./-]+)*")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def written(value: object) -> str:
    """A value in one line, fit to stand between braces: texts in quotes where they need them.

    Raises:
        TypeError: a value that no definition file holds.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Label):
        return written_label(value)
    if isinstance(value, Mapping):
        return written_map({name: written(one) for name, one in value.items()})
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    raise TypeError(f"a definition file holds no {type(value).__name__}: {value!r}")


def written_map(pairs: Mapping[str, str]) -> str:
    """A map in one line, its values written already."""
    return f"{{{', '.join(f'{written(name)}: {value}' for name, value in pairs.items())}}}"


def written_label(label: Label) -> str:
    """A label with the languages that it has."""
    given = {"zh": label.zh, "en": label.en}
    return written_map({lang: written(text) for lang, text in given.items() if text})


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED and text.isprintable():
        return text
    if text.isprintable() and "'" not in text and text.strip():
        return f"'{text}'"
    return f'"{"".join(map(_character, text))}"'


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    number = ord(character)
    return (
        f"\\x{number:02x}"
        if number < 0x100
        else f"\\u{number:04x}"
        if number < 0x10000
        else f"\\U{number:08x}"
    )
