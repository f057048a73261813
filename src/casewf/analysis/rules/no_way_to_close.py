"""Open states among which a case can go round, but never to a closed one."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.flow.ways_to_close import traps
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]

_SHOWN = 6


def _check(subject: Subject) -> Iterator[Problem]:
    for track in subject.workflow.tracks:
        for states in traps(subject.workflow, subject.rows, track):
            others = [repr(state) for state in states[1 : _SHOWN + 1]]
            more = f" and {len(states) - _SHOWN - 1} more" if len(states) > _SHOWN + 1 else ""
            yield Problem(
                message=f"from state {states[0]!r} of track {track.id!r} no closed state is reached, "
                f"only {', '.join(others)}{more}",
                span=subject.key("tracks", track.id, "states", states[0]),
                help="let a transition lead from one of them to a state that is `final: true` or `category: closed`",
            )


RULE = Rule(
    code="CW703",
    name="no-way-to-close",
    level=ERROR,
    title="a case can go round for ever among open states",
    zh="工单在若干打开的状态间循环，永远到不了办结",
    what="States of one track from which transitions lead to one another, but never to a state that is final, "
    "closed or ends the case. A transition whose guard is never met does not count. Each track is looked at by "
    "itself; that tracks wait for each other is found by exploring them together. A single state without a way out "
    "has a rule of its own (CW702), and what holds there for a track that another one ends holds here.",
    why="A case that comes to one of them is never closed (M8), whatever people do.",
    instead="Let a transition lead from one of these states to a closed one.",
    check=_check,
)
