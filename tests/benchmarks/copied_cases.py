"""Any number of open cases with effects, in SQLite or PostgreSQL: one real case, copied by the database itself.

A copy has the rows of the case under a name of its own, with a chain that only ``verify`` would find broken.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import psycopg

from benchmarks.many_cases import FIRST_RUNG, HandClock, engine_on, open_taken
from casewf.adapters.postgres import PostgresStore
from casewf.adapters.sqlite import SqliteStore

FIRST = 10_000_001
EFFECT_AT = FIRST_RUNG + 60_000_000
"""How long after its opening the first rung of a case has fired."""

_NAMES = {"cases": "id", **dict.fromkeys(("positions", "watchers", "holders", "events"), "case_id")}


class Copied:
    """A store, an engine on it, a raw connection beside it, and ``count`` cases under way: ``c10000001`` and on.

    Nothing of them is due an hour after their opening, and no effect is there before ``backlog``.
    """

    kind: str
    store: SqliteStore | PostgresStore
    raw: Any
    marks: str

    def _begin(self, count: int) -> None:
        self.clock = HandClock()
        self.engine = engine_on(self.store, self.clock)
        self.count = count
        self._next = 0
        began = self.clock.at
        open_taken(self.engine, "told")
        self.clock.at = began + EFFECT_AT
        self.engine.sweep()
        self.execute("CREATE TABLE a_told AS SELECT * FROM outbox")
        self.execute("DELETE FROM outbox")
        self.clock.at = began
        open_taken(self.engine, "c")
        for table, name in _NAMES.items():
            self._copy(table, name)
        self.analyze()
        self.clock.at = began + 3_600_000_000

    def names(self, count: int) -> list[str]:
        """That many cases that nobody was given before."""
        first = FIRST + self._next
        self._next += count
        assert self._next <= self.count, "too few cases for so many rounds"
        return [f"c{number}" for number in range(first, first + count)]

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:
        """Run a statement, with question marks for values, on the raw connection."""
        return self.raw.execute(statement.replace("?", self.marks), *([values] if values else []))

    def backlog(self, due: str, count: int, *, deep: int = 1) -> None:
        """Have ``count`` effects in the outbox, ``deep`` in each lane, created up to now; ``due`` when, as SQL of n."""
        began = self.clock.at - count - FIRST
        self.execute("DELETE FROM outbox")
        self.execute(
            f"INSERT INTO outbox SELECT 'c' || n.case_of || ':' || n.place || ':0', 'c' || n.case_of, n.place, 0,"
            f" destination, effect, {began} + n.n, {began} + n.n + ({due}), 'pending', 0, '', 0, ''"
            f" FROM a_told, (SELECT n, {FIRST} + (n - {FIRST}) / {deep} AS case_of, 10 + n % {deep} AS place"
            f" FROM {self.numbers(count)}) AS n"
        )
        self.analyze("outbox")

    def analyze(self, table: str = "") -> None:
        """Have the planner know the tables, where it is the server that sees to that before long."""

    def numbers(self, count: int) -> str:
        """A table with the column n, from ``FIRST`` on."""
        raise NotImplementedError

    def _copy(self, table: str, name: str) -> None:
        columns = [one[0] for one in self.execute(f"SELECT * FROM {table} WHERE 1 = 0").description]
        chosen = ", ".join(self._copied(table, column, name) for column in columns)
        self.execute(
            f"INSERT INTO {table} SELECT {chosen} FROM {table} AS t, {self.numbers(self.count)} AS n"
            f" WHERE t.{name} = 'c'"
        )

    def _copied(self, table: str, column: str, name: str) -> str:
        if column == name:
            return "'c' || n.n"
        if (table, column) in (("cases", "snapshot"), ("events", "body")):
            return f"""replace(t.{column}, '"c"', '"c' || n.n || '"')"""
        return f"t.{column}"


class CopiedSqlite(Copied):
    """In a file."""

    kind = "SQLite"
    marks = "?"

    def __init__(self, path: Path, count: int, durability: Literal["full", "normal"] = "full") -> None:
        self.store = SqliteStore(path, durability=durability)
        self.raw = sqlite3.connect(path, isolation_level=None)
        self.raw.execute("PRAGMA synchronous = OFF")
        self._begin(count)
        for pragma in ("foreign_keys = ON", f"synchronous = {durability}", "secure_delete = ON"):
            self.raw.execute(f"PRAGMA {pragma}")

    def numbers(self, count: int) -> str:
        """By counting up."""
        last = FIRST + count - 1
        counting = f"SELECT {FIRST} UNION ALL SELECT n + 1 FROM n WHERE n < {last}"
        return f"(WITH RECURSIVE n (n) AS ({counting}) SELECT n FROM n)"

    def close(self) -> None:
        """Close the connections."""
        self.raw.close()
        self.store.close()


class CopiedPostgres(Copied):
    """In a schema of a server's database."""

    kind = "PostgreSQL"
    marks = "%s"

    def __init__(self, dsn: str, schema: str, count: int) -> None:
        self.dsn, self.schema = dsn, schema
        self.store = PostgresStore(dsn, schema=schema)
        self.raw = raw_connection(dsn, schema)
        self.raw.execute("SET session_replication_role = replica")  # copies need no check of foreign keys
        self._begin(count)
        self.raw.execute("SET session_replication_role = origin")

    def numbers(self, count: int) -> str:
        """The server's own."""
        return f"(SELECT * FROM generate_series({FIRST}, {FIRST + count - 1}) AS n)"

    def analyze(self, table: str = "") -> None:
        """As autovacuum does."""
        self.execute(f"ANALYZE {table}")

    def close(self) -> None:
        """Close the connections."""
        self.raw.close()
        self.store.close()


def raw_connection(dsn: str, schema: str) -> psycopg.Connection[Any]:
    """A plain connection that finds the tables of the schema; each statement stands alone unless told otherwise."""
    return psycopg.connect(dsn, autocommit=True, options=f"-c search_path={schema}", prepare_threshold=1)
