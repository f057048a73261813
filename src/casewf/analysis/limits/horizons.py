"""Limits against what a calendar knows: what of them, from a day on, lies past its last announced day (E2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import attrs

from casewf.analysis.limits.ladders import Placed, rungs_of
from casewf.analysis.limits.sample_starts import first_day, instant_words
from casewf.core.clocks import Measure, limit_of
from casewf.core.ladder import rung_instant
from casewf.core.limit_plan import SlaPlan
from casewf.core.program import Program
from casewf.definition.document import Path
from casewf.errors import HorizonError, WorkingTimeError
from casewf.model.workflow import CalendarChoice
from casewf.model.zone import load_zone
from casewf.worktime import WorkCalendar, epoch_us

__all__ = ["Beyond", "beyond", "known_through", "named_calendars"]


@attrs.frozen(slots=True, kw_only=True)
class Beyond:
    """A limit, or a rung of it, that a calendar cannot tell.

    Attributes:
        calendar: the calendar.
        sla: the limit's id.
        number: its target.
        rung: the rung, or None where the due instant itself cannot be told.
        start: when the limit would begin, in words.
        past: it lies past the last day that the calendar knows; else beyond the years that it can count.
        why: when that would be, by what the calendar says.
    """

    calendar: WorkCalendar
    sla: str
    number: int
    rung: Placed | None
    start: str
    past: bool
    why: str


def beyond(program: Program, on: dt.date | None) -> tuple[Beyond, ...]:
    """What of the limits a calendar cannot tell that begin with the end of a day, in file order.

    Without a day they begin with the first one that the calendar knows: what it cannot tell from there it can tell from
    no day. Limits until a date are left out.
    """
    starts = [(calendar, _start(calendar, on)) for calendar in program.calendars.values()]
    return tuple(
        found
        for calendar, start in starts
        for plan in program.slas
        for number in range(len(plan.targets))
        for found in _of_target(calendar, plan, number, start)
    )


def named_calendars(choice: CalendarChoice) -> Iterator[tuple[str, tuple[Path, ...]]]:
    """The calendars that a workflow names, and where."""
    yield choice.default, ("calendar",) if choice.field is None else ("calendar", "default")
    for value, name in choice.of.items():
        yield name, ("calendar", "of", value)


def known_through(calendar: WorkCalendar) -> str:
    """How far a calendar is known, as a clause."""
    return f"calendar {calendar.id!r} is announced through {calendar.announced_through or 'all years'}"


def _of_target(calendar: WorkCalendar, plan: SlaPlan, number: int, start: int) -> Iterator[Beyond]:
    target = plan.spec.target[number]
    if target.within is None:
        return
    measure = Measure(calendar, start, target.within)

    def found(error: WorkingTimeError, rung: Placed | None = None) -> Beyond:
        return Beyond(
            calendar=calendar,
            sla=plan.spec.id,
            number=number,
            rung=rung,
            start=instant_words(calendar, start),
            past=isinstance(error, HorizonError),
            why=f"past {error.announced_through}, the last day it knows"
            if isinstance(error, HorizonError)
            else f"never: {error}",
        )

    try:
        limit = limit_of(measure)
    except WorkingTimeError as error:
        yield found(error)
        return
    for rung in rungs_of(plan, number):
        try:
            rung_instant(rung.plan, rung.plan.spec.times, measure, limit, start)
        except WorkingTimeError as error:
            yield found(error, rung)


def _start(calendar: WorkCalendar, on: dt.date | None) -> int:
    zone = load_zone(calendar.zone)
    if on is None:
        return epoch_us(dt.datetime.combine(first_day(calendar), dt.time(), zone))
    return epoch_us(dt.datetime.combine(on + dt.timedelta(days=1), dt.time(), zone)) - 1
