"""A host's code that leaves by ``SystemExit``, or by something else that is no failure, is not called for ever (D2)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from casewf import AsyncEngine
from casewf.engine.sweep import SweepReport
from casewf.model.directory import StaticDirectory
from casewf.ports.outside import Delivery
from casewf.ports.store import Store
from casewf.testing.clock import TestClock, at
from engine_fakes import DIRECTORY, HANDLER, OPERATOR, START, World, claim, deliver_until_dead, fired, rows


class Leaves(BaseException):
    """No failure, as a time-out of a library that kills what takes too long."""


def leaving(world: World, what: str, by: BaseException) -> None:
    def then(called: str, delivery: Delivery) -> None:
        if called == what:
            raise by

    world.outside.then = then


@pytest.mark.parametrize(
    ("what", "destination"), [("notify", "notify"), ("push", "push"), ("archive", "hook:archive")]
)
def test_a_host_function_that_calls_exit_has_failed(
    store: Store, what: str, destination: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(store, deliver="later")
    leaving(world, what, SystemExit("no such setting"))
    world.taken()
    world.engine.fire("C-1", "close", actor=HANDLER)
    with caplog.at_level(logging.WARNING, logger="casewf"):
        report = world.engine.deliver()
    assert (report.delivered, report.delayed, report.dead) == (2, 1, 0)
    row = rows(world, destination)[0]
    assert (row.state, row.attempts, row.error) == ("pending", 1, "SystemExit: no such setting")
    assert row.due_at > world.clock.now()
    assert "effect.failed" in caplog.text
    assert "error_type=SystemExit" in caplog.text
    assert len(fired(world, "p_fail")) == (what == "push")
    deliver_until_dead(world, destination)
    assert world.outside.times(what) == (5 if what == "push" else 8)


@pytest.mark.parametrize("by", [Leaves(), asyncio.CancelledError()])
def test_what_is_no_failure_comes_out_and_its_effect_waits_for_the_end_of_the_lease(
    store: Store, by: BaseException
) -> None:
    world = World(store, deliver="later")
    leaving(world, "notify", by)
    world.dispatched()
    with pytest.raises(type(by)):
        world.engine.deliver()
    assert world.engine.deliver().delivered == 1  # the push, which was given back
    assert world.outside.times("notify") == 1
    world.outside.then = lambda what, delivery: None
    world.go("10:05")
    assert world.engine.deliver().delivered == 1


def test_whoever_interrupts_finds_the_effect_due_afterwards(store: Store) -> None:
    world = World(store, deliver="later")
    leaving(world, "notify", KeyboardInterrupt())
    world.dispatched()
    with pytest.raises(KeyboardInterrupt):
        world.engine.deliver()
    world.outside.then = lambda what, delivery: None
    assert world.engine.deliver().delivered == 2


def test_a_directory_that_calls_exit_fails_one_case_and_not_the_sweep(store: Store) -> None:
    class Quits(StaticDirectory):
        def lineage(self, org: str) -> tuple[str, ...]:
            if self.quits:
                raise SystemExit("no chart today")
            return super().lineage(org)

        quits = False

    directory = Quits({"city": None, "yuzhong": "city"})
    world = World(store, directory=directory, deliver="later")
    world.dispatched()
    world.go("2026-03-17 16:00")
    Quits.quits = True
    try:
        report = world.engine.sweep()
    finally:
        Quits.quits = False
    assert report == SweepReport(cases=1, events=0, failed=("C-1",))
    assert [one.detail for one in world.engine.incidents("C-1")] == ["no chart today"]


def test_an_async_hook_that_calls_exit_has_failed(store: Store) -> None:
    async def quits(delivery: Delivery) -> None:
        raise SystemExit("no such setting")

    world = World(store)

    async def main() -> None:
        outside: Any = world.outside
        hook: Callable[[Delivery], Any] = quits
        async with AsyncEngine(
            [claim()],
            store=store,
            clock=TestClock(at(START)),
            directory=DIRECTORY,
            notifier=outside,
            connectors={"platform": outside},
            hooks={"warn": hook, "archive": hook},
        ) as engine:
            await engine.open("claim", actor=OPERATOR, case_id="C-1")
            await engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
            await engine.fire("C-1", "take", actor=HANDLER)
            await engine.fire("C-1", "close", actor=HANDLER)

    asyncio.run(main())
    assert [(row.attempts, row.error) for row in rows(world, "hook")] == [
        (1, "RuntimeError: SystemExit: no such setting")
    ]
