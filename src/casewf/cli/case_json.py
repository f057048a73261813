"""Worklists and cases as JSON for programs; ``docs/reference/cli.md`` names every key.

Instants are ISO 8601 with their offset, decimals and dates are texts, sensitive values are masked.
"""

from __future__ import annotations

from collections.abc import Sequence

from casewf.core.options import Option
from casewf.engine.case_view import CaseView, ClockView, HistoryEntry, to_datetime
from casewf.engine.file_view import CaseFileView
from casewf.engine.worklist import Worklist, WorklistItem
from casewf.model.codec import Json
from casewf.model.migration_events import Migrated
from casewf.model.reasons import Words
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.ports.stored import Incident
from casewf.views.words import refusal_words


def worklist_json(found: Worklist) -> Json:
    """A page of a worklist."""
    return {
        "at": found.at.isoformat(),
        "cases": [_item(item) for item in found.items],
        "next_after": found.next_after,
    }


def case_json(
    case: CaseView,
    workflow: Workflow,
    file: CaseFileView,
    *,
    options: Sequence[Option],
    incidents: Sequence[Incident],
    history: Sequence[HistoryEntry],
) -> Json:
    """Everything about a case."""
    zone, words = case.opened_at.timezone_name or "UTC", refusal_words(workflow)
    return {
        "id": case.id,
        "workflow": case.workflow,
        "workflow_version": case.workflow_version,
        "version": case.version,
        "org": case.org,
        "opened_at": case.opened_at.isoformat(),
        "changed_at": case.changed_at.isoformat(),
        "closed": case.closed,
        "card": case.card,
        "states": dict(case.states),
        "fields": {name: _value(workflow, name, value, zone) for name, value in case.fields.items()},
        "holders": {role: list(ids) for role, ids in case.holders.items()},
        "clocks": {name: _clock(clock) for name, clock in case.clocks.items()},
        "parties": {name: {"kind": party.kind, "rated": party.rated} for name, party in file.parties.items()},
        "links": [{"kind": link.kind, "case": link.case} for link in case.links],
        "parent": case.parent,
        "children": {"open": case.children.open, "closed": case.children.closed},
        "incidents": [
            {"at": _iso(one.at, zone), "kind": one.kind, "about": one.about, "detail": one.detail}
            for one in incidents
        ],
        "options": [_option(one, words) for one in options],
        "history": [_entry(one) for one in history],
    }


def _item(item: WorklistItem) -> Json:
    words = refusal_words(item.definition)
    return {
        "id": item.id,
        "workflow": item.definition.id,
        "workflow_version": item.definition.version,
        "title": _label(item.definition.title),
        "org": item.org,
        "states": dict(item.states),
        "card": item.card,
        "due": None if item.due is None else item.due.isoformat(),
        "sla": item.sla,
        "overdue": item.overdue,
        "holders": {role: list(ids) for role, ids in item.holders.items()},
        "opened_at": item.opened_at.isoformat(),
        "changed_at": item.changed_at.isoformat(),
        "closed": item.closed,
        "options": [_option(one, words) for one in item.options],
    }


def _option(option: Option, words: Words) -> Json:
    return {
        "trigger": option.trigger,
        "sla": option.sla,
        "title": _label(option.title),
        "allowed": option.allowed,
        "asks": list(option.asks),
        "accepts": list(option.accepts),
        "comment_required": option.comment_required,
        "reasons": [
            {"code": one.code, "zh": one.text("zh", words), "en": one.text("en", words)}
            for one in option.reasons
        ],
    }


def _clock(clock: ClockView) -> Json:
    return {
        "phase": clock.phase,
        "verdict": clock.verdict,
        "cycle": clock.cycle,
        "started_at": clock.started_at.isoformat(),
        "due": None if clock.due is None else clock.due.isoformat(),
        "original_due": clock.original_due.isoformat(),
        "provisional": clock.provisional,
        "next_rung": None if clock.next_rung is None else clock.next_rung.isoformat(),
        "suspended": clock.suspended,
    }


def _entry(entry: HistoryEntry) -> Json:
    event = entry.event
    found: dict[str, Json] = {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "kind": type(event).__name__,
    }
    for name in ("trigger", "track", "source", "target", "sla", "verdict", "card", "reason"):
        value = getattr(event, name, None)
        if isinstance(value, str):
            found[name] = value
    if isinstance(event, Migrated):
        found["workflow_version"] = event.workflow[1]
    by = getattr(event, "by", None)
    found["by"] = None if by is None else by.id
    found["comment"] = entry.comment
    return found


def _value(workflow: Workflow, name: str, value: object, zone: str) -> Json:
    if isinstance(value, tuple | list):
        return [_value(workflow, name, one, zone) for one in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return _iso(value, zone) if workflow.fields[name].kind == "instant" else value
    return str(value)


def _label(label: Label) -> Json:
    return {"zh": label.text("zh"), "en": label.text("en")}


def _iso(instant: int, zone: str) -> str:
    return to_datetime(instant, zone).isoformat()
