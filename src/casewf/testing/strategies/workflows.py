"""Whole workflows: valid ones, which load and lint without an error, and such as are one change away from that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import strategies as st

from casewf.definition.load import parse_workflow
from casewf.model.workflow import Workflow

__all__ = ["nearly_valid_texts", "workflow_texts", "workflows"]

_HEAD = """\
casewf: 1
id: generated
version: 1
title: {zh: 生成的流程, en: Generated}
calendar: cn-office
roles: {clerk: {zh: 经办, en: Clerk}, chief: {zh: 主管, en: Chief}}
cards: {yellow: {zh: 黄牌, en: Yellow card}, red: {zh: 红牌, en: Red card}}
"""
_FIELDS = {
    "note": "{type: text, title: {zh: 说明, en: Note}}",
    "count": "{type: integer, min: 0, max: 9, default: 0, title: {zh: 数量, en: Count}}",
    "sum": "{type: decimal, min: 0, title: {zh: 金额, en: Sum}}",
    "urgent": "{type: boolean, default: false, title: {zh: 紧急, en: Urgent}}",
    "kind": "{type: choice, of: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}, title: {zh: 类别, en: Kind}}",
    "day": "{type: date, title: {zh: 日期, en: Day}}",
    "heard": "{type: instant, title: {zh: 得知, en: Heard}}",
    "lead": "{type: org, title: {zh: 主办, en: Lead}}",
    "person": "{type: person, title: {zh: 联系人, en: Person}}",
    "tags": "{type: text, many: true, title: {zh: 标签, en: Tags}}",
    "phone": "{type: text, sensitive: true, seen_by: [clerk], title: {zh: 电话, en: Phone}}",
}
_AMOUNTS = ("3 hours", "2 days", "4 working hours", "1 working day", "3 working days", "10 days")
_EARLY = ("at: 50%", "at: 80%")
_WHAT = (
    "notify: clerk",
    "notify: [clerk, chief]",
    "card: yellow",
    "card: red",
    "notify: chief, card: yellow",
)
_LATE = ("after: 1 hour", "after: 1 working day", "after: 2 days", "after: 1 hour, every: 5 hours, times: 3")


@st.composite
def workflow_texts(draw: st.DrawFn) -> str:
    """Texts of workflow files which load and in which ``casewf lint`` finds no error; it may find less.

    One or two tracks, each a way from its first state to a closed one with rows back, rows that stay, and a state in
    which it waits; fields of every kind; limits with ladders, pauses, extensions and suspensions.
    """
    names = draw(st.lists(st.sampled_from(list(_FIELDS)), unique=True, max_size=5))
    fields = "".join(f"  {name}: {_FIELDS[name]}\n" for name in names)
    tracks = [draw(_tracks(name, names)) for name in ("main", "side")[: draw(st.integers(1, 2))]]
    slas = [draw(_slas(f"limit_{number}", *tracks[0][1:])) for number in range(draw(st.integers(0, 2)))]
    accepted = ", ".join(names)
    text = _HEAD
    text += f"fields:\n{fields}" if fields else ""
    text += f"opening: {{by: clerk, accepts: [{accepted}]}}\n"
    text += "tracks:\n" + "".join(one[0] for one in tracks)
    return text + ("slas:\n" + "".join(slas) if slas else "")


def workflows() -> st.SearchStrategy[Workflow]:
    """The workflows of ``workflow_texts``."""
    return workflow_texts().map(parse_workflow)


@st.composite
def _tracks(draw: st.DrawFn, name: str, fields: Sequence[str]) -> tuple[str, list[str], bool]:
    """The text of a track, the states of its way from the first to the closed one, and whether one waits beside it."""
    way = [f"{name}_{number}" for number in range(draw(st.integers(2, 4)))]
    waits = len(way) > 2 and draw(st.booleans())
    states = "".join(f"      {state}: {{zh: {state}, en: {state}}}\n" for state in way[:-1])
    states += f"      {way[-1]}: {{zh: 办结, en: Closed, category: closed}}\n"
    rows = []
    for number, (source, target) in enumerate(pairwise(way)):
        rows.append(draw(_rows(f"{name}_go_{number}", source, f", to: {target}", fields)))
    if waits:
        states += f"      {name}_waits: {{zh: 等待, en: Waits}}\n"
        rows.append(draw(_rows(f"{name}_wait", way[1], f", to: {name}_waits", ())))
        rows.append(f"{{trigger: {name}_go_on, from: {name}_waits, to: =previous, by: clerk}}")
    if draw(st.booleans()):
        rows.append(draw(_rows(f"{name}_tell", way[0], "", fields)))
    if draw(st.booleans()):
        rows.append(draw(_rows(f"{name}_back", way[-1], f", to: {way[0]}", ())))
    text = f"  {name}:\n    title: {{zh: {name}, en: {name}}}\n    initial: {way[0]}\n    states:\n{states}"
    text += "    transitions:\n" + "".join(f"      - {row}\n" for row in rows)
    return text, way, waits


@st.composite
def _rows(draw: st.DrawFn, trigger: str, source: str, to: str, fields: Sequence[str]) -> str:
    parts = f"trigger: {trigger}, from: {source}{to}, by: {draw(st.sampled_from(('clerk', 'chief', '[clerk, chief]')))}"
    if fields:
        some = draw(st.lists(st.sampled_from(fields), unique=True, max_size=2))
        parts += (
            f", {draw(st.sampled_from(('asks', 'accepts', 'needs')))}: [{', '.join(some)}]" if some else ""
        )
    parts += ", comment: required" if draw(st.integers(0, 5)) == 5 else ""
    parts += ", effects: [{notify: chief}]" if draw(st.integers(0, 3)) == 3 else ""
    return f"{{{parts}}}"


@st.composite
def _slas(draw: st.DrawFn, name: str, way: Sequence[str], waits: bool) -> str:
    track = way[0].rsplit("_", 1)[0]
    within = draw(st.sampled_from(_AMOUNTS))
    parts = [f"title: {{zh: {name}, en: {name}}}"]
    parts.append(f"start: {{enter: {track}.{draw(st.sampled_from(way[:-1]))}}}")
    parts.append(f"stop: {{enter: {track}.{way[-1]}}}")
    if waits:
        parts.append(f"pause: {{in: {track}.{track}_waits}}")
    parts.append(f"target: [{{within: {within}}}]")
    early = [f"{{{at}, {draw(st.sampled_from(_WHAT))}}}" for at in _EARLY[: draw(st.integers(0, 2))]]
    due = f"{{at: due, {draw(st.sampled_from(_WHAT))}}}"
    late = [f"{{{draw(st.sampled_from(_LATE))}, {draw(st.sampled_from(_WHAT))}}}"]
    parts.append(f"ladder: [{', '.join((*early, due, *late[: draw(st.integers(0, 1))]))}]")
    if draw(st.booleans()):
        parts.append("extension: {by: chief, asked_by: clerk, times: 2, up_to: original}")
    if draw(st.booleans()):
        parts.append("suspension: {by: chief, asked_by: clerk, times: 2, up_to: 2 days}")
    parts.append(f"on_reopen: {draw(st.sampled_from(('continue', 'restart')))}")
    return f"  {name}: {{{', '.join(parts)}}}\n"


# one change away

_WORD = re.compile(r"\w+")


@st.composite
def nearly_valid_texts(draw: st.DrawFn, texts: st.SearchStrategy[str] | None = None) -> str:
    """A valid text with one change, as authors make them: a word misspelt or put elsewhere, a line lost or doubled.

    Most of them are wrong, some happen to be right; every reader must answer for what it makes of them.

    Args:
        draw: Hypothesis's.
        texts: what is changed; by default ``workflow_texts``.
    """
    text = draw(workflow_texts() if texts is None else texts)
    lines = text.split("\n")
    words = list(_WORD.finditer(text))
    one, other = (draw(st.sampled_from(words)) for _ in range(2))
    number = draw(st.integers(0, len(lines) - 1))
    match draw(st.sampled_from(("misspell", "replace", "lose", "double", "indent"))):
        case "misspell":
            place = draw(st.integers(one.start(), one.end() - 1))
            return text[:place] + text[place + 1 :]
        case "replace":
            return text[: one.start()] + other[0] + text[one.end() :]
        case "lose":
            return "\n".join((*lines[:number], *lines[number + 1 :]))
        case "double":
            return "\n".join((*lines[:number], lines[number], *lines[number:]))
        case _:
            return "\n".join((*lines[:number], f"  {lines[number]}", *lines[number + 1 :]))
