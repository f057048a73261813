"""A child case that cannot be opened so."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.children import openings
from casewf.analysis.parts import Steps
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.definition.children import Misfit, misfits
from casewf.definition.expression_types import suggestion
from casewf.definition.node import Span
from casewf.model.effect_specs import OpenSpec
from casewf.model.workflow import Workflow

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for effect, path, child in openings(subject):
        if child is None:
            continue
        for one in misfits(subject.workflow, effect, child):
            yield Problem(
                message=f"this opens a case of {effect.workflow!r} {one.message}",
                span=_span(subject, effect, path, one),
                help=one.advice or _advice(child, one),
            )


def _span(subject: Subject, effect: OpenSpec, path: Steps, one: Misfit) -> Span:
    match one.key:
        case "with":
            return subject.key(*path, "with", one.field)
        case "carry":
            return subject.at(*path, "carry", effect.carry.index(one.field))
        case _:
            return subject.at(*path, "open")


def _advice(child: Workflow, one: Misfit) -> str:
    if one.field not in child.fields:
        return suggestion(one.field, child.fields)
    accepts = child.opening.accepts
    if accepts is not None and one.field not in (*accepts, *child.opening.needs):
        return "leave it out, or let the opening of that workflow accept it"
    return "give it another value, or another field"


RULE = Rule(
    code="CW730",
    name="child-opening",
    level=ERROR,
    title="a child case cannot be opened so",
    zh="子工单不能这样开立",
    what="An `open` whose `with` and `carry` do not fit the opening of the child's workflow: a field that "
    "it needs is not given, one is given that it does not have or does not accept, or a value of another "
    "type. It is looked at where the child's workflow is known: it is packaged, is this very workflow, or "
    "one that the bindings name.",
    why="The engine refuses to start with such a workflow; where the child's comes later, its opening is "
    "refused and all that is left is an incident, while the parent waits for a case that was never opened.",
    instead="Give what the child's opening needs, under the names that it has there.",
    check=_check,
)
