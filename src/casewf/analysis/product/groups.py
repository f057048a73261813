"""Which tracks are looked at together: those that depend on one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casewf.analysis.product.classes import conditions, settings
from casewf.analysis.product.explore import explore
from casewf.analysis.product.graph import Graph
from casewf.analysis.product.ground import Ground, given_by
from casewf.analysis.product.layout import layout_of
from casewf.analysis.product.ways import surely
from casewf.machine.rules import Rule
from casewf.model.expression import Constant, walk
from casewf.model.workflow import Moment, Sla

__all__ = ["alone", "closable", "dependencies", "free_tracks", "groups"]


def dependencies(ground: Ground) -> dict[str, frozenset[str]]:
    """For each track the others on which it depends what its rows can do: by their states, fields and limits.

    Whether a case can be closed depends on the tracks that can end it, too, whatever they read (M8).
    """
    writers: dict[str, set[str]] = {}
    for track, rules in ground.rules.items():
        for rule in rules:
            for name in (*given_by(rule.spec), *rule.spec.set):
                writers.setdefault(name, set()).add(track)
    found = {}
    for track, rules in ground.rules.items():
        on = {other for rule in rules if _matters(ground, rule) for other in _read_by(ground, rule, writers)}
        found[track] = frozenset((on | ground.program.ending_states.keys()) - {track})
    return found


def _matters(ground: Ground, rule: Rule) -> bool:
    """Whether a row changes anything on which something depends."""
    spec = rule.spec
    fields = {f"field.{name}" for name in (*given_by(spec), *spec.set)}
    return rule.target is not None or not fields.isdisjoint(ground.read) or "cards" in spec.clears


def _read_by(ground: Ground, rule: Rule, writers: Mapping[str, set[str]]) -> Iterator[str]:
    """The tracks on which it depends whether a row can be taken, and what it sets."""
    spec = rule.spec
    expressions = (*([] if spec.when is None else [spec.when]), *spec.set.values(), *spec.assign.values())
    names = {name for one in expressions for name in one.names}
    names |= {f"field.{name}" for name in spec.needs if spec.auto}
    for name in names:
        kind, _, what = name.partition(".")
        if kind == "state":
            yield what
        elif kind == "field" and what not in given_by(spec):
            yield from writers.get(what, ())
        elif kind == "sla":
            yield from _heard_by(ground, ground.workflow.sla(what.rpartition(".")[0]))
    if rule.system and len(spec.by) == 1:
        for sla in ground.fired_by.get(spec.trigger, ()):
            yield from _heard_by(ground, ground.workflow.sla(sla))


def _heard_by(ground: Ground, sla: Sla) -> Iterator[str]:
    """The tracks whose moves start, stop or pause a limit."""
    triggers = ground.program.triggers
    moments: tuple[Moment, ...] = (*sla.start, *sla.stop, *sla.pause, *sla.cancel, *sla.reopen)
    for moment in moments:
        for place in (*moment.enter, *moment.leave, *moment.inside):
            yield place.partition(".")[0]
        yield from (triggers[name][0] for name in moment.fire if name in triggers)


def alone(ground: Ground, most: int) -> dict[str, Graph]:
    """Each track explored by itself, whatever the others are in; ``most`` moves in all, or each its share of them."""
    share, left = most // len(ground.rules), most
    found = {}
    for track in ground.rules:
        found[track] = explore(layout_of(ground, (track,)), max(left, share))
        left -= found[track].looked
    return found


def closable(graph: Graph) -> bool:
    """Whether a track that was explored by itself can always be closed by its own rows, whatever else is."""
    (track,) = graph.layout.states
    return _surely_reaches(graph, graph.layout.ground.program.closing_states[track])


def free_tracks(graphs: Mapping[str, Graph]) -> dict[str, tuple[str, ...]]:
    """The tracks that nobody can wait for in vain, with the states that they can be in.

    Such a one can always be closed, and brought wherever another one tells a difference, by its own rows alone and
    whatever else is; so it need not be looked at together with others.
    """
    found = {}
    for track, graph in graphs.items():
        ground, states = graph.layout.ground, graph.layout.states[track]
        moved = any(one == track for one, _ in ground.program.autos)
        if moved or track in ground.program.ending_states or _writes(ground, track) & ground.read:
            continue
        places = graph.by_state(track)
        wanted = [same for same in _told_apart(ground, track, states) if any(places[one] for one in same)]
        if closable(graph) and all(_surely_reaches(graph, same) for same in wanted):
            found[track] = tuple(state for state in states if places[state])
    return found


def _surely_reaches(graph: Graph, states: frozenset[str]) -> bool:
    """Whether one of these states can surely be got to from everywhere."""
    (track,) = graph.layout.states
    places = graph.by_state(track)
    goals = [position for state in states for position in places[state]]
    return graph.whole and len(surely(goals, graph)) == len(graph.steps)


def _writes(ground: Ground, track: str) -> set[str]:
    return {
        f"field.{name}" for rule in ground.rules[track] for name in (*given_by(rule.spec), *rule.spec.set)
    }


def _told_apart(ground: Ground, track: str, states: tuple[str, ...]) -> list[frozenset[str]]:
    """The states of a track, those together between which no condition of the workflow makes a difference."""
    constants: set[object] = set()
    for expression in (*conditions(ground.workflow), *(one for _, one in settings(ground.workflow))):
        if f"state.{track}" in expression.names:
            constants |= {node.value for node in walk(expression.tree) if isinstance(node, Constant)}
    rest = frozenset(state for state in states if state not in constants)
    return [*(frozenset((state,)) for state in states if state in constants), *([rest] if rest else [])]


def groups(depends: Mapping[str, frozenset[str]], free: Mapping[str, object]) -> list[tuple[str, ...]]:
    """The tracks that are looked at together, each set with all that it depends on; of free ones each alone."""
    closures = [frozenset((track,)) for track in free]
    for track in [one for one in depends if one not in free]:
        found: set[str] = set()
        ahead = [track]
        while ahead:
            one = ahead.pop()
            if one not in found and one not in free:
                found.add(one)
                ahead += depends[one]
        closures.append(frozenset(found))
    largest = [one for one in dict.fromkeys(closures) if not any(one < other for other in closures)]
    return [tuple(track for track in depends if track in one) for one in largest]
