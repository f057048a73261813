"""Which rows are never taken because of others, and which two can be taken at once (M1, M2, M5)."""

from __future__ import annotations

import pytest

from casewf.analysis.lint import lint
from casewf.analysis.rules import overlapping_transitions, shadowed_transition
from casewf.definition.load import parse_document

RULES = (shadowed_transition.RULE, overlapping_transitions.RULE)
HEAD = """\
casewf: 1
id: small
version: 1
calendar: cn-office
roles: {desk: {en: Desk}, boss: {en: Boss}, helper: {en: Helper}}
cards: {yellow: {en: Yellow}}
fields:
  flag: {type: boolean, default: false}
  n: {type: integer, min: 0, default: 0}
  m: {type: decimal}
  mood: {type: choice, of: [high, low, middle]}
  note: {type: text}
  day: {type: date}
  tags: {type: text, many: true}
tracks:
  one:
    initial: a
    states: {a: {en: A}, b: {en: B}, c: {en: C, category: closed}, filed: {en: F, final: true}}
    transitions:
      - {trigger: on, from: [a, b], to: b, by: helper}
      - {trigger: off, from: b, to: a, by: helper}
      - {trigger: close, from: [a, b], to: c, by: helper}
"""
FIRST = HEAD.count("\n") + 1
TAIL = """\
  two:
    initial: p
    states: {p: {en: P}, q: {en: Q}, void: {en: V, ends_case: true}}
    transitions:
      - {trigger: end, from: p, to: void, by: boss}
      - {trigger: turn, from: p, to: q, by: boss}
      - {trigger: back, from: q, to: p, by: boss}
slas:
  limit:
    start: {enter: one.a}
    stop: {enter: one.c}
    target: [{within: 1 hour}]
    ladder: [{at: due, card: yellow}]
"""


def found(*rows: str) -> list[tuple[str, int, str]]:
    """The findings on these rows: code, number of the row, message."""
    text = HEAD + "".join(f"      - {{{row}}}\n" for row in rows) + TAIL
    findings = lint(parse_document(text), {}, rules=RULES)
    return [(one.code, one.place.line - FIRST, one.message) for one in findings]


def codes(*rows: str) -> list[tuple[str, int]]:
    return [(code, row) for code, row, _ in found(*rows)]


GO = "trigger: go, from: a, to: b, by: desk"
NEVER_TAKEN = {
    "nothing is asked before": [GO, f"{GO}, when: n > 3"],
    "less is asked before": [f"{GO}, when: n > 3", f"{GO}, when: n > 5"],
    "the same is asked before": [f"{GO}, when: flag", f"{GO}, when: flag == true"],
    "all that can be was asked before": [f"{GO}, when: flag", f"{GO}, when: not flag", f"{GO}, when: n > 3"],
    "it is the second else": [f"{GO}, when: n > 3", GO, GO],
    "more people may before": [
        "trigger: go, from: a, to: b, by: [boss, desk]",
        f"{GO}, not_by: on, when: n > 3",
    ],
    "whoever may, may before, whose case it is or not": ["trigger: go, from: a, to: b, by: {any: desk}", GO],
    "more is accepted before": [f"{GO}, accepts: [n, mood]", f"{GO}, asks: n"],
    "what is needed before is asked for now": [f"{GO}, needs: note, accepts: n", f"{GO}, asks: note"],
    "what is needed before is always there": [f"{GO}, needs: flag", f"{GO}, needs: flag, when: flag"],
    "a comment is needed for both": [f"{GO}, comment: required", f"{GO}, comment: required, when: flag"],
    "it leads back, and so does the one before": [
        "trigger: go, from: b, to: =previous, by: desk",
        "trigger: go, from: b, to: =previous, by: desk, when: flag",
    ],
    "from every one of its states": ["trigger: go, from: [a, b], to: b, by: desk", f"{GO}, when: n > 3"],
    "an automatic row of another trigger comes first": [
        "trigger: x, from: a, to: b, auto: true, when: n > 3",
        "trigger: y, from: a, to: c, auto: true, when: n > 5",
    ],
    "an automatic row leaves at once": ["trigger: x, from: a, to: b, auto: true", GO],
}  # fmt: skip


@pytest.mark.parametrize("rows", NEVER_TAKEN.values(), ids=NEVER_TAKEN)
def test_the_last_row_is_never_taken(rows: list[str]) -> None:
    assert ("CW705", len(rows) - 1) in codes(*rows)


TAKEN = {
    "the special one comes first": [f"{GO}, when: n > 5", f"{GO}, when: n <= 5 and n > 3", GO],
    "others may": [GO, "trigger: go, from: a, to: b, by: boss, when: flag"],
    "others may, too": [GO, "trigger: go, from: a, to: b, by: [desk, boss]"],
    "who may not before, may now": [f"{GO}, not_by: on", GO],
    "whose organisation may not before, may now": [f"{GO}, not_by_org: on", f"{GO}, not_by: on"],
    "whose case it is not, may now": [GO, "trigger: go, from: a, to: b, by: {any: desk}"],
    "less is accepted before": [f"{GO}, accepts: n", f"{GO}, accepts: [n, mood]"],
    "more is asked for before": [f"{GO}, asks: n, accepts: mood", f"{GO}, asks: mood"],
    "more is needed before": [f"{GO}, needs: note", GO],
    "a comment is needed before": [f"{GO}, comment: required", GO],
    "the one before leads back, to where one was or not": ["trigger: go, from: a, to: =previous, by: desk", GO],
    "the one before needs an open case": ["trigger: go, from: c, by: desk", "trigger: go, from: c, to: a, by: desk"],
    "the one before cannot reopen what another track has ended": [
        "trigger: go, from: c, to: a, by: desk",
        "trigger: go, from: c, to: filed, by: desk",
    ],
    "it is a fallback in other states": [GO, "trigger: go, from: [a, b], to: c, by: desk"],
    "a missing value meets neither": [f"{GO}, when: m > 3", f"{GO}, when: m <= 3", GO],
    "a date is no number": [f"{GO}, when: has(day) and day > '2026-01-01'", GO],
    "it cannot be told": [f"{GO}, when: m * m > n", f"{GO}, when: m * m <= n"],
    "an automatic row asks for something": ["trigger: x, from: a, to: b, auto: true, when: flag", GO],
    "an automatic row waits for a value": ["trigger: x, from: a, to: b, auto: true, needs: note", GO],
    "an automatic row waits for the value that this one asks for": [
        "trigger: x, from: a, to: b, auto: true, needs: note",
        f"{GO}, asks: note",
    ],
}  # fmt: skip


@pytest.mark.parametrize("rows", TAKEN.values(), ids=TAKEN)
def test_each_row_is_taken_at_times(rows: list[str]) -> None:
    assert codes(*rows) == []


OVERLAP = {
    "a number between": ("n > 3", "n < 10", "n 4"),
    "two fields": ("flag", "mood == 'low'", "flag true and mood 'low'"),
    "two states": ("state.two == 'q'", "flag", "flag true and state.two 'q'"),
    "a date": ("day > '2026-01-01'", "day < '2026-01-03'", "day 2026-01-02"),
    "an else that is written out too widely": ("flag", "not flag or n > 3", "flag true and n 4"),
    "a field without a value": ("not has(note)", "n == 2", "n 2 and no note"),
    "a text": ("note != 'a'", "note in ('a', 'b')", "note 'b'"),
    "a list": ("'x' in tags", "len(tags) > 1", "tags x, a0"),
    "two fields against each other": ("m > n", "m > 3", "m 4 and n 0"),
    "a card and a limit": (
        "card == 'yellow'",
        "sla.limit.phase == 'running'",
        "card 'yellow' and sla.limit.phase 'running'",
    ),
    "a role": ("'boss' in actor.roles", "flag", "an actor who is boss and desk and flag true"),
}


@pytest.mark.parametrize(("earlier", "later", "example"), OVERLAP.values(), ids=OVERLAP)
def test_two_rows_can_be_taken_at_once(earlier: str, later: str, example: str) -> None:
    rows = [f'{GO}, when: "{earlier}"', f'{GO}, when: "{later}"']
    text = HEAD + "".join(f"      - {{{row}}}\n" for row in rows) + TAIL
    (one,) = lint(parse_document(text), {}, rules=RULES)
    assert (one.code, one.place.line - FIRST) == ("CW706", 1)
    assert f"for example with {example};" in one.help


APART = {
    "numbers": ("n > 3", "n <= 3"),
    "whole numbers": ("n > 3", "n < 4"),
    "options": ("mood == 'low'", "mood in ('high', 'middle')"),
    "states": ("state.two == 'p'", "state.two == 'q'"),
    "a value and none": ("has(note)", "not has(note)"),
    "a value and none, by reading it": ("note == 'x'", "not has(note)"),
    "two fields": ("m > n", "m <= n"),
    "two fields, turned round": ("m > n", "n >= m"),
    "a phase and a verdict that do not go together": ("sla.limit.phase == 'running'", "sla.limit.verdict == 'met'"),
    "a sum that cannot be decided": ("m + n > 3", "m < 2 - n"),
}  # fmt: skip


@pytest.mark.parametrize(("earlier", "later"), APART.values(), ids=APART)
def test_rows_whose_guards_exclude_one_another_are_fine(earlier: str, later: str) -> None:
    assert codes(f'{GO}, when: "{earlier}"', f'{GO}, when: "{later}"') == []


NOT_COMPARED = {
    "an else": [f"{GO}, when: n > 3", GO],
    "people who share no role": [f"{GO}, when: n > 3", "trigger: go, from: a, to: c, by: boss, when: n > 5"],
    "people and the system": [f"{GO}, when: n > 3", "trigger: go, from: a, to: c, by: system, when: n < 5"],
    "people and automatic rows": [f"{GO}, when: n > 3", "trigger: go, from: a, to: c, auto: true, when: n > 5"],
    "automatic rows of two triggers": [
        "trigger: x, from: a, to: b, auto: true, when: n > 3",
        "trigger: y, from: a, to: c, auto: true, when: n < 5",
    ],
    "fields that the other does not take": [f"{GO}, asks: note, when: n > 3", f"{GO}, asks: mood, when: n < 5"],
    "other states": [f"{GO}, when: n > 3", "trigger: go, from: b, to: c, by: desk, when: n < 5"],
}  # fmt: skip


@pytest.mark.parametrize("rows", NOT_COMPARED.values(), ids=NOT_COMPARED)
def test_rows_that_are_told_apart_otherwise_may_overlap(rows: list[str]) -> None:
    assert codes(*rows) == []


def test_it_is_said_what_comes_first() -> None:
    assert found(GO, f"{GO}, when: n > 3")[0][2].endswith(f"the one in line {FIRST} always is in its place")
    three = found(f"{GO}, when: flag", f"{GO}, when: not flag", f"{GO}, when: n > 3")
    assert three[0][2].endswith(f"one of those in lines {FIRST} and {FIRST + 1} always is")
    automatic = found("trigger: x, from: a, to: b, auto: true", GO)
    assert f"the automatic one in line {FIRST} always is in its place" in automatic[-1][2]
