"""One turn of a flow: something happens, and everything is looked at; and turns that failed, played again."""

from __future__ import annotations

import functools
import os
import unittest
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from casewf.adapters.memory import MemoryStore
from casewf.engine.case_view import CaseView
from casewf.errors import HorizonError
from casewf.model.case import Actor
from casewf.ports.outside import Delivery, Outcome
from casewf.ports.store import Store
from casewf.testing.flow.moves import Attempt
from casewf.testing.flow.setting import FlowSetting, Source, flow_setting
from casewf.testing.flow.shorten import Failed, shortened
from casewf.testing.flow.told import written_down
from casewf.testing.flow.watcher import Watcher
from casewf.testing.flow.world import FlowWalk, compiled
from casewf.testing.story_model import Action, DeliverNow, Step, SweepNow
from casewf.testing.story_world import StoryEngine

__all__ = ["FlowTurns"]


class FlowTurns(RuleBasedStateMachine):
    """What a ``CaseFlow`` walks, and its turns, which may be those of a walk before; its docstring tells the rest."""

    workflow: ClassVar[Source]
    children: ClassVar[Sequence[Source]] = ()
    calendars: ClassVar[Sequence[str | os.PathLike[str]]] = ()
    people: ClassVar[str | os.PathLike[str] | None] = None
    cases: ClassVar[int] = 2
    stories: ClassVar[str | os.PathLike[str]] = "casewf-failures"
    _found: ClassVar[Failed | None] = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._found = None
        cls.TestCase.runTest = _test(cls)  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        setting = self._setting()
        self._walk = FlowWalk(setting.story, setting.start, self._answered, self.new_store, self._compiled())
        self._watcher = Watcher(self._walk)
        self._data: st.DataObject | None = None
        self._failed = False
        self._writes = True
        self._answers: list[tuple[str, Outcome]] = []
        self._keyed: list[tuple[Attempt, str]] = []
        self._commands = 0

    # What a host may say

    def check(self, case: CaseView) -> None:
        """What must hold of a case after every step; raise, or ``assert``, if it does not. A host overrides it.

        Args:
            case: one that is open or closed, with every field unmasked.
        """

    def new_store(self) -> Store:
        """An empty store, in which the cases of one walk live, by default in memory; it is closed at the end."""
        return MemoryStore()

    def teardown(self) -> None:
        """The whole store is read once more."""
        try:
            if not self._failed:
                self._turn(None, self._watcher.finish)
        finally:
            close = getattr(self._walk.store, "close", None)
            if close is not None:
                close()

    # Turns

    @classmethod
    @functools.cache
    def _setting(cls) -> FlowSetting:
        if not hasattr(cls, "workflow"):
            raise TypeError(
                f"{cls.__name__} does not say what it walks; write: workflow = 'complaint.yaml', or a packaged id"
            )
        return flow_setting(cls.workflow, children=cls.children, calendars=cls.calendars, people=cls.people)

    @classmethod
    @functools.cache
    def _compiled(cls) -> StoryEngine:
        setting = cls._setting()
        return compiled(setting.story, setting.start)

    def _turn(self, data: st.DataObject | None, turn: Callable[[], None]) -> None:
        """Let something happen and look at everything; what is wrong is written down as a story."""
        __tracebackhide__ = True
        self._data = data
        try:
            turn()
            self._watcher.look()
            for name in self._walk.cases:
                self.check(self._walk.view(name))
        except HypothesisException:
            raise
        except Exception as failure:
            self._failed = True
            if self._writes:
                answers = tuple(answer for turn in self._walk.turns for answer in turn.answers)
                type(self)._found = Failed(  # noqa: SLF001  # its own
                    steps=self._walk.steps, failure=failure, answers=answers
                )
                path = Path(self.stories) / type(self).__name__
                failure.add_note(written_down(self._walk, self._setting(), path, failure))
            raise

    def _sweep(self) -> None:
        self._walk.sweep()
        self._watcher.look(caught_up=self._walk.cases)

    def _deliver(self) -> None:
        self._walk.deliver()
        self._watcher.delivered()

    def _do(self, action: Action, case: str) -> None:
        walk, watcher = self._walk, self._watcher
        actor: Actor = walk.actor(getattr(action, "by", ""))
        self._commands += 1
        key = f"k{self._commands}"
        attempt = watcher.before(action, case, actor)
        try:
            refusal = walk.attempt(action, case, key)
        except HorizonError:
            watcher.refused(attempt)
            return
        attempt = attempt.with_refusal(refusal)
        watcher.agrees(attempt)
        if refusal is None:
            self._keyed.append((attempt, key))
            watcher.look(actor=actor, on=case, caught_up=[case])
        else:
            watcher.refused(attempt)

    def _answer(self, delivery: Delivery) -> Outcome:  # noqa: ARG002  # the machine's own
        """What a connector does."""
        return Outcome(ok=True)

    def _answered(self, name: str, delivery: Delivery) -> Outcome:
        """What a connector does; where a walk is played again, what it did there."""
        for number, (connector, outcome) in enumerate(self._answers):
            if connector == name:
                del self._answers[number]
                return outcome
        return self._answer(delivery)

    # A failure, shortened

    @classmethod
    def _run(cls, how: settings) -> None:
        """Walk; a failure is played again with fewer steps, and where that does not show it Hypothesis shortens it."""
        __tracebackhide__ = True
        is_shortened = Phase.shrink in how.phases
        phases = [one for one in how.phases if one is not Phase.shrink]
        shortest = None
        try:
            run_state_machine_as_test(cls, settings=settings(how, phases=phases))
        except HypothesisException:
            raise
        except Exception as failure:
            found = cls._found
            if not is_shortened or found is None or found.failure is not failure:
                raise
            shortest = shortened(found, lambda steps: cls._again(steps, found.answers))
            if shortest is None:
                run_state_machine_as_test(cls, settings=how)
                raise
        if shortest is not None and found is not None:
            last = cls._again(shortest.steps, found.answers, writes=True) or shortest
            raise last.failure

    @classmethod
    def _again(
        cls, steps: Sequence[Step], answers: Sequence[tuple[str, Outcome]], *, writes: bool = False
    ) -> Failed | None:
        """Play steps from the beginning; what they fail with, or None. Only with ``writes`` a story comes of it."""
        __tracebackhide__ = True
        flow = cls()
        flow._writes, flow._answers = writes, list(answers)
        try:
            try:
                for step in steps:
                    flow._play(step)
            finally:
                flow.teardown()
        except HypothesisException:
            return None
        except Exception as failure:  # noqa: BLE001  # a host's check may raise anything
            return Failed(steps=flow._walk.steps, failure=failure)
        return None

    def _play(self, step: Step) -> None:
        __tracebackhide__ = True
        self._walk.be_silent(step.at)
        action = step.action
        if isinstance(action, SweepNow):
            self._turn(None, self._sweep)
        elif isinstance(action, DeliverNow):
            self._turn(None, self._deliver)
        elif action is not None:
            self._turn(None, lambda: self._do(action, step.case))


def _test(flow: type[FlowTurns]) -> Callable[[unittest.TestCase], None]:
    """What runs as the test of a flow."""

    def runTest(self: unittest.TestCase) -> None:  # noqa: N802  # unittest's name
        __tracebackhide__ = True
        flow._run(type(self).settings)  # type: ignore[attr-defined]  # noqa: SLF001

    runTest.is_hypothesis_test = True  # type: ignore[attr-defined]
    return runTest
