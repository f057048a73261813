"""Rows of the database as objects of the port."""

from __future__ import annotations

from typing import Any, TypeAlias

from casewf.ports.decoding import OUTBOX, case, event, outbox_row, readable_rows
from casewf.ports.stored import RawCase, RawEvent

__all__ = ["OUTBOX", "RAW", "Row", "case", "event", "outbox_row", "raw_case", "readable_rows"]

Row: TypeAlias = tuple[Any, ...]
"""A row as psycopg gives it; the schema says what its columns hold."""

RAW = """
SELECT c.version, c.head, c.wake, c.snapshot, e.number, e.kind, e.body, e.hash
FROM casewf.cases AS c LEFT JOIN casewf.events AS e ON e.case_id = c.id
WHERE c.id = %s ORDER BY e.number"""
"""What ``raw_case`` takes: one statement, so that it sees one instant whatever the transaction is like."""


def raw_case(case_id: str, found: list[Row]) -> RawCase | None:
    """The case of the rows that ``RAW`` gave."""
    if not found:
        return None
    version, head, wake, snapshot = found[0][:4]
    events = tuple(RawEvent(*row[4:]) for row in found if row[4] is not None)
    return RawCase(id=case_id, version=version, head=head, wake=wake, snapshot=snapshot, events=events)
