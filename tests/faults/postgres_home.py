"""Cases in a schema of a PostgreSQL server, for the tests of faults."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from casewf.adapters.postgres import PostgresStore
from casewf.adapters.postgres.session import Session
from casewf.ports.store import Store
from postgres_schemas import TABLES, empty, new_schema


class PostgresHome:
    """Stores in one schema, which is emptied between them.

    Args:
        folder: where others keep files.
        dsn: asked for a server when one is needed.
    """

    def __init__(self, folder: Path, dsn: Callable[[], str]) -> None:
        self._dsn = dsn()
        self._exit = ExitStack()
        self._schema = self._exit.enter_context(new_schema(self._dsn))
        self._store = PostgresStore(self._dsn, schema=self._schema)
        self._is_used = False

    def fresh(self) -> PostgresStore:
        if self._is_used:
            self._store.close()
            empty(self._dsn, self._schema)
            self._store = self.open(self.where, durable=False)
        self._is_used = True
        return self._store

    def close(self) -> None:
        self._store.close()
        self._exit.close()

    @property
    def where(self) -> str:
        return f"{self._schema} {self._dsn}"

    def keep(self) -> None:
        kept = self._exit.enter_context(new_schema(self._dsn))
        copies = [f"CREATE TABLE {kept}.{name} AS TABLE {self._schema}.{name}" for name in TABLES]
        self._run(f"CREATE SCHEMA {kept}", *copies)
        self._kept = kept

    def bring_back(self) -> None:
        empty(self._dsn, self._schema)
        self._run(
            *(
                f"INSERT INTO {self._schema}.{name} OVERRIDING SYSTEM VALUE SELECT * FROM {self._kept}.{name}"
                for name in reversed(TABLES)
            )
        )

    @staticmethod
    def open(where: str, *, durable: bool, wait_ms: int = 20_000) -> PostgresStore:
        schema, _, dsn = where.partition(" ")
        return PostgresStore(dsn, schema=schema, busy_ms=wait_ms, install=False)

    @staticmethod
    def trace(store: Store, statement: Callable[[str], None]) -> None:
        """Tell of each statement of this process, and of each time that it waits for the answers, before it does."""
        execute, sync = Session.execute, Session.sync

        def traced(session: Session, text: str, *values: Any, **more: Any) -> Any:
            statement(text)
            return execute(session, text, *values, **more)

        def waiting(session: Session) -> None:
            statement("")
            sync(session)

        Session.execute, Session.sync = traced, waiting  # type: ignore[method-assign]

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(";".join(statements))
