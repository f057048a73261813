"""What an entry in a case's file says in words; who the parties are, it never says (D5)."""

from __future__ import annotations

from typing import TypeAlias

from casewf.model.file_events import (
    Attached,
    Linked,
    Noted,
    PartyLeft,
    PartyRated,
    PartyRecorded,
    Unlinked,
)
from casewf.views.words import Speaker

__all__ = ["ENTRIES", "Entry", "entry_words"]

Entry: TypeAlias = Noted | Attached | PartyRecorded | PartyLeft | PartyRated | Linked | Unlinked
ENTRIES = (Noted, Attached, PartyRecorded, PartyLeft, PartyRated, Linked, Unlinked)


def entry_words(speaker: Speaker, entry: Entry) -> str:
    """The entry in one line, without who made it; a note's text and a file's name stand below it."""
    say = speaker.say
    match entry:
        case Noted():
            return say("备注", "Note")
        case Attached():
            return f"{say('附件', 'Attachment')} {entry.id}"
        case PartyRecorded(party=party):
            kind = speaker.label("party_kind", party.kind)
            words = say(f"登记当事人 {party.id}（{kind}）", f"Party {party.id} recorded ({kind})")
            if not party.represents:
                return words
            others = speaker.joined(list(party.represents))
            return words + say(f"，代表 {others}", f", speaks for {others}")
        case PartyLeft():
            return say(f"移除当事人 {entry.party}", f"Party {entry.party} dropped")
        case PartyRated():
            rating = _rating(speaker, entry.rating)
            return say(f"当事人 {entry.party} 评价：{rating}", f"Party {entry.party} rates: {rating}")
        case Linked() | Unlinked():
            kind = speaker.label("link_kind", entry.kind)
            if isinstance(entry, Linked):
                return say(f"关联工单 {entry.other}（{kind}）", f"Linked to case {entry.other} ({kind})")
            return say(
                f"取消与工单 {entry.other} 的关联（{kind}）",
                f"No longer linked to case {entry.other} ({kind})",
            )


def _rating(speaker: Speaker, rating: str) -> str:
    rules = speaker.workflow.parties
    if rules is None or rules.rating is None:
        return rating
    return speaker.value(rules.rating.field, rating)
