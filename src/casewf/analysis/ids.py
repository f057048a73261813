"""The ids of organisations and people that are written out in a workflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from casewf.analysis.parts import Steps, effects, expressions, rows, rungs
from casewf.definition.document import Document
from casewf.machine.rules import holder_kind
from casewf.model.effect_specs import OpenSpec
from casewf.model.expression import Compare, Constant, Expression, In, Literals, Name, Node, results, walk
from casewf.model.workflow import Field, Workflow

__all__ = ["WrittenId", "written_ids"]

_KINDS = ("org", "person")


@attrs.frozen(slots=True)
class WrittenId:
    """An id in the file; ``kind`` is ``org`` or ``person``."""

    id: str
    kind: str
    path: Steps


def written_ids(document: Document) -> Iterator[WrittenId]:
    """All of them."""
    workflow = document.workflow
    for name, field in workflow.fields.items():
        if field.kind in _KINDS and field.default is not None:
            values = field.default if isinstance(field.default, tuple) else (field.default,)
            yield from (WrittenId(str(each), field.kind, ("fields", name, "default")) for each in values)
    if workflow.calendar.field is not None:
        kind = workflow.fields[workflow.calendar.field].kind
        for name in workflow.calendar.of if kind in _KINDS else ():
            yield WrittenId(name, kind, ("calendar", "of", name))
    for expression, path in expressions(document):
        yield from _compared(workflow.fields, expression, path)
    for value, kind, path in _results(document):
        for one in results(value.tree):
            if isinstance(one, Constant) and one.kind == "text":
                yield WrittenId(str(one.value), kind, path)


def _results(document: Document) -> Iterator[tuple[Expression, str, Steps]]:
    """The expressions whose very value is an organisation or a person."""
    workflow = document.workflow
    doing = [(row.spec.set, row.spec.assign, row.path) for row in rows(workflow)]
    doing += [(rung.set, rung.assign, path) for rung, path in rungs(workflow)]
    for sets, assigns, path in doing:
        yield from _set(workflow, sets, path)
        for role, value in assigns.items():
            yield value, holder_kind(workflow, value), (*path, "assign", role)
    for effect, path in effects(document):
        if isinstance(effect, OpenSpec) and effect.org is not None:
            yield effect.org, "org", (*path, "org")


def _set(
    workflow: Workflow, sets: Mapping[str, Expression], path: Steps
) -> Iterator[tuple[Expression, str, Steps]]:
    for name, value in sets.items():
        if workflow.fields[name].kind in _KINDS:
            yield value, workflow.fields[name].kind, (*path, "set", name)


def _compared(fields: Mapping[str, Field], expression: Expression, path: Steps) -> Iterator[WrittenId]:
    """The ids that an expression compares organisations and people with."""
    for node in walk(expression.tree):
        sides = _sides(node)
        kind = next((found for side in sides if (found := _kind(fields, side))), "")
        for side in sides if kind else ():
            if isinstance(side, Constant) and side.kind == "text":
                yield WrittenId(str(side.value), kind, path)


def _sides(node: Node) -> tuple[Node, ...]:
    """What a comparison holds against one another; nothing where the node is none."""
    match node:
        case Compare(operands=operands):
            return operands
        case In(item, Literals(items)):
            return (item, *items)
        case In(item, container) if not isinstance(container, Literals):
            return (item, container)
        case _:
            return ()


def _kind(fields: Mapping[str, Field], node: Node) -> str:
    """Whether a node reads an organisation or a person; empty if neither."""
    match node:
        case Name("field", name):
            return fields[name].kind if fields[name].kind in _KINDS else ""
        case Name("actor", name):
            return {"org": "org", "id": "person"}.get(name, "")
        case _:
            return ""
