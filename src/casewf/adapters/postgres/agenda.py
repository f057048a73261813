"""What is to be done: due cases and the outbox, read, claimed and settled.

A claim skips rows that somebody else has locked, so that any number of workers on many machines share the work without
waiting for one another. Statements with limits are planned for their values: a plan for any limit would sort it all.

Effects that were never put off are walked in the order in which they are given. One that was (back-off, quiet hours, a
lease) comes due at an instant of its own, by which those whose time has come are found, and none that still waits is
looked at. The two are claimed by a statement each: no row of a union can be locked. ``OFFSET 0`` keeps the look
for an older row of the lane a look-up for each row: joined, it would be answered for all rows first.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import starmap

import attrs

from casewf.adapters.postgres import append, rows
from casewf.adapters.postgres.session import Session
from casewf.errors import AdapterError
from casewf.ports.stored import LOOKED_AT, Due, OutboxRow, Settlement

DUE = """
SELECT id, wake FROM casewf.cases
WHERE wake < %s AND (wake, id) > (%s, %s) ORDER BY wake, id LIMIT %s"""
CLAIM_DUE = """
SELECT id, wake FROM casewf.cases
WHERE wake < %(now)s AND claimed_until <= %(now)s ORDER BY wake, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED"""
_HOLD_CASES = "UPDATE casewf.cases SET claimed_until = %s WHERE id = ANY(%s)"
_RELEASE_CASES = "UPDATE casewf.cases SET claimed_until = 0 WHERE id = ANY(%s) AND claimed_until = %s"

_ORDER = "created_at, case_id, number, position, id"
_FRESH = "state = 'pending' AND due_at <= %(now)s AND due_at <= created_at"
_PUT_OFF = "state = 'pending' AND due_at <= %(now)s AND due_at > created_at"
_OLDEST = """
    AND NOT EXISTS (
      SELECT 1 FROM casewf.outbox AS older
      WHERE older.state = 'pending' AND older.case_id = o.case_id AND older.destination = o.destination
        AND (older.number, older.position) < (o.number, o.position) OFFSET 0)"""
_ROWS = f"SELECT {rows.OUTBOX} FROM casewf.outbox AS o WHERE"  # noqa: S608  # constant columns
_FIRST = f" ORDER BY {_ORDER} LIMIT %(limit)s"
_LOCKED = " FOR UPDATE OF o SKIP LOCKED"

READY_FRESH = f"{_ROWS} {_FRESH}{_OLDEST}{_FIRST}"
READY_PUT_OFF = f"""{_ROWS} {_PUT_OFF} AND o.id = ANY(ARRAY(
    SELECT id FROM casewf.outbox AS o WHERE {_PUT_OFF}{_OLDEST}
    ORDER BY due_at, {_ORDER} LIMIT greatest(%(limit)s, {LOOKED_AT}))){_FIRST}"""  # noqa: S608  # constant parts
PENDING = f"""
SELECT * FROM (({READY_FRESH}) UNION ALL ({READY_PUT_OFF})) AS found{_FIRST}"""  # noqa: S608  # constant parts
PENDING_OF_CASE = f"""
{_ROWS} state = 'pending' AND due_at <= %(now)s AND case_id = %(case_id)s{_OLDEST}{_FIRST}"""
CLAIM = (READY_FRESH + _LOCKED, READY_PUT_OFF + _LOCKED)
CLAIM_OF_CASE = (PENDING_OF_CASE + _LOCKED,)
IN_ORDER = "SELECT set_config('enable_bitmapscan', 'off', true)"
"""For one transaction: the planner takes a bitmap where it expects few rows. That sorts them all, and looks at what was
delivered since the last vacuum again and again; a walk along the index does neither."""
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
    statement = PENDING if case_id is None else PENDING_OF_CASE
    values = {"now": now, "limit": limit, "case_id": case_id}
    return tuple(map(rows.outbox_row, session.rows(statement, values, prepare=False)))


def claim(
    session: Session, now: int, until: int, lease: str, limit: int, case_id: str | None
) -> Sequence[OutboxRow]:
    """Those of ``pending`` that nobody else is claiming, leased until ``until``; the caller holds the transaction."""
    values = {"now": now, "limit": limit, "case_id": case_id}
    statements = CLAIM if case_id is None else CLAIM_OF_CASE
    session.execute(IN_ORDER)
    cursors = [session.execute(statement, values, prepare=False) for statement in statements]
    session.sync()
    ready = sorted(rows.readable_rows(row for cursor in cursors for row in cursor), key=_place)
    if found := ready[:limit]:
        session.execute(_LEASE, (until, lease, [row.id for row in found]))
    return tuple(attrs.evolve(row, due_at=until, lease=lease) for row in found)


def _place(row: OutboxRow) -> tuple[int, str, int, int, str]:
    return row.created_at, row.case, row.number, row.position, row.id


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
