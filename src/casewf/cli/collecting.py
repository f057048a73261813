"""How often a command looks for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["not_collecting", "seldom_collecting"]

_MADE = 200_000
"""How many more objects are made than are freed before the youngest are looked at; Python's own 700 suit programs that
run on and on."""


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let garbage be looked for seldom.

    What is made of a file that is read, and of what is found in it, stays until the command ends, and has next to no
    cycles; to look through it again and again takes a third of the time that ``lint`` needs for a long one.
    """
    before = gc.get_threshold()
    gc.set_threshold(_MADE, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def not_collecting() -> Iterator[None]:
    """Let no garbage be looked for: for work that makes very much, and none of it in cycles.

    What is there already is set aside first, so that it is not looked through afterwards either.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
