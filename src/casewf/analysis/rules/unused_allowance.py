"""An allowance of something that is not found there any more."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for allowance in subject.allowances:
        if not allowance.reason:
            continue
        for code, span in allowance.codes:
            if code in subject.looking and (allowance, code) not in subject.used:
                yield Problem(
                    message=f"nothing in line {allowance.line} has to be allowed for {code}",
                    span=span,
                    help="delete it, or move it to the line above the one that it is about",
                )


RULE = Rule(
    code="CW799",
    name="unused-allowance",
    level=WARNING,
    title="an allowance allows nothing",
    zh="放行已无必要",
    what="A comment `# casewf: allow CW701: reason` where the rule finds nothing: not in the comment's line, and if "
    "the comment stands alone, not in the next line.",
    why="It would hide the next mistake of that kind, and its reason no longer tells the truth.",
    instead="Delete it, or move it to where the finding is.",
    check=_check,
)
