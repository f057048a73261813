"""Other processes that a run is divided between: how they begin, and how they tell what they have seen."""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import signal
import sys
import threading
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from casewf.errors import CasewfError
from casewf.simulation.crossing import Arrivals
from casewf.simulation.entangled import Entangled
from casewf.simulation.measure import Account, account
from casewf.simulation.run import Simulation

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext, SpawnContext

__all__ = ["begin", "heard", "kind_of_process", "run_and_tell"]


def kind_of_process() -> ForkContext | SpawnContext:
    """How other processes begin: as copies of this one where that is safe, since they are there at once; else anew."""
    if sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def begin() -> None:
    """Be a process that works for another one, and ends without a word when both are interrupted."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()  # next to nothing that a run makes goes round in circles


def run_and_tell(simulation: Simulation, connection: Connection, arrivals: Arrivals | None = None) -> None:
    """Run a part of a simulation, and tell the other process what was seen; nothing if it cannot be done."""
    try:
        simulation.run(arrivals=arrivals)
        connection.send_bytes(pickle.dumps(account(simulation)))
    except (Entangled, CasewfError):
        connection.close()


def heard(connection: Connection) -> Account:
    """Wait for what another process has seen.

    Raises:
        Entangled: it ended without telling.
    """
    try:
        found: Account = pickle.loads(connection.recv_bytes())  # noqa: S301  # of our own process
    except (EOFError, OSError) as gone:
        raise Entangled from gone
    return found
