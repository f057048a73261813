"""Which roles a workflow mentions."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.parts import act_rules, admissions, effects, expressions, rungs, transitions
from casewf.definition.document import Document
from casewf.machine.rules import holder_kind
from casewf.model.effect_specs import NotifySpec
from casewf.model.expression import Constant, Expression, In, Name, walk
from casewf.model.workflow import Workflow

__all__ = ["roles_assigned", "roles_needed"]


def roles_assigned(workflow: Workflow) -> frozenset[str]:
    """The roles that something makes somebody the holder of."""
    return frozenset(role for role, _ in _assigned(workflow))


def _assigned(workflow: Workflow) -> Iterator[tuple[str, str]]:
    """The roles that something makes somebody the holder of, each with ``org`` or ``person``."""
    assigns = [row.assign for row in transitions(workflow)] + [rung.assign for rung, _ in rungs(workflow)]
    for assign in assigns:
        yield from ((role, holder_kind(workflow, value)) for role, value in assign.items())


def roles_needed(document: Document) -> frozenset[str]:
    """The roles that somebody has to have, for something to be done, told or seen.

    A person who is made the holder of a role is told without having it.
    """
    return frozenset(_roles(document))


def _roles(document: Document) -> Iterator[str]:
    workflow = document.workflow
    yield from {one.role: None for one in admissions(workflow)}
    for rule, _ in act_rules(workflow):
        yield from (rule.by, *rule.asked_by)
    held = set(_assigned(workflow))
    for effect, _ in effects(document):
        told = effect.roles if isinstance(effect, NotifySpec) else ()
        yield from (role for role in told if (role, "person") not in held)
    for field in workflow.fields.values():
        yield from field.seen_by
    yield from () if workflow.parties is None else workflow.parties.seen_by
    for value, _ in expressions(document):
        yield from _asked(value)


def _asked(value: Expression) -> Iterator[str]:
    """The roles that an expression looks for among those of the actor."""
    if "actor.roles" not in value.names:
        return
    for node in walk(value.tree):
        if (
            isinstance(node, In)
            and isinstance(node.item, Constant)
            and node.container == Name("actor", "roles")
        ):
            yield str(node.item.value)
