"""Turning events into one append: numbers, hashes, the snapshot, claims, effects and definitions (M6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from casewf.core.evolve import Draft, opened_case
from casewf.core.program import Program
from casewf.engine.registry import Registry
from casewf.errors import InternalError
from casewf.model.case import GENESIS, Case, Party, Sealed
from casewf.model.clock_events import RungFired
from casewf.model.codec import chain_hash, dump_event
from casewf.model.effects import Effect
from casewf.model.events import Erased, Event, IncidentRaised, Opened
from casewf.model.file_events import Absorbed, Attached, PartyRecorded
from casewf.model.vault import Secret
from casewf.ports.stored import (
    Answer,
    Append,
    Claim,
    Incident,
    OutboxRow,
    StoredCase,
    StoredEvent,
)

ANYBODY = ""
"""Among the holders of a case that belongs to no organisation: everybody may see it. No id is empty."""


def fold(case: Case | None, events: Sequence[Event]) -> Case:
    """The case after the events."""
    rest = list(events)
    if case is None:
        first = rest.pop(0)
        if not isinstance(first, Opened):
            raise InternalError("a case begins with its opening")
        case = opened_case(first)
    draft = Draft(case)
    for event in rest:
        draft.apply(event)
    return draft.case()


def chain(case_id: str, head: str, number: int, events: Sequence[Event]) -> tuple[StoredEvent, ...]:
    """The events as they are stored after event ``number`` with hash ``head`` (D4)."""
    stored = []
    for event in events:
        number += 1
        kind, body = dump_event(event)
        head = chain_hash(head, case_id, number, kind, body)
        stored.append(StoredEvent(number, kind, body, head, event))
    return tuple(stored)


def prepare(
    registry: Registry,
    program: Program,
    stored: StoredCase | None,
    events: Sequence[Event],
    *,
    now: int,
    secrets: tuple[Secret, ...] = (),
    answer: Answer | None = None,
    depth: int = 0,
) -> tuple[Append, StoredCase]:
    """The append of these events, and the case as it stands afterwards.

    Args:
        registry: gives the definitions that the events refer to.
        program: what the case is pinned to.
        stored: the case before, or None for an opening.
        events: what was decided.
        now: the instant of the command; effects may be tried from then on.
        secrets: the vault rows of the command.
        answer: the idempotency key that the command claims; its event numbers are filled in here.
        depth: how many effects led to this command (D2).
    """
    before = None if stored is None else stored.case
    after = fold(before, events)
    number = 0 if before is None else before.version
    rows = chain(after.id, GENESIS if stored is None else stored.head, number, events)
    if answer is not None:
        answer = Answer(
            answer.actor, answer.scope, answer.key, answer.digest, after.id, number + 1, number + len(events)
        )
    batch = Append(
        case=after,
        expected=number,
        events=rows,
        secrets=secrets,
        erased=tuple(ref for event in events if isinstance(event, Erased) for ref in event.refs),
        definitions=registry.definitions(program, events),
        claims=tuple(
            Claim(event.sla, event.cycle, event.term, event.rung, event.repetition)
            for event in events
            if isinstance(event, RungFired)
        ),
        outbox=tuple(row for stored_event in rows for row in _effects(after.id, stored_event, now, depth)),
        answer=answer,
        incidents=tuple(
            Incident(case=after.id, at=event.at, kind=event.kind, about=event.about, detail=event.detail)
            for event in events
            if isinstance(event, IncidentRaised)
        ),
        watchers=watchers(after),
        holders=holders(after),
        persons=persons(program, after),
    )
    return batch, StoredCase(after, rows[-1].hash)


def watchers(case: Case) -> frozenset[str]:
    """The organisations that see the case because they, or one below them, own or hold it (M11)."""
    own = () if case.org is None else (case.org, *case.org_above)
    return frozenset(
        (*own, *(org for holder in case.holders.values() for org in (*holder.ids, *holder.above)))
    )


def holders(case: Case) -> frozenset[str]:
    """The organisations and persons that hold a role on the case."""
    ids = frozenset(one for holder in case.holders.values() for one in holder.ids)
    return ids | {ANYBODY} if case.org is None else ids


def persons(program: Program, case: Case) -> frozenset[str]:
    """The host's ids of the people whose data the case holds: of its parties, and of whom its fields describe (D5)."""
    named = (case.fields.get(name) for name, field in program.fields.items() if field.identifies)
    return frozenset((*case.persons, *(str(one) for one in named if one is not None)))


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


def _effects(case_id: str, stored: StoredEvent, now: int, depth: int) -> list[OutboxRow]:
    event = stored.event
    effects: tuple[Effect, ...] = getattr(event, "effects", ())
    return [
        OutboxRow(
            id=f"{case_id}:{stored.number}:{position}",
            case=case_id,
            number=stored.number,
            position=position,
            destination=effect.destination,
            effect=effect,
            created_at=event.at,
            due_at=now,
            depth=depth,
        )
        for position, effect in enumerate(effects)
    ]
