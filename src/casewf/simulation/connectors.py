"""What connectors answer to what a case pushes to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from casewf.model.case import Actor
from casewf.model.commands import Command, Fire
from casewf.model.effects import Effect, Push
from casewf.model.roles import SYSTEM
from casewf.simulation.agenda import ANSWER, Agenda
from casewf.simulation.distributions import Source
from casewf.simulation.plans import Planner
from casewf.simulation.profile import Connector, Profile
from casewf.simulation.running import Running
from casewf.simulation.task import Given, Span

__all__ = ["Connectors"]

_ENGINE = Actor(SYSTEM, frozenset((SYSTEM,)), on_behalf="simulation")


@attrs.frozen(slots=True, kw_only=True, eq=False)
class _Answers:
    """How a connector answers."""

    takes: Span | None
    is_taken: Callable[[], bool]
    given: Given


@attrs.frozen(slots=True)
class _Sent:
    """An attempt to push, from 0; ``waiting``: it is still to be made."""

    one: Running
    effect: Push
    attempt: int
    waiting: bool = False


class Connectors:
    """Takes what is pushed, and brings back what comes of it, as the engine's delivery does (D2)."""

    def __init__(
        self,
        profile: Profile,
        planner: Planner,
        source: Source,
        agenda: Agenda,
        fire: Callable[[Running, Command, int], None],
    ) -> None:
        self._agenda = agenda
        self._fire = fire
        self._answers = {
            name: _answers(spec, planner, source, f"connectors.{name}")
            for name, spec in profile.connectors.items()
        }

    def push(self, one: Running, effects: Iterable[Effect], now: int) -> None:
        """Send what a case pushes and wants to hear of."""
        for effect in effects:
            if type(effect) is Push and (effect.on_ok is not None or effect.on_fail is not None):
                one.awaited += 1
                self._send(one, effect, 0, now)

    def _send(self, one: Running, effect: Push, attempt: int, now: int) -> None:
        answers = self._answers.get(effect.connector)
        takes = None if answers is None else answers.takes
        at = now if takes is None else now + next(takes.amounts)
        self._agenda.add(at, ANSWER, one, self.answer, _Sent(one, effect, attempt))

    def answer(self, sent: _Sent, now: int) -> None:
        """A connector answers; where it did not take it, it is tried again as the effect says (D2)."""
        one, effect, attempt = sent.one, sent.effect, sent.attempt
        if sent.waiting:
            self._send(one, effect, attempt, now)
            return
        answers = self._answers.get(effect.connector)
        taken = answers is None or answers.is_taken()
        if taken or attempt >= len(effect.retry):
            one.awaited -= 1
        trigger = effect.on_ok if taken else effect.on_fail
        if trigger is not None:
            data = answers.given(now, one.place, one.case.fields) if taken and answers is not None else {}
            self._fire(one, Fire(trigger, _ENGINE, data), now)
        if not taken and attempt < len(effect.retry):
            again = _Sent(one, effect, attempt + 1, waiting=True)
            self._agenda.add(now + effect.retry[attempt], ANSWER, one, self.answer, again)


def _answers(spec: Connector, planner: Planner, source: Source, name: str) -> _Answers:
    chance = source.generator(f"{name}.fails").random
    return _Answers(
        takes=planner.span(spec.takes, f"{name}.takes"),
        is_taken=lambda: chance() >= spec.fails,
        given=planner.given(spec.data, f"{name}.data"),
    )
