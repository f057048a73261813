"""How long an effect waits after a failed attempt, and when it is given up (D2).

A wait is derived from the effect and the attempt: the same for everybody who computes it, another for every effect.
"""

from __future__ import annotations

import hashlib

from casewf.model.effects import Push
from casewf.ports.stored import OutboxRow

_SECOND = 1_000_000
_HOUR = 3600 * _SECOND

ATTEMPTS = 8
"""How often notifications and hooks, which name no waits of their own, are tried."""

FIRST_CEILING, FACTOR, LAST_CEILING = 30 * _SECOND, 4, 6 * _HOUR
"""The ceiling of their first wait in microseconds, by how much each next one is higher, and the highest one."""

LONGEST_ASKED = 24 * _HOUR
"""For how long at most a receiver may ask to be left alone: its lane waits, too."""


def wait_after(row: OutboxRow, retry_after: int | None = None) -> int | None:
    """How long in microseconds a row waits whose attempt has just failed, or None if it was the last one.

    A push waits as its author wrote, less up to a twentieth: his waits are a promise, so they are spread only a little.
    Notifications and hooks back off exponentially with full jitter: after the n-th failure anything up to the n-th
    ceiling, so that what an outage made fail together comes back evenly.

    Args:
        row: as it was before the attempt.
        retry_after: what the receiver asked for, in microseconds; nobody waits for less, or longer than
            ``LONGEST_ASKED`` because of it.
    """
    asked = min(retry_after or 0, LONGEST_ASKED)
    if isinstance(row.effect, Push):
        waits = row.effect.retry
        if row.attempts >= len(waits):
            return None
        wait = waits[row.attempts]
        return max(wait - _share(row, wait // 20), asked)
    if row.attempts >= ATTEMPTS - 1:
        return None
    return max(1 + _share(row, ceiling(row.attempts) - 1), asked)


def ceiling(attempts: int) -> int:
    """The longest wait of a notification or a hook after so many attempts before the one that failed."""
    return min(FIRST_CEILING * int(FACTOR**attempts), LAST_CEILING)


def _share(row: OutboxRow, most: int) -> int:
    """A number from 0 to ``most``, evenly distributed over effects and attempts."""
    digest = hashlib.sha256(f"{row.id} {row.attempts}".encode()).digest()
    return int.from_bytes(digest[:8]) * (most + 1) >> 64
