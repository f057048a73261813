"""Ways through a graph: what leads where, how far it is, and where it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from casewf.analysis.product.graph import Graph
from casewf.analysis.product.layout import Position

__all__ = ["Leading", "distances", "ends_of", "leading", "surely"]

Leading = dict[Position, dict[Position, None]]
"""For each position those that lead to it."""


def leading(graph: Graph) -> Leading:
    """The graph turned round."""
    found: Leading = {}
    for position, steps in graph.steps.items():
        for step in steps.values():
            for ends, _ in step.ways:
                for end in ends:
                    found.setdefault(end, {})[position] = None
    return found


def distances(goals: Iterable[Position], before: Leading) -> dict[Position, int]:
    """How many moves it takes at least to get to one of the goals, for each position from where one may."""
    found = dict.fromkeys(goals, 0)
    ahead = list(found)
    for position in ahead:
        for source in before.get(position, ()):
            if source not in found:
                found[source] = found[position] + 1
                ahead.append(source)
    return found


def surely(goals: Iterable[Position], graph: Graph) -> set[Position]:
    """The positions from where one of the goals surely can be got to, whatever comes of the moves on the way."""
    waiting: dict[Position, list[tuple[Position, list[int]]]] = {}
    found = set(goals)
    ahead = list(found)
    for position, steps in graph.steps.items():
        for step in steps.values():
            for ends, sure in step.ways:
                if sure and ends:
                    left = [len(ends)]
                    for end in ends:
                        waiting.setdefault(end, []).append((position, left))
    while ahead:
        for source, left in waiting.get(ahead.pop(), ()):
            left[0] -= 1
            if not left[0] and source not in found:
                found.add(source)
                ahead.append(source)
    return found


def ends_of(
    positions: Iterable[Position], onwards: Callable[[Position], Iterable[Position]]
) -> list[list[Position]]:
    """Where ways end: sets of positions that lead to one another and nowhere else, in the order of their finding.

    Tarjan's algorithm for strongly connected components, without recursion.

    Args:
        positions: where ways begin.
        onwards: the positions that one leads to.
    """
    number: dict[Position, int] = {}
    low: dict[Position, int] = {}
    component: dict[Position, int] = {}
    found: list[list[Position]] = []
    waiting: list[Position] = []
    for root in positions:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        waiting.append(root)
        path = [(root, iter(onwards(root)))]
        while path:
            here, rest = path[-1]
            for end in rest:
                if end not in number:
                    number[end] = low[end] = len(number)
                    waiting.append(end)
                    path.append((end, iter(onwards(end))))
                    break
                if end not in component:
                    low[here] = min(low[here], number[end])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    low[above] = min(low[above], low[here])
                if low[here] == number[here]:
                    found.append(_component(here, waiting, component, len(found)))
    return [one for place, one in enumerate(found) if _is_end(one, place, component, onwards)]


def _component(
    root: Position, waiting: list[Position], component: dict[Position, int], place: int
) -> list[Position]:
    found = []
    while True:
        one = waiting.pop()
        component[one] = place
        found.append(one)
        if one == root:
            return found


def _is_end(
    one: list[Position],
    place: int,
    component: Mapping[Position, int],
    onwards: Callable[[Position], Iterable[Position]],
) -> bool:
    return all(component[end] == place for position in one for end in onwards(position))
