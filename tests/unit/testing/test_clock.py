"""The test clock: alone it tells the time, bound to engines it is their scheduler."""

from __future__ import annotations

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.model.case import Actor
from casewf.model.clock_events import RungFired
from casewf.model.directory import StaticDirectory
from casewf.model.quiet_hours import QuietHours
from casewf.ports.outside import Delivery, Person
from casewf.testing import FailingStore
from casewf.testing import clock as clock_module
from casewf.testing.clock import TestClock, at, instant_of
from engine_fakes import START, World, claim, fired, rows
from story_texts import TICKING


@pytest.fixture
def world() -> World:
    """A claim dispatched on Monday at 10:00; its answer is due at 16:00, after a warning at 14:00."""
    made = World(MemoryStore())
    made.clock.bind(made.engine)
    made.dispatched()
    return made


def fired_rungs(world: World) -> list[tuple[str, int, int, int]]:
    """Of each rung that fired: the limit, which one, when it was due, when it fired."""
    events = [row.event for row in world.store.history("C-1")]
    return [
        (event.sla, event.rung, event.scheduled_for, event.at)
        for event in events
        if isinstance(event, RungFired)
    ]


def test_alone_it_only_tells_the_time() -> None:
    clock = TestClock(at(START))
    clock.travel(at("2026-03-16 11:00"))
    assert clock.now() == instant_of(at("2026-03-16 11:00"))
    clock.advance(days=1, hours=1, minutes=1, seconds=1, microseconds=1)
    assert clock.now() == instant_of(at("2026-03-17 12:01:01.000001"))


def test_it_never_goes_back_and_stays_where_it_was() -> None:
    clock = TestClock(at(START))
    with pytest.raises(
        ValueError, match=r"does not go back: 2026-03-16 09:59.* is before 2026-03-16 10:00:00\+08"
    ):
        clock.travel(at("2026-03-16 09:59"))
    with pytest.raises(ValueError, match="does not go back"):
        clock.advance(seconds=-1)
    with pytest.raises(ValueError, match="without a time zone"):
        clock.travel(at(START).replace(tzinfo=None))
    assert clock.now() == instant_of(at(START))


def test_it_stops_right_after_every_rung_on_the_way_and_sweeps(world: World) -> None:
    world.go("18:30")
    assert world.clock.now() == instant_of(at("2026-03-16 18:30"))
    found = fired_rungs(world)
    assert [(sla, rung) for sla, rung, _, _ in found] == [("answer", 0), ("answer", 1), ("answer", 2)]
    assert [at - due for _, _, due, at in found] == [1, 1, 1]
    assert found[1][2] == instant_of(at("2026-03-16 16:00"))
    assert fired(world, "watch")[0].at == found[2][3]
    assert world.outside.times("warn") == 1


def test_what_is_due_at_the_end_of_the_journey_has_not_fired_yet(world: World) -> None:
    world.go("16:00")
    assert [rung for _, rung, _, _ in fired_rungs(world)] == [0]
    world.clock.advance(microseconds=1)
    assert [rung for _, rung, _, _ in fired_rungs(world)] == [0, 1]


def test_without_sweeping_it_is_downtime_until_the_next_journey(world: World) -> None:
    world.clock.travel(at("2026-03-16 20:00"), sweep=False)
    world.clock.advance(hours=1, sweep=False)
    assert fired_rungs(world) == []
    world.clock.advance(seconds=0)
    late = instant_of(at("2026-03-16 21:00"))
    assert [when for _, _, _, when in fired_rungs(world)] == [late, late, late]


def test_it_stops_where_a_delivery_waits(world: World) -> None:
    tried: list[int] = []
    failing = World(MemoryStore(), clock=TestClock(at(START)))
    failing.clock.bind(failing.engine)

    def then(what: str, delivery: Delivery) -> None:
        if what == "push":
            tried.append(failing.clock.now() - instant_of(at(START)))
            raise ConnectionError

    failing.outside.then = then
    failing.dispatched()
    failing.go("10:30")
    minutes = [round(each / 60_000_000) for each in tried]
    assert minutes == [0, 1, 6, 21]


def test_effects_of_an_engine_that_delivers_later_leave_when_time_passes() -> None:
    world = World(MemoryStore(), deliver="later")
    world.clock.bind(world.engine)
    world.dispatched()
    assert world.outside.log == []
    world.clock.advance(minutes=1)
    assert {what for what, _ in world.outside.log} == {"notify", "push"}
    assert {row.state for row in rows(world)} == {"done"}


def test_it_tells_people_when_their_quiet_hours_end() -> None:
    night = QuietHours.daily("10:00", "11:30", zone="Asia/Shanghai")
    sleeper = StaticDirectory(
        {"city": None, "yuzhong": "city"}, {"yuzhong": [Person("li", "李", frozenset({"handler"}), night)]}
    )
    world = World(MemoryStore(), directory=sleeper)
    world.clock.bind(world.engine)
    told: list[int] = []
    world.outside.then = lambda what, delivery: told.append(world.clock.now()) if what == "notify" else None
    world.dispatched()
    world.go("13:00")
    assert told[0] == instant_of(at("2026-03-16 11:30"))


def test_several_engines_on_one_store_may_share_it_and_each_must_go_by_it(world: World) -> None:
    other = World(world.store, clock=world.clock)
    world.clock.bind(other.engine, world.engine)
    world.go("18:30")
    assert len(fired_rungs(world)) == 3
    with pytest.raises(ValueError, match="another clock"):
        world.clock.bind(World(MemoryStore()).engine)


def test_an_effect_may_take_time_and_what_became_due_meanwhile_fires_after_it(world: World) -> None:
    fired_meanwhile: list[int] = []

    def then(what: str, delivery: Delivery) -> None:
        if what == "notify" and not fired_meanwhile:
            world.clock.advance(hours=5)
            fired_meanwhile.append(len(fired_rungs(world)))

    world.outside.then = then
    world.go("13:00")
    assert fired_meanwhile == [1]
    assert world.clock.now() == instant_of(at("2026-03-16 17:00:00.000001"))
    assert [rung for _, rung, _, _ in fired_rungs(world)] == [0, 1, 2]


def test_a_case_that_cannot_be_swept_does_not_hold_up_time() -> None:
    store = FailingStore(MemoryStore())
    world = World(store)
    world.clock.bind(world.engine)
    world.dispatched()
    store.fail("append", times=1000)
    world.go("18:30")
    assert world.clock.now() == instant_of(at("2026-03-16 18:30"))
    assert fired_rungs(world) == []
    assert {one.kind for one in world.engine.incidents()} == {"sweep_failed"}


def test_a_limit_that_starts_itself_again_ends_the_journey_with_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock_module, "MOST_STOPS", 20)
    world = ticking("T-1")
    world.go("10:20")
    with pytest.raises(RuntimeError, match=r"20 times on its way .*start one another again and again"):
        world.go("12:00")


def test_that_limit_is_named_long_before_all_stops_are_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "MOST_CYCLES", 20)
    world = ticking("T-1", "T-2")
    with pytest.raises(
        RuntimeError,
        match=r"stopped 20 times for case T-1 .* stands at 2026-03-16 10:20:00.* minute has started 20 times .*shorter",
    ):
        world.go("12:00")
    assert world.store.load("T-1").case.version < 150  # type: ignore[union-attr]  # it is there


def test_and_shorter_steps_lead_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "MOST_CYCLES", 20)
    world = ticking("T-1")
    for time in ("10:15", "10:30", "10:45"):
        world.go(time)
    with pytest.raises(RuntimeError, match=r"stopped 20 times for case T-1 .* has started 6[45] times"):
        world.go("11:15")


def test_a_case_that_wakes_often_without_starting_a_limit_again_is_let_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_module, "MOST_CYCLES", 2)
    world.go("18:00")
    assert len(fired_rungs(world)) > 2


def ticking(*cases: str) -> World:
    """A bound clock, and these cases whose limit starts itself again every minute."""
    world = World(MemoryStore(), workflows=[claim(TICKING)])
    world.clock.bind(world.engine)
    for case in cases:
        world.engine.open("ticking", actor=Actor("clerk", frozenset({"clerk"})), case_id=case)
    return world
