"""Commands that are committed together (D1, M6)."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.postgres import PostgresStore
from casewf.engine.verify import verify
from casewf.errors import AdapterError, BindingError, Refused
from casewf.ports.store import Store
from engine_fakes import OPERATOR, World, fired


def test_a_batch_is_there_as_a_whole(store: Store) -> None:
    world = World(store)
    with world.engine.batch() as batch:
        for number in range(20):
            batch.open("claim", actor=OPERATOR, case_id=f"C-{number}")
            batch.fire(f"C-{number}", "note", actor=OPERATOR, data={"people": 2})
    assert [len(fired(world, "note", f"C-{number}")) for number in range(20)] == [1] * 20
    assert verify(store).ok


def test_a_batch_that_raises_leaves_nothing_and_delivers_nothing(store: Store) -> None:
    world = World(store)
    world.open()

    def fail() -> None:
        with world.engine.batch() as batch:
            batch.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert world.engine.case("C-1", actor=OPERATOR).states["main"] == "received"
    assert world.outside.times("push") == 0
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    assert world.outside.times("push") == 1


@pytest.mark.parametrize("failure", [psycopg.errors.UniqueViolation("mine"), sqlite3.IntegrityError("mine")])
def test_what_the_host_raises_in_a_batch_comes_out_as_it_is(store: Store, failure: Exception) -> None:
    world = World(store)

    def fail() -> None:
        with world.engine.batch() as batch:
            batch.open("claim", actor=OPERATOR, case_id="C-1")
            raise failure

    with pytest.raises(type(failure)) as caught:
        fail()
    assert caught.value is failure
    assert store.load("C-1") is None


def test_what_is_refused_leaves_the_others(store: Store) -> None:
    world = World(store)
    with world.engine.batch() as batch:
        batch.open("claim", actor=OPERATOR, case_id="C-1")
        with pytest.raises(Refused):
            batch.fire("C-1", "take", actor=OPERATOR)
        batch.fire("C-1", "note", actor=OPERATOR)
    assert len(fired(world, "note")) == 1


def test_effects_leave_after_the_commit(store: Store) -> None:
    world = World(store)
    with world.engine.batch() as batch:
        batch.open("claim", actor=OPERATOR, case_id="C-1")
        case = batch.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
        assert case.states["platform"] == "pending"
        assert world.outside.times("push") == 0
    assert world.outside.times("push") == 1
    assert world.engine.case("C-1", actor=OPERATOR).states["platform"] == "pushed"


def test_of_a_key_that_was_used_in_the_batch_the_first_answer_comes_back(store: Store) -> None:
    world = World(store)
    with world.engine.batch() as batch:
        first = batch.open("claim", actor=OPERATOR, case_id="C-1", key="k")
        assert batch.open("claim", actor=OPERATOR, case_id="C-1", key="k") == first
    assert len(store.history("C-1")) == first.version


@pytest.mark.parametrize("what", ["sweep", "deliver"])
def test_what_works_on_all_cases_is_for_the_engine_outside(store: Store, what: str) -> None:
    with (
        World(store).engine.batch() as batch,
        pytest.raises(BindingError, match=f"^{what}: .*after the block"),
    ):
        getattr(batch, what)()


def test_a_batch_holds_no_batch(store: Store) -> None:
    with World(store).engine.batch() as batch:
        with pytest.raises(BindingError, match="batch"), batch.batch():
            pass
        with pytest.raises(ValueError, match="retried"):
            batch.fire("C-1", "note", actor=OPERATOR, retry=1)


def test_in_a_batch_the_engine_outside_is_refused_at_once_or_works_beside_it(store: Store) -> None:
    world = World(store)
    world.open("C-0")
    with world.engine.batch() as batch:
        batch.open("claim", actor=OPERATOR, case_id="C-1")
        if isinstance(store, PostgresStore):
            world.open("C-2")
        else:
            started = time.perf_counter()
            with pytest.raises(AdapterError, match="use the engine, or the store, that it gave") as caught:
                world.open("C-2")
            assert not caught.value.retryable
            with pytest.raises(AdapterError, match="that it gave"), world.engine.batch():
                pass
            assert time.perf_counter() - started < 2
    world.open("C-3")
    assert store.load("C-1") is not None


def test_a_batch_is_for_one_thread(store: Store) -> None:
    with World(store).engine.batch() as batch, ThreadPoolExecutor(1) as pool:
        other = pool.submit(batch.open, "claim", actor=OPERATOR, case_id="C-1")
        failure = other.exception(30)
        batch.open("claim", actor=OPERATOR, case_id="C-2")
    if isinstance(store, MemoryStore):
        return  # it has nothing that belongs to a thread
    assert isinstance(failure, AdapterError)
    assert "for the thread that has begun it" in str(failure)
    assert store.load("C-1") is None
    assert store.load("C-2") is not None
