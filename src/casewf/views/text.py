"""Text for terminals: how wide it is, how it is padded and broken into lines, and colours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import attrs

__all__ = [
    "Paint",
    "beside",
    "longest_word",
    "marked",
    "pad",
    "shorten",
    "unbroken",
    "visible",
    "width",
    "wrap",
]

_NO_BREAK = "\u00a0"
_JOINER = "\u2060"
_NOT_FIRST = f"，。；：、！？）》」』”’…,.;:!?)]}}{_NO_BREAK}{_JOINER}"
_NOT_LAST = f"（《「『“‘([{{{_NO_BREAK}{_JOINER}"
_WORD = re.compile(r"[^\s\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]+|[^\S\u00a0]+|.", re.DOTALL)
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def width(text: str) -> int:
    """Columns that a text takes on a terminal: Chinese characters two, combining marks none."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_columns, text))


def pad(text: str, columns: int) -> str:
    """The text filled up with blanks to ``columns``; a longer one stays as it is."""
    return text + " " * (columns - width(text))


_UNSEEN = re.compile(
    "[^\t\n\r\u0020-\u007e\u00a0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


def visible(text: str) -> str:
    """The text as a document shows it: what XML forbids, and what turns around the words that follow, is marked.

    An override of the direction of writing (U+202A to U+202E, U+2066 to U+2069) that is not ended would go on beyond
    the text; right-to-left letters and marks stay.
    """
    return _UNSEEN.sub("�", text)


_CONTROLS = {
    code: "�" for code in (*range(0x20), *range(0x7F, 0xA0)) if not chr(code).isspace() or code == 0x85
}


def wrap(text: str, columns: int) -> list[str]:
    """The text in lines of at most ``columns``, at least one line.

    Chinese breaks anywhere but before closing and after opening marks; words stay whole if they fit. What a terminal
    would act on is marked instead: texts come from callers, who must not steer a clerk's screen.
    """
    lines, taken = [""], 0
    for word in _fitting(_words(text.translate(_CONTROLS)), columns):
        if word.isspace() and word[0] != _NO_BREAK:
            if lines[-1]:
                lines[-1] += " "
                taken += 1
            continue
        if lines[-1] and taken + width(word) > columns:
            lines.append("")
            taken = 0
        for piece in _pieces(word, columns):
            if lines[-1] and taken + width(piece) > columns:
                lines.append("")
                taken = 0
            lines[-1] += piece
            taken += width(piece)
    return [line.rstrip().replace(_NO_BREAK, " ").replace(_JOINER, "") for line in lines]


def marked(mark: str, text: str, columns: int) -> list[str]:
    """The text in lines, the first after ``mark`` and the others indented as much; or just in lines."""
    if not mark:
        return wrap(text, columns)
    room = width(mark) + 1
    first, *others = wrap(text, columns - room)
    return [f"{mark} {first}", *(" " * room + line for line in others)]


def unbroken(text: str) -> str:
    """The text marked so that ``wrap`` keeps it on one line, if it fits on one."""
    return _JOINER.join(text.replace(" ", _NO_BREAK))


def longest_word(text: str) -> int:
    """The columns below which ``wrap`` would cut a word."""
    return max((width(word) for word in _words(text)), default=0)


def shorten(text: str, columns: int) -> str:
    """The text, or its beginning with ``…`` where it is wider than ``columns``."""
    if width(text) <= columns:
        return text
    while width(text) > columns - 1:
        text = text[:-1]
    return f"{text}…"


def beside(left: list[str], right: list[str], columns: int) -> list[str]:
    """Two blocks of lines side by side, the left one filled up to ``columns``; colours are no hindrance."""
    height = max(len(left), len(right))
    left = [*left, *[""] * (height - len(left))]
    right = [*right, *[""] * (height - len(right))]
    rows = (
        one + " " * (columns - width(_plain(one))) + other for one, other in zip(left, right, strict=True)
    )
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


@lru_cache(maxsize=4096)
def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _words(text: str) -> list[str]:
    """What must not be broken, with the marks that stay with it."""
    found: list[str] = []
    for word in _WORD.findall(text):
        blank = word[0] != _NO_BREAK and word.isspace()
        if found and not blank and (word[0] in _NOT_FIRST or found[-1][-1] in _NOT_LAST) and found[-1] != " ":
            found[-1] += word
        else:
            found.append(" " if blank else word)
    return found


def _fitting(words: list[str], columns: int) -> Iterator[str]:
    """The words; what ``unbroken`` keeps together is let go where no line has room for it."""
    for word in words:
        if _JOINER in word and width(word) > columns:
            yield from _words(word.replace(_JOINER, "").replace(_NO_BREAK, " "))
        else:
            yield word


def _pieces(word: str, columns: int) -> list[str]:
    """A word cut where it is longer than a line."""
    room, taken = max(columns, 2), 0
    if width(word) <= room:
        return [word]
    pieces = [""]
    for character in word:
        wide = _columns(character)
        if taken + wide > room:
            pieces.append("")
            taken = 0
        pieces[-1] += character
        taken += wide
    return pieces
