"""The engine for hosts that run on an event loop: the same methods, awaited; no second copy of what they do."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

import attrs

from casewf.engine.awaiting import WaitingConnector, WaitingNotifier, submit, waiting_hook
from casewf.engine.engine import Engine
from casewf.errors import BindingError
from casewf.model.arguments import check_number
from casewf.model.workflow import Workflow
from casewf.ports.observing import Observer
from casewf.ports.outside import (
    AsyncConnector,
    AsyncHook,
    AsyncNotifier,
    Clock,
    Connector,
    Directory,
    Entropy,
    Hook,
    Notifier,
)
from casewf.ports.store import InsideTransaction, Store
from casewf.worktime import WorkCalendar

_P = ParamSpec("_P")
_T = TypeVar("_T")
_Self = TypeVar("_Self", bound="AsyncEngine")

_MOST_THREADS = 256


@attrs.define(slots=True, eq=False)
class _Call:
    """A call of an engine, to whatever it calls."""

    engine: AsyncEngine
    is_over: bool = False


_calls: ContextVar[tuple[_Call, ...]] = ContextVar("casewf_calls", default=())


def _awaited(
    method: Callable[Concatenate[Engine, _P], _T],
) -> Callable[Concatenate[AsyncEngine, _P], Coroutine[Any, Any, _T]]:
    """The method of ``Engine`` as one that is awaited, with its parameters and its docstring."""

    @functools.wraps(method)
    async def call(self: AsyncEngine, /, *args: _P.args, **named: _P.kwargs) -> _T:
        return await self._run(functools.partial(method, self.engine, *args, **named))

    return call


class AsyncEngine:
    """An ``Engine`` whose methods are awaited: each runs the method of the same name in a thread of a pool of its own.

    Parameters, results, errors and guarantees are those of ``Engine``; the caller's context variables are there in the
    thread, too. The notifier, connectors and hooks may be coroutine functions: they are awaited on the event loop of
    whoever called the engine, and may await the engine themselves. Plain ones run in the thread, and may call
    ``engine``, the plain engine beneath. The store, the clock and the directory are called in the thread, so they are
    plain; what is given as ``stop`` or ``tell``, and the rows of an ``import_file`` as they are iterated, too.

    **Cancelling** a call that has not begun yet prevents it. One that has begun goes on to its end in its thread and
    stays committed, though nobody hears of it: give commands a ``key``, and repeat them.

    Use it with ``async with``, or call ``aclose``: it waits for what has begun. The store is the host's to close.

    Args:
        workflows: as ``Engine``, and so is all that is not listed here.
        store: where cases live; not one inside a transaction of the host, which belongs to one thread.
        clock: the only source of time.
        directory: the host's organisation chart.
        notifier: tells people; async or not.
        connectors: what the workflows' ``push`` names mean; async or not.
        hooks: what their ``hook`` names mean; async or not.
        calendars: working calendars by id.
        entropy: vault salts and case ids.
        deliver: ``after_commit`` or ``later``.
        observer: the host's monitoring, called in the threads.
        threads: how many calls run at once, 1 to 256.

    Raises:
        BindingError: as ``Engine``, or the store is one inside a transaction of the host.
        ValueError: ``threads`` is out of range.
    """

    def __init__(
        self,
        workflows: Sequence[Workflow],
        *,
        store: Store,
        clock: Clock,
        directory: Directory | None = None,
        notifier: Notifier | AsyncNotifier | None = None,
        connectors: Mapping[str, Connector | AsyncConnector] | None = None,
        hooks: Mapping[str, Hook | AsyncHook] | None = None,
        calendars: Mapping[str, WorkCalendar] | None = None,
        entropy: Entropy | None = None,
        deliver: Literal["after_commit", "later"] = "after_commit",
        observer: Observer | None = None,
        threads: int = 8,
    ) -> None:
        check_number(threads, "threads", 1, _MOST_THREADS)
        if isinstance(store, InsideTransaction):
            raise BindingError(
                [
                    "the store works inside the host's transaction, which belongs to one thread, and an AsyncEngine "
                    "calls it in several; use an Engine there"
                ]
            )
        self._engine = Engine(
            workflows,
            store=store,
            clock=clock,
            directory=directory,
            notifier=None if notifier is None else WaitingNotifier(notifier),
            connectors={name: WaitingConnector(one) for name, one in (connectors or {}).items()},
            hooks={name: waiting_hook(one) for name, one in (hooks or {}).items()},
            calendars=calendars,
            entropy=entropy,
            deliver=deliver,
            observer=observer,
        )
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="casewf")
        self._closed = False

    @property
    def engine(self) -> Engine:
        """The plain engine beneath, for plain hooks and for threads; async hooks fail in what it delivers itself."""
        return self._engine

    @property
    def workflows(self) -> tuple[Workflow, ...]:
        """As ``Engine.workflows``."""
        return self._engine.workflows

    async def aclose(self) -> None:
        """Wait for what has begun; afterwards every call is a ``RuntimeError``. Closing twice is allowed.

        Raises:
            RuntimeError: it would wait for itself, because a hook, a connector or the notifier of this engine calls it.
        """
        if any(one.engine is self and not one.is_over for one in _calls.get()):
            raise RuntimeError(
                "what an AsyncEngine delivers cannot close it, because closing waits for it; close it where it was made"
            )
        self._closed = True
        await asyncio.to_thread(self._pool.shutdown)

    async def __aenter__(self: _Self) -> _Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _run(self, call: Callable[[], _T]) -> _T:
        return await submit(self._submit, functools.partial(self._called, call))

    def _called(self, call: Callable[[], _T]) -> _T:
        """The result of a call; the context is its own, and ends with it."""
        one = _Call(self)
        _calls.set((*_calls.get(), one))
        try:
            return call()
        finally:
            one.is_over = True

    def _submit(self, run: Callable[..., Any], *args: Any) -> Any:
        if self._closed:
            raise RuntimeError("this AsyncEngine was closed; make a new one on the same store")
        return self._pool.submit(run, *args)

    open = _awaited(Engine.open)
    fire = _awaited(Engine.fire)
    act = _awaited(Engine.act)
    split = _awaited(Engine.split)

    note = _awaited(Engine.note)
    attach = _awaited(Engine.attach)
    record_party = _awaited(Engine.record_party)
    drop_party = _awaited(Engine.drop_party)
    rate = _awaited(Engine.rate)
    link = _awaited(Engine.link)
    unlink = _awaited(Engine.unlink)

    actor = _awaited(Engine.actor)
    case = _awaited(Engine.case)
    file = _awaited(Engine.file)
    options = _awaited(Engine.options)
    history = _awaited(Engine.history)
    explain = _awaited(Engine.explain)
    workflow = _awaited(Engine.workflow)
    workflow_of = _awaited(Engine.workflow_of)
    definitions_of = _awaited(Engine.definitions_of)
    find = _awaited(Engine.find)
    worklist = _awaited(Engine.worklist)
    overview = _awaited(Engine.overview)
    incidents = _awaited(Engine.incidents)
    health = _awaited(Engine.health)

    sweep = _awaited(Engine.sweep)
    deliver = _awaited(Engine.deliver)
    claim_work = _awaited(Engine.claim_work)
    fire_due = _awaited(Engine.fire_due)
    deliver_claimed = _awaited(Engine.deliver_claimed)
    redeliver = _awaited(Engine.redeliver)
    outbox = _awaited(Engine.outbox)
    recompute = _awaited(Engine.recompute)
    migrate = _awaited(Engine.migrate)
    import_case = _awaited(Engine.import_case)
    import_file = _awaited(Engine.import_file)

    erase = _awaited(Engine.erase)
    erase_person = _awaited(Engine.erase_person)
    end_retention = _awaited(Engine.end_retention)
    personal_data = _awaited(Engine.personal_data)
