"""Separation of organisations within the one that holds the role."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for one in subject.barred:
        if one.kind == "org":
            where = f" from {', '.join(map(repr, one.states))}" if one.states else " here"
            yield Problem(
                message=f"only the organisation that holds {one.role!r} may {one.what}{where}, and it fired "
                f"{one.trigger!r}; who is left is at most an organisation above or below the one that did",
                span=subject.at(*one.path),
                help=f"name a role of another organisation in `by`, or write `not_by: {one.trigger}` to ask for "
                "another person only",
            )


RULE = Rule(
    code="CW732",
    name="separation-within-holder",
    level=WARNING,
    title="an organisation is asked for and forbidden at the same time",
    zh="同一单位既被要求、又被禁止办理",
    what="A transition, or the `ratings`, that only the organisation may do that holds a role (and those "
    "below it), while on every way there somebody of it has fired a trigger that `not_by_org` bars.",
    why="Where the organisation has none below it, nobody is left, and the case stands still. It works "
    "only between a district and its streets.",
    instead="Let a role of another organisation do it. If another person is enough, write `not_by`.",
    check=_check,
)
