"""A file of an older storage format becomes one of the present when it is opened: once, and wholly or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.adapters.sqlite.schema import FORMAT, NEVER
from casewf.engine.verify import verify
from casewf.errors import AdapterError
from casewf.ports.stored import Filter
from casewf.testing.clock import at
from casewf.testing.contracts.store_cases import race
from casewf.worktime import epoch_us

GOLDEN = Path(__file__).parents[2] / "golden" / "storage"
OLD_TABLES = (
    "definitions",
    "positions",
    "watchers",
    "holders",
    "events",
    "vault",
    "claims",
    "keys",
)
SOURCE = Path(sys.modules["casewf"].__path__[0]).parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(GOLDEN / "format-1.db", tmp_path / "old.db"))


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    return Path(shutil.copy(GOLDEN / "format-2.db", tmp_path / "newer.db"))


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def shape(path: Path) -> tuple[object, ...]:
    """Every table with its columns, every index with its SQL."""
    tables = rows(path, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    columns = [(name, rows(path, f"PRAGMA table_info({name})")) for (name,) in tables]
    return columns, rows(path, "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name")


def run(script: str, path: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    return subprocess.Popen(
        [sys.executable, "-c", script, str(path)], env=environment, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize("old", ["format-1", "format-2"])
def test_an_upgraded_file_has_the_shape_of_a_new_one(old: str, tmp_path: Path) -> None:
    path = Path(shutil.copy(GOLDEN / f"{old}.db", tmp_path / "old.db"))
    SqliteStore(path).close()
    SqliteStore(tmp_path / "new.db").close()
    assert shape(path) == shape(tmp_path / "new.db")
    assert rows(path, "SELECT value FROM meta WHERE key = 'format'") == [(str(FORMAT),)]


def test_the_due_instant_is_that_of_the_earliest_running_limit_that_is_not_advisory(path: Path) -> None:
    """A-1 is closed; in B-1 only two advisory limits run, the others stand; C-1 should have been dispatched at once."""
    with SqliteStore(path) as store:
        page = store.find(Filter(everything=True, order="due"))
    late = epoch_us(at("2026-03-16 14:15"))
    assert rows(path, "SELECT id, due FROM cases ORDER BY id") == [
        ("A-1", NEVER),
        ("B-1", NEVER),
        ("C-1", late),
    ]
    assert [case.id for case in page.cases] == ["C-1", "B-1"]
    assert rows(path, "SELECT count(*) FROM persons") == [(0,)]
    assert rows(path, "SELECT DISTINCT retain_until FROM cases") == [(None,)]


def test_all_else_of_format_1_is_as_it_was(path: Path) -> None:
    before = {table: rows(path, f"SELECT * FROM {table}") for table in (*OLD_TABLES, "incidents")}
    cases, outbox = rows(path, "SELECT * FROM cases"), rows(path, "SELECT * FROM outbox")
    SqliteStore(path).close()
    assert {table: rows(path, f"SELECT * FROM {table}") for table in before} == before
    assert [row[:-3] for row in rows(path, "SELECT * FROM cases")] == cases
    assert rows(path, "SELECT * FROM outbox") == [(*row, "") for row in outbox]


def test_nobody_holds_anything_of_format_2_and_all_else_is_as_it_was(newer: Path) -> None:
    tables = (*OLD_TABLES, "incidents", "persons")
    before = {table: rows(newer, f"SELECT * FROM {table}") for table in tables}
    cases, outbox = rows(newer, "SELECT * FROM cases"), rows(newer, "SELECT * FROM outbox")
    SqliteStore(newer).close()
    assert {table: rows(newer, f"SELECT * FROM {table}") for table in tables} == before
    assert rows(newer, "SELECT * FROM cases") == [(*row, 0) for row in cases]
    assert rows(newer, "SELECT * FROM outbox") == [(*row, "") for row in outbox]


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_a_process_that_dies_before_the_commit_leaves_format_1(path: Path, mode: str) -> None:
    script = (
        "import os, signal, sqlite3, sys\n"
        "from casewf.adapters.sqlite import upgrade\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('PRAGMA cache_size = 1')\n"  # so that it writes to the file before the commit
        "connection.execute('BEGIN EXCLUSIVE')\n"
        "upgrade.bring_up(connection, sys.argv[1])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    change(path, f"PRAGMA journal_mode = {mode}")
    before = shape(path)
    with run(script, path) as process:
        assert process.wait() < 0
    assert rows(path, "SELECT value FROM meta WHERE key = 'format'") == [("1",)]
    assert shape(path) == before
    with SqliteStore(path) as store:
        assert not verify(store).problems


def test_a_failure_on_the_way_changes_nothing(path: Path) -> None:
    change(path, "CREATE TABLE persons (somebody)")
    before = path.read_bytes()
    with pytest.raises(AdapterError, match="persons"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_of_many_threads_and_processes_one_upgrades(path: Path) -> None:
    script = "import sys; from casewf.adapters.sqlite import SqliteStore; SqliteStore(sys.argv[1]).close()"
    processes = [run(script, path) for _ in range(3)]
    outcomes = race([lambda: SqliteStore(path).close()] * 4)
    errors = [process.communicate()[1] for process in processes]
    assert (outcomes, errors) == ([None] * 4, [b""] * 3)
    with SqliteStore(path) as store:
        assert not verify(store).problems


def test_a_file_that_can_only_be_read_says_that_it_must_be_upgraded(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[18] = 3  # a write version above 2 makes SQLite treat the file as read-only, even for root
    path.write_bytes(content)
    with pytest.raises(AdapterError, match=r"storage format 1, to be upgraded\): it can only be read"):
        SqliteStore(path)
    assert path.read_bytes() == bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE cases SET snapshot = '{' WHERE id = 'B-1'",
        "UPDATE cases SET snapshot = CAST(x'ff' AS TEXT) WHERE id = 'B-1'",
        "UPDATE definitions SET body = 'no json'",
    ],
)
def test_a_damaged_row_does_not_stand_in_the_way(path: Path, damage: str) -> None:
    change(path, damage)
    with SqliteStore(path) as store:
        assert store.load("C-1") is not None
        found = {problem.case for problem in verify(store).problems}
    assert found == {"B-1" if "B-1" in damage else ""}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE definitions SET body = 'no json' WHERE kind = 'workflow'",
        "UPDATE definitions SET body = CAST(x'ff80' AS TEXT) WHERE kind = 'workflow'",
        "UPDATE definitions SET body = x'ff80' WHERE kind = 'workflow'",
        "UPDATE cases SET definition = CAST(x'ff80' AS TEXT) WHERE id = 'B-1'",
    ],
)
def test_a_case_whose_definition_cannot_be_read_is_due_by_every_limit(path: Path, damage: str) -> None:
    """A case too many in a list is better than one too few."""
    change(path, damage)
    with SqliteStore(path) as store:
        stored = store.load("B-1")
        assert stored is not None
        running = [clock.limit for clock in stored.case.clocks.values() if clock.phase == "running"]
    assert rows(path, "SELECT due FROM cases WHERE id = 'B-1'") == [(min(running),)]
