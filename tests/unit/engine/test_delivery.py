"""Effects reach the outside at least once, in order, and never undo what was committed (D2)."""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
from contextlib import closing

import pytest

from casewf.adapters.postgres import PostgresStore
from casewf.adapters.sqlite import SqliteStore
from casewf.errors import AdapterError
from casewf.model.directory import StaticDirectory
from casewf.ports.outside import Delivery, Outcome
from casewf.ports.store import Store
from casewf.ports.stored import Append, Settlement
from casewf.testing.clock import at
from engine_fakes import (
    CLAIM,
    HANDLER,
    OPERATOR,
    World,
    claim,
    deliver_until_dead,
    dump,
    fired,
    in_tables,
    rows,
)


def incidents(world: World) -> list[tuple[str, str]]:
    return [(incident.kind, incident.about) for incident in world.engine.incidents("C-1")]


def test_people_are_told_and_the_platform_gets_the_fields_of_the_definition(world: World) -> None:
    world.dispatched()
    told, pushed = world.outside.deliveries
    assert [person.name for person in told.recipients] == ["李"]
    assert pushed.values == {"summary": "欠薪", "people": 1, "phone": "13900001111"}
    assert (told.attempt, pushed.id) == (1, rows(world, "push")[0].id)


def test_a_warning_to_nobody_is_an_incident(store: Store) -> None:
    """A role that nobody has would else be late in silence."""
    nobody = StaticDirectory({"city": None, "yuzhong": "city"})
    told = claim(**{"effects: [{notify: handler}]": "effects: [{notify: operator}]"})
    world = World(store, workflows=[told], directory=nobody)
    world.dispatched()
    assert [kind for kind, _ in incidents(world)] == ["nobody_to_tell"]
    assert "nobody has the role operator in city" in world.engine.incidents("C-1")[0].detail


def test_effects_of_one_lane_arrive_in_order_and_other_lanes_do_not_wait(store: Store) -> None:
    twice = "effects: [{notify: handler}, {hook: archive}, {notify: operator}]"
    world = World(store, workflows=[claim(**{"effects: [{notify: handler}]": twice})])
    world.outside.broken = {"notify"}
    world.dispatched()
    assert [what for what, _ in world.outside.log] == ["notify", "archive", "push"]
    world.outside.broken = set()
    world.go("10:01")
    world.engine.deliver()
    told = [delivery.id for delivery in world.outside.deliveries if delivery.effect.destination == "notify"]
    assert [number.rsplit(":", 1)[1] for number in told] == ["0", "0", "2"]


def test_a_delivery_that_is_told_to_stop_leaves_the_rest_in_the_outbox(store: Store) -> None:
    world = World(store, deliver="later")
    world.dispatched("C-1")
    world.dispatched("C-2")
    stop = lambda: len(world.outside.log) == 3  # noqa: E731
    assert world.engine.deliver(stop=stop).delivered == 3
    assert [row.state for name in ("C-1", "C-2") for row in rows(world, case_id=name)].count("pending") == 1
    assert world.engine.deliver().delivered == 1


def test_a_lane_belongs_to_one_case(world: World) -> None:
    world.outside.broken = {"notify"}
    world.dispatched("C-1")
    world.outside.broken = set()
    world.dispatched("C-2")
    assert [row.state for case in ("C-1", "C-2") for row in rows(world, "notify", case)] == [
        "pending",
        "done",
    ]


@pytest.mark.parametrize("what", ["notify", "push", "warn"])
def test_whatever_fails_outside_the_move_stays(world: World, what: str) -> None:
    world.outside.broken = {what}
    world.dispatched()
    world.go("16:01")
    world.engine.fire("C-1", "take", actor=HANDLER)
    assert world.engine.case("C-1", actor=HANDLER).states["main"] == "working"
    assert any(row.state == "pending" and "ConnectionError: no route" in row.error for row in rows(world))


def test_a_push_that_fails_is_tried_after_1_5_15_and_60_minutes_then_it_is_dead(world: World) -> None:
    world.outside.broken = {"push"}
    world.dispatched()
    now = at("2026-03-16 10:00")
    for attempt, minutes in enumerate((1, 5, 15, 60), 1):
        assert world.outside.times("push") == attempt
        assert rows(world, "push")[0].state == "pending"
        early = now + dt.timedelta(minutes=minutes) * 0.94
        world.clock.travel(early)
        assert world.engine.deliver().delayed == 0
        now += dt.timedelta(minutes=minutes)
        world.clock.travel(now)
        world.engine.deliver()
    row = rows(world, "push")[0]
    assert (row.state, row.attempts, world.outside.times("push")) == ("dead", 5, 5)
    assert incidents(world) == [("dead_letter", f"{row.id} push:platform")]
    world.clock.travel(now + dt.timedelta(days=9))
    assert world.engine.deliver().delivered == 0


def test_effects_that_failed_together_are_not_all_tried_again_together(store: Store) -> None:
    world = World(store)
    world.outside.broken = {"notify"}
    for number in range(20):
        world.dispatched(f"C-{number}")
    waits = {rows(world, "notify", f"C-{number}")[0].due_at - world.clock.now() for number in range(20)}
    assert len(waits) == 20
    assert all(0 < wait <= 30_000_000 for wait in waits)


def test_a_dead_effect_frees_its_lane_and_can_be_delivered_again(store: Store) -> None:
    world = World(store, workflows=[claim(**{", 5 minutes, 15 minutes, 60 minutes": ""})])
    world.outside.broken = {"notify"}
    world.dispatched()
    deliver_until_dead(world, "notify")
    dead = rows(world, "notify")[0]
    assert (dead.attempts, world.outside.times("notify")) == (8, 8)
    world.outside.broken = set()
    world.go("2026-03-17 12:01")
    world.engine.sweep()
    assert [row.state for row in rows(world, "notify")] == ["dead", "done"]
    (kind, about), *_ = incidents(world)
    assert (kind, about.split()[0]) == ("dead_letter", dead.id)
    world.engine.redeliver(dead.id)
    assert [row.state for row in rows(world, "notify")] == ["done", "done"]
    assert world.outside.log[-1] == ("notify", dead.id)


def test_an_engine_that_delivers_later_replays_a_dead_effect_at_the_next_delivery(store: Store) -> None:
    world = World(
        store,
        deliver="later",
        workflows=[claim(**{"retry: [1 minute, 5 minutes, 15 minutes, 60 minutes]": "retry: []"})],
    )
    world.outside.broken = {"push"}
    world.dispatched()
    assert world.engine.deliver().dead == 1
    world.engine.redeliver(rows(world, "push")[0].id)
    assert world.outside.times("push") == 1
    world.outside.broken = set()
    assert world.engine.deliver().delivered == 1


def test_reviving_is_no_attempt_and_gives_one(store: Store) -> None:
    retry = {"retry: [1 minute, 5 minutes, 15 minutes, 60 minutes]": "retry: []"}
    world = World(store, workflows=[claim(**retry)])
    world.outside.broken = {"push"}
    world.dispatched()
    for attempts in (2, 3):
        world.engine.redeliver(rows(world, "push")[0].id)
        assert [(row.state, row.attempts) for row in rows(world, "push")] == [("dead", attempts)]
        assert world.outside.deliveries[-1].attempt == attempts == world.outside.times("push")


@pytest.mark.parametrize("effect_id", ["C-1:3:0", "C-1:99:0", "C-9:1:0", "nonsense", ""])
def test_only_a_dead_effect_is_replayed(world: World, effect_id: str) -> None:
    world.dispatched()
    before = dump(world.store)
    with pytest.raises(ValueError, match="dead_letter"):
        world.engine.redeliver(effect_id)
    assert dump(world.store) == before


def test_an_operator_sees_what_waits_and_what_was_given_up(store: Store) -> None:
    world = World(
        store, workflows=[claim(**{"retry: [1 minute, 5 minutes, 15 minutes, 60 minutes]": "retry: []"})]
    )
    assert world.engine.outbox() == world.engine.outbox(dead=True) == ()
    world.outside.broken = {"push", "notify"}
    world.dispatched("C-2")
    world.dispatched("C-1")
    world.outside.broken = set()
    world.open("C-3")
    assert [row.id for row in world.engine.outbox()] == ["C-1:3:0", "C-2:3:0"]
    assert [row.destination for row in world.engine.outbox(dead=True)] == ["push:platform"] * 2
    world.engine.redeliver(world.engine.outbox(dead=True)[0].id)
    assert len(world.engine.outbox(dead=True)) == 1
    with pytest.raises(TypeError, match="dead"):
        world.engine.outbox(dead="no")  # type: ignore[arg-type]


# Outcomes of a connector


def test_a_success_comes_back_as_a_trigger_of_the_system_on_behalf_of_the_effect(world: World) -> None:
    world.dispatched()
    (event,) = fired(world, "p_ok")
    assert (event.by.id, event.by.on_behalf) == ("system", rows(world, "push")[0].id)
    assert world.engine.case("C-1", actor=OPERATOR).fields["external_no"] == "P-1"


def test_each_failed_attempt_fires_its_trigger_once_and_a_later_success_the_other(world: World) -> None:
    world.outside.broken = {"push"}
    world.dispatched()
    world.go("10:01")
    world.engine.deliver()
    assert len(fired(world, "p_fail")) == 2
    world.outside.broken = set()
    world.go("10:06")
    world.engine.deliver()
    assert (len(fired(world, "p_fail")), len(fired(world, "p_ok"))) == (2, 1)
    assert world.engine.case("C-1", actor=OPERATOR).states["platform"] == "pushed"


@pytest.mark.parametrize("trigger", ["p_ok", "p_fail"])
def test_an_attempt_that_was_cut_off_before_it_was_recorded_does_not_fire_its_trigger_twice(
    store: Store, trigger: str
) -> None:
    world = World(store, deliver="later")
    world.outside.broken = {"push"} if trigger == "p_fail" else set()
    world.dispatched()
    push = rows(world, "push")[0].id
    settle = store.settle

    def cut_off(settlement: Settlement) -> None:
        if settlement.id == push:
            raise KeyboardInterrupt
        settle(settlement)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "settle", cut_off)
        with pytest.raises(KeyboardInterrupt):
            world.engine.deliver()
    world.outside.data = {"external_no": "P-2"}
    assert world.engine.deliver().delivered == 0
    world.go("10:05")  # longer than others keep from it
    world.engine.deliver()
    assert world.outside.times("push") == 2
    assert len(fired(world, trigger)) == 1
    assert rows(world, "push")[0].state == ("done" if trigger == "p_ok" else "pending")
    assert world.engine.incidents() == ()


def test_a_success_counts_although_another_engine_failed_at_the_same_effect_meanwhile(store: Store) -> None:
    world = World(store, deliver="later")
    rival = World(store, deliver="later", clock=world.clock)
    rival.outside.broken = {"push"}

    def then(what: str, delivery: Delivery) -> None:
        if what == "push":
            assert rival.engine.deliver().delayed == 0
            world.go("10:06")  # longer than others keep from it
            assert rival.engine.deliver().delayed == 1

    world.outside.then = then
    world.dispatched()
    world.engine.deliver()
    assert (len(fired(world, "p_fail")), len(fired(world, "p_ok"))) == (1, 1)
    assert world.engine.case("C-1", actor=OPERATOR).states["platform"] == "pushed"
    assert rows(world, "push")[0].state == "done"


def test_an_outcome_is_brought_back_although_somebody_else_was_faster(store: Store) -> None:
    world = World(store, deliver="later")
    world.dispatched()
    append = store.append

    def overtaken(batch: Append) -> None:
        store.append = append  # type: ignore[method-assign]
        World(store).engine.fire("C-1", "note", actor=OPERATOR)
        append(batch)

    def then(what: str, delivery: Delivery) -> None:
        if what == "push":
            store.append = overtaken  # type: ignore[method-assign]

    world.outside.then = then
    assert world.engine.deliver().delivered == 2
    assert [event.trigger for event in fired(world, "note") + fired(world, "p_ok")] == ["note", "p_ok"]
    assert world.outside.times("push") == 1


def test_an_outcome_that_the_case_does_not_take_any_more_is_an_incident(world: World) -> None:
    world.outside.data = {"nonsense": 1}
    world.dispatched()
    row = rows(world, "push")[0]
    assert row.state == "done"
    assert incidents(world) == [("outcome_refused", f"{row.id} p_ok")]


def test_a_connector_that_returns_no_outcome_has_failed_and_is_told_why(world: World) -> None:
    world.outside.push = lambda delivery: None  # type: ignore[method-assign,assign,return-value]
    world.dispatched()
    assert "push must return an Outcome, it returned NoneType" in rows(world, "push")[0].error
    assert len(fired(world, "p_fail")) == 1


def test_a_connector_may_refuse_without_an_exception(world: World) -> None:
    world.outside.push = lambda delivery: Outcome(ok=False, error="closed today")  # type: ignore[method-assign]
    world.dispatched()
    assert rows(world, "push")[0].error == "closed today"


# Trouble of the engine's own


def test_a_store_that_fails_after_the_commit_does_not_make_the_command_fail(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.open()
    claim = world.store.claim

    def fails(*_: object) -> None:
        raise AdapterError("locked")

    world.store.claim = fails  # type: ignore[method-assign,assign]
    with caplog.at_level(logging.WARNING, logger="casewf"):
        case = world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    assert case.states["main"] == "dispatched"
    assert "delivery.interrupted case=C-1 error_type=AdapterError" in caplog.text
    world.store.claim = claim  # type: ignore[method-assign]
    assert world.engine.deliver().delivered == 2


def test_a_name_that_only_an_older_version_uses_is_told_when_it_is_needed(store: Store) -> None:
    World(store, deliver="later").dispatched()
    newer = claim(CLAIM.replace("version: 1", "version: 2"))
    bare = World(store, workflows=[], connectors={}, notifier=None, hooks={})
    bare.engine.deliver()
    assert [(row.state, row.attempts, row.error) for row in rows(bare)] == [
        ("pending", 0, "nothing here delivers notify of claim version 1: pass notifier="),
        ("pending", 0, "nothing here delivers push:platform of claim version 1: pass it in connectors="),
    ]
    whole = World(store, workflows=[newer])
    whole.go("10:01")
    assert whole.engine.deliver().delivered == 2


def test_a_very_long_error_is_cut(world: World) -> None:
    world.outside.message = "x" * 10_000
    world.outside.broken = {"notify"}
    world.dispatched()
    assert len(rows(world, "notify")[0].error) == 500


def test_the_wait_begins_when_the_attempt_has_ended(store: Store) -> None:
    world = World(store)
    world.outside.broken = {"notify"}
    world.outside.then = lambda what, delivery: world.go("10:30")
    world.dispatched()
    assert at("2026-03-16 10:30") < _moment(rows(world, "notify")[0].due_at) <= at("2026-03-16 10:30:30")


def _moment(instant: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(instant / 1_000_000, dt.UTC)


@pytest.mark.parametrize("effect", ["{", '{"$": "Fax"}'])
def test_an_effect_that_cannot_be_read_keeps_no_other_one_from_its_receiver(
    store: Store, effect: str
) -> None:
    """It may be damaged, or of a newer version that works beside this one; it stays due, so that it is noticed."""
    world = World(store, deliver="later")
    world.dispatched("C-1")
    world.dispatched("C-2")
    statement = (
        "UPDATE {}outbox SET effect = {} WHERE case_id = 'C-1' AND destination = 'notify' RETURNING id"
    )
    if isinstance(store, PostgresStore):
        assert in_tables(store, statement.format("casewf.", "%s"), effect)
    elif isinstance(store, SqliteStore):
        with closing(sqlite3.connect(store.path)) as connection, connection:
            assert connection.execute(statement.format("", "?"), (effect,)).fetchall()
    else:
        return  # in memory effects are never texts
    assert world.engine.deliver().delivered == 3
    health = world.engine.health()
    assert (health.due_effects, health.leased_effects) == (1, 0)
