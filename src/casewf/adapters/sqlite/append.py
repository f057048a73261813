"""Writing one batch inside a transaction, with as few statements as its content allows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from casewf.adapters.sqlite.schema import NEVER
from casewf.errors import AdapterError, Conflict
from casewf.model import codec
from casewf.model.case import Case
from casewf.ports.stored import (
    Answer,
    Append,
    Incident,
    OutboxRow,
    StoredEvent,
    changed_definition,
)

_READ_LEASE = "SELECT 1 FROM outbox WHERE id = ? AND lease = ? AND state = 'pending'"
INSERT_INCIDENT = "INSERT INTO incidents (case_id, at, kind, about, detail) VALUES (?, ?, ?, ?, ?)"

_READ_CASE = """
SELECT version, workflow, workflow_version, definition, org, card, closed, retain_until FROM cases WHERE id = ?"""
_INSERT_CASE = """
INSERT INTO cases (version, changed_at, wake, due, head, snapshot, workflow, workflow_version, definition, org,
                   card, closed, retain_until, id, opened_by, opened_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_UPDATE_CASE = """
UPDATE cases SET version = ?, changed_at = ?, wake = ?, due = ?, head = ?, snapshot = ?,
                 claimed_until = 0
WHERE id = ?"""
_UPDATE_ALL_OF_CASE = """
UPDATE cases SET version = ?, changed_at = ?, wake = ?, due = ?, head = ?, snapshot = ?,
                 claimed_until = 0, workflow = ?, workflow_version = ?, definition = ?, org = ?, card = ?,
                 closed = ?, retain_until = ?
WHERE id = ?"""
_INSERT_EVENT = "INSERT INTO events (case_id, number, at, kind, body, hash) VALUES (?, ?, ?, ?, ?, ?)"
_INSERT_CLAIM = """
INSERT INTO claims (case_id, sla, cycle, term, rung, repetition) VALUES (?, ?, ?, ?, ?, ?)"""
_INSERT_VAULT = "INSERT INTO vault (case_id, ref, value, salt) VALUES (?, ?, ?, ?)"
_INSERT_KEY = """
INSERT INTO keys (actor, scope, key, digest, case_id, first, last) VALUES (?, ?, ?, ?, ?, ?, ?)"""
_INSERT_EFFECT = """
INSERT INTO outbox (id, case_id, number, position, destination, effect, created_at, due_at, state, attempts,
                    error, depth, lease)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_INSERT_DEFINITION = """
INSERT INTO definitions (hash, kind, id, version, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (hash) DO NOTHING"""
_READ_DERIVED = """
SELECT 'positions', track, state FROM positions WHERE case_id = ?1
UNION ALL SELECT 'watchers', org, NULL FROM watchers WHERE case_id = ?1
UNION ALL SELECT 'holders', holder, NULL FROM holders WHERE case_id = ?1
UNION ALL SELECT 'persons', person, NULL FROM persons WHERE case_id = ?1"""
_INSERT_DERIVED = {
    "positions": "INSERT INTO positions (case_id, track, state) VALUES (?, ?, ?)",
    "watchers": "INSERT INTO watchers (case_id, org) VALUES (?, ?)",
    "holders": "INSERT INTO holders (case_id, holder) VALUES (?, ?)",
    "persons": "INSERT INTO persons (case_id, person) VALUES (?, ?)",
}
_DELETE_DERIVED = {
    "positions": "DELETE FROM positions WHERE case_id = ? AND track = ?",
    "watchers": "DELETE FROM watchers WHERE case_id = ? AND org = ?",
    "holders": "DELETE FROM holders WHERE case_id = ? AND holder = ?",
}


def write(connection: sqlite3.Connection, batch: Append, snapshot: str) -> None:
    """Write ``batch``, whose case is ``snapshot`` as text; the caller holds the transaction.

    Raises:
        Conflict: the version, a claim, a key or another row is there, or the lease is gone (guarantees 2, 3, 16).
        AdapterError: a definition's version is taken by another hash (guarantee 4).
        InternalError: the events leave a gap (guarantee 5).
    """
    stored = connection.execute(_READ_CASE, (batch.case.id,)).fetchone()
    batch.check(stored[0] if stored else 0)
    if batch.held is not None and connection.execute(_READ_LEASE, batch.held).fetchone() is None:
        raise Conflict(batch.case.id, batch.expected, batch.expected or None)
    _write_definitions(connection, batch)
    try:
        _write_case(connection, batch, snapshot, None if stored is None else stored[1:])
        _write_derived(connection, batch, is_new=stored is None)
        connection.executemany(_INSERT_EVENT, (_event(batch.case.id, event) for event in batch.events))
        _write_rest(connection, batch)
    except sqlite3.IntegrityError as error:
        raise Conflict(batch.case.id, batch.expected, batch.expected or None) from error


def _write_definitions(connection: sqlite3.Connection, batch: Append) -> None:
    for item in batch.definitions:
        try:
            connection.execute(_INSERT_DEFINITION, (item.hash, item.kind, item.id, item.version, item.body))
        except sqlite3.IntegrityError as error:
            raise AdapterError(changed_definition(item)) from error


def _write_case(
    connection: sqlite3.Connection, batch: Append, snapshot: str, stored: tuple[object, ...] | None
) -> None:
    """``stored`` are the columns that seldom change; their indexes are left alone where they did not."""
    case = batch.case
    due = NEVER if batch.due is None else batch.due
    always = (case.version, case.at, case.wake, due, batch.events[-1].hash, snapshot)
    seldom = (*case.workflow, case.org, case.card, int(case.closed), batch.retain_until)
    if stored is None:
        connection.execute(_INSERT_CASE, (*always, *seldom, case.id, case.opened_by, case.opened_at))
    elif stored == seldom:
        connection.execute(_UPDATE_CASE, (*always, case.id))
    else:
        connection.execute(_UPDATE_ALL_OF_CASE, (*always, *seldom, case.id))


def _write_derived(connection: sqlite3.Connection, batch: Append, *, is_new: bool) -> None:
    """Bring positions, watchers and holders in line with the batch, touching only rows that differ.

    Persons are added alone: the history holds what was known of somebody, so he must be found for ever (D5).
    """
    wanted = set(_derived(batch))
    stored = set() if is_new else set(connection.execute(_READ_DERIVED, (batch.case.id,)))
    for table, name, _ in stored - wanted:
        if table == "persons":
            continue
        connection.execute(_DELETE_DERIVED[table], (batch.case.id, name))
    for table, name, state in wanted - stored:
        values = (name,) if state is None else (name, state)
        connection.execute(_INSERT_DERIVED[table], (batch.case.id, *values))


def _derived(batch: Append) -> Iterable[tuple[str, str, str | None]]:
    yield from (("positions", track, state) for track, state in batch.case.states.items())
    yield from (("watchers", org, None) for org in batch.watchers)
    yield from (("holders", holder, None) for holder in batch.holders)
    yield from (("persons", person, None) for person in batch.persons)


def _write_rest(connection: sqlite3.Connection, batch: Append) -> None:
    case_id = batch.case.id
    if batch.claims:
        connection.executemany(
            _INSERT_CLAIM,
            [(case_id, item.sla, item.cycle, item.term, item.rung, item.repetition) for item in batch.claims],
        )
    if batch.secrets:
        connection.executemany(
            _INSERT_VAULT, [(case_id, item.ref, item.value, item.salt) for item in batch.secrets]
        )
    if batch.erased:
        connection.executemany(
            "DELETE FROM vault WHERE case_id = ? AND ref = ?", [(case_id, ref) for ref in batch.erased]
        )
    if batch.outbox:
        connection.executemany(_INSERT_EFFECT, [_effect(row) for row in batch.outbox])
    if batch.answer is not None:
        connection.execute(_INSERT_KEY, _key(batch.answer))
    if batch.incidents:
        connection.executemany(INSERT_INCIDENT, [incident(item) for item in batch.incidents])


def write_follow_ups(connection: sqlite3.Connection, rows: Iterable[OutboxRow]) -> None:
    """Add rows to the outbox, those left out that are there already (guarantee 12)."""
    connection.executemany(f"{_INSERT_EFFECT} ON CONFLICT (id) DO NOTHING", map(_effect, rows))


def incident(item: Incident) -> tuple[str, int, str, str, str]:
    """The columns of an incident, in the order of ``INSERT_INCIDENT``."""
    return item.case, item.at, item.kind, item.about, item.detail


def snapshot_of(case: Case) -> str:
    """The canonical text of a case."""
    return codec.dumps(case)


def _event(case_id: str, event: StoredEvent) -> tuple[str, int, int, str, str, str]:
    return case_id, event.number, event.event.at, event.kind, event.body, event.hash


def _key(answer: Answer) -> tuple[str, str, str, str, str, int, int]:
    return answer.actor, answer.scope, answer.key, answer.digest, answer.case, answer.first, answer.last


def _effect(row: OutboxRow) -> tuple[str | int, ...]:
    return (
        row.id, row.case, row.number, row.position, row.destination, codec.dumps(row.effect),
        row.created_at, row.due_at, row.state, row.attempts, row.error, row.depth, row.lease,
    )  # fmt: skip
