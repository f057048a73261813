"""A picture as Mermaid text (``stateDiagram-v2``), which many wikis and code hosts draw by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from casewf.views.diagram_lines import (
    beside,
    condition_lines,
    limit_lines,
    shared_from,
    state_words,
    who_may,
)
from casewf.views.diagram_model import Move, Picture, StateBox, TrackPicture
from casewf.views.text import visible

__all__ = ["mermaid_text"]

_RISKY = re.compile(r"[^\w\s,.()/+'!?，。、：；！？（）“”‘’《》【】·×÷—–…→-]|--+")
"""What Mermaid could take for syntax; it is written as a numeric entity."""
_OF_HTML = re.compile("[<>&]")

_LIMITS_IN_A_LINE = 4


def mermaid_text(picture: Picture) -> str:
    """The text of a diagram, one line end after each line.

    Moves between the same two states are one arrow; internal moves, and the limits that run there, are lines inside the
    state; moves from many states are listed in a box.
    """
    lines = ["---", f"title: {_quoted(picture.title)}", "---", "stateDiagram-v2"]
    for track in picture.tracks:
        lines += _Track(picture, track).lines()
    if picture.limits:
        lines += _limits(picture)
    lines += [
        "  classDef closed fill:#e8eef3,stroke:#5d6b7a,stroke-width:2px",
        "  classDef listed fill:#fffbe8,stroke:#b59a3a,stroke-dasharray:4 3",
        "  classDef limit fill:#f3f0fa,stroke:#6b5b95",
    ]
    return "".join(f"{line}\n" for line in lines)


class _Track:
    """A track as a composite state."""

    def __init__(self, picture: Picture, track: TrackPicture) -> None:
        self._picture = picture
        self._track = track
        self._drawn = track.drawn_from()

    def lines(self) -> Iterator[str]:
        track = self._track
        yield f'  state "{_safe(track.title)}" as track__{track.id} {{'
        yield "    direction TB"
        for state in track.states:
            yield from self._state(state)
        for (source, target), moves in self._arrows().items():
            label = "<br/>".join(_safe(self._move(move)) for move in moves)
            yield f"    {self._id(source)} --> {self._id(target)} : {label}"
        for state in track.states:
            if state.final:
                yield f"    {self._id(state.id)} --> [*]"
        if track.listed:
            listed = f"{track.id}__shared"
            yield f'    state "{_safe(self._picture.say("多个状态都可", "From several states"))}" as {listed}'
            for move in track.listed:
                yield f"    {listed} : {_safe(self._shared(move))}"
            yield f"    class {listed} listed"
        yield "  }"

    def _state(self, state: StateBox) -> Iterator[str]:
        picture, name = self._picture, self._id(state.id)
        also = "".join(f"【{word}】" for word in state_words(picture, attrs.evolve(state, initial=False)))
        yield f'    state "{_safe(state.title + also)}" as {name}'
        if state.initial:
            yield f"    [*] --> {name}"
        for move in self._drawn[state.id]:
            if not move.targets:
                yield f"    {name} : {_safe(self._move(move))}"
        for words, limits in beside(picture, self._track.id, state.id).items():
            for few in _few([f"{limit.number} {limit.title}" for limit in limits]):
                yield f"    {name} : {_safe(words + picture.say('：', ': ') + picture.say('、', ', ').join(few))}"
        if state.closed:
            yield f"    class {name} closed"

    def _arrows(self) -> dict[tuple[str, str], list[Move]]:
        found: dict[tuple[str, str], list[Move]] = {}
        for move in self._track.drawn:
            for source in move.sources:
                for target in move.targets:
                    found.setdefault((source, target), []).append(move)
        return found

    def _move(self, move: Move) -> str:
        who = who_may(self._picture, move)
        conditions = self._picture.say("，", ", ").join(
            words for _, words in condition_lines(self._picture, move)
        )
        head = self._picture.say(f"{move.title}（{who}）", f"{move.title} ({who})")
        return f"{head} {conditions}" if conditions else head

    def _shared(self, move: Move) -> str:
        picture = self._picture
        sources = shared_from(picture, move, self._track)
        targets = "".join(f" → {self._track.state(name).title}" for name in move.targets)
        return f"{self._move(move)}{targets} {picture.say(f'〔{sources}〕', f'(from {sources})')}"

    def _id(self, state: str) -> str:
        return f"{self._track.id}__{state}"


def _limits(picture: Picture) -> Iterator[str]:
    yield f'  state "{_safe(picture.say("时限", "Limits"))}" as limits__ {{'
    yield "    direction LR"
    for limit in picture.limits:
        name = f"limit__{limit.number}"
        yield f'    state "{_safe(f"{limit.number} {limit.title}（{limit.kind}）")}" as {name}'
        for line in limit_lines(picture, limit):
            yield f"    {name} : {_safe(line)}"
        yield f"    class {name} limit"
    yield "  }"


def _safe(text: str) -> str:
    """A text with everything that could be syntax as numeric entities, on one line."""
    return _RISKY.sub(
        lambda found: "".join(f"#{ord(one)};" for one in found[0]), visible(" ".join(text.split()))
    )


def _few(names: list[str]) -> list[list[str]]:
    """The names, a few to a line."""
    return [names[place : place + _LIMITS_IN_A_LINE] for place in range(0, len(names), _LIMITS_IN_A_LINE)]


def _quoted(text: str) -> str:
    """A text as a double-quoted scalar of the front matter, which can stand in a page of HTML as it is."""
    words = visible(" ".join(text.split())).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _OF_HTML.sub(lambda found: f"\\u{ord(found[0]):04x}", words) + '"'
