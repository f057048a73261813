"""How the states of some tracks can change together, read from the compiled tables, without any case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from casewf.core.known import Possible, decide
from casewf.core.program import Program, rule_of
from casewf.machine.rules import Rule, Watch

__all__ = ["Edge", "States", "TrackMap"]

States: TypeAlias = tuple[str, ...]
"""A state of each track that is walked."""

Edge: TypeAlias = tuple[States, Watch, bool | None, bool | None]
"""The states after a move, who listens to it, and whether the case was closed before and is after, where known."""


class TrackMap:
    """How the states of some tracks can change together, and who listens.

    Attributes:
        elsewhere: the watches of rows of other tracks, which may be heard at any time.
    """

    def __init__(self, program: Program, walked: tuple[str, ...]) -> None:
        self.program = program
        self.walked = walked
        self.knows_all = len(walked) == len(program.machines)
        self.initial = tuple(str(program.machines[name].initial) for name in walked)
        self._rules: tuple[dict[str, list[Rule]], ...] = tuple({} for _ in walked)
        self._edges: dict[States, tuple[Edge, ...]] = {}
        heard: dict[int, Watch] = {}
        for track, machine in program.machines.items():
            for event in machine.events.values():
                for rule in (rule_of(row) for rows in event.plan.values() for row in rows):
                    if track in walked:
                        self._rules[walked.index(track)].setdefault(rule.source, []).append(rule)
                    elif rule.watch:
                        heard[id(rule.watch)] = rule.watch
        self.elsewhere = tuple(heard.values())

    def edges(self, states: States) -> tuple[Edge, ...]:
        """The moves from some states that change one or that a limit listens to, each once."""
        found = self._edges.get(states)
        if found is None:
            found = self._edges[states] = tuple(self._moves(states))
        return found

    def _moves(self, states: States) -> Iterator[Edge]:
        was = self.closed(states)
        seen: set[tuple[States, int]] = set()
        for place, state in enumerate(states):
            for rule in self._rules[place].get(state, ()):
                entered = states
                if rule.target is not None:
                    entered = (*states[:place], rule.target, *states[place + 1 :])
                key = entered, id(rule.watch) if rule.watch else 0
                if key in seen or (was and not rule.after_close):  # M8
                    continue
                if decide(rule.spec.when, self.among(states)) is False:
                    continue
                seen.add(key)
                if entered != states or rule.watch:
                    yield entered, rule.watch, was, self.closed(entered)

    def among(self, states: States) -> Possible:
        """What is known of names while the tracks are in these states."""
        known = {f"state.{name}": frozenset({state}) for name, state in zip(self.walked, states, strict=True)}
        return lambda name: known.get(name.dotted)

    def keys(self, states: States) -> list[tuple[str, str]]:
        """The states with their tracks."""
        return list(zip(self.walked, states, strict=True))

    def closed(self, states: States) -> bool | None:
        """Whether the case is closed (M8), or None where that is for the other tracks to say."""
        program = self.program
        if any(state in program.ending_states.get(track, ()) for track, state in self.keys(states)):
            return True
        if self.knows_all:
            return all(state in program.closing_states[track] for track, state in self.keys(states))
        for track, names in program.ending_states.items():
            if track not in self.walked and names != program.last_states.get(track):
                return None  # what ended for good is walked no further; this ending can be undone
        open_here = any(state not in program.closing_states[track] for track, state in self.keys(states))
        return False if open_here else None

    def is_over(self, states: States) -> bool:
        """Whether the case has ended for good, so that nothing starts any more."""
        return any(state in self.program.last_states.get(track, ()) for track, state in self.keys(states))
