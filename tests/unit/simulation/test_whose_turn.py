"""Whose turn it is: who has waited longest, also where people come on duty and a task becomes ready at one instant."""

from __future__ import annotations

import attrs
import pytest

from casewf.model.commands import Command, Fire
from casewf.model.events import Event, Opened
from casewf.simulation import Simulation, parse_profile
from casewf.simulation.profile import Profile, Weighted
from simulated import PROFILE, desk, profile, ran

MINUTE = 60_000_000

READY_AT_OPENING = """  - enter: desk.waiting
    steps: [{by: boss, chance: 0.5, fire: look}, {by: clerks, takes: 60 minutes, fire: serve}]
  - {enter: desk.looked_at, steps: [{by: clerks, takes: 60 minutes, fire: serve}]}"""
BOSS = "heads: {roles: head, org: hall}\n  boss: {roles: clerk, org: hall, calendar: cn-office}"


def with_a_boss(more: str = "") -> Profile:
    """What comes at night is ready at once, or when the boss has looked at it, as the office opens."""
    hours = ", calendar: cn-office"
    written = PROFILE.format(days=4, clerks=1, people=60, flow=READY_AT_OPENING, clerk_hours=hours)
    written = written.replace("heads: {roles: head, org: hall}", BOSS)
    return parse_profile(written + more, workflow=desk())


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_ready_at_opening_waits_for_what_waited_all_night(seed: int) -> None:
    order = ran(with_a_boss(), seed=seed).groups["clerks"].queued  # in the order in which they were begun
    assert len(order) > 30
    assert order == sorted(order)


def test_urgent_cases_go_first_at_opening_too() -> None:
    of = with_a_boss("first: urgent\n")
    mixed = attrs.evolve(of.arrivals[0], data={"urgent": Weighted((True, False), (1.0, 2.0))})
    urgent: dict[str, object] = {}
    came: dict[str, int] = {}
    begun: dict[str, int] = {}

    def see(at: int, case: str, command: Command, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, Opened):
                urgent[case], came[case] = event.fields["urgent"], at
        if isinstance(command, Fire) and command.trigger == "look":
            came[case] = at
        elif isinstance(command, Fire):
            begun[case] = at - 60 * MINUTE

    Simulation(attrs.evolve(of, arrivals=(mixed,)), watcher=see).run()
    first = [case for case in begun if urgent[case]]
    others = [case for case in begun if not urgent[case]]
    assert len(first) > 10
    assert not [(one, other) for one in first for other in others if came[one] <= begun[other] < begun[one]]


@pytest.mark.parametrize("people", [3, 60])
def test_what_comes_of_a_beginning_at_opening_takes_its_place_in_the_queue(people: int) -> None:
    """The beginning of a task is a trigger here, which brings the next one: to the end of the queue."""
    flow = """  - {enter: desk.waiting, steps: [{by: clerks, takes: 10 minutes, begin: look}]}
  - {enter: desk.looked_at, steps: [{by: clerks, takes: 60 minutes, fire: serve}]}"""
    of = profile(flow, days=4, clerks=2, people=people, clerk_hours=", calendar: cn-office")
    order = ran(of).groups["clerks"].queued
    assert len(order) == 2 * people
    assert order == sorted(order)
