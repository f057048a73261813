"""The sweep: everything that is due, on all cases, in batches without a ceiling (E7)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import attrs

from casewf.engine.means import Means
from casewf.engine.unit_of_work import UnitOfWork
from casewf.errors import AdapterError, NotFound
from casewf.model.plain_text import failure_text
from casewf.ports.stored import Due, Incident

CLAIM_US = 60_000_000
"""How long a sweep keeps others from the cases that it is about to look at, in microseconds (E7)."""


@attrs.frozen(slots=True)
class SweepReport:
    """What a sweep did: cases looked at, events written, and cases that failed and became incidents."""

    cases: int
    events: int
    failed: tuple[str, ...] = ()


def sweep_cases(means: Means, batch: int, touched: set[str], stop: Callable[[], bool]) -> SweepReport:
    """Fire what was due before now; a case that fails becomes an incident, and the sweep goes on.

    Several sweeps at once share the cases. One that is killed holds them up for ``CLAIM_US`` at most.

    Args:
        means: the store, the clock and what else a unit of work needs.
        batch: how many cases are claimed at once.
        touched: gets the ids of cases with new effects.
        stop: asked before each case; once it is true, what is left stays due.
    """
    now = means.clock.now()
    until = now + CLAIM_US
    cases = events = 0
    failed: list[Due] = []
    held: deque[Due] = deque()
    stopped = False
    try:
        while not stopped and (held := deque(means.store.claim_due(now, until, batch))):
            while held and not (stopped := stop()):
                cases += 1
                try:
                    events += _sweep_one(means, held[0].case, touched)
                except (Exception, SystemExit) as failure:  # noqa: BLE001  # one broken case must not stop the others
                    failed.append(held[0])
                    report_failure(means, held[0].case, "sweep_failed", now, failure)
                held.popleft()
    finally:
        if left := (*failed, *held):
            means.store.release_due(left, until)
    return SweepReport(cases, events, tuple(one.case for one in failed))


def fire_claimed(means: Means, claimed: Due, touched: set[str]) -> int:
    """Fire what is due on a case, unless it has moved on since it was claimed; how many events were written.

    Raises:
        NotFound: there is no such case.
        CasewfError: the case failed; it is an incident, unless the store says that the same may succeed later.
    """
    try:
        return _sweep_one(means, claimed.case, touched, claimed.wake)
    except NotFound:
        raise
    except (Exception, SystemExit) as failure:
        if not (isinstance(failure, AdapterError) and failure.retryable):
            report_failure(means, claimed.case, "sweep_failed", means.clock.now(), failure)
        raise


def _sweep_one(means: Means, case_id: str, touched: set[str], wake: int | None = None) -> int:
    stored = means.store.load(case_id)
    if stored is None:
        raise NotFound(case_id)
    if wake not in (None, stored.case.wake):
        return 0
    unit = UnitOfWork(means, touched)
    return unit.catch_up(stored, means.registry.pinned(stored.case))[1]


def report_failure(means: Means, case_id: str, kind: str, now: int, failure: Exception | SystemExit) -> None:
    """Record the incident, unless it is the case's latest already: sweeps come every minute."""
    about, detail = type(failure).__name__, failure_text(failure)
    known = means.store.incidents(case_id)
    if known and (known[-1].kind, known[-1].about, known[-1].detail) == (kind, about, detail):
        return
    means.report(Incident(case=case_id, at=now, kind=kind, about=about, detail=detail))
