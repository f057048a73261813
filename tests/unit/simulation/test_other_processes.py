"""Whatever becomes of the other processes, a simulation ends as in one, and nobody stays behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

import pytest

from casewf.cli import simulate as command
from casewf.cli.main import main
from casewf.simulation import parallel, processes
from casewf.simulation.parallel import compare, simulate
from casewf.simulation.profile import Profile
from simulated import profile

PLANS: list[dict[str, int]] = [{"clerks": 2}, {"clerks": 4}]


@pytest.fixture
def of(monkeypatch: pytest.MonkeyPatch) -> Profile:
    monkeypatch.setattr(parallel, "_WORTH_IT", 1)
    return profile(people=60, days=1)


def assert_done_here(of: Profile) -> None:
    assert simulate(of, processes=2) == simulate(of)
    assert compare(of, PLANS, processes=2) == compare(of, PLANS)
    assert multiprocessing.active_children() == []


def test_where_no_process_can_be_started_one_does_it_all(
    of: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(BaseProcess, "start", start)
    assert_done_here(of)


def test_a_process_that_may_have_none_does_it_all(of: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)  # type: ignore[attr-defined]
    assert_done_here(of)


def test_a_program_that_cannot_be_read_again_does_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    kind = processes.kind_of_process()
    assert kind is not None
    assert kind.get_start_method() == "spawn"
    monkeypatch.setattr(sys.modules["__main__"], "__file__", "<stdin>", raising=False)
    assert processes.kind_of_process() is None


def test_what_killed_processes_have_not_done_is_done_here(
    of: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = []

    @contextmanager
    def starting() -> Iterator[None]:
        yield
        for other in multiprocessing.active_children():
            other.kill()
            killed.append(other)

    monkeypatch.setattr(processes, "starting", starting)
    monkeypatch.setattr(parallel, "starting", starting)
    assert_done_here(of)
    assert len(killed) >= 2


def test_what_goes_wrong_in_the_other_process_is_not_told_there(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = multiprocessing.Pipe()

    def work(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(processes, "begin", lambda: None)
    processes._work(work, there, here)
    assert here.closed


@pytest.mark.parametrize("number", [-1, 0, 1, 5])
def test_any_number_of_processes_and_of_plans_will_do(number: int, of: Profile) -> None:
    assert compare(of, [], processes=number) == []
    assert len(compare(of, PLANS[:1], processes=number)) == 1
    if number < 2:
        assert compare(of, PLANS, processes=number) == compare(of, PLANS)
        assert simulate(of, processes=number) == simulate(of)


LONG = """
from casewf.simulation import load_profile
from casewf.simulation.parallel import compare

try:
    compare(
        load_profile("chongqing-2024"),
        [{"calls": 1}, {"calls": 200000}],
        processes=2,
        progress=lambda done, _: print(done, flush=True),
    )
except KeyboardInterrupt:
    print("interrupted")
"""
"""Two runs, of which the second would take minutes."""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize(("sent", "said"), [("SIGINT", "interrupted\n"), ("SIGTERM", ""), ("SIGKILL", "")])
def test_no_process_stays_behind(sent: str, said: str) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", f"import signal; signal.signal(2, signal.default_int_handler)\n{LONG}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == "1\n"
        program.send_signal(signal.Signals[sent])
        rest, _ = program.communicate(
            timeout=30
        )  # to the end: as long as a process is there that could write, too
        assert rest == said
    finally:
        if program.poll() is None or sys.exc_info()[0] is not None:
            os.killpg(program.pid, signal.SIGKILL)


def test_an_interrupted_command_ends_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def simulate(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "simulate", simulate)
    assert main(["simulate", "--profile", "chongqing-2024"]) == 130
    assert capsys.readouterr() == ("", "")
