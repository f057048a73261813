"""A state that no case comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.machine.rules import Rule as Row
from casewf.model.workflow import Track

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for track in subject.workflow.tracks:
        reached = set(subject.rows.reached[track.id])
        if len(reached) == len(track.states):
            continue
        entering = _entering(subject, track)
        for state in track.states:
            if state.id not in reached:
                ways = entering.get(state.id, [])
                yield Problem(
                    message=f"state {state.id!r} of track {track.id!r} is never reached{_why(ways, reached)}",
                    span=subject.key("tracks", track.id, "states", state.id),
                    help="let a transition lead to it, or delete it",
                )


def _entering(subject: Subject, track: Track) -> dict[str | None, list[Row]]:
    found: dict[str | None, list[Row]] = {}
    for rules in subject.rows.leaving[track.id].values():
        for rule in rules:
            if rule.target not in (None, rule.source) and rule.back_to is None:
                found.setdefault(rule.target, []).append(rule)
    return found


def _why(ways: list[Row], reached: set[str]) -> str:
    """Why the rows that lead there do not count; empty where there is none."""
    if not ways:
        return ""
    blocked = dict.fromkeys(rule.spec.trigger for rule in ways if rule.source in reached)
    if blocked:
        return f": no case can take {_listed(blocked)}, which would lead there"
    return f": only states lead there that are not reached either, {_listed(rule.source for rule in ways)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, dict.fromkeys(names)))


RULE = Rule(
    code="CW701",
    name="unreachable-state",
    level=WARNING,
    title="a state is never reached",
    zh="状态永远到达不了",
    what="A state that is neither initial nor the end of a chain of transitions from the initial state. A "
    "transition does not count if its guard is never met, given the types and bounds of the fields and the states "
    "that the other tracks come to. Who may fire it is not looked at, nor is an imported case, which may stand "
    "anywhere.",
    why="No case will ever be in it, so what is written for it, its limits and its people's work, never happens.",
    instead="Let a transition lead to the state, or delete it.",
    check=_check,
)
