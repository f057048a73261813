"""Histories of hotline cases, made of real events by hand: cheap enough for tens of thousands of them."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from casewf.definition.load import load_calendar, load_workflow, terms_of
from casewf.kpi import CaseFacts, Conventions, Figure, Period, Plan, Terms, facts_of, figures
from casewf.model.amount import WorkingDays
from casewf.model.case import Stamp
from casewf.model.clock_events import ClockExtended, ClockPaused, ClockResumed, ClockStarted, ClockStopped
from casewf.model.events import Event, Moved, Opened
from casewf.testing.story import play
from casewf.testing.story_file import load_story
from casewf.worktime import WorkCalendar

STORIES = Path(__file__).parents[1] / "examples" / "stories"
SHANGHAI = ZoneInfo("Asia/Shanghai")
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 86_400 * SECOND
LI = Stamp("li", "district")
NEVER = 1 << 60


@functools.cache
def hotline() -> Terms:
    return terms_of(load_workflow("hotline-12351"))


@functools.cache
def plan() -> Plan:
    return Plan(hotline())


@functools.cache
def office() -> tuple[str, WorkCalendar]:
    calendar = load_calendar("cn-office")
    return calendar.version, calendar


def when(text: str) -> int:
    """An instant in Shanghai, such as ``2026-03-02 09:00``."""
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return int(moment.timestamp()) * SECOND


def opened(at: int, case: str = "c1", **fields: object) -> Opened:
    return Opened(
        at=at,
        case=case,
        workflow=("hotline-12351", 2, "h"),
        by=Stamp("wu"),
        states={"union": "received", "government": "not_required", "oversight": "watching"},
        fields={"channel": "hotline_12351", "anonymous": False} | fields,
    )


def fired(
    at: int, trigger: str, to: str | None = None, *, by: Stamp = LI, track: str = "union", **more: object
) -> Moved:
    """A move; ``fields`` and ``closed`` as in ``Moved``."""
    return Moved(at=at, trigger=trigger, track=track, row=0, source="", target=to, by=by, **more)  # type: ignore[arg-type]


def started(sla: str, at: int, limit: int, days: int = 4, cycle: int = 1) -> ClockStarted:
    return ClockStarted(
        at=at,
        sla=sla,
        start=at,
        limit=limit,
        budget=WorkingDays(days),
        calendar=("cn-office", office()[0]),
        cycle=cycle,
    )


def stopped(sla: str, at: int, limit: int) -> ClockStopped:
    verdict = "met" if at <= limit else "breached"
    return ClockStopped(at=at, sla=sla, stopped_at=at, verdict=verdict, limit=limit)


def paused(sla: str, at: int) -> ClockPaused:
    return ClockPaused(at=at, sla=sla, since=at, by=LI)


def resumed(sla: str, at: int, limit: int) -> ClockResumed:
    return ClockResumed(at=at, sla=sla, until=at, limit=limit, by=LI)


def extended(sla: str, at: int, limit: int, days: int = 5) -> ClockExtended:
    return ClockExtended(
        at=at, sla=sla, amount=WorkingDays(days), by=Stamp("zhou"), requested_by=LI, limit=limit, term=2
    )


def handled(at: int, due: int, submitted: int | None, **fields: object) -> list[Event]:
    """A complaint that was dispatched at ``at``, and submitted, or not."""
    events: list[Event] = [
        opened(at - 20 * MINUTE, category="complaint", **fields),
        fired(at - 19 * MINUTE, "register"),
        fired(at, "dispatch", "dispatched"),
        started("handle", at, due),
    ]
    if submitted is not None:
        events += [fired(submitted, "submit", "in_review"), stopped("handle", submitted, due)]
    return events


def facts(events: Iterable[Event]) -> CaseFacts:
    return facts_of(events, plan())


def reported(
    cases: Iterable[CaseFacts], start: int | None = None, end: int = NEVER, **conventions: object
) -> dict[str, Figure]:
    """The figures, by id; those of limits and cards by ``id:about``."""
    version, calendar = office()
    found = figures(cases, hotline(), Period(start, end), Conventions(**conventions), {version: calendar})  # type: ignore[arg-type]
    return {f"{one.id}:{one.about}" if one.about else one.id: one for one in found}


def counts(figure: Figure) -> tuple[int, int]:
    return int(figure.numerator), figure.denominator


@functools.cache
def played(story: str) -> tuple[Event, ...]:
    """The events of the case that an example story is about."""
    return tuple(entry.event for entry in play(load_story(STORIES / f"{story}.story.yaml")).check().history)
