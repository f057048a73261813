"""Where much happens at one instant, a divided run gives what one process gives, or knows that it cannot."""

from __future__ import annotations

import pytest

from casewf.definition import parse_workflow
from casewf.simulation import parse_profile
from casewf.simulation.entangled import Entangled
from casewf.simulation.exports import result_csv, result_json
from casewf.simulation.parallel import simulate
from casewf.simulation.profile import Profile
from casewf.simulation.result import Result
from divided import AT_EIGHT, BY_DAY, COUNTERS, PROFILE, any_profile, divided

NO_CONNECTOR = "connectors: {other: {takes: 1 minutes}}\n"


def counters(flow: str, *, connectors: str = "", heads: str = "", clerks: str = BY_DAY) -> Profile:
    """Heads and clerks, the clerks from nine on, and people who all come before."""
    written = PROFILE.format(
        drain=1,
        first="",
        staff=f"  heads: {{roles: head, org: hall{heads}}}\n  clerks: {{roles: clerk, org: hall{clerks}}}\n",
        arrivals=f"  people: {{number: 400, by: clerks, org: hall{AT_EIGHT}}}\n",
        connectors=connectors,
        flow=flow,
    )
    return parse_profile(written, workflow=parse_workflow(COUNTERS))


def told(of: Profile, result: Result, seed: int) -> tuple[str, str, str]:
    """All that is told of a result."""
    return repr(result), result_json([result], of, seed=seed), result_csv([result], of, "zh")


def test_any_profile_is_simulated_as_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    crossed = 0
    for seed in range(25):
        of = any_profile(seed)
        try:
            found = divided(of, seed, monkeypatch)
        except Entangled:
            continue
        crossed += any(one.name in ("heads", "aides") and one.waited for one in found.groups)
        assert told(of, found, seed) == told(of, simulate(of, seed=seed), seed), seed
    assert crossed >= 3


@pytest.mark.parametrize("number", ["", BY_DAY])
def test_a_step_whose_beginning_sends_the_case_away_is_not_done_behind_it(
    number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = """
  - {enter: desk.waiting, steps: [{by: clerks, begin: file, fire: park}]}
  - {enter: file.open, steps: [{by: heads, when: "state.desk == 'waiting'", takes: 7 minutes, fire: shut}]}"""
    with pytest.raises(Entangled):
        divided(counters(flow, heads=number), 1, monkeypatch)


def test_the_reason_that_is_told_is_that_of_the_first_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = """
  - enter: desk.waiting
    steps:
      - choose:
          - {share: 1, steps: [{by: clerks, takes: 7 minutes, fire: send}]}
          - {share: 1, steps: [{by: clerks, takes: 7 minutes, fire: park}]}
  - {enter: desk.sent, steps: [{by: clerks, fire: park}]}
  - {enter: desk.parked, steps: [{by: heads, fire: park}]}"""
    of = counters(flow, connectors=NO_CONNECTOR)
    states: set[str] = set()
    for seed in range(1, 5):
        alone = simulate(of, seed=seed)
        states.update(one.reason.params["state"] for one in alone.refused if one.reason)
        assert told(of, divided(of, seed, monkeypatch), seed) == told(of, alone, seed)
    assert states == {"sent", "parked"}  # on one side and on the other


@pytest.mark.parametrize(("people", "entangled"), [(1, False), (2, True)])
def test_what_follows_at_once_crosses_after_what_led_to_it(
    people: int, entangled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At nine the heads come first, as they stand first in the file; a clerk who comes sends a case, and the answer
    that is there at once brings it to them. Two of them at once, and what happens between is known to nobody."""
    flow = """
  - enter: desk.waiting
    steps: [{by: clerks, takes: 7 minutes, begin: send}]
  - enter: desk.looked_at
    steps:
      - by: heads
        takes: {uniform: [1 minutes, 40 minutes]}
        gives_up: {uniform: [1 minutes, 30 minutes]}
        fire: serve"""
    of = counters(flow, heads=BY_DAY, clerks=BY_DAY.replace("people: 2", f"people: {people}"))
    if entangled:
        with pytest.raises(Entangled):
            divided(of, 1, monkeypatch)
    else:
        assert told(of, divided(of, 1, monkeypatch), 1) == told(of, simulate(of), 1)
