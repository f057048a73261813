"""What a host sees of a case: aware datetimes, and sensitive values only for those who may see them (D5)."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping

import attrs
import pendulum

from casewf.core.permission import roles_for
from casewf.core.program import Program
from casewf.core.seal import unseal
from casewf.errors import BindingError
from casewf.model.amount import Amount
from casewf.model.case import Actor, Case, Children, Clock, Cycle, Link, Request, Sealed
from casewf.model.events import Event
from casewf.model.vault import Secret

MASK = "•••"
"""What stands for a sensitive value that the reader may not see, or that was erased."""


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_zone = functools.cache(pendulum.timezone)


def to_datetime(instant: int, zone: str) -> pendulum.DateTime:
    """An instant in microseconds as an aware datetime in a time zone."""
    # by way of the standard library, because pendulum's own conversion takes ten times as long
    at = (_EPOCH + dt.timedelta(microseconds=instant)).astimezone(_zone(zone))
    return pendulum.DateTime(
        at.year,
        at.month,
        at.day,
        at.hour,
        at.minute,
        at.second,
        at.microsecond,
        tzinfo=at.tzinfo,
        fold=at.fold,
    )


@attrs.frozen(slots=True, kw_only=True)
class ClockView:
    """A clock as a host sees it; instants are aware datetimes in the calendar's zone.

    Attributes:
        due: None while paused (K2); after a stop, the instant it was judged by.
        original_due: the due instant at the start of the cycle, which extensions leave as it was (K7).
        extensions: what was granted.
        requests: acts that were asked for and are not decided.
        suspended: whether an act suspends it; ``suspended_until`` when that ends by itself, or None.
        next_rung: when the next warning fires, or None.
        verdict: ``none``, ``met``, ``breached`` or ``cancelled``. It is the stored one: after ``due`` it says
            ``none`` until the sweep, or the next command, has fired what is due.
        phase: ``running``, ``paused`` or ``stopped``.
        provisional: ``due`` lies past what the calendar knows (E2).
    """

    sla: str
    cycle: int
    term: int
    started_at: pendulum.DateTime
    due: pendulum.DateTime | None
    original_due: pendulum.DateTime
    extensions: tuple[Amount, ...]
    requests: tuple[Request, ...]
    suspended: bool
    suspended_until: pendulum.DateTime | None
    next_rung: pendulum.DateTime | None
    verdict: str
    phase: str
    provisional: bool
    cycles: tuple[Cycle, ...]


@attrs.frozen(slots=True, kw_only=True)
class CaseView:
    """A case as one actor may see it.

    Attributes:
        states, fields, clocks: in the order of the workflow.
        fields: the values; sensitive ones are ``MASK`` where the actor may not see them, or they were erased.
        holders: role → the ids of who holds it.
        links: ties to other cases that the reader sees, too; parties: the ids of those whom it is about, sorted.
        parent: the case whose child this one is, or None.
        children: how many child cases there are, open and closed; they are called ``<id>.1``, ``<id>.2`` and so on.
    """

    id: str
    workflow: str
    workflow_version: int
    version: int
    org: str | None
    opened_at: pendulum.DateTime
    changed_at: pendulum.DateTime
    states: Mapping[str, str]
    fields: Mapping[str, object]
    holders: Mapping[str, tuple[str, ...]]
    clocks: Mapping[str, ClockView]
    card: str
    closed: bool
    links: tuple[Link, ...] = ()
    parties: tuple[str, ...] = ()
    parent: str | None = None
    children: Children = Children()


@attrs.frozen(slots=True, kw_only=True)
class HistoryEntry:
    """One event of a case as a host sees it: when, what, and what was written with it unless that was erased.

    ``comment`` is the comment, the note, or the name of the file.
    """

    number: int
    at: pendulum.DateTime
    event: Event
    comment: str | None = None


@attrs.frozen(slots=True)
class CasePage:
    """Cases in the order of their ids, and the ``after`` of the next page, or None at the end."""

    cases: tuple[CaseView, ...]
    next_after: str | None


def sealed_refs(program: Program, case: Case, actor: Actor) -> dict[str, str]:
    """Of the case's sensitive fields those that the actor may see: name → vault ref."""
    return {
        name: value.ref
        for name, value in case.fields.items()
        if isinstance(value, Sealed) and may_read(program, case, name, actor)
    }


def may_read(program: Program, case: Case, name: str, actor: Actor) -> bool:
    """Whether one of the actor's roles, or one that he is lent for this case, may see a sensitive field."""
    field = program.fields.get(name)
    return field is not None and not roles_for(case, actor).isdisjoint(field.seen_by)


def zone_of(program: Program, case: Case) -> str:
    """The time zone in which the case's instants are shown: its calendar's.

    Raises:
        BindingError: the host does not give that calendar, and the case has no clock that goes by another.
    """
    try:
        return program.calendar_for(case.fields, case).zone
    except BindingError:
        if not case.clocks:
            raise
    latest = max(case.clocks.values(), key=lambda clock: clock.start)
    return program.pinned_calendar(latest.calendar).zone


def view_case(
    program: Program, case: Case, refs: Mapping[str, str], secrets: Mapping[str, Secret]
) -> CaseView:
    """The view of a case, with the vault rows of ``refs`` unsealed."""
    zone = zone_of(program, case)

    def shown(name: str, value: object) -> object:
        if not isinstance(value, Sealed):
            return value
        secret = secrets.get(refs.get(name, ""))
        return MASK if secret is None else unseal(secret)

    return CaseView(
        id=case.id,
        workflow=case.workflow[0],
        workflow_version=case.workflow[1],
        version=case.version,
        org=case.org,
        opened_at=to_datetime(case.opened_at, zone),
        changed_at=to_datetime(case.at, zone),
        states={track: case.states[track] for track in program.machines},
        fields={name: shown(name, case.fields[name]) for name in program.fields if name in case.fields},
        holders={role: holder.ids for role, holder in case.holders.items()},
        clocks={name: _clock(case.clocks[name], zone) for name in program.by_name if name in case.clocks},
        card=case.card,
        closed=case.closed,
        links=case.links,
        parties=tuple(sorted(case.parties)),
        parent=case.parent,
        children=case.children,
    )


def _optional(instant: int | None, zone: str) -> pendulum.DateTime | None:
    return None if instant is None else to_datetime(instant, zone)


def _clock(clock: Clock, zone: str) -> ClockView:
    return ClockView(
        sla=clock.sla,
        cycle=clock.cycle,
        term=clock.term,
        started_at=to_datetime(clock.start, zone),
        due=_optional(clock.due, zone),
        original_due=to_datetime(clock.original, zone),
        extensions=clock.extensions,
        requests=clock.requests,
        suspended=clock.suspension is not None,
        suspended_until=_optional(None if clock.suspension is None else clock.suspension.until, zone),
        next_rung=_optional(None if clock.next is None else clock.next.at, zone),
        verdict=clock.verdict,
        phase=clock.phase,
        provisional=clock.provisional,
        cycles=clock.cycles,
    )
