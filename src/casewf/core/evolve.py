"""Folding events into a case (D3).

A ``Draft`` is a case under way: ``decide`` applies each event to it as soon as it is made, so that what
follows sees its result, and ``evolve`` is the same application on a case of its own. Mappings are replaced,
never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from casewf.core.clock_results import CLOCK_EVENTS, after
from casewf.core.file_results import FILE_EVENTS, children_of, file_changed, links_of, new_round
from casewf.core.migration_results import clocks_after, position_after
from casewf.errors import InternalError
from casewf.model.case import Actor, Awaited, Case, Children, Clock, Holder, Link, Party, Stamp
from casewf.model.clock_events import ClockStarted, LimitAwaited, LimitDropped, RungFired
from casewf.model.events import Event, Moved, Opened
from casewf.model.migration_events import Migrated
from casewf.model.quick import copier, open_twin
from casewf.model.roles import SYSTEM

NOBODY = Actor("")


if TYPE_CHECKING:

    class _OpenCase:
        actor: Actor
        at: int
        attachments: tuple[str, ...]
        awaited: Mapping[str, Awaited]
        card: str
        card_rank: int
        children: Children
        clocks: Mapping[str, Clock]
        closed: bool
        fields: Mapping[str, object]
        holders: Mapping[str, Holder]
        id: str
        links: tuple[Link, ...]
        opened_at: int
        opened_by: str
        org: str | None
        org_above: tuple[str, ...]
        parent: str | None
        parties: Mapping[str, Party]
        past_cycles: Mapping[str, int]
        persons: tuple[str, ...]
        previous: Mapping[str, str]
        states: Mapping[str, str]
        version: int
        witnesses: Mapping[str, tuple[tuple[str, str | None], ...]]
        workflow: tuple[str, int, str]

else:
    _OpenCase = open_twin(Case)


class Draft(_OpenCase):
    """A case while events are applied to it; it is also the view that guards look at (M9).

    It has a case's own slots, so that it can become the case when all is done: nearly every command makes a draft and a
    case, and copying the attributes once more is what costs most of that.
    """

    __slots__ = ()

    def __init__(self, case: Case, actor: Actor = NOBODY) -> None:
        self.actor = actor
        self.at = case.at
        self.attachments = case.attachments
        self.awaited = case.awaited
        self.card = case.card
        self.card_rank = case.card_rank
        self.children = case.children
        self.clocks = case.clocks
        self.closed = case.closed
        self.fields = case.fields
        self.holders = case.holders
        self.id = case.id
        self.links = case.links
        self.opened_at = case.opened_at
        self.opened_by = case.opened_by
        self.org = case.org
        self.org_above = case.org_above
        self.parent = case.parent
        self.parties = case.parties
        self.past_cycles = case.past_cycles
        self.persons = case.persons
        self.previous = case.previous
        self.states = case.states
        self.version = case.version
        self.witnesses = case.witnesses
        self.workflow = case.workflow

    def apply(self, event: Event) -> None:
        """Make the event's results part of the draft and count it in the version."""
        self.version += 1
        self.at = event.at
        kind = type(event)
        if kind is Moved:
            _moved(self, event)  # type: ignore[arg-type]  # `is` does not narrow
        elif kind in CLOCK_EVENTS:
            sla, clocks = event.sla, self.clocks  # type: ignore[union-attr]
            self.clocks = {**clocks, sla: after(clocks.get(sla), event)}  # type: ignore[arg-type]
            if kind is RungFired:
                _rung_fired(self, event)  # type: ignore[arg-type]
            elif kind is ClockStarted and self.awaited:
                self._await(sla, None)
        elif kind is LimitAwaited:
            self._await(event.sla, _awaited(event))  # type: ignore[arg-type, union-attr]
        elif kind is LimitDropped:
            self._await(event.sla, None)  # type: ignore[union-attr]
        elif kind is Migrated:
            before = self.clocks
            position_after(self, before, event)  # type: ignore[arg-type]
            self.clocks = clocks_after(before, event)  # type: ignore[arg-type]
        elif kind in FILE_EVENTS:
            file_changed(self, event)  # type: ignore[arg-type]
        elif kind is Opened:
            raise InternalError(f"case {self.id} was opened twice")

    def _await(self, sla: str, what: Awaited | None) -> None:
        others = {name: one for name, one in self.awaited.items() if name != sla}
        self.awaited = others if what is None else {**others, sla: what}

    def restore(self, case: Case) -> None:
        """Be as the case again, forgetting what was applied since."""
        self.__init__(case, self.actor)  # type: ignore[misc]  # the same assignments, once written

    def case(self) -> Case:
        """A case like the draft as it stands."""
        return _as_case(self)

    def become_case(self) -> Case:
        """The draft itself as a case; it is no draft any more, and whoever has it has a case."""
        del self.actor
        self.__class__ = Case  # type: ignore[assignment]  # the slots are the same
        return self  # type: ignore[return-value]


_as_case = copier(Case, Draft)
_of_opening = copier(Case, Opened, "id", "opened_at", "opened_by", version=1)


def opened_case(event: Opened) -> Case:
    """The case that an opening makes."""
    return _of_opening(event, id=event.case, opened_at=event.at, opened_by=event.by.id)


def evolve(case: Case | None, event: Event) -> Case:
    """The case after one more event; ``case`` is None before an ``Opened``.

    Raises:
        InternalError: an event that does not fit, such as a second opening.
    """
    if isinstance(event, Opened):
        if case is not None:
            raise InternalError(f"case {case.id} was opened twice")
        return opened_case(event)
    if case is None:
        raise InternalError(f"a {type(event).__name__} before the case was opened")
    draft = Draft(case)
    draft.apply(event)
    return draft.become_case()


def replay(events: Iterable[Event]) -> Case:
    """The case that a history adds up to.

    Raises:
        InternalError: an empty history, or one that does not begin with ``Opened``.
    """
    draft: Draft | None = None
    for event in events:
        if draft is not None:
            draft.apply(event)
        elif isinstance(event, Opened):
            draft = Draft(opened_case(event))
        else:
            raise InternalError(f"a history begins with {type(event).__name__} instead of Opened")
    if draft is None:
        raise InternalError("an empty history is no case")
    return draft.become_case()


def doers(by: Stamp) -> list[tuple[str, str | None]]:
    """Everybody who counts as having done something, with his organisation (M11).

    Who stood in for somebody did it, and so did that person, whether or not it took what he was lent.
    """
    lender = () if by.on_behalf is None or by.id == SYSTEM else (by.on_behalf,)
    return [(name, by.org) for name in (by.id, *lender, *by.stood_in_for)]


def _moved(draft: Draft, event: Moved) -> None:
    target = event.target
    if target is not None:
        draft.states = {**draft.states, event.track: target}
        if event.remember:
            draft.previous = {**draft.previous, f"{event.track}.{target}": event.source}
    if event.fields:
        draft.fields = {**draft.fields, **event.fields}
    if event.holders:
        draft.holders = {**draft.holders, **event.holders}
    if event.witness:
        seen = draft.witnesses.get(event.trigger, ())
        fresh = [who for who in doers(event.by) if who not in seen]
        if fresh:
            draft.witnesses = {**draft.witnesses, event.trigger: (*seen, *fresh)}
    if event.clears:
        draft.card, draft.card_rank = "none", 0
    if event.new_round:
        draft.parties = new_round(draft.parties)
    if event.effects:
        draft.children = children_of(draft.children, event.effects)
        draft.links = links_of(draft.links, event.effects)
    draft.closed = event.closed


def _awaited(event: LimitAwaited) -> Awaited:
    return Awaited(start=event.start, pauses=event.pauses, paused_at=event.paused_at, over=event.over)


def _rung_fired(draft: Draft, event: RungFired) -> None:
    if event.card is not None and event.card_rank > draft.card_rank:
        draft.card, draft.card_rank = event.card, event.card_rank
    if event.fields:
        draft.fields = {**draft.fields, **event.fields}
    if event.holders:
        draft.holders = {**draft.holders, **event.holders}
    if event.effects:
        draft.children = children_of(draft.children, event.effects)
