"""The simulation decides by the core that the engine decides by: what it did, the engine does, event for event."""

from __future__ import annotations

import attrs
import pytest

from casewf import Engine
from casewf.adapters.memory import MemoryStore
from casewf.model.clock_events import RungFired
from casewf.model.commands import Act, Command, Elapse, Fire, Open
from casewf.model.directory import StaticDirectory
from casewf.model.events import Event
from casewf.model.roles import SYSTEM
from casewf.model.staff import Organisation
from casewf.ports.outside import Outcome
from casewf.simulation import Simulation
from casewf.testing.clock import TestClock, datetime_of
from casewf.testing.recorders import RecordingNotifier
from simulated import DESK, chongqing, profile

Done = tuple[int, Command, tuple[Event, ...]]


class Answers:
    """A connector that answers what the simulation's answered."""

    def __init__(self, commands: list[Done]) -> None:
        self._answers = [
            Outcome(ok=command.trigger == "push_ok", data=dict(command.data))
            for _, command, _ in commands
            if isinstance(command, Fire) and command.trigger in ("push_ok", "push_fail")
        ]

    def push(self, delivery: object) -> Outcome:
        return self._answers.pop(0) if getattr(delivery, "effect", delivery).on_ok else Outcome(ok=True)


def plain(events: tuple[Event, ...]) -> list[Event]:
    """Events without what differs by design: where a comment lies, on behalf of which effect `system` acts."""
    found = []
    for event in events:
        if getattr(event, "comment", None) is not None:
            event = attrs.evolve(event, comment=None)
        by = getattr(event, "by", None)
        if by is not None and by.id == SYSTEM and "/" not in (by.on_behalf or ""):
            event = attrs.evolve(event, by=attrs.evolve(by, on_behalf=None))
        found.append(event)
    return found


@pytest.fixture(scope="module")
def simulated() -> tuple[Simulation, dict[str, list[Done]]]:
    histories: dict[str, list[Done]] = {}
    simulation = Simulation(
        chongqing(2),
        seed=7,
        watcher=lambda at, case, command, events: histories.setdefault(case, []).append(
            (at, command, events)
        ),
    )
    simulation.run()
    return simulation, histories


def replayed(simulation: Simulation, case: str, done: list[Done]) -> list[Event]:
    """What an engine made of the same commands at the same instants."""
    profile, organisations = simulation.profile, simulation.organisations
    above = organisations.above
    directory = StaticDirectory(
        {unit: Organisation(under=line[0] if line else None) for unit, line in above.items()}, {}
    )
    clock = TestClock(datetime_of(done[0][0]))
    store = MemoryStore()
    engine = Engine(
        [profile.workflow],
        store=store,
        clock=clock,
        directory=directory,
        notifier=RecordingNotifier(),
        connectors={"government": Answers(done)},
        calendars=profile.calendars,
        deliver="later",
    )
    for at, command, _ in done:
        clock.travel(datetime_of(at))
        match command:
            case Open(actor=actor, org=org, data=data):
                engine.open(profile.workflow.id, actor=actor, case_id=case, org=org, data=data)
            case Elapse():
                engine.sweep()
            case Fire(trigger, actor) if SYSTEM in actor.roles:
                engine.deliver()
            case Fire(trigger, actor, data):
                engine.fire(case, trigger, actor=actor, data=data, comment="simulated")
            case Act(act, sla, actor, amount):
                engine.act(case, act, sla, actor=actor, amount=amount, comment="simulated")
    return plain(tuple(row.event for row in store.history(case)))


def test_the_engine_makes_the_same_events_of_the_same_commands(
    simulated: tuple[Simulation, dict[str, list[Done]]],
) -> None:
    simulation, histories = simulated
    longest = sorted(histories, key=lambda case: -len(histories[case]))[:12]
    several = [*longest, *sorted(histories)[:12]]
    fired = {getattr(command, "trigger", "") for case in several for _, command, _ in histories[case]}
    assert {
        "dispatch",
        "sign",
        "g_feedback",
        "push_ok",
        "review_pass",
        "callback_satisfied",
        "answer_now",
    } <= fired
    for case in several:
        events = [event for _, _, some in histories[case] for event in some]
        assert replayed(simulation, case, histories[case]) == plain(tuple(events)), case


def test_time_is_swept_right_after_it_is_due(simulated: tuple[Simulation, dict[str, list[Done]]]) -> None:
    _, histories = simulated
    late = [
        event.at - event.scheduled_for
        for done in histories.values()
        for _, _, events in done
        for event in events
        if type(event).__name__ == "RungFired"
    ]
    assert set(late) == {1}


def test_every_case_is_somewhere(simulated: tuple[Simulation, dict[str, list[Done]]]) -> None:
    simulation, histories = simulated
    arrived = sum(len(stream.times) for stream in simulation.streams)
    assert arrived == simulation.opened == len(histories) == len(simulation.ledger.lives)
    assert simulation.commands == sum(len(done) for done in histories.values())
    assert simulation.events == sum(len(events) for done in histories.values() for _, _, events in done)
    closed = sum(end is not None for _, end in simulation.ledger.lives)
    assert closed + sum(not one.case.closed for one in simulation.under_way.values()) == arrived


def test_a_limit_behind_the_one_that_woke_the_case_is_swept_in_time_too() -> None:
    workflow = DESK.replace(
        "slas:\n",
        "slas:\n  look:\n    start: {enter: desk.waiting}\n    stop: {leave: desk.waiting}\n"
        "    target: [{within: 10 minutes}]\n    ladder: []\n",
    )
    slowly = "  - {enter: desk.waiting, steps: [{by: clerks, takes: 5 hours, fire: leave}]}"
    fired: list[int] = []
    simulation = Simulation(
        profile(
            days=1,
            people=3,
            flow=slowly,
            workflow=workflow,
        ),
        watcher=lambda at, case, command, events: fired.extend(
            at - event.scheduled_for for event in events if isinstance(event, RungFired)
        ),
    )
    simulation.run()
    assert fired == [1] * 6  # at half of the two hours, and at their end
