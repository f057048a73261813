"""What a rule of the linter looks at: a workflow, where its parts stand in the file, and what it runs with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property

from casewf.analysis.allowances import Allowance, allowances
from casewf.analysis.filling import Filling
from casewf.analysis.flow.conditions import Condition, Judgement, conditions
from casewf.analysis.flow.reach import Reach
from casewf.analysis.flow.rivals import Rivals
from casewf.analysis.flow.rows import Rows
from casewf.analysis.limits.courses import Course
from casewf.analysis.limits.horizons import Beyond, beyond
from casewf.analysis.limits.ladders import Tried, try_ladders
from casewf.analysis.parts import Row, rows
from casewf.analysis.separation import Barred, barred
from casewf.core.program import Program, compile_program
from casewf.definition.bindings_file import Bindings
from casewf.definition.document import Document, Path
from casewf.definition.node import Scalar, Span
from casewf.model.workflow import Workflow
from casewf.worktime import WorkCalendar

__all__ = ["Subject"]


class Subject:
    """A workflow under the eyes of the linter; what several rules need is worked out once.

    Attributes:
        document: the file.
        calendars: the working calendars that are known, by id; some that the workflow names may be missing.
        on: the day on which limits must be measurable, or None.
        bindings: what the host has, if that is known.
        rules: the codes of all rules.
        looking: the codes of those that look at it.
        used: the allowances that were needed so far, each with the code.
    """

    def __init__(
        self,
        document: Document,
        calendars: Mapping[str, WorkCalendar],
        bindings: Bindings | None = None,
        *,
        on: dt.date | None = None,
        rules: frozenset[str] = frozenset(),
        looking: frozenset[str] = frozenset(),
    ) -> None:
        self.document = document
        self.calendars = calendars
        self.bindings = bindings
        self.on = on
        self.rules = rules
        self.looking = looking
        self.used: set[tuple[Allowance, str]] = set()

    @property
    def workflow(self) -> Workflow:
        """The workflow of the file."""
        return self.document.workflow

    @cached_property
    def program(self) -> Program:
        """The workflow as the core runs it."""
        return compile_program(self.workflow, self.calendars, pinned=True)

    @cached_property
    def reach(self) -> Reach:
        """Which moves a case can make, by the rows alone."""
        return Reach(self.program)

    @cached_property
    def courses(self) -> tuple[Course, ...]:
        """For each limit, in file order, what can become of its clock."""
        return tuple(Course(self.reach, sla) for sla in self.workflow.slas)

    @cached_property
    def ladders(self) -> tuple[Tried, ...]:
        """For each target of a limit that has rungs, in file order, when they fire."""
        return try_ladders(self.program)

    @cached_property
    def beyond(self) -> tuple[Beyond, ...]:
        """What of the limits, begun on the day that is asked about, lies past what the calendars know."""
        return beyond(self.program, self.on)

    @cached_property
    def rows(self) -> Rows:
        """Its rows, with what is known where each is tried."""
        return Rows(self.workflow, self.program)

    @cached_property
    def rivals(self) -> Rivals:
        """Its rows, with those that are tried before them."""
        return Rivals(self.rows)

    @cached_property
    def conditions(self) -> tuple[tuple[Condition, Judgement], ...]:
        """The conditions of its rows, with what is proven of each."""
        return conditions(self.workflow, self.rows)

    def row(self, track: str, number: int, key: str = "trigger") -> Span:
        """Where a key of a row stands, else the row."""
        return self.at("tracks", track, "transitions", number, key)

    @cached_property
    def transitions(self) -> tuple[Row, ...]:
        """The rows of all tracks, in file order."""
        return tuple(rows(self.workflow))

    @cached_property
    def filling(self) -> Filling:
        """Which fields can have a value, and where."""
        return Filling(self.workflow)

    @cached_property
    def barred(self) -> tuple[Barred, ...]:
        """What separation of duties keeps the holders of roles from who alone could do it."""
        return tuple(barred(self.workflow))

    @cached_property
    def allowances(self) -> tuple[Allowance, ...]:
        """What the author allows in the file."""
        return allowances(self.document)

    def at(self, *path: Path) -> Span:
        """Where the value at a path of the file stands: ``("tracks", "union", "transitions", 3, "when")``."""
        return self.document.span(*path)

    def written(self, *path: Path) -> str:
        """The single value at a path of the file as it stands there; empty if there is none."""
        found = self.document.node(*path)
        return found.text if isinstance(found, Scalar) else ""

    def key(self, *path: Path) -> Span:
        """Where the last key of a path stands."""
        return self.document.key(*path)
