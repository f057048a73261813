"""Rules M: what a move may be, and what a command that is refused, or sent again, may change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from casewf.core.options import Option
from casewf.core.step import MAX_ROUNDS
from casewf.errors import NotFound, Refused
from casewf.model.case import Actor, Case, Holder
from casewf.model.effects import OpenCase
from casewf.model.events import Moved
from casewf.model.reasons import Reason
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Track, Transition, Workflow
from casewf.ports.stored import Head, OutboxRow
from casewf.testing.flow.seen import Broken, Look, Seen
from casewf.testing.story_model import Action, ActOnClock, FireTrigger

__all__ = ["Attempt", "agrees", "at_event", "at_rest", "changes_nothing", "permitted", "sees"]

_LATER = frozenset(
    (
        "guard_not_met",
        "guard_missing",
        "guard_failed",
        "value_failed",
        "auto_chain",
        "field_missing",
        "field_range",
        "field_option",
        "field_type",
        "org_unknown",
        "occurred_range",
        "case_merged",
        "merge_self",
        "merge_target",
        "merge_workflow",
        "merge_closed",
        "amount_missing",
        "amount_too_large",
        "act_unit",
        "act_up_to",
        "comment_required",
    )
)
"""What a trigger that ``options`` allows may still be refused for: it depends on what is given (M4)."""


@attrs.frozen(slots=True, kw_only=True)
class Attempt:
    """A command, what was so before it, and what came of it.

    Attributes:
        offered: what ``options`` said right before; None if the actor did not see the case.
        heads, outbox: the store before.
        was_due: something was due on the case, and fires first (E3).
    """

    case: str
    action: Action
    actor: Actor
    offered: tuple[Option, ...] | None
    heads: Mapping[str, Head] = attrs.field(repr=False)
    outbox: Mapping[str, tuple[OutboxRow, ...]] = attrs.field(repr=False)
    was_due: bool
    refusal: Refused | NotFound | None = None

    def with_refusal(self, refusal: Refused | NotFound | None) -> Attempt:
        """The same, once it is known what came of it."""
        return attrs.evolve(self, refusal=refusal)


# events


def at_event(look: Look) -> Iterator[Broken]:
    """What must hold of every event."""
    if look.row.event.at < look.before.at:
        yield Broken("M12", f"event {look.row.number} is of before the one before it")
    if look.after.closed is not _is_closed(look.seen.workflow, look.after.states):
        yield Broken("M8", f"in {dict(look.after.states)} the case is said to be closed: {look.after.closed}")
    event = look.row.event
    if isinstance(event, Moved):
        track = look.seen.workflow.track(event.track)
        row = track.transitions[event.row]
        yield from _along_its_row(look.before, event, row)
        if event.by.id != SYSTEM:
            yield from _with_all_it_needs(look.after, event, row)
        yield from _leaves_what_may_be_left(look, event, track)
    look.seen.autos = look.seen.autos + 1 if isinstance(event, Moved) and event.auto else 0
    if look.seen.autos > MAX_ROUNDS * len(look.seen.workflow.tracks):
        yield Broken("M5", f"{look.seen.autos} automatic moves followed one another")


def at_rest(seen: Seen) -> Iterator[Broken]:
    """What must hold of a case between commands."""
    names = {track.id for track in seen.workflow.tracks}
    if set(seen.case.states) != names:
        yield Broken("M10", f"the case stands in {sorted(seen.case.states)}, its tracks are {sorted(names)}")


def _along_its_row(before: Case, event: Moved, row: Transition) -> Iterator[Broken]:
    if (row.trigger, row.auto) != (event.trigger, event.auto):
        yield Broken("M1", f"{event.trigger} took row {event.row}, which is {row.trigger}")
    if event.source != before.states[event.track] or event.source not in row.sources:
        yield Broken(
            "M2", f"{event.trigger} left {event.source}; the case stood in {before.states[event.track]}"
        )
    wanted = row.target
    if wanted == "=previous":
        wanted = before.previous.get(f"{event.track}.{event.source}")
    if event.target != wanted:
        yield Broken("M10", f"{event.trigger} came to {event.target}, its row leads to {wanted}")


def _with_all_it_needs(after: Case, event: Moved, row: Transition) -> Iterator[Broken]:
    missing = [name for name in row.asks if event.fields.get(name) is None]
    missing += [name for name in row.needs if after.fields.get(name) is None]
    if row.comment == "required" and event.comment is None:
        missing.append("a comment")
    if missing:
        yield Broken("M2", f"{event.trigger} was accepted without {', '.join(missing)}")


def _leaves_what_may_be_left(look: Look, event: Moved, track: Track) -> Iterator[Broken]:
    before = look.before
    if track.state(event.source).final:
        yield Broken("M8", f"{event.trigger} was accepted in the final state {event.source}")
    if not before.closed or event.auto:
        return
    closing = {state.id for state in track.states if state.closed or state.final}
    if event.target is None:
        if not any(isinstance(effect, OpenCase) for effect in event.effects):
            yield Broken("M8", f"{event.trigger} was accepted on a closed case")
    elif event.source not in closing or (event.closed and event.target not in closing - {event.source}):
        yield Broken("M8", f"{event.trigger} was accepted on a closed case, and reopens nothing")


def permitted(look: Look) -> Iterator[Broken]:
    """Who moved it had the role, the case and nothing against him: worked out from the file and the history alone."""
    event = look.row.event
    if not isinstance(event, Moved):
        return
    row = look.seen.workflow.track(event.track).transitions[event.row]
    if event.auto or event.by.id == SYSTEM:
        if not event.auto and not any(one.role == SYSTEM for one in row.by):
            yield Broken("M11", f"{event.trigger} was fired by the system, which its row does not admit")
        return
    actor = look.actor
    if actor is None or actor.id != event.by.id:
        yield Broken("M11", f"{event.trigger} was fired by {event.by.id}, who had asked for nothing")
        return
    acting = (actor, *actor.deputy_for)
    if not any(_admits(row, look.before, one) for one in acting):
        yield Broken("M11", f"{event.trigger} was fired by {actor.id}, whom no role of its row admits")
    names = {one.id for one in acting}
    for other in row.not_by:
        if names & look.seen.doers.get(other, set()):
            yield Broken("M11", f"{event.trigger} was fired by {actor.id}, who had fired {other}")


def _admits(row: Transition, case: Case, actor: Actor) -> bool:
    for one in row.by:
        holder = None if one.any else case.holders.get(one.role)
        if one.role in actor.roles and (_in_scope(case, actor) if holder is None else _holds(holder, actor)):
            return True
    return False


def sees(case: Case, actor: Actor) -> bool:
    """Whether somebody may know that there is such a case (M2): worked out from the case alone."""
    return actor.id == case.opened_by or any(_in_scope(case, one) for one in (actor, *actor.deputy_for))


def _holds(holder: Holder, actor: Actor) -> bool:
    if holder.kind == "person":
        return actor.id in holder.ids
    return not {actor.org, *actor.lineage}.isdisjoint(holder.ids)


def _in_scope(case: Case, actor: Actor) -> bool:
    own = case.org is None or (actor.org is not None and actor.org in (case.org, *case.org_above))
    return own or any(
        _holds(holder, actor) or (actor.org is not None and actor.org in holder.above)
        for holder in case.holders.values()
    )


def _is_closed(workflow: Workflow, states: Mapping[str, str]) -> bool:
    present = [track.state(states[track.id]) for track in workflow.tracks]
    return any(one.ends_case for one in present) or all(one.closed or one.final for one in present)


# commands


def agrees(attempt: Attempt) -> Iterator[Broken]:
    """M4: what ``options`` said is what came of it; M3: a refusal says why, in both languages."""
    refusal = attempt.refusal
    if isinstance(refusal, Refused):
        reasons = [one for one in refusal.reasons if isinstance(one, Reason)]
        if not reasons or not all(one.text("zh").strip() and one.text("en").strip() for one in reasons):
            yield Broken("M3", f"a refusal without a reason in words: {refusal.reasons}")
    action = attempt.action
    if isinstance(action, FireTrigger):
        name, sla = action.trigger, None
    elif isinstance(action, ActOnClock):
        name, sla = action.act, action.sla
    else:
        return
    if attempt.offered is None or isinstance(refusal, NotFound):
        if attempt.offered is not None or not isinstance(refusal, NotFound):
            sees = "sees" if attempt.offered is not None else "does not see"
            yield Broken("M4", f"{attempt.actor.id} {sees} the case by its options, and not by {name}")
        return
    option = next((one for one in attempt.offered if (one.trigger, one.sla) == (name, sla)), None)
    codes = set() if refusal is None else {getattr(one, "code", "") for one in refusal.reasons}
    if refusal is None and (option is None or not option.allowed):
        why = "is not among them" if option is None else f"is not allowed: {[str(r) for r in option.reasons]}"
        yield Broken("M4", f"{name} was accepted from {attempt.actor.id}, and by the options it {why}")
    elif option is not None and option.allowed and _is_complete(action, option) and codes - _LATER:
        yield Broken(
            "M4", f"{name} is allowed to {attempt.actor.id} by the options, and refused: {sorted(codes)}"
        )


def _is_complete(action: FireTrigger | ActOnClock, option: Option) -> bool:
    """Whether everything is given that the option asks for, and nothing that it does not take."""
    if option.comment_required and not (action.comment or "").strip():
        return False
    if isinstance(action, ActOnClock):
        return (action.amount is not None) >= bool(option.asks)
    return set(option.asks) <= action.data.keys() <= {*option.asks, *option.accepts}


def changes_nothing(
    attempt: Attempt, heads: Mapping[str, Head], outbox: Mapping[str, tuple[OutboxRow, ...]]
) -> Iterator[str]:
    """What is other than before though it must not be; what was due on the case itself may have fired (E3)."""
    for name in heads.keys() | attempt.heads.keys():
        if name == attempt.case and attempt.was_due:
            continue
        if heads.get(name) != attempt.heads.get(name):
            yield f"case {name} came to {heads.get(name)} from {attempt.heads.get(name)}"
        elif outbox[name] != attempt.outbox[name]:
            yield f"the outbox of case {name} was changed"
