"""A program whose guards tell what they answered; in all else it is the program that it was.

The core knows nothing of it: a probe stands where the compiled guard stood, asks it, and passes its answer on. So what
is told is what the engine really asked, in the capacity and with the data of the command at hand, and an engine
without probes pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeAlias

import attrs

from casewf.core.automatic import PossibleAutos, automatic_rows
from casewf.core.limit_plan import RungPlan, SlaPlan
from casewf.core.program import Program, rule_of
from casewf.machine.guard_view import GuardError, View
from casewf.machine.guards import compile_expression
from casewf.machine.rules import EffectPlan, Evaluate, Rule, Watch, Watcher
from casewf.model.expression import And, Conditional, Constant, Expression, Node, Not, Or, render
from casewf.testing.coverage_points import Place, Point, conditions_of, guards_of, ladders_of

__all__ = ["probed"]

_Tell: TypeAlias = Callable[[Point], None]
_Saw: TypeAlias = Callable[[str, bool], None]
_Trace: TypeAlias = Callable[[View, _Saw], bool]


def probed(program: Program, tell: _Tell) -> Program:
    """The program with a probe in the place of every guard; the machines of ``program`` get theirs, too."""
    probes = _Probes(program, tell)
    for track, machine in program.machines.items():
        for event in machine.events.values():
            for rows in event.plan.values():
                for row in rows:
                    row.rule = probes.rule(track, rule_of(row))
    slas = tuple(probes.sla(plan) for plan in program.slas)
    autos = automatic_rows(program.workflow, program.machines)
    return attrs.evolve(
        program,
        autos=autos,
        possible_autos=_AskedAutos(autos, program.machines),
        slas=slas,
        by_name={plan.spec.id: plan for plan in slas},
        opening=probes.watch(program.opening),
        on_closed=probes.watch(program.on_closed),
        on_reopened=probes.watch(program.on_reopened),
    )


class _AskedAutos(PossibleAutos):
    """Automatic rows whose guards are all asked, since what they answer is to be told."""

    def is_ruled_out(self, rule: Rule, states: Mapping[str, str]) -> bool:  # noqa: ARG002  # none is
        return False

    def wanted(self, rule: Rule) -> str | None:  # noqa: ARG002  # none is passed over
        return None


class _Probes:
    """Puts probes on the parts of one program."""

    def __init__(self, program: Program, tell: _Tell) -> None:
        self._tell = tell
        self._slas = [plan.spec for plan in program.slas]
        self._guards = dict(guards_of(program.workflow))
        self._moments = self._by_identity()

    def rule(self, track: str, rule: Rule) -> Rule:
        place = ("tracks", track, "transitions", rule.row)
        return attrs.evolve(
            rule,
            guard=self._probe((*place, "when"), rule.guard),
            effects=self._effects(place, rule.effects),
            watch=self.watch(rule.watch),
        )

    def sla(self, plan: SlaPlan) -> SlaPlan:
        place = ("slas", plan.spec.id)
        targets = tuple(
            attrs.evolve(target, guard=self._probe((*place, "target", number, "when"), target.guard))
            for number, target in enumerate(plan.targets)
        )
        return attrs.evolve(plan, targets=targets, rungs=self._rungs(plan), pauses=self._pauses(plan))

    def watch(self, watch: Watch) -> Watch:
        """The watch of something that happens; a moment is known by its condition, the very object."""

        def probes(action: str) -> tuple[Watcher, ...]:
            heard: tuple[Watcher, ...] = getattr(watch, action)
            return tuple(self._watcher(action, *watcher) for watcher in heard)

        return attrs.evolve(
            watch,
            stop=probes("stop"),
            cancel=probes("cancel"),
            reopen=probes("reopen"),
            start=probes("start"),
        )

    def _by_identity(self) -> Mapping[tuple[str, str, int], list[Place]]:
        found: dict[tuple[str, str, int], list[Place]] = {}
        for sla in self._slas:
            for action, moments in (
                ("start", sla.start),
                ("stop", sla.stop),
                ("cancel", sla.cancel),
                ("reopen", sla.reopen),
            ):
                for number, moment in enumerate(moments):
                    key = (sla.id, action, id(moment.when))
                    found.setdefault(key, []).append(("slas", sla.id, action, number, "when"))
        return found

    def _watcher(
        self, action: str, number: int, when: Expression | None, condition: Evaluate | None
    ) -> Watcher:
        for place in () if when is None else self._moments[self._slas[number].id, action, id(when)]:
            condition = self._probe(place, condition)
        return number, when, condition

    def _pauses(self, plan: SlaPlan) -> tuple[tuple[str, frozenset[str], Evaluate | None], ...]:
        """A pause in states of several tracks was compiled into one for each of them."""
        numbers = [
            number
            for number, moment in enumerate(plan.spec.pause)
            for _ in dict.fromkeys(name.split(".", 1)[0] for name in moment.inside)
        ]
        return tuple(
            (track, states, self._probe(("slas", plan.spec.id, "pause", number, "when"), condition))
            for number, (track, states, condition) in zip(numbers, plan.pauses, strict=True)
        )

    def _rungs(self, plan: SlaPlan) -> tuple[RungPlan, ...]:
        places = [place for place, _ in ladders_of(plan.spec)]
        return tuple(
            attrs.evolve(rung, effects=self._effects(place, rung.effects))
            for place, rung in zip(places, plan.rungs, strict=True)
        )

    def _effects(self, place: Place, effects: tuple[EffectPlan, ...]) -> tuple[EffectPlan, ...]:
        return tuple(
            attrs.evolve(
                effect,
                condition=self._probe((*place, "effects", number, "send_if", "when"), effect.condition),
            )
            for number, effect in enumerate(effects)
        )

    def _probe(self, place: Place, guard: Evaluate | None) -> Evaluate | None:
        if guard is None:
            return None
        tell, expression = self._tell, self._guards[place]
        trace = _compile(expression.tree) if conditions_of(expression) else None

        def saw(text: str, met: bool) -> None:
            tell(Point("condition", place, text, met))

        def probe(view: View) -> object:
            met = False
            try:
                if trace is not None:
                    with suppress(GuardError):  # the guard itself says so next
                        trace(view, saw)
                answer = guard(view)
                met = bool(answer)
            finally:
                tell(Point("guard", place, met=met))
            return answer

        return probe


def _compile(node: Node) -> _Trace:
    """A function that asks the conditions of a guard in its order, as far as it goes, and tells what each said (M9)."""
    match node:
        case And(parts):
            below = [_compile(part) for part in parts]
            return lambda view, saw: all(one(view, saw) for one in below)
        case Or(parts):
            below = [_compile(part) for part in parts]
            return lambda view, saw: any(one(view, saw) for one in below)
        case Not(operand):
            inner = _compile(operand)
            return lambda view, saw: not inner(view, saw)
        case Conditional(test, then, otherwise):
            first, second, third = _compile(test), _compile(then), _compile(otherwise)
            return lambda view, saw: second(view, saw) if first(view, saw) else third(view, saw)
        case Constant(value=value):
            return lambda _view, _saw: bool(value)
        case _:
            return _condition(render(node), compile_expression(Expression(node)))


def _condition(text: str, evaluate: Evaluate) -> _Trace:
    def condition(view: View, saw: _Saw) -> bool:
        met = bool(evaluate(view))
        saw(text, met)
        return met

    return condition
