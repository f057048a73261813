"""What commands of operators read and print: whole numbers within bounds, the time of day, stored instants."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable

from casewf.adapters.system import SystemClock

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


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
    now = _EPOCH + dt.timedelta(microseconds=SystemClock().now())
    return now.astimezone().isoformat(sep=" ", timespec="seconds")


def instant_text(instant: int) -> str:
    """A stored instant for people, in the machine's zone, to the second."""
    return _shown(instant, lambda moment: f"{moment.astimezone():%Y-%m-%d %H:%M:%S}")


def instant_iso(instant: int) -> str:
    """A stored instant for programs, in UTC."""
    return _shown(instant, dt.datetime.isoformat)


def _shown(instant: int, write: Callable[[dt.datetime], str]) -> str:
    """What ``write`` makes of it; the bare number of microseconds where a damaged file holds what no calendar has."""
    try:
        return write(_EPOCH + dt.timedelta(microseconds=instant))
    except OverflowError:
        return f"{instant} µs"
