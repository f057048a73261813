"""How the assertions of ``casewf.testing`` fail: expected, found, and what there was nearby."""

from __future__ import annotations

from collections.abc import Iterable, Sized
from typing import NoReturn

__all__ = ["enough", "fail", "in_all", "often"]

_MOST_SHOWN = 12


def fail(expected: str, found: str, what: str, nearby: Iterable[str]) -> NoReturn:
    """Expected, found, and what there was nearby, the latest last."""
    __tracebackhide__ = True
    lines = list(nearby)
    more = [f"… {len(lines) - _MOST_SHOWN} before"] if len(lines) > _MOST_SHOWN else []
    shown_lines = "".join(f"\n  {line}" for line in (*more, *lines[-_MOST_SHOWN:]))
    around = f"\n{what}:{shown_lines or ' none'}" if what else ""
    raise AssertionError(f"expected: {expected}\nfound: {found}{around}")


def enough(found: Sized, times: int | None) -> bool:
    """Whether something was found so often; with None at least once.

    Raises:
        ValueError: ``times`` is less than 1.
    """
    if times is not None and times < 1:
        raise ValueError(f"times must be at least 1, got {times}; that something never was, say otherwise")
    return len(found) == times if times is not None else len(found) > 0


def often(count: int) -> str:
    """``never``, ``once`` or ``3 times``."""
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def in_all(times: int | None) -> str:
    """The same after a sentence; nothing if any number will do."""
    return "" if times is None else f" {often(times)}"
