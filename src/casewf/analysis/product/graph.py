"""What was explored: positions, the moves from there, and where they lead."""

from __future__ import annotations

from functools import cached_property

import attrs

from casewf.analysis.product.layout import Layout, Position
from casewf.analysis.product.moves import Move
from casewf.analysis.product.taking import Taking

__all__ = ["Graph", "Step"]


@attrs.define(slots=True, eq=False)  # a frozen one takes three times as long to make, and there are very many
class Step:
    """One move from one position.

    Attributes:
        ways: the ways to make it: where each may lead, and whether it surely can be gone.
    """

    move: Move
    ways: tuple[tuple[tuple[Position, ...], bool], ...]

    @property
    def ends(self) -> dict[Position, None]:
        """Where it may lead."""
        return dict.fromkeys(end for ends, _ in self.ways for end in ends)


@attrs.frozen(slots=False, kw_only=True, eq=False)  # for what is worked out once
class Graph:
    """What was explored.

    Attributes:
        layout: what a position remembers.
        first: the positions of an opening.
        steps: for every position that was looked at, the moves from there, by number; in the order of the finding.
        ahead: positions that were found and not looked at, because too much had been looked at already.
        taken: the numbers of the moves that were made, the automatic ones among them.
        doubts: for positions after which automatic rows may or may not follow, on what that depends, dotted.
        moves: every move of the layout.
        looked: how many moves were tried; one that was not tried before under such circumstances counts for several.
        taking: what is known of the positions.
    """

    layout: Layout
    first: tuple[Position, ...]
    steps: dict[Position, dict[int, Step]]
    ahead: frozenset[Position]
    taken: frozenset[int]
    doubts: dict[Position, frozenset[str]]
    moves: tuple[Move, ...]
    looked: int
    taking: Taking

    @property
    def whole(self) -> bool:
        """Whether nothing was left out."""
        return not self.ahead

    @cached_property
    def by_row(self) -> dict[tuple[str, int], list[Move]]:
        """The moves that take a row, by track and row."""
        found: dict[tuple[str, int], list[Move]] = {}
        for move in self.moves:
            if move.rule is not None:
                found.setdefault((move.rule.track, move.rule.row), []).append(move)
        return found

    def by_state(self, track: str) -> dict[str, list[Position]]:
        """The positions that were looked at, by the state of a track."""
        slot, states = self.layout.slots[f"state.{track}"], self.layout.states[track]
        found: dict[str, list[Position]] = {state: [] for state in states}
        for position in self.steps:
            found[states[position[slot]]].append(position)
        return found
