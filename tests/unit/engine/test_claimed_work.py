"""Work that is claimed and handed on by ids, lost, doubled, late: each rung once, each effect by one (E7, D2)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from casewf import ClaimedWork, DeliveryReport
from casewf.adapters.memory import MemoryStore
from casewf.errors import AdapterError, Conflict, NotFound
from casewf.model.clock_events import RungFired
from casewf.ports.stored import Append, Due
from casewf.testing.clock import at, datetime_of, instant_of
from engine_fakes import HANDLER, OPERATOR, World, dump, rows


@pytest.fixture
def world(store: Any) -> World:
    return World(store, deliver="later")


def rungs(world: World, case_id: str = "C-1") -> list[int]:
    return [row.event.rung for row in world.store.history(case_id) if isinstance(row.event, RungFired)]


def overdue(world: World, *names: str) -> ClaimedWork:
    """These cases, whose first warning is due, claimed; nothing is left to deliver."""
    for name in names or ("C-1",):
        world.dispatched(name)
    world.engine.deliver()
    world.go("12:01")
    return world.engine.claim_work()


def later(world: World, **time: int) -> None:
    """So much time passes."""
    world.clock.travel(datetime_of(world.clock.now()) + dt.timedelta(**time))


def at_once(*works: Callable[[], object]) -> list[object]:
    """What these give, begun at the same instant."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        barrier.wait(30)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


# Claiming


def test_what_is_due_is_given_once_with_its_instant_and_its_lease(world: World) -> None:
    world.dispatched()
    world.go("12:01")
    work = world.engine.claim_work()
    assert work.cases == (Due("C-1", instant_of(at("2026-03-16 12:00"))),)
    assert [one.effect for one in work.effects] == [row.id for row in rows(world)]
    assert {one.lease for one in work.effects} == {row.lease for row in rows(world)} != {""}
    assert not world.engine.claim_work()
    assert world.engine.sweep().cases == 0
    assert world.engine.deliver() == DeliveryReport()


def test_nothing_due_gives_nothing_and_writes_nothing(world: World) -> None:
    world.dispatched()
    world.engine.deliver()
    before = dump(world.store)
    assert not world.engine.claim_work()
    assert dump(world.store) == before


def test_at_most_so_many_are_claimed(world: World) -> None:
    for name in ("C-1", "C-2", "C-3"):
        world.dispatched(name)
    world.go("12:01")
    work = world.engine.claim_work(2)
    assert (len(work.cases), len(work.effects)) == (2, 2)
    assert [due.case for due in world.engine.claim_work(2).cases] == ["C-3"]


def test_what_a_queue_has_lost_is_claimed_again(world: World) -> None:
    world.dispatched()
    world.go("12:01")
    lost = world.engine.claim_work()
    later(world, minutes=1, microseconds=1)
    assert world.engine.claim_work() == ClaimedWork(lost.cases)
    later(world, minutes=5)
    again = world.engine.claim_work()
    assert again.cases == lost.cases
    assert [one.effect for one in again.effects] == [one.effect for one in lost.effects]
    assert {one.lease for one in again.effects}.isdisjoint({one.lease for one in lost.effects})


def test_work_is_claimed_in_another_store_of_the_same_database(world: World) -> None:
    world.dispatched()
    world.go("12:01")
    other = MemoryStore()
    assert not world.engine.claim_work(store=other)
    assert world.engine.claim_work(store=world.store)


# Cases


def test_a_claimed_case_fires_what_is_due(world: World) -> None:
    [due] = overdue(world).cases
    assert world.engine.fire_due(due.case, due.wake) == 1
    assert rungs(world) == [0]
    assert (
        world.outside.times("notify") == 1
    )  # of the dispatch: the engine leaves the warning to the next claim
    assert len(world.engine.claim_work().effects) == 1


def test_an_engine_that_delivers_at_once_delivers_what_was_fired(store: Any) -> None:
    world = World(store)
    [due] = overdue(world).cases
    world.engine.fire_due(due.case, due.wake)
    assert world.outside.times("notify") == 2
    assert not world.engine.claim_work()


def test_a_doubled_job_does_nothing_the_second_time(world: World) -> None:
    [due] = overdue(world).cases
    world.engine.fire_due(due.case, due.wake)
    before = dump(world.store)
    assert world.engine.fire_due(due.case, due.wake) == 0
    assert dump(world.store) == before


def test_jobs_that_come_together_fire_each_rung_once(world: World) -> None:
    [due] = overdue(world).cases
    done = at_once(*[lambda: world.engine.fire_due(due.case, due.wake)] * 6)
    assert sorted(map(int, done)) == [0, 0, 0, 0, 0, 1]  # type: ignore[call-overload]
    assert rungs(world) == [0]


def test_a_job_of_an_earlier_generation_does_nothing(world: World) -> None:
    """The case has moved on, and what is due on it by now is for whoever claims it then."""
    [due] = overdue(world).cases
    world.engine.fire("C-1", "take", actor=HANDLER)
    assert rungs(world) == [0]
    world.go("16:01")
    assert world.engine.fire_due(due.case, due.wake) == 0
    assert rungs(world) == [0]
    [due] = world.engine.claim_work().cases
    world.engine.fire_due(due.case, due.wake)
    assert rungs(world) == [0, 1]


def test_a_job_that_comes_after_its_claim_fires_all_the_same(world: World) -> None:
    [due] = overdue(world).cases
    later(world, minutes=2)
    assert world.engine.claim_work().cases == (due,)
    assert world.engine.fire_due(due.case, due.wake) == 1
    assert world.engine.fire_due(due.case, due.wake) == 0


def test_a_case_of_another_database_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.engine.fire_due("C-9", 1)
    assert not world.engine.incidents()


@pytest.mark.parametrize("wake", [None, "soon", 1.5, True, 2**63])
def test_an_instant_is_a_number(world: World, wake: Any) -> None:
    world.dispatched()
    with pytest.raises((TypeError, ValueError), match="wake"):
        world.engine.fire_due("C-1", wake)


def test_a_case_that_fails_is_an_incident_once_and_is_claimed_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(batch: Append) -> None:
        raise ZeroDivisionError("no rest")

    [due] = overdue(world).cases
    monkeypatch.setattr(world.store, "append", broken)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            world.engine.fire_due(due.case, due.wake)
    assert [(one.kind, one.about) for one in world.engine.incidents()] == [
        ("sweep_failed", "ZeroDivisionError")
    ]
    monkeypatch.undo()
    assert not world.engine.claim_work()
    later(world, minutes=1, microseconds=1)
    assert world.engine.claim_work().cases == (due,)


def test_what_may_succeed_later_is_no_incident(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(batch: Append) -> None:
        raise AdapterError("the server is away", retryable=True)

    [due] = overdue(world).cases
    monkeypatch.setattr(world.store, "append", away)
    with pytest.raises(AdapterError):
        world.engine.fire_due(due.case, due.wake)
    assert not world.engine.incidents()


# Effects


def handed(world: World) -> list[tuple[str, str]]:
    """A dispatched case's effects, claimed: a notification and a push."""
    world.dispatched()
    return [(one.effect, one.lease) for one in world.engine.claim_work().effects]


def test_a_claimed_effect_is_delivered_and_what_comes_of_it_goes_on(world: World) -> None:
    (first, lease), *_ = handed(world)
    assert world.engine.deliver_claimed(first, lease) == DeliveryReport(delivered=1)
    assert [row.state for row in rows(world) if row.id == first] == ["done"]
    assert len(world.outside.log) == 1


def test_all_jobs_together_leave_nothing(world: World) -> None:
    for effect, lease in handed(world):
        world.engine.deliver_claimed(effect, lease)
    assert {row.state for row in rows(world)} == {"done"}
    assert world.engine.case("C-1", actor=OPERATOR).states["platform"] == "pushed"


def test_a_doubled_job_delivers_once(world: World) -> None:
    (first, lease), *_ = handed(world)
    world.engine.deliver_claimed(first, lease)
    before = dump(world.store)
    assert world.engine.deliver_claimed(first, lease) == DeliveryReport()
    assert dump(world.store) == before


def test_jobs_that_come_together_deliver_once(world: World) -> None:
    (first, lease), *_ = handed(world)
    at_once(*[lambda: world.engine.deliver_claimed(first, lease)] * 6)
    assert [name for _, name in world.outside.log] == [first]


def test_a_second_job_while_the_first_is_under_way_does_nothing(world: World) -> None:
    (first, lease), *_ = handed(world)
    second: list[DeliveryReport] = []
    world.outside.then = lambda what, delivery: second.extend(
        at_once(lambda: world.engine.deliver_claimed(first, lease))  # type: ignore[arg-type]
    )
    assert world.engine.deliver_claimed(first, lease).delivered == 1
    assert second == [DeliveryReport()]


def test_a_job_whose_lease_is_over_does_nothing(world: World) -> None:
    (first, lease), *_ = handed(world)
    later(world, minutes=5)
    before = dump(world.store)
    assert world.engine.deliver_claimed(first, lease) == DeliveryReport()
    assert dump(world.store) == before
    again = {one.effect: one.lease for one in world.engine.claim_work().effects}
    assert world.engine.deliver_claimed(first, lease) == DeliveryReport()
    assert world.engine.deliver_claimed(first, again[first]).delivered == 1


def test_a_delivery_that_fails_is_put_off_as_ever(world: World) -> None:
    jobs = dict(handed(world))
    [told] = [row.id for row in rows(world, "notify")]
    world.outside.broken.add("notify")
    assert world.engine.deliver_claimed(told, jobs[told]) == DeliveryReport(delayed=1)
    [row] = rows(world, "notify")
    assert (row.state, row.attempts, row.lease) == ("pending", 1, "")
    assert world.engine.deliver_claimed(told, jobs[told]) == DeliveryReport()


def test_stopped_it_gives_back_what_it_was_handed(world: World) -> None:
    (first, lease), *_ = handed(world)
    assert world.engine.deliver_claimed(first, lease, stop=lambda: True) == DeliveryReport()
    assert first in {one.effect for one in world.engine.claim_work().effects}


def test_what_nobody_has_claimed_cannot_be_delivered_under_no_lease(world: World) -> None:
    world.dispatched()
    with pytest.raises(ValueError, match="lease is empty"):
        world.engine.deliver_claimed(rows(world)[0].id, "")


@pytest.mark.parametrize("effect", ["C-9:1:0", "nothing", ""])
def test_an_effect_of_another_database_is_nothing_to_do(world: World, effect: str) -> None:
    assert world.engine.deliver_claimed(effect, "lease") == DeliveryReport()


def test_a_case_that_others_move_all_the_time_is_an_incident(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(batch: Append) -> None:
        raise Conflict(batch.case.id, batch.expected, batch.expected + 1)

    [due] = overdue(world).cases
    monkeypatch.setattr(world.store, "append", taken)
    with pytest.raises(Conflict):
        world.engine.fire_due(due.case, due.wake)
    assert [one.about for one in world.engine.incidents()] == ["Conflict"]
