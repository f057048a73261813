"""Delivering effects after the commit: at least once, in order per (case, destination), outside locks."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote, quote_plus

import attrs

from casewf.core.seal import texts_of, unseal
from casewf.engine.attempt import Attempt, current_attempt
from casewf.engine.backoff import wait_after
from casewf.engine.case_view import MASK
from casewf.engine.claimed import ClaimedEffect
from casewf.engine.means import Means
from casewf.engine.relatives import GivenUp, reach
from casewf.engine.sealed_values import sealed_values
from casewf.engine.system_work import acting_for, insist, next_unit
from casewf.engine.telling import Teller
from casewf.engine.unbound import Unbound, Waiting, unbound
from casewf.engine.wanted import Firing
from casewf.engine.watch import DeliveryWork
from casewf.errors import AdapterError, BindingError, KeyReused, NotFound, Refused, Undelivered
from casewf.model.case import Case, Sealed
from casewf.model.effects import CallHook, Notify, Push
from casewf.model.plain_text import failure_text
from casewf.ports.outside import Connector, Delivery, Hook, Notifier, Outcome
from casewf.ports.stored import Incident, OutboxRow, Settlement

MAX_DEPTH = 16
"""How many effects may lead to one another before it is taken for a loop (D2)."""

LEASE_US = 5 * 60_000_000
"""How long others keep from the effects that a delivery has claimed, in microseconds; after a crash they wait so long.

An attempt that takes longer may be made a second time meanwhile: connectors, hooks and notifiers need time-outs.
"""

_ERROR_LENGTH = 500

_TRIED_AT_ONCE = (Exception, KeyboardInterrupt, GeneratorExit)
"""What may end a delivery with the effect under way given back; after anything else, which the host's code would raise
again and again, the effect keeps its lease, as after a crash."""


def never() -> bool:
    """No: go on until nothing is left."""
    return False


@attrs.frozen(slots=True)
class DeliveryReport:
    """How many effects were delivered, put off (for another attempt or until quiet hours end), and given up."""

    delivered: int = 0
    delayed: int = 0
    dead: int = 0


class Courier:
    """Takes effects out of the outbox and to where they belong."""

    def __init__(
        self,
        means: Means,
        notifier: Notifier | None,
        connectors: Mapping[str, Connector],
        hooks: Mapping[str, Hook],
    ) -> None:
        self._means = means
        self._store = means.store
        self._teller = None if notifier is None else Teller(means, notifier, self._reason)
        self._connectors = connectors
        self._hooks = hooks
        self._waiting = Waiting(means)

    def deliver(
        self, batch: int = 100, case_id: str | None = None, *, stop: Callable[[], bool] = never
    ) -> DeliveryReport:
        """Deliver what may be tried now until nothing is left, or ``stop()`` is true; of one case, or of all.

        Inside a delivery it does nothing: the one under way goes on with what was added.
        """
        attempt = current_attempt()
        under_way = None if attempt is None else attempt.of(self)
        if under_way is not None:
            if case_id is not None:
                under_way.cases.add(case_id)
            return DeliveryReport()
        settled = Counter[str]()
        left = [case_id]
        while left and not stop():
            one = left.pop()
            # what these lead to is due a moment later than what is due now
            while not stop() and (rows := self._claim(batch, one)):
                try:
                    while rows and not stop() and _is_held(rows[0], self._means.clock.now()):
                        try:
                            with self._means.watch.delivery(rows[0]) as work:
                                settlement, touched = self._attempt(rows[0], work)
                        except BaseException as end:
                            if not isinstance(end, _TRIED_AT_ONCE):
                                rows.popleft()
                            raise
                        rows.popleft()
                        settled["pending"] += len(settlement.follow_ups)
                        settled[settlement.state] += settlement.attempted or settlement.state != "done"
                        if one is not None:
                            left.extend(sorted(touched))
                finally:
                    self._give_back(rows)
        return DeliveryReport(settled["done"], settled["pending"], settled["dead"])

    def deliver_claimed(self, claimed: ClaimedEffect, *, stop: Callable[[], bool] = never) -> DeliveryReport:
        """Deliver an effect, and what else its case has to deliver by then, if nobody has claimed it anew since.

        It is claimed under a lease that nobody else knows, in the place of the one that whoever claimed it has handed
        on: so of several that were handed the same one delivers.
        """
        case_id = case_of(claimed.effect)
        now = self._means.clock.now()
        row = next((row for row in self._store.outbox(case_id) if row.id == claimed.effect), None)
        if row is None or row.state != "pending" or row.lease != claimed.lease or row.due_at <= now:
            return DeliveryReport()
        self._give_back((row,))
        return self.deliver(case_id=case_id, stop=stop)

    def _claim(self, batch: int, case_id: str | None) -> deque[OutboxRow]:
        """What may be tried now, nobody else's for a while."""
        now = self._means.clock.now()
        return deque(self._store.claim(now, now + LEASE_US, self._means.entropy.token(), batch, case_id))

    def _give_back(self, rows: Iterable[OutboxRow]) -> None:
        """End the claim on rows that were not tried."""
        for row in rows:
            since = row.due_at - LEASE_US
            untried = Settlement(
                id=row.id, state="pending", due_at=since, error=row.error, attempted=False, lease=row.lease
            )
            self._store.settle(untried)

    def revive(self, effect_id: str) -> str:
        """Make a dead effect one that may be tried now, and return the id of its case.

        Raises:
            ValueError: there is no dead effect of this id.
        """
        case_id = case_of(effect_id)
        states = {row.id: row.state for row in self._store.outbox(case_id)}
        if states.get(effect_id) != "dead":
            found = states.get(effect_id, "not there")
            raise ValueError(
                f"the effect {effect_id!r} is {found}; incidents of the kind dead_letter name dead ones"
            )
        now = self._means.clock.now()
        self._store.settle(Settlement(id=effect_id, state="pending", due_at=now, attempted=False))
        return case_id

    def _attempt(self, row: OutboxRow, work: DeliveryWork) -> tuple[Settlement, set[str]]:
        """Try one row; what became of it, and which cases got new effects by it."""
        claimed_at = row.due_at - LEASE_US
        attempt = Attempt(row.id, row.depth + 1, self)
        if row.depth >= MAX_DEPTH:
            error = f"{row.depth} effects led to one another; this looks like a loop"
            settlement = self._failed(row, error, final=True)
        else:
            try:
                with attempt:
                    settlement = self._send(row, claimed_at, work)
            except Unbound as failure:
                settlement = self._waiting.put_off(row, str(failure))
            except GivenUp as failure:
                work.failed(failure)
                settlement = self._failed(row, str(failure), final=True)
            except Undelivered as failure:
                work.failed(failure)
                settlement = self._failed(
                    row, _told(failure), final=failure.final, retry_after=failure.retry_after
                )
            except (Exception, SystemExit) as failure:  # noqa: BLE001  # whatever a host's code raises must not lose it
                work.failed(failure)
                settlement = self._failed(row, _told(failure))
        settlement = attrs.evolve(settlement, lease=row.lease)
        self._store.settle(settlement)
        work.settled(settlement)
        return settlement, attempt.cases

    def _send(self, row: OutboxRow, claimed_at: int, work: DeliveryWork) -> Settlement:
        """Deliver one row; what became of it. The clock may have gone back since it was claimed."""
        stored = self._store.load(row.case)
        if stored is None:
            raise NotFound(row.case)
        effect = row.effect
        delivery = Delivery(
            id=row.id,
            case=stored.case,
            effect=effect,
            at=row.created_at,
            attempt=row.attempts + 1,
            workflow=self._means.registry.program(stored.case.workflow[2]).workflow,
        )
        if isinstance(effect, Notify):
            if self._teller is None:
                raise unbound(stored.case, row, "notifier=")
            return self._teller.tell(row, effect, delivery, max(claimed_at, self._means.clock.now()))
        outcome = Outcome(ok=True)
        if isinstance(effect, CallHook):
            hook = self._hooks.get(effect.name)
            if hook is None:
                raise unbound(stored.case, row, "it in hooks=")
            hook(delivery)
        elif isinstance(effect, Push):
            values = self._values(stored.case, effect)
            outcome = self._push(row, effect, attrs.evolve(delivery, values=values), work)
        else:
            try:
                reach(self._means, row, effect, stored.case)
            except BindingError as missing:
                raise Unbound(str(missing)) from missing
        if outcome.ok:
            return Settlement(id=row.id, state="done")
        error = _storable(outcome.error or "the connector did not take it")
        return self._failed(row, error, final=outcome.final, retry_after=outcome.retry_after)

    def _failed(
        self, row: OutboxRow, error: str, *, final: bool = False, retry_after: int | None = None
    ) -> Settlement:
        """What becomes of a row whose delivery failed: it is tried again, or given up."""
        error = self._without_secrets(row.case, error)
        now = self._means.clock.now()
        wait = None if final else wait_after(row, retry_after)
        if wait is not None:
            return Settlement(id=row.id, state="pending", due_at=now + wait, error=error)
        about = f"{row.id} {row.destination}"
        incident = Incident(case=row.case, at=now, kind="dead_letter", about=about, detail=error)
        return Settlement(id=row.id, state="dead", error=error, incident=incident)

    def _push(self, row: OutboxRow, effect: Push, delivery: Delivery, work: DeliveryWork) -> Outcome:
        connector = self._connectors.get(effect.connector)
        if connector is None:
            raise unbound(delivery.case, row, "it in connectors=")
        try:
            outcome = connector.push(delivery)
            if not isinstance(outcome, Outcome):
                raise TypeError(f"push must return an Outcome, it returned {type(outcome).__name__}")
        except (Exception, SystemExit) as failure:  # noqa: BLE001  # it has not taken the payload
            work.failed(failure)
            outcome = Outcome(ok=False, error=_told(failure))
        trigger = effect.on_ok if outcome.ok else effect.on_fail
        if trigger is not None:
            # one key for success, however often it is reported; a failure counts once per attempt
            key = f"{row.id}:ok" if outcome.ok else f"{row.id}:{row.attempts + 1}"
            self._outcome(row, trigger, outcome.data if outcome.ok else {}, key)
        return outcome

    def _outcome(self, row: OutboxRow, trigger: str, data: Mapping[str, object], key: str) -> None:
        """Bring the outcome back as a trigger; that the case has moved on is an incident, not a failure."""
        actor = acting_for(row)
        wanted = Firing(case_id=row.case, trigger=trigger, actor=actor, data=dict(data), key=key)
        try:
            insist(lambda: next_unit(self._means).fire(wanted))
        except KeyReused:
            return  # an attempt that was cut off brought it back already, with other data
        except Refused as refused:
            codes = ", ".join(getattr(reason, "code", "") for reason in refused.reasons)
            at = self._means.clock.now()
            about = f"{row.id} {trigger}"
            self._means.report(
                Incident(case=row.case, at=at, kind="outcome_refused", about=about, detail=codes)
            )

    def _values(self, case: Case, effect: Push) -> dict[str, object]:
        """The fields that go along, sensitive ones unsealed, without what has no value or was erased (D5)."""
        found = {name: case.fields[name] for name in effect.fields if case.fields.get(name) is not None}
        refs = {name: value.ref for name, value in found.items() if isinstance(value, Sealed)}
        secrets = self._store.secrets(case.id, tuple(refs.values())) if refs else {}
        plain = {name: value for name, value in found.items() if name not in refs}
        return plain | {name: unseal(secrets[ref]) for name, ref in refs.items() if ref in secrets}

    def _reason(self, case_id: str, failure: Exception) -> str:
        """What an exception of a host's code says, as the outbox keeps it."""
        return self._without_secrets(case_id, _told(failure))

    def _without_secrets(self, case_id: str, text: str) -> str:
        """A host's error text, not longer than a row keeps it, with all that the case has in the vault masked (D5)."""
        try:
            refs = [one.ref for row in self._store.history(case_id) for one in sealed_values(row.event)]
            rows = self._store.secrets(case_id, refs) if refs else {}
        except AdapterError:
            return "the error cannot be shown, because the case's sensitive values cannot be read"
        values = {text for row in rows.values() for text in texts_of(row)}
        forms = {form for value in values for form in _spellings(value)}
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, MASK)
        return text[:_ERROR_LENGTH]


def case_of(effect_id: str) -> str:
    """The id of the case whose effect this is."""
    return effect_id.rsplit(":", 2)[0]


def _is_held(row: OutboxRow, now: int) -> bool:
    """Whether so much of the claim is left that nobody else should come to an attempt that begins now."""
    return row.due_at - now > LEASE_US // 2


def _told(failure: Exception | SystemExit) -> str:
    """What an exception of a host's code says, as text that can be stored."""
    name, text = type(failure).__name__, failure_text(failure)
    return f"{name}: {text}" if text else name


def _storable(text: object) -> str:
    """Any text of a host, half characters made visible."""
    return str(text).encode("utf-8", "backslashreplace").decode()


def _spellings(value: str) -> tuple[str, ...]:
    """How a value may stand in a host's error text: as it is, escaped, or in an address."""
    return (
        value,
        repr(value)[1:-1],
        json.dumps(value)[1:-1],
        quote(value),
        quote_plus(value),
        str(value.encode())[2:-1],
    )
