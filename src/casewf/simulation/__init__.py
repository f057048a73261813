"""Simulation of a district: the same core in virtual time, with calls, staff and chance from a profile.

::

    from casewf.simulation import load_profile, simulate

    result = simulate(load_profile("chongqing-2024"), seed=1)

``run.py`` lets time pass, ``work.py`` says who does what next, ``parallel.py`` divides a run between two processes,
``profile_file.py`` reads what is assumed.
"""

from casewf.simulation.measure import measure
from casewf.simulation.parallel import compare, simulate
from casewf.simulation.profile import Profile
from casewf.simulation.profile_file import load_profile, packaged_profiles, parse_profile
from casewf.simulation.result import GroupResult, Result, Spread
from casewf.simulation.run import Simulation, Watcher

__all__ = [
    "GroupResult",
    "Profile",
    "Result",
    "Simulation",
    "Spread",
    "Watcher",
    "compare",
    "load_profile",
    "measure",
    "packaged_profiles",
    "parse_profile",
    "simulate",
]
