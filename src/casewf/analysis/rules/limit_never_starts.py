"""A limit whose clock nothing starts."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.limits.moments import why_never
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for course in subject.courses:
        if not any(one.can_come for one in course.starts):
            why = dict.fromkeys(why_never(subject.reach, one) for one in course.starts)
            yield Problem(
                message=f"limit {course.sla.id!r} never starts: {'; '.join(why)}",
                span=subject.key("slas", course.sla.id, "start"),
                help="let it start with something that happens to a case, or delete the limit",
            )


RULE = Rule(
    code="CW750",
    name="limit-never-starts",
    level=ERROR,
    title="a limit never starts",
    zh="时限永远不会开始",
    what="A limit none of whose `start` moments can come: the states they enter or leave are never entered or "
    "left, their triggers can be fired nowhere that a case comes to, the case never closes or reopens, "
    "their conditions contradict the state that the case is in then, or the case is over for good by then "
    "(M8). Other guards, and roles, are not looked at.",
    why="Nobody is warned and no case is ever late by it, however long it takes, and nothing says that it is "
    "not measured.",
    instead="Let the limit start with something that happens to a case: the state that the work begins in.",
    check=_check,
)
