"""Writing one batch inside a transaction: what is there is read in one go, what is new written in another."""

from __future__ import annotations

from collections.abc import Iterable

from casewf.adapters.postgres.schema import NEVER
from casewf.adapters.postgres.session import Session
from casewf.errors import AdapterError, Conflict
from casewf.model import codec
from casewf.ports.stored import Answer, Append, Definition, Incident, OutboxRow, changed_definition

_READ_CASE = """
SELECT version, workflow, workflow_version, definition, org, card, closed, retain_until
FROM casewf.cases WHERE id = %s FOR UPDATE"""
_READ_LEASE = """
SELECT 1 FROM casewf.outbox WHERE id = %s AND lease = %s AND state = 'pending' FOR SHARE"""
_INSERT_CASE = """
INSERT INTO casewf.cases (version, changed_at, wake, due, head, snapshot, workflow, workflow_version, definition, org,
                          card, closed, retain_until, id, opened_by, opened_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_UPDATE_CASE = """
UPDATE casewf.cases SET version = %s, changed_at = %s, wake = %s, due = %s, head = %s, snapshot = %s, claimed_until = 0
WHERE id = %s"""
_UPDATE_ALL_OF_CASE = """
UPDATE casewf.cases SET version = %s, changed_at = %s, wake = %s, due = %s, head = %s, snapshot = %s, claimed_until = 0,
                        workflow = %s, workflow_version = %s, definition = %s, org = %s, card = %s, closed = %s,
                        retain_until = %s WHERE id = %s"""
_INSERT_EVENT = (
    "INSERT INTO casewf.events (case_id, number, at, kind, body, hash) VALUES (%s, %s, %s, %s, %s, %s)"
)
_INSERT_CLAIM = """
INSERT INTO casewf.claims (case_id, sla, cycle, term, rung, repetition) VALUES (%s, %s, %s, %s, %s, %s)"""
_INSERT_VAULT = "INSERT INTO casewf.vault (case_id, ref, value, salt) VALUES (%s, %s, %s, %s)"
_DELETE_VAULT = "DELETE FROM casewf.vault WHERE case_id = %s AND ref = %s"
_INSERT_KEY = """
INSERT INTO casewf.keys (actor, scope, key, digest, case_id, first, last) VALUES (%s, %s, %s, %s, %s, %s, %s)"""
_INSERT_EFFECT = """
INSERT INTO casewf.outbox (id, case_id, number, position, destination, effect, created_at, due_at, state, attempts,
                           error, depth, lease)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_INSERT_INCIDENT = (
    "INSERT INTO casewf.incidents (case_id, at, kind, about, detail) VALUES (%s, %s, %s, %s, %s)"
)
_READ_DEFINITION = """
SELECT hash FROM casewf.definitions WHERE hash = %s OR (kind = %s AND id = %s AND version = %s)"""
_INSERT_DEFINITION = (
    "INSERT INTO casewf.definitions (hash, kind, id, version, body) VALUES (%s, %s, %s, %s, %s)"
)
_READ_DERIVED = """
SELECT 'positions', track, state FROM casewf.positions WHERE case_id = %(id)s
UNION ALL SELECT 'watchers', org, NULL FROM casewf.watchers WHERE case_id = %(id)s
UNION ALL SELECT 'holders', holder, NULL FROM casewf.holders WHERE case_id = %(id)s
UNION ALL SELECT 'persons', person, NULL FROM casewf.persons WHERE case_id = %(id)s"""
_INSERT_DERIVED = {
    "positions": "INSERT INTO casewf.positions (case_id, track, state) VALUES (%s, %s, %s)",
    "watchers": "INSERT INTO casewf.watchers (case_id, org) VALUES (%s, %s)",
    "holders": "INSERT INTO casewf.holders (case_id, holder) VALUES (%s, %s)",
    "persons": "INSERT INTO casewf.persons (case_id, person) VALUES (%s, %s)",
}
_DELETE_DERIVED = {
    "positions": "DELETE FROM casewf.positions WHERE case_id = %s AND track = %s",
    "watchers": "DELETE FROM casewf.watchers WHERE case_id = %s AND org = %s",
    "holders": "DELETE FROM casewf.holders WHERE case_id = %s AND holder = %s",
}


def write(session: Session, batch: Append, snapshot: str) -> None:
    """Write ``batch``, whose case is ``snapshot`` as text; the caller holds the transaction.

    Raises:
        Conflict: the version is another one (guarantees 2 and 3), or the lease is gone (guarantee 16).
        AdapterError: a definition's version is taken by another hash (guarantee 4).
        InternalError: the events leave a gap (guarantee 5).
        psycopg.errors.UniqueViolation: another row is there already, now or when the caller waits for the answers.
    """
    case = session.execute(_READ_CASE, (batch.case.id,))
    definitions = sorted(
        batch.definitions, key=lambda one: one.hash
    )  # one order, so that two writers never deadlock
    named = [
        session.execute(_READ_DEFINITION, (one.hash, one.kind, one.id, one.version)) for one in definitions
    ]
    derived = session.execute(_READ_DERIVED, {"id": batch.case.id})
    lease = None if batch.held is None else session.execute(_READ_LEASE, batch.held)
    session.sync()
    stored = case.fetchone()
    batch.check(stored[0] if stored else 0)
    if lease is not None and lease.fetchone() is None:
        raise Conflict(batch.case.id, batch.expected, batch.expected or None)
    for definition, cursor in zip(definitions, named, strict=True):
        _write_definition(session, definition, {found for (found,) in cursor})
    _write_case(session, batch, snapshot, None if stored is None else stored[1:])
    _write_derived(session, batch, set(derived))
    _write_rest(session, batch)


def _write_definition(session: Session, item: Definition, found: set[str]) -> None:
    if item.hash in found:
        return
    if found:
        raise AdapterError(changed_definition(item))
    session.execute(_INSERT_DEFINITION, (item.hash, item.kind, item.id, item.version, item.body))


def _write_case(session: Session, batch: Append, snapshot: str, stored: tuple[object, ...] | None) -> None:
    """``stored`` are the columns that seldom change; their indexes are left alone where they did not."""
    case = batch.case
    due = NEVER if batch.due is None else batch.due
    always = (case.version, case.at, case.wake, due, batch.events[-1].hash, snapshot)
    seldom = (*case.workflow, case.org, case.card, int(case.closed), batch.retain_until)
    if stored is None:
        session.execute(_INSERT_CASE, (*always, *seldom, case.id, case.opened_by, case.opened_at))
    elif stored == seldom:
        session.execute(_UPDATE_CASE, (*always, case.id))
    else:
        session.execute(_UPDATE_ALL_OF_CASE, (*always, *seldom, case.id))


def _write_derived(session: Session, batch: Append, stored: set[tuple[str, str, str | None]]) -> None:
    """Bring positions, watchers and holders in line with the batch, touching only rows that differ.

    Persons are added alone: the history holds what was known of somebody, so he must be found for ever (D5).
    """
    wanted = set(_derived(batch))
    for table, name, _ in stored - wanted:
        if table == "persons":
            continue
        session.execute(_DELETE_DERIVED[table], (batch.case.id, name))
    for table, name, state in wanted - stored:
        values = (name,) if state is None else (name, state)
        session.execute(_INSERT_DERIVED[table], (batch.case.id, *values))


def _derived(batch: Append) -> Iterable[tuple[str, str, str | None]]:
    yield from (("positions", track, state) for track, state in batch.case.states.items())
    yield from (("watchers", org, None) for org in batch.watchers)
    yield from (("holders", holder, None) for holder in batch.holders)
    yield from (("persons", person, None) for person in batch.persons)


def _write_rest(session: Session, batch: Append) -> None:
    case_id = batch.case.id
    for event in batch.events:
        values = (case_id, event.number, event.event.at, event.kind, event.body, event.hash)
        session.execute(_INSERT_EVENT, values)
    for claim in batch.claims:
        session.execute(
            _INSERT_CLAIM, (case_id, claim.sla, claim.cycle, claim.term, claim.rung, claim.repetition)
        )
    for secret in batch.secrets:
        session.execute(_INSERT_VAULT, (case_id, secret.ref, secret.value, secret.salt))
    for ref in batch.erased:
        session.execute(_DELETE_VAULT, (case_id, ref))
    for row in batch.outbox:
        write_effect(session, row)
    if batch.answer is not None:
        session.execute(_INSERT_KEY, _key(batch.answer))
    for incident in batch.incidents:
        write_incident(session, incident)


def write_effect(session: Session, row: OutboxRow) -> None:
    """Add a row to the outbox."""
    session.execute(_INSERT_EFFECT, (
        row.id, row.case, row.number, row.position, row.destination, codec.dumps(row.effect), row.created_at,
        row.due_at, row.state, row.attempts, row.error, row.depth, row.lease,
    ))  # fmt: skip


def write_incident(session: Session, item: Incident) -> None:
    """Record an incident."""
    session.execute(_INSERT_INCIDENT, (item.case, item.at, item.kind, item.about, item.detail))


def _key(answer: Answer) -> tuple[str, str, str, str, str, int, int]:
    return answer.actor, answer.scope, answer.key, answer.digest, answer.case, answer.first, answer.last
