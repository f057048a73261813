"""The database that the first version wrote is opened, verified and worked on by every later one (storage format 1)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from casewf.adapters.directory import StaticDirectory
from casewf.adapters.sqlite import SqliteStore
from casewf.definition.load import load_workflow
from casewf.engine.engine import Engine
from casewf.engine.verify import read_heads, verify
from casewf.model.case import Actor
from casewf.model.codec import dumps
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import RecordingNotifier, ScriptedConnector

GOLDEN = Path(__file__).parents[1] / "golden" / "storage"
HANDLER = Actor("li", frozenset({"handler"}), "district")
DESK = Actor("wu", frozenset({"operator", "dispatcher", "supervisor", "callback_agent"}), "city")


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    shutil.copy(GOLDEN / "format-1.db", tmp_path / "golden.db")
    with SqliteStore(tmp_path / "golden.db") as opened:
        yield opened


def _engine(store: SqliteStore, now: str, connector: ScriptedConnector | None = None) -> Engine:
    return Engine(
        [load_workflow("hotline-12351")],
        store=store,
        clock=TestClock(at(now)),
        directory=StaticDirectory({"city": None, "district": "city"}),
        notifier=RecordingNotifier(),
        connectors={"government": connector or ScriptedConnector()},
        deliver="later",
    )


def test_its_chains_and_heads_still_verify(store: SqliteStore) -> None:
    report = verify(store, read_heads((GOLDEN / "format-1.heads").read_text(encoding="utf-8")))
    assert not report.problems


def test_its_snapshots_read_as_they_were_written(store: SqliteStore) -> None:
    written = json.loads((GOLDEN / "format-1.json").read_text(encoding="utf-8"))
    assert {name: json.loads(dumps(store.load(name).case)) for name in written} == written


def test_it_holds_a_case_in_every_condition(store: SqliteStore) -> None:
    states = {name: store.load(name).case.states["union"] for name in ("A-1", "B-1", "C-1")}
    assert states == {"A-1": "archived", "B-1": "suspended", "C-1": "received"}
    assert store.load("B-1").case.clocks["handle"].phase == "paused"
    assert {row.state for row in store.outbox("B-1")} == {"pending", "done", "dead"}
    assert store.incidents("B-1")
    assert store.answer("wu", "B-1", "dispatch-B-1") is not None


def test_work_goes_on_where_it_stopped(store: SqliteStore) -> None:
    engine = _engine(store, "2026-04-01 10:00")
    case = engine.fire("B-1", "resume", actor=HANDLER, comment="well again")
    assert case.states["union"] == "coordinated"
    assert case.clocks["handle"].phase == "running"
    engine.sweep()
    assert engine.deliver().delivered > 0
    assert not verify(store).problems


def test_a_key_claimed_back_then_still_answers(store: SqliteStore) -> None:
    engine = _engine(store, "2026-04-01 10:00")
    before = store.load("B-1").case.version
    again = engine.fire("B-1", "dispatch", actor=DESK, data={"lead_org": "district"}, key="dispatch-B-1")
    assert again.states["union"] == "dispatched"
    assert store.load("B-1").case.version == before
