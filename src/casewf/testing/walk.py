"""A walk through a workflow: commands one after another in virtual time, each of which can be undone.

A walk is a story in the making: what was done is kept as steps, and taking the last one back plays the others anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import attrs

from casewf.adapters.memory import MemoryStore
from casewf.core.options import Option
from casewf.definition.children import with_children
from casewf.definition.source import Place
from casewf.engine.case_view import CaseView
from casewf.errors import NotFound, Refused
from casewf.model.case import Actor
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Workflow
from casewf.ports.outside import Delivery, Outcome
from casewf.ports.store import Store
from casewf.ports.stored import Incident, StoredEvent
from casewf.testing.clock import TestClock, datetime_of
from casewf.testing.recorders import RecordingNotifier
from casewf.testing.story_actions import open_case, perform
from casewf.testing.story_model import (
    NOT_FOUND,
    Action,
    Check,
    DeliverNow,
    OpenCase,
    Step,
    Story,
    StoryCase,
    SweepNow,
)
from casewf.testing.story_world import StoryEngine, story_connectors, story_engine

__all__ = ["MOST_HAPPENINGS", "Answer", "Asking", "Turn", "Walk"]

Answer = Callable[[str, Delivery], Outcome]
"""Says what a connector answers to what is pushed to it."""

MOST_HAPPENINGS = 500
"""How much may happen by itself in one wait: a limit that starts itself again would never come to an end."""

_SECOND = 1_000_000
_FAR = 2**62
_NOWHERE = Place(file="")


@attrs.frozen(slots=True, kw_only=True)
class Turn:
    """What one command, or one wait, did.

    Attributes:
        at: the instant at its end.
        steps: as a story has them; none where time passed and nothing happened.
        answers: what connectors answered meanwhile, in order.
    """

    at: int
    steps: tuple[Step, ...] = ()
    answers: tuple[tuple[str, Outcome], ...] = ()


class Walk:
    """A case, and its children, being walked through.

    Args:
        setting: a story without steps: the workflow, who there is, the zone, what the case is called.
        start: the instant at which it begins.
        answer: asked for every push.

    Raises:
        BindingError: the workflow names a calendar or a child's workflow that the setting does not have.
    """

    def __init__(self, setting: Story, start: int, answer: Answer) -> None:
        self._setting = setting
        self._start = start
        self._ask = answer
        self._turns: list[Turn] = []
        self._workflows = {one.id: one for one in with_children(setting.workflows)}
        self._begin()

    def _begin(self) -> None:
        """Stand at the start again, with nothing done."""
        self._store: Store = MemoryStore()
        self._clock = TestClock(datetime_of(self._start))
        self._notifier = RecordingNotifier()
        self._prepared: list[tuple[str, Outcome]] = []
        self._answers: list[tuple[str, Outcome]] = []
        names = story_connectors(self._setting)
        connectors = {name: Asking(name, self._answer) for name in names}
        self._engine: StoryEngine = story_engine(
            self._setting, self._store, self._clock, self._notifier, connectors
        )

    # Where it stands

    @property
    def setting(self) -> Story:
        """The story without its steps."""
        return self._setting

    @property
    def engine(self) -> StoryEngine:
        """The engine at the present instant; another one after an ``undo``."""
        return self._engine

    @property
    def store(self) -> Store:
        """Where its cases live; another one after an ``undo``."""
        return self._store

    @property
    def now(self) -> int:
        """The present instant, microseconds since 1970-01-01T00:00Z."""
        return self._clock.now()

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was done, oldest first."""
        return tuple(self._turns)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The same as the steps of a story."""
        return tuple(step for turn in self._turns for step in turn.steps)

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases that there are, the main one first."""
        names = [head.case for head in self._store.heads()]
        return tuple(sorted(names, key=lambda name: (name != self._setting.case, name)))

    def is_open(self, case: str) -> bool:
        """Whether there is such a case."""
        return self._store.load(case) is not None

    def workflow_of(self, case: str) -> Workflow:
        """What a case goes by; the main one's before it is there."""
        stored = self._store.load(case)
        return self._setting.workflow if stored is None else self._workflows[stored.case.workflow[0]]

    def observer(self, case: str) -> Actor:
        """Somebody who sees the case and every value of it."""
        stored = self._store.load(case)
        roles = frozenset(role for workflow in self._workflows.values() for role in workflow.roles)
        if stored is None:
            return Actor("observer", roles, self._setting.org)
        opener = stored.case.opened_by
        return Actor("observer" if opener == SYSTEM else opener, roles, stored.case.org)

    def view(self, case: str) -> CaseView:
        """The case as the observer sees it."""
        return self._engine.case(case, actor=self.observer(case))

    def options(self, case: str, person: str) -> tuple[Option, ...] | None:
        """What one of the people may do on a case; None if he does not see it."""
        try:
            return self._engine.options(case, actor=self._actor(person))
        except NotFound:
            return None

    def history(self, case: str, after: int = 0) -> tuple[StoredEvent, ...]:
        """The events of a case from that number on."""
        return tuple(self._store.history(case, after))

    def incidents(self) -> tuple[Incident, ...]:
        """What needs a person, of all cases, oldest first."""
        return self._engine.incidents()

    # What can be done

    def do(self, action: Action, case: str) -> Refused | NotFound | None:
        """Do something on a case, and deliver what that sets off; a refusal is kept as a step that must be refused.

        Raises:
            CasewfError: it cannot be done for another reason than the rules; nothing is kept.
        """
        step, refusal = self._attempt(action, case)
        self._keep([step, *(self._deliver() if refusal is None else ())])
        return refusal

    def let_pass(self, until: int) -> bool:
        """Let time pass up to an instant; what becomes due on the way happens when it is due, to the second.

        Returns:
            Whether it came so far; it stops where ``MOST_HAPPENINGS`` things have happened by themselves.
        """
        steps: list[Step] = []
        for _ in range(MOST_HAPPENINGS):
            moment = self.next_instant()
            if moment is None or moment > until:
                if until > self.now:
                    steps += self._arrive(until)
                break
            steps += self._arrive(moment)
        self._keep(steps)
        return self.now >= until

    def next_instant(self) -> int | None:
        """The whole second at which something happens next by itself: a timer, or a delivery that waits; or None."""
        due = [one.wake - one.wake % _SECOND + _SECOND for one in self._store.due(_FAR, 1)]
        waiting = [
            -(-row.due_at // _SECOND) * _SECOND
            for head in self._store.heads()
            for row in self._store.outbox(head.case)
            if row.state == "pending"
        ]
        return min((instant for instant in (*due, *waiting) if instant > self.now), default=None)

    def undo(self) -> Turn | None:
        """Take back the last turn; it is returned, or None if there is none."""
        if not self._turns:
            return None
        *kept, undone = self._turns
        self._begin()
        self._turns = kept
        for turn in kept:
            self._prepared += turn.answers
            for step in turn.steps:
                self._clock.travel(datetime_of(step.at))
                self._perform(step)
            self._clock.travel(datetime_of(turn.at))
        self._answers = []
        return undone

    # As a story

    def story(self) -> Story:
        """The story of the walk; its last steps expect of every case what is so now."""
        answers: dict[str, list[Outcome]] = {}
        for turn in self._turns:
            for name, outcome in turn.answers:
                answers.setdefault(name, []).append(outcome)
        looks = tuple(
            Step(at=self.now, place=_NOWHERE, case=case, checks=tuple(self._checks(case)))
            for case in self.cases
        )
        return attrs.evolve(
            self._setting,
            steps=(*self.steps, *looks),
            connectors={name: tuple(outcomes) for name, outcomes in answers.items()},
            cases=self._others(),
        )

    def _others(self) -> Mapping[str, StoryCase]:
        """The other cases; and those of the setting that name the workflow of a child which was not opened."""
        there = {
            name: StoryCase(workflow=self.workflow_of(name))
            for name in self.cases
            if name != self._setting.case
        }
        named = {case.workflow.id for case in there.values()}
        unopened = {name: case for name, case in self._setting.cases.items() if case.workflow.id not in named}
        return {**there, **unopened}

    def _checks(self, case: str) -> Iterator[Check]:
        stored = self._store.load(case)
        if stored is None:
            return
        found, workflow = stored.case, self.workflow_of(case)
        for track in workflow.tracks:
            yield Check("state", (track.id,), found.states[track.id], _NOWHERE)
        for sla in workflow.slas:
            clock = found.clocks.get(sla.id)
            if clock is not None:
                yield Check("due", (sla.id,), clock.due, _NOWHERE)
                yield Check("verdict", (sla.id,), clock.verdict, _NOWHERE)
                yield Check("phase", (sla.id,), clock.phase, _NOWHERE)
        yield Check("card", (), found.card, _NOWHERE)
        yield Check("closed", (), found.closed, _NOWHERE)

    # Inside

    def _arrive(self, moment: int) -> list[Step]:
        self._clock.travel(datetime_of(moment))
        steps = []
        if self._store.due(moment, 1):
            step = Step(at=moment, place=_NOWHERE, case=self._setting.case, action=SweepNow())
            self._perform(step)
            steps.append(step)
        return [*steps, *self._deliver()]

    def _deliver(self) -> list[Step]:
        if not self._store.pending(self.now, 1):
            return []
        step = Step(at=self.now, place=_NOWHERE, case=self._setting.case, action=DeliverNow())
        self._perform(step)
        return [step]

    def _attempt(
        self, action: Action, case: str, key: str | None = None
    ) -> tuple[Step, Refused | NotFound | None]:
        step = Step(at=self.now, place=_NOWHERE, case=case, action=action)
        refusal = self._perform(step, key)
        return step if refusal is None else attrs.evolve(step, refused=_codes(refusal)), refusal

    def _perform(self, step: Step, key: str | None = None) -> Refused | NotFound | None:
        try:
            if isinstance(step.action, OpenCase):
                actor = self._actor(step.action.by)
                open_case(self._engine, self._setting, step.case, step.action, actor, key)
            else:
                perform(self._engine, step.case, step.action, self._actor, key)
        except (Refused, NotFound) as refusal:
            return refusal
        return None

    def _keep(self, steps: list[Step]) -> None:
        self._turns.append(Turn(at=self.now, steps=tuple(steps), answers=tuple(self._answers)))
        self._answers = []

    def _actor(self, person: str) -> Actor:
        return self._setting.actor(person, self.now)

    def _answer(self, name: str, delivery: Delivery) -> Outcome:
        for number, (connector, outcome) in enumerate(self._prepared):
            if connector == name:
                del self._prepared[number]
                return outcome
        outcome = self._ask(name, delivery)
        self._answers.append((name, outcome))
        return outcome


class Asking:
    """A connector that asks what to answer."""

    def __init__(self, name: str, answer: Answer) -> None:
        self._name = name
        self._answer = answer

    def push(self, delivery: Delivery) -> Outcome:
        """What is answered."""
        return self._answer(self._name, delivery)


def _codes(refusal: Refused | NotFound) -> frozenset[str]:
    if isinstance(refusal, NotFound):
        return frozenset((NOT_FOUND,))
    return frozenset(reason.code for reason in refusal.reasons)
