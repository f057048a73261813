"""What a rule of the linter looks at: a workflow, where its parts stand in the file, and what it runs with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from casewf.core.program import Program, compile_program
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
    """

    def __init__(self, document: Document, calendars: Mapping[str, WorkCalendar]) -> None:
        self.document = document
        self.calendars = calendars

    @property
    def workflow(self) -> Workflow:
        """The workflow of the file."""
        return self.document.workflow

    @cached_property
    def program(self) -> Program:
        """The workflow as the core runs it."""
        return compile_program(self.workflow, self.calendars, pinned=True)

    def at(self, *path: Path) -> Span:
        """Where the value at a path of the file stands: ``("tracks", "union", "transitions", 3, "when")``."""
        return self.document.span(*path)

    def key(self, *path: Path) -> Span:
        """Where the last key of a path stands."""
        return self.document.key(*path)
