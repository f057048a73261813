"""Effects that an engine has nothing to deliver with: they wait for one that has (D2).

While a new version is rolled out, engines of the old one claim effects of the new. That is nobody's failure: no attempt
is counted, and nothing is given up. Where no engine ever has what is wanted, incidents and the store's health say so.
"""

from __future__ import annotations

from casewf.engine.means import Means
from casewf.errors import CasewfError
from casewf.model.case import Case
from casewf.ports.stored import DAY_US, Incident, OutboxRow, Settlement

WAIT_US = 60_000_000
"""How long such an effect is left to others, in microseconds."""

KIND = "nobody_delivers"
"""The kind of its incident."""


class Unbound(CasewfError):  # noqa: N818  # what is the matter with the effect, not with the call
    """This engine was not given what the effect needs; the message says what to pass."""


def unbound(case: Case, row: OutboxRow, remedy: str) -> Unbound:
    """That nothing here delivers a row, and what to pass to the engine."""
    workflow, version, *_ = case.workflow
    return Unbound(f"nothing here delivers {row.destination} of {workflow} version {version}: pass {remedy}")


class Waiting:
    """Puts such effects off, and tells of each destination once a day."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._told: dict[str, int] = {}

    def put_off(self, row: OutboxRow, error: str) -> Settlement:
        """What becomes of a row that nothing here delivers; the first of its destination is an incident."""
        now = self._means.clock.now()
        about = f"{row.id} {row.destination}"
        if not _is_recent(self._told.get(row.destination), now):
            self._told[row.destination] = now
            known = [
                one.at
                for one in self._means.store.incidents(row.case)
                if (one.kind, one.about) == (KIND, about)
            ]
            if not _is_recent(max(known, default=None), now):
                self._means.report(Incident(case=row.case, at=now, kind=KIND, about=about, detail=error))
        return Settlement(id=row.id, state="pending", due_at=now + WAIT_US, error=error, attempted=False)


def _is_recent(at: int | None, now: int) -> bool:
    """Whether it was told within a day; an instant in the future is a clock that was wrong."""
    return at is not None and 0 <= now - at < DAY_US
