"""Selecting the row that a trigger takes, or every reason why none can (M1, M2).

The rows come from the plan of the track's machine, the very one that ``Event.trigger`` runs (see architecture).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from casewf.core.evolve import Draft
from casewf.core.permission import admitted_as, capacities, separated, why_not
from casewf.core.program import Program, rule_of
from casewf.definition.nearest import nearest
from casewf.machine.classes import CaseEvent
from casewf.machine.guard_view import GuardError, MissingValue
from casewf.machine.guards import unmet
from casewf.machine.rules import Evaluate, Rule, is_met
from casewf.model.case import Actor
from casewf.model.expression import Expression
from casewf.model.reasons import Reason, reason, reason_near

Chosen = tuple[Rule, str, Actor]
"""The row taken, the role in which its actor was admitted, and in which capacity he has it."""


def choose(
    program: Program,
    draft: Draft,
    trigger: str,
    actor: Actor,
    data: Mapping[str, object],
    *,
    commented: bool = False,
    problems: Sequence[Reason] = (),
) -> Chosen | list[Reason]:
    """The first row in file order that passes every step of M2, or all reasons of the step that left none.

    Args:
        program: the compiled workflow.
        trigger: what is fired.
        actor: who fires it. A guard sees him in the capacity in which he is admitted; as a deputy, that is the
            person for whom he stands in.
        draft: the case; its fields and its actor are as before afterwards.
        data: the command's values, already in their types.
        commented: whether the command has a comment.
        problems: reasons against the data that hold for every row; they count in the step of the fields.
    """
    found = program.triggers.get(trigger)
    if found is None:
        return [reason_near("unknown_trigger", nearest(trigger, program.triggers), trigger=trigger)]
    track, event = found
    before, present = draft.fields, draft.actor
    draft.fields = {**before, **data} if data else before
    may_act = capacities(actor) if actor.deputy_for else (actor,)
    try:
        for row in () if problems else event.rows(draft.states[track]):
            rule: Rule = row.rule  # type: ignore[assignment]  # a program's machines hold nothing else
            spec = rule.spec
            for capacity in may_act:
                draft.actor = capacity
                if (
                    (role := admitted_as(spec.by, draft, capacity)) is not None
                    and (not (spec.not_by or spec.not_by_org) or separated(spec, draft, actor))
                    and (not (draft.closed or rule.back_to is not None) or not state_reasons(rule, draft))
                    and _inputs_met(rule, draft, data, commented)
                    and (rule.guard is None or is_met(rule.guard, draft))
                ):
                    return rule, role, capacity
        return _reasons(trigger, all_rules(event), draft, actor, data, commented, problems)
    finally:
        draft.fields, draft.actor = before, present


def all_rules(event: CaseEvent) -> list[Rule]:
    """The rules of a trigger from every state, in file order."""
    rules = [rule_of(row) for rows in event.plan.values() for row in rows]
    return sorted(rules, key=lambda rule: rule.row)


def _reasons(
    trigger: str,
    rules: list[Rule],
    draft: Draft,
    actor: Actor,
    data: Mapping[str, object],
    commented: bool,
    problems: Sequence[Reason],
) -> list[Reason]:
    """The steps of M2 one after the other over all rows; the first that leaves none gives the reasons."""
    wrong = {one.params.get("field") for one in problems}
    if not rules:
        return [reason("unknown_trigger", trigger=trigger)]
    permitted, why = narrow(rules, lambda rule: why_not(rule, draft, actor))
    if not permitted:
        return why
    here = [rule for rule in permitted if rule.source == draft.states[rule.track]]
    if not here:
        return [_wrong_state(permitted, draft)]
    return narrow(
        here,
        lambda rule: state_reasons(rule, draft),
        lambda rule: [
            *problems,
            *(
                one
                for one in _input_reasons(rule, draft, data, commented)
                if one.params.get("field", "") not in wrong
            ),
        ],
        lambda rule: in_best_capacity(rule, draft, actor, lambda: guard_reasons(rule, draft)),
    )[1]


def in_best_capacity(rule: Rule, draft: Draft, actor: Actor, why: Callable[[], list[Reason]]) -> list[Reason]:
    """What ``why`` finds against a row that permits the actor: nothing if nothing does in one of his capacities."""
    present, first = draft.actor, None
    try:
        for draft.actor in capacities(actor):
            if admitted_as(rule.spec.by, draft, draft.actor) is None:
                continue
            if not (found := why()):
                return []
            first = found if first is None else first
        return first or []
    finally:
        draft.actor = present


def narrow(rules: list[Rule], *steps: Callable[[Rule], list[Reason]]) -> tuple[list[Rule], list[Reason]]:
    """The rules that pass every step, or none and all reasons, each once, of the step that left none (M2)."""
    for step in steps:
        against = [(rule, step(rule)) for rule in rules]
        rules = [rule for rule, why in against if not why]
        if not rules:
            found: dict[object, Reason] = {}
            for one in (one for _, why in against for one in why):
                found.setdefault((one.code, frozenset(one.params.items())), one)
            return [], list(found.values())
    return rules, []


def _wrong_state(rules: list[Rule], draft: Draft) -> Reason:
    possible = dict.fromkeys(rule.source for rule in rules)
    return reason("wrong_state", state=draft.states[rules[0].track], possible=", ".join(possible))


def state_reasons(rule: Rule, draft: Draft) -> list[Reason]:
    """Reasons of the state step for a row that leaves the present state."""
    if draft.closed and (
        not rule.after_close
        or (rule.reopens and any(draft.states[track] in names for track, names in rule.ended_elsewhere))
    ):
        return [reason("case_closed")]
    if rule.back_to is not None and draft.previous.get(f"{rule.track}.{rule.source}") != rule.back_to:
        return [reason("previous_unknown")]
    return []


def _inputs_met(rule: Rule, draft: Draft, data: Mapping[str, object], commented: bool) -> bool:
    """Whether ``_input_reasons`` would find nothing."""
    spec = rule.spec
    for name in spec.asks:
        if name not in data:
            return False
    if spec.needs:
        fields = draft.fields
        for name in spec.needs:
            if fields.get(name) is None:
                return False
    if data and not rule.given.issuperset(data):
        return False
    return commented or spec.comment != "required"


def _input_reasons(rule: Rule, draft: Draft, data: Mapping[str, object], commented: bool) -> list[Reason]:
    spec = rule.spec
    reasons = [reason("field_not_given", field=name) for name in spec.asks if name not in data]
    fields = draft.fields
    reasons += [reason("field_missing", field=name) for name in spec.needs if fields.get(name) is None]
    if data and not rule.given.issuperset(data):
        accepted = ", ".join(sorted(rule.given)) or "–"
        reasons += [
            reason("field_not_accepted", field=name, accepted=accepted)
            for name in data
            if name not in rule.given
        ]
    if spec.comment == "required" and not commented:
        reasons.append(reason("comment_required"))
    return reasons


def guard_reasons(rule: Rule, draft: Draft) -> list[Reason]:
    """Which parts of the guard are not met, a missing value named where evaluation reaches it (M9)."""
    guard, when = rule.guard, rule.spec.when
    return [] if guard is None or when is None else condition_reasons(when, guard, draft)


def condition_reasons(when: Expression, guard: Evaluate, draft: Draft) -> list[Reason]:
    """Why a condition, given with its compiled form, is not met; empty if it is."""
    try:
        if guard(draft):
            return []
    except MissingValue as missing:
        return [reason("guard_missing", guard=str(when), field=missing.name)]
    except GuardError as failure:
        return [reason("guard_failed", guard=str(when), detail=str(failure))]
    return [reason("guard_not_met", guard=part) for part in unmet(when, draft)]
