"""A walk that can go back to wherever it was, and tells what of the workflow each command covered."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.adapters.memory import MemoryStore
from casewf.adapters.memory.tables import Tables
from casewf.core.program import Program
from casewf.errors import AdapterError, CasewfError, NotFound, Refused
from casewf.model.case import Case
from casewf.model.effects import Push
from casewf.model.roles import SYSTEM
from casewf.ports.outside import Delivery, Outcome
from casewf.testing.clock import TestClock, datetime_of
from casewf.testing.coverage import happened
from casewf.testing.coverage_points import Point
from casewf.testing.coverage_probe import probed
from casewf.testing.explore.commands import FAIL, LATER, OK, Command
from casewf.testing.recorders import RecordingNotifier
from casewf.testing.story_model import Step, Story
from casewf.testing.story_world import story_connectors, story_engine
from casewf.testing.walk import Asking, Walk

__all__ = ["ExploringWalk", "Mark", "Tried"]


@attrs.frozen(slots=True, eq=False)
class Mark:
    """A point of a walk to which it can go back: all rows of the store, and the instant."""

    tables: Tables
    now: int


@attrs.frozen(slots=True, kw_only=True)
class Tried:
    """What came of a command.

    Attributes:
        refused: the codes of the reasons, or None where it was done.
        points: what it covered, whether it was done or not.
        asked: whether connectors were asked for an answer.
    """

    refused: frozenset[str] | None
    points: frozenset[Point]
    asked: bool


class _Store(MemoryStore):
    """A store in memory whose rows can be set aside and taken up again."""

    def mark(self) -> Tables:
        """Its rows as they are now."""
        return self._tables.copy()

    def go_to(self, tables: Tables) -> None:
        """Have these rows."""
        self._tables = tables.copy()


class _Clock(TestClock):
    """A clock that goes back where its walk does."""

    def stand_at(self, instant: int) -> None:
        """Show this instant, whether it was before or is still to come."""
        self._now = instant


class ExploringWalk(Walk):
    """A walk on which every command can be tried from everywhere.

    Args:
        setting: a story without steps.
        start: the instant at which it begins.
        values: a value for every field, with which connectors answer.
    """

    _store: _Store
    _clock: _Clock

    def __init__(self, setting: Story, start: int, values: Mapping[str, object]) -> None:
        self._values = values
        self._points: set[Point] = set()
        self._listens = False
        self._answers_with = OK
        super().__init__(setting, start, self._reply)
        self._start_mark = self.mark

    def _begin(self) -> None:
        self._store = _Store()
        self._clock = _Clock(datetime_of(self._start))
        self._notifier = RecordingNotifier()
        self._prepared = []
        self._answers = []
        connectors = {name: Asking(name, self._answer) for name in story_connectors(self._setting)}
        self._engine = story_engine(
            self._setting, self._store, self._clock, self._notifier, connectors, self._watched
        )

    def begin(self) -> None:
        """Stand at the start again, with nothing done."""
        self.go_to(self._start_mark)

    @property
    def mark(self) -> Mark:
        """Where it stands."""
        return Mark(self._store.mark(), self.now)

    def go_to(self, mark: Mark) -> None:
        """Stand there again."""
        self._store.go_to(mark.tables)
        self._clock.stand_at(mark.now)
        self._turns = []

    def case(self, name: str) -> Case | None:
        """A case as it stands, with all that is stored of it; None if it is not open."""
        stored = self._store.load(name)
        return None if stored is None else stored.case

    def waiting(self) -> tuple[tuple[str, str, int], ...]:
        """What is still to be delivered: of which case, what kind of effect, how often it was tried."""
        rows = (row for name in self.cases for row in self._store.outbox(name) if row.state == "pending")
        return tuple(sorted((row.case, type(row.effect).__name__, row.attempts) for row in rows))

    def attempt(self, command: Command) -> Tried | None:
        """Do something; or deliver what waits, or let time pass to the next instant at which something happens.

        Returns:
            What came of it; None where it cannot be done at all, or nothing will ever happen.
        """
        if command.first is not None and not self.is_open(command.first.case):
            self.attempt(command.first)
        before = self.case(self._setting.case)
        self._points, self._answers_with = set(), command.answer
        try:
            if command.action is None:
                if not self._pass():
                    return None
                refusal = None
            else:
                refusal = self.do(command.action, command.case)
        except AdapterError:
            raise
        except CasewfError:  # such as a calendar that ends before a limit does
            return None
        asked = bool(self._turns[-1].answers)
        targets = {name: clock.target for name, clock in before.clocks.items()} if before else {}
        rows = self.history(self._setting.case, before.version if before else 0)
        points = self._points.union(happened(self._setting.workflow, [row.event for row in rows], targets))
        return Tried(refused=_codes(refusal), points=frozenset(points), asked=asked)

    def _pass(self) -> bool:
        """Deliver what waits, or let time pass to what happens next; False where nothing ever will."""
        if steps := self._deliver():
            self._keep(steps)
            return True
        moment = self.next_instant()
        return moment is not None and self.let_pass(moment)

    def _deliver(self) -> list[Step]:
        return [] if self._answers_with == LATER else super()._deliver()

    def _watched(self, program: Program) -> Program:
        """The program; with probes if it is that of the workflow that is explored."""
        return probed(program, self._tell) if program.workflow == self._setting.workflow else program

    def _tell(self, point: Point) -> None:
        if self._listens:
            self._points.add(point)

    def _perform(self, step: Step, key: str | None = None) -> Refused | NotFound | None:
        self._listens = True
        try:
            return super()._perform(step, key)
        finally:
            self._listens = False

    def _reply(self, _connector: str, delivery: Delivery) -> Outcome:
        """What a connector answers: an error, or that it took it, with what the row needs that this fires."""
        if self._answers_with == FAIL:
            return Outcome(ok=False, error="fail")
        effect, workflow = delivery.effect, self._setting.workflow
        if not isinstance(effect, Push) or delivery.case.workflow[0] != workflow.id:
            return Outcome(ok=True)
        asks = (
            name
            for track in workflow.tracks
            for row in track.transitions
            if row.trigger == effect.on_ok and any(by.role == SYSTEM for by in row.by)
            for name in (*row.asks, *row.needs)
        )
        return Outcome(ok=True, data={name: self._values[name] for name in asks})


def _codes(refusal: Refused | NotFound | None) -> frozenset[str] | None:
    if refusal is None:
        return None
    return frozenset(one.code for one in refusal.reasons) if isinstance(refusal, Refused) else frozenset()
