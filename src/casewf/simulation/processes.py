"""Other processes that a run is divided between: how they begin, how they end, and how they tell each other."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from casewf.simulation.entangled import Entangled

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext, SpawnContext

__all__ = ["another", "begin", "ended_early", "heard", "kind_of_process", "starting", "tell"]


def kind_of_process() -> ForkContext | SpawnContext | None:
    """How other processes begin: as copies of this one where that is safe, since they are there at once; else anew.

    None where they cannot begin: this one may have none (``daemon``), or its program cannot be read again (``stdin``).
    """
    if multiprocessing.current_process().daemon:
        return None
    if sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    program = getattr(sys.modules["__main__"], "__file__", None)
    if program is not None and not os.path.exists(program):
        return None
    return multiprocessing.get_context("spawn")


@contextmanager
def starting() -> Iterator[None]:
    """While other processes start, let an interrupt wait: until ``begin`` they would end with many words.

    Raises:
        Entangled: the system lets none start.
    """
    masked = None if sys.platform == "win32" else signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    except OSError as none:
        raise Entangled from none
    finally:
        if sys.platform != "win32" and masked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)


@contextmanager
def ended_early() -> Iterator[None]:
    """Should this be left by an error or an interrupt, end the processes that have begun since, whatever they do."""
    before = set(multiprocessing.active_children())
    try:
        yield
    except BaseException:
        for one in multiprocessing.active_children():
            if one not in before:
                one.terminate()
        raise


def begin() -> None:
    """Be a process that works for another one: it ends without a word when both are interrupted, and with the other."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    gc.disable()  # next to nothing that a run makes goes round in circles


def _end_with_the_other() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def another(work: Callable[[Connection], None]) -> Iterator[Connection]:
    """Another process that does some work; the connection to it. It ends with this context at the latest.

    Raises:
        Entangled: none can be started.
    """
    kind = kind_of_process()
    if kind is None:
        raise Entangled
    here, there = kind.Pipe()
    with here:
        with there:
            # what the work needs is told later: if it were given along, an end before that is read would go unnoticed
            other = kind.Process(target=_work, args=(work, there, here), daemon=True)
            with starting():
                other.start()
        try:
            yield here
        finally:
            other.terminate()
            other.join()


def _work(work: Callable[[Connection], None], connection: Connection, far_end: Connection) -> None:
    far_end.close()  # else this process would not notice if the other one were killed
    begin()
    with suppress(Exception):  # whatever goes wrong goes wrong in one process, too, and is told there
        work(connection)


def tell(connection: Connection, written: bytes | memoryview[int]) -> None:
    """Send another process something.

    Raises:
        Entangled: it is gone.
    """
    try:
        connection.send_bytes(written)
    except OSError as gone:
        raise Entangled from gone


def heard(connection: Connection) -> Any:  # whatever the other one has pickled
    """Wait for what another process has to say.

    Raises:
        Entangled: it ended without telling.
    """
    try:
        written = connection.recv_bytes()
    except (EOFError, OSError) as gone:
        raise Entangled from gone
    return pickle.loads(written)  # noqa: S301  # of our own process
