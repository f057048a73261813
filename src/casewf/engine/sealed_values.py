"""Where events keep what lies in the vault: fields, identities of parties, and what people wrote (D5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from casewf.model.case import Party, Sealed
from casewf.model.events import Event
from casewf.model.file_events import Absorbed, Attached, PartyRecorded
from casewf.model.migration_events import Migrated


class SealedValue(NamedTuple):
    """A sensitive value of an event: ``kind`` is ``field``, ``party`` or ``text``, ``name`` the field or the party."""

    kind: str
    name: str
    ref: str


def sealed_values(event: Event) -> list[SealedValue]:
    """Where everything lies that an event keeps in the vault (D5)."""
    fields: Mapping[str, object] = getattr(event, "fields", {})
    found = [SealedValue("field", name, one.ref) for name, one in fields.items() if isinstance(one, Sealed)]
    found += [
        SealedValue("party", party.id, party.identity.ref)
        for party in parties_of(event)
        if party.identity is not None
    ]
    written = text_of(event)
    return found if written is None else [*found, SealedValue("text", "", written.ref)]


def named_now(history: Iterable[Event]) -> list[SealedValue]:
    """Everything that a history keeps in the vault, fields under the names that they have at its end (X2)."""
    found: list[SealedValue] = []
    for event in history:
        if isinstance(event, Migrated):
            names = event.renamed
            found = [
                one._replace(name=names.get(one.name, one.name)) if one.kind == "field" else one
                for one in found
            ]
        found += sealed_values(event)
    return found


def text_of(event: Event) -> Sealed | None:
    """What somebody wrote with an event: a comment, a note, the name and place of a file; or None."""
    written = event.place if isinstance(event, Attached) else getattr(event, "comment", None)
    return written if isinstance(written, Sealed) else None


def beside_fields(event: Event) -> Sealed | None:
    """What a command seals beside its fields, of which it has one thing at the most, or None."""
    return event.party.identity if isinstance(event, PartyRecorded) else text_of(event)


def parties_of(event: Event) -> tuple[Party, ...]:
    """Who became a party by an event, or of whom it corrects something."""
    if isinstance(event, PartyRecorded):
        return (event.party,)
    return event.parties if isinstance(event, Absorbed) else ()
