"""Entries in the case's file, as steps of stories: what they are, and how they are done on an engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

import attrs

from casewf.engine.attachment import Attachment
from casewf.engine.engine import Engine
from casewf.model.case import Actor
from casewf.model.text import Label

__all__ = [
    "AttachText",
    "DropParty",
    "Entry",
    "LinkTo",
    "Rate",
    "RecordParty",
    "Unlink",
    "WriteNote",
    "entry_subject",
    "make_entry",
]


@attrs.frozen(slots=True, kw_only=True)
class WriteNote:
    """Write a note."""

    name: ClassVar[str] = "note"
    by: str
    text: str


@attrs.frozen(slots=True, kw_only=True)
class AttachText:
    """Attach a file that holds this text; the host of a story keeps no bytes, and calls its place by the id."""

    name: ClassVar[str] = "attach"
    by: str
    id: str
    file: str
    text: str = ""
    media_type: str = ""
    kind: str = ""


@attrs.frozen(slots=True, kw_only=True)
class RecordParty:
    """Record a party, or correct what is known of one."""

    name: ClassVar[str] = "record_party"
    by: str
    party: str
    kind: str
    person: str | None = None
    identity: Mapping[str, str] | None = None
    represents: tuple[str, ...] | None = None


@attrs.frozen(slots=True, kw_only=True)
class DropParty:
    """Drop a party."""

    name: ClassVar[str] = "drop_party"
    by: str
    party: str


@attrs.frozen(slots=True, kw_only=True)
class Rate:
    """Record what a party says of the handling."""

    name: ClassVar[str] = "rate"
    by: str
    party: str
    rating: str


@attrs.frozen(slots=True, kw_only=True)
class LinkTo:
    """Tie the story's case to another one."""

    name: ClassVar[str] = "link"
    by: str
    other: str
    kind: str = "related"


@attrs.frozen(slots=True, kw_only=True)
class Unlink:
    """Take such a tie away."""

    name: ClassVar[str] = "unlink"
    by: str
    other: str
    kind: str = "related"


Entry: TypeAlias = WriteNote | AttachText | RecordParty | DropParty | Rate | LinkTo | Unlink


def make_entry(engine: Engine, case: str, actor: Actor, entry: Entry) -> None:
    """Do it as ``actor``."""
    match entry:
        case WriteNote():
            engine.note(case, entry.text, actor=actor)
        case AttachText():
            made = Attachment.of(
                entry.text.encode(),
                id=entry.id,
                uri=f"story:{entry.id}",
                name=entry.file,
                media_type=entry.media_type,
                kind=entry.kind,
            )
            engine.attach(case, made, actor=actor)
        case RecordParty():
            engine.record_party(
                case,
                entry.party,
                kind=entry.kind,
                actor=actor,
                person=entry.person,
                identity=entry.identity,
                represents=entry.represents,
            )
        case DropParty():
            engine.drop_party(case, entry.party, actor=actor)
        case Rate():
            engine.rate(case, entry.party, entry.rating, actor=actor)
        case LinkTo():
            engine.link(case, entry.other, entry.kind, actor=actor)
        case Unlink():
            engine.unlink(case, entry.other, entry.kind, actor=actor)


def entry_subject(entry: Entry) -> Label:
    """What a failure says that the step is about."""
    match entry:
        case RecordParty(party=party) | DropParty(party=party) | Rate(party=party):
            return Label(f"{entry.by} 执行 {entry.name} {party}", f"{entry.name} {party} by {entry.by}")
        case _:
            return Label(f"{entry.by} 执行 {entry.name}", f"{entry.name} by {entry.by}")
