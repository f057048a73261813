"""The databases of every storage format are opened, verified and worked on by every later version."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.definition.load import load_workflow
from casewf.engine.damage import Problem
from casewf.engine.engine import Engine
from casewf.engine.verify import read_heads, verify
from casewf.model.case import Actor
from casewf.model.codec import dumps
from casewf.model.directory import StaticDirectory
from casewf.ports.stored import Filter
from casewf.testing.clock import TestClock, at, instant_of
from casewf.testing.recorders import RecordingNotifier, ScriptedConnector
from casewf.worktime import epoch_us

GOLDEN = Path(__file__).parents[1] / "golden" / "storage"
HANDLER = Actor("li", frozenset({"handler"}), "district")
P_1 = Problem("P-1", 1, "workflow_missing", "sample 1 (dddddddddddd)")
LACKING = {"format-1": (), "format-2": (P_1,), "format-3": (P_1,)}
"""P-1 was opened without an engine, by a sample batch of old that brought no definition with it."""

DESK = Actor("wu", frozenset({"operator", "dispatcher", "supervisor", "callback_agent"}), "city")


@pytest.fixture(params=["format-1", "format-2", "format-3"])
def golden(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def store(golden: str, tmp_path: Path) -> Iterator[SqliteStore]:
    shutil.copy(GOLDEN / f"{golden}.db", tmp_path / "golden.db")
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


def test_its_chains_and_heads_still_verify(store: SqliteStore, golden: str) -> None:
    report = verify(store, read_heads((GOLDEN / f"{golden}.heads").read_text(encoding="utf-8")))
    assert report.problems == LACKING[golden]


def test_its_snapshots_read_as_they_were_written(store: SqliteStore, golden: str) -> None:
    written = json.loads((GOLDEN / f"{golden}.json").read_text(encoding="utf-8"))
    assert {name: json.loads(dumps(store.load(name).case)) for name in written} == written


def test_it_holds_a_case_in_every_condition(store: SqliteStore) -> None:
    states = {name: store.load(name).case.states["union"] for name in ("A-1", "B-1", "C-1")}
    assert states == {"A-1": "archived", "B-1": "suspended", "C-1": "received"}
    assert store.load("B-1").case.clocks["handle"].phase == "paused"
    assert {row.state for row in store.outbox("B-1")} == {"pending", "done", "dead"}
    assert store.incidents("B-1")
    assert store.answer("wu", "B-1", "dispatch-B-1") is not None


def test_what_is_due_comes_first(store: SqliteStore) -> None:
    """C-1 should have been dispatched on 16 March, V-2 is due on the 23rd; the limits of B-1 stand."""
    found = [case.id for case in store.find(Filter(everything=True, order="due")).cases]
    assert [name for name in found if name not in ("V-2", "P-1")] == ["C-1", "B-1"]
    assert found in (["C-1", "B-1"], ["C-1", "V-2", "B-1", "P-1"])


@pytest.mark.parametrize("golden", ["format-2"])
def test_format_2_knows_whose_data_it_holds_and_until_when(store: SqliteStore) -> None:
    until = epoch_us(at("2029-03-17 00:00"))
    assert store.load("V-1").retain_until == until
    assert not store.find(Filter(everything=True, retain_before=until)).cases
    assert [case.id for case in store.find(Filter(everything=True, retain_before=until + 1)).cases] == ["V-1"]
    assert [case.id for case in store.find(Filter(everything=True, person="worker-7")).cases] == ["P-1"]
    assert [case.id for case in store.find(Filter(everything=True, due_before=2**62)).cases] == ["C-1", "V-2"]


@pytest.mark.parametrize("golden", ["format-3"])
def test_format_3_knows_what_is_claimed_and_until_when(store: SqliteStore) -> None:
    """Whoever claimed V-2 and the oldest effect at 9:00 died; at 9:05 both are anybody's again."""
    until = instant_of(at("2026-03-25 09:05"))
    assert not store.claim_due(until - 1, until, 9)
    assert [due.case for due in store.claim_due(until, until + 1, 9)] == ["V-2"]
    leases = {row.id: row.lease for row in store.outbox("B-1") if row.lease}
    assert leases == {"B-1:26:0": "somebody-who-died"}
    assert "B-1:26:0" not in [row.id for row in store.pending(until - 1, 99)]
    assert "B-1:26:0" in [row.id for row in store.claim(until, until + 1, "another", 99)]


def test_work_goes_on_where_it_stopped(store: SqliteStore, golden: str) -> None:
    engine = _engine(store, "2026-04-01 10:00")
    case = engine.fire("B-1", "resume", actor=HANDLER, comment="well again")
    assert case.states["union"] == "coordinated"
    assert case.clocks["handle"].phase == "running"
    engine.sweep()
    assert engine.deliver().delivered > 0
    assert verify(store).problems == LACKING[golden]


def test_a_key_claimed_back_then_still_answers(store: SqliteStore) -> None:
    engine = _engine(store, "2026-04-01 10:00")
    before = store.load("B-1").case.version
    again = engine.fire("B-1", "dispatch", actor=DESK, data={"lead_org": "district"}, key="dispatch-B-1")
    assert again.states["union"] == "dispatched"
    assert store.load("B-1").case.version == before
