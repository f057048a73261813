"""An engine inside a host's own transaction neither delivers nor retries (D2)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from casewf.adapters.sqlite import HostSqliteStore, SqliteStore
from casewf.engine.engine import Engine
from casewf.errors import AdapterError, BindingError, Conflict, Refused
from casewf.model.clock_events import RungFired
from casewf.ports.stored import Append
from engine_fakes import HANDLER, OPERATOR, SUPERVISOR, World, rows
from host_database import connect, prepare


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return prepare(tmp_path / "host.db")


@pytest.fixture
def host(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(path)) as connection:
        yield connection


@pytest.fixture
def inside(host: sqlite3.Connection) -> World:
    return World(HostSqliteStore(lambda: host), deliver="later")


@pytest.fixture
def outside(path: Path, inside: World) -> Iterator[World]:
    with SqliteStore(path) as store:
        yield World(store, clock=inside.clock)


def test_d2_effects_wait_for_the_commit_and_for_an_engine_outside(
    host: sqlite3.Connection, inside: World, outside: World
) -> None:
    host.execute("BEGIN IMMEDIATE")
    inside.dispatched()
    assert outside.engine.deliver().delivered == 0
    host.execute("COMMIT")
    assert inside.outside.log == outside.outside.log == []
    assert outside.engine.deliver().delivered == 2
    assert sorted(what for what, _ in outside.outside.log) == ["notify", "push"]
    assert outside.engine.case("C-1", actor=OPERATOR).states["platform"] == "pushed"


def test_d2_effects_of_what_was_rolled_back_are_never_delivered(
    host: sqlite3.Connection, inside: World, outside: World
) -> None:
    host.execute("BEGIN IMMEDIATE")
    inside.dispatched()
    host.execute("ROLLBACK")
    assert outside.engine.deliver().delivered == 0
    assert outside.outside.log == []


def test_d2_an_engine_that_would_deliver_at_once_cannot_be_made(host: sqlite3.Connection) -> None:
    with pytest.raises(BindingError, match='deliver="later"'):
        World(HostSqliteStore(lambda: host))


@pytest.mark.parametrize(
    "call",
    [
        lambda engine: engine.sweep(),
        lambda engine: engine.deliver(),
        lambda engine: engine.redeliver("C-1:1:0"),
        lambda engine: engine.claim_work(),
        lambda engine: engine.fire_due("C-1", 1),
        lambda engine: engine.deliver_claimed("C-1:1:0", "lease"),
        lambda engine: engine.recompute("cn-office", actor=SUPERVISOR),
        lambda engine: engine.erase("C-1", actor=OPERATOR),
    ],
    ids=["sweep", "deliver", "redeliver", "claim_work", "fire_due", "deliver_claimed", "recompute", "erase"],
)
def test_d2_what_belongs_outside_is_refused_inside(
    host: sqlite3.Connection, inside: World, call: Callable[[Engine], object]
) -> None:
    host.execute("BEGIN IMMEDIATE")
    inside.dispatched()
    before = inside.kinds()
    with pytest.raises(BindingError, match="after the commit, on an engine with a store of its own"):
        call(inside.engine)
    assert inside.kinds() == before
    assert inside.outside.log == []


@pytest.mark.parametrize("what", ["fire", "act"])
def test_d2_a_command_is_not_retried_inside(host: sqlite3.Connection, inside: World, what: str) -> None:
    host.execute("BEGIN IMMEDIATE")
    inside.dispatched()
    commands: dict[str, Callable[[], object]] = {
        "fire": lambda: inside.engine.fire("C-1", "take", actor=HANDLER, retry=1),
        "act": lambda: inside.engine.act("C-1", "resume", "answer", actor=HANDLER, retry=1),
    }
    with pytest.raises(ValueError, match="nothing is retried"):
        commands[what]()


def test_d2_timers_are_not_retried_inside(host: sqlite3.Connection) -> None:
    class Beaten(HostSqliteStore):
        tried = 0

        def append(self, batch: Append) -> None:
            if any(isinstance(row.event, RungFired) for row in batch.events):
                self.tried += 1
                raise Conflict(batch.case.id, batch.expected)
            super().append(batch)

    store = Beaten(lambda: host)
    world = World(store, deliver="later")
    host.execute("BEGIN IMMEDIATE")
    world.taken()
    world.go("17:00")
    with pytest.raises(Conflict):
        world.engine.fire("C-1", "note", actor=HANDLER)
    assert store.tried == 1


def test_m3_a_refusal_leaves_the_hosts_transaction_and_the_due_warnings(
    host: sqlite3.Connection, inside: World, outside: World
) -> None:
    host.execute("BEGIN IMMEDIATE")
    inside.taken()
    host.execute("COMMIT")
    inside.go("17:00")
    host.execute("BEGIN IMMEDIATE")
    host.execute("INSERT INTO complaint VALUES ('C-1', 1)")
    with pytest.raises(Refused):
        inside.engine.fire("C-1", "close", actor=SUPERVISOR)
    host.execute("COMMIT")
    assert host.execute("SELECT count(*) FROM complaint").fetchone() == (1,)
    assert "RungFired" in outside.kinds()  # E3: in an append of their own, which stays


def test_m7_a_key_of_a_rolled_back_transaction_is_free_again(host: sqlite3.Connection, inside: World) -> None:
    def note(text: str) -> Any:
        return inside.engine.fire("C-1", "note", actor=OPERATOR, data={"summary": text}, key="k")

    host.execute("BEGIN IMMEDIATE")
    inside.open()
    host.execute("COMMIT")
    host.execute("BEGIN IMMEDIATE")
    note("one")
    host.execute("ROLLBACK")
    host.execute("BEGIN IMMEDIATE")
    first = note("two")
    assert first.fields["summary"] == "two"
    assert note("two").version == first.version
    host.execute("COMMIT")


def test_k6_a_definition_that_was_rolled_back_is_stored_with_the_next_case(
    host: sqlite3.Connection, inside: World, outside: World
) -> None:
    host.execute("BEGIN IMMEDIATE")
    inside.open()
    host.execute("ROLLBACK")
    host.execute("BEGIN IMMEDIATE")
    inside.open()
    host.execute("COMMIT")
    stored = outside.store.load("C-1")
    assert stored is not None
    assert outside.store.definition(stored.case.workflow[2]) is not None


def test_reading_inside_needs_a_transaction_and_sees_what_it_wrote(
    host: sqlite3.Connection, inside: World
) -> None:
    with pytest.raises(AdapterError, match="no transaction is open"):
        inside.engine.find(actor=OPERATOR)
    host.execute("BEGIN IMMEDIATE")
    inside.dispatched()
    assert [case.id for case in inside.engine.find(actor=OPERATOR).cases] == ["C-1"]
    assert len(rows(inside)) == 2
