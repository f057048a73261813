"""Wherever a real clock runs or stands, the tables were read to say that it may."""

from __future__ import annotations

from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewf.core.program import Program, compile_program
from casewf.core.running import Place, Places, own_tracks
from casewf.core.step import SYSTEM_ACTOR
from casewf.definition.load import load_calendar, load_workflow
from casewf.model.case import Actor
from core_cases import Story, program
from core_flows import CLOCK_FIELDS, CLOCKS
from core_walks import step

STATES = (
    "main.idle",
    "main.work",
    "main.wait",
    "main.hold",
    "main.done",
    "main.shut",
    "side.free",
    "side.busy",
)
TRIGGERS = ("begin", "wait", "hold", "go_on", "finish", "close", "reopen", "ping", "block", "unblock")
CONDITIONS = ("n > 1", "state.main == 'wait'", "state.side != 'busy'", "sla.limit.phase == 'none'")


@st.composite
def moments(draw: st.DrawFn) -> str:
    head = draw(
        st.one_of(
            st.sampled_from(STATES).map(lambda name: f"enter: {name}"),
            st.sampled_from(STATES).map(lambda name: f"leave: {name}"),
            st.sampled_from(TRIGGERS).map(lambda name: f"fire: {name}"),
            st.sampled_from(("case: closed", "case: reopened")),
        )
    )
    when = draw(st.sampled_from(("", "", *CONDITIONS)))
    return f"{{{head}, when: {when}}}" if when else f"{{{head}}}"


@st.composite
def limits(draw: st.DrawFn) -> str:
    parts = [f"start: {draw(moments())}", f"stop: {draw(moments())}", "target: [{within: 4 hours}]"]
    if draw(st.booleans()):
        parts.append("restarts: true")
    if draw(st.booleans()):
        when = draw(st.sampled_from(("", ", when: n > 1", ", when: state.side == 'busy'")))
        parts.append(f"pause: {{in: {draw(st.sampled_from(STATES))}{when}}}")
    if draw(st.booleans()):
        parts.append(f"cancel: {draw(moments())}")
    if draw(st.booleans()):
        parts.append(f"on_reopen: {draw(st.sampled_from(('continue', 'restart')))}")
        if draw(st.booleans()):
            parts.append(f"reopen: {draw(moments())}")
    return f"limit: {{{', '.join(parts)}}}"


def agrees(of: Program, story: Story, found: dict[str, dict[tuple[str, str], Place]]) -> None:
    """Every clock does now what its places allow, and runs where they say that it always does."""
    case = story.case
    for sla in of.workflow.slas:
        clock = case.clocks.get(sla.id)
        going = clock is not None and clock.phase != "stopped"
        for track in own_tracks(of, sla):
            place = found[sla.id].get((track, case.states[track]))
            if going:
                assert place is not None, (sla.id, track, case.states)
                assert (
                    place.runs if clock.phase == "running" else place.pauses or clock.suspension is not None
                )
            elif place is not None and not case.closed and sla.id not in case.awaited:
                assert not place.always, (sla.id, track, case.states)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(limit=limits(), data=st.data(), length=st.integers(1, 15))
def test_a_clock_is_only_where_it_may_be(limit: str, data: st.DataObject, length: int) -> None:
    of = program(CLOCKS, slas=limit, fields=CLOCK_FIELDS)
    found = {"limit": Places(of).of("limit")}
    people = (Actor("wu", frozenset(of.workflow.roles)), SYSTEM_ACTOR)
    story = Story(of, by=people[0])
    agrees(of, story, found)
    for _ in range(length):
        step(story, data.draw, people)
        agrees(of, story, found)


@cache
def hotline() -> tuple[Program, dict[str, dict[tuple[str, str], Place]]]:
    of = compile_program(load_workflow("hotline-12351"), {"cn-office": load_calendar("cn-office")})
    places = Places(of)
    return of, {sla.id: places.of(sla.id) for sla in of.workflow.slas}


@settings(max_examples=40, deadline=None)
@given(data=st.data(), length=st.integers(1, 40))
def test_every_clock_of_the_hotline_is_only_where_it_may_be(data: st.DataObject, length: int) -> None:
    of, found = hotline()
    roles = frozenset(of.workflow.roles)
    people = (Actor("wu", roles, "cq", ("cq",)), Actor("li", roles, "yz", ("yz", "cq")), SYSTEM_ACTOR)
    story = Story(of, by=people[0], org="cq", lineages={"yz": ("cq",), "st": ("yz", "cq")})
    for _ in range(length):
        step(story, data.draw, people)
        agrees(of, story, found)
