"""A run in two processes: those who take the calls in one, everybody else in the other.

Most calls end where they are taken, and the others cross once, so the two sides have about as much to do. The result
is that of one process, to the byte: what chance decides is drawn by one side only, and what happens at one instant is
in an order that does not depend on the process. Where that cannot be, because a case goes back to those who take the
calls or both sides would draw the same, the run is done once more, in one process.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection
from typing import TypeAlias

from casewf.errors import CasewfError
from casewf.kpi import Terms
from casewf.simulation.crossing import Arrivals, Departures
from casewf.simulation.entangled import Entangled
from casewf.simulation.measure import measure
from casewf.simulation.processes import begin, heard, kind_of_process, run_and_tell
from casewf.simulation.profile import Profile
from casewf.simulation.result import Result
from casewf.simulation.run import Simulation

__all__ = ["compare", "simulate"]

_Given: TypeAlias = tuple[Profile, int, Mapping[str, int] | None, Terms | None]

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
            other one anew (``spawn``), so a script needs its ``if __name__ == "__main__":``.
        progress: is told now and then how much of the time has passed, and how much there is, in microseconds.

    Raises:
        SimulationError: too few people for the units, too many people or cases.
        BindingError: a calendar that the workflow names is missing.
        HorizonError: a calendar does not know the whole time, or a limit would end where it knows nothing.
    """
    given = profile, seed, numbers, terms
    simulation = _new(*given)
    if processes > 1 and _can_be_divided(simulation):
        try:
            return _front(simulation, given, progress)
        except (Entangled, CasewfError):  # what goes wrong goes wrong in one process, too, and is told there
            simulation = _new(*given)
    simulation.run(_told(simulation, progress))
    return measure(simulation, _name(numbers))


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
    runs = [(profile, seed, numbers, terms) for numbers in plans]
    for one in runs:
        _new(*one)  # what cannot be simulated is told before any time is spent
    if processes == 1:
        return _gathered(map(_one_of_several, runs), len(runs), progress)
    with ProcessPoolExecutor(
        min(processes, len(runs)), mp_context=kind_of_process(), initializer=begin
    ) as others:
        return _gathered(others.map(_one_of_several, runs), len(runs), progress)


def _one_of_several(given: _Given) -> Result:
    profile, seed, numbers, terms = given
    try:
        return simulate(profile, seed=seed, numbers=numbers, terms=terms)
    finally:
        gc.collect()


def _gathered(
    results: Iterable[Result], number: int, progress: Callable[[int, int], None] | None
) -> list[Result]:
    found: list[Result] = []
    for result in results:
        found.append(result)
        if progress is not None:
            progress(len(found), number)
    return found


def _name(numbers: Mapping[str, int] | None) -> str:
    """What a run with these numbers is called."""
    return ", ".join(f"{one}={number}" for one, number in (numbers or {}).items())


def _new(profile: Profile, seed: int, numbers: Mapping[str, int] | None, terms: Terms | None) -> Simulation:
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
    processes = kind_of_process()
    here, there = processes.Pipe()
    other = processes.Process(target=_back, args=(given, there, here), daemon=True)
    other.start()
    there.close()
    try:
        departures = Departures(simulation, here)
        simulation.divide(simulation.groups.keys() - _takers(simulation), departures.send)

        def passing(at: int) -> None:
            departures.tell()
            if told is not None:
                told(at)

        simulation.run(passing)
        departures.end()
        back = heard(here)
        if back.drawn & simulation.source.drawn():
            raise Entangled
        return measure(simulation, _name(given[2]), back)
    finally:
        here.close()
        other.terminate()
        other.join()


def _back(given: _Given, connection: Connection, far_end: Connection) -> None:
    """Simulate those who take no calls, with the cases that come from the other process; ends with an account."""
    far_end.close()  # else this process would not notice if the other one were killed
    begin()
    simulation = _new(*given)
    simulation.divide(_takers(simulation))
    run_and_tell(simulation, connection, Arrivals(simulation, connection))
