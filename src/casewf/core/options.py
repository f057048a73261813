"""What an actor may do now, and why not (M4): the same selection as ``decide``, without side effects."""

from __future__ import annotations

import attrs

from casewf.core.evolve import Draft
from casewf.core.permission import why_not
from casewf.core.program import Program, rule_of
from casewf.core.select import guard_reasons, state_reasons, unique
from casewf.machine.rules import Rule
from casewf.model.case import Actor, Case
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

    A guard that reads a field which the command is to give cannot be judged before it is given; it does not count
    against the trigger here.
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
    against = [(rule, _against(rule, draft, actor)) for rule in rules]
    free = [rule for rule, why in against if not why]
    best = free[0] if free else rules[0]
    reasons = [] if free else [one for _, why in against for one in why]
    return Option(
        trigger=name,
        title=program.workflow.trigger_title(name),
        track=best.track,
        allowed=bool(free),
        reasons=unique(reasons),
        asks=(*best.spec.asks, *(name for name in best.spec.needs if draft.fields.get(name) is None)),
        accepts=(*best.spec.accepts, *(name for name in best.spec.needs if draft.fields.get(name) is not None)),
        comment_required=best.spec.comment == "required",
    )


def _against(rule: Rule, draft: Draft, actor: Actor) -> list[Reason]:
    """All reasons of the first step of M2 that is against the row, what can still be given left out."""
    if why := why_not(rule, draft, actor):
        return why
    if why := state_reasons(rule, draft):
        return why
    when = rule.spec.when
    if when is not None and any(f"field.{name}" in when.names for name in _still_to_give(rule)):
        return []
    return guard_reasons(rule, draft)


def _still_to_give(rule: Rule) -> tuple[str, ...]:
    return (*rule.spec.asks, *rule.spec.accepts, *rule.spec.needs)
