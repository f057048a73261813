"""Arguments that are no texts: what a caller got wrong is said before anything is done."""

from __future__ import annotations


def check_switch(value: object, name: str) -> None:
    """Make sure that a switch is one: the text ``"no"`` is true for Python.

    Raises:
        TypeError: neither True nor False.
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {value!r}")


def check_number(value: object, name: str, least: int, most: int | None = None) -> None:
    """Make sure that a whole number is one, and within its bounds, both included.

    Raises:
        TypeError: no ``int``; True and False are none.
        ValueError: out of bounds.
    """
    bounds = f"{least} or more" if most is None else f"{least:,} to {most:,}"
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, {bounds}, got {value!r}")
    if value < least or (most is not None and value > most):
        raise ValueError(f"{name} must be {bounds}, got {value}")
