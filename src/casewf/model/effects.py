"""Effects: intentions for the outside world, written with the move and delivered after the commit (D2)."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from casewf.model.effect_specs import WAIT


@attrs.frozen(slots=True)
class Notify:
    """Tell the people who have this role on the case; ``orgs`` are the holders at that instant, or the case's own.

    Attributes:
        about: what happened: a trigger's name, or ``sla/rung`` of a warning.
        quiet_hours: ``wait`` for those who have quiet hours when it is delivered, or ``ignore`` them (E6).
        only: the id of the one person for whom this waited; None for all of them.
    """

    role: str
    orgs: tuple[str, ...] = ()
    about: str = ""
    quiet_hours: str = WAIT
    only: str | None = None

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


Effect: TypeAlias = Notify | CallHook | Push
