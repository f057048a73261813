"""How long the personal data of a closed case is kept (D5; PIPL art. 19, 47).

Instants are microseconds since 1970-01-01T00:00Z.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from casewf.model.case import Case
from casewf.model.events import Event, Moved, Opened
from casewf.model.people import Retention
from casewf.worktime import epoch_us

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def closed_at(before: Case | None, events: Sequence[Event]) -> int | None:
    """When the last of these events that closed the case did so; None if none did, or it was reopened after that."""
    closed, found = before is not None and before.closed, None
    for event in events:
        if isinstance(event, Opened | Moved):
            if not event.closed:
                found = None
            elif not closed:
                found = event.at
            closed = event.closed
    return found


def kept_until(retention: Retention, closed: int, zone: str) -> int:
    """The end of the day that lies ``keep`` calendar days after the closing (PIPL art. 19).

    Args:
        retention: what the workflow says.
        closed: when the case was closed.
        zone: the time zone whose dates count.
    """
    local = (_EPOCH + dt.timedelta(microseconds=closed)).astimezone(ZoneInfo(zone))
    next_day = local.date() + dt.timedelta(days=retention.keep.days + 1)
    return epoch_us(dt.datetime.combine(next_day, dt.time(), ZoneInfo(zone)))
