"""A limit whose clock nothing stops, cancels or ends with the case."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.limits.moments import why_never
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for course in subject.courses:
        starts = course.started_by
        if starts and not any(one.ways for one in course.stops) and not course.other_end(starts):
            why = dict.fromkeys(why_never(subject.reach, one) for one in course.stops)
            yield Problem(
                message=f"limit {course.sla.id!r} never ends once it has started: {'; '.join(why)}, "
                "and nothing cancels it",
                span=subject.key("slas", course.sla.id, "stop"),
                help="let it stop with the thing that it asks for",
            )


RULE = Rule(
    code="CW751",
    name="limit-never-ends",
    level=ERROR,
    title="a limit never ends",
    zh="时限开始后永远不会结束",
    what="A limit that can start, none of whose `stop` and `cancel` moments can ever come, in a case that is "
    "not closed after its start either. Guards and roles are not looked at.",
    why="Its clock runs for ever. Every case that starts it is late in the end, whatever anybody does, and "
    "stays so.",
    instead="Let the limit stop with the thing that it asks for.",
    check=_check,
)
