"""What an actor may do now, and why not (M4): the same selection as ``decide``, without side effects."""

from __future__ import annotations

import attrs

from casewf.core.acts import needs_comment, rule_of_act, why_no_option
from casewf.core.evolve import Draft
from casewf.core.permission import why_not
from casewf.core.program import Program, rule_of
from casewf.core.select import condition_reasons, guard_reasons, in_best_capacity, narrow, state_reasons
from casewf.core.work import Work
from casewf.machine.guards import compile_expression
from casewf.machine.rules import Rule
from casewf.model.case import Actor, Case
from casewf.model.commands import ACTS
from casewf.model.expression import And, Expression
from casewf.model.reasons import Reason
from casewf.model.text import Label


@attrs.frozen(slots=True, kw_only=True)
class Option:
    """A trigger of the present states, for one actor.

    Attributes:
        trigger: what to fire; or with ``sla`` the act to do (K7).
        track: the trigger's track; empty for an act.
        sla: the limit whose clock an act is for, else None.
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
    sla: str | None = None


def options(program: Program, case: Case, actor: Actor, now: int) -> tuple[Option, ...]:
    """Every trigger of the current states, then every act on a running clock: allowed, or all reasons why not.

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
    return (*found, *_acts(program, draft, actor, now))


def _acts(program: Program, draft: Draft, actor: Actor, now: int) -> list[Option]:
    """The acts on clocks that run, in file order."""
    work = Work(program, draft, now)
    found: list[Option] = []
    for plan in program.slas:
        clock = draft.clocks.get(plan.spec.id)
        if clock is None or clock.phase == "stopped":
            continue
        for act, label in ACTS.items():
            if rule_of_act(plan, act) is None:
                continue
            reasons = why_no_option(work, plan, act, actor)
            name = plan.spec.title
            found.append(
                Option(
                    trigger=act,
                    title=Label(
                        zh=f"{label.zh}：{name.zh or plan.spec.id}",
                        en=f"{label.en}: {name.en or plan.spec.id}",
                    ),
                    track="",
                    allowed=not reasons,
                    reasons=tuple(reasons),
                    asks=("amount",) if act == "request_extension" else (),
                    accepts=("amount",) if act == "request_suspension" else (),
                    comment_required=needs_comment(act),
                    sla=plan.spec.id,
                )
            )
    return found


def _option(program: Program, draft: Draft, name: str, rules: list[Rule], actor: Actor) -> Option:
    free, reasons = narrow(
        rules,
        lambda rule: why_not(rule, draft, actor),
        lambda rule: state_reasons(rule, draft),
        lambda rule: in_best_capacity(rule, draft, actor, lambda: _against(rule, draft)),
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
