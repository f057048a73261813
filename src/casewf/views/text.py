"""Text for terminals: how wide it is, how it is padded and broken into lines, and colours."""

from __future__ import annotations

import re
import unicodedata

import attrs

__all__ = ["Paint", "beside", "pad", "width", "wrap"]

_NOT_FIRST = "，。；：、！？）》」』”’…,.;:!?)]}"
_NOT_LAST = "（《「『“‘([{"
_BREAKABLE = re.compile(r"[^\s\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]+|\s+|.", re.DOTALL)
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def width(text: str) -> int:
    """Columns that a text takes on a terminal: Chinese characters two, combining marks none."""
    return sum(_columns(character) for character in text)


def pad(text: str, columns: int) -> str:
    """The text filled up with blanks to ``columns``; a longer one stays as it is."""
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int, *, indent: int = 0) -> list[str]:
    """The text in lines of at most ``columns``, at least one.

    Chinese breaks anywhere but before closing and after opening marks; other words stay whole where they fit.

    Args:
        text: what to break; its own line ends count as blanks.
        columns: at least 2.
        indent: blanks before every line but the first; they count.
    """
    lines = [""]
    for word in _words(text):
        if word.isspace():
            word = " " if lines[-1].strip() else ""
        elif width(lines[-1]) + width(word) > columns and lines[-1].strip():
            lines[-1] = lines[-1].rstrip()
            lines.append(" " * indent)
        for piece in _pieces(word, columns - indent):
            if width(lines[-1]) + width(piece) > columns and lines[-1].strip() and not piece.isspace():
                lines[-1] = lines[-1].rstrip()
                lines.append(" " * indent)
            lines[-1] += piece
    lines[-1] = lines[-1].rstrip()
    return lines


def beside(left: list[str], right: list[str], columns: int) -> list[str]:
    """Two blocks of lines side by side, the left one filled up to ``columns``; colours are no hindrance."""
    height = max(len(left), len(right))
    left = [*left, *[""] * (height - len(left))]
    right = [*right, *[""] * (height - len(right))]
    rows = (one + " " * (columns - width(_plain(one))) + other for one, other in zip(left, right, strict=True))
    return [row.rstrip() for row in rows]


@attrs.frozen(slots=True)
class Paint:
    """Puts colours on a text, if asked to; a padded text stays as wide as it is."""

    colour: bool = False

    def __call__(self, text: str, *styles: str) -> str:
        """The text in these styles: ``bold``, ``dim``, ``red``, ``green``, ``yellow``, ``blue``, ``cyan``."""
        if not self.colour or not text.strip() or not styles:
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"


_ESCAPE = re.compile("\x1b\\[[0-9;]*m")


def _plain(text: str) -> str:
    return _ESCAPE.sub("", text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _words(text: str) -> list[str]:
    """What must not be broken, with the marks that stay with it."""
    found: list[str] = []
    for word in _BREAKABLE.findall(text):
        sticks = word[0] in _NOT_FIRST and not word.isspace()
        if found and not found[-1].isspace() and (sticks or found[-1][-1] in _NOT_LAST):
            found[-1] += word
        else:
            found.append(word)
    return found


def _pieces(word: str, columns: int) -> list[str]:
    """A word cut where it is longer than a line."""
    pieces = [""]
    for character in word:
        if width(pieces[-1]) + _columns(character) > max(columns, 2):
            pieces.append("")
        pieces[-1] += character
    return pieces
