"""HostSqliteStore: the contract inside a host's transaction, and what a host could get wrong (D1, D2, D5)."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import attrs
import pytest

from casewf import HostSqliteStore, SqliteStore
from casewf.errors import AdapterError, Conflict
from casewf.ports.store import Store
from casewf.ports.stored import Append, Due, OutboxRow, Settlement
from casewf.testing.contracts import samples
from casewf.testing.contracts.store import DurableStoreContract, StoreContract
from casewf.testing.contracts.store_cases import everything, full_batch
from host_database import PRAGMAS, connect, prepare


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


class _OneConnection(HostSqliteStore):
    """What a host does that shares one connection among threads: one call after the other."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(lambda: connection)
        self._turn = threading.Lock()

    def append(self, batch: Append) -> None:
        with self._turn:
            super().append(batch)

    def settle(self, settlement: Settlement) -> None:
        with self._turn:
            super().settle(settlement)

    def claim_due(self, now: int, until: int, limit: int) -> Sequence[Due]:
        with self._turn:
            return super().claim_due(now, until, limit)

    def claim(
        self, now: int, until: int, lease: str, limit: int, case_id: str | None = None
    ) -> Sequence[OutboxRow]:
        with self._turn:
            return super().claim(now, until, lease, limit, case_id)


class TestInsideOneTransaction(StoreContract):
    """Each test is one transaction of the host, which rolls it back at the end."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with closing(connect(prepare(tmp_path / "host.db"))) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO complaint VALUES ('mine', 0)")
            yield _OneConnection(connection)
            assert connection.execute("SELECT id FROM complaint").fetchall() == [("mine",)]
            connection.execute("ROLLBACK")
            assert connection.execute("SELECT count(*) FROM cases").fetchone() == (0,)


class _EachCall:
    """A store whose every call is a transaction of the host of its own, on the calling thread's connection."""

    def __init__(self, path: Path | str) -> None:
        self.path = path
        self._local = threading.local()
        self._store = HostSqliteStore(self._connection)
        self._open: list[sqlite3.Connection] = []

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = connect(self.path)
            self._open.append(self._local.connection)
        found: sqlite3.Connection = self._local.connection
        return found

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*args: object, **named: object) -> object:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                result: object = getattr(self._store, name)(*args, **named)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
            return result

        return call

    def close(self) -> None:
        for connection in self._open:
            connection.close()


class TestATransactionForEachCall(DurableStoreContract):
    """What the host commits, a store with the path of the same file finds, and the other way round."""

    def make_store(self, tmp_path: Path) -> Store:
        return _EachCall(prepare(tmp_path / "host.db"))  # type: ignore[return-value]  # by __getattr__

    def reopen(self, store: Store) -> Store:
        return SqliteStore(store.path)  # type: ignore[attr-defined]  # make_store gives no other


class TestTogetherOrNotAtAll:
    def test_1_what_the_host_rolls_back_was_never_there(
        self, host: sqlite3.Connection, store: HostSqliteStore, path: Path
    ) -> None:
        host.execute("BEGIN IMMEDIATE")
        host.execute("INSERT INTO complaint VALUES ('C-1', 1)")
        store.append(full_batch())
        host.execute("ROLLBACK")
        with SqliteStore(path) as outside:
            assert outside.load("C-1") is None
            assert outside.definition(samples.definition().hash) is None
            assert outside.answer("operator-1", "open", "k-1") is None
        assert host.execute("SELECT * FROM complaint").fetchall() == []

    def test_1_nobody_sees_either_before_the_commit_and_everybody_both_after(
        self, host: sqlite3.Connection, store: HostSqliteStore, path: Path
    ) -> None:
        with SqliteStore(path) as outside, closing(connect(path)) as other:
            host.execute("BEGIN IMMEDIATE")
            host.execute("INSERT INTO complaint VALUES ('C-1', 1)")
            store.append(full_batch())
            assert outside.load("C-1") is None
            assert other.execute("SELECT * FROM complaint").fetchall() == []
            host.execute("COMMIT")
            assert outside.load("C-1") is not None
            assert other.execute("SELECT * FROM complaint").fetchall() == [("C-1", 1)]

    def test_2_an_append_that_fails_leaves_the_rest_of_the_transaction(
        self, host: sqlite3.Connection, store: HostSqliteStore
    ) -> None:
        host.execute("BEGIN IMMEDIATE")
        host.execute("INSERT INTO complaint VALUES ('before', 1)")
        first = full_batch()
        store.append(first)
        before = everything(store)
        clash = attrs.evolve(samples.following(first), claims=first.claims)
        with pytest.raises(Conflict):
            store.append(clash)
        assert everything(store) == before
        host.execute("INSERT INTO complaint VALUES ('after', 1)")
        store.append(samples.following(first))
        host.execute("COMMIT")
        assert host.execute("SELECT id FROM complaint ORDER BY id").fetchall() == [("after",), ("before",)]
        assert host.execute("SELECT count(*) FROM events").fetchone() == (len(first.events) + 1,)

    def test_an_inner_savepoint_that_the_host_rolls_back_takes_the_case_with_it(
        self, host: sqlite3.Connection, store: HostSqliteStore
    ) -> None:
        host.execute("BEGIN IMMEDIATE")
        store.append(samples.opening("C-1"))
        host.execute("SAVEPOINT inner")
        store.append(samples.opening("C-2"))
        host.execute("ROLLBACK TO inner")
        host.execute("COMMIT")
        assert host.execute("SELECT id FROM cases").fetchall() == [("C-1",)]

    @pytest.mark.parametrize("commits", [False, True])
    def test_8_a_process_killed_before_the_commit_leaves_neither_after_it_both(
        self, path: Path, commits: bool
    ) -> None:
        script = (
            "import os, signal, sqlite3, sys\n"
            "from casewf import HostSqliteStore\n"
            "from casewf.testing.contracts import samples\n"
            "host = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
            f"for pragma in {PRAGMAS!r}: host.execute('PRAGMA ' + pragma)\n"
            "host.execute('BEGIN IMMEDIATE')\n"
            "host.execute(\"INSERT INTO complaint VALUES ('C-1', 1)\")\n"
            "HostSqliteStore(lambda: host).append(samples.opening())\n"
            f"if {commits}: host.execute('COMMIT')\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        source = Path(sys.modules["casewf"].__path__[0]).parent
        done = subprocess.run(
            [sys.executable, "-c", script, str(path)],
            env={**os.environ, "PYTHONPATH": str(source)},
            check=False,
            timeout=30,
        )
        assert done.returncode == -9
        with SqliteStore(path) as outside, closing(connect(path)) as other:
            assert (outside.load("C-1") is not None) is commits
            assert other.execute("SELECT count(*) FROM complaint").fetchone() == (int(commits),)


class TestWhatAHostCouldGetWrong:
    @pytest.mark.parametrize("call", [lambda s: s.load("C-1"), lambda s: s.append(samples.opening())])
    def test_without_a_transaction_nothing_is_done(
        self, store: HostSqliteStore, host: sqlite3.Connection, call: Callable[[Store], object]
    ) -> None:
        with pytest.raises(AdapterError, match=r"no transaction is open.*BEGIN IMMEDIATE"):
            call(store)
        assert host.execute("SELECT count(*) FROM cases").fetchone() == (0,)
        assert not host.in_transaction

    @pytest.mark.parametrize(
        "setting",
        ["synchronous = NORMAL", "secure_delete = OFF", "secure_delete = FAST", "foreign_keys = OFF"],
    )
    def test_a_setting_that_breaks_a_promise_is_told_and_left_as_it_is(
        self, store: HostSqliteStore, host: sqlite3.Connection, setting: str
    ) -> None:
        name = setting.split(maxsplit=1)[0]
        host.execute(f"PRAGMA {setting}")
        found = host.execute(f"PRAGMA {name}").fetchone()
        host.execute("BEGIN IMMEDIATE")
        with pytest.raises(AdapterError, match=f"PRAGMA {name} = "):
            store.append(samples.opening())
        assert host.execute(f"PRAGMA {name}").fetchone() == found
        assert store.load("C-1") is None
        host.execute("ROLLBACK")

    def test_durability_normal_is_the_hosts_to_choose(self, host: sqlite3.Connection) -> None:
        host.execute("PRAGMA synchronous = NORMAL")
        host.execute("BEGIN IMMEDIATE")
        HostSqliteStore(lambda: host, durability="normal").append(samples.opening())
        host.execute("COMMIT")

    def test_how_the_host_reads_its_own_rows_does_not_matter_and_stays(
        self, store: HostSqliteStore, host: sqlite3.Connection
    ) -> None:
        host.row_factory, host.text_factory = sqlite3.Row, bytes
        host.execute("BEGIN IMMEDIATE")
        batch = full_batch()
        store.append(batch)
        store.append(samples.following(batch))
        stored = store.load("C-1")
        assert stored is not None
        assert stored.case.id == "C-1"
        assert (host.row_factory, host.text_factory) == (sqlite3.Row, bytes)
        assert host.execute("SELECT id FROM cases").fetchone()["id"] == b"C-1"

    def test_a_host_in_the_standard_transaction_mode_of_sqlite3_may_begin_by_writing(
        self, path: Path
    ) -> None:
        with closing(sqlite3.connect(path)) as host:
            for pragma in PRAGMAS:
                host.execute(f"PRAGMA {pragma}")
            host.execute("INSERT INTO complaint VALUES ('C-1', 1)")
            HostSqliteStore(lambda: host).append(samples.opening())
            host.commit()
        with SqliteStore(path) as outside:
            assert outside.load("C-1") is not None

    def test_a_transaction_that_began_with_a_read_says_why_it_cannot_write(
        self, store: HostSqliteStore, host: sqlite3.Connection, path: Path
    ) -> None:
        host.execute("BEGIN")
        assert store.load("C-1") is None
        with SqliteStore(path) as outside:
            outside.append(samples.opening("C-9"))
        with pytest.raises(AdapterError, match=r"began with a read.*BEGIN IMMEDIATE") as caught:
            store.append(samples.opening())
        assert not caught.value.retryable
        assert store.load("C-9") is None
        host.execute("ROLLBACK")

    def test_a_lock_of_somebody_else_is_retryable(
        self, store: HostSqliteStore, host: sqlite3.Connection, path: Path
    ) -> None:
        host.execute("PRAGMA busy_timeout = 0")
        with closing(connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            host.execute("BEGIN")
            with pytest.raises(AdapterError, match="lock") as caught:
                store.append(samples.opening())
            other.execute("ROLLBACK")
        assert caught.value.retryable
        store.append(samples.opening())
        host.execute("COMMIT")

    def test_a_store_of_its_own_inside_the_hosts_transaction_names_the_one_to_use(
        self, host: sqlite3.Connection, path: Path
    ) -> None:
        host.execute("BEGIN IMMEDIATE")
        with SqliteStore(path, busy_ms=0) as wrong, pytest.raises(AdapterError, match="HostSqliteStore"):
            wrong.append(samples.opening())
        host.execute("ROLLBACK")

    def test_a_full_disk_is_told(self, store: HostSqliteStore, host: sqlite3.Connection) -> None:
        host.execute("BEGIN IMMEDIATE")
        (pages,) = host.execute("PRAGMA page_count").fetchone()
        host.execute(f"PRAGMA max_page_count = {pages}")
        first = samples.opening(fields={"summary": "x" * 100_000})
        with pytest.raises(AdapterError, match="disk is full") as caught:
            store.append(first)
        assert ("rolled back the host's whole transaction" in str(caught.value)) is not host.in_transaction

    def test_something_that_is_no_connection_is_named(self) -> None:
        with pytest.raises(AdapterError, match=r"sqlite3\.Connection itself.*not object"):
            HostSqliteStore(object).load("C-1")  # type: ignore[arg-type]  # as a host might

    def test_a_closed_store_is_an_adapter_error_and_the_connection_stays_open(
        self, store: HostSqliteStore, host: sqlite3.Connection
    ) -> None:
        store.close()
        host.execute("BEGIN")
        with pytest.raises(AdapterError, match="was closed"):
            store.load("C-1")
        host.execute("COMMIT")
