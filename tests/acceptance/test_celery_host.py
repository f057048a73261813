"""The example of a host on Celery: a worker and a broker in memory, and what beat would send."""

from __future__ import annotations

import importlib.util
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from casewf import Actor, Engine, SqliteStore, load_workflow
from casewf.model.clock_events import RungFired
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import RecordingNotifier, ScriptedConnector

EXAMPLE = Path(__file__).parents[2] / "examples" / "celery_host.py"
OPERATOR = Actor("wu", frozenset({"operator", "dispatcher"}), "city")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The example, with a case of last March in its file."""
    monkeypatch.setenv("HOTLINE", str(tmp_path / "hotline.db"))
    monkeypatch.delenv("BROKER", raising=False)
    with SqliteStore(tmp_path / "hotline.db", durability="normal") as store:
        desk = Engine(
            [load_workflow("hotline-12351")],
            store=store,
            clock=TestClock(at("2026-03-16 10:00")),
            notifier=RecordingNotifier(),
            connectors={"government": ScriptedConnector()},
            deliver="later",
        )
        desk.open("hotline-12351", actor=OPERATOR, case_id="C-1")
        complaint = {"category": "help", "topic": "contract", "summary": "合同", "district": "渝中区"}
        desk.fire("C-1", "register", actor=OPERATOR, data=complaint)
    spec = importlib.util.spec_from_file_location("celery_host", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "celery_host", module)
    spec.loader.exec_module(module)
    yield module
    module.engine()._means.store.close()


@pytest.fixture
def own_log() -> Iterator[None]:
    """A worker of Celery takes over the root logger; the tests after it get it back."""
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.mark.usefixtures("own_log")
def test_what_beat_sends_is_done_by_a_worker(host: ModuleType) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what its worker says of being run in a thread
        from celery.contrib.testing.worker import start_worker

        app: Any = host.app
        with start_worker(app, perform_ping_check=False, pool="solo"):
            for entry in app.conf.beat_schedule.values():
                app.send_task(entry["task"], **entry["options"])
            store = host.engine()._means.store
            wait_until(lambda: any(isinstance(row.event, RungFired) for row in store.history("C-1")))
            wait_until(lambda: all(row.state == "done" for row in store.outbox("C-1")))


def test_nothing_waits_in_the_broker_for_its_time(host: ModuleType) -> None:
    entries = host.app.conf.beat_schedule
    assert {name: entry["task"] for name, entry in entries.items()} == {
        "sweep": "sweep",
        "deliver": "deliver",
    }
    assert all(set(entry["options"]) == {"expires"} for entry in entries.values())


def wait_until(so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(300):
        if so():
            return
        pause.wait(0.1)
    pytest.fail("not so within 30 s")
