"""What is known while an effect is being delivered, to whatever its delivery calls (D2).

A hook is plain code of the host. What it fires must nevertheless be known as the effect's doing: so that a
second attempt does not move a case twice, so that a loop of effects is seen, and so that the delivery under
way goes on with what was added instead of a second one beginning inside it.
"""

from __future__ import annotations

from collections import Counter
from contextvars import ContextVar

import attrs

_current: ContextVar[Attempt | None] = ContextVar("casewf_attempt", default=None)


@attrs.define(slots=True, eq=False)
class Attempt:
    """One attempt at one effect, while it is under way; use it with ``with``.

    Attributes:
        effect_id: the effect's idempotency key.
        depth: how many effects led to what is done now, this one included.
        courier: who delivers it.
        cases: the cases that got new effects meanwhile.
    """

    effect_id: str
    depth: int
    courier: object
    cases: set[str] = attrs.field(factory=set)
    _accepted: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    _outer: Attempt | None = None

    def __enter__(self) -> Attempt:
        self._outer = _current.get()
        _current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _current.set(self._outer)

    def key(self, scope: str, name: str) -> str:
        """The idempotency key of the next command of this name in this scope (M7).

        Accepted commands are counted, so the n-th of a second attempt has the key of the n-th of the first.
        """
        return f"{self.effect_id} {name} {self._accepted[scope, name] + 1}"

    def accept(self, scope: str, name: str) -> None:
        """Count a command that was accepted."""
        self._accepted[scope, name] += 1

    def of(self, courier: object) -> Attempt | None:
        """The innermost attempt of this courier that is under way."""
        if self.courier is courier:
            return self
        return None if self._outer is None else self._outer.of(courier)


def current_attempt() -> Attempt | None:
    """The attempt that is under way in this thread, or None."""
    return _current.get()


def leave_attempt() -> None:
    """Be a caller of one's own from now on, in this context, whatever delivery it came from."""
    _current.set(None)


def current_depth() -> int:
    """How many effects led to what is being done now; 0 outside a delivery."""
    attempt = _current.get()
    return 0 if attempt is None else attempt.depth
