"""A limit whose stop can come, but not once it has started."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.limits.courses import Course
from casewf.analysis.limits.moments import Coming, named
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for course in subject.courses:
        stops = tuple(one for one in course.stops if one.ways)
        starts = course.started_by
        lost = tuple(one for one in starts if not course.stop_can_follow(one)) if stops else ()
        if not lost:
            continue
        if len(lost) == len(starts):
            yield _problem(subject, course, stops, lost, ("slas", course.sla.id, "stop"))
        else:
            for start in lost:
                yield _problem(subject, course, stops, (start,), start.path)


def _problem(
    subject: Subject,
    course: Course,
    stops: tuple[Coming, ...],
    lost: tuple[Coming, ...],
    path: tuple[str | int, ...],
) -> Problem:
    stopping = {way for one in stops for way in one.ways}
    at_once = any(way in stopping for start in lost for way in course.first_ways(start))
    when = (
        "in the very move that starts it, where stop is looked at first (K3)"
        if at_once
        else "before, or on another way"
    )
    return Problem(
        message=f"limit {course.sla.id!r} cannot be stopped once {named(lost)} has started it: {named(stops)} comes "
        f"{when}; {course.other_end(lost) or 'it never ends'}",
        span=subject.key(*path),
        help="let it start earlier, or stop with something that comes later",
    )


RULE = Rule(
    code="CW753",
    name="no-stop-after-start",
    level=ERROR,
    title="what stops a limit comes before it starts",
    zh="时限的停止条件只在开始之前出现",
    what="A limit whose `stop` moments can come, but none of them from the states on in which it starts: they "
    "come before, or in the very move that starts it. A start that is lost in this way is found even "
    "where another one of the limit is not. Guards and roles are not looked at.",
    why="A stop is looked at before a start (K3) and finds no clock; then the clock starts and nothing stops "
    "it. Every case that starts it is late in the end, unless it is closed or the limit cancelled before.",
    instead="Let the limit start when the work for it begins, and stop with what comes afterwards.",
    check=_check,
)
