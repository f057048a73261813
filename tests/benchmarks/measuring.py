"""How the scripts of this folder measure: calls in turns, in one process, medians of all turns.

So a slow moment of the machine falls on every call alike. Turn the garbage collector off first.
"""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Callable, Sequence

SECONDS_PER_TURN = 0.01


def turn(call: Callable[[], object], times: int) -> float:
    """Return the seconds that one call took on average."""
    return timeit.timeit(call, number=times) / times


def medians(calls: Sequence[Callable[[], object]], rounds: int, first: int = 10) -> list[float]:
    """Return the median seconds of each call; ``first`` calls of it say how many make up a turn."""
    times = [max(1, int(SECONDS_PER_TURN / turn(call, first))) for call in calls]
    turns = [[turn(call, number) for call, number in zip(calls, times, strict=True)] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*turns, strict=True)]
