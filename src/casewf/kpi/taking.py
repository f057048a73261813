"""Taking the facts of a case out of its events, one event after the other.

A simulated year has a million events, so an event that no figure asks for costs one look into a table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeAlias, get_args

from casewf.kpi.facts import CaseFacts, Hop, Rating
from casewf.kpi.runs import Runs
from casewf.model.case import Stamp
from casewf.model.clock_events import RungFired
from casewf.model.events import Erased, Event, Moved, Opened
from casewf.model.file_events import Absorbed, Linked, PartyRated, PartyRecorded
from casewf.model.migration_events import Migrated
from casewf.model.quick import maker
from casewf.model.roles import SYSTEM
from casewf.model.terms import Sign, Terms, Values

_Seen: TypeAlias = tuple[tuple[str, Values, bool], ...]
"""Marks that a trigger or a state gives: the mark, the values that fields must have, only by a person."""

_case_facts = maker(CaseFacts)
_NOT_SEEN: Mapping[str, _Seen] = {}
_OF_HOPS = frozenset({"dispatched", "return_requested", "return_granted"})


class Plan:
    """The terms of a workflow, laid out for reading events; one serves all cases of the workflow.

    Args:
        terms: what the workflow's names mean.

    Attributes:
        fire, enter: the marks that a trigger gives, and those that entering a state gives, by state and track.
        fields: those whose values are asked for; ``rating`` the one that says how content somebody was, or None.
    """

    __slots__ = ("enter", "fields", "fire", "rating", "terms")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.fire: dict[str, _Seen] = {}
        self.enter: dict[str | None, dict[str, _Seen]] = {}
        wanted = {name for values in terms.kinds.values() for name in values} | set(terms.matter)
        for mark, signs in terms.marks.items():
            for sign in signs:
                wanted |= set(sign.where)
                self._lay_out((mark, sign.where, sign.by_person), sign)
        self.rating = None if terms.rating is None else terms.rating.field
        wanted |= {self.rating} if self.rating is not None else set()
        self.fields = frozenset(wanted)

    def _lay_out(self, seen: tuple[str, Values, bool], sign: Sign) -> None:
        for trigger in sign.fire:
            self.fire[trigger] = (*self.fire.get(trigger, ()), seen)
        for track, state in sign.enter:
            by_track = self.enter.setdefault(state, {})
            by_track[track] = (*by_track.get(track, ()), seen)


def facts_of(events: Iterable[Event], plan: Plan) -> CaseFacts:
    """The facts of one case.

    Args:
        events: all of its events, in order; the first is its ``Opened``.
        plan: the terms of its workflow.

    Raises:
        ValueError: there is no event.
    """
    taker = FactsTaker(plan)
    for event in events:
        taker.take(event)
    return taker.facts()


class FactsTaker(Runs):
    """Takes the facts of one case, event by event; ``facts`` may be asked for at any time.

    Args:
        plan: the terms of the case's workflow.
    """

    __slots__ = (
        "_cards",
        "_closings",
        "_erased",
        "_fields",
        "_hops",
        "_is_closed",
        "_kinds_of_party",
        "_marks",
        "_migrated",
        "_opened",
        "_parties",
        "_plan",
        "_ratings",
        "_unrated",
        "_workflow",
    )

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan
        self._opened: Opened | None = None
        self._workflow = ""
        self._fields: dict[str, object] = {}
        self._marks: dict[str, tuple[int, ...]] = {}
        self._hops: tuple[Hop, ...] = ()
        self._closings: tuple[int, ...] = ()
        self._is_closed = False
        self._ratings: tuple[Rating, ...] = ()
        self._unrated: int | None = None
        self._parties: dict[str, tuple[Rating, ...]] = {}
        self._kinds_of_party: dict[str, str] = {}
        self._cards: dict[str, tuple[int, ...]] = {}
        self._migrated = self._erased = False

    def take(self, event: Event) -> None:
        """Take in the next event."""
        _TAKEN[type(event)](self, event)

    def facts(self) -> CaseFacts:
        """What is known so far.

        Raises:
            ValueError: nothing was taken in yet.
        """
        opened = self._opened
        if opened is None:
            raise ValueError("a case begins with the event Opened; none was taken in")
        return _case_facts(
            case=opened.case,
            workflow=self._workflow,
            org=opened.org,
            opened_at=opened.at,
            imported_at=opened.imported_at,
            migrated=self._migrated,
            erased=self._erased,
            parent=opened.parent,
            kinds=frozenset([kind for kind, values in self._plan.terms.kinds.items() if self._has(values)]),
            matter=self._matter(),
            marks=self._marks.copy(),
            hops=self._hops,
            closings=self._closings,
            closed=self._is_closed,
            ratings=self._ratings,
            unrated=self._unrated,
            people=self._people() if self._parties else (),
            cards=self._cards.copy(),
            runs={sla: tuple(runs) for sla, runs in self._runs.items()},
        )

    def _people(self) -> tuple[tuple[Rating, ...], ...]:
        """The ratings of the parties that count."""
        rating = self._plan.terms.rating
        counted = frozenset[str]() if rating is None else rating.persons
        return tuple(
            ratings
            for party, ratings in self._parties.items()
            if not counted or self._kinds_of_party.get(party) in counted
        )

    def _matter(self) -> int | None:
        """A digest of the values that say who asked about what; None where one of them is not known."""
        values = [self._fields.get(name) for name in self._plan.terms.matter]
        if not values or None in values:
            return None
        return int.from_bytes(hashlib.blake2b(repr(values).encode(), digest_size=7).digest())

    def _has(self, values: Values) -> bool:
        known = self._fields.get
        for name, value in values.items():  # noqa: SIM110  # it is asked for every case, and a generator costs as much again
            if known(name) != value:
                return False
        return True

    def _learn(self, fields: Mapping[str, object], at: int) -> None:
        """Keep the values that are asked for."""
        plan = self._plan
        for name in plan.fields.intersection(fields):
            self._fields[name] = fields[name]
            if name == plan.rating:
                self._rate(fields[name], at)

    def _rate(self, value: object, at: int) -> None:
        terms = self._plan.terms.rating
        if terms is None or not isinstance(value, str):
            return
        if value in terms.unrated:
            self._unrated = at
        else:
            self._ratings += (Rating(at, value),)

    def _see(self, seen: _Seen, at: int, by: Stamp) -> None:
        """Give the case the marks whose conditions hold; one move gives a mark once."""
        marks = self._marks
        for mark, where, by_person in seen:
            if (where and not self._has(where)) or (by_person and by.id == SYSTEM):
                continue
            marks[mark] = (*marks[mark], at) if mark in marks else (at,)
            if mark in _OF_HOPS:
                self._hop(mark, at)

    def _hop(self, mark: str, at: int) -> None:
        """A dispatch begins a hop; a return belongs to the last one."""
        if mark == "dispatched":
            self._hops += (Hop(at),)
        elif self._hops:
            *before, last = self._hops
            asked = mark == "return_requested"
            self._hops = (*before, Hop(last.at, last.requested + asked, last.granted or not asked))

    # --- one for each kind of event ---

    def _take_opened(self, event: Opened) -> None:
        self._opened = event
        self._workflow = event.workflow[0]
        if event.closed:
            self._close(event.at)
        if event.imported_at is not None:  # when it was rated, and entered its states, is not known
            self._fields |= {name: event.fields[name] for name in event.fields.keys() & self._plan.fields}
        else:
            self._learn(event.fields, event.at)
            for track, state in event.states.items():
                seen = self._plan.enter.get(state, _NOT_SEEN).get(track)
                if seen is not None:
                    self._see(seen, event.at, event.by)

    def _take_moved(self, event: Moved) -> None:
        plan = self._plan
        if event.fields and not plan.fields.isdisjoint(event.fields):
            self._learn(event.fields, event.at)
        seen = plan.fire.get(event.trigger)
        if seen is not None:
            self._see(seen, event.at, event.by)
        by_track = plan.enter.get(event.target)
        if by_track is not None and (seen := by_track.get(event.track)) is not None:
            self._see(seen, event.at, event.by)
        if event.closed is not self._is_closed:
            self._close(event.at)

    def _close(self, at: int) -> None:
        """The case was closed, or opened again."""
        self._is_closed = not self._is_closed
        if self._is_closed:
            self._closings += (at,)

    def _take_rung(self, event: RungFired) -> None:
        if event.card is not None:
            self._cards[event.card] = (*self._cards.get(event.card, ()), event.at)
        if event.fields:
            self._learn(event.fields, event.at)

    def _take_party(self, event: PartyRecorded) -> None:
        self._kinds_of_party[event.party.id] = event.party.kind

    def _take_absorbed(self, event: Absorbed) -> None:
        for party in event.parties:
            self._kinds_of_party[party.id] = party.kind

    def _take_party_rated(self, event: PartyRated) -> None:
        terms = self._plan.terms.rating
        if terms is not None and event.rating not in terms.unrated:
            rating = Rating(event.at, event.rating)
            self._parties[event.party] = (*self._parties.get(event.party, ()), rating)

    def _take_linked(self, event: Linked) -> None:
        if event.kind in ("duplicate", "split_from"):
            self._marks[event.kind] = (*self._marks.get(event.kind, ()), event.at)

    def _take_erased(self, event: Erased) -> None:  # noqa: ARG002  # that it happened is all
        self._erased = True

    def _take_migrated(self, event: Migrated) -> None:
        self._migrated = True
        self._workflow = event.workflow[0]
        for name in event.gone:
            self._fields.pop(name, None)
        for old, new in event.renamed.items():
            if old in self._fields:
                self._fields[new] = self._fields.pop(old)
        self._fields.update(
            {name: value for name, value in event.fields.items() if name in self._plan.fields}
        )
        self._kinds_of_party.update(
            {party: event.kinds[kind] for party, kind in self._kinds_of_party.items() if kind in event.kinds}
        )
        self._rename(event.limits)

    def _pass_over(self, event: Event) -> None:
        """No figure asks for it."""

    # Any: each function takes the event of its key, which a mapping cannot say.
    TAKEN: ClassVar[Mapping[type, Callable[[Any, Any], None]]] = {
        **dict.fromkeys(get_args(Event), _pass_over),
        **Runs.TAKEN,
        Opened: _take_opened,
        Moved: _take_moved,
        RungFired: _take_rung,
        PartyRecorded: _take_party,
        PartyRated: _take_party_rated,
        Absorbed: _take_absorbed,
        Linked: _take_linked,
        Migrated: _take_migrated,
        Erased: _take_erased,
    }
    """What each kind of event says."""


_TAKEN = FactsTaker.TAKEN
