"""Turning events into one append: numbers, hashes, the snapshot, claims, effects and definitions (M6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    held: tuple[str, str] | None = None,
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
        held: the outbox row and the lease that it needs, as of ``Append.held``.
    """
    before = None if stored is None else stored.case
    after = fold(before, events)
    number = 0 if before is None else before.version
    rows = chain(after.id, GENESIS if stored is None else stored.head, number, events)
    if answer is not None:
        answer = attrs.evolve(answer, case=after.id, first=number + 1, last=number + len(events))
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
        persons=persons(program, after, events),
        due=None if urgent is None else urgent.limit,
        retain_until=_retain_until(program, stored, after, events, anew=bool(secrets)),
        held=held,
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
    program: Program, stored: StoredCase | None, after: Case, events: Sequence[Event], *, anew: bool
) -> int | None:
    """When the personal data of a closed case is to be erased: it goes by the closing, whatever happens after it.

    What is written into a closed case ``anew`` when all was erased already is kept for as long once more.
    """
    retention = program.workflow.retention
    if retention is None or not after.closed:
        return None
    if any(isinstance(event, Erased) and event.everything for event in events):
        return None
    closed = closed_at(None if stored is None else stored.case, events)
    if closed is None:
        known = None if stored is None else stored.retain_until
        if known is not None or not anew:
            return known
        closed = after.at
    return kept_until(retention, closed, zone_of(program, after))


def persons(program: Program, case: Case, events: Sequence[Event]) -> frozenset[str]:
    """The host's ids of the people whose data the case holds: of its parties, and of whom its fields describe (D5).

    Also of whom they described on the way, and who was named for a case that was split off.
    """
    identifying = [name for name, field in program.fields.items() if field.identifies]
    sources = (case.fields, *(getattr(event, "fields", {}) for event in events))
    named = (source.get(name) for source in sources for name in identifying)
    return frozenset((*case.persons, *(str(one) for one in named if one is not None)))


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
