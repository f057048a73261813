"""What tests of workflows and adapters need: a clock that is moved by hand, stories, contract suites.

``stories`` are played by ``casewf.testing.story``; an adapter proves itself with ``casewf.testing.contracts``.
"""

from casewf.testing.clock import TestClock, at, instant_of

__all__ = ["TestClock", "at", "instant_of"]
