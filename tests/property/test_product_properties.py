"""What the analysis of the product of tracks claims, held against the core itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from casewf.analysis.product.cast import Cast
from casewf.analysis.product.explore import explore
from casewf.analysis.product.graph import Graph
from casewf.analysis.product.ground import ground_of
from casewf.analysis.product.layout import layout_of
from casewf.analysis.product.look import look
from casewf.analysis.product.search import Way
from casewf.analysis.product.soundness import Soundness
from casewf.analysis.product.walk import Deed, Here, Walker
from casewf.core.decide import Refusal, decide
from casewf.core.program import Program, compile_program
from casewf.core.step import SYSTEM_ACTOR
from casewf.definition.load import load_calendar, parse_document
from casewf.errors import DefinitionError
from casewf.model.case import Actor
from casewf.model.commands import Open, ReportChild
from casewf.model.effects import Push
from casewf.model.events import Moved
from casewf.testing.story import play
from casewf.testing.story_file import parse_story
from core_cases import START, Story
from core_walks import Draw, step, value_of
from product_flows import workflow_texts

OFFICE = load_calendar("cn-office")
PEOPLE = (
    Actor("wu", frozenset({"desk", "boss"})),
    Actor("li", frozenset({"desk", "boss"}), "yz", ("yz",)),
)


def compiled(text: str) -> Program:
    """The program of a text; what the reader refuses is no example."""
    try:
        document = parse_document(text)
    except DefinitionError as error:
        event(error.findings[0].code)
        assume(False)
        raise
    return compile_program(document.workflow, {"cn-office": OFFICE})


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=workflow_texts(), data=st.data(), length=st.integers(1, 25))
def test_whatever_a_case_comes_to_was_foreseen(text: str, data: st.DataObject, length: int) -> None:
    """Every position that a random walk reaches is in the graph, and every row it takes is among the taken.

    It is held against what `look` explores, and against positions that remember some tracks and whatever else.
    """
    of = compiled(text)
    graphs = [
        graph for graph in (*look(of).graphs, *(some_graph(of, data.draw) for _ in range(2))) if graph.whole
    ]
    accepted = of.workflow.opening.accepts
    names = list(of.fields) if accepted is None else list(accepted)
    values = {"flag": True, "mark": False, "n": 2, "kind": "y", "lead": "yz", "note": "x", "sum": Decimal(1)}
    values["day"] = dt.date(2025, 7, 9)
    chosen = data.draw(st.sets(st.sampled_from(names)) if names else st.just(set()))
    given_values = {name: values[name] for name in sorted(chosen)}
    assume(not isinstance(decide(of, None, Open("C1", PEOPLE[0], data=given_values), START), Refusal))
    story = Story(of, by=PEOPLE[0], data=given_values)
    for number in range(length):
        if number:
            step(story, data.draw, PEOPLE)
            hear(story, data.draw)
        for graph in graphs:
            assert graph.layout.position(story.case) in graph.steps, (graph.layout.names, story.case)
    rows = {(one.track, one.row) for one in story.history if isinstance(one, Moved)}
    for graph in graphs:
        taken = {
            row for row, moves in graph.by_row.items() if any(one.number in graph.taken for one in moves)
        }
        assert {row for row in rows if row[0] in graph.layout.states} <= taken


def some_graph(of: Program, draw: Draw) -> Graph:
    """What is explored with a slot for each of some tracks, and for some of the fields, the limits and the card."""
    ground = ground_of(of)
    tracks = draw(st.sets(st.sampled_from([track.id for track in of.workflow.tracks]), min_size=1))
    names = [*(f"field.{name}" for name in of.fields), *(f"sla.{sla.id}" for sla in of.workflow.slas), "card"]
    names = [name for name in names if ground.trackable(name)]
    also = draw(st.lists(st.sampled_from(names), unique=True, max_size=5))
    return explore(layout_of(ground, tracks, also), 200_000)  # type: ignore[arg-type]  # sets of texts


def hear(story: Story, draw: Draw) -> None:
    """Let a connector answer, with values where it took what was pushed, or a child report, now and then."""
    sent = [one for event in story.history for one in getattr(event, "effects", ()) if isinstance(one, Push)]
    answers = [
        (name, taken)
        for push in sent
        for name, taken in ((push.on_ok, True), (push.on_fail, False))
        if name is not None
    ]
    if answers and draw(st.booleans()):
        trigger, taken = answers[draw(st.integers(0, 99)) % len(answers)]  # type: ignore[operator]
        story.attempt(trigger, SYSTEM_ACTOR, data=answered(story, trigger, draw) if taken else {})
    if story.case.children.open and draw(st.booleans()):
        story.send(ReportChild("C1.1", closed=True, actor=SYSTEM_ACTOR))


def answered(story: Story, trigger: str, draw: Draw) -> dict[str, object]:
    """What a connector answers: some of the fields that rows of the trigger take."""
    rows = [row for track in story.program.workflow.tracks for row in track.transitions]
    names = {name for row in rows if row.trigger == trigger for name in (*row.asks, *row.accepts)}
    return {
        name: value_of(story.program.fields[name], draw(st.integers(0, 5)))  # type: ignore[arg-type]
        for name in sorted(names)
        if draw(st.booleans())
    }


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=workflow_texts())
def test_whoever_is_caught_stays_caught(text: str) -> None:
    """The story of a trap plays, and from its end no way leads to a close, whoever tries whatever."""
    of = compiled(text)
    seen = Soundness(of, "random.yaml")
    for caught in seen.caught:
        event(f"caught, {len(caught.way.deeds)} steps")
        story = parse_story(caught.story, workflow=of.workflow)
        played = play(story).check()
        assert played.case is not None
        assert not played.case.closed
        assert dict(played.case.states) == dict(caught.way.here.case.states)
        assert not any(here.case.closed for here in onwards(seen, caught.way))
    for never, story in seen.never:
        if story:
            event("never taken")
            played = play(parse_story(story, workflow=of.workflow)).check()
            assert played.case is not None
            row = of.workflow.track(never.wait.track).transitions[never.wait.row]
            assert played.case.states[never.wait.track] in row.sources


def onwards(seen: Soundness, way: Way) -> list[Here]:
    """Where a case can go on to from the end of a way, in few steps, by whatever somebody or time does."""
    ground = seen.looked.ground
    walker = Walker(
        ground,
        way.program,
        Cast(ground.workflow, ground.classes, frozenset(ground.program.fields), dt.date(2026, 3, 2)),
        0,
    )
    found, known = [way.here], set()
    for here in found:
        if len(found) > 150:
            break
        for rule in (rule for rules in ground.rules.values() for rule in rules):
            found += _new(walker.taken(here, rule), known)
        found += _new(walker.waited(here, alike), known)
        found += _new(walker.delivered(here), known)
    return found


def alike(here: Here) -> str:
    clocks = {name: (clock.phase, clock.verdict) for name, clock in here.case.clocks.items()}
    return repr(
        (here.case.states, here.case.fields, here.case.previous, clocks, here.case.card, len(here.sent))
    )


def _new(steps: Iterator[tuple[Deed, Here]], known: set[str]) -> list[Here]:
    found = []
    for _, here in steps:
        if alike(here) not in known:
            known.add(alike(here))
            found.append(here)
    return found
