"""Measure a simulated year: ``python tests/benchmarks/simulation.py [--days 366]``.

The other side of the ratio is the core alone: the very commands of the run, in the same order, at the same instants.
What is above 1 is the simulation's own work: arrivals, chance, queues, key figures. These times are those of the
processor. The year is measured by the clock on the wall, in one process and in two, as ``casewf simulate`` does it.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from casewf.core.decide import Refusal, advance  # noqa: E402 -- found only now
from casewf.core.program import compile_program  # noqa: E402
from casewf.model.case import Case  # noqa: E402
from casewf.model.commands import Command  # noqa: E402
from casewf.simulation import Result, Simulation, load_profile, measure, simulate  # noqa: E402

ROUNDS = 3
SAMPLE = 40
"""Days of the ratio: long enough to have all kinds of commands, short enough to keep them all."""


def run_time(days: int) -> tuple[float, Simulation]:
    """How long a run takes, key figures and all."""
    simulation = Simulation(load_profile("chongqing-2024").for_days(days))
    begin = time.process_time()
    simulation.run()
    measure(simulation)
    return time.process_time() - begin, simulation


def year_time(days: int, processes: int) -> tuple[float, Result]:
    """How long a whole run takes on the wall, from the profile's file to the figures."""
    begin = time.perf_counter()
    result = simulate(load_profile("chongqing-2024").for_days(days), processes=processes)
    return time.perf_counter() - begin, result


def recorded(days: int) -> list[tuple[int, str, Command]]:
    """The commands of a run in order."""
    found: list[tuple[int, str, Command]] = []
    simulation = Simulation(
        load_profile("chongqing-2024").for_days(days),
        watcher=lambda at, case, command, events: found.append((at, case, command)),
    )
    simulation.run()
    return found


def core_time(commands: list[tuple[int, str, Command]], above: dict[str, tuple[str, ...]]) -> float:
    """How long the core alone takes for them."""
    profile = load_profile("chongqing-2024")
    program = compile_program(profile.workflow, profile.calendars)
    cases: dict[str, Case | None] = {}
    begin = time.process_time()
    for at, name, command in commands:
        result = advance(program, cases.get(name), command, at, above)
        if isinstance(result, Refusal):
            raise TypeError(f"{name}: {command} is refused here")
        cases[name] = result[1]
    return time.process_time() - begin


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=366)
    days = parser.parse_args().days
    gc.collect()
    gc.freeze()
    gc.disable()
    (alone, result), (both, divided) = year_time(days, 1), year_time(days, 2)
    if divided != result:
        raise AssertionError("two processes found something else than one")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _, simulation = run_time(1)
    commands, above = recorded(SAMPLE), dict(simulation.organisations.above)
    pairs = [(run_time(SAMPLE)[0], core_time(commands, above)) for _ in range(ROUNDS)]
    whole, core = min(one for one, _ in pairs), min(one for _, one in pairs)
    print(
        f"{SAMPLE} days: {whole / core:.2f} times the core alone ({core / len(commands) * 1e6:.1f} us a command)"
    )
    print(
        f"{days} days: {alone:.1f} s in one process, {both:.1f} s in two ({alone / both:.2f} times as fast), "
        f"{sum(result.arrived.values()):,} cases, {result.commands:,} commands, {memory:.0f} MB at most"
    )


if __name__ == "__main__":
    main()
