"""Which known name was probably meant by a wrong one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["nearest"]

_LONGEST = 100
_MOST_COMPARED = 100
"""How many names are held against a wrong one; a file can have thousands of both."""


def nearest(wanted: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; empty if none is close. Of very many only the likeliest are compared."""
    names, wanted = list(known), wanted[:_LONGEST]
    if len(names) > _MOST_COMPARED:
        alike = [name for name in names if name[:2] == wanted[:2]]
        names = sorted(alike, key=lambda name: abs(len(name) - len(wanted)))[:_MOST_COMPARED]
    return next(iter(difflib.get_close_matches(wanted, names, n=1)), "")
