"""SqliteStore besides the contract: files that are not ours, locks, full disks, threads and processes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest

from casewf.adapters.sqlite import SqliteStore, health
from casewf.adapters.sqlite.find import query
from casewf.adapters.sqlite.outbox import PENDING, PENDING_OF_CASE
from casewf.errors import AdapterError, Conflict, InternalError
from casewf.model.case import Stamp
from casewf.model.events import Erased
from casewf.ports.stored import COUNTED, Filter, Incident, Settlement
from casewf.testing.contracts import samples
from casewf.testing.contracts.store_cases import everything, full_batch, race


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cases.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path) as store:
        yield store


def change(path: Path | str, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


class TestOpening:
    @pytest.mark.parametrize("name", [":memory:", "", "file:cases.db?mode=memory"])
    def test_a_database_in_memory_is_refused_with_the_store_to_use_instead(self, name: str) -> None:
        with pytest.raises(AdapterError, match="MemoryStore"):
            SqliteStore(name)

    def test_a_missing_directory_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(AdapterError, match=r"nowhere does not exist; create it"):
            SqliteStore(tmp_path / "nowhere" / "cases.db")

    @pytest.mark.parametrize("name", ["工单 100%?#.db", "a b.db"])
    def test_any_file_name_will_do(self, tmp_path: Path, name: str) -> None:
        with SqliteStore(tmp_path / name) as store:
            store.append(samples.opening())
        assert (tmp_path / name).stat().st_size > 0
        assert [entry.name for entry in tmp_path.iterdir()] == [name]

    def test_an_empty_file_becomes_a_store(self, path: Path) -> None:
        path.touch()
        with SqliteStore(path) as store:
            store.append(samples.opening())
            assert store.load("C-1") is not None

    def test_a_file_that_is_no_database_is_left_unchanged(self, path: Path) -> None:
        path.write_text("四季度台账\n" * 500, encoding="utf-8")
        before = path.read_bytes()
        with pytest.raises(AdapterError, match="no SQLite database"):
            SqliteStore(path)
        assert path.read_bytes() == before

    @pytest.mark.parametrize("mode", ["DELETE", "WAL"])
    def test_the_database_of_another_program_is_left_unchanged(self, path: Path, mode: str) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA journal_mode = {mode}")
            connection.execute("CREATE TABLE meta (key, value)")
        before = path.read_bytes()
        with pytest.raises(AdapterError, match="not one of casewf"):
            SqliteStore(path)
        assert path.read_bytes() == before

    def test_a_newer_format_is_left_unchanged(self, path: Path) -> None:
        SqliteStore(path).close()
        change(path, "UPDATE meta SET value = '4' WHERE key = 'format'")
        before = path.read_bytes()
        with pytest.raises(
            AdapterError, match="storage format 4, and this version of casewf reads formats 1 to 3"
        ):
            SqliteStore(path)
        assert path.read_bytes() == before

    def test_a_file_that_can_only_be_read_is_told_at_once(self, path: Path) -> None:
        SqliteStore(path).close()
        content = bytearray(path.read_bytes())
        content[18] = 3  # a write version above 2 makes SQLite treat the file as read-only, even for root
        path.write_bytes(content)
        with pytest.raises(
            AdapterError, match=r"can only be read.*\(-wal, -shm\).*as the user of the engine"
        ):
            SqliteStore(path)

    def test_many_threads_may_make_the_same_store_at_once(self, path: Path) -> None:
        outcomes = race([lambda: SqliteStore(path).close()] * 4)
        assert outcomes == [None] * 4
        with SqliteStore(path) as store:
            store.append(full_batch())

    def test_a_store_opens_while_another_process_writes(self, store: SqliteStore) -> None:
        with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            SqliteStore(store.path).close()


class TestTrouble:
    def test_a_lock_of_another_connection_is_retryable(self, store: SqliteStore) -> None:
        store.append(samples.opening())
        with SqliteStore(store.path, busy_ms=1) as hasty, closing(sqlite3.connect(store.path)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(AdapterError, match="lock") as caught:
                hasty.append(samples.opening("C-2"))
            assert caught.value.retryable
            assert hasty.load("C-1") is not None
            other.rollback()
            hasty.append(samples.opening("C-2"))

    def test_a_full_disk_changes_nothing_and_the_store_goes_on(self, store: SqliteStore) -> None:
        first = full_batch()
        store.append(first)
        before = everything(store)
        connection = store._connections._mine()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        big = attrs.evolve(samples.following(first), secrets=(samples.secret("2/caller", "长" * 100_000),))
        with pytest.raises(AdapterError, match="make room") as caught:
            store.append(big)
        assert not caught.value.retryable
        assert everything(store) == before
        connection.execute(f"PRAGMA max_page_count = {pages + 1000}")
        store.append(big)

    def test_a_damaged_page_is_an_error_that_says_so(self, path: Path) -> None:
        with SqliteStore(path) as store:
            for number in range(40):
                store.append(samples.opening(f"C-{number}"))
        content = bytearray(path.read_bytes())
        content[8192:] = b"\xa5" * (len(content) - 8192)
        path.write_bytes(content)
        with pytest.raises(AdapterError, match="damaged; keep a copy"):
            SqliteStore(path)

    @pytest.mark.parametrize(
        ("statement", "read", "words"),
        [
            ("UPDATE cases SET snapshot = '{'", "load", "the snapshot of case C-1 is damaged"),
            (
                "UPDATE events SET body = '{\"at\":1}' WHERE number = 1",
                "history",
                "event 1 of case C-1 is damaged",
            ),
            ("UPDATE events SET kind = 'Gone' WHERE number = 2", "history", "event 2 of case C-1 is damaged"),
            (
                'UPDATE outbox SET effect = \'{"$":"Stamp","id":"x"}\'',
                "outbox",
                "the effect C-1/2/0 of the outbox",
            ),
        ],
    )
    def test_a_damaged_row_is_named(self, store: SqliteStore, statement: str, read: str, words: str) -> None:
        store.append(full_batch())
        change(store.path, statement)
        with pytest.raises(AdapterError, match=words):
            getattr(store, read)("C-1")

    def test_a_closed_store_says_so(self, path: Path) -> None:
        store = SqliteStore(path)
        store.close()
        store.close()
        with pytest.raises(AdapterError, match="was closed"):
            store.load("C-1")

    def test_11_a_settlement_that_fails_half_way_leaves_nothing(self, store: SqliteStore) -> None:
        batch = samples.opening()
        row = samples.outbox_row(batch)
        store.append(attrs.evolve(batch, outbox=(row,)))
        before = everything(store)
        good, bad = (
            samples.follow_up(row, "li"),
            attrs.evolve(samples.follow_up(row, "wang"), effect=object()),
        )
        incident = Incident(case="C-1", at=0, kind="dead_letter", about=row.id)
        for state in ("done", "dead", "pending"):
            with pytest.raises(InternalError):
                store.settle(Settlement(id=row.id, state=state, incident=incident, follow_ups=(good, bad)))
            assert everything(store) == before


class TestThreadsAndProcesses:
    def test_every_thread_has_a_connection_of_its_own_and_close_closes_all(self, store: SqliteStore) -> None:
        store.append(samples.opening())
        used = threading.Barrier(4)

        def work() -> bool:
            found = store.load("C-1") is not None
            used.wait()
            return found

        assert race([work] * 4) == [True] * 4
        connections = list(store._connections._open.values())
        assert len(connections) == 5
        store.close()
        for connection in connections:
            with pytest.raises(sqlite3.ProgrammingError, match="closed"):
                connection.execute("SELECT 1")

    def test_the_connections_of_finished_threads_are_closed(self, store: SqliteStore) -> None:
        for _ in range(20):
            thread = threading.Thread(target=store.load, args=("C-1",))
            thread.start()
            thread.join()
        assert len(store._connections._open) <= 2

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    def test_a_forked_child_gets_a_connection_of_its_own(self, store: SqliteStore) -> None:
        first = samples.opening()
        store.append(first)
        with store.group():
            pass
        child = os.fork()
        if child == 0:
            status = 1
            try:
                with store.group() as inside:
                    inside.append(samples.following(first))
                status = 0 if len(store._connections._inherited) == 2 else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert [event.number for event in store.history("C-1")] == [1, 2]
        with pytest.raises(Conflict):
            store.append(samples.following(first))

    def test_batches_use_one_connection_again_until_one_is_undone(self, store: SqliteStore) -> None:
        used = []
        for name in ("C-1", "C-2"):
            with store.group() as inside:
                inside.append(samples.opening(name))
            used += store._connections._spare
        assert used == [used[0]] * 2
        with pytest.raises(Conflict), store.group() as inside:
            inside.append(samples.opening("C-1"))
        assert not store._connections._spare

    def test_the_connection_of_batches_is_closed_with_the_store(self, store: SqliteStore) -> None:
        with store.group() as inside:
            inside.append(samples.opening())
        (spare,) = store._connections._spare
        store.close()
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            spare.execute("SELECT 1")

    def test_8_what_was_acknowledged_is_there_after_the_process_was_killed(self, path: Path) -> None:
        script = (
            "import os, signal, sys\n"
            "from casewf.adapters.sqlite import SqliteStore\n"
            "from casewf.testing.contracts import samples\n"
            "store = SqliteStore(sys.argv[1])\n"
            "store.append(samples.opening())\n"
            "store._connections._mine().execute('BEGIN IMMEDIATE')\n"
            "store._connections._mine().execute(\"UPDATE cases SET card = 'red'\")\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        source = Path(sys.modules["casewf"].__path__[0]).parent
        done = subprocess.run(
            [sys.executable, "-c", script, str(path)],
            env={**os.environ, "PYTHONPATH": str(source)},
            check=False,
        )
        assert done.returncode != 0
        with SqliteStore(path) as store:
            assert tuple(store.history("C-1")) == samples.opening().events
            assert store.find(Filter(everything=True, card="red")).cases == ()


class TestPlans:
    def plan(self, store: SqliteStore, statement: str, values: Any) -> str:
        connection = store._connections._mine()
        return "\n".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values))

    def test_the_sweep_is_a_range_of_an_index_and_reads_no_case(self, store: SqliteStore) -> None:
        statement = (
            "SELECT id, wake FROM cases WHERE wake < ? AND (wake, id) > (?, ?) ORDER BY wake, id LIMIT ?"
        )
        plan = self.plan(store, statement, (1, 0, "", 10))
        assert plan == "SEARCH cases USING COVERING INDEX cases_by_wake ((wake,id)>(?,?) AND wake<?)"

    def test_pending_walks_what_was_never_put_off_and_finds_what_has_come_due(
        self, store: SqliteStore
    ) -> None:
        plan = self.plan(store, PENDING, {"now": 1, "limit": 10})
        fresh, put_off = plan.split("RIGHT")
        older = "SEARCH older USING INDEX outbox_lanes (case_id=? AND destination=? AND number<?)"
        assert older in fresh
        assert older in put_off
        walk, sort = (fresh.index(step) for step in ("SCAN o USING INDEX outbox_fresh", "USE TEMP B-TREE"))
        assert walk < fresh.index("SCAN (") < sort, "only what the walk gave up to its limit is sorted"
        search = put_off.index("SEARCH o USING INDEX outbox_put_off (due_at<?)")
        assert search < put_off.index("SCAN (") < put_off.index("USE TEMP B-TREE")

    def test_pending_of_one_case_looks_only_at_it(self, store: SqliteStore) -> None:
        plan = self.plan(store, PENDING_OF_CASE, {"now": 1, "limit": 10, "case_id": "C-1"})
        assert "SEARCH o USING INDEX outbox_by_case (case_id=?)" in plan or "outbox_lanes (case_id=?)" in plan

    @pytest.mark.parametrize(
        ("statement", "index"),
        [
            (health.CASES, "cases_by_wake (wake<?)"),
            (health.DUE, "outbox_put_off (due_at<?)"),
            (health.DUE, "SCAN outbox USING INDEX outbox_fresh"),
            (health.WAITING, "outbox_put_off (due_at>?)"),
            (health.WAITING, "outbox_fresh (created_at>?)"),
            (health.DEAD, "outbox_dead"),
        ],
    )
    def test_health_counts_along_an_index_without_sorting(
        self, store: SqliteStore, statement: str, index: str
    ) -> None:
        plan = self.plan(store, statement, health.values(1))
        assert index in plan
        assert "TEMP B-TREE" not in plan

    def test_health_counts_to_its_bound(self, store: SqliteStore) -> None:
        store.append(samples.opening(due=samples.START + 1))
        with closing(sqlite3.connect(store.path)) as connection, connection:
            columns = [row[1] for row in connection.execute("PRAGMA table_info(cases)")][1:]
            connection.execute(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)"
                f" INSERT INTO cases SELECT 'N-' || i, {', '.join(columns)} FROM cases, n"
            )
        assert store.health(samples.START + 2).due_cases == COUNTED

    @pytest.mark.parametrize("statement", [health.INCIDENTS, health.NEWEST])
    def test_health_looks_at_the_last_rows_only(self, store: SqliteStore, statement: str) -> None:
        assert "TEMP B-TREE" not in self.plan(store, statement, health.values(1))
        assert statement.count("LIMIT") == statement.count("ORDER BY")

    @pytest.mark.parametrize(
        "wanted",
        [
            Filter(order="due", everything=True),
            Filter(order="due", org="city", below=frozenset({"city", "li", ""}), opened_by="li"),
            Filter(order="due", below=frozenset({"li"}), opened_by="li", unheld=True, closed=False),
            Filter(
                order="due",
                org="city",
                workflow="claim",
                state=("main", "open"),
                card="yellow",
                due_from=1,
                due_before=9,
                after="C-1",
                after_due=5,
            ),
        ],
    )
    def test_a_worklist_is_a_walk_along_the_open_cases_without_sorting(
        self, store: SqliteStore, wanted: Filter
    ) -> None:
        plan = self.plan(store, *query(wanted)).splitlines()
        assert plan[0].startswith("SEARCH c USING INDEX cases_open ((due,id)>(?,?)")
        lookups = [line for line in plan if line.startswith("SEARCH") and line != plan[0]]
        assert all("USING PRIMARY KEY (case_id=?" in line for line in lookups)
        assert not [line for line in plan if "TEMP B-TREE" in line or line.startswith("SCAN")]

    @pytest.mark.parametrize(
        ("wanted", "index"),
        [
            (Filter(everything=True, person="p-1"), "persons_by_person (person=? AND case_id>?)"),
            (
                Filter(everything=True, retain_before=1),
                "cases_by_retention (retain_until>? AND retain_until<?)",
            ),
            (Filter(below=frozenset({"li"}), closed=True), "holders_by_holder (holder=? AND case_id>?)"),
        ],
    )
    def test_a_person_s_cases_and_those_kept_too_long_come_out_of_an_index(
        self, store: SqliteStore, wanted: Filter, index: str
    ) -> None:
        plan = self.plan(store, *query(wanted))
        assert f"INDEX {index}" in plan
        assert "SCAN c\n" not in plan


class TestErasing:
    def test_9_an_erased_value_leaves_no_bytes_in_the_files(self, store: SqliteStore) -> None:
        name = "欧阳震华 13900001111"
        row = samples.secret(value=name)
        first = attrs.evolve(samples.opening(fields={"caller": samples.sealed(row)}), secrets=(row,))
        store.append(first)
        assert any(name.encode() in data for data in contents(store))
        erased = Erased(at=samples.START + 1, by=Stamp("officer-1"), refs=(row.ref,))
        store.append(attrs.evolve(samples.following(first, erased), erased=(row.ref,)))
        assert not any(name.encode() in data for data in contents(store))


def contents(store: SqliteStore) -> list[bytes]:
    path = Path(store.path)
    return [entry.read_bytes() for entry in path.parent.iterdir() if entry.name.startswith(path.name)]


def test_an_erased_value_leaves_the_log_once_no_reader_is_in_the_way(path: Path) -> None:
    """D5: a reader puts the emptying off to the next append, not for good."""
    log = path.with_name(f"{path.name}-wal")
    row = samples.secret(value="13900001111")
    first = attrs.evolve(samples.opening(), secrets=(row,))
    erased = Erased(at=samples.START + 1, by=Stamp("operator-1"), refs=(row.ref,))
    with SqliteStore(path) as store:
        store.append(first)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM cases").fetchone()
            store.append(attrs.evolve(samples.following(first, erased), erased=(row.ref,)))
            assert b"13900001111" in log.read_bytes()
        store.append(samples.opening("C-2"))
        assert b"13900001111" not in log.read_bytes() + path.read_bytes()
