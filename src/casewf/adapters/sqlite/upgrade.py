"""From an older storage format to the present one, in the transaction of whoever opens the file first.

Format 1 had neither ``cases.due``, ``cases.retain_until`` nor ``persons``. No case of it is kept for a time or names
a person, because no workflow could say so; what is due is worked out from each snapshot and its definition.
Format 2 had neither ``cases.claimed_until`` nor ``outbox.lease``: nobody holds anything in it. Its index
``outbox_ready`` had the rows that were put off and the others together.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from casewf.adapters.sqlite import schema
from casewf.model import codec
from casewf.model.case import Case
from casewf.model.workflow import Workflow
from casewf.ports.stored import DAMAGE

_ROWS_AT_ONCE = 1_000
_NEW_IN_2 = "TABLE persons|INDEX (?:persons_by_person|cases_open|cases_by_retention)"
_NEW_IN_3 = "INDEX (?:outbox_dead|outbox_fresh|outbox_put_off)"


def bring_up(connection: sqlite3.Connection, path: str) -> None:
    """Make the file one of the present format, unless another process was faster; the caller holds the transaction.

    Raises:
        AdapterError: as ``schema.format_of``.
    """
    found = schema.format_of(connection, path)
    if found == 0:
        schema.create(connection)
        return
    if found == 1:
        _from_format_1(connection)
    if found < schema.FORMAT:
        _from_format_2(connection)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(schema.FORMAT),))


def _from_format_1(connection: sqlite3.Connection) -> None:
    connection.execute(f"ALTER TABLE cases ADD COLUMN due INTEGER NOT NULL DEFAULT {schema.NEVER}")
    connection.execute("ALTER TABLE cases ADD COLUMN retain_until INTEGER")
    connection.executemany("UPDATE cases SET due = ? WHERE rowid = ?", _due_instants(connection))
    _make(connection, _NEW_IN_2)


def _from_format_2(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE cases ADD COLUMN claimed_until INTEGER NOT NULL DEFAULT 0")
    connection.execute("ALTER TABLE outbox ADD COLUMN lease TEXT NOT NULL DEFAULT ''")
    connection.execute("DROP INDEX outbox_ready")
    _make(connection, _NEW_IN_3)


def _make(connection: sqlite3.Connection, names: str) -> None:
    for statement in schema.TABLES.split(";"):
        if re.match(rf"CREATE (?:{names})\b", statement.strip()):
            connection.execute(statement)


def _due_instants(connection: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """(due instant, rowid) of every case that has one."""
    definitions = dict[bytes, frozenset[str]]()
    last = -(2**63)
    while rows := connection.execute(
        "SELECT rowid, CAST(definition AS BLOB), CAST(snapshot AS BLOB) FROM cases WHERE rowid > ?"
        " ORDER BY rowid LIMIT ?",
        (last, _ROWS_AT_ONCE),
    ).fetchall():
        for rowid, definition, snapshot in rows:
            if definition not in definitions:
                definitions[definition] = _advisory_limits(connection, definition)
            due = _due(snapshot, definitions[definition])
            if due is not None:
                yield due, rowid
        last = rows[-1][0]


def _advisory_limits(connection: sqlite3.Connection, definition: bytes) -> frozenset[str]:
    """None for a definition that cannot be read: a case too many that is due is better than one too few."""
    row = connection.execute(
        "SELECT CAST(body AS BLOB) FROM definitions WHERE hash = CAST(? AS TEXT)", (definition,)
    ).fetchone()
    try:
        return codec.loads(row[0].decode(), Workflow).advisory if row else frozenset()
    except DAMAGE:
        return frozenset()


def _due(snapshot: bytes, leave_out: frozenset[str]) -> int | None:
    """None for a damaged snapshot: the upgrade leaves it for ``verify`` to find."""
    try:
        clock = codec.loads(snapshot.decode(), Case).first_due(leave_out)
    except DAMAGE:
        return None
    return None if clock is None else clock.limit
