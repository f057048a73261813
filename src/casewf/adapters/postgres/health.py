"""How far behind a database is: each number by an index, or from some of the rows, and counted to a bound.

What was written last has no index, which each append would have to keep; the server's own clock tells more.
"""

from __future__ import annotations

from casewf.adapters.postgres.session import Session
from casewf.ports.decoding import health_of
from casewf.ports.stored import COUNTED, DAY_US, Health

CASES = """
SELECT count(*), min(wake), count(*) FILTER (WHERE claimed_until > %(now)s) FROM (
  SELECT wake, claimed_until FROM casewf.cases WHERE wake < %(now)s ORDER BY wake, id LIMIT %(counted)s) AS found"""

DUE = """
SELECT least(count(*), %(counted)s), min(due_at) FROM (
  (SELECT due_at FROM casewf.outbox WHERE state = 'pending' AND due_at <= created_at AND due_at <= %(now)s
   ORDER BY created_at LIMIT %(counted)s)
  UNION ALL
  (SELECT due_at FROM casewf.outbox WHERE state = 'pending' AND due_at > created_at AND due_at <= %(now)s
   ORDER BY due_at LIMIT %(counted)s)) AS found"""

WAITING = """
SELECT count(*), count(*) FILTER (WHERE lease <> ''), count(*) FILTER (WHERE lease = '' AND attempts > 0),
       min(created_at) FILTER (WHERE attempts = 0 AND error <> '') FROM (
  (SELECT lease, attempts, error, created_at FROM casewf.outbox
   WHERE state = 'pending' AND due_at > created_at AND due_at > %(now)s
   ORDER BY due_at LIMIT %(counted)s)
  UNION ALL
  (SELECT lease, attempts, error, created_at FROM casewf.outbox
   WHERE state = 'pending' AND due_at <= created_at AND due_at > %(now)s AND created_at > %(now)s)
  LIMIT %(counted)s) AS found"""
"""Rows of the second part are there only after the clock went back."""

DEAD = """
SELECT count(*) FROM (SELECT 1 FROM casewf.outbox WHERE state = 'dead' LIMIT %(counted)s) AS found"""

INCIDENTS = """
SELECT count(*) FILTER (WHERE at >= %(since)s), max(at) FROM (
  SELECT at FROM casewf.incidents ORDER BY id DESC LIMIT %(counted)s) AS found"""

_NEWEST = """
SELECT max(at) FROM (
  (SELECT changed_at AS at FROM casewf.cases LIMIT %(counted)s)
  UNION ALL (SELECT created_at FROM casewf.outbox LIMIT %(counted)s)
  UNION ALL (SELECT at FROM casewf.incidents ORDER BY id DESC LIMIT %(counted)s)) AS found"""

SERVER_TIME = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"


def read(session: Session, now: int) -> Health:
    """The health at ``now``; whoever calls holds a transaction."""
    values = {"now": now, "since": now - DAY_US, "counted": COUNTED}
    found = [
        session.rows(statement, values, prepare=False)[0]
        for statement in (CASES, DUE, WAITING, DEAD, INCIDENTS, _NEWEST)
    ]
    [(clock,)] = session.rows(SERVER_TIME)
    return health_of(now, found, clock)
