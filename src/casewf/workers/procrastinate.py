"""Workers on Procrastinate: any number of processes on any number of machines, with nothing to run but PostgreSQL.

A *tick* claims what is due and writes the jobs for it in the same transaction, so that a claim without a job, or a job
without a claim, cannot be. Jobs are for now: what is due later has no job yet. Whatever happens to one, the claim ends,
and a later tick claims again; a job that comes late or twice does nothing (E7, D2).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias

from casewf.adapters.postgres import HostPostgresStore
from casewf.adapters.postgres.connections import described
from casewf.adapters.postgres.schema import checked_name
from casewf.adapters.postgres.session import SCHEMA
from casewf.engine.claimed import ClaimedWork
from casewf.engine.engine import Engine
from casewf.errors import AdapterError
from casewf.model.arguments import check_number
from casewf.workers.database import check_database, forbidden
from casewf.worktime.extras import extra

with extra("procrastinate", "procrastinate"):
    from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
    from procrastinate.exceptions import ConnectorException
    from procrastinate.schema import SchemaManager
    from procrastinate.worker import Worker

_Pause: TypeAlias = Callable[[float], Coroutine[Any, Any, None]]

QUEUE = "casewf"
_FIRE, _DELIVER = "casewf.fire_due", "casewf.deliver_claimed"
_AHEAD = 25
"""How many jobs a worker lets wait in the queue for each one that it does at a time."""

_BACKLOG_S = 0.2
"""The pause between ticks while there is more than the queue should hold."""

_POLL_S = 0.5
_CONNECT_S = 10
_HEARTBEAT_S = 10
_STALLED_S = 30
_LOCK = 0x71756575
"""The advisory lock, ``queu`` in ASCII, that whoever makes the queue's tables holds."""

_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class _Tick(enum.Enum):
    """What a tick found: nothing at all, all that was due, or more than the queue should hold."""

    IDLE, DONE, BACKLOG = range(3)


class ProcrastinateWorker:
    """Claims what is due in a PostgreSQL database, and does what any worker on it has claimed.

    The queue's tables stand in a schema of their own, which is made if it is not there. Nothing in it is of worth:
    dropped, it is made again, and all that was in it is claimed anew.

    Args:
        engine: opens nothing by itself; its store must be a ``PostgresStore`` on this database. Its clock decides what
            is due: use a ``PostgresClock``, which all machines share.
        dsn: the connection string of the database.
        schema: where casewf's tables stand; the queue's stand in the one of this name with ``_queue`` after it.
        concurrency: how many jobs are done at a time, each in a thread of its own; 1 to 100.
        every: how many seconds from one tick to the next, 1 to 60.
        idle_ms: how many milliseconds a transaction may stand still before the server ends it.
        tell: is told, in words, of each job that failed, and why the work was interrupted.

    Raises:
        AdapterError: the connection string is none, or the schema's name cannot be used.
        ValueError: a number is out of range.
    """

    def __init__(
        self,
        engine: Engine,
        dsn: str,
        *,
        schema: str = SCHEMA,
        concurrency: int = 4,
        every: int = 5,
        idle_ms: int = 10_000,
        tell: Callable[[str], None],
    ) -> None:
        check_number(concurrency, "concurrency", 1, 100)
        check_number(every, "every", 1, 60)
        check_number(idle_ms, "idle_ms", 1)
        self._engine = engine
        self._conninfo, self._where = described(dsn, _CONNECT_S * 1000)
        self._schema = checked_name(schema)
        self._queue_schema = checked_name(f"{schema}_queue")
        self._concurrency = concurrency
        self._every = every
        self._idle_ms = idle_ms
        self._tell = tell
        self._stop = threading.Event()
        self._connection: Any = None
        self._claims = HostPostgresStore(lambda: self._connection, schema=schema)

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set, whatever becomes of the server meanwhile; jobs under way are then finished.

        Raises:
            AdapterError: the database refuses for good: it, a role, a right or casewf's tables are missing, or it is
            another one than that of the engine's store.
        """
        self._stop = stop
        while not stop.is_set():
            trouble = self._run_once(self._work)
            if not stop.is_set():
                self._tell(f"{trouble or 'the worker came to an end'}; going on in {_BACKLOG_S * 10:.0f} s")
                stop.wait(_BACKLOG_S * 10)

    def run_once(self, stop: threading.Event) -> None:
        """Do what is due now and what comes of it, by oneself or with others, and return.

        Raises:
            AdapterError: the database failed.
        """
        self._stop = stop
        if (trouble := self._run_once(self._finish)) is not None:
            raise AdapterError(trouble, retryable=True)

    def _run_once(self, work: Callable[[App, App], Coroutine[Any, Any, None]]) -> str | None:
        """Why the work was interrupted, or None."""

        async def main() -> None:
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(self._concurrency + 2))
            await asyncio.to_thread(check_database, self._conninfo, self._where, self._schema, self._engine)
            async with self._apps() as (jobs, claims):
                await work(jobs, claims)

        try:
            asyncio.run(main())
        except AdapterError as error:
            if not error.retryable:
                raise
            return str(error)
        except Exception as failure:  # of the driver, its pool or the queue: all else may pass
            if (right := forbidden(failure, self._where, self._schema, self._queue_schema)) is not None:
                raise right from failure
            cause = failure.__cause__ or failure
            return " ".join(f"{self._where}: {type(cause).__name__}: {cause}".split())
        return None

    @asynccontextmanager
    async def _apps(self) -> AsyncIterator[tuple[App, App]]:
        """The queue, opened twice: by a worker's connections, and by those of threads, which claim."""
        pool: dict[str, Any] = {
            "conninfo": self._conninfo,
            "kwargs": {"autocommit": True},
            "min_size": 0,
            "max_size": self._concurrency + 4,
            "timeout": _CONNECT_S,
            "reconnect_timeout": _CONNECT_S,
        }
        claims = App(connector=SyncPsycopgConnector(**pool, configure=self._configure))
        jobs = App(connector=PsycopgConnector(**pool, configure=self._configure_async))
        jobs.task(name=_FIRE, queue=QUEUE)(self._fire)
        jobs.task(name=_DELIVER, queue=QUEUE)(self._deliver)
        await asyncio.to_thread(claims.open)
        try:
            await asyncio.to_thread(self._install, claims)
            async with jobs.open_async():
                yield jobs, claims
        finally:
            await asyncio.to_thread(claims.close)

    async def _work(self, jobs: App, claims: App) -> None:
        """Tick, work and look after dead workers until told to stop, or until one of these cannot go on."""
        ended = asyncio.Event()

        async def pause(seconds: float) -> None:
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), seconds)

        async def until_told() -> None:
            while not (self._stop.is_set() or ended.is_set()):
                await pause(0.1)

        queue = Worker(jobs, **self._options(wait=True))
        worker = asyncio.create_task(queue.run())  # type: ignore[no-untyped-call]
        others = [
            asyncio.create_task(one)
            for one in (until_told(), self._ticks(claims, pause, ended), self._rescues(jobs, pause, ended))
        ]
        await asyncio.wait([worker, *others], return_when=asyncio.FIRST_COMPLETED)
        ended.set()
        queue.stop()  # type: ignore[no-untyped-call]  # it finishes the jobs under way
        if queue.run_task is None:
            worker.cancel()  # it is still connecting; asyncio may lose this, but not what stands above
        for outcome in await asyncio.gather(worker, *others, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome

    async def _finish(self, jobs: App, claims: App) -> None:
        """Tick and work until there is nothing left to claim."""
        while not self._stop.is_set():
            tick = await asyncio.to_thread(self._tick, claims)
            await jobs.run_worker_async(**self._options(wait=False))
            if tick is _Tick.IDLE:
                break

    def _options(self, *, wait: bool) -> Any:
        return {
            "queues": [QUEUE],
            "concurrency": self._concurrency,
            "wait": wait,
            "fetch_job_polling_interval": _POLL_S,
            "listen_notify": False,  # with it a worker stops for good when the server restarts
            "delete_jobs": "always",
            "install_signal_handlers": False,
            "update_heartbeat_interval": _HEARTBEAT_S,
            "stalled_worker_timeout": _STALLED_S,
        }

    async def _ticks(self, claims: App, pause: _Pause, ended: asyncio.Event) -> None:
        while not ended.is_set():
            tick = await asyncio.to_thread(self._tick, claims)
            await pause(_BACKLOG_S if tick is _Tick.BACKLOG else self._every)

    def _tick(self, claims: App) -> _Tick:
        """Claim what is due and write its jobs, all or nothing.

        A queue that is full gets nothing more: what waits there longer than its claim would be claimed once more.
        """
        waiting = sum(one["jobs_count"] for one in claims.job_manager.list_queues(QUEUE, status="todo"))
        room = max(0, (_AHEAD * self._concurrency - waiting) // 2)
        if not room:
            return _Tick.BACKLOG
        with claims.connector.get_sync_connector().pool.connection() as connection, connection.transaction():  # type: ignore[attr-defined]
            self._connection = connection
            try:
                work = self._engine.claim_work(room, store=self._claims)
                _defer(claims, work, connection)
            finally:
                self._connection = None
        if room in (len(work.cases), len(work.effects)):
            return _Tick.BACKLOG
        return _Tick.DONE if work or waiting else _Tick.IDLE

    async def _rescues(self, jobs: App, pause: _Pause, ended: asyncio.Event) -> None:
        """Give the jobs of workers that are gone, or whose heart has stopped, to others."""
        while not ended.is_set():
            for job in await jobs.job_manager.get_stalled_jobs(
                queue=QUEUE, seconds_since_heartbeat=_STALLED_S
            ):
                with suppress(ConnectorException):  # somebody else was faster
                    await jobs.job_manager.retry_job(job, retry_at=_LONG_AGO)
            await pause(_HEARTBEAT_S)

    def _fire(self, case_id: str, wake: int) -> None:
        try:
            self._engine.fire_due(case_id, wake)
        except BaseException as failure:  # noqa: BLE001  # a later tick claims it again; the queue must not
            self._failed(f"case {case_id}", failure)

    def _deliver(self, effect_id: str, lease: str) -> None:
        try:
            self._engine.deliver_claimed(effect_id, lease, stop=self._stop.is_set)
        except BaseException as failure:  # noqa: BLE001  # as above
            self._failed(f"effect {effect_id}", failure)

    def _failed(self, what: str, failure: BaseException) -> None:
        """Tell of a job that failed; whoever interrupts is obeyed, as the engine leaves his effect due."""
        self._tell(_told(what, failure))
        if isinstance(failure, KeyboardInterrupt):
            self._stop.set()

    def _install(self, claims: App) -> None:
        """Make the queue's schema and tables if they are not there."""
        with claims.connector.get_sync_connector().pool.connection() as connection, connection.transaction():  # type: ignore[attr-defined]
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            if connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone() == (None,):
                connection.execute("SET LOCAL client_min_messages = warning")
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {self._queue_schema}")
                connection.execute(SchemaManager.get_schema())

    def _configure(self, connection: Any) -> None:
        connection.execute(*self._settings())

    async def _configure_async(self, connection: Any) -> None:
        await connection.execute(*self._settings())

    def _settings(self) -> tuple[str, dict[str, str]]:
        """The queue's schema before all, and limits: who freezes inside a transaction loses it and its locks."""
        values = {
            "search_path": self._queue_schema,
            "lock_timeout": "5000",
            "statement_timeout": "60000",
            "idle_in_transaction_session_timeout": str(self._idle_ms),
        }
        calls = ", ".join(f"set_config('{name}', %({name})s, false)" for name in values)
        return f"SELECT {calls}", values


def _defer(claims: App, work: ClaimedWork, connection: Any) -> None:
    fires = [{"case_id": due.case, "wake": due.wake} for due in work.cases]
    deliveries = [{"effect_id": one.effect, "lease": one.lease} for one in work.effects]
    for name, found in ((_FIRE, fires), (_DELIVER, deliveries)):
        if found:
            claims.configure_task(name, queue=QUEUE, connection=connection).batch_defer(*found)


def _told(what: str, failure: BaseException) -> str:
    return f"{what}: {type(failure).__name__}: {failure}"
