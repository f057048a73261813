"""Workers on Procrastinate, in this process: the queue carries only ids, whatever becomes of it loses nothing (E7)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

import worker_host
from casewf import PostgresClock, PostgresStore
from casewf.errors import AdapterError
from casewf.ports.outside import Delivery
from casewf.testing.clock import TestClock, at, datetime_of
from casewf.workers import procrastinate
from casewf.workers.procrastinate import ProcrastinateWorker
from worker_host import OPERATOR, RUNGS, fired

JOBS = "casewf_queue.procrastinate_jobs"


class Place:
    """A database with cases that are due, and an engine on it that notes what it delivers."""

    def __init__(self, dsn: str, cases: int = 3) -> None:
        self.dsn = dsn
        self.told: list[str] = []
        self.delivered: Counter[str] = Counter()
        self.then: Callable[[Delivery], None] = lambda delivery: None
        self.stop = threading.Event()
        worker_host.prepare(dsn, cases)
        self.names = [f"C-{number}" for number in range(cases)]
        self.store = PostgresStore(dsn)
        self.clock = TestClock(datetime_of(PostgresClock(self.store).now()))
        self.engine = worker_host.made(dsn, self._warn, clock=self.clock)

    def _warn(self, delivery: Delivery) -> None:
        self.delivered[delivery.id] += 1
        self.then(delivery)

    def worker(self, **options: Any) -> ProcrastinateWorker:
        return ProcrastinateWorker(self.engine, self.dsn, tell=self.told.append, **options)

    def once(self, **options: Any) -> None:
        self.worker(**options).run_once(self.stop)

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("SET search_path = casewf_queue")
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def claim_and_queue(self) -> None:
        """A tick, whose jobs nobody does yet."""

        async def tick(jobs: Any, claims: Any) -> None:
            worker._tick(claims)

        worker = self.worker()
        assert worker._run_once(tick) is None

    def check(self) -> None:
        """Each rung fired once, each effect was delivered once, and the queue is empty."""
        for name in self.names:
            assert fired(self.store, name) == list(range(RUNGS))
        rows = [row for name in self.names for row in self.store.outbox(name)]
        assert len(rows) == RUNGS * len(self.names)
        assert {row.state for row in rows} == {"done"}
        assert self.delivered == Counter(row.id for row in rows)
        assert self.sql(f"SELECT * FROM {JOBS}") == []

    def minutes(self, number: int) -> None:
        self.clock.travel(datetime_of(self.clock.now() + number * 60_000_000))


@pytest.fixture
def place(postgres_database: str) -> Iterator[Place]:
    made = Place(postgres_database)
    yield made
    made.store.close()


def test_all_that_is_due_is_done_once(place: Place) -> None:
    place.once()
    place.check()
    assert place.told == []


def test_a_second_round_finds_nothing_and_writes_nothing(place: Place) -> None:
    place.once()
    before = [place.store.history(name) for name in place.names]
    place.once()
    assert [place.store.history(name) for name in place.names] == before
    place.check()


def test_jobs_carry_only_ids_and_are_all_for_now(place: Place) -> None:
    place.claim_and_queue()
    jobs = place.sql(f"SELECT task_name, args, scheduled_at, lock, queueing_lock FROM {JOBS} ORDER BY id")
    assert [(name, sorted(args)) for name, args, *_ in jobs] == [("casewf.fire_due", ["case_id", "wake"])] * 3
    assert {tuple(rest) for _, _, *rest in jobs} == {(None, None, None)}


def test_a_lost_job_does_no_harm(place: Place) -> None:
    place.claim_and_queue()
    place.sql(f"DELETE FROM {JOBS}")
    place.once()
    assert fired(place.store, "C-0") == []
    place.minutes(2)
    place.once()
    place.check()


def test_lost_jobs_of_effects_do_no_harm(place: Place) -> None:
    for due in place.engine.claim_work().cases:
        place.engine.fire_due(due.case, due.wake)
    place.claim_and_queue()
    assert place.sql(f"SELECT DISTINCT task_name FROM {JOBS}") == [("casewf.deliver_claimed",)]
    place.sql(f"DELETE FROM {JOBS}")
    place.once()
    assert not place.delivered
    place.minutes(6)
    place.once()
    place.check()


def test_doubled_jobs_do_no_harm(place: Place) -> None:
    place.claim_and_queue()
    double = (
        f"INSERT INTO {JOBS} (queue_name, task_name, args) SELECT queue_name, task_name, args FROM {JOBS}"
    )
    for _ in range(2):
        place.sql(double)
    place.once(concurrency=8)
    place.check()


def test_the_queue_can_be_dropped(place: Place) -> None:
    place.claim_and_queue()
    place.sql("DROP SCHEMA casewf_queue CASCADE")
    place.minutes(2)
    place.once()
    place.check()


def test_a_tick_that_fails_leaves_neither_claims_nor_jobs(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    defer = procrastinate._defer

    def then_fail(*work: Any) -> None:
        defer(*work)
        raise OSError("no room")

    monkeypatch.setattr(procrastinate, "_defer", then_fail)
    with pytest.raises(AdapterError, match="no room") as caught:
        place.once()
    assert caught.value.retryable
    assert place.sql(f"SELECT * FROM {JOBS}") == []
    monkeypatch.undo()
    place.once()
    place.check()


def test_the_jobs_of_a_machine_that_is_gone_are_done_by_another(place: Place) -> None:
    """It had fetched them, and its heart has not beaten since."""
    place.claim_and_queue()
    place.sql(
        "INSERT INTO casewf_queue.procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
    )
    place.sql(
        f"UPDATE {JOBS} SET status = 'doing', worker_id = (SELECT max(id) FROM casewf_queue.procrastinate_workers)"
    )
    work(place, until=lambda: sum(place.delivered.values()) == 3 * RUNGS)
    place.check()


def test_a_worker_goes_on_until_it_is_told_to_stop(place: Place) -> None:
    work(place, until=lambda: sum(place.delivered.values()) == 3 * RUNGS)
    place.check()
    assert place.told == []
    assert place.sql("SELECT * FROM casewf_queue.procrastinate_workers") == []


def test_told_to_stop_it_finishes_what_is_under_way(place: Place) -> None:
    begun, free = threading.Event(), threading.Event()

    def hold(delivery: Delivery) -> None:
        begun.set()
        assert free.wait(30)

    place.then = hold
    worker = place.worker(every=1)
    thread = threading.Thread(target=worker.run, args=(place.stop,))
    thread.start()
    assert begun.wait(30)
    place.stop.set()
    free.set()
    thread.join(30)
    assert not thread.is_alive()
    done = {row.id for name in place.names for row in place.store.outbox(name) if row.state == "done"}
    assert set(place.delivered) == done


def test_a_case_that_fails_is_told_and_stops_no_other(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    append = PostgresStore.append

    def broken(self: PostgresStore, batch: Any) -> None:
        if batch.case.id == "C-1":
            raise ZeroDivisionError("no rest")
        append(self, batch)

    monkeypatch.setattr(PostgresStore, "append", broken)
    place.once()
    assert place.told == ["case C-1: ZeroDivisionError: no rest"]
    assert fired(place.store, "C-2") == list(range(RUNGS))
    monkeypatch.undo()
    place.minutes(2)
    place.once()
    place.check()


def test_once_ends_although_a_hook_calls_exit(place: Place) -> None:
    def quits(delivery: Delivery) -> None:
        if sum(place.delivered.values()) > 30:
            place.stop.set()  # it would never end
        raise SystemExit("no such setting")

    place.then = quits
    place.once()
    assert not place.stop.is_set()
    assert sum(place.delivered.values()) == 3  # the first of each lane
    first = place.store.outbox("C-0")[0]
    assert (first.state, first.attempts, first.error) == ("pending", 1, "SystemExit: no such setting")


class Leaves(BaseException):
    """No failure, as a time-out of a library that kills what takes too long."""


@pytest.mark.parametrize("by", [Leaves(), KeyboardInterrupt()])
def test_what_is_no_failure_is_told_and_not_tried_for_ever(place: Place, by: BaseException) -> None:
    def leave(delivery: Delivery) -> None:
        if sum(place.delivered.values()) > 30:
            place.stop.set()
        raise by

    place.then = leave
    place.once(concurrency=1)
    assert type(by).__name__ in place.told[0]
    assert sum(place.delivered.values()) == (1 if isinstance(by, KeyboardInterrupt) else 3)


def test_the_queue_is_never_longer_than_what_is_soon_done(place: Place) -> None:
    desk = worker_host.made(place.dsn, place._warn, clock=TestClock(at("2026-03-16 10:00")))
    for number in range(3, 40):
        desk.open("question", actor=OPERATOR, case_id=f"C-{number}")
        place.names.append(f"C-{number}")
    worker = place.worker(concurrency=1)

    async def ticks(jobs: Any, claims: Any) -> None:
        for _ in range(8):
            worker._tick(claims)

    assert worker._run_once(ticks) is None
    [(waiting,)] = place.sql(f"SELECT count(*) FROM {JOBS}")
    assert 12 <= waiting <= 25
    place.once()
    place.check()


def test_a_connection_string_that_is_none_is_refused(place: Place) -> None:
    with pytest.raises(AdapterError, match="no connection string"):
        ProcrastinateWorker(place.engine, "cases.db", tell=print)


@pytest.mark.parametrize("option", [{"concurrency": 0}, {"every": 61}, {"idle_ms": 0}])
def test_numbers_have_bounds(place: Place, option: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(option))):
        place.worker(**option)


def work(place: Place, *, until: Callable[[], bool]) -> None:
    """A worker in a thread, until this is so, then told to stop."""
    thread = threading.Thread(target=place.worker(every=1).run, args=(place.stop,))
    thread.start()
    tick = threading.Event()
    for _ in range(400):
        if until():
            break
        tick.wait(0.1)
    place.stop.set()
    thread.join(30)
    assert not thread.is_alive()
