"""How far a long command has come, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress"]


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where that is a terminal and the extra ``simulate`` is installed.

    Args:
        what: what stands before the bar.

    Yields:
        What is told how much is done, and how much there is to do.
    """
    bar = None
    if sys.stderr.isatty():
        try:
            from tqdm import tqdm  # noqa: PLC0415  # an extra
        except ImportError:
            pass
        else:
            tqdm.monitor_interval = 0  # no thread of its own: a bar is told often enough
            bar = tqdm(
                desc=what,
                unit="",
                leave=False,
                bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}",
            )
    try:
        yield lambda done, total: None if bar is None else _show(bar, done, total)
    finally:
        if bar is not None:
            bar.close()


def _show(bar: object, done: int, total: int) -> None:
    bar.total = total  # type: ignore[attr-defined]  # as below
    bar.n = done  # type: ignore[attr-defined]  # what the extra brings has no type where it is not installed
    bar.refresh()  # type: ignore[attr-defined]
