"""Which moves a case can make, by the rows alone: what is reached, what closes the case, what opens it again.

Guards, roles and fields are not looked at, and each track is taken by itself: the others may be wherever they get to.
So what is missing here cannot happen to a case that is opened; what is there may still be barred by a guard.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

import attrs

from casewf.core.program import Program
from casewf.core.select import all_rules
from casewf.machine.rules import Rule

__all__ = ["Reach", "Way"]


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Way:
    """A row that can be taken from one state.

    Attributes:
        rule: the row as the core takes it.
        entered: the state afterwards, the same as before after an internal move.
        ends: it enters a state that ends the case, wherever the other tracks are (M8).
        may_close: the case can be closed by it.
        closes: an open case is closed by it, wherever the other tracks are.
        may_reopen: a closed case can be opened again by it.
    """

    rule: Rule
    entered: str
    ends: bool
    may_close: bool
    closes: bool
    may_reopen: bool

    @property
    def track(self) -> str:
        """The track that it moves."""
        return self.rule.track


def _any(_way: Way) -> bool:
    return True


class Reach:
    """What the rows of a workflow lead to.

    Attributes:
        program: the compiled workflow.
        reached: for each track the states that rows lead to from the initial one, that one included.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._rules = self._takeable_rules()
        self.reached: Mapping[str, frozenset[str]] = {
            track.id: self._reached_from(track.id, track.initial) for track in program.workflow.tracks
        }
        self._ways = {
            (track, state): [self._way(rule) for rule in self._rules.get((track, state), ())]
            for track, states in self.reached.items()
            for state in states
        }
        self._by_signal: dict[str, list[Way]] = {}
        for ways in self._ways.values():
            for way in ways:
                for signal in _signals(way):
                    self._by_signal.setdefault(signal, []).append(way)

    def ways(self, signal: str) -> tuple[Way, ...]:
        """The ways that bring what a moment listens to.

        Args:
            signal: ``enter:track.state``, ``leave:track.state``, ``fire:trigger``, ``case:closed`` or
                ``case:reopened``.
        """
        return tuple(self._by_signal.get(signal, ()))

    def onward(
        self, track: str, states: Iterable[str], passes: Callable[[Way], bool] = _any
    ) -> frozenset[str]:
        """The states of a track that follow on some, these included, by the ways that ``passes`` lets through."""
        return frozenset(self._walk(track, states, passes))

    def leads_to(
        self,
        track: str,
        states: Iterable[str],
        wanted: Collection[Way],
        passes: Callable[[Way], bool] = _any,
    ) -> bool:
        """Whether one of the ``wanted`` ways can be taken from some states on, by ways that ``passes`` lets through."""
        sources = {way.rule.source for way in wanted if way.track == track}
        return any(state in sources for state in self._walk(track, states, passes))

    def _walk(self, track: str, states: Iterable[str], passes: Callable[[Way], bool]) -> Iterator[str]:
        """Each state that follows, once, as soon as it is found."""
        seen = set(states)
        ahead = list(seen)
        while ahead:
            state = ahead.pop()
            yield state
            for way in self._ways.get((track, state), ()):
                if way.entered not in seen and passes(way):
                    seen.add(way.entered)
                    ahead.append(way.entered)

    def _takeable_rules(self) -> dict[tuple[str, str], list[Rule]]:
        """The rows by track and state, without those that a case which is closed there refuses for sure (M8)."""
        found: dict[tuple[str, str], list[Rule]] = {}
        for _, event in self.program.triggers.values():
            for rule in all_rules(event):
                if rule.after_close or not self._is_surely_closed(rule.track, rule.source):
                    found.setdefault((rule.track, rule.source), []).append(rule)
        return found

    def _reached_from(self, track: str, initial: str) -> frozenset[str]:
        seen, ahead = {initial}, [initial]
        while ahead:
            for rule in self._rules.get((track, ahead.pop()), ()):
                if rule.target is not None and rule.target not in seen:
                    seen.add(rule.target)
                    ahead.append(rule.target)
        return frozenset(seen)

    def _is_surely_closed(self, track: str, state: str) -> bool:
        """Whether a case is closed whenever this track is there, wherever the others are."""
        if self._ends(track, state):
            return True
        closing = self.program.closing_states
        return state in closing[track] and all(
            len(closing[other.id]) == len(other.states)
            for other in self.program.workflow.tracks
            if other.id != track
        )

    def _ends(self, track: str, state: str) -> bool:
        return state in self.program.ending_states.get(track, ())

    def _others_can_be_closed(self, track: str) -> bool:
        closing = self.program.closing_states
        return all(
            not states.isdisjoint(closing[name]) for name, states in self.reached.items() if name != track
        )

    def _way(self, rule: Rule) -> Way:
        track, source, target = rule.track, rule.source, rule.target
        if target is None:
            return Way(rule=rule, entered=source, ends=False, may_close=False, closes=False, may_reopen=False)
        closing = self.program.closing_states[track]
        was_open = source not in closing and not self._ends(track, source)
        ends = self._ends(track, target) and not self._ends(track, source)
        return Way(
            rule=rule,
            entered=target,
            ends=ends,
            may_close=ends or (was_open and target in closing and self._others_can_be_closed(track)),
            closes=was_open and self._is_surely_closed(track, target),
            may_reopen=rule.reopens and (self._ends(track, source) or self._others_can_be_closed(track)),
        )


def _signals(way: Way) -> Iterator[str]:
    """What moments hear of a way; an internal move enters and leaves nothing (M10)."""
    rule = way.rule
    yield f"fire:{rule.spec.trigger}"
    if rule.target is not None:
        yield f"leave:{rule.track}.{rule.source}"
        yield f"enter:{rule.track}.{rule.target}"
    if way.may_close:
        yield "case:closed"
    if way.may_reopen:
        yield "case:reopened"
