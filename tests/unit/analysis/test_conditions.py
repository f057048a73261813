"""Guards that are never met, always met, or partly idle, and what is said of them (M2, M8, M9)."""

from __future__ import annotations

import pytest

from casewf.analysis.lint import lint
from casewf.analysis.rules import guard_always_met, guard_never_met, idle_condition, shadowed_target
from casewf.definition.load import parse_document

RULES = (guard_never_met.RULE, guard_always_met.RULE, idle_condition.RULE, shadowed_target.RULE)
TEXT = """\
casewf: 1
id: small
version: 1
calendar: cn-office
roles: {desk: {en: Desk}, boss: {en: Boss}}
cards: {yellow: {en: Yellow}, red: {en: Red}}
fields:
  flag: {type: boolean}
  n: {type: integer, min: 1, max: 9, default: 1}
  m: {type: decimal, min: 0}
  mood: {type: choice, of: [high, low, middle], default: low}
  note: {type: text}
  secret: {type: text, sensitive: true}
  day: {type: date}
  tags: {type: text, many: true}
tracks:
  one:
    initial: a
    states: {a: {en: A}, b: {en: B}, c: {en: C, category: closed}, lost: {en: L}}
    transitions:
      - {trigger: go, from: FROM, to: b, BY, when: "WHEN"}
      - {trigger: close, from: [a, b], to: c, by: desk}
      - {trigger: stay, from: lost, to: b, by: desk}
  two:
    initial: p
    states: {p: {en: P}, q: {en: Q, category: closed}, void: {en: V, ends_case: true}}
    transitions:
      - {trigger: turn, from: p, to: q, by: boss}
      - {trigger: end, from: p, to: void, by: boss}
slas:
  limit:
    start: {enter: one.a}
    stop: {enter: one.c}
    target: TARGET
    ladder: [{at: due, card: yellow}]
  again:
    start: {enter: one.b}
    stop: {leave: one.b}
    pause: {in: one.b}
    restarts: true
    target: [{within: 1 hour}]
"""


def found(
    when: str = "flag", *, by: str = "by: desk", source: str = "a", target: str = "[{within: 1 hour}]"
) -> list[tuple[str, str]]:
    """Code and text of what is said."""
    text = TEXT.replace("WHEN", when).replace("BY", by).replace("FROM", source).replace("TARGET", target)
    return [(one.code, f"{one.message}; {one.help}") for one in lint(parse_document(text), {}, rules=RULES)]


NEVER = {
    "n < 1": "n is at least 1 and at most 9",
    "n > 9": "n is at least 1 and at most 9",
    "n * 2 < 2": "n is at least 1 and at most 9",
    "n + 3 > 12": "n is at least 1 and at most 9",
    "m < 0": "m is at least 0",
    "not has(n)": "n always has a value here",
    "mood == 'low' and mood == 'high'": "",
    "flag and n > 3 and not flag": "`flag` and `not flag` exclude one another",
    "flag and n > 30 and mood == 'low'": "`n > 30` never is",
    "card == 'red'": "card can only be none, yellow here",
    "state.one == 'b'": "state.one can only be a here",
    "state.two == 'void'": "state.two can only be p, q here",
    "sla.limit.phase == 'paused'": "sla.limit.phase can only be none, running, stopped here",
    "sla.limit.cycle > 1": "",
    "sla.limit.verdict == 'met' and sla.limit.phase == 'running'": "",
    "sla.limit.phase != 'none' and sla.limit.cycle == 0": "",
    "sla.limit.phase == 'none' and sla.limit.cycle == 1": "",
    "n == m and n < 3 and m > 4": "",
    "n == m and n < 3 and m > 2": "",
    "n > m and n < 3 and m > 4": "",
    "n == m and n > 2 and m < 5 and m not in (3, 4)": "",
    "note > 'b' and note < 'a'": "",
    "day > '2026-01-01' and day < '2026-01-02'": "",
    "len(note) < 0": "",
    "'boss' in actor.roles and 'boss' not in actor.roles": "",
    "(1 if flag else 2) > 2": "",
    "1 < n < 2": "",
}


@pytest.mark.parametrize(("when", "said"), NEVER.items(), ids=NEVER)
def test_it_is_never_met(when: str, said: str) -> None:
    ((code, text),) = found(when)
    assert code == "CW707"
    assert "the guard of 'go' is never met" in text
    assert said in text


ALWAYS = {
    "n > 0": "n is at least 1 and at most 9",
    "has(n)": "n always has a value here",
    "state.one == 'a'": "state.one can only be a here",
    "state.one != 'c' and n >= 1": "",
    "mood in ('high', 'low', 'middle')": "",
    "true": "",
    "children.open >= 0": "",
    "'desk' in actor.roles": "",
    "n * n >= 0": "",
}


@pytest.mark.parametrize(("when", "said"), ALWAYS.items(), ids=ALWAYS)
def test_it_is_always_met(when: str, said: str) -> None:
    ((code, text),) = found(when)
    assert code == "CW708"
    assert "the guard of 'go' is always met" in text
    assert said in text


IDLE = {
    "flag and n > 0": "`n > 0` in the guard of 'go' is always met",
    "flag or n > 20": "`n > 20` in the guard of 'go' is never met",
    "flag or n > 20 and mood == 'low'": "`n > 20` in",
    "flag and (mood == 'low' or n < 20)": "`n < 20` in",
    "not (flag or n > 20)": "`n > 20` in",
    "flag if n > 0 else not flag": "`n > 0` in",
    "flag and n > 0 or mood == 'low' and n > 0": "`n > 0` in",
}


@pytest.mark.parametrize(("when", "said"), IDLE.items(), ids=IDLE)
def test_a_part_says_nothing(when: str, said: str) -> None:
    ((code, text),) = found(when)
    assert (code, said in text) == ("CW709", True)


@pytest.mark.parametrize(
    "when",
    [
        "m >= 0",  # it may be missing
        "m < 1",
        "n > 1 and n < 3",
        "has(secret)",
        "has(note) and note != ''",
        "note < 'b' and note > 'a'",
        "m > 1 and m < 2",
        "m / n > 0",
        "m - n < 0",
        "day < '2026-01-02' and day > '2025-12-31'",
        "'x' in tags and 'x' in note",
        "'boss' in actor.roles",
        "actor.org == note",
        "state.two in ('p', 'q') and flag == (n > 3)",
        "sla.limit.phase == 'running' and sla.limit.verdict == 'breached'",
        "card == 'yellow' or card == 'none' and flag",
        "n % 2 == 0",
        "n + 3 > 11",
        "n - 3 < -1",
        "3 + n > 11",
        "n == m and n > 2 and m < 5",
        "sla.again.cycle > 1 and sla.again.phase == 'paused'",
        # decimals keep 34 digits, so that this is met by rounding
        "m + 10000000000000000000000000000000000000001 < 10000000000000000000000000000000000000001",
        "len(tags) > 3",
    ],
)
def test_what_can_be_and_can_fail_is_fine(when: str) -> None:
    assert [code for code, _ in found(when) if code != "CW709"] == []


def test_the_roles_of_a_row_are_known() -> None:
    assert found("'boss' in actor.roles", by="by: [desk, boss]") == []
    assert found("'boss' in actor.roles", by="by: boss")[0][0] == "CW708"
    assert found("'boss' in actor.roles", by="auto: true") == []


def test_what_a_row_needs_or_asks_for_has_a_value() -> None:
    assert found("has(note)") == []
    assert found("has(note)", by="by: desk, needs: note")[0][0] == "CW708"
    assert found("not has(note)", by="by: desk, asks: note")[0][0] == "CW707"


def test_a_state_that_is_never_reached_is_no_state_of_a_track() -> None:
    assert found("flag", source="[a, lost]") == []
    assert found("n > 9", source="lost") == []
    assert "state.one can only be a, c here" in found("state.one == 'lost'", source="[a, c]")[0][1]


def test_a_closed_state_tells_that_some_other_track_is_open() -> None:
    """M8: where all tracks are closed, only what reopens the case is looked at."""
    stays = TEXT.replace("FROM, to: b", "c").replace("TARGET", "[{within: 1 hour}]").replace("BY", "by: desk")
    messages = [
        one.code for one in lint(parse_document(stays.replace("WHEN", "state.two == 'q'")), {}, rules=RULES)
    ]
    assert messages == ["CW707"]
    assert found("state.two == 'q'", source="c") == []


def test_what_reopens_a_case_does_not_reopen_one_that_another_track_has_ended() -> None:
    """M8: going on to another closed state is possible then, too."""
    assert found("state.two == 'void'", source="c")[0][0] == "CW707"
    files = TEXT.replace("FROM, to: b", "c, to: filed").replace(
        "c: {en: C,", "filed: {en: F, final: true}, c: {en: C,"
    )
    files = files.replace("TARGET", "[{within: 1 hour}]").replace("BY", "by: desk")
    assert lint(parse_document(files.replace("WHEN", "state.two == 'void'")), {}, rules=RULES) == ()


def test_what_a_push_sends_is_looked_at() -> None:
    push = "by: desk, set: {note: mood}, effects: [{push: gov, send_if: {when: COND, fields: [n]}}]"
    assert found(by=push.replace("COND", "flag")) == []
    assert found(by=push.replace("COND", "n < 1"))[0][1].startswith("this condition is never met")
    assert found(by=push.replace("COND", "has(note)"))[0][1].startswith("this condition is always met")


TARGETS = {
    "n > 3, n > 1": [],
    "n > 1, n > 3": ["one of the targets before it always does where it could"],
    "n > 3, n <= 3": [],
    "mood == 'low', mood == 'high', mood == 'middle'": [],
    "mood == 'low', mood != 'low', flag": ["one of the targets before it always does where it could"],
    "n < 1, flag": ["its `when` is never met, n is at least 1 and at most 9"],
    "flag and n < 1 and mood == 'low'": ["its `when` is never met, `n < 1` never is"],
    "m > 3, m > 3 and flag": ["one of the targets before it always does where it could"],
}


@pytest.mark.parametrize(("conditions", "said"), TARGETS.items(), ids=TARGETS)
def test_a_target_that_never_counts_is_found(conditions: str, said: list[str]) -> None:
    rows = [f'{{when: "{one}", within: 1 hour}}' for one in conditions.split(", ")]
    findings = found(target=f"[{', '.join(rows)}, {{within: 9 hours}}]")
    assert [code for code, _ in findings] == ["CW710"] * len(said)
    for (_, text), words in zip(findings, said, strict=True):
        assert words in text
