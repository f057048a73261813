"""A case goes by the definition and the calendar it was opened with, from the store, for ever (K6)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.errors import AdapterError, InternalError, Refused
from casewf.ports.store import Store
from casewf.testing.clock import at
from casewf.worktime import WorkCalendar
from engine_fakes import CLAIM, HANDLER, OPERATOR, World, claim, dump

SECOND = (
    CLAIM.replace("version: 1", "version: 2")
    .replace("{trigger: take, from: dispatched", "{trigger: accept, from: dispatched")
    .replace("take: {zh: 签收, en: Take}", "accept: {zh: 接单, en: Accept}")
    .replace("within: 4 working hours", "within: 2 working hours")
)


def test_an_engine_with_a_newer_version_runs_older_cases_by_the_stored_one(store: Store) -> None:
    World(store).dispatched("C-1")
    newer = World(store, workflows=[claim(SECOND)])
    newer.dispatched("C-2")
    newer.engine.fire("C-1", "take", actor=HANDLER)
    newer.engine.fire("C-2", "accept", actor=HANDLER)
    with pytest.raises(Refused):
        newer.engine.fire("C-2", "take", actor=HANDLER)
    views = [newer.engine.case(name, actor=OPERATOR) for name in ("C-1", "C-2")]
    assert [view.workflow_version for view in views] == [1, 2]
    assert [view.clocks["answer"].due for view in views] == [at("2026-03-16 16:00"), at("2026-03-16 12:00")]


def test_a_sweep_fires_the_warnings_of_the_pinned_version(store: Store) -> None:
    World(store).dispatched("C-1")
    newer = World(store, workflows=[claim(SECOND.replace("at: due, card: yellow", "at: due, card: red"))])
    newer.go("16:01")
    newer.engine.sweep()
    assert newer.engine.case("C-1", actor=OPERATOR).card == "yellow"


def test_an_engine_without_the_workflow_still_reads_and_moves_its_cases(store: Store) -> None:
    World(store).dispatched("C-1")
    bare = World(store, workflows=[])
    assert bare.engine.fire("C-1", "take", actor=HANDLER).states["main"] == "working"
    assert bare.engine.options("C-1", actor=HANDLER)


def test_the_same_version_with_other_content_is_refused_and_nothing_is_opened(store: Store) -> None:
    World(store).open("C-1")
    before = dump(store)
    changed = World(store, workflows=[claim(CLAIM.replace("4 working hours", "5 working hours"))])
    with pytest.raises(AdapterError, match="give the changed one a new version"):
        changed.open("C-2")
    assert dump(store) == before
    changed.engine.fire("C-1", "note", actor=OPERATOR)


def calendar(close: str) -> WorkCalendar:
    week = {day: [("09:00", close)] for day in ("mon", "tue", "wed", "thu", "fri")}
    return WorkCalendar(id="cn-office", zone="Asia/Shanghai", week=week)


def test_a_clock_keeps_the_calendar_it_started_with_when_the_calendar_changes(store: Store) -> None:
    old = World(store, calendars={"cn-office": calendar("11:00")})
    old.taken("C-1")
    assert old.engine.case("C-1", actor=HANDLER).clocks["answer"].due == at("2026-03-18 10:00")
    old.engine.fire("C-1", "suspend", actor=HANDLER, comment="等")
    new = World(store, calendars={"cn-office": calendar("20:00")})
    new.go("2026-03-17 09:00")
    resumed = new.engine.fire("C-1", "resume", actor=HANDLER).clocks["answer"].due
    assert resumed == at("2026-03-18 11:00")  # an hour of Monday was paused, by the old calendar's hours
    new.dispatched("C-2")
    assert new.engine.case("C-2", actor=HANDLER).clocks["answer"].due == at("2026-03-17 13:00")


def test_definitions_are_stored_once_and_by_content(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "cases.db", durability="normal") as store:
        world = World(store)
        for name in ("C-1", "C-2"):
            world.dispatched(name)
        with closing(sqlite3.connect(store.path)) as connection:
            kinds = connection.execute("SELECT kind, id FROM definitions ORDER BY kind").fetchall()
        assert kinds == [("calendar", "cn-office"), ("workflow", "claim")]


@pytest.mark.parametrize(
    "harm", ["DELETE FROM definitions", "UPDATE definitions SET body = replace(body, '诉求', '?')"]
)
def test_a_definition_that_is_gone_or_was_changed_is_not_replaced_by_another(
    tmp_path: Path, harm: str
) -> None:
    with SqliteStore(tmp_path / "cases.db", durability="normal") as store:
        World(store).dispatched("C-1")
        with closing(sqlite3.connect(store.path)) as connection, connection:
            connection.execute(harm)
        with pytest.raises(InternalError, match="definition"):
            World(store, workflows=[claim(SECOND)]).engine.case("C-1", actor=OPERATOR)
