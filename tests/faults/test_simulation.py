"""Thousands of simulated days of three workers in which everything that can fail does, each drawn from a seed.

``CASEWF_SEED=n`` runs one seed alone and tells what happens in it (with ``-s -n 0``); ``CASEWF_SEEDS=n`` says how many
are run in memory, SQLite getting three in a hundred of that, and PostgreSQL one. See docs/explanation/durability.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from faults.invariants import Broken
from faults.simulation import Simulation, Theatre
from faults.stores import HOMES, Home

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("silence")]

ONE = os.environ.get("CASEWF_SEED")
SEEDS = int(os.environ.get("CASEWF_SEEDS", "10000"))
SHARE = {"memory": (1.0, 250), "sqlite": (0.03, 25), "postgres": (0.01, 10)}
"""How many of the seeds are run on a store, and how many by one test."""


def _shares() -> Iterator[tuple[str, range]]:
    for kind in HOMES:
        if ONE is not None:
            yield kind, range(int(ONE), int(ONE) + 1)
            continue
        share, size = SHARE[kind]
        count = int(SEEDS * share)
        yield from ((kind, range(first, min(first + size, count))) for first in range(0, count, size))


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    return Theatre()


def play(
    theatre: Theatre, seed: int, kind: str, home: Home, trace: Callable[[str], object] | None = None
) -> None:
    """Run one seed; a failure names it."""
    simulation = Simulation(
        theatre, seed, home.fresh(), decode=kind != "memory" or seed % 10 == 0, trace=trace
    )
    try:
        simulation.run()
    except Exception as failure:
        again = f"CASEWF_SEED={seed} pytest -m faults -n 0 -s tests/faults/test_simulation.py -k {kind}"
        raise Broken(f"seed {seed} on {kind}: {type(failure).__name__}: {failure}\n{again}") from failure


@pytest.mark.parametrize(
    ("kind", "seeds"), [pytest.param(kind, seeds, id=f"{kind}-{seeds.start}") for kind, seeds in _shares()]
)
def test_whatever_happens_nothing_is_lost_or_doubled(
    theatre: Theatre, make_home: Callable[[str], Home], kind: str, seeds: range
) -> None:
    home = make_home(kind)
    for seed in seeds:
        play(theatre, seed, kind, home, print if ONE is not None else None)


_TOLD = """
import hashlib, logging, sys
from faults.simulation import Simulation, Theatre
from casewf.adapters.memory import MemoryStore
logging.disable(logging.CRITICAL)
lines = []
theatre = Theatre()
for seed in range(12):
    store = MemoryStore()
    Simulation(theatre, seed, store, trace=lines.append).run()
    lines += map(str, store.heads())
print(len(lines), hashlib.sha256("".join(lines).encode()).hexdigest())
"""


def test_a_seed_is_the_same_story_in_every_process() -> None:
    told = set()
    for salt in ("1", "2"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": salt,
            "PYTHONPATH": os.pathsep.join(map(str, sys.path)),
        }
        done = subprocess.run(
            [sys.executable, "-c", _TOLD],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        told.add(done.stdout)
    assert len(told) == 1
