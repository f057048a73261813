"""How long something takes, and how many come: distributions, drawn in batches from seeded generators."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

import attrs

__all__ = ["KINDS", "Distribution", "Source", "draws"]

KINDS = ("uniform", "triangular", "exponential", "lognormal")
"""Beside a single value, which is fixed."""

_BATCH = 512
_NINETIETH = 1.2815515655446004
"""How many standard deviations the 90th percentile of a normal distribution lies above its median."""


@attrs.frozen(slots=True, kw_only=True)
class Distribution:
    """A distribution of amounts of time, in microseconds, or of plain numbers.

    Attributes:
        kind: ``fixed``, or one of ``KINDS``.
        values: the value; the lowest and highest of ``uniform``; lowest, likeliest and highest of ``triangular``; the
            mean of ``exponential``; the median and the 90th percentile of ``lognormal``.
        working: it is an amount of working time, by the hours of whoever works.
    """

    kind: str
    values: tuple[float, ...]
    working: bool = False

    @property
    def mean(self) -> float:
        """The expected value."""
        match self.kind, self.values:
            case "lognormal", (median, ninetieth):
                return median * math.exp((math.log(ninetieth / median) / _NINETIETH) ** 2 / 2)
            case _:
                return sum(self.values) / len(self.values)

    def batch(self, random: Random, count: int) -> list[float]:
        """So many values, one after the other."""
        match self.kind, self.values:
            case "fixed", (value,):
                return [value] * count
            case "uniform", (low, high):
                return [random.uniform(low, high) for _ in range(count)]
            case "triangular", (low, mode, high):
                return [random.triangular(low, high, mode) for _ in range(count)]
            case "exponential", (mean,):
                return [random.expovariate(1 / mean) for _ in range(count)]
            case "lognormal", (median, ninetieth):
                mu, sigma = math.log(median), math.log(ninetieth / median) / _NINETIETH
                return [random.lognormvariate(mu, sigma) for _ in range(count)]
            case _:
                raise AssertionError(self.kind)


class Source:
    """Seeded generators, one for each thing that is drawn.

    Each has a seed of its own, made of the run's seed and the thing's name. So what is drawn for one thing does not
    depend on how often another is asked: runs with more handlers meet the same calls.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._generators: dict[str, Random] = {}
        self._states: dict[str, object] = {}

    def generator(self, name: str) -> Random:
        """The generator of one thing."""
        made = self._generators[name] = Random(f"{self._seed}/{name}")  # noqa: S311  # a model of chance, no secret
        return made

    def watch(self) -> None:
        """Remember what was drawn so far."""
        self._states = {name: one.getstate() for name, one in self._generators.items()}

    def drawn(self) -> frozenset[str]:
        """The things that were drawn since ``watch``."""
        return frozenset(
            name for name, one in self._generators.items() if one.getstate() != self._states.get(name)
        )


def draws(distribution: Distribution, random: Random) -> Iterator[int]:
    """Values without end, rounded to whole numbers."""
    while True:
        yield from map(round, distribution.batch(random, _BATCH))
