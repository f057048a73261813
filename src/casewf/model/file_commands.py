"""Commands on a case's file: notes, attachments, parties, links. They move nothing and touch no clock.

What people wrote, and who they are, comes sealed (D5). ``name`` is what refusals call a command; ``expect`` is the
version the actor saw, a different one is a ``Conflict`` (M2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

import attrs

from casewf.model.case import Actor, Sealed
from casewf.model.text import Label

FILE_COMMANDS: Mapping[str, Label] = {
    "note": Label("记备注", "Write a note"),
    "attach": Label("添加附件", "Attach a file"),
    "record_party": Label("登记当事人", "Record a party"),
    "drop_party": Label("移除当事人", "Drop a party"),
    "rate": Label("登记当事人评价", "Record a party's rating"),
    "link": Label("关联工单", "Link a case"),
    "unlink": Label("取消关联", "Take a link away"),
}
"""What people can do to a case's file, with its label."""

LINK_KINDS: Mapping[str, Label] = {
    "duplicate": Label("重复", "duplicate"),
    "related": Label("相关", "related"),
}
"""The links that people make and take away; both read the same from either end."""

TIES: Mapping[str, Label] = {
    **LINK_KINDS,
    "split_from": Label("分案自", "split from"),
    "split_to": Label("分案至", "split to"),
    "merged_from": Label("并入了", "merged from"),
    "merged_into": Label("已并入", "merged into"),
}
"""What the other case is to this one: all kinds of links, those of splits and merges included."""


@attrs.frozen(slots=True, kw_only=True)
class WriteNote:
    """Write a note; ``comment`` is its sealed text, or None where there is none to write."""

    name: ClassVar[str] = "note"
    actor: Actor
    comment: Sealed | None
    expect: int | None = None


@attrs.frozen(slots=True, kw_only=True)
class AttachFile:
    """Attach a file by reference; the attributes are those of ``Attached``."""

    name: ClassVar[str] = "attach"
    actor: Actor
    id: str
    place: Sealed
    sha256: str
    size: int
    media_type: str = ""
    kind: str = ""
    expect: int | None = None


@attrs.frozen(slots=True, kw_only=True)
class RecordParty:
    """Record a party, or correct what is known of him.

    Attributes:
        party: what the case calls him.
        kind: one of the workflow's kinds of parties.
        person, represents: as in ``Party``; None leaves what the case knows, an empty one takes it away.
        identity: who he is, or None to leave what the case knows; ``anonymous`` takes that away.
    """

    name: ClassVar[str] = "record_party"
    actor: Actor
    party: str
    kind: str
    person: str | None = None
    identity: Sealed | None = None
    anonymous: bool = False
    represents: tuple[str, ...] | None = None
    expect: int | None = None


@attrs.frozen(slots=True, kw_only=True)
class DropParty:
    """Record that somebody is no party of the case any more."""

    name: ClassVar[str] = "drop_party"
    actor: Actor
    party: str
    expect: int | None = None


@attrs.frozen(slots=True, kw_only=True)
class RateHandling:
    """Record what a party says of the handling."""

    name: ClassVar[str] = "rate"
    actor: Actor
    party: str
    rating: str
    expect: int | None = None


@attrs.frozen(slots=True, kw_only=True)
class LinkCase:
    """Tie the case to another one, which the actor sees too.

    ``back``: it is the other end of a link that was made over there; then nobody is asked, and nothing goes back.
    """

    name: ClassVar[str] = "link"
    actor: Actor
    other: str
    kind: str
    back: bool = False
    expect: int | None = None


@attrs.frozen(slots=True, kw_only=True)
class UnlinkCase:
    """Take a tie to another case away; ``back`` as in ``LinkCase``."""

    name: ClassVar[str] = "unlink"
    actor: Actor
    other: str
    kind: str
    back: bool = False
    expect: int | None = None


FileCommand: TypeAlias = (
    WriteNote | AttachFile | RecordParty | DropParty | RateHandling | LinkCase | UnlinkCase
)
