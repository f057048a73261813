"""The organisations of a profile, unit by unit, and to which of them a case falls."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import TypeAlias

from casewf.simulation.profile import OrgLevel

__all__ = ["Organisations", "Place"]

Place: TypeAlias = tuple[str, ...]
"""To which unit of each level a case falls, in the order of the levels."""


class Organisations:
    """All units.

    Attributes:
        units: by level, the ids of its units.
        lineage: by unit, itself and the units above it, nearest first.
        above: by unit, those above it.
        number: the place of each level in a ``Place``.
    """

    def __init__(self, levels: Sequence[OrgLevel]) -> None:
        self._levels = levels
        self.units: dict[str, list[str]] = {}
        self.lineage: dict[str, tuple[str, ...]] = {}
        self.number = {level.name: number for number, level in enumerate(levels)}
        self._below: dict[tuple[str, str | None], list[str]] = {}
        self._weights: dict[str, list[float]] = {}
        for level in levels:
            self._add(level)
        self.above: Mapping[str, tuple[str, ...]] = {unit: line[1:] for unit, line in self.lineage.items()}

    def _add(self, level: OrgLevel) -> None:
        parents: list[str | None] = [None] if level.under is None else [*self.units[level.under]]
        found: list[str] = []
        for parent in parents:
            line = () if parent is None else self.lineage[parent]
            numbers = "" if parent is None or level.under is None else parent[len(level.under) :]
            stem = f"{level.name}{numbers}"
            if level.number is None:
                own = [stem]
            else:
                wide = len(str(level.number))
                own = [f"{stem}-{number:0{wide}}" for number in range(1, level.number + 1)]
            self._below[level.name, parent] = own
            found += own
            self.lineage |= {unit: (unit, *line) for unit in own}
        self.units[level.name] = found
        self._weights[level.name] = list(accumulate(level.weights or [1.0] * (level.number or 1)))

    def draw(self, random: Random) -> Place:
        """To which units the next case falls."""
        found: list[str] = []
        for level in self._levels:
            parent = None if level.under is None else found[self.number[level.under]]
            own = self._below[level.name, parent]
            if len(own) == 1:
                found.append(own[0])
            else:
                sums = self._weights[level.name]
                found.append(own[bisect_right(sums, random.random() * sums[-1], 0, len(own) - 1)])
        return tuple(found)

    def shared_out(self, number: int, level: str) -> list[int]:
        """How many of so many people each unit of a level has: by its weight, at least one, the largest rests first."""
        units = self.units[level]
        sums = self._weights[level]
        weights = [one - before for one, before in zip(sums, [0.0, *sums], strict=False)]
        all_weights = weights * (len(units) // len(weights))
        spare, total = number - len(units), sum(all_weights)
        exact = [spare * weight / total for weight in all_weights]
        given = [int(one) for one in exact]
        rests = sorted(range(len(units)), key=lambda i: (given[i] - exact[i], i))
        for i in rests[: spare - sum(given)]:
            given[i] += 1
        return [1 + one for one in given]
