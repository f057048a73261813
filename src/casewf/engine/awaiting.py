"""A host's coroutines in a delivery: they run on the caller's event loop, while the delivering thread waits.

The thread that waits is not idle: what the coroutine asks of an ``AsyncEngine`` meanwhile is done by that very thread.
So a coroutine that awaits the engine needs no second thread of a bounded pool, and cannot wait for one for ever; and
what it fires is done one by one, as the effect's doing (D2).
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import queue
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

from casewf.engine.attempt import leave_attempt
from casewf.errors import BindingError
from casewf.ports.outside import (
    AsyncConnector,
    AsyncHook,
    AsyncNotifier,
    Connector,
    Delivery,
    Hook,
    NamesFields,
    Notifier,
    Outcome,
)

_T = TypeVar("_T")

_LOOK_S = 1.0
"""How often a waiting thread looks whether the event loop was closed under it, in seconds."""

_loop: ContextVar[asyncio.AbstractEventLoop | None] = ContextVar("casewf_loop", default=None)
_desk: ContextVar[_Desk | None] = ContextVar("casewf_desk", default=None)


class _Desk:
    """Where a coroutine of the host leaves what it asks of the engine, for the thread that waits for it."""

    def __init__(self) -> None:
        self._asked: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._open = True

    def ask(self, call: Callable[[], _T]) -> Future[_T] | None:
        """The result of ``call`` to come, or None once nobody waits here any more."""
        future: Future[_T] = Future()
        with self._lock:
            if not self._open:
                return None
            self._asked.put(functools.partial(_fulfil, future, call))
        return future

    def wait(self, result: Awaitable[_T], loop: asyncio.AbstractEventLoop) -> _T:
        """What is awaited on ``loop``; until then this thread does what is asked for."""
        ended = False

        def end() -> None:
            nonlocal ended
            ended = True

        coroutine = _awaited(result)
        try:
            under_way = asyncio.run_coroutine_threadsafe(coroutine, loop)
            under_way.add_done_callback(lambda _: self._asked.put(end))
            while not ended:
                try:
                    self._asked.get(timeout=_LOOK_S)()
                except queue.Empty:
                    if loop.is_closed():
                        raise RuntimeError("the event loop was closed under the coroutine") from None
            return under_way.result()
        finally:
            coroutine.close()  # nothing to do, unless the loop never came to it
            _drop(result)
            with self._lock:
                self._open = False
            while not self._asked.empty():
                self._asked.get()()


async def _awaited(result: Awaitable[_T]) -> _T:
    try:
        return await result
    except SystemExit as failure:  # it would end the loop of whoever called the engine
        raise RuntimeError(f"SystemExit: {failure}") from failure


def _drop(result: Awaitable[object]) -> None:
    """Never await it, without a warning that it never was."""
    if inspect.iscoroutine(result):
        result.close()


def _fulfil(future: Future[_T], call: Callable[[], _T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(call())
    except BaseException as failure:  # noqa: BLE001  # it belongs to whoever asked
        future.set_exception(failure)


def submit(submit_to_pool: Callable[..., Future[_T]], call: Callable[[], _T]) -> asyncio.Future[_T]:
    """Have a call done off the event loop that runs here; its result to come.

    By a thread of the pool, with the caller's context variables; inside a coroutine that a delivery waits for, by the
    thread that waits. A call that has not begun can be cancelled; one that has begun goes on to its end.
    """
    context = copy_context()
    desk = context.get(_desk)
    if desk is not None:
        asked = desk.ask(functools.partial(context.run, call))
        if asked is not None:
            return asyncio.wrap_future(asked)
        context.run(_leave)  # a task that outlived its delivery is a caller of its own
    context.run(_loop.set, asyncio.get_running_loop())
    return asyncio.wrap_future(submit_to_pool(context.run, call))


def _leave() -> None:
    _desk.set(None)
    leave_attempt()


def waiting(function: Any) -> Any:
    """The function as a plain one: what it returns, once that has been awaited if it is awaitable.

    What cannot be called stays as it is, for the check of the bindings to find.
    """
    if not callable(function):
        return function

    def call(delivery: Delivery) -> Any:
        result = function(delivery)
        return _wait_for(result) if inspect.isawaitable(result) else result

    return functools.update_wrapper(call, function, updated=())


def _wait_for(result: Awaitable[_T]) -> _T:
    loop = _loop.get()
    if loop is None or _is_running_here(loop):
        _drop(result)
        raise BindingError(
            ["a coroutine can only be awaited in a delivery that was begun by a method of an AsyncEngine"]
        )
    desk = _Desk()
    token = _desk.set(desk)
    try:
        return desk.wait(result, loop)
    finally:
        _desk.reset(token)


def _is_running_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


class WaitingNotifier:
    """A host's notifier, async or not, as a plain one."""

    def __init__(self, notifier: Notifier | AsyncNotifier) -> None:
        self.notify: Callable[[Delivery], None] = waiting(getattr(notifier, "notify", None))
        self.field_names = _field_names(notifier)


class WaitingConnector:
    """A host's connector, async or not, as a plain one."""

    def __init__(self, connector: Connector | AsyncConnector) -> None:
        self.push: Callable[[Delivery], Outcome] = waiting(getattr(connector, "push", None))
        self.field_names = _field_names(connector)


def _field_names(part: object) -> tuple[str, ...]:
    return part.field_names if isinstance(part, NamesFields) else ()


def waiting_hook(hook: Hook | AsyncHook) -> Hook:
    """A host's hook, async or not, as a plain one."""
    plain: Hook = waiting(hook)
    return plain
