"""The card of a state: its name, what it is, and a line for each move, with the conditions below it."""

from __future__ import annotations

import attrs

from casewf.views.diagram_lines import condition_lines, heads_of, shared_from, state_words, who_may
from casewf.views.diagram_model import Mark, Move, Picture, StateBox, TrackPicture
from casewf.views.diagram_shapes import Box, Shape, Symbol, Text, paragraph, text
from casewf.views.diagram_text import lines_of, measure

__all__ = ["CardDrawing", "Port", "card_width", "track_cards", "track_colour"]

_TRACK_COLOURS = ("#1f4e79", "#8a4b08", "#5b2a6e", "#0b5d4b", "#7a1f3d", "#4a5a1a", "#3d3d8f", "#6b4f2a")

_HEAD = 25.5
_PAD = 10.0
_NAME, _LINE, _SMALL, _PILL = 13.5, 11.5, 10.5, 9.5
_PITCH, _WRAPPED, _SMALL_PITCH = 15.5, 13.0, 12.6
_BASELINE = 11.0
_NARROWEST, _WIDEST = 270.0, 410.0
_EXIT_SHARE = 0.42
_NO_BREAK = "\u00a0"
_MOST_CONDITION_LINES = 4
_SHARED_FROM = 3
_MOST_NAMED = 12
"""So many moves that neighbours share are told once, below them."""


@attrs.frozen(slots=True, kw_only=True)
class Port:
    """Where a line of a card is, from the card's top; ``move`` leads from there, and does ``marks`` to limits."""

    y: float
    move: Move
    marks: tuple[Mark, ...]


@attrs.frozen(slots=True, kw_only=True)
class CardDrawing:
    """A card from its own 0, 0.

    ``states`` are those that it is about; ``is_state``: it is the card of that one, not of moves that several share.
    """

    states: tuple[str, ...]
    is_state: bool
    height: float
    shapes: tuple[Shape, ...]
    ports: tuple[Port, ...]


def track_colour(place: int) -> str:
    """The colour of a track by its place in the workflow; conditions on it have a diamond in the same."""
    return _TRACK_COLOURS[place % len(_TRACK_COLOURS)]


def card_width(picture: Picture, track: TrackPicture) -> float:
    """Room for the longest line of a track without a break, between what is readable and what fits on a page."""
    widest = 0.0
    for move in track.moves:
        exits = heads_of(picture, move, track)
        line = measure(move.title, _LINE, bold=True) + measure(f"  {who_may(picture, move)}", _SMALL)
        widest = max(widest, line + (measure(f"→ {exits}", _LINE) + 16 if exits else 0))
    for state in track.states:
        pills = sum(measure(word, _PILL) + 14 for word in state_words(picture, state))
        widest = max(widest, measure(state.title, _NAME, bold=True) + pills + 30)
    return min(max(widest + 2 * _PAD + 8, _NARROWEST), _WIDEST)


def track_cards(picture: Picture, track: TrackPicture, width: float) -> list[CardDrawing]:
    """The cards of a track from top to bottom.

    States stand in the author's order. What neighbours share stands once below them, what many states share at the end.
    """
    groups = _shared_by_neighbours(track)
    drawn = track.drawn_from()
    apart = {move for moves in groups.values() for move in moves}
    found = []
    for state in track.states:
        found.append(_state_card(picture, track, state, drawn[state.id], width, groups))
        for names, moves in groups.items():
            if names[-1] == state.id:
                card = _Card(picture, track, width)
                titles = [track.state(name).title for name in names]
                joined = picture.say("、", " and ").join(titles)
                card.title(picture.say(f"{joined}都可以", f"In {joined} alike"))
                for move in moves:
                    card.move(move, move.marks_from(*names))
                found.append(card.drawn(names, "state shared"))
    rest = [move for move in track.listed if move not in apart]
    if rest:
        card = _Card(picture, track, width)
        card.title(picture.say("从多个状态都可以", "From several states"))
        for move in rest:
            card.move(move, move.marks_from(*move.sources), listed=True)
        found.append(card.drawn((), "state shared"))
    return found


def _shared_by_neighbours(track: TrackPicture) -> dict[tuple[str, ...], list[Move]]:
    """Moves that states next to one another share, where they are several."""
    order = [state.id for state in track.states]
    found: dict[tuple[str, ...], list[Move]] = {}
    for move in track.moves:
        first = order.index(move.sources[0])
        if len(move.sources) > 1 and tuple(order[first : first + len(move.sources)]) == move.sources:
            found.setdefault(move.sources, []).append(move)
    return {names: moves for names, moves in found.items() if len(moves) >= _SHARED_FROM}


def _state_card(
    picture: Picture,
    track: TrackPicture,
    state: StateBox,
    moves: list[Move],
    width: float,
    groups: dict[tuple[str, ...], list[Move]],
) -> CardDrawing:
    card = _Card(picture, track, width)
    card.head(state)
    for move in moves:
        if not any(move in shared for shared in groups.values()):
            card.move(move, move.marks_from(state.id))
    for names in groups:
        others = [f"“{track.state(name).title}”" for name in names if name != state.id]
        if state.id in names:
            joined = picture.say("、", ", ").join(others[:_MOST_NAMED])
            more = len(others) - _MOST_NAMED
            if more > 0:
                joined += picture.say(f"等另外 {more} 个状态", f" and {more} more")
            card.note(picture.say(f"另有与{joined}共有的，见下", f"and what it shares with {joined}, below"))
    style = "state" + (" closed" if state.closed else "") + (" final" if state.final else "")
    return card.drawn((state.id,), style, is_state=True)


class _Card:
    """A card that grows downwards."""

    def __init__(self, picture: Picture, track: TrackPicture, width: float) -> None:
        self._picture = picture
        self._track = track
        self._width = width
        self._room = width - 2 * _PAD
        self._shapes: list[Shape] = []
        self._ports: list[Port] = []
        self._y = 0.0

    def drawn(self, states: tuple[str, ...], style: str, *, is_state: bool = False) -> CardDrawing:
        """The card as it is now."""
        height = self._y + 5
        title = f"{self._track.id}.{states[0]}" if is_state else ""
        frames: list[Shape] = [
            Box(x=0, y=0, width=self._width, height=height, style=style, radius=7, title=title)
        ]
        if "final" in style:
            frames.append(Box(x=3, y=3, width=self._width - 6, height=height - 6, style="inner", radius=5))
        shapes = (*frames, *self._shapes)
        return CardDrawing(
            states=states, is_state=is_state, height=height, shapes=shapes, ports=tuple(self._ports)
        )

    def title(self, words: str) -> None:
        """The heading of a card that is no state."""
        self._shapes += [text(_PAD, 18, words, _NAME, "bold")]
        self._y = _HEAD

    def head(self, state: StateBox) -> None:
        """Name and what the state is; then who of the other tracks waits for it."""
        words = state_words(self._picture, state)
        right = self._width - _PAD
        for word in reversed(words):
            wide = measure(word, _PILL) + 8
            right -= wide
            self._shapes += _pill(right, 8, wide, word, "pill state-pill")
            right -= 5
        left = _PAD
        if state.initial:
            self._shapes.append(Symbol(x=left + 5, y=13.5, kind="initial"))
            left += 16
        names = lines_of(state.title, right - left, _NAME, bold=True)
        for place, name in enumerate(names):
            self._shapes.append(text(left, 18 + place * 16, name, _NAME, "bold"))
        self._y = _HEAD + (len(names) - 1) * 16
        if state.awaited:
            waiting = self._picture.say("、", ", ").join(state.awaited)
            told = self._picture.say(f"另一轨道等它：{waiting}", f"Other tracks wait for it: {waiting}")
            self._write(told, 0, _SMALL, "quiet", _SMALL_PITCH, most=2)

    def note(self, words: str) -> None:
        """A remark."""
        self._write(words, 0, _SMALL, "quiet", _SMALL_PITCH)

    def move(self, move: Move, marks: tuple[Mark, ...], *, listed: bool = False) -> None:
        """A line for a move with what it does to limits; ``listed`` also tells from which states."""
        picture = self._picture
        exits = heads_of(picture, move, self._track)
        aside = 0.0
        port = self._y + _BASELINE
        if exits:
            room = self._room * _EXIT_SHARE
            lines = lines_of(f"→{_NO_BREAK}{exits}", room, _LINE)
            aside = max(measure(line, _LINE) for line in lines) + 8
            self._shapes += [
                text(self._width - _PAD, port + place * _WRAPPED, line, _LINE, "exit", anchor="end")
                for place, line in enumerate(lines)
            ]
            low = port + (len(lines) - 1) * _WRAPPED
        else:
            low = port
        self._ports.append(Port(y=port - 4, move=move, marks=marks))
        self._what(move, self._room - aside)
        self._y = max(self._y, low + _PITCH - _BASELINE)
        for about, words in condition_lines(picture, move):
            self._condition(about, words)
        if listed:
            sources = shared_from(picture, move, self._track)
            self._write(picture.say(f"从：{sources}", f"from: {sources}"), 12, _SMALL, "quiet", _SMALL_PITCH)

    def _what(self, move: Move, room: float) -> None:
        """What a move is called and who may, on one line if it fits."""
        y = self._y + _BASELINE
        left = _PAD
        people = self._picture.say("、", ", ").join(move.who)
        pills = [
            word
            for is_so, word in (
                (move.auto, self._picture.say("自动", "auto")),
                (move.system, self._picture.say("系统", "system")),
            )
            if is_so
        ]
        for word in pills:
            wide = measure(word, _PILL) + 8
            self._shapes += _pill(left, y - 10, wide, word, "pill by-itself")
            left += wide + 5
        names = lines_of(move.title, room - (left - _PAD), _LINE, bold=True)
        self._shapes += [
            text(left, y + place * _WRAPPED, name, _LINE, "bold") for place, name in enumerate(names)
        ]
        self._y += _PITCH + (len(names) - 1) * _WRAPPED
        after = left + measure(names[-1], _LINE, bold=True) + 7
        if not people:
            return
        if after + measure(people, _SMALL) <= _PAD + room:
            self._shapes.append(text(after, y + (len(names) - 1) * _WRAPPED, people, _SMALL, "who"))
            return
        lines = lines_of(people, room - 12, _SMALL)
        self._shapes += [
            text(_PAD + 12, self._y + 9 + place * _SMALL_PITCH, line, _SMALL, "who")
            for place, line in enumerate(lines)
        ]
        self._y += len(lines) * _SMALL_PITCH

    def _condition(self, about: int | None, words: str) -> None:
        if about is not None:
            self._shapes.append(
                Symbol(x=_PAD + 16, y=self._y + 5.5, kind="across", colour=track_colour(about))
            )
        here = about is None
        style = "condition" if here else "across"
        self._write(words, 12 if here else 24, _SMALL, style, _SMALL_PITCH, most=_MOST_CONDITION_LINES)

    def _write(self, words: str, indent: float, size: float, style: str, pitch: float, most: int = 0) -> None:
        lines: list[Text] = paragraph(
            _PAD + indent, self._y + 9.5, words, self._room - indent, size, style, pitch=pitch, most=most
        )
        self._shapes += lines
        self._y += len(lines) * pitch


def _pill(x: float, y: float, wide: float, word: str, style: str) -> list[Shape]:
    return [
        Box(x=x, y=y, width=wide, height=13, style=style, radius=6.5),
        text(x + wide / 2, y + 9.8, word, _PILL, "pill-text", anchor="middle"),
    ]
