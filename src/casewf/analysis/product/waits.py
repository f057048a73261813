"""For what a row waits: which part of its condition, which value, whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from casewf.analysis.product.graph import Graph
from casewf.analysis.product.ground import Rows
from casewf.analysis.product.layout import Position
from casewf.analysis.product.moves import Move
from casewf.analysis.product.values import YES
from casewf.model.expression import And, Node, render

__all__ = ["NOBODY", "Wait", "waiting_at"]

NOBODY = "the system, but no limit and no connector fires it"


@attrs.frozen(slots=True, kw_only=True)
class Wait:
    """A row that is not taken.

    Attributes:
        track, row: which one, by its number in the track.
        trigger: its trigger.
        source: the state it would leave.
        what: for what it waits, in words that follow "waits for".
        nobody: only the system could take it, and nothing makes it.
    """

    track: str
    row: int
    trigger: str
    source: str
    what: str
    nobody: bool = False


def waiting_at(graph: Graph, positions: Iterable[Position], only: Rows | None = None) -> Iterator[Wait]:
    """The rows that leave one of the states of these positions, change something, and are taken at none of them.

    With ``only``, those of these rows; without, none of a track that is closed wherever a case is there.
    """
    here = list(positions)
    ground = graph.layout.ground
    for slot, (track, states) in enumerate(graph.layout.states.items()):
        inside = dict.fromkeys(states[one[slot]] for one in here)
        if only is None and all(state in ground.program.closing_states[track] for state in inside):
            continue
        rules = {
            rule.row: rule
            for state in inside
            for rule in ground.leaving.get((track, state), ())
            if only is None or (track, rule.row) in only
        }
        for _, rule in sorted(rules.items()):
            moves = graph.by_row.get((track, rule.row), [])
            taken = any(move.number in graph.steps[one] for one in here for move in moves)
            if taken or not (rule.target or rule.sets or rule.assigns):
                continue
            what, nobody = why(graph, moves, here)
            trigger, source = rule.spec.trigger, rule.source
            yield Wait(track=track, row=rule.row, trigger=trigger, source=source, what=what, nobody=nobody)


def why(graph: Graph, moves: Iterable[Move], positions: Iterable[Position]) -> tuple[str, bool]:
    """For what a row waits that can be taken by these moves, and is at none of these positions; is that nobody?"""
    here, taking = list(positions), graph.taking
    places = [
        (move, one) for move in moves for one in here if move.slot is None or one[move.slot] == move.source
    ]
    if not places:
        return NOBODY, True
    move, _ = places[0]
    if not any(taking.clocks_go(one, place)[0] for one, place in places):
        limits = " or ".join(repr(sla) for sla in move.clocks)
        return f"a warning of limit {limits}, which does not run there", True
    for name in move.needed:
        if not any(taking.may_have(one, place, name) for one, place in places):
            return f"a value of {name}", False
    rule = move.rule
    if all(graph.layout.closed(place) == YES for _, place in places):
        return "a case that is still open", False
    if rule is None or rule.spec.when is None:
        return "what it never gets", False
    parts = [
        part
        for part in _parts(rule.spec.when.tree)
        if not any(taking.may_hold(one, place, part) for one, place in places)
    ]
    return " and ".join(map(_text, parts)) or _text(rule.spec.when.tree), False


def _parts(node: Node) -> list[Node]:
    return [deep for part in node.parts for deep in _parts(part)] if isinstance(node, And) else [node]


def _text(node: Node) -> str:
    text = render(node)
    return f"({text})" if " or " in text else text
