"""Commands: what somebody wants to happen to a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from casewf.model.amount import Amount
from casewf.model.case import Actor, Holder, Party, Sealed
from casewf.model.file_commands import FileCommand
from casewf.model.quick import quick
from casewf.model.text import Label

_NOTHING: Mapping[str, object] = {}


@quick
@attrs.frozen(slots=True, weakref_slot=False)
class Open:
    """Open a case of the program's workflow.

    Attributes:
        org: the organisation the case belongs to, with the organisations above it in ``org_above``.
        data: field values by name.
        occurred_at: when it really came in, not after now; None means now.
        parent: the case whose child it is, or None.
        split_from: the case that it was split off, or None; ``parties`` came from there.
    """

    case: str
    actor: Actor
    org: str | None = None
    org_above: tuple[str, ...] = ()
    data: Mapping[str, object] = _NOTHING
    occurred_at: int | None = None
    parent: str | None = None
    split_from: str | None = None
    parties: tuple[Party, ...] = ()


@quick
@attrs.frozen(slots=True, weakref_slot=False)
class Fire:
    """Fire a trigger on a case.

    Attributes:
        data: field values by name; sensitive ones already sealed (D5).
        comment: a sealed comment, or None.
        expect: the version the actor saw; a different one is a ``Conflict`` (M2).
        occurred_at: when it really happened (M12), or None for now.
    """

    trigger: str
    actor: Actor
    data: Mapping[str, object] = _NOTHING
    comment: Sealed | None = None
    expect: int | None = None
    occurred_at: int | None = None


@attrs.frozen(slots=True)
class Elapse:
    """Time has passed: fire what is due on the case's clocks before ``now`` (E3)."""


ACTS: Mapping[str, Label] = {
    "request_extension": Label("申请延期", "Ask for an extension"),
    "extend": Label("批准延期", "Grant the extension"),
    "reject_extension": Label("不予延期", "Reject the extension"),
    "request_suspension": Label("申请中止计时", "Ask for a suspension"),
    "suspend": Label("批准中止计时", "Grant the suspension"),
    "reject_suspension": Label("不予中止计时", "Reject the suspension"),
    "resume": Label("恢复计时", "Resume the clock"),
}
"""What people can do to a clock (K7): ask, grant or reject, and end a suspension; with its label."""


COMMANDS: Mapping[str, Label] = {"split": Label("分案", "Split")}
"""The other commands that a refusal can name, with their labels."""


@attrs.frozen(slots=True)
class Act:
    """Do one of ``ACTS`` to the clock of an SLA (K7).

    Attributes:
        amount: how much is asked for; with requests only.
        comment: a sealed comment, or None.
        expect: the version the actor saw; a different one is a ``Conflict`` (M2).
    """

    act: str
    sla: str
    actor: Actor
    amount: Amount | None = None
    comment: Sealed | None = None
    expect: int | None = None


@attrs.frozen(slots=True)
class Split:
    """Let a part of a case go on as a case of its own.

    Attributes:
        other: the id of the new case.
        parties: the ids of those who go with it.
        data: values of the new case that differ from this one's; sensitive ones already sealed (D5).
        comment: a sealed comment, or None.
    """

    other: str
    actor: Actor
    parties: tuple[str, ...] = ()
    data: Mapping[str, object] = _NOTHING
    comment: Sealed | None = None


@attrs.frozen(slots=True)
class ReportChild:
    """A child of the case was closed, or opened again; ``was_closed`` is what the case was told last."""

    child: str
    closed: bool
    actor: Actor
    was_closed: bool = False


@attrs.frozen(slots=True)
class Absorb:
    """Another case was merged into this one; ``circle``: this one was merged into it, too."""

    source: str
    actor: Actor
    parties: tuple[Party, ...] = ()
    circle: bool = False


@attrs.frozen(slots=True)
class Recompute:
    """Measure the clocks that go by this calendar by its present version (K6), as ``actor`` wants."""

    calendar: str
    actor: Actor


@attrs.frozen(slots=True, kw_only=True)
class PastClock:
    """What an old system knew of the present run of a limit; instants in microseconds.

    Attributes:
        pauses: finished pauses as (begin, end), oldest first.
        paused_since: when the present pause began, or None.
        paused_until: when a present suspension ends by itself (K7), or None.
        extensions: what was granted, with the instant of it, oldest first.
        stopped_at: when it ended, or None if it has not.
        verdict: how it was judged there, to be compared, or None; ``cancelled`` for one that has none.
    """

    start: int
    pauses: tuple[tuple[int, int], ...] = ()
    paused_since: int | None = None
    paused_until: int | None = None
    extensions: tuple[tuple[int, Amount], ...] = ()
    stopped_at: int | None = None
    verdict: str | None = None


@attrs.frozen(slots=True, kw_only=True)
class Import:
    """Take over an open case of an old system at the position that it has come to.

    Attributes:
        case, origin: its id here, and what it was called there.
        actor: who imports it.
        org: the organisation it belongs to, with those above it in ``org_above``.
        opened_at, opened_by: when and by whom it was opened there.
        states: by track; one without an entry is in its initial state, if that counts as closed.
        data: field values by name; sensitive ones already sealed (D5).
        holders: by role, with the organisations above them (M11).
        previous: by track, the state to which ``=previous`` leads from the present one (M10).
        done_by: who fired which trigger there, as (id, organisation), so that ``not_by`` holds (M2).
        clocks: by SLA; None says that the limit does not run, although the position would have started it.
        warned_until: the old system gave every warning that was due before this instant.
        comment: a sealed comment, or None.
    """

    case: str
    origin: str
    actor: Actor
    opened_at: int
    opened_by: str
    org: str | None = None
    org_above: tuple[str, ...] = ()
    states: Mapping[str, str] = attrs.field(factory=dict)
    data: Mapping[str, object] = attrs.field(factory=dict)
    holders: Mapping[str, Holder] = attrs.field(factory=dict)
    previous: Mapping[str, str] = attrs.field(factory=dict)
    done_by: Mapping[str, tuple[tuple[str, str | None], ...]] = attrs.field(factory=dict)
    clocks: Mapping[str, PastClock | None] = attrs.field(factory=dict)
    warned_until: int | None = None
    comment: Sealed | None = None


Command: TypeAlias = (
    Open | Fire | Elapse | Act | Split | ReportChild | Absorb | Recompute | Import | FileCommand
)
