"""What a rule of the linter looks at: a workflow, where its parts stand in the file, and what it runs with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from casewf.analysis.allowances import Allowance, allowances
from casewf.analysis.filling import Filling
from casewf.analysis.parts import Row, rows
from casewf.analysis.separation import Barred, barred
from casewf.core.program import Program, compile_program
from casewf.definition.bindings_file import Bindings
from casewf.definition.document import Document, Path
from casewf.definition.node import Span
from casewf.model.workflow import Workflow
from casewf.worktime import WorkCalendar

__all__ = ["Subject"]


class Subject:
    """A workflow under the eyes of the linter; what several rules need is worked out once.

    Attributes:
        document: the file.
        calendars: the working calendars that are known, by id; some that the workflow names may be missing.
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
        rules: frozenset[str] = frozenset(),
        looking: frozenset[str] = frozenset(),
    ) -> None:
        self.document = document
        self.calendars = calendars
        self.bindings = bindings
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
    def rows(self) -> tuple[Row, ...]:
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

    def key(self, *path: Path) -> Span:
        """Where the last key of a path stands."""
        return self.document.key(*path)
