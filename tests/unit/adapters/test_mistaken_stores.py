"""What hosts give by mistake for a store, a connection or a request: told as what it is, with what to write."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest

from casewf import HostPostgresStore, HostSqliteStore, MemoryStore, PostgresClock, SqliteStore, WebhookInbox
from casewf.errors import AdapterError
from engine_fakes import OPERATOR, World


def test_an_address_is_no_path_of_a_sqlite_store(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match=r"use casewf\.PostgresStore") as caught:
        SqliteStore("postgresql://u:s3cret@h/x")
    assert "s3cret" not in str(caught.value)


def test_a_directory_is_no_path_of_a_sqlite_store(tmp_path: Path) -> None:
    with pytest.raises(
        AdapterError, match=r"is a directory; give the path of a file in it, such as .*cases\.db"
    ):
        SqliteStore(tmp_path)


def test_a_missing_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    with SqliteStore(path) as store:
        with sqlite3.connect(path) as connection:
            connection.execute("DROP TABLE claims")
            connection.execute("DROP TABLE keys")
        connection.close()
        with pytest.raises(AdapterError, match="a table is missing; restore a backup"):
            store.answer("wu", "C-1", "k")


def test_a_host_store_needs_a_function(postgres_dsn: str) -> None:
    mistaken: Any = sqlite3.connect(":memory:")
    with pytest.raises(TypeError, match=r"HostSqliteStore\(lambda: connection\)"):
        HostSqliteStore(mistaken)
    mistaken.close()
    with psycopg.connect(postgres_dsn) as given:
        mistaken = given
        with pytest.raises(TypeError, match=r"got Connection; write HostPostgresStore\(lambda: connection\)"):
            HostPostgresStore(mistaken)


def test_the_servers_clock_needs_a_server() -> None:
    mistaken: Any = MemoryStore()
    with pytest.raises(TypeError, match=r"got MemoryStore; use SystemClock\(\) there"):
        PostgresClock(mistaken)


@pytest.mark.parametrize(
    ("headers", "body"),
    [({}, "text"), ({}, {"specversion": "1.0"}), ([("webhook-id", "1")], b""), (None, b"")],
)
def test_an_inbox_takes_what_came_and_nothing_that_was_read_before(headers: Any, body: Any) -> None:
    world = World(MemoryStore())
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    inbox = WebhookInbox(
        world.engine, secrets=[secret], actor=OPERATOR, triggers={"t": "note"}, clock=world.clock
    )
    with pytest.raises(TypeError, match="the request's headers as a mapping and its body as bytes"):
        inbox.receive(headers, body)
