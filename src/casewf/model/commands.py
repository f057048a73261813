"""Commands: what somebody wants to happen to a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from casewf.model.case import Actor, Sealed

_NOTHING: Mapping[str, object] = {}


@attrs.frozen(slots=True)
class Open:
    """Open a case of the program's workflow.

    Attributes:
        org: the organisation the case belongs to, with the organisations above it in ``org_above``.
        data: field values by name.
        occurred_at: when it really came in, not after now; None means now.
    """

    case: str
    actor: Actor
    org: str | None = None
    org_above: tuple[str, ...] = ()
    data: Mapping[str, object] = _NOTHING
    occurred_at: int | None = None


@attrs.frozen(slots=True)
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


Command: TypeAlias = Open | Fire | Elapse
