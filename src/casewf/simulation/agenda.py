"""What happens next: a heap of instants."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush
from typing import Any, Protocol, TypeAlias

__all__ = ["ANSWER", "ARRIVE", "BEFORE", "DONE", "ELAPSE", "GIVE_UP", "READY", "WAKE"]
__all__ += ["Agenda", "Entry", "Place", "in_turn"]

ELAPSE, DONE, READY, ANSWER, WAKE, GIVE_UP, ARRIVE = range(7)
"""What comes first at one instant: timers, whose own instants lie before it (E3), then what ends before what begins."""

# Any: what is to be done takes what it is done with, and nothing else is known of either.
Entry: TypeAlias = tuple[int, int, int, Callable[[Any, int], None], Any]
"""An instant, a kind, a turn; what is to be done, and with what."""
Place: TypeAlias = tuple[float, int, int]
"""A place in time: an instant, a kind and a turn."""
BEFORE: Place = (-1, 0, 0)
"""Before all that happens."""


class _Turned(Protocol):
    turn: int


def in_turn(number: int) -> int:
    """The first turn of the one with this number: before every turn of one with a higher number."""
    return number << 32


class Agenda:
    """What is to happen, in order: by instant, by kind, by the number of the case or the people, then as it was added.

    So the order at one instant does not depend on what else is in the agenda.

    Attributes:
        heap: the entries.
        present: the one that is happening.
        furthest: the last of those that have happened, by their order. What is added for an instant that is passing
            already can come before it.
    """

    __slots__ = ("furthest", "heap", "present")

    def __init__(self) -> None:
        self.heap: list[Entry] = []
        self.present: Entry | None = None
        self.furthest: Entry | None = None

    @property
    def place(self) -> Place:
        """Where in time the run is."""
        return BEFORE if self.furthest is None else self.furthest[:3]

    def add(self, at: int, kind: int, of: _Turned, do: Callable[[Any, int], None], what: object) -> None:
        """Let something happen at an instant; ``of`` is the case, the people or the stream that it is about."""
        of.turn += 1
        heappush(self.heap, (at, kind, of.turn, do, what))
