"""The strongly connected parts of a graph: within one, each node leads to each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["components"]


def components(leads: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The parts, each node in exactly one; what a part leads to comes before it (Tarjan 1972, without recursion).

    Args:
        leads: from each node to those it leads to; one that is no key leads nowhere and is in no part.
    """
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    waiting: list[str] = []
    placed: set[str] = set()
    found: list[list[str]] = []
    for root in leads:
        path = [] if root in number else [(root, iter(leads[root]))]
        while path:
            node, ahead = path[-1]
            if node not in number:
                number[node] = lowest[node] = len(number)
                waiting.append(node)
            for other in ahead:
                if other in placed or other not in leads:
                    continue
                if other not in number:
                    path.append((other, iter(leads[other])))
                    break
                lowest[node] = min(lowest[node], number[other])
            else:
                path.pop()
                if path:
                    before = path[-1][0]
                    lowest[before] = min(lowest[before], lowest[node])
                if lowest[node] == number[node]:
                    found.append(_taken(waiting, node))
                    placed.update(found[-1])
    return found


def _taken(waiting: list[str], first: str) -> list[str]:
    """Take the nodes from ``first`` on off the end."""
    part: list[str] = []
    while not part or part[-1] != first:
        part.append(waiting.pop())
    return part
