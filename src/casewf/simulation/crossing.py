"""How a case crosses from one process of a run to the other: what is sent, and in which order it arrives.

One process simulates those who take the calls, the other everybody else. A case crosses once, when its next step is one
of the others'; if somebody is just done with the step before, what that was for is done over there. It is sent with
the instant, the kind and the turn of what was happening, so that the other process goes on with it at the very place
in time at which one process alone would have.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable, Sequence
from heapq import heappush
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, TypeAlias

from casewf.errors import InternalError
from casewf.simulation.agenda import BEFORE, Entry, Place
from casewf.simulation.entangled import Entangled
from casewf.simulation.processes import tell

if TYPE_CHECKING:
    from casewf.simulation.run import Simulation
    from casewf.simulation.running import Running
    from casewf.simulation.staff import Person
    from casewf.simulation.task import Slot

__all__ = ["Arrivals", "Departures"]

_MANY = 64
"""So many cases are sent at once."""
_Crossed: TypeAlias = list[tuple[Place, list[tuple["Running", str, "Person | None"]]]]
"""By when they crossed, the cases, each with the key of its course and who has still to do what its step is for."""

_NEVER: Place = (float("inf"), 0, 0)


class Departures:
    """Sends cases to the other process.

    Args:
        simulation: the side that they leave.
        connection: where to.
    """

    def __init__(self, simulation: Simulation, connection: Connection) -> None:
        self._simulation = simulation
        self._connection = connection
        numbers = {id(one): number for number, one in enumerate(simulation.fixtures)}
        self._as_fixtures = dict.fromkeys(
            map(type, simulation.fixtures), lambda one: (fixture, (numbers[id(one)],))
        )
        self._ready: _Crossed = []
        self._count = 0
        self._last: Entry | None = None

    def send(self, one: Running, slot: Slot, person: Person | None) -> None:
        """Let a case go on over there, as ``Work.cross`` says.

        Raises:
            Entangled: something else is under way with it here, no place in time is between this case and the one
                before, or the other process is gone.
        """
        if one.awaited or any(
            other is not slot and other.alive and other.node for other in one.slots.values()
        ):
            raise Entangled
        one.gone = True
        self._simulation.under_way.pop(one.case.id)
        agenda = self._simulation.agenda
        now = agenda.place
        if not self._ready or self._ready[-1][0] != now:
            if self._count >= _MANY:
                self._flush(self._ready, now)
            self._ready.append((now, []))
        elif agenda.present is not self._last:
            raise Entangled  # something can happen over there between the two, and only one process would know
        self._last = agenda.present
        self._ready[-1][1].append((one, slot.key, person))
        self._count += 1

    def tell(self) -> None:
        """Say how far this side has come, so that the other one need not wait for it."""
        now = self._simulation.agenda.place
        later = self._ready[-1:] if self._ready and self._ready[-1][0] == now else []
        self._flush(self._ready[: len(self._ready) - len(later)], now)
        self._ready = later

    def end(self) -> None:
        """Say that none comes any more."""
        self._flush(self._ready, _NEVER)

    def _flush(self, crossed: _Crossed, now: Place) -> None:
        written = io.BytesIO()
        pickler = pickle.Pickler(written, protocol=pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = self._as_fixtures
        pickler.dump((now, crossed))
        tell(self._connection, written.getbuffer())
        self._ready = []
        self._count = 0


class Arrivals:
    """Takes in the cases that cross to this side.

    Args:
        simulation: this side.
        connection: where they come from.

    Attributes:
        known: all that crosses before it has come; what happens from then on must wait.
    """

    def __init__(self, simulation: Simulation, connection: Connection) -> None:
        self._simulation = simulation
        self._connection = connection
        self._fixtures = simulation.fixtures
        self.known = BEFORE

    def receive(self, heap: list[Entry]) -> bool:
        """Wait for the next that crossed, and put it into the agenda; whether there was any.

        Raises:
            Entangled: the other process is gone.
        """
        if self.known is _NEVER:
            return False
        try:
            written = self._connection.recv_bytes()
        except (EOFError, OSError) as gone:
            raise Entangled from gone
        now, crossed = _Unpickler(io.BytesIO(written), self._fixtures).load()
        for (at, kind, turn), cases in crossed:
            heappush(heap, (at, kind, turn, self._take_in, cases))
        self.known = now if now < _NEVER else _NEVER
        return True

    def _take_in(self, cases: Iterable[tuple[Running, str, Person | None]], now: int) -> None:
        for one, key, person in cases:
            self._simulation.take_in(one, one.slots[key], person, now)


def fixture(number: int) -> object:
    """Stands for what every run of the profile has; ``_Unpickler`` puts the thing itself in its place."""
    raise InternalError(f"the fixture {number} of a run was read outside of it")


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, fixtures: Sequence[object]) -> None:
        super().__init__(file)
        self._fixtures = fixtures

    def find_class(self, module: str, name: str) -> object:
        """What a name stands for."""
        if (module, name) == (__name__, fixture.__name__):
            return self._fixtures.__getitem__
        return super().find_class(module, name)
