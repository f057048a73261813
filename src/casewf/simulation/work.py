"""Who does what next: courses of steps, queues of tasks, people at work."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from casewf.machine.rules import Evaluate, is_met
from casewf.model.case import Sealed
from casewf.model.commands import Act, Command, Fire
from casewf.model.quick import maker
from casewf.simulation.agenda import DONE, GIVE_UP, READY, WAKE, Agenda
from casewf.simulation.duty import Duty
from casewf.simulation.entangled import Entangled
from casewf.simulation.organisations import Place
from casewf.simulation.running import Running, Seen
from casewf.simulation.staff import Person, Pool
from casewf.simulation.task import CoursePlan, Fork, Node, Slot, Span, StepNode, Task

__all__ = ["Cross", "Work"]

_NO_COURSES: Mapping[str, Sequence[CoursePlan]] = {}

_fire = maker(Fire)

COMMENT = Sealed("simulated", "")
"""The comment that goes with every command: some rows ask for one, and what it says changes nothing."""


Cross: TypeAlias = Callable[[Running, Slot, Person | None], None]
"""Takes a case with the course that it goes on with, and who has still to do what its step is for, or None."""


class Work:
    """Brings cases through their courses; what people do is handed to ``fire``, which answers nothing.

    Attributes:
        cross: takes a case whose next step is for people whom another process simulates; None if no case crosses.
    """

    def __init__(
        self,
        agenda: Agenda,
        *,
        courses: tuple[Mapping[str, Mapping[str, Sequence[CoursePlan]]], Mapping[str, Sequence[CoursePlan]]],
        relocate: Callable[[], Place],
        first: Evaluate | None,
        hours: Duty,
        closes: int,
        fire: Callable[[Running, Command, int], None],
    ) -> None:
        self._agenda = agenda
        self._entered, self._warned = courses
        self._relocate = relocate
        self._first = first
        self._hours = hours
        self._closes = closes
        self._fire = fire
        self.cross: Cross | None = None

    # Courses

    def opened(self, one: Running) -> list[Slot]:
        """The courses that the opening of a case begins."""
        states = one.case.states
        begun = (self.entered(one, track, states[track], "") for track in self._entered)
        return [slot for slot in begun if slot is not None]

    def entered(self, one: Running, track: str, state: str, trigger: str) -> Slot | None:
        """The course that the entry of a state begins, in place of the one that the track had."""
        plans = self._entered.get(track, _NO_COURSES).get(state)
        return None if plans is None else self._begun(one, track, plans, trigger, f"{track}.{state}")

    def leave(self, one: Running, track: str, state: str, now: int) -> None:
        """The case leaves a state: what its course had still to do is put away."""
        slot = one.slots.pop(track, None)
        if slot is not None:
            slot.alive = False
            if (task := slot.queued) is not None:
                task.no_longer_waits()
                task.node.group.dropped.append((task.at, now))
            one.left[f"{track}.{state}"] = slot.node

    def warned(self, one: Running, sla: str) -> Slot | None:
        """The course that a rung of a limit begins, unless one is under way."""
        plans, key = self._warned.get(sla), f"sla {sla}"
        if plans is None or ((slot := one.slots.get(key)) is not None and slot.node is not None):
            return None
        return self._begun(one, key, plans, "", key)

    def _begun(
        self, one: Running, key: str, plans: Sequence[CoursePlan], trigger: str, place: str
    ) -> Slot | None:
        for plan in plans:
            if plan.after and trigger not in plan.after:
                continue
            if plan.when is not None and not is_met(plan.when, Seen(one.case)):
                continue
            node = one.left.get(place) if plan.resume else plan.first
            slot = one.slots[key] = Slot(key, node)
            return slot
        return None

    def look_again(self, one: Running, now: int) -> None:
        """Something happened to the case: steps that wait for a condition may go on."""
        for slot in one.slots.values():
            if slot.held:
                break
        else:
            return
        for slot in tuple(one.slots.values()):
            if slot.held and slot.alive:
                self.go_on(one, slot, now)

    def go_on(self, one: Running, slot: Slot, now: int) -> None:
        """Do the next step of a course, or wait for what it waits for.

        Raises:
            Entangled: it is for people whom another process simulates, and no case crosses.
        """
        node = slot.node
        decided, slot.held = slot.held, False  # a step that waits was decided on by chance before
        while node is not None:
            if isinstance(node, Fork):
                node = slot.node = self._way(one, node)
                continue
            if node.when is not None and not is_met(node.when, Seen(one.case)):
                node = slot.node = node.following
                decided = False
                continue
            if node.group.elsewhere:
                if self.cross is None:
                    raise Entangled
                self.cross(one, slot, None)
                return
            if node.happens is not None and not decided and not node.happens():
                node = slot.node = node.following
                continue
            if node.until is not None and not is_met(node.until, Seen(one.case)):
                slot.held = True
                return
            if node.after is not None:
                wait = next(node.after.amounts)
                at = self._later(node.after, self._pool(one, node).duty, now, wait)
                self._agenda.add(at, READY, one, self.ready, (one, slot, node))
                return
            self.hand_over(one, slot, node, now)
            return

    def _way(self, one: Running, fork: Fork) -> Node | None:
        ways, sums = fork.ways, fork.sums
        if sums is None:
            seen = Seen(one.case)
            ways = tuple(way for way in ways if way.when is None or is_met(way.when, seen))
            if not ways:
                return fork.following
            total, added = 0.0, []
            for way in ways:
                total += way.share
                added.append(total)
            sums = tuple(added)
        return ways[bisect_right(sums, fork.draw() * sums[-1], 0, len(ways) - 1)].first

    def _later(self, span: Span, duty: Duty | None, now: int, wait: int) -> int:
        if not span.working:
            return now + wait
        return (self._hours if duty is None else duty).after(now, wait)

    # Tasks

    def ready(self, what: tuple[Running, Slot, StepNode], now: int) -> None:
        """A step can be done from now on."""
        one, slot, node = what
        if slot.alive and slot.node is node:
            self.hand_over(one, slot, node, now)

    def _pool(self, one: Running, node: StepNode) -> Pool:
        """Who of the step's group the case falls to."""
        group = node.group
        return group.pools[one.place[group.level]]

    def hand_over(self, one: Running, slot: Slot, node: StepNode, now: int) -> None:
        """Let a step be done by somebody of its group, as soon as there is one."""
        group = node.group
        pool = self._pool(one, node)
        task = Task(one, slot, node, now)
        if group.spec.number is None:
            self._start(task, pool.people[0], now)
        elif node.takes is None:
            self._acts(one, slot, node, one.helpers.get(group.spec.name, pool.people[0]), now)
        # who comes on duty at this very instant takes what has waited longest: it is shared out on waking
        elif pool.wake != now and (free := pool.free(now, node.skill)) is not None:
            self._begin(task, free, now)
        else:
            self._queue(pool, task, now)

    def _start(self, task: Task, person: Person, now: int) -> None:
        """Let somebody of a group that has as many people as it takes begin, at once or with their next hours."""
        one, slot, node = task.case, task.slot, task.node
        duty, takes = node.group.duty, node.takes
        start = now if duty is None else duty.next_on(now)
        if start is None:
            return  # nobody comes any more before the end
        if start > now and node.begin is not None:
            self._agenda.add(start, READY, one, self.ready, (one, slot, node))
        elif takes is None and start == now:
            self._acts(one, slot, node, person, now)
        else:
            end = start if takes is None else self._later(takes, duty, start, next(takes.amounts))
            task.person, task.waits = person, False
            self._agenda.add(end, DONE, one, self.done, task)
            if node.begin is not None:
                self._fire(one, self._command(node, one, person, now, begins=True), now)

    def _queue(self, pool: Pool, task: Task, now: int) -> None:
        task.slot.queued = task
        urgent = self._first is not None and is_met(self._first, Seen(task.case.case))
        (pool.urgent if urgent else pool.waiting).append(task)
        if task.node.gives_up is not None:
            patience = task.node.gives_up
            at = self._later(patience, pool.duty, now, next(patience.amounts))
            self._agenda.add(at, GIVE_UP, task.case, self.give_up, task)
        self._watch_for_duty(pool, now)

    def _watch_for_duty(self, pool: Pool, now: int) -> None:
        if pool.idle and (pool.urgent or pool.waiting):
            at = pool.next_duty(now)
            if at is not None and (pool.wake is None or at < pool.wake):
                pool.wake = at
                self._agenda.add(at, WAKE, pool, self.woken, pool)

    def _begin(self, task: Task, person: Person, now: int) -> None:
        """Somebody begins a task; how long he is busy is known from then on."""
        node, one = task.node, task.case
        task.person = person
        task.no_longer_waits()
        group = node.group
        group.queued.append(task.at)
        group.begun.append(now)
        one.helpers[group.spec.name] = person
        takes = node.takes
        wait = 0 if takes is None else next(takes.amounts)
        end = now if takes is None else self._later(takes, person.duty, now, wait)
        person.works(now, min(end, self._closes))
        self._agenda.add(end, DONE, one, self.done, task)
        if node.begin is not None:
            self._fire(one, self._command(node, one, person, now, begins=True), now)

    def done(self, task: Task, now: int) -> None:
        """Somebody is done with a task: he does what it was for, and takes the next."""
        person, slot, node, one = task.person, task.slot, task.node, task.case
        if person is None:
            raise AssertionError("a task that nobody began cannot be done")
        if slot.alive and slot.node is node:
            following = node.following
            if self.cross is not None and isinstance(following, StepNode) and following.group.elsewhere:
                self.cross(one, slot, person)
            else:
                self._acts(one, slot, node, person, now, begun=True)
        if node.group.spec.number is not None:
            self.take_next(person, now)

    def resume(self, one: Running, slot: Slot, person: Person | None, now: int) -> None:
        """Go on with a case that ``cross`` took in another process."""
        if person is not None and isinstance(slot.node, StepNode):
            self._acts(one, slot, slot.node, person, now, begun=True)
        else:
            self.go_on(one, slot, now)

    def take_next(self, person: Person, now: int) -> None:
        """Somebody is free."""
        pool = person.pool
        if person.duty is None or person.duty.on(now):
            task = pool.next_for(person)
            if task is not None:
                self._begin(task, person, now)
                return
        pool.idle.append(person)
        self._watch_for_duty(pool, now)

    def woken(self, pool: Pool, now: int) -> None:
        """Somebody of a pool has come on duty; what is begun may bring more tasks, which join the queue."""
        pool.wake = now
        while (found := pool.match(now)) is not None:
            self._begin(*found, now)
        pool.wake = None
        self._watch_for_duty(pool, now)

    def give_up(self, task: Task, now: int) -> None:
        """Nobody came in time: the rest of the course is not done, but what it says for that case."""
        if not task.waits:
            return
        task.no_longer_waits()
        task.node.group.gone.append((task.at, now))
        task.slot.node = task.node.otherwise
        self.go_on(task.case, task.slot, now)

    def _acts(
        self, one: Running, slot: Slot, node: StepNode, person: Person, now: int, *, begun: bool = False
    ) -> None:
        """Do what a step is for, and go on with the next."""
        slot.node = node.following
        if node.begin is not None and not begun:
            self._fire(one, self._command(node, one, person, now, begins=True), now)
        if node.fire is not None or node.act is not None:
            if node.relocate:
                one.place = self._relocate()
            self._fire(one, self._command(node, one, person, now, begins=False), now)
        if slot.alive and slot.node is node.following:
            self.go_on(one, slot, now)

    def _command(self, node: StepNode, one: Running, person: Person, now: int, *, begins: bool) -> Command:
        made = node.begins if begins else node.ends
        found = made.get(person)
        if found is not None:
            return found
        trigger = node.begin if begins else node.fire
        if trigger is None:
            command: Command = Act(node.act or "", node.sla or "", person.actor, node.amount, COMMENT)
        elif begins and node.fire is not None:
            command = _fire(trigger, person.actor, comment=COMMENT)
        else:
            data = node.given(now, one.place, one.case.fields) if node.constant is None else node.constant
            command = _fire(trigger, person.actor, data, COMMENT)
            if node.constant is None:
                return command
        made[person] = command
        return command
