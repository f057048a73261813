"""What the rules on rows call impossible never happens in random walks through random small workflows."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from casewf.analysis.flow.ways_to_close import dead_ends, traps
from casewf.analysis.lint import lint
from casewf.analysis.rules import RULES
from casewf.analysis.subject import Subject
from casewf.core.decide import Refusal, decide
from casewf.core.evolve import Draft
from casewf.core.select import state_reasons
from casewf.definition.findings import Finding
from casewf.definition.load import parse_document
from casewf.machine.rules import Rule, is_met
from casewf.model.case import Actor
from casewf.model.clock_events import ClockStarted
from casewf.model.commands import Open
from casewf.model.events import Moved
from core_cases import DAY, OFFICE, START, Story

ON_ROWS = [rule for rule in RULES if "CW701" <= rule.code <= "CW719"]
SLOW = [HealthCheck.too_slow]  # a generated workflow is a file that is read and compiled

TRACKS = {"one": ("a", "b", "c", "d"), "two": ("p", "q", "r")}
PEOPLE = (
    Actor("ann", frozenset({"desk"})),
    Actor("bo", frozenset({"boss"})),
    Actor("cy", frozenset({"desk", "boss"})),
)
DATA: tuple[dict[str, object], ...] = (
    {},
    {},
    {"n": 0},
    {"n": 2},
    {"flag": True},
    {"flag": False},
    {"mood": "low"},
)

STEPS = st.lists(
    st.tuples(
        st.integers(0, 12), st.sampled_from(PEOPLE), st.sampled_from(DATA), st.sampled_from((0, 0, DAY))
    ),
    max_size=25,
)

ATOMS = st.one_of(
    st.sampled_from(
        [
            "flag",
            "has(n)",
            "has(mood)",
            "n > 0",
            "n < 2",
            "n == 1",
            "n >= 0",
            "n > 3",
            "n + 1 > 2",
            "mood == 'low'",
            "mood != 'high'",
            "'boss' in actor.roles",
            "sla.limit.phase == 'running'",
            "sla.limit.verdict == 'breached'",
            "card == 'red'",
            "card == 'yellow'",
        ]
    ),
    st.sampled_from([f"state.{track} == '{state}'" for track, states in TRACKS.items() for state in states]),
)
GUARDS = st.recursive(
    ATOMS,
    lambda below: st.one_of(
        st.builds("({} and {})".format, below, below),
        st.builds("({} or {})".format, below, below),
        st.builds("(not {})".format, below),
    ),
    max_leaves=3,
)
SETS = st.sampled_from(
    ["", "", "", "flag: 'true'", "flag: 'false'", "n: '1'", "n: n + 1", "mood: \"'low'\"", "flag: not flag"]
)


@st.composite
def row(draw: st.DrawFn, track: str, number: int) -> str:
    states = TRACKS[track]
    sources = draw(st.lists(st.sampled_from(states), min_size=1, max_size=3, unique=True))
    target = draw(st.sampled_from((None, *states, *states, "=previous")))
    parts = [f"trigger: {track[0]}{draw(st.integers(0, 2))}", f"from: [{', '.join(sources)}]"]
    if target is not None:
        parts.append(f"to: {target}")
    if draw(st.integers(0, 3)) == 0:
        parts[0] = f"trigger: auto_{track}{number}"
        parts.append("auto: true")
    else:
        parts.append(draw(st.sampled_from(("by: desk", "by: boss", "by: [desk, boss]", "by: {any: desk}"))))
        parts.append(
            draw(
                st.sampled_from(
                    (
                        "accepts: [n, flag, mood]",
                        "accepts: [n, flag, mood]",
                        "asks: n, accepts: flag",
                        "needs: mood",
                    )
                )
            )
        )
    if draw(st.integers(0, 2)):
        parts.append(f'when: "{draw(GUARDS)}"')
    if assigned := draw(SETS):
        parts.append(f"set: {{{assigned}}}")
    return f"{{{', '.join(parts)}}}"


@st.composite
def workflows(draw: st.DrawFn) -> str:
    """The text of a workflow of two tracks and one limit; guards ask for what is there, and for what never is."""
    text = """\
casewf: 1
id: small
version: 1
calendar: office
roles: {desk: {en: Desk}, boss: {en: Boss}}
cards: {yellow: {en: Yellow}, red: {en: Red}}
fields:
  flag: {type: boolean, default: false}
  n: {type: integer, min: 0, max: 3}
  mood: {type: choice, of: [high, low]}
tracks:
"""
    for track, states in TRACKS.items():
        kinds = [
            draw(st.sampled_from(("", "", ", category: closed", ", category: closed, ends_case: true")))
            for _ in states
        ]
        named = ", ".join(
            f"{state}: {{en: {state}{kind}}}" for state, kind in zip(states, kinds, strict=True)
        )
        rows = [draw(row(track, number)) for number in range(draw(st.integers(2, 7)))]
        text += f"  {track}:\n    initial: {states[0]}\n    states: {{{named}}}\n    transitions:\n"
        text += "".join(f"      - {one}\n" for one in rows)
    targets = [draw(GUARDS) for _ in range(2)]
    return (
        text
        + f"""\
slas:
  limit:
    start: {{enter: one.b}}
    restarts: true
    stop: {{enter: one.c}}
    target:
      - {{when: "{targets[0]}", within: 1 hour}}
      - {{when: "{targets[1]}", within: 2 hours}}
      - {{within: 3 hours}}
    ladder: [{{at: due, card: yellow}}]
"""
    )


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(text=workflows(), given_first=st.sampled_from(DATA), steps=STEPS)
def test_what_is_called_impossible_never_happens(
    text: str, given_first: dict[str, object], steps: list[tuple[int, Actor, dict[str, object], int]]
) -> None:
    subject = Subject(parse_document(text), {"office": OFFICE})
    findings = lint(subject.document, {"office": OFFICE}, rules=ON_ROWS)
    for code in sorted({one.code for one in findings}):
        event(code)
    endless = any(one.code == "CW704" for one in findings)
    story = begin(subject, given_first, endless)
    triggers = sorted(subject.program.triggers) or ["none"]
    for number, actor, given_then, wait in steps if story is not None else ():
        assert story is not None
        story.now += wait
        result = story.attempt(triggers[number % len(triggers)], actor, data=given_then)
        if isinstance(result, Refusal):
            assert endless or "auto_chain" not in [reason.code for reason in result.reasons], "M5"
        for track, state in story.case.states.items():
            assert state in subject.rows.reached[track], "CW701"
        check_guards(subject, story)
    if story is not None:
        check_moves(subject, findings, story)


def begin(subject: Subject, given: Mapping[str, object], endless: bool) -> Story | None:
    """A case, if it can be opened: what follows by itself may be refused."""
    opening = Open("C1", PEOPLE[0], None, (), given)
    refused = decide(subject.program, None, opening, START)
    if not isinstance(refused, Refusal):
        return Story(subject.program, by=PEOPLE[0], data=given)
    assert endless or "auto_chain" not in [reason.code for reason in refused.reasons], "M5"
    return None


def check_guards(subject: Subject, story: Story) -> None:
    """Guards that are called always met, or never, are so wherever they are looked at."""
    for condition, judgement in subject.conditions:
        if judgement.never or judgement.always:
            _, track, _, number, _ = condition.path
            for rule in subject.rows.leaving[str(track)].get(story.case.states[str(track)], ()):
                if rule.row == number and rule.guard is not None and not rule.spec.asks:
                    for actor in PEOPLE if rule.spec.by else (Actor(""),):
                        check_guard(rule, Draft(story.case, actor), met=judgement.always)


def check_guard(rule: Rule, draft: Draft, *, met: bool) -> None:
    has_role = not rule.spec.by or any(by.role in draft.actor.roles for by in rule.spec.by)
    has_fields = all(draft.fields.get(name) is not None for name in rule.spec.needs)
    if has_role and has_fields and not state_reasons(rule, draft):
        assert rule.guard is not None
        assert is_met(rule.guard, draft) is met, rule.spec.when


def check_moves(subject: Subject, findings: tuple[Finding, ...], story: Story) -> None:
    """No move takes a row that is called never taken, nor does one lead out of what is called a dead end."""
    rows = {(one.code, one.place.line) for one in findings}
    sources = {
        (one.code, one.place.line, one.place.snippet[one.place.column - 1 :][: one.place.length])
        for one in findings
    }
    groups = {
        track.id: [
            *([one] for one in dead_ends(subject.workflow, subject.rows, track)),
            *traps(subject.workflow, subject.rows, track),
        ]
        for track in subject.workflow.tracks
    }
    for move in story.happened(Moved):
        line = subject.row(move.track, move.row).line
        assert ("CW705", line) not in rows
        assert ("CW707", line) not in rows
        for code in ("CW711", "CW712"):
            assert (code, line, move.source) not in sources, code
        for group in groups[move.track]:
            assert move.source not in group or move.target in (None, *group), "CW702, CW703"
    for start in story.happened(ClockStarted):
        line = subject.at("slas", "limit", "target", start.target).line
        assert ("CW710", line) not in rows
