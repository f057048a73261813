"""What a hook fires is the effect's doing: once, however often it is tried, and not without end (D2)."""

from __future__ import annotations

from typing import Any

from casewf.adapters.memory import MemoryStore
from casewf.engine.delivery import MAX_DEPTH
from casewf.errors import KeyReused, Refused
from casewf.model.case import Actor
from casewf.ports.outside import Delivery
from casewf.ports.store import Store
from engine_fakes import CLAIM, HANDLER, OPERATOR, SUPERVISOR, World, claim, fired, rows

ROBOT = Actor("robot", frozenset({"operator", "handler", "supervisor"}), "city")


def firing_hook(world: World, *commands: dict[str, Any]) -> None:
    """Let the hook ``warn`` fire these commands."""

    def then(what: str, delivery: Delivery) -> None:
        for command in commands if what == "warn" else ():
            world.engine.fire(delivery.case.id, actor=ROBOT, **command)

    world.outside.then = then


def test_a_hook_that_fires_and_then_fails_does_not_move_the_case_twice(world: World) -> None:
    firing_hook(world, {"trigger": "note", "data": {"people": 5}}, {"trigger": "note", "data": {"people": 6}})
    world.outside.broken = {"warn"}
    world.dispatched()
    world.go("16:01")
    world.engine.sweep()
    assert len(fired(world, "note")) == 2
    world.outside.broken = set()
    world.go("16:02")
    world.engine.deliver()
    assert (world.outside.times("warn"), rows(world, "hook")[0].state) == (2, "done")
    assert [event.fields for event in fired(world, "note")] == [{"people": 5}, {"people": 6}]


def test_a_command_that_was_refused_at_the_first_attempt_does_not_shift_the_others(world: World) -> None:
    world.dispatched()
    refused: list[str] = []

    def then(what: str, delivery: Delivery) -> None:
        if what == "warn":
            for trigger in ("resume", "note", "resume"):
                try:
                    world.engine.fire("C-1", trigger, actor=ROBOT)
                except Refused:
                    refused.append(trigger)

    world.outside.then = then
    world.outside.broken = {"warn"}
    world.go("16:01")
    world.engine.sweep()
    world.go("16:02")
    world.engine.deliver()
    assert (len(fired(world, "note")), len(refused)) == (1, 4)


def test_a_hook_that_opens_a_case_and_fails_opens_one(world: World) -> None:
    def then(what: str, delivery: Delivery) -> None:
        if what == "warn":
            world.engine.open("claim", actor=ROBOT, data={"phone": "13900001111"})

    world.outside.then = then
    world.outside.broken = {"warn"}
    world.dispatched()
    world.go("16:01")
    world.engine.sweep()
    world.go("16:02")
    world.engine.deliver()
    assert world.outside.times("warn") == 2
    assert len(world.store.heads()) == 2


def test_an_explicit_key_in_a_hook_is_kept(world: World) -> None:
    firing_hook(world, {"trigger": "note", "key": "mine"})
    world.dispatched()
    world.go("16:01")
    world.engine.sweep()
    assert world.store.answer("robot", "C-1", "mine") is not None


def test_effects_on_other_cases_that_a_hook_caused_are_delivered_by_the_same_delivery(world: World) -> None:
    world.open("C-2")

    def then(what: str, delivery: Delivery) -> None:
        if what == "warn":
            world.engine.fire("C-2", "dispatch", actor=ROBOT, data={"lead_org": "yuzhong"})
            assert world.engine.deliver().delivered == 0

    world.outside.then = then
    world.dispatched("C-1")
    world.go("16:01")
    world.engine.fire("C-1", "take", actor=HANDLER)
    assert {row.state for row in rows(world, case_id="C-2")} == {"done"}
    assert {row.depth for row in rows(world, case_id="C-2")} == {1}


def test_a_command_outside_a_delivery_gets_no_key_of_its_own(world: World) -> None:
    world.open()
    for _ in range(2):
        world.engine.fire("C-1", "note", actor=OPERATOR)
    assert len(fired(world, "note")) == 2


LOOP = CLAIM.replace(
    "accepts: [summary, people, phone]}",
    "accepts: [summary, people, phone],\n         effects: [{hook: again}]}",
)


def test_effects_that_lead_to_one_another_end_after_sixteen(store: Store) -> None:
    def again(delivery: Delivery) -> None:
        world.engine.fire(delivery.case.id, "note", actor=ROBOT)

    world = World(store, workflows=[claim(LOOP)], hooks={"warn": again, "archive": again, "again": again})
    world.open()
    world.engine.fire("C-1", "note", actor=OPERATOR)
    assert len(fired(world, "note")) == MAX_DEPTH + 1
    last = rows(world, "hook")[-1]
    assert (last.state, last.depth, last.attempts) == ("dead", MAX_DEPTH, 1)
    assert [incident.about for incident in world.engine.incidents()] == [f"{last.id} hook:again"]
    assert [row.depth for row in rows(world, "hook")] == list(range(MAX_DEPTH + 1))


def test_two_engines_that_call_each_other_do_not_deliver_within_their_own_delivery() -> None:
    calls: list[str] = []

    def to_second(delivery: Delivery) -> None:
        calls.append("first")
        second.engine.fire("C-1", "note", actor=ROBOT)

    def to_first(delivery: Delivery) -> None:
        calls.append("second")
        first.engine.fire("C-1", "note", actor=ROBOT)

    first = World(
        MemoryStore(),
        workflows=[claim(LOOP)],
        hooks={"warn": to_second, "archive": to_second, "again": to_second},
    )
    second = World(
        MemoryStore(),
        workflows=[claim(LOOP)],
        hooks={"warn": to_first, "archive": to_first, "again": to_first},
    )
    first.open()
    second.open()
    first.engine.fire("C-1", "note", actor=OPERATOR)
    assert len(calls) == MAX_DEPTH
    assert rows(first, "hook")[0].state == "done"


def test_a_hook_whose_second_attempt_fires_something_else_under_the_same_turn_fails_visibly(
    world: World,
) -> None:
    turns = iter(("a", "b"))
    seen: list[BaseException] = []

    def then(what: str, delivery: Delivery) -> None:
        if what == "warn":
            try:
                world.engine.fire("C-1", "note", actor=ROBOT, data={"summary": next(turns)})
            except KeyReused as error:
                seen.append(error)
                raise

    world.outside.then = then
    world.outside.broken = {"warn"}
    world.dispatched()
    world.go("16:01")
    world.engine.sweep()
    world.go("16:02")
    world.engine.deliver()
    assert len(seen) == 1
    assert "KeyReused" in rows(world, "hook")[0].error
    assert world.engine.case("C-1", actor=SUPERVISOR).fields["summary"] == "a"
