"""An allowance of something that is no rule."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.definition.codes import CODES
from casewf.definition.expression_types import suggestion
from casewf.definition.findings import quoted

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for allowance in subject.allowances:
        for code, span in allowance.codes:
            if code in CODES:
                message = f"{code} is an error of the file itself and cannot be allowed"
                yield Problem(message=message, span=span, help=f"mend what it is about: {CODES[code]}")
            elif code not in subject.rules:
                message = f"there is no rule {quoted(code)}"
                yield Problem(message=message, span=span, help=suggestion(code[:100], sorted(subject.rules)))
        if not allowance.codes:
            message = "an allowance names the code of a rule"
            yield Problem(message=message, span=allowance.span, help="write `# casewf: allow CW701: reason`")


RULE = Rule(
    code="CW798",
    name="unknown-allowance",
    level=ERROR,
    title="an allowance names no rule",
    zh="放行的代码不存在",
    what="A comment `# casewf: allow` with a code that no rule has, that is an error which cannot be allowed, or "
    "without a code.",
    why="It allows nothing, though its author thinks that it does.",
    instead="Write the code that stands in brackets at the end of the finding.",
    check=_check,
)
