"""The cycles of a case's limits, followed event by event.

It comes to what folding the events into clocks comes to (``core.clock_results``), which a test compares; it makes no
new object at each event, because a simulated year has hundreds of thousands of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from casewf.kpi.facts import LimitRun
from casewf.model.amount import Amount
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
from casewf.model.quick import copier


class _Run:
    """A cycle under way."""

    __slots__ = (
        "asked",
        "budget",
        "calendar",
        "carried",
        "cycle",
        "ended_at",
        "extended",
        "limit",
        "observed",
        "paused_at",
        "pauses",
        "reason",
        "sla",
        "start",
        "unextended",
        "until",
        "verdict",
    )

    budget: Amount | None
    calendar: str
    carried: bool
    cycle: int
    extended: int
    limit: int
    observed: bool
    sla: str
    start: int
    unextended: int | None
    until: int | None
    verdict: str

    def __init__(self, event: ClockStarted) -> None:
        self.sla, self.cycle, self.start, self.limit = event.sla, event.cycle, event.start, event.limit
        self.calendar = event.calendar[1]
        self.budget, self.until = event.budget, event.until
        self.verdict, self.extended = event.verdict, event.extended
        self.carried, self.observed = event.carried is not None, event.observed
        self.unextended = event.original if event.extended else None
        self.pauses = list(event.pauses) if event.pauses else []
        self.paused_at: int | None = None
        self.ended_at: int | None = None
        self.reason = ""
        self.asked = 0

    def end(self, at: int) -> None:
        """The cycle is over; what was paused after that is no part of it (M12)."""
        if self.paused_at is not None:
            self.pauses.append((self.paused_at, at))
            self.paused_at = None
        if self.pauses:
            self.pauses = [(begin, min(end, at)) for begin, end in self.pauses if begin < at]
        self.ended_at = at

    def told(self) -> LimitRun:
        """The cycle as it stands."""
        return _told(self, pauses=tuple(self.pauses))


_told = copier(LimitRun, _Run, "pauses")


class Runs:
    """The cycles of one case's limits."""

    __slots__ = ("_all", "_now")

    def __init__(self) -> None:
        self._all: dict[str, list[_Run]] = {}
        self._now: dict[str, _Run] = {}

    def told(self) -> dict[str, tuple[LimitRun, ...]]:
        """Every cycle so far by its limit, in the order in which they began."""
        return {sla: tuple([run.told() for run in runs]) for sla, runs in self._all.items()}

    def rename(self, limits: Mapping[str, str]) -> None:
        """A migration gave limits other names, old to new; their earlier cycles go by the new one, too."""
        if not limits:
            return
        renamed: dict[str, list[_Run]] = {}
        for sla, runs in self._all.items():
            new = limits.get(sla, sla)
            for run in runs:
                run.sla = new
            renamed.setdefault(new, []).extend(runs)
        self._all = renamed
        self._now = {limits.get(sla, sla): run for sla, run in self._now.items()}

    def _started(self, event: ClockStarted) -> None:
        run = self._now[event.sla] = _Run(event)
        self._all.setdefault(event.sla, []).append(run)

    def _paused(self, event: ClockPaused) -> None:
        self._now[event.sla].paused_at = event.since

    def _resumed(self, event: ClockResumed) -> None:
        run = self._now[event.sla]
        if run.paused_at is not None:
            run.pauses.append((run.paused_at, event.until))
            run.paused_at = None
        run.limit = event.limit

    def _stopped(self, event: ClockStopped) -> None:
        run = self._now[event.sla]
        run.limit, run.verdict = event.limit, event.verdict
        run.end(event.stopped_at)

    def _cancelled(self, event: ClockCancelled) -> None:
        run = self._now[event.sla]
        run.reason = event.reason
        if run.verdict != "breached":  # a breach never heals (K3)
            run.verdict = "cancelled"
        run.end(event.at)

    def _breached(self, event: ClockBreached) -> None:
        self._now[event.sla].verdict = "breached"

    def _retargeted(self, event: ClockRetargeted) -> None:
        run = self._now[event.sla]
        run.limit, run.budget, run.until = event.limit, event.budget, event.until
        run.carried = event.carried is not None
        if event.how == "restart":  # measured anew, without what was granted before (K5)
            run.start, run.pauses, run.unextended, run.extended = event.at, [], None, 0
            if run.paused_at is not None:
                run.paused_at = event.at

    def _migrated(self, event: ClockMigrated) -> None:
        self._retargeted(event)
        self._now[event.sla].observed = event.observed

    def _asked(self, event: ActRequested) -> None:
        if event.act == "extension":
            self._now[event.sla].asked += 1

    def _extended(self, event: ClockExtended) -> None:
        run = self._now[event.sla]
        if run.unextended is None:
            run.unextended = run.limit
        run.limit = event.limit
        run.extended += 1

    def _other_calendar(self, event: CalendarChanged) -> None:
        run = self._now[event.sla]
        run.calendar, run.limit = event.calendar[1], event.limit

    TAKEN: ClassVar[Mapping[type, Callable[[Any, Any], None]]] = {
        ClockStarted: _started,
        ClockPaused: _paused,
        ClockResumed: _resumed,
        ClockStopped: _stopped,
        ClockCancelled: _cancelled,
        ClockBreached: _breached,
        ClockRetargeted: _retargeted,
        ClockMigrated: _migrated,
        ActRequested: _asked,
        ClockExtended: _extended,
        CalendarChanged: _other_calendar,
    }
    """What each kind of event says of a cycle. Any: each function takes the event of its key."""
