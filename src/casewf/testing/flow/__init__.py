"""Walks through a workflow at random, every step held against the rules: ``CaseFlow``.

* ``machine.py``, ``turns.py``: ``CaseFlow``, what happens in a walk
* ``shorten.py``, ``told.py``: what a failure needs, and its story
* ``moves.py``, ``clocks.py``, ``ladder.py``, ``durability.py``: the rules M, K, E and D as properties
* ``seen.py``, ``watcher.py``: what is known of the cases, and who looks
* ``setting.py``, ``world.py``: what a walk begins with, and its engine, clock and outside

Needs Hypothesis (``pip install casewf[testing]``).
"""

from casewf.testing.flow.machine import WALKING, CaseFlow
from casewf.testing.flow.watcher import RuleBroken

__all__ = ["WALKING", "CaseFlow", "RuleBroken"]
