"""Rows that compete for the same move: which of them pass the same steps of M2, and which then wins."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TypeAlias

from casewf.analysis.flow.rows import Rows
from casewf.analysis.guards.satisfiability import UNMET, Goal, solve
from casewf.analysis.guards.witness import witness
from casewf.machine.rules import Rule

__all__ = ["MOST", "Rivals"]

_Rules: TypeAlias = tuple[Rule, ...]

MOST = 60
"""How many rows before one are held against it; a state has rarely ten of one trigger."""

_OF_RIVAL = 4
"""For how many rows it counts to hold one against another."""


class Rivals:
    """The rows of a workflow, each with those that are tried before it from the same state."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._always_present = rows.facts().present
        self._winners: dict[Hashable, _Rules] = {}
        self._examples: dict[Hashable, str | None] = {}

    def of(self, track: str, state: str) -> Iterator[tuple[Rule, _Rules]]:
        """The rules that leave a state, each with those before it; a row that leads back counts once.

        For people these are earlier rows of its trigger (M1). Automatic rows are tried in file order whatever their
        trigger (M5), and after every move, so that one which nothing holds up is before everything that people fire.
        """
        before: dict[str | None, list[Rule]] = {}
        seen: set[int] = set()
        leaving = self._rows.leaving[track].get(state, ())
        at_once = [one for one in leaving if one.spec.auto and one.spec.when is None]
        for rule in leaving:
            if rule.row in seen or not self._rows.can_be_taken(rule):
                continue
            seen.add(rule.row)
            kin = before.setdefault(None if rule.spec.auto else rule.spec.trigger, [])
            yield rule, (*kin[-MOST:], *(() if rule.spec.auto else at_once))
            kin.append(rule)

    def winners_over(self, rule: Rule, before: _Rules) -> _Rules:
        """Those before a rule of which one is always taken in its place; none if it is taken at times.

        If a single one always is, only that.
        """
        budget = self._rows.budget
        if budget.spent:
            budget.undecided += bool(before)
            return ()
        budget.charge(_OF_RIVAL * len(before))
        wide = [other for other in before if self.passes_wherever(other, rule)]
        if not wide:
            return ()
        key = self._key(rule, *wide)
        if key not in self._winners:
            self._winners[key] = self._sure_winners(rule, wide)
        return self._winners[key]

    def can_both_win(self, earlier: Rule, later: Rule) -> str | None:
        """A case in which both pass every step, in words; None if there is none, or none is known for sure."""
        one, other = earlier.spec, later.spec
        budget = self._rows.budget
        if budget.spent:
            budget.undecided += 1
            return None
        budget.charge(_OF_RIVAL)
        if not one.auto:
            shared = {by.role for by in one.by} & {by.role for by in other.by}
            asked = {*one.asks, *other.asks}
            if not shared or not (asked <= earlier.given and asked <= later.given):
                return None
        key = self._key(later, earlier)
        if key not in self._examples:
            self._examples[key] = self._example(earlier, later)
        return self._examples[key]

    def passes_wherever(self, other: Rule, rule: Rule) -> bool:
        """Whether one rule passes every step before the guard wherever another does."""
        one, spec = other.spec, rule.spec
        if other.back_to is not None and rule.back_to is None:
            return False
        if rule.after_close and not other.after_close:
            return False
        if rule.after_close and other.reopens and not rule.reopens and other.ended_elsewhere:
            return False
        given = () if one.auto and not spec.auto else (*spec.needs, *spec.asks)  # it went before the command
        if not {*one.needs} <= {*given, *self._always_present}:
            return False
        if one.auto:
            return True
        return (
            all(any(by.role == of.role and (by.any or not of.any) for by in one.by) for of in spec.by)
            and {*one.not_by_org} <= {*spec.not_by_org}
            and {*one.not_by} <= {*spec.not_by, *spec.not_by_org}
            and {*one.asks} <= {*spec.asks}
            and other.given >= rule.given
            and (one.comment != "required" or spec.comment == "required")
        )

    def _key(self, rule: Rule, *others: Rule) -> Hashable:
        """All that an answer depends on: the rows, and what is known in the state that they leave."""
        rules = (rule, *others)
        reads = _reads(*rules)
        return tuple(
            (one.track, one.row, one.after_close, one.reopens, self._rows.context(one, reads))
            for one in rules
        )

    def _sure_winners(self, rule: Rule, wide: list[Rule]) -> _Rules:
        for other in wide:
            if self._is_met_wherever((other,), rule):
                return (other,)
        return tuple(wide) if len(wide) > 1 and self._is_met_wherever(tuple(wide), rule) else ()

    def _is_met_wherever(self, others: _Rules, rule: Rule) -> bool:
        """Whether one of the guards is met wherever that of a rule is; True is proven."""
        goals = [] if rule.spec.when is None else [Goal(rule.spec.when.tree)]
        for other in others:
            if other.spec.when is None:
                return True
            goals.append(Goal(other.spec.when.tree, UNMET))
        goals += self._rows.goals_for(_reads(rule, *others), rule)
        return solve(self._rows.facts_for(rule), goals) is None

    def _example(self, earlier: Rule, later: Rule) -> str | None:
        guards = [rule.spec.when for rule in (earlier, later) if rule.spec.when is not None]
        goals = [Goal(guard.tree) for guard in guards]
        goals += self._rows.goals_for(_reads(earlier, later), earlier, later)
        facts = self._rows.facts_for(earlier, later)
        found = solve(facts, goals)
        return None if found is None else witness(facts, found, goals)


def _reads(*rules: Rule) -> frozenset[str]:
    return frozenset[str]().union(*(rule.spec.when.names for rule in rules if rule.spec.when is not None))
