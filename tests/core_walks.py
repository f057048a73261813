"""Random walks over cases, and what must hold at every step of them."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from hypothesis import strategies as st

from casewf.core.clocks import is_working
from casewf.core.decide import Refusal
from casewf.core.evolve import evolve
from casewf.core.options import Option, options
from casewf.core.program import Program
from casewf.errors import HorizonError
from casewf.model.amount import Amount, CalendarDays, WorkingDays
from casewf.model.case import Actor, Case, Clock, Sealed
from casewf.model.clock_events import ClockStarted, RungFired
from casewf.model.effects import OpenCase
from casewf.model.events import Event, Moved
from casewf.model.workflow import Field
from core_cases import DAY, HOUR, NOTE, Story

Draw: TypeAlias = Callable[[st.SearchStrategy[object]], object]

PASSES = st.sampled_from((0, 1, HOUR, 7 * HOUR, DAY, 3 * DAY, 11 * DAY, 40 * DAY))


def value_of(field: Field, number: int) -> object:
    """Some value of a field's type; the same number gives the same value."""
    if field.sensitive:
        return Sealed(f"r{number}", "d")
    low = field.minimum or 0
    made: object = {
        "text": f"t{number}",
        "integer": low + number,
        "decimal": Decimal(low + number),
        "boolean": bool(number % 2),
        "choice": field.of[number % len(field.of)] if field.of else "x",
        "date": dt.date(2025, 6, 20) + dt.timedelta(days=10 * number),
        "instant": number,
        "org": ("yz", "st")[number % 2],
        "person": "li",
    }[field.kind]
    return (made,) if field.many else made


def step(story: Story, draw: Draw, actors: tuple[Actor, ...]) -> None:
    """Let time pass, then fire something: mostly what is allowed, sometimes anything at all."""
    story.now += draw(PASSES)  # type: ignore[operator]
    story.elapse()
    check(story)
    actor: Actor = draw(st.sampled_from(actors))  # type: ignore[assignment]
    everything = options(story.program, story.case, actor, story.now)
    acts = [one for one in everything if one.sla is not None and one.allowed]
    if acts and draw(st.integers(0, 2)) == 0:
        act(story, draw, actor, acts[draw(st.integers(0, 99)) % len(acts)])  # type: ignore[operator]
        check(story)
        return
    allowed = [one for one in everything if one.sla is None and one.allowed]
    fields = story.program.fields
    data: dict[str, object] = {}
    if allowed and draw(st.integers(0, 9)) != 0:
        chosen = allowed[draw(st.integers(0, 99)) % len(allowed)]  # type: ignore[operator]
        trigger, names = chosen.trigger, chosen.asks
        if chosen.accepts and draw(st.booleans()):
            names = (*names, *chosen.accepts)
        data = {name: value_of(fields[name], draw(st.integers(0, 5))) for name in names}  # type: ignore[arg-type]
    else:
        triggers = list(story.program.triggers) or ["t0"]  # rows to a previous state that there never is
        trigger = triggers[draw(st.integers(0, 999)) % len(triggers)]  # type: ignore[operator]
        data = draw(st.sampled_from(({}, {"n": 1}, {"nonsense": 1})))  # type: ignore[assignment]
    occurred = draw(st.sampled_from((None, None, story.case.opened_at, story.now)))
    attempt(story, trigger, actor, data, occurred)  # type: ignore[arg-type]
    check(story)


def act(story: Story, draw: Draw, actor: Actor, chosen: Option) -> None:
    """Do an act that options offer; a sensible amount in the limit's unit is accepted, unless it is too much."""
    assert chosen.sla is not None
    budget = story.clock(chosen.sla).budget
    amount: Amount | None = None
    if chosen.asks:
        many: int = draw(st.integers(1, 3))  # type: ignore[assignment]
        days = isinstance(budget, WorkingDays | CalendarDays)
        amount = type(budget)(many) if days else type(budget)(hours=many)  # type: ignore[misc, call-arg, union-attr]
    refused = story.act(chosen.trigger, actor, sla=chosen.sla, amount=amount)
    assert refused in ([], ["act_up_to"]), (chosen, refused)


def attempt(
    story: Story, trigger: str, actor: Actor, data: Mapping[str, object], occurred: int | None
) -> None:
    """Fire a trigger; a refusal, or a day past the calendar, leaves the case as it was (M3)."""
    story.elapse()
    before, twin = story.case, copy.deepcopy(story.case)
    mappings = [
        id(getattr(before, name))
        for name in ("fields", "states", "clocks", "holders", "witnesses", "previous")
    ]
    length = len(story.history)
    try:
        result = story.attempt(trigger, actor, data=data, comment=NOTE, occurred_at=occurred)
    except HorizonError:
        result = None
    if result is None or isinstance(result, Refusal):
        assert story.case is before
        assert len(story.history) == length
        assert result is None or result.reasons
    assert before == twin
    assert mappings == [
        id(getattr(before, name))
        for name in ("fields", "states", "clocks", "holders", "witnesses", "previous")
    ]


def check(story: Story) -> None:
    """What must hold of a case after any step; ``Story`` holds the folds against each other."""
    case, of = story.case, story.program
    assert case.closed is of.is_closed(case.states), "M8"
    for clock in case.clocks.values():
        if clock.phase == "paused":
            over = None if clock.suspension is None else clock.suspension.until
            assert (clock.due, clock.wake, clock.next) == (None, over, None), "K2"
            assert over is None or over >= case.at, "K7: a suspension that is over has ended"
        if clock.phase == "running" and not clock.observed and clock.limit < case.at:
            assert clock.verdict == "breached", "E3: no breach is swallowed"
        if clock.phase == "stopped":
            assert (clock.wake, clock.verdict in ("met", "breached", "cancelled")) == (None, True), "K2"
        if clock.phase == "running" and clock.verdict == "none" and not clock.observed:
            check_ledger(of, clock)
        if clock.verdict == "breached" or clock.phase == "stopped":
            assert clock.requests == (), "K7: nothing can be granted any more"
        begins = [begin for pause in clock.pauses for begin in pause]
        assert begins == sorted(begins), "K1: the ledger is in order and overlaps nowhere"


def check_ledger(of: Program, clock: Clock) -> None:
    """K1: up to the due instant, what runs by and is not paused is exactly what was granted.

    Worked out from the ledger by subtraction alone, while casewf adds.
    """
    calendar = of.pinned_calendar(clock.calendar).provisional

    def spent(begin: int, end: int) -> int:
        return calendar.work_between(begin, end) if is_working(clock.budget) else end - begin

    budget = clock.budget
    if budget is None or isinstance(budget, CalendarDays):
        return
    if any(type(one) is not type(budget) for one in clock.extensions):
        return  # what was granted in another unit counts on from where the budget ends (K5)
    start, granted = clock.start, 0
    if clock.carried is not None:
        start, granted = clock.carried.at, clock.carried.left
    elif isinstance(budget, WorkingDays):
        days = budget.days + sum(one.days for one in clock.extensions if isinstance(one, WorkingDays))
        granted = spent(start, calendar.add_us(start, WorkingDays(days)))
    else:
        granted = budget.us + sum(one.us for one in clock.extensions if type(one) is type(budget))  # type: ignore[union-attr]
    paused = sum(spent(max(begin, start), end) for begin, end in clock.pauses if end > start)
    assert spent(start, clock.limit) - paused == granted, "K1"


def check_history(story: Story) -> None:
    """What must hold of a whole history."""
    claims = [
        (e.sla, e.cycle, e.term, e.rung, e.repetition) for e in story.history if isinstance(e, RungFired)
    ]
    assert len(claims) == len(set(claims)), "E1: no rung fires twice"
    case: Case | None = None
    breached: set[tuple[str, int]] = set()
    started_after_end: set[str] = set()
    for event in story.history:
        before, case = case, evolve(case, event)
        if before is not None:
            assert event.at >= before.at, "M12"
            _check_move(story.program, before, event)
            _check_cycles(before, case)
            if case.closed and not before.closed:
                started_after_end = set()
            if isinstance(event, ClockStarted):
                started_after_end.add(event.sla)
        verdicts = {(c.sla, c.cycle): c.verdict for c in case.clocks.values()}
        verdicts |= {(c.sla, past.number): past.verdict for c in case.clocks.values() for past in c.cycles}
        assert all(verdicts[one] == "breached" for one in breached), "K3: a breach never heals"
        breached |= {one for one, verdict in verdicts.items() if verdict == "breached"}
    assert case is not None
    if case.closed:
        running = {clock.sla for clock in case.clocks.values() if clock.phase != "stopped"}
        assert running <= started_after_end, "K8: a case that ends takes its clocks along"


def _check_move(of: Program, before: Case, event: Event) -> None:
    """A position moves along declared rows only."""
    if not isinstance(event, Moved):
        return
    row = of.workflow.track(event.track).transitions[event.row]
    assert (row.trigger, row.auto) == (event.trigger, event.auto)
    assert before.states[event.track] == event.source
    assert event.source in row.sources
    if row.target == "=previous":
        assert event.target == before.previous[f"{event.track}.{event.source}"], "M10"
    else:
        assert event.target == row.target
    if before.closed and not event.auto:
        closing = of.closing_states[event.track]
        assert event.source in closing
        if event.target is None:
            assert any(isinstance(effect, OpenCase) for effect in event.effects), "M8: or it opens a child"
        else:
            assert not event.closed or event.target in closing - {event.source}, "M8: it reopens or finishes"


def _check_cycles(before: Case, after: Case) -> None:
    """A finished cycle is immutable (K3), and cycles follow one another."""
    for sla, clock in before.clocks.items():
        later = after.clocks[sla]
        assert later.cycles[: len(clock.cycles)] == clock.cycles
        assert later.cycle - clock.cycle in (0, 1)
        assert [one.number for one in later.cycles] == list(range(1, later.cycle))
        if clock.phase == "stopped" and later.cycle == clock.cycle:
            assert later == clock
