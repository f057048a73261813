"""What commands that run for long read and print: whole numbers within bounds, and the time of day."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable

from casewf.adapters.system import SystemClock


def number_within(least: int, most: int, what: str = "") -> Callable[[str], int]:
    """A reader of an option's whole number; another one is an error of usage."""

    def read(text: str) -> int:
        number = int(text) if text.isdecimal() and len(text) < 10 else least - 1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"a whole number{what}, {least} to {most}, not {text}")
        return number

    return read


def moment() -> str:
    """The present time, for people: with the machine's zone, to the second."""
    now = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=SystemClock().now())
    return now.astimezone().isoformat(sep=" ", timespec="seconds")
