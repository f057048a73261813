"""The limits drawn: how long each is, and its ladder rung by rung; and what the signs of a picture mean."""

from __future__ import annotations

from itertools import pairwise

from casewf.views.diagram_lines import rung_words, target_words
from casewf.views.diagram_model import Limit, Picture, RungLine
from casewf.views.diagram_shapes import Block, Box, Line, Shape, Symbol, paragraph, text
from casewf.views.diagram_text import measure

__all__ = ["CARD_COLOURS", "legend_block", "limit_block", "limits_width"]

CARD_COLOURS = {"blue": "#2f6db3", "yellow": "#b98900", "red": "#b3261e"}
"""The colour of a card by its tone; its name stands beside it."""

_PAD = 10.0
_TITLE, _BODY, _SMALL = 12.5, 11.0, 10.5
_PITCH, _SMALL_PITCH = 14.0, 13.2
_RAIL = 8.0
_RUNG_TEXT = 22.0
_NARROWEST, _WIDEST = 320.0, 450.0


def limits_width(picture: Picture) -> float:
    """Room for the longest rung without a break, within what fits on a page."""
    widest = 0.0
    for limit in picture.limits:
        for _, ladder in limit.ladders:
            for rung in ladder:
                card = 0.0 if rung.card is None else measure(rung.card.title, 9.5) + 17
                words = measure(rung_words(picture, rung, with_card=False), _SMALL)
                widest = max(widest, measure(rung.when, _SMALL, bold=True) + 7 + card + words)
    return min(max(widest + 2 * _PAD + _RUNG_TEXT + 2, _NARROWEST), _WIDEST)


def limit_block(picture: Picture, limit: Limit, width: float) -> Block:
    """A limit in a box of this width."""
    return _Limit(picture, limit, width).block()


class _Limit:
    """One limit on its way onto the page."""

    def __init__(self, picture: Picture, limit: Limit, width: float) -> None:
        self._picture = picture
        self._limit = limit
        self._width = width
        self._shapes: list[Shape] = []
        self._y = 0.0

    def block(self) -> Block:
        """The box with everything in it."""
        self._head()
        for targets, ladder in self._limit.ladders:
            for target in targets:
                self._write(target_words(self._picture, self._limit, target), _PAD, _BODY, "", _PITCH)
            self._ladder(ladder)
        height = self._y + 7
        frame = Box(x=0, y=0, width=self._width, height=height, style=f"limit {self._limit.level}", radius=6)
        return Block(width=self._width, height=height, shapes=(frame, *self._shapes))

    def _head(self) -> None:
        limit = self._limit
        kind = measure(limit.kind, 10)
        self._shapes += [
            Box(x=_PAD, y=6, width=20, height=14, style="number", radius=7),
            text(_PAD + 10, 16.8, str(limit.number), 10.5, "bold", anchor="middle"),
            text(self._width - _PAD, 17, limit.kind, 10, "quiet", anchor="end"),
        ]
        lines = paragraph(
            _PAD + 26, 17.5, limit.title, self._width - 2 * _PAD - 34 - kind, _TITLE, "bold", pitch=16
        )
        self._shapes += lines
        self._y = 25 + (len(lines) - 1) * 16

    def _ladder(self, ladder: tuple[RungLine, ...]) -> None:
        """The rungs on a rail: solid up to the due instant, dashed after it."""
        ys: list[tuple[float, str]] = []
        x = _PAD + _RAIL
        shapes: list[Shape] = []
        for rung in ladder:
            ys.append((self._y + 7, rung.place))
            shapes.append(Symbol(x=x, y=self._y + 7, kind=f"rung-{rung.place}"))
            self._rung(rung)
        for (y, _), (following, place) in pairwise(ys):
            style = "rail late" if place == "late" else "rail"
            self._shapes.append(Line(points=((x, y), (x, following)), style=style))
        self._shapes += shapes
        self._y += 3 if ladder else 0

    def _rung(self, rung: RungLine) -> None:
        picture = self._picture
        left = _PAD + _RUNG_TEXT
        baseline = self._y + 10.5
        whens = paragraph(
            left, baseline, rung.when, self._width - _PAD - left, _SMALL, "bold", pitch=_SMALL_PITCH
        )
        self._shapes += whens
        self._y += (len(whens) - 1) * _SMALL_PITCH
        baseline = self._y + 10.5
        after = left + whens[-1].width + 7
        if rung.card is not None:
            wide = measure(rung.card.title, 9.5) + 10
            if after + wide > self._width - _PAD:
                after, self._y, baseline = left, self._y + _SMALL_PITCH, baseline + _SMALL_PITCH
            self._shapes += [
                Box(
                    x=after,
                    y=baseline - 10,
                    width=wide,
                    height=13,
                    style="card",
                    fill=CARD_COLOURS[rung.card.tone],
                ),
                text(after + wide / 2, baseline - 0.2, rung.card.title, 9.5, "card-text", anchor="middle"),
            ]
            after += wide + 7
        words = rung_words(picture, rung, with_card=False)
        if words and after + measure(words, _SMALL) <= self._width - _PAD:
            self._shapes.append(text(after, baseline, words, _SMALL))
            words = ""
        self._y += _SMALL_PITCH
        if words:
            self._write(words, left, _SMALL, "", _SMALL_PITCH)

    def _write(self, words: str, left: float, size: float, style: str, pitch: float) -> None:
        room = self._width - _PAD - left
        lines = paragraph(left, self._y + 10.5, words, room, size, style, pitch=pitch)
        self._shapes += lines
        self._y += len(lines) * pitch


def _signs_used(picture: Picture) -> set[str]:
    """The signs that a picture has."""
    found = {"way"}
    for track in picture.tracks:
        marks = [mark for move in track.moves for _, mark in move.marks]
        for state in track.states:
            marks += (*state.entered, *state.left)
            found |= {"initial"} if state.initial else set()
            found |= {"final-state"} if state.final else {"closed-state"} if state.closed else set()
        found |= {mark.action for mark in marks}
        for move in track.moves:
            found |= {"by-itself"} if move.auto or move.system else set()
            found |= {"across" for guard in move.guards if guard.across}
    for limit in picture.limits:
        for span in limit.spans.values():
            found.add("span-stands" if span.pauses else "span-always" if span.always else "span-may")
        found |= {f"rung-{rung.place}" for target in limit.targets for rung in target.ladder}
    return found


def legend_block(picture: Picture, width: float) -> Block:
    """What the signs of a picture mean."""
    say = picture.say
    entries = (
        ("initial", say("起点", "where a case begins")),
        ("closed-state", say("灰底：办结类状态", "grey: a closed state")),
        ("final-state", say("双框：终态，不再变化", "double frame: final, nothing more happens")),
        ("by-itself", say("自动或系统触发", "taken by itself, or fired by timers and connectors")),
        ("way", say("线通向所到的状态", "a line leads to the state entered")),
        ("across", say("取决于另一轨道（同色）", "depends on another track, by its colour")),
        ("span-always", say("时限在此状态计时", "a limit runs in this state")),
        ("span-may", say("可能计时：看工单如何到此", "it may run, by how the case came here")),
        ("span-stands", say("时限暂停（窄：可能暂停）", "it stands (narrow: it may stand)")),
        ("start", say("时限起算", "starts it")),
        ("stop", say("时限停止，有结论", "stops it, with a verdict")),
        ("cancel", say("不再计时，无结论", "calls it off, without a verdict")),
        ("reopen", say("接着计时", "lets it go on")),
        ("rung-early", say("到期前的提醒", "a warning before it is due")),
        ("rung-due", say("到期时", "when it is due")),
        ("rung-late", say("逾期后", "after it was due")),
    )
    used = _signs_used(picture)
    shapes: list[Shape] = [text(_PAD, 18, say("图例", "Legend"), _TITLE, "bold")]
    y = 26.0
    for kind, words in (one for one in entries if one[0] in used):
        shapes += _sample(kind, _PAD + 14, y + 7)
        lines = paragraph(_PAD + 36, y + 10.5, words, width - 2 * _PAD - 36, _SMALL, pitch=_SMALL_PITCH)
        shapes += lines
        y += len(lines) * _SMALL_PITCH + 3
    frame = Box(x=0, y=0, width=width, height=y + 5, style="legend", radius=6)
    return Block(width=width, height=y + 5, shapes=(frame, *shapes))


def _sample(kind: str, x: float, y: float) -> list[Shape]:
    """A sign as it looks in the picture."""
    if kind == "closed-state":
        return [Box(x=x - 13, y=y - 6, width=26, height=12, style="state closed", radius=3)]
    if kind == "final-state":
        return [
            Box(x=x - 13, y=y - 6, width=26, height=12, style="state closed", radius=3),
            Box(x=x - 10.5, y=y - 3.5, width=21, height=7, style="inner", radius=2),
        ]
    if kind == "by-itself":
        return [Box(x=x - 13, y=y - 6, width=26, height=12, style="pill by-itself", radius=6)]
    if kind == "way":
        return [Line(points=((x - 13, y), (x + 12, y)), style="bus", colour="#1f5fa8", arrow=True)]
    if kind == "span-always":
        return [Box(x=x - 13, y=y - 6, width=26, height=12, style="span service")]
    if kind == "span-may":
        return [Box(x=x - 13, y=y - 2.5, width=26, height=5, style="span service")]
    if kind == "span-stands":
        return [Box(x=x - 13, y=y - 6, width=26, height=12, style="span service stands")]
    colour = "#1f4e79" if kind == "across" else ""
    return [Symbol(x=x, y=y, kind=kind, colour=colour)]
