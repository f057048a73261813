"""What it may cost that a condition comes out as wanted, from what single states and values cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import attrs

from casewf.machine.guard_view import GuardError, View
from casewf.machine.guards import compile_expression
from casewf.model.expression import (
    And,
    Conditional,
    Constant,
    Expression,
    Has,
    Name,
    Node,
    Not,
    Or,
    render,
    walk,
)
from casewf.testing.explore.costs import FAR, Costs, together

__all__ = ["Guess", "guess_of", "reaching", "reads_of"]

_PHASES = ("none", "running", "paused", "stopped")
_VERDICTS = ("none", "met", "breached", "cancelled")


Guess: TypeAlias = Callable[[Costs], float]


def guess_of(node: Node, want: bool, values: Mapping[str, tuple[object, ...]]) -> Guess:
    """What it costs that a condition comes out so; ``values`` are those that people give to fields."""
    match node:
        case Not(operand):
            return guess_of(operand, not want, values)
        case And(parts) | Or(parts):
            below = [guess_of(part, want, values) for part in parts]
            if isinstance(node, And) is want:
                return lambda costs: together(*[one(costs) for one in below])
            return lambda costs: min([one(costs) for one in below])
        case Conditional(test, then, otherwise):
            first = guess_of(And((test, then)), True, values) if want else guess_of(then, False, values)
            second = (
                guess_of(And((Not(test), otherwise)), True, values)
                if want
                else guess_of(otherwise, False, values)
            )
            return lambda costs: min(first(costs), second(costs))
        case Constant(value=value):
            return (lambda _: 0) if bool(value) is want else (lambda _: FAR)
        case _:
            return _Atom(node, want, values)


def reads_of(names: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """What the costs of a condition depend on, by the dotted names that it reads."""
    found: set[tuple[str, ...]] = set()
    for name in names:
        kind, _, what = name.partition(".")
        if kind == "sla":
            sla = what.partition(".")[0]
            found |= {("start", sla), ("stop", sla)}
        elif kind in ("field", "state"):
            found.add((kind, what))
        elif kind == "card":
            found.add(("card",))
    return frozenset(found)


def reaching(node: Node, text: str, want: bool, values: Mapping[str, tuple[object, ...]]) -> Guess:
    """What it costs that a condition within another one is reached, and comes out so (M9)."""
    if render(node) == text:
        return guess_of(node, want, values)
    match node:
        case Not(operand):
            return reaching(operand, text, want, values)
        case And(parts) | Or(parts):
            ways: list[Guess] = []
            for number, part in enumerate(parts):
                if text in _texts(part):
                    before = [guess_of(one, isinstance(node, And), values) for one in parts[:number]]
                    ways.append(_all([*before, reaching(part, text, want, values)]))
            return _any(ways)
        case Conditional(test, then, otherwise):
            ways = [reaching(test, text, want, values)] if text in _texts(test) else []
            for part, met in ((then, True), (otherwise, False)):
                if text in _texts(part):
                    ways.append(_all([guess_of(test, met, values), reaching(part, text, want, values)]))
            return _any(ways)
        case _:
            return lambda _: FAR


def _all(guesses: list[Guess]) -> Guess:
    return lambda costs: together(*[one(costs) for one in guesses])


def _any(guesses: list[Guess]) -> Guess:
    return lambda costs: min([one(costs) for one in guesses], default=FAR)


def _texts(node: Node) -> set[str]:
    return {render(one) for one in walk(node) if not isinstance(one, Constant)}


@attrs.frozen(slots=True, kw_only=True)
class _Trial:
    """A view in which one thing has a value."""

    fields: Mapping[str, object] = attrs.field(factory=dict)
    states: Mapping[str, str] = attrs.field(factory=dict)
    clocks: Mapping[str, object] = attrs.field(factory=dict)


@attrs.frozen(slots=True, kw_only=True)
class _Reading:
    verdict: str = "none"
    phase: str = "none"
    cycle: int = 0


class _Atom:
    """A condition without parts: it holds, or what it reads has to become another."""

    def __init__(self, node: Node, want: bool, values: Mapping[str, tuple[object, ...]]) -> None:
        self._want = want
        self._evaluate = compile_expression(Expression(node))
        self._names = list(dict.fromkeys(one for one in walk(node) if isinstance(one, Name)))
        self._alone = len(self._names) == 1
        self._values = values
        self._has = isinstance(node, Has)
        self._text = render(node)
        self._fitting: dict[object, bool] = {}
        numbers = [one.value for one in walk(node) if isinstance(one, Constant) and type(one.value) is int]
        self._bound = max(numbers, default=0)

    def __call__(self, costs: Costs) -> float:
        truth = costs.truths.get(self._text)
        if truth is None:
            truth = costs.truths[self._text] = self._truth(costs.view)
        if truth is self._want:
            return 0
        return min([self._through(costs, name) for name in self._names], default=FAR)

    def _truth(self, view: View | _Trial) -> bool:
        try:
            return bool(self._evaluate(view))  # type: ignore[arg-type]  # a trial has all that is read
        except GuardError:
            return False

    def _through(self, costs: Costs, name: Name) -> float:
        """What it costs if this name alone is to make the difference."""
        if name.kind == "field":
            return self._through_field(costs, name.name)
        if name.kind == "state":
            track = name.name
            found = [
                cost
                for state, cost in costs.states(track)
                if self._fits(state, lambda state: _Trial(states={track: state}))
            ]
            return min(found, default=FAR)
        if name.kind == "sla":
            return self._through_clock(costs, *name.name.split(".", 1))
        if name.kind == "card":
            return costs.card()
        return 1 if name.kind == "actor" else 2

    def _through_field(self, costs: Costs, name: str) -> float:
        fields = costs.view.fields
        if self._has:
            return costs.field(name) if self._want else FAR
        if not self._alone:
            read = [one.name for one in self._names if one.kind == "field"]
            return max(
                [costs.field(one) for one in read if fields.get(one) is None] or map(costs.field, read)
            )
        present, rounds = fields.get(name), 1
        if isinstance(present, int) and not isinstance(present, bool):
            rounds = max(abs(self._bound - present), 1)

        def fits(value: object) -> bool:
            return self._fits(value, lambda one: _Trial(fields={name: one}))

        return costs.value(name, fits, self._values.get(name, ()), rounds)

    def _through_clock(self, costs: Costs, sla: str, part: str) -> float:
        options: Iterable[object] = {"phase": _PHASES, "verdict": _VERDICTS}.get(part, (0, 1, 2, 3))
        found = [
            costs.clock(sla, part, value)
            for value in options
            if self._fits(value, lambda one: _Trial(clocks={sla: _Reading(**{part: one})}))
        ]
        return min(found, default=FAR)

    def _fits(self, value: object, trial: Callable[[Any], _Trial]) -> bool:
        """Whether it comes out as wanted with this value of what it reads; with that of several, it may."""
        if not self._alone:
            return True
        key = (type(value), value)
        found = self._fitting.get(key)
        if found is None:
            found = self._fitting[key] = self._truth(trial(value)) is self._want
        return found
