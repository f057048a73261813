"""What a tally has counted, without what it counts by: plain numbers, which go from one process to another."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

__all__ = ["Count", "Counted"]


Units: TypeAlias = defaultdict[bool | str, int]
"""How many units count (``True``), do not count (``False``), and were left out, by the id of the reason."""


class Count:
    """What was counted for one figure.

    Attributes:
        units: how many units there are.
        days: of a mean the sum of those that count.
    """

    __slots__ = ("days", "units")

    def __init__(self) -> None:
        self.units: Units = defaultdict(int)
        self.days: int | Fraction = 0

    def measure(self, days: int | Fraction | str) -> None:
        """Count one unit of a mean, or leave it out."""
        if isinstance(days, str):
            self.units[days] += 1
        else:
            self.units[True] += 1
            self.days += days

    def take_in(self, other: Count) -> None:
        """Add what another one counted for the same figure."""
        for unit, number in other.units.items():
            self.units[unit] += number
        self.days += other.days

    @property
    def denominator(self) -> int:
        """How many units were judged."""
        return self.units[True] + self.units[False]

    @property
    def excluded(self) -> dict[str, int]:
        """How many units were left out, by the id of the reason."""
        return {reason: number for reason, number in self.units.items() if isinstance(reason, str)}


class Counted:
    """What was counted of some cases; it can be pickled.

    Attributes:
        counts: by figure and what it is about.
        matters, asked_at: of each case whose matter is known, the matter, and when it was opened.
        answered: matter and opening of the questions that were answered, unless the same caller asked again.
    """

    __slots__ = ("answered", "asked_at", "counts", "matters")

    def __init__(self, figures: Sequence[tuple[str, str]]) -> None:
        self.counts = {figure: Count() for figure in figures}
        self.matters, self.asked_at = array("q"), array("q")
        self.answered: list[tuple[int, int]] = []

    def take_in(self, other: Counted) -> None:
        """Add what was counted of other cases."""
        for figure, count in other.counts.items():
            self.counts.setdefault(figure, Count()).take_in(count)
        self.matters.extend(other.matters)
        self.asked_at.extend(other.asked_at)
        self.answered.extend(other.answered)
