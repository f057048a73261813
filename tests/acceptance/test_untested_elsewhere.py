"""The situations that no studied help desk tests, through the engine on both stores, by the China calendar."""

from __future__ import annotations

import datetime as dt
import struct
import threading
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.definition.load import load_calendar, parse_workflow
from casewf.engine.engine import Engine
from casewf.errors import AdapterError, HorizonError, Refused
from casewf.model.amount import Elapsed, WorkingDays
from casewf.model.case import Actor, Clock
from casewf.model.clock_events import ClockBreached, ClockStarted, RungFired
from casewf.ports.store import Store
from casewf.testing.clock import TestClock, at, instant_of
from casewf.worktime import WorkCalendar

TEXT = """
casewf: 1
id: desk
version: 1
calendar: cn-office
roles: {desk: {en: Desk}, boss: {en: Boss}}
cards: {yellow: {en: Yellow}}
fields: {urgent: {type: boolean, default: false}}
tracks:
  main:
    initial: new
    states: {new: {en: New}, work: {en: Work}, wait: {en: Wait}, done: {en: Done, category: closed}}
    transitions:
      - {trigger: begin, from: new, to: work, by: desk}
      - {trigger: urge, from: [work, wait], by: desk, accepts: [urgent]}
      - {trigger: wait, from: work, to: wait, by: desk}
      - {trigger: go_on, from: wait, to: work, by: desk}
      - {trigger: finish, from: [work, wait], to: done, by: desk}
      - {trigger: reopen, from: done, to: work, by: desk}
slas:
  limit:
    start: {enter: main.work}
    stop: {enter: main.done}
    pause: {in: main.wait}
    on_reopen: continue
    target: [{when: urgent, within: 2 working days}, {within: 5 working days}]
    ladder:
      - {at: 80%, hook: note}
      - {at: due, hook: note, card: yellow}
      - {after: 1 working day, hook: note}
    extension: {by: boss, times: 1}
    suspension: {by: boss, up_to: 30 hours}
"""
DESK = Actor("ann", frozenset({"desk"}))
BOSS = Actor("bo", frozenset({"boss"}))


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
    else:
        with SqliteStore(tmp_path / "desk.db", durability="normal") as made:
            yield made


class Desk:
    """One case on an engine of its own."""

    def __init__(
        self,
        store: Store,
        start: str,
        *,
        calendar: WorkCalendar | None = None,
        text: str = TEXT,
        clock: TestClock | None = None,
        case: str = "C-1",
    ) -> None:
        self.store, self.case = store, case
        self.clock = clock or TestClock(at(start))
        self.engine = Engine(
            [parse_workflow(text)],
            store=store,
            clock=self.clock,
            hooks={"note": lambda _delivery: None},
            calendars={} if calendar is None else {calendar.id: calendar},
        )

    def begin(self) -> Desk:
        self.engine.open("desk", actor=DESK, case_id=self.case)
        self.fire("begin")
        return self

    def go(self, when: str) -> Desk:
        self.clock.travel(at(when))
        return self

    def fire(self, trigger: str, **data: object) -> None:
        self.engine.fire(self.case, trigger, actor=DESK, data=data)

    def ask(self, act: str, amount: object = None) -> None:
        self.engine.act(self.case, act, "limit", actor=DESK, amount=amount, comment="x")  # type: ignore[arg-type]

    def grant(self, act: str) -> None:
        self.engine.act(self.case, act, "limit", actor=BOSS)

    @property
    def limit(self) -> Clock:
        stored = self.store.load(self.case)
        assert stored is not None
        return stored.case.clocks["limit"]

    @property
    def due(self) -> dt.datetime | None:
        return self.engine.case(self.case, actor=DESK).clocks["limit"].due

    def fired(self) -> list[tuple[int, str]]:
        """Which rungs fired, and when they should have."""
        shown = zoneinfo.ZoneInfo("Asia/Shanghai")
        events = [row.event for row in self.store.history(self.case)]
        return [
            (
                event.rung,
                dt.datetime.fromtimestamp(event.scheduled_for / 1e6, shown).strftime("%m-%d %H:%M"),
            )
            for event in events
            if isinstance(event, RungFired)
        ]


# 1. make-up working days


def test_a_limit_may_end_on_a_saturday_that_is_worked(store: Store) -> None:
    desk = Desk(store, "2026-02-11 10:00", text=TEXT.replace("5 working", "3 working")).begin()
    assert desk.due == at("2026-02-14 18:00")


def test_a_make_up_day_inside_a_holiday_week_counts_and_the_holidays_around_it_do_not(store: Store) -> None:
    """National Day 2025 lasts to Wednesday 8 October; Saturday the 11th is worked, Sunday is not."""
    desk = Desk(store, "2025-09-30 17:30").begin()
    # Thursday 9, Friday 10, Saturday 11, Monday 13, Tuesday 14
    assert desk.due == at("2025-10-14 18:00")


# 2. a holiday is added while the clock is paused


def test_a_holiday_that_is_announced_during_a_pause_costs_no_time(store: Store) -> None:
    desk = Desk(store, "2026-03-16 09:00").begin()
    desk.go("2026-03-17 09:00").fire("wait")
    holiday = load_calendar("cn-office").layer("new", days_off={dt.date(2026, 3, 18): "放假"})
    calendar = WorkCalendar.from_document(holiday.to_document() | {"id": "cn-office"})
    later = Desk(store, "2026-03-17 12:00", calendar=calendar)
    assert later.engine.recompute("cn-office", actor=BOSS, apply=True).clocks == 1
    later.go("2026-03-19 09:00").fire("go_on")
    # one working day was paused, Tuesday; Wednesday is no working day any more, for pause and limit alike
    assert later.due == at("2026-03-25 18:00")


# 3. the priority changes while the clock is paused


def test_a_priority_that_changes_during_a_pause_keeps_the_pause(store: Store) -> None:
    desk = Desk(store, "2026-03-16 09:00").begin()
    desk.go("2026-03-17 09:00").fire("wait")
    desk.fire("urge", urgent=True)
    assert desk.due is None
    desk.go("2026-03-19 09:00").fire("go_on")
    assert desk.due == at("2026-03-20 18:00")  # two working days end on the 18th; two were paused
    assert desk.limit.verdict == "none"


# 4. reopened after the breach, with rungs fired


def test_a_case_reopened_after_the_breach_stays_breached_and_warns_of_nothing_twice(store: Store) -> None:
    desk = Desk(store, "2026-03-16 09:00").begin()
    desk.go("2026-03-24 09:00").fire("finish")
    assert [rung for rung, _ in desk.fired()] == [0, 1]
    desk.go("2026-04-01 09:00").fire("reopen")
    assert (desk.limit.cycle, desk.limit.verdict) == (2, "breached")
    assert [(one.number, one.verdict) for one in desk.limit.cycles] == [(1, "breached")]
    desk.go("2026-04-10 09:00").engine.sweep()
    assert [rung for rung, _ in desk.fired()] == [0, 1, 2]


# 5. two extensions where one is allowed


def test_a_second_extension_is_refused_and_the_first_stands(store: Store) -> None:
    desk = Desk(store, "2026-03-16 09:00").begin()
    desk.ask("request_extension", WorkingDays(2))
    desk.grant("extend")
    with pytest.raises(Refused) as refused:
        desk.ask("request_extension", WorkingDays(1))
    assert [why.code for why in refused.value.reasons] == ["act_times"]
    assert desk.due == at("2026-03-25 18:00")


# 6. a suspension that ends outside working hours


def test_a_suspension_that_ends_at_night_moves_the_limit_by_working_time_only(store: Store) -> None:
    desk = Desk(store, "2026-03-16 09:00").begin()
    desk.go("2026-03-17 15:00").ask("request_suspension", Elapsed(hours=30))
    desk.grant("suspend")
    desk.go("2026-03-19 10:00").engine.sweep()
    assert desk.limit.pauses == ((instant_of(at("2026-03-17 15:00")), instant_of(at("2026-03-18 21:00"))),)
    # three hours of Tuesday and seven of Wednesday were paused: one day and three hours
    assert desk.due == at("2026-03-25 12:00")


# 7. the calendar is exhausted


def test_where_next_year_is_not_announced_a_start_is_refused_and_nothing_is_written(store: Store) -> None:
    desk = Desk(store, "2026-12-23 10:00")
    desk.engine.open("desk", actor=DESK, case_id="C-1")
    events = len(store.history("C-1"))
    with pytest.raises(HorizonError) as error:
        desk.fire("begin")
    assert (error.value.calendar, error.value.date) == ("cn-office", dt.date(2026, 12, 29))
    assert len(store.history("C-1")) == events


def test_a_clock_that_runs_goes_on_and_says_that_it_guesses(store: Store) -> None:
    desk = Desk(store, "2026-12-18 10:00").begin()
    assert desk.due == at("2026-12-25 18:00")
    desk.ask("request_extension", WorkingDays(5))
    desk.grant("extend")
    assert desk.limit.provisional
    # the third rung lies past the horizon for now; it hinders nothing
    desk.go("2026-12-28 09:00").fire("wait")


# 8. the rules of the time zone change between arm and fire


@pytest.fixture
def tzdata(tmp_path: Path) -> Iterator[Path]:
    """A folder of time zones that the tests write, before those of the system."""
    before = zoneinfo.TZPATH
    folder = tmp_path / "zoneinfo"
    (folder / "Test").mkdir(parents=True)
    zoneinfo.reset_tzpath(to=[str(folder), *before])
    yield folder
    zoneinfo.reset_tzpath(to=before)
    zoneinfo.ZoneInfo.clear_cache(only_keys=["Test/Town"])


def write_zone(folder: Path, hours: int) -> None:
    """``Test/Town``, so many hours ahead of UTC for ever (RFC 9636)."""
    header = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    block = header + struct.pack(">lbb", hours * 3600, 0, 0) + b"TWN\0"
    (folder / "Test" / "Town").write_bytes(block + block + f"\nTWN-{hours}\n".encode())
    zoneinfo.ZoneInfo.clear_cache(only_keys=["Test/Town"])


def town() -> WorkCalendar:
    week = {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
    return WorkCalendar(id="cn-office", zone="Test/Town", week=week)


def test_new_rules_of_a_zone_move_no_promise_until_somebody_applies_them(store: Store, tzdata: Path) -> None:
    """K1, K6: what was armed fires once, at the instant that was promised; `recompute` tells what the rules change."""
    write_zone(tzdata, 8)
    desk = Desk(store, "2026-03-16 10:00", calendar=town()).begin()
    promised = desk.limit.limit
    assert promised == instant_of(dt.datetime(2026, 3, 23, 9, 0, tzinfo=dt.UTC))
    write_zone(tzdata, 9)
    later = Desk(store, "2026-03-16 10:00", calendar=town())
    assert later.limit.limit == promised
    (move,) = later.engine.recompute("cn-office", actor=BOSS).moves
    assert move.before - move.after == dt.timedelta(hours=1)
    later.clock.travel(
        dt.datetime(2026, 3, 23, 8, 30, tzinfo=dt.UTC)
    )  # past the new closing, before the promise
    later.engine.sweep()
    assert later.limit.verdict == "none"
    later.clock.travel(dt.datetime(2026, 3, 23, 9, 0, 1, tzinfo=dt.UTC))
    later.engine.sweep()
    later.engine.sweep()
    assert later.limit.verdict == "breached"
    assert [rung for rung, _ in later.fired()] == [0, 1]


# 9. two sweepers at once


def test_two_sweepers_at_once_fire_every_rung_once(tmp_path: Path) -> None:
    """E1, E7: eight sweeps in eight threads, each on a connection of its own."""
    path = tmp_path / "desk.db"
    with SqliteStore(path, durability="normal") as store:
        for number in range(20):
            Desk(store, "2026-03-16 09:00", case=f"C-{number}").begin()
    start = threading.Barrier(8, timeout=30)
    failures: list[object] = []

    def sweep() -> None:
        with SqliteStore(path, durability="normal") as own:
            engine = Desk(own, "2026-04-30 09:00").engine
            start.wait()
            failures.extend(engine.sweep().failed)

    threads = [threading.Thread(target=sweep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with SqliteStore(path) as store:
        for number in range(20):
            desk = Desk(store, "2026-04-30 09:00", case=f"C-{number}")
            assert [rung for rung, _ in desk.fired()] == [0, 1, 2]
            kinds = [row.event for row in store.history(desk.case) if isinstance(row.event, ClockBreached)]
            assert len(kinds) == 1


# 10. downtime over three rungs


def test_after_downtime_the_skipped_rungs_come_in_order_with_both_instants(store: Store) -> None:
    """E4."""
    desk = Desk(store, "2026-03-16 09:00").begin()
    desk.go("2026-04-20 09:00").engine.sweep()
    assert desk.fired() == [(0, "03-20 16:36"), (1, "03-23 18:00"), (2, "03-24 18:00")]
    now = instant_of(at("2026-04-20 09:00"))
    events = [row.event for row in store.history("C-1") if isinstance(row.event, RungFired)]
    assert {event.at for event in events} == {now}
    desk.engine.sweep()
    assert len(desk.fired()) == 3


# 11. the definition is edited while 10,000 clocks run


@pytest.mark.timeout(300)  # 20,000 commands, which tracing for coverage makes four times as slow
def test_a_new_version_of_the_definition_moves_none_of_10000_running_clocks() -> None:
    """K6: each goes by what it was opened with; an edit without a new version is refused."""
    store = MemoryStore()
    old = Desk(store, "2026-03-16 09:00")
    for number in range(10_000):
        old.engine.open("desk", actor=DESK, case_id=f"C-{number}")
        old.engine.fire(f"C-{number}", "begin", actor=DESK)
    dues = {number: store.load(f"C-{number}").case.clocks["limit"].limit for number in range(10_000)}  # type: ignore[union-attr]
    assert set(dues.values()) == {instant_of(at("2026-03-23 18:00"))}
    shorter = TEXT.replace("within: 5 working days", "within: 1 working day")
    with pytest.raises(AdapterError, match="give the changed one a new version"):
        Desk(store, "2026-03-16 09:00", text=shorter, case="new").begin()
    new = Desk(
        store, "2026-03-16 09:00", text=shorter.replace("version: 1", "version: 2"), case="new"
    ).begin()
    assert new.due == at("2026-03-17 18:00")
    new.go("2026-03-18 09:00")
    report = new.engine.sweep()
    assert (report.cases, report.failed) == (1, ())
    new.go("2026-03-23 18:00").engine.sweep()
    started = [row.event for row in store.history("C-77") if isinstance(row.event, ClockStarted)]
    assert [event.budget for event in started] == [WorkingDays(5)]
    assert store.load("C-77").case.clocks["limit"].verdict == "none"  # type: ignore[union-attr]
