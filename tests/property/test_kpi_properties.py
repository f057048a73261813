"""Key figures: sums of parts, any order, event by event as in one go, and limits as the fold of the events has them."""

from __future__ import annotations

import functools
import pickle
from collections import Counter
from collections.abc import Iterable

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewf.core.program import Program
from casewf.core.step import SYSTEM_ACTOR
from casewf.kpi import (
    CaseFacts,
    Conventions,
    FactsTaker,
    Figure,
    LimitRun,
    Period,
    Plan,
    Tally,
    general_terms,
)
from casewf.kpi.of_calls import CALL_RULES
from casewf.kpi.of_courses import COURSE_RULES
from casewf.kpi.of_handling import HANDLING_RULES
from casewf.kpi.of_ratings import RATING_RULES
from casewf.kpi.rule import Ask
from casewf.model.case import Actor, Clock
from casewf.model.terms import KINDS
from casewf.simulation import Profile
from casewf.simulation.ledger import Ledger
from core_cases import Story
from core_walks import step
from core_workflows import programs, starts
from kpi_histories import DAY, facts, hotline, office, plan, played, when
from simulated import chongqing

AT = when("2026-03-02 09:00")
POOL = (
    "s01-yang-yun",
    "s03-returned-twice",
    "s05-reworked",
    "s08-answered-on-the-telephone",
    "s-group-complaint",
    "s-withdrawn",
    "s-anonymous",
    "s-merged-at-work",
    "s-payment-fails",
    "s-suspension-runs-out",
)
CONVENTIONS = st.builds(
    Conventions,
    members=st.sampled_from(("due", "closed", "registered")),
    submission=st.sampled_from(("first", "last")),
    suspended=st.sampled_from(("deducted", "counted")),
    days=st.sampled_from(("whole", "exact", "calendar")),
    ratings=st.sampled_from(("case", "person")),
    rating=st.sampled_from(("first", "final")),
    ruled=st.sampled_from(("counted", "excluded")),
)
PERIODS = st.sampled_from(((None, AT + 400 * DAY), (AT, AT + 2 * DAY), (AT + DAY, AT + 30 * DAY)))


@functools.cache
def pool() -> list[CaseFacts]:
    return [facts(played(name)) for name in POOL]


@functools.cache
def one_day() -> Profile:
    return chongqing(1)


CASES = st.lists(st.integers(0, len(POOL) - 1), max_size=12).map(
    lambda numbers: [pool()[one] for one in numbers]
)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(range(len(POOL))), PERIODS, CONVENTIONS)
def test_a_case_without_the_mark_or_the_limit_of_a_figure_has_no_unit_of_it(
    number: int, period: tuple[int | None, int], by: Conventions
) -> None:
    """So that ``Tally`` need not ask; that a call, or something dated, is one is for ``Tally`` alone to say."""
    version, calendar = office()
    terms = hotline()
    ask = Ask(terms, Period(*period), by, {version: calendar})
    for rule in (one for one in (*CALL_RULES, *COURSE_RULES, *HANDLING_RULES, *RATING_RULES) if one.of):
        if rule.of[0] in KINDS:
            continue
        case = pool()[number]
        marks = {mark: instants for mark, instants in case.marks.items() if mark not in rule.of}
        limits = {terms.limits.get(word) for word in rule.of}
        runs = {sla: found for sla, found in case.runs.items() if sla not in limits}
        hops = () if "dispatched" in rule.of else case.hops
        assert not rule.judge(attrs.evolve(case, marks=marks, runs=runs, hops=hops), ask), rule.id


@settings(max_examples=40, deadline=None)
@given(CASES, PERIODS, CONVENTIONS)
def test_only_calls_and_what_was_dispatched_are_asked_of(
    cases: list[CaseFacts], period: tuple[int | None, int], by: Conventions
) -> None:
    def stripped(case: CaseFacts) -> CaseFacts:
        marks = {mark: instants for mark, instants in case.marks.items() if mark != "dispatched"}
        return attrs.evolve(case, kinds=case.kinds - {"call", "consult"}, marks=marks, hops=())

    found = figures_of(map(stripped, cases), period, by)
    for name in (
        *("connect", "answer_15s", "one_call", "dispatch", "response", "dispatch_accuracy", "rework"),
        *("supervision", "supervision_cards", "extension", "extension_asked", "return_granted"),
    ):
        assert (found[f"{name}:"].denominator, found[f"{name}:"].excluded) == (0, {}), name


def figures_of(
    cases: Iterable[CaseFacts], period: tuple[int | None, int], by: Conventions
) -> dict[str, Figure]:
    version, calendar = office()
    tally = Tally(hotline(), Period(*period), by, {version: calendar})
    for case in cases:
        tally.add(case)
    return {f"{one.id}:{one.about}": one for one in tally.figures()}


@settings(max_examples=40, deadline=None)
@given(cases=CASES, period=PERIODS, by=CONVENTIONS, data=st.data())
def test_the_order_of_the_cases_does_not_matter(
    cases: list[CaseFacts], period: tuple[int | None, int], by: Conventions, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(cases))
    assert figures_of(cases, period, by) == figures_of(shuffled, period, by)


@settings(max_examples=40, deadline=None)
@given(cases=CASES, period=PERIODS, by=CONVENTIONS, cut=st.integers(0, 12))
def test_the_figures_of_all_are_the_sums_of_those_of_the_parts(
    cases: list[CaseFacts], period: tuple[int | None, int], by: Conventions, cut: int
) -> None:
    whole, first, rest = (figures_of(part, period, by) for part in (cases, cases[:cut], cases[cut:]))
    assert set(whole) == set(first) | set(rest)
    for name, figure in whole.items():
        if figure.id == "one_call":
            continue  # whether somebody called again is known of all cases only
        parts = [part[name] for part in (first, rest) if name in part]
        assert figure.numerator == sum(part.numerator for part in parts), name
        assert figure.unit == "count" or figure.denominator == sum(part.denominator for part in parts), name
        assert figure.excluded == sum((Counter(part.excluded) for part in parts), Counter()), name


@settings(max_examples=40, deadline=None)
@given(cases=CASES, data=st.data())
def test_ledgers_of_parts_that_take_in_each_other_are_one_of_all(
    cases: list[CaseFacts], data: st.DataObject
) -> None:
    """What a simulation counts in several processes is what it counts in one."""
    profile = one_day()
    cases = [
        attrs.evolve(one, opened_at=one.opened_at + number * DAY, matter=number % 2)
        for number, one in enumerate(cases)
    ]  # so that somebody calls again

    def ledger(of: Iterable[CaseFacts]) -> Ledger:
        made = Ledger(profile, hotline(), AT - 100 * DAY, AT + 400 * DAY)
        for one in of:
            made.add(one)
        return made

    places = data.draw(st.lists(st.integers(0, 2), min_size=len(cases), max_size=len(cases)))
    parts = [
        ledger(one for one, place in zip(cases, places, strict=True) if place == part) for part in range(3)
    ]
    first, *others = data.draw(st.permutations(parts))
    for other in others:
        sent = pickle.dumps(other.entries())
        assert len(sent) < 6_000, "no calendars and no terms go with what was counted"
        first.take_in(pickle.loads(sent))
    whole = ledger(cases)
    assert first.tally.figures() == whole.tally.figures()
    assert sorted(first.days) == sorted(whole.days)
    assert first.cards == whole.cards
    assert sorted(first.lives, key=repr) == sorted(whole.lives, key=repr)
    assert (first.backlog(), first.by_days()) == (whole.backlog(), whole.by_days())


@settings(max_examples=60, deadline=None)
@given(cases=CASES, period=PERIODS, by=CONVENTIONS)
def test_a_share_is_a_share(cases: list[CaseFacts], period: tuple[int | None, int], by: Conventions) -> None:
    for name, figure in figures_of(cases, period, by).items():
        assert figure.numerator >= 0, name
        assert figure.unit != "share" or figure.numerator <= figure.denominator, name
        assert (figure.value is None) is (figure.denominator == 0), name
    found = figures_of(cases, period, by)
    assert found["on_time:"].denominator >= found["on_time_unextended:"].numerator
    assert found["on_time:"].numerator >= found["on_time_unextended:"].numerator
    assert found["supervision:"].numerator >= found["supervision_cards:"].numerator
    assert found["return_requested:"].numerator >= found["return_granted:"].numerator


@settings(max_examples=20, deadline=None)
@given(name=st.sampled_from(POOL), data=st.data())
def test_event_by_event_is_as_in_one_go(name: str, data: st.DataObject) -> None:
    """Asking in between changes nothing, and gives what the events so far come to."""
    events = played(name)
    cut = data.draw(st.integers(1, len(events)))
    taker = FactsTaker(plan())
    for event in events[:cut]:
        taker.take(event)
    assert taker.facts() == taker.facts() == facts(events[:cut])
    for event in events[cut:]:
        taker.take(event)
    assert taker.facts() == facts(events)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(of=programs(), data=st.data(), length=st.integers(1, 12))
def test_limits_are_as_the_fold_of_the_events_has_them(of: Program, data: st.DataObject, length: int) -> None:
    """The one truth about clocks is ``evolve`` (D3); the facts come to it by a shorter way."""
    roles = frozenset(of.workflow.roles)
    people = (Actor("wu", roles, "cq", ("cq",)), Actor("li", roles, "yz", ("yz", "cq")), SYSTEM_ACTOR)
    story = Story(of, by=people[0], now=data.draw(starts(of)))
    taker, taken = FactsTaker(Plan(general_terms(of.workflow))), 0
    for _ in range(length):
        step(story, data.draw, people)
        for event in story.history[taken:]:
            taker.take(event)
        taken = len(story.history)
        runs = taker.facts().runs
        assert set(runs) == set(story.case.clocks)
        for sla, clock in story.case.clocks.items():
            compare(runs[sla], clock)
    assert taker.facts().closed is story.case.closed


def compare(runs: tuple[LimitRun, ...], clock: Clock) -> None:
    *past, last = runs
    assert [(run.cycle, run.verdict, run.ended_at) for run in past] == [
        (cycle.number, cycle.verdict, cycle.ended_at) for cycle in clock.cycles
    ]
    assert all(run.limit == cycle.due for run, cycle in zip(past, clock.cycles, strict=True) if cycle.due)
    for name in (
        "cycle",
        "start",
        "limit",
        "verdict",
        "ended_at",
        "paused_at",
        "pauses",
        "extended",
        "budget",
        "until",
    ):
        assert getattr(last, name) == getattr(clock, name), name
    assert (last.calendar, last.observed) == (clock.calendar[1], clock.observed)
    assert last.carried is (clock.carried is not None)
