"""``=previous`` where nothing is remembered."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.definition.node import Scalar
from casewf.machine.rules import PREVIOUS
from casewf.model.workflow import Track

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for track in subject.workflow.tracks:
        backward = [number for number, row in enumerate(track.transitions) if row.target == PREVIOUS]
        remembered = _remembered(subject, track) if backward else set()
        for number in backward:
            yield from _problems(subject, track, number, remembered)


def _problems(subject: Subject, track: Track, number: int, remembered: set[str | None]) -> Iterator[Problem]:
    row, path = track.transitions[number], ("tracks", track.id, "transitions", number, "from")
    reached = set(subject.rows.reached[track.id])
    lost = [state for state in row.sources if state in reached and state not in remembered]
    written = subject.document.node(*path)
    everywhere = isinstance(written, Scalar) and written.text == "*"
    if everywhere and not remembered.isdisjoint(row.sources):
        return
    for state in lost:
        yield Problem(
            message=f"{row.trigger!r} can never lead back from {state!r}: no transition leads there from another state",
            span=subject.at(*path) if everywhere else subject.at(*path, row.sources.index(state)),
            help=f"name the state in `to`, or take {state!r} out of `from`",
        )


def _remembered(subject: Subject, track: Track) -> set[str | None]:
    """The states that a case enters from another one, not by coming back (M10)."""
    rows = subject.rows
    return {
        rule.target
        for state in rows.reached[track.id]
        for rule in rows.leaving[track.id].get(state, ())
        if rule.target not in (None, state) and rule.back_to is None and rows.can_be_taken(rule)
    }


RULE = Rule(
    code="CW711",
    name="no-way-back",
    level=ERROR,
    title="`=previous` leads nowhere",
    zh="`=previous` 无处可回",
    what="A transition to `=previous` from a state that no case enters from another one: from the initial state, or "
    'from one that only `=previous` itself leads to. With `from: "*"` it is enough that one state has a way back.',
    why="The state before is remembered when a case enters a state (M10), and opening a case enters the initial one "
    "from nowhere. Nothing is remembered there, so the transition is refused for ever.",
    instead="Name the state that it is to lead to.",
    check=_check,
)
