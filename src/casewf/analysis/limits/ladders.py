"""The ladders of limits tried out: when each rung fires, by the core itself, for every target and sampled starts."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from casewf.analysis.limits.sample_starts import sample_closings, sample_starts
from casewf.core.clocks import Measure, limit_of
from casewf.core.ladder import rung_instant
from casewf.core.limit_plan import RungPlan, SlaPlan
from casewf.core.program import Program
from casewf.definition.document import Path
from casewf.errors import WorkingTimeError
from casewf.model.amount import US_PER_DAY
from casewf.model.workflow import Sla, Target
from casewf.worktime import WorkCalendar

__all__ = ["DUE", "MOST_TRIED", "Placed", "Trial", "Tried", "rungs_of", "try_ladders"]

DUE = 100
"""The percent of the due instant."""

MOST_TRIED = 100_000
"""How many pairs of rungs are held against each other in all; a ladder of four has sixteen."""

_OF_RUNG = 50
"""For how many pairs it counts to work out when a rung fires, where no other target has the same ladder."""

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
        trials: none where no calendar is known, and where it was left out.
        left_out: there are too many ladders for this one to be tried.
    """

    sla: Sla
    number: int
    rungs: tuple[Placed, ...]
    trials: tuple[Trial, ...]
    left_out: bool = False

    @property
    def target(self) -> Target:
        """The target."""
        return self.sla.target[self.number]


def try_ladders(program: Program) -> tuple[Tried, ...]:
    """Every target that has rungs, in file order, started at every sample of every calendar that is known."""
    calendars = {calendar.version: calendar for calendar in program.calendars.values()}
    samples = [
        _Sample(calendar, sample_starts(calendar), sample_closings(calendar))
        for calendar in calendars.values()
    ]
    placed = (
        (plan.spec, number, rungs)
        for plan in program.slas
        for number in range(len(plan.targets))
        if (rungs := rungs_of(plan, number))
    )
    left, known, found = MOST_TRIED, dict[object, tuple[Trial, ...]](), []
    for sla, number, rungs in placed:
        target = sla.target[number]
        times = tuple((rung.plan.spec.percent, rung.plan.spec.before, rung.plan.spec.after) for rung in rungs)
        alike = target.within, times  # all on which it depends when they fire
        left -= len(rungs) ** 2 + (0 if alike in known else _OF_RUNG * len(rungs))
        if left >= 0 and alike not in known:
            known[alike] = tuple(_trials(target, rungs, samples))
        trials = known[alike] if left >= 0 else ()
        found.append(Tried(sla=sla, number=number, rungs=rungs, trials=trials, left_out=left < 0))
    return tuple(found)


def rungs_of(plan: SlaPlan, number: int) -> tuple[Placed, ...]:
    """The rungs of a target in file order: its own, or those of the limit."""
    ladder = plan.targets[number].ladder
    own = () if plan.spec.target[number].ladder is None else ("target", number)
    ordered = sorted((*ladder.early, *ladder.at_due, *ladder.late), key=lambda rung: rung.number)
    return tuple(
        Placed(plan=rung, path=("slas", plan.spec.id, *own, "ladder", place))
        for place, rung in enumerate(ordered)
    )


@attrs.frozen(slots=True)
class _Sample:
    """A calendar with instants at which limits may begin, and such at which they may be due."""

    calendar: WorkCalendar
    starts: tuple[int, ...]
    closings: tuple[int, ...]

    def measures(self, target: Target) -> Iterator[Measure]:
        """What is tried of a target: from the starts on, and so that it is due at the closings.

        A limit until a date has those of the closings, and a year before them.
        """
        calendar = self.calendar
        if target.within is None:
            for close in self.closings:
                yield Measure(calendar, close - _YEAR, None, until=calendar.local_day(close - 1))
            return
        for start in self.starts:
            yield Measure(calendar, start, target.within)
        for close in self.closings:
            try:
                start = calendar.subtract_us(close, target.within, anchor="same_time")
            except WorkingTimeError:
                continue
            yield Measure(calendar, start, target.within)


def _trials(target: Target, rungs: tuple[Placed, ...], samples: list[_Sample]) -> Iterator[Trial]:
    specs = [rung.plan.spec for rung in rungs]
    if len(specs) == 1 and specs[0].before is None:
        return  # it fires after the start, and is out of order with nothing
    for sample in samples:
        for measure in sample.measures(target):
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
                calendar=sample.calendar,
                start=measure.start,
                limit=limit,
                at=tuple(at),
                unarmed=frozenset(unarmed),
            )
