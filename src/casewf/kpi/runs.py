"""The cycles of a case's limits, followed event by event.

It comes to what folding the events into clocks comes to (``core.clock_results``), which a test compares; it keeps only
what figures ask for, because a simulated year has hundreds of thousands of these events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from casewf.kpi.facts import LimitRun
from casewf.model.clock_events import (
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
)
from casewf.model.migration_events import ClockMigrated
from casewf.model.quick import changed, copier

_begun = copier(LimitRun, ClockStarted, "calendar", "carried", "unextended")
_late = copier(LimitRun, LimitRun, "verdict")
_judged = copier(LimitRun, LimitRun, "limit", "verdict", "ended_at")
_called_off = copier(LimitRun, LimitRun, "verdict", "reason", "ended_at")


class Runs:
    """Follows the cycles of one case's limits: of each limit a list, the cycle under way last."""

    __slots__ = ("_runs",)

    def __init__(self) -> None:
        self._runs: dict[str, list[LimitRun]] = {}

    def _rename(self, limits: Mapping[str, str]) -> None:
        """A migration gave limits other names, old to new; their earlier cycles go by the new one, too."""
        if not limits:
            return
        renamed: dict[str, list[LimitRun]] = {}
        for sla, runs in self._runs.items():
            new = limits.get(sla, sla)
            renamed.setdefault(new, []).extend(changed(run, sla=new) for run in runs)
        self._runs = renamed

    def _run_started(self, event: ClockStarted) -> None:
        run = _begun(
            event,
            calendar=event.calendar[1],
            carried=event.carried is not None,
            unextended=event.original if event.extended else None,
        )
        runs = self._runs.get(event.sla)
        if runs is None:
            self._runs[event.sla] = [run]
        else:
            runs.append(run)

    def _run_paused(self, event: ClockPaused) -> None:
        runs = self._runs[event.sla]
        runs[-1] = changed(runs[-1], paused_at=event.since)

    def _run_resumed(self, event: ClockResumed) -> None:
        runs = self._runs[event.sla]
        run = runs[-1]
        pauses = run.pauses if run.paused_at is None else (*run.pauses, (run.paused_at, event.until))
        runs[-1] = changed(run, pauses=pauses, paused_at=None, limit=event.limit)

    def _run_stopped(self, event: ClockStopped) -> None:
        runs = self._runs[event.sla]
        run = _up_to(event.stopped_at, runs[-1])
        runs[-1] = _judged(run, limit=event.limit, verdict=event.verdict, ended_at=event.stopped_at)

    def _run_cancelled(self, event: ClockCancelled) -> None:
        runs = self._runs[event.sla]
        run = _up_to(event.at, runs[-1])
        verdict = "breached" if run.verdict == "breached" else "cancelled"  # a breach never heals (K3)
        runs[-1] = _called_off(run, verdict=verdict, reason=event.reason, ended_at=event.at)

    def _run_breached(self, event: ClockBreached) -> None:
        runs = self._runs[event.sla]
        runs[-1] = _late(runs[-1], verdict="breached")

    def _run_retargeted(self, event: ClockRetargeted) -> None:
        runs = self._runs[event.sla]
        run = runs[-1]
        runs[-1] = run = changed(
            run,
            limit=event.limit,
            budget=event.budget,
            until=event.until,
            carried=event.carried is not None,
        )
        if event.how == "restart":  # measured anew, without what was granted before (K5)
            runs[-1] = changed(
                run,
                start=event.at,
                pauses=(),
                unextended=None,
                extended=0,
                paused_at=None if run.paused_at is None else event.at,
            )

    def _run_migrated(self, event: ClockMigrated) -> None:
        self._run_retargeted(event)
        runs = self._runs[event.sla]
        runs[-1] = changed(runs[-1], observed=event.observed)

    def _run_asked(self, event: ActRequested) -> None:
        if event.act == "extension":
            runs = self._runs[event.sla]
            runs[-1] = changed(runs[-1], asked=runs[-1].asked + 1)

    def _run_extended(self, event: ClockExtended) -> None:
        runs = self._runs[event.sla]
        run = runs[-1]
        unextended = run.limit if run.unextended is None else run.unextended
        runs[-1] = changed(run, unextended=unextended, limit=event.limit, extended=run.extended + 1)

    def _run_other_calendar(self, event: CalendarChanged) -> None:
        runs = self._runs[event.sla]
        runs[-1] = changed(runs[-1], calendar=event.calendar[1], limit=event.limit)

    TAKEN: ClassVar[Mapping[type, Callable[[Any, Any], None]]] = {
        ClockStarted: _run_started,
        ClockPaused: _run_paused,
        ClockResumed: _run_resumed,
        ClockStopped: _run_stopped,
        ClockCancelled: _run_cancelled,
        ClockBreached: _run_breached,
        ClockRetargeted: _run_retargeted,
        ClockMigrated: _run_migrated,
        ActRequested: _run_asked,
        ClockExtended: _run_extended,
        CalendarChanged: _run_other_calendar,
    }
    """What each kind of event says of a cycle. Any: each function takes the event of its key."""


def _up_to(at: int, run: LimitRun) -> LimitRun:
    """A cycle that ends; what was paused after that is no part of it (M12)."""
    if run.paused_at is None and not run.pauses:
        return run
    pauses = run.pauses if run.paused_at is None else (*run.pauses, (run.paused_at, at))
    kept = tuple([(begin, min(end, at)) for begin, end in pauses if begin < at])
    return changed(run, pauses=kept, paused_at=None)
