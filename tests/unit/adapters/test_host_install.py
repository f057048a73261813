"""HostSqliteStore.install: casewf's tables among those of a host, whose own are left alone."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from casewf import HostSqliteStore, SqliteStore
from casewf.adapters.sqlite import schema
from casewf.errors import AdapterError
from casewf.testing.contracts import samples
from casewf.testing.contracts.store_cases import everything, full_batch
from host_database import connect, prepare

FORMAT_1 = Path(__file__).parents[2] / "golden" / "storage" / "format-1.db"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return prepare(tmp_path / "host.db")


@pytest.fixture
def host(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(path)) as connection:
        yield connection


@pytest.fixture
def store(host: sqlite3.Connection) -> HostSqliteStore:
    return HostSqliteStore(lambda: host)


class TestInstalling:
    def fresh(self, path: Path, *statements: str) -> sqlite3.Connection:
        connection = connect(path)
        for statement in ("PRAGMA journal_mode = WAL", *statements, "BEGIN IMMEDIATE"):
            connection.execute(statement)
        return connection

    def test_tables_in_the_way_are_all_named_and_nothing_is_made(self, tmp_path: Path) -> None:
        own = ("CREATE TABLE Events (x)", "CREATE TABLE complaint (x)", "CREATE VIEW keys AS SELECT 1 AS x")
        with closing(self.fresh(tmp_path / "host.db", *own)) as host:
            with pytest.raises(AdapterError, match="named Events, keys, as casewf's"):
                HostSqliteStore.install(host)
            host.execute("COMMIT")
            names = {name for (name,) in host.execute("SELECT name FROM sqlite_master")}
        assert names == {"Events", "complaint", "keys"}

    def test_it_is_rolled_back_with_the_hosts_migration(self, tmp_path: Path) -> None:
        with closing(self.fresh(tmp_path / "host.db")) as host:
            HostSqliteStore.install(host)
            host.execute("ROLLBACK")
            assert host.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)

    def test_a_second_time_it_does_nothing(self, host: sqlite3.Connection, store: HostSqliteStore) -> None:
        host.execute("BEGIN IMMEDIATE")
        store.append(full_batch())
        before = everything(store)
        HostSqliteStore.install(host)
        assert everything(store) == before

    def test_the_file_keeps_the_mark_of_the_host(self, tmp_path: Path) -> None:
        path = tmp_path / "host.db"
        with closing(self.fresh(path, "PRAGMA application_id = 77")) as host:
            HostSqliteStore.install(host)
            host.execute("COMMIT")
            with SqliteStore(path) as outside:
                outside.append(samples.opening())
            assert host.execute("PRAGMA application_id").fetchone() == (77,)

    def test_a_database_without_the_tables_is_told_how_to_get_them(self, tmp_path: Path) -> None:
        host = self.fresh(tmp_path / "host.db", "CREATE TABLE complaint (id)")
        with closing(host), pytest.raises(AdapterError, match=r"HostSqliteStore\.install"):
            HostSqliteStore(lambda: host).load("C-1")
        with pytest.raises(AdapterError, match=r"HostSqliteStore\.install"):
            SqliteStore(tmp_path / "host.db")

    def test_another_format_is_refused(self, host: sqlite3.Connection, store: HostSqliteStore) -> None:
        host.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
        host.execute("BEGIN IMMEDIATE")
        with pytest.raises(AdapterError, match="format 99"):
            store.load("C-1")
        with pytest.raises(AdapterError, match="format 99"):
            HostSqliteStore.install(host)

    def test_older_tables_are_brought_up_with_the_hosts_migration(self, path: Path) -> None:
        path.unlink()
        shutil.copy(FORMAT_1, path)
        with closing(self.fresh(path, "PRAGMA application_id = 0", "CREATE TABLE complaint (id)")) as host:
            cases = [row[0] for row in host.execute("SELECT id FROM cases ORDER BY id")]
            store = HostSqliteStore(lambda: host)
            with pytest.raises(
                AdapterError, match=r"format 1.*HostSqliteStore\.install\(connection\) once more"
            ):
                store.heads()
            HostSqliteStore.install(host)
            assert [head.case for head in store.heads()] == cases
            assert [store.load(case) is not None for case in cases] == [True] * len(cases)
            host.execute("COMMIT")
            assert host.execute("PRAGMA application_id").fetchone() == (0,)
        with SqliteStore(path) as outside:
            assert [head.case for head in outside.heads()] == cases

    def test_it_needs_a_transaction_and_write_ahead_logging(self, tmp_path: Path) -> None:
        with closing(connect(tmp_path / "host.db")) as host:
            with pytest.raises(AdapterError, match="no transaction is open"):
                HostSqliteStore.install(host)
            host.execute("BEGIN IMMEDIATE")
            with pytest.raises(AdapterError, match="PRAGMA journal_mode = WAL"):
                HostSqliteStore.install(host)

    def test_every_table_and_index_of_the_schema_is_looked_for(self, path: Path) -> None:
        with closing(connect(path)) as host:
            made = {name for (name,) in host.execute("SELECT name FROM sqlite_master WHERE sql NOT NULL")}
        assert made - {"complaint"} == schema.names()
