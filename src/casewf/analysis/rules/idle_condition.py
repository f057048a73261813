"""A part of a guard that says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.guards.why_never import known_of, shortly
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for condition, judgement in subject.conditions:
        for part, always in judgement.idle:
            known = known_of(condition.facts, [part])
            yield Problem(
                message=f"{shortly(part)} in {condition.of} is {'always' if always else 'never'} met",
                span=subject.at(*condition.path),
                help=f"{known}; change it, or delete it" if known else "change it, or delete it",
            )


RULE = Rule(
    code="CW709",
    name="idle-condition",
    level=WARNING,
    title="a part of a guard is always met, or never",
    zh="条件的一部分总是成立或永远不成立",
    what="A part of a `when` that comes out the same for every case, by the same knowledge as CW707 and without a "
    "look at the other parts, while the guard as a whole does not.",
    why="The guard decides less than it seems to. Often an option was misread, or a field has a default that the "
    "author did not think of.",
    instead="Ask for what was meant, or leave the part out.",
    check=_check,
)
