"""Storage format 3 is what docs/reference/storage.md says: the tables, the canonical form, the hashes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from casewf.adapters.postgres.schema import FORMAT as POSTGRES_FORMAT
from casewf.adapters.postgres.schema import TABLES as POSTGRES_TABLES
from casewf.adapters.sqlite import SqliteStore
from casewf.adapters.sqlite.schema import FORMAT, TABLES
from casewf.testing.contracts import samples
from casewf.testing.contracts.store_cases import full_batch

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "storage.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)\n```", PAGE, re.DOTALL)


def test_the_page_shows_the_tables_that_are_made() -> None:
    assert blocks("sql") == [TABLES.strip()]


def test_the_tables_in_postgresql_differ_as_the_page_says() -> None:
    translated = TABLES
    for here, there in (
        (r"CREATE TABLE ", "CREATE TABLE casewf."),
        (r" ON (\w+) \(", r" ON casewf.\1 ("),
        (r"REFERENCES ", "REFERENCES casewf."),
        (r"INTEGER PRIMARY KEY", "BIGSERIAL PRIMARY KEY"),
        (r"INTEGER", "BIGINT"),
        (r"TEXT", 'TEXT COLLATE "C"'),
        (r" WITHOUT ROWID", ""),
    ):
        translated = re.sub(here, there, translated)
    assert translated == POSTGRES_TABLES
    assert FORMAT == POSTGRES_FORMAT


def test_the_page_speaks_of_every_table() -> None:
    tables = re.findall(r"CREATE TABLE (\w+)", TABLES)
    assert [table for table in tables if PAGE.count(f"`{table}`") == 0] == []


def test_the_example_has_the_canonical_form_and_the_hash_of_the_page() -> None:
    fields = {"amount": Decimal("120000.50"), "pay_by": dt.date(2026, 2, 28)}
    (event,) = samples.opening(fields=fields).events
    body, head = blocks("json")
    assert event.body == body
    assert event.hash == json.loads(head)["hash"] == blocks("text")[-1]


def test_the_hash_covers_the_five_texts_that_the_page_names() -> None:
    body = blocks("json")[0]
    texts = "\n".join(["0" * 64, "C-1", "1", "Opened", body])
    assert hashlib.sha256(texts.encode()).hexdigest() == blocks("text")[-1]


@pytest.mark.parametrize(("pragma", "value"), [("application_id", 0x63617365), ("journal_mode", "wal")])
def test_a_file_is_marked_as_ours_and_keeps_a_log(tmp_path: Path, pragma: str, value: object) -> None:
    with SqliteStore(tmp_path / "cases.db") as store:
        store.append(full_batch())
    with closing(sqlite3.connect(tmp_path / "cases.db")) as connection:
        assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
        assert dict(connection.execute("SELECT key, value FROM meta")) == {
            "format": "3",
            "created_by": "casewf",
        }


def test_the_columns_of_a_case_repeat_its_snapshot(tmp_path: Path) -> None:
    batch = attrs.evolve(full_batch(), due=samples.START + 20, retain_until=samples.START + 30)
    with SqliteStore(tmp_path / "cases.db") as store:
        store.append(batch)
        with closing(sqlite3.connect(store.path)) as connection:
            connection.row_factory = sqlite3.Row
            row = dict(connection.execute("SELECT * FROM cases").fetchone())
            positions = connection.execute("SELECT track, state FROM positions ORDER BY track").fetchall()
    snapshot = json.loads(row.pop("snapshot"))
    assert row == {
        "id": "C-1",
        "workflow": "sample",
        "workflow_version": 1,
        "definition": samples.definition().hash,
        "org": "union-1",
        "opened_by": "operator-1",
        "version": 2,
        "opened_at": samples.START,
        "changed_at": samples.START,
        "wake": samples.START + 10,
        "due": samples.START + 20,
        "retain_until": samples.START + 30,
        "claimed_until": 0,
        "card": "none",
        "closed": 0,
        "head": batch.events[-1].hash,
    }
    assert snapshot["version"] == 2
    assert [tuple(position) for position in positions] == [("government", "unopened"), ("union", "received")]
