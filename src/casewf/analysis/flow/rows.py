"""The rows of a workflow by where they start, what is known where each is tried, and which states they lead to."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeAlias

from casewf.analysis.guards.condition_parts import any_of
from casewf.analysis.guards.facts import Budget, Facts
from casewf.analysis.guards.satisfiability import Goal, solve
from casewf.core.program import Program, rule_of
from casewf.machine.rules import Rule
from casewf.model.expression import Constant, In, Literals, Name, Node
from casewf.model.workflow import Workflow

__all__ = ["Rows"]

_States: TypeAlias = Mapping[str, frozenset[str]]


class Rows:
    """The rows of a workflow, compiled, as they are looked at one by one.

    A row with several sources is a rule from each; one to ``=previous`` is a rule for each state it can lead to.

    Attributes:
        leaving: per track, the rules that leave each of its states, in file order.
        reached: per track, in file order, the states that some chain of rules leads to. A rule counts unless it is
            proven that the case can never be so that its guard is met; people and their roles do not count.
    """

    def __init__(self, workflow: Workflow, program: Program) -> None:
        self.leaving = {track.id: _leaving(program, track.id) for track in workflow.tracks}
        self._workflow = workflow
        self._closing, self._ending = program.closing_states, program.ending_states
        self._declared = Facts.of(workflow)
        self._answers: dict[Hashable, bool] = {}
        self._taken: dict[int, bool] = {}
        self._note({track.id: {track.initial: None} for track in workflow.tracks})
        self._reach()
        self.reached = {
            track.id: tuple(state.id for state in track.states if state.id in self._states[track.id])
            for track in workflow.tracks
        }

    @property
    def budget(self) -> Budget:
        """How much may still be worked out about the workflow."""
        return self._declared.budget

    def facts(self) -> Facts:
        """What is known of every case at any time."""
        return self._declared.where(states=self._states)

    def facts_for(self, *rules: Rule) -> Facts:
        """What is known where these rules, which leave the same state, all pass the steps before the guard (M2)."""
        present = {name for rule in rules for name in _given_with(rule)}
        return self._declared.where(states=self._states_at(*rules), present=present)

    def goals_for(self, reads: frozenset[str], *rules: Rule) -> tuple[Goal, ...]:
        """What else holds there of what a condition reads."""
        first = rules[0]
        goals = []
        if "actor.roles" in reads:
            goals = [
                Goal(any_of(*(_has_role(by.role) for by in rule.spec.by))) for rule in rules if rule.spec.by
            ]
        if self._must_be_open(*rules) and any(f"state.{track}" in reads for track in self._states):
            goals.append(Goal(self._other_is_open(first.track)))
        return tuple(goals)

    def can_be_taken(self, rule: Rule) -> bool:
        """Whether the case can be so that a rule is open to it and its guard is met; False is proven."""
        found = self._taken.get(id(rule))
        if found is None:
            found = self._taken[id(rule)] = self._could_be_taken(rule)
        return found

    def _could_be_taken(self, rule: Rule) -> bool:
        when = rule.spec.when
        if when is None or not self.is_open(rule):
            return when is None and self.is_open(rule)
        key = when, self.context(rule, when.names)
        if key not in self._answers:
            goals = [Goal(when.tree), *self.goals_for(when.names, rule)]
            self._answers[key] = solve(self.facts_for(rule), goals) is not None
        return self._answers[key]

    def rules_of(self, track: str) -> dict[int, list[Rule]]:
        """The rules of a track that leave a state which is reached, by the number of their row."""
        found: dict[int, list[Rule]] = {}
        for state in self.reached[track]:
            for rule in self.leaving[track].get(state, ()):
                found.setdefault(rule.row, []).append(rule)
        return dict(sorted(found.items()))

    def context(self, rule: Rule, reads: frozenset[str]) -> Hashable:
        """All that what is known for a condition depends on where a rule is, by what it reads; equal for many rules."""
        states = self._states_at(rule)
        read = [track for track in states if f"state.{track}" in reads]
        if read and self._must_be_open(rule):
            read = list(states)
        return (
            tuple((track, states[track]) for track in read),
            tuple(name for name in _given_with(rule) if f"field.{name}" in reads),
            rule.spec.by if "actor.roles" in reads else (),
        )

    def _must_be_open(self, *rules: Rule) -> bool:
        """Whether these leave a closed state and still need a case that is open."""
        first = rules[0]
        return first.source in self._closing[first.track] and not all(rule.after_close for rule in rules)

    def _states_at(self, *rules: Rule) -> _States:
        """Where the tracks can be: this one in its state, and none in one that ends the case, unless the rows go on."""
        first = rules[0]
        ended = all(rule.after_close and not rule.reopens for rule in rules)
        known = self._states if ended else self._unended
        return {**known, first.track: frozenset((first.source,))}

    def _note(self, reached: Mapping[str, Iterable[str]]) -> None:
        """Take it that the tracks come to these states."""
        self._states: _States = {track: frozenset(states) for track, states in reached.items()}
        self._unended: _States = {
            track: states.difference(self._ending.get(track, ())) for track, states in self._states.items()
        }
        self._nowhere = {track for track, states in self._unended.items() if not states}
        self._openable = {
            track for track, states in self._unended.items() if not states <= self._closing[track]
        }

    def is_open(self, rule: Rule) -> bool:
        """Whether a rule can be open to a case in the state that it leaves: to a closed one few are (M8)."""
        if rule.after_close:
            return True
        if rule.source in self._ending.get(rule.track, ()) or self._nowhere - {rule.track}:
            return False
        return rule.source not in self._closing[rule.track] or bool(self._openable - {rule.track})

    def _other_is_open(self, track: str) -> Node:
        """Some other track is in an open state."""
        return any_of(
            *(
                In(Name("state", other), Literals(tuple(Constant("text", state) for state in closing)), True)
                for other, closing in self._closing.items()
                if other != track
            )
        )

    def _reach(self) -> None:
        """Follow the rules from the initial states until nothing new is reached, in any track."""
        found = {track.id: dict.fromkeys((track.initial,)) for track in self._workflow.tracks}
        blocked = {track: list(self.leaving[track].get(next(iter(found[track])), ())) for track in found}
        grown = True
        while grown:
            self._note(found)
            grown = False
            for track, waiting in blocked.items():
                blocked[track] = []
                while waiting:
                    rule = waiting.pop()
                    if rule.target is None or rule.target in found[track] or rule.back_to is not None:
                        continue  # a case comes back only to where it has been
                    if not self._could_be_taken(rule):
                        blocked[track].append(rule)
                        continue
                    found[track][rule.target] = None
                    waiting += self.leaving[track].get(rule.target, ())
                    grown = True


def _leaving(program: Program, track: str) -> dict[str, tuple[Rule, ...]]:
    found: dict[str, list[Rule]] = {}
    for event in program.machines[track].events.values():
        for source, rows in event.plan.items():
            found.setdefault(source, []).extend(map(rule_of, rows))
    return {source: tuple(sorted(rules, key=lambda rule: rule.row)) for source, rules in found.items()}


def _given_with(rule: Rule) -> tuple[str, ...]:
    """The fields that have a value before the guard is looked at (M2)."""
    return (*rule.spec.needs, *rule.spec.asks)


def _has_role(role: str) -> Node:
    return In(Constant("text", role), Name("actor", "roles"))
