"""A clock that jumps, and a month in which nobody was there: rungs fire once, in order, with both instants (E1, E4)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.engine.verify import verify
from casewf.model.clock_events import RungFired
from casewf.ports.store import Store
from faults.flow import HOUR_US, START_US
from faults.invariants import check
from faults.ledger import Ledger
from faults.plain import FreeClock, Plain, noted

pytestmark = pytest.mark.faults


def begun(store: Store) -> tuple[Plain, Ledger]:
    ledger = Ledger()
    world = Plain(store, FreeClock(), noted(ledger))
    ledger.acknowledged += [world.open("J", "m1"), world.fire("J", "begin", "m2")]
    return world, ledger


def rungs(store: Store) -> list[RungFired]:
    return [row.event for row in store.history("J") if isinstance(row.event, RungFired)]


def planned(store: Store) -> list[tuple[str, int, int, int]]:
    return [(one.sla, one.rung, one.repetition, one.scheduled_for) for one in rungs(store)]


def by_the_minute(hours: int, step: float) -> list[tuple[str, int, int, int]]:
    """What fires, and when it should have, by a clock that only goes on."""
    store = MemoryStore()
    world, _ = begun(store)
    while world.clock.at < START_US + hours * HOUR_US:
        world.clock.hours(step)
        world.engine.sweep()
    return planned(store)


def test_after_a_month_every_rung_fires_once_in_order_with_both_instants(store: Store) -> None:
    world, ledger = begun(store)
    world.clock.hours(31 * 24)
    now = world.clock.at
    world.engine.sweep()
    assert planned(store) == by_the_minute(31 * 24, 24)
    assert [one.scheduled_for for one in rungs(store)] == sorted(one.scheduled_for for one in rungs(store))
    assert {one.at for one in rungs(store)} == {now}
    hours = [(one.scheduled_for - START_US) // HOUR_US for one in rungs(store) if one.sla == "total"]
    assert hours == [6, 12, 18, 24]
    world.come_to_rest()
    check(store, ledger, world.clock.at)


@pytest.mark.parametrize(
    "jumps",
    [
        (2, -2, 2, -2),
        (2, 2, 2, -2, -2, 2, 2, 2, 2, 2, 2),
        (-2, -2, 9, -2, 1, 1, 24),
        (5, -2) * 9,
        (0.5, -2, 3) * 12,
    ],
)
def test_jumps_forth_and_back_fire_nothing_early_twice_or_out_of_order(
    store: Store, jumps: Sequence[float]
) -> None:
    world, ledger = begun(store)
    latest = START_US
    for jump in jumps:
        world.clock.hours(jump)
        latest = max(latest, world.clock.at)
        world.engine.sweep()
        world.engine.deliver()
        assert all(one.scheduled_for < one.at <= latest for one in rungs(store))
    passed = [one for one in by_the_minute(60, 0.25) if one[3] < latest]
    assert planned(store) == passed
    numbers = [row.event.at for row in store.history("J")]
    assert numbers == sorted(numbers)
    assert verify(store).problems == ()
    world.come_to_rest()
    check(store, ledger, world.clock.at)


def test_a_worker_whose_clock_is_behind_respects_the_claims_of_one_that_is_ahead(store: Store) -> None:
    world, ledger = begun(store)
    ahead = world.clock.at + 3 * HOUR_US
    (claimed,) = store.claim_due(ahead, ahead + 60_000_000, 10)
    behind = Plain(store, FreeClock(ahead - HOUR_US // 2), noted(ledger))
    assert behind.engine.sweep().cases == 0
    store.release_due([claimed], ahead + 60_000_000)
    assert behind.engine.sweep().cases == 1
    behind.come_to_rest()
    check(store, ledger, behind.clock.now())
