"""What the linter calls impossible never happens: random walks over random workflows, by the core itself (M2, M11)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from casewf.analysis.lint import lint
from casewf.core.program import Program, compile_program
from casewf.core.step import SYSTEM_ACTOR
from casewf.definition.document import Document
from casewf.definition.findings import Finding
from casewf.definition.load import parse_document
from casewf.model.case import Actor
from casewf.model.clock_events import RungFired
from casewf.model.effects import Push
from casewf.model.events import Moved
from casewf.model.roles import SYSTEM
from core_cases import DAY, OFFICE, Story, workflow_text
from core_walks import step, value_of

STATES = ("s0", "s1", "s2", "s3")
MAIN = ("t0", "t1", "t2", "t3")
SIDE = ("u0", "u1")
FIELDS = """
a: {type: integer}
b: {type: text}
p: {type: person}
o: {type: org}
"""
NAMES = ("a", "b", "p", "o")
GUARDS = ("a > 1", "has(b)", "has(a) and a > 1", "b == 'x' or has(p)", "a > 1 if has(b) else true")
SETS = ("set: {a: a + 1}", "set: {a: '1'}", "set: {b: \"'x'\"}", "set: {b: b}")
ASSIGNS = (
    "assign: {helper: actor.id}",
    "assign: {helper: p}",
    "assign: {helper: o}",
    "assign: {boss: actor.id}",
    "assign: {boss: p, helper: actor.id}",
)
BY = ("desk", "desk", "helper", "helper", "boss", "system", "[desk, system]", "{any: helper}")
LINES = {"cq": ("cq",), "yz": ("yz", "cq"), "st": ("st", "yz", "cq")}


def some(draw: st.DrawFn, names: tuple[str, ...], most: int = 2) -> list[str]:
    return draw(st.lists(st.sampled_from(names), max_size=most, unique=True))


def rare(draw: st.DrawFn, times: int = 3) -> bool:
    return draw(st.integers(0, times)) == 0


@st.composite
def row(draw: st.DrawFn, trigger: str, states: tuple[str, ...]) -> str:
    automatic = rare(draw, 5)
    sources = states[1:] if automatic else states  # a case must be able to be opened
    parts = [f"trigger: {trigger}", f"from: [{', '.join(some(draw, sources) or sources[:1])}]"]
    if not rare(draw, 5):
        parts.append(f"to: {draw(st.sampled_from((*states, '=previous')))}")
    parts.append("auto: true" if automatic else f"by: {draw(st.sampled_from(BY))}")
    for key in ("needs",) if automatic else ("needs", "asks", "accepts"):
        if rare(draw, 2) and (names := some(draw, NAMES)):
            parts.append(f"{key}: [{', '.join(names)}]")
    if rare(draw, 1):
        parts.append(f'when: "{draw(st.sampled_from(GUARDS))}"')
    if rare(draw):
        parts.append(draw(st.sampled_from(SETS)))
    if rare(draw, 2):
        parts.append(draw(st.sampled_from(ASSIGNS)))
    if not automatic and rare(draw, 1):
        key = draw(st.sampled_from(("not_by", "not_by_org")))
        parts.append(f"{key}: [{', '.join(some(draw, MAIN) or MAIN[:1])}]")
    if not automatic and rare(draw, 4):
        parts.append("comment: required")
    if rare(draw, 4):
        parts.append("effects: [{push: gov, on_ok: t3, on_fail: t2}]")
    return f"{{{', '.join(parts)}}}"


@st.composite
def workflows(draw: st.DrawFn) -> str:
    """Two tracks, people, connectors and timers; few fields are accepted at the opening."""
    rows = {
        track: [draw(row(trigger, states)) for trigger in triggers for _ in range(draw(st.integers(1, 2)))]
        for track, triggers, states in (("main", MAIN, STATES), ("side", SIDE, STATES[:2]))
    }
    # what outcomes and rungs fire, `system` may fire somewhere
    rows["main"] += [f"{{trigger: {name}, from: s3, by: system}}" for name in ("t2", "t3")]
    tracks = "\n".join(
        f"{track}:\n  initial: s0\n  states: {{{', '.join(f'{name}: {{}}' for name in names)}}}\n"
        f"  transitions: [{', '.join(rows[track])}]"
        for track, names in (("main", STATES), ("side", STATES[:2]))
    )
    rung = draw(
        st.sampled_from(
            ("notify: boss", "fire: t2", "card: yellow", "set: {b: \"'z'\"}", "assign: {helper: o}")
        )
    )
    slas = (
        "limit: {start: {enter: main.s1}, stop: {enter: main.s3}, restarts: true, target: [{within: 4 hours}], "
        f"ladder: [{{at: due, {rung}}}]}}"
    )
    accepts = ", ".join(some(draw, NAMES, 1))
    return workflow_text(tracks, slas=slas, fields=FIELDS, opening=f"accepts: [{accepts}]")


@st.composite
def separated(draw: st.DrawFn) -> str:
    """A chain of states with ways back, in which roles are handed on and duties separated everywhere."""
    rows = []
    triggers = (*MAIN, "t4", "t5")
    for number, trigger in enumerate(triggers):
        source, following = STATES[number % 4], STATES[(number + 1) % 4]
        to = draw(st.sampled_from(STATES)) if rare(draw, 5) else following
        by = draw(st.sampled_from(("helper", "helper", "helper", "desk", "[helper, boss]", "system")))
        parts = [f"trigger: {trigger}, from: {source}, to: {to}, by: {by}"]
        if rare(draw, 0 if number % 4 == 0 else 1):
            parts.append(
                draw(st.sampled_from(("assign: {helper: actor.id}", "asks: p, assign: {helper: p}")))
            )
        if rare(draw, 1):
            key = draw(st.sampled_from(("not_by", "not_by_org")))
            parts.append(f"{key}: [{', '.join(some(draw, triggers[:4]) or MAIN[:1])}]")
        rows.append(f"{{{', '.join(parts)}}}")
    names = ", ".join(f"{name}: {{}}" for name in STATES)
    tracks = f"main:\n  initial: s0\n  states: {{{names}}}\n  transitions: [{', '.join(rows)}]"
    fired = [f"{{at: {number}%, fire: {trigger}}}" for number, trigger in enumerate(triggers, 50)]
    ladder = ", ".join(one for one, row in zip(fired, rows, strict=True) if "by: system" in row)
    slas = (
        "limit: {start: {enter: main.s1}, stop: {enter: main.s3}, restarts: true, "
        f"target: [{{within: 4 hours}}], ladder: [{ladder}]}}"
    )
    return workflow_text(tracks, slas=slas, fields=FIELDS, opening="accepts: []")


def everybody(of: Program) -> tuple[Actor, ...]:
    """Three people of three levels, each with every role."""
    roles = frozenset(of.workflow.roles)
    who = (("wu", "cq"), ("li", "yz"), ("zhao", "st"))
    return tuple(Actor(name, roles, org, LINES[org]) for name, org in who)


def walk(of: Program, draw: st.DataObject, length: int) -> Story:
    """People fire what they may; what connectors answer comes back as they would bring it."""
    people = everybody(of)
    story = Story(of, by=people[0], org="cq", lineages={"yz": ("cq",), "st": ("yz", "cq")})
    for _ in range(length):
        step(story, draw.draw, people)
        sent = [one for one in getattr(story.history[-1], "effects", ()) if isinstance(one, Push)]
        for push in sent:
            ok = draw.draw(st.booleans())
            given = draw.draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)) if ok else []
            data = {name: value_of(of.fields[name], 1) for name in given}
            story.attempt((push.on_ok if ok else push.on_fail) or "", SYSTEM_ACTOR, data=data)
    story.elapse(story.now + DAY)
    return story


def rows_at(document: Document, findings: Iterable[Finding]) -> set[tuple[str, int]]:
    """The rows in which something was found."""
    rows: set[tuple[str, int]] = set()
    for finding in findings:
        place = finding.place.line, finding.place.column
        for track in document.workflow.tracks:
            for number, _ in enumerate(track.transitions):
                span = document.span("tracks", track.id, "transitions", number)
                if (span.line, span.column) <= place < (span.end_line, span.end_column):
                    rows.add((track.id, number))
    return rows


def check_barred(document: Document, found: Iterable[Finding], story: Story) -> None:
    """Nobody does what separation of duties leaves nobody for, in none of the states, or in those that are named."""
    for one in found:
        ((track, number),) = rows_at(document, [one])
        states = re.findall(r"from ('\w+'(?:, '\w+')*):", one.message)
        named = (
            re.findall(r"\w+", states[0])
            if states
            else document.workflow.track(track).transitions[number].sources
        )
        for move in story.happened(Moved):
            assert (move.track, move.row) != (track, number) or move.source not in named, one.message


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=workflows(), draw=st.data(), length=st.integers(4, 25))
def test_what_is_called_impossible_never_happens(text: str, draw: st.DataObject, length: int) -> None:
    document = parse_document(text)
    found: dict[str, list[Finding]] = {}
    for one in lint(document, {"office": OFFICE}):
        found.setdefault(one.code, []).append(one)
    for code in found:
        event(code)
    story = walk(compile_program(document.workflow, {"office": OFFICE}), draw, length)
    moved = [one for one in story.history if isinstance(one, Moved)]
    taken = {(one.track, one.row) for one in moved}
    by_system = {(one.track, one.row) for one in moved if one.by.id == SYSTEM and not one.auto}
    for code in ("CW720", "CW722"):
        assert not taken & rows_at(document, found.get(code, ())), code
    asked = [one for one in found.get("CW721", ()) if one.message.startswith("`system` can never")]
    assert not by_system & rows_at(document, asked), "CW721"
    check_barred(document, found.get("CW723", ()), story)
    unused = rows_at(document, found.get("CW731", ()))
    assert not by_system & unused, "CW731"
    for one in found.get("CW724", ()):
        name = one.message.split("'")[1]
        assert name not in story.case.fields, "CW724"
    raised = {one.card for one in story.history if isinstance(one, RungFired)}
    for one in found.get("CW727", ()):
        assert one.message.split("'")[1] not in raised, "CW727"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=separated(), draw=st.data(), length=st.integers(5, 25))
def test_whom_separation_bars_never_acts(text: str, draw: st.DataObject, length: int) -> None:
    """CW723: the person who holds the role, and the system, once they did what bars them (M11)."""
    document = parse_document(text)
    found = [one for one in lint(document, {"office": OFFICE}) if one.code == "CW723"]
    event(f"{len(found)} found")
    check_barred(document, found, walk(compile_program(document.workflow, {"office": OFFICE}), draw, length))
