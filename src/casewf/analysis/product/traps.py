"""Traps: positions from which no case is ever closed, because rows wait for one another, or for nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from casewf.analysis.product.graph import Graph
from casewf.analysis.product.layout import Position
from casewf.analysis.product.values import YES
from casewf.analysis.product.waits import Wait, waiting_at
from casewf.analysis.product.ways import distances, ends_of, leading
from casewf.machine.rules import Rule

__all__ = ["Trap", "traps"]


@attrs.frozen(slots=True, kw_only=True)
class Trap:
    """A place that a case cannot leave, and is not closed in.

    Attributes:
        graph: what it was found in.
        positions: all from which there is no way to a close, and where these rows, and none of them, could be taken.
        waits: the rows that wait there, in file order.
    """

    graph: Graph = attrs.field(repr=False)
    positions: frozenset[Position]
    waits: tuple[Wait, ...]


def traps(graph: Graph) -> tuple[Trap, ...]:
    """The traps of a graph, the nearest first; where one has all the waiting rows of another, only the other.

    What was not looked at counts as a way out. A track that has no way to a close even alone is not meant: that
    does not take several.
    """
    closed = [one for one in graph.steps if graph.layout.closed(one) & YES]
    free = distances([*closed, *graph.ahead], leading(graph))
    stuck = [one for one in graph.steps if one not in free]
    found: dict[frozenset[tuple[str, int]], None] = {}
    for end in ends_of(stuck, lambda one: _onwards(graph, one)):
        rows = frozenset((one.track, one.row) for one in waiting_at(graph, end))
        if rows and not _alone(graph, end):
            found[rows] = None
    least = [rows for rows in found if not any(other < rows for other in found)]
    return tuple(_trap(graph, rows, stuck) for rows in least)


def _trap(graph: Graph, rows: frozenset[tuple[str, int]], stuck: Iterable[Position]) -> Trap:
    """The trap in which these rows wait; who is stuck elsewhere will come there."""
    layout = graph.layout
    numbers = {move.number for row, moves in graph.by_row.items() if row in rows for move in moves}
    leaves: dict[int, list[set[int]]] = {}
    for track, row in rows:
        names = {rule.source for rule in layout.ground.rules[track] if rule.row == row}
        states = {layout.states[track].index(name) for name in names}
        leaves.setdefault(layout.slots[f"state.{track}"], []).append(states)
    # where the rows of a track leave no state that they have in common, some of them wait in one and some in another
    sources = {slot: set.intersection(*each) or set.union(*each) for slot, each in leaves.items()}
    there = [
        one
        for one in stuck
        if all(one[slot] in states for slot, states in sources.items())
        and numbers.isdisjoint(graph.steps[one])
    ]
    return Trap(graph=graph, positions=frozenset(there), waits=tuple(waiting_at(graph, there, rows)))


def _onwards(graph: Graph, position: Position) -> Iterator[Position]:
    for step in graph.steps[position].values():
        yield from step.ends


def _alone(graph: Graph, end: Iterable[Position]) -> bool:
    """Whether a track is in a state there from which none of its rows leads to a close, guards left out."""
    program, rules, here = graph.layout.ground.program, graph.layout.ground.rules, list(end)
    inside = {
        track: {states[one[slot]] for one in here}
        for slot, (track, states) in enumerate(graph.layout.states.items())
    }
    for track, names in program.ending_states.items():
        if _onward(rules[track], inside.get(track, names)) & names:
            return False
    return any(
        not _onward(rules[track], states) & program.closing_states[track] for track, states in inside.items()
    )


def _onward(rules: Iterable[Rule], states: Iterable[str]) -> set[str]:
    """The states that some chain of rows leads to from these."""
    leads: dict[str, set[str]] = {}
    for rule in rules:
        if rule.target is not None:
            leads.setdefault(rule.source, set()).add(rule.target)
    found: set[str] = set()
    ahead = list(states)
    while ahead:
        state = ahead.pop()
        if state not in found:
            found.add(state)
            ahead += leads.get(state, ())
    return found
