"""Who may do something: roles, and the one role that belongs to the engine."""

from __future__ import annotations

import attrs

SYSTEM = "system"
"""The role of timers and connector outcomes; nobody else can have it."""


@attrs.frozen(slots=True, kw_only=True)
class By:
    """Who may fire a row: a role, and whether this case's holder of the role binds it (M11)."""

    role: str
    any: bool = False
