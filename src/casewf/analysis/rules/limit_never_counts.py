"""A limit whose clock stands wherever it could run."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for course in subject.courses:
        for track, stands in course.stands_in().items():
            alive = course.alive_in(track)
            if alive and alive <= stands:
                yield Problem(
                    message=f"limit {course.sla.id!r} never counts: it is paused in every state of track {track!r} in "
                    f"which it could run ({', '.join(sorted(alive))})",
                    span=subject.key("slas", course.sla.id, "pause"),
                    help="name in `pause` only the states in which nobody can work on it",
                )


RULE = Rule(
    code="CW756",
    name="limit-never-counts",
    level=ERROR,
    title="a limit is always paused",
    zh="时限一直处于暂停",
    what="A limit that pauses, without a condition, in all the states in which its clock can be from its start "
    "to its end. Guards and roles are not looked at.",
    why="A clock that stands has no due instant and warns nobody (K2): the limit is met however late the work "
    "is done.",
    instead="Name in `pause` only the states in which nobody can work on it.",
    check=_check,
)
