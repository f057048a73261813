"""A pause from which no clock comes back."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for course in subject.courses:
        stands = course.stands_in()
        for number, moment in enumerate(course.sla.pause):
            for place, name in enumerate(moment.inside if moment.when is None else ()):
                track, _, state = name.partition(".")
                alive = course.alive_in(track)
                if state not in alive or alive <= stands[track]:
                    continue  # CW757 and CW756 say so
                if subject.reach.onward(track, [state]) <= stands[track]:
                    yield Problem(
                        message=f"a clock of limit {course.sla.id!r} that pauses in {name!r} never runs again: "
                        "no transition leads from there to where it runs",
                        span=subject.at("slas", course.sla.id, "pause", number, "in", place),
                        help="cancel the limit there, or let a transition lead back to where it runs",
                    )


RULE = Rule(
    code="CW755",
    name="pause-never-ends",
    level=WARNING,
    title="a pause can never end",
    zh="暂停后永远不会恢复计时",
    what="A state that pauses a limit, without a condition, and from which no chain of transitions leads to a "
    "state that does not. Guards and roles are not looked at.",
    why="The clock stands for ever: no due instant, no warning, no verdict (K2), and the case looks as if "
    "somebody were waiting for something.",
    instead="Where the matter of the limit is over in that state, cancel the limit there; else let a transition "
    "lead back.",
    check=_check,
)
