"""Looking through a workflow: each group of tracks that depend on one another, and in parts what is too large."""

from __future__ import annotations

from math import prod

import attrs

from casewf.analysis.product.explore import explore
from casewf.analysis.product.graph import Graph
from casewf.analysis.product.ground import Ground, Rows, ground_of
from casewf.analysis.product.groups import alone, closable, dependencies, free_tracks, groups
from casewf.analysis.product.layout import layout_of
from casewf.analysis.product.refine import refined
from casewf.core.program import Program

__all__ = ["MOST_LOOKED", "Looked", "look"]

MOST_LOOKED = 100_000
"""How many moves are tried, first of each track and then of all together; about half a second's work."""


_ALONE = 3
"""How much more is looked at of the tracks by themselves, one after the other, than of those that look at others."""


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Looked:
    """What was seen of a workflow.

    Attributes:
        graphs: what was explored; each holds more than can happen, never less, so that each proves what it denies.
        given_up: the groups of tracks of which only a part was looked at.
    """

    ground: Ground
    graphs: tuple[Graph, ...]
    given_up: tuple[tuple[str, ...], ...]


def look(program: Program, most: int = MOST_LOOKED, mended: Rows = frozenset()) -> Looked:
    """Look at a workflow, each track by itself, then groups that depend on one another, small ones first.

    A group that was not looked at as a whole is not given up where no track waits for another one in vain: where
    each can be closed by rows that nothing hinders, and no row is automatic, one after the other can.

    Rows that are ``mended`` count as ones that may be taken: what they wait for is told elsewhere.
    """
    ground = ground_of(program, mended)
    depends = dependencies(ground)
    by_itself = alone(ground, _ALONE * most)
    left = max(most - sum(graph.looked for graph in by_itself.values()), most // 4)
    free = free_tracks(by_itself)
    moved = {track for track, _ in program.autos}
    sizes = {track.id: len(track.states) for track in ground.workflow.tracks}
    graphs: list[Graph] = []
    large: list[tuple[str, ...]] = []
    for tracks in sorted(groups(depends, free), key=lambda one: prod(sizes[track] for track in one)):
        graph, looked = refined(ground, tracks, free, left)
        left = max(left - looked, 0)
        graphs.append(graph)
        if not graph.whole:
            large.append(tracks)
    parts = [frozenset((track, *depends[track])) for tracks in large for track in tracks]
    left = most // 4
    for part in sorted(dict.fromkeys(parts), key=lambda one: prod(sizes[track] for track in one)):
        if part not in map(frozenset, large) and left > 0:
            graph = explore(layout_of(ground, part - free.keys(), (), free), left)
            left -= graph.looked
            graphs.append(graph)
    given_up = [
        tracks
        for tracks in large
        if not moved.isdisjoint(tracks) or not all(closable(by_itself[track]) for track in tracks)
    ]
    return Looked(ground=ground, graphs=tuple(graphs), given_up=tuple(given_up))
