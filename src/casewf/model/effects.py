"""Effects: intentions for the outside world, written with the move and delivered after the commit (D2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from casewf.model.effect_specs import WAIT
from casewf.model.quick import quick


@quick
@attrs.frozen(slots=True, weakref_slot=False)
class Notify:
    """Tell the people who have this role on the case.

    Attributes:
        orgs: the organisations that held the role when this was written, or the case's own if nobody did; none if
            persons did.
        about: what happened: a trigger's name, or ``sla/rung`` of a warning.
        quiet_hours: ``wait`` for those who have quiet hours when it is delivered, or ``ignore`` them (E6).
        only: the id of the one person for whom this waited; None for all of them.
        persons: the persons who held the role when this was written.
    """

    role: str
    orgs: tuple[str, ...] = ()
    about: str = ""
    quiet_hours: str = WAIT
    only: str | None = None
    persons: tuple[str, ...] = ()

    @property
    def destination(self) -> str:
        """The lane of the outbox in which order is kept; who waits has one of his own."""
        return "notify" if self.only is None else f"notify:{self.only}"


@attrs.frozen(slots=True)
class CallHook:
    """Call the host's hook of this name."""

    name: str
    about: str = ""

    @property
    def destination(self) -> str:
        """The lane of the outbox in which order is kept."""
        return f"hook:{self.name}"


@attrs.frozen(slots=True)
class Push:
    """Send fields to a connector. Values are looked up at delivery; sensitive ones are never copied here (D5).

    ``retry`` holds the waits before the second, third ... attempt in microseconds.
    """

    connector: str
    fields: tuple[str, ...] = ()
    on_ok: str | None = None
    on_fail: str | None = None
    retry: tuple[int, ...] = ()
    about: str = ""

    @property
    def destination(self) -> str:
        """The lane of the outbox in which order is kept."""
        return f"push:{self.connector}"


@attrs.frozen(slots=True, kw_only=True)
class OpenCase:
    """Open another case: a child, or what was split off. Its id is given, so it is opened once (D2).

    Attributes:
        workflow: the id of its workflow; ``case`` its own id.
        relation: ``child``, or ``split``.
        org: the organisation it belongs to, or None.
        values: the values it is opened with, as they were when this was written; those that somebody gave of
            sensitive fields lie in the vault of the case that writes this.
        carry: sensitive fields that are copied when it is opened; never copied here (D5).
        parties: who goes along.
    """

    workflow: str
    case: str
    relation: str = "child"
    org: str | None = None
    values: Mapping[str, object] = attrs.field(factory=dict)
    carry: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    about: str = ""

    @property
    def destination(self) -> str:
        """The lane of the outbox in which order is kept."""
        return f"case:{self.case}"


@attrs.frozen(slots=True)
class TellParent:
    """Tell the parent that this child is closed now, or open again."""

    parent: str
    closed: bool
    about: str = ""

    @property
    def destination(self) -> str:
        """The lane of the outbox in which order is kept."""
        return f"case:{self.parent}"


@attrs.frozen(slots=True)
class MergeInto:
    """Bring these parties of this case into another one, which this one was merged into.

    ``caller``: and the caller whom only the fields of this case know.
    """

    case: str
    parties: tuple[str, ...] = ()
    caller: bool = False
    about: str = ""

    @property
    def destination(self) -> str:
        """The lane of the outbox in which order is kept."""
        return f"case:{self.case}"


@attrs.frozen(slots=True)
class LinkBack:
    """Make or take away the other end of a link, of this kind as seen from there."""

    case: str
    kind: str
    linked: bool = True
    about: str = ""

    @property
    def destination(self) -> str:
        """The lane of the outbox in which order is kept."""
        return f"case:{self.case}"


Effect: TypeAlias = Notify | CallHook | Push | OpenCase | TellParent | MergeInto | LinkBack
