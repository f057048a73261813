"""An open state that nothing leads out of."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.flow.ways_to_close import dead_ends
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for track in subject.workflow.tracks:
        for state in dead_ends(subject.workflow, subject.rows, track):
            yield Problem(
                message=f"nothing leads out of the open state {state!r} of track {track.id!r}",
                span=subject.key("tracks", track.id, "states", state),
                help="add a transition from it, or write `final: true` or `category: closed`",
            )


RULE = Rule(
    code="CW702",
    name="dead-end",
    level=ERROR,
    title="an open state has no way out",
    zh="打开的状态没有出路",
    what="A state that can be reached, that is neither final nor of category `closed` nor ends the case, and that "
    "no transition leaves for another state. A transition whose guard is never met does not count, and neither does "
    "one without `to`. A closed state without a way out is an end, whether or not it says `final`, and is not "
    "reported. Nothing is reported where another track ends the case by itself, whatever this one is in: every "
    "closed state of that track says `ends_case`.",
    why="A case that comes to it stays there. It is never closed (M8): its limits run on, and it stays in worklists.",
    instead="Let a transition lead out of the state, or say that it is an end.",
    check=_check,
)
