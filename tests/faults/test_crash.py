"""Killed with SIGKILL, at any instant and between any two statements: nothing acknowledged is lost, nothing is half.

SQLite with ``synchronous = FULL``, and PostgreSQL. What a killed process cannot show is the loss of power.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable

import pytest

from casewf.engine.verify import verify
from faults.crash_scenes import SCENES
from faults.invariants import check
from faults.ledger import Asked, Ledger
from faults.plain import FreeClock, Plain, noted
from faults.stores import DURABLE, DurableHome
from faults.zygote import Zygote

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

KILLS = int(os.environ.get("CASEWF_KILLS", "200"))
"""How often processes are killed at random instants, on each store."""
_STRIDE = {"postgres": 3} if KILLS <= 200 else {}
"""Before every how many statements; a server takes its time, so that a short run tries every third."""
_OF_ONE_FILE = 20
_MINUTE_US = 60_000_000


def hear(ledger: Ledger, line: str) -> int | None:
    """Note what a child said; the instant, if it said that."""
    what, _, about = line.partition(" ")
    if what == "now":
        return int(about)
    if what == "acknowledged":
        name, case_id, mark = about.split()
        ledger.acknowledged.append(Asked(name, "ann", case_id, f"k{mark}", mark))
    elif what == "failed":
        raise AssertionError(line)
    else:
        noted(ledger)(what, about)
    return None


@pytest.fixture(params=DURABLE)
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.mark.parametrize("file", range(-(-KILLS // _OF_ONE_FILE)))
def test_killed_at_any_instant(
    zygote: Zygote, make_home: Callable[[str], DurableHome], kind: str, file: int
) -> None:
    chance, ledger, clock = random.Random(file), Ledger(), FreeClock()
    home = make_home(kind)
    world = Plain(home.fresh(), clock, noted(ledger))
    ledger.acknowledged += [world.open(name, f"m{name}") for name in "JKL"]
    for kill in range(_OF_ONE_FILE):
        child = zygote.start("move", kind, home.where, clock.at, f"{file}.{kill}", 10_000)
        lines = child.lines()
        for _ in range(chance.randint(1, 40)):
            clock.at = hear(ledger, next(lines)) or clock.at
        # a little later, wherever it is then
        signal.sigtimedwait([], chance.random() * 0.004)
        child.send(signal.SIGKILL)
        for line in lines:
            clock.at = hear(ledger, line) or clock.at
        assert child.wait() == -signal.SIGKILL
        with home.open(home.where, durable=False) as store:
            assert verify(store).problems == ()
            for asked in ledger.acknowledged:
                scope = "open" if asked.name == "open" else asked.case
                assert store.answer(asked.actor, scope, asked.key or "") is not None
    with home.open(home.where, durable=False) as store:
        world = Plain(store, clock, noted(ledger))
        world.come_to_rest()
        check(store, ledger, clock.at)


@pytest.mark.parametrize("name", SCENES)
def test_killed_between_any_two_statements(
    zygote: Zygote, make_home: Callable[[str], DurableHome], kind: str, name: str
) -> None:
    scene, clock, home = SCENES[name], FreeClock(), make_home(kind)
    before = Ledger()
    scene.before(
        Plain(home.fresh(), clock, noted(before), deliver="later" if scene.later else "after_commit")
    )
    home.keep()
    number, kills, status = 0, 0, -signal.SIGKILL
    while status == -signal.SIGKILL:
        home.bring_back()
        ledger = Ledger(delivered=before.delivered.copy(), again=set(before.again))
        child = zygote.start("between_statements", kind, home.where, clock.at, name, number)
        said = list(child.lines())
        status = child.wait()
        assert status in (0, -signal.SIGKILL), said
        for line in said:
            noted(ledger)(*line.partition(" ")[::2])
        with home.open(home.where, durable=False) as store:
            assert verify(store).problems == ()
            _go_on(Plain(store, FreeClock(clock.at + _MINUTE_US), noted(ledger)), ledger, name)
        number += _STRIDE.get(kind, 1)
        kills += status != 0
    print(f"{name}: {kills} kills")
    assert kills > 4


def _go_on(world: Plain, ledger: Ledger, name: str) -> None:
    """Another process asks again what was perhaps not acknowledged, and finishes."""
    asked = SCENES[name].command(world)
    if asked is not None:
        ledger.acknowledged.append(asked)
    world.come_to_rest()
    check(world.store, ledger, world.clock.at)
