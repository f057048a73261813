"""What tests of a host, of workflows and of adapters need.

* ``TestClock`` moves time by hand, and fires and delivers on its way what becomes due; ``at`` reads local times.
* ``TestHost`` is an engine with a stand-in for everything outside; ``RecordingNotifier``, ``RecordingHook``,
  ``ScriptedConnector``, ``directory_of`` and ``FailingStore`` are those stand-ins alone, for an engine of your own.
* ``case_at`` puts a case where a test begins; ``look`` and ``observer`` read one.
* ``Scenario`` tells a story in Python; ``casewf.testing.story`` plays those in files, and pytest finds them by itself.
* ``CaseFlow`` walks a workflow at random against every rule; ``casewf.testing.strategies`` are what it is made of.
* The ``assert_…`` functions look at one effect, one rung, one limit or one refusal.

The fixtures ``casewf_start``, ``casewf_clock`` and ``casewf_host`` come with ``casewf.testing.plugin``, and an adapter
proves itself with ``casewf.testing.contracts``. Names are loaded when they are first used: pytest imports this package
in every run, for its plugin.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casewf.testing.clock import TestClock, at, instant_of
    from casewf.testing.effect_assertions import assert_called, assert_nobody_told, assert_pushed, assert_told
    from casewf.testing.failing_store import FailingStore
    from casewf.testing.flow import CaseFlow
    from casewf.testing.host import TestHost
    from casewf.testing.limit_assertions import assert_due, assert_refused, assert_rung, assert_rung_waits
    from casewf.testing.looking import look, observer
    from casewf.testing.people import directory_of
    from casewf.testing.position import case_at
    from casewf.testing.recorders import RecordingHook, RecordingNotifier, ScriptedConnector, Told
    from casewf.testing.scenario import Scenario

__all__ = [
    "CaseFlow",
    "FailingStore",
    "RecordingHook",
    "RecordingNotifier",
    "Scenario",
    "ScriptedConnector",
    "TestClock",
    "TestHost",
    "Told",
    "assert_called",
    "assert_due",
    "assert_nobody_told",
    "assert_pushed",
    "assert_refused",
    "assert_rung",
    "assert_rung_waits",
    "assert_told",
    "at",
    "case_at",
    "directory_of",
    "instant_of",
    "look",
    "observer",
]

_MODULES = {
    "clock": ("TestClock", "at", "instant_of"),
    "effect_assertions": ("assert_called", "assert_nobody_told", "assert_pushed", "assert_told"),
    "failing_store": ("FailingStore",),
    "flow": ("CaseFlow",),
    "host": ("TestHost",),
    "limit_assertions": ("assert_due", "assert_refused", "assert_rung", "assert_rung_waits"),
    "looking": ("look", "observer"),
    "people": ("directory_of",),
    "position": ("case_at",),
    "recorders": ("RecordingHook", "RecordingNotifier", "ScriptedConnector", "Told"),
    "scenario": ("Scenario",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'casewf.testing' has no attribute {name!r}")
    value: object = getattr(import_module(f"casewf.testing.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*globals(), *__all__))
