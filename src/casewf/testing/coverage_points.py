"""What there is to cover in a workflow: every row, guard, condition, target and rung, as points.

``docs/reference/story-coverage.md`` defines them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from casewf.definition.document import Path
from casewf.model.effect_specs import EffectSpec, PushSpec
from casewf.model.expression import And, Conditional, Constant, Expression, Node, Not, Or, render
from casewf.model.workflow import Moment, Rung, Sla, Target, Workflow

__all__ = ["KINDS", "Place", "Point", "conditions_of", "guards_of", "ladders_of", "points_of"]

Place = tuple[Path, ...]
"""Where something stands in the workflow's file, such as ``("tracks", "union", "transitions", 3, "when")``."""

KINDS = ("transition", "guard", "condition", "target", "rung")


@attrs.frozen(slots=True, cache_hash=True)
class Point:
    """One thing that a story can cover.

    Attributes:
        kind: one of ``KINDS``.
        place: where it stands; of guards and conditions that of the ``when``.
        detail: of a transition the state that it leaves, of a condition its text, of a rung the number of the target.
        met: of guards and conditions the answer, else None.
    """

    kind: str
    place: Place
    detail: str = ""
    met: bool | None = None


def points_of(workflow: Workflow) -> tuple[Point, ...]:
    """Every point of a workflow: kind by kind, and in each kind in the order of the file."""
    return (*_transitions(workflow), *_answers(workflow), *_targets(workflow), *_rungs(workflow))


def guards_of(workflow: Workflow) -> Iterator[tuple[Place, Expression]]:
    """Every ``when`` that decides something: of rows, moments, pauses, targets and what a push sends more."""
    for track in workflow.tracks:
        for number, row in enumerate(track.transitions):
            place: Place = ("tracks", track.id, "transitions", number)
            if row.when is not None:
                yield (*place, "when"), row.when
            yield from _sent(place, row.effects)
    for sla in workflow.slas:
        asked: tuple[tuple[str, Sequence[Moment | Target]], ...] = (
            ("start", sla.start),
            ("pause", sla.pause),
            ("stop", sla.stop),
            ("cancel", sla.cancel),
            ("reopen", sla.reopen),
            ("target", sla.target),
        )
        for key, items in asked:
            for number, item in enumerate(items):
                if item.when is not None:
                    yield ("slas", sla.id, key, number, "when"), item.when
        for rung_place, rung in ladders_of(sla):
            yield from _sent(rung_place, rung.effects)


def conditions_of(guard: Expression) -> tuple[str, ...]:
    """The texts of the conditions that a guard is made of, each once; none where it is one alone.

    A condition is what ``and``, ``or``, ``not`` and ``if`` put together; what is always true or false is none.
    """
    found = tuple(dict.fromkeys(_conditions(guard.tree)))
    return found if len(found) > 1 else ()


def ladders_of(sla: Sla) -> tuple[tuple[Place, Rung], ...]:
    """Every rung with its place, in the order of their numbers: those of the SLA itself, then those of its targets."""
    own = [(("slas", sla.id, "ladder", number), rung) for number, rung in enumerate(sla.ladder)]
    of_targets = [
        (("slas", sla.id, "target", target, "ladder", number), rung)
        for target, row in enumerate(sla.target)
        for number, rung in enumerate(row.ladder or ())
    ]
    return (*own, *of_targets)


def _sent(place: Place, effects: tuple[EffectSpec, ...]) -> Iterator[tuple[Place, Expression]]:
    for number, effect in enumerate(effects):
        if isinstance(effect, PushSpec) and effect.send_if is not None:
            yield (*place, "effects", number, "send_if", "when"), effect.send_if.when


def _conditions(node: Node) -> Iterator[str]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _conditions(part)
        case Not(operand):
            yield from _conditions(operand)
        case Conditional(test, then, otherwise):
            for part in (test, then, otherwise):
                yield from _conditions(part)
        case Constant():
            return
        case _:
            yield render(node)


def _transitions(workflow: Workflow) -> Iterator[Point]:
    for track in workflow.tracks:
        for number, row in enumerate(track.transitions):
            for source in row.sources:
                if not track.state(source).final:  # M8: nothing leaves it
                    yield Point("transition", ("tracks", track.id, "transitions", number), source)


def _answers(workflow: Workflow) -> Iterator[Point]:
    guards = tuple(guards_of(workflow))
    for place, _ in guards:
        yield from (Point("guard", place, met=met) for met in (True, False))
    for place, guard in guards:
        for text in conditions_of(guard):
            yield from (Point("condition", place, text, met) for met in (True, False))


def _targets(workflow: Workflow) -> Iterator[Point]:
    for sla in workflow.slas:
        yield from (Point("target", ("slas", sla.id, "target", number)) for number in range(len(sla.target)))


def _rungs(workflow: Workflow) -> Iterator[Point]:
    for sla in workflow.slas:
        ladders = ladders_of(sla)
        for number, target in enumerate(sla.target):
            ladder = (
                ("slas", sla.id, "ladder")
                if target.ladder is None
                else ("slas", sla.id, "target", number, "ladder")
            )
            yield from (Point("rung", place, str(number)) for place, _ in ladders if place[:-1] == ladder)
