"""`verify` looks at workflows and calendars, too: are they there, and are they what cases are pinned to (D4, K6)?"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import attrs
import psycopg
import pytest

from casewf import PostgresStore
from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.engine.damage import Problem
from casewf.engine.verify import verify
from casewf.errors import InternalError
from casewf.model.case import Stamp
from casewf.model.migration_events import Migrated
from casewf.ports.store import Store
from casewf.ports.stored import Definition
from casewf.testing import TestClock, TestHost, at
from casewf.testing.contracts import samples

OTHER = Path(__file__).parents[3] / "examples" / "complaint.yaml"
SAMPLE, HOURS = samples.definition(), samples.calendar()
CALENDAR = f"calendar sample-hours ({HOURS.hash[:12]})"


def fill(store: Store) -> None:
    """C-1 whose limit goes by a calendar, C-2 that has become one of version 2, C-3 of another workflow."""
    store.append(samples.opening("C-1", due=samples.START + 10))
    before = samples.opening("C-2")
    store.append(before)
    newer = ("sample", 2, samples.definition(version=2).hash)
    migrated = Migrated(
        at=samples.START,
        by=Stamp("chief"),
        source=before.case.workflow,
        workflow=newer,
        states=before.case.states,
    )
    store.append(samples.following(before, migrated))
    store.append(samples.opening("C-3", workflow="other"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "cases.db") as store:
        fill(store)
        yield store


def change(store: SqliteStore, statement: str, *values: object) -> None:
    """What an intruder does with a database tool, past the store."""
    with closing(sqlite3.connect(store.path)) as connection, connection:
        assert connection.execute(statement, values).rowcount > 0


def found(store: Store) -> list[tuple[str, int, str]]:
    """The problems as (case, number, kind)."""
    return [(problem.case, problem.number, problem.kind) for problem in verify(store).problems]


def test_what_is_whole_is_counted(store: SqliteStore) -> None:
    report = verify(store)
    assert report.ok
    assert report.definitions == 4


class TestOneThatIsGone:
    def test_is_told_for_every_case_that_went_by_it(self, store: SqliteStore) -> None:
        change(store, "DELETE FROM definitions WHERE hash = ?", SAMPLE.hash)
        assert found(store) == [
            ("C-1", 1, "workflow_missing"),
            ("C-2", 1, "workflow_missing"),
        ]

    def test_is_told_for_the_case_that_became_one_of_it(self, store: SqliteStore) -> None:
        change(store, "DELETE FROM definitions WHERE kind = 'workflow' AND version = '2'")
        assert found(store) == [("C-2", 2, "workflow_missing")]

    def test_is_told_for_the_calendar_of_a_clock(self, store: SqliteStore) -> None:
        change(store, "DELETE FROM definitions WHERE kind = 'calendar'")
        assert found(store) == [("C-1", 2, "calendar_missing")]

    def test_does_not_count_as_there_by_being_of_another_kind(self, store: SqliteStore) -> None:
        change(store, "UPDATE definitions SET kind = 'lost' WHERE kind = 'calendar'")
        assert found(store) == [("C-1", 2, "calendar_missing")]

    def test_and_comes_while_verify_is_at_work_is_none(self) -> None:
        class Late(MemoryStore):
            def definitions(self, kind: str) -> tuple[Definition, ...]:
                return ()

        store = Late()
        fill(store)
        assert verify(store).ok
        assert verify(store).definitions == 4


class TestOneThatIsNotWhatItWas:
    """It is told once, whatever goes by it, and by itself."""

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE definitions SET body = replace(body, 'received', 'receiveD') WHERE id = 'other'",
            "UPDATE definitions SET body = 'garbage' WHERE id = 'other'",
            "UPDATE definitions SET body = '' WHERE id = 'other'",
            "UPDATE definitions SET body = body || ' ' WHERE kind = 'calendar'",
            "UPDATE definitions SET body = replace(body, '09:00', '08:00') WHERE kind = 'calendar'",
            "INSERT INTO definitions VALUES ('aa', 'workflow', 'nobodys', '1', 'garbage')",
        ],
    )
    def test_in_its_body(self, store: SqliteStore, statement: str) -> None:
        change(store, statement)
        assert found(store) == [("", 0, "definition_changed")]

    @pytest.mark.parametrize("column", ["id = 'mine'", "version = '9'"])
    def test_in_what_stands_beside_its_body(self, store: SqliteStore, column: str) -> None:
        change(store, f"UPDATE definitions SET {column} WHERE id = 'other'")
        assert found(store) == [("", 0, "definition_misnamed")]

    def test_in_its_kind(self, store: SqliteStore) -> None:
        change(store, "UPDATE definitions SET kind = 'calendar' WHERE id = 'other'")
        assert found(store) == [("", 0, "definition_unreadable"), ("C-3", 1, "workflow_missing")]

    def test_in_its_hash(self, store: SqliteStore) -> None:
        change(store, "UPDATE definitions SET hash = 'ff' || substr(hash, 3) WHERE id = 'other'")
        assert found(store) == [("", 0, "definition_changed"), ("C-3", 1, "workflow_missing")]

    @pytest.mark.parametrize("body", ["garbage", "7", "[]", "{}", "[" * 50_000, '{"$":"Stamp"}'])
    @pytest.mark.parametrize("kind", ["workflow", "calendar"])
    def test_and_cannot_be_read_although_its_hash_fits(
        self, store: SqliteStore, kind: str, body: str
    ) -> None:
        row = (hashlib.sha256(body.encode()).hexdigest(), kind, "nobodys", "1", body)
        change(store, "INSERT INTO definitions VALUES (?, ?, ?, ?, ?)", *row)
        assert found(store) == [("", 0, "definition_unreadable")]

    def test_and_would_be_read_as_another_one(self, store: SqliteStore) -> None:
        body = SAMPLE.body.replace(":", ": ")
        row = (hashlib.sha256(body.encode()).hexdigest(), "workflow", "sample", "3", body)
        change(store, "INSERT INTO definitions VALUES (?, ?, ?, ?, ?)", *row)
        assert found(store) == [("", 0, "definition_unreadable")]

    def test_and_is_no_text_hides_neither_the_others_nor_the_cases(self, store: SqliteStore) -> None:
        change(store, "UPDATE definitions SET body = CAST(x'ff80' AS TEXT) WHERE id = 'other'")
        change(store, "UPDATE definitions SET body = 'garbage' WHERE kind = 'calendar'")
        change(store, "UPDATE cases SET wake = 0 WHERE id = 'C-1'")
        assert found(store) == [
            ("", 0, "definitions_unreadable"),
            ("", 0, "definition_changed"),
            ("C-1", 2, "wake"),
            ("C-3", 1, "unreadable"),
        ]

    def test_in_bytes_that_are_no_text(self, store: SqliteStore) -> None:
        change(store, "UPDATE definitions SET body = x'ff80' WHERE id = 'other'")
        assert found(store) == [("", 0, "definition_unreadable")]


def test_the_store_in_memory_is_looked_at_alike() -> None:
    store = MemoryStore()
    fill(store)
    assert verify(store).ok
    store._tables.definitions[SAMPLE.hash] = attrs.evolve(SAMPLE, body="garbage")
    del store._tables.definitions[HOURS.hash]
    assert found(store) == [("", 0, "definition_changed"), ("C-1", 2, "calendar_missing")]


def test_the_store_in_postgresql_is_looked_at_alike(postgres_dsn: str, postgres_schema: str) -> None:
    with PostgresStore(postgres_dsn, schema=postgres_schema) as store:
        fill(store)
        assert verify(store).ok
        with psycopg.connect(postgres_dsn, options=f"-c search_path={postgres_schema}") as connection:
            connection.execute("UPDATE definitions SET body = 'garbage' WHERE id = 'other'")
            connection.execute("DELETE FROM definitions WHERE kind = 'calendar'")
        assert found(store) == [("", 0, "definition_changed"), ("C-1", 2, "calendar_missing")]


def test_every_problem_has_a_sentence_in_both_languages(store: SqliteStore) -> None:
    change(store, "UPDATE definitions SET body = '{}' WHERE kind = 'calendar'")
    change(store, "DELETE FROM definitions WHERE id = 'other'")
    changed, missing = verify(store).problems
    assert changed == Problem("", 0, "definition_changed", CALENDAR)
    assert changed.text("en").startswith(f"the stored definition {CALENDAR} does not fit its hash")
    assert changed.text("zh").startswith(f"存储的定义 {CALENDAR} 与其哈希不符")
    hash_of_other = samples.definition("other").hash[:12]
    assert missing.text("en").startswith(f"case C-3: the workflow other 1 ({hash_of_other}) of event 1")
    assert missing.text("zh").startswith(f"工单 C-3：事件 1 引用的流程定义 other 1 ({hash_of_other})")


def test_an_engine_that_is_given_what_is_gone_works_on_its_cases_and_stores_it_again(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "cases.db") as store:
        people = {"wang": "visitor organiser @ city"}
        visit = {"employer": "A", "reason": "many"}

        def host() -> TestHost:
            return TestHost(
                "prevention-visit", people=people, store=store, clock=TestClock(at("2026-03-16 10:00"))
            )

        wang = host().actor("wang")
        host().engine.open("prevention-visit", actor=wang, data=visit, case_id="C-1")
        change(store, "DELETE FROM definitions WHERE kind = 'workflow'")
        other = TestHost(OTHER, people={"li": "handler @ city"}, store=store, clock=host().clock)
        with pytest.raises(InternalError, match="give the engine this very version"):
            other.engine.fire("C-1", "visit", actor=wang)
        assert host().engine.fire("C-1", "visit", actor=wang).states == {"visit": "visited"}
        assert [problem.kind for problem in verify(store).problems] == ["workflow_missing"]
        host().engine.open("prevention-visit", actor=wang, data=visit, case_id="C-2")
        assert verify(store).ok
