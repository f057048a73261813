"""The sweep fires what is due on all cases, each rung once, and no broken case stops it (E1, E3, E4, E7)."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import attrs
import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.postgres import PostgresStore
from casewf.adapters.sqlite import SqliteStore
from casewf.engine.sweep import SweepReport
from casewf.engine.verify import verify
from casewf.errors import AdapterError, Conflict, Refused
from casewf.model.clock_events import RungFired
from casewf.model.codec import dumps
from casewf.model.events import IncidentRaised
from casewf.ports.store import Store
from casewf.ports.stored import Append, StoredCase
from casewf.testing.clock import at
from engine_fakes import HANDLER, OPERATOR, SUPERVISOR, World, dump, fired, in_tables, rows


def rungs(world: World, case_id: str = "C-1") -> list[tuple[int, dt.datetime, dt.datetime]]:
    """The fired rungs: number, scheduled for, fired at."""
    history = world.engine.history(case_id, actor=SUPERVISOR)
    events = [(entry.event, entry.at) for entry in history if isinstance(entry.event, RungFired)]
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return [
        (event.rung, epoch + dt.timedelta(microseconds=event.scheduled_for), when) for event, when in events
    ]


def test_a_sweep_fires_only_what_was_due_before_now(world: World) -> None:
    world.dispatched()
    world.go("12:00")
    before = dump(world.store)
    assert world.engine.sweep() == SweepReport(cases=0, events=0)
    assert dump(world.store) == before
    world.clock.travel(at("2026-03-16 12:00:00.000001"))
    report = world.engine.sweep()
    assert (report.cases, report.events, report.failed) == (1, 1, ())
    assert rungs(world)[0][:2] == (0, at("2026-03-16 12:00"))


def test_a_command_at_the_very_instant_of_a_rung_goes_before_it(world: World) -> None:
    world.dispatched()
    world.go("12:00")
    world.engine.fire("C-1", "take", actor=HANDLER)
    assert rungs(world) == []
    world.go("12:01")
    world.engine.sweep()
    assert [number for number, *_ in rungs(world)] == [0]


def test_at_equal_instants_the_command_goes_first(world: World) -> None:
    world.taken()
    world.go("16:00")
    world.engine.fire("C-1", "close", actor=HANDLER)
    assert world.engine.case("C-1", actor=HANDLER).clocks["answer"].verdict == "met"
    assert [number for number, *_ in rungs(world)] == [0]


def test_a_command_after_the_limit_cannot_swallow_the_breach(world: World) -> None:
    world.taken()
    world.clock.travel(at("2026-03-16 16:00:00.000001"))
    case = world.engine.fire("C-1", "close", actor=HANDLER)
    assert (case.clocks["answer"].verdict, case.card) == ("breached", "yellow")


def test_every_rung_is_claimed_in_the_very_append_that_fires_it(store: Store) -> None:
    world = World(store)
    world.dispatched()
    append = store.append
    claimed: list[tuple[int, int]] = []

    def watched(batch: Append) -> None:
        rung_numbers = [row.event.rung for row in batch.events if isinstance(row.event, RungFired)]
        assert [claim.rung for claim in batch.claims] == rung_numbers
        claimed.extend((claim.rung, claim.repetition) for claim in batch.claims)
        append(batch)

    store.append = watched  # type: ignore[method-assign]
    world.go("17:01")
    world.engine.sweep()
    assert claimed == [(0, 1), (1, 1), (2, 1)]


def test_after_downtime_every_rung_fires_once_in_order_with_both_instants(world: World) -> None:
    world.dispatched()
    world.go("2026-03-18 09:00")
    world.engine.sweep()
    now = at("2026-03-18 09:00")
    assert rungs(world) == [
        (0, at("2026-03-16 12:00"), now),
        (1, at("2026-03-16 16:00"), now),
        (2, at("2026-03-16 17:00"), now),
    ]
    assert world.engine.case("C-1", actor=SUPERVISOR).states["oversight"] == "watched"
    before = dump(world.store)
    assert world.engine.sweep().cases == 0
    assert dump(world.store) == before


def test_rungs_before_a_command_stay_when_it_is_refused_and_do_not_fire_again(world: World) -> None:
    world.dispatched()
    world.go("16:01")
    for _ in range(2):
        with pytest.raises(Refused):
            world.engine.fire("C-1", "close", actor=HANDLER)
    world.engine.sweep()
    assert [number for number, *_ in rungs(world)] == [0, 1]


def test_a_timer_that_is_refused_is_an_incident_and_its_rung_stays_fired(world: World) -> None:
    world.dispatched()
    world.engine.fire("C-1", "watch", actor=SUPERVISOR)
    world.go("17:01")
    world.engine.sweep()
    assert [incident.kind for incident in world.engine.incidents("C-1")] == ["timer_refused"]
    assert [event for event in world.kinds() if event == IncidentRaised.__name__] == ["IncidentRaised"]
    assert len(rungs(world)) == 3


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_batches_have_no_ceiling(store: Store, batch: int) -> None:
    world = World(store, deliver="later")
    many = 250 if batch == 7 else 30
    for number in range(many):
        world.engine.open("claim", actor=OPERATOR, case_id=f"C-{number:03}")
    world.go("2026-03-17 10:01")
    report = world.engine.sweep(batch)
    assert (report.cases, report.events) == (many, many)
    assert world.engine.sweep(batch).cases == 0


def test_effects_of_a_sweep_are_delivered_after_it(world: World) -> None:
    world.dispatched("C-1")
    world.dispatched("C-2")
    world.go("16:01")
    world.engine.sweep()
    assert {row.state for case in ("C-1", "C-2") for row in rows(world, case_id=case)} == {"done"}
    assert world.outside.times("warn") == 2


def test_a_sweep_that_is_told_to_stop_leaves_the_rest_due_and_undelivered(world: World) -> None:
    for name in ("C-1", "C-2", "C-3"):
        world.dispatched(name)
    world.go("16:01")
    answers = iter([False, False])
    report = world.engine.sweep(stop=lambda: next(answers, True))
    assert (report.cases, report.failed) == (2, ())
    assert [len(rungs(world, name)) for name in ("C-1", "C-2", "C-3")] == [2, 2, 0]
    assert world.outside.times("warn") == 0
    assert world.engine.sweep().cases == 1
    assert len(rungs(world, "C-3")) == 2


# A broken case


def broken(world: World, case_id: str) -> None:
    """Point a clock of the case to a limit that its definition does not have."""
    stored = world.store.load(case_id)
    assert stored is not None
    clock = attrs.evolve(stored.case.clocks["answer"], sla="gone")
    case = attrs.evolve(stored.case, clocks={"gone": clock})
    if isinstance(world.store, MemoryStore):
        world.store._tables.records[case_id].stored = StoredCase(case, stored.head)
        return
    if isinstance(world.store, PostgresStore):
        change = "UPDATE casewf.cases SET snapshot = %s WHERE id = %s RETURNING id"
        assert in_tables(world.store, change, dumps(case), case_id) == [(case_id,)]
        return
    assert isinstance(world.store, SqliteStore)
    with closing(sqlite3.connect(world.store.path)) as connection, connection:
        connection.execute("UPDATE cases SET snapshot = ? WHERE id = ?", (dumps(case), case_id))


def test_a_broken_case_becomes_an_incident_and_the_others_fire(world: World) -> None:
    for name in ("C-1", "C-2", "C-3"):
        world.dispatched(name)
    broken(world, "C-2")
    world.go("16:01")
    report = world.engine.sweep(batch=1)
    assert (report.cases, report.failed) == (3, ("C-2",))
    assert [len(rungs(world, name)) for name in ("C-1", "C-3")] == [2, 2]
    (incident,) = world.engine.incidents()
    assert (incident.case, incident.kind, incident.about) == ("C-2", "sweep_failed", "KeyError")


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise NotImplementedError


@pytest.mark.parametrize("failure", [RuntimeError("half \udcff"), UnprintableError()])
def test_a_failure_whose_text_cannot_be_stored_does_not_stop_the_sweep(
    world: World, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    for name in ("C-1", "C-2"):
        world.dispatched(name)
    world.go("16:01")
    load = world.store.load

    def failing(case_id: str) -> StoredCase | None:
        if case_id == "C-1":
            raise failure
        return load(case_id)

    with monkeypatch.context() as patch:
        patch.setattr(world.store, "load", failing)
        assert world.engine.sweep().failed == ("C-1",)
    assert len(rungs(world, "C-2")) == 2
    (incident,) = world.store.incidents()
    assert incident.about == type(failure).__name__


def test_a_case_that_stays_broken_is_told_by_every_report_but_recorded_once(world: World) -> None:
    world.dispatched()
    broken(world, "C-1")
    for time in ("16:01", "16:02", "16:03"):
        world.go(time)
        assert world.engine.sweep().failed == ("C-1",)
    assert len(world.engine.incidents()) == 1


def test_a_case_whose_snapshot_cannot_be_read_does_not_stop_the_sweep(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "cases.db", durability="normal") as store:
        world = World(store)
        world.dispatched("C-1")
        world.dispatched("C-2")
        with closing(sqlite3.connect(store.path)) as connection, connection:
            connection.execute("UPDATE cases SET snapshot = '{' WHERE id = 'C-1'")
        world.go("16:01")
        assert world.engine.sweep().failed == ("C-1",)
        assert len(rungs(world, "C-2")) == 2
        assert [incident.about for incident in world.engine.incidents()] == [AdapterError.__name__]


def test_a_timer_is_tried_again_when_somebody_else_was_faster(store: Store) -> None:
    world, rival = World(store), World(store)
    world.dispatched()
    world.go("16:01")
    rival.clock.travel(at("2026-03-16 12:01"))
    append = store.append

    def overtaken(batch: Append) -> None:
        store.append = append  # type: ignore[method-assign]
        rival.engine.sweep()
        append(batch)

    store.append = overtaken  # type: ignore[method-assign]
    report = world.engine.sweep()
    assert report.failed == ()
    assert [number for number, *_ in rungs(world)] == [0, 1]
    assert verify(store).ok


def test_a_case_that_is_always_overtaken_is_an_incident_in_the_end(store: Store) -> None:
    world = World(store)
    world.dispatched()
    world.go("16:01")

    def always(batch: Append) -> None:
        raise Conflict(batch.case.id, batch.expected, None)

    store.append = always  # type: ignore[method-assign]
    assert world.engine.sweep().failed == ("C-1",)
    assert world.engine.incidents()[0].about == "Conflict"
    assert fired(world, "watch") == []
