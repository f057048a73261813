"""How far behind a store in memory is."""

from __future__ import annotations

from collections.abc import Sequence

from casewf.adapters.memory.tables import Record
from casewf.ports.stored import COUNTED, DAY_US, Health, Incident, OutboxRow


def health(
    now: int, cases: Sequence[Record], rows: Sequence[OutboxRow], incidents: Sequence[Incident]
) -> Health:
    """What ``Audit.health`` tells of these."""
    woken = {
        one.stored.case.id: (one.stored.case.wake, one.claimed_until > now)
        for one in cases
        if one.stored.case.wake is not None and one.stored.case.wake < now
    }
    pending = [row for row in rows if row.state == "pending"]
    due = [row.due_at for row in pending if row.due_at <= now]
    waiting = [row for row in pending if row.due_at > now]
    at = [one.at for one in incidents]
    written = [one.stored.case.at for one in cases] + [row.created_at for row in rows] + at
    return Health(
        at=now,
        newest=max(written, default=None),
        due_cases=min(len(woken), COUNTED),
        claimed_cases=min(sum(claimed for _, claimed in woken.values()), COUNTED),
        oldest_due=min((wake for wake, _ in woken.values()), default=None),
        due_effects=min(len(due), COUNTED),
        oldest_effect=min(due, default=None),
        waiting_effects=min(len(waiting), COUNTED),
        leased_effects=min(sum(row.lease != "" for row in waiting), COUNTED),
        failed_effects=min(sum(row.lease == "" and row.attempts > 0 for row in waiting), COUNTED),
        oldest_unbound=min(
            (row.created_at for row in waiting if row.attempts == 0 and row.error != ""), default=None
        ),
        dead_effects=min(sum(row.state == "dead" for row in rows), COUNTED),
        incidents=min(sum(one >= now - DAY_US for one in at), COUNTED),
        latest_incident=max(at, default=None),
    )
