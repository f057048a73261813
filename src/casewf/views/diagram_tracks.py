"""A track drawn: cards below one another, limits as spans on their left, the ways to other states on their right."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

import attrs

from casewf.views.diagram_cards import (
    CardDrawing,
    card_width,
    track_cards,
    track_colour,
)
from casewf.views.diagram_lines import mark_words, span_words
from casewf.views.diagram_model import Limit, Mark, Move, Picture, Span, TrackPicture
from casewf.views.diagram_shapes import Block, Box, Line, Shape, Symbol, Text, text
from casewf.views.diagram_text import measure

__all__ = ["track_block"]

_GAP = 11.0
_BAR = 30.0
_MARGIN = 12.0
_LANE, _WIDE, _NARROW = 18.0, 11.0, 4.5
_BUS, _FIRST_BUS = 11.0, 16.0
_APART = 10.0
_NAME = 11.0
_BUS_COLOURS = ("#1f5fa8", "#b3541e", "#2e7d32", "#7b1fa2", "#00796b", "#ad1457", "#5d4037", "#37474f")
_MARK_OFFSET = 6.0


@attrs.frozen(slots=True, kw_only=True)
class _Placed:
    """A card with its top."""

    card: CardDrawing
    top: float

    @property
    def bottom(self) -> float:
        return self.top + self.card.height


@attrs.frozen(slots=True, kw_only=True)
class Bus:
    """A vertical line on which all ways to one state run, in a lane beside the cards; lane 0 is the nearest."""

    target: str
    top: float
    bottom: float
    lane: int


def track_block(picture: Picture, track: TrackPicture) -> Block:
    """The drawing of a track."""
    return _Track(picture, track, track_colour(track.place)).block()


class _Track:
    """One track on its way onto the page."""

    def __init__(self, picture: Picture, track: TrackPicture, colour: str) -> None:
        self._picture = picture
        self._track = track
        self._colour = colour
        self._limits = [picture.limit(number) for number in track.limits]
        self._wide = card_width(picture, track)
        self._left = _MARGIN + len(self._limits) * _LANE + (8 if self._limits else 0)
        names = [measure(_lane_name(limit), _NAME) for limit in self._limits]
        self._top = _BAR + 12 + (max(names) + 14 if names else 0)
        self._cards = self._stacked()
        self._bottom = self._cards[-1].bottom
        self._entries = {one.card.states[0]: one.top + 14 for one in self._cards if one.card.is_state}
        self._buses = {bus.target: bus for bus in lanes(self._ways(), apart=_APART)}

    def block(self) -> Block:
        """Everything, from the back to the front."""
        deepest = max((bus.lane for bus in self._buses.values()), default=-1)
        right = self._left + self._wide + (_FIRST_BUS + deepest * _BUS + 12 if self._buses else 0)
        bar = measure(self._track.title, 15, bold=True) + 2 * _MARGIN
        width, height = max(right + _MARGIN, bar), self._bottom + _MARGIN
        shapes: list[Shape] = [
            Box(x=0, y=0, width=width, height=height, style="track", radius=10),
            Box(x=0, y=0, width=width, height=_BAR, style="bar", radius=10, fill=self._colour),
            text(_MARGIN, 20.5, self._track.title, 15, "bold bar-text"),
            *self._lane_heads(),
            *self._spans(),
            *self._hairlines(),
            *self._bus_lines(),
        ]
        for placed in self._cards:
            shapes += (shape.moved(self._left, placed.top) for shape in placed.card.shapes)
        shapes += self._marks()
        return Block(width=width, height=height, shapes=tuple(shapes))

    def _stacked(self) -> list[_Placed]:
        found, top = [], self._top
        for card in track_cards(self._picture, self._track, self._wide):
            found.append(_Placed(card=card, top=top))
            top += card.height + _GAP
        return found

    # The limits

    def _lane_x(self, limit: int) -> float:
        return _MARGIN + self._track.limits.index(limit) * _LANE + _LANE / 2

    def _lane_heads(self) -> Iterator[Shape]:
        for limit in self._limits:
            x = self._lane_x(limit.number)
            name = _lane_name(limit)
            yield Line(points=((x, self._top - 4), (x, self._bottom)), style="lane")
            yield Text(
                x=x + 4,
                y=self._top - 10,
                text=name,
                size=_NAME,
                width=measure(name, _NAME),
                style="lane-name",
                turned=True,
                title=limit.kind,
            )

    def _spans(self) -> Iterator[Shape]:
        for limit in self._limits:
            own = {state: span for (track, state), span in limit.spans.items() if track == self._track.id}
            spans = [_joint([own[name] for name in one.card.states if name in own]) for one in self._cards]
            for placed, before, span, after in zip(
                self._cards, [None, *spans], spans, [*spans[1:], None], strict=False
            ):
                if span is not None:
                    top = placed.top - (_GAP / 2 if before else 0)
                    bottom = placed.bottom + (_GAP / 2 if after else 0)
                    yield from self._span(limit, span, top, bottom, first=before is None)

    def _span(self, limit: Limit, span: Span, top: float, bottom: float, *, first: bool) -> Iterator[Shape]:
        x = self._lane_x(limit.number)
        wide = _WIDE if span.always else _NARROW
        title = f"{_lane_name(limit)}: {span_words(self._picture, span)}"
        style = f"span {limit.level}"
        if span.pauses:
            wide = _WIDE if not span.runs else _WIDE - 4
            yield Box(
                x=x - wide / 2, y=top, width=wide, height=bottom - top, style=style + " stands", title=title
            )
        else:
            yield Box(x=x - wide / 2, y=top, width=wide, height=bottom - top, style=style, title=title)
        if first:
            number = str(limit.number)
            yield Box(x=x - 8.5, y=top - 6, width=17, height=12, style="number", radius=6)
            yield text(x, top + 3.2, number, 9.5, "bold", anchor="middle")

    def _marks(self) -> Iterator[Shape]:
        for placed in self._cards:
            if placed.card.is_state:
                state = self._track.state(placed.card.states[0])
                yield from self._signs(state.entered, placed.top + 16)
                yield from self._signs(state.left, placed.bottom - 5)
            for port in placed.card.ports:
                yield from self._signs(port.marks, placed.top + port.y)

    def _signs(self, marks: Iterable[Mark], y: float) -> Iterator[Shape]:
        by_limit: dict[int, list[Mark]] = {}
        for mark in marks:
            if mark.limit in self._track.limits:
                by_limit.setdefault(mark.limit, []).append(mark)
        for number, several in by_limit.items():
            start = self._lane_x(number) - _MARK_OFFSET / 2 * (len(several) - 1)
            for place, mark in enumerate(several):
                title = mark_words(self._picture, mark)
                yield Symbol(x=start + place * _MARK_OFFSET, y=y, kind=mark.action, title=title)

    def _hairlines(self) -> Iterator[Shape]:
        """From the marks of a line to the line."""
        for placed in self._cards:
            for port in placed.card.ports:
                own = [mark.limit for mark in port.marks if mark.limit in self._track.limits]
                if own:
                    y = placed.top + port.y
                    yield Line(points=((self._lane_x(min(own)), y), (self._left, y)), style="hair")

    # The ways

    def _exits(self) -> Iterator[tuple[_Placed, float, Move, str]]:
        """Every line of a card that leads to another one: the card, its height, the move, and the state entered."""
        for placed in self._cards:
            for port in placed.card.ports:
                for target in port.move.targets:
                    if placed.card.states != (target,):
                        yield placed, placed.top + port.y, port.move, target

    def _ways(self) -> Iterator[tuple[str, float, float]]:
        reach: dict[str, list[float]] = {}
        for _, y, _, target in self._exits():
            reach.setdefault(target, [self._entries[target]]).append(y)
        for target, ys in reach.items():
            yield target, min(ys), max(ys)

    def _bus_lines(self) -> Iterator[Shape]:
        edge = self._left + self._wide
        exits: dict[str, list[tuple[float, Move]]] = {}
        for _, y, move, target in self._exits():
            exits.setdefault(target, []).append((y, move))
        for place, bus in enumerate(sorted(self._buses.values(), key=lambda one: self._entries[one.target])):
            x = edge + _FIRST_BUS + bus.lane * _BUS
            colour = _BUS_COLOURS[place % len(_BUS_COLOURS)]
            title = f"→ {self._track.state(bus.target).title}"
            entry = self._entries[bus.target]
            yield Line(points=((x, bus.top), (x, bus.bottom)), style="bus", colour=colour, title=title)
            yield Line(
                points=((x, entry), (edge + 1, entry)), style="bus", colour=colour, arrow=True, title=title
            )
            for y, move in exits[bus.target]:
                style = "bus by-itself" if not move.who else "bus"
                yield Line(points=((edge, y), (x, y)), style=style, colour=colour, title=title)
                if bus.top < y < bus.bottom:
                    yield Symbol(x=x, y=y, kind="joint", colour=colour)


def lanes(lines: Iterable[tuple[str, float, float]], *, apart: float) -> list[Bus]:
    """Lanes for vertical lines, given as target, top and bottom: short ones inside, none over another.

    Args:
        lines: the lines.
        apart: the room that two lines in one lane keep between them.
    """
    taken: list[list[tuple[float, float]]] = []
    found = []
    for target, top, bottom in sorted(lines, key=lambda line: (line[2] - line[1], line[1], line[0])):
        lane, place = 0, 0
        for lane, spans in enumerate(taken):  # noqa: B007  # the first with room, counted on below
            place = bisect_left(spans, (bottom + apart,))
            if not place or spans[place - 1][1] + apart <= top:
                break
        else:
            lane, place = len(taken), 0
            taken.append([])
        taken[lane].insert(place, (top, bottom))
        found.append(Bus(target=target, top=top, bottom=bottom, lane=lane))
    return found


def _joint(spans: list[Span]) -> Span | None:
    """What a limit does in several states taken together."""
    if not spans:
        return None
    return attrs.evolve(
        spans[0],
        runs=any(span.runs for span in spans),
        pauses=any(span.pauses for span in spans),
        always=all(span.always for span in spans),
    )


def _lane_name(limit: Limit) -> str:
    return f"{limit.number} {limit.title}"
