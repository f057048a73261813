"""Cases as an object-centric event log (OCEL 2.0), for process mining.

Object types are ``case``, ``person``, ``organisation`` and ``limit``, which is a cycle of an SLA; event types are the
triggers, the rungs and ``open``. Nothing that may say who somebody is goes in: of a case's fields only those of closed
kinds (choices, numbers, dates, truths, organisations), never a text, a sensitive value or the id of the person it is
about; no comment, no note, no party (D5). Who handled it goes in by the host's id.

The format is that of https://www.ocel-standard.org, in its JSON form.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol, TypeAlias

import attrs

from casewf.kpi import LimitRun, Plan, facts_of, general_terms
from casewf.model.case import Case, Holder, Sealed, Stamp
from casewf.model.clock_events import ClockCancelled, ClockStarted, ClockStopped, RungFired
from casewf.model.events import Event, Moved, Opened
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Field, Workflow

__all__ = ["OPEN", "EventLog", "Part", "rung_name"]

Part: TypeAlias = dict[str, object]
"""A piece of the log, ready for JSON."""

OPEN = "open"
"""The event type of the opening of a case."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SINCE_EVER = "1970-01-01T00:00:00Z"
_TYPES = {
    "integer": "integer",
    "decimal": "float",
    "boolean": "boolean",
    "choice": "string",
    "date": "string",
    "org": "string",
}
"""Kinds of fields that go in, and what they are there."""

_TELLS = {ClockStarted: "starts", ClockStopped: "stops", ClockCancelled: "cancels"}
_CASE = {"workflow": "string", "version": "integer", "closed": "boolean", "card": "string"}
_LIMIT = {
    "sla": "string",
    "cycle": "integer",
    "verdict": "string",
    "start": "time",
    "due": "time",
    "ended": "time",
}
_MOVE = {"number": "integer", "track": "string", "from": "string", "to": "string", "automatic": "boolean"}
_RUNG = {"number": "integer", "scheduled_for": "time", "card": "string", "repetition": "integer"}
_OPENED = {"number": "integer", "imported": "boolean"}


class Numbered(Protocol):
    """An event with its number in the case."""

    @property
    def number(self) -> int:
        """From 1."""

    @property
    def event(self) -> Event:
        """The event."""


def rung_name(sla: str, rung: int) -> str:
    """The event type of a rung of a limit; its number is told from 1, as people count."""
    return f"{sla} rung {rung + 1}"


@attrs.define(slots=True)
class EventLog:
    """Puts cases into a log, one after the other; in the end it knows the types, the people and the organisations.

    Attributes:
        workflows: the versions that cases go by, by content hash.
    """

    workflows: Mapping[str, Workflow]
    _plans: dict[str, Plan] = attrs.field(factory=dict, init=False)
    _event_types: dict[str, dict[str, str]] = attrs.field(factory=dict, init=False)
    _case_attributes: dict[str, str] = attrs.field(factory=lambda: dict(_CASE), init=False)
    _people: dict[str, None] = attrs.field(factory=dict, init=False)
    _organisations: dict[str, None] = attrs.field(factory=dict, init=False)

    def events_of(self, case: Case, history: Sequence[Numbered]) -> list[Part]:
        """The events of a case, in order."""
        found: list[Part] = []
        related: list[Part] = []
        at = -1
        cycles: dict[str, int] = {}
        for one in history:
            event = one.event
            if isinstance(event, ClockStarted):
                cycles[event.sla] = event.cycle
            if isinstance(event, Opened | Moved | RungFired):
                shown, related = self._event(case.id, one.number, event)
                found.append(shown)
                at = event.at
            elif type(event) in _TELLS and event.at == at:
                limit = _limit_id(case.id, event.sla, cycles[event.sla])  # type: ignore[union-attr]
                related.append(_related(limit, _TELLS[type(event)]))
        return found

    def objects_of(self, case: Case, history: Iterable[Numbered]) -> list[Part]:
        """The case and the cycles of its limits."""
        workflow = self.workflows[case.workflow[2]]
        plan = self._plans.get(case.workflow[2])
        if plan is None:
            plan = self._plans[case.workflow[2]] = Plan(general_terms(workflow))
        facts = facts_of((one.event for one in history), plan)
        runs = [run for its in facts.runs.values() for run in its]
        related = [_related(_limit_id(case.id, run.sla, run.cycle), "limit") for run in runs]
        related += [_related(_case_id(link.case), link.kind) for link in case.links]
        if case.parent is not None:
            related.append(_related(_case_id(case.parent), "child_of"))
        if case.org is not None:
            related.append(_related(self._organisation(case.org), "owner"))
        related += self._holders(case.holders)
        values: dict[str, object] = {
            "workflow": case.workflow[0],
            "version": case.workflow[1],
            "closed": case.closed,
            "card": case.card,
            **self._fields(case, workflow),
        }
        return [_object(_case_id(case.id), "case", values, related), *(_limit(case.id, run) for run in runs)]

    def people_and_organisations(self) -> list[Part]:
        """Those that some case named."""
        return [
            *(_object(f"person/{name}", "person", {}, []) for name in self._people),
            *(_object(f"organisation/{name}", "organisation", {}, []) for name in self._organisations),
        ]

    def types(self) -> dict[str, list[Part]]:
        """The sections ``objectTypes`` and ``eventTypes`` of the log."""
        objects = {"case": self._case_attributes, "limit": _LIMIT, "person": {}, "organisation": {}}
        return {"objectTypes": _types(objects), "eventTypes": _types(self._event_types)}

    def _event(self, case: str, number: int, event: Opened | Moved | RungFired) -> tuple[Part, list[Part]]:
        """An event, and the list of what it is related to, to which its clocks are still to be added."""
        related: list[Part] = [_related(_case_id(case), "case")]
        values: dict[str, object]
        if isinstance(event, RungFired):
            name, attributes = rung_name(event.sla, event.rung), _RUNG
            related.append(_related(_limit_id(case, event.sla, event.cycle), "rung_of"))
            values = {
                "scheduled_for": _time(event.scheduled_for),
                "card": event.card or "none",
                "repetition": event.repetition,
            }
        elif isinstance(event, Moved):
            name, attributes = event.trigger, _MOVE
            related += self._by(event.by, event.role or "by")
            values = {
                "track": event.track,
                "from": event.source,
                "to": event.target or event.source,
                "automatic": event.auto or event.by.id == SYSTEM,
            }
        else:
            name, attributes = OPEN, _OPENED
            related += self._by(event.by, "by")
            values = {"imported": event.imported_at is not None}
        related += self._holders(event.holders)
        self._event_types[name] = attributes
        values["number"] = number
        shown: Part = {
            "id": f"{case}:{number}",
            "type": name,
            "time": _time(event.at),
            "attributes": [{"name": key, "value": value} for key, value in values.items()],
            "relationships": related,
        }
        return shown, related

    def _by(self, by: Stamp, qualifier: str) -> list[Part]:
        """Who acted, and for which organisation; nobody where the system did."""
        if by.id == SYSTEM:
            return []
        self._people[by.id] = None
        related = [_related(f"person/{by.id}", qualifier)]
        if by.org is not None:
            related.append(_related(self._organisation(by.org), qualifier))
        return related

    def _holders(self, holders: Mapping[str, Holder]) -> list[Part]:
        related: list[Part] = []
        for role, holder in holders.items():
            for name in holder.ids:
                if holder.kind == "org":
                    related.append(_related(self._organisation(name), role))
                else:
                    self._people[name] = None
                    related.append(_related(f"person/{name}", role))
        return related

    def _organisation(self, name: str) -> str:
        self._organisations[name] = None
        return f"organisation/{name}"

    def _fields(self, case: Case, workflow: Workflow) -> dict[str, object]:
        """The values that may go in, as they are now."""
        found: dict[str, object] = {}
        for name, field in workflow.fields.items():
            value = case.fields.get(name)
            if value is not None and _goes_in(field) and not isinstance(value, Sealed):
                found[f"field_{name}"] = _plain(value)
                self._case_attributes[f"field_{name}"] = _TYPES[field.kind]
        return found


def _goes_in(field: Field) -> bool:
    return field.kind in _TYPES and not (field.sensitive or field.many)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _limit(case: str, run: LimitRun) -> Part:
    values: dict[str, object] = {
        "sla": run.sla,
        "cycle": run.cycle,
        "verdict": run.verdict,
        "start": _time(run.start),
        "due": _time(run.limit),
    }
    if run.ended_at is not None:
        values["ended"] = _time(run.ended_at)
    return _object(_limit_id(case, run.sla, run.cycle), "limit", values, [])


def _object(name: str, kind: str, values: Mapping[str, object], related: list[Part]) -> Part:
    return {
        "id": name,
        "type": kind,
        "attributes": [{"name": key, "time": _SINCE_EVER, "value": value} for key, value in values.items()],
        "relationships": related,
    }


def _types(types: Mapping[str, Mapping[str, str]]) -> list[Part]:
    return [
        {"name": name, "attributes": [{"name": key, "type": kind} for key, kind in its.items()]}
        for name, its in types.items()
    ]


def _related(name: str, qualifier: str) -> Part:
    return {"objectId": name, "qualifier": qualifier}


def _case_id(name: str) -> str:
    return f"case/{name}"


def _limit_id(case: str, sla: str, cycle: int) -> str:
    return f"limit/{case}/{sla}/{cycle}"


def _time(instant: int) -> str:
    moment = _EPOCH + dt.timedelta(microseconds=instant)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
