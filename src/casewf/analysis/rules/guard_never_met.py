"""A guard that no case can meet."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.guards.satisfiability import Goal
from casewf.analysis.guards.why_never import known_of, why_never
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for condition, judgement in subject.conditions:
        if not judgement.never:
            continue
        why, parts = why_never(
            condition.expression.tree,
            lambda some, asked=condition: not asked.can_come_out(*map(Goal, some)),  # type: ignore[misc]
        )
        known = known_of(condition.facts, parts)
        yield Problem(
            message=f"{condition.of} is never met{why and ': '}{why}",
            span=subject.at(*condition.path),
            help=f"{known}; change it" if known else "change it",
        )


RULE = Rule(
    code="CW707",
    name="guard-never-met",
    level=ERROR,
    title="a guard is never met",
    zh="条件永远不成立",
    what="A `when` of a transition, or of what a push sends, that cannot be met by any case: given the types, "
    "options and bounds of the fields, which of them always have a value, the states that the tracks come to, the "
    "cards that some rung raises, the phases and verdicts that a clock can have at once, and the roles in `by`. A "
    "missing value makes a guard not met (M9). What cannot be decided, such as a sum of two fields, counts as "
    "possible.",
    why="The transition is never taken; whoever fires it is refused, whatever the case is like.",
    instead="Ask for what can be, or delete the transition.",
    check=_check,
)
