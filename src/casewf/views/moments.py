"""A history cut into moments: what one command, or one timer, did at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import attrs

from casewf.model.clock_events import (
    ActRejected,
    ActRequested,
    CalendarChanged,
    ClockBreached,
    ClockCancelled,
    ClockExtended,
    ClockSuspended,
    LimitDropped,
    RungFired,
    SuspensionEnded,
)
from casewf.model.events import Erased, Event, Moved, Opened
from casewf.model.file_events import Absorbed, ChildReported, SplitOff
from casewf.model.migration_events import Migrated
from casewf.model.reasons import Reason
from casewf.model.roles import SYSTEM
from casewf.model.text import Label
from casewf.views.file_entries import ENTRIES

__all__ = ["Attempt", "Happening", "Moment", "moments"]


class Happening(Protocol):
    """One event of a case with its number and comment, as ``Engine.history`` gives it."""

    @property
    def number(self) -> int:
        """The event's number in the case, from 1."""

    @property
    def event(self) -> Event:
        """What happened."""

    @property
    def comment(self) -> str | None:
        """The comment, if there is one and the reader may see it."""


class Attempt(Protocol):
    """A command that was refused; a history has none, so a timeline is given them apart."""

    @property
    def at(self) -> int:
        """When, in microseconds."""

    @property
    def after(self) -> int:
        """The number of the case's last event then."""

    @property
    def person(self) -> str:
        """Who tried."""

    @property
    def trigger(self) -> str:
        """What he tried; ``open`` for an opening."""

    @property
    def reasons(self) -> Sequence[Reason]:
        """Why; none where the case was not found (M2)."""

    @property
    def note(self) -> Label:
        """A remark, or an empty label."""


@attrs.frozen(slots=True)
class Moment:
    """Events that one command or timer made, oldest first; or a refused attempt, which made none."""

    at: int
    rows: tuple[Happening, ...] = ()
    attempt: Attempt | None = None


def moments(history: Sequence[Happening], attempts: Sequence[Attempt] = ()) -> list[Moment]:
    """The moments of a history in order, each refused attempt after the event that it came after."""
    groups: list[list[Happening]] = []
    for row in history:
        if groups and not _begins(groups[-1], row):
            groups[-1].append(row)
        else:
            groups.append([row])
    waiting = sorted(attempts, key=lambda attempt: (attempt.after, attempt.at))
    found: list[Moment] = []
    for group in groups:
        while waiting and waiting[0].after < group[0].number:
            found.append(Moment(waiting[0].at, attempt=waiting.pop(0)))
        found.append(Moment(group[0].event.at, tuple(group)))
    return [*found, *(Moment(attempt.at, attempt=attempt) for attempt in waiting)]


_BEGINNINGS = (
    Opened,
    ClockBreached,
    Erased,
    ActRequested,
    ActRejected,
    ClockExtended,
    ClockSuspended,
    SuspensionEnded,
    CalendarChanged,
    ChildReported,
    Absorbed,
    SplitOff,
    *ENTRIES,
)


def _leads_to_migration(event: Event) -> bool:
    """Whether an event ends what the next version does not have, right before the migration."""
    return isinstance(event, LimitDropped) or (
        isinstance(event, ClockCancelled) and event.reason == "migrated"
    )


def _begins(group: list[Happening], row: Happening) -> bool:
    """Whether an event is the first of something new."""
    event, last = row.event, group[-1].event
    if event.at != last.at:
        return True  # one command has one instant; only the past of an imported case has several
    if _leads_to_migration(event) or isinstance(event, Migrated):
        return not _leads_to_migration(last)
    if isinstance(event, RungFired):
        return not (
            isinstance(last, ClockBreached) and last.sla == event.sla and last.due == event.scheduled_for
        )
    if isinstance(event, Moved):
        fired_by_rung = isinstance(last, RungFired) and event.by.id == SYSTEM
        return not event.auto and not fired_by_rung
    return isinstance(event, _BEGINNINGS) and not (
        isinstance(event, CalendarChanged) and isinstance(last, CalendarChanged)
    )
