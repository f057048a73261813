"""PostgresStore besides the contract: schemas that are not ours, locks, lost connections, races, threads, the clock."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest

from casewf import HostPostgresStore, PostgresClock, PostgresStore
from casewf.adapters.postgres import agenda, append, schema
from casewf.adapters.postgres.session import Session
from casewf.adapters.system import SystemClock
from casewf.engine.engine import Engine
from casewf.errors import AdapterError, Conflict, InternalError
from casewf.model import codec
from casewf.model.effects import CallHook, Notify
from casewf.ports.stored import Incident, Settlement
from casewf.testing.contracts import samples
from casewf.testing.contracts.store_agenda import NOW, open_with
from casewf.testing.contracts.store_cases import everything, full_batch, race
from engine_fakes import OPERATOR, World, fired
from postgres_schemas import changed

UNTIL = NOW + 1_000


@pytest.fixture
def store(postgres_dsn: str, postgres_schema: str) -> Iterator[PostgresStore]:
    with PostgresStore(postgres_dsn, schema=postgres_schema) as made:
        yield made


@pytest.fixture
def other(postgres_dsn: str, postgres_schema: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's connection, whose transactions end when the test says so; casewf's tables are in its path."""
    with psycopg.connect(postgres_dsn, options=f"-c search_path={postgres_schema}") as connection:
        yield connection
        connection.rollback()


def waiting(dsn: str, job: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """``job`` under way in a thread, once it waits for somebody's lock; its outcome is in the list in the end."""
    outcome: list[object] = []
    thread = threading.Thread(target=lambda: outcome.extend(race([job])))
    thread.start()
    with psycopg.connect(dsn, autocommit=True) as watcher:
        while (
            thread.is_alive()
            and not watcher.execute(
                "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'casewf'"
            ).fetchall()
        ):
            pass
    return thread, outcome


class TestOpening:
    @pytest.mark.parametrize(
        "dsn",
        [
            "postgresql:/x:s3cret@here",
            "host=x password=s3cret nonsense",
            "postgresql://u:s3cret@h:port/x",
            "postgresql://u:a/s3cret@h/x",
            "postgresql://u:a@s3cret@h/x",
            "postgresql://u:s3cret\udcff@h/x",
        ],
    )
    def test_what_is_no_connection_string_is_told_without_its_secrets(self, dsn: str) -> None:
        with pytest.raises(AdapterError) as caught:
            PostgresStore(dsn)
        assert "s3cret" not in str(caught.value)

    def test_a_server_that_is_not_there_is_retryable(self) -> None:
        with pytest.raises(AdapterError, match="'cases' on localhost cannot be reached") as caught:
            PostgresStore("postgresql://wang:s3cret@localhost:1/cases")
        assert caught.value.retryable
        assert "s3cret" not in str(caught.value)

    def test_a_missing_database_is_named(self, postgres_dsn: str) -> None:
        with pytest.raises(AdapterError, match='database "nowhere" does not exist'):
            PostgresStore(changed(postgres_dsn, dbname="nowhere"))

    def test_a_database_of_another_encoding_is_refused(self, postgres_dsn: str) -> None:
        name = f"latin_{os.getpid()}"
        with psycopg.connect(postgres_dsn, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
            try:
                with pytest.raises(AdapterError, match=r"LATIN1.*create the database with ENCODING 'UTF8'"):
                    PostgresStore(changed(postgres_dsn, dbname=name))
            finally:
                connection.execute(f"DROP DATABASE {name}")

    @pytest.mark.parametrize("name", ["", "Cases", 'a"b', "a.b", "x" * 64])
    def test_a_schema_is_a_plain_name(self, name: str) -> None:
        with pytest.raises(AdapterError, match="lower-case letters"):
            PostgresStore("", schema=name)

    def test_many_threads_may_make_the_same_tables_at_once(
        self, postgres_dsn: str, fresh_schema: str
    ) -> None:
        def make() -> None:
            PostgresStore(postgres_dsn, schema=fresh_schema).close()

        assert race([make] * 4) == [None] * 4
        with PostgresStore(postgres_dsn, schema=fresh_schema, install=False) as store:
            store.append(full_batch())

    def test_without_tables_nothing_is_made_unless_it_may_be(
        self, postgres_dsn: str, fresh_schema: str
    ) -> None:
        with pytest.raises(AdapterError, match="not in the schema"):
            PostgresStore(postgres_dsn, schema=fresh_schema, install=False)
        with psycopg.connect(postgres_dsn) as connection:
            made = connection.execute(
                "SELECT 1 FROM pg_namespace WHERE nspname = %s", (fresh_schema,)
            ).fetchall()
        assert made == []

    def test_tables_of_another_program_are_named_and_nothing_is_made(
        self, postgres_dsn: str, fresh_schema: str
    ) -> None:
        with psycopg.connect(postgres_dsn) as connection:
            connection.execute(f"CREATE SCHEMA {fresh_schema}")
            connection.execute(f"CREATE TABLE {fresh_schema}.meta (key TEXT, value TEXT)")
            connection.execute(f"CREATE TABLE {fresh_schema}.own (x BIGINT)")
        with pytest.raises(AdapterError, match=r"named meta, as casewf's are; nothing was made.*schema="):
            PostgresStore(postgres_dsn, schema=fresh_schema)
        with psycopg.connect(postgres_dsn) as connection:
            there = connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = %s ORDER BY 1",
                (fresh_schema,),
            ).fetchall()
        assert there == [("meta",), ("own",)]

    def test_a_newer_format_is_refused(self, postgres_dsn: str, fresh_schema: str) -> None:
        PostgresStore(postgres_dsn, schema=fresh_schema).close()
        with psycopg.connect(postgres_dsn) as connection:
            connection.execute(f"UPDATE {fresh_schema}.meta SET value = '4' WHERE key = 'format'")
        with pytest.raises(AdapterError, match="storage format 4, and this version of casewf reads format 3"):
            PostgresStore(postgres_dsn, schema=fresh_schema)

    def test_a_role_that_may_do_less_is_told_what_to_grant(
        self, postgres_dsn: str, store: PostgresStore, postgres_schema: str
    ) -> None:
        role = f"clerk_{os.getpid()}"
        with psycopg.connect(postgres_dsn, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {role} LOGIN")
            try:
                with pytest.raises(AdapterError, match="grant it USAGE"):
                    PostgresStore(changed(postgres_dsn, user=role), schema=postgres_schema)
                connection.execute(f"GRANT USAGE ON SCHEMA {postgres_schema} TO {role}")
                connection.execute(
                    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {postgres_schema} TO {role}"
                )
                connection.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {postgres_schema} TO {role}")
                with PostgresStore(changed(postgres_dsn, user=role), schema=postgres_schema) as clerk:
                    clerk.append(full_batch())
                    assert everything(clerk) == everything(store)
            finally:
                connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")

    def test_every_text_is_compared_by_code_point(
        self, store: PostgresStore, other: psycopg.Connection[Any]
    ) -> None:
        wrong = other.execute(
            "SELECT c.relname, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
            " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " JOIN pg_collation AS l ON l.oid = a.attcollation"
            " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'i') AND a.attnum > 0 AND l.collname <> 'C'"
        ).fetchall()
        assert wrong == []

    def test_every_table_and_index_of_the_schema_is_looked_for(
        self, store: PostgresStore, other: psycopg.Connection[Any]
    ) -> None:
        made = other.execute(
            "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " LEFT JOIN pg_constraint AS k ON k.conindid = c.oid"
            " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'i') AND k.oid IS NULL"
        ).fetchall()
        assert {name for (name,) in made} == schema.names()

    def test_what_the_connection_string_says_goes_before_what_casewf_would_set(
        self, postgres_dsn: str, postgres_schema: str
    ) -> None:
        with PostgresStore(
            changed(postgres_dsn, application_name="hotline"), schema=postgres_schema
        ) as store:
            found = store._connections.run(lambda session: session.row("SHOW application_name"))
        assert found == ("hotline",)


def test_without_psycopg_the_extra_is_named(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "sys.modules['psycopg'] = None\n"
        "import casewf\n"
        "casewf.SqliteStore\n"
        "try: casewf.PostgresStore\n"
        "except ImportError as missing: print(missing)\n"
        "from casewf.cli.main import main\n"
        "assert main(['doctor', '--db', 'postgresql://here/hotline']) == 3  # for monitors: not looked at\n"
        "sys.exit(main(['cases', '--db', 'postgresql://here/hotline']))\n"
    )
    source = Path(sys.modules["casewf"].__path__[0]).parent
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    for told in (done.stdout, done.stderr):
        assert "needs the package 'psycopg'" in told
        assert "pip install 'casewf[postgres]'" in told


class TestTrouble:
    def test_each_connection_gives_up_what_hangs(self, postgres_dsn: str, postgres_schema: str) -> None:
        with PostgresStore(
            postgres_dsn, schema=postgres_schema, busy_ms=10_001, statement_ms=10_002, idle_ms=10_003
        ) as store:
            found = store._connections.run(
                lambda session: session.row(
                    "SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),"
                    " current_setting('idle_in_transaction_session_timeout'), current_setting('synchronous_commit')"
                )
            )
        assert found == ("10001ms", "10002ms", "10003ms", "on")

    def test_a_lock_of_another_connection_is_retryable(
        self, store: PostgresStore, other: psycopg.Connection[Any], postgres_dsn: str, postgres_schema: str
    ) -> None:
        first = samples.opening()
        store.append(first)
        other.execute("SELECT 1 FROM cases FOR UPDATE")
        with PostgresStore(postgres_dsn, schema=postgres_schema, busy_ms=1) as hasty:
            with pytest.raises(AdapterError, match="lock") as caught:
                hasty.append(samples.following(first))
            assert caught.value.retryable
            assert hasty.load("C-1") is not None
            other.rollback()
            hasty.append(samples.following(first))

    def test_a_statement_that_takes_too_long_is_retryable_and_changes_nothing(
        self, store: PostgresStore, other: psycopg.Connection[Any], postgres_dsn: str, postgres_schema: str
    ) -> None:
        first = samples.opening()
        store.append(first)
        before = everything(store)
        other.execute("SELECT 1 FROM cases FOR UPDATE")
        with PostgresStore(postgres_dsn, schema=postgres_schema, statement_ms=300) as hasty:
            with pytest.raises(AdapterError, match="longer than statement_ms") as caught:
                hasty.append(samples.following(first))
            assert caught.value.retryable
        assert everything(store) == before

    def test_two_transactions_that_wait_for_one_another_are_retryable(
        self, store: PostgresStore, other: psycopg.Connection[Any], postgres_dsn: str
    ) -> None:
        store.append(samples.opening("C-1"))
        other.execute("SELECT 1 FROM cases WHERE id = 'C-1' FOR UPDATE")

        def work(session: Session) -> None:
            session.execute("INSERT INTO casewf.meta VALUES ('mine', '')")
            session.row("SELECT 1 FROM casewf.cases WHERE id = 'C-1' FOR UPDATE")

        other.execute("SET deadlock_timeout = '60s'")  # so that the other one finds out
        thread, outcome = waiting(postgres_dsn, lambda: store._connections.write(work))
        other.execute("INSERT INTO meta VALUES ('mine', '')")
        other.rollback()
        thread.join()
        [error] = outcome
        assert isinstance(error, AdapterError)
        assert error.retryable
        assert "waited for one another" in str(error)

    def test_a_server_that_only_reads_says_so(self, postgres_dsn: str, postgres_schema: str) -> None:
        dsn = changed(postgres_dsn, options="-c default_transaction_read_only=on")
        with PostgresStore(dsn, schema=postgres_schema) as store:
            assert store.load("C-1") is None
            with pytest.raises(AdapterError, match="can only be read") as caught:
                store.append(samples.opening())
            assert not caught.value.retryable

    @pytest.mark.parametrize(
        ("statement", "read", "words"),
        [
            ("UPDATE cases SET snapshot = '{'", "load", "the snapshot of case C-1 is damaged"),
            (
                "UPDATE events SET body = '{\"at\":1}' WHERE number = 1",
                "history",
                "event 1 of case C-1 is damaged",
            ),
            (
                'UPDATE outbox SET effect = \'{"$":"Stamp","id":"x"}\'',
                "outbox",
                "the effect C-1/2/0 of the outbox",
            ),
        ],
    )
    def test_a_damaged_row_is_named(
        self, store: PostgresStore, other: psycopg.Connection[Any], statement: str, read: str, words: str
    ) -> None:
        store.append(full_batch())
        other.execute(statement)
        other.commit()
        with pytest.raises(AdapterError, match=words):
            getattr(store, read)("C-1")

    def test_a_closed_store_says_so(self, postgres_dsn: str, postgres_schema: str) -> None:
        store = PostgresStore(postgres_dsn, schema=postgres_schema)
        store.close()
        store.close()
        for call in (lambda: store.load("C-1"), lambda: store.append(samples.opening())):
            with pytest.raises(AdapterError, match="was closed"):
                call()

    def test_11_a_settlement_that_fails_half_way_leaves_nothing(self, store: PostgresStore) -> None:
        batch = samples.opening()
        row = samples.outbox_row(batch)
        store.append(attrs.evolve(batch, outbox=(row,)))
        before = everything(store)
        good, bad = (
            samples.follow_up(row, "li"),
            attrs.evolve(samples.follow_up(row, "wang"), effect=object()),
        )
        incident = Incident(case="C-1", at=0, kind="dead_letter", about=row.id)
        with pytest.raises(InternalError):
            store.settle(Settlement(id=row.id, state="done", incident=incident, follow_ups=(good, bad)))
        assert everything(store) == before
        store.settle(Settlement(id=row.id, state="done"))


class TestLostConnections:
    def test_a_connection_that_died_in_the_pool_is_replaced_and_nobody_notices(
        self, store: PostgresStore, other: psycopg.Connection[Any]
    ) -> None:
        first = full_batch()
        store.append(first)
        kill(other, pids(store))
        store.append(samples.following(first))
        kill(other, pids(store))
        assert len(store.history("C-1")) == 3

    def test_a_commit_whose_answer_never_came_says_that_nobody_knows(
        self, postgres_dsn: str, fresh_schema: str
    ) -> None:
        with PostgresStore(postgres_dsn, schema=fresh_schema) as store:
            with psycopg.connect(postgres_dsn) as connection:
                connection.execute(
                    f"CREATE FUNCTION {fresh_schema}.die() RETURNS trigger LANGUAGE plpgsql AS"
                    " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'"
                )
                connection.execute(
                    f"CREATE CONSTRAINT TRIGGER die AFTER INSERT ON {fresh_schema}.events"
                    f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {fresh_schema}.die()"
                )
            with pytest.raises(AdapterError, match="not known whether this was written") as caught:
                store.append(samples.opening())
            assert caught.value.retryable
            assert store.load("C-1") is None

    def test_who_was_frozen_inside_his_transaction_loses_it_and_is_fenced_off(
        self, store: PostgresStore, postgres_dsn: str, postgres_schema: str
    ) -> None:
        first = samples.opening()
        store.append(first)
        mine, his = (samples.following(first, samples.moved(who)) for who in ("mine", "his"))
        attempts: list[int] = []

        def frozen(session: Session) -> None:
            attempts.append(1)
            if len(attempts) == 1:
                session.row("SELECT 1 FROM casewf.cases WHERE id = 'C-1' FOR UPDATE")
                store.append(his)  # waits until the server has ended the transaction that stands still
            append.write(session, mine, codec.dumps(mine.case))

        with (
            PostgresStore(postgres_dsn, schema=postgres_schema, idle_ms=500) as slow,
            pytest.raises(Conflict),
        ):
            slow._connections.write(frozen)
        assert len(attempts) == 2
        assert tuple(store.history("C-1"))[-1] == his.events[-1]

    def test_no_connection_in_time_says_why(self, postgres_dsn: str, postgres_schema: str) -> None:
        with PostgresStore(postgres_dsn, schema=postgres_schema, connections=1, connect_ms=50) as store:

            def busy(session: Session) -> object:
                return store.load("C-1")

            with pytest.raises(AdapterError, match=r"all 1 connections .* were busy for 50 ms") as caught:
                store._connections.run(busy)
            assert caught.value.retryable
            assert store.load("C-1") is None


class TestGroups:
    def test_a_group_in_which_a_read_failed_is_not_taken_for_committed(
        self, postgres_dsn: str, postgres_schema: str, other: psycopg.Connection[Any]
    ) -> None:
        other.execute("LOCK TABLE incidents IN ACCESS EXCLUSIVE MODE")
        with PostgresStore(postgres_dsn, schema=postgres_schema, busy_ms=1) as store:

            def grouped() -> None:
                with store.group() as inside:
                    inside.append(samples.opening())
                    with pytest.raises(AdapterError, match="lock"):
                        inside.incidents()

            with pytest.raises(AdapterError, match="nothing was written") as caught:
                grouped()
            assert caught.value.retryable
            assert store.load("C-1") is None

    def test_what_the_host_raises_is_not_hidden_by_a_connection_that_died(
        self, store: PostgresStore, other: psycopg.Connection[Any]
    ) -> None:
        def grouped() -> None:
            with store.group() as inside:
                inside.append(samples.opening())
                kill(other, pids(inside))
                raise KeyError

        with pytest.raises(KeyError):
            grouped()
        with store.group() as inside:
            inside.append(samples.opening())
        assert store.load("C-1") is not None

    def test_a_batch_needs_one_connection(self, postgres_dsn: str, postgres_schema: str) -> None:
        """Also for a definition that is read when the first case which is pinned to it is moved."""
        with PostgresStore(postgres_dsn, schema=postgres_schema, connections=1, connect_ms=500) as store:
            world = World(store)
            world.open()
            stranger = Engine([], store=store, clock=world.clock, deliver="later")
            with stranger.batch() as batch:
                batch.fire("C-1", "note", actor=OPERATOR)
            assert len(fired(world, "note")) == 1


class TestRaces:
    @pytest.mark.parametrize("commits", [True, False])
    def test_2_of_two_that_open_one_case_the_first_to_commit_wins(
        self,
        store: PostgresStore,
        other: psycopg.Connection[Any],
        postgres_dsn: str,
        postgres_schema: str,
        commits: bool,
    ) -> None:
        host = HostPostgresStore(lambda: other, schema=postgres_schema)
        host.append(samples.opening(by="first"))
        thread, outcome = waiting(postgres_dsn, lambda: store.append(samples.opening(by="second")))
        other.commit() if commits else other.rollback()
        thread.join()
        assert [type(one).__name__ for one in outcome] == ["Conflict" if commits else "NoneType"]
        stored = store.load("C-1")
        assert stored is not None
        assert stored.case.opened_by == ("first" if commits else "second")

    def test_4_two_cases_may_bring_one_definition_at_once(
        self, store: PostgresStore, other: psycopg.Connection[Any], postgres_dsn: str, postgres_schema: str
    ) -> None:
        host = HostPostgresStore(lambda: other, schema=postgres_schema)
        host.append(samples.opening("C-1"))
        thread, outcome = waiting(postgres_dsn, lambda: store.append(samples.opening("C-2")))
        other.commit()
        thread.join()
        assert outcome == [None]
        assert [head.case for head in store.heads()] == ["C-1", "C-2"]

    def test_4_but_not_two_under_one_version(
        self, store: PostgresStore, other: psycopg.Connection[Any], postgres_dsn: str, postgres_schema: str
    ) -> None:
        host = HostPostgresStore(lambda: other, schema=postgres_schema)
        host.append(samples.opening("C-1"))
        changed = samples.definition(title="changed")
        second = attrs.evolve(samples.opening("C-2"), definitions=(changed,))
        thread, outcome = waiting(postgres_dsn, lambda: store.append(second))
        other.commit()
        thread.join()
        [error] = outcome
        assert isinstance(error, AdapterError)
        assert "give the changed one a new version" in str(error)
        assert store.load("C-2") is None

    def test_13_a_case_that_somebody_is_writing_is_left_to_him(
        self, store: PostgresStore, other: psycopg.Connection[Any]
    ) -> None:
        for case_id in ("C-1", "C-2", "C-3"):
            store.append(samples.opening(case_id, due=samples.START + 10))
        other.execute("SELECT 1 FROM cases WHERE id = 'C-1' FOR UPDATE")
        assert [one.case for one in store.claim_due(NOW, UNTIL, 1)] == ["C-2"]
        other.rollback()
        assert [one.case for one in store.claim_due(NOW, UNTIL, 9)] == ["C-1", "C-3"]

    @pytest.mark.parametrize("commits", [True, False])
    def test_14_a_lane_is_nobody_elses_while_its_row_is_being_claimed(
        self, store: PostgresStore, other: psycopg.Connection[Any], postgres_schema: str, commits: bool
    ) -> None:
        open_with(
            store, [(Notify("handler"), 0, NOW), (Notify("leader"), 1, NOW), (CallHook("audit"), 2, NOW)]
        )
        mine = agenda.claim(Session(other, postgres_schema), NOW, UNTIL, "a", 1, None)
        assert places(mine) == [0]
        assert places(store.claim(NOW, UNTIL, "b", 10)) == [2]
        other.commit() if commits else other.rollback()
        assert places(store.claim(NOW, UNTIL, "c", 10)) == ([] if commits else [0])

    @pytest.mark.parametrize("commits", [True, False])
    def test_14_nor_while_its_row_is_being_settled(
        self, store: PostgresStore, other: psycopg.Connection[Any], postgres_schema: str, commits: bool
    ) -> None:
        first, _ = open_with(store, [(Notify("handler"), 0, NOW), (Notify("leader"), 1, NOW)])
        agenda.settle(Session(other, postgres_schema), Settlement(id=first.id, state="done"))
        assert places(store.claim(NOW, UNTIL, "b", 10)) == []
        other.commit() if commits else other.rollback()
        assert places(store.claim(NOW, UNTIL, "b", 10)) == [int(commits)]


class TestThreadsAndProcesses:
    def test_more_threads_than_connections_wait_for_one_another(
        self, postgres_dsn: str, postgres_schema: str
    ) -> None:
        with PostgresStore(postgres_dsn, schema=postgres_schema, connections=2) as store:
            jobs = [lambda number=number: store.append(samples.opening(f"C-{number}")) for number in range(8)]
            assert race(jobs) == [None] * 8
            assert len(store.heads()) == 8
            assert len(set(pids(store))) <= 2

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    def test_a_forked_child_gets_connections_of_its_own(self, store: PostgresStore) -> None:
        first = samples.opening()
        store.append(first)
        mine = set(pids(store))
        child = os.fork()
        if child == 0:
            status = 1
            try:
                store.append(samples.following(first))
                status = 2 if mine & set(pids(store)) else 0
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert [event.number for event in store.history("C-1")] == [1, 2]
        assert set(pids(store)) == mine


def test_the_clock_is_the_servers(store: PostgresStore, other: psycopg.Connection[Any]) -> None:
    clock = PostgresClock(store)
    instants = [clock.now(), clock.now()]
    found = other.execute("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)").fetchone()
    assert found is not None
    assert instants == sorted(instants)
    assert instants[-1] <= found[0]
    assert abs(SystemClock().now() - found[0]) < 3_600_000_000


def pids(store: PostgresStore) -> Sequence[int]:
    """The server's process behind the connection that the store uses next."""
    return [row[0] for row in store._connections.run(lambda session: session.rows("SELECT pg_backend_pid()"))]


def kill(other: psycopg.Connection[Any], processes: Sequence[int]) -> None:
    for process in processes:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (process,))
    other.commit()


def places(rows: Sequence[Any]) -> list[int]:
    return [row.position for row in rows]
