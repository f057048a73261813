"""Events: what happened to a case, with its results (D3), so that a fold needs nothing else.

The class name is the stored kind; attributes with their default value are left out of the stored form.
``at`` is case time (M12) in microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from casewf.model.case import Holder, Sealed, Stamp
from casewf.model.clock_events import (
    ActRejected,
    ActRequested,
    CalendarChanged,
    ClockBreached,
    ClockCancelled,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    ClockSuspended,
    LimitAwaited,
    LimitDropped,
    RungFired,
    SuspensionEnded,
)
from casewf.model.effects import Effect
from casewf.model.file_events import (
    Absorbed,
    Attached,
    ChildReported,
    Linked,
    Noted,
    PartyLeft,
    PartyRated,
    PartyRecorded,
    SplitOff,
    Unlinked,
)
from casewf.model.migration_events import ClockMigrated, Migrated
from casewf.model.quick import quick

_NOTHING: Mapping[str, object] = {}
_NOBODY: Mapping[str, Holder] = {}
_NO_STATES: Mapping[str, str] = {}
_NO_WITNESSES: Mapping[str, tuple[tuple[str, str | None], ...]] = {}


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class Opened:
    """The case was opened and entered its initial states (M10).

    Attributes:
        parent: the case whose ``open`` effect opened it, or None; ``effects`` tells it if this opening closes the case.
        holders: who held a role from the first, in a case that came from elsewhere.
        origin: where a case was imported from, such as its number there; empty for a case opened here.
        imported_by, imported_at: who imported it, and when; then ``at`` and ``by`` say when and by whom it was opened
            there, ``states`` are those it had come to, and the events up to ``imported_at`` tell its past.
        previous, witnesses: of such a case, as in ``Case``.
    """

    at: int
    case: str
    workflow: tuple[str, int, str]
    by: Stamp
    states: Mapping[str, str]
    org: str | None = None
    org_above: tuple[str, ...] = ()
    fields: Mapping[str, object] = _NOTHING
    occurred_at: int | None = None
    closed: bool = False
    parent: str | None = None
    holders: Mapping[str, Holder] = _NOBODY
    origin: str = ""
    effects: tuple[Effect, ...] = ()
    imported_by: Stamp | None = None
    imported_at: int | None = None
    previous: Mapping[str, str] = _NO_STATES
    witnesses: Mapping[str, tuple[tuple[str, str | None], ...]] = _NO_WITNESSES
    comment: Sealed | None = None


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class Moved:
    """A row was taken: a trigger fired, or an automatic transition ran.

    Attributes:
        row: the number of the row in its track, from 0.
        target: the state entered, or None for an internal move.
        role: the role that admitted the actor, or None for automatic rows.
        witness: later rows forbid this actor by ``not_by``, so the case remembers him.
        remember: the state entered has a ``=previous`` way out, so the case remembers where it came from.
        clears: the card is cleared (E5); ``new_round``: the parties may rate anew.
        closed: whether the case is closed after this move (M8).
    """

    at: int
    trigger: str
    track: str
    row: int
    source: str
    target: str | None
    by: Stamp
    role: str | None = None
    auto: bool = False
    occurred_at: int | None = None
    fields: Mapping[str, object] = _NOTHING
    holders: Mapping[str, Holder] = _NOBODY
    comment: Sealed | None = None
    witness: bool = False
    remember: bool = False
    clears: bool = False
    new_round: bool = False
    closed: bool = False
    effects: tuple[Effect, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class IncidentRaised:
    """Something needs a person: a refused timer, a connector that gave up, a hook that failed for good."""

    at: int
    kind: str
    about: str
    detail: str = ""


@attrs.frozen(slots=True, kw_only=True)
class Erased:
    """Vault rows of this case were deleted (D5); the chain still verifies.

    ``everything``: nothing is left in the vault, so that the case's retention is over.
    """

    at: int
    by: Stamp
    refs: tuple[str, ...]
    reason: str = ""
    everything: bool = False


Event: TypeAlias = (
    Opened
    | Moved
    | ClockStarted
    | ClockPaused
    | ClockResumed
    | ClockStopped
    | ClockCancelled
    | ClockRetargeted
    | ActRequested
    | ActRejected
    | ClockExtended
    | ClockSuspended
    | SuspensionEnded
    | CalendarChanged
    | LimitAwaited
    | LimitDropped
    | ClockBreached
    | RungFired
    | Noted
    | Attached
    | PartyRecorded
    | PartyLeft
    | PartyRated
    | Linked
    | Unlinked
    | SplitOff
    | Absorbed
    | ChildReported
    | Migrated
    | ClockMigrated
    | IncidentRaised
    | Erased
)
