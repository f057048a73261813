"""What ends a run in several processes: it is begun again in one."""

from __future__ import annotations

__all__ = ["Entangled"]


class Entangled(Exception):  # noqa: N818  # no failure: the run is done in one process instead
    """Processes that simulate one run would have to know of each other what they cannot."""
