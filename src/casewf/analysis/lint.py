"""Linting: every rule looks at a workflow, and what the author allows in the file, with a reason, is left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from casewf.analysis.rule import Rule
from casewf.analysis.rules import RULES
from casewf.analysis.subject import Subject
from casewf.definition.bindings_file import Bindings
from casewf.definition.document import Document
from casewf.definition.findings import Finding
from casewf.worktime import WorkCalendar

__all__ = ["lint"]


def lint(
    document: Document,
    calendars: Mapping[str, WorkCalendar],
    bindings: Bindings | None = None,
    *,
    rules: Iterable[Rule] = RULES,
    on: dt.date | None = None,
) -> tuple[Finding, ...]:
    """What the rules find in a workflow file that was read without an error, in file order.

    Args:
        document: the file.
        calendars: the working calendars that the workflow goes by, by id, as far as they are known.
        bindings: what the host has; rules that need to know it are left out if None.
        rules: those that look at it.
        on: the day on which limits must be measurable; without it only what no day could measure is found.
    """
    known = sorted(rules, key=lambda rule: rule.code)
    looking = [rule for rule in known if bindings is not None or not rule.needs_bindings]
    subject = Subject(document, calendars, bindings, on=on, rules=_codes(known), looking=_codes(looking))
    found = [finding for rule in looking for finding in _findings(rule, subject)]
    files = {source.file: number for number, source in enumerate(document.report.sources)}

    def place(one: Finding) -> tuple[int, int, int, str]:
        return (files.get(one.place.file, len(files)), one.place.line, one.place.column, one.code)

    return tuple(sorted(found, key=place))


def _codes(rules: Iterable[Rule]) -> frozenset[str]:
    return frozenset(rule.code for rule in rules)


def _findings(rule: Rule, subject: Subject) -> Iterator[Finding]:
    """What a rule finds and the author does not allow; the rules on allowances come last and see which were needed."""
    for problem in rule.check(subject):
        finding = Finding(
            code=rule.code,
            message=problem.message,
            place=problem.place or subject.document.report.place(problem.span),
            help=problem.help,
            level=rule.level,
            story=problem.story,
        )
        allowed = [one for one in subject.allowances if one.covers(finding)]
        subject.used.update((one, rule.code) for one in allowed)
        if not allowed:
            yield finding
