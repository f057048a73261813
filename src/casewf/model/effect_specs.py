"""What an author writes under ``effects``: what a row or a rung means for the outside world (D2)."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from casewf.model.amount import Amount
from casewf.model.expression import Expression

WAIT, IGNORE = "wait", "ignore"
"""What a notification does about quiet hours (E6)."""


@attrs.frozen(slots=True, kw_only=True)
class NotifySpec:
    """Tell the people who have these roles on this case; ``quiet_hours`` is ``WAIT`` or ``IGNORE`` (E6)."""

    roles: tuple[str, ...]
    quiet_hours: str = WAIT


@attrs.frozen(slots=True, kw_only=True)
class HookSpec:
    """Call the host's hook of this name."""

    name: str


@attrs.frozen(slots=True, kw_only=True)
class SendIf:
    """Fields that go along only if the expression is met."""

    when: Expression
    fields: tuple[str, ...]


@attrs.frozen(slots=True, kw_only=True)
class PushSpec:
    """Send fields to a connector; its outcome comes back as a trigger.

    Attributes:
        connector: the name the host binds.
        send: the fields that go along.
        send_if: more fields, under a condition looked at when the row is taken.
        on_ok, on_fail: triggers fired as ``system`` with the outcome, or None.
        retry: waits before the second, third ... attempt; after the last one an incident.
    """

    connector: str
    send: tuple[str, ...] = ()
    send_if: SendIf | None = None
    on_ok: str | None = None
    on_fail: str | None = None
    retry: tuple[Amount, ...] = ()


EffectSpec: TypeAlias = NotifySpec | HookSpec | PushSpec
