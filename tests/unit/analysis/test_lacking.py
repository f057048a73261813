"""What cannot have a value by then, and what can: from the opening, rows on the way, other tracks, timers (M2)."""

from __future__ import annotations

import pytest

from casewf.analysis.lint import lint
from casewf.definition.load import parse_document
from core_cases import workflow_text

FIELDS = "n: {type: integer}\nk: {type: integer, default: 0}\norg: {type: org}\ninto: {type: text}"
AUTO = "{trigger: on, from: b, to: c, auto: true, needs: n}"


def lacks(
    rows: str,
    *,
    side: str = "",
    rung: str = "notify: boss",
    opening: str = "accepts: []",
    fields: str = FIELDS,
) -> list[str]:
    """The messages of CW722; the states are a, b, c, then done, which ends the case."""
    tracks = (
        "main:\n  initial: a\n  states: {a: {}, b: {}, c: {}, done: {final: true, ends_case: true}}\n"
        f"  transitions: [{{trigger: go, from: a, to: b, by: desk}}, {rows}]\n"
        f"side:\n  initial: a\n  states: {{a: {{}}, b: {{}}}}\n  transitions: [{side}]\n"
    )
    slas = (
        "limit: {start: {enter: main.a}, stop: {enter: main.done}, target: [{within: 1 hour}], "
        f"ladder: [{{at: due, {rung}}}]}}"
    )
    text = workflow_text(tracks, slas=slas, fields=fields, opening=opening)
    return [one.message for one in lint(parse_document(text), {}) if one.code == "CW722"]


LATER = "{trigger: later, from: c, by: desk, accepts: n}"


def test_an_automatic_row_lacks_what_is_given_only_later() -> None:
    message = "this row of 'on' can never be taken: nothing can have filled 'n' by then"
    assert lacks(f"{AUTO}, {LATER}") == [message]
    assert lacks(AUTO) == [message]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"opening": "accepts: [n]"}, id="the opening accepts it"),
        pytest.param({"opening": "needs: n"}, id="the opening needs it"),
        pytest.param({"opening": "by: desk"}, id="the opening accepts everything"),
        pytest.param(
            {"fields": FIELDS.replace("n: {type: integer}", "n: {type: integer, default: 1}")}, id="a default"
        ),
        pytest.param(
            {"side": "{trigger: give, from: a, to: b, by: desk, asks: n}"}, id="another track gives it"
        ),
        pytest.param({"rung": "set: {n: '1'}"}, id="a timer sets it"),
    ],
)
def test_what_can_be_there_from_elsewhere(more: dict[str, str]) -> None:
    assert lacks(AUTO, **more) == []


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param("{trigger: give, from: a, by: desk, accepts: n}", id="an internal row before"),
        pytest.param("{trigger: give, from: b, by: desk, needs: n}", id="a row in the same state"),
        pytest.param(
            "{trigger: give, from: a, to: b, by: desk, set: {n: k}}", id="a row that leads there sets it"
        ),
        pytest.param(
            "{trigger: give, from: c, to: a, by: desk, asks: n}, {trigger: x, from: b, to: c, by: desk}",
            id="a later row leads back",
        ),
        pytest.param(
            "{trigger: hold, from: b, to: c, by: desk, asks: n}, "
            "{trigger: back, from: c, to: =previous, by: desk}",
            id="a later row leads to the previous state",
        ),
        pytest.param(
            "{trigger: tell, from: a, by: desk, effects: [{push: gov, on_ok: told}]}, "
            "{trigger: told, from: [a, b], by: system, accepts: n}",
            id="a connector answers it",
        ),
    ],
)
def test_what_can_be_there_from_a_row_on_the_way(rows: str) -> None:
    assert lacks(f"{AUTO}, {rows}") == []


@pytest.mark.parametrize(
    "row",
    [
        "{trigger: on, from: b, by: desk, needs: n}",
        "{trigger: on, from: b, by: desk, asks: n, when: n > 1}",
        "{trigger: on, from: b, by: desk, asks: n, set: {k: n}}",
        "{trigger: on, from: b, by: desk, set: {n: k, k: '1'}, assign: {helper: \"'yz'\"}}",
        "{trigger: on, from: b, by: desk, when: has(n)  or k > 1}",
        "{trigger: on, from: b, by: desk, when: not has(n)}",
        "{trigger: on, from: b, by: desk, when: k > 1 or n > 1}",
        "{trigger: on, from: b, by: desk, when: n > 1 if has(n) else k > 1}",
        "{trigger: on, from: b, by: desk, set: {k: n if has(n) else k}}",
        "{trigger: on, from: b, by: [desk, system], needs: n}",
    ],
)
def test_what_is_given_with_the_command_or_can_be_done_without(row: str) -> None:
    assert lacks(row) == []


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("{trigger: on, from: b, by: desk, when: n > 1}", "n"),
        ("{trigger: on, from: b, by: desk, when: has(n)}", "n"),
        ("{trigger: on, from: b, by: desk, when: n > 1 or k > n}", "n"),
        ("{trigger: on, from: b, by: desk, when: k > 1 and n > 1}", "n"),
        ("{trigger: on, from: b, by: desk, when: 1 < k < n}", "n"),
        ("{trigger: on, from: b, by: desk, set: {k: n + 1}}", "n"),
        ("{trigger: on, from: b, by: desk, assign: {helper: org}}", "org"),
        ("{trigger: on, from: b, to: done, by: desk, effects: [{merge: into}]}", "into"),
    ],
)
def test_what_a_row_cannot_do_without(row: str, field: str) -> None:
    assert lacks(row) == [f"this row of 'on' can never be taken: nothing can have filled {field!r} by then"]


def test_a_field_that_the_row_itself_sets_can_make_a_holder() -> None:
    assert lacks("{trigger: on, from: b, by: desk, set: {org: \"'yz'\"}, assign: {helper: org}}") == []


def test_a_rung_lacks_what_nothing_ever_fills() -> None:
    message = "this rung can never do it: nothing can have filled 'org' by then"
    assert lacks(LATER, rung="assign: {helper: org}") == [message]
    assert lacks(LATER, rung="set: {k: n}") == []
