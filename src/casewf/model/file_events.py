"""Events of a case's file: notes, attachments, parties, links, and what its relatives did.

As all events they carry results (D3); what people wrote, and who they are, lies in the vault (D5).
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.model.case import Party, Sealed, Stamp
from casewf.model.effects import Effect

_NOTHING: Mapping[str, object] = {}


@attrs.frozen(slots=True, kw_only=True)
class Noted:
    """Somebody wrote a note; it moves nothing."""

    at: int
    by: Stamp
    comment: Sealed


@attrs.frozen(slots=True, kw_only=True)
class Attached:
    """A file was attached by reference: the host stores the bytes, the case their hash.

    Attributes:
        id: what the case calls it, unique within it.
        place: the file's name and the host's reference to it, in the vault.
        sha256: of the bytes, hexadecimal; ``size`` in bytes.
        kind: what it is, in the host's words, such as ``payment_agreement``.
    """

    at: int
    by: Stamp
    id: str
    place: Sealed
    sha256: str
    size: int
    media_type: str = ""
    kind: str = ""


@attrs.frozen(slots=True, kw_only=True)
class PartyRecorded:
    """A party joined the case, or what is known of him was corrected; ``party`` is he as he stands now."""

    at: int
    by: Stamp
    party: Party


@attrs.frozen(slots=True, kw_only=True)
class PartyLeft:
    """A party is no party of this case any more."""

    at: int
    by: Stamp
    party: str


@attrs.frozen(slots=True, kw_only=True)
class PartyRated:
    """A party said how content he is; ``rating`` is an option of the field that the workflow names."""

    at: int
    by: Stamp
    party: str
    rating: str


@attrs.frozen(slots=True, kw_only=True)
class Linked:
    """The case was tied to another one; ``effects`` ties the other one to it."""

    at: int
    by: Stamp
    kind: str
    other: str
    effects: tuple[Effect, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Unlinked:
    """A tie to another case was taken away; ``effects`` takes away the other end."""

    at: int
    by: Stamp
    kind: str
    other: str
    effects: tuple[Effect, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class SplitOff:
    """A part of the case goes on as a case of its own, which ``effects`` opens; ``parties`` go with it.

    ``fields`` are values of the new case that were given, and differ from this one's.
    """

    at: int
    by: Stamp
    other: str
    parties: tuple[str, ...] = ()
    fields: Mapping[str, object] = _NOTHING
    comment: Sealed | None = None
    effects: tuple[Effect, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Absorbed:
    """Another case was merged into this one; its parties are parties here from now on.

    ``effects`` sends them on, if this one was merged itself.
    """

    at: int
    by: Stamp
    source: str
    parties: tuple[Party, ...] = ()
    effects: tuple[Effect, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class ChildReported:
    """A child case was closed, or reopened."""

    at: int
    by: Stamp
    child: str
    closed: bool
