"""Why a limit is due when it is (X1), as data; ``views.explanation`` puts it into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from casewf.core.clock_starts import begin, choose_target
from casewf.core.clocks import Measure, is_working, measure_of, nominal_day
from casewf.core.evolve import Draft, opened_case
from casewf.core.ladder import rung_instant
from casewf.core.limit_plan import SlaPlan
from casewf.core.program import Program
from casewf.core.recall import told_of
from casewf.core.work import Work
from casewf.errors import AmountError, DateMissingError, HorizonError
from casewf.model.amount import Amount, WorkingDays
from casewf.model.case import Carried, Case, Clock, Cycle, Request, Stamp, Suspension
from casewf.model.clock_events import (
    ActRejected,
    ActRequested,
    CalendarChanged,
    ClockExtended,
    ClockPaused,
    ClockRetargeted,
    ClockSuspended,
    RungFired,
    SuspensionEnded,
)
from casewf.model.events import Event, Opened
from casewf.model.roles import SYSTEM
from casewf.model.text import Label
from casewf.worktime import WorkCalendar

MAX_DAYS = 400
"""An explanation names at most so many days one by one."""

_CHANGES = (
    ActRequested,
    ActRejected,
    ClockExtended,
    ClockSuspended,
    SuspensionEnded,
    ClockRetargeted,
    CalendarChanged,
)


@attrs.frozen(slots=True, kw_only=True)
class TargetLine:
    """A row of the SLA's targets: its condition as text (empty for none), and whether it won."""

    condition: str
    amount: Amount | None
    until: str | None
    won: bool


@attrs.frozen(slots=True, kw_only=True)
class DayLine:
    """One date between the start and the due instant.

    Attributes:
        day: the date's ordinal.
        working: whether it has working time.
        name: why it is a rest day or a make-up working day, or None.
        counted: for working-day budgets, which counted day it is; None where it is not counted, or all of it was
            paused.
        worked: the stretches that count, as (begin, end) in microseconds, pauses left out.
        paused: the stretches of working time that a pause took away.
    """

    day: int
    working: bool
    name: str | None
    counted: int | None
    worked: tuple[tuple[int, int], ...]
    paused: tuple[tuple[int, int], ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class PauseLine:
    """A stretch in which the clock stood.

    Attributes:
        begin, end: in microseconds; an open one ends now.
        reason: ``state``, ``act``, or ``closed`` for the time between two cycles.
        by: who did what paused it, or None where that is not known.
        is_open: it has not ended yet.
    """

    begin: int
    end: int
    reason: str
    by: Stamp | None = None
    is_open: bool = False


@attrs.frozen(slots=True, kw_only=True)
class RungLine:
    """A rung of the ladder: when it fires or fired (None if not armed or not known), and whether it has."""

    number: int
    repetition: int
    at: int | None
    fired: bool
    card: str | None


@attrs.frozen(slots=True, kw_only=True)
class Explanation:
    """Why a clock is due when it is; instants in microseconds.

    Attributes:
        kind: how binding the limit is: ``advisory``, ``service`` or ``statutory``; due: None while paused.
        original: the due instant at the start of the cycle (K7).
        targets: the SLA's targets in file order, the winner marked.
        budget: the amount that won, or None for a date; ``extensions`` come on top.
        carried: what was taken over when the target changed, or None (K5).
        calendar: id and content hash of the calendar version.
        days: the dates from the start to the due instant, where working time is measured; else those by which the
            last day rolled.
        pauses: the stretches in which it stood, oldest first.
        changes: what was done to it, oldest first: acts, changes of its target or of its calendar.
        requests: what was asked for and is not decided.
        suspension: the act by which it stands, or None.
    """

    sla: str
    title: Label
    kind: str
    cycle: int
    term: int
    start: int
    due: int | None
    original: int
    verdict: str
    phase: str
    targets: tuple[TargetLine, ...]
    budget: Amount | None
    extensions: tuple[Amount, ...]
    carried: Carried | None
    calendar: tuple[str, str]
    zone: str
    days: tuple[DayLine, ...]
    pauses: tuple[PauseLine, ...]
    changes: tuple[Event, ...]
    requests: tuple[Request, ...]
    suspension: Suspension | None
    rungs: tuple[RungLine, ...]
    cycles: tuple[Cycle, ...]
    provisional: bool


def explain(program: Program, case: Case, sla: str, now: int, history: Sequence[Event] = ()) -> Explanation:
    """Why the limit of a case is due when it is.

    Args:
        program: the compiled workflow that the case is pinned to.
        case: the case as it stands.
        sla: the id of the limit.
        now: the present instant; an open pause ends there.
        history: the case's events, which know who paused a clock and who did what to it.

    Raises:
        KeyError: the case has no clock of that SLA; the message names those it has.
        DateMissingError: its clock waits for a date.
    """
    clock = _clock_of(program, case, sla, now)
    plan = program.by_name[sla]
    calendar = program.pinned_calendar(clock.calendar)
    measure = measure_of(clock, calendar.provisional if clock.provisional else calendar)
    own = told_of(history, sla)
    pauses = _pauses(clock, now, own)
    return Explanation(
        sla=sla,
        title=plan.spec.title,
        kind=plan.spec.kind,
        cycle=clock.cycle,
        term=clock.term,
        start=clock.start,
        due=clock.due,
        original=clock.original,
        verdict=clock.verdict,
        phase=clock.phase,
        targets=tuple(
            TargetLine(
                condition="" if target.when is None else str(target.when),
                amount=target.within,
                until=target.until,
                won=number == clock.target,
            )
            for number, target in enumerate(plan.spec.target)
        ),
        budget=clock.budget,
        extensions=clock.extensions,
        carried=clock.carried,
        calendar=clock.calendar,
        zone=calendar.zone,
        days=_days(calendar.provisional, clock, measure, tuple((one.begin, one.end) for one in pauses)),
        pauses=pauses,
        changes=tuple(event for event in own if isinstance(event, _CHANGES)),
        requests=clock.requests,
        suspension=clock.suspension,
        rungs=_rungs(plan, clock, measure, own),
        cycles=clock.cycles,
        provisional=clock.provisional,
    )


def _clock_of(program: Program, case: Case, sla: str, now: int) -> Clock:
    clock = case.clocks.get(sla)
    if clock is not None:
        return clock
    if sla in case.awaited:
        plan = program.by_name[sla]
        waits_for = plan.targets[choose_target(Work(program, Draft(case), now), plan)].spec.until
        raise DateMissingError(sla, waits_for or "")
    raise KeyError(f"case {case.id} has no clock {sla!r}; it has {', '.join(case.clocks) or 'none'}")


def explain_ahead(program: Program, sla: str, start: int, fields: Mapping[str, object]) -> Explanation:
    """When a limit would be due that starts now, for authors without a case: the same code as for a real one.

    Args:
        program: the compiled workflow.
        sla: the id of the limit.
        start: the instant of the start; the tracks are in their initial states.
        fields: values in their fields' types; the others have their defaults.

    Raises:
        KeyError: there is no such SLA; the message names those there are.
        DateMissingError: its limit is a date that ``fields`` does not give.
        HorizonError: the due instant lies past what the calendar knows.
    """
    plan = program.by_name.get(sla)
    if plan is None:
        raise KeyError(f"no SLA {sla!r}; there are {', '.join(program.by_name) or 'none'}")
    workflow = program.workflow
    opened = Opened(
        at=start,
        case="",
        workflow=(workflow.id, workflow.version, program.hash),
        by=Stamp(SYSTEM),
        states={track.id: track.initial for track in workflow.tracks},
        fields={**program.defaults, **fields},
    )
    work = Work(program, Draft(opened_case(opened)), start)
    begin(work, attrs.evolve(plan, pauses=()), start, None, opened.by)
    return explain(program, work.draft.case(), sla, start, work.events)


def _pauses(clock: Clock, now: int, own: Sequence[Event]) -> tuple[PauseLine, ...]:
    began = {event.since: event for event in own if isinstance(event, ClockPaused)}
    ends = {cycle.ended_at for cycle in clock.cycles}
    spans = [(begin, end, False) for begin, end in clock.pauses]
    if clock.paused_at is not None:
        spans.append((clock.paused_at, max(now, clock.paused_at), True))
    lines = []
    for begin_, end, is_open in spans:
        event = began.get(begin_)
        reason = "closed" if event is None and begin_ in ends else "state" if event is None else event.reason
        lines.append(
            PauseLine(
                begin=begin_, end=end, reason=reason, by=None if event is None else event.by, is_open=is_open
            )
        )
    return tuple(lines)


def _days(
    calendar: WorkCalendar, clock: Clock, measure: Measure, pauses: tuple[tuple[int, int], ...]
) -> tuple[DayLine, ...]:
    last = calendar.day_of(clock.limit)
    if not is_working(clock.budget):
        first = nominal_day(measure)
        return () if first is None or first >= last else _plain_days(calendar, first, last)
    first = calendar.day_of(clock.start)
    worked: dict[int, list[tuple[int, int]]] = {}
    paused: dict[int, list[tuple[int, int]]] = {}
    for begin_, end, day in calendar.spans_us(clock.start, clock.limit):
        left = _without(begin_, end, pauses)
        worked.setdefault(day, []).extend(left)
        paused.setdefault(day, []).extend(_without(begin_, end, tuple(left)))
    lines: list[DayLine] = []
    counted = 0
    for day in range(first, min(last, first + MAX_DAYS) + 1):
        working = calendar.is_working_day(day)
        counts = isinstance(clock.budget, WorkingDays) and day > first and bool(worked.get(day))
        counted += counts
        lines.append(
            DayLine(
                day=day,
                working=working,
                name=calendar.day_name(day),
                counted=counted if counts else None,
                worked=tuple(worked.get(day, ())),
                paused=tuple(paused.get(day, ())),
            )
        )
    return tuple(lines)


def _plain_days(calendar: WorkCalendar, first: int, last: int) -> tuple[DayLine, ...]:
    """The days by which a last day rolled off rest days (T4)."""
    return tuple(
        DayLine(
            day=day,
            working=calendar.is_working_day(day),
            name=calendar.day_name(day),
            counted=None,
            worked=(),
        )
        for day in range(first, min(last, first + MAX_DAYS) + 1)
    )


def _without(begin_: int, end: int, pauses: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """A stretch of working time with the pauses cut out."""
    left = [(begin_, end)]
    for pause_begin, pause_end in pauses:
        left = [
            part
            for a, b in left
            for part in ((a, min(b, pause_begin)), (max(a, pause_end), b))
            if part[0] < part[1]
        ]
    return left


def _rungs(plan: SlaPlan, clock: Clock, measure: Measure, own: Sequence[Event]) -> tuple[RungLine, ...]:
    """The ladder; what has fired with the instant it fired for, which no later change moves."""
    ladder = plan.targets[clock.target].ladder
    fired_for = {(one.rung, one.repetition): one.scheduled_for for one in own if isinstance(one, RungFired)}
    paused = clock.phase == "paused"
    lines: list[RungLine] = []
    for rung in (*ladder.early, *ladder.at_due, *ladder.late):
        for repetition in range(1, rung.spec.times + 1):
            place = (rung.number, repetition)
            fired = place in clock.fired
            try:
                at = None if paused else rung_instant(rung, repetition, measure, clock.limit, clock.term_at)
            except (HorizonError, AmountError):
                at = None
            at = fired_for.get(place, at) if fired else at
            lines.append(
                RungLine(number=rung.number, repetition=repetition, at=at, fired=fired, card=rung.spec.card)
            )
    return tuple(lines)
