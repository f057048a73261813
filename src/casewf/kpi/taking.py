"""Taking the facts of a case out of its events, one event after the other.

A simulated year has a million events, so an event that no figure asks for costs one look into a table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeAlias

from casewf.kpi.facts import CaseFacts, Hop, Rating
from casewf.kpi.runs import Runs
from casewf.model.case import Stamp
from casewf.model.clock_events import RungFired
from casewf.model.events import Erased, Event, Moved, Opened
from casewf.model.file_events import Absorbed, Linked, PartyLeft, PartyRated, PartyRecorded
from casewf.model.migration_events import Migrated
from casewf.model.roles import SYSTEM
from casewf.model.terms import Sign, Terms, Values

_Seen: TypeAlias = tuple[tuple[str, Values, bool], ...]
"""Marks that a trigger or a state gives: the mark, the values that fields must have, only by a person."""

_NO_STATES: Mapping[str, _Seen] = {}
_OF_HOPS = frozenset({"dispatched", "return_requested", "return_granted"})


class Plan:
    """The terms of a workflow, laid out for reading events; one serves all cases of the workflow.

    Args:
        terms: what the workflow's names mean.
    """

    __slots__ = ("enter", "fields", "fire", "rating", "terms")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        fire: dict[str, list[tuple[str, Values, bool]]] = {}
        enter: dict[str, dict[str, list[tuple[str, Values, bool]]]] = {}
        wanted = {name for values in terms.kinds.values() for name in values} | set(terms.matter)
        for mark, signs in terms.marks.items():
            for sign in signs:
                wanted |= set(sign.where)
                _lay_out(mark, sign, fire, enter)
        self.fire: dict[str, _Seen] = {trigger: tuple(seen) for trigger, seen in fire.items()}
        self.enter: dict[str, dict[str, _Seen]] = {
            track: {state: tuple(seen) for state, seen in states.items()} for track, states in enter.items()
        }
        self.rating = None if terms.rating is None else terms.rating.field
        self.fields = frozenset(wanted)


def _lay_out(
    mark: str,
    sign: Sign,
    fire: dict[str, list[tuple[str, Values, bool]]],
    enter: dict[str, dict[str, list[tuple[str, Values, bool]]]],
) -> None:
    for trigger in sign.fire:
        fire.setdefault(trigger, []).append((mark, sign.where, sign.by_person))
    for track, state in sign.enter:
        enter.setdefault(track, {}).setdefault(state, []).append((mark, sign.where, sign.by_person))


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


class FactsTaker:
    """Takes the facts of one case, event by event; ``facts`` may be asked for at any time.

    Args:
        plan: the terms of the case's workflow.
    """

    __slots__ = (
        "_cards",
        "_closings",
        "_erased",
        "_events",
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
        "_runs",
        "_unrated",
        "_workflow",
    )

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._events = 0
        self._opened: Opened | None = None
        self._workflow = ""
        self._fields: dict[str, object] = {}
        self._marks: dict[str, list[int]] = {}
        self._hops: list[Hop] = []
        self._closings: list[int] = []
        self._is_closed = False
        self._ratings: list[Rating] = []
        self._unrated: int | None = None
        self._parties: dict[str, list[Rating]] = {}
        self._kinds_of_party: dict[str, str] = {}
        self._cards: dict[str, list[int]] = {}
        self._runs = Runs()
        self._migrated = self._erased = False

    def take(self, event: Event) -> None:
        """Take in the next event."""
        self._events += 1
        kind = type(event)
        take = self._TAKEN.get(kind)
        if take is not None:
            take(self, event)
        elif (measure := Runs.TAKEN.get(kind)) is not None:
            measure(self._runs, event)

    def facts(self) -> CaseFacts:
        """What is known so far.

        Raises:
            ValueError: nothing was taken in yet.
        """
        opened = self._opened
        if opened is None:
            raise ValueError("a case begins with the event Opened; none was taken in")
        return CaseFacts(
            case=opened.case,
            workflow=self._workflow,
            org=opened.org,
            opened_at=opened.at,
            imported_at=opened.imported_at,
            migrated=self._migrated,
            erased=self._erased,
            parent=opened.parent,
            kinds=frozenset(kind for kind, values in self._plan.terms.kinds.items() if self._has(values)),
            matter=self._matter(),
            marks={mark: tuple(instants) for mark, instants in self._marks.items()},
            hops=tuple(self._hops),
            closings=tuple(self._closings),
            closed=self._is_closed,
            ratings=tuple(self._ratings),
            unrated=self._unrated,
            people=tuple(tuple(ratings) for party, ratings in self._parties.items() if self._counts(party)),
            cards={card: tuple(instants) for card, instants in self._cards.items()},
            runs=self._runs.told(),
            events=self._events,
        )

    def _counts(self, party: str) -> bool:
        rating = self._plan.terms.rating
        return rating is None or not rating.persons or self._kinds_of_party.get(party) in rating.persons

    def _matter(self) -> int | None:
        """A digest of the values that say who asked about what; None where one of them is not known."""
        values = [self._fields.get(name) for name in self._plan.terms.matter]
        if not values or any(value is None for value in values):
            return None
        return int.from_bytes(hashlib.blake2b(repr(values).encode(), digest_size=7).digest())

    def _has(self, values: Values) -> bool:
        return all(self._fields.get(name) == value for name, value in values.items())

    def _learn(self, fields: Mapping[str, object], at: int) -> None:
        """Keep the values that are asked for."""
        plan = self._plan
        for name, value in fields.items():
            if name in plan.fields:
                self._fields[name] = value
            if name == plan.rating:
                self._rate(value, at)

    def _rate(self, value: object, at: int) -> None:
        terms = self._plan.terms.rating
        if terms is None or not isinstance(value, str):
            return
        if value in terms.unrated:
            self._unrated = at
        else:
            self._ratings.append(Rating(at, value))

    def _see(self, seen: _Seen, at: int, by: Stamp) -> None:
        """Give the case the marks whose conditions hold; one move gives a mark once."""
        for mark, where, by_person in seen:
            if (by_person and by.id == SYSTEM) or (where and not self._has(where)):
                continue
            instants = self._marks.setdefault(mark, [])
            instants.append(at)
            if mark in _OF_HOPS:
                self._hop(mark, at)

    def _hop(self, mark: str, at: int) -> None:
        """A dispatch begins a hop; a return belongs to the last one."""
        if mark == "dispatched":
            self._hops.append(Hop(at))
        elif self._hops:
            last = self._hops[-1]
            asked = mark == "return_requested"
            self._hops[-1] = Hop(last.at, last.requested + asked, last.granted or not asked)

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
                seen = self._plan.enter.get(track, _NO_STATES).get(state)
                if seen is not None:
                    self._see(seen, event.at, event.by)

    def _take_moved(self, event: Moved) -> None:
        if event.fields:
            self._learn(event.fields, event.at)
        plan = self._plan
        seen = plan.fire.get(event.trigger)
        if seen is not None:
            self._see(seen, event.at, event.by)
        if event.target is not None:
            states = plan.enter.get(event.track)
            if states is not None and (seen := states.get(event.target)) is not None:
                self._see(seen, event.at, event.by)
        if event.closed is not self._is_closed:
            self._close(event.at)

    def _close(self, at: int) -> None:
        """The case was closed, or opened again."""
        self._is_closed = not self._is_closed
        if self._is_closed:
            self._closings.append(at)

    def _take_rung(self, event: RungFired) -> None:
        if event.card is not None:
            self._cards.setdefault(event.card, []).append(event.at)
        if event.fields:
            self._learn(event.fields, event.at)

    def _take_party(self, event: PartyRecorded) -> None:
        self._kinds_of_party[event.party.id] = event.party.kind

    def _take_absorbed(self, event: Absorbed) -> None:
        for party in event.parties:
            self._kinds_of_party[party.id] = party.kind

    def _take_party_left(self, event: PartyLeft) -> None:
        self._kinds_of_party.pop(event.party, None)

    def _take_party_rated(self, event: PartyRated) -> None:
        terms = self._plan.terms.rating
        if terms is not None and event.rating not in terms.unrated:
            self._parties.setdefault(event.party, []).append(Rating(event.at, event.rating))

    def _take_linked(self, event: Linked) -> None:
        if event.kind in ("duplicate", "split_from"):
            self._marks.setdefault(event.kind, []).append(event.at)

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
        self._runs.rename(event.limits)

    # Any: each function takes the event of its key, which a mapping cannot say.
    _TAKEN: ClassVar[Mapping[type, Callable[[Any, Any], None]]] = {
        Opened: _take_opened,
        Moved: _take_moved,
        RungFired: _take_rung,
        PartyRecorded: _take_party,
        PartyLeft: _take_party_left,
        PartyRated: _take_party_rated,
        Absorbed: _take_absorbed,
        Linked: _take_linked,
        Migrated: _take_migrated,
        Erased: _take_erased,
    }
