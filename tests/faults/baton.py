"""Threads of which exactly one runs, and a random number generator that says which: a run repeats from its seed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence

_PATIENCE = 30.0
"""Seconds of one run after which somebody must have lost the baton."""


class Baton:
    """Runs workers one at a time; each gives others a chance wherever it calls ``turn``.

    Args:
        chance: decides who is next; whoever runs may draw from it, too.
        handover: how probable it is that a turn goes to somebody drawn, perhaps the same.
    """

    def __init__(self, chance: random.Random, handover: float) -> None:
        self._chance = chance
        self._handover = handover
        self._locks: list[threading.Lock] = []
        self._alive: list[int] = []
        self._failures: list[BaseException] = []
        self._over = threading.Event()

    def run(self, works: Sequence[Callable[[], None]]) -> None:
        """Run all to their ends; the first exception of one comes out, after the others have ended.

        Raises:
            TimeoutError: somebody waits for something that only another worker could do.
        """
        self._locks = [threading.Lock() for _ in works]
        self._alive = list(range(len(works)))
        for lock in self._locks:
            lock.acquire()
        threads = [
            threading.Thread(target=self._work, args=(number, work), daemon=True)
            for number, work in enumerate(works)
        ]
        for thread in threads:
            thread.start()
        self._locks[self._chance.choice(self._alive)].release()
        if not self._over.wait(_PATIENCE):
            raise TimeoutError(f"workers {self._alive} have not ended")
        for thread in threads:
            thread.join(_PATIENCE)
        if self._failures:
            raise self._failures[0]

    def turn(self, me: int) -> None:
        """Let somebody else run here, or not."""
        if self._chance.random() < self._handover:
            other = self._chance.choice(self._alive)
            if other != me:
                self._locks[other].release()
                self._locks[me].acquire()

    def _work(self, me: int, work: Callable[[], None]) -> None:
        self._locks[me].acquire()
        try:
            work()
        except BaseException as failure:  # noqa: BLE001  # it is raised by run()
            self._failures.append(failure)
        finally:
            self._alive.remove(me)
            if self._alive:
                self._locks[self._chance.choice(self._alive)].release()
            else:
                self._over.set()
