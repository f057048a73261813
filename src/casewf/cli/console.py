"""Asking on the terminal, line by line; what comes through a pipe is echoed, so that what is printed reads the same."""

from __future__ import annotations

import contextlib
import io
import sys

from casewf.model.plain_text import printable

__all__ = ["Console"]


class Console:
    """Where questions are asked and answers come from."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdin is not None and sys.stdin.isatty()
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        if self._is_terminal:
            with contextlib.suppress(ImportError):
                import readline  # noqa: F401, PLC0415  # its import lets `input` edit the line, where there is one

    def ask(self, prompt: str) -> str:
        """The line that is typed, without its end.

        Raises:
            EOFError: there is none any more.
        """
        if self._is_terminal:
            try:
                return input(prompt)
            except EOFError:
                print()
                raise
        print(prompt, end="", flush=True)
        line = "" if sys.stdin is None else sys.stdin.readline()
        if not line:
            print()
            raise EOFError
        answer = line.rstrip("\r\n")
        print(printable(answer))
        return answer
