"""An allowance that does not say why."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for allowance in subject.allowances:
        if allowance.codes and not allowance.reason:
            code = allowance.codes[0][0]
            yield Problem(
                message="an allowance needs a reason; without one it allows nothing",
                span=allowance.span,
                help=f"write `# casewf: allow {code}: why this is meant so`",
            )


RULE = Rule(
    code="CW797",
    name="allowance-without-reason",
    level=ERROR,
    title="an allowance has no reason",
    zh="放行未说明理由",
    what="A comment `# casewf: allow CW701` without a colon and a reason after the code.",
    why="Whoever changes the file next year must be able to tell a decision from an accident.",
    instead="Say in a few words why it is meant so. Better still, change what the rule found.",
    check=_check,
)
