"""What is to be done: due cases and the outbox, read, claimed and settled.

A claim skips rows that somebody else has locked, so that any number of workers on many machines share the work without
waiting for one another. Statements with limits are planned for their values: a plan for any limit would sort it all.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import starmap

import attrs

from casewf.adapters.postgres import append, rows
from casewf.adapters.postgres.session import Session
from casewf.errors import AdapterError
from casewf.ports.stored import Due, OutboxRow, Settlement

DUE = """
SELECT id, wake FROM casewf.cases
WHERE wake < %s AND (wake, id) > (%s, %s) ORDER BY wake, id LIMIT %s"""
CLAIM_DUE = """
SELECT id, wake FROM casewf.cases
WHERE wake < %(now)s AND claimed_until <= %(now)s ORDER BY wake, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED"""
_HOLD_CASES = "UPDATE casewf.cases SET claimed_until = %s WHERE id = ANY(%s)"
_RELEASE_CASES = "UPDATE casewf.cases SET claimed_until = 0 WHERE id = ANY(%s) AND claimed_until = %s"

_READY = f"""
SELECT {rows.OUTBOX} FROM casewf.outbox AS o
WHERE o.state = 'pending' AND o.due_at <= %(now)s%(lane)s
  AND NOT EXISTS (
    SELECT 1 FROM casewf.outbox AS older
    WHERE older.state = 'pending' AND older.case_id = o.case_id AND older.destination = o.destination
      AND (older.number, older.position) < (o.number, o.position))
ORDER BY o.created_at, o.case_id, o.number, o.position, o.id LIMIT %(limit)s"""  # noqa: S608  # constant columns
PENDING = _READY.replace("%(lane)s", "")
PENDING_OF_CASE = _READY.replace("%(lane)s", " AND o.case_id = %(case_id)s")
_LOCKED = " FOR UPDATE OF o SKIP LOCKED"
_LEASE = "UPDATE casewf.outbox SET due_at = %s, lease = %s WHERE id = ANY(%s)"

_READ_ROW = "SELECT state, lease FROM casewf.outbox WHERE id = %s FOR UPDATE"
_SETTLE = """
UPDATE casewf.outbox SET state = %(state)s, attempts = attempts + %(attempted)s, error = %(error)s,
                         lease = CASE WHEN %(goes_on)s = 1 THEN lease ELSE '' END,
                         due_at = CASE %(state)s WHEN 'pending' THEN %(due_at)s ELSE due_at END
WHERE id = %(id)s"""
_WHICH = "SELECT id FROM casewf.outbox WHERE id = ANY(%s)"


def due(session: Session, before: int, limit: int, after: tuple[int, str]) -> Sequence[Due]:
    """At most ``limit`` cases that wake before ``before``, in the order (wake, id), beyond ``after``."""
    return tuple(starmap(Due, session.rows(DUE, (before, *after, limit), prepare=False)))


def claim_due(session: Session, now: int, until: int, limit: int) -> Sequence[Due]:
    """Those that wake before ``now`` and that nobody holds, held until ``until``; the caller holds the transaction."""
    found = session.rows(CLAIM_DUE, {"now": now, "limit": limit}, prepare=False)
    if found:
        session.execute(_HOLD_CASES, (until, [case_id for case_id, _ in found]))
    return tuple(starmap(Due, found))


def release_due(session: Session, claimed: Sequence[Due], until: int) -> None:
    """End the claims until ``until`` on these cases."""
    session.execute(_RELEASE_CASES, (sorted(one.case for one in claimed), until))


def pending(session: Session, now: int, limit: int, case_id: str | None) -> Sequence[OutboxRow]:
    """At most ``limit`` rows that may be tried at ``now``, the oldest of each (case, destination)."""
    return tuple(map(rows.outbox_row, _ready(session, now, limit, case_id, "")))


def claim(
    session: Session, now: int, until: int, lease: str, limit: int, case_id: str | None
) -> Sequence[OutboxRow]:
    """Those of ``pending`` that nobody else is claiming, leased until ``until``; the caller holds the transaction."""
    found = [rows.outbox_row(row) for row in _ready(session, now, limit, case_id, _LOCKED)]
    if found:
        session.execute(_LEASE, (until, lease, [row.id for row in found]))
    return tuple(attrs.evolve(row, due_at=until, lease=lease) for row in found)


def settle(session: Session, settlement: Settlement) -> None:
    """Record what became of a row; the caller holds the transaction.

    Raises:
        AdapterError: no row has this id.
    """
    found = session.row(_READ_ROW, (settlement.id,))
    if found is None:
        raise AdapterError(
            f"the outbox has no row {settlement.id!r}; settle only what `claim` or `pending` gave"
        )
    state, lease = found
    if state == "done" or (settlement.state != "done" and lease != settlement.lease):
        return
    values = {
        "id": settlement.id,
        "state": settlement.state,
        "due_at": settlement.due_at,
        "error": settlement.error,
        "attempted": int(settlement.attempted),
        "goes_on": int(settlement.goes_on),
    }
    session.execute(_SETTLE, values)
    if settlement.incident is not None:
        append.write_incident(session, settlement.incident)
    if settlement.follow_ups:
        wanted = {row.id: row for row in settlement.follow_ups}
        there = {row_id for (row_id,) in session.rows(_WHICH, (list(wanted),))}
        for row_id, row in wanted.items():
            if row_id not in there:
                append.write_effect(session, row)


def _ready(session: Session, now: int, limit: int, case_id: str | None, locked: str) -> list[rows.Row]:
    statement = (PENDING if case_id is None else PENDING_OF_CASE) + locked
    return session.rows(statement, {"now": now, "limit": limit, "case_id": case_id}, prepare=False)
