"""Choosing what a position remembers: the states of the tracks first, then what decides whether a case can close."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from math import prod

from casewf.analysis.product.explore import explore
from casewf.analysis.product.graph import Graph
from casewf.analysis.product.ground import Ground
from casewf.analysis.product.layout import Position, layout_of
from casewf.analysis.product.values import YES
from casewf.analysis.product.ways import surely

__all__ = ["refined"]


_MOST_TOLD_APART = 1_000
"""How many combinations of fields, limits and the card are told apart."""


def refined(
    ground: Ground, tracks: tuple[str, ...], reached: Mapping[str, tuple[str, ...]], most: int
) -> tuple[Graph, int]:
    """The graph of some tracks, finer and finer, until it is certain from where a case can be closed; the moves tried.

    What has no slot may be anything, so that a coarse graph says of too many positions that a case there may yet be
    closed. Where none says that it surely can, what the doubtful moves there depend on gets a slot.

    Args:
        ground: the workflow.
        tracks: those that are looked at together.
        reached: the states that others can be in, where that is known.
        most: how many moves may be tried in all. It is counted, not timed, so that the same file always gives the same.
    """
    also: tuple[str, ...] = ()
    graph = explore(layout_of(ground, tracks, also, reached), most)
    looked = graph.looked
    passed: set[frozenset[str]] = set()
    while graph.whole and looked < most:
        wanted = _wanted(graph, also, passed, most - looked)
        if wanted is None:
            break
        finer = explore(layout_of(ground, tracks, (*also, *sorted(wanted)), reached), most - looked)
        looked += finer.looked
        if finer.whole:
            graph, also = finer, (*also, *sorted(wanted))
        passed.add(wanted)
    return graph, looked


def _wanted(
    graph: Graph, also: tuple[str, ...], passed: set[frozenset[str]], left: int
) -> frozenset[str] | None:
    """What the most doubtful moves depend on that lead on to a close; None if there is none, or no room for more."""
    certain = surely((one for one in graph.steps if graph.layout.closed(one) & YES), graph)
    votes = Counter(
        doubt for one in graph.steps if one not in certain for doubt in _doubts(graph, one, certain)
    )
    ranked = sorted(votes.items(), key=lambda each: (each[0][0], -each[1], sorted(each[0][1])))
    for (_, doubt), _ in ranked:
        sizes = layout_of(graph.layout.ground, (), {*also, *doubt}).sizes
        if doubt and doubt not in passed and graph.looked <= left and prod(sizes) <= _MOST_TOLD_APART:
            return doubt
    return None


def _doubts(
    graph: Graph, position: Position, certain: set[Position]
) -> Iterator[tuple[bool, frozenset[str]]]:
    """On what it depends whether the moves can be made that lead from a position to where a close is certain.

    First that on which automatic rows depend, where by them it may be led elsewhere: to know it leaves fewer positions.
    """
    for step in graph.steps[position].values():
        for ends, sure in step.ways:
            certainly = [end in certain for end in ends]
            if all(certainly):
                yield True, step.move.unknown
            elif any(certainly):
                doubts = frozenset().union(*(graph.doubts.get(end, ()) for end in ends))
                yield False, doubts if sure else doubts | step.move.unknown
