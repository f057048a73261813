"""What a host does to a case's file, and what it reads there: notes, attachments, parties, links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from casewf.engine.attachment import Attachment
from casewf.engine.case_view import CaseView
from casewf.engine.commanding import Commander, derived_key
from casewf.engine.file_view import CaseFileView, file_view
from casewf.engine.wanted import Filing
from casewf.errors import InternalError
from casewf.model.case import Actor, Sealed
from casewf.model.file_commands import (
    AttachFile,
    DropParty,
    FileCommand,
    LinkCase,
    RateHandling,
    RecordParty,
    UnlinkCase,
    WriteNote,
)
from casewf.model.plain_text import stored_text


class FileKeeper(Commander):
    """The part of the engine that keeps cases' files.

    Its commands move nothing and are open to closed cases, too. Each returns the case as it stands afterwards; due
    rungs, refusals, ``key``, ``expect`` and ``retry`` are as with ``fire``, and so are the errors: ``NotFound``,
    ``Refused``, ``Conflict``, ``KeyReused``, and ``TypeError`` or ``ValueError`` for an argument that is none.
    """

    def note(
        self,
        case_id: str,
        text: str,
        *,
        actor: Actor,
        key: str | None = None,
        expect: int | None = None,
        retry: int = 0,
    ) -> CaseView:
        """Write a note, which whoever sees the case reads; it is kept in the vault (D5)."""
        actor = self._means.resolve(actor)
        written = stored_text(text, "a note")
        wanted = Filing(
            case_id=case_id,
            actor=actor,
            name=WriteNote.name,
            asked=(),
            make=lambda sealed: WriteNote(actor=actor, comment=sealed, expect=expect),
            sealing=written if written.strip() else None,
            key=key,
        )
        return self._file(wanted, retry)

    def attach(
        self,
        case_id: str,
        attachment: Attachment,
        *,
        actor: Actor,
        key: str | None = None,
        expect: int | None = None,
        retry: int = 0,
    ) -> CaseView:
        """Attach a file by reference; the host has stored its bytes already."""
        if not isinstance(attachment, Attachment):
            raise TypeError(f"attach takes an Attachment, got {type(attachment).__name__}")
        actor, one = self._means.resolve(actor), attachment

        def make(sealed: Sealed | None) -> FileCommand:
            if sealed is None:
                raise InternalError("the place of an attachment was not sealed")
            return AttachFile(
                actor=actor,
                id=one.id,
                place=sealed,
                sha256=one.sha256,
                size=one.size,
                media_type=one.media_type,
                kind=one.kind,
                expect=expect,
            )

        wanted = Filing(
            case_id=case_id,
            actor=actor,
            name=AttachFile.name,
            asked=(one.id, one.sha256, one.size, one.media_type, one.kind),
            make=make,
            sealing={"name": one.name, "uri": one.uri},
            key=key,
        )
        return self._file(wanted, retry)

    def record_party(
        self,
        case_id: str,
        party: str,
        *,
        kind: str,
        actor: Actor,
        person: str | None = None,
        identity: Mapping[str, str] | None = None,
        represents: Sequence[str] | None = None,
        key: str | None = None,
        expect: int | None = None,
        retry: int = 0,
    ) -> CaseView:
        """Record a party, or correct what is known of one. What is None stays as it is, an empty value takes it away.

        Args:
            case_id: the case.
            party: what the case calls him, such as ``w1``; it stays in the history, so it should name nobody.
            kind: one of the workflow's kinds of parties.
            actor: who records it.
            person: the host's own id of the person, by which his data is found (D5); it, too, should name nobody.
            identity: who he is, such as ``{"name": …, "phone": …}``; kept in the vault (D5).
            represents: the parties he speaks for.
            key: makes the command idempotent (M7).
            expect: the version the actor saw; another one is a ``Conflict``.
            retry: how often to try again when somebody else was faster.
        """
        actor = self._means.resolve(actor)
        party, kind = _id(party, "a party's id"), stored_text(kind, "a kind of party")
        person = None if person is None else stored_text(person, "a person's id")
        spoken_for = None if represents is None else _ids(represents)
        known = None if identity is None else _identity(identity)
        anonymous = known is not None and not known

        def make(sealed: Sealed | None) -> FileCommand:
            return RecordParty(
                actor=actor,
                party=party,
                kind=kind,
                person=person,
                identity=sealed,
                anonymous=anonymous,
                represents=spoken_for,
                expect=expect,
            )

        wanted = Filing(
            case_id=case_id,
            actor=actor,
            name=RecordParty.name,
            asked=(party, kind, person, spoken_for, anonymous),
            make=make,
            sealing=known or None,
            key=key,
        )
        return self._file(wanted, retry)

    def drop_party(
        self,
        case_id: str,
        party: str,
        *,
        actor: Actor,
        key: str | None = None,
        expect: int | None = None,
        retry: int = 0,
    ) -> CaseView:
        """Record that somebody is no party any more. What the vault has of him stays until it is erased (D5)."""
        actor, party = self._means.resolve(actor), _id(party, "a party's id")
        command = DropParty(actor=actor, party=party, expect=expect)
        return self._file(_plain(case_id, command, (party,), key), retry)

    def rate(
        self,
        case_id: str,
        party: str,
        rating: str,
        *,
        actor: Actor,
        key: str | None = None,
        expect: int | None = None,
        retry: int = 0,
    ) -> CaseView:
        """Record what a party says of the handling; one person rates once a round."""
        actor, party = self._means.resolve(actor), _id(party, "a party's id")
        rating = stored_text(rating, "a rating")
        command = RateHandling(actor=actor, party=party, rating=rating, expect=expect)
        return self._file(_plain(case_id, command, (party, rating), key), retry)

    def link(
        self,
        case_id: str,
        other: str,
        kind: str = "related",
        *,
        actor: Actor,
        key: str | None = None,
        expect: int | None = None,
        retry: int = 0,
    ) -> CaseView:
        """Tie two cases that the actor sees to one another; the other end follows as an effect.

        Args:
            case_id: the case.
            other: the other one.
            kind: ``related`` or ``duplicate``; it reads the same from either end.
            actor: who does it.
            key: makes the command idempotent (M7).
            expect: the version the actor saw; another one is a ``Conflict``.
            retry: how often to try again when somebody else was faster.
        """
        actor, kind = self._means.resolve(actor), stored_text(kind, "a kind of link")
        command = LinkCase(actor=actor, other=_id(other, "a case's id"), kind=kind, expect=expect)
        return self._file(_plain(case_id, command, (other, kind), key, other), retry)

    def unlink(
        self,
        case_id: str,
        other: str,
        kind: str = "related",
        *,
        actor: Actor,
        key: str | None = None,
        expect: int | None = None,
        retry: int = 0,
    ) -> CaseView:
        """Take a link away, at both ends; the arguments are those of ``link``."""
        actor, kind = self._means.resolve(actor), stored_text(kind, "a kind of link")
        command = UnlinkCase(actor=actor, other=_id(other, "a case's id"), kind=kind, expect=expect)
        return self._file(_plain(case_id, command, (other, kind), key, other), retry)

    def file(self, case_id: str, *, actor: Actor) -> CaseFileView:
        """The case's notes, attachments, parties and links, as far as the actor may see them.

        Raises:
            NotFound: no such case, or not his to see.
        """
        actor = self._means.resolve(actor)
        return file_view(self._means, self._means.visible(case_id, actor).case, actor)

    def _file(self, wanted: Filing, retry: int) -> CaseView:
        given = wanted.key
        key = derived_key(wanted.case_id, wanted.name) if given is None else stored_text(given, "a key")
        keyed = attrs.evolve(wanted, key=key)
        unkeyed = (wanted.case_id, wanted.name) if given is None else None
        return self._command(lambda unit: unit.file(keyed), wanted.actor, retry, unkeyed)


def _plain(
    case_id: str, command: FileCommand, asked: tuple[str, ...], key: str | None, other: str | None = None
) -> Filing:
    """A command with nothing to seal."""
    return Filing(
        case_id=case_id,
        actor=command.actor,
        name=command.name,
        asked=asked,
        make=lambda _: command,
        other=other,
        key=key,
    )


def _id(value: object, what: str) -> str:
    text = stored_text(value, what)
    if not text.strip():
        raise ValueError(f"{what} is empty; give it a text")
    return text


def _ids(values: object) -> tuple[str, ...]:
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise TypeError(f"represents takes a list of parties' ids, got {type(values).__name__}")
    return tuple(dict.fromkeys(_id(value, "a party's id") for value in values))


def _identity(values: object) -> dict[str, str]:
    """Texts by name; what is in them is told in no error (D5)."""
    if not isinstance(values, Mapping):
        raise TypeError(f"identity takes texts by name, got {type(values).__name__}")
    return {
        stored_text(name, "a name in identity"): stored_text(value, f"{name} in identity")
        for name, value in values.items()
    }
