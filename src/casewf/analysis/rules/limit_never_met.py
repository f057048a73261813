"""A limit that only ends by being cancelled, because what stops it never comes."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.limits.moments import why_never
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for course in subject.courses:
        starts = course.started_by
        if not starts or any(one.ways for one in course.stops):
            continue
        ending = course.other_end(starts)
        if ending:
            why = dict.fromkeys(why_never(subject.reach, one) for one in course.stops)
            yield Problem(
                message=f"limit {course.sla.id!r} is never met: {'; '.join(why)}; {ending}",
                span=subject.key("slas", course.sla.id, "stop"),
                help="let it stop with the thing that it asks for",
            )


RULE = Rule(
    code="CW752",
    name="limit-never-met",
    level=WARNING,
    title="a limit can be missed but never met",
    zh="时限可能逾期，却永远不能按时完成",
    what="A limit that can start, none of whose `stop` moments can ever come; it ends by `cancel` or with the "
    "case. Guards and roles are not looked at.",
    why="A clock that is cancelled has no verdict (K8). Cases are late by this limit or not measured by it, "
    "but never in time, so that what a report counts by it is wrong, and whoever does the work early is "
    "warned all the same.",
    instead="Let the limit stop with the thing that it asks for, and cancel it where the case goes another way.",
    check=_check,
)
