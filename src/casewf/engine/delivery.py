"""Delivering effects after the commit: at least once, in order per (case, destination), outside any lock (D2)."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Protocol

import attrs

from casewf.core.seal import unseal
from casewf.engine.registry import Registry
from casewf.errors import NotFound, Refused
from casewf.model.case import Case, Sealed
from casewf.model.effects import CallHook, Notify, Push
from casewf.ports.outside import Clock, Connector, Delivery, Directory, Hook, Notifier, Outcome, Person
from casewf.ports.store import Incident, OutboxRow, Settlement, Store

MAX_DEPTH = 16
"""How many effects may lead to one another before it is taken for a loop (D2)."""

_MINUTE = 60_000_000
DEFAULT_RETRY = (_MINUTE, 5 * _MINUTE, 15 * _MINUTE, 60 * _MINUTE)
"""The waits of notifications and hooks, which name none of their own, in microseconds."""

_depth: ContextVar[int] = ContextVar("casewf_effect_depth", default=0)


def current_depth() -> int:
    """How many effects led to what is being done now; 0 outside a delivery."""
    return _depth.get()


@attrs.frozen(slots=True)
class DeliveryReport:
    """How many effects were delivered, put off for another attempt, and given up."""

    delivered: int = 0
    delayed: int = 0
    dead: int = 0


class Moves(Protocol):
    """What a courier needs of the engine: to fire a connector's outcome."""

    def fire_as_system(self, case_id: str, trigger: str, data: Mapping[str, object], effect_id: str, key: str) -> None:
        """Fire a trigger as ``system`` on behalf of an effect, once per key."""


class Courier:
    """Takes effects out of the outbox and to where they belong."""

    def __init__(
        self,
        moves: Moves,
        store: Store,
        registry: Registry,
        clock: Clock,
        directory: Directory | None,
        notifier: Notifier | None,
        connectors: Mapping[str, Connector],
        hooks: Mapping[str, Hook],
    ) -> None:
        self._moves = moves
        self._store = store
        self._registry = registry
        self._clock = clock
        self._directory = directory
        self._notifier = notifier
        self._connectors = connectors
        self._hooks = hooks

    def deliver(self, batch: int = 100, case_id: str | None = None) -> DeliveryReport:
        """Deliver what may be tried now until nothing is left; of one case, or of all.

        Inside a delivery it does nothing: the outer one goes on with what was added.
        """
        done = delayed = dead = 0
        if current_depth():
            return DeliveryReport()
        now = self._clock.now()
        while rows := self._store.pending(now, batch, case_id):
            for row in rows:
                state = self._attempt(row, now)
                done += state == "done"
                delayed += state == "pending"
                dead += state == "dead"
        return DeliveryReport(done, delayed, dead)

    def _attempt(self, row: OutboxRow, now: int) -> str:
        token = _depth.set(row.depth + 1)
        try:
            error = self._send(row)
        except Exception as failure:  # noqa: BLE001  # whatever a host's code raises must not lose the effect
            error = f"{type(failure).__name__}: {failure}"
        finally:
            _depth.reset(token)
        settlement = _settle(row, now, error)
        self._store.settle(settlement)
        return settlement.state

    def _send(self, row: OutboxRow) -> str | None:
        """Deliver one row; None if it arrived, else what went wrong."""
        if row.depth >= MAX_DEPTH:
            raise RecursionError(f"{row.depth} effects led to one another; this looks like a loop")
        stored = self._store.load(row.case)
        if stored is None:
            raise NotFound(row.case)
        effect = row.effect
        delivery = Delivery(id=row.id, case=stored.case, effect=effect, at=row.created_at, attempt=row.attempts + 1)
        if isinstance(effect, Notify):
            if self._notifier is not None:
                self._notifier.notify(attrs.evolve(delivery, recipients=self._recipients(effect)))
        elif isinstance(effect, CallHook):
            self._hooks[effect.name](delivery)
        else:
            return self._push(row, effect, attrs.evolve(delivery, values=self._values(stored.case, effect)))
        return None

    def _push(self, row: OutboxRow, effect: Push, delivery: Delivery) -> str | None:
        try:
            outcome = self._connectors[effect.connector].push(delivery)
        except Exception as failure:  # noqa: BLE001  # a connector that raises has not taken the payload
            outcome = Outcome(ok=False, error=f"{type(failure).__name__}: {failure}")
        trigger = effect.on_ok if outcome.ok else effect.on_fail
        if trigger is not None:
            key = f"{row.id}:ok" if outcome.ok else f"{row.id}:{row.attempts + 1}"
            self._outcome(row, trigger, outcome, key)
        return None if outcome.ok else outcome.error or "the connector did not take it"

    def _outcome(self, row: OutboxRow, trigger: str, outcome: Outcome, key: str) -> None:
        """Bring the outcome back as a trigger; that the case has moved on meanwhile is an incident, not a failure."""
        try:
            self._moves.fire_as_system(row.case, trigger, outcome.data if outcome.ok else {}, row.id, key)
        except Refused as refused:
            self._store.report(
                Incident(
                    case=row.case,
                    at=self._clock.now(),
                    kind="outcome_refused",
                    about=f"{row.id} {trigger}",
                    detail=", ".join(getattr(reason, "code", "") for reason in refused.reasons),
                )
            )

    def _recipients(self, effect: Notify) -> tuple[Person, ...]:
        if self._directory is None:
            return ()
        people = {one.id: one for org in effect.orgs for one in self._directory.people(effect.role, org)}
        return tuple(people.values())

    def _values(self, case: Case, effect: Push) -> dict[str, object]:
        """The fields that go along, sensitive ones unsealed; what has no value, or was erased, stays away (D5)."""
        found = {name: case.fields[name] for name in effect.fields if case.fields.get(name) is not None}
        refs = {name: value.ref for name, value in found.items() if isinstance(value, Sealed)}
        secrets = self._store.secrets(case.id, tuple(refs.values())) if refs else {}
        plain = {name: value for name, value in found.items() if name not in refs}
        return plain | {name: unseal(secrets[ref]) for name, ref in refs.items() if ref in secrets}


def _settle(row: OutboxRow, now: int, error: str | None) -> Settlement:
    if error is None:
        return Settlement(id=row.id, state="done")
    waits = row.effect.retry if isinstance(row.effect, Push) else DEFAULT_RETRY
    if row.attempts < len(waits):
        return Settlement(id=row.id, state="pending", due_at=now + waits[row.attempts], error=error)
    incident = Incident(case=row.case, at=now, kind="dead_letter", about=f"{row.id} {row.destination}", detail=error)
    return Settlement(id=row.id, state="dead", error=error, incident=incident)
