"""A limit until a date that nobody can ever give."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.filled import filled_fields
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    filled = filled_fields(subject.workflow)
    for sla in subject.workflow.slas:
        for number, target in enumerate(sla.target):
            if target.until is not None and target.until not in filled:
                yield Problem(
                    message=f"limit {sla.id!r} runs until the date in {target.until!r}, which nothing ever fills",
                    span=subject.at("slas", sla.id, "target", number, "until"),
                    help=f"let the opening or a transition accept {target.until!r}, or set it",
                )


RULE = Rule(
    code="CW763",
    name="limit-date-never-given",
    level=ERROR,
    title="a limit runs until a date that nobody can give",
    zh="时限的截止日期无人可填",
    what="A target `until` a field that has no default and that neither the opening nor any transition or rung "
    "gives a value.",
    why="A limit without its date does not start: it is awaited, and each case gets an incident that nobody "
    "can mend. With the date missing no case is ever late by it.",
    instead="Let the opening or a transition need, ask for, accept or set the field.",
    check=_check,
)
