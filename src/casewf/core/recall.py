"""What the history of a case tells of its past under whatever names things had then (D3, X2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from casewf.core.evolve import doers
from casewf.core.migration_position import Recalled
from casewf.machine.rules import PREVIOUS, witnesses
from casewf.model.clock_events import RungFired
from casewf.model.events import Event, Moved
from casewf.model.migration_events import ClockMigrated, Migrated
from casewf.model.workflow import Workflow


def asks_for_more(old: Workflow, new: Workflow) -> bool:
    """Whether cases of the new version remember what cases of the old one need not have kept (M10, M11)."""
    return not witnesses(new) <= witnesses(old) or not _ways_back(new) <= _ways_back(old)


def _ways_back(workflow: Workflow) -> set[tuple[str, str]]:
    return {
        (track.id, source)
        for track in workflow.tracks
        for row in track.transitions
        if row.target == PREVIOUS
        for source in row.sources
    }


def recall(workflow: Workflow, history: Iterable[Event]) -> Recalled:
    """Who fired what, and from where the states were entered that nothing has been remembered of.

    Args:
        workflow: the definition that the case is pinned to at the end of its history.
        history: its events.
    """
    did: dict[str, tuple[tuple[str, str | None], ...]] = {}
    came_from: dict[str, str] = {}
    rows = {track.id: track.transitions for track in workflow.tracks}
    for event in history:
        if isinstance(event, Migrated):
            came_from = {}  # the rows of another definition are not known here
            did = _renamed(did, event.triggers)
        elif isinstance(event, Moved):
            known = did.get(event.trigger, ())
            did[event.trigger] = tuple(dict.fromkeys((*known, *doers(event.by))))
            row = rows.get(event.track, ())[event.row : event.row + 1]
            if (
                event.target is not None
                and event.target != event.source
                and row
                and row[0].target != PREVIOUS
            ):
                came_from[f"{event.track}.{event.target}"] = event.source
    return Recalled(did=did, came_from=came_from)


def _renamed(
    did: Mapping[str, tuple[tuple[str, str | None], ...]], names: Mapping[str, str]
) -> dict[str, tuple[tuple[str, str | None], ...]]:
    found: dict[str, tuple[tuple[str, str | None], ...]] = {}
    for name, who in did.items():
        to = names.get(name, name)
        found[to] = tuple(dict.fromkeys((*found.get(to, ()), *who)))
    return found


def told_of(history: Iterable[Event], sla: str) -> list[Event]:
    """What a case's history says of one limit, with rungs by their present numbers.

    Events from before a migration are of a limit that may have had another name, and rungs with other numbers.
    """
    found: dict[str, list[Event]] = {}
    for event in history:
        if isinstance(event, Migrated):
            kept = {name: events for name, events in found.items() if name not in event.ended}
            found = {event.limits.get(name, name): events for name, events in kept.items()}
            continue
        name = getattr(event, "sla", None)
        if name is None:
            continue
        if isinstance(event, ClockMigrated):
            numbers = dict(event.rungs)
            found[name] = [_with_number(one, numbers) for one in found.get(name, ())]
            if event.how == "past":
                continue
        found.setdefault(name, []).append(event)
    return found.get(sla, [])


def _with_number(event: Event, numbers: Mapping[int, int]) -> Event:
    if not isinstance(event, RungFired):
        return event
    return attrs.evolve(event, rung=numbers.get(event.rung, -1))
