"""An engine that has nothing to deliver an effect with leaves it to others: no attempt, nothing given up (D2)."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from casewf.errors import BindingError
from casewf.ports.outside import Delivery
from casewf.ports.store import Store
from engine_fakes import World, rows
from relatives_flows import DESK, Small

BARE: dict[str, Any] = {"workflows": [], "connectors": {}, "notifier": None, "hooks": {}}


def bare(world: World) -> World:
    """An engine of an older deployment on the same store."""
    return World(world.store, clock=world.clock, **BARE)


def unbound(world: World) -> list[str]:
    return [one.about for one in world.engine.incidents() if one.kind == "nobody_delivers"]


def test_an_effect_outlives_engines_that_lack_its_binding_for_days(store: Store) -> None:
    world = World(store, deliver="later")
    world.dispatched()
    old = bare(world)
    for hour in range(11, 24):
        world.go(f"{hour}:00")
        assert old.engine.deliver().dead == 0
    assert [(row.state, row.attempts) for row in rows(world)] == [("pending", 0)] * 2
    world.go("23:02")
    world.engine.deliver()
    assert [(row.state, row.attempts) for row in rows(world)][:2] == [("done", 1)] * 2
    assert {delivery.attempt for delivery in world.outside.deliveries} == {1}


def test_others_may_take_it_after_a_minute(store: Store) -> None:
    world = World(store, deliver="later")
    world.dispatched()
    bare(world).engine.deliver()
    world.go("10:00:59")
    assert world.engine.deliver().delivered == 0
    world.go("10:01")
    assert world.engine.deliver().delivered == 2


def test_one_incident_and_one_record_tell_of_a_destination_and_again_after_a_day(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(store, deliver="later")
    for name in ("C-1", "C-2"):
        world.dispatched(name)
    old = bare(world)
    with caplog.at_level(logging.WARNING, logger="casewf"):
        for minute in range(0, 50, 2):
            world.go(f"10:{minute:02}")
            old.engine.deliver()
    first = rows(world, case_id="C-1")
    assert unbound(world) == [f"{row.id} {row.destination}" for row in first]
    assert caplog.text.count("incident.raised") == 2
    world.go("2026-03-17 10:01")
    old.engine.deliver()
    assert len(unbound(world)) == 4


def test_processes_that_live_for_one_round_do_not_tell_of_the_same_effect_again(store: Store) -> None:
    world = World(store, deliver="later")
    world.dispatched()
    for minute in (1, 3, 5):
        world.go(f"10:{minute:02}")
        bare(world).engine.deliver()
    assert len(unbound(world)) == 2


def test_health_tells_of_it_until_it_is_delivered(store: Store) -> None:
    world = World(store, deliver="later")
    world.dispatched()
    written = world.clock.now()
    world.go("10:30")
    bare(world).engine.deliver()
    assert world.engine.health().oldest_unbound == written
    world.go("10:40")
    world.engine.deliver()
    assert world.engine.health().oldest_unbound is None


def test_a_child_of_a_workflow_that_only_newer_engines_have_waits_for_them(store: Store) -> None:
    small = Small(store, deliver="later")
    small.parent(count=4)
    small.fire("P", "spawn")
    old = World(store, clock=small.clock, **BARE)
    for hour in range(11, 24):
        old.go(f"{hour}:00")
        old.engine.deliver()
    row = store.outbox("P")[0]
    assert (row.state, row.attempts) == ("pending", 0)
    assert "no workflow 'letter' was given" in row.error
    small.go("23:02")
    small.engine.deliver()
    assert small.engine.case("P.1", actor=DESK).workflow == "letter"


def test_a_hook_that_raises_a_binding_error_of_its_own_has_failed(store: Store) -> None:
    def hook(what: str, delivery: Delivery) -> None:
        raise BindingError(["another engine lacks a connector"])

    world = World(store, deliver="later")
    world.outside.then = hook
    world.dispatched()
    world.engine.deliver()
    assert [row.attempts for row in rows(world)] == [1, 1]
    assert unbound(world) == []
