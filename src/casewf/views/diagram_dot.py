"""A picture as DOT text, for Graphviz and for whatever reads its language."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from casewf.views.diagram_lines import (
    beside,
    condition_lines,
    limit_lines,
    shared_from,
    state_words,
    who_may,
)
from casewf.views.diagram_model import Limit, Move, Picture, StateBox, TrackPicture
from casewf.views.text import visible, wrap

__all__ = ["dot_text"]

_FONTS = "Noto Sans CJK SC,Microsoft YaHei,PingFang SC,Helvetica,sans-serif"
_LABEL_COLUMNS = 34
_LISTED_COLUMNS = 60


def dot_text(picture: Picture) -> str:
    """The text of a directed graph, one line end after each line; tracks and limits are clusters."""
    lines = [
        f"digraph {_quoted(picture.title)} {{",
        f"  graph [label={_quoted(picture.title)}, labelloc=t, fontsize=20, rankdir=TB, ranksep=0.5, nodesep=0.4,"
        f" fontname={_quoted(_FONTS)}];",
        f"  node [shape=plain, fontname={_quoted(_FONTS)}, fontsize=11];",
        f'  edge [fontname={_quoted(_FONTS)}, fontsize=10, color="#35506b"];',
    ]
    for track in picture.tracks:
        lines += _Track(picture, track).lines()
    if picture.limits:
        lines += _limits(picture)
    return "".join(f"{line}\n" for line in (*lines, "}"))


class _Track:
    """A track as a cluster."""

    def __init__(self, picture: Picture, track: TrackPicture) -> None:
        self._picture = picture
        self._track = track
        self._drawn = track.drawn_from()

    def lines(self) -> Iterator[str]:
        track, picture = self._track, self._picture
        yield f"  subgraph {_quoted(f'cluster_{track.id}')} {{"
        yield f'    label={_quoted(track.title)}; fontsize=16; color="#5d6b7a"; style=rounded;'
        for state in track.states:
            yield f"    {self._id(state.id)} [label=<{self._box(state)}>];"
            if state.initial:
                start = _quoted(f"{track.id}/")
                yield f'    {start} [shape=circle, label="", width=0.18, style=filled, fillcolor=black];'
                yield f"    {start} -> {self._id(state.id)};"
        for (source, target), moves in self._arrows().items():
            label = _left_aligned([line for move in moves for line in self._label(move)])
            style = ", style=dashed" if all(move.auto or not move.who for move in moves) else ""
            yield f"    {self._id(source)} -> {self._id(target)} [label={label}{style}];"
        if track.listed:
            rows = [(picture.say("多个状态都可", "From several states"), "bold")]
            rows += [(line, "") for move in track.listed for line in self._shared(move)]
            yield f"    {_quoted(f'{track.id}/*')} [label=<{_table(rows, '#fffbe8', dashed=True)}>];"
        yield "  }"

    def _box(self, state: StateBox) -> str:
        picture = self._picture
        rows = [(state.title, "bold")]
        rows += [(f"[{word}]", "quiet") for word in state_words(picture, state)]
        inside = [move for move in self._drawn[state.id] if not move.targets]
        rows += [(line, "") for move in inside for line in self._label(move)]
        for words, limits in beside(picture, self._track.id, state.id).items():
            names = picture.say("、", ", ").join(f"{limit.number} {limit.title}" for limit in limits)
            rows += [
                (line, "limit") for line in wrap(f"{words}{picture.say('：', ': ')}{names}", _LABEL_COLUMNS)
            ]
        return _table(rows, "#e8eef3" if state.closed else "#ffffff", double=state.final)

    def _arrows(self) -> dict[tuple[str, str], list[Move]]:
        found: dict[tuple[str, str], list[Move]] = {}
        for move in self._track.drawn:
            for source in move.sources:
                for target in move.targets:
                    found.setdefault((source, target), []).append(move)
        return found

    def _label(self, move: Move) -> list[str]:
        who = who_may(self._picture, move)
        lines = wrap(self._picture.say(f"{move.title}（{who}）", f"{move.title} ({who})"), _LABEL_COLUMNS)
        for _, words in condition_lines(self._picture, move):
            lines += [f"  {line}" for line in wrap(words, _LABEL_COLUMNS - 2)]
        return lines

    def _shared(self, move: Move) -> list[str]:
        picture = self._picture
        targets = "".join(f" → {self._track.state(name).title}" for name in move.targets)
        sources = shared_from(picture, move, self._track)
        first, *others = self._label(move)
        lines = [f"{first}{targets}", *others]
        return [
            *lines,
            *(
                f"  {line}"
                for line in wrap(picture.say(f"从：{sources}", f"from: {sources}"), _LISTED_COLUMNS)
            ),
        ]

    def _id(self, state: str) -> str:
        return _quoted(f"{self._track.id}.{state}")


def _limits(picture: Picture) -> Iterator[str]:
    yield '  subgraph "cluster_/limits" {'
    yield f'    label={_quoted(picture.say("时限", "Limits"))}; fontsize=16; color="#6b5b95"; style=rounded;'
    before = ""
    for limit in picture.limits:
        name = _quoted(f"/limit {limit.number}")
        yield f"    {name} [label=<{_limit(picture, limit)}>];"
        if before:
            yield f"    {before} -> {name} [style=invis];"
        before = name if limit.number % _LIMITS_IN_A_COLUMN else ""
    yield "  }"


_LIMITS_IN_A_COLUMN = 8


def _limit(picture: Picture, limit: Limit) -> str:
    rows = [(f"{limit.number} {limit.title}", "bold"), (limit.kind, "quiet")]
    rows += [(line, "") for text in limit_lines(picture, limit) for line in wrap(text, _LISTED_COLUMNS)]
    return _table(rows, "#f3f0fa")


def _table(rows: list[tuple[str, str]], ground: str, *, double: bool = False, dashed: bool = False) -> str:
    """An HTML-like label: one cell a line."""
    styles = {
        "bold": ("<b>", "</b>"),
        "quiet": ('<font color="#5d6b7a" point-size="10">', "</font>"),
        "limit": ('<font color="#6b5b95" point-size="10">', "</font>"),
        "": ('<font point-size="10">', "</font>"),
    }
    cells = "".join(
        f'<tr><td align="left" balign="left">{styles[style][0]}{_shown(text)}{styles[style][1]}</td></tr>'
        for text, style in rows
    )
    kind = ' style="dashed"' if dashed else ' style="rounded"'
    table = f'<table border="1" cellborder="0" cellspacing="0" cellpadding="2" bgcolor="{ground}"{kind}>{cells}</table>'
    if not double:
        return table
    return (
        f'<table border="1" cellborder="0" cellspacing="0" cellpadding="2"><tr><td>{table}</td></tr></table>'
    )


def _shown(text: str) -> str:
    """A text inside an HTML-like label; leading blanks stay."""
    bare = text.lstrip(" ")
    return "&#160;" * (len(text) - len(bare)) + (escape(visible(bare), quote=True) or "&#160;")


def _quoted(text: str) -> str:
    """A text as a double-quoted string of DOT, on one line."""
    return f'"{_escaped(text)}"'


def _left_aligned(lines: list[str]) -> str:
    """Lines as a double-quoted string of DOT, each of them ended as left-aligned."""
    return '"' + "".join(f"{_escaped(line)}\\l" for line in lines) + '"'


def _escaped(text: str) -> str:
    bare = text.lstrip(" ")
    words = visible(" ".join(bare.split())).replace("\\", "\\\\").replace('"', '\\"')
    return " " * (len(text) - len(bare)) + words
