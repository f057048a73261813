"""Can these conditions be met, and those not, all at once? "No" is a proof; whoever hears no such thing knows no more.

A tableau: each condition is taken apart the way it is evaluated (M9: ``and``, ``or`` and ``if`` stop early, and what
lacks a value is not met), until only comparisons are left. These narrow down what each name can be
(``possible_values``). The work is bounded; where it ends early, the answer is that it may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeAlias

import attrs

from casewf.analysis.guards.condition_parts import TRUE, as_pairs, evaluated, names_in, split_choice
from casewf.analysis.guards.domains import SIGNS
from casewf.analysis.guards.facts import Facts, plain
from casewf.analysis.guards.possible_values import Moment, PossibleValues
from casewf.model.expression import (
    And,
    Compare,
    Conditional,
    Constant,
    Has,
    In,
    Literals,
    Name,
    Node,
    Not,
    Or,
    walk,
)

__all__ = ["FAILED", "FALSE", "MET", "UNMET", "Goal", "always", "never", "solve"]

MET, FALSE, FAILED = 1, 2, 4
"""A condition is met, is not, or lacks a value, so that it is not met either (M9)."""
UNMET = FALSE | FAILED

MAX_STEPS = 3_000
"""How many steps are gone for one answer; ordinary guards need some ten."""


@attrs.frozen(slots=True)
class Goal:
    """A condition, how it is to come out, and at which of several moments, where there are several."""

    node: Node
    want: int = MET
    at: int = 0


_Step: TypeAlias = "Goal | Callable[[PossibleValues], bool]"
_Ways: TypeAlias = list[Sequence[_Step]]
_ANYHOW: _Ways = [()]
_PARTS = 4
"""For how many goals it counts to look at one part of a comparison."""
_ALL_SIGNS = frozenset("<=>")


def solve(facts: Facts, goals: Iterable[Goal], moment: Moment | None = None) -> PossibleValues | None:
    """What names can be where every goal comes out as wanted; None if that is proven impossible.

    Args:
        facts: what is known beforehand.
        goals: conditions with how they are to come out.
        moment: which of several values a name has at a moment, if it can change from one to the next.
    """
    if facts.budget.spent:
        facts.budget.undecided += 1
        return PossibleValues(facts, moment)
    return _Search(facts).answer(list(goals), PossibleValues(facts, moment))


def never(facts: Facts, *conditions: Node) -> bool:
    """Whether these are proven never to be met all at once."""
    return solve(facts, [Goal(one) for one in conditions]) is None


def always(facts: Facts, condition: Node, *given: Node) -> bool:
    """Whether a condition is proven to be met wherever the given ones are."""
    return solve(facts, [Goal(condition, UNMET), *(Goal(one) for one in given)]) is None


class _Search:
    """Looks for a way in which all goals come out, depth first."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._budget = facts.budget
        self._least = max(facts.budget.left - MAX_STEPS, 0)
        self._gave_up = False

    def answer(self, goals: list[_Step], values: PossibleValues) -> PossibleValues | None:
        """What names can be where all goals come out; what was known when the steps were used up, if they were."""
        found = self._run(goals, [], values)
        self._budget.undecided += self._gave_up
        return found

    def _run(self, ahead: list[_Step], choices: list[_Ways], values: PossibleValues) -> PossibleValues | None:
        """Follow what leaves no choice, then try each way of the narrowest choice."""
        self._budget.charge(len(values.domains) + len(choices))
        choices = list(choices)
        while ahead:
            if self._budget.left <= self._least:
                self._gave_up = True
                return values
            step = ahead.pop()
            if not isinstance(step, Goal):
                self._budget.charge(0)
                if not step(values):
                    return None
                continue
            ways = self._ways(step)
            self._budget.charge(sum(map(len, ways)) if len(ways) > 1 else 0)
            if not ways:
                return None
            if len(ways) == 1:
                ahead += ways[0]
            else:
                choices.append(ways)
        if not choices:
            return values if values.settle() else None
        first, *others = sorted(choices, key=len)
        for way in first:
            found = self._run(list(way), others, values.copy())
            if found is not None:
                return found
        return None

    def _ways(self, goal: Goal) -> _Ways:
        """The ways in which a goal comes out as wanted; none if it cannot."""
        node, want, at = goal.node, goal.want, goal.at
        match node:
            case Constant(value=value):
                return _ANYHOW if want & (MET if value else FALSE) else []
            case Not(operand):
                return [(Goal(operand, _turned(want), at),)]
            case And(parts):
                return self._early(parts, MET, want, at)
            case Or(parts):
                return self._early(parts, FALSE, want, at)
            case Conditional(test, then, otherwise):
                return self._choice(test, Goal(then, want, at), Goal(otherwise, want, at))
            case Has(field):
                both = ((MET, True), (FALSE, False))
                return [(partial(_has, field, there, at),) for bit, there in both if want & bit]
            case Compare() if len(node.operators) > 1:
                return [(Goal(as_pairs(node), want, at),)]
            case _:
                return self._comparison(node, want, at)

    def _early(self, parts: tuple[Node, ...], goes_on: int, want: int, at: int) -> _Ways:
        """``and``, ``or``: they go on while a part comes out so, and stop at the first that does not."""
        ways: _Ways = []
        stops = want & ~goes_on
        for number in range(len(parts)) if stops else ():
            before = [Goal(part, goes_on, at) for part in parts[:number]]
            ways.append((*before, Goal(parts[number], stops, at)))
        if want & goes_on:
            ways.append(tuple(Goal(part, goes_on, at) for part in parts))
        return ways

    def _choice(self, test: Node, then: Goal, otherwise: Goal) -> _Ways:
        """``if``: which side counts is decided first, and without a decision there is no value."""
        at = then.at
        ways: _Ways = [(Goal(test, MET, at), then), (Goal(test, FALSE, at), otherwise)]
        if then.want & FAILED:
            ways.append((Goal(test, FAILED, at),))
        return ways

    def _comparison(self, node: Node, want: int, at: int) -> _Ways:
        self._budget.charge(_PARTS * _size(node))
        split = split_choice(node)
        if split is not None:
            test, then, otherwise = split
            return self._choice(test, Goal(then, want, at), Goal(otherwise, want, at))
        ways: _Ways = []
        there = [partial(_has, name, True, at) for name in names_in(node) if self._facts.may_lack(name)]
        if want & MET:
            ways.append((*there, partial(_holds, node, True, at)))
        if want & FALSE:
            ways.append((*there, partial(_holds, node, False, at)))
        if want & FAILED:
            lacking = [name for name in names_in(node) if self._facts.may_lack(name)]
            ways += [(partial(_has, name, False, at),) for name in lacking]
            if any(map(self._facts.may_fail, walk(node))):
                ways.append(())  # a division by zero, or a number beyond what decimals hold
        return ways


def _size(node: Node) -> int:
    """Of how many parts a comparison is, where it is not just a name and a constant."""
    if isinstance(node, Compare) and all(isinstance(one, Name | Constant) for one in node.operands):
        return 0
    return sum(1 for _ in walk(node))


def _turned(want: int) -> int:
    """How the operand of ``not`` must come out."""
    return (want & FAILED) | (FALSE if want & MET else 0) | (MET if want & FALSE else 0)


def _has(name: Name, there: bool, at: int, values: PossibleValues) -> bool:
    return values.has(name, there, at)


def _holds(node: Node, met: bool, at: int, values: PossibleValues) -> bool:
    """Let a comparison that has a value be true, or false."""
    match node:
        case Compare((sign,), (left, right)):
            return values.stand(left, SIGNS[sign] if met else _ALL_SIGNS - SIGNS[sign], right, at)
        case In(item, Literals(items), negated):
            constants = [plain(one.value) for one in items]
            found = evaluated(item)
            if found is not None:
                return ((plain(found.value) in constants) is not negated) is met
            return bool(names_in(item)) and values.among(item, constants, met is negated, at)
        case In(item, container, negated):
            return values.member(In(item, container), met is not negated, at)
        case _:
            return values.stand(node, SIGNS["=="] if met else SIGNS["!="], TRUE, at)
