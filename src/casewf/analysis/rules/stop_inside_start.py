"""A limit that is stopped by the very moves that start it."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.limits.courses import Course
from casewf.analysis.limits.moments import Coming, named
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for course in subject.courses:
        starts = course.started_by
        if course.sla.restarts or not starts or any(one.at_opening for one in starts):
            continue
        firsts = {way for one in starts for way in course.first_ways(one)}
        if firsts <= course.sure_ends and all(course.stop_can_follow(one) for one in starts):
            ending = _in_the_way(course, starts)
            yield Problem(
                message=f"every move that starts limit {course.sla.id!r} is also {named(ending)}, which is looked at "
                "first (K3) and does not end the clock that starts then",
                span=subject.key("slas", course.sla.id, "start"),
                help="name the move that begins the work in `start`, and the one that ends it in `stop`",
            )


def _in_the_way(course: Course, starts: tuple[Coming, ...]) -> list[Coming]:
    firsts = {way for one in starts for way in course.first_ways(one)}
    return [one for one in (*course.stops, *course.cancels) if one.sure and not firsts.isdisjoint(one.ways)]


RULE = Rule(
    code="CW754",
    name="stop-inside-start",
    level=WARNING,
    title="every move that starts a limit is also one that ends it",
    zh="启动时限的每个动作同时也是结束它的动作",
    what="A limit without `restarts` of which every move that can start it brings a `stop` or `cancel` moment, "
    "too, while later moves can stop it. With `restarts: true` that is the usual way to measure from one "
    "move to the next, and not found.",
    why="Stop and cancel are looked at before start (K3), so the clock is not ended by the move that starts "
    "it; it runs until such a move comes again. Who wrote it may have meant that the clock would not "
    "start at all.",
    instead="Give `start` the move that begins the work and `stop` the one that ends it, or write `restarts: "
    "true` if each such move ends one measure and begins the next.",
    check=_check,
)
