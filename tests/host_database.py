"""A host's own SQLite database with casewf's tables among its own, for tests of ``HostSqliteStore``."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from casewf.adapters.sqlite import HostSqliteStore

PRAGMAS = ("synchronous = FULL", "secure_delete = ON", "foreign_keys = ON")


def connect(path: Path | str) -> sqlite3.Connection:
    """A host's connection as it should be: in autocommit mode, with the settings that casewf asks for."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def prepare(path: Path) -> Path:
    """A host's database with a table of its own and casewf's tables."""
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE complaint (id TEXT PRIMARY KEY, case_version INTEGER)")
        connection.execute("BEGIN IMMEDIATE")
        HostSqliteStore.install(connection)
        connection.execute("COMMIT")
    return path
