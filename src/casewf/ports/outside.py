"""The ports to the host's world: clock, directory, notifier, connectors and hooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

import attrs

from casewf.model.case import Actor, Case
from casewf.model.effects import Effect
from casewf.model.notice import Notice
from casewf.model.staff import Person
from casewf.model.workflow import Workflow

__all__ = [
    "AsyncConnector",
    "AsyncHook",
    "AsyncNotifier",
    "Clock",
    "Connector",
    "Delivery",
    "Directory",
    "Entropy",
    "Hook",
    "NamesFields",
    "Notice",
    "Notifier",
    "Outcome",
    "Person",
]


class Clock(Protocol):
    """The only source of time.

    An ``Engine`` asks once when it is made, and refuses what is no whole number, or none of the years 2000 to 2200:
    seconds (``time.time()``), milliseconds and nanoseconds are the usual mistakes.
    """

    def now(self) -> int:
        """The present instant in microseconds since 1970-01-01T00:00Z: ``time.time_ns() // 1000``."""


class Entropy(Protocol):
    """The only source of randomness, used for vault salts and case ids."""

    def token(self) -> str:
        """A fresh, unguessable text of 32 hexadecimal digits."""


class Directory(Protocol):
    """The host's organisation chart, its people, and who of them answers for what at an instant.

    Instants are microseconds since 1970-01-01T00:00Z. The engine asks with the present one, of its own clock, and
    keeps no answer beyond the command or the delivery that it is for. An exception lets a command fail, and a delivery
    be tried again later. ``casewf.testing.contracts.directory`` tests what is said here.
    """

    def lineage(self, org: str) -> tuple[str, ...]:
        """``org`` and the organisations above it, nearest first; empty for one that the chart does not know."""

    def people(self, role: str, org: str, at: int) -> Sequence[Person]:
        """Who answers for ``role`` in ``org`` itself at ``at``, in the order in which they are told, each once.

        Asked are those with the role in the organisation who are on duty then; all who have it if there is no roster
        for it, or nobody is on duty. In the place of one who is away comes the nearest deputy who is there: the first
        of his own, else the first of theirs. Who is away without any is left out while somebody else answers: first
        of those on duty, then of all who have the role. Only if nobody does are all who have the role told, away
        as they are, so that a warning never goes to nobody. Empty if nobody has the role there, whatever the instant.
        """

    def answers_for(self, person: str, at: int) -> Person | None:
        """Who is told at ``at`` what is for a person, such as the holder of a role; None for somebody unknown.

        That is the person himself; while he is away the nearest deputy who is there, as in ``people``; and he himself,
        away as he is, if there is none.
        """

    def actor(self, person: str, at: int) -> Actor | None:
        """The person as he may act at ``at``, or None for somebody unknown.

        That is: his own roles in his organisation with its ``lineage``, and in ``deputy_for`` everybody who is away
        then and for whom he is the nearest deputy who is there, each with that person's own roles, organisation and
        lineage. Whoever is away may still act himself, but stands in for nobody. A deputy belongs to the organisation
        of the person or to one above it, so that he sees what that person sees.
        """


def _no_notice(person: Person, lang: str) -> Notice:
    """There is nothing to tell people in a push, nor in the call of a hook."""
    raise ValueError(f"nobody is told of this delivery, neither {person.id!r} nor anybody else, in {lang!r}")


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
        workflow: the definition that the case goes by, or None where nobody knows it.
        notice: of a notification, what to tell one of the recipients, in ``"zh"`` or ``"en"``. Worked out when it is
            called, so that no sensitive value is unsealed for a notifier that does not ask (D5).
    """

    id: str
    case: Case
    effect: Effect
    values: Mapping[str, object] = attrs.field(factory=dict)
    recipients: tuple[Person, ...] = ()
    at: int = 0
    attempt: int = 1
    workflow: Workflow | None = attrs.field(default=None, repr=False)
    notice: Callable[[Person, str], Notice] = attrs.field(default=_no_notice, repr=False, eq=False)


@attrs.frozen(slots=True)
class Outcome:
    """What a connector answered.

    Attributes:
        ok: whether the other side took the payload.
        data: for the trigger of a success.
        error: why it did not take it.
        final: it never will, so the effect is given up at once, whatever waits its author wrote.
        retry_after: for how long it wants to be left alone, in microseconds; None if it did not say. The next attempt
            waits at least so long, but no longer than a day because of it.
    """

    ok: bool
    data: Mapping[str, object] = attrs.field(factory=dict)
    error: str = ""
    final: bool = False
    retry_after: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.instance_of(int))
    )


class Notifier(Protocol):
    """Tells people. Must be idempotent by ``delivery.id``; an exception means: try again later.

    ``casewf.errors.Undelivered`` says more: that it is of no use, or who was not told. ``SystemExit`` is an exception
    like any.
    """

    def notify(self, delivery: Delivery) -> None:
        """Tell the recipients. Those who have quiet hours are not among them; each comes by himself later (E6)."""


class Connector(Protocol):
    """Sends a case's data to another system. Must be idempotent by ``delivery.id``."""

    def push(self, delivery: Delivery) -> Outcome:
        """Send ``delivery.values``; an exception counts as ``Outcome(ok=False)``."""


@runtime_checkable
class NamesFields(Protocol):
    """A notifier or connector that goes by fields of cases which its host has named; optional.

    An engine that is given one refuses a name that no workflow has, as a misspelt one would only never be there.
    """

    @property
    def field_names(self) -> tuple[str, ...]:
        """The names."""


Hook: TypeAlias = Callable[[Delivery], None]
"""A host's function for ``hook: name``; an exception means: try again later, ``Undelivered`` may say more."""


class AsyncNotifier(Protocol):
    """A ``Notifier`` for an ``AsyncEngine``, which awaits it on the event loop of whoever called the engine.

    ``delivery.notice`` reads the store where it is called: ``await asyncio.to_thread(delivery.notice, person, lang)``.
    """

    async def notify(self, delivery: Delivery) -> None:
        """As ``Notifier.notify``."""


class AsyncConnector(Protocol):
    """A ``Connector`` for an ``AsyncEngine``."""

    async def push(self, delivery: Delivery) -> Outcome:
        """As ``Connector.push``."""


AsyncHook: TypeAlias = Callable[[Delivery], Awaitable[None]]
"""A ``Hook`` for an ``AsyncEngine``."""
