"""A target of an SLA that is never the first whose condition is met."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.guards.facts import Facts
from casewf.analysis.guards.satisfiability import UNMET, Goal, never, solve
from casewf.analysis.guards.why_never import known_of, why_never
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.model.expression import Expression
from casewf.model.workflow import Sla

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    facts = subject.rows.facts()
    for sla in subject.workflow.slas:
        for number, when in _shadowed(facts, sla):
            yield Problem(
                message=f"this target of {sla.id!r} never counts{_why(facts, when)}",
                span=subject.at("slas", sla.id, "target", number, "when"),
                help="move it up, change its `when`, or delete it",
            )


def _shadowed(facts: Facts, sla: Sla) -> Iterator[tuple[int, Expression]]:
    before: list[Goal] = []
    for number, target in enumerate(sla.target):
        if target.when is None:
            continue
        if solve(facts, [Goal(target.when.tree), *before]) is None:
            yield number, target.when
        before.append(Goal(target.when.tree, UNMET))


def _why(facts: Facts, when: Expression) -> str:
    if not never(facts, when.tree):
        return ": one of the targets before it always does where it could"
    why, parts = why_never(when.tree, lambda some: never(facts, *some))
    known = known_of(facts, parts)
    return f": its `when` is never met{', ' if why or known else ''}{why or known}"


RULE = Rule(
    code="CW710",
    name="shadowed-target",
    level=ERROR,
    title="a target of a limit never counts",
    zh="时限的某个档位永远用不上",
    what="A target whose `when` is never met, or only where that of a target before it is met as well. The last "
    "one, which has no `when`, is the else that the format asks for, and is not reported.",
    why="The first target whose condition is met counts, so the limit that this one gives is nobody's.",
    instead="Write the special case first.",
    check=_check,
)
