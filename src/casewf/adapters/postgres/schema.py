"""The tables of storage format 3 for PostgreSQL; ``docs/reference/storage.md`` explains every column.

They stand in a schema of their own. Texts have the collation "C": the order of code points, in which all stores page.
"""

from __future__ import annotations

import re

import psycopg

from casewf.adapters.postgres.session import SCHEMA, Session
from casewf.errors import AdapterError

FORMAT = 3
"""The storage format that this version reads and writes."""

NEVER = 2**63 - 1
"""What ``cases.due`` holds for no due instant, so that it comes last."""

_LOCK = 0x63617365
"""The advisory lock, ``case`` in ASCII, that whoever makes the tables holds."""

TABLES = """
CREATE TABLE casewf.meta (
  key TEXT COLLATE "C" PRIMARY KEY,
  value TEXT COLLATE "C" NOT NULL
);

CREATE TABLE casewf.definitions (
  hash TEXT COLLATE "C" PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  version TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  UNIQUE (kind, id, version)
);

CREATE TABLE casewf.cases (
  id TEXT COLLATE "C" PRIMARY KEY,
  workflow TEXT COLLATE "C" NOT NULL,
  workflow_version BIGINT NOT NULL,
  definition TEXT COLLATE "C" NOT NULL,
  org TEXT COLLATE "C",
  opened_by TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  wake BIGINT,
  card TEXT COLLATE "C" NOT NULL,
  closed BIGINT NOT NULL,
  head TEXT COLLATE "C" NOT NULL,
  snapshot TEXT COLLATE "C" NOT NULL,
  due BIGINT NOT NULL DEFAULT 9223372036854775807,
  retain_until BIGINT,
  claimed_until BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX cases_by_wake ON casewf.cases (wake, id) WHERE wake IS NOT NULL;
CREATE INDEX cases_by_workflow ON casewf.cases (workflow, closed, id);
CREATE INDEX cases_by_card ON casewf.cases (card, id) WHERE card <> 'none';
CREATE INDEX cases_by_opener ON casewf.cases (opened_by, id);
CREATE INDEX cases_open ON casewf.cases (due, id, workflow, card, opened_by) WHERE closed = 0;
CREATE INDEX cases_by_retention ON casewf.cases (retain_until, id) WHERE retain_until IS NOT NULL;

CREATE TABLE casewf.positions (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES casewf.cases (id),
  track TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (case_id, track)
);
CREATE INDEX positions_by_state ON casewf.positions (track, state, case_id);

CREATE TABLE casewf.watchers (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES casewf.cases (id),
  org TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (case_id, org)
);
CREATE INDEX watchers_by_org ON casewf.watchers (org, case_id);

CREATE TABLE casewf.holders (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES casewf.cases (id),
  holder TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (case_id, holder)
);
CREATE INDEX holders_by_holder ON casewf.holders (holder, case_id);

CREATE TABLE casewf.persons (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES casewf.cases (id),
  person TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (case_id, person)
);
CREATE INDEX persons_by_person ON casewf.persons (person, case_id);

CREATE TABLE casewf.events (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES casewf.cases (id),
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  hash TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (case_id, number)
);

CREATE TABLE casewf.vault (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES casewf.cases (id),
  ref TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  salt TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (case_id, ref)
);

CREATE TABLE casewf.claims (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES casewf.cases (id),
  sla TEXT COLLATE "C" NOT NULL,
  cycle BIGINT NOT NULL,
  term BIGINT NOT NULL,
  rung BIGINT NOT NULL,
  repetition BIGINT NOT NULL,
  PRIMARY KEY (case_id, sla, cycle, term, rung, repetition)
);

CREATE TABLE casewf.keys (
  actor TEXT COLLATE "C" NOT NULL,
  scope TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL REFERENCES casewf.cases (id),
  first BIGINT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (actor, scope, key)
);

CREATE TABLE casewf.outbox (
  id TEXT COLLATE "C" PRIMARY KEY,
  case_id TEXT COLLATE "C" NOT NULL REFERENCES casewf.cases (id),
  number BIGINT NOT NULL,
  position BIGINT NOT NULL,
  destination TEXT COLLATE "C" NOT NULL,
  effect TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  attempts BIGINT NOT NULL,
  error TEXT COLLATE "C" NOT NULL,
  depth BIGINT NOT NULL,
  lease TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX outbox_by_case ON casewf.outbox (case_id, number, position);
CREATE INDEX outbox_fresh ON casewf.outbox (created_at, case_id, number, position, id)
  WHERE state = 'pending' AND due_at <= created_at;
CREATE INDEX outbox_put_off ON casewf.outbox (due_at, created_at, case_id, number, position, id)
  WHERE state = 'pending' AND due_at > created_at;
CREATE INDEX outbox_lanes ON casewf.outbox (case_id, destination, number, position) WHERE state = 'pending';
CREATE INDEX outbox_dead ON casewf.outbox (created_at) WHERE state = 'dead';

CREATE TABLE casewf.incidents (
  id BIGSERIAL PRIMARY KEY,
  case_id TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  about TEXT COLLATE "C" NOT NULL,
  detail TEXT COLLATE "C" NOT NULL
);
CREATE INDEX incidents_by_case ON casewf.incidents (case_id, at);
"""


def checked_name(schema: str) -> str:
    """The name of a schema, if it is one that never needs quotes.

    Raises:
        AdapterError: it is not.
    """
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
        raise AdapterError(
            f"schema={schema!r} cannot be used; give a name of at most 63 lower-case letters, digits and underscores"
        )
    return schema


def check_server(session: Session, where: str) -> None:
    """Make sure that the database keeps texts as they are given.

    Raises:
        AdapterError: it has another encoding, or takes an empty text for none at all.
    """
    row = session.row(
        "SELECT current_setting('server_encoding'), current_setting('client_encoding'),"
        " CASE WHEN '' IS NULL THEN 1 ELSE 0 END"
    )
    server, client, swallows_empty_texts = row or ("", "", 1)
    if (server, client) != ("UTF8", "UTF8"):
        raise AdapterError(
            f"{where}: casewf needs UTF-8 on both sides; the database has the encoding {server}, the connection "
            f"{client}; create the database with ENCODING 'UTF8', and set client_encoding to UTF8"
        )
    if swallows_empty_texts:
        raise AdapterError(
            f"{where} takes an empty text for NULL, as databases in an Oracle mode do; create one that is compatible "
            "with PostgreSQL, for example with DBCOMPATIBILITY 'PG'"
        )


def is_installed(session: Session, where: str) -> bool:
    """Whether casewf's tables are in the schema, in this version's format; reading only.

    Raises:
        AdapterError: tables of another program, or of another format, are there.
    """
    there = {name for (name,) in session.rows(
        "SELECT c.relname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'i')",
        (session.schema,),
    )}  # fmt: skip
    taken = sorted(there & names())
    if not taken:
        return False
    meta = dict(session.rows("SELECT key, value FROM casewf.meta")) if _is_ours(session) else {}
    if meta.get("created_by") != "casewf":
        raise AdapterError(
            f"{where}: the schema {session.schema} has tables or indexes of another program that are named "
            f"{', '.join(taken)}, as casewf's are; nothing was made; give casewf a schema of its own (schema=)"
        )
    if meta.get("format") != str(FORMAT):
        raise AdapterError(
            f"{where}: the schema {session.schema} has storage format {meta.get('format')}, and this version of casewf "
            f"reads format {FORMAT}; open it with the version that wrote it, or a later one"
        )
    return True


def missing(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which of casewf's tables, and which of its indexes, are not in the schema, or cannot be used; in order."""
    there = {name for (name,) in session.rows(
        "SELECT c.relname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " LEFT JOIN pg_index AS i ON i.indexrelid = c.oid"
        " WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'i') AND i.indisvalid IS DISTINCT FROM FALSE",
        (session.schema,),
    )}  # fmt: skip
    tables = frozenset(re.findall(rf"CREATE TABLE {SCHEMA}\.(\w+)", TABLES))
    return tuple(sorted(tables - there)), tuple(sorted(names() - tables - there))


def place(session: Session) -> tuple[str | None, int | None, int | None]:
    """Where the tables stand: server, database and table; None for what is not there, or not told to this role."""
    row = session.row(
        "SELECT d.oid::bigint, c.oid::bigint FROM pg_database AS d, pg_class AS c"
        " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE d.datname = current_database() AND n.nspname = %s AND c.relname = 'meta'",
        (session.schema,),
    )
    database, table = row or (None, None)
    try:
        (server,) = session.row("SELECT system_identifier::text FROM pg_control_system()") or (None,)
    except (psycopg.errors.UndefinedFunction, psycopg.errors.InsufficientPrivilege):
        server = None
    return server, database, table


def check_installed(session: Session, where: str, remedy: str) -> None:
    """Make sure that casewf's tables are there, in this version's format.

    Raises:
        AdapterError: they are not.
    """
    if not is_installed(session, where):
        raise AdapterError(f"{where}: casewf's tables are not in the schema {session.schema}; {remedy}")


def install(session: Session, where: str) -> None:
    """Make the schema and its tables, unless somebody else was faster; the caller holds the transaction.

    Raises:
        AdapterError: as ``is_installed``.
    """
    session.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    if is_installed(session, where):
        return
    if session.row("SELECT 1 FROM pg_namespace WHERE nspname = %s", (session.schema,)) is None:
        session.execute(f'CREATE SCHEMA "{session.schema}"')
    session.execute(TABLES)
    for row in (("format", str(FORMAT)), ("created_by", "casewf")):
        session.execute("INSERT INTO casewf.meta (key, value) VALUES (%s, %s)", row)


def names() -> frozenset[str]:
    """What the tables and indexes are called."""
    return frozenset(re.findall(rf"CREATE (?:TABLE {SCHEMA}\.|INDEX )(\w+)", TABLES))


def _is_ours(session: Session) -> bool:
    columns = session.rows(
        "SELECT a.attname::text FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
        " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relname = 'meta' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        (session.schema,),
    )
    return columns == [("key",), ("value",)]
