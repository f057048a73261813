"""A card that no rung raises."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.parts import rungs
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    raised = {rung.card for rung, _ in rungs(subject.workflow)}
    for card, _ in subject.workflow.cards:
        if card not in raised:
            yield Problem(
                message=f"no rung raises card {card!r}",
                span=subject.key("cards", card),
                help=f"write `card: {card}` in a rung, or delete it",
            )


RULE = Rule(
    code="CW727",
    name="card-never-raised",
    level=WARNING,
    title="no rung raises a card",
    zh="没有哪一级预警会亮出此警示牌",
    what="A card that stands in no rung. Only rungs raise cards (E5).",
    why="No case ever has it. Conditions that compare the card with it are never met, and those who look "
    "for it in a list find nothing and think that all is well.",
    instead="Raise the card in the rung that it was meant for, or delete it.",
    check=_check,
)
