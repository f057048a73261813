"""Why a limit is due when it is (X1), as data; ``views.explanation`` puts it into words."""

from __future__ import annotations

import attrs

from casewf.core.clocks import Measure, is_working
from casewf.core.ladder import rung_instant
from casewf.core.program import Program, SlaPlan
from casewf.errors import HorizonError
from casewf.model.amount import Amount, WorkingDays
from casewf.model.case import Case, Clock, Cycle
from casewf.model.text import Label
from casewf.worktime import WorkCalendar

MAX_DAYS = 400
"""An explanation names at most so many days one by one."""


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
        counted: for working-day budgets, which counted day it is; None where it is not counted.
        worked: the stretches that count, as (begin, end) in microseconds, pauses left out.
    """

    day: int
    working: bool
    name: str | None
    counted: int | None
    worked: tuple[tuple[int, int], ...]


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
        due: None while paused.
        targets: the SLA's targets in file order, the winner marked.
        calendar: id and content hash of the calendar version.
        days: the dates from the start to the due instant; empty where plain time is measured.
        pauses: finished pauses, and the present one up to now.
    """

    sla: str
    title: Label
    cycle: int
    term: int
    start: int
    due: int | None
    verdict: str
    phase: str
    targets: tuple[TargetLine, ...]
    calendar: tuple[str, str]
    zone: str
    days: tuple[DayLine, ...]
    pauses: tuple[tuple[int, int], ...]
    rungs: tuple[RungLine, ...]
    cycles: tuple[Cycle, ...]
    provisional: bool


def explain(program: Program, case: Case, sla: str, now: int) -> Explanation:
    """Why the limit of a case is due when it is.

    Raises:
        KeyError: the case has no clock of that SLA; the message names those it has.
    """
    clock = case.clocks.get(sla)
    if clock is None:
        raise KeyError(f"case {case.id} has no clock {sla!r}; it has {', '.join(case.clocks) or 'none'}")
    plan = program.by_name[sla]
    calendar = program.pinned_calendar(clock.calendar)
    pauses = (
        clock.pauses
        if clock.paused_at is None
        else (*clock.pauses, (clock.paused_at, max(now, clock.paused_at)))
    )
    return Explanation(
        sla=sla,
        title=plan.spec.title,
        cycle=clock.cycle,
        term=clock.term,
        start=clock.start,
        due=clock.due,
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
        calendar=clock.calendar,
        zone=calendar.zone,
        days=_days(calendar.provisional, clock, pauses) if is_working(clock.budget) else (),
        pauses=pauses,
        rungs=_rungs(plan, clock, Measure(calendar, clock.start, clock.budget, clock.until, clock.pauses)),
        cycles=clock.cycles,
        provisional=clock.provisional,
    )


def _days(calendar: WorkCalendar, clock: Clock, pauses: tuple[tuple[int, int], ...]) -> tuple[DayLine, ...]:
    first, last = calendar.day_of(clock.start), calendar.day_of(clock.limit)
    spans: dict[int, list[tuple[int, int]]] = {}
    for begin, end, day in calendar.spans_us(clock.start, clock.limit):
        spans.setdefault(day, []).extend(_without(begin, end, pauses))
    lines: list[DayLine] = []
    counted = 0
    for day in range(first, min(last, first + MAX_DAYS) + 1):
        working = calendar.is_working_day(day)
        counts = isinstance(clock.budget, WorkingDays) and working and day > first
        counted += counts
        lines.append(
            DayLine(
                day=day,
                working=working,
                name=calendar.day_name(day),
                counted=counted if counts else None,
                worked=tuple(spans.get(day, ())),
            )
        )
    return tuple(lines)


def _without(begin: int, end: int, pauses: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """A stretch of working time with the pauses cut out."""
    left = [(begin, end)]
    for pause_begin, pause_end in pauses:
        left = [
            part
            for a, b in left
            for part in ((a, min(b, pause_begin)), (max(a, pause_end), b))
            if part[0] < part[1]
        ]
    return left


def _rungs(plan: SlaPlan, clock: Clock, measure: Measure) -> tuple[RungLine, ...]:
    ladder = plan.targets[clock.target].ladder
    lines: list[RungLine] = []
    for rung in (*ladder.early, *ladder.at_due, *ladder.late):
        for repetition in range(1, rung.spec.times + 1):
            try:
                at = rung_instant(rung, repetition, measure, clock.limit, clock.term_at)
            except HorizonError:
                at = None
            fired = (rung.number, repetition) in clock.fired
            lines.append(
                RungLine(number=rung.number, repetition=repetition, at=at, fired=fired, card=rung.spec.card)
            )
    return tuple(lines)
