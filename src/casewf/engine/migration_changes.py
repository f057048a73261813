"""What a new version of a workflow means for open cases, as hosts and the command line see it (X2)."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import pendulum

from casewf.core.migration_gaps import Gap
from casewf.model.reasons import Reason


@attrs.frozen(slots=True, kw_only=True)
class StateChange:
    """A track in which a case stands elsewhere, by its name from now on; None where it is new, or is gone."""

    track: str
    before: str | None
    after: str | None


@attrs.frozen(slots=True, kw_only=True)
class FieldChange:
    """A field with another name or another value; sensitive values are ``MASK``, and None stands for no value.

    With ``in_vault`` the case has lost the old value, and the vault keeps it until somebody erases it (D5).
    """

    before: str | None
    after: str | None
    old: object
    new: object
    in_vault: bool = False


@attrs.frozen(slots=True, kw_only=True)
class ClockChange:
    """What becomes of a clock that had not ended, or that starts; aware datetimes in the calendar's zone.

    Attributes:
        sla: the limit from now on; ``was`` what it was called, None for one that starts.
        before, after: the due instant; of a paused clock as of the pause. None before a start, and after the end.
        how: ``keep``, ``rebase``, ``carry`` or ``restart``; ``start``, or ``end``.
        paused: it stands.
        provisional: ``after`` lies past what the calendar knows (E2).
        breaches: it is late at once.
    """

    sla: str
    was: str | None
    before: pendulum.DateTime | None
    after: pendulum.DateTime | None
    how: str
    paused: bool = False
    provisional: bool = False
    breaches: bool = False


@attrs.frozen(slots=True, kw_only=True)
class FiresFirst:
    """A limit that passed, or a warning of it, which happens under the old version before the case is moved (E3).

    Attributes:
        sla: what the limit is called in the old version.
        due: when it was due.
        breaches: the limit is late by it; else it is a warning.
    """

    sla: str
    due: pendulum.DateTime
    breaches: bool


@attrs.frozen(slots=True, kw_only=True)
class CaseMigration:
    """What becomes of one open case.

    Attributes:
        case: its id; ``version`` the one that it is pinned to.
        outcome: ``moved``; ``refused``, for ``reasons``; ``unmapped``, because its version is (see ``WorkflowChange``);
            ``stays``, because its state is mapped to that; ``elsewhere``, because its version is not named; or
            ``failed``, for what ``error`` says.
        first: what fires before it is moved, or left in its state.
    """

    case: str
    version: int
    outcome: str
    states: tuple[StateChange, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    clocks: tuple[ClockChange, ...] = ()
    reasons: tuple[Reason, ...] = ()
    error: str = ""
    first: tuple[FiresFirst, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class WorkflowChange:
    """What a version of a workflow means for the open cases of others.

    Attributes:
        workflow, version: where they go.
        applied: whether anything was written, or this was a dry run, or something was in the way of all.
        counts: how many open cases had which outcome; ``present`` are those that are there already.
        gaps: by version what the migration leaves open, which keeps all its cases from being moved.
        stopped: it was ended early.
    """

    workflow: str
    version: int
    applied: bool
    counts: Mapping[str, int]
    gaps: Mapping[int, tuple[Gap, ...]]
    stopped: bool = False

    @property
    def in_the_way(self) -> bool:
        """Whether some case cannot be moved."""
        return any(self.counts.get(one) for one in ("refused", "unmapped", "failed"))
