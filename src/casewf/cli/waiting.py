"""Waiting for a database server that is away when a service starts, as after a machine has booted."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from casewf.cli.numbers import moment
from casewf.errors import AdapterError

_T = TypeVar("_T")

_PAUSE_S = 1.0


def patiently(make: Callable[[], _T], stop: threading.Event) -> _T | None:
    """What ``make`` returns, which is tried until it does, each trouble told once; None if told to stop meanwhile.

    Raises:
        AdapterError: no waiting helps.
    """
    told = ""
    while not stop.is_set():
        try:
            return make()
        except AdapterError as error:
            if not error.retryable:
                raise
            if str(error) != told:
                told = str(error)
                print(f"{moment()}  casewf: {told}; waiting for it", file=sys.stderr, flush=True)
            stop.wait(_PAUSE_S)
    return None
