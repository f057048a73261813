"""Rows for cases that are closed by then: told once, by the rule that knows why, with what they wait for (M8)."""

from __future__ import annotations

from casewf.analysis.lint import lint
from casewf.definition.load import load_calendar, parse_document

OFFICE = {"cn-office": load_calendar("cn-office")}
HEAD = """\
casewf: 1
id: small
version: 1
calendar: cn-office
roles: {desk: {zh: 窗口, en: Desk}}
opening: {by: desk, accepts: []}
fields: {flag: {type: boolean, default: false, title: {zh: 标, en: Flag}}}
tracks:
  main:
    title: {zh: 主, en: Main}
    initial: work
    states: {work: {zh: 办理, en: Work}, done: {zh: 办结, en: Done, category: closed}}
    transitions:
"""
NOTE = '      - {trigger: note, from: done, by: desk, set: {flag: "true"}}\n'


def found(tracks: str) -> list[tuple[str, str]]:
    return [
        (one.code, one.message) for one in lint(parse_document(HEAD + tracks), OFFICE) if one.code != "CW725"
    ]


def test_a_row_for_closed_cases_is_told_once() -> None:
    rows = "      - {trigger: go, from: work, to: done, by: desk}\n" + NOTE
    assert found(rows) == [
        ("CW712", "'note' is never accepted in 'done': every case there is closed"),
    ]


def test_a_case_that_the_other_tracks_have_closed_by_then_is_told_once() -> None:
    """The side alone may be open while the main track is done; together they never are."""
    side = """\
  side:
    title: {zh: 旁, en: Side}
    initial: x
    states: {x: {zh: 甲, en: X}, y: {zh: 乙, en: Y, category: closed}}
    transitions:
      - {trigger: to_y, from: x, to: y, by: desk}
"""
    rows = "      - {trigger: go, from: work, to: done, by: desk, when: state.side == 'y'}\n" + NOTE
    assert found(rows + side) == [
        (
            "CW771",
            "'note' is never possible here: it waits for a case that is still open, and that is never so while main "
            "is in 'done'",
        ),
    ]


def test_a_row_may_wait_in_a_closed_state_of_a_case_that_is_open() -> None:
    """The main track goes to and fro between open and closed; only the row that would end the case waits there."""
    tracks = """\
      - {trigger: rest, from: work, to: done, by: desk}
      - {trigger: resume, from: done, to: work, by: desk}
      - {trigger: end, from: done, to: over, by: desk, when: state.side == 'y'}
  side:
    title: {zh: 旁, en: Side}
    initial: x
    states: {x: {zh: 甲, en: X}, y: {zh: 乙, en: Y, category: closed}, z: {zh: 丙, en: Z}}
    transitions:
      - {trigger: to_y, from: x, to: y, by: desk}
      - {trigger: to_z, from: x, to: z, by: desk}
"""
    over = "over: {zh: 结束, en: Over, category: closed, ends_case: true}"
    text = (HEAD + tracks).replace("category: closed}}\n", f"category: closed}}, {over}}}\n", 1)
    messages = [one.message for one in lint(parse_document(text), OFFICE) if one.code == "CW770"]
    assert messages == ["a case can come to side in 'z', and then never be closed"]
