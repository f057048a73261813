"""An open case of an old system, as a host hands it over, and what became of it; instants are aware datetimes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

import attrs
import pendulum

from casewf.engine.keys import OPEN
from casewf.model.amount import Amount
from casewf.model.case import Actor, Holder
from casewf.model.commands import Import, PastClock
from casewf.model.plain_text import stored_text
from casewf.model.reasons import Reason
from casewf.worktime import epoch_us

_Value = TypeVar("_Value")

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
            WorkingTimeError: a naive datetime, or none.
            TypeError: pauses or extensions that are no pairs, an amount or a verdict that is none.
        """
        extensions = _pairs(self.extensions, "extensions", "(instant, amount)")
        amounts: list[object] = [amount for _, amount in extensions]
        for amount in amounts:
            if not isinstance(amount, Amount):
                raise TypeError(f"an extension's amount must be one, such as WorkingDays(5), got {amount!r}")
        return PastClock(
            start=epoch_us(self.start),
            pauses=tuple(
                (epoch_us(begin), epoch_us(end))
                for begin, end in _pairs(self.pauses, "pauses", "(begin, end)")
            ),
            paused_since=_optional(self.paused_since),
            paused_until=_optional(self.paused_until),
            extensions=tuple((epoch_us(at), amount) for at, amount in extensions),
            stopped_at=_optional(self.stopped),
            verdict=None if self.verdict is None else stored_text(self.verdict, "a verdict"),
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
        done_by: by trigger, who did it there, so that ``not_by`` holds; see ``read_doer``.
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
            WorkingTimeError: a naive datetime, or none.
            TypeError: a text, mapping or list that is none.
            ValueError: an id that cannot be one, nobody where somebody is named, or a text that cannot be stored.
        """
        case = stored_text(self.id, "a case's id")
        if case in ("", OPEN):
            raise ValueError(f"{case!r} cannot be the id of a case")
        until = warned_until if self.warned_until is None else self.warned_until
        return Import(
            case=case,
            origin=stored_text(self.origin, "an origin") or case,
            actor=actor,
            opened_at=epoch_us(self.opened_at),
            opened_by=stored_text(self.opened_by, "who opened it") or actor.id,
            org=actor.org if self.org is None else _name(self.org, "an organisation"),
            states=_texts(self.states, "states"),
            data=_by_name(self.fields, "fields"),
            holders={role: _holder(ids) for role, ids in _by_name(self.holders, "holders").items()},
            previous=_texts(self.previous, "previous"),
            done_by={
                trigger: tuple(map(_doer, _names(doers, "who did it")))
                for trigger, doers in _by_name(self.done_by, "done_by").items()
            },
            clocks={sla: _past(sla, clock) for sla, clock in _by_name(self.clocks, "clocks").items()},
            warned_until=_optional(until),
        )

    def remark(self) -> str | None:
        """The comment, or None for none.

        Raises:
            TypeError: it is no text. ValueError: it holds half a character.
        """
        text = "" if self.comment is None else stored_text(self.comment, "a comment")
        return text if text.strip() else None


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


def read_doer(text: str) -> tuple[str, str | None] | None:
    """Who did something, and for which organisation; None where a text does not tell.

    ``li``; ``li@yuzhong`` with his organisation, after the last ``@``; ``li@union.cn@`` for an id that has an ``@``
    and no organisation. ``li@union.cn`` alone may be an id or a person of ``union.cn``, and nobody can tell.
    """
    name, at, org = text.rpartition("@")
    if not at:
        return (text, None) if text else None
    if not name or ("@" not in name and "." in org):
        return None
    return name, org or None


def _doer(text: str) -> tuple[str, str | None]:
    found = read_doer(text)
    if found is None:
        raise ValueError(
            f"who did it must be an id, or id@organisation, got {text!r}; "
            f"where the id itself has an @, end it with another one, as in li@union.cn@"
        )
    return found


def _holder(ids: object) -> Holder:
    names = _names(ids, "a holder")
    persons = [name.removeprefix(PERSON) for name in names if name.startswith(PERSON)]
    if persons and len(persons) != len(names):
        raise ValueError(f"a role is held by organisations or by persons, not by both: {', '.join(names)}")
    if "" in persons:
        raise ValueError(f"a holder needs an id after {PERSON!r}")
    return Holder(tuple(persons) or names, "person" if persons else "org")


def _past(sla: str, clock: object) -> PastClock | None:
    if clock is None:
        return None
    if not isinstance(clock, ImportedClock):
        raise TypeError(f"the clock {sla} must be an ImportedClock or None, got {type(clock).__name__}")
    return clock.past()


def _name(value: object, what: str) -> str:
    name = stored_text(value, what)
    if not name:
        raise ValueError(f"{what} cannot be empty")
    return name


def _names(value: object, what: str) -> tuple[str, ...]:
    """One name, or several; nobody is a mistake."""
    several = (value,) if isinstance(value, str) else value
    if not isinstance(several, list | tuple):
        raise TypeError(f"{what} must be text or a list of texts, got {type(value).__name__}")
    if not several:
        raise ValueError(f"{what} cannot be an empty list; leave the entry out")
    return tuple(_name(one, what) for one in several)


def _by_name(value: Mapping[str, _Value], what: str) -> dict[str, _Value]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{what} must be a mapping by name, got {type(value).__name__}")
    return {stored_text(name, f"a name in {what}"): one for name, one in value.items()}


def _texts(value: Mapping[str, str], what: str) -> dict[str, str]:
    return {name: stored_text(one, f"{what}[{name!r}]") for name, one in _by_name(value, what).items()}


def _pairs(
    value: Sequence[tuple[dt.datetime, _Value]], what: str, pair: str
) -> list[tuple[dt.datetime, _Value]]:
    several: object = value
    if not isinstance(several, list | tuple) or not all(
        isinstance(one, list | tuple) and len(one) == 2 for one in several
    ):
        raise TypeError(f"a clock's {what} must be a list of {pair}, got {value!r}")
    return list(value)


def _optional(moment: dt.datetime | None) -> int | None:
    return None if moment is None else epoch_us(moment)
