"""What a failure needs: the steps of a walk are played again, one after another left out, while it fails as before."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence

import attrs

from casewf.ports.outside import Outcome
from casewf.testing.flow.setting import CASE
from casewf.testing.flow.watcher import RuleBroken
from casewf.testing.story_model import DeliverNow, FireTrigger, OpenCase, Step, SweepNow

__all__ = ["MOST_REPLAYS", "Failed", "Replay", "shortened"]

MOST_REPLAYS = 300
"""How often steps are played again to find out which are needed."""

_SHORT_TEXT = "0"


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Failed:
    """A walk that came to a failure: the steps up to it, as a story has them, and what connectors answered."""

    steps: tuple[Step, ...]
    failure: Exception
    answers: tuple[tuple[str, Outcome], ...] = ()

    @property
    def kind(self) -> object:
        """What is the same for two failures: the rule that is broken, or the line that raised."""
        if isinstance(self.failure, RuleBroken):
            return self.failure.rule
        frames = traceback.extract_tb(self.failure.__traceback__)
        return type(self.failure), [(one.filename, one.lineno) for one in frames[-1:]]


Replay = Callable[[Sequence[Step]], Failed | None]
"""Plays steps from the beginning; what they fail with, or None."""


def shortened(found: Failed, replay: Replay) -> Failed | None:
    """The same failure with steps, values and waits left out that it does not need.

    Returns:
        None if it does not come again when its steps are played: it is of something that is no step.
    """
    shortening = _Shortening(found, replay)
    if not shortening.takes(found.steps):
        return None
    shortening.one_case_alone()
    steps = 0
    while steps != len(shortening.best.steps):  # what was needed for a step is not, once that is gone
        steps = len(shortening.best.steps)
        shortening.fewer_steps()
    shortening.less_said()
    return shortening.best


class _Shortening:
    def __init__(self, found: Failed, replay: Replay) -> None:
        self.best = found
        self._replay = replay
        self._left = MOST_REPLAYS

    def takes(self, steps: Sequence[Step]) -> bool:
        """Whether it fails in the same way with these steps, which then are the best."""
        if self._left <= 0:
            return False
        self._left -= 1
        found = self._replay(steps)
        if found is None or found.kind != self.best.kind:
            return False
        self.best = found
        return True

    def one_case_alone(self) -> None:
        """Only what happens on one of the cases, which then is the first."""
        names = dict.fromkeys(step.case for step in self.best.steps)
        for name in names if len(names) > 1 else ():
            ours = [
                step if _is_of_all(step) else attrs.evolve(step, case=CASE)
                for step in self.best.steps
                if _is_of_all(step) or step.case == name
            ]
            if self.takes(ours):
                return

    def fewer_steps(self) -> None:
        """Without half of the steps, a quarter and so on, at last without single ones; from the end on."""
        size = max(len(self.best.steps) // 2, 1)
        while size:
            begin = len(self.best.steps) - size
            while begin >= 0:
                steps = self.best.steps
                self.takes((*steps[:begin], *steps[begin + size :]))
                begin = min(begin, len(self.best.steps)) - size
            size //= 2

    def less_said(self) -> None:
        """Without waits, and without values; long texts become short ones."""
        number = 0
        while number < len(self.best.steps):
            self.takes(_at_once(self.best.steps, number))
            self._takes_step(number, _without_comment)
            for name in _names(self.best.steps[number]):
                _ = self._takes_step(number, _without(name)) or self._takes_step(number, _short(name))
            number += 1

    def _takes_step(self, number: int, change: Callable[[Step], Step]) -> bool:
        steps = self.best.steps
        if number >= len(steps) or (step := change(steps[number])) == steps[number]:
            return False
        return self.takes((*steps[:number], step, *steps[number + 1 :]))


def _is_of_all(step: Step) -> bool:
    return isinstance(step.action, SweepNow | DeliverNow)


def _at_once(steps: Sequence[Step], number: int) -> Sequence[Step]:
    """The steps without the wait before one of them."""
    wait = steps[number].at - steps[number - 1].at if number else 0
    return [*steps[:number], *(attrs.evolve(one, at=one.at - wait) for one in steps[number:])]


def _names(step: Step) -> tuple[str, ...]:
    return tuple(step.action.data) if isinstance(step.action, FireTrigger | OpenCase) else ()


def _without_comment(step: Step) -> Step:
    if not isinstance(step.action, FireTrigger):
        return step
    return attrs.evolve(step, action=attrs.evolve(step.action, comment=None))


def _without(name: str) -> Callable[[Step], Step]:
    """A step that does not give a value."""

    def change(step: Step) -> Step:
        return _with_data(step, {one: value for one, value in _data(step).items() if one != name})

    return change


def _short(name: str) -> Callable[[Step], Step]:
    """A step whose text is short; what is no text stays."""

    def change(step: Step) -> Step:
        is_text = isinstance(_data(step).get(name), str)
        return _with_data(step, {**_data(step), name: _SHORT_TEXT}) if is_text else step

    return change


def _data(step: Step) -> Mapping[str, object]:
    return step.action.data if isinstance(step.action, FireTrigger | OpenCase) else {}


def _with_data(step: Step, data: Mapping[str, object]) -> Step:
    if not isinstance(step.action, FireTrigger | OpenCase):
        return step
    return attrs.evolve(step, action=attrs.evolve(step.action, data=data))
