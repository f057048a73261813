"""The outbox: what may be tried, claimed and settled, at a cost that does not grow with what waits.

Rows that were never put off are walked in the order in which they are given. A row that was (back-off, quiet hours, a
lease) comes due at an instant of its own, by which those whose time has come are found, and none that still waits is
looked at.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from casewf.adapters.sqlite import append, rows
from casewf.errors import AdapterError
from casewf.ports.stored import LOOKED_AT, OutboxRow, Settlement

_ORDER = "created_at, case_id, number, position, id"
_READY = f"""
  SELECT {rows.OUTBOX} FROM outbox AS o
  WHERE o.state = 'pending' AND o.due_at <= :now
    AND NOT EXISTS (
      SELECT 1 FROM outbox AS older
      WHERE older.state = 'pending' AND older.case_id = o.case_id AND older.destination = o.destination
        AND (older.number, older.position) < (o.number, o.position))"""  # noqa: S608  # constant columns
_FRESH = f"{_READY} AND o.due_at <= o.created_at ORDER BY {_ORDER} LIMIT :limit"
_PUT_OFF = f"{_READY} AND o.due_at > o.created_at ORDER BY due_at, {_ORDER} LIMIT max(:limit, {LOOKED_AT})"

PENDING = f"""
SELECT * FROM ({_FRESH})
UNION ALL SELECT * FROM ({_PUT_OFF})
ORDER BY {_ORDER} LIMIT :limit"""  # noqa: S608  # constant statements
PENDING_OF_CASE = f"{_READY} AND o.case_id = :case_id ORDER BY {_ORDER} LIMIT :limit"

_SETTLE = """
UPDATE outbox SET state = :state, attempts = attempts + :attempted, error = :error,
                  lease = CASE WHEN :goes_on THEN lease ELSE '' END,
                  due_at = CASE :state WHEN 'pending' THEN :due_at ELSE due_at END
WHERE id = :id AND state <> 'done' AND (:state = 'done' OR lease = :lease)"""


def pending(connection: sqlite3.Connection, now: int, limit: int, case_id: str | None) -> list[rows.Row]:
    """At most ``limit`` rows that may be tried at ``now``, the oldest of each (case, destination)."""
    statement = PENDING if case_id is None else PENDING_OF_CASE
    return connection.execute(statement, {"now": now, "limit": limit, "case_id": case_id}).fetchall()


def lease(connection: sqlite3.Connection, found: Sequence[OutboxRow], until: int, name: str) -> None:
    """Give the rows to the lease of that name until ``until``; the caller holds the transaction."""
    connection.executemany(
        "UPDATE outbox SET due_at = ?, lease = ? WHERE id = ?", [(until, name, row.id) for row in found]
    )


def settle(connection: sqlite3.Connection, settlement: Settlement) -> None:
    """Record what became of a row; the caller holds the transaction.

    Raises:
        AdapterError: no row has this id.
    """
    values = {
        "id": settlement.id,
        "state": settlement.state,
        "due_at": settlement.due_at,
        "error": settlement.error,
        "attempted": settlement.attempted,
        "lease": settlement.lease,
        "goes_on": settlement.goes_on,
    }
    if connection.execute(_SETTLE, values).rowcount == 0:
        if connection.execute("SELECT 1 FROM outbox WHERE id = ?", (settlement.id,)).fetchone() is None:
            raise AdapterError(f"the outbox has no row {settlement.id!r}; settle only what `pending` gave")
        return
    if settlement.incident is not None:
        connection.execute(append.INSERT_INCIDENT, append.incident(settlement.incident))
    append.write_follow_ups(connection, settlement.follow_ups)
