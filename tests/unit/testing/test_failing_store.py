"""A store that fails as told, and is the store below it otherwise."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import HostSqliteStore
from casewf.errors import AdapterError, BindingError, Conflict
from casewf.ports.store import GroupCommit, InsideTransaction, Store
from casewf.testing import FailingStore
from casewf.testing.contracts.store import StoreContract
from casewf.testing.contracts.store_group import GroupContract
from engine_fakes import OPERATOR, World


class TestItIsTheStoreBelow(StoreContract, GroupContract):
    @pytest.fixture
    def store(self) -> Store:
        return FailingStore(MemoryStore())


@pytest.fixture
def world() -> World:
    return World(FailingStore(MemoryStore()))


def failing(world: World) -> FailingStore:
    assert isinstance(world.store, FailingStore)
    return world.store


def test_it_fails_once_and_nothing_was_written(world: World) -> None:
    failing(world).fail("append")
    with pytest.raises(AdapterError, match="append fails because the test says so") as failure:
        world.open()
    assert failure.value.retryable
    assert world.store.load("C-1") is None
    world.open()
    assert world.kinds() == ["Opened", "ClockStarted"]


def test_after_the_write_it_is_written_and_nobody_was_told_so(world: World) -> None:
    failing(world).fail("append", ConnectionError("reset"), when="after")
    with pytest.raises(ConnectionError, match="reset"):
        world.open(key="k-1")
    assert world.store.load("C-1") is not None
    again = world.engine.open("claim", actor=OPERATOR, case_id="C-1", key="k-1")
    assert again.version == 2


def test_it_fails_later_and_several_times(world: World) -> None:
    failing(world).fail("append", skip=1, times=2)
    world.open("C-1")
    for _ in range(2):
        with pytest.raises(AdapterError):
            world.open("C-2")
    world.open("C-2")


def test_a_conflict_is_that_of_the_append_and_the_engine_tries_again_if_asked(world: World) -> None:
    world.open()
    failing(world).conflict()
    with pytest.raises(Conflict) as conflict:
        world.engine.fire("C-1", "note", actor=OPERATOR, data={"people": 2})
    assert (conflict.value.case, conflict.value.expected, conflict.value.found) == ("C-1", 2, 3)
    failing(world).conflict()
    assert world.engine.fire("C-1", "note", actor=OPERATOR, data={"people": 3}, retry=1).fields["people"] == 3


def test_a_delivery_that_cannot_be_settled_is_repeated_with_the_same_id(world: World) -> None:
    failing(world).fail("settle")
    world.dispatched()
    world.clock.advance(minutes=10)
    world.engine.deliver()
    told = [delivery for what, delivery in world.outside.log if what == "notify"]
    assert len(told) == 2
    assert len(set(told)) == 1


def test_only_methods_of_a_store_can_fail(world: World) -> None:
    with pytest.raises(ValueError, match="no method 'save'; it has load, append, history"):
        failing(world).fail("save")


def test_batches_fail_as_the_rest(world: World) -> None:
    failing(world).fail("append", skip=1)
    with world.engine.batch() as batch:
        batch.open("claim", actor=OPERATOR, case_id="C-1")
        with pytest.raises(AdapterError):
            batch.open("claim", actor=OPERATOR, case_id="C-2")
    assert [head.case for head in world.store.heads()] == ["C-1"]


def test_it_commits_together_or_inside_a_transaction_where_the_store_below_does() -> None:
    assert isinstance(FailingStore(MemoryStore()), GroupCommit)
    assert not isinstance(FailingStore(MemoryStore()), InsideTransaction)
    with closing(sqlite3.connect(":memory:")) as host:
        inside = FailingStore(HostSqliteStore(lambda: host))
        assert isinstance(inside, InsideTransaction)
        with pytest.raises(BindingError, match="later"):
            World(inside)
