"""What happens next: a heap of instants."""

from __future__ import annotations

from heapq import heappush
from itertools import count

__all__ = ["ANSWER", "ARRIVE", "DONE", "ELAPSE", "GIVE_UP", "READY", "WAKE", "Agenda"]

ELAPSE, DONE, READY, ANSWER, WAKE, GIVE_UP, ARRIVE = range(7)
"""What comes first at one instant: timers, whose own instants lie before it (E3), then what ends before what begins."""


class Agenda:
    """What is to happen, as (instant, kind, number, what) in a heap; the number keeps the order of what was added."""

    __slots__ = ("_next", "heap")

    def __init__(self) -> None:
        self.heap: list[tuple[int, int, int, object]] = []
        self._next = count().__next__

    def add(self, at: int, kind: int, what: object) -> None:
        """Let something happen at an instant."""
        heappush(self.heap, (at, kind, self._next(), what))
