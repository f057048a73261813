"""A new version of a calendar: which limits it would move, and moving them (K6)."""

from __future__ import annotations

import attrs
import pendulum

from casewf.engine.case_view import to_datetime
from casewf.engine.means import Means
from casewf.engine.sweep import report_failure
from casewf.engine.unit_of_work import UnitOfWork
from casewf.model.case import Actor, Case
from casewf.model.clock_events import CalendarChanged, ClockBreached
from casewf.ports.stored import Filter
from casewf.worktime import WorkCalendar


@attrs.frozen(slots=True, kw_only=True)
class LimitMove:
    """A due instant that moves, as aware datetimes in the calendar's zone.

    Attributes:
        paused: the clock stands; its due instant moves on until it resumes, so both are as of the pause.
        provisional: the new one lies past what the calendar knows (E2).
        breaches: the new one has passed already, so that applying it is a breach at once.
    """

    case: str
    sla: str
    before: pendulum.DateTime
    after: pendulum.DateTime
    paused: bool = False
    provisional: bool = False
    breaches: bool = False


@attrs.frozen(slots=True, kw_only=True)
class CalendarChange:
    """What a version of a calendar means for the clocks that run by it.

    Attributes:
        calendar, version: its id and content hash.
        applied: whether the moves were written, or this was a dry run.
        cases, clocks: how many have something to be measured anew, also where no due instant moves.
        moves: the due instants that move, by case id and in the order of the workflow.
        failed: cases that could not be looked at; when applied, each is an incident.
    """

    calendar: str
    version: str
    applied: bool
    cases: int = 0
    clocks: int = 0
    moves: tuple[LimitMove, ...] = ()
    failed: tuple[str, ...] = ()


def change_calendar(
    means: Means, calendar: WorkCalendar, actor: Actor, touched: set[str], *, apply: bool, batch: int
) -> CalendarChange:
    """Measure every running clock by the calendar as it is now; write it only if ``apply``.

    Args:
        means: the store, the clock and what else a unit of work needs.
        calendar: the version to go by.
        actor: in whose name the events are written.
        touched: gets the ids of cases with new effects.
        apply: whether to write, or only to tell.
        batch: how many cases are read at once.
    """
    cases = clocks = 0
    moves: list[LimitMove] = []
    failed: list[str] = []
    after: str | None = ""
    while after is not None:
        page = means.store.find(Filter(everything=True, limit=batch, after=after))
        for case in page.cases:
            if not _goes_by(case, calendar.id):
                continue
            try:
                before, events = UnitOfWork(means, touched).recompute(
                    case.id, calendar.id, actor, apply=apply
                )
            except Exception as failure:  # noqa: BLE001  # one broken case must not stop the others, however broken
                failed.append(case.id)
                if apply:
                    report_failure(means, case.id, "recompute_failed", means.clock.now(), failure)
                continue
            changed = [event for event in events if isinstance(event, CalendarChanged)]
            cases += bool(changed)
            clocks += len(changed)
            broken = {event.sla for event in events if isinstance(event, ClockBreached)}
            moves += _moves(before, changed, broken, calendar.zone)
        after = page.next_after
    return CalendarChange(
        calendar=calendar.id,
        version=calendar.version,
        applied=apply,
        cases=cases,
        clocks=clocks,
        moves=tuple(moves),
        failed=tuple(failed),
    )


def _goes_by(case: Case, calendar_id: str) -> bool:
    return any(
        clock.phase != "stopped" and clock.calendar[0] == calendar_id for clock in case.clocks.values()
    )


def _moves(before: Case, events: list[CalendarChanged], broken: set[str], zone: str) -> list[LimitMove]:
    return [
        LimitMove(
            case=before.id,
            sla=event.sla,
            before=to_datetime(clock.limit, zone),
            after=to_datetime(event.limit, zone),
            paused=clock.phase == "paused",
            provisional=event.provisional,
            breaches=event.sla in broken,
        )
        for event in events
        if (clock := before.clocks[event.sla]).limit != event.limit
    ]
