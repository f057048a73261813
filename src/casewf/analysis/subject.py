"""What a rule of the linter looks at: a workflow, where its parts stand in the file, and what it runs with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from casewf.analysis.allowances import Allowance, allowances
from casewf.analysis.conditions import Condition, Judgement, conditions
from casewf.analysis.rivals import Rivals
from casewf.analysis.rows import Rows
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
        rules: the codes of the rules that look at it.
        used: the allowances that were needed so far, each with the code.
    """

    def __init__(
        self, document: Document, calendars: Mapping[str, WorkCalendar], rules: Iterable[str] = ()
    ) -> None:
        self.document = document
        self.calendars = calendars
        self.rules = frozenset(rules)
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
    def allowances(self) -> tuple[Allowance, ...]:
        """What the author allows in the file."""
        return allowances(self.document)

    def at(self, *path: Path) -> Span:
        """Where the value at a path of the file stands: ``("tracks", "union", "transitions", 3, "when")``."""
        return self.document.span(*path)

    def key(self, *path: Path) -> Span:
        """Where the last key of a path stands."""
        return self.document.key(*path)
