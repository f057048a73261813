"""A run in two processes gives what one process gives, to the byte, or is done in one."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import pickle

import pytest

from casewf.errors import HorizonError, SimulationError
from casewf.simulation import load_profile, parallel
from casewf.simulation.entangled import Entangled
from casewf.simulation.parallel import compare, simulate
from casewf.simulation.profile import Profile
from casewf.simulation.result import Result
from simulated import profile

CROSSING = """
  - enter: desk.waiting
    steps:
      - {by: clerks, takes: 7 minutes, fire: look, data: {matter: {tax: 3, land: 1}, pages: {uniform: [1, 9]}}}
  - enter: desk.looked_at
    after: look
    steps: [{by: heads, takes: 4 minutes, fire: park}]
  - enter: desk.parked
    steps: [{by: heads, after: 10 minutes, takes: 2 minutes, fire: unpark}]
  - enter: desk.looked_at
    after: unpark
    steps: [{by: heads, after: 1 hours, act: extend, sla: serve}]"""
"""What is taken at the counter crosses to the heads; everything lasts as long, so much happens at one instant."""

BACK_TO_CLERKS = """
  - enter: desk.waiting
    steps: [{by: clerks, takes: 7 minutes, fire: look}]
  - enter: desk.looked_at
    after: look
    steps: [{by: heads, takes: 4 minutes, fire: park}]
  - enter: desk.parked
    steps: [{by: heads, after: 10 minutes, fire: unpark}]
  - enter: desk.looked_at
    after: unpark
    steps: [{by: clerks, takes: 3 minutes, fire: serve}]"""

DRAWN_BY_BOTH = """
  - enter: desk.waiting
    steps: [{by: clerks, takes: 7 minutes, fire: look}]
  - enter: desk.looked_at
    steps:
      - choose:
          - {share: 1, steps: [{by: heads, takes: 4 minutes, fire: park}]}
          - {share: 2, steps: [{by: heads, takes: 2 minutes, act: extend, sla: serve}]}
  - enter: desk.parked
    steps: [{by: heads, after: 10 minutes, fire: unpark}]"""

TWO_COURSES = """
  - enter: desk.waiting
    steps: [{by: clerks, after: 70 minutes, fire: look}]
  - enter: desk.looked_at
    steps: [{by: heads, takes: 4 minutes, fire: park}]
  - warned: serve
    steps: [{by: clerks, after: 50 minutes, fire: serve}]"""


def counter(flow: str, *, people: int = 2400, days: int = 10) -> Profile:
    """Clerks who are there by day and take what comes, and two heads."""
    hours = ', shifts: [{hours: "09:00-17:00", people: 4}]'
    of = profile(flow, people=people, days=days, clerks=4, clerk_hours=hours, heads=2)
    assert parallel._can_be_divided(parallel._new(of, 1, {}, None)) == (people >= 2000)
    return of


def divided(of: Profile, seed: int = 1, numbers: dict[str, int] | None = None) -> Result:
    """The result of two processes, and of nothing else."""
    given = of, seed, numbers or {}, None
    return parallel._front(parallel._new(*given), given, None)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_happens_at_one_instant_is_in_one_order(seed: int) -> None:
    of = counter(CROSSING)
    alone = simulate(of, seed=seed)
    assert alone.refused
    assert alone.closed == 0
    assert repr(divided(of, seed)) == repr(alone)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("numbers", [None, {"operators": 3, "handlers": 41, "calls": 3_000}])
def test_the_packaged_profile_can_be_divided(numbers: dict[str, int] | None) -> None:
    of = load_profile("chongqing-2024").for_days(14)
    alone = simulate(of, numbers=numbers)
    assert repr(divided(of, numbers=numbers)) == repr(alone)


@pytest.mark.parametrize("flow", [BACK_TO_CLERKS, DRAWN_BY_BOTH, TWO_COURSES])
def test_what_cannot_be_divided_is_done_in_one_process(flow: str) -> None:
    of = counter(flow)
    with pytest.raises(Entangled):
        divided(of)
    assert multiprocessing.active_children() == []
    assert repr(simulate(of, processes=2)) == repr(simulate(of))


def test_what_goes_wrong_is_told_as_in_one_process() -> None:
    of = load_profile("chongqing-2024")
    with pytest.raises(SimulationError, match="1 people for 41 units"):
        simulate(of, numbers={"handlers": 1}, processes=2)
    with pytest.raises(SimulationError, match="1 people for 41 units"):
        compare(of, [{"handlers": 82}, {"handlers": 1}], processes=2)


def test_errors_reach_another_process_whole() -> None:
    for error in (
        HorizonError("cn", dt.date(2031, 1, 1), dt.date(2030, 12, 31)),
        SimulationError("太少", "too few"),
    ):
        found = pickle.loads(pickle.dumps(error))
        assert type(found) is type(error)
        assert (str(found), found.text("zh"), found.__dict__) == (
            str(error),
            error.text("zh"),
            error.__dict__,
        )


def test_runs_that_are_compared_are_those_that_are_done_alone() -> None:
    of = load_profile("chongqing-2024").for_days(2)
    plans: list[dict[str, int]] = [{"handlers": 41}, {"handlers": 82, "operators": 5}]
    told: list[tuple[int, int]] = []
    found = compare(of, plans, seed=3, processes=2, progress=lambda done, of: told.append((done, of)))
    assert compare(of, plans, seed=3) == found
    assert [one.name for one in found] == ["handlers=41", "handlers=82, operators=5"]
    assert found == [simulate(of, seed=3, numbers=one) for one in plans]
    assert told == [(1, 2), (2, 2)]
