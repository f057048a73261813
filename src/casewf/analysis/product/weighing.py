"""How conditions come out: each worked out once for whatever its names may read as."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeAlias

from casewf.analysis.product.evaluation import Known, evaluate
from casewf.analysis.product.values import Values
from casewf.model.expression import Expression, Name, walk

__all__ = ["Situation", "Weighing"]

Situation: TypeAlias = tuple[str, tuple[Values, ...]]
"""A condition by its text, which within one workflow says all of it, and what its names may read as."""


class Weighing:
    """Remembers, for as long as a workflow is looked at, how its conditions came out.

    Rows of many states, and of many tracks, have the same conditions, and most are weighed where their names may read
    as the same again.
    """

    def __init__(self) -> None:
        self._names: dict[str, tuple[Name, ...]] = {}
        self._truths: dict[Situation, int] = {}
        self._answers: dict[Hashable, bool] = {}

    def situation(self, condition: Expression, known: Known) -> Situation:
        """What it depends on how a condition comes out."""
        text = condition.text
        names = self._names.get(text)
        if names is None:
            found = dict.fromkeys(node for node in walk(condition.tree) if isinstance(node, Name))
            names = self._names[text] = tuple(found)
        return text, tuple([known.read(name) for name in names])

    def truth(self, condition: Expression, known: Known) -> int:
        """How a condition can come out (see ``Values.truth``)."""
        key = self.situation(condition, known)
        found = self._truths.get(key)
        if found is None:
            found = self._truths[key] = evaluate(condition.tree, known).truth
        return found

    def once(self, key: Hashable, ask: Callable[[], bool]) -> bool:
        """The answer to what depends on a key alone, asked at most once."""
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = ask()
        return found
