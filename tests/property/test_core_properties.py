"""Random commands over the packaged hotline workflow and generated ones: what holds at every step."""

from __future__ import annotations

import datetime as dt
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewf.core.program import Program, compile_program
from casewf.core.step import SYSTEM_ACTOR
from casewf.definition.load import load_calendar, load_workflow
from casewf.model.case import Actor
from casewf.model.clock_events import RungFired
from casewf.model.hours import WEEKDAYS
from casewf.testing.clock import instant_of
from casewf.worktime import WorkCalendar
from core_cases import DAY, HOUR, SHORT, START, Story, program
from core_walks import attempt, check, check_history, step

SLOW = [HealthCheck.too_slow]  # a generated workflow is a file that is read and compiled

LINES = {"cq": ("cq",), "yz": ("yz", "cq"), "st": ("st", "yz", "cq")}


@cache
def hotline() -> Program:
    return compile_program(load_workflow("hotline-12351"), {"cn-office": load_calendar("cn-office")})


def everybody(of: Program) -> tuple[Actor, ...]:
    """Two people with every role, and the timer."""
    roles = frozenset(of.workflow.roles)
    return (Actor("wu", roles, "cq", LINES["cq"]), Actor("li", roles, "yz", LINES["yz"]), SYSTEM_ACTOR)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), length=st.integers(1, 40))
def test_every_story_of_the_hotline_keeps_the_rules(data: st.DataObject, length: int) -> None:
    of = hotline()
    people = everybody(of)
    story = Story(of, by=people[0], org="cq", lineages={"yz": ("cq",), "st": ("yz", "cq")})
    for _ in range(length):
        step(story, data.draw, people)
    check_history(story)


NIGHTS = WorkCalendar(
    id="office",
    zone="Europe/Berlin",
    week={day: [("22:00", "06:00")] for day in ("mon", "wed", "fri", "sat", "sun")},
)
SMALL_HOURS = WorkCalendar(
    id="office",
    zone="America/New_York",
    week={day: [("01:15", "01:45"), ("02:15", "02:45"), ("09:00", "17:00")] for day in WEEKDAYS},
)
"""Calendars in which spans over midnight, a gap and an overlap fall into the months after the starts below."""

STARTS = tuple(
    instant_of(dt.datetime.fromisoformat(f"{text}+00:00"))
    for text in ("2025-06-16 09:00", "2026-03-05 20:00", "2026-03-26 21:30", "2025-10-23 23:00")
)


def starts(of: Program) -> st.SearchStrategy[int]:
    """When a story may begin; what little the short calendar knows is the week of the first."""
    return st.sampled_from(STARTS[:1] if of.calendars["office"] == SHORT else STARTS)


STATES = ("s0", "s1", "s2", "s3")
TRIGGERS = ("t0", "t1", "t2", "t3", "t4")
AMOUNTS = (
    "2 hours",
    "30 hours",
    "5 working hours",
    "2 working days",
    "4 days",
    "1 second",
    "11 working hours",
)
PERCENTS = ("at: 30%", "at: 80%", "at: due")


def moment(draw: st.DrawFn) -> str:
    return draw(
        st.one_of(
            st.sampled_from(STATES).map(lambda name: f"{{enter: main.{name}}}"),
            st.sampled_from(STATES).map(lambda name: f"{{leave: main.{name}}}"),
            st.sampled_from(TRIGGERS).map(lambda name: f"{{fire: {name}}}"),
            st.sampled_from(("{case: closed}", "{case: reopened}", "{enter: main.s1, when: n > 1}")),
        )
    )


def rung(draw: st.DrawFn, timers: bool) -> str:
    when = draw(
        st.one_of(
            st.sampled_from(PERCENTS),
            st.sampled_from(AMOUNTS[:5]).map(lambda amount: f"before: {amount}"),
            st.sampled_from(AMOUNTS[:5]).map(lambda amount: f"after: {amount}"),
            st.sampled_from(
                ("after: 1 hour, every: 5 hours, times: 3", "at: due, every: 1 working day, times: 2")
            ),
        )
    )
    what = st.sampled_from(("card: yellow", "card: red", "notify: boss"))
    if timers:
        what = st.one_of(
            what, st.sampled_from(TRIGGERS).map(lambda name: f"fire: {name}"), st.just("set: {n: n + 1}")
        )
    return f"{{{when}, {draw(what)}}}"


def _is_working(amount: str) -> bool:
    return "working" in amount


def sla(draw: st.DrawFn, name: str, timers: bool) -> str:
    how = draw(st.sampled_from(("carry", "restart")))
    parts = [f"start: {moment(draw)}", f"stop: {moment(draw)}"]
    flags = {
        "pause": lambda: f"{{in: main.{draw(st.sampled_from(STATES))}}}",
        "cancel": lambda: moment(draw),
        "reopen": lambda: moment(draw),
        "restarts": lambda: "true",
        "on_reopen": lambda: "restart",
        "measure": lambda: "occurred",
        "on_change": lambda: how,
        "extension": lambda: "{by: boss, times: 9}",
        "suspension": lambda: draw(st.sampled_from(("{by: boss, times: 9}", "{by: desk, up_to: 20 hours}"))),
    }
    parts += [f"{key}: {make()}" for key, make in flags.items() if draw(st.integers(0, 2)) == 0]
    kinds = st.sampled_from(AMOUNTS)
    if how == "carry":
        kinds = draw(
            st.sampled_from([kinds.filter(_is_working), kinds.filter(lambda one: not _is_working(one))])
        )
    amounts = [draw(kinds) for _ in range(2)]
    parts.append(f"target: [{{when: n > 2, within: {amounts[0]}}}, {{within: {amounts[1]}}}]")
    parts.append(f"ladder: [{', '.join(rung(draw, timers) for _ in range(draw(st.integers(0, 3))))}]")
    return f"{name}: {{{', '.join(parts)}}}"


@st.composite
def programs(draw: st.DrawFn, *, timers: bool = True) -> Program:
    """A small workflow of one track and up to three limits; without timers no rung moves the case."""
    kinds = [
        draw(st.sampled_from(("{}", "{}", "{category: closed}", "{category: closed, ends_case: true}")))
        for _ in STATES[1:]
    ]
    states = ", ".join(f"{name}: {kind}" for name, kind in zip(STATES, ("{}", *kinds), strict=True))
    rows = []
    for trigger in TRIGGERS:
        for _ in range(draw(st.integers(1, 2))):
            sources = draw(st.sets(st.sampled_from(STATES), min_size=1).map(sorted))
            target = draw(st.one_of(st.none(), st.sampled_from((*STATES, "=previous"))))
            to = "" if target is None else f", to: {target}"
            rows.append(
                f"{{trigger: {trigger}, from: [{', '.join(sources)}]{to}, by: [desk, system], accepts: [n]}}"
            )
    slas = "\n".join(sla(draw, name, timers) for name in ("one", "two", "three")[: draw(st.integers(1, 3))])
    tracks = f"main:\n  initial: s0\n  states: {{{states}}}\n  transitions: [{', '.join(rows)}]"
    calendar = draw(st.sampled_from((None, SHORT, NIGHTS, SMALL_HOURS)))
    more = {} if calendar is None else {"calendar": calendar}
    return program.__wrapped__(tracks, slas=slas, fields="n: {type: integer, default: 0}", **more)


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(of=programs(), data=st.data(), length=st.integers(1, 12))
def test_every_story_of_any_small_workflow_keeps_the_rules(
    of: Program, data: st.DataObject, length: int
) -> None:
    people = everybody(of)
    story = Story(of, by=people[0], now=data.draw(starts(of)))
    for _ in range(length):
        step(story, data.draw, people)
    check_history(story)


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(of=programs(timers=False), data=st.data(), length=st.integers(0, 6))
def test_many_sweeps_and_one_late_sweep_fire_the_same_rungs(
    of: Program, data: st.DataObject, length: int
) -> None:
    """E4: where no rung moves the case, downtime changes when rungs fire, but not which."""
    people = everybody(of)
    story = Story(of, by=people[0], now=data.draw(starts(of)))
    for _ in range(length):
        step(story, data.draw, people)
    late = Story(of, by=people[0])
    late._case, late.history, late.now = story.case, list(story.history), story.now
    for _ in range(31):
        story.elapse(story.now + DAY)
        check(story)
    late.elapse(late.now + 31 * DAY)
    check(late)
    assert _fired(story) == _fired(late)
    assert {n: c.verdict for n, c in story.case.clocks.items()} == {
        n: c.verdict for n, c in late.case.clocks.items()
    }


def _fired(story: Story) -> list[tuple[str, int, int, int, int, int]]:
    return sorted(
        (e.sla, e.cycle, e.term, e.rung, e.repetition, e.scheduled_for) for e in story.happened(RungFired)
    )


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(of=programs(), data=st.data(), length=st.integers(0, 6))
def test_deciding_twice_gives_the_same(of: Program, data: st.DataObject, length: int) -> None:
    """Pure: two stories with the same commands are the same, events and all."""
    people = everybody(of)
    one, two = Story(of), Story(of)
    for _ in range(length):
        trigger = data.draw(st.sampled_from(TRIGGERS))
        wait = data.draw(st.sampled_from((0, HOUR, DAY)))
        for story in (one, two):
            story.now += wait
            attempt(story, trigger, people[0], {}, None)
    assert one.history == two.history
    assert one.case.opened_at == START
