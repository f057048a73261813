"""A guard that every case meets."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.guards.why_never import known_of
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for condition, judgement in subject.conditions:
        if judgement.always:
            known = known_of(condition.facts, [condition.expression.tree])
            yield Problem(
                message=f"{condition.of} is always met",
                span=subject.at(*condition.path),
                help=f"{known}; change it, or delete `when`" if known else "change it, or delete `when`",
            )


RULE = Rule(
    code="CW708",
    name="guard-always-met",
    level=WARNING,
    title="a guard is always met",
    zh="条件总是成立",
    what="A `when` of a transition, or of what a push sends, that every case meets which comes to it, by the same "
    "knowledge as CW707. A guard that holds only because earlier transitions were not taken is not reported: it "
    "says when this one is meant.",
    why="It reads as if something were asked, and nothing is. What it was to keep out comes in.",
    instead="Ask for what was meant, or leave `when` out.",
    check=_check,
)
