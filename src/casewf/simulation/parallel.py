"""A run in two processes: those who take the calls in one, everybody else in the other.

Most calls end where they are taken, and the others cross once, so the two sides have about as much to do. The result
is that of one process, to the byte: what chance decides is drawn by one side only, and what happens at one instant is
in an order that does not depend on the process. Where that cannot be, because a case goes back to those who take the
calls or both sides would draw the same, the run is done once more, in one process.
"""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TypeAlias

from casewf.errors import CasewfError
from casewf.kpi import Terms
from casewf.simulation.crossing import Arrivals, Departures
from casewf.simulation.entangled import Entangled
from casewf.simulation.measure import Account, account, measure
from casewf.simulation.processes import another, begin, ended_early, heard, kind_of_process, starting, tell
from casewf.simulation.profile import Profile
from casewf.simulation.result import Result
from casewf.simulation.run import Simulation

__all__ = ["compare", "simulate"]

_Given: TypeAlias = tuple[Profile, int, Mapping[str, int], Terms | None]

_WORTH_IT = 2_000
"""With fewer cases than these a run is over before another process has begun."""
_AT_A_TIME = 2_000
"""How many cases a finisher sees to."""


def simulate(
    profile: Profile,
    *,
    seed: int = 1,
    numbers: Mapping[str, int] | None = None,
    terms: Terms | None = None,
    processes: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Simulate a profile, and say what it shows.

    Args:
        profile: what is assumed.
        seed: the same seed, profile and casewf give the same result, in however many processes.
        numbers: how many people are in a group, or how many cases a stream has, instead of what the profile says.
        terms: what the names of the workflow mean; by default ``terms_of`` it.
        processes: how many processes may be used; more than two are of no use. ``multiprocessing`` may start the
            other one anew (``spawn``), so a script needs its ``if __name__ == "__main__":``. Where none can be
            started, as by a process of a ``multiprocessing.Pool``, this one does it all.
        progress: is told now and then how much of the time has passed, and how much there is, in microseconds.

    Raises:
        SimulationError: too few people for the units, too many people or cases.
        BindingError: a calendar that the workflow names is missing.
        HorizonError: a calendar does not know the whole time, or a limit would end where it knows nothing.
    """
    given = profile, seed, dict(numbers or {}), terms
    simulation = _new(*given)
    if processes > 1 and _can_be_divided(simulation):
        try:
            return _front(simulation, given, progress)
        except (Entangled, CasewfError):  # what goes wrong goes wrong in one process, too, and is told there
            simulation = _new(*given)
    simulation.run(_told(simulation, progress))
    return measure(simulation, _name(given[2]))


def compare(
    profile: Profile,
    plans: Sequence[Mapping[str, int]],
    *,
    seed: int = 1,
    terms: Terms | None = None,
    processes: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """Simulate a profile several times, each time with other numbers, and say what each run shows.

    Args:
        profile: what is assumed.
        plans: the ``numbers`` of each run; they are its name, too.
        seed: for everything that chance decides, in each run alike.
        terms: what the names of the workflow mean; by default ``terms_of`` it.
        processes: how many processes may be used; each run is done by one. They are started as in ``simulate``.
        progress: is told how many runs are done, and how many there are.

    Raises:
        CasewfError: as in ``simulate``.
    """
    runs = [(profile, seed, dict(numbers), terms) for numbers in plans]
    for one in runs:
        _new(*one)  # what cannot be simulated is told before any time is spent
    found: list[Result] = []
    with suppress(BrokenProcessPool, Entangled):
        _share_out(runs, found, min(processes, len(runs)), progress)
    # what no other process has done is done here
    _gather(found, map(_one_of_several, runs[len(found) :]), len(runs), progress)
    return found


def _share_out(
    runs: Sequence[_Given], found: list[Result], processes: int, progress: Callable[[int, int], None] | None
) -> None:
    """Let other processes do the runs, if there is more than one of them.

    Raises:
        Entangled: none can be started.
        BrokenProcessPool: one of them ended before it was done.
    """
    kind = kind_of_process()
    if processes < 2 or kind is None:
        return
    with ProcessPoolExecutor(processes, mp_context=kind, initializer=begin) as others, ended_early():
        with starting():
            results = others.map(_one_of_several, runs)
        _gather(found, results, len(runs), progress)


def _one_of_several(given: _Given) -> Result:
    profile, seed, numbers, terms = given
    try:
        return simulate(profile, seed=seed, numbers=numbers, terms=terms)
    finally:
        gc.collect()


def _gather(
    found: list[Result], results: Iterable[Result], number: int, progress: Callable[[int, int], None] | None
) -> None:
    for result in results:
        found.append(result)
        if progress is not None:
            progress(len(found), number)


def _name(numbers: Mapping[str, int]) -> str:
    """What a run with these numbers is called."""
    return ", ".join(f"{one}={number}" for one, number in numbers.items())


def _new(profile: Profile, seed: int, numbers: Mapping[str, int], terms: Terms | None) -> Simulation:
    return Simulation(profile, seed=seed, numbers=numbers, terms=terms)


def _told(
    simulation: Simulation, progress: Callable[[int, int], None] | None
) -> Callable[[int], None] | None:
    if progress is None:
        return None
    begin, whole = simulation.begin, simulation.end - simulation.begin
    return lambda at: progress(at - begin, whole)


def _takers(simulation: Simulation) -> frozenset[str]:
    """The groups that take the calls."""
    return frozenset(stream.spec.by for stream in simulation.streams)


def _can_be_divided(simulation: Simulation) -> bool:
    cases = sum(len(stream.times) for stream in simulation.streams)
    return cases >= _WORTH_IT and not simulation.groups.keys() <= _takers(simulation)


def _front(simulation: Simulation, given: _Given, progress: Callable[[int, int], None] | None) -> Result:
    """Simulate those who take the calls here, and everybody else in another process.

    Raises:
        Entangled: it cannot be done so.
    """
    told = _told(simulation, progress)
    with another(_back) as other:
        tell(other, pickle.dumps(given))
        departures = Departures(simulation, other)
        simulation.divide(simulation.groups.keys() - _takers(simulation), departures.send)

        def passing(at: int) -> None:
            departures.tell()
            if told is not None:
                told(at)

        simulation.run(passing)
        departures.end()
        back: Account = heard(other)
    if back.drawn & simulation.source.drawn():
        raise Entangled
    return measure(simulation, _name(given[2]), back)


def _back(other: Connection) -> None:
    """Simulate those who take no calls, with the cases that come from the other process; ends with an account."""
    given: _Given = heard(other)
    simulation = _new(*given)
    simulation.divide(_takers(simulation))
    simulation.run(arrivals=Arrivals(simulation, other))
    tell(other, pickle.dumps(account(simulation)))
