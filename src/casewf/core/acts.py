"""Acts: what people do to a clock (K7).

One asks, another grants or rejects; the limits are tested when it is asked for.
"""

from __future__ import annotations

import attrs

from casewf.core.clock_pauses import pause_or_resume
from casewf.core.clocks import end_of, extended, limit_of, measure_of, prolonged
from casewf.core.ladder import fired_late, or_provisional, read
from casewf.core.limit_plan import SlaPlan
from casewf.core.permission import admitted, capacities, not_admitted, stamp
from casewf.core.step import Step
from casewf.core.work import Work
from casewf.definition.nearest import nearest
from casewf.errors import AmountError, WorkingTimeError
from casewf.machine.rules import EffectPlan
from casewf.model.amount import Amount, amount_code, size
from casewf.model.case import Actor, Clock, Sealed, Stamp
from casewf.model.clock_events import (
    ActRejected,
    ActRequested,
    ClockExtended,
    ClockSuspended,
    SuspensionEnded,
)
from casewf.model.commands import Act
from casewf.model.effect_specs import NotifySpec
from casewf.model.reasons import Reason, reason, reason_near
from casewf.model.roles import By
from casewf.model.workflow import ActRule

_EXTENSION, _SUSPENSION = "extension", "suspension"
_ASK, _GRANT, _REJECT, _END = "ask", "grant", "reject", "end"
_PARTS = {
    "request_extension": (_EXTENSION, _ASK),
    "extend": (_EXTENSION, _GRANT),
    "reject_extension": (_EXTENSION, _REJECT),
    "request_suspension": (_SUSPENSION, _ASK),
    "suspend": (_SUSPENSION, _GRANT),
    "reject_suspension": (_SUSPENSION, _REJECT),
    "resume": (_SUSPENSION, _END),
}
"""Of each act, what it is about and what it does."""


def rule_of_act(plan: SlaPlan, act: str) -> ActRule | None:
    """What the SLA allows of an act, or None if nothing."""
    return plan.spec.extension if _PARTS[act][0] == _EXTENSION else plan.spec.suspension


def needs_comment(act: str) -> bool:
    """Whether an act has to say why."""
    return _PARTS[act][1] in (_ASK, _REJECT)


def why_no_act(work: Work, command: Act) -> list[Reason]:
    """All reasons of the step of M2 that an act does not pass; none if it is allowed."""
    plan = work.program.by_name.get(command.sla)
    if plan is None:
        return [reason_near("unknown_sla", nearest(command.sla, work.program.by_name), sla=command.sla)]
    rule = rule_of_act(plan, command.act) if command.act in _PARTS else None
    if rule is None:
        offered = [act for act in _PARTS if rule_of_act(plan, act) is not None]
        near = "" if command.act in _PARTS else nearest(command.act, offered)
        return [reason_near("act_not_offered", near, act=command.act, sla=command.sla)]
    clock = work.draft.clocks.get(command.sla)
    return (
        _not_permitted(work, rule, clock, command.act, command.actor)
        or _not_now(work, clock, command.act)
        or _not_well_given(clock, rule, command)
        or _not_within(work, clock, rule, command.act, command.amount)
    )


def why_no_option(work: Work, plan: SlaPlan, act: str, actor: Actor) -> list[Reason]:
    """The same for an act that is still to be filled in (M4): its amount and comment are not looked at."""
    rule, clock = rule_of_act(plan, act), work.draft.clocks.get(plan.spec.id)
    if rule is None:
        return [reason("act_not_offered", act=act, sla=plan.spec.id)]
    return (
        _not_permitted(work, rule, clock, act, actor)
        or _not_now(work, clock, act)
        or _not_within(work, clock, rule, act, None)
    )


def do_act(work: Step, command: Act) -> None:
    """Do an act that is allowed."""
    plan = work.program.by_name[command.sla]
    clock = work.draft.clocks[command.sla]
    kind, step = _PARTS[command.act]
    rule = rule_of_act(plan, command.act)
    roles = () if rule is None else _roles(work, rule, clock, command.act, command.actor)
    by = stamp(command.actor, admitted(roles, work.draft, command.actor) or command.actor)
    request = clock.request(kind)
    if step == _ASK:
        _ask(work, plan, command, kind, by)
    elif step == _REJECT:
        work.emit(ActRejected(at=work.at, sla=command.sla, act=kind, by=by, comment=command.comment))
    elif step == _END:
        work.emit(
            SuspensionEnded(at=work.at, sla=command.sla, ended_at=work.at, by=by, comment=command.comment)
        )
        pause_or_resume(work, plan, by)
    elif request is not None and kind == _EXTENSION:
        if request.amount is not None:
            extend(work, plan, clock, request.amount, by, requested_by=request.by, comment=command.comment)
    elif request is not None:
        amount = request.amount or (None if plan.spec.suspension is None else plan.spec.suspension.up_to)
        suspend(work, plan, amount, by, requested_by=request.by, comment=command.comment)


# The steps of M2


def _not_permitted(work: Work, rule: ActRule, clock: Clock | None, act: str, actor: Actor) -> list[Reason]:
    kind, step = _PARTS[act]
    roles = _roles(work, rule, clock, act, actor)
    if admitted(roles, work.draft, actor) is None:
        reasons = not_admitted(roles, work.draft, actor)
        return [one for number, one in enumerate(reasons) if one not in reasons[:number]]
    asker = _asker(clock, kind, actor) if step == _GRANT else None
    if asker is None:
        return []
    return [reason("own_request") if asker is actor else reason("deputy_own_request", person=asker.id)]


def _roles(work: Work, rule: ActRule, clock: Clock | None, act: str, actor: Actor) -> tuple[By, ...]:
    """In which roles the act may be done by this actor, who may have asked for it."""
    kind, step = _PARTS[act]
    grants = (By(role=rule.by),)
    named = tuple(By(role=role) for role in rule.asked_by)
    asks = named or tuple(By(role=role) for role in work.program.workflow.roles)
    mine = grants if _asker(clock, kind, actor) is None else asks
    return {_ASK: asks, _GRANT: grants, _REJECT: mine, _END: (*mine, *named)}[step]


def _asker(clock: Clock | None, kind: str, actor: Actor) -> Actor | None:
    """The capacity in which he, or somebody for whom he acts, asked for what waits, or for what suspends the clock."""
    if clock is None:
        return None
    request = clock.request(kind)
    by = None if request is None else request.by
    if by is None and kind == _SUSPENSION and clock.suspension is not None:
        by = clock.suspension.requested_by
    if by is None:
        return None
    names = {by.id, by.on_behalf, *by.stood_in_for}
    return next(
        (one for one in capacities(actor) if not names.isdisjoint({one.id, one.on_behalf} - {None})), None
    )


def _not_now(work: Work, clock: Clock | None, act: str) -> list[Reason]:
    kind, step = _PARTS[act]
    if clock is None or clock.phase == "stopped":
        return [reason("clock_not_running")]
    reached = work.at if clock.paused_at is None else clock.paused_at
    if step in (_ASK, _GRANT) and (clock.verdict == "breached" or reached > clock.limit):
        return [reason("after_due")]
    if step == _END:
        return [reason("not_suspended")] if clock.suspension is None else []
    if step == _ASK and kind == _SUSPENSION and clock.suspension is not None:
        return [reason("already_suspended")]
    if step in (_ASK, _GRANT) and kind == _EXTENSION and clock.budget is None:
        return [reason("limit_is_date")]
    asked = clock.request(kind) is not None
    if step == _ASK:
        return [reason("act_requested")] if asked else []
    return [] if asked else [reason("act_not_requested")]


def _not_well_given(clock: Clock | None, rule: ActRule, command: Act) -> list[Reason]:
    kind, step = _PARTS[command.act]
    amount = command.amount
    reasons: list[Reason] = []
    if step != _ASK and amount is not None:
        reasons.append(reason("amount_not_accepted"))
    if step == _ASK and amount is None and kind == _EXTENSION:
        reasons.append(reason("amount_missing"))
    if step == _ASK and amount is not None:
        wanted = (clock.budget if clock is not None else None) if kind == _EXTENSION else rule.up_to
        if size(amount) == 0:
            reasons.append(reason("amount_missing"))
        elif wanted is not None and type(amount) is not type(wanted):
            reasons.append(reason("act_unit", amount=amount_code(wanted)))
    own = _asker(clock, kind, command.actor) is not None
    if command.comment is None and needs_comment(command.act) and not own:
        reasons.append(reason("comment_required"))
    return reasons


def _not_within(
    work: Work, clock: Clock | None, rule: ActRule, act: str, amount: Amount | None
) -> list[Reason]:
    """What of the rule's limits a request would break; they are tested when it is made."""
    kind, step = _PARTS[act]
    if step != _ASK or clock is None:
        return []
    reasons: list[Reason] = []
    done = clock.extended if kind == _EXTENSION else clock.suspensions
    if done >= rule.times:
        reasons.append(reason("act_times", times=str(rule.times)))
    most = rule.up_to if kind == _SUSPENSION or rule.up_to is not None else clock.budget
    if amount is not None and most is not None:
        before = clock.extensions if kind == _EXTENSION else ()
        if type(amount) is not type(most) or size(extended(amount, before)) > size(most):
            reasons.append(reason("act_up_to", amount=amount_code(most)))
    if amount is not None and not reasons and not _can_be_measured(work, clock, kind, amount):
        reasons.append(reason("amount_too_large"))
    if rule.asked_before is not None and work.at > _latest(work, clock, rule.asked_before):
        reasons.append(reason("act_asked_before", amount=amount_code(rule.asked_before)))
    return reasons


def _can_be_measured(work: Work, clock: Clock, kind: str, amount: Amount) -> bool:
    """Whether so much more leads to an instant that dates can express."""
    calendar = work.program.pinned_calendar(clock.calendar)
    try:
        if kind == _SUSPENSION:
            end_of(amount, work.at, calendar)
        else:
            longer = attrs.evolve(clock, extensions=(*clock.extensions, amount))
            limit_of(measure_of(longer, calendar.provisional))
    except WorkingTimeError:
        return False
    return True


def _latest(work: Work, clock: Clock, before: Amount) -> int:
    """Until when an act may be asked for; a paused clock counts as if it ran again now."""
    calendar = work.program.pinned_calendar(clock.calendar)
    limit = clock.limit
    if clock.paused_at is not None:
        limit, _ = or_provisional(measure_of(clock, calendar, (clock.paused_at, work.at)), limit_of)
    try:
        return calendar.provisional.subtract_us(limit, before, anchor="same_time")
    except AmountError:
        return clock.start  # longer before than there are years


# What acts do


def _ask(work: Step, plan: SlaPlan, command: Act, kind: str, by: Stamp) -> None:
    rule = rule_of_act(plan, command.act)
    told = () if rule is None or not rule.notify else (EffectPlan(spec=NotifySpec(roles=rule.notify)),)
    work.emit(
        ActRequested(
            at=work.at,
            sla=command.sla,
            act=kind,
            by=by,
            amount=command.amount,
            comment=command.comment,
            effects=work.effects(told, f"{command.sla}/{command.act}", {}, {}),
        )
    )


def extend(
    work: Work,
    plan: SlaPlan,
    clock: Clock,
    amount: Amount,
    by: Stamp,
    *,
    requested_by: Stamp,
    comment: Sealed | None = None,
) -> None:
    """Begin a new term up to a later due instant (E1)."""
    longer = attrs.evolve(clock, extensions=(*clock.extensions, amount))
    measure = measure_of(longer, work.program.pinned_calendar(clock.calendar))
    carried, guessed = clock.carried, False
    if carried is not None:
        before = carried
        carried, known = or_provisional(measure, lambda by: prolonged(before, by))
        guessed, measure = known is not measure, attrs.evolve(known, carried=carried)
    ladder, fired = plan.targets[clock.target].ladder, fired_late(plan, clock)
    found = read(measure, ladder, fired, work.at, armed=clock.phase == "running")
    work.emit(
        ClockExtended(
            at=work.at,
            sla=clock.sla,
            amount=amount,
            by=by,
            requested_by=requested_by,
            limit=found.limit,
            term=clock.term + 1,
            comment=comment,
            carried=carried,
            fired=fired,
            next=found.next,
            unresolved=found.unresolved,
            provisional=found.provisional or guessed,
        )
    )


def suspend(
    work: Work,
    plan: SlaPlan,
    amount: Amount | None,
    by: Stamp,
    *,
    requested_by: Stamp,
    until: int | None = None,
    comment: Sealed | None = None,
) -> None:
    """Let the clock stand until the time granted is over, or ``until``, or with neither until somebody resumes it."""
    clock = work.draft.clocks[plan.spec.id]
    if amount is not None:
        until = end_of(amount, work.at, work.program.pinned_calendar(clock.calendar))
    work.emit(
        ClockSuspended(
            at=work.at,
            sla=clock.sla,
            by=by,
            requested_by=requested_by,
            amount=amount,
            until=until,
            comment=comment,
        )
    )
    pause_or_resume(work, plan, by)
