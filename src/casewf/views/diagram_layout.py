"""A whole picture on one sheet: tracks side by side, the limits in the room that is left, the legend at the end."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from casewf.views.diagram_limits import legend_block, limit_block, limits_width
from casewf.views.diagram_model import Picture
from casewf.views.diagram_shapes import Block, Shape, text
from casewf.views.diagram_text import measure
from casewf.views.diagram_tracks import track_block

__all__ = ["Drawing", "drawing_of"]

_MARGIN = 24.0
_HEADING = 62.0
_BETWEEN, _BELOW = 26.0, 12.0
_LEGEND_WIDTH = 340.0
_GROWTH = 1.12
"""Rather than that the legend has a column of its own, the sheet grows by so much."""

_LOWEST = 420.0
"""A sheet is at least so high before another column of limits is begun."""


@attrs.frozen(slots=True, kw_only=True)
class Drawing:
    """All shapes of a picture, from the back to the front, and how large the sheet is, in pixels."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


@attrs.define(slots=True)
class _Column:
    """Blocks below one another."""

    x: float
    y: float
    width: float
    below: float = 0.0

    def put(self, block: Block) -> tuple[Shape, ...]:
        """Add a block; ``below`` is the room kept under the one before."""
        self.y += self.below
        placed = block.at(self.x, self.y)
        self.y += block.height
        self.below = _BELOW
        return placed

    def fits(self, block: Block, lowest: float) -> bool:
        return self.y + self.below + block.height <= lowest


def drawing_of(picture: Picture, *, panels: bool = True) -> Drawing:
    """Where everything goes.

    The first track gives the height. A later one stands below its neighbour where there is room, else beside it; limits
    fill what is left under the tracks, column by column, and go on in columns of their own.

    Args:
        picture: what to draw.
        panels: with a heading, with how long each limit is, and with the legend; or the tracks alone.
    """
    shapes: list[Shape] = []
    blocks = [track_block(picture, track) for track in picture.tracks]
    if not panels:
        columns = _tracks(blocks, max(block.height for block in blocks), shapes, top=0)
        right = columns[-1].x + columns[-1].width
        return Drawing(width=right, height=max(column.y for column in columns), shapes=tuple(shapes))
    lowest = _HEADING + max([_LOWEST, *(block.height for block in blocks)])
    columns = _tracks(blocks, lowest, shapes, top=_HEADING)
    _limits(picture, columns, lowest, shapes)
    right = max(column.x + column.width for column in columns)
    title, source = measure(picture.title, 22, bold=True), measure(picture.source, 12)
    width = max(right + _MARGIN, title + 2 * _MARGIN, source + 2 * _MARGIN)
    height = max(column.y for column in columns) + _MARGIN
    heading: list[Shape] = [
        text(_MARGIN, 32, picture.title, 22, "bold"),
        text(_MARGIN, 50, picture.source, 12, "quiet"),
    ]
    return Drawing(width=width, height=height, shapes=(*heading, *shapes))


def _tracks(blocks: Iterable[Block], lowest: float, shapes: list[Shape], *, top: float) -> list[_Column]:
    columns: list[_Column] = []
    for block in blocks:
        if len(columns) < 2 or not columns[-1].fits(block, lowest):
            columns.append(_next(columns, block.width, top))
        last = columns[-1]
        last.width = max(last.width, block.width)
        shapes += last.put(block)
        last.below = _BETWEEN
    return columns


def _limits(picture: Picture, columns: list[_Column], lowest: float, shapes: list[Shape]) -> None:
    """Put the limits under the tracks and beside them, in their order, and the legend where it fits first."""
    wide = limits_width(picture)
    place = 0
    for limit in picture.limits:
        while True:
            if place == len(columns):
                columns.append(_next(columns, wide))
            column = columns[place]
            block = limit_block(picture, limit, max(column.width, wide) if place else column.width)
            if column.fits(block, lowest) or column.y == _HEADING:
                break
            place += 1
        column.width = max(column.width, block.width)
        shapes += column.put(block)
    legend = legend_block(picture, min(wide, _LEGEND_WIDTH))
    later = [one for one in columns[1:] if one.width >= legend.width]
    roomy = [one for one in later if one.fits(legend, lowest)] or [
        one for one in later if one.y + legend.height < lowest * _GROWTH
    ]
    if not roomy:
        columns.append(_next(columns, legend.width))
        roomy = columns
    shapes += roomy[-1].put(legend)


def _next(columns: list[_Column], width: float, top: float = _HEADING) -> _Column:
    """A column beside those that there are."""
    first = _MARGIN if top else 0.0
    x = columns[-1].x + columns[-1].width + _BETWEEN if columns else first
    return _Column(x=x, y=top, width=width)
