"""Real worker processes on a real PostgreSQL: one dies for ever, the server crashes, one is frozen and thawed (E1, E7).

A process is ``casewf worker``; what it delivers it notes in a file. Whatever happens, each rung fires once, and each
effect is delivered at least once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

import worker_host
from casewf import PostgresStore
from casewf.engine.verify import verify
from postgres_schemas import new_database
from postgres_server import PostgresServer
from worker_host import RUNGS, fired

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        bool(os.environ.get("CASEWF_TEST_POSTGRES")),
        reason="the server of CASEWF_TEST_POSTGRES is not ours to crash",
    ),
]

TESTS = Path(__file__).parents[1]
CASES = 50


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    made = PostgresServer(durable=True)
    try:
        made.start()
        yield made
    finally:
        made.remove()


class Yard:
    """A database with many cases that are due, and workers on it."""

    def __init__(self, dsn: str, folder: Path, hurry: bool) -> None:
        self.dsn = dsn
        self.hurry = hurry
        self.notes = folder / "notes"
        self.notes.touch()
        self.processes: list[subprocess.Popen[str]] = []
        worker_host.prepare(dsn, CASES)
        with PostgresStore(dsn) as store:
            self.since = store.server_time()

    def worker(self, *more: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            **({worker_host.HURRY: str(self.since)} if self.hurry else {}),
            "PYTHONPATH": os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)]),
            worker_host.DATABASE: self.dsn,
            worker_host.NOTES: str(self.notes),
        }
        command = ["worker", "--dsn", self.dsn, "--app", "worker_host:engine", "--every", "1", *more]
        process = subprocess.Popen(
            [sys.executable, "-m", "casewf.cli.main", *command],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def delivered(self) -> list[tuple[str, int]]:
        """Each delivery, with the process that made it, as far as noted."""
        lines = (line.split() for line in self.notes.read_text(encoding="utf-8").splitlines())
        return [(line[0], int(line[1])) for line in lines]

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            return connection.execute(statement.encode()).fetchall()

    def undone(self) -> int:
        """How many effects are still to come; of cases that have not fired all their rungs, all of them."""
        [(done,)] = self.sql("SELECT count(*) FROM casewf.outbox WHERE state = 'done'")
        return CASES * RUNGS - int(done)

    def jobs(self) -> int:
        """How many jobs are in the queue, or under way."""
        [(count,)] = self.sql("SELECT count(*) FROM casewf_queue.procrastinate_jobs")
        return int(count)

    def check(self) -> Counter[str]:
        """Nothing was lost, no rung fired twice, each effect came; how often each did."""
        with PostgresStore(self.dsn) as store:
            names = [f"C-{number}" for number in range(CASES)]
            for name in names:
                assert fired(store, name) == list(range(RUNGS)), name
            assert verify(store).problems == ()
            rows = [row for name in names for row in store.outbox(name)]
            assert {row.state for row in rows} == {"done"}
            assert store.incidents() == ()
        times = Counter(effect for effect, _ in self.delivered())
        assert set(times) == {row.id for row in rows}
        return times

    def end(self) -> list[str]:
        """Stop those that still run, as systemd would; what each said."""
        said = []
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            said.append(process.communicate(timeout=60)[1])
        return said


@contextmanager
def yard(dsn: str, folder: Path, *, hurry: bool = True) -> Iterator[Yard]:
    made = Yard(dsn, folder, hurry)
    try:
        yield made
    finally:
        for process in made.processes:
            if process.poll() is None:
                process.kill()
                process.communicate()


def wait(until: Callable[[], bool], seconds: int) -> None:
    pause = threading.Event()
    for _ in range(seconds * 5):
        if until():
            return
        pause.wait(0.2)
    pytest.fail(f"not so within {seconds} s")


def test_two_workers_share_the_work_and_stop_when_told(server: PostgresServer, tmp_path: Path) -> None:
    with new_database(server.dsn) as dsn, yard(dsn, tmp_path, hurry=False) as made:
        both = made.worker(), made.worker()
        wait(lambda: made.undone() == 0, 120)
        assert made.end() == ["", ""]
        assert [process.returncode for process in both] == [0, 0]
        assert set(made.check().values()) == {1}
        assert {process for _, process in made.delivered()} == {process.pid for process in both}
        assert made.jobs() == 0


def test_a_machine_that_never_comes_back_loses_nothing(server: PostgresServer, tmp_path: Path) -> None:
    """What it was delivering is taken over when its claim ends, all else as soon as its heart is missed."""
    with new_database(server.dsn) as dsn, yard(dsn, tmp_path) as made:
        lost = made.worker()
        wait(lambda: len(made.delivered()) >= 5, 60)
        made.worker()
        lost.kill()
        lost.communicate()
        wait(lambda: made.undone() == 0, 150)
        wait(lambda: made.jobs() == 0, 90)  # those that it had fetched, once its heart is missed
        made.end()
        times = made.check()
        # it may have delivered each of the four effects that it had in hand, and not said so
        assert sum(times.values()) - len(times) <= 4


def test_workers_outlive_a_crash_of_the_server(server: PostgresServer, tmp_path: Path) -> None:
    with new_database(server.dsn) as dsn, yard(dsn, tmp_path) as made:
        both = made.worker(), made.worker()
        wait(lambda: len(made.delivered()) >= 20, 60)
        server.stop("immediate")
        before = len(made.delivered())
        threading.Event().wait(3)
        server.start()
        wait(lambda: len(made.delivered()) > before + 20, 60)
        assert [process.poll() for process in both] == [None, None]
        server.restart("immediate")
        wait(lambda: made.undone() == 0, 150)
        made.end()
        assert [process.returncode for process in both] == [0, 0]
        made.check()


def test_a_worker_frozen_inside_its_transaction_is_cut_off(server: PostgresServer, tmp_path: Path) -> None:
    """It holds the lock on a case's row; the server ends its session, others do its work, thawed it does no harm."""
    with new_database(server.dsn) as dsn, yard(dsn, tmp_path) as made:
        frozen = made.worker("--concurrency", "1")
        wait(lambda: len(made.delivered()) >= 3, 60)
        _freeze_in_a_transaction(made, frozen)
        made.worker()
        wait(lambda: not _stands_still(made), 30)
        wait(lambda: made.undone() == 0, 150)
        frozen.send_signal(signal.SIGCONT)
        made.end()
        assert frozen.returncode == 0
        times = made.check()
        assert sum(times.values()) - len(times) <= 1


def _freeze_in_a_transaction(made: Yard, process: subprocess.Popen[str]) -> None:
    """Freeze it; as long as it was not inside a transaction that has written, let it go on for some milliseconds.

    It is let go on for so short a time that it has work enough for hundreds of attempts.
    """
    pause = threading.Event()
    for attempt in range(2_000):
        process.send_signal(signal.SIGSTOP)
        if _stands_still(made):
            return
        process.send_signal(signal.SIGCONT)
        pause.wait(0.004 + attempt % 7 * 0.003)
    pytest.fail("it was never inside a transaction")


def _stands_still(made: Yard) -> bool:
    """Whether a session stands still inside a transaction that has written something.

    Between two writes of a batch, or of a host's transaction, the server may not count it as idle: psycopg asks for a
    flush where it leaves a pipeline, and that ends the wait for the limit.
    """
    threading.Event().wait(0.05)  # for the server to finish the statement that it was given
    return bool(
        made.sql(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL "
            "AND state LIKE 'idle in transaction%' AND application_name = 'casewf' AND query NOT LIKE 'RELEASE %'"
        )
    )
