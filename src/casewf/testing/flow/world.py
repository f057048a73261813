"""A walk whose outside fails, whose sweep stays away, and whose engine is built anew on the same store."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from casewf.adapters.memory import MemoryStore
from casewf.definition.children import with_children
from casewf.definition.source import Place
from casewf.errors import HorizonError, NotFound, Refused
from casewf.model.case import Actor
from casewf.model.text import Label
from casewf.ports.outside import Delivery, Outcome
from casewf.ports.store import Store
from casewf.testing.clock import TestClock, datetime_of
from casewf.testing.recorders import CountingEntropy, RecordingNotifier
from casewf.testing.stand_ins import connectors_of, hooks_of
from casewf.testing.story_actions import open_case, perform
from casewf.testing.story_model import Action, DeliverNow, OpenCase, Step, Story, SweepNow
from casewf.testing.story_world import StoryEngine, story_connectors, story_engine
from casewf.testing.walk import Answer, Asking, Walk

__all__ = ["FlowWalk", "compiled"]

_NOWHERE = Place(file="")


class FlowWalk(Walk):
    """A walk that leaves it to its walker when the engine sweeps, delivers and is started again.

    Args:
        setting, start, answer: as of a ``Walk``; an answer may raise, which is a push that was not taken.
        new_store: makes the store in which its cases live.
        like: an engine of the same setting, so that nothing need be compiled again at the beginning.
    """

    def __init__(
        self,
        setting: Story,
        start: int,
        answer: Answer,
        new_store: Callable[[], Store],
        like: StoryEngine,
    ) -> None:
        self._new_store = new_store
        self._like = like
        super().__init__(setting, start, answer)

    def _begin(self) -> None:
        self._store = self._new_store()
        self._clock = TestClock(datetime_of(self._start))
        self._entropy = CountingEntropy()
        self._prepared = []
        self._answers = []
        self.arrived: list[str] = []
        self._engine = self._build(self._like)

    def restart(self) -> None:
        """Go on with another engine on the same store, which knows nothing but what lies there (D1)."""
        self._engine = self._build(compiled(self._setting, self._start))

    def _build(self, like: StoryEngine) -> StoryEngine:
        outside, workflows = _Outside(self.arrived), with_children(self._setting.workflows)
        return StoryEngine.like(
            like,
            self._store,
            self._clock,
            self._entropy,
            outside,
            {name: Asking(name, self._push) for name in connectors_of(workflows, {})},
            dict.fromkeys(hooks_of(workflows), outside.notify),
        )

    def actor(self, person: str) -> Actor:
        """One of the people as he may act now, with the organisations above his."""
        actor, organisations = self._actor(person), self._setting.organisations
        lineage: list[str] = []
        above = actor.org
        while above is not None and above not in lineage:
            lineage.append(above)
            above = organisations[above].under if above in organisations else None
        return attrs.evolve(actor, lineage=tuple(lineage))

    def attempt(self, action: Action, case: str, key: str | None = None) -> Refused | NotFound | None:
        """Do something on a case, and leave what that sets off to a later delivery.

        Raises:
            HorizonError: a limit would end past what the calendar knows; nothing is kept (E2).
            Exception: whatever else the engine raises; the step is kept, and is the last of the story.
        """
        try:
            step, refusal = self._attempt(action, case, key)
        except HorizonError:
            raise
        except Exception:
            self._keep([Step(at=self.now, place=_NOWHERE, case=case, action=action)])
            raise
        self._keep([step])
        return refusal

    def repeat(self, action: Action, case: str, actor: Actor, key: str) -> None:
        """Send a command again under the key that it had, as a host does that was not answered; it is no step.

        Raises:
            CasewfError: as the engine's command.
        """
        if isinstance(action, OpenCase):
            open_case(self._engine, self._setting, case, action, actor, key)
        else:
            perform(self._engine, case, action, lambda _: actor, key)

    def be_silent(self, until: int) -> None:
        """Let time pass while nothing runs: no sweep, no delivery."""
        self._clock.travel(datetime_of(until))

    def sweep(self) -> None:
        """One sweep, now."""
        self._happen(SweepNow())

    def deliver(self) -> None:
        """One delivery of what may be tried now."""
        self._happen(DeliverNow())

    def note(self, note: Label) -> None:
        """Write beside the last step what came of it."""
        for number in range(len(self._turns) - 1, -1, -1):
            turn = self._turns[number]
            if turn.steps:
                last = attrs.evolve(turn.steps[-1], note=note)
                self._turns[number] = attrs.evolve(turn, steps=(*turn.steps[:-1], last))
                return

    def told_story(self) -> Story:
        """The story up to now, which expects nothing but the refusals on its way."""
        story = self.story()
        return attrs.evolve(story, steps=self.steps)

    def _happen(self, action: SweepNow | DeliverNow) -> None:
        step = Step(at=self.now, place=_NOWHERE, case=self._setting.case, action=action)
        try:
            self._perform(step)
        finally:
            self._keep([step])

    def _push(self, name: str, delivery: Delivery) -> Outcome:
        try:
            outcome = self._answer(name, delivery)
        except ConnectionError as failure:
            # in a story it is an answer, and comes to the same
            answer = Outcome(ok=False, error=f"{type(failure).__name__}: {failure}")
            self._answers.append((name, answer))
            raise
        if outcome.ok:
            self.arrived.append(delivery.id)
        return outcome


def compiled(setting: Story, start: int) -> StoryEngine:
    """An engine that is never used but to take its compiled workflows from."""
    clock, notifier = TestClock(datetime_of(start)), RecordingNotifier()
    return story_engine(setting, MemoryStore(), clock, notifier, story_connectors(setting))


class _Outside:
    """Notifier and hooks in one, which take note of what reached them."""

    def __init__(self, arrived: list[str]) -> None:
        self._arrived = arrived

    def notify(self, delivery: Delivery) -> None:
        """It arrived."""
        self._arrived.append(delivery.id)
