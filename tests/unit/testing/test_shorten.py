"""Which steps of a walk a failure needs, found out by playing them again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from casewf.definition.source import Place
from casewf.testing.flow.shorten import MOST_REPLAYS, Failed, shortened
from casewf.testing.flow.watcher import RuleBroken
from casewf.testing.story_model import FireTrigger, Step


def steps(*triggers: str, case: str = "case-1") -> tuple[Step, ...]:
    place = Place(file="")
    return tuple(
        Step(
            at=number * 10,
            place=place,
            case=case,
            action=FireTrigger(trigger=name, by="li", data={"why": "long"}),
        )
        for number, name in enumerate(triggers)
    )


def fired(taken: Sequence[Step]) -> list[str]:
    return [step.action.trigger for step in taken if isinstance(step.action, FireTrigger)]


class World:
    """Which breaks a rule once ``needed`` were fired, in this order."""

    def __init__(self, *needed: str) -> None:
        self.needed = needed
        self.replays = 0

    def replay(self, taken: Sequence[Step]) -> Failed | None:
        self.replays += 1
        found = iter(fired(taken))
        if all(name in found for name in self.needed):
            return Failed(steps=tuple(taken), failure=RuleBroken("K1", "broken"))
        return None


@pytest.mark.parametrize("needed", [("d",), ("a", "d"), ("b", "c", "g"), ("g", "h")])
def test_what_is_needed_stays_and_nothing_else(needed: tuple[str, ...]) -> None:
    found = Failed(steps=steps(*"abcdefgh"), failure=RuleBroken("K1", "broken"))
    short = shortened(found, World(*needed).replay)
    assert short is not None
    assert fired(short.steps) == list(needed)
    assert len({step.at for step in short.steps}) == 1, "no waits"
    assert {getattr(step.action, "data", None) == {} for step in short.steps} == {True}


def test_a_case_that_is_not_needed_goes_and_the_other_becomes_the_first() -> None:
    both = (*steps("x", "y"), *steps("a", "b", case="case-2"))
    short = shortened(Failed(steps=both, failure=RuleBroken("K1", "broken")), World("b").replay)
    assert short is not None
    assert [(step.case, fired([step])) for step in short.steps] == [("case-1", ["b"])]


def test_another_failure_is_not_the_same() -> None:
    def replay(taken: Sequence[Step]) -> Failed | None:
        return Failed(steps=tuple(taken), failure=RuleBroken("K1" if len(taken) == 8 else "M2", "broken"))

    short = shortened(Failed(steps=steps(*"abcdefgh"), failure=RuleBroken("K1", "broken")), replay)
    assert short is not None
    assert len(short.steps) == 8


def test_what_does_not_come_again_is_none_and_replays_are_bounded() -> None:
    found = Failed(steps=steps(*"abc"), failure=RuleBroken("M7", "broken"))
    assert shortened(found, World("z").replay) is None
    many = [f"t{number}" for number in range(900)]
    world = World(*many)
    assert shortened(Failed(steps=steps(*many), failure=RuleBroken("K1", "broken")), world.replay) is not None
    assert world.replays == MOST_REPLAYS
