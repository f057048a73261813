"""The engine on an event loop: the same methods, many at once, async hooks, cancelling, closing."""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import pytest

from casewf import AsyncEngine, Engine
from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import HostSqliteStore
from casewf.errors import BindingError, NotFound, Refused
from casewf.model.case import Actor
from casewf.ports.outside import Delivery, Outcome
from casewf.ports.store import Store
from casewf.testing.clock import TestClock, at
from engine_fakes import DIRECTORY, HANDLER, OPERATOR, START, STRANGER, Outside, claim, dump

ROBOT = Actor("robot", frozenset({"operator", "handler", "supervisor"}), "city")
LEAD = {"lead_org": "yuzhong"}


class AsyncOutside:
    """A notifier, a connector and a hook in one, all of them coroutine functions; ``then`` is awaited by each."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.threads: set[int] = set()

    async def then(self, what: str, delivery: Delivery) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon((turn := loop.create_future()).set_result, None)
        await turn

    async def notify(self, delivery: Delivery) -> None:
        await self._asked("notify", delivery)

    async def push(self, delivery: Delivery) -> Outcome:
        await self._asked("push", delivery)
        return Outcome(ok=True, data={"external_no": "P-1"})

    async def warn(self, delivery: Delivery) -> None:
        await self._asked("warn", delivery)

    async def archive(self, delivery: Delivery) -> None:
        await self._asked("archive", delivery)

    async def _asked(self, what: str, delivery: Delivery) -> None:
        self.log.append(what)
        self.threads.add(threading.get_ident())
        await self.then(what, delivery)


def made(store: Store, outside: Any, **options: Any) -> AsyncEngine:
    return AsyncEngine(
        [claim()],
        store=store,
        **{
            "clock": TestClock(at(START)),
            "directory": DIRECTORY,
            "notifier": outside,
            "connectors": {"platform": outside},
            "hooks": {"warn": outside.warn, "archive": outside.archive},
            **options,
        },
    )


class Held(Outside):
    """An outside that does not answer before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.free = threading.Event(), threading.Event()
        self.then = self._hold

    def _hold(self, what: str, delivery: Delivery) -> None:
        self.begun.set()
        assert self.free.wait(30)

    async def asked(self) -> None:
        """Once it was asked something."""
        assert await asyncio.to_thread(self.begun.wait, 30)


def methods(kind: type) -> dict[str, inspect.Signature]:
    return {
        name: inspect.signature(found)
        for name, found in inspect.getmembers(kind, callable)
        if not name.startswith("_")
    }


# The same engine


def test_it_has_the_methods_of_the_engine_with_their_parameters_and_docstrings() -> None:
    asynchronous, plain = methods(AsyncEngine), methods(Engine)
    assert asynchronous.pop("aclose")
    assert plain.pop("batch")  # it belongs to one thread; a host runs it in one, on ``engine``
    assert asynchronous == plain
    for name in plain:
        assert getattr(AsyncEngine, name).__doc__ == getattr(Engine, name).__doc__
        assert inspect.iscoroutinefunction(getattr(AsyncEngine, name)), name


def test_it_takes_what_the_engine_takes_and_the_number_of_its_threads() -> None:
    asynchronous, plain = (inspect.signature(kind).parameters for kind in (AsyncEngine, Engine))
    assert set(asynchronous) - set(plain) == {"threads"}
    assert set(plain) <= set(asynchronous)
    assert {name: one.default for name, one in plain.items()} == {
        name: one.default for name, one in asynchronous.items() if name != "threads"
    }


def test_a_case_is_opened_moved_read_and_refused(store: Store) -> None:
    async def main() -> None:
        async with made(store, Outside()) as engine:
            case = await engine.open("claim", actor=OPERATOR, case_id="C-1")
            case = await engine.fire(case.id, "dispatch", actor=OPERATOR, data=LEAD)
            assert case.states == {"main": "dispatched", "oversight": "calm", "platform": "pushed"}
            assert await engine.case("C-1", actor=OPERATOR) == case
            with pytest.raises(NotFound):
                await engine.case("C-1", actor=STRANGER)
            with pytest.raises(Refused):
                await engine.fire("C-1", "close", actor=OPERATOR)
            assert [one.id for one in (await engine.find(actor=OPERATOR)).cases] == ["C-1"]
            assert engine.workflows == engine.engine.workflows

    asyncio.run(main())


def test_a_hundred_fires_at_once_are_a_hundred_moves(store: Store) -> None:
    async def main() -> None:
        async with made(store, AsyncOutside(), threads=4) as engine:
            names = [f"C-{number}" for number in range(100)]
            await asyncio.gather(*(engine.open("claim", actor=OPERATOR, case_id=name) for name in names))
            moved = await asyncio.gather(
                *(engine.fire(name, "dispatch", actor=OPERATOR, data=LEAD) for name in names)
            )
            assert [case.id for case in moved] == names
            assert all(case.states["platform"] == "pushed" for case in moved)
            notes = (engine.fire("C-0", "note", actor=OPERATOR, retry=100) for _ in range(50))
            assert len({case.version for case in await asyncio.gather(*notes)}) == 50

    asyncio.run(main())
    assert sum(row.state == "done" for n in range(100) for row in store.outbox(f"C-{n}")) == 200


def test_the_event_loop_goes_on_while_the_engine_works() -> None:
    """The outside cannot answer before the loop has run other things."""
    outside = Held()

    async def main() -> None:
        async with made(MemoryStore(), outside) as engine:
            await engine.open("claim", actor=OPERATOR, case_id="C-1")
            moving = asyncio.create_task(engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD))
            await outside.asked()
            outside.free.set()
            assert (await moving).states["main"] == "dispatched"

    asyncio.run(main())


def test_context_variables_are_there_in_the_outside_and_do_not_leak() -> None:
    request: ContextVar[str] = ContextVar("request", default="none")
    seen: list[str] = []
    outside, plain = AsyncOutside(), Outside()

    async def then(what: str, delivery: Delivery) -> None:
        seen.append(request.get())
        request.set("the outside's own")

    outside.then = then  # type: ignore[method-assign]
    plain.then = lambda what, delivery: seen.append(request.get())

    async def main() -> None:
        for one in (outside, plain):
            async with made(MemoryStore(), one, threads=1) as engine:
                for name in ("C-1", "C-2"):
                    request.set(name)
                    await engine.open("claim", actor=OPERATOR, case_id=name)
                    await engine.fire(name, "dispatch", actor=OPERATOR, data=LEAD)
                    assert request.get() == name

    asyncio.run(main())
    assert seen == ["C-1", "C-1", "C-2", "C-2"] * 2


# Async outsides


def test_coroutines_are_awaited_on_the_loop_of_the_caller(store: Store) -> None:
    outside = AsyncOutside()

    async def main() -> None:
        async with made(store, outside) as engine:
            await engine.open("claim", actor=OPERATOR, case_id="C-1")
            case = await engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD)
            assert case.fields["external_no"] == "P-1"
            assert outside.threads == {threading.get_ident()}

    asyncio.run(main())
    assert sorted(outside.log) == ["notify", "push"]


@pytest.mark.parametrize("threads", [1, 2])
def test_async_hooks_that_await_the_engine_do_not_wait_for_one_another(store: Store, threads: int) -> None:
    """More deliveries at once than threads, and each awaits the engine several times."""
    outside = AsyncOutside()

    async def main() -> None:
        clock = TestClock(at(START))
        async with made(store, outside, threads=threads, clock=clock) as engine:

            async def then(what: str, delivery: Delivery) -> None:
                if what == "notify":
                    both = (
                        engine.fire(delivery.case.id, "note", actor=ROBOT, data={"people": number}, retry=9)
                        for number in (5, 6)
                    )
                    await asyncio.gather(*both)
                    assert (await engine.case(delivery.case.id, actor=ROBOT)).fields["people"] in (5, 6)

            outside.then = then  # type: ignore[method-assign]
            names = [f"C-{number}" for number in range(8)]
            for name in names:
                await engine.open("claim", actor=OPERATOR, case_id=name)
            await asyncio.gather(
                *(engine.fire(name, "dispatch", actor=OPERATOR, data=LEAD) for name in names)
            )
            for name in names:
                kinds = [type(entry.event).__name__ for entry in await engine.history(name, actor=OPERATOR)]
                assert kinds.count("Moved") == 1 + 2 + 2, kinds

    asyncio.run(main())


def test_what_an_async_hook_fires_is_the_doing_of_the_effect(store: Store) -> None:
    """A second attempt of a hook does not move the case twice (D2)."""
    outside, clock = AsyncOutside(), TestClock(at(START))
    broken = True

    async def main() -> None:
        nonlocal broken
        async with made(store, outside, clock=clock) as engine:

            async def then(what: str, delivery: Delivery) -> None:
                if what == "notify":
                    await engine.fire("C-1", "note", actor=ROBOT, data={"people": 7})
                    if broken:
                        raise ConnectionError

            outside.then = then  # type: ignore[method-assign]
            await engine.open("claim", actor=OPERATOR, case_id="C-1")
            await engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD)
            broken = False
            clock.travel(at("2026-03-16 10:02"))
            assert (await engine.deliver()).delivered == 1
            history = await engine.history("C-1", actor=OPERATOR)
            assert sum(getattr(entry.event, "trigger", "") == "note" for entry in history) == 1

    asyncio.run(main())
    assert outside.log.count("notify") == 2


def test_a_plain_hook_may_call_the_plain_engine(store: Store) -> None:
    outside = Outside()

    async def main() -> None:
        async with made(store, outside, threads=1) as engine:

            def then(what: str, delivery: Delivery) -> None:
                if what == "notify":
                    engine.engine.fire("C-1", "note", actor=ROBOT, data={"people": 7})

            outside.then = then
            await engine.open("claim", actor=OPERATOR, case_id="C-1")
            case = await engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD)
            assert case.fields["people"] == 7

    asyncio.run(main())


def test_a_function_that_returns_a_coroutine_is_awaited_too(store: Store) -> None:
    seen: list[str] = []

    async def told(delivery: Delivery) -> None:
        seen.append(delivery.id)

    outside = Outside()
    clock = TestClock(at(START))
    hooks = {"warn": functools.partial(lambda told, delivery: told(delivery), told), "archive": told}

    async def main() -> None:
        async with made(store, outside, hooks=hooks, clock=clock) as engine:
            await engine.open("claim", actor=OPERATOR, case_id="C-1")
            await engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD)
            clock.travel(at("2026-03-16 16:01"))
            await engine.sweep()

    asyncio.run(main())
    assert len(seen) == 1


def test_what_a_task_fires_after_its_hook_has_ended_is_a_command_of_its_own(store: Store) -> None:
    outside, released = AsyncOutside(), []

    async def main() -> None:
        async with made(store, outside, threads=1) as engine:
            go = asyncio.Event()

            async def later() -> None:
                await go.wait()
                await engine.fire("C-1", "note", actor=ROBOT)

            async def then(what: str, delivery: Delivery) -> None:
                if what == "notify":
                    released.append(asyncio.create_task(later()))

            outside.then = then  # type: ignore[method-assign]
            await engine.open("claim", actor=OPERATOR, case_id="C-1")
            case = await engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD)
            go.set()
            await asyncio.gather(*released)
            assert (await engine.case("C-1", actor=OPERATOR)).version == case.version + 1

    asyncio.run(main())
    assert store.answer("robot", "C-1", "C-1:3:0 note 1") is None


def test_an_async_hook_in_a_delivery_of_the_plain_engine_fails_and_waits_for_an_awaited_one(
    store: Store,
) -> None:
    outside, clock = AsyncOutside(), TestClock(at(START))

    async def main() -> None:
        async with made(store, outside, clock=clock, deliver="later") as engine:
            await engine.open("claim", actor=OPERATOR, case_id="C-1")
            await engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD)
            assert (
                engine.engine.deliver().delivered == 0
            )  # on the loop's own thread: it must not wait for itself
            assert "begun by a method of an AsyncEngine" in store.outbox("C-1")[0].error
            clock.travel(at("2026-03-16 10:02"))
            assert (await engine.deliver()).delivered == 2

    asyncio.run(main())


def test_a_call_of_the_plain_engine_inside_an_async_hook_does_not_hang(store: Store) -> None:
    """It blocks the event loop, so a coroutine that it leads to cannot be awaited: that is an error, not a deadlock."""
    outside, other = AsyncOutside(), MemoryStore()

    async def main() -> None:
        async with made(store, outside) as engine, made(other, AsyncOutside()) as second:

            async def then(what: str, delivery: Delivery) -> None:
                if what == "notify":
                    second.engine.open("claim", actor=OPERATOR, case_id="C-2")
                    second.engine.fire("C-2", "dispatch", actor=OPERATOR, data=LEAD)

            outside.then = then  # type: ignore[method-assign]
            await engine.open("claim", actor=OPERATOR, case_id="C-1")
            await engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD)

    asyncio.run(main())
    assert {row.state for row in store.outbox("C-1")} == {"done"}
    assert "begun by a method of an AsyncEngine" in other.outbox("C-2")[0].error


# Cancelling and closing


def test_a_call_that_was_cancelled_after_it_began_is_finished_and_stays(store: Store) -> None:
    outside = Held()

    async def main() -> None:
        async with made(store, outside) as engine:
            await engine.open("claim", actor=OPERATOR, case_id="C-1")
            moving = asyncio.create_task(engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD, key="k"))
            await outside.asked()
            moving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await moving
            outside.free.set()
        repeated = made(store, outside)
        case = await repeated.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD, key="k")
        assert case.states["main"] == "dispatched"
        await repeated.aclose()

    asyncio.run(main())
    assert {row.state for row in store.outbox("C-1")} == {"done"}
    assert len(outside.log) == 2


def test_a_call_that_was_cancelled_before_it_began_does_nothing(store: Store) -> None:
    outside = Held()

    async def main() -> object:
        async with made(store, outside, threads=1) as engine:
            await engine.open("claim", actor=OPERATOR, case_id="C-1")
            await engine.open("claim", actor=OPERATOR, case_id="C-2")
            first = asyncio.create_task(engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD))
            await outside.asked()
            second = asyncio.create_task(engine.fire("C-2", "dispatch", actor=OPERATOR, data=LEAD))
            await asyncio.wait([second], timeout=0)  # it waits for the only thread by now
            second.cancel()
            with suppress(asyncio.CancelledError):
                await second
            outside.free.set()
            await first
            return (await engine.case("C-2", actor=OPERATOR)).states["main"]

    assert asyncio.run(main()) == "received"


def test_a_loop_that_ends_in_the_middle_of_an_async_hook_loses_nothing(store: Store) -> None:
    """``asyncio.run`` cancels the hook; its effect is tried again."""
    outside = AsyncOutside()
    engines: list[AsyncEngine] = []
    begun = asyncio.Event()

    async def for_ever(what: str, delivery: Delivery) -> None:
        begun.set()
        await asyncio.Event().wait()

    outside.then = for_ever  # type: ignore[method-assign]

    async def main() -> None:
        engine = made(store, outside)
        engines.append(engine)
        await engine.open("claim", actor=OPERATOR, case_id="C-1")
        moving = asyncio.create_task(engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD))
        await begun.wait()
        moving.cancel()

    asyncio.run(main())

    async def again() -> None:
        await engines[0].aclose()
        clock = TestClock(at("2026-03-16 10:30"))
        async with made(store, AsyncOutside(), clock=clock) as engine:
            await engine.deliver()

    asyncio.run(again())
    assert {row.state for row in store.outbox("C-1")} == {"done"}


def test_a_loop_that_is_closed_before_it_comes_to_an_async_hook_loses_nothing(store: Store) -> None:
    held, outside = Held(), AsyncOutside()
    loop = asyncio.new_event_loop()
    engine = made(store, held, connectors={"platform": outside})

    async def main() -> None:
        await engine.open("claim", actor=OPERATOR, case_id="C-1")
        moving = asyncio.ensure_future(engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD))
        await held.asked()
        moving.cancel()

    loop.run_until_complete(main())
    loop.run_until_complete(loop.shutdown_default_executor())
    held.free.set()
    loop.close()
    asyncio.run(engine.aclose())
    assert [(row.state, row.attempts) for row in store.outbox("C-1")] == [("done", 1), ("pending", 1)]
    assert outside.log == []


def test_a_closed_engine_says_so() -> None:
    async def main() -> None:
        async with made(MemoryStore(), Outside()) as engine:
            await engine.open("claim", actor=OPERATOR, case_id="C-1")
        await engine.aclose()
        with pytest.raises(RuntimeError, match="this AsyncEngine was closed; make a new one"):
            await engine.case("C-1", actor=OPERATOR)

    asyncio.run(main())


def test_what_it_delivers_cannot_close_it_and_is_told_so(store: Store) -> None:
    outside = AsyncOutside()
    later: list[asyncio.Task[None]] = []

    async def main() -> None:
        engine = made(store, outside)
        over = asyncio.Event()

        async def close_later() -> None:
            await over.wait()
            await engine.aclose()

        async def then(what: str, delivery: Delivery) -> None:
            later.append(asyncio.create_task(close_later()))
            await engine.aclose()

        outside.then = then  # type: ignore[method-assign]
        await engine.open("claim", actor=OPERATOR, case_id="C-1")
        await engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD)
        over.set()
        await asyncio.gather(*later)

    asyncio.run(asyncio.wait_for(main(), 60))
    assert {row.error.partition(":")[0] for row in store.outbox("C-1")} == {"RuntimeError"}
    assert later


# What it is made with


def test_what_cannot_be_called_is_told_as_by_the_engine() -> None:
    with pytest.raises(BindingError, match=r"connector 'platform'.push cannot be called"):
        made(MemoryStore(), Outside(), connectors={"platform": object()})
    with pytest.raises(BindingError, match=r"notifier.notify cannot be called"):
        made(MemoryStore(), Outside(), notifier=object())

    async def two(first: object, second: object) -> None: ...

    with pytest.raises(BindingError, match="hook 'warn' must take one argument, the delivery"):
        made(MemoryStore(), Outside(), hooks={"warn": two, "archive": two})


def test_it_refuses_a_store_inside_a_transaction_and_a_pool_without_threads() -> None:
    def no_connection() -> Any:
        raise AssertionError

    with pytest.raises(BindingError, match="belongs to one thread"):
        made(HostSqliteStore(no_connection), Outside())
    for threads in (0, 257, True, "4"):
        with pytest.raises((ValueError, TypeError)):
            made(MemoryStore(), Outside(), threads=threads)


def test_both_engines_write_the_same() -> None:
    """The same commands leave the same rows, whoever runs them."""

    class Tokens:
        def __init__(self) -> None:
            self.number = 0

        def token(self) -> str:
            self.number += 1
            return f"{self.number:032x}"

    plain, other = MemoryStore(), MemoryStore()
    outside = Outside()
    sync = Engine(
        [claim()],
        store=plain,
        clock=TestClock(at(START)),
        directory=DIRECTORY,
        notifier=outside,
        connectors={"platform": outside},
        hooks={"warn": outside.warn, "archive": outside.archive},
        entropy=Tokens(),
    )
    sync.open("claim", actor=OPERATOR, case_id="C-1", data={"phone": "13900001111"})
    sync.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD, comment="转渝中")
    sync.fire("C-1", "take", actor=HANDLER)

    async def main() -> None:
        async with made(other, AsyncOutside(), entropy=Tokens()) as engine:
            await engine.open("claim", actor=OPERATOR, case_id="C-1", data={"phone": "13900001111"})
            await engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD, comment="转渝中")
            await engine.fire("C-1", "take", actor=HANDLER)

    asyncio.run(main())
    assert dump(plain) == dump(other)


def test_the_plain_engine_refuses_async_outsides() -> None:
    class Async:
        async def __call__(self, delivery: Delivery) -> None: ...

    outside = Outside()
    hooks: list[Callable[[Delivery], Awaitable[None]]] = [AsyncOutside().warn, Async()]
    for hook in hooks:
        with pytest.raises(BindingError, match=r"hook 'warn' is async.*give it to an AsyncEngine"):
            Engine(
                [claim()],
                store=MemoryStore(),
                clock=TestClock(at(START)),
                notifier=outside,
                connectors={"platform": outside},
                hooks={"warn": hook, "archive": outside.archive},  # type: ignore[dict-item]
            )


def test_one_engine_serves_the_loops_of_several_threads(store: Store) -> None:
    outside = AsyncOutside()
    engine = made(store, outside, threads=2)

    async def one(name: str) -> int:
        await engine.open("claim", actor=OPERATOR, case_id=name)
        return (await engine.fire(name, "dispatch", actor=OPERATOR, data=LEAD)).version

    with ThreadPoolExecutor(3) as pool:
        names = ["C-1", "C-2", "C-3"]
        assert len(set(pool.map(lambda name: asyncio.run(one(name)), names))) == 1
    asyncio.run(engine.aclose())
    assert len(outside.threads) == 3
