"""Rows that are never taken, although their track comes to where they begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from casewf.analysis.product.evaluation import evaluate
from casewf.analysis.product.graph import Graph
from casewf.analysis.product.layout import Position, View
from casewf.analysis.product.values import YES, Values, exactly, join
from casewf.analysis.product.waits import Wait, why
from casewf.model.expression import Expression, Name

__all__ = ["Never", "never_taken"]


@attrs.frozen(slots=True, kw_only=True)
class Never:
    """A row that is never taken.

    Attributes:
        graph: what proves it.
        wait: the row, and for what it waits.
        there: the positions from where it could be taken if it did not.
        cut_off: the states of its track that no case comes to, because of this row or others like it.
        meanwhile: for other tracks that its condition looks at, the states that they are in there.
        follows: what it waits for is never so because other rows are never taken.
    """

    graph: Graph = attrs.field(repr=False)
    wait: Wait
    there: frozenset[Position]
    cut_off: tuple[str, ...]
    meanwhile: dict[str, tuple[str, ...]]
    follows: bool


def never_taken(graph: Graph) -> Iterator[Never]:
    """The rows of a whole graph that are taken nowhere in it, although their track comes to where they begin."""
    if not graph.whole:
        return
    ground = graph.layout.ground
    reached = {
        track: frozenset(state for state, positions in graph.by_state(track).items() if positions)
        for track in graph.layout.states
    }
    for track in graph.layout.states:
        places = graph.by_state(track)
        for number, row in enumerate(ground.workflow.track(track).transitions):
            moves = graph.by_row.get((track, number), [])
            there = frozenset(one for state in row.sources for one in places[state])
            if not moves or not there or any(move.number in graph.taken for move in moves):
                continue
            source = next(state for state in row.sources if state in reached[track])
            what, _ = why(graph, moves, there)
            targets = {move.rule.target for move in moves if move.rule is not None} - reached[track]
            yield Never(
                graph=graph,
                wait=Wait(track=track, row=number, trigger=row.trigger, source=source, what=what),
                there=there,
                cut_off=tuple(state for state in places if state in targets),
                meanwhile=dict(_meanwhile(graph, there, track, row.when)),
                follows=_follows(graph, there, row.when, reached),
            )


def _meanwhile(
    graph: Graph, there: frozenset[Position], own: str, when: Expression | None
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for track, states in graph.layout.states.items():
        if when is not None and track != own and f"state.{track}" in when.names:
            slot = graph.layout.slots[f"state.{track}"]
            seen = {position[slot] for position in there}
            yield track, tuple(state for number, state in enumerate(states) if number in seen)


def _follows(
    graph: Graph,
    there: frozenset[Position],
    when: Expression | None,
    reached: Mapping[str, frozenset[str]],
) -> bool:
    """Whether a condition could be met if no row kept a state or a value of a field from being."""
    if when is None:
        return True
    reads = sorted(graph.layout.slots[name] for name in when.names if name in graph.layout.slots)
    places = {tuple(one[slot] for slot in reads): one for one in there}
    return any(evaluate(when.tree, _Unhindered(graph, one, reached)).truth & YES for one in places.values())


@attrs.frozen(slots=True)
class _Unhindered:
    """What names read as at a position, and what they could if every row were taken."""

    graph: Graph
    position: Position
    reached: Mapping[str, frozenset[str]]

    def read(self, name: Name) -> Values:
        layout = self.graph.layout
        if name.kind == "field":
            return layout.ground.field(name.name, layout.ground.ever[name.name])
        found = View(layout, layout.ground.ever, self.position, {}).read(name)
        if name.kind != "state" or name.name not in layout.states:
            return found
        hindered = [state for state in layout.states[name.name] if state not in self.reached[name.name]]
        return join(found, exactly(*hindered))
