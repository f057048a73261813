"""Which automatic rows are proven to come to an end, and which may not (M5)."""

from __future__ import annotations

from itertools import permutations

import pytest

from casewf.analysis.flow.automatic_chains import long_chains
from casewf.analysis.flow.circles import circles
from casewf.analysis.flow.rows import Rows
from casewf.core.decide import Refusal, decide
from casewf.model.commands import Open
from core_cases import DESK, START, program

FIELDS = """
flag: {type: boolean, default: false}
other: {type: boolean, default: false}
n: {type: integer, min: 0, default: 0}
mood: {type: choice, of: [high, low]}
"""


def paths(rows: str, *, second: str = "") -> list[tuple[str, bool]]:
    """The chains that are not proven to end in time: where they go, and whether they may go on for ever."""
    of = program(tracks(rows, second), fields=FIELDS)
    return [(chain.path, chain.endless) for chain in long_chains(Rows(of.workflow, of))]


def tracks(rows: str, second: str = "") -> str:
    text = "one:\n  initial: a\n  states: {a: {}, b: {}, c: {}, d: {}}\n  transitions:\n"
    text += "".join(
        f"    - {{{row}}}\n" for row in [*rows.split("\n"), "trigger: next, from: a, to: b, by: desk"] if row
    )
    if second:
        text += "two:\n  initial: p\n  states: {p: {}, q: {}, r: {}}\n  transitions:\n"
        text += "".join(f"    - {{{row}}}\n" for row in second.split("\n") if row)
    return text


ENDS = {
    "no circle": "trigger: x, from: a, to: b, auto: true\ntrigger: y, from: [a, b], to: c, auto: true",
    "what it sets holds it up": "trigger: x, from: a, auto: true, when: not flag, set: {flag: 'true'}",
    "what one row sets holds another up": """
trigger: x, from: a, to: b, auto: true, when: not flag, set: {flag: 'true'}
trigger: y, from: b, to: a, auto: true, when: flag""",
    "each option is left for good": """
trigger: x, from: a, to: b, auto: true, when: not has(mood), set: {mood: "'low'"}
trigger: y, from: b, to: a, auto: true, when: mood == 'low', set: {mood: "'high'"}""",
    "guards that exclude one another": """
trigger: x, from: a, to: b, auto: true, when: n > 3
trigger: y, from: b, to: a, auto: true, when: n < 2""",
    "the same in three states": """
trigger: x, from: a, to: b, auto: true, when: n > 3
trigger: y, from: b, to: c, auto: true
trigger: z, from: c, to: a, auto: true, when: n == 3 and not flag""",
    "a number that is counted up to a bound": "trigger: x, from: a, auto: true, when: n < 30, set: {n: n + 1}",
    "a number that is counted down": "trigger: x, from: a, auto: true, when: n > 0 and n < 9, set: {n: n - 1}",
    "a way back that is never open": """
trigger: x, from: a, to: b, auto: true, when: flag
trigger: y, from: b, to: =previous, auto: true, when: not flag""",
    "a guard that is never met": "trigger: x, from: a, auto: true, when: n < 0",
    "a row for people in between": """
trigger: x, from: a, to: b, auto: true
trigger: y, from: b, to: a, by: desk""",
}  # fmt: skip


@pytest.mark.parametrize("rows", ENDS.values(), ids=ENDS)
def test_it_is_proven_that_these_end(rows: str) -> None:
    assert paths(rows) == []
    of = program(tracks(rows), fields=FIELDS)
    assert not isinstance(decide(of, None, Open("C1", DESK, None, (), {}), START), Refusal)


MAY_NOT_END = {
    "a row that leads to itself": ("trigger: x, from: a, to: a, auto: true", "a → a"),
    "an internal row": ("trigger: x, from: a, auto: true, when: flag", "a → a"),
    "an internal row that sets what it asks for": (
        "trigger: x, from: a, auto: true, when: not flag, set: {flag: 'false'}",
        "a → a",
    ),
    "there and back": (
        "trigger: x, from: a, to: b, auto: true\ntrigger: y, from: b, to: a, auto: true",
        "a → b → a",
    ),
    "a field that is set there and back": (
        "trigger: x, from: a, to: b, auto: true, when: not flag, set: {flag: 'true'}\n"
        "trigger: y, from: b, to: a, auto: true, when: flag, set: {flag: 'false'}",
        "a → b → a",
    ),
    "a field that another row sets back": (
        "trigger: x, from: a, auto: true, when: not flag, set: {flag: 'true'}\n"
        "trigger: y, from: a, to: b, auto: true, when: flag, set: {flag: 'false'}\n"
        "trigger: z, from: b, to: a, auto: true",
        "a → a → b → a",
    ),
    "a field that is turned round": (
        "trigger: x, from: a, auto: true, when: flag or not flag, set: {flag: not flag}",
        "a → a",
    ),
    "three states": (
        "trigger: x, from: a, to: b, auto: true\ntrigger: y, from: b, to: c, auto: true\n"
        "trigger: z, from: c, to: a, auto: true, when: n > 3",
        "a → b → c → a",
    ),
    "a number without a bound": ("trigger: x, from: a, auto: true, when: n > 3, set: {n: n + 1}", "a → a"),
    "a number that goes up and down": (
        "trigger: x, from: a, to: b, auto: true, when: n < 5, set: {n: n + 1}\n"
        "trigger: y, from: b, to: a, auto: true, set: {n: n - 1}",
        "a → b → a",
    ),
    "two circles that let one another go on": (
        """trigger: x, from: a, to: b, auto: true, when: mood == 'low', set: {mood: "'high'"}
trigger: y, from: b, to: a, auto: true, when: mood == 'low'
trigger: v, from: b, to: c, auto: true, when: mood == 'high', set: {mood: "'low'"}
trigger: w, from: c, to: b, auto: true""",
        "b → c → b → a → b",
    ),
    "the way back": (
        "trigger: x, from: a, to: b, auto: true\ntrigger: y, from: b, to: =previous, auto: true",
        "a → b → a",
    ),
}


@pytest.mark.parametrize(("rows", "path"), MAY_NOT_END.values(), ids=MAY_NOT_END)
def test_of_these_it_is_not_proven(rows: str, path: str) -> None:
    assert paths(rows) == [(path, True)]


def test_a_number_that_is_counted_too_far_takes_too_many_rounds() -> None:
    assert paths("trigger: x, from: a, auto: true, when: n < 40, set: {n: n + 1}") == [("a → a", False)]
    assert paths("trigger: x, from: a, auto: true, when: n < 32, set: {n: n + 1}") == []
    assert paths("trigger: x, from: a, auto: true, when: n < 33, set: {n: n + 1}") == [("a → a", False)]


@pytest.mark.parametrize(("last", "found"), [(32, 0), (33, 1)])
def test_a_chain_of_more_than_32_rows_is_too_long(last: int, found: int) -> None:
    states = ", ".join(f"s{number}: {{}}" for number in range(last + 1))
    rows = "".join(
        f"    - {{trigger: t{number}, from: s{number}, to: s{number + 1}, auto: true}}\n"
        for number in range(last)
    )
    of = program(f"one:\n  initial: s0\n  states: {{{states}}}\n  transitions:\n{rows}")
    chains = list(long_chains(Rows(of.workflow, of)))
    assert [(len(chain.rules), chain.endless) for chain in chains] == [(last, False)] * found
    refused = isinstance(decide(of, None, Open("C1", DESK, None, (), {}), START), Refusal)
    assert refused is bool(found)


def test_tracks_that_move_one_another_may_not_end() -> None:
    found = paths(
        "trigger: x, from: a, to: b, auto: true, when: state.two == 'p'\n"
        "trigger: y, from: b, to: a, auto: true, when: state.two == 'q'",
        second="trigger: v, from: p, to: q, auto: true, when: state.one == 'b'\n"
        "trigger: w, from: q, to: p, auto: true, when: state.one == 'a'",
    )
    assert found == [("a → b → a", True), ("p → q → p", True)]


def test_a_track_that_has_moved_for_good_ends_the_other() -> None:
    rows = (
        "trigger: x, from: a, to: b, auto: true, when: state.two == 'p'\n"
        "trigger: y, from: b, to: a, auto: true, when: state.two == 'q'"
    )
    assert paths(rows, second="trigger: v, from: p, to: q, auto: true, when: state.one == 'b'") == []
    assert (
        paths(rows, second="trigger: v, from: [p, q], to: r, by: desk\ntrigger: u, from: r, to: q, by: desk")
        == []
    )


def test_a_field_that_another_track_turns_round_may_not_end() -> None:
    rows = """trigger: x, from: a, to: b, auto: true, when: not flag
trigger: y, from: b, to: a, auto: true, when: flag"""
    turning = """trigger: v, from: p, auto: true, when: "not flag and state.one == 'b'", set: {flag: 'true'}
trigger: w, from: p, auto: true, when: "flag and state.one == 'a'", set: {flag: 'false'}"""
    assert paths(rows) == []
    assert paths(rows, second=turning)[0] == ("a → b → a", True)


def test_a_clock_that_the_rows_move_may_change() -> None:
    slas = "limit: {start: {enter: one.a}, restarts: true, stop: {enter: one.b}, target: [{within: 1 hour}]}"
    rows = """trigger: x, from: a, to: b, auto: true, when: sla.limit.phase == 'running'
trigger: y, from: b, to: a, auto: true, when: sla.limit.phase == 'stopped'"""
    of = program(tracks(rows), fields=FIELDS, slas=slas)
    assert [chain.path for chain in long_chains(Rows(of.workflow, of))] == ["a → b → a"]


def test_an_actor_is_the_same_all_the_time() -> None:
    rows = """trigger: x, from: a, to: b, auto: true, when: "'boss' in actor.roles"
trigger: y, from: b, to: a, auto: true, when: "'boss' not in actor.roles\""""
    assert paths(rows) == []


def complete(size: int) -> Rows:
    """Automatic rows from each of some states to each other; no two states can go round together."""
    states = ", ".join(f"s{number}: {{}}" for number in range(size))
    rows = "".join(
        f"    - {{trigger: t{one}_{other}, from: s{one}, to: s{other}, auto: true, when: n == {one}}}\n"
        for one, other in permutations(range(size), 2)
    )
    of = program(f"one:\n  initial: s0\n  states: {{{states}}}\n  transitions:\n{rows}", fields=FIELDS)
    return Rows(of.workflow, of)


@pytest.mark.parametrize(("size", "most", "are_all"), [(4, 6 + 8 + 6, True), (6, 200, False)])
def test_circles_are_all_found_and_refuted_unless_there_are_too_many(
    size: int, most: int, are_all: bool
) -> None:
    rows = complete(size)
    found = circles([rule for rules in rows.leaving["one"].values() for rule in rules])
    assert (len({frozenset(map(id, circle)) for circle in found[0]}), found[1]) == (most, are_all)
    assert [chain.endless for chain in long_chains(rows)] == [True] * (not are_all)


def test_what_another_track_sets_counts() -> None:
    rows = "trigger: x, from: a, auto: true, when: not flag, set: {flag: 'true'}"
    assert paths(rows, second="trigger: v, from: p, auto: true, when: flag, set: {flag: 'false'}") != []
    assert (
        paths(rows, second="trigger: v, from: p, auto: true, when: flag, set: {other: 'true', n: n + 1}")
        != []
    )
    assert (
        paths(rows, second="trigger: v, from: p, to: q, auto: true, when: flag, set: {flag: 'false'}") == []
    )
