"""What a host sees of a case's file: who wrote what, who the parties are for those who may know, what it is tied to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import attrs
import pendulum

from casewf.core.permission import roles_for
from casewf.core.program import Program
from casewf.core.seal import unseal
from casewf.engine.case_view import MASK, to_datetime, zone_of
from casewf.engine.means import Means
from casewf.engine.sealed_values import text_of
from casewf.engine.sight import Sight
from casewf.model.case import Actor, Case, Link, Party, Sealed, Stamp
from casewf.model.file_events import Attached, Noted
from casewf.model.vault import Secret
from casewf.ports.stored import StoredEvent


@attrs.frozen(slots=True, kw_only=True)
class NoteView:
    """A note; ``text`` is ``MASK`` once it was erased."""

    number: int
    at: pendulum.DateTime
    by: Stamp
    text: str


@attrs.frozen(slots=True, kw_only=True)
class AttachmentView:
    """An attachment; ``name`` and ``uri`` are ``MASK`` once they were erased. The rest is as in ``Attachment``."""

    id: str
    number: int
    at: pendulum.DateTime
    by: Stamp
    name: str
    uri: str
    sha256: str
    size: int
    media_type: str
    kind: str


@attrs.frozen(slots=True, kw_only=True)
class PartyView:
    """A party.

    Attributes:
        identity: who he is; None for somebody anonymous, ``MASK`` if the actor may not know, or it was erased.
        came_from: the case that he was a party of before, ``MASK`` if the actor does not see that one (M2), or empty.
        ratings: what he said, oldest first, one a round; ``rated`` whether he rated in the present round.
        first_rating, last_rating: the ends of it, None if he never rated.
    """

    id: str
    kind: str
    person: str | None
    identity: Mapping[str, str] | str | None
    represents: tuple[str, ...]
    came_from: str
    ratings: tuple[str, ...]
    rated: bool

    @property
    def first_rating(self) -> str | None:
        """What he said first."""
        return self.ratings[0] if self.ratings else None

    @property
    def last_rating(self) -> str | None:
        """What he said last, which stands."""
        return self.ratings[-1] if self.ratings else None


@attrs.frozen(slots=True, kw_only=True)
class CaseFileView:
    """A case's file as one actor may see it; notes and attachments oldest first.

    ``links`` are those to cases that he sees, too: for him there are no others (M2).
    """

    case: str
    version: int
    notes: tuple[NoteView, ...]
    attachments: tuple[AttachmentView, ...]
    parties: Mapping[str, PartyView]
    links: tuple[Link, ...]


def file_view(means: Means, case: Case, actor: Actor) -> CaseFileView:
    """The file of a case that the actor sees."""
    sight = Sight(means, actor)
    program = means.registry.pinned(case)
    zone = zone_of(program, case)
    rows = [row for row in means.store.history(case.id) if isinstance(row.event, Noted | Attached)]
    refs = [found.ref for row in rows if (found := text_of(row.event)) is not None]
    known = _knows(program, case, actor)
    refs += [party.identity.ref for party in case.parties.values() if known and party.identity is not None]
    secrets = means.store.secrets(case.id, refs) if refs else {}
    return CaseFileView(
        case=case.id,
        version=case.version,
        notes=tuple(_note(row, zone, secrets) for row in rows if isinstance(row.event, Noted)),
        attachments=tuple(
            _attachment(row, row.event, zone, secrets) for row in rows if isinstance(row.event, Attached)
        ),
        parties={name: _party(party, secrets, sight) for name, party in case.parties.items()},
        links=sight.links(case),
    )


def _knows(program: Program, case: Case, actor: Actor) -> bool:
    """Whether the actor may know who the parties are."""
    rules = program.workflow.parties
    return rules is not None and not roles_for(case, actor).isdisjoint(rules.seen_by)


def _note(row: StoredEvent, zone: str, secrets: Mapping[str, Secret]) -> NoteView:
    event = cast("Noted", row.event)
    found = _opened(event.comment, secrets)
    text = MASK if found is None else str(found)
    return NoteView(number=row.number, at=to_datetime(event.at, zone), by=event.by, text=text)


def _attachment(
    row: StoredEvent, event: Attached, zone: str, secrets: Mapping[str, Secret]
) -> AttachmentView:
    place = cast("Mapping[str, str]", _opened(event.place, secrets) or {})
    return AttachmentView(
        id=event.id,
        number=row.number,
        at=to_datetime(event.at, zone),
        by=event.by,
        name=place.get("name", MASK),
        uri=place.get("uri", MASK),
        sha256=event.sha256,
        size=event.size,
        media_type=event.media_type,
        kind=event.kind,
    )


def _party(party: Party, secrets: Mapping[str, Secret], sight: Sight) -> PartyView:
    found = None if party.identity is None else _opened(party.identity, secrets) or MASK
    return PartyView(
        id=party.id,
        kind=party.kind,
        person=party.person,
        identity=cast("Mapping[str, str] | str | None", found),
        represents=party.represents,
        came_from=sight.came_from(party),
        ratings=party.ratings,
        rated=party.rated,
    )


def _opened(sealed: Sealed, secrets: Mapping[str, Secret]) -> object:
    """What the vault row holds, or None where it was not read, or was erased."""
    row = secrets.get(sealed.ref)
    return None if row is None else unseal(row)
