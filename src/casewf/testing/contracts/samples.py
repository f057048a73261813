"""Sample batches for store contracts: small cases with a true history, so that ``verify`` accepts them.

``opening`` makes a case, ``following`` continues one; the events in between are made by ``moved``,
``started``, ``stopped`` and ``warned``. Everything is data: change a batch with ``attrs.evolve``.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from casewf.core.evolve import evolve
from casewf.engine.registry import calendar_body
from casewf.model.case import GENESIS, Case, Sealed, Stamp
from casewf.model.clock_events import ClockStarted, ClockStopped, RungFired
from casewf.model.codec import chain_hash, content_hash, dump_event, dumps
from casewf.model.effects import Effect, Notify
from casewf.model.events import Event, Moved, Opened
from casewf.model.migration_events import Migrated
from casewf.model.text import Label
from casewf.model.vault import Secret
from casewf.model.workflow import CalendarChoice, State, Track, Transition, Workflow
from casewf.ports.stored import (
    Answer,
    Append,
    Definition,
    OutboxRow,
    StoredEvent,
)
from casewf.worktime import WorkCalendar

START = 1_767_571_200_000_000
"""When sample cases are opened: 2026-01-05T00:00Z, in microseconds."""

EVERY_TYPE: Mapping[str, object] = {
    "text": '欠薪，三个月\n"工资" \x00 😀',
    "number": 2**53 + 1,
    "flag": False,
    "amount": Decimal("120000.50"),
    "pay_by": dt.date(2026, 2, 28),
    "people": ("甲", "乙"),
    "nothing": None,
}
"""A value of every type that fields have."""

SLA = "resolution"
"""The one limit of sample cases."""


def opening(
    case_id: str = "C-1",
    *,
    at: int = START,
    due: int | None = None,
    by: str = "operator-1",
    org: str | None = "union-1",
    workflow: str = "sample",
    fields: Mapping[str, object] | None = None,
) -> Append:
    """The batch that opens a case in ``received`` and ``unopened``; with ``due``, its clock runs until then.

    ``org`` watches the case; nobody holds it.
    """
    opened = Opened(
        at=at,
        case=case_id,
        workflow=(workflow, 1, definition(workflow).hash),
        by=Stamp(by, org),
        states={"union": "received", "government": "unopened"},
        org=org,
        fields=fields or {},
    )
    events = (opened,) if due is None else (opened, started(due, at=at))
    return _batch(None, GENESIS, events, frozenset() if org is None else frozenset({org}))


def following(before: Append, *events: Event) -> Append:
    """The batch that continues the case after ``before``; by default it moves the case on to ``dispatched``.

    Watchers and holders stay as they were.
    """
    made = _batch(before.case, before.events[-1].hash, events or (moved("dispatched"),), before.watchers)
    return attrs.evolve(made, holders=before.holders)


def moved(
    target: str,
    *,
    at: int = START + 1,
    source: str = "received",
    closed: bool = False,
    fields: Mapping[str, object] | None = None,
    comment: Sealed | None = None,
) -> Moved:
    """A move of the union's track from ``source`` to ``target``."""
    return Moved(
        at=at,
        trigger="move",
        track="union",
        row=0,
        source=source,
        target=target,
        by=Stamp("operator-1", "union-1"),
        fields=fields or {},
        comment=comment,
        closed=closed,
    )


def started(due: int, *, at: int = START) -> ClockStarted:
    """The start of the case's clock, which must be looked at after ``due``."""
    hours = calendar()
    return ClockStarted(at=at, sla=SLA, start=at, limit=due, calendar=(hours.id, hours.hash))


def stopped(*, at: int = START + 1, due: int = START + 10) -> ClockStopped:
    """The end of the case's clock, in time; nothing is to be done for it any more."""
    return ClockStopped(at=at, sla=SLA, stopped_at=at, verdict="met", limit=due)


def warned(card: str = "yellow", *, at: int = START + 1) -> RungFired:
    """The first rung of the clock's ladder, which raises a card."""
    return RungFired(
        at=at, sla=SLA, cycle=1, term=1, rung=0, repetition=1, scheduled_for=at, card=card, card_rank=1
    )


def outbox_row(
    batch: Append,
    position: int = 0,
    *,
    effect: Effect | None = None,
    created_at: int | None = None,
    due_at: int | None = None,
) -> OutboxRow:
    """An effect of the batch's last event, to be tried from that event's instant or ``due_at`` on."""
    number = batch.events[-1].number
    sent = effect or Notify("handler", ("union-1",), "dispatch")
    return OutboxRow(
        id=f"{batch.case.id}/{number}/{position}",
        case=batch.case.id,
        number=number,
        position=position,
        destination=sent.destination,
        effect=sent,
        created_at=batch.case.at if created_at is None else created_at,
        due_at=batch.case.at if due_at is None else due_at,
    )


def follow_up(row: OutboxRow, person: str = "li", *, due_at: int | None = None) -> OutboxRow:
    """The part of a notification that waits for one person, in his lane."""
    effect = Notify("handler", ("union-1",), "dispatch", only=person)
    return attrs.evolve(
        row,
        id=f"{row.id}~{person}",
        effect=effect,
        destination=effect.destination,
        due_at=row.due_at if due_at is None else due_at,
    )


def secret(ref: str = "1/caller", value: str = "王师傅 13800000000") -> Secret:
    """A vault row; its ``digest`` belongs into the event that refers to it, see ``sealed``."""
    return Secret(ref, json.dumps(value, ensure_ascii=False), "5a" * 32)


def sealed(row: Secret) -> Sealed:
    """What an event holds in place of a vault row."""
    return Sealed(row.ref, row.digest)


def answer(batch: Append, *, actor: str = "operator-1", scope: str = "open", key: str = "k-1") -> Answer:
    """The claim of an idempotency key by this batch."""
    return Answer(actor, scope, key, "a" * 64, batch.case.id, batch.events[0].number, batch.events[-1].number)


@functools.cache
def definition(workflow: str = "sample", *, version: int = 1, title: str = "") -> Definition:
    """A workflow's definition; with another ``title`` it is another one of the same version."""
    union = Track(
        id="union",
        initial="received",
        states=(State(id="received"), State(id="dispatched", closed=True)),
        transitions=(Transition(trigger="move", sources=("received",), target="dispatched"),),
    )
    government = Track(id="government", initial="unopened", states=(State(id="unopened"),), transitions=())
    made = Workflow(
        id=workflow,
        version=version,
        calendar=CalendarChoice(default=calendar().id),
        tracks=(union, government),
        title=Label(title, title),
    )
    return Definition(content_hash(made), "workflow", workflow, str(version), dumps(made))


@functools.cache
def calendar() -> Definition:
    """The definition of the calendar by which clocks of sample cases go."""
    hours = WorkCalendar(id="sample-hours", zone="UTC", week={"mon": [("09:00", "17:00")]})
    return Definition(hours.version, "calendar", hours.id, hours.version, calendar_body(hours))


def _pinned(events: Sequence[Event]) -> tuple[Definition, ...]:
    """The definitions that these events pin their case to, without which ``verify`` finds that they are missing."""
    found: dict[Definition, None] = {}
    for event in events:
        if isinstance(event, Opened | Migrated):
            found[definition(event.workflow[0], version=event.workflow[1])] = None
        elif isinstance(event, ClockStarted):
            found[calendar()] = None
    return tuple(found)


def _batch(before: Case | None, head: str, events: Sequence[Event], watchers: frozenset[str]) -> Append:
    case, expected = before, 0 if before is None else before.version
    rows = []
    for number, event in enumerate(events, expected + 1):
        case = evolve(case, event)
        kind, body = dump_event(event)
        head = chain_hash(head, case.id, number, kind, body)
        rows.append(StoredEvent(number, kind, body, head, event))
    if case is None:
        raise ValueError("a batch needs at least one event")
    return Append(
        case=case, expected=expected, events=tuple(rows), watchers=watchers, definitions=_pinned(events)
    )
