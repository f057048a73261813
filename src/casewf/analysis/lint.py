"""Linting: every rule looks at a workflow, and what the author allows in the file, with a reason, is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casewf.analysis.rule import Rule
from casewf.analysis.rules import RULES
from casewf.analysis.subject import Subject
from casewf.definition.document import Document
from casewf.definition.findings import Finding
from casewf.worktime import WorkCalendar

__all__ = ["lint"]


def lint(
    document: Document, calendars: Mapping[str, WorkCalendar], *, rules: Iterable[Rule] = RULES
) -> tuple[Finding, ...]:
    """What the rules find in a workflow file that was read without an error, in file order.

    Args:
        document: the file.
        calendars: the working calendars that the workflow goes by, by id, as far as they are known.
        rules: those that look at it.
    """
    subject = Subject(document, calendars)
    found = [
        Finding(
            code=rule.code,
            message=problem.message,
            place=document.report.place(problem.span),
            help=problem.help,
            level=rule.level,
        )
        for rule in rules
        for problem in rule.check(subject)
    ]
    return tuple(sorted(found, key=lambda one: (one.place.file, one.place.line, one.place.column, one.code)))
