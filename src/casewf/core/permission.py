"""Who may see a case and who may fire a row (M11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from casewf.machine.rules import Rule
from casewf.model.case import Actor, Holder
from casewf.model.reasons import Reason, reason
from casewf.model.roles import SYSTEM, By


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
    """Whether the actor may know that the case exists (M2)."""
    return in_scope(case, actor) or actor.id == case.opened_by


def admitted_as(by: tuple[By, ...], case: Scoped, actor: Actor) -> str | None:
    """The first role of ``by`` in which the actor is admitted, or None (M11)."""
    for one in by:
        role = one.role
        if role not in actor.roles:
            continue
        holder = None if one.any else case.holders.get(role)
        if role == SYSTEM or (in_scope(case, actor) if holder is None else holds(holder, actor)):
            return role
    return None


def separated(spec: Separation, case: Scoped, actor: Actor) -> bool:
    """Whether separation of duties lets the actor do this."""
    if not spec.not_by and not spec.not_by_org:
        return True
    witnesses = case.witnesses
    if any(actor.id == person for name in spec.not_by for person, _ in witnesses.get(name, ())):
        return False
    return not any(
        actor.org is not None and actor.org == org
        for name in spec.not_by_org
        for _, org in witnesses.get(name, ())
    )


def not_admitted(by: tuple[By, ...], case: Scoped, actor: Actor) -> list[Reason]:
    """Why none of the roles admits the actor, who is admitted in none."""
    had = [one for one in by if one.role in actor.roles]
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
    if admitted_as(spec.by, case, actor) is None:
        reasons += not_admitted(spec.by, case, actor)
    return reasons + not_separated(spec, case, actor)


def not_separated(spec: Separation, case: Scoped, actor: Actor) -> list[Reason]:
    """Why separation of duties bars the actor; empty if it does not."""
    if separated(spec, case, actor):
        return []
    reasons = [
        reason("same_person", trigger=name)
        for name in spec.not_by
        if any(actor.id == person for person, _ in case.witnesses.get(name, ()))
    ]
    return reasons + [
        reason("same_org", trigger=name)
        for name in spec.not_by_org
        if any(actor.org is not None and actor.org == org for _, org in case.witnesses.get(name, ()))
    ]
