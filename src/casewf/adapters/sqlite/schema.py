"""Storage format 3 as SQL; ``docs/reference/storage.md`` explains every column.

A casewf database carries ``APPLICATION_ID`` in its file header, and its format's number in ``meta``.
"""

from __future__ import annotations

import re
import sqlite3

from casewf.errors import AdapterError

APPLICATION_ID = 0x63617365
"""``case`` in ASCII: how a file is known as ours before anything in it is read."""

FORMAT = 3
"""The storage format that this version writes."""

NEVER = 2**63 - 1
"""What ``cases.due`` holds for no due instant: the largest integer of SQLite, so that it comes last."""

TABLES = """
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE definitions (
  hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (kind, id, version)
);

CREATE TABLE cases (
  id TEXT PRIMARY KEY,
  workflow TEXT NOT NULL,
  workflow_version INTEGER NOT NULL,
  definition TEXT NOT NULL,
  org TEXT,
  opened_by TEXT NOT NULL,
  version INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  wake INTEGER,
  card TEXT NOT NULL,
  closed INTEGER NOT NULL,
  head TEXT NOT NULL,
  snapshot TEXT NOT NULL,
  due INTEGER NOT NULL DEFAULT 9223372036854775807,
  retain_until INTEGER,
  claimed_until INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX cases_by_wake ON cases (wake, id) WHERE wake IS NOT NULL;
CREATE INDEX cases_by_workflow ON cases (workflow, closed, id);
CREATE INDEX cases_by_card ON cases (card, id) WHERE card <> 'none';
CREATE INDEX cases_by_opener ON cases (opened_by, id);
CREATE INDEX cases_open ON cases (due, id, workflow, card, opened_by) WHERE closed = 0;
CREATE INDEX cases_by_retention ON cases (retain_until, id) WHERE retain_until IS NOT NULL;

CREATE TABLE positions (
  case_id TEXT NOT NULL REFERENCES cases (id),
  track TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (case_id, track)
) WITHOUT ROWID;
CREATE INDEX positions_by_state ON positions (track, state, case_id);

CREATE TABLE watchers (
  case_id TEXT NOT NULL REFERENCES cases (id),
  org TEXT NOT NULL,
  PRIMARY KEY (case_id, org)
) WITHOUT ROWID;
CREATE INDEX watchers_by_org ON watchers (org, case_id);

CREATE TABLE holders (
  case_id TEXT NOT NULL REFERENCES cases (id),
  holder TEXT NOT NULL,
  PRIMARY KEY (case_id, holder)
) WITHOUT ROWID;
CREATE INDEX holders_by_holder ON holders (holder, case_id);

CREATE TABLE persons (
  case_id TEXT NOT NULL REFERENCES cases (id),
  person TEXT NOT NULL,
  PRIMARY KEY (case_id, person)
) WITHOUT ROWID;
CREATE INDEX persons_by_person ON persons (person, case_id);

CREATE TABLE events (
  case_id TEXT NOT NULL REFERENCES cases (id),
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (case_id, number)
) WITHOUT ROWID;

CREATE TABLE vault (
  case_id TEXT NOT NULL REFERENCES cases (id),
  ref TEXT NOT NULL,
  value TEXT NOT NULL,
  salt TEXT NOT NULL,
  PRIMARY KEY (case_id, ref)
) WITHOUT ROWID;

CREATE TABLE claims (
  case_id TEXT NOT NULL REFERENCES cases (id),
  sla TEXT NOT NULL,
  cycle INTEGER NOT NULL,
  term INTEGER NOT NULL,
  rung INTEGER NOT NULL,
  repetition INTEGER NOT NULL,
  PRIMARY KEY (case_id, sla, cycle, term, rung, repetition)
) WITHOUT ROWID;

CREATE TABLE keys (
  actor TEXT NOT NULL,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  case_id TEXT NOT NULL REFERENCES cases (id),
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (actor, scope, key)
) WITHOUT ROWID;

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  number INTEGER NOT NULL,
  position INTEGER NOT NULL,
  destination TEXT NOT NULL,
  effect TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  error TEXT NOT NULL,
  depth INTEGER NOT NULL,
  lease TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_by_case ON outbox (case_id, number, position);
CREATE INDEX outbox_fresh ON outbox (created_at, case_id, number, position, id)
  WHERE state = 'pending' AND due_at <= created_at;
CREATE INDEX outbox_put_off ON outbox (due_at, created_at, case_id, number, position, id)
  WHERE state = 'pending' AND due_at > created_at;
CREATE INDEX outbox_lanes ON outbox (case_id, destination, number, position) WHERE state = 'pending';
CREATE INDEX outbox_dead ON outbox (created_at) WHERE state = 'dead';

CREATE TABLE incidents (
  id INTEGER PRIMARY KEY,
  case_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  about TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX incidents_by_case ON incidents (case_id, at);
"""


def names(kinds: str = "TABLE|INDEX") -> frozenset[str]:
    """What the tables and indexes are called, or one kind of them."""
    return frozenset(re.findall(rf"CREATE (?:{kinds}) (\w+)", TABLES))


def format_of(connection: sqlite3.Connection, path: str) -> int:
    """The file's storage format, 0 if it holds nothing yet; reading only, so that a foreign file stays as it is.

    Raises:
        AdapterError: the file is some other program's database, or has a newer format.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application == APPLICATION_ID or is_installed(connection):
        return _known_format(connection, path)
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application or objects:
        raise AdapterError(
            f"{path} is an SQLite database, but not one of casewf, and was left unchanged; "
            "give the store a path of its own, or put casewf's tables into it with HostSqliteStore.install"
        )
    return 0


def create(connection: sqlite3.Connection) -> None:
    """Make the tables in a file that holds nothing; the caller holds the transaction."""
    _make_tables(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def is_installed(connection: sqlite3.Connection) -> bool:
    """Whether casewf's tables are there, perhaps among those of a host."""
    columns = [row[1] for row in connection.execute("PRAGMA table_info(meta)")]
    if columns != ["key", "value"]:
        return False
    found = connection.execute("SELECT 1 FROM meta WHERE key = 'created_by' AND value = 'casewf'").fetchone()
    return found is not None


def check_installed(connection: sqlite3.Connection, path: str) -> None:
    """Make sure that casewf's tables are there, in this version's format.

    Raises:
        AdapterError: they are not.
    """
    if not is_installed(connection):
        raise AdapterError(
            f"casewf's tables are not in {path}; call HostSqliteStore.install(connection) once, in a transaction"
        )
    if (found := _known_format(connection, path)) != FORMAT:
        raise AdapterError(
            f"casewf's tables in {path} have storage format {found}, and this version of casewf writes format "
            f"{FORMAT}; call HostSqliteStore.install(connection) once more, in a transaction, to bring them up"
        )


def install(connection: sqlite3.Connection, path: str) -> None:
    """Make the tables among those of a host, whose file keeps its own mark; the caller holds the transaction.

    Raises:
        AdapterError: tables of the host have their names.
    """
    rows = connection.execute("SELECT name FROM sqlite_master UNION SELECT name FROM sqlite_temp_master")
    if taken := sorted(name for (name,) in rows if name.lower() in names()):
        raise AdapterError(
            f"{path} has tables or indexes of its own that are named {', '.join(taken)}, as casewf's are; nothing was "
            "made; rename them, or keep the cases in a file of their own with SqliteStore"
        )
    _make_tables(connection)


def _make_tables(connection: sqlite3.Connection) -> None:
    for statement in TABLES.split(";"):
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO meta (key, value) VALUES (?, ?)", [("format", str(FORMAT)), ("created_by", "casewf")]
    )


def _known_format(connection: sqlite3.Connection, path: str) -> int:
    row = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    found = row[0] if row else "none"
    for number in range(1, FORMAT + 1):
        if found == str(number):
            return number
    raise AdapterError(
        f"{path} has storage format {found}, and this version of casewf reads formats 1 to {FORMAT}; "
        "open it with the version that wrote it, or a later one"
    )
