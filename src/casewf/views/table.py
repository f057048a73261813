"""Tables for terminals: columns as wide as they need to be, cells broken into lines where there is not room for all."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from casewf.views.text import Paint, longest_word, pad, width, wrap

__all__ = ["Cell", "table"]

_GAP = 2
_NARROWEST = 4


@attrs.frozen(slots=True)
class Cell:
    """A text and how it is painted."""

    text: str
    styles: tuple[str, ...] = ()


def table(
    heads: Sequence[str], rows: Sequence[Sequence[Cell]], *, columns: int, paint: Paint, indent: int = 0
) -> list[str]:
    """The rows under their heads, in lines of at most ``columns`` if that can be.

    Args:
        heads: the name of each column; none where nothing is to stand above them.
        rows: a cell for each column.
        columns: how wide the terminal is.
        paint: puts colours on.
        indent: blanks before each line.
    """
    above = [[Cell(head, ("dim",)) for head in heads]] if heads else []
    everything = [*above, *rows]
    if not rows:
        return []
    widths = _widths(everything, columns - indent)
    return [" " * indent + line for row in everything for line in _lines(row, widths, paint)]


def _widths(rows: Sequence[Sequence[Cell]], columns: int) -> list[int]:
    """For each column what its cells need; where that is too much, less for the widest, at last below its words."""
    texts = list(zip(*([cell.text for cell in row] for row in rows), strict=True))
    wanted = [max(map(width, column)) for column in texts]
    least = [max(map(longest_word, column)) for column in texts]
    room = columns - _GAP * (len(wanted) - 1)
    for floor in (least, [_NARROWEST] * len(wanted)):
        while sum(wanted) > room:
            free = [number for number, one in enumerate(wanted) if one > floor[number]]
            if not free:
                break
            wanted[max(free, key=lambda number: wanted[number])] -= 1
    return wanted


def _lines(row: Sequence[Cell], widths: Sequence[int], paint: Paint) -> list[str]:
    cells = [wrap(cell.text, room) for cell, room in zip(row, widths, strict=True)]
    lines = []
    for number in range(max(map(len, cells))):
        parts = [
            paint(pad(lines_[number] if number < len(lines_) else "", room), *cell.styles)
            for cell, lines_, room in zip(row, cells, widths, strict=True)
        ]
        lines.append((" " * _GAP).join(parts).rstrip())
    return lines
