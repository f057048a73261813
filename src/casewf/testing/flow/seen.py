"""What is known of a case from its events alone, and how a rule says that it is broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import attrs

from casewf.core.evolve import evolve
from casewf.model.case import GENESIS, Actor, Case
from casewf.model.effects import Effect
from casewf.model.events import Moved
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Workflow
from casewf.ports.stored import StoredEvent

__all__ = ["Broken", "Look", "Seen", "effects_of", "first_seen"]


class Broken(NamedTuple):
    """A rule of ``docs/reference/rules.md`` that does not hold, and how that shows."""

    rule: str
    words: str


@attrs.define(slots=True, kw_only=True)
class Seen:
    """A case as its events tell it; the rules keep here what they need of the past.

    Attributes:
        case: the fold of the events so far.
        head: the hash of the last of them.
        effects: every effect that they intend, by its id.
        claims: the rungs that fired.
        verdicts: (SLA, cycle) → the verdict.
        doers: trigger → the ids of those who count as having fired it (M11).
        started_after_end: limits that began once the case was closed.
        autos: how many automatic moves followed one another.
    """

    workflow: Workflow
    case: Case
    head: str = GENESIS
    number: int = 0
    effects: dict[str, Effect] = attrs.field(factory=dict)
    claims: set[tuple[str, int, int, int, int]] = attrs.field(factory=set)
    verdicts: dict[tuple[str, int], str] = attrs.field(factory=dict)
    doers: dict[str, set[str]] = attrs.field(factory=dict)
    started_after_end: set[str] = attrs.field(factory=set)
    autos: int = 0

    def take(self, row: StoredEvent, after: Case) -> None:
        """Be one event further."""
        event = row.event
        self.case, self.head, self.number = after, row.hash, row.number
        self.effects |= effects_of(after.id, (row,))
        if isinstance(event, Moved) and event.by.id != SYSTEM:
            lender = () if event.by.on_behalf is None else (event.by.on_behalf,)
            self.doers.setdefault(event.trigger, set()).update((event.by.id, *lender, *event.by.stood_in_for))


@attrs.frozen(slots=True, kw_only=True)
class Look:
    """An event with the case before it and after it.

    Attributes:
        actor: whose command is under way on this case; None where nobody's is.
    """

    seen: Seen
    row: StoredEvent
    before: Case
    after: Case
    actor: Actor | None = None


def effects_of(case_id: str, rows: Iterable[StoredEvent]) -> dict[str, Effect]:
    """Every effect that events intend, by its id."""
    wanted: dict[str, Effect] = {}
    for row in rows:
        effects: tuple[Effect, ...] = getattr(row.event, "effects", ())
        wanted |= {f"{case_id}:{row.number}:{place}": effect for place, effect in enumerate(effects)}
    return wanted


def first_seen(workflow: Workflow, rows: Sequence[StoredEvent]) -> Seen:
    """A case of which only the opening is known."""
    first = rows[0]
    opened = evolve(None, first.event)
    seen = Seen(workflow=workflow, case=opened)
    seen.take(first, opened)
    return seen
