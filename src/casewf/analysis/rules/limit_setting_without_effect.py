"""A setting of a limit that can never have an effect."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.limits.courses import Course
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for course in subject.courses:
        sla = course.sla
        if sla.restarts and course.started_by and not _starts_again(course):
            yield _problem(subject, course, "restarts", "nothing that starts it can come a second time")
        if sla.on_reopen != "never" and not sla.reopen and not any(one.ways for one in course.reopens):
            yield _problem(subject, course, "on_reopen", "no case that is closed can be reopened")
        if sla.counts != "first" and not sla.restarts and sla.on_reopen == "never":
            why = "it has one cycle only: it neither restarts nor goes on when the case reopens"
            yield _problem(subject, course, "counts", why)
        if sla.on_change != "rebase" and not _reads_fields(subject, sla.id):
            yield _problem(subject, course, "on_change", "no field changes which target it has")


def _starts_again(course: Course) -> bool:
    ways = [way for one in course.starts for way in one.ways]
    tracks = {way.track for way in ways}
    if any(one.at_opening for one in course.starts):
        return bool(ways)
    return len(tracks) > 1 or any(
        course.reach.leads_to(way.track, [way.entered], frozenset(ways)) for way in ways
    )


def _reads_fields(subject: Subject, sla: str) -> bool:
    number = subject.program.by_name[sla].number
    return any(number in numbers for numbers in subject.program.inputs.values())


def _problem(subject: Subject, course: Course, key: str, why: str) -> Problem:
    sla = course.sla
    return Problem(
        message=f"`{key}` of limit {sla.id!r} has no effect: {why}",
        span=subject.key("slas", sla.id, key),
        help=f"delete `{key}`, or write what it waits for",
    )


RULE = Rule(
    code="CW769",
    name="limit-setting-without-effect",
    level=WARNING,
    title="a setting of a limit has no effect",
    zh="时限的一项设置不起作用",
    what="`restarts: true` on a limit that nothing can start a second time; `on_reopen` without `reopen` "
    "moments in a workflow in which no closed case can be opened again; `counts` on a limit that never "
    "has a second cycle; `on_change` other than `rebase` on one whose target no field decides.",
    why="The author counted on something that does not happen, such as a second round of work; usually the "
    "transition that leads back is missing.",
    instead="Write the transition that leads back, or the condition that reads the field; or delete the setting.",
    check=_check,
)
