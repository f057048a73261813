"""What ends a worker at once, because no waiting would bring it: the wrong database, or one that does not let it in."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

import worker_host
from casewf import Engine, PostgresStore, SqliteStore
from casewf.adapters.memory import MemoryStore
from casewf.errors import AdapterError
from casewf.ports.outside import Delivery
from casewf.ports.store import Store
from casewf.testing.clock import TestClock, at
from casewf.workers.procrastinate import ProcrastinateWorker
from postgres_schemas import changed, new_database


@pytest.fixture
def database(postgres_database: str) -> str:
    worker_host.prepare(postgres_database, 1)
    return postgres_database


def ignore(delivery: Delivery) -> None: ...


def refusal(dsn: str, engine: Engine, **options: Any) -> str:
    """What a worker says that ends by itself, after a try or two at most."""
    told: list[str] = []
    stop = threading.Event()

    def tell(text: str) -> None:
        told.append(text)
        stop.set()

    with pytest.raises(AdapterError) as caught:
        ProcrastinateWorker(engine, dsn, tell=tell, **options).run(stop)
    assert told == []
    assert not caught.value.retryable
    return str(caught.value)


def engine_on(store: Store) -> Engine:
    clock = TestClock(at("2026-03-16 10:00"))
    return Engine([worker_host.workflow()], store=store, clock=clock, hooks={"warn": ignore}, deliver="later")


@pytest.mark.parametrize("kind", [MemoryStore, SqliteStore])
def test_an_engine_on_another_kind_of_store(kind: type[Store], database: str, tmp_path: Any) -> None:
    store = kind() if kind is MemoryStore else SqliteStore(tmp_path / "cases.db")
    said = refusal(database, engine_on(store))
    assert f"the engine's store is a {kind.__name__}" in said
    assert "casewf sweep --app" in said


def test_an_engine_on_another_database(database: str, postgres_dsn: str) -> None:
    with new_database(postgres_dsn) as other, PostgresStore(other) as store:
        said = refusal(database, engine_on(store))
    assert "is not where the engine's store keeps its cases" in said
    assert "--dsn" in said


def test_an_engine_on_another_schema(database: str) -> None:
    with PostgresStore(database, schema="elsewhere") as store:
        assert "is not where the engine's store keeps its cases" in refusal(database, engine_on(store))


def test_casewfs_tables_are_not_there(database: str) -> None:
    with PostgresStore(database) as store:
        said = refusal(database, engine_on(store), schema="nothing_here")
    assert "casewf's tables are not in the schema nothing_here" in said
    assert "open a PostgresStore on it once" in said


@pytest.mark.parametrize("missing", ["dbname", "user"])
def test_a_database_or_a_role_that_is_not_there(missing: str, database: str) -> None:
    with PostgresStore(database) as store:
        said = refusal(changed(database, **{missing: "nobody_has_it"}), engine_on(store))
    assert 'nobody_has_it" does not exist' in said
    assert "mend the connection string" in said


def test_a_server_that_is_away_is_told_with_the_drivers_own_words(database: str, tmp_path: Any) -> None:
    told: list[str] = []
    stop = threading.Event()

    def tell(text: str) -> None:
        told.append(text)
        stop.set()

    with PostgresStore(database) as store:
        away = changed(database, host=str(tmp_path))
        ProcrastinateWorker(engine_on(store), away, tell=tell).run(stop)
    (said,) = told
    assert "No such file or directory" in said
    assert said.endswith("going on in 2 s")


class TestRights:
    @pytest.fixture
    def role(self, database: str) -> Iterator[str]:
        """A role with all rights on casewf's own tables, and none on the queue's."""
        name = f"worker_{os.getpid()}"
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN")
            try:
                self.grant(connection, name, "casewf")
                yield name
            finally:
                connection.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")

    def grant(self, connection: psycopg.Connection[Any], role: str, schema: str) -> None:
        """As docs/how-to/run-many-workers.md says."""
        connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        connection.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}")
        connection.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}")

    def test_a_role_without_them_is_told_what_to_grant_and_where(self, database: str, role: str) -> None:
        small = changed(database, user=role)
        with PostgresStore(small) as store:
            engine = engine_on(store)
            said = refusal(small, engine)
            assert "permission denied for database" in said
            assert "in casewf and in casewf_queue: USAGE on the schema" in said
            ProcrastinateWorker(engine, database, tell=print).run_once(threading.Event())  # makes the queue
            with psycopg.connect(database, autocommit=True) as connection:
                connection.execute(f"GRANT USAGE ON SCHEMA casewf_queue TO {role}")
                assert "permission denied for table" in refusal(small, engine)
                self.grant(connection, role, "casewf_queue")
            ProcrastinateWorker(engine, small, tell=print).run_once(threading.Event())
