"""Rows of the database as objects of the port."""

from __future__ import annotations

import sqlite3
from typing import Any, TypeAlias

from casewf.ports.decoding import OUTBOX, case, event, outbox_row, readable_rows
from casewf.ports.stored import RawCase, RawEvent

__all__ = ["OUTBOX", "Row", "case", "event", "outbox_row", "raw_case", "readable_rows"]

Row: TypeAlias = tuple[Any, ...]
"""A row as SQLite gives it; the schema says what its columns hold."""


def raw_case(connection: sqlite3.Connection, case_id: str) -> RawCase | None:
    """The rows of a case as they lie there; bytes that are no UTF-8 are shown as U+FFFD."""
    found = connection.execute(
        "SELECT version, CAST(head AS BLOB), wake, CAST(snapshot AS BLOB) FROM cases WHERE id = ?", (case_id,)
    ).fetchone()
    if found is None:
        return None
    version, head, wake, snapshot = found
    events = connection.execute(
        "SELECT number, CAST(kind AS BLOB), CAST(body AS BLOB), CAST(hash AS BLOB) FROM events"
        " WHERE case_id = ? ORDER BY number",
        (case_id,),
    )
    return RawCase(
        id=case_id,
        version=version,
        head=_text(head),
        wake=wake,
        snapshot=_text(snapshot),
        events=tuple(RawEvent(number, *map(_text, texts)) for number, *texts in events),
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
