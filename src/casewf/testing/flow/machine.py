"""``CaseFlow``: a walk through a workflow at random, whose every step is held against the rules."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
)

from casewf.ports.outside import Delivery, Outcome
from casewf.testing.flow.setting import CASE
from casewf.testing.flow.turns import FlowTurns
from casewf.testing.story_model import Action
from casewf.testing.strategies.commands import (
    answers,
    attempts,
    commands,
    filled_in,
    one_of_them,
    openings,
    possibilities,
)

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


class CaseFlow(FlowTurns):
    """Walks cases of a workflow at random, and checks the rules of casewf and the host's own after every step.

    A host says which workflow, and runs it as a test of unittest or pytest::

        class Complaints(CaseFlow):
            workflow = "complaint.yaml"

        TestComplaints = Complaints.TestCase

    People open cases, do what they may and try what they may not, ask for extensions and suspensions, send commands
    twice under one key; time passes with the sweep at work, or in silence; connectors take what is pushed, refuse it,
    or raise; the engine is built anew on the same store. What is found first is played again, up to 300 times, with
    steps left out; what it needs is written as a story file, whose path the failure tells. Where a failure needs what
    is no step, such as a command that comes twice, Hypothesis shortens the walk. ``TestCase.settings`` says how long it
    walks.

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

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.TestCase.settings = WALKING

    def __init__(self) -> None:
        super().__init__()
        self._restarts = 0
        self._intervene = any(
            sla.extension or sla.suspension for one in self._setting().story.workflows for sla in one.slas
        )

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
        self._turn(data, self._sweep)

    @rule(data=st.data())
    def effects_are_delivered(self, data: st.DataObject) -> None:
        """What may be tried now is tried."""
        self._turn(data, self._deliver)

    @precondition(lambda self: self._restarts < _RESTARTS)
    @rule()
    def the_engine_is_restarted(self) -> None:
        """Another process takes over."""
        self._restarts += 1
        self._walk.restart()

    # Inside

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

    def _answer(self, delivery: Delivery) -> Outcome:
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
