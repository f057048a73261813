"""What a migration does to a case when it is folded (D3, X2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

import attrs

from casewf.model.case import Awaited, Clock, Holder, Party
from casewf.model.migration_events import Migrated

_Kept = TypeVar("_Kept")


class Position(Protocol):
    """The part of a case that a migration changes, its clocks apart."""

    awaited: Mapping[str, Awaited]
    card: str
    card_rank: int
    fields: Mapping[str, object]
    holders: Mapping[str, Holder]
    parties: Mapping[str, Party]
    past_cycles: Mapping[str, int]
    previous: Mapping[str, str]
    states: Mapping[str, str]
    witnesses: Mapping[str, tuple[tuple[str, str | None], ...]]
    workflow: tuple[str, int, str]


def clocks_after(clocks: Mapping[str, Clock], event: Migrated) -> Mapping[str, Clock]:
    """The clocks under the names of the new definition, without those of limits that it does not have."""
    return {name: attrs.evolve(clock, sla=name) for name, clock in _kept(clocks, event).items()}


def position_after(case: Position, clocks: Mapping[str, Clock], event: Migrated) -> None:
    """Make the event's results part of the case; ``clocks`` are those before it."""
    case.workflow = event.workflow
    case.states, case.previous = event.states, event.previous
    case.holders, case.witnesses = event.holders, event.witnesses
    case.card, case.card_rank = event.card, event.card_rank
    left = {
        event.renamed.get(name, name): case.fields[name] for name in case.fields if name not in event.gone
    }
    case.fields = {**left, **event.fields}
    case.awaited = _kept(case.awaited, event)
    ended = {name: clocks[name].cycle for name in (*event.ended, *event.limits) if name in clocks}
    if ended:
        case.past_cycles = {**case.past_cycles, **ended}
    if event.kinds:
        case.parties = {name: _of_kind(party, event.kinds) for name, party in case.parties.items()}


def _kept(found: Mapping[str, _Kept], event: Migrated) -> dict[str, _Kept]:
    """What goes on, by its new name."""
    return {event.limits.get(name, name): one for name, one in found.items() if name not in event.ended}


def _of_kind(party: Party, kinds: Mapping[str, str]) -> Party:
    return attrs.evolve(party, kind=kinds[party.kind]) if party.kind in kinds else party
