"""What was promised to hosts, and what the world outside has seen: to be compared with the store afterwards."""

from __future__ import annotations

from collections import Counter

import attrs


@attrs.frozen(slots=True)
class Asked:
    """A command of a host: who asked for what on which case, its key and its mark, and the version it expected."""

    name: str
    actor: str
    case: str
    key: str | None = None
    mark: str | None = None
    expect: int | None = None


@attrs.define(slots=True)
class Ledger:
    """The facts outside the store.

    Attributes:
        acknowledged: commands that returned.
        denied: marks of commands that were refused, or lost a race, and had no earlier try.
        again: marks of what hooks fired, accepted.
        attempted, delivered: how often the outside was asked, and took, the effect of this id.
        gave_up: effects that were dead at some time.
    """

    acknowledged: list[Asked] = attrs.field(factory=list)
    denied: set[str] = attrs.field(factory=set)
    again: set[str] = attrs.field(factory=set)
    attempted: Counter[str] = attrs.field(factory=Counter)
    delivered: Counter[str] = attrs.field(factory=Counter)
    gave_up: set[str] = attrs.field(factory=set)
