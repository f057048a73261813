"""What an event makes of a clock: pure functions from a clock and an event to the clock afterwards (D3, K1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import attrs

from casewf.errors import InternalError
from casewf.model.case import Clock, Cycle, Request, Suspension
from casewf.model.clock_events import (
    ActRejected,
    ActRequested,
    CalendarChanged,
    ClockBreached,
    ClockCancelled,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    ClockSuspended,
    RungFired,
    SuspensionEnded,
)
from casewf.model.migration_events import ClockMigrated
from casewf.model.quick import changed, copier

ClockEvent: TypeAlias = (
    ClockStarted
    | ClockPaused
    | ClockResumed
    | ClockStopped
    | ClockCancelled
    | ClockRetargeted
    | ClockMigrated
    | ActRequested
    | ActRejected
    | ClockExtended
    | ClockSuspended
    | SuspensionEnded
    | CalendarChanged
    | ClockBreached
    | RungFired
)


_of_start = copier(Clock, ClockStarted, "term_at", "original")
_with_end = copier(
    Clock,
    Clock,
    "verdict",
    "ended_at",
    "pauses",
    "limit",
    "provisional",
    phase="stopped",
    next=None,
    paused_at=None,
    suspension=None,
    requests=(),
    unresolved=False,
)
_with_breach = copier(Clock, Clock, verdict="breached", requests=())
_with_rung = copier(Clock, Clock, "fired", "next", "unresolved")
_with_pause = copier(Clock, Clock, "paused_at", phase="paused", next=None)
_with_resume = copier(
    Clock, Clock, "pauses", "limit", "next", "unresolved", "provisional", phase="running", paused_at=None
)


def after(clock: Clock | None, event: ClockEvent) -> Clock:
    """The clock after one more of its events; ``clock`` is None before its first start.

    Raises:
        InternalError: an event that does not fit, such as a stop before the start.
    """
    kind = type(event)
    if kind is ClockStarted:
        return _started(event)  # type: ignore[arg-type]  # `is` does not narrow
    if clock is None:
        raise InternalError(f"a {kind.__name__} of {event.sla} before it was started")
    return _RESULTS[kind](clock, event)


def finished(clock: Clock) -> tuple[Cycle, ...]:
    """The finished cycles of a clock whose last one has ended, oldest first (K4)."""
    if clock.ended_at is None:
        raise InternalError(f"the clock {clock.sla} has not ended")
    due = None if clock.verdict == "cancelled" else clock.limit
    return (*clock.cycles, Cycle(clock.cycle, clock.verdict, due, clock.ended_at))


def _started(event: ClockStarted) -> Clock:
    return _of_start(
        event,
        term_at=event.start if event.term_at is None else event.term_at,
        original=event.limit if event.original is None else event.original,
    )


def _paused(clock: Clock, event: ClockPaused) -> Clock:
    return _with_pause(clock, paused_at=event.since)


def _resumed(clock: Clock, event: ClockResumed) -> Clock:
    if clock.paused_at is None:
        raise InternalError(f"{event.sla} was resumed without a pause")
    return _with_resume(
        clock,
        pauses=(*clock.pauses, (clock.paused_at, event.until)),
        limit=event.limit,
        next=event.next,
        unresolved=event.unresolved,
        provisional=event.provisional,
    )


def _ended(clock: Clock, verdict: str, ended_at: int, limit: int, provisional: bool) -> Clock:
    pauses = clock.pauses if clock.paused_at is None else (*clock.pauses, (clock.paused_at, ended_at))
    # it can have ended before it was recorded (M12); what was paused after that is no part of the cycle
    if pauses:
        pauses = tuple((begin, min(end, ended_at)) for begin, end in pauses if begin < ended_at)
    return _with_end(
        clock,
        verdict=verdict,
        ended_at=ended_at,
        pauses=pauses,
        limit=limit,
        provisional=provisional,
    )


def _stopped(clock: Clock, event: ClockStopped) -> Clock:
    provisional = event.provisional or clock.provisional
    return _ended(clock, event.verdict, event.stopped_at, event.limit, provisional)


def _cancelled(clock: Clock, event: ClockCancelled) -> Clock:
    verdict = "breached" if clock.verdict == "breached" else "cancelled"
    return _ended(clock, verdict, event.at, clock.limit, clock.provisional)


def _migrated(clock: Clock, event: ClockMigrated) -> Clock:
    return changed(_retargeted(clock, event), term_at=event.term_at, observed=event.observed)


def _retargeted(clock: Clock, event: ClockRetargeted) -> Clock:
    anew = changed(
        clock,
        target=event.target,
        limit=event.limit,
        term=event.term,
        term_at=clock.term_at if event.term == clock.term else event.at,
        budget=event.budget,
        until=event.until,
        carried=event.carried,
        fired=event.fired,
        next=event.next,
        unresolved=event.unresolved,
        provisional=event.provisional,
    )
    if event.how != "restart":
        return anew
    return changed(
        anew,
        start=event.at,
        original=event.limit,
        extensions=(),
        pauses=(),
        paused_at=None if clock.paused_at is None else event.at,
        requests=(),
    )


def _act_requested(clock: Clock, event: ActRequested) -> Clock:
    request = Request(act=event.act, by=event.by, at=event.at, amount=event.amount)
    return changed(clock, requests=(*clock.requests, request))


def _act_rejected(clock: Clock, event: ActRejected) -> Clock:
    return changed(clock, requests=_without(clock, event.act))


def _extended(clock: Clock, event: ClockExtended) -> Clock:
    return changed(
        clock,
        limit=event.limit,
        term=event.term,
        term_at=event.at,
        extensions=(*clock.extensions, event.amount),
        extended=clock.extended + 1,
        carried=event.carried,
        requests=_without(clock, "extension"),
        fired=event.fired,
        next=event.next,
        unresolved=event.unresolved,
        provisional=event.provisional,
    )


def _suspended(clock: Clock, event: ClockSuspended) -> Clock:
    return changed(
        clock,
        suspension=Suspension(
            since=event.at, requested_by=event.requested_by, amount=event.amount, until=event.until
        ),
        suspensions=clock.suspensions + 1,
        requests=_without(clock, "suspension"),
    )


def _suspension_ended(clock: Clock, _event: SuspensionEnded) -> Clock:
    return changed(clock, suspension=None)


def _without(clock: Clock, act: str) -> tuple[Request, ...]:
    return tuple(one for one in clock.requests if one.act != act)


def _calendar_changed(clock: Clock, event: CalendarChanged) -> Clock:
    suspension = clock.suspension
    if suspension is not None:
        suspension = attrs.evolve(suspension, until=event.suspended_until)
    return changed(
        clock,
        suspension=suspension,
        calendar=event.calendar,
        limit=event.limit,
        next=event.next,
        unresolved=event.unresolved,
        provisional=event.provisional,
    )


def _breached(clock: Clock, _event: ClockBreached) -> Clock:
    return _with_breach(clock)


def _rung_fired(clock: Clock, event: RungFired) -> Clock:
    fired = (*clock.fired, (event.rung, event.repetition))
    return _with_rung(clock, fired=fired, next=event.next, unresolved=event.unresolved)


# Any: each function takes the event of its key, which a mapping cannot say.
_RESULTS: Mapping[type, Callable[[Clock, Any], Clock]] = {
    ClockPaused: _paused,
    ClockResumed: _resumed,
    ClockStopped: _stopped,
    ClockCancelled: _cancelled,
    ClockRetargeted: _retargeted,
    ClockMigrated: _migrated,
    ActRequested: _act_requested,
    ActRejected: _act_rejected,
    ClockExtended: _extended,
    ClockSuspended: _suspended,
    SuspensionEnded: _suspension_ended,
    CalendarChanged: _calendar_changed,
    ClockBreached: _breached,
    RungFired: _rung_fired,
}

CLOCK_EVENTS = frozenset((ClockStarted, *_RESULTS))
"""The events that say something of a clock; each has an ``sla``."""
