"""What tests of workflows and adapters need: a clock that is moved by hand, stories, contract suites.

``stories`` are played by ``casewf.testing.story``; an adapter proves itself with ``casewf.testing.contracts``.
pytest plays the stories that it finds by itself, see ``casewf.testing.plugin``.

Names are loaded when they are first used: pytest imports this package in every run, for its plugin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casewf.testing.clock import TestClock, at, instant_of

__all__ = ["TestClock", "at", "instant_of"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'casewf.testing' has no attribute {name!r}")
    from casewf.testing import clock  # noqa: PLC0415  # see above

    value: object = getattr(clock, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*globals(), *__all__))
