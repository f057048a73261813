"""What a drawing is made of: boxes, texts, lines and symbols at places in pixels, y downwards."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from casewf.views.diagram_text import lines_of, measure

__all__ = ["Block", "Box", "Line", "Shape", "Symbol", "Text", "paragraph", "text"]


@attrs.frozen(slots=True, kw_only=True)
class Box:
    """A rectangle; ``style`` is a class of the drawing, ``fill`` a colour of its own, ``title`` shown on hovering."""

    x: float
    y: float
    width: float
    height: float
    style: str
    radius: float = 0.0
    fill: str = ""
    title: str = ""

    def moved(self, dx: float, dy: float) -> Box:
        """The same elsewhere."""
        return attrs.evolve(self, x=self.x + dx, y=self.y + dy)


@attrs.frozen(slots=True, kw_only=True)
class Text:
    """A line of text from ``x`` on its baseline ``y``; ``turned`` runs upwards from there.

    ``width`` is what it takes at most; ``anchor`` is ``start``, ``middle`` or ``end``.
    """

    x: float
    y: float
    text: str
    size: float
    width: float
    style: str = ""
    anchor: str = "start"
    fill: str = ""
    turned: bool = False
    title: str = ""

    def moved(self, dx: float, dy: float) -> Text:
        """The same elsewhere."""
        return attrs.evolve(self, x=self.x + dx, y=self.y + dy)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what it covers."""
        if self.turned:
            return self.x - self.size * 0.85, self.y - self.width, self.x + self.size * 0.2, self.y
        left = self.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor] * self.width
        return left, self.y - self.size * 0.85, left + self.width, self.y + self.size * 0.2


@attrs.frozen(slots=True, kw_only=True)
class Line:
    """A line through points, with an arrowhead at its end or without."""

    points: tuple[tuple[float, float], ...]
    style: str
    colour: str = ""
    arrow: bool = False
    title: str = ""

    def moved(self, dx: float, dy: float) -> Line:
        """The same elsewhere."""
        return attrs.evolve(self, points=tuple((x + dx, y + dy) for x, y in self.points))


@attrs.frozen(slots=True, kw_only=True)
class Symbol:
    """A small sign of which ``x`` and ``y`` are the middle; ``kind`` is one of those that the drawing defines."""

    x: float
    y: float
    kind: str
    colour: str = ""
    title: str = ""

    def moved(self, dx: float, dy: float) -> Symbol:
        """The same elsewhere."""
        return attrs.evolve(self, x=self.x + dx, y=self.y + dy)


Shape: TypeAlias = Box | Text | Line | Symbol


@attrs.frozen(slots=True, kw_only=True)
class Block:
    """Shapes that belong together, from 0, 0; drawn in this order."""

    width: float
    height: float
    shapes: tuple[Shape, ...]

    def at(self, x: float, y: float) -> tuple[Shape, ...]:
        """The shapes at a place."""
        return tuple(shape.moved(x, y) for shape in self.shapes)


def text(x: float, y: float, words: str, size: float, style: str = "", **more: str) -> Text:
    """A line of text with its width; ``more`` are ``anchor``, ``fill`` and ``title``."""
    width = measure(words, size, bold="bold" in style.split())
    return Text(
        x=x,
        y=y,
        text=words,
        size=size,
        width=width,
        style=style,
        anchor=more.get("anchor", "start"),
        fill=more.get("fill", ""),
        title=more.get("title", ""),
    )


def paragraph(
    x: float, y: float, words: str, room: float, size: float, style: str = "", *, pitch: float, most: int = 0
) -> list[Text]:
    """A text in lines of at most ``room`` pixels, the first on the baseline ``y``; a cut one is shown on hovering."""
    bold = "bold" in style.split()
    lines = lines_of(words, room, size, bold=bold, most=most)
    cut = words if most and lines[-1].endswith("…") else ""
    return [text(x, y + place * pitch, line, size, style, title=cut) for place, line in enumerate(lines)]
