"""PostgreSQL answers what is asked all the time out of an index, on tables that have seen some years."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from casewf import PostgresStore
from casewf.adapters.postgres import agenda
from casewf.adapters.postgres.find import query
from casewf.adapters.postgres.session import Session
from casewf.ports.stored import Filter
from postgres_schemas import new_schema

FILL = """
INSERT INTO cases (id, workflow, workflow_version, definition, org, opened_by, version, opened_at, changed_at, wake,
                   card, closed, head, snapshot, due, retain_until)
SELECT 'C-' || n, 'claim', 1, repeat('d', 64), 'union-' || n % 20, 'operator-' || n % 50, 3, n, n,
       CASE WHEN n % 10 = 0 THEN n END, CASE WHEN n % 50 = 0 THEN 'yellow' ELSE 'none' END,
       CASE WHEN n % 10 = 0 THEN 0 ELSE 1 END, repeat('h', 64), repeat('s', 400),
       CASE WHEN n % 10 = 0 THEN n ELSE 9223372036854775807 END, CASE WHEN n % 10 <> 0 THEN n END
FROM generate_series(1, 6000) AS n;
INSERT INTO positions SELECT id, 'main', CASE closed WHEN 0 THEN 'open' ELSE 'done' END FROM cases;
INSERT INTO watchers SELECT id, org FROM cases UNION ALL SELECT id, 'city' FROM cases;
INSERT INTO holders SELECT id, org FROM cases UNION ALL SELECT id, 'p-' || opened_at % 200 FROM cases;
INSERT INTO persons SELECT id, 'person-' || opened_at % 3000 FROM cases;
INSERT INTO outbox SELECT id || ':1:0', id, 1, 0, 'notify', '{}', opened_at, opened_at,
       CASE WHEN opened_at % 100 = 0 THEN 'pending' ELSE 'done' END, 0, '', 0 FROM cases;
UPDATE outbox SET due_at = created_at + 1 WHERE state = 'pending' AND created_at % 200 = 0;
ANALYZE cases, positions, watchers, holders, persons, outbox;
"""
"""Six thousand cases, one in ten of them open."""

BACKLOG = """
INSERT INTO cases (id, workflow, workflow_version, definition, opened_by, version, opened_at, changed_at, card, closed,
                   head, snapshot)
SELECT 'C-' || n, 'claim', 1, 'd', 'wu', 3, n, n, 'none', 0, 'h', 's' FROM generate_series(1, 30000) AS n;
INSERT INTO outbox SELECT id || ':1:0', id, 1, 0, 'notify', repeat('e', 300), opened_at,
       opened_at + CASE opened_at % 3 WHEN 0 THEN 0 WHEN 1 THEN 1 ELSE 1000000000 END, 'pending', 0, '', 0 FROM cases;
ANALYZE cases;
"""
"""Thirty thousand effects that no statistics know of: fresh ones, some put off and due again, some that wait."""


@pytest.fixture(scope="module")
def store(postgres_dsn: str) -> Iterator[PostgresStore]:
    with new_schema(postgres_dsn) as name, PostgresStore(postgres_dsn, schema=name) as made:
        with psycopg.connect(postgres_dsn, options=f"-c search_path={name}", autocommit=True) as connection:
            connection.execute(FILL)
        yield made


@pytest.fixture(scope="module")
def backlog(postgres_dsn: str) -> Iterator[PostgresStore]:
    with new_schema(postgres_dsn) as name, PostgresStore(postgres_dsn, schema=name) as made:
        with psycopg.connect(postgres_dsn, options=f"-c search_path={name}", autocommit=True) as connection:
            connection.execute(BACKLOG)
        yield made


def plan(store: PostgresStore, statement: str, values: Any) -> str:
    found = store._connections.run(
        lambda session: session.rows(f"EXPLAIN (COSTS OFF) {statement}", values, prepare=False)
    )
    return "\n".join(line for (line,) in found)


def plan_of_claim(store: PostgresStore, statement: str, values: Any) -> str:
    def explain(session: Session) -> list[tuple[str]]:
        session.execute(agenda.IN_ORDER)
        return session.rows(f"EXPLAIN (COSTS OFF) {statement}", values, prepare=False)

    return "\n".join(line for (line,) in store._connections.write(explain))


def test_what_is_due_is_a_range_of_an_index(store: PostgresStore) -> None:
    found = plan(store, agenda.DUE, (10**15, 0, "", 100))
    assert "using cases_by_wake" in found
    assert "Sort" not in found
    assert "Seq Scan" not in found


def test_what_is_claimed_is_the_beginning_of_that_range(store: PostgresStore) -> None:
    found = plan(store, agenda.CLAIM_DUE, {"now": 10**15, "limit": 100})
    assert "using cases_by_wake" in found
    assert "Sort" not in found


@pytest.mark.parametrize("statement", agenda.CLAIM)
def test_what_is_claimed_is_found_by_the_pending_rows(store: PostgresStore, statement: str) -> None:
    found = plan(store, statement, {"now": 10**15, "limit": 10})
    assert "Seq Scan" not in found


def test_a_backlog_is_claimed_without_reading_or_sorting_it(backlog: PostgresStore) -> None:
    walk, search = (plan_of_claim(backlog, one, {"now": 10**6, "limit": 100}) for one in agenda.CLAIM)
    assert "using outbox_fresh" in walk
    assert "Sort" not in walk
    assert "Hash" not in walk
    assert "using outbox_put_off" in search
    assert search.count("Sort Key") == 1, "only what the search gave up to its bound is sorted"
    assert "Hash" not in search


def test_pending_of_one_case_looks_only_at_it(store: PostgresStore) -> None:
    found = plan(store, agenda.PENDING_OF_CASE, {"now": 10**15, "limit": 10, "case_id": "C-100"})
    assert found.count("case_id = 'C-100'::text") >= 1
    assert "Seq Scan" not in found


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(order="due", everything=True),
        Filter(order="due", org="city", below=frozenset({"city", "p-1", ""}), opened_by="operator-1"),
        Filter(order="due", below=frozenset({"p-10"}), opened_by="operator-1", unheld=True, closed=False),
        Filter(order="due", org="city", workflow="claim", state=("main", "open"), due_from=1, due_before=10**9,
               after="C-1", after_due=5),
    ],
)  # fmt: skip
def test_a_worklist_is_a_walk_along_the_open_cases_without_sorting(
    store: PostgresStore, wanted: Filter
) -> None:
    found = plan(store, *query(wanted))
    assert "cases_open" in found
    assert "Seq Scan" not in found
    assert "Hash" not in found
    assert "Sort" not in found


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Filter(everything=True), "cases_pkey"),
        (Filter(everything=True, person="person-1"), "persons_by_person"),
        (Filter(everything=True, retain_before=30), "cases_by_retention"),
        (Filter(everything=True, state=("main", "open")), "positions_by_state"),
        (Filter(org="city"), "watchers_by_org"),
        (Filter(below=frozenset({"p-1"}), closed=True), "holders_by_holder"),
        (Filter(opened_by="operator-1"), "cases_by_opener"),
        (Filter(org="city", below=frozenset({"p-1", "p-2"}), opened_by="operator-1"), "watchers_by_org"),
    ],
)
def test_a_page_by_ids_comes_out_of_an_index(store: PostgresStore, wanted: Filter, index: str) -> None:
    found = plan(store, *query(wanted))
    assert index in found
    assert "Seq Scan" not in found
