"""One fire through stock ``transitions`` and through casewf's classes; read the ratios (the speed page).

Run with ``pytest tests/benchmarks/test_machine_speed.py``. Nothing here asserts a time.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from transitions import Machine

from benchmarks.fires import fire, yes
from casewf.machine.classes import CaseMachine

CASES = {
    "stock, bare": (Machine, None),
    "casewf, bare": (CaseMachine, None),
    "stock, one condition": (Machine, yes),
    "casewf, one condition": (CaseMachine, yes),
}


@pytest.mark.benchmark(group="one fire")
@pytest.mark.parametrize(("kind", "condition"), CASES.values(), ids=CASES.keys())
def test_one_fire(
    benchmark: Callable[..., object], kind: type[Machine], condition: Callable[[], bool] | None
) -> None:
    assert benchmark(fire(kind, condition)) is True
