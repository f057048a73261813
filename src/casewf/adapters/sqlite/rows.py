"""Rows of the database as objects of the port."""

from __future__ import annotations

import sqlite3
from typing import Any, TypeAlias

from casewf.errors import AdapterError
from casewf.model import codec
from casewf.model.case import Case
from casewf.model.effects import Effect
from casewf.ports.stored import (
    DAMAGE,
    OutboxRow,
    RawCase,
    RawEvent,
    StoredEvent,
)

Row: TypeAlias = tuple[Any, ...]
"""A row as SQLite gives it; the schema says what its columns hold."""

OUTBOX = "id, case_id, number, position, destination, effect, created_at, due_at, state, attempts, error, depth, lease"
"""The columns that ``outbox_row`` takes, in its order."""


def case(case_id: str, snapshot: str) -> Case:
    """The case of a snapshot.

    Raises:
        AdapterError: the snapshot is damaged.
    """
    try:
        return codec.loads(snapshot, Case)
    except DAMAGE as error:
        raise _damaged(f"the snapshot of case {case_id}", error) from error


def event(case_id: str, number: int, kind: str, body: str, digest: str) -> StoredEvent:
    """The event of a row of ``events``.

    Raises:
        AdapterError: the body is damaged.
    """
    try:
        return StoredEvent(number, kind, body, digest, codec.load_event(kind, body))
    except DAMAGE as error:
        raise _damaged(f"event {number} of case {case_id}", error) from error


def outbox_row(row: Row) -> OutboxRow:
    """The effect of a row of ``outbox`` whose columns are ``OUTBOX``.

    Raises:
        AdapterError: the effect is damaged.
    """
    row_id, case_id, number, position, destination, effect, *times, state, attempts, error, depth, lease = row
    created_at, due_at = times
    return OutboxRow(
        id=row_id,
        case=case_id,
        number=number,
        position=position,
        destination=destination,
        effect=_effect(row_id, effect),
        created_at=created_at,
        due_at=due_at,
        state=state,
        attempts=attempts,
        error=error,
        depth=depth,
        lease=lease,
    )


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


def _effect(row_id: str, text: str) -> Effect:
    try:
        value = codec.loads(text, object)
        if not isinstance(value, Effect):
            raise TypeError(f"it is a {type(value).__name__}")
    except DAMAGE as error:
        raise _damaged(f"the effect {row_id} of the outbox", error) from error
    return value


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _damaged(what: str, error: Exception) -> AdapterError:
    return AdapterError(
        f"{what} is damaged ({type(error).__name__}: {error}); `casewf verify` finds what else is, "
        "then restore a backup"
    )
