"""Worklists: which cases wait for somebody, the most urgent first, and what he may do on each.

A page costs what it shows: the store walks along an index of the open cases, however many are closed.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Literal

import attrs
import pendulum

from casewf.core.options import Option, options
from casewf.core.permission import capacities, may_see
from casewf.engine.case_view import to_datetime, zone_of
from casewf.engine.commit import ANYBODY
from casewf.engine.reading import CaseReader, check_page
from casewf.engine.unit_of_work import UnitOfWork
from casewf.model.arguments import check_switch
from casewf.model.case import Actor, Case
from casewf.model.plain_text import is_whole
from casewf.model.workflow import Workflow
from casewf.ports.stored import Filter, Page
from casewf.worktime import epoch_us


@attrs.frozen(slots=True, kw_only=True)
class WorklistItem:
    """A case on somebody's list, as it is stored; what has become due meanwhile shows after the next sweep.

    Attributes:
        definition: the workflow that the case is pinned to, with the labels of states, cards, limits and triggers.
        states: by track, in the order of the workflow.
        due: the earliest due instant of its running limits, those of kind ``advisory`` left out; None without one.
        sla: which limit that is.
        overdue: that instant has passed.
        holders: role → the ids of who holds it.
        options: what the actor may do now (M4), as ``Engine.options`` says it, without what he may not.
    """

    id: str
    definition: Workflow
    states: Mapping[str, str]
    card: str
    due: pendulum.DateTime | None
    sla: str | None
    overdue: bool
    org: str | None
    holders: Mapping[str, tuple[str, ...]]
    opened_at: pendulum.DateTime
    changed_at: pendulum.DateTime
    closed: bool
    options: tuple[Option, ...]


@attrs.frozen(slots=True)
class Worklist:
    """A page of a worklist, the ``after`` of the next one or None at the end, and ``at``: when it was read, in UTC."""

    items: tuple[WorklistItem, ...]
    next_after: str | None
    at: pendulum.DateTime


class WorklistReader(CaseReader):
    """The part of the engine that gives people their work."""

    def worklist(
        self,
        *,
        actor: Actor,
        scope: Literal["mine", "organisation"] = "mine",
        workflow: str | None = None,
        state: tuple[str, str] | None = None,
        card: str | None = None,
        overdue: bool | None = None,
        due_before: dt.datetime | None = None,
        closed: bool = False,
        limit: int = 50,
        after: str | None = None,
    ) -> Worklist:
        """A page of the cases that wait for the actor, what is due first at the top, overdue ones before it.

        ``mine`` are the cases that he, or somebody for whom he stands in, holds as a person, and those that he himself
        opened and nobody holds yet. Those of his ``organisation`` are the cases that it, or one below, owns or
        holds, those that one above it, or above the absent person's, holds, and those that belong to no organisation.

        Args:
            actor: whose list; a case that he may not see is on none (M2).
            scope: ``mine`` or ``organisation``.
            workflow: only cases of this workflow, in any version.
            state: only cases in this ``(track, state)``.
            card: only cases with this card; ``none`` for those without one.
            overdue: only cases whose due instant has passed, or only the others.
            due_before: only cases that are due before this instant, aware.
            closed: the closed cases instead of the open ones, in the order of their ids.
            limit: at most so many, 1 to 500; a page may have fewer, and still not be the last.
            after: the ``next_after`` of the page before, with the same conditions.

        Raises:
            TypeError: a condition of another type than it says.
            ValueError: a limit, a scope or an ``after`` that cannot be, or a naive datetime.
        """
        wanted = _Wanted(workflow, state, card, overdue, due_before, closed, limit, after)
        actor = self._means.resolve(actor)
        mine = scope == "mine"

        def shown(case: Case) -> bool:
            return may_see(case, actor) and (not mine or _is_his(case, actor))

        return self._worklist(_scope(actor, scope), wanted, shown, actor)

    def overview(
        self,
        *,
        workflow: str | None = None,
        state: tuple[str, str] | None = None,
        card: str | None = None,
        overdue: bool | None = None,
        due_before: dt.datetime | None = None,
        closed: bool = False,
        limit: int = 50,
        after: str | None = None,
    ) -> Worklist:
        """A page of all cases, whoever may see them, in the order of ``worklist``. For operators; it tells no values.

        Who may call this is the host's decision. Nobody in particular asks, so ``options`` are empty; the arguments are
        those of ``worklist``.

        Raises:
            TypeError: a condition of another type than it says.
            ValueError: a limit or an ``after`` that cannot be, or a naive datetime.
        """
        wanted = _Wanted(workflow, state, card, overdue, due_before, closed, limit, after)
        return self._worklist(Filter(everything=True), wanted, lambda _: True, None)

    def _worklist(
        self, seen: Filter, wanted: _Wanted, shown: Callable[[Case], bool], actor: Actor | None
    ) -> Worklist:
        unit = UnitOfWork(self._means, set())
        page = self._means.store.find(wanted.among(seen, unit.now))
        items = tuple(self._item(case, actor, unit) for case in page.cases if shown(case))
        return Worklist(items, _next(page), to_datetime(unit.now, "UTC"))

    def _item(self, case: Case, actor: Actor | None, unit: UnitOfWork) -> WorklistItem:
        program = self._means.registry.pinned(case)
        zone = zone_of(program, case)
        urgent = case.first_due(program.workflow.advisory)
        possible: tuple[Option, ...] = ()
        if actor is not None:
            possible = options(program, unit.foreseen(program, case), actor, unit.now)
        return WorklistItem(
            id=case.id,
            definition=program.workflow,
            states={track: case.states[track] for track in program.machines},
            card=case.card,
            due=None if urgent is None else to_datetime(urgent.limit, zone),
            sla=None if urgent is None else urgent.sla,
            overdue=urgent is not None and urgent.limit < unit.now,
            org=case.org,
            holders={role: holder.ids for role, holder in case.holders.items()},
            opened_at=to_datetime(case.opened_at, zone),
            changed_at=to_datetime(case.at, zone),
            closed=case.closed,
            options=tuple(one for one in possible if one.allowed),
        )


@attrs.frozen(slots=True)
class _Wanted:
    """The conditions of a worklist, as ``WorklistReader.worklist`` explains them."""

    workflow: str | None
    state: tuple[str, str] | None
    card: str | None
    overdue: bool | None
    due_before: dt.datetime | None
    closed: bool
    limit: int
    after: str | None

    def among(self, seen: Filter, now: int) -> Filter:
        """What to find among the cases that ``seen`` admits.

        Raises:
            TypeError, ValueError: a condition that cannot be.
        """
        check_page(self.limit, workflow=self.workflow, state=self.state, card=self.card)
        check_switch(self.closed, "closed")
        if self.overdue is not None:
            check_switch(self.overdue, "overdue")
        moment: object = self.due_before
        if moment is not None and not isinstance(moment, dt.datetime):
            raise TypeError(f"due_before must be an aware datetime, got {moment!r}")
        instants = [] if self.due_before is None else [epoch_us(self.due_before)]
        begin, begin_due = _begin(self.after, closed=self.closed)
        return attrs.evolve(
            seen,
            workflow=self.workflow,
            state=self.state,
            card=self.card,
            closed=self.closed,
            due_from=now if self.overdue is False else None,
            due_before=min([*instants, now] if self.overdue else instants, default=None),
            order="id" if self.closed else "due",
            limit=self.limit,
            after=begin,
            after_due=begin_due,
        )


def own_ids(actor: Actor) -> frozenset[str]:
    """The ids whose personal work is the actor's own: the one place where those he stands in for come in."""
    return frozenset(one.id for one in capacities(actor))


def _scope(actor: Actor, scope: str) -> Filter:
    if scope == "mine":
        return Filter(below=own_ids(actor), opened_by=actor.id, unheld=True)
    if scope == "organisation":
        lineages = (org for one in capacities(actor) for org in one.lineage)
        return Filter(org=actor.org, below=frozenset((ANYBODY, *lineages)))
    raise ValueError(f"scope must be `mine` or `organisation`, got {scope!r}")


def _is_his(case: Case, actor: Actor) -> bool:
    """Whether he holds the case as a person; an organisation may have an id like his."""
    ids = own_ids(actor)
    if not any(holder.ids for holder in case.holders.values()):
        return case.opened_by == actor.id
    return any(holder.kind == "person" and not ids.isdisjoint(holder.ids) for holder in case.holders.values())


def _next(page: Page) -> str | None:
    if page.next_after is None:
        return None
    text = json.dumps([page.next_after, page.next_due], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode()


def _begin(after: str | None, *, closed: bool) -> tuple[str, int | None]:
    """The id and the due instant after which the page begins.

    Raises:
        ValueError: ``after`` came from nowhere, or from a page of the other kind.
    """
    if after is None:
        return "", None
    try:
        case_id, due = json.loads(base64.urlsafe_b64decode(after.encode()))
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        case_id, due = None, None
    is_case = isinstance(case_id, str) and case_id != "" and is_whole(case_id)
    is_instant = due is None or (type(due) is int and not closed and abs(due) < 2**62)
    if not is_case or not is_instant:
        raise ValueError(f"after must be the `next_after` of the page before, got {after!r}")
    return case_id, due
