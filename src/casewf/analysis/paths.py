"""Where a track's rows lead, guards and people left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casewf.model.workflow import Track, Transition

__all__ = ["Paths"]

_PREVIOUS = "=previous"


class Paths:
    """The ways through one track.

    Attributes:
        successors: for each state, the others that some row leads to from it.
    """

    def __init__(self, track: Track) -> None:
        self._before: dict[str, dict[str, None]] = {}
        for row in track.transitions:
            if row.target is not None and row.target != _PREVIOUS:
                for source in row.sources:
                    if source != row.target:
                        self._before.setdefault(row.target, {})[source] = None
        found: dict[str, dict[str, None]] = {state.id: {} for state in track.states}
        for row in track.transitions:
            for source in row.sources:
                found[source] |= dict.fromkeys(one for one in self.leads(row, source) if one != source)
        self.successors: Mapping[str, tuple[str, ...]] = {name: tuple(ways) for name, ways in found.items()}

    def leads(self, row: Transition, source: str) -> tuple[str, ...]:
        """Where a row leads from a state: the state itself if it is internal, all that may be remembered (M10)."""
        if row.target is None:
            return (source,)
        if row.target == _PREVIOUS:
            return tuple(self._before.get(source, ()))
        return (row.target,)

    def onwards(self, states: Iterable[str]) -> frozenset[str]:
        """These states and all that can be reached from them."""
        found: set[str] = set()
        ahead = list(states)
        while ahead:
            state = ahead.pop()
            if state not in found:
                found.add(state)
                ahead += self.successors[state]
        return frozenset(found)
