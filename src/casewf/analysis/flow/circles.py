"""Circles and chains among rules that lead from state to state of one track."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from casewf.analysis.flow.components import components
from casewf.machine.rules import Rule

__all__ = ["Circle", "circles", "end", "from_state", "longest_chain"]

Circle: TypeAlias = tuple[Rule, ...]

MOST_CIRCLES = 200
MOST_STEPS = 20_000


def circles(rules: Sequence[Rule]) -> tuple[list[Circle], bool]:
    """The ways round that come to no state twice, each once, and whether these are all: at most 200 are looked for."""
    leaving = _leaving(rules)
    found: list[Circle] = []
    steps = MOST_STEPS
    for part in components({state: [end(rule) for rule in some] for state, some in leaving.items()}):
        for number, first in enumerate(part):
            allowed = set(part[number + 1 :])
            path: list[tuple[Rule, Iterator[Rule]]] = []
            ahead = iter(leaving[first])
            while True:
                steps -= 1
                if steps < 0 or len(found) == MOST_CIRCLES:
                    return found, False
                rule = next(ahead, None)
                if rule is None:
                    if not path:
                        break
                    allowed.add(end(path[-1][0]))
                    ahead = path.pop()[1]
                elif end(rule) == first:
                    found.append(_from_first_row((*(one for one, _ in path), rule)))
                elif end(rule) in allowed:
                    allowed.remove(end(rule))
                    path.append((rule, ahead))
                    ahead = iter(leaving[end(rule)])
    return found, True


def longest_chain(rules: Sequence[Rule]) -> Circle:
    """The longest way along rules that lead from one group of states to another, and so never back."""
    leaving = _leaving(rules)
    parts = components({state: [end(rule) for rule in some] for state, some in leaving.items()})
    group = {state: number for number, part in enumerate(parts) for state in part}
    length: dict[str, int] = {}
    step: dict[str, Rule] = {}
    for state in (state for part in parts for state in part):
        length[state] = 0
        for rule in leaving[state]:
            ahead = 1 + length.get(end(rule), 0)
            if group.get(end(rule)) != group[state] and ahead > length[state]:
                length[state], step[state] = ahead, rule
    chain: list[Rule] = []
    state = max(length, key=lambda one: length[one], default="")
    while state in step:
        chain.append(step[state])
        state = end(step[state])
    return tuple(chain)


def _leaving(rules: Sequence[Rule]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.source, []).append(rule)
    return found


def end(rule: Rule) -> str:
    """The state that a rule leads to: where it starts, if it is internal."""
    return rule.target or rule.source


def from_state(circle: Circle, state: str) -> Circle:
    """The same way round, beginning in a state; empty if it does not come there."""
    start = next((place for place, rule in enumerate(circle) if rule.source == state), None)
    return () if start is None else (*circle[start:], *circle[:start])


def _from_first_row(circle: Circle) -> Circle:
    start = min(range(len(circle)), key=lambda place: circle[place].row)
    return (*circle[start:], *circle[:start])
