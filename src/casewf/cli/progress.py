"""How far a long command has come, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress"]


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where that is a terminal and the extra ``simulate`` is installed.

    Args:
        total: how much there is to do.
        what: what stands before the bar.

    Yields:
        What is told how much is done.
    """
    bar = None
    if sys.stderr.isatty():
        try:
            from tqdm import tqdm  # noqa: PLC0415  # an extra
        except ImportError:
            pass
        else:
            bar = tqdm(
                total=total,
                desc=what,
                unit="",
                leave=False,
                bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}",
            )
    try:
        yield lambda done: None if bar is None else _show(bar, done)
    finally:
        if bar is not None:
            bar.close()


def _show(bar: object, done: int) -> None:
    bar.n = done  # type: ignore[attr-defined]  # what the extra brings has no type where it is not installed
    bar.refresh()  # type: ignore[attr-defined]
