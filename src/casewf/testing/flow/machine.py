"""``CaseFlow``: a walk through a workflow at random, whose every step is held against the rules."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from casewf.adapters.memory import MemoryStore
from casewf.engine.case_view import CaseView
from casewf.errors import HorizonError
from casewf.model.case import Actor
from casewf.model.text import Label
from casewf.ports.outside import Delivery, Outcome
from casewf.ports.store import Store
from casewf.testing.flow.moves import Attempt
from casewf.testing.flow.setting import CASE, FlowSetting, Source, flow_setting
from casewf.testing.flow.watcher import RuleBroken, Watcher
from casewf.testing.flow.world import FlowWalk, compiled
from casewf.testing.story_model import Action
from casewf.testing.story_places import references
from casewf.testing.story_world import StoryEngine
from casewf.testing.story_writer import story_text
from casewf.testing.strategies.commands import (
    answers,
    attempts,
    commands,
    filled_in,
    one_of_them,
    openings,
    possibilities,
)
from casewf.testing.suite import SUFFIX

__all__ = ["WALKING", "CaseFlow"]

_SECOND, _HOUR, _DAY = 1_000_000, 3_600_000_000, 86_400_000_000
_WAITS = st.one_of(
    st.sampled_from((_SECOND, 60 * _SECOND, _HOUR, 4 * _HOUR, _DAY, 3 * _DAY)),
    st.integers(1, 10 * 86_400).map(lambda seconds: seconds * _SECOND),
)
_SILENCES = st.one_of(st.none(), st.sampled_from((1, _HOUR, _DAY, 7 * _DAY, 30 * _DAY)), _WAITS)
_PAUSES = st.sampled_from((0, 0, 0, 60 * _SECOND, _HOUR, 4 * _HOUR, _DAY))
WALKING = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
"""How Hypothesis walks unless ``TestCase.settings`` says otherwise; to explain a failure would take minutes."""
_RESTARTS = 2
"""So often in a walk: to build an engine takes longer than everything else."""


class CaseFlow(RuleBasedStateMachine):
    """Walks cases of a workflow at random, and checks the rules of casewf and the host's own after every step.

    A host says which workflow, and runs it as a test of unittest or pytest::

        class Complaints(CaseFlow):
            workflow = "complaint.yaml"

        TestComplaints = Complaints.TestCase

    People open cases, do what they may and try what they may not, ask for extensions and suspensions, send commands
    twice under one key; time passes with the sweep at work, or in silence; connectors take what is pushed, refuse it,
    or raise; the engine is built anew on the same store. What is found first is shrunk by Hypothesis to few steps, and
    written as a story file, whose path the failure tells. ``TestCase.settings`` says how long it walks.

    Attributes:
        workflow: a file, a packaged id, or a ``Workflow``.
        children: the workflows of children that casewf does not ship, in the same way.
        calendars: the files of calendars that casewf does not ship, and that do not lie beside a workflow's file.
        people: a story or directory file whose people act; by default one for each role, and two who have them all, one
            of them in a branch.
        cases: how many cases are opened, beside the children that they open themselves.
        stories: the folder in which failures are written.

    Raises:
        RuleBroken: a rule of casewf does not hold; its number is in front.
    """

    workflow: ClassVar[Source]
    children: ClassVar[Sequence[Source]] = ()
    calendars: ClassVar[Sequence[str | os.PathLike[str]]] = ()
    people: ClassVar[str | os.PathLike[str] | None] = None
    cases: ClassVar[int] = 2
    stories: ClassVar[str | os.PathLike[str]] = "casewf-failures"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.TestCase.settings = WALKING

    def __init__(self) -> None:
        super().__init__()
        setting = self._setting()
        self._walk = FlowWalk(setting.story, setting.start, self._answer, self.new_store, self._compiled())
        self._watcher = Watcher(self._walk)
        self._data: st.DataObject | None = None
        self._failed = False
        self._keyed: list[tuple[Attempt, str]] = []
        self._commands = self._restarts = 0
        self._intervene = any(
            sla.extension or sla.suspension for one in setting.story.workflows for sla in one.slas
        )

    # What a host may say

    def check(self, case: CaseView) -> None:
        """What must hold of a case after every step; raise, or ``assert``, if it does not. A host overrides it.

        Args:
            case: one that is open or closed, with every field unmasked.
        """

    def new_store(self) -> Store:
        """An empty store, in which the cases of one walk live, by default in memory; it is closed at the end."""
        return MemoryStore()

    # What happens

    @initialize(data=st.data())
    def the_first_case_is_opened(self, data: st.DataObject) -> None:
        """There is a case, unless its workflow refuses what it was opened with."""
        self._open(data)

    @precondition(lambda self: self._unopened())
    @rule(data=st.data())
    def another_case_is_opened(self, data: st.DataObject) -> None:
        """One more case is there; or it is refused."""
        self._open(data)

    @precondition(lambda self: self._walk.cases)
    @rule(data=st.data(), count=st.integers(1, 6))
    def people_work(self, data: st.DataObject, count: int) -> None:
        """One after another does what he may on one of the cases, with pauses in which everything runs."""
        case = data.draw(st.sampled_from(self._walk.cases))
        for _ in range(count):
            self._pass_time(data, data.draw(_PAUSES))
            self._command(data, commands(self._walk, case), case)

    @precondition(lambda self: self._walk.cases)
    @rule(data=st.data())
    def somebody_tries(self, data: st.DataObject) -> None:
        """Somebody tries anything."""
        case = data.draw(st.sampled_from(self._walk.cases))
        self._command(data, attempts(self._walk, case), case)

    @precondition(lambda self: self._intervene)
    @rule(data=st.data())
    def somebody_intervenes(self, data: st.DataObject) -> None:
        """Somebody asks for an extension or a suspension, grants it, rejects it, or ends it (K7)."""
        case = data.draw(st.sampled_from(self._walk.cases or (CASE,)))
        every = possibilities(self._walk, case) if self._walk.is_open(case) else []
        acts = [one for one in every if one[1].sla is not None]
        if acts:
            person, option = data.draw(one_of_them(self._walk, case, acts))
            self._command(data, filled_in(self._walk, case, person, option), case)

    @precondition(lambda self: self._keyed)
    @rule(data=st.data())
    def a_command_comes_twice(self, data: st.DataObject) -> None:
        """A command that was accepted is sent again (M7)."""
        attempt, key = self._keyed[data.draw(st.integers(0, len(self._keyed) - 1))]
        self._turn(data, lambda: self._watcher.repeated(attempt, key))

    @rule(data=st.data(), wait=_WAITS)
    def time_passes(self, data: st.DataObject, wait: int) -> None:
        """Time passes, and what becomes due on the way happens when it is due."""
        self._pass_time(data, wait)

    @rule(wait=_SILENCES)
    def nothing_runs(self, wait: int | None) -> None:
        """Time passes without a sweep and without a delivery; with None up to the very instant of the next timer."""
        wake = self._next_wake()
        until = self._walk.now + (wait or 0)
        self._walk.be_silent(until if wait is not None or wake is None else max(wake, until))

    @rule(data=st.data())
    def the_sweep_comes(self, data: st.DataObject) -> None:
        """Everything that is due fires."""

        def sweep() -> None:
            self._walk.sweep()
            self._watcher.look(caught_up=self._walk.cases)

        self._turn(data, sweep)

    @rule(data=st.data())
    def effects_are_delivered(self, data: st.DataObject) -> None:
        """What may be tried now is tried."""

        def deliver() -> None:
            self._walk.deliver()
            self._watcher.delivered()

        self._turn(data, deliver)

    @precondition(lambda self: self._restarts < _RESTARTS)
    @rule()
    def the_engine_is_restarted(self) -> None:
        """Another process takes over."""
        self._restarts += 1
        self._walk.restart()

    def teardown(self) -> None:
        """The whole store is read once more."""
        try:
            if not self._failed:
                self._turn(None, self._watcher.finish)
        finally:
            close = getattr(self._walk.store, "close", None)
            if close is not None:
                close()

    # Inside

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
            failure.add_note(self._write_down(failure))
            raise

    def _pass_time(self, data: st.DataObject, wait: int) -> None:
        def pass_time() -> None:
            if self._walk.let_pass(self._walk.now + wait):
                self._watcher.look(caught_up=self._walk.cases)

        if wait:
            self._turn(data, pass_time)

    def _open(self, data: st.DataObject) -> None:
        name = self._unopened()[0]
        self._command(data, openings(self._walk, name), name)

    def _command(self, data: st.DataObject, wanted: st.SearchStrategy[Action], case: str) -> None:
        action = data.draw(wanted)
        self._turn(data, lambda: self._do(action, case))

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

    def _answer(self, _: str, delivery: Delivery) -> Outcome:
        """What a connector does: it takes the push, or not, or raises."""
        workflow = delivery.workflow
        if self._data is None or workflow is None:
            return Outcome(ok=True)
        if self._data.draw(st.integers(0, 5)) == 0:
            raise ConnectionError("no route")
        return self._data.draw(answers(workflow, delivery))

    def _unopened(self) -> list[str]:
        names = [CASE, *(f"case-{number}" for number in range(2, self.cases + 1))]
        return [name for name in names if not self._walk.is_open(name)]

    def _next_wake(self) -> int | None:
        wakes = [one.wake for one in self._walk.store.due(2**62, 1)]
        return wakes[0] if wakes else None

    def _write_down(self, failure: Exception) -> str:
        """Write the walk up to now as a story, and say where it is."""
        rule_name = failure.rule if isinstance(failure, RuleBroken) else type(failure).__name__
        words = next(iter(str(failure).splitlines()), "")[:300]
        self._walk.note(Label(f"此处违反：{words}", f"broken here: {words}"))
        setting = self._setting()
        path = Path(self.stories) / f"{type(self).__name__}-{rule_name}{SUFFIX}"
        try:
            names = references(
                path.parent,
                setting.story,
                workflows=setting.workflows,
                calendars=setting.calendars,
                directory=setting.directory,
            )
            text = story_text(self._walk.told_story(), names)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except (OSError, ValueError) as trouble:
            return f"casewf: no story could be written of it: {trouble}"
        return f"casewf: the steps up to here are a story; see them with: casewf run {path}"
