"""The heart of an import: a case taken over from its position alone goes on as if it had been here all the time.

K1, E1, E4 over generated calendars, budgets and ladders.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import attrs
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from casewf.core.program import Program, compile_program
from casewf.definition.load import parse_workflow
from casewf.errors import HorizonError
from casewf.model.amount import Amount, CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.model.clock_events import RungFired
from casewf.model.workflow import Rung, Target, Workflow
from casewf.testing.strategies import calendars, instants
from casewf.worktime import WorkCalendar, epoch_us
from core_cases import BOSS, Story
from core_positions import comparable, taken_over
from worktime_strategies import HOUR_US

TEXT = """
casewf: 1
id: walk
version: 1
calendar: office
roles: {desk: {en: Desk}, boss: {en: Boss}}
cards: {yellow: {en: Yellow}, red: {en: Red}}
tracks:
  main:
    initial: new
    states: {new: {en: New}, work: {en: Work}, wait: {en: Wait}, rest: {en: Rest}, done: {en: Done}}
    transitions:
      - {trigger: begin, from: new, to: work, by: desk}
      - {trigger: wait, from: [work, rest], to: wait, by: desk}
      - {trigger: rest, from: [work, wait], to: rest, by: desk}
      - {trigger: go_on, from: [wait, rest], to: =previous, by: desk, not_by: [begin]}
      - {trigger: back, from: [wait, rest], to: work, by: desk}
      - {trigger: finish, from: [work, wait, rest], to: done, by: desk}
  side:
    initial: calm
    states: {calm: {en: Calm, category: closed}, watched: {en: Watched}}
    transitions:
      - {trigger: watch, from: calm, to: watched, by: [system, desk]}
      - {trigger: clear, from: watched, to: calm, by: desk}
slas:
  limit:
    start: {enter: main.work}
    stop: {enter: main.done}
    pause: {in: [main.wait, main.rest]}
    target: [{within: 2 hours}]
    ladder: [{at: due, card: yellow}]
    extension: {by: boss, times: 9, up_to: 9 hours}
    suspension: {by: boss, times: 9}
  whole:
    start: {enter: main.new}
    stop: {enter: main.done}
    pause: {in: main.rest}
    target: [{within: 2 hours}]
    ladder: [{at: 50%, card: yellow}, {at: due, card: red, fire: watch}, {after: 1 hour, card: red}]
"""
MOVES = (
    "begin",
    "wait",
    "rest",
    "go_on",
    "back",
    "watch",
    "clear",
    "finish",
    "extend",
    "suspend",
    "resume",
    "nothing",
)

amounts = st.one_of(
    st.integers(1, 60).map(lambda hours: WorkingTime(hours=hours)),
    st.integers(1, 200).map(lambda hours: Elapsed(hours=hours)),
    st.integers(1, 9).map(WorkingDays),
    st.integers(1, 12).map(CalendarDays),
)
rungs = st.one_of(
    st.integers(1, 100).map(lambda share: Rung(percent=share, card="yellow")),
    amounts.map(lambda amount: Rung(before=amount, card="yellow")),
    amounts.map(lambda amount: Rung(after=amount, card="red", fire="watch")),
    st.builds(
        lambda after, every, times: Rung(after=after, every=every, times=times, card="yellow"),
        amounts,
        amounts,
        st.integers(2, 4),
    ),
)
ladders = st.lists(rungs, min_size=1, max_size=4).map(tuple)
steps = st.lists(
    st.tuples(st.sampled_from((0, 1, HOUR_US, 11 * HOUR_US, 47 * HOUR_US)), st.sampled_from(MOVES)),
    max_size=12,
)


@lru_cache(maxsize=1)
def base() -> Workflow:
    return parse_workflow(TEXT)


def program(calendar: WorkCalendar, first: Amount, second: Amount, ladder: tuple[Rung, ...]) -> Program:
    limit, whole = base().slas
    assert limit.extension is not None
    most = type(first)(10**4) if isinstance(first, WorkingDays | CalendarDays) else type(first)(hours=10**5)
    changed = (
        attrs.evolve(
            limit,
            target=(Target(within=first),),
            ladder=ladder,
            extension=attrs.evolve(limit.extension, up_to=most),
        ),
        attrs.evolve(whole, target=(Target(within=second),)),
    )
    known = WorkCalendar.from_document(calendar.to_document() | {"id": "office"})
    return compile_program(attrs.evolve(base(), slas=changed), {"office": known})


def move(story: Story, name: str) -> None:
    """Do something with the case, whether or not it is possible."""
    clock = story.case.clocks.get("limit")
    if name == "extend" and clock is not None:
        budget = clock.budget
        days = isinstance(budget, WorkingDays | CalendarDays)
        amount = type(budget)(1) if days else type(budget)(hours=7)  # type: ignore[misc, call-arg]
        if not story.act("request_extension", amount=amount):
            assert story.act("extend", BOSS) == []
    elif name == "suspend":
        if not story.act("request_suspension", amount=Elapsed(hours=30)):
            assert story.act("suspend", BOSS) == []
    elif name == "resume":
        story.act("resume", BOSS)  # the importer counts as who had asked for it
    elif name not in ("nothing", "extend"):
        story.attempt(name)


def walk(story: Story, path: list[tuple[int, str]]) -> None:
    for wait, name in path:
        # a ledger does not tell whether a clock that ended together with a pause had run once more
        story.now += max(wait, name == "finish")
        move(story, name)
    story.elapse()


@settings(max_examples=100, deadline=None)
@given(calendars(), instants(), amounts, amounts, ladders, steps, steps)
def test_a_case_taken_over_goes_on_as_the_one_that_was_here_all_the_time(
    calendar: WorkCalendar,
    at: dt.datetime,
    first: Amount,
    second: Amount,
    ladder: tuple[Rung, ...],
    before: list[tuple[int, str]],
    after: list[tuple[int, str]],
) -> None:
    here = Story(program(calendar, first, second, ladder), now=epoch_us(at))
    walk(here, [(0, "begin"), *before])
    try:
        there = taken_over(here, warned_until=here.now)
    except HorizonError:
        assume(False)
    assert {n: comparable(c) for n, c in there.case.clocks.items()} == {
        n: comparable(c) for n, c in here.case.clocks.items()
    }, "due, budget, spent time, next rung, verdict"
    assert (there.case.states, there.case.previous) == (here.case.states, _present(here))
    assert (there.case.card, there.case.card_rank) == (here.case.card, here.case.card_rank)
    claims = [(e.sla, e.cycle, e.term, e.rung, e.repetition) for e in there.happened(RungFired)]
    # their order may differ: here a late sweep let some fire after what came between
    assert sorted(claims) == sorted(_claims(here)), "E1: what fired has fired, in every term"
    event(f"{len(claims)} rungs fired before")
    begun = len(here.history), len(there.history)
    for story in (here, there):
        walk(story, after)
        story.elapse(story.now + 60 * 24 * HOUR_US)
    assert there.history[begun[1] :] == here.history[begun[0] :]


def _claims(story: Story) -> list[tuple[str, int, int, int, int]]:
    return [(e.sla, e.cycle, e.term, e.rung, e.repetition) for e in story.happened(RungFired)]


def _present(story: Story) -> dict[str, str]:
    """Of what is remembered of earlier states, what counts at the present one."""
    here = {f"{track}.{state}" for track, state in story.case.states.items()}
    return {place: state for place, state in story.case.previous.items() if place in here}
