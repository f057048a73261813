"""A row that another one is always taken in place of."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.machine.rules import Rule as Row

__all__ = ["RULE"]

_BEFORE = "write the special case first, with a guard, or delete it"
_AT_ONCE = "nobody acts in a state that an automatic transition leaves at once; give that one a guard, or delete this"


def _check(subject: Subject) -> Iterator[Problem]:
    for track in subject.workflow.tracks:
        over: dict[int, list[tuple[Row, ...]]] = {}
        for state in subject.rows.reached[track.id]:
            for rule, before in subject.rivals.of(track.id, state):
                over.setdefault(rule.row, []).append(subject.rivals.winners_over(rule, before))
        for number, winners in sorted(over.items()):
            if all(winners):
                first = sorted({rule.row for rules in winners for rule in rules})
                at_once = (
                    any(track.transitions[one].auto for one in first) and not track.transitions[number].auto
                )
                yield Problem(
                    message=f"this transition {track.transitions[number].trigger!r} is never taken: "
                    f"{_taken_instead(subject, track.id, first)}",
                    span=subject.row(track.id, number),
                    help=_AT_ONCE if at_once else _BEFORE,
                )


def _taken_instead(subject: Subject, track: str, numbers: list[int]) -> str:
    lines = [str(subject.row(track, number).line) for number in numbers]
    if len(lines) > 1:
        return f"one of those in lines {', '.join(lines[:-1])} and {lines[-1]} always is"
    row = subject.workflow.track(track).transitions[numbers[0]]
    return f"the {'automatic one' if row.auto else 'one'} in line {lines[0]} always is in its place"


RULE = Rule(
    code="CW705",
    name="shadowed-transition",
    level=ERROR,
    title="a transition is never taken, because another always is in its place",
    zh="流转永远轮不到，因为总有另一行先被选中",
    what="A transition before which, from each of its states, there is another one of the same trigger, or several, "
    "that whoever could take this one could take as well: with no other role, no other field and no comment more, "
    "and with no guard, or with guards of which one is met whenever this one's is. Automatic transitions are "
    "compared whatever their trigger (M5); and what people fire is never taken in a state that an automatic "
    "transition without a guard leaves at once. A transition that is shadowed in some of its states only is a "
    "fallback, and is not reported.",
    why="Rows are tried in file order and the first that is left wins (M1), so what this one sets, tells and asks "
    "for never happens.",
    instead="Write the special case first and the general one last, without a guard.",
    check=_check,
)
