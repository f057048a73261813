"""How wide a text is in a picture, and how it is broken into lines.

A picture does not know the fonts of whoever looks at it. Widths are a little more than those of the usual sans-serif
fonts, so that a text leaves room instead of running over.
"""

from __future__ import annotations

from casewf.views.text import width, wrap

__all__ = ["lines_of", "measure"]

_BOLD = 1.08
_NARROW_TO_WIDE = (
    (0.26, "ijl|!'I"),
    (0.30, " .,:;·"),
    (0.37, "ft()[]{}/\\-r*"),
    (0.53, "scz"),
    (0.59, "abdeghknopquvxyFLJT0123456789_+=<>?$–"),
    (1.0, "mwMW%@…→←↓↑▸×“”‘’—"),
)
_BY_COLUMNS = (0.0, 0.73, 1.0)
"""Of any other character, by how many columns it takes on a terminal: none for marks, two for Chinese."""
_SLACK = 1.15
"""A line can have more characters than its share, where narrow ones meet."""
_EM = {character: em for em, characters in _NARROW_TO_WIDE for character in characters}


def measure(text: str, size: float, *, bold: bool = False) -> float:
    """The width of one line of text in pixels, at a font size in pixels; Chinese characters are one em wide."""
    ems = sum(_EM.get(one) or _BY_COLUMNS[width(one)] for one in text)
    return ems * size * (_BOLD if bold else 1.0)


def lines_of(text: str, room: float, size: float, *, bold: bool = False, most: int = 0) -> list[str]:
    """A text in lines of at most ``room`` pixels, at most ``most`` of them if that is given, the last with ``…``.

    Where no line could hold a single character, lines have one each.
    """
    whole = measure(text, size, bold=bold)
    columns = max(int(room / whole * width(text) * _SLACK) if whole > room else width(text), 2)
    while columns > 1:
        lines = wrap(text, columns)
        if all(measure(line, size, bold=bold) <= room for line in lines):
            break
        columns -= 1
    else:
        lines = [one for one in text if not one.isspace()] or [""]
    if most and len(lines) > most:
        last = lines[most - 1]
        while last and measure(f"{last}…", size, bold=bold) > room:
            last = last[:-1]
        lines = [*lines[: most - 1], f"{last}…"]
    return lines
