"""A refused or failed command leaves every table as it was, except for rungs that fired before (E3, M6)."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import attrs
import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.errors import AdapterError, CasewfError, Conflict, HorizonError, KeyReused, NotFound, Refused
from casewf.model.case import Actor
from casewf.ports.store import Store
from casewf.ports.stored import Append
from casewf.testing.clock import at
from casewf.worktime import WorkCalendar
from engine_fakes import CLAIM, HANDLER, OPERATOR, STRANGER, World, claim, dump

ELSEWHERE = attrs.evolve(HANDLER, id="he", org="city")

REFUSED: dict[str, tuple[type[CasewfError], str, Actor, dict[str, object]]] = {
    "not visible": (NotFound, "take", STRANGER, {}),
    "key of another command": (KeyReused, "note", HANDLER, {"key": "k", "data": {"people": 8}}),
    "trigger unknown": (Refused, "nothing", HANDLER, {}),
    "role": (Refused, "watch", HANDLER, {}),
    "holder": (Refused, "take", ELSEWHERE, {}),
    "state": (Refused, "resume", HANDLER, {}),
    "field type": (Refused, "note", HANDLER, {"data": {"people": "many", "phone": "139"}}),
    "field not accepted": (Refused, "note", HANDLER, {"data": {"amount": "1"}}),
    "comment": (Refused, "suspend", HANDLER, {}),
    "guard": (Refused, "close", HANDLER, {"comment": "好"}),
    "occurred": (Refused, "note", HANDLER, {}),
    "expect": (Conflict, "note", HANDLER, {"expect": 1, "data": {"phone": "139"}}),
}
"""One command for each step of M2 that stops there: its error, trigger, actor and arguments."""


def refused_world(store: Store) -> World:
    world = World(store)
    world.taken()
    world.engine.fire("C-1", "note", actor=HANDLER, data={"people": 100}, key="k")
    return world


def refuse(world: World, step: str) -> None:
    error, trigger, actor, more = REFUSED[step]
    if step == "occurred":
        more = {"occurred_at": at("2026-03-16 09:00")}
    with pytest.raises(error):
        world.engine.fire("C-1", trigger, actor=actor, **more)


@pytest.mark.parametrize("step", REFUSED)
def test_a_refusal_of_each_step_leaves_every_table_as_it_was(store: Store, step: str) -> None:
    world = refused_world(store)
    before = dump(store)
    refuse(world, step)
    assert dump(store) == before


@pytest.mark.parametrize(
    "step", [step for step in REFUSED if step not in ("not visible", "key of another command")]
)
def test_a_refused_command_leaves_only_what_a_sweep_would_have_left(tmp_path: Path, step: str) -> None:
    swept, refused = MemoryStore(), MemoryStore()
    for store, act in (
        (swept, lambda world: world.engine.sweep()),
        (refused, lambda world: refuse(world, step)),
    ):
        world = refused_world(store)
        world.go("16:01")
        act(world)
        assert world.kinds().count("RungFired") == 2
    assert [row.kind for row in swept.history("C-1")] == [row.kind for row in refused.history("C-1")]
    assert [(row.id, row.state) for row in swept.outbox("C-1")] == [
        (row.id, row.state) for row in refused.outbox("C-1")
    ]


def test_effects_of_warnings_before_a_refused_command_are_delivered(world: World) -> None:
    world.dispatched()
    world.go("16:01")
    with pytest.raises(Refused):
        world.engine.fire("C-1", "resume", actor=HANDLER)
    assert world.outside.times("warn") == 1
    assert {row.state for row in world.store.outbox("C-1")} == {"done"}


def test_a_refused_opening_leaves_every_table_as_it_was(world: World) -> None:
    world.open()
    before = dump(world.store)
    for more in ({"case_id": "C-1"}, {"data": {"people": 0, "phone": "139"}}, {"actor": HANDLER}):
        with pytest.raises(Refused):
            world.engine.open("claim", **{"actor": OPERATOR, "case_id": "C-2", **more})  # type: ignore[arg-type]
    assert dump(world.store) == before


class Overtaken:
    """A store before whose next append somebody else appends to the case."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.overtake: Callable[[], object] | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def append(self, batch: Append) -> None:
        overtake, self.overtake = self.overtake, None
        if overtake is not None:
            overtake()
        self._store.append(batch)


def test_a_command_that_lost_the_race_leaves_only_what_the_winner_wrote(store: Store) -> None:
    other = World(store)
    other.open()
    slow = Overtaken(store)
    world = World(slow)  # type: ignore[arg-type]  # it passes on what it does not have
    after_winner: list[object] = []

    def winner() -> None:
        other.engine.fire("C-1", "note", actor=OPERATOR, data={"summary": "他人"})
        after_winner.append(dump(store))

    slow.overtake = winner
    with pytest.raises(Conflict):
        world.engine.fire("C-1", "note", actor=OPERATOR, data={"phone": "139"}, comment="我", key="k")
    assert dump(store) == after_winner[0]


def test_a_limit_past_the_calendar_refuses_the_command_and_changes_nothing(store: Store) -> None:
    week = {day: [("09:00", "18:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
    short = WorkCalendar(id="short", zone="Asia/Shanghai", week=week, announced_through=dt.date(2026, 3, 17))
    flow = claim(
        **{"calendar: cn-office": "calendar: short", "within: 4 working hours": "within: 4 working days"}
    )
    world = World(store, workflows=[flow], calendars={"short": short})
    world.open()
    before = dump(store)
    with pytest.raises(HorizonError):
        world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"}, key="k")
    assert dump(store) == before
    text = CLAIM.replace("enter: main.dispatched}", "enter: main.received}").replace("id: claim", "id: other")
    text = text.replace("calendar: cn-office", "calendar: short").replace("4 working hours", "4 working days")
    at_once = claim(text)
    with pytest.raises(HorizonError):
        World(store, workflows=[at_once], calendars={"short": short}).engine.open("other", actor=OPERATOR)
    assert dump(store) == before


# A store that fails in the middle


WRITES = [
    "INSERT ON positions", "INSERT ON events", "INSERT ON vault", "INSERT ON keys", "INSERT ON outbox",
    "INSERT ON holders", "INSERT ON watchers", "INSERT ON definitions", "UPDATE ON cases",
]  # fmt: skip


@pytest.mark.parametrize("write", WRITES)
def test_a_database_that_fails_at_any_table_leaves_every_table_as_it_was(tmp_path: Path, write: str) -> None:
    with SqliteStore(tmp_path / "cases.db", durability="normal") as store:
        world = World(store)
        world.open()
        failing(store, f"CREATE TRIGGER broken BEFORE {write} BEGIN SELECT RAISE(ABORT, 'broken'); END")
        before = dump(store)
        with pytest.raises((Conflict, AdapterError)):
            everything(world)
        assert dump(store) == before
        failing(store, "DROP TRIGGER broken")
        everything(world)
        assert dump(store) != before


def test_an_opening_that_fails_at_the_last_table_leaves_every_table_as_it_was(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "cases.db", durability="normal") as store:
        world = World(store)
        failing(store, "CREATE TRIGGER broken BEFORE INSERT ON keys BEGIN SELECT RAISE(ABORT, 'broken'); END")
        before = dump(store)
        with pytest.raises((Conflict, AdapterError)):
            world.open(data={"phone": "139"}, key="k")
        assert dump(store) == before


def test_a_store_that_fails_before_it_writes_leaves_memory_as_it_was() -> None:
    store = MemoryStore()
    world = World(store)
    world.open()
    before = dump(store)
    store._check_rows = _fail  # type: ignore[method-assign]
    with pytest.raises(AdapterError):
        everything(world)
    del store._check_rows
    assert dump(store) == before
    everything(world)


def test_rungs_that_fired_stay_when_the_store_fails_at_the_command(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "cases.db", durability="normal") as store:
        world = World(store)
        world.dispatched()
        world.go("16:01")
        failing(store, "CREATE TRIGGER broken BEFORE INSERT ON keys BEGIN SELECT RAISE(ABORT, 'broken'); END")
        with pytest.raises((Conflict, AdapterError)):
            world.engine.fire("C-1", "take", actor=HANDLER, key="k")
        assert world.kinds()[-3:] == ["RungFired", "ClockBreached", "RungFired"]
        assert world.engine.case("C-1", actor=HANDLER).states["main"] == "dispatched"


def everything(world: World) -> None:
    """A command that writes into every table that a move can write into."""
    data = {"lead_org": "yuzhong", "phone": "13900001111"}
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data=data, comment="派", key="k")


def failing(store: SqliteStore, statement: str) -> None:
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute(statement)


def _fail(*_: object) -> None:
    raise AdapterError("the disk is full")


def test_a_case_that_ends_cancels_its_clocks_in_the_same_order_on_every_store(tmp_path: Path) -> None:
    text = CLAIM.replace(
        "take: {zh: 签收, en: Take}", "take: {zh: 签收, en: Take}\n      merge: {zh: 并单, en: Merge}"
    )
    text = text.replace(
        "en: Suspended}", "en: Suspended}\n      merged: {zh: 并单, category: closed, ends_case: true}"
    )
    text = text.replace(
        "      - {trigger: resume,",
        "      - {trigger: merge, from: dispatched, to: merged, by: operator}\n      - {trigger: resume,",
    )
    histories = []
    with SqliteStore(tmp_path / "cases.db", durability="normal") as file:
        for store in (MemoryStore(), file):
            world = World(store, workflows=[claim(text)])
            world.dispatched()
            world.engine.fire("C-1", "merge", actor=OPERATOR)
            histories.append([getattr(row.event, "sla", row.kind) for row in store.history("C-1")])
    assert histories[0] == histories[1]
