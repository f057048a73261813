"""Random small workflows of one track and up to three limits, as sections of a file."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from casewf.core.program import Program
from casewf.model.hours import WEEKDAYS
from casewf.testing.clock import instant_of
from casewf.worktime import WorkCalendar
from core_cases import SHORT, program

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


FIELDS = "n: {type: integer, default: 0}"
CALENDARS = (None, SHORT, NIGHTS, SMALL_HOURS)


def sections(draw: st.DrawFn, *, timers: bool = True) -> tuple[str, str]:
    """The tracks and the limits of a small workflow; without timers no rung moves the case."""
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
    return f"main:\n  initial: s0\n  states: {{{states}}}\n  transitions: [{', '.join(rows)}]", slas


@st.composite
def programs(draw: st.DrawFn, *, timers: bool = True) -> Program:
    """A small workflow, compiled."""
    tracks, slas = sections(draw, timers=timers)
    calendar = draw(st.sampled_from(CALENDARS))
    more = {} if calendar is None else {"calendar": calendar}
    return program.__wrapped__(tracks, slas=slas, fields=FIELDS, **more)
