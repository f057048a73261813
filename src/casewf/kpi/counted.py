"""What a tally has counted, without what it counts by: plain numbers, which go from one process to another."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from casewf.kpi.rule import Judged

__all__ = ["Count", "Counted"]


class Count:
    """How many units were counted for one figure."""

    __slots__ = ("denominator", "excluded", "numerator")

    def __init__(self) -> None:
        self.numerator: int | Fraction = 0
        self.denominator = 0
        self.excluded: Counter[str] = Counter()

    def take(self, judged: Judged) -> None:
        """Count the units of one case."""
        for one in judged:
            if one is True:
                self.numerator += 1
                self.denominator += 1
            elif one is False:
                self.denominator += 1
            else:
                self.excluded[one] += 1

    def measure(self, days: Fraction | str) -> None:
        """Count one unit of a mean."""
        if isinstance(days, str):
            self.excluded[days] += 1
        else:
            self.numerator += days
            self.denominator += 1

    def take_in(self, other: Count) -> None:
        """Add what another one counted for the same figure."""
        self.numerator += other.numerator
        self.denominator += other.denominator
        self.excluded.update(other.excluded)


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
