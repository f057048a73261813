"""The ports to the host's world: clock, directory, notifier, connectors and hooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

import attrs

from casewf.model.case import Case
from casewf.model.effects import Effect
from casewf.model.quiet_hours import QuietHours


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> int:
        """The present instant in microseconds since 1970-01-01T00:00Z."""


class Entropy(Protocol):
    """The only source of randomness, used for vault salts and case ids."""

    def token(self) -> str:
        """A fresh, unguessable text of 32 hexadecimal digits."""


@attrs.frozen(slots=True)
class Person:
    """Somebody who can be told something, but not in his quiet hours (E6)."""

    id: str
    name: str = ""
    roles: frozenset[str] = frozenset()
    quiet: QuietHours | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.instance_of(QuietHours))
    )


class Directory(Protocol):
    """The host's organisation chart."""

    def lineage(self, org: str) -> tuple[str, ...]:
        """``org`` and the organisations above it, nearest first; just ``(org,)`` for one the chart does not know."""

    def people(self, role: str, org: str) -> Sequence[Person]:
        """Who has ``role`` in ``org`` itself; empty if nobody."""


@attrs.frozen(slots=True, kw_only=True)
class Delivery:
    """One effect on its way out.

    Attributes:
        id: the idempotency key: the same for every attempt of the same effect (D2). What waited for somebody's
            quiet hours has one of its own, and names him in ``effect.only`` (E6).
        case: the case as it stands at delivery, sensitive values sealed.
        effect: the intention.
        values: the fields a push sends, unsealed where the effect may carry them.
        recipients: the people a notification is for.
        at: when the effect was written.
        attempt: from 1.
    """

    id: str
    case: Case
    effect: Effect
    values: Mapping[str, object] = attrs.field(factory=dict)
    recipients: tuple[Person, ...] = ()
    at: int = 0
    attempt: int = 1


@attrs.frozen(slots=True)
class Outcome:
    """What a connector answered: whether it took the payload, and data for the outcome's trigger."""

    ok: bool
    data: Mapping[str, object] = attrs.field(factory=dict)
    error: str = ""


class Notifier(Protocol):
    """Tells people. Must be idempotent by ``delivery.id``; an exception means: try again later."""

    def notify(self, delivery: Delivery) -> None:
        """Tell the recipients. Those who have quiet hours are not among them; each comes by himself later (E6)."""


class Connector(Protocol):
    """Sends a case's data to another system. Must be idempotent by ``delivery.id``."""

    def push(self, delivery: Delivery) -> Outcome:
        """Send ``delivery.values``; an exception counts as ``Outcome(ok=False)``."""


Hook: TypeAlias = Callable[[Delivery], None]
"""A host's function for ``hook: name``; an exception means: try again later."""
