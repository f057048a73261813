"""What key figures need of one case; read from its events alone.

Instants are microseconds since 1970-01-01T00:00Z.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.model.amount import Amount
from casewf.model.quick import quick


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class LimitRun:
    """One cycle of a limit's clock, as it ended or as it stands.

    Attributes:
        sla, cycle: which limit, and which run of it, from 1.
        start: when it began.
        limit: the due instant; the last one that was known where the clock stands.
        unextended: the due instant before the first extension, as it was then; None where there was none.
        verdict: ``none``, ``met``, ``breached`` or ``cancelled``.
        ended_at: when it stopped or was cancelled, or None.
        reason: why it was cancelled, or empty.
        paused_at: since when it stands, or None.
        pauses: finished pauses as (begin, end).
        extended, asked: how many extensions were granted, and how many were asked for.
        calendar: the content hash of the working calendar.
        carried: a part of it was taken over from another target (K5).
        observed: the verdict is given at the stop, by when it really happened (M12).
        budget, until: the length, or the date's ordinal.
    """

    sla: str
    cycle: int
    start: int
    limit: int
    calendar: str
    unextended: int | None = None
    verdict: str = "none"
    ended_at: int | None = None
    reason: str = ""
    paused_at: int | None = None
    pauses: tuple[tuple[int, int], ...] = ()
    extended: int = 0
    asked: int = 0
    carried: bool = False
    observed: bool = False
    budget: Amount | None = None
    until: int | None = None


@quick
@attrs.frozen(slots=True, weakref_slot=False)
class Hop:
    """One dispatch to an organisation: when, how often it asked to return the case, and whether it was granted."""

    at: int
    requested: int = 0
    granted: bool = False


@quick
@attrs.frozen(slots=True, weakref_slot=False)
class Rating:
    """What somebody said of the handling, and when."""

    at: int
    value: str


@quick
@attrs.frozen(slots=True, kw_only=True, weakref_slot=False)
class CaseFacts:
    """What key figures need of one case.

    Attributes:
        case, workflow: its id, and its workflow's.
        org: the organisation it belongs to, or None.
        opened_at: when it was opened, where it came from.
        imported_at: when it was imported, or None; what happened to it before is known of its limits only.
        migrated, erased: it was moved to another version of its workflow; personal data of it was erased.
        parent: the case whose child it is, or None.
        kinds: the ``KINDS`` that it is.
        matter: a digest of who asked about what, or None where one of the two is not known.
        marks: by name of ``MARKS``, the instants at which it got it; beside them ``duplicate``, when it was linked to
            a case of the same matter, and ``split_from``, when it was split off another one.
        hops: its dispatches, with their returns.
        closings: when it was closed; ``closed`` whether it is now.
        ratings: those of the case as a whole, oldest first; without the values of who did not rate.
        unrated: when somebody was asked and did not rate, the last time, or None.
        people: the ratings of its parties, by the kinds that count, oldest first.
        cards: when warnings were raised, by card.
        runs: the cycles of its limits, by limit, in the order in which they began.
    """

    case: str
    workflow: str
    org: str | None
    opened_at: int
    imported_at: int | None
    migrated: bool
    erased: bool
    parent: str | None
    kinds: frozenset[str]
    matter: int | None
    marks: Mapping[str, tuple[int, ...]]
    hops: tuple[Hop, ...]
    closings: tuple[int, ...]
    closed: bool
    ratings: tuple[Rating, ...]
    unrated: int | None
    people: tuple[tuple[Rating, ...], ...]
    cards: Mapping[str, tuple[int, ...]]
    runs: Mapping[str, tuple[LimitRun, ...]]

    def first(self, mark: str) -> int | None:
        """When it first got this mark, or None."""
        found = self.marks.get(mark)
        return found[0] if found else None

    def last(self, mark: str) -> int | None:
        """When it last got this mark, or None."""
        found = self.marks.get(mark)
        return found[-1] if found else None
