"""Rows that are never taken, although their track comes to where they begin."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from casewf.analysis.product.evaluation import evaluate
from casewf.analysis.product.graph import Graph
from casewf.analysis.product.ground import Ground
from casewf.analysis.product.layout import Position
from casewf.analysis.product.moves import Move
from casewf.analysis.product.values import ANYTHING, LACKS, YES, Values, exactly
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
    """

    graph: Graph = attrs.field(repr=False)
    wait: Wait
    there: frozenset[Position]
    cut_off: tuple[str, ...]
    meanwhile: dict[str, tuple[str, ...]]


def never_taken(graph: Graph) -> Iterator[Never]:
    """The rows of a whole graph that are taken nowhere in it, by track and row.

    Left out is what does not take several tracks, or the course of a case, to see: a condition that is never met
    whatever a case is like, a field that nothing ever fills, a row that nobody fires, a state that no row leads to.
    """
    if not graph.whole:
        return
    ground, moves_of = graph.layout.ground, graph.by_row
    for track in graph.layout.states:
        places = graph.by_state(track)
        reached = {state for state, positions in places.items() if positions}
        for number, row in enumerate(ground.workflow.track(track).transitions):
            moves = moves_of.get((track, number), [])
            if not moves or any(move.number in graph.taken for move in moves):
                continue
            there = frozenset(one for state in row.sources for one in places[state])
            if not there:
                continue
            if row.when is not None and _needs_no_product(ground, row.when, moves):
                continue
            source = next(state for state in row.sources if state in reached)
            what, _ = why(graph, moves, there)
            wait = Wait(track=track, row=number, trigger=row.trigger, source=source, what=what)
            targets = {move.rule.target for move in moves if move.rule is not None} - reached - {None}
            cut_off = tuple(state for state in places if state in targets)
            yield Never(
                graph=graph,
                wait=wait,
                there=there,
                cut_off=cut_off,
                meanwhile=dict(_meanwhile(graph, there, track, row.when)),
            )


def _meanwhile(
    graph: Graph, there: frozenset[Position], own: str, when: Expression | None
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for track, states in graph.layout.states.items():
        if when is not None and track != own and f"state.{track}" in when.names:
            slot = graph.layout.slots[f"state.{track}"]
            seen = {position[slot] for position in there}
            yield track, tuple(state for number, state in enumerate(states) if number in seen)


def _needs_no_product(ground: Ground, when: Expression, moves: list[Move]) -> bool:
    """Whether a condition can never be met wherever the case is, or lacks a value that nothing ever fills."""
    if not evaluate(when.tree, _Anything(ground)).truth & YES:
        return True
    given = {name for move in moves for name in move.given}
    return evaluate(when.tree, _Filled(ground, frozenset(given))).truth == LACKS


@attrs.frozen(slots=True)
class _Anything:
    """Names that read as whatever their type allows."""

    ground: Ground

    def read(self, name: Name) -> Values:
        if name.kind == "field":
            classes = self.ground.classes[name.name]
            return self.ground.field(name.name, range(len(classes.members)))
        if name.kind == "state":
            return exactly(*(state.id for state in self.ground.workflow.track(name.name).states))
        return self.ground.anything(name)


@attrs.frozen(slots=True)
class _Filled:
    """Names that read as something, fields as what may ever be in them."""

    ground: Ground
    given: frozenset[str]

    def read(self, name: Name) -> Values:
        if name.kind == "field" and name.name not in self.given:
            return self.ground.field(name.name, self.ground.ever[name.name])
        return ANYTHING
