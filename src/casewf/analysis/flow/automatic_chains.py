"""Proving that automatic transitions come to an end (M5), or finding a circle of them that may not.

Whatever goes on for ever keeps going round, within one track, some circle of rows that comes to no state twice. So
each such circle is put to the test: could it be gone round while its own rows, and automatic ones of other tracks that
may go round meanwhile, are all that happens? What none of these sets stays the same; what the circle sets to a constant
is known from then on; everything else can be anything. A circle whose guards cannot all be met so is no danger. Rows
that are in no other one are out of the game, which may rule out further ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, permutations
from typing import TypeAlias

import attrs

from casewf.analysis.flow.circles import Circle, circles, end, from_state, longest_chain
from casewf.analysis.flow.rows import Rows
from casewf.analysis.guards.satisfiability import Goal, solve
from casewf.core.step import MAX_ROUNDS
from casewf.machine.rules import Rule
from casewf.model.expression import Arithmetic, Compare, Conditional, Constant, In, Literals, Name, Node

__all__ = ["Chain", "long_chains"]

MOST_PAIRS = 50

_Live: TypeAlias = Mapping[str, Sequence[Rule]]


@attrs.frozen(slots=True, kw_only=True)
class Chain:
    """Automatic rows that may follow one another for too long.

    Attributes:
        rules: the rows, each leading to where the next one starts.
        endless: nothing is known that ends them; else they take more rounds than one move may (M5).
    """

    rules: Circle
    endless: bool

    @property
    def path(self) -> str:
        """The states that it goes through: ``a → b → a``."""
        return " → ".join([self.rules[0].source, *map(end, self.rules)])


def long_chains(rows: Rows) -> Iterator[Chain]:
    """The shortest circle of each track that may be gone round for too long, or a chain that is too long."""
    automatic = {track: list(_automatic(rows, track)) for track in rows.reached}
    live: _Live = automatic
    found: dict[str, list[Chain]] = {}
    while any(live.values()):
        found = {track: _unproven(rows, track, live) for track in live}
        left = {track: _ordered(rule for chain in found[track] for rule in chain.rules) for track in live}
        if sum(map(len, left.values())) == sum(map(len, live.values())):
            break
        live = left
    for track, rules in automatic.items():
        if live[track]:
            yield _clearest(rows, found[track], live)
        else:
            chain = longest_chain(rules)
            if len(chain) > MAX_ROUNDS:
                yield Chain(rules=chain, endless=False)


def _clearest(rows: Rows, chains: list[Chain], live: _Live) -> Chain:
    """The shortest that can follow upon itself; if none can, two that can in turn, where such are found."""
    endless = sorted((chain for chain in chains if chain.endless), key=lambda chain: len(chain.rules))
    if not endless:
        return min(chains, key=lambda chain: len(chain.rules))
    joined = (
        Chain(rules=(*one.rules, *turned), endless=True)
        for one, other in islice(permutations(endless, 2), MOST_PAIRS)
        if (turned := from_state(other.rules, one.rules[0].source))
    )
    return next(
        (chain for chain in (*endless, *joined) if _Test(rows, chain.rules * 2, live).can_be_gone_round(0)),
        endless[0],
    )


def _automatic(rows: Rows, track: str) -> Iterator[Rule]:
    for state in rows.reached[track]:
        for rule in rows.leaving[track].get(state, ()):
            if rule.spec.auto and rows.can_be_taken(rule):
                yield rule


def _ordered(rules: Iterable[Rule]) -> list[Rule]:
    """Each once, in file order."""
    unique = {id(rule): rule for rule in rules}
    return sorted(unique.values(), key=lambda rule: (rule.row, rule.source, rule.target or ""))


def _unproven(rows: Rows, track: str, live: _Live) -> list[Chain]:
    """The circles of a track of which no proof is known that they are left in time."""
    found = []
    some, are_all = circles(live[track])
    for circle in some:
        test = _Test(rows, circle, live)
        if test.counts_to_an_end():
            if not test.counts_to_an_end(MAX_ROUNDS // len(circle)):
                found.append(Chain(rules=circle, endless=False))
        elif not are_all or any(test.can_be_gone_round(start) for start in range(len(circle))):
            found.append(Chain(rules=circle, endless=True))
    return found


class _Test:
    """One circle, put to the test while ``live`` rows are all that happens."""

    def __init__(self, rows: Rows, circle: Circle, live: _Live) -> None:
        self._facts = rows.facts()
        self._circle = circle
        self._track = circle[0].track
        self._live = live
        self._writers: dict[str, list[Rule]] = {}
        for rule in (one for rules in live.values() for one in rules):
            for field in rule.spec.set:
                self._writers.setdefault(field, []).append(rule)
        self._own = {
            field
            for field, writers in self._writers.items()
            if all(rule.track == self._track for rule in writers)
        }

    def can_be_gone_round(self, start: int) -> bool:
        """Whether all guards can be met in turn, from one row of the circle on; False is proven."""
        turn = (*self._circle[start:], *self._circle[:start])
        goals = [goal for at, rule in enumerate(turn) for goal in self._goals(turn, at, rule)]
        return solve(self._facts, goals, lambda name, at: self._value_number(turn, name, at)) is not None

    def counts_to_an_end(self, rounds: int | None = None) -> bool:
        """Whether each time round brings a number nearer to a bound that some guard sets, in so many times round."""
        return any(
            self._is_bounded(field, rounds)
            for field in {name for rule in self._circle for name in rule.spec.set}
        )

    def _goals(self, turn: Circle, at: int, rule: Rule) -> Iterator[Goal]:
        """What holds when a row of the circle is taken."""
        when = rule.spec.when
        if when is None:
            return
        yield Goal(when.tree, at=at)
        for name in sorted(when.names):
            kind, _, what = name.partition(".")
            if kind == "state":
                states = (
                    [rule.source]
                    if what == self._track
                    else [state for one in self._live[what] for state in (one.source, one.target) if state]
                )
                if states:
                    yield _among(Name("state", what), [Constant("text", state) for state in states], at)
            elif kind == "field" and (values := self._set_to(turn, what, at)) is not None:
                yield _among(Name("field", what), values, at)

    def _set_to(self, turn: Circle, field: str, at: int) -> list[Constant] | None:
        """The constants of which a field has one when a row is taken; None where it can be anything."""
        last = self._last_set(turn, field, at)
        if last is not None and field in self._own:
            return _constants(turn[last].spec.set[field].tree)
        if not any(field in rule.spec.set for rule in turn):
            return None
        values = [_constants(rule.spec.set[field].tree) for rule in self._writers[field]]
        return None if None in values else [one for some in values if some is not None for one in some]

    def _last_set(self, turn: Circle, field: str, at: int) -> int | None:
        return next((place for place in reversed(range(at)) if field in turn[place].spec.set), None)

    def _value_number(self, turn: Circle, name: Name, at: int) -> int:
        """Which of its values a name has when a row is taken: 0 as long as nothing has changed it."""
        kind, what = name.kind, name.name
        if kind == "field":
            if what in self._own:
                last = self._last_set(turn, what, at)
                return 0 if last is None else last + 1
            return at + 1 if what in self._writers else 0
        if kind == "state":
            return at + 1 if self._live[what] else 0
        return 0 if kind == "actor" else at + 1

    def _is_bounded(self, field: str, rounds: int | None) -> bool:
        steps = [_step(field, rule.spec.set[field].tree) for rule in self._writers[field]]
        own = [_step(field, rule.spec.set[field].tree) for rule in self._circle if field in rule.spec.set]
        up = all(step > 0 for step in steps)
        if not (up or all(step < 0 for step in steps)):
            return False
        spec = self._facts.workflow.fields[field]
        bound = spec.minimum if up else spec.maximum
        first = bound if bound is not None else spec.default if isinstance(spec.default, int) else 0
        far = first + (sum(own) * rounds if rounds is not None else _FAR if up else -_FAR)
        beyond = Compare((">=" if up else "<=",), (Name("field", field), Constant("integer", far)))
        return any(
            rule.spec.when is not None
            and solve(self._facts, [Goal(rule.spec.when.tree), Goal(beyond)]) is None
            for rule in self._circle
        )


_FAR = 10**15


def _among(name: Name, values: list[Constant], at: int) -> Goal:
    return Goal(In(name, Literals(tuple(values))), at=at)


def _constants(node: Node) -> list[Constant] | None:
    """The constants of which an expression is one; None if it can be something else."""
    if isinstance(node, Constant):
        return [node]
    if isinstance(node, Conditional):
        then, otherwise = _constants(node.then), _constants(node.otherwise)
        return None if then is None or otherwise is None else [*then, *otherwise]
    return None


def _step(field: str, node: Node) -> int:
    """How much ``field + 1`` adds; 0 for anything else."""
    if isinstance(node, Arithmetic) and node.operator in {"+", "-"} and node.left == Name("field", field):
        step = node.right.value if isinstance(node.right, Constant) else 0
        if isinstance(step, int):
            return step if node.operator == "+" else -step
    return 0
