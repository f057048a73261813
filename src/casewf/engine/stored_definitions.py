"""The workflows and calendars of a store: are they there, and are they what cases are pinned to (D4, K6)?"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator

from casewf.engine.damage import Problem
from casewf.engine.registry import stored_calendar
from casewf.errors import AdapterError
from casewf.model.clock_events import CalendarChanged, ClockStarted
from casewf.model.codec import dumps
from casewf.model.events import Event, Opened
from casewf.model.migration_events import Migrated
from casewf.ports import decoding
from casewf.ports.store import Library
from casewf.ports.stored import DAMAGE, Definition

_KINDS = ("workflow", "calendar")


class StoredDefinitions:
    """The definitions of a store, each looked at once however many cases go by it."""

    def __init__(self, store: Library) -> None:
        self._store = store
        self._seen: set[tuple[str, str]] = set()

    def __len__(self) -> int:
        """How many were looked at."""
        return len(self._seen)

    def problems(self) -> Iterator[Problem]:
        """What is wrong with any of them, whether a case is pinned to it or not."""
        for kind in _KINDS:
            try:
                found = self._store.definitions(kind)
            except (AdapterError, *DAMAGE) as error:
                yield Problem("", 0, "definitions_unreadable", str(error))
                continue
            for one in found:
                yield from self._look_at(one)

    def lacking(self, case_id: str, events: Iterable[tuple[int, Event]]) -> Iterator[Problem]:
        """Those that a case's events, given with their numbers, name and the store lacks: each where it is first named.

        One that was stored since ``problems`` is looked at, too.

        Raises:
            AdapterError: the store cannot read one.
        """
        named = {pin: number for number, event in reversed([*events]) for pin in _named(event)}
        for (kind, name, content_hash), number in reversed(named.items()):
            if (kind, content_hash) in self._seen:
                continue
            one = self._store.definition(content_hash)
            if one is not None and one.kind == kind:
                yield from self._look_at(one)
            else:
                yield Problem(case_id, number, f"{kind}_missing", f"{name} ({content_hash[:12]})")

    def _look_at(self, one: Definition) -> Iterator[Problem]:
        self._seen.add((one.kind, one.hash))
        wrong = _wrong(one)
        if wrong:
            yield Problem("", 0, wrong, f"{one.kind} {one.id} ({str(one.hash)[:12]})")


@functools.lru_cache(
    maxsize=64
)  # a large workflow takes some milliseconds, and tests look at it again and again
def _wrong(one: Definition) -> str:
    """The kind of problem that it is, or nothing."""
    try:
        if hashlib.sha256(one.body.encode()).hexdigest() != one.hash:
            return "definition_changed"
        return "" if _is_named_right(one) else "definition_misnamed"
    except (AdapterError, *DAMAGE):
        return "definition_unreadable"


def _is_named_right(one: Definition) -> bool:
    """Whether the columns beside the body repeat what it is; a calendar's body has no id, since many may share it.

    Raises:
        AdapterError, ValueError: the body cannot be read.
    """
    if one.kind == "calendar":
        return stored_calendar(one.id, one.body).version == one.version
    workflow = decoding.workflow(one)
    if dumps(workflow) != one.body:
        raise ValueError("this version of casewf reads it as something else")
    return (workflow.id, str(workflow.version)) == (one.id, one.version)


def _named(event: Event) -> Iterator[tuple[str, str, str]]:
    """Kind, name and content hash of each definition that an event pins the case, or one of its clocks, to."""
    match event:
        case Opened():
            yield _workflow(event.workflow)
        case Migrated():
            yield _workflow(event.source)
            yield _workflow(event.workflow)
        case ClockStarted() | CalendarChanged():
            yield "calendar", *event.calendar


def _workflow(pin: tuple[str, int, str]) -> tuple[str, str, str]:
    return "workflow", f"{pin[0]} {pin[1]}", pin[2]
