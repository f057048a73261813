"""On what it depends how a case gets to certain positions: a search need not try anything else first."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.analysis.product.graph import Graph
from casewf.analysis.product.ground import given_by, rungs_of
from casewf.analysis.product.layout import Position
from casewf.machine.rules import Rule
from casewf.model.workflow import Sla

__all__ = ["Focus", "everything", "focus_on"]


@attrs.frozen(slots=True, kw_only=True)
class Focus:
    """What matters.

    Attributes:
        names: the fields, and what else conditions read, dotted; of limits only which one.
        clocks: the limits that matter, because they are read, set fields or move tracks.
        narrow: rows that change nothing of this are not tried.
    """

    names: frozenset[str]
    clocks: tuple[str, ...]
    narrow: bool

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields among it."""
        return frozenset(name.removeprefix("field.") for name in self.names if name.startswith("field."))

    def tries(self, graph: Graph, rule: Rule) -> bool:
        """Whether a row may make a difference."""
        if not self.narrow or rule.target is not None or "cards" in rule.spec.clears:
            return True
        if not self.fields.isdisjoint((*given_by(rule.spec), *rule.spec.set)):
            return True
        heard = {
            one[0] for one in (*rule.watch.stop, *rule.watch.cancel, *rule.watch.reopen, *rule.watch.start)
        }
        program = graph.layout.ground.program
        return any(program.by_name[name].number in heard for name in self.clocks)


def everything(graph: Graph) -> Focus:
    """All that conditions read anywhere."""
    return Focus(
        names=graph.layout.ground.read, clocks=_clocks(graph, graph.layout.ground.read), narrow=False
    )


def focus_on(graph: Graph, left: Mapping[Position, int]) -> Focus:
    """What the rows of the shortest ways read, and those that fill what these read; ``left`` is how far it still is."""
    ground = graph.layout.ground
    rules: dict[int, Rule] = {}
    ahead = dict.fromkeys(position for position in graph.first if position in left)
    for position in (on_the_way := list(ahead)):
        for step in graph.steps[position].values():
            nearer = [end for end in step.ends if left.get(end, left[position]) < left[position]]
            if nearer and step.move.rule is not None:
                rules[id(step.move.rule)] = step.move.rule
            on_the_way += [end for end in nearer if end not in ahead]
            ahead |= dict.fromkeys(nearer)
    names = {name for rule in rules.values() for name in _read(rule)}
    grown = True
    while grown:
        writing = [
            rule
            for rows in ground.rules.values()
            for rule in rows
            if any(f"field.{name}" in names for name in (*given_by(rule.spec), *rule.spec.set))
        ]
        more = {name for rule in writing for name in _read(rule)}
        grown = not more <= names
        names |= more
    return Focus(names=frozenset(names), clocks=_clocks(graph, names), narrow=True)


def _read(rule: Rule) -> set[str]:
    expressions = [*rule.spec.set.values(), *([] if rule.spec.when is None else [rule.spec.when])]
    names = {name for one in expressions for name in one.names}
    names = {name.rsplit(".", 1)[0] if name.startswith("sla.") else name for name in names}
    return names | {f"field.{name}" for name in rule.spec.needs}


def _clocks(graph: Graph, names: frozenset[str] | set[str]) -> tuple[str, ...]:
    slas = graph.layout.ground.workflow.slas
    return tuple(sla.id for sla in slas if f"sla.{sla.id}" in names or _moves(graph, sla, names))


def _moves(graph: Graph, sla: Sla, names: frozenset[str] | set[str]) -> bool:
    """Whether a rung sets a field that matters, or fires a trigger of a track that is looked at."""
    triggers = graph.layout.ground.program.triggers
    for rung in rungs_of(sla):
        track = None if rung.fire is None else triggers.get(rung.fire)
        if any(f"field.{name}" in names for name in rung.set) or (rung.card is not None and "card" in names):
            return True
        if track is not None and track[0] in graph.layout.states:
            return True
    return False
