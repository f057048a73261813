"""Random walks over cases, and what must hold at every step of them."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from hypothesis import strategies as st

from casewf.core.decide import Refusal
from casewf.core.evolve import evolve
from casewf.core.options import Option, options
from casewf.errors import HorizonError
from casewf.model.amount import Amount, CalendarDays, WorkingDays
from casewf.model.case import Actor, Clock, Sealed
from casewf.model.workflow import Field
from casewf.ports.stored import StoredEvent
from casewf.testing.flow import clocks, ladder, moves
from casewf.testing.flow.clocks import ledger
from casewf.testing.flow.seen import Look, first_seen
from casewf.worktime import WorkCalendar
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
            broken = list(ledger(clock, of.pinned_calendar(clock.calendar).provisional))
            assert not broken, broken
        if clock.verdict == "breached" or clock.phase == "stopped":
            assert clock.requests == (), "K7: nothing can be granted any more"
        begins = [begin for pause in clock.pauses for begin in pause]
        assert begins == sorted(begins), "K1: the ledger is in order and overlaps nowhere"


def check_history(story: Story) -> None:
    """What must hold of a whole history, as ``CaseFlow`` says it."""

    def calendar_of(clock: Clock) -> WorkCalendar:
        return story.program.pinned_calendar(clock.calendar).provisional

    opening, *others = [
        StoredEvent(number, type(event).__name__, "", "", event)
        for number, event in enumerate(story.history, 1)
    ]
    seen = first_seen(story.program.workflow, [opening])
    for row in others:
        look = Look(seen=seen, row=row, before=seen.case, after=evolve(seen.case, row.event))
        problems = (
            *moves.at_event(look),
            *clocks.at_event(look, calendar_of),
            *ladder.at_event(look, calendar_of),
        )
        assert not problems, (row, problems)
        seen.take(row, look.after)
    assert not (problems := (*moves.at_rest(seen), *clocks.at_rest(seen, calendar_of))), problems
    assert seen.case == story.case
