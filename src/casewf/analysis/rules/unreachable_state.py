"""A state that no transition leads to."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.model.workflow import Track

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for track in subject.workflow.tracks:
        reached = _reached(track)
        for state in track.states:
            if state.id not in reached:
                yield Problem(
                    message=f"state {state.id!r} of track {track.id!r} is never reached",
                    span=subject.key("tracks", track.id, "states", state.id),
                    help="let a transition lead to it, or delete it",
                )


def _reached(track: Track) -> set[str]:
    """The states that some chain of rows leads to from the initial one; ``=previous`` leads to none that is new."""
    leads: dict[str, set[str]] = {}
    for row in track.transitions:
        for source in row.sources:
            if row.target is not None:
                leads.setdefault(source, set()).add(row.target)
    reached, ahead = set(), [track.initial]
    while ahead:
        state = ahead.pop()
        if state not in reached:
            reached.add(state)
            ahead += leads.get(state, ())
    return reached


RULE = Rule(
    code="CW701",
    name="unreachable-state",
    level=WARNING,
    title="a state is never reached",
    zh="状态永远到达不了",
    what="A state that is neither initial nor the end of a chain of transitions from the initial state. "
    "Guards and roles are not looked at: a state behind a guard that is never met is found by its own rule.",
    why="No case will ever be in it, so what is written for it, its limits and its people's work, never happens.",
    instead="Let a transition lead to the state, or delete it.",
    check=_check,
)
