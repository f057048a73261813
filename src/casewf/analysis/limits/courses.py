"""The course of a limit: from where its clock starts, and what of its end can follow."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from casewf.analysis.flow.reach import Reach, Way
from casewf.analysis.limits.moments import Coming, comings, named
from casewf.model.workflow import Sla

__all__ = ["Course"]


class Course:
    """What can become of a limit's clock, by the rows alone; see ``Reach`` for what that says.

    Attributes:
        reach: the moves of the workflow.
        sla: the limit.
        starts, stops, cancels, reopens: what its moments listen to.
    """

    def __init__(self, reach: Reach, sla: Sla) -> None:
        self.reach = reach
        self.sla = sla
        self.starts = comings(reach, sla, "start")
        self.stops = comings(reach, sla, "stop")
        self.cancels = comings(reach, sla, "cancel")
        self.reopens = comings(reach, sla, "reopen")
        self._alive: dict[str, frozenset[str]] = {}
        self._unstarted: dict[str, frozenset[str]] = {}

    @cached_property
    def started_by(self) -> tuple[Coming, ...]:
        """Those of ``starts`` that start a clock; unless it restarts, only those that can be the first to come."""
        return tuple(one for one in self.starts if one.at_opening or self.first_ways(one))

    def first_ways(self, start: Coming) -> tuple[Way, ...]:
        """The moves that start a clock by one of the ``starts``; unless it restarts, those that can be the first."""
        if self._can_start_again:
            return start.ways
        if any(one.at_opening and one.sure for one in self.starts):
            return ()
        return tuple(way for way in start.ways if way.rule.source in self._unstarted_in(way.track))

    @property
    def _can_start_again(self) -> bool:
        """Whether later starts count: each one, or that after a limit ended before it knew its date (K4)."""
        return self.sla.restarts or any(target.until is not None for target in self.sla.target)

    def stop_can_follow(self, start: Coming) -> bool:
        """Whether what stops the limit can come to a clock that was started so."""
        return self.can_follow(start, (way for one in self.stops for way in one.ways))

    def can_follow(self, start: Coming, wanted: Iterable[Way]) -> bool:
        """Whether one of the ``wanted`` moves can come while a clock runs that was started so."""
        by_track: dict[str, set[Way]] = {}
        for way in wanted:
            by_track.setdefault(way.track, set()).add(way)
        return any(
            self.reach.leads_to(track, self._placed(start, track), ways, self._goes_on)
            for track, ways in by_track.items()
        )

    def alive_in(self, track: str) -> frozenset[str]:
        """The states of a track in which a clock can be running or paused."""
        if track not in self._alive:
            states = {state for start in self.starts for state in self._placed(start, track)}
            self._alive[track] = self.reach.onward(track, states, self._goes_on)
        return self._alive[track]

    def _placed(self, start: Coming, track: str) -> set[str]:
        """The states in which a track can be right after a move that starts a clock."""
        found: set[str] = set()
        if start.at_opening:
            found.add(self.reach.program.workflow.track(track).initial)
        for way in self.first_ways(start):
            if way.track == track:
                found.add(way.entered)
            elif start.signal == "case:closed" and not way.ends:
                found |= self.reach.reached[track] & self.reach.program.closing_states[track]
            else:
                found |= self.reach.reached[track]
        return found

    def stands_in(self) -> dict[str, frozenset[str]]:
        """For each track that pauses it, the states in which its clock stands whatever else the case holds (K2)."""
        found: dict[str, set[str]] = {}
        for moment in self.sla.pause:
            for name in moment.inside:
                track, _, state = name.partition(".")
                found.setdefault(track, set()).update(() if moment.when else (state,))
        return {track: frozenset(states) for track, states in found.items()}

    def other_end(self, starts: Iterable[Coming]) -> str:
        """What ends a clock that was started so and cannot be stopped, as a clause; empty if nothing does."""
        starts = tuple(starts)
        cancels = [one for one in self.cancels if any(self.can_follow(start, one.ways) for start in starts)]
        if cancels:
            return f"it is only ever cancelled, by {named(cancels)}"
        closing = self.reach.ways("case:closed")
        if any(self.can_follow(start, closing) for start in starts):
            return "it only ends with the case, which cancels it (K8)"
        return ""

    def _unstarted_in(self, track: str) -> frozenset[str]:
        """The states of a track in which the case can be before the limit was started by a move of it."""
        if track not in self._unstarted:
            initial = self.reach.program.workflow.track(track).initial
            starting = self._starting
            self._unstarted[track] = self.reach.onward(track, [initial], lambda way: way not in starting)
        return self._unstarted[track]

    @cached_property
    def _starting(self) -> frozenset[Way]:
        """The moves that start a clock whatever else the case holds."""
        return frozenset(way for one in self.starts if one.sure for way in one.ways if _is_sure(one, way))

    @cached_property
    def sure_ends(self) -> frozenset[Way]:
        """The moves that stop or cancel a clock whatever else the case holds."""
        return frozenset(
            way for one in (*self.stops, *self.cancels) if one.sure for way in one.ways if _is_sure(one, way)
        )

    def _goes_on(self, way: Way) -> bool:
        """Whether a clock may go on after a move, or go on later because it is reopened."""
        return self.sla.on_reopen != "never" or not (way.closes or way in self.sure_ends)


def _is_sure(coming: Coming, way: Way) -> bool:
    """Whether this move brings it for sure; whether a case is closed or reopened can depend on the other tracks."""
    return coming.signal == "case:closed" and way.closes if coming.signal.startswith("case:") else True
