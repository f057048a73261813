"""A row that only a closed case could take, and a closed case does not take."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.definition.node import Scalar

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for track in subject.workflow.tracks:
        for number, rules in subject.rows.rules_of(track.id).items():
            open_in = {rule.source for rule in rules if subject.rows.is_open(rule)}
            closed_in = [
                state for state in dict.fromkeys(rule.source for rule in rules) if state not in open_in
            ]
            path = ("tracks", track.id, "transitions", number, "from")
            written = subject.document.node(*path) if closed_in else None
            if isinstance(written, Scalar) and written.text == "*":
                continue
            row = track.transitions[number]
            for state in closed_in:
                yield Problem(
                    message=f"{row.trigger!r} is never accepted in {state!r}: every case there is closed",
                    span=subject.at(*path, row.sources.index(state)),
                    help=f"take {state!r} out of `from`, or let it be an open state; a closed case takes only what "
                    "reopens it, leads to another closed state, or stays and opens a child",
                )


RULE = Rule(
    code="CW712",
    name="closed-case-row",
    level=ERROR,
    title="a transition is for closed cases, which do not take it",
    zh="流转写给已办结的工单，而办结的工单不接受它",
    what="A transition from a state in which every case is closed, because it is the only track, because the state "
    "ends the case, or because the other tracks are in closed states only. It neither leads to an open state, nor "
    'to another closed one, nor does it open a child, or the state ends the case. `from: "*"` is not reported.',
    why="A closed case accepts nothing else (M8). Whoever fires it there is refused.",
    instead="Leave the state out of `from`. If something is still to be done in it, it is no closed state yet.",
    check=_check,
)
