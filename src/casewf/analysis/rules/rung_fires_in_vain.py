"""A rung that fires a trigger where `system` can never fire it."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.ladder_words import rung_words
from casewf.analysis.limits.courses import Course
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    courses = {course.sla.id: course for course in subject.courses}
    rungs = {rung.path: (tried.sla.id, rung) for tried in subject.ladders for rung in tried.rungs}
    for sla, rung in rungs.values():
        trigger = rung.plan.spec.fire
        states = None if trigger is None else _states_in_vain(courses[sla], trigger)
        if states:
            yield Problem(
                message=f"rung {rung_words(subject, rung)} of limit {sla!r} fires {trigger!r}, which `system` can fire "
                f"nowhere that the limit runs ({states})",
                span=subject.at(*rung.path, "fire"),
                help=f"write a row of {trigger!r} for `system` from there, or fire another trigger",
            )


def _states_in_vain(course: Course, trigger: str) -> str:
    """The states in which the limit runs, in words, if `system` can take no row of the trigger there; else empty."""
    track, _ = course.reach.program.triggers.get(trigger, ("", None))
    if not track:
        return ""
    runs = course.alive_in(track) - course.stands_in().get(track, frozenset())
    ways = course.reach.ways(f"fire:{trigger}")
    if any(way.rule.system and way.rule.source in runs for way in ways):
        return ""
    return ", ".join(sorted(runs))


RULE = Rule(
    code="CW763",
    name="rung-fires-in-vain",
    level=ERROR,
    title="a rung fires a trigger where it cannot be fired",
    zh="提醒触发的操作在计时期间永远无法执行",
    what="A rung with `fire`, where no row of the trigger that admits `system` leads from a state in which the "
    "limit runs. Guards are not looked at.",
    why="The rung fires, the trigger is refused, and what was to happen by itself does not: each time an "
    "incident is all that is left (E6).",
    instead="Write a row for `system` from the states in which the limit runs, or fire a trigger that has one.",
    check=_check,
)
