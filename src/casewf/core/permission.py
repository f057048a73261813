"""Who may see a case and who may fire a row (M11).

A deputy has several *capacities*: himself, and each absent person for whom he stands in. What is allowed is asked
of one capacity at a time, so that a lent role counts only where the absent person has it. What is forbidden is
asked of all at once: what one of them may not do, none of the others may do for him.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from casewf.machine.rules import Rule
from casewf.model.case import Actor, Holder, Stamp
from casewf.model.quick import maker
from casewf.model.reasons import Reason, reason
from casewf.model.roles import SYSTEM, By

_stamp = maker(Stamp)


class Scoped(Protocol):
    """What permission needs to know of a case; a ``Case`` and a ``Draft`` both fit."""

    @property
    def org(self) -> str | None:
        """The organisation the case belongs to."""

    @property
    def org_above(self) -> tuple[str, ...]:
        """The organisations above it."""

    @property
    def opened_by(self) -> str:
        """Who opened it."""

    @property
    def holders(self) -> Mapping[str, Holder]:
        """Who holds which role."""

    @property
    def witnesses(self) -> Mapping[str, tuple[tuple[str, str | None], ...]]:
        """Who fired the triggers that some ``not_by`` names."""


class Separation(Protocol):
    """Whose earlier actors something bars, and whose organisations; a row and a rule of ratings both fit."""

    @property
    def not_by(self) -> tuple[str, ...]:
        """The triggers whose actors it bars."""

    @property
    def not_by_org(self) -> tuple[str, ...]:
        """The triggers whose actors' organisations it bars."""


def capacities(actor: Actor) -> tuple[Actor, ...]:
    """Himself, then everybody for whom he stands in."""
    return (actor, *actor.deputy_for)


def roles_for(case: Scoped, actor: Actor) -> frozenset[str]:
    """The roles he has for a case that he sees: his own, and those he is lent where the absent person is in scope."""
    return actor.roles.union(*(one.roles for one in actor.deputy_for if in_scope(case, one)))


def stamp(actor: Actor, capacity: Actor) -> Stamp:
    """Who did something, as events remember it, when he was admitted in this capacity."""
    others = tuple(one.id for one in actor.deputy_for if one is not capacity) if actor.deputy_for else ()
    if capacity is actor:
        return _stamp(actor.id, actor.org, actor.on_behalf, others)
    return Stamp(actor.id, capacity.org, capacity.id, others)


def holds(holder: Holder, actor: Actor) -> bool:
    """Whether the actor is the person who holds, or belongs to the organisation that does, or to one below it."""
    ids = holder.ids
    if holder.kind == "person":
        return actor.id in ids
    return actor.org in ids or any(org in ids for org in actor.lineage)


def in_scope(case: Scoped, actor: Actor) -> bool:
    """Whether the case lies in the actor's field of duty.

    That is: the case belongs to no organisation, or to the actor's, or to one below it; or somebody at or
    below the actor's organisation holds a role on it, or the actor or an organisation above him does.
    """
    if case.org is None or SYSTEM in actor.roles:
        return True
    org = actor.org
    if org is not None and (org == case.org or org in case.org_above):
        return True
    return any(
        holds(holder, actor) or (org is not None and org in holder.above) for holder in case.holders.values()
    )


def may_see(case: Scoped, actor: Actor) -> bool:
    """Whether the actor may know that the case exists (M2): somebody's deputy, where that person is in scope."""
    return actor.id == case.opened_by or any(in_scope(case, one) for one in capacities(actor))


def admitted(by: tuple[By, ...], case: Scoped, actor: Actor) -> Actor | None:
    """The first capacity in which the actor is admitted in some role of ``by``, or None (M11)."""
    for one in capacities(actor):
        if admitted_as(by, case, one) is not None:
            return one
    return None


def admitted_as(by: tuple[By, ...], case: Scoped, actor: Actor) -> str | None:
    """The first role of ``by`` in which the actor is admitted in his own right, or None (M11)."""
    for one in by:
        role = one.role
        if role not in actor.roles:
            continue
        holder = None if one.any else case.holders.get(role)
        if role == SYSTEM or (in_scope(case, actor) if holder is None else holds(holder, actor)):
            return role
    return None


def separated(spec: Separation, case: Scoped, actor: Actor) -> bool:
    """Whether separation of duties lets the actor do this, in whatever capacity."""
    return not not_separated(spec, case, actor)


def not_separated(spec: Separation, case: Scoped, actor: Actor) -> list[Reason]:
    """What of ``not_by`` and ``not_by_org`` bars the actor, or him because of somebody for whom he stands in."""
    reasons: list[Reason] = []
    for own, lent, names, same in (
        ("same_person", "deputy_same_person", spec.not_by, _same_person),
        ("same_org", "deputy_same_org", spec.not_by_org, _same_org),
    ):
        for name in names:
            did = case.witnesses.get(name, ())
            barred = _barred(actor, did, same) if did else None
            if barred is actor:
                reasons.append(reason(own, trigger=name))
            elif barred is not None:
                reasons.append(reason(lent, trigger=name, person=barred.id))
    return reasons


def _barred(
    actor: Actor, did: tuple[tuple[str, str | None], ...], same: Callable[[Actor, str, str | None], bool]
) -> Actor | None:
    """The first capacity of the actor in which he is the same as somebody of those who did it."""
    for one in capacities(actor):
        for person, org in did:
            if same(one, person, org):
                return one
    return None


def _same_person(actor: Actor, person: str, _org: str | None) -> bool:
    return actor.id == person


def _same_org(actor: Actor, person: str, org: str | None) -> bool:
    """Whether he is of the organisation, or the very person, who may have acted there as a deputy."""
    return actor.id == person or (actor.org is not None and actor.org == org)


def not_admitted(by: tuple[By, ...], case: Scoped, actor: Actor) -> list[Reason]:
    """Why none of the roles admits the actor, who is admitted in none."""
    had = [one for one in by if any(one.role in capacity.roles for capacity in capacities(actor))]
    if not had:
        return [reason("role_missing", roles=", ".join(one.role for one in by))]
    return [
        reason("not_holder", role=one.role)
        if not one.any and one.role in case.holders
        else reason("out_of_scope")
        for one in had
    ]


def why_not(rule: Rule, case: Scoped, actor: Actor) -> list[Reason]:
    """All reasons why the actor may not fire this row; empty if he may."""
    spec = rule.spec
    if spec.auto:
        return [reason("automatic")]
    reasons: list[Reason] = []
    if admitted(spec.by, case, actor) is None:
        reasons += not_admitted(spec.by, case, actor)
    return [*reasons, *not_separated(spec, case, actor)]
