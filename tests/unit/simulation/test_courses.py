"""Courses: what begins them, what ends them, and how a case goes on in them."""

from __future__ import annotations

from collections import Counter

import pytest

from casewf.definition import parse_workflow
from casewf.model.clock_events import ClockExtended, RungFired
from casewf.model.commands import Act, Fire
from casewf.model.events import Event, Moved, Opened
from casewf.simulation import Simulation, parse_profile
from simulated import DESK, PROFILE, desk, profile

HOUR = 3_600_000_000


class Watched:
    """A run with what happened in it, case by case."""

    def __init__(self, flow: str, people: int = 40, **more: object) -> None:
        self.done: dict[str, list[tuple[int, object, tuple[Event, ...]]]] = {}
        of = profile(flow, people=people, clerks=20, days=2, **more)  # type: ignore[arg-type]
        self.simulation = Simulation(of, watcher=self._see)
        self.simulation.run()

    def _see(self, at: int, case: str, command: object, events: tuple[Event, ...]) -> None:
        self.done.setdefault(case, []).append((at, command, events))

    def fired(self) -> list[tuple[str, ...]]:
        return [
            tuple(one.trigger for _, one, _ in done if isinstance(one, Fire)) for done in self.done.values()
        ]

    def values(self, field: str) -> Counter[object]:
        return Counter(
            event.fields[field]
            for done in self.done.values()
            for _, _, events in done
            for event in events
            if isinstance(event, Moved) and field in event.fields
        )


def counts(simulation: Simulation) -> dict[tuple[str, str, str], int]:
    return {key: one.times for key, one in simulation.refused.items()}


PARKED = """
  - enter: desk.waiting
    steps: [{by: clerks, fire: look}]
  - enter: desk.looked_at
    after: look
    steps:
      - {by: heads, after: 10 minutes, fire: park}
      - {by: clerks, takes: 5 minutes, fire: serve}
  - {enter: desk.looked_at, after: unpark, resume: true}
  - enter: desk.parked
    steps: [{by: heads, after: 3 hours, fire: unpark}]"""


def test_a_case_that_comes_back_goes_on_where_it_was_left() -> None:
    watched = Watched(PARKED)
    assert set(watched.fired()) == {("look", "park", "unpark", "serve")}
    assert watched.simulation.refused == {}


def test_what_was_left_to_do_is_dropped_with_the_state() -> None:
    flow = """
  - enter: desk.waiting
    steps:
      - {by: clerks, after: 1 hours, fire: leave}
      - {by: clerks, after: 1 hours, fire: leave}"""
    watched = Watched(flow)
    assert set(watched.fired()) == {("leave",)}
    assert watched.simulation.refused == {}


def test_a_warning_begins_a_course_once_and_acts_change_the_clock() -> None:
    flow = """
  - enter: desk.waiting
    steps: [{by: clerks, after: 110 minutes, fire: serve}]
  - warned: serve
    steps:
      - {by: clerks, act: request_extension, sla: serve, amount: 2 hours}
      - {by: heads, act: extend, sla: serve}"""
    watched = Watched(flow)
    for done in watched.done.values():
        acts = [one.act for _, one, _ in done if isinstance(one, Act)]
        assert acts == ["request_extension", "extend"]
        events = [event for _, _, some in done for event in some]
        assert sum(isinstance(event, ClockExtended) for event in events) == 1
        assert [event.rung for event in events if isinstance(event, RungFired)] == [0]
    assert watched.simulation.refused == {}


def test_a_step_waits_until_its_condition_is_met() -> None:
    flow = """
  - enter: desk.waiting
    steps:
      - {by: clerks, until: card == 'none' and sla.serve.verdict == 'breached', fire: serve}"""
    watched = Watched(flow)
    for done in watched.done.values():
        served = next(at for at, one, _ in done if isinstance(one, Fire))
        assert served == done[0][0] + 2 * HOUR + 1


def test_chance_decides_once_on_a_step_that_waits() -> None:
    flow = """
  - enter: desk.waiting
    steps:
      - {by: clerks, chance: 0.5, until: sla.serve.verdict == 'breached', fire: serve}"""
    watched = Watched(flow, people=1000)
    served = sum(fired == ("serve",) for fired in watched.fired())
    assert (
        0.45 < served / 1000 < 0.55
    )  # the rung before the due instant and the one at it are no further throws


@pytest.mark.parametrize("hours", ["", ", calendar: cn-office"])
def test_who_is_not_counted_begins_too(hours: str) -> None:
    flow = """
  - enter: desk.waiting
    steps: [{by: clerks, fire: look}]
  - enter: desk.looked_at
    steps: [{by: others, takes: 30 minutes, begin: note, fire: park}]"""
    note = "      - {trigger: note, from: looked_at, by: head}\n      - {trigger: unpark"
    written = PROFILE.format(days=2, clerks=3, people=40, flow=flow, clerk_hours="").replace(
        "  heads:", f"  others: {{roles: head, org: hall{hours}}}\n  heads:"
    )
    done: dict[str, list[tuple[int, str]]] = {}

    def see(at: int, case: str, command: object, _events: tuple[Event, ...]) -> None:
        if isinstance(command, Fire):
            done.setdefault(case, []).append((at, command.trigger))

    workflow = parse_workflow(DESK.replace("      - {trigger: unpark", note, 1))
    Simulation(parse_profile(written, workflow=workflow), watcher=see).run()
    assert len(done) == 40
    for fired in done.values():
        (looked, _), (begun, noted), (ended, parked) = fired
        assert (noted, parked) == ("note", "park")
        assert begun == looked or hours
        assert ended - begun >= HOUR // 2


def test_choices_are_as_likely_as_they_say_and_leave_out_what_is_closed() -> None:
    flow = """
  - enter: desk.waiting
    steps:
      - choose:
          - {share: 1, steps: [{by: clerks, fire: look, data: {matter: {tax: 3, land: 1}, pages: {uniform: [1, 40]}}}]}
          - {share: 3, steps: [{by: clerks, fire: leave}]}
          - {share: 9, when: urgent, steps: [{by: clerks, fire: serve}]}
  - enter: desk.looked_at
    steps: [{by: clerks, chance: 0.5, fire: serve}, {by: clerks, chance: 0, fire: serve}]"""
    watched = Watched(flow, people=2000)
    ways = Counter(fired[0] for fired in watched.fired())
    assert ways.keys() == {"look", "leave"}
    assert 0.21 < ways["look"] / 2000 < 0.29
    matters = watched.values("matter")
    assert 0.68 < matters["tax"] / matters.total() < 0.82
    assert set(watched.values("pages")) == set(range(1, 10))
    served = sum("serve" in fired for fired in watched.fired())
    assert 0.4 < served / ways["look"] < 0.6


def test_values_of_every_form() -> None:
    flow = """
  - enter: desk.waiting
    steps:
      - by: clerks
        fire: look
        data: {amount: {lognormal: [90, 400]}, by: {in: 3 days}, office: {place: hall}, secret: whatever}
  - enter: desk.looked_at
    steps: [{by: clerks, fire: serve}]
  - enter: desk.served
    steps: [{by: heads, fire: sign_off, data: {amount: {same_as: amount}}}]"""
    watched = Watched(flow)
    events = [event for done in watched.done.values() for _, _, some in done for event in some]
    looked = [event for event in events if isinstance(event, Moved) and event.trigger == "look"]
    assert {event.fields["office"] for event in looked} == {"hall"}
    assert {type(event.fields["secret"]).__name__ for event in looked} == {"Sealed"}
    assert all(event.fields["amount"] == round(event.fields["amount"], 2) for event in looked)  # type: ignore[call-overload]
    signed = [event for event in events if isinstance(event, Moved) and event.trigger == "sign_off"]
    assert signed == []  # a closed case takes no more
    assert counts(watched.simulation) == {("sign_off", "case_closed", ""): 40}


def test_a_profile_that_goes_round_in_circles_ends() -> None:
    flow = """
  - enter: desk.waiting
    steps: [{by: clerks, fire: look}]
  - enter: desk.looked_at
    steps: [{by: heads, fire: park}]
  - enter: desk.parked
    steps: [{by: heads, fire: unpark}]"""
    watched = Watched(flow, people=3)
    assert sum(counts(watched.simulation).values()) == 3
    assert {code for _, code, _ in watched.simulation.refused} == {"round_in_circles"}


def test_one_that_goes_round_in_circles_over_time_ends_too() -> None:
    flow = """
  - enter: desk.waiting
    steps: [{by: clerks, fire: look}]
  - enter: desk.looked_at
    steps: [{by: heads, after: 1 minute, fire: park}]
  - enter: desk.parked
    steps: [{by: heads, after: 1 minute, fire: unpark}]"""
    simulation = Watched(flow, people=1).simulation
    assert sum(counts(simulation).values()) == 1
    assert {code for _, code, _ in simulation.refused} == {"round_in_circles"}
    assert 9_900 < simulation.commands < 10_100


def test_a_case_falls_to_a_district_and_later_to_another() -> None:
    written = """casewf-profile: 1
workflow: desk
zone: Asia/Shanghai
from: 2024-01-01
days: 1
organisations: {city: {en: City}, district: {en: District, under: city, number: 3}}
staff: {clerks: {roles: clerk, org: district}, heads: {roles: head, org: city}}
arrivals: {people: {number: 300, by: clerks, org: district}}
flow:
  - {enter: desk.waiting, steps: [{by: clerks, fire: look, relocate: true, data: {office: {place: district}}}]}
  - {enter: desk.looked_at, steps: [{by: heads, fire: park}]}
"""
    opened: list[Opened] = []
    moved: list[Moved] = []

    def see(at: int, case: str, command: object, events: tuple[Event, ...]) -> None:
        opened.extend(one for one in events if isinstance(one, Opened))
        moved.extend(one for one in events if isinstance(one, Moved))

    Simulation(parse_profile(written, workflow=desk()), watcher=see).run()
    assert {(one.org_above, one.by.org == one.org) for one in opened} == {(("city",), True)}
    offices = [one.fields["office"] for one in moved if one.trigger == "look"]
    stayed = sum(office == one.org for office, one in zip(offices, opened, strict=True))
    assert 0.2 < stayed / 300 < 0.5
    assert {one.by.org for one in moved if one.trigger == "park"} == {"city"}


PUSHING = """casewf: 1
id: pushing
version: 1
calendar: cn-office
roles: {clerk: {en: Clerk}}
fields: {number: {type: text}}
tracks:
  desk:
    initial: waiting
    states: {waiting: {en: Waiting}, sent: {en: Sent}, taken: {en: Taken, category: closed}}
    transitions:
      - trigger: send
        from: waiting
        to: sent
        by: clerk
        effects: [{push: other, send: [number], on_ok: ok, on_fail: fail, retry: [1 minute, 5 minutes, 1 hour]}]
      - {trigger: ok, from: sent, to: taken, by: system, accepts: [number]}
      - {trigger: fail, from: sent, by: system}
"""


PUSHED = """casewf-profile: 1
workflow: pushing
zone: Asia/Shanghai
from: 2024-01-01
days: 1
drain: 2
organisations: {{hall: {{en: Hall}}}}
staff: {{clerks: {{roles: clerk, org: hall}}}}
arrivals: {{people: {{number: 20, by: clerks}}}}
connectors: {{other: {{takes: 20 seconds, fails: {fails}, data: {{number: N-1}}}}}}
flow: [{{enter: desk.waiting, steps: [{{by: clerks, fire: send}}]}}]
"""


@pytest.mark.parametrize(("fails", "ends"), [("0", "taken"), ("1", "sent")])
def test_a_connector_is_tried_again_as_its_effect_says(fails: str, ends: str) -> None:
    written = PUSHED.format(fails=fails)
    seen: dict[str, list[tuple[int, str]]] = {}

    def see(at: int, case: str, command: object, events: tuple[Event, ...]) -> None:
        if isinstance(command, Fire):
            seen.setdefault(case, []).append((at, command.trigger))

    simulation = Simulation(parse_profile(written, workflow=parse_workflow(PUSHING)), watcher=see)
    simulation.run()
    for done in seen.values():
        begin = done[0][0]
        apart = [((at - begin) / 1_000_000, trigger) for at, trigger in done]
        if ends == "taken":
            assert apart == [(0, "send"), (20, "ok")]
        else:
            waits = [20, 20 + 60 + 20, 100 + 300 + 20, 420 + 3600 + 20]
            assert apart == [(0, "send"), *((wait, "fail") for wait in waits)]


def test_a_closed_case_is_kept_until_the_answer_is_there() -> None:
    workflow = parse_workflow(PUSHING.replace("sent: {en: Sent}", "sent: {en: Sent, category: closed}"))
    kept: list[bool] = []

    def see(at: int, case: str, command: object, events: tuple[Event, ...]) -> None:
        if isinstance(command, Fire) and command.trigger == "ok":
            kept.append(case in simulation.under_way)

    simulation = Simulation(parse_profile(PUSHED.format(fails=0), workflow=workflow), watcher=see)
    simulation.run()
    assert kept == [True] * 20
    assert not simulation.under_way
