"""What an actor may do now, and why not (M4): the same selection as ``decide``, without side effects."""

from __future__ import annotations

import attrs

from casewf.core.evolve import Draft
from casewf.core.permission import why_not
from casewf.core.program import Program, rule_of
from casewf.core.select import condition_reasons, guard_reasons, narrow, state_reasons
from casewf.machine.guards import compile_expression
from casewf.machine.rules import Rule
from casewf.model.case import Actor, Case
from casewf.model.expression import And, Expression
from casewf.model.reasons import Reason
from casewf.model.text import Label


@attrs.frozen(slots=True, kw_only=True)
class Option:
    """A trigger of the present states, for one actor.

    Attributes:
        allowed: some row would be taken once what it asks for is given.
        reasons: why not; empty if allowed.
        asks: fields to be given with the command.
        accepts: further fields that may be given.
        comment_required: a comment is to be given.
    """

    trigger: str
    title: Label
    track: str
    allowed: bool
    reasons: tuple[Reason, ...] = ()
    asks: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    comment_required: bool = False


def options(program: Program, case: Case, actor: Actor) -> tuple[Option, ...]:
    """Every trigger of the current states with allowed, or all reasons why not, in file order.

    A part of a guard that reads a field which the command can give cannot be judged before it is given; it
    does not count against the trigger here.
    """
    draft = Draft(case, actor)
    found: list[Option] = []
    for name, (track, event) in program.triggers.items():
        rules = [rule_of(row) for row in event.rows(case.states[track])]
        rules = [rule for rule in rules if not rule.spec.auto]
        if rules:
            found.append(_option(program, draft, name, rules, actor))
    return tuple(found)


def _option(program: Program, draft: Draft, name: str, rules: list[Rule], actor: Actor) -> Option:
    free, reasons = narrow(
        rules,
        lambda rule: why_not(rule, draft, actor),
        lambda rule: state_reasons(rule, draft),
        lambda rule: _against(rule, draft),
    )
    best = free[0] if free else rules[0]
    return Option(
        trigger=name,
        title=program.workflow.trigger_title(name),
        track=best.track,
        allowed=bool(free),
        reasons=tuple(reasons),
        asks=(*best.spec.asks, *(name for name in best.spec.needs if draft.fields.get(name) is None)),
        accepts=(
            *best.spec.accepts,
            *(name for name in best.spec.needs if draft.fields.get(name) is not None),
        ),
        comment_required=best.spec.comment == "required",
    )


def _against(rule: Rule, draft: Draft) -> list[Reason]:
    """What of the guard is not met, whatever is given."""
    when = rule.spec.when
    if when is None or when.names.isdisjoint(names := {f"field.{name}" for name in rule.given}):
        return guard_reasons(rule, draft)
    parts = when.tree.parts if isinstance(when.tree, And) else ()
    known = [part for node in parts if (part := Expression(node)).names.isdisjoint(names)]
    return [one for part in known for one in condition_reasons(part, compile_expression(part), draft)]
