"""In which states a limit's clock may run: a static reading of the compiled tables, without any case.

Every row of the machines is walked with what its watch does to the one clock (K3). A condition is decided where
the states and the clock itself decide it; every other may be met or not. So a clock that can run somewhere is always
said to run there; the reverse need not hold, because fields are not looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from math import prod

import attrs

from casewf.core.known import any_of, decide
from casewf.core.limit_plan import SlaPlan
from casewf.core.program import Program
from casewf.core.track_map import Edge, States, TrackMap
from casewf.machine.rules import Watch, Watcher
from casewf.model.expression import Expression, Name
from casewf.model.workflow import Moment, Sla

__all__ = ["Place", "Places", "own_tracks"]

_MOST_POSITIONS = 5_000
"""Beyond so many combinations of states only the limit's own tracks are walked, or each of them alone."""

_NOTHING = Watch()
_NEVER_RAN, _GOES, _ENDED = range(3)
_PHASES: Mapping[int, frozenset[object]] = {
    _NEVER_RAN: frozenset({"none"}),
    _GOES: frozenset({"running", "paused"}),
    _ENDED: frozenset({"stopped"}),
}


@attrs.frozen(slots=True, kw_only=True)
class Place:
    """What a clock may do while its case is in a state.

    Attributes:
        runs: it may run there.
        pauses: it may stand there, by the limit's ``pause`` (K2).
        always: it runs or stands whenever a case is there.
    """

    runs: bool
    pauses: bool
    always: bool


class Places:
    """Where the clocks of a program may run; what one limit's walk finds out serves the next."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._maps: dict[tuple[str, ...], TrackMap] = {}

    def of(self, sla: str) -> dict[tuple[str, str], Place]:
        """For each track and state in which the clock of a limit may run or stand, what it may do.

        Only the limit's own tracks are told, see ``own_tracks``; ``KeyError`` if there is no such limit.
        """
        program, plan = self._program, self._program.by_name[sla]
        own = own_tracks(program, plan.spec)
        everything = tuple(program.machines)
        moments = _moments(plan.spec)
        by_case = any(one.case is not None for one in moments) or (
            plan.spec.on_reopen != "never" and not plan.spec.reopen
        )
        asked = {name for one in moments if one.when is not None for name in one.when.names}
        nearby = tuple(name for name in everything if name in own or f"state.{name}" in asked)
        found = self._walk(plan, everything if by_case else nearby, own)
        if any(state in program.closing_states[track] for track, state in found):
            found = self._walk(plan, everything, own)  # there, whether it goes on depends on all tracks (K8)
        return found

    def _walk(
        self, plan: SlaPlan, wanted: tuple[str, ...], own: tuple[str, ...]
    ) -> dict[tuple[str, str], Place]:
        for walked in (wanted, own):
            if self._size(walked) <= _MOST_POSITIONS:
                break
        else:
            alone = [_walk_clock(self._map((name,)), plan) for name in own]
            return {key: place for found in alone for key, place in found.items()}
        found = _walk_clock(self._map(walked), plan)
        return {key: place for key, place in found.items() if key[0] in own}

    def _size(self, walked: tuple[str, ...]) -> int:
        return prod(len(self._program.machines[name].states) for name in walked)

    def _map(self, walked: tuple[str, ...]) -> TrackMap:
        if walked not in self._maps:
            self._maps[walked] = TrackMap(self._program, walked)
        return self._maps[walked]


def own_tracks(program: Program, sla: Sla) -> tuple[str, ...]:
    """The tracks whose states or triggers a limit listens to, in file order; all where it listens to the case alone."""
    heard: set[str] = set()
    for moment in _moments(sla):
        heard |= {name.split(".", 1)[0] for name in (*moment.enter, *moment.leave, *moment.inside)}
        heard |= {program.triggers[name][0] for name in moment.fire if name in program.triggers}
    return tuple(name for name in program.machines if name in heard) or tuple(program.machines)


def _moments(sla: Sla) -> tuple[Moment, ...]:
    return (*sla.start, *sla.stop, *sla.pause, *sla.cancel, *sla.reopen)


def _walk_clock(area: TrackMap, plan: SlaPlan) -> dict[tuple[str, str], Place]:
    """What one clock may do in each state of the tracks that are walked."""
    clock = _Clock(area, plan)
    going: dict[tuple[str, str], set[bool | None]] = {}
    resting: set[tuple[str, str]] = set()
    for states, phase in clock.positions():
        keys = area.keys(states)
        if phase == _GOES:
            stands = clock.stands(states)
            for key in keys:
                going.setdefault(key, set()).add(stands)
        else:
            resting.update(keys)
    return {
        key: Place(runs=stands != {True}, pauses=stands != {False}, always=key not in resting)
        for key, stands in going.items()
    }


class _Clock:
    """One clock beside the states of some tracks: all that both can come to, by breadth-first search."""

    def __init__(self, area: TrackMap, plan: SlaPlan) -> None:
        self._area = area
        self._plan = plan
        self._watches: dict[int, Watch] = {}
        heard = {self._own(watch) for watch in area.elsewhere}
        self._elsewhere = () if area.knows_all else tuple(heard | {_NOTHING})
        self._edges: dict[States, tuple[Edge, ...]] = {}

    def positions(self) -> set[tuple[States, int]]:
        """Every combination of states and phase."""
        area, program = self._area, self._area.program
        opened = self._after(self._own(program.opening), _NEVER_RAN, area.initial, ended=False)
        waiting = deque((area.initial, phase) for phase in opened)
        seen = set(waiting)
        while waiting:
            states, phase = waiting.popleft()
            for entered, watch, was, now in self._edges_from(states):
                for following in self._moved(watch, phase, entered, was, now):
                    if (entered, following) not in seen:
                        seen.add((entered, following))
                        waiting.append((entered, following))
        return seen

    def stands(self, states: States) -> bool | None:
        """Whether a state pauses the clock, or None where that depends on more (K2)."""
        inside = {f"{track}.{state}" for track, state in self._area.keys(states)}
        answers: list[bool | None] = [False]
        for moment in self._plan.spec.pause:
            if not inside.isdisjoint(moment.inside):
                answers.append(self._decide(moment.when, states, _GOES))
            elif any(name.split(".", 1)[0] not in self._area.walked for name in moment.inside):
                answers.append(None)
        return any_of(answers)

    def _own(self, watch: Watch) -> Watch:
        """The part of a watch that is about this limit."""
        found = self._watches.get(id(watch))
        if found is None:
            mine = (
                tuple(one for one in heard if one[0] == self._plan.number)
                for heard in (watch.stop, watch.cancel, watch.reopen, watch.start)
            )
            stop, cancel, reopen, start = mine
            found = Watch(stop=stop, cancel=cancel, reopen=reopen, start=start)
            found = self._watches[id(watch)] = found if found else _NOTHING
        return found

    def _edges_from(self, states: States) -> tuple[Edge, ...]:
        """The moves from some states by what they mean to this clock, and what may happen in other tracks meanwhile."""
        found = self._edges.get(states)
        if found is None:
            area = self._area
            seen = {
                (entered, id(own), was, now): (entered, own, was, now)
                for entered, watch, was, now in area.edges(states)
                if (own := self._own(watch)) or entered != states or was is not now
            }
            closed = area.closed(states)
            others = tuple((states, watch, closed, closed) for watch in self._elsewhere)
            found = self._edges[states] = (*seen.values(), *others)
        return found

    def _moved(
        self, watch: Watch, phase: int, states: States, was: bool | None, now: bool | None
    ) -> Iterable[int]:
        """The phases after a move, for every way in which it may close or reopen the case."""
        if was is now and was is not None:
            return self._after(watch, phase, states, ended=False) if watch else (phase,)
        program = self._area.program
        found: set[int] = set()
        for before in (False, True) if was is None else (was,):
            for after in (False, True) if now is None else (now,):
                heard = watch
                if before is not after:
                    heard = _both(watch, self._own(program.on_closed if after else program.on_reopened))
                found |= self._after(heard, phase, states, ended=after and not before)
        return found

    def _after(self, watch: Watch, phase: int, states: States, *, ended: bool) -> set[int]:
        """The phases that a clock may be in once it was told: stop and cancel, then reopen, then start (K3)."""
        phases = {phase}
        for ending in (watch.stop, watch.cancel):
            phases = self._turned(ending, phases, states, lambda one: _ENDED if one == _GOES else one)
        if ended:  # K8
            phases = {_ENDED if one == _GOES else one for one in phases}
        if phase == _ENDED:
            phases = self._turned(watch.reopen, phases, states, lambda _: _GOES)
        if ended and self._area.is_over(states):
            return phases
        restarts = self._plan.spec.restarts
        return self._turned(
            watch.start, phases, states, lambda one: _GOES if one == _NEVER_RAN or restarts else one
        )

    def _turned(
        self,
        watchers: tuple[Watcher, ...],
        phases: set[int],
        states: States,
        turn: Callable[[int], int],
    ) -> set[int]:
        """The phases once each watcher may have been met or not."""
        for _, when, _ in watchers:
            after: set[int] = set()
            for phase in phases:
                answer = self._decide(when, states, phase)
                after |= {turn(phase)} if answer else {phase} if answer is False else {phase, turn(phase)}
            phases = after
        return phases

    def _decide(self, when: Expression | None, states: States, phase: int) -> bool | None:
        among, sla = self._area.among(states), self._plan.spec.id

        def possible(name: Name) -> frozenset[object] | None:
            if name.dotted == f"sla.{sla}.phase":
                return _PHASES[phase]
            if name.dotted == f"sla.{sla}.verdict" and phase == _NEVER_RAN:
                return frozenset({"none"})
            return among(name)

        return decide(when, possible)


def _both(one: Watch, other: Watch) -> Watch:
    return Watch(
        stop=(*one.stop, *other.stop),
        cancel=(*one.cancel, *other.cancel),
        reopen=(*one.reopen, *other.reopen),
        start=(*one.start, *other.start),
    )
