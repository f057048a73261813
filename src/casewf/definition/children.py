"""The workflows of child cases: which they are, and what of an ``open`` effect they do not take."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

import attrs

from casewf.definition.expression import ExpressionError, Scope, parse
from casewf.definition.load import load_workflow, packaged_workflows
from casewf.model.effect_specs import OpenSpec
from casewf.model.expression import Expression
from casewf.model.workflow import Field, Workflow

__all__ = ["Misfit", "misfits", "openings", "packaged_child", "with_children"]

_load = functools.cache(load_workflow)


def packaged_child(name: str) -> Workflow | None:
    """The packaged workflow of this id, read once; None if there is none."""
    return _load(name) if name in packaged_workflows() else None


def with_children(workflows: Iterable[Workflow]) -> tuple[Workflow, ...]:
    """The workflows, and those of their children, and so on, that casewf ships and that are not among them."""
    found = list(workflows)
    known = {workflow.id for workflow in found}
    for workflow in found:  # it grows meanwhile
        for effect in openings(workflow):
            child = None if effect.workflow in known else packaged_child(effect.workflow)
            if child is not None:
                known.add(child.id)
                found.append(child)
    return tuple(found)


def openings(workflow: Workflow) -> Iterator[OpenSpec]:
    """Every effect of a workflow that opens a child."""
    rows = [row.effects for track in workflow.tracks for row in track.transitions]
    ladders = [
        ladder for sla in workflow.slas for ladder in (sla.ladder, *(one.ladder for one in sla.target))
    ]
    rungs = [rung.effects for ladder in ladders for rung in ladder or ()]
    for effects in (*rows, *rungs):
        yield from (effect for effect in effects if isinstance(effect, OpenSpec))


@attrs.frozen(slots=True)
class Misfit:
    """Something that a child's opening does not take, or does without.

    Attributes:
        key: the key of the effect that is wrong: ``open``, ``with`` or ``carry``.
        field: the child's field.
        message: what is wrong, following "opens a case of 'x'".
        advice: what to do, or the empty text.
    """

    key: str
    field: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.message}: {self.advice}" if self.advice else self.message


def misfits(parent: Workflow, effect: OpenSpec, child: Workflow) -> Iterator[Misfit]:
    """Everything of the effect that the child's opening does not take."""
    opening, given = child.opening, (*effect.values, *effect.carry)
    for name in opening.needs:
        if name not in given and child.fields[name].default is None:
            yield Misfit("open", name, f"without {name!r}, which its opening needs", "give it under `with`")
    for name in given:
        key = "with" if name in effect.values else "carry"
        if name not in child.fields:
            yield Misfit(key, name, f"with {name!r}, and that has no such field")
        elif opening.accepts is not None and name not in (*opening.accepts, *opening.needs):
            yield Misfit(key, name, f"with {name!r}, which its opening does not accept")
    for name, value in effect.values.items():
        field = child.fields.get(name)
        if field is not None and (wrong := _wrong_value(parent, value, field)):
            yield Misfit("with", name, f"with {name!r}: {wrong}")
    for name in effect.carry:
        field = child.fields.get(name)
        if field is not None and _kind(field) != _kind(parent.fields[name]):
            kinds = f"which is {_kind(field)} there, not {_kind(parent.fields[name])}"
            yield Misfit("carry", name, f"and carries {name!r}, {kinds}")


def _wrong_value(parent: Workflow, value: Expression, field: Field) -> str:
    """Why an expression of the parent is no value of a child's field; the empty text if it is one."""
    if field.sensitive:
        return "it is sensitive there, and an effect holds no such value; use `carry`"
    scope = Scope(
        fields=parent.fields,
        tracks={track.id: tuple(state.id for state in track.states) for track in parent.tracks},
        slas=tuple(sla.id for sla in parent.slas),
        cards=tuple(name for name, _ in parent.cards),
        roles=tuple(parent.roles),
    )
    try:
        parse(value.text, scope, expect=field)
    except ExpressionError as error:
        return str(error)
    return ""


def _kind(field: Field) -> str:
    return f"{'sensitive ' if field.sensitive else ''}{'many ' if field.many else ''}{field.kind}"
