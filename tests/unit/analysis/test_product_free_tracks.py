"""Barriers on a track that can always be brought wherever they want it, so that it is left out of the exploration."""

from __future__ import annotations

import pytest

from casewf.analysis.lint import lint
from casewf.definition.load import load_calendar, parse_document

OFFICE = {"cn-office": load_calendar("cn-office")}
HEAD = """\
casewf: 1
id: small
version: 1
calendar: cn-office
roles: {desk: {zh: 窗口, en: Desk}}
cards: {yellow: {zh: 黄牌, en: Yellow}}
opening: {by: desk, accepts: []}
fields: {flag: {type: boolean, default: false, title: {zh: 标, en: Flag}}}
tracks:
  side:
    title: {zh: 旁, en: Side}
    initial: x
    states: {x: {zh: 甲, en: X}, y: {zh: 乙, en: Y, category: closed}}
    transitions:
      - {trigger: to_y, from: x, to: y, by: desk}
      - {trigger: to_x, from: y, to: x, by: desk}
  main:
    title: {zh: 主, en: Main}
    initial: work
    states: {work: {zh: 办理, en: Work}, done: {zh: 办结, en: Done, category: closed}}
    transitions:
"""
LIMIT = """\
slas:
  limit:
    title: {zh: 时限, en: Limit}
    start: {enter: main.work}
    stop: {enter: main.done}
    target: [{within: 2 hours}]
    ladder: [{at: due, card: yellow}]
"""


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            """
      - {trigger: note, from: work, by: desk, accepts: flag}
      - {trigger: go, from: work, to: done, by: desk, when: state.side == 'x' and flag}
""",
            [],
        ),
        (
            """
      - {trigger: go, from: work, to: done, by: desk, when: state.side == 'x' and card == 'yellow'}
""",
            [],
        ),
        (
            """
      - {trigger: note, from: work, by: desk, accepts: flag}
      - {trigger: go, from: work, to: done, auto: true, when: state.side == 'x' and flag}
""",
            [],
        ),
        (
            """
      - {trigger: note, from: work, by: desk, set: {flag: "true"}}
      - {trigger: go, from: work, to: done, by: desk, when: state.side == 'x' and not flag}
""",
            ["CW770"],
        ),
    ],
)
def test_what_else_a_row_waits_for_is_looked_at(rows: str, expected: list[str]) -> None:
    found = lint(parse_document(HEAD + rows.lstrip("\n") + LIMIT), OFFICE)
    assert [one.code for one in found if one.code >= "CW770"] == expected
