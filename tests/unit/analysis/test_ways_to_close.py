"""States that no case comes to, or comes out of, and what is an end (M8, M10)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewf.analysis.flow.components import components
from casewf.analysis.lint import lint
from casewf.analysis.rules import closed_case_row, dead_end, no_way_back, no_way_to_close, unreachable_state
from casewf.definition.load import parse_document

RULES = (unreachable_state.RULE, dead_end.RULE, no_way_to_close.RULE, no_way_back.RULE, closed_case_row.RULE)
HEAD = """\
casewf: 1
id: small
version: 1
calendar: cn-office
roles: {desk: {en: Desk}}
fields: {flag: {type: boolean, default: false}}
tracks:
"""


def said(states: str, *rows: str, second: str = "") -> list[tuple[str, str]]:
    """Code and message of what is found in a track that begins in ``a``."""
    text = f"{HEAD}  one:\n    initial: a\n    states: {{{states}}}\n    transitions:\n"
    text += "".join(f"      - {{{row}}}\n" for row in rows)
    return [(one.code, one.message) for one in lint(parse_document(text + second), {}, rules=RULES)]


A, B, C = "a: {en: A}", "b: {en: B}", "c: {en: C}"
SHUT = "shut: {en: Shut, category: closed}"
GO, BACK = "trigger: go, from: a, to: b, by: desk", "trigger: back, from: b, to: a, by: desk"


def test_an_open_state_without_a_way_out_is_a_dead_end() -> None:
    close = "trigger: close, from: a, to: shut, by: desk"
    assert said(f"{A}, {B}, {SHUT}", GO, close) == [
        ("CW702", "nothing leads out of the open state 'b' of track 'one'")
    ]


@pytest.mark.parametrize("end", ["category: closed", "final: true", "ends_case: true"])
def test_a_closed_state_without_a_way_out_is_an_end(end: str) -> None:
    assert said(f"{A}, b: {{en: B, {end}}}", GO) == []


@pytest.mark.parametrize(
    "way",
    [
        "trigger: note, from: b, by: desk",
        "trigger: close, from: b, to: shut, by: desk, when: flag and not flag",
        "trigger: close, from: b, to: b, by: desk",
    ],
    ids=["an internal row", "a guard that is never met", "itself"],
)
def test_what_leads_nowhere_is_no_way_out(way: str) -> None:
    found = said(f"{A}, {B}, {SHUT}", GO, "trigger: other, from: a, to: shut, by: desk", way)
    assert [code for code, _ in found] == ["CW702"]


def test_a_way_back_is_a_way_out() -> None:
    back = "trigger: back, from: b, to: =previous, by: desk"
    assert said(f"{A}, {B}, {SHUT}", GO, back, "trigger: close, from: a, to: shut, by: desk") == []


def test_states_that_lead_only_to_one_another_are_a_trap() -> None:
    round_ = ("trigger: on, from: b, to: c, by: desk", "trigger: off, from: c, to: b, by: desk")
    found = said(f"{A}, {B}, {C}, {SHUT}", GO, *round_, "trigger: close, from: a, to: shut, by: desk")
    assert found == [("CW703", "from state 'b' of track 'one' no closed state is reached, only 'c'")]


def test_a_track_without_a_closed_state_is_a_trap() -> None:
    assert said(f"{A}, {B}", GO, BACK) == [
        ("CW703", "from state 'a' of track 'one' no closed state is reached, only 'b'")
    ]


SECOND = """\
  two:
    initial: p
    states: {p: {en: P}, q: {en: Q, category: closed, END}, r: {en: R, REST}}
    transitions:
      - {trigger: end, from: p, to: q, by: desk}
      - {trigger: rest, from: p, to: r, by: desk}
"""


@pytest.mark.parametrize(
    ("end", "rest", "is_found"),
    [
        ("ends_case: true", "final: true, ends_case: true", False),
        ("ends_case: true", "category: closed", True),
        ("ends_case: false", "category: closed", True),
    ],
)
def test_a_track_need_not_close_where_another_always_ends_the_case(
    end: str, rest: str, is_found: bool
) -> None:
    second = SECOND.replace("END", end).replace("REST", rest)
    assert [code for code, _ in said(f"{A}, {B}", GO, second=second)] == ["CW702"] * is_found
    assert [code for code, _ in said(f"{A}, {B}", GO, BACK, second=second)] == ["CW703"] * is_found


def test_it_is_said_why_a_state_is_not_reached() -> None:
    close = "trigger: close, from: a, to: shut, by: desk"
    never = "trigger: go, from: a, to: b, by: desk, when: flag and not flag"
    out = "trigger: out, from: b, to: shut, by: desk"
    said_of_b = "state 'b' of track 'one' is never reached"
    assert said(f"{A}, {B}, {SHUT}", close, out) == [("CW701", said_of_b)]
    taken = ": no case can take 'go', which would lead there"
    assert said(f"{A}, {B}, {SHUT}", close, never, out) == [("CW701", said_of_b + taken)]
    on = ("trigger: on, from: b, to: c, by: desk", "trigger: off, from: c, to: shut, by: desk")
    assert said(f"{A}, {B}, {C}, {SHUT}", close, never, *on) == [
        ("CW701", said_of_b + taken),
        (
            "CW701",
            "state 'c' of track 'one' is never reached: only states lead there that are not reached either, 'b'",
        ),
    ]


def test_states_of_tracks_that_wait_for_one_another_are_not_reached() -> None:
    second = """\
  two:
    initial: p
    states: {p: {en: P, category: closed}, q: {en: Q, category: closed}}
    transitions:
      - {trigger: turn, from: p, to: q, by: desk, when: state.one == 'b'}
"""
    ways = (
        "trigger: go, from: a, to: b, by: desk, when: state.two == 'q'",
        "trigger: close, from: [a, b], to: shut, by: desk",
    )
    assert [code for code, _ in said(f"{A}, {B}, {SHUT}", *ways, second=second)] == ["CW701", "CW701"]
    ways = ("trigger: go, from: a, to: b, by: desk", *ways[1:])
    assert said(f"{A}, {B}, {SHUT}", *ways, second=second) == []


CLOSE = "trigger: close, from: [a, b], to: shut, by: desk"


@pytest.mark.parametrize(
    ("row", "is_found"),
    [
        ("trigger: back, from: a, to: =previous, by: desk", True),
        ("trigger: back, from: [a, b], to: =previous, by: desk", True),
        ("trigger: back, from: b, to: =previous, by: desk", False),
        ('trigger: back, from: "*", to: =previous, by: desk', False),
        ("trigger: back, from: a, to: =previous, auto: true", True),
    ],
)
def test_there_is_no_way_back_from_where_nobody_came(row: str, is_found: bool) -> None:
    found = said(f"{A}, {B}, {SHUT}", GO, CLOSE, row)
    message = "'back' can never lead back from 'a': no transition leads there from another state"
    assert found == ([("CW711", message)] if is_found else [])


def test_a_state_that_is_come_back_to_leads_back() -> None:
    assert said(f"{A}, {B}, {SHUT}", GO, BACK, CLOSE, "trigger: undo, from: a, to: =previous, by: desk") == []


@pytest.mark.parametrize(
    ("row", "is_found"),
    [
        ("trigger: note, from: shut, by: desk", True),
        ("trigger: note, from: [a, shut], by: desk", True),
        ("trigger: again, from: shut, to: shut, by: desk", True),
        ("trigger: reopen, from: shut, to: a, by: desk", False),
        ("trigger: file, from: shut, to: filed, by: desk", False),
        ("trigger: visit, from: shut, by: desk, effects: [{open: visit}]", False),
        ('trigger: note, from: "*", by: desk', False),
    ],
)
def test_a_closed_case_takes_few_rows(row: str, is_found: bool) -> None:
    filed = "filed: {en: Filed, final: true}"
    rows = ("trigger: close, from: a, to: shut, by: desk", "trigger: end, from: a, to: filed, by: desk", row)
    assert [code for code, _ in said(f"{A}, {SHUT}, {filed}", *rows)] == ["CW712"] * is_found


def test_where_another_track_may_be_open_the_case_may() -> None:
    row = ("trigger: close, from: a, to: shut, by: desk", "trigger: note, from: shut, by: desk")
    second = SECOND.replace("END", "ends_case: false").replace("REST", "category: closed")
    assert said(f"{A}, {SHUT}", *row, second=second) == []
    shut = SECOND.replace("p: {en: P}", "p: {en: P, category: closed}").replace("END", "final: true")
    shut = shut.replace("REST", "final: true")
    assert [code for code, _ in said(f"{A}, {SHUT}", *row, second=shut)] == ["CW712"]


NODES = st.integers(0, 7).map(str)


@given(st.dictionaries(NODES, st.lists(NODES, max_size=3), max_size=8))
def test_the_parts_of_a_graph_are_those_whose_nodes_lead_to_one_another(leads: dict[str, list[str]]) -> None:
    def reached(start: str) -> set[str]:
        found, ahead = {start}, [start]
        while ahead:
            fresh = [one for one in leads[ahead.pop()] if one in leads and one not in found]
            found.update(fresh)
            ahead += fresh
        return found

    parts = components(leads)
    assert sorted(node for part in parts for node in part) == sorted(leads)
    for place, part in enumerate(parts):
        for node in part:
            assert {one for one in reached(node) if node in reached(one)} == set(part)
            assert not any(one in reached(node) for later in parts[place + 1 :] for one in later)
