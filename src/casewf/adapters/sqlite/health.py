"""How far behind a database is: each number by an index, or from the last rows, and counted to a bound."""

from __future__ import annotations

import sqlite3

from casewf.ports.decoding import health_of
from casewf.ports.stored import COUNTED, DAY_US, Health

LATELY = 200
"""How many of the last rows of each table are looked at for the newest instant, which no index has."""

CASES = """
SELECT count(*), min(wake), ifnull(sum(claimed_until > :now), 0) FROM (
  SELECT wake, claimed_until FROM cases WHERE wake < :now ORDER BY wake, id LIMIT :counted)"""

DUE = """
SELECT min(count(*), :counted), min(due_at) FROM (
  SELECT * FROM (
    SELECT due_at FROM outbox WHERE state = 'pending' AND due_at <= created_at AND due_at <= :now
    ORDER BY created_at LIMIT :counted)
  UNION ALL SELECT * FROM (
    SELECT due_at FROM outbox WHERE state = 'pending' AND due_at > created_at AND due_at <= :now
    ORDER BY due_at LIMIT :counted))"""

WAITING = """
SELECT count(*), ifnull(sum(lease <> ''), 0), ifnull(sum(lease = '' AND attempts > 0), 0),
       min(CASE WHEN attempts = 0 AND error <> '' THEN created_at END) FROM (
  SELECT * FROM (
    SELECT lease, attempts, error, created_at FROM outbox
    WHERE state = 'pending' AND due_at > created_at AND due_at > :now
    ORDER BY due_at LIMIT :counted)
  UNION ALL SELECT lease, attempts, error, created_at FROM outbox
  WHERE state = 'pending' AND due_at <= created_at AND due_at > :now AND created_at > :now LIMIT :counted)"""
"""Rows of the second part are there only after the clock went back."""

DEAD = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state = 'dead' LIMIT :counted)"

INCIDENTS = """
SELECT ifnull(sum(at >= :since), 0), max(at) FROM (SELECT at FROM incidents ORDER BY id DESC LIMIT :counted)"""

NEWEST = """
SELECT max(at) FROM (
  SELECT * FROM (SELECT changed_at AS at FROM cases ORDER BY rowid DESC LIMIT :lately)
  UNION ALL SELECT * FROM (SELECT created_at FROM outbox ORDER BY rowid DESC LIMIT :lately)
  UNION ALL SELECT * FROM (SELECT at FROM incidents ORDER BY id DESC LIMIT :lately))"""


def values(now: int) -> dict[str, int]:
    """The parameters of the statements."""
    return {"now": now, "since": now - DAY_US, "counted": COUNTED, "lately": LATELY}


def read(connection: sqlite3.Connection, now: int) -> Health:
    """The health at ``now``; whoever calls holds a transaction, so that all of it is of one instant."""
    found = [
        connection.execute(statement, values(now)).fetchone()
        for statement in (CASES, DUE, WAITING, DEAD, INCIDENTS, NEWEST)
    ]
    return health_of(now, found)
