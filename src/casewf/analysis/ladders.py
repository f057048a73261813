"""The ladders of limits tried out: when each rung fires, by the core itself, for every target and sampled starts."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from casewf.analysis.sample_starts import sample_starts
from casewf.core.clocks import Measure, limit_of
from casewf.core.ladder import rung_instant
from casewf.core.program import Program, RungPlan, SlaPlan
from casewf.definition.document import Path
from casewf.errors import WorkingTimeError
from casewf.model.amount import US_PER_DAY
from casewf.model.workflow import Sla, Target
from casewf.worktime import WorkCalendar

__all__ = ["DUE", "Placed", "Trial", "Tried", "rungs_of", "try_ladders"]

DUE = 100
"""The percent of the due instant."""

_YEAR = 366 * US_PER_DAY


@attrs.frozen(slots=True, kw_only=True)
class Placed:
    """A rung, and where it stands in the file."""

    plan: RungPlan
    path: tuple[Path, ...]


@attrs.frozen(slots=True, kw_only=True)
class Trial:
    """One start of a limit; instants in microseconds.

    Attributes:
        at: for each rung when it fires first; None if it is not armed (E2), or lies past what the calendar knows.
        unarmed: the places of the rungs that are not armed.
    """

    calendar: WorkCalendar
    start: int
    limit: int
    at: tuple[int | None, ...]
    unarmed: frozenset[int]


@attrs.frozen(slots=True, kw_only=True)
class Tried:
    """A target of a limit with its ladder, tried out.

    Attributes:
        number: the target's place in the file, from 0.
        rungs: in file order.
        trials: none where no calendar is known.
    """

    sla: Sla
    number: int
    rungs: tuple[Placed, ...]
    trials: tuple[Trial, ...]

    @property
    def target(self) -> Target:
        """The target."""
        return self.sla.target[self.number]


def try_ladders(program: Program) -> tuple[Tried, ...]:
    """Every target that has rungs, in file order, started at every sample of every calendar that is known."""
    calendars = {calendar.version: calendar for calendar in program.calendars.values()}
    starts = [(calendar, sample_starts(calendar)) for calendar in calendars.values()]
    return tuple(
        Tried(
            sla=plan.spec,
            number=number,
            rungs=rungs,
            trials=tuple(_trials(plan.spec.target[number], rungs, starts)),
        )
        for plan in program.slas
        for number in range(len(plan.targets))
        if (rungs := rungs_of(plan, number))
    )


def rungs_of(plan: SlaPlan, number: int) -> tuple[Placed, ...]:
    """The rungs of a target in file order: its own, or those of the limit."""
    ladder = plan.targets[number].ladder
    own = () if plan.spec.target[number].ladder is None else ("target", number)
    ordered = sorted((*ladder.early, *ladder.at_due, *ladder.late), key=lambda rung: rung.number)
    return tuple(
        Placed(plan=rung, path=("slas", plan.spec.id, *own, "ladder", place))
        for place, rung in enumerate(ordered)
    )


def _trials(
    target: Target, rungs: tuple[Placed, ...], starts: list[tuple[WorkCalendar, tuple[int, ...]]]
) -> Iterator[Trial]:
    specs = [rung.plan.spec for rung in rungs]
    if len(specs) == 1 and specs[0].before is None:
        return  # it fires after the start, and is out of order with nothing
    for calendar, instants in starts:
        for start in instants:
            measure = _measure(target, calendar, start)
            try:
                limit = limit_of(measure)
            except WorkingTimeError:
                continue
            at: list[int | None] = []
            unarmed = set()
            for place, rung in enumerate(rungs):
                try:
                    at.append(rung_instant(rung.plan, 1, measure, limit, measure.start))
                except WorkingTimeError:
                    at.append(None)
                else:
                    if at[-1] is None:
                        unarmed.add(place)
            yield Trial(
                calendar=calendar,
                start=measure.start,
                limit=limit,
                at=tuple(at),
                unarmed=frozenset(unarmed),
            )


def _measure(target: Target, calendar: WorkCalendar, start: int) -> Measure:
    """What is measured; a limit until a date has that of the sample, and a year before it."""
    if target.within is not None:
        return Measure(calendar, start, target.within)
    return Measure(calendar, start - _YEAR, None, until=calendar.local_day(start))
