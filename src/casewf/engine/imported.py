"""An open case of an old system, as a host hands it over, and what became of it; instants are aware datetimes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

import attrs
import pendulum

from casewf.engine.keys import OPEN
from casewf.model.amount import Amount
from casewf.model.case import Actor, Holder
from casewf.model.commands import Import, PastClock
from casewf.model.plain_text import stored_text
from casewf.model.reasons import Reason
from casewf.worktime import epoch_us

PERSON = "person:"
"""What stands before the id of a holder who is a person and no organisation."""


@attrs.frozen(slots=True, kw_only=True)
class ImportedClock:
    """The present run of a limit in the old system.

    Attributes:
        start: from when it is measured.
        pauses: finished pauses as (begin, end), oldest first.
        paused_since: when the present pause began, or None.
        paused_until: when a present suspension ends by itself (K7), or None.
        extensions: what was granted, each with the instant of it, oldest first.
        stopped: when it ended, or None if it has not.
        verdict: how it was judged there (``met``, ``breached``, ``cancelled``), to be compared, or None.
    """

    start: dt.datetime
    pauses: Sequence[tuple[dt.datetime, dt.datetime]] = ()
    paused_since: dt.datetime | None = None
    paused_until: dt.datetime | None = None
    extensions: Sequence[tuple[dt.datetime, Amount]] = ()
    stopped: dt.datetime | None = None
    verdict: str | None = None

    def past(self) -> PastClock:
        """The same in microseconds.

        Raises:
            WorkingTimeError: a naive datetime.
        """
        return PastClock(
            start=epoch_us(self.start),
            pauses=tuple((epoch_us(begin), epoch_us(end)) for begin, end in self.pauses),
            paused_since=_optional(self.paused_since),
            paused_until=_optional(self.paused_until),
            extensions=tuple((epoch_us(at), amount) for at, amount in self.extensions),
            stopped_at=_optional(self.stopped),
            verdict=self.verdict,
        )


@attrs.frozen(slots=True, kw_only=True)
class Imported:
    """An open case of an old system, at the position that it has come to.

    Attributes:
        id: what it is to be called here.
        opened_at: when it was opened there.
        origin: what it was called there; its id if empty. The same origin is imported once.
        opened_by: who opened it there; who imports it if empty.
        org: the organisation it belongs to; that of who imports it if None.
        states: by track; one without an entry is where it begins, if nothing is to be done there.
        fields: values by name.
        holders: by role, ids of organisations, or of persons as ``person:li``.
        previous: by track, the state to which ``=previous`` leads from the present one (M10).
        done_by: by trigger, who did it there, as ``li`` or ``li@yuzhong``, so that ``not_by`` holds.
        clocks: by limit; None says that it does not run, although the position would have started it.
        comment: a remark, kept in the vault (D5).
        warned_until: the old system gave every warning that was due before this instant.
    """

    id: str
    opened_at: dt.datetime
    origin: str = ""
    opened_by: str = ""
    org: str | None = None
    states: Mapping[str, str] = attrs.field(factory=dict)
    fields: Mapping[str, object] = attrs.field(factory=dict)
    holders: Mapping[str, Sequence[str]] = attrs.field(factory=dict)
    previous: Mapping[str, str] = attrs.field(factory=dict)
    done_by: Mapping[str, Sequence[str]] = attrs.field(factory=dict)
    clocks: Mapping[str, ImportedClock | None] = attrs.field(factory=dict)
    comment: str | None = None
    warned_until: dt.datetime | None = None

    def wanted(self, actor: Actor, warned_until: dt.datetime | None) -> Import:
        """The command that imports it: data as given, nothing sealed, organisations alone.

        Raises:
            WorkingTimeError: a naive datetime.
            ValueError: an id that cannot be one, or a text that cannot be stored.
        """
        if self.id in ("", OPEN):
            raise ValueError(f"{self.id!r} cannot be the id of a case")
        return Import(
            case=stored_text(self.id, "a case's id"),
            origin=stored_text(self.origin or self.id, "an origin"),
            actor=actor,
            opened_at=epoch_us(self.opened_at),
            opened_by=stored_text(self.opened_by or actor.id, "who opened it"),
            org=actor.org if self.org is None else stored_text(self.org, "an organisation"),
            states=dict(self.states),
            data=dict(self.fields),
            holders={role: _holder(ids) for role, ids in self.holders.items()},
            previous=dict(self.previous),
            done_by={trigger: tuple(map(_doer, doers)) for trigger, doers in self.done_by.items()},
            clocks={sla: None if clock is None else clock.past() for sla, clock in self.clocks.items()},
            warned_until=_optional(self.warned_until or warned_until),
        )


@attrs.frozen(slots=True, kw_only=True)
class ImportedLimit:
    """A limit that has not ended on an imported case.

    ``due`` is aware, in the zone of the calendar, and None while paused; ``overdue``: it was due before the import.
    """

    sla: str
    due: pendulum.DateTime | None
    overdue: bool = False


@attrs.frozen(slots=True, kw_only=True)
class ImportedCase:
    """What became of a case: ``imported`` (or in a dry run would be), ``skipped`` since it was before, or ``refused``.

    ``limits`` are those that have not ended, in the order of the workflow; ``reasons`` why it is refused.
    """

    case: str
    origin: str
    outcome: Literal["imported", "skipped", "refused"]
    limits: tuple[ImportedLimit, ...] = ()
    reasons: tuple[Reason, ...] = ()


def _holder(ids: Sequence[str]) -> Holder:
    names = (ids,) if isinstance(ids, str) else tuple(ids)
    persons = [name.removeprefix(PERSON) for name in names if name.startswith(PERSON)]
    if persons and len(persons) != len(names):
        raise ValueError(f"a role is held by organisations or by persons, not by both: {', '.join(names)}")
    found = tuple(stored_text(name, "a holder") for name in persons or names)
    return Holder(found, "person" if persons else "org")


def _doer(text: str) -> tuple[str, str | None]:
    name, _, org = stored_text(text, "who did it").partition("@")
    return name, org or None


def _optional(moment: dt.datetime | None) -> int | None:
    return None if moment is None else epoch_us(moment)
