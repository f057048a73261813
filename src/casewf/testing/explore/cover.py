"""Choosing few and short stories that cover together what a search covered."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from casewf.testing.coverage_points import Point
from casewf.testing.explore.commands import Command
from casewf.testing.explore.search import Found, Node

__all__ = ["Plan", "plans_of"]

_EACH = 3
"""What a story more costs, in commands."""


@attrs.frozen(slots=True)
class Plan:
    """The commands of one story."""

    commands: tuple[Command, ...]


@attrs.define(slots=True, eq=False)
class _Path:
    """A way through positions; what was tried in vain at one of them may be tried on the way."""

    nodes: list[Node]
    tries: dict[Node, list[Node]] = attrs.field(factory=dict)

    def steps(self) -> list[Node]:
        """What is done, in order."""
        return [one for node in self.nodes for one in (node, *self.tries.get(node, ()))]

    def points(self) -> set[Point]:
        """What it covers."""
        return {point for one in self.steps() for point in one.points}


def plans_of(found: Found) -> tuple[Plan, ...]:
    """Stories that cover everything that was covered, the shortest first.

    Time after time the way is taken that covers most of what is left for its length. Then what others cover as well is
    left out again: whole stories, tries in vain, and the ends of stories.
    """
    tries: dict[Node, list[Node]] = {}
    for node in found.nodes:
        if node.refused is not None and node.parent is not None:
            tries.setdefault(node.parent, []).append(node)
    ends = dict.fromkeys(node if node.refused is None else node.parent for node in found.nodes)
    ways = [_way(node) for node in ends if node is not None]
    chosen = _shortened(_greedy(ways, tries, set(found.covered)))
    plans = [Plan(tuple(one.command for one in path.steps() if one.command is not None)) for path in chosen]
    return tuple(sorted(plans, key=lambda plan: len(plan.commands)))


def _way(node: Node) -> list[Node]:
    found: list[Node] = []
    one: Node | None = node
    while one is not None and one.command is not None:
        found.append(one)
        one = one.parent
    return found[::-1]


def _greedy(ways: list[list[Node]], tries: dict[Node, list[Node]], left: set[Point]) -> list[_Path]:
    chosen: list[_Path] = []
    gains = [float("inf")] * len(ways)
    while left:
        best: tuple[float, int, _Path] | None = None
        # what a way is worth only falls, so one that was worth less before need not be looked at
        for number in sorted(range(len(ways)), key=lambda one: (-gains[one], one)):
            if best is not None and gains[number] <= best[0]:
                break
            gains[number], path = _worth(ways[number], tries, left)
            if best is None or gains[number] > best[0]:
                best = (gains[number], number, path)
        if best is None or best[0] == 0:
            break
        chosen.append(best[2])
        left -= best[2].points()
    return chosen


def _worth(way: list[Node], tries: dict[Node, list[Node]], left: set[Point]) -> tuple[float, _Path]:
    """How much of what is left a way covers for its length, and the way with what is worth trying on it."""
    new = {point for node in way for point in node.points if point in left}
    path = _Path(way)
    length = len(way)
    for node in way:
        for one in tries.get(node, ()):
            more = left.intersection(one.points) - new
            if more:
                new |= more
                path.tries.setdefault(node, []).append(one)
                length += 1
    return len(new) / (length + _EACH), path


def _shortened(paths: Iterable[_Path]) -> list[_Path]:
    kept = list(paths)
    for path in kept[:]:
        others = _covered(one for one in kept if one is not path)
        if path.points() <= others:
            kept.remove(path)
            continue
        _cut(path, others)
    return kept


def _cut(path: _Path, others: set[Point]) -> None:
    """Leave out tries in vain, and commands at the end, that cover nothing alone."""
    for node, tried in list(path.tries.items()):
        for one in tried[:]:
            tried.remove(one)
            if not one.points <= others | path.points():
                tried.append(one)
        tried.sort(key=lambda one: one.number)
        path.tries[node] = tried
    nodes = path.nodes
    while len(nodes) > 1 and not path.tries.get(nodes[-1]):
        last = nodes[-1]
        path.nodes = nodes = nodes[:-1]
        if not last.points <= others | path.points():
            path.nodes = [*nodes, last]
            return


def _covered(paths: Iterable[_Path]) -> set[Point]:
    return {point for path in paths for point in path.points()}
