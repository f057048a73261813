"""What events of a case's file do to the case when it is folded (D3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import attrs

from casewf.model.case import Children, Link, Party
from casewf.model.effects import Effect, MergeInto, OpenCase
from casewf.model.file_events import (
    Absorbed,
    Attached,
    ChildReported,
    Linked,
    Noted,
    PartyLeft,
    PartyRated,
    PartyRecorded,
    SplitOff,
    Unlinked,
)

FileEvent = (
    Noted
    | Attached
    | PartyRecorded
    | PartyLeft
    | PartyRated
    | Linked
    | Unlinked
    | SplitOff
    | Absorbed
    | ChildReported
)

FILE_EVENTS = frozenset(FileEvent.__args__)


class CaseFile(Protocol):
    """The part of a case that these events change."""

    parties: Mapping[str, Party]
    links: tuple[Link, ...]
    persons: tuple[str, ...]
    attachments: tuple[str, ...]
    children: Children


def file_changed(file: CaseFile, event: FileEvent) -> None:
    """Make the event's results part of the case; notes, and where files lie, stay in its history alone."""
    match event:
        case PartyRecorded() | PartyLeft() | PartyRated():
            _party_changed(file, event)
        case Linked():
            file.links = (*file.links, Link(event.kind, event.other))
        case Unlinked():
            file.links = tuple(link for link in file.links if link != Link(event.kind, event.other))
        case SplitOff():
            file.parties = _without(file.parties, event.parties)
            file.links = (*file.links, Link("split_to", event.other))
        case Absorbed():
            _join(file, event.parties)
            file.links = _once(file.links, Link("merged_from", event.source))
        case ChildReported():
            change = 1 if event.closed else -1
            file.children = Children(open=file.children.open - change, closed=file.children.closed + change)
        case Attached():
            file.attachments = (*file.attachments, event.id)


def _party_changed(file: CaseFile, event: PartyRecorded | PartyLeft | PartyRated) -> None:
    match event:
        case PartyRecorded():
            _join(file, (event.party,))
        case PartyLeft():
            file.parties = _without(file.parties, (event.party,))
        case PartyRated():
            party = file.parties[event.party]
            rated = attrs.evolve(party, ratings=(*party.ratings, event.rating), rated=True)
            file.parties = {**file.parties, party.id: rated}


def _once(links: tuple[Link, ...], link: Link) -> tuple[Link, ...]:
    """The links with this one; a merge can bring parties more than once."""
    return links if link in links else (*links, link)


def children_of(children: Children, effects: tuple[Effect, ...]) -> Children:
    """The children once these effects are written: a child counts from the move that opens it."""
    opened = 0
    for effect in effects:
        if isinstance(effect, OpenCase) and effect.relation == "child":
            opened += 1
    return attrs.evolve(children, open=children.open + opened) if opened else children


def links_of(links: tuple[Link, ...], effects: tuple[Effect, ...]) -> tuple[Link, ...]:
    """The links once these effects are written: a case is merged from the move on, not from the delivery."""
    for effect in effects:
        if isinstance(effect, MergeInto):
            links = (*links, Link("merged_into", effect.case))
    return links


def new_round(parties: Mapping[str, Party]) -> Mapping[str, Party]:
    """The parties when each may rate once more; what they said before is kept."""
    return {name: attrs.evolve(party, rated=False) for name, party in parties.items()}


def _join(file: CaseFile, parties: tuple[Party, ...]) -> None:
    file.parties = {**file.parties, **{party.id: party for party in parties}}
    known = dict.fromkeys((*file.persons, *(party.person for party in parties if party.person is not None)))
    if len(known) > len(file.persons):
        file.persons = tuple(known)


def _without(parties: Mapping[str, Party], gone: tuple[str, ...]) -> Mapping[str, Party]:
    """The parties who stay; nobody speaks for those who left."""
    return {name: _for(party, gone) for name, party in parties.items() if name not in gone}


def _for(party: Party, gone: tuple[str, ...]) -> Party:
    if not any(name in gone for name in party.represents):
        return party
    return attrs.evolve(party, represents=tuple(name for name in party.represents if name not in gone))
