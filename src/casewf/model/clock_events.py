"""Events of a clock: its cycles, pauses and rungs, and what people and calendars did to it (K1-K8, E1).

Stored as those of ``events.py`` are; ``at`` is case time (M12) in microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.model.amount import Amount
from casewf.model.case import Carried, Cycle, Holder, NextRung, Sealed, Stamp
from casewf.model.effects import Effect
from casewf.model.quick import quick

_NOTHING: Mapping[str, object] = {}
_NOBODY: Mapping[str, Holder] = {}


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class ClockStarted:
    """A cycle of a clock began (K1, K4).

    One that goes on from another took over its ``term_at``, ``original``, ``pauses``, ``extensions``,
    ``extended``, ``suspensions``, ``carried``, ``fired`` and ``verdict``.
    """

    at: int
    sla: str
    start: int
    limit: int
    calendar: tuple[str, str]
    term_at: int | None = None
    cycle: int = 1
    target: int = 0
    budget: Amount | None = None
    until: int | None = None
    original: int | None = None
    extensions: tuple[Amount, ...] = ()
    extended: int = 0
    suspensions: int = 0
    carried: Carried | None = None
    pauses: tuple[tuple[int, int], ...] = ()
    verdict: str = "none"
    observed: bool = False
    fired: tuple[tuple[int, int], ...] = ()
    next: NextRung | None = None
    unresolved: bool = False
    provisional: bool = False
    cycles: tuple[Cycle, ...] = ()


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class ClockPaused:
    """A clock was paused; it has no due instant and no armed rung until it resumes (K2).

    ``reason`` is ``state`` or ``act``: what paused it while it ran; another reason can have come since.
    """

    at: int
    sla: str
    since: int
    by: Stamp
    reason: str = "state"


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class ClockResumed:
    """No reason to pause was left; ``limit`` is the shifted due instant (K1)."""

    at: int
    sla: str
    until: int
    limit: int
    by: Stamp
    next: NextRung | None = None
    unresolved: bool = False
    provisional: bool = False


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class ClockStopped:
    """A cycle ended with a verdict, ``met`` or ``breached``, judged by ``limit`` (K3)."""

    at: int
    sla: str
    stopped_at: int
    verdict: str
    limit: int
    provisional: bool = False


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class ClockCancelled:
    """A cycle ended without a verdict, unless it was breached already, which never heals (K8, K3).

    ``reason`` says why: ``case_ended``, ``restarted``, ``cancelled`` or ``migrated``.
    """

    at: int
    sla: str
    reason: str


@attrs.frozen(slots=True, kw_only=True)
class ClockRetargeted:
    """The target's inputs changed mid-run and the budget was derived anew (K5).

    ``how`` is ``rebase``, ``carry`` (with ``carried``) or ``restart``, which measures from ``at`` on without pauses
    and extensions.
    """

    at: int
    sla: str
    target: int
    limit: int
    term: int
    how: str = "rebase"
    budget: Amount | None = None
    until: int | None = None
    carried: Carried | None = None
    fired: tuple[tuple[int, int], ...] = ()
    next: NextRung | None = None
    unresolved: bool = False
    provisional: bool = False


@attrs.frozen(slots=True, kw_only=True)
class ActRequested:
    """Somebody asked for an ``extension`` or a ``suspension`` of a clock (K7)."""

    at: int
    sla: str
    act: str
    by: Stamp
    amount: Amount | None = None
    comment: Sealed | None = None
    effects: tuple[Effect, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class ActRejected:
    """What was asked for was not granted, or taken back by who had asked (K7)."""

    at: int
    sla: str
    act: str
    by: Stamp
    comment: Sealed | None = None


@attrs.frozen(slots=True, kw_only=True)
class ClockExtended:
    """An extension was granted (K7): a new term up to ``limit`` began (E1)."""

    at: int
    sla: str
    amount: Amount
    by: Stamp
    requested_by: Stamp
    limit: int
    term: int
    comment: Sealed | None = None
    carried: Carried | None = None
    fired: tuple[tuple[int, int], ...] = ()
    next: NextRung | None = None
    unresolved: bool = False
    provisional: bool = False


@attrs.frozen(slots=True, kw_only=True)
class ClockSuspended:
    """A suspension was granted (K7).

    It lasts for ``amount``, that is until ``until``, or with None until somebody resumes the clock.
    """

    at: int
    sla: str
    by: Stamp
    requested_by: Stamp
    amount: Amount | None = None
    until: int | None = None
    comment: Sealed | None = None


@attrs.frozen(slots=True, kw_only=True)
class SuspensionEnded:
    """An act suspends the clock no longer since ``ended_at``; a state of the case can still pause it (K2)."""

    at: int
    sla: str
    ended_at: int
    by: Stamp
    comment: Sealed | None = None


@attrs.frozen(slots=True, kw_only=True)
class CalendarChanged:
    """A clock goes by another version of its calendar, or by new rules of its time zone, from now on (K6).

    Rungs that fired stay fired, and the due instant of a breached clock stands. ``suspended_until`` is when a
    suspension ends by the new version.
    """

    at: int
    sla: str
    calendar: tuple[str, str]
    limit: int
    by: Stamp
    suspended_until: int | None = None
    next: NextRung | None = None
    unresolved: bool = False
    provisional: bool = False


@attrs.frozen(slots=True, kw_only=True)
class LimitAwaited:
    """A clock should have started at ``start``, but the date of its limit has no value yet.

    It is said again when a pause of it begins or ends, and with ``over`` when its matter is over until it is reopened.
    """

    at: int
    sla: str
    start: int
    pauses: tuple[tuple[int, int], ...] = ()
    paused_at: int | None = None
    over: bool = False


@attrs.frozen(slots=True, kw_only=True)
class LimitDropped:
    """The matter of an awaited limit is over, and the date was never given."""

    at: int
    sla: str


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class ClockBreached:
    """The due instant ``due`` passed on a running clock; a breach never heals (K3)."""

    at: int
    sla: str
    cycle: int
    due: int


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class RungFired:
    """A rung fired, once per (SLA, cycle, term, rung, repetition) (E1), with both instants (E4)."""

    at: int
    sla: str
    cycle: int
    term: int
    rung: int
    repetition: int
    scheduled_for: int
    next: NextRung | None = None
    unresolved: bool = False
    card: str | None = None
    card_rank: int = 0
    fields: Mapping[str, object] = _NOTHING
    holders: Mapping[str, Holder] = _NOBODY
    effects: tuple[Effect, ...] = ()
