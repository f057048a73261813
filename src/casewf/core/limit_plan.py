"""A limit, compiled: its targets, its rungs, its pauses, with all names resolved."""

from __future__ import annotations

import attrs

from casewf.machine.guards import compile_expression
from casewf.machine.rules import AssignPlan, EffectPlan, Evaluate, compile_assigns, compile_effects
from casewf.model.workflow import Moment, Rung, Sla, Target, Workflow


@attrs.frozen(slots=True, kw_only=True)
class RungPlan:
    """A rung with its number among all rungs of its SLA, and its expressions compiled."""

    number: int
    spec: Rung
    sets: tuple[tuple[str, Evaluate], ...]
    assigns: tuple[AssignPlan, ...]
    effects: tuple[EffectPlan, ...]


@attrs.frozen(slots=True, kw_only=True)
class Ladder:
    """The rungs of a target by where they stand: before the due instant, at it, after it."""

    early: tuple[RungPlan, ...]
    at_due: tuple[RungPlan, ...]
    late: tuple[RungPlan, ...]


@attrs.frozen(slots=True, kw_only=True)
class TargetPlan:
    """A row of an SLA's targets with its guard compiled and its ladder chosen."""

    spec: Target
    guard: Evaluate | None
    ladder: Ladder


@attrs.frozen(slots=True, kw_only=True)
class SlaPlan:
    """An SLA, compiled.

    Attributes:
        number: its place in the file, from 0; the order of E3.
        pauses: tracks, the states of them in which it is paused, and the condition of that.
    """

    number: int
    spec: Sla
    targets: tuple[TargetPlan, ...]
    rungs: tuple[RungPlan, ...]
    pauses: tuple[tuple[str, frozenset[str], Evaluate | None], ...]


def all_rungs(sla: Sla) -> tuple[Rung, ...]:
    """The SLA's own ladder, then those of its targets, in file order; rungs are numbered along this."""
    return (*sla.ladder, *(rung for target in sla.target for rung in target.ladder or ()))


def sla_plan(workflow: Workflow, number: int, sla: Sla) -> SlaPlan:
    """The limit that stands in this place of the workflow's file, compiled."""
    rungs = tuple(
        RungPlan(
            number=place,
            spec=rung,
            sets=tuple((name, compile_expression(value)) for name, value in rung.set.items()),
            assigns=compile_assigns(workflow, rung.assign),
            effects=compile_effects(rung.effects),
        )
        for place, rung in enumerate(all_rungs(sla))
    )
    targets = []
    own_from = len(sla.ladder)
    for target in sla.target:
        if target.ladder is None:
            ladder = rungs[: len(sla.ladder)]
        else:
            ladder = rungs[own_from : own_from + len(target.ladder)]
            own_from += len(target.ladder)
        guard = None if target.when is None else compile_expression(target.when)
        targets.append(TargetPlan(spec=target, guard=guard, ladder=_ladder(ladder)))
    return SlaPlan(
        number=number,
        spec=sla,
        targets=tuple(targets),
        rungs=rungs,
        pauses=tuple(pause for moment in sla.pause for pause in _pauses(moment)),
    )


def conditional_pauses(slas: tuple[SlaPlan, ...]) -> dict[str, dict[str, tuple[int, ...]]]:
    """By track and state, the numbers of the limits that a condition can pause there."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for plan in slas:
        for track, states, condition in plan.pauses:
            for state in states if condition is not None else ():
                places = found.setdefault(track, {})
                places[state] = tuple(dict.fromkeys((*places.get(state, ()), plan.number)))
    return found


def _pauses(moment: Moment) -> list[tuple[str, frozenset[str], Evaluate | None]]:
    """The states of a moment by track, each with its condition."""
    condition = None if moment.when is None else compile_expression(moment.when)
    places: dict[str, set[str]] = {}
    for name in moment.inside:
        track, state = name.split(".", 1)
        places.setdefault(track, set()).add(state)
    return [(track, frozenset(states), condition) for track, states in places.items()]


def _ladder(rungs: tuple[RungPlan, ...]) -> Ladder:
    return Ladder(
        early=tuple(
            r
            for r in rungs
            if r.spec.before is not None or (r.spec.percent is not None and r.spec.percent < 100)
        ),
        at_due=tuple(r for r in rungs if r.spec.percent == 100),
        late=tuple(r for r in rungs if r.spec.after is not None),
    )


def inputs_of(slas: tuple[SlaPlan, ...]) -> dict[str, tuple[int, ...]]:
    """By field, the numbers of the limits whose targets read it."""
    found: dict[str, dict[int, None]] = {}
    for plan in slas:
        for target in plan.spec.target:
            names = () if target.when is None else target.when.names
            fields = [name.removeprefix("field.") for name in names if name.startswith("field.")]
            for name in (*fields, *(() if target.until is None else (target.until,))):
                found.setdefault(name, {})[plan.number] = None
    return {name: tuple(sorted(numbers)) for name, numbers in found.items()}
