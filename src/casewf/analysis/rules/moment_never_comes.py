"""A moment of a limit that can never come, beside others that can."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.flow.reach import Reach
from casewf.analysis.limits.courses import Course
from casewf.analysis.limits.moments import Coming, why_never
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for course in subject.courses:
        for key, found in _moments(course):
            for one in found:
                if not one.can_come and not _in_the_air(subject.reach, one):
                    yield Problem(
                        message=f"`{one.words}` never comes, by which limit {course.sla.id!r} would {key}: "
                        f"{why_never(subject.reach, one)}",
                        span=subject.at(*one.path),
                        help="name something that happens to a case, or delete it",
                    )
        yield from _pauses(subject, course)


def _moments(course: Course) -> Iterator[tuple[str, tuple[Coming, ...]]]:
    """The moments by what they do; not those of which none comes, about which CW750 to CW752 have more to say."""
    if any(one.can_come for one in course.starts):
        yield "start", course.starts
    if any(one.can_come for one in course.stops):
        yield "stop", course.stops
    yield "be cancelled", course.cancels
    if course.sla.reopen:
        yield "go on", course.reopens


def _in_the_air(reach: Reach, one: Coming) -> bool:
    """Whether it hangs on a state that nothing leads to, which CW701 finds."""
    kind, _, name = one.signal.partition(":")
    if kind == "fire":
        if name not in reach.program.triggers:
            return False  # its rows lead back to states that nothing came from, so they are none (M10)
        track, event = reach.program.triggers[name]
        return not reach.reached[track].intersection(event.plan)
    track, _, state = name.partition(".")
    return kind != "case" and state not in reach.reached[track]


def _pauses(subject: Subject, course: Course) -> Iterator[Problem]:
    for number, moment in enumerate(course.sla.pause):
        for place, name in enumerate(moment.inside):
            track, _, state = name.partition(".")
            alive = course.alive_in(track)
            if alive and state not in alive and state in subject.reach.reached[track]:
                yield Problem(
                    message=f"limit {course.sla.id!r} has not started or has ended whenever a case is in {name!r}, "
                    "so it never pauses there",
                    span=subject.at("slas", course.sla.id, "pause", number, "in", place),
                    help="name a state that a case is in while the limit runs, or delete it",
                )


RULE = Rule(
    code="CW757",
    name="moment-never-comes",
    level=WARNING,
    title="a moment of a limit never comes",
    zh="时限的某个时刻永远不会出现",
    what="One of several things that start, stop, cancel or reopen a limit, which no move brings: a final "
    "state that is left, a trigger that cannot be fired, a case that is never closed or reopened, a "
    "condition that contradicts the state. Also a state that pauses a limit whose clock never runs in it. "
    "A state that is never reached is found by its own rule.",
    why="What its author relied on does not happen: the limit runs on where it was to be cancelled, or "
    "through a time in which it was to stand.",
    instead="Name something that happens to a case, or delete it.",
    check=_check,
)
