"""What an author writes under ``effects``: what a row or a rung means for the outside world (D2)."""

from __future__ import annotations

from collections.abc import Mapping
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


@attrs.frozen(slots=True, kw_only=True)
class OpenSpec:
    """Open a child case of this workflow.

    Attributes:
        workflow: the id of the child's workflow.
        values: its fields by expressions over this case's, worked out when the row is taken (D3).
        carry: sensitive fields of the same name that the child gets.
        org: the organisation the child belongs to, an expression; None for this case's own.
    """

    workflow: str
    values: Mapping[str, Expression] = attrs.field(factory=dict)
    carry: tuple[str, ...] = ()
    org: Expression | None = None


@attrs.frozen(slots=True, kw_only=True)
class MergeSpec:
    """Merge this case into the one whose id the text field ``into`` holds."""

    into: str


EffectSpec: TypeAlias = NotifySpec | HookSpec | PushSpec | OpenSpec | MergeSpec
