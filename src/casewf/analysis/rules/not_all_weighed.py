"""Conditions or ladders that are too many, or too long, for all that could be asked of them."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.guards.facts import MOST_STEPS
from casewf.analysis.guards.satisfiability import MAX_STEPS
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    budget = subject.rows.budget
    if budget.undecided:
        steps = f"{MOST_STEPS:,} steps for all of them" if budget.spent else f"{MAX_STEPS:,} steps for one"
        asked = "one question was" if budget.undecided == 1 else f"{budget.undecided:,} questions were"
        yield Problem(
            message=f"the conditions are too many or too long for all to be weighed: {asked} not decided within "
            f"{steps}",
            span=subject.key("tracks"),
            help="conditions that are never met (CW707), rows that are never taken (CW705) and the like may have been "
            "missed; let a trigger have fewer rows from one state, or shorter guards",
        )
    left_out = sum(tried.left_out for tried in subject.ladders)
    if left_out:
        yield Problem(
            message=f"the limits have too many targets or rungs for all ladders to be tried: {left_out:,} were not",
            span=subject.key("slas"),
            help="rungs that are out of order (CW758) or never fire (CW760) may have been missed; let targets share a "
            "ladder, or have fewer of them",
        )


RULE = Rule(
    code="CW778",
    name="not-all-weighed",
    level=WARNING,
    title="conditions or ladders are too many, or too long, to be weighed against one another",
    zh="条件或提醒阶梯过多、过长，未能全部检查",
    what="A workflow of which not everything was decided: whether each condition can be met, whether of several rows "
    "of one trigger one is taken in place of another, when the rungs of each target fire. At most "
    f"{MAX_STEPS:,} steps are gone for one question about conditions, {MOST_STEPS:,} for all together; they are "
    "counted, not timed, so that a file is always looked at in the same way. What was found is certain none the less.",
    why="A row that is never taken, or two of which only the order in the file says which is, may not have been found.",
    instead="Let a trigger have fewer rows from one state, and write shorter guards: a field that says what many "
    "conditions work out, or triggers with names of their own. Let targets share the ladder of their limit.",
    check=_check,
)
