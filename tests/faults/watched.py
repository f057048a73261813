"""A store as one simulated worker sees it: others run between its calls, it fails, and what it is told is checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Protocol

import attrs

from casewf.model.clock_events import RungFired
from casewf.ports.store import Store
from casewf.ports.stored import Append, Claim, Due, OutboxRow, Settlement
from faults.ledger import Ledger

_READS = (
    "load", "history", "find", "answer", "due", "incidents", "pending", "outbox", "definition", "secrets", "heads",
    "raw",
)  # fmt: skip
_WRITES = ("append", "claim_due", "release_due", "report", "claim", "settle")


class Died(BaseException):
    """The worker's process was killed here; whatever it still tries to do has no effect."""


@attrs.define(slots=True)
class Held:
    """Who claimed what until when, and who ever did: what a store must keep apart (guarantees 13 to 15)."""

    leases: dict[str, tuple[str, int]] = attrs.field(factory=dict)
    cases: dict[str, int] = attrs.field(factory=dict)
    claimed: set[tuple[str, int]] = attrs.field(factory=set)


class Stage(Protocol):
    """The simulation, as a store needs it."""

    store: Store
    held: Held
    ledger: Ledger
    broken: list[str]

    def turn(self, worker: int, what: str, *, writes: bool) -> BaseException | None:
        """Let others run, or fail; what is to happen to the worker once the call was done."""

    def hit(self, worker: int, by: BaseException) -> NoReturn:
        """Let it happen."""


class WatchedStore:
    """The store of one worker; everything goes on to the one of the simulation under way."""

    def __init__(self, worker: int, stage: Callable[[], Stage]) -> None:
        self._worker = worker
        self._stage = stage

    def _call(self, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        stage, writes = self._stage(), name in _WRITES
        blow = stage.turn(self._worker, name, writes=writes)
        before = _BEFORE[name](stage, *args) if name in _BEFORE else None
        result = getattr(stage.store, name)(*args, **named)
        if name in _AFTER:
            _AFTER[name](self._worker, stage, before, result, *args, **named)
        if blow is not None:
            stage.hit(self._worker, blow)
        return result


def _passes_on(name: str) -> Callable[..., Any]:
    def method(self: WatchedStore, *args: Any, **named: Any) -> Any:
        return self._call(name, args, named)

    return method


for _name in (*_READS, *_WRITES):
    setattr(WatchedStore, _name, _passes_on(_name))


def _appended(_worker: int, stage: Stage, _before: None, _result: None, batch: Append) -> None:
    rungs = tuple(
        Claim(one.sla, one.cycle, one.term, one.rung, one.repetition)
        for one in (row.event for row in batch.events)
        if isinstance(one, RungFired)
    )
    if rungs != batch.claims:
        stage.broken.append(f"{batch.case.id}: fired {rungs}, claimed {batch.claims}")
    stage.held.cases.pop(batch.case.id, None)


def _claimed_due(
    _worker: int, stage: Stage, _before: None, found: Sequence[Due], now: int, until: int, *_: object
) -> None:
    for one in found:
        if stage.held.cases.get(one.case, now) > now:
            stage.broken.append(f"{one.case} was claimed by two sweeps at once")
        stage.held.cases[one.case] = until


def _released_due(
    _worker: int, stage: Stage, _before: None, _result: None, claimed: Sequence[Due], until: int
) -> None:
    for one in claimed:
        if stage.held.cases.get(one.case) == until:
            del stage.held.cases[one.case]


def _claimed(
    worker: int,
    stage: Stage,
    _before: None,
    found: Sequence[OutboxRow],
    now: int,
    until: int,
    lease: str,
    *_: object,
) -> None:
    for row in found:
        if stage.held.leases.get(row.id, ("", now))[1] > now:
            stage.broken.append(f"{row.id} was claimed by two deliveries at once")
        stage.held.leases[row.id] = (lease, until)
        stage.held.claimed.add((row.id, worker))


def _row(stage: Stage, settlement: Settlement) -> OutboxRow | None:
    case_id = settlement.id.rsplit(":", 2)[0]
    return next((row for row in stage.store.outbox(case_id) if row.id == settlement.id), None)


def _settled(
    _worker: int, stage: Stage, before: OutboxRow | None, _result: None, settlement: Settlement
) -> None:
    if before is None:
        stage.broken.append(f"{settlement.id} was settled, and never written")
        return
    if before.state == "done" or (settlement.state != "done" and settlement.lease != before.lease):
        if _row(stage, settlement) != before:
            stage.broken.append(f"{settlement.id}: somebody settled what he held no more")
        return
    if not settlement.goes_on:
        stage.held.leases.pop(settlement.id, None)
    if settlement.state == "dead":
        stage.ledger.gave_up.add(settlement.id)


_BEFORE: dict[str, Callable[..., Any]] = {"settle": _row}
_AFTER: dict[str, Callable[..., None]] = {
    "append": _appended,
    "claim_due": _claimed_due,
    "release_due": _released_due,
    "claim": _claimed,
    "settle": _settled,
}
