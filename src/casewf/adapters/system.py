"""The system's clock: the only place in casewf that reads the wall clock."""

from __future__ import annotations

import time


class SystemClock:
    """The present instant of this machine."""

    def now(self) -> int:
        """Microseconds since 1970-01-01T00:00Z."""
        return time.time_ns() // 1000  # noqa: TID251  # the one reader of the wall clock
