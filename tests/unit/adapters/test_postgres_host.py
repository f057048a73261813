"""HostPostgresStore: the contract inside a host's transaction, and what a host could get wrong (D1, D2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import psycopg
import pytest
from psycopg.rows import dict_row

from casewf import HostPostgresStore, PostgresStore
from casewf.errors import AdapterError, Conflict
from casewf.ports.store import Store
from casewf.ports.stored import Filter
from casewf.testing.contracts import samples
from casewf.testing.contracts.store import DurableStoreContract, StoreContract
from casewf.testing.contracts.store_cases import everything, full_batch

Host: TypeAlias = psycopg.Connection[Any]


@pytest.fixture
def host(postgres_dsn: str, postgres_schema: str) -> Iterator[Host]:
    """A host's connection, with a table of its own; a transaction begins with its next statement."""
    with psycopg.connect(postgres_dsn) as connection:
        connection.execute("CREATE TEMP TABLE complaint (id TEXT PRIMARY KEY, case_version BIGINT)")
        connection.commit()
        yield connection
        if not connection.closed:
            connection.rollback()


@pytest.fixture
def store(host: Host, postgres_schema: str) -> HostPostgresStore:
    return HostPostgresStore(lambda: host, schema=postgres_schema)


@pytest.fixture
def outside(postgres_dsn: str, postgres_schema: str) -> Iterator[PostgresStore]:
    with PostgresStore(postgres_dsn, schema=postgres_schema) as made:
        yield made


def complaints(host: Host) -> list[str]:
    return [row[0] for row in host.execute("SELECT id FROM complaint ORDER BY id")]


class TestInsideOneTransaction(StoreContract):
    """Each test is one transaction of the host, which rolls it back at the end."""

    @pytest.fixture
    def store(self, host: Host, postgres_schema: str, outside: PostgresStore) -> Iterator[Store]:
        host.execute("INSERT INTO complaint VALUES ('mine', 0)")
        yield _OneAtATime(HostPostgresStore(lambda: host, schema=postgres_schema))  # type: ignore[misc]
        assert complaints(host) == ["mine"]
        host.rollback()
        assert outside.find(Filter(everything=True)).cases == ()


class _OneAtATime:
    """What a host does that shares one connection among threads: one call after the other."""

    def __init__(self, store: HostPostgresStore) -> None:
        self._store = store
        self._turn = threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*args: object, **named: object) -> object:
            with self._turn:
                result: object = getattr(self._store, name)(*args, **named)
                return result

        return call


class _EachCall:
    """A store whose every call is a transaction of the host of its own, on the calling thread's connection."""

    def __init__(self, dsn: str, schema: str) -> None:
        self._dsn = dsn
        self._local = threading.local()
        self._store = HostPostgresStore(self._connection, schema=schema)
        self._open: list[Host] = []

    def _connection(self) -> Host:
        if not hasattr(self._local, "connection"):
            self._local.connection = psycopg.connect(self._dsn, autocommit=True)
            self._open.append(self._local.connection)
        found: Host = self._local.connection
        return found

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*args: object, **named: object) -> object:
            with self._connection().transaction():
                result: object = getattr(self._store, name)(*args, **named)
            return result

        return call

    def close(self) -> None:
        for connection in self._open:
            connection.close()


class TestATransactionForEachCall(DurableStoreContract):
    """What the host commits, a store on the same database finds, and the other way round."""

    @pytest.fixture(autouse=True)
    def _database(self, postgres_dsn: str, postgres_schema: str) -> None:
        self.dsn, self.schema = postgres_dsn, postgres_schema

    def make_store(self, tmp_path: Path) -> Store:
        return _EachCall(self.dsn, self.schema)  # type: ignore[return-value]  # by __getattr__

    def reopen(self, store: Store) -> Store:
        return PostgresStore(self.dsn, schema=self.schema)


class TestTogetherOrNotAtAll:
    def test_1_what_the_host_rolls_back_was_never_there(
        self, host: Host, store: HostPostgresStore, outside: PostgresStore
    ) -> None:
        host.execute("INSERT INTO complaint VALUES ('C-1', 1)")
        store.append(full_batch())
        host.rollback()
        assert outside.load("C-1") is None
        assert outside.definition(samples.definition().hash) is None
        assert outside.answer("operator-1", "open", "k-1") is None
        assert complaints(host) == []

    def test_1_nobody_sees_either_before_the_commit_and_everybody_both_after(
        self, host: Host, store: HostPostgresStore, outside: PostgresStore
    ) -> None:
        host.execute("INSERT INTO complaint VALUES ('C-1', 1)")
        store.append(full_batch())
        assert outside.load("C-1") is None
        host.commit()
        assert outside.load("C-1") is not None
        assert complaints(host) == ["C-1"]

    def test_2_an_append_that_fails_leaves_the_rest_of_the_transaction(
        self, host: Host, store: HostPostgresStore, outside: PostgresStore
    ) -> None:
        host.execute("INSERT INTO complaint VALUES ('before', 1)")
        first = full_batch()
        store.append(first)
        before = everything(store)
        with pytest.raises(Conflict):
            store.append(attrs.evolve(samples.following(first), claims=first.claims))
        with pytest.raises(Conflict):
            store.append(samples.opening())
        assert everything(store) == before
        host.execute("INSERT INTO complaint VALUES ('after', 1)")
        store.append(samples.following(first))
        host.commit()
        assert complaints(host) == ["after", "before"]
        assert len(outside.history("C-1")) == len(first.events) + 1

    def test_2_somebody_elses_append_in_between_is_a_conflict_and_the_host_goes_on(
        self, host: Host, store: HostPostgresStore, outside: PostgresStore
    ) -> None:
        first = samples.opening()
        store.append(first)
        host.commit()
        assert store.load("C-1") is not None
        outside.append(samples.following(first, samples.moved("theirs")))
        host.execute("INSERT INTO complaint VALUES ('mine', 1)")
        with pytest.raises(Conflict):
            store.append(samples.following(first, samples.moved("mine")))
        host.commit()
        assert complaints(host) == ["mine"]

    def test_a_savepoint_that_the_host_rolls_back_takes_the_case_with_it(
        self, host: Host, store: HostPostgresStore, outside: PostgresStore
    ) -> None:
        store.append(samples.opening("C-1"))
        with host.transaction(force_rollback=True):
            store.append(samples.opening("C-2"))
        host.commit()
        assert [head.case for head in outside.heads()] == ["C-1"]


class TestWhatAHostCouldGetWrong:
    def test_in_autocommit_mode_nothing_is_done_without_a_transaction(
        self, host: Host, store: HostPostgresStore, outside: PostgresStore
    ) -> None:
        host.autocommit = True
        for call in (lambda: store.load("C-1"), lambda: store.append(samples.opening())):
            with pytest.raises(AdapterError, match=r"no transaction is open.*PostgresStore"):
                call()
        assert outside.heads() == ()
        with host.transaction():
            store.append(samples.opening())
        assert [head.case for head in outside.heads()] == ["C-1"]

    def test_a_transaction_that_has_failed_is_told(self, host: Host, store: HostPostgresStore) -> None:
        with pytest.raises(psycopg.errors.UndefinedTable):
            host.execute("SELECT * FROM nowhere")
        with pytest.raises(AdapterError, match="has failed already"):
            store.load("C-1")
        host.rollback()
        assert store.load("C-1") is None

    def test_a_commit_that_would_not_wait_for_the_disk_is_told_and_the_setting_stays(
        self, host: Host, store: HostPostgresStore
    ) -> None:
        host.execute("SET LOCAL synchronous_commit = off")
        with pytest.raises(AdapterError, match="SET synchronous_commit = on"):
            store.append(samples.opening())
        assert store.load("C-1") is None
        assert host.execute("SHOW synchronous_commit").fetchone() == ("off",)

    def test_how_the_host_reads_and_writes_its_own_rows_does_not_matter_and_stays(
        self, host: Host, store: HostPostgresStore
    ) -> None:
        host.row_factory = dict_row
        host.cursor_factory = psycopg.ClientCursor
        host.execute("SET search_path = pg_catalog")
        batch = full_batch()
        store.append(batch)
        store.append(samples.following(batch))
        stored = store.load("C-1")
        assert stored is not None
        assert stored.case.id == "C-1"
        assert host.execute("SELECT 'x' AS id").fetchone() == {"id": "x"}

    def test_another_encoding_of_the_connection_is_told(self, host: Host, store: HostPostgresStore) -> None:
        host.execute("SET client_encoding = 'LATIN1'")
        with pytest.raises(AdapterError, match="client_encoding to UTF8"):
            store.append(samples.opening())

    def test_a_lock_of_somebody_else_is_retryable_and_undoes_the_append_only(
        self, host: Host, store: HostPostgresStore, postgres_dsn: str, postgres_schema: str
    ) -> None:
        first = samples.opening()
        store.append(first)
        host.commit()
        with psycopg.connect(postgres_dsn) as other:
            other.execute(f"SELECT 1 FROM {postgres_schema}.cases FOR UPDATE")
            host.execute("INSERT INTO complaint VALUES ('mine', 1)")
            host.execute("SET LOCAL lock_timeout = 1")
            with pytest.raises(AdapterError, match="lock") as caught:
                store.append(samples.following(first))
            assert caught.value.retryable
        store.append(samples.following(first))
        host.commit()
        assert complaints(host) == ["mine"]

    def test_a_connection_that_is_lost_takes_the_transaction_with_it(
        self, host: Host, store: HostPostgresStore, outside: PostgresStore, postgres_dsn: str
    ) -> None:
        store.append(samples.opening("C-1"))
        with psycopg.connect(postgres_dsn, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (host.info.backend_pid,))
        with pytest.raises(AdapterError, match="begin it anew") as caught:
            store.append(samples.opening("C-2"))
        assert caught.value.retryable
        assert outside.heads() == ()

    def test_a_store_of_its_own_inside_the_hosts_transaction_names_the_one_to_use(
        self, host: Host, store: HostPostgresStore, postgres_dsn: str, postgres_schema: str
    ) -> None:
        first = samples.opening()
        store.append(first)
        host.commit()
        store.append(samples.following(first))
        with (
            PostgresStore(postgres_dsn, schema=postgres_schema, busy_ms=1) as wrong,
            pytest.raises(AdapterError, match="HostPostgresStore"),
        ):
            wrong.append(samples.following(first))

    def test_something_that_is_no_connection_is_named(self) -> None:
        with pytest.raises(AdapterError, match=r"psycopg\.Connection itself.*not object"):
            HostPostgresStore(object).load("C-1")  # type: ignore[arg-type]  # as a host might

    def test_a_closed_store_is_an_adapter_error_and_the_connection_stays_open(
        self, host: Host, store: HostPostgresStore
    ) -> None:
        store.close()
        with pytest.raises(AdapterError, match="was closed"):
            store.load("C-1")
        assert not host.closed


class TestInstalling:
    def test_it_is_part_of_the_hosts_migration(
        self, fresh_schema: str, host: Host, postgres_dsn: str
    ) -> None:
        store = HostPostgresStore(lambda: host, schema=fresh_schema)
        with pytest.raises(AdapterError, match=r"HostPostgresStore\.install"):
            store.load("C-1")
        HostPostgresStore.install(host, schema=fresh_schema)
        assert store.load("C-1") is None
        host.rollback()
        with pytest.raises(AdapterError, match=r"HostPostgresStore\.install"):
            HostPostgresStore(lambda: host, schema=fresh_schema).load("C-1")
        HostPostgresStore.install(host, schema=fresh_schema)
        host.commit()
        with PostgresStore(postgres_dsn, schema=fresh_schema, install=False) as outside:
            outside.append(samples.opening())
        assert store.load("C-1") is not None

    def test_a_second_time_it_does_nothing(
        self, host: Host, store: HostPostgresStore, postgres_schema: str
    ) -> None:
        store.append(full_batch())
        before = everything(store)
        HostPostgresStore.install(host, schema=postgres_schema)
        assert everything(store) == before

    def test_tables_in_the_way_are_named_and_the_host_goes_on(self, fresh_schema: str, host: Host) -> None:
        host.execute(f"CREATE SCHEMA {fresh_schema}")
        host.execute(f"CREATE TABLE {fresh_schema}.events (x BIGINT)")
        host.execute(f"CREATE VIEW {fresh_schema}.keys AS SELECT 1 AS x")
        with pytest.raises(AdapterError, match="named events, keys, as casewf's"):
            HostPostgresStore.install(host, schema=fresh_schema)
        assert host.execute(f"SELECT count(*) FROM {fresh_schema}.events").fetchone() == (0,)
