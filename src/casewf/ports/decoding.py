"""Rows that a store keeps as texts and numbers, as objects of the port; stores that keep them so share this.

The texts are those of ``docs/reference/storage.md``: snapshots, event bodies and effects in canonical JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from casewf.errors import AdapterError
from casewf.model import codec
from casewf.model.case import Case
from casewf.model.effects import Effect
from casewf.model.workflow import Workflow
from casewf.ports.stored import DAMAGE, Definition, Health, OutboxRow, StoredEvent

OUTBOX = "id, case_id, number, position, destination, effect, created_at, due_at, state, attempts, error, depth, lease"
"""The columns that ``outbox_row`` takes, in its order."""


def case(case_id: str, snapshot: str) -> Case:
    """The case of a snapshot.

    Raises:
        AdapterError: the snapshot is damaged.
    """
    try:
        return codec.loads(snapshot, Case)
    except DAMAGE as error:
        raise damaged(f"the snapshot of case {case_id}", error) from error


def event(case_id: str, number: int, kind: str, body: str, digest: str) -> StoredEvent:
    """The event of a row of ``events``.

    Raises:
        AdapterError: the body is damaged.
    """
    try:
        return StoredEvent(number, kind, body, digest, codec.load_event(kind, body))
    except DAMAGE as error:
        raise damaged(f"event {number} of case {case_id}", error) from error


def workflow(definition: Definition) -> Workflow:
    """The workflow of a row of ``definitions``.

    Raises:
        AdapterError: the body is damaged.
    """
    try:
        return codec.loads(definition.body, Workflow)
    except DAMAGE as error:
        raise damaged(f"workflow {definition.id}", error) from error


def outbox_row(row: Sequence[Any]) -> OutboxRow:
    """The effect of a row of ``outbox`` whose columns are ``OUTBOX``.

    Raises:
        AdapterError: the effect is damaged.
    """
    row_id, case_id, number, position, destination, effect, *times, state, attempts, error, depth, lease = row
    created_at, due_at = times
    return OutboxRow(
        id=row_id,
        case=case_id,
        number=number,
        position=position,
        destination=destination,
        effect=_effect(row_id, effect),
        created_at=created_at,
        due_at=due_at,
        state=state,
        attempts=attempts,
        error=error,
        depth=depth,
        lease=lease,
    )


def readable_rows(found: Iterable[Sequence[Any]]) -> list[OutboxRow]:
    """The rows of ``outbox`` whose effect is whole, and known to this version of casewf.

    For claims: one that is damaged, or that a newer version wrote, must not keep all others from being delivered.
    """
    rows: list[OutboxRow] = []
    for row in found:
        with suppress(AdapterError):
            rows.append(outbox_row(row))
    return rows


def health_of(now: int, found: Sequence[Sequence[Any]], clock: int | None = None) -> Health:
    """The health that six rows tell, in this order.

    Args:
        now: the instant, in microseconds.
        found: of the due cases their number, the first instant and how many are claimed; of the due effects their
            number and the first instant; of the waiting ones their number, how many are leased, how many failed, and
            when the first was written that nobody had anything to deliver with; the number of dead ones; of the
            incidents those of a day and the latest instant; the newest instant.
        clock: what the store's own clock says, in microseconds, or None.
    """
    (cases, oldest_due, claimed), (due, oldest_effect), (waiting, leased, failed, unbound), (dead,) = found[
        :4
    ]
    (incidents, latest), (newest,) = found[4:]
    return Health(
        at=now,
        clock=clock,
        newest=newest,
        due_cases=cases,
        claimed_cases=claimed,
        oldest_due=oldest_due,
        due_effects=due,
        oldest_effect=oldest_effect,
        waiting_effects=waiting,
        leased_effects=leased,
        failed_effects=failed,
        oldest_unbound=unbound,
        dead_effects=dead,
        incidents=incidents,
        latest_incident=latest,
    )


def _effect(row_id: str, text: str) -> Effect:
    try:
        value = codec.loads(text, object)
        if not isinstance(value, Effect):
            raise TypeError(f"it is a {type(value).__name__}")
    except DAMAGE as error:
        raise damaged(f"the effect {row_id} of the outbox", error) from error
    return value


def damaged(what: str, error: Exception) -> AdapterError:
    """What is raised where stored rows are not what casewf wrote."""
    return AdapterError(
        f"{what} is damaged ({type(error).__name__}: {error}); `casewf verify` finds what else is, "
        "then restore a backup"
    )
