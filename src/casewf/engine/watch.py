"""What the engine tells of its work, to the log and to the host's observer; next to nothing while nobody listens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import perf_counter_ns
from types import TracebackType
from typing import TypeVar

from casewf.engine.log_records import EVENTS, log
from casewf.errors import Conflict, KeyReused, NotFound, Refused
from casewf.model.case import Actor, Case
from casewf.model.clock_events import RungFired
from casewf.model.events import Event, IncidentRaised
from casewf.ports.observing import KeyValue, Observer
from casewf.ports.stored import Incident, OutboxRow, Settlement

_Self = TypeVar("_Self", bound="Work")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_OUTCOMES = (
    (NotFound, "command.not_found"),
    (Conflict, "command.conflict"),
    (KeyReused, "command.key_reused"),
    (Refused, "command.refused"),
)


class Watch:
    """Tells what happens. Nothing that an observer raises gets out of here.

    Args:
        observer: the host's, or None.
    """

    __slots__ = ("_observer",)

    def __init__(self, observer: Observer | None) -> None:
        self._observer = observer

    def command(
        self,
        command: str,
        case: str | None,
        actor: Actor,
        *,
        workflow: str | None = None,
        trigger: str | None = None,
        sla: str | None = None,
    ) -> CommandWork:
        """One try at a command; what it raises is its outcome."""
        keys: dict[str, KeyValue] = {
            "command": command,
            "case": case,
            "workflow": workflow,
            "trigger": trigger,
            "sla": sla,
            "actor": actor.id,
            "on_behalf": actor.on_behalf,
        }
        return CommandWork(self, "command", keys)

    def sweep(self) -> SweepWork:
        """One sweep."""
        return SweepWork(self, "sweep", {})

    def delivery(self, row: OutboxRow) -> DeliveryWork:
        """One attempt at one effect."""
        keys: dict[str, KeyValue] = {
            "effect": row.id,
            "case": row.case,
            "destination": row.destination,
            "attempt": row.attempts + 1,
        }
        return DeliveryWork(self, "delivery", keys)

    def written(self, case: Case, events: Sequence[Event]) -> None:
        """What of a case's new events is worth telling: rungs that fired, and incidents."""
        for event in events:
            if isinstance(event, RungFired) and self.listens("rung.fired"):
                self.tell("rung.fired", _rung(case, event))
            elif isinstance(event, IncidentRaised):
                self.incident(Incident(case=case.id, at=event.at, kind=event.kind, about=event.about))

    def incident(self, incident: Incident) -> None:
        """An incident was recorded."""
        keys: dict[str, KeyValue] = {"case": incident.case, "kind": incident.kind, "about": incident.about}
        self.tell("incident.raised", keys)

    def interrupted(self, case_id: str, failure: Exception) -> None:
        """What was to be delivered right after a commit waits, because the store failed."""
        self.tell("delivery.interrupted", {"case": case_id, "error_type": type(failure).__name__})

    def tell(self, name: str, keys: dict[str, KeyValue]) -> None:
        """Something happened."""
        _log(name, keys)
        if self._observer is not None:
            try:
                self._observer.tell(name, keys)
            except Exception as failure:  # noqa: BLE001  # monitoring must not stop what it watches
                _report(failure)

    def listens(self, name: str) -> bool:
        """Whether anybody hears of such an event."""
        event = EVENTS[name]
        return self._observer is not None or event.logger.isEnabledFor(event.level)

    def begin(self, work: str, keys: dict[str, KeyValue]) -> object:
        """Work begins."""
        if self._observer is None:
            return None
        try:
            return self._observer.begin(work, keys)
        except Exception as failure:  # noqa: BLE001  # monitoring must not stop what it watches
            _report(failure)
            return None

    def end(self, begun: object, name: str, keys: dict[str, KeyValue]) -> None:
        """It has ended with this event."""
        _log(name, keys)
        if self._observer is not None:
            try:
                self._observer.end(begun, name, {key: keys.get(key) for key in EVENTS[name].keys})
            except Exception as failure:  # noqa: BLE001  # monitoring must not stop what it watches
                _report(failure)


class Work:
    """A piece of work under way, with what is known of it so far; use it with ``with``."""

    __slots__ = ("_begun", "_keys", "_started", "_watch", "_what", "event")

    def __init__(self, watch: Watch, what: str, keys: dict[str, KeyValue]) -> None:
        self._watch = watch
        self._what = what
        self._keys = keys
        self.event = ""

    def __enter__(self: _Self) -> _Self:
        self._begun = self._watch.begin(self._what, self._keys)
        self._started = perf_counter_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keys["duration_us"] = (perf_counter_ns() - self._started) // 1_000
        if failure is not None:
            self._raised(failure)
        self._watch.end(self._begun, self.event, self._keys)

    def _raised(self, failure: BaseException) -> None:
        """It ended with an exception."""
        raise NotImplementedError


class CommandWork(Work):
    """One try at a command."""

    __slots__ = ()

    def about(self, case: Case) -> None:
        """The case is known, and the actor sees it."""
        self._keys |= {"case": case.id, "workflow": case.workflow[0], "workflow_version": case.workflow[1]}

    def done(self, case: Case, events: int) -> None:
        """The case as it stands afterwards, and how many events the command wrote."""
        self.about(case)
        self._keys |= {"version": case.version, "events": events}
        self.event = "command.accepted" if events else "command.unchanged"

    def _raised(self, failure: BaseException) -> None:
        self.event = next((name for kind, name in _OUTCOMES if isinstance(failure, kind)), "command.failed")
        self._keys["error_type"] = type(failure).__name__
        if isinstance(failure, Refused):
            self._keys["reasons"] = tuple(reason.code for reason in failure.reasons)


class SweepWork(Work):
    """One sweep."""

    __slots__ = ()

    def done(self, cases: int, events: int, failed: int) -> None:
        """Through how many cases it came."""
        self._keys |= {"cases": cases, "events": events, "failed": failed}
        self.event = "sweep.finished"

    def _raised(self, failure: BaseException) -> None:
        self.event = "sweep.failed"
        self._keys["error_type"] = type(failure).__name__


class DeliveryWork(Work):
    """One attempt at one effect."""

    __slots__ = ()

    def failed(self, failure: BaseException) -> None:
        """What the host's code raised; its text may hold anything, and is told nowhere but in the outbox."""
        self._keys["error_type"] = type(failure).__name__

    def settled(self, settlement: Settlement) -> None:
        """What became of it."""
        if settlement.state == "dead":
            self.event = "effect.dead"
        elif not settlement.attempted:
            self.event = "effect.put_off"
        else:
            self.event = "effect.delivered" if settlement.state == "done" else "effect.failed"
        waits = [row.due_at for row in settlement.follow_ups]
        if settlement.state == "pending":
            waits.append(settlement.due_at)
        self._keys["due_at"] = _iso(min(waits)) if waits else None

    def _raised(self, failure: BaseException) -> None:
        self.event = "effect.unsettled"
        self._keys["error_type"] = type(failure).__name__


def _rung(case: Case, event: RungFired) -> dict[str, KeyValue]:
    return {
        "case": case.id,
        "workflow": case.workflow[0],
        "workflow_version": case.workflow[1],
        "version": case.version,
        "sla": event.sla,
        "cycle": event.cycle,
        "term": event.term,
        "rung": event.rung,
        "repetition": event.repetition,
        "scheduled_for": _iso(event.scheduled_for),
        "fired_at": _iso(event.at),
        "late_us": event.at - event.scheduled_for,
    }


def _iso(instant: int) -> str:
    return (_EPOCH + dt.timedelta(microseconds=instant)).isoformat().replace("+00:00", "Z")


def _log(name: str, keys: Mapping[str, KeyValue]) -> None:
    """Write the record, if anybody wants it; a log that fails must not fail what was committed."""
    event = EVENTS[name]
    if event.logger.isEnabledFor(event.level):
        with suppress(Exception):
            log(name, event, {key: keys.get(key) for key in event.keys})


def _report(failure: Exception) -> None:
    _log("observer.failed", {"error_type": type(failure).__name__})
