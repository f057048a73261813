"""Where a text that a command made goes: into a file, or to standard output."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from casewf.cli.terminal import Terminal, UsageError


def write_output(text: str, path: str | None, out: Terminal) -> None:
    """Write a text in UTF-8 with plain line ends, whatever the terminal has, because it says so itself inside.

    Args:
        text: the text.
        path: the file, which is replaced; None for standard output.
        out: the terminal, which is told what was written.

    Raises:
        UsageError: the file cannot be written.
    """
    if path is None:
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:
            print(text, end="")
            return
        sys.stdout.flush()
        stream.write(text.encode())
        stream.flush()
        return
    try:
        with Path(path).open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise _cannot(path, error.strerror or str(error), out) from error
    print(out.say(f"已写入 {path}", f"written to {path}"))


def check_output(path: str, out: Terminal) -> None:
    """Look whether a file can be written, before the work of which it will tell; nothing is made.

    Raises:
        UsageError: as ``write_output``.
    """
    folder = Path(path).parent
    if Path(path).is_dir():
        raise _cannot(path, os.strerror(errno.EISDIR), out)
    if not folder.is_dir():
        raise _cannot(path, os.strerror(errno.ENOENT), out)
    if not os.access(path if Path(path).exists() else folder, os.W_OK):
        raise _cannot(path, os.strerror(errno.EACCES), out)


def _cannot(path: str, why: str, out: Terminal) -> UsageError:
    return UsageError(
        out.say(
            f"{path}：无法写入（{why}）；请换一个可以写入的位置",
            f"{path}: it cannot be written ({why}); name a place that can be",
        )
    )
