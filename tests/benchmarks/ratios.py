"""Measure the ratios of the speed page and print them: ``python tests/benchmarks/ratios.py``.

Each row names two calls. They are timed in turns, in one process, with the garbage collector off; the ratio
is that of the medians of all turns, so a slow moment of the machine falls on both.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path

import attrs
from transitions import Machine

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from benchmarks.consultation import consultation, folding, going_on  # noqa: E402 -- found only now
from benchmarks.fires import fire, yes  # noqa: E402
from benchmarks.governed import governed_fire  # noqa: E402
from benchmarks.measuring import medians  # noqa: E402
from casewf.machine.classes import CaseMachine  # noqa: E402

ROUNDS = 41


@attrs.frozen
class Row:
    """A line of the table: ``measured`` may take at most ``target`` times as long as ``base``."""

    what: str
    target: float | None
    measured: Callable[[], object]
    base: Callable[[], object]


STOCK = fire(Machine)

ROWS = [
    Row("bare fire ÷ stock bare fire", 0.25, fire(CaseMachine), STOCK),
    Row("fire with one condition ÷ the same in stock", None, fire(CaseMachine, yes), fire(Machine, yes)),
    Row("fire with one condition ÷ stock bare fire", None, fire(CaseMachine, yes), STOCK),
    Row("governed fire in the core ÷ stock bare fire", 1.0, governed_fire(), STOCK),
    Row(
        "a consultation, advancing ÷ deciding and folding",
        None,
        consultation(going_on),
        consultation(folding),
    ),
]


def main() -> None:
    """Print one line for each row."""
    gc.disable()
    print(f"{'what':<49}| target | measured ratio (µs ÷ µs)")
    for row in ROWS:
        measured, base = medians((row.measured, row.base), ROUNDS)
        target = "     –" if row.target is None else f"≤ {row.target:4.2f}"
        print(f"{row.what:<49}| {target} | {measured / base:.3f} ({measured * 1e6:.2f} ÷ {base * 1e6:.2f})")


if __name__ == "__main__":
    main()
