"""Whose data a case's vault holds (D5).

A party's identity is the person's whom the party has, also what was known of it before that was said. Sensitive fields
describe whoever the field that ``identifies`` names when they are given, or, while it names nobody yet, the first whom
it does. Of whom nobody ever said who he is, is somebody else. What a child case got by ``carry`` is his whose it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from casewf.core.evolve import replay
from casewf.engine.means import Means
from casewf.engine.registry import Registry
from casewf.engine.sealed_values import SealedValue, parties_of, sealed_values
from casewf.model.case import Case
from casewf.model.effects import OpenCase
from casewf.model.events import Opened
from casewf.model.file_events import PartyLeft, SplitOff
from casewf.model.migration_events import Migrated
from casewf.ports.stored import Filter, StoredEvent

_AT_ONCE = 100
"""How many cases are read at once."""

_SOMEBODY = object()
"""A person of whom there is no id."""


@attrs.frozen(slots=True)
class PersonalValues:
    """What a case's vault holds, sorted by whether it is about one person.

    Attributes:
        own: what says who he is: his identity as a party, and the sensitive fields while they described him.
        texts: comments, notes and names of files, in which anybody may be named.
        alone: nobody else has ever been known in the case, by his id or without one.
        numbers: the events while the fields described him.
    """

    own: tuple[SealedValue, ...]
    texts: tuple[SealedValue, ...]
    alone: bool
    numbers: frozenset[int]


@attrs.define(slots=True)
class _Described:
    """Values and the events of their time, by the person whom they describe; None while nobody is named."""

    now: object = None
    values: dict[object, list[SealedValue]] = attrs.field(factory=dict)
    numbers: dict[object, list[int]] = attrs.field(factory=dict)

    def name(self, person: object) -> None:
        """From now on they describe this one, and so did those before anybody was named."""
        if self.now is None:
            self.values.setdefault(person, []).extend(self.values.pop(None, []))
            self.numbers.setdefault(person, []).extend(self.numbers.pop(None, []))
        self.now = person

    def seen(self, person: object, number: int = 0) -> None:
        """An event came by, which may say who it is."""
        if person is not None:
            self.name(person)
        self.numbers.setdefault(self.now, []).append(number)

    def keep(self, value: SealedValue) -> None:
        """One more value of whoever it is now."""
        self.values.setdefault(self.now, []).append(value)


def _named_people(registry: Registry, history: Sequence[StoredEvent]) -> Iterator[object]:
    """For each event whom it says that the sensitive fields describe, or None.

    Which field says so is a matter of the definition of that time; a migration to another one says it anew.
    """
    name: str | None = None
    for number, row in enumerate(history, 1):
        event = row.event
        values = getattr(event, "fields", {})
        if isinstance(event, Opened | Migrated):
            fields = registry.program(event.workflow[2]).fields
            name = next((name for name, field in fields.items() if field.identifies), None)
        if isinstance(event, Migrated):
            values = replay(one.event for one in history[:number]).fields
        yield None if name is None else values.get(name)


def pages(means: Means, wanted: Filter) -> Iterator[Case]:
    """All cases that ``wanted`` admits, in the order of their ids; some may change meanwhile."""
    after: str | None = ""
    while after is not None:
        page = means.store.find(attrs.evolve(wanted, everything=True, limit=_AT_ONCE, after=after))
        yield from page.cases
        after = page.next_after


def cases_of(means: Means, person: str) -> Iterator[tuple[Case, bool]]:
    """The cases that hold a person's data, each with whether its fields were carried over from another one of his."""
    found = [(case, False) for case in pages(means, Filter(person=person))]
    known = {case.id for case, _ in found}
    for case, carried in found:  # it grows meanwhile
        yield case, carried
        numbers = values_of(means.registry, means.store.history(case.id), person, carried=carried).numbers
        for row in means.store.outbox(case.id):
            effect = row.effect
            if not isinstance(effect, OpenCase) or not effect.carry or row.number not in numbers:
                continue
            child = None if effect.case in known else means.store.load(effect.case)
            if child is not None:
                known.add(effect.case)
                found.append((child.case, True))


def values_of(
    registry: Registry, history: Sequence[StoredEvent], person: str, *, carried: bool = False
) -> PersonalValues:
    """What a case's vault holds about a person; ``carried``: its fields were his from the first."""
    described = _Described(person if carried else None)
    present: dict[str, _Described] = {}
    gone: list[_Described] = []
    texts: list[SealedValue] = []
    apart: dict[object, list[SealedValue]] = {}
    for row, named in zip(history, _named_people(registry, history), strict=True):
        event = row.event
        if named is not None and not isinstance(event, SplitOff):
            described.name(named)
        for party in parties_of(event):
            one = present.setdefault(party.id, _Described())
            one.seen(party.person)
        described.seen(None, row.number)
        for value in sealed_values(event):
            if value.kind == "text":
                texts.append(value)
            elif value.kind == "party":
                present[value.name].keep(value)
            elif isinstance(event, SplitOff):
                # a value of the new case: whoever it is, he has nothing to do with this one
                apart.setdefault(named or described.now, []).append(value)
            else:
                described.keep(value)
        left = (event.party,) if isinstance(event, PartyLeft) else ()
        for name in event.parties if isinstance(event, SplitOff) else left:
            gone += [present.pop(name)] if name in present else []
    parties = [*gone, *present.values()]
    own = [value for one in (described, *parties) for value in one.values.get(person, [])]
    people = {owner or _SOMEBODY for one in parties for owner in one.numbers}
    people |= {owner or _SOMEBODY for owner, values in described.values.items() if values}
    people |= {one for one in (*described.numbers, *apart) if one is not None}
    return PersonalValues(
        own=(*own, *apart.get(person, [])),
        texts=tuple(texts),
        alone=people <= {person},
        numbers=frozenset(described.numbers.get(person, ())),
    )
