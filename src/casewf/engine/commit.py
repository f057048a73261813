"""Turning events into one append: numbers, hashes, the snapshot, claims, effects and definitions (M6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from casewf.core.evolve import Draft, opened_case
from casewf.core.program import Program
from casewf.core.retention import closed_at, kept_until
from casewf.engine.case_view import zone_of
from casewf.engine.registry import Registry
from casewf.engine.wanted import Brought
from casewf.errors import InternalError
from casewf.model.case import GENESIS, Case, Party, Sealed
from casewf.model.clock_events import RungFired
from casewf.model.codec import chain_hash, dump_event, dumps
from casewf.model.effects import Effect
from casewf.model.events import Erased, Event, IncidentRaised, Opened
from casewf.model.file_events import Absorbed, PartyRecorded
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
    urgent = after.first_due(program.workflow.advisory)
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
        due=None if urgent is None else urgent.limit,
        retain_until=_retain_until(program, stored, after, events),
    )
    return batch, StoredCase(after, rows[-1].hash, batch.retain_until)


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


def _retain_until(
    program: Program, stored: StoredCase | None, after: Case, events: Sequence[Event]
) -> int | None:
    """When the personal data of a closed case is to be erased; it goes by the closing, whatever happens after it."""
    retention = program.workflow.retention
    if retention is None or not after.closed:
        return None
    closed = closed_at(None if stored is None else stored.case, events)
    if closed is None:
        return None if stored is None else stored.retain_until
    return kept_until(retention, closed, zone_of(program, after))


def sealed_values(event: Event) -> list[tuple[str | None, str]]:
    """Where an event's sensitive values lie in the vault: (field name, or None for a comment, ref) (D5)."""
    fields: Mapping[str, object] = getattr(event, "fields", {})
    found: list[tuple[str | None, str]] = [
        (name, value.ref) for name, value in fields.items() if isinstance(value, Sealed)
    ]
    parties: tuple[Party, ...] = ()
    if isinstance(event, Absorbed | PartyRecorded):
        parties = event.parties if isinstance(event, Absorbed) else (event.party,)
    found += [(None, party.identity.ref) for party in parties if party.identity is not None]
    comment = comment_of(event)
    return found if comment is None else [*found, (None, comment.ref)]


def comment_of(event: Event) -> Sealed | None:
    """The sealed comment of a move or an act, or None."""
    comment = getattr(event, "comment", None)
    return comment if isinstance(comment, Sealed) else None


def seal_parties(
    brought: tuple[Brought, ...], token: Callable[[], str]
) -> tuple[tuple[Party, ...], tuple[Secret, ...]]:
    """Parties from another case with their identities sealed for this one, and the vault rows (D5)."""
    parties: list[Party] = []
    secrets: list[Secret] = []
    for one in brought:
        identity = None
        if one.identity is not None:
            secret = Secret(token(), dumps(one.identity), token())
            secrets.append(secret)
            identity = Sealed(secret.ref, secret.digest)
        parties.append(attrs.evolve(one.party, identity=identity))
    return tuple(parties), tuple(secrets)


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
