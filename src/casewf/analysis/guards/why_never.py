"""Why a guard is never met: the part of it that never is, or the two that exclude one another, and what is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations, islice

from casewf.analysis.guards.condition_parts import names_in
from casewf.analysis.guards.facts import Facts
from casewf.model.expression import And, Has, Node, render, walk

__all__ = ["known_of", "shortly", "why_never"]

_PAIRS = 200
_SHOWN = 60


def why_never(guard: Node, is_never: Callable[[tuple[Node, ...]], bool]) -> tuple[str, tuple[Node, ...]]:
    """What to say of a guard that is never met, and the parts that are to blame.

    Args:
        guard: the guard.
        is_never: whether some conditions are proven never to be met all at once.
    """
    parts = _flat(guard)
    if len(parts) > 1:
        for part in parts:
            if is_never((part,)):
                return f"{shortly(part)} never is", (part,)
        for pair in islice(combinations(parts, 2), _PAIRS):
            if len(parts) > 2 and is_never(pair):
                return f"{shortly(pair[0])} and {shortly(pair[1])} exclude one another", pair
    return "", tuple(parts)


def known_of(facts: Facts, parts: Iterable[Node]) -> str:
    """What is known of the names in some conditions, in words; empty if nothing is."""
    said: dict[str, None] = {}
    for part in parts:
        said |= dict.fromkeys(facts.told(name) for name in names_in(part))
        for node in walk(part):
            if isinstance(node, Has) and not facts.may_lack(node.field):
                said[f"{node.field.name} always has a value here"] = None
    return "; ".join(filter(None, said))


def shortly(condition: Node) -> str:
    """A condition as text in quotes, cut where it would swamp a message."""
    text = render(condition)
    return f"`{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}`"


def _flat(node: Node) -> list[Node]:
    return [deep for part in node.parts for deep in _flat(part)] if isinstance(node, And) else [node]
