"""The simulation: events in virtual time, decided by the core that the engine decides by.

There is no second model of the rules. What somebody does is a command for the core; what time makes due is an
``Elapse`` right after it is due, as a sweep that never sleeps would find it (E3). A refusal changes nothing, is
counted, and the case goes on with its next step.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Mapping
from heapq import heappop
from typing import TypeAlias

from casewf.core.clock_results import CLOCK_EVENTS
from casewf.core.decide import Refusal, advance
from casewf.core.program import compile_program
from casewf.definition.load import terms_of
from casewf.errors import InternalError
from casewf.kpi import FactsTaker, Plan, Terms
from casewf.model.case import Case
from casewf.model.clock_events import ClockCancelled, ClockStopped, RungFired
from casewf.model.commands import Command, Elapse, Open
from casewf.model.events import Event, Moved
from casewf.model.quick import maker
from casewf.model.zone import load_zone
from casewf.simulation.agenda import ARRIVE, ELAPSE, Agenda, Entry
from casewf.simulation.connectors import Connectors
from casewf.simulation.crossing import Arrivals
from casewf.simulation.distributions import Source
from casewf.simulation.entangled import Entangled
from casewf.simulation.ledger import Ledger
from casewf.simulation.organisations import Organisations
from casewf.simulation.plans import Planner
from casewf.simulation.profile import Profile
from casewf.simulation.refusals import OPENING, Refused, count_refusal, name_of
from casewf.simulation.running import Running
from casewf.simulation.staff import Person, groups_of
from casewf.simulation.streams import Stream, streams_of
from casewf.simulation.task import Slot
from casewf.simulation.work import Cross, Work
from casewf.worktime import epoch_us

__all__ = ["Simulation", "Watcher"]

Watcher: TypeAlias = Callable[[int, str, Command, tuple[Event, ...]], None]
"""Is told of every command that was accepted: when, of which case, what, and its events."""

_MOST_AT_ONCE = 50
"""A case on which more commands are fired at one instant goes round in circles."""
_MOST_IN_ALL = 10_000
"""As does one on which so many are fired in all; real cases have a hundredth of that."""
_ELAPSED = Elapse()
_open = maker(Open)
_LEAVING_A_WAKE = CLOCK_EVENTS - {ClockStopped, ClockCancelled}


class Simulation:
    """One run of a profile.

    Args:
        profile: what is assumed.
        seed: the same seed, profile and casewf give the same run.
        numbers: how many people are in a group, or how many cases a stream has, instead of what the profile says.
        watcher: is told of every command.
        terms: what the names of the workflow mean; by default ``terms_of`` it.

    Attributes:
        organisations: all units.
        groups: the groups of people, with what was seen of them.
        streams: the streams of arrivals.
        agenda, source: what happens next, and what chance decides by.
        fixtures: what every run of the profile has, in the same order: people, steps and choices.
        opened: how many cases came; under_way: those to which something can still happen, by id.
        ledger: what is counted of the others.
        refused: what was refused how often, by trigger or act, code of the first reason, and its field.
        commands, events: how many there were.
        begin, closes, end: the first instant, that from which none arrives, and that after the last, in microseconds.

    Raises:
        SimulationError: too few people for the units, too many people or cases.
        BindingError: a calendar that the workflow names is missing.
        HorizonError: a calendar does not know the whole time.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        seed: int = 1,
        numbers: Mapping[str, int] | None = None,
        watcher: Watcher | None = None,
        terms: Terms | None = None,
    ) -> None:
        numbers = {} if numbers is None else numbers
        self.profile = profile
        self.begin = self._midnight(0)
        self.closes = self._midnight(self.profile.days)
        self.end = self._midnight(self.profile.days + self.profile.drain)
        self._program = compile_program(profile.workflow, profile.calendars)
        self.organisations = Organisations(profile.organisations)
        self.source = Source(seed)
        self.agenda = Agenda()
        self.groups = groups_of(self.profile, self.organisations, self.begin, self.end, numbers)
        planner = Planner(self.profile, self.organisations, self.groups, self.source)
        place = self.source.generator("relocated")
        self._work = Work(
            self.agenda,
            courses=planner.courses(),
            relocate=lambda: self.organisations.draw(place),
            first=planner.condition(profile.first),
            hours=planner.hours(self.begin, self.end),
            closes=self.closes,
            fire=self._fire,
        )
        self.streams = streams_of(profile, planner, self.organisations, self.source, numbers)
        for stream in self.streams:
            if stream.times:
                self.agenda.add(stream.times[0], ARRIVE, stream, self._arrive, stream)
        self._connectors = Connectors(profile, planner, self.source, self.agenda, self._fire)
        self.terms = terms_of(profile.workflow) if terms is None else terms
        self._plan = Plan(self.terms)
        people = [
            one for group in self.groups.values() for pool in group.pools.values() for one in pool.people
        ]
        self.fixtures: list[object] = [self._plan, *people, *planner.nodes]
        self._watcher = watcher
        self._above = self.organisations.above
        self.opened = 0
        self.under_way: dict[str, Running] = {}
        self.ledger = Ledger(profile, self.terms, self.begin, self.end)
        self.refused: dict[tuple[str, str, str], Refused] = {}
        self.commands = self.events = 0

    def _midnight(self, days: int) -> int:
        day = dt.datetime.combine(self.profile.begins, dt.time()) + dt.timedelta(days=days)
        return epoch_us(day.replace(tzinfo=load_zone(self.profile.zone)))

    def run(self, progress: Callable[[int], None] | None = None, arrivals: Arrivals | None = None) -> None:
        """Let the time pass, once.

        Args:
            progress: is told now and then which instant it is.
            arrivals: the cases that come from another process, in place of those that the profile lets come.

        Raises:
            HorizonError: a limit would start that ends where its calendar knows nothing.
            Entangled: another process is needed for what only one alone can do.
        """
        agenda, heap, end = self.agenda, self.agenda.heap, self.end
        if arrivals is not None:
            heap.clear()
        looked = 0
        furthest: Entry | None = None
        while True:
            if arrivals is not None and (not heap or heap[0] >= arrivals.known) and arrivals.receive(heap):
                continue
            if not heap:
                break
            entry = agenda.present = heappop(heap)
            if furthest is None or entry > furthest:
                furthest = agenda.furthest = entry
            at = entry[0]
            if at >= end:
                break
            entry[3](entry[4], at)
            looked += 1
            if progress is not None and not looked & 4095:
                progress(at)
        for one in self.under_way.values():
            self.ledger.add(one.facts.facts())

    def divide(self, elsewhere: Container[str], cross: Cross | None = None) -> None:
        """Leave groups to another process.

        Args:
            elsewhere: their names.
            cross: takes their cases, as ``Work.cross`` says; None if this process is to have none of them.
        """
        for group in self.groups.values():
            group.elsewhere = group.spec.name in elsewhere
        self._work.cross = cross
        self.source.watch()

    def take_in(self, one: Running, slot: Slot, person: Person | None, now: int) -> None:
        """Go on with a case that comes from another process; ``person`` has still to do what its step is for."""
        one.gone, one.wake = False, None
        self.under_way[one.case.id] = one
        if (wake := one.case.wake) is not None:
            self._wake_at(one, wake)
        self._work.resume(one, slot, person, now)

    # Cases

    def _arrive(self, stream: Stream, now: int) -> None:
        stream.next += 1
        if stream.next < len(stream.times):
            self.agenda.add(stream.times[stream.next], ARRIVE, stream, self._arrive, stream)
        spec, place = stream.spec, stream.place()
        group = self.groups[spec.by]
        actor = group.pools[place[group.level]].people[0].actor
        org = None if spec.level is None else place[self.organisations.number[spec.level]]
        above = () if org is None else self._above[org]
        data = stream.given(now, place, {}) if stream.constant is None else stream.constant
        self.opened += 1
        command = _open(f"C{self.opened:06}", actor, org, above, data)
        result = advance(self._program, None, command, now, self._above)
        if isinstance(result, Refusal):
            count_refusal(self.refused, f"{OPENING}{spec.name}", result, self.agenda.place)
            return
        events, case = result
        one = Running(self.opened, case, place, FactsTaker(self._plan))
        self.under_way[case.id] = one
        self._follow(one, command, events, case, now, self._work.opened(one))

    def _elapse(self, one: Running, now: int) -> None:
        if one.gone:
            return
        one.wake = None
        wake = one.case.wake
        if wake is None:
            return
        if wake >= now:
            self._wake_at(one, wake)
            return
        result = advance(self._program, one.case, _ELAPSED, now, self._above)
        if isinstance(result, Refusal):
            raise InternalError("the passing of time was refused")
        one.stirred = True  # another clock can have been behind the one that woke the case
        self._follow(one, _ELAPSED, result[0], result[1], now, [])

    def _fire(self, one: Running, command: Command, now: int) -> None:
        if one.gone:
            raise Entangled  # what a step began with has sent the case away before the step was done
        if one.at != now:
            one.at, one.commands = now, 0
        one.commands += 1
        one.fired += 1
        if one.commands > _MOST_AT_ONCE or one.fired > _MOST_IN_ALL:
            count_refusal(self.refused, name_of(command), None, self.agenda.place)
            return
        result = advance(self._program, one.case, command, now, self._above)
        if isinstance(result, Refusal):
            count_refusal(self.refused, name_of(command), result, self.agenda.place)
        else:
            self._follow(one, command, result[0], result[1], now, [])

    def _follow(
        self,
        one: Running,
        command: Command,
        events: tuple[Event, ...],
        case: Case,
        now: int,
        begun: list[Slot],
    ) -> None:
        """Let the case be what its events made of it, and let follow what they begin."""
        self.commands += 1
        self.events += len(events)
        one.case = case
        work = self._work
        self._hear(one, events, now, begun)
        if self._watcher is not None:
            self._watcher(now, case.id, command, events)
        for slot in begun:
            if slot.alive:
                work.go_on(one, slot, now)
        work.look_again(one, now)
        if one.case is not case:
            return  # something followed at once, and saw to the rest
        if one.stirred or case.closed:  # by now many a clock is stopped that was started at this very instant
            one.stirred = False
            wake = case.wake
            if wake is not None:
                self._wake_at(one, wake)
            elif case.closed and one.is_left_alone:
                self._finish(one)

    def _hear(self, one: Running, events: tuple[Event, ...], now: int, begun: list[Slot]) -> None:
        """Note what happened, and which courses begin."""
        take = one.facts.take
        for event in events:
            take(event)
            kind = type(event)
            if kind is Moved:
                if event.target is not None and event.target != event.source:  # type: ignore[union-attr]  # by kind
                    self._moved(one, event, now, begun)  # type: ignore[arg-type]
                if event.effects:  # type: ignore[union-attr]
                    self._connectors.push(one, event.effects, now)  # type: ignore[union-attr]
                continue
            if kind in _LEAVING_A_WAKE:
                one.stirred = True
            if kind is RungFired:
                slot = self._work.warned(one, event.sla)  # type: ignore[union-attr]
                if slot is not None:
                    begun.append(slot)
                if event.effects:  # type: ignore[union-attr]
                    self._connectors.push(one, event.effects, now)  # type: ignore[union-attr]

    def _moved(self, one: Running, event: Moved, now: int, begun: list[Slot]) -> None:
        """A track entered another state: its course ends, and another one begins."""
        target = event.target or ""
        self._work.leave(one, event.track, event.source, now)
        if one.case.states[event.track] == target:
            slot = self._work.entered(one, event.track, target, event.trigger)
            if slot is not None:
                begun.append(slot)

    def _finish(self, one: Running) -> None:
        """Nothing will happen to the case any more: only what is counted of it is kept."""
        if self.under_way.pop(one.case.id, None) is not None:
            self.ledger.add(one.facts.facts())

    def _wake_at(self, one: Running, wake: int) -> None:
        if one.wake is None or wake < one.wake:
            one.wake = wake
            self.agenda.add(wake + 1, ELAPSE, one, self._elapse, one)
