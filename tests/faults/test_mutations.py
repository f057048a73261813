"""The simulation has teeth: whatever promise is broken on purpose, a few seeds find it."""

from __future__ import annotations

import pytest

from casewf.adapters.memory import MemoryStore
from faults.mutations import BREAKS, Break
from faults.simulation import Simulation, Theatre

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("silence")]

SEEDS = 400


@pytest.mark.parametrize("broken", BREAKS, ids=lambda one: one.__name__)
def test_what_is_broken_on_purpose_is_found(broken: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    theatre = Theatre()
    broken(monkeypatch)
    for seed in range(SEEDS):
        try:
            Simulation(theatre, seed, MemoryStore(), decode=False).run()
        except Exception as found:  # noqa: BLE001  # broken code may fail in any way
            print(f"seed {seed}: {type(found).__name__}: {str(found)[:300]}")
            return
    raise AssertionError(f"{SEEDS} seeds did not notice: {broken.__name__}")
