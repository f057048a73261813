"""Laws of one clock (K1, E1-E4) over generated calendars and ladders: zones with DST, overnight shifts, make-up days.

Everything goes through ``decide`` and the fold; the calendars are those of the laws of working time.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import attrs
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from casewf.core.decide import Refusal
from casewf.core.program import Program, compile_program
from casewf.definition.load import parse_workflow
from casewf.model.amount import Amount, CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.model.clock_events import ClockBreached, ClockExtended, ClockRetargeted, RungFired
from casewf.model.commands import Elapse
from casewf.model.workflow import Rung, Target, Workflow
from casewf.testing.strategies import calendars, instants
from casewf.worktime import WorkCalendar, epoch_us
from core_cases import BOSS, DESK, Story
from worktime_strategies import HOUR_US

LAW = settings(max_examples=60, deadline=None)

TEXT = """
casewf: 1
id: law
version: 1
calendar: office
roles: {desk: {en: Desk}, boss: {en: Boss}}
cards: {yellow: {en: Yellow}}
fields: {n: {type: integer, default: 0}}
tracks:
  main:
    initial: new
    states: {new: {en: New}, work: {en: Work}, wait: {en: Wait}, rest: {en: Rest}, done: {en: Done}}
    transitions:
      - {trigger: begin, from: new, to: work, by: desk}
      - {trigger: wait, from: [work, rest], to: wait, by: desk}
      - {trigger: rest, from: [work, wait], to: rest, by: desk}
      - {trigger: go_on, from: [wait, rest], to: work, by: desk}
      - {trigger: change, from: [work, wait, rest], by: desk, accepts: [n]}
      - {trigger: finish, from: [work, wait, rest], to: done, by: desk}
slas:
  limit:
    start: {enter: main.work}
    stop: {enter: main.done}
    pause: {in: [main.wait, main.rest]}
    target: [{when: n == 1, within: 1 hour}, {within: 2 hours}]
    ladder: [{at: due, card: yellow}]
    extension: {by: boss, times: 9, up_to: 9 hours}
    suspension: {by: boss, times: 9}
"""

amounts = st.one_of(
    st.integers(1, 40 * HOUR_US).map(lambda us: WorkingTime(microseconds=us)),
    st.integers(1, 200 * HOUR_US).map(lambda us: Elapsed(microseconds=us)),
    st.integers(1, 12).map(WorkingDays),
    st.integers(1, 20).map(CalendarDays),
)
lengths = st.one_of(st.integers(0, 20 * HOUR_US), st.integers(0, 20).map(lambda days: days * 24 * HOUR_US))


@lru_cache(maxsize=1)
def base() -> Workflow:
    return parse_workflow(TEXT)


def law(
    calendar: WorkCalendar, *targets: Amount, ladder: tuple[Rung, ...] = (), on_change: str = "rebase"
) -> Program:
    """The workflow with these targets (the second while ``n`` is 1) and this ladder."""
    workflow = base()
    (sla,) = workflow.slas
    first, second = targets[0], targets[-1]
    rows = (
        attrs.evolve(sla.target[0], within=second, until=None),
        Target(within=first),
    )
    assert sla.extension is not None
    extension = attrs.evolve(sla.extension, up_to=_most(first))
    changed = attrs.evolve(
        sla, target=rows, ladder=ladder or sla.ladder, on_change=on_change, extension=extension
    )
    known = WorkCalendar.from_document(calendar.to_document() | {"id": "office"})
    return compile_program(attrs.evolve(workflow, slas=(changed,)), {"office": known})


def _most(amount: Amount) -> Amount:
    if isinstance(amount, WorkingDays | CalendarDays):
        return type(amount)(10**4)
    return type(amount)(hours=10**5)


def begun(of: Program, start: int) -> Story:
    story = Story(of, now=start)
    story.fire("begin")
    return story


def paused(story: Story, begin: int, end: int, *trip: str) -> None:
    """Pause from one instant to another, perhaps by way of other states and acts."""
    story.fire("wait", when=begin)
    for number, step in enumerate(trip, 1):
        story.now = begin + (end - begin) * number // (len(trip) + 1)
        if step == "act":
            assert story.act("request_suspension") == []
            assert story.act("suspend", BOSS) == []
            assert story.act("resume") == []
        else:
            story.fire(step)
    story.fire("go_on", when=end)


def limit(story: Story) -> int:
    due = story.clock().due
    assert due is not None
    return due


# pauses


@LAW
@given(calendars(), instants(), amounts, lengths, lengths)
def test_a_pause_moves_the_due_instant_by_exactly_its_length(
    calendar: WorkCalendar, at: dt.datetime, budget: Amount, after: int, length: int
) -> None:
    """K1: working length for working units, plain length for the others, calendar days rolled once, last (T4)."""
    start = epoch_us(at)
    story = begun(law(calendar, budget), start)
    before, begin = limit(story), start + after
    assume(begin <= before)
    paused(story, begin, begin + length)
    if isinstance(budget, CalendarDays):
        moved = calendar.calendar_days_after(start + length, budget.days)
        assert limit(story) == max(moved, begin + length)
    elif isinstance(budget, Elapsed):
        assert limit(story) - before == length
    else:
        gone = calendar.work_between(begin, begin + length)
        assert calendar.work_between(before, limit(story)) == gone
        if gone and before > begin:
            assert limit(story) == calendar.work_after(before, gone)


@LAW
@given(
    calendars(),
    instants(),
    amounts,
    lengths,
    st.integers(2, 200 * HOUR_US),
    st.sampled_from([[], ["rest"], ["act"], ["rest", "act"], ["act", "rest"]]),
)
def test_how_a_pause_is_made_up_changes_nothing(
    calendar: WorkCalendar, at: dt.datetime, budget: Amount, after: int, length: int, trip: list[str]
) -> None:
    """K2: paused to paused is one pause, whatever the reasons; and two pauses that touch are as one."""
    start = epoch_us(at)
    of = law(calendar, budget)
    plain, other, split = (begun(of, start) for _ in range(3))
    begin = start + after
    assume(begin <= limit(plain))
    paused(plain, begin, begin + length)
    paused(other, begin, begin + length, *trip)
    paused(split, begin, begin + length // 2)
    paused(split, begin + length // 2, begin + length)
    assert limit(plain) == limit(other) == limit(split)
    assert plain.clock().pauses == other.clock().pauses


@LAW
@given(calendars(), instants(), amounts, lengths, st.dates(dt.date(2025, 12, 1), dt.date(2026, 12, 1)))
def test_a_day_off_more_makes_no_due_instant_earlier(
    calendar: WorkCalendar, at: dt.datetime, budget: Amount, length: int, day: dt.date
) -> None:
    """Also after a pause, for the units whose pause is counted by the same calendar or by none."""
    start = epoch_us(at)
    dues = []
    for one in (calendar, calendar.layer("more", days_off={day: "off"})):
        story = begun(law(one, budget), start)
        if not isinstance(budget, WorkingTime | WorkingDays):
            paused(story, start, start + length)
        dues.append(limit(story))
    assert dues[0] <= dues[1]


@LAW
@given(calendars(), instants(), amounts, st.integers(1, 5))
def test_an_extension_is_the_limit_of_the_longer_budget(
    calendar: WorkCalendar, at: dt.datetime, budget: Amount, more: int
) -> None:
    """K1: due(start, budget + extensions)."""
    story = begun(law(calendar, budget), epoch_us(at))
    days = isinstance(budget, WorkingDays | CalendarDays)
    extra = type(budget)(more) if days else type(budget)(hours=more)  # type: ignore[misc, call-arg]
    assert story.act("request_extension", amount=extra) == []
    assert story.act("extend", BOSS) == []
    sum_ = type(budget)(budget.days + more) if days else type(budget)(microseconds=budget.us, hours=more)  # type: ignore[union-attr, misc, call-arg]
    assert limit(story) == calendar.add_us(epoch_us(at), sum_)


# ladders


def percent(value: int) -> Rung:
    return Rung(percent=value, card="yellow")


rungs = st.one_of(
    st.integers(1, 100).map(percent),
    amounts.map(lambda amount: Rung(before=amount, card="yellow")),
    amounts.map(lambda amount: Rung(after=amount, card="yellow")),
    st.builds(
        lambda after, every, times: Rung(after=after, every=every, times=times, card="yellow"),
        amounts,
        amounts,
        st.integers(2, 4),
    ),
)
ladders = st.lists(rungs, min_size=1, max_size=4).map(tuple)
budgets = st.one_of(
    st.integers(1, 60).map(lambda hours: WorkingTime(hours=hours)),
    st.integers(1, 200).map(lambda hours: Elapsed(hours=hours)),
    st.integers(1, 9).map(WorkingDays),
    st.integers(1, 12).map(CalendarDays),
)
HOW = st.sampled_from(("rebase", "carry", "restart"))
MOVES = ("wait", "rest", "go_on", "change", "act_extend", "act_suspend", "act_resume", "finish", "nothing")
steps = st.lists(
    st.tuples(st.sampled_from((0, 1, HOUR_US, 11 * HOUR_US, 47 * HOUR_US)), st.sampled_from(MOVES)),
    max_size=10,
)


def move(story: Story, name: str) -> None:
    """Do something with the case, whether or not it is possible."""
    if name == "act_extend":
        budget = story.clock().budget
        days = isinstance(budget, WorkingDays | CalendarDays)
        amount = type(budget)(1) if days else type(budget)(hours=7)  # type: ignore[misc, call-arg]
        if not story.act("request_extension", amount=amount):
            assert story.act("extend", BOSS) == []
    elif name == "act_suspend":
        if not story.act("request_suspension", amount=Elapsed(hours=30)):
            assert story.act("suspend", BOSS) == []
    elif name == "act_resume":
        story.act("resume")
    elif name == "change":
        story.attempt("change", DESK, data={"n": 1 - int(story.case.fields["n"])})  # type: ignore[call-overload]
    elif name != "nothing":
        story.attempt(name)


def keeps_its_rules(story: Story) -> None:
    clock = story.clock()
    if clock.phase == "paused":
        assert clock.next is None, "K2: no rung is armed"
    if clock.phase == "running" and clock.limit < story.case.at:
        assert clock.verdict == "breached", "E3: no breach is swallowed"
    if clock.phase == "running" and clock.next is not None:
        assert clock.next.at >= story.case.at, "E3: what is due has fired"


@settings(max_examples=150, deadline=None)
@given(calendars(), instants(), budgets, budgets, ladders, HOW, steps, st.data())
def test_any_interleaving_fires_each_rung_once_and_swallows_no_breach(
    calendar: WorkCalendar,
    at: dt.datetime,
    first: Amount,
    second: Amount,
    ladder: tuple[Rung, ...],
    how: str,
    path: list[tuple[int, str]],
    data: st.DataObject,
) -> None:
    """E1, E3, E4, K2, K3: commands, pauses by states and acts, extensions, changes, sweeps and downtime."""
    story = begun(law(calendar, first, second, ladder=ladder, on_change=how), epoch_us(at))
    for wait, name in path:
        story.now += wait
        if data.draw(st.booleans()):
            story.elapse()  # else the command itself catches up
        move(story, name)
        keeps_its_rules(story)
    story.elapse(story.now + 60 * 24 * HOUR_US)
    keeps_its_rules(story)
    fired = [(e.cycle, e.term, e.rung, e.repetition) for e in story.happened(RungFired)]
    assert len(fired) == len(set(fired)), "E1"
    breaches = [event.cycle for event in story.happened(ClockBreached)]
    assert len(breaches) == len(set(breaches)), "K3"
    order, changes = [], 0
    for event in story.history:
        changes += isinstance(event, ClockRetargeted | ClockExtended)  # it can arm rungs at earlier instants
        if isinstance(event, RungFired):
            order.append((event.at, changes, event.scheduled_for))
    assert order == sorted(order), "E4: in the order of their instants"


@settings(max_examples=80, deadline=None)
@given(calendars(), instants(), budgets, ladders, steps)
def test_one_sweep_after_a_month_fires_what_daily_sweeps_fire(
    calendar: WorkCalendar,
    at: dt.datetime,
    budget: Amount,
    ladder: tuple[Rung, ...],
    path: list[tuple[int, str]],
) -> None:
    """E4: downtime changes when rungs fire, not which, and not when they were due."""
    of = law(calendar, budget, ladder=ladder)
    daily, late = begun(of, epoch_us(at)), begun(of, epoch_us(at))
    for story in (daily, late):
        for wait, name in path:
            story.now += wait
            move(story, name)
    for _ in range(31):
        daily.elapse(daily.now + 24 * HOUR_US)
    late.elapse(late.now + 31 * 24 * HOUR_US)
    assert _which(daily) == _which(late)
    assert daily.clock().verdict == late.clock().verdict


def _which(story: Story) -> list[tuple[int, int, int, int, int]]:
    return [(e.cycle, e.term, e.rung, e.repetition, e.scheduled_for) for e in story.happened(RungFired)]


@settings(max_examples=60, deadline=None)
@given(calendars(), instants(), budgets, ladders, st.lists(st.integers(1, 90 * HOUR_US), max_size=12))
def test_sweeping_twice_at_one_instant_is_sweeping_once(
    calendar: WorkCalendar, at: dt.datetime, budget: Amount, ladder: tuple[Rung, ...], waits: list[int]
) -> None:
    story = begun(law(calendar, budget, ladder=ladder), epoch_us(at))
    for wait in waits:
        story.elapse(story.now + wait)
        again = story.send(Elapse())
        assert not isinstance(again, Refusal)
        assert again == ()
