"""What the terminal is like: its language, its width, its colours, its encoding."""

from __future__ import annotations

import argparse
import io
import logging
import os
import shutil
import sys
from collections.abc import Mapping

import attrs

from casewf.errors import CasewfError
from casewf.views.text import Paint

_PIPE_COLUMNS = 110
_NARROWEST, _WIDEST = 60, 140


class UsageError(CasewfError):
    """What was asked for on the command line cannot be done; the message says why, in the language of the output."""


@attrs.frozen(slots=True)
class Terminal:
    """How to print: in which language, how wide, with colours or without."""

    lang: str
    columns: int
    colour: bool

    @property
    def paint(self) -> Paint:
        """Puts colours on texts, or leaves them."""
        return Paint(self.colour)

    def say(self, zh: str, en: str) -> str:
        """One of the two."""
        return zh if self.lang == "zh" else en


def add_lang(parser: argparse.ArgumentParser) -> None:
    """The option ``--lang``, the same for every command."""
    parser.add_argument(
        "--lang", choices=("zh", "en"), help="language of the output; by default that of the locale"
    )


def terminal(lang: str | None) -> Terminal:
    """The terminal that standard output goes to; a pipe is 110 columns wide and gets no colours."""
    columns = shutil.get_terminal_size((_PIPE_COLUMNS, 24)).columns
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Terminal(lang or language(os.environ), min(max(columns, _NARROWEST), _WIDEST), colour)


def language(environment: Mapping[str, str]) -> str:
    """``zh`` for a Chinese locale in ``LC_ALL``, else in ``LANG``; ``en`` for any other, or none."""
    locale = environment.get("LC_ALL") or environment.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


def prepare_output() -> None:
    """Make sure that no text fails to be printed, and that nothing is told twice.

    Python prints warnings of the log where nobody has set one up; commands say the same in their own words.

    An ASCII locale is nearly always one that nobody chose, so it becomes UTF-8; another one stays, and what
    it does not have is printed as ``?``.
    """
    log = logging.getLogger("casewf")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if stream.encoding.lower() in ("ascii", "us-ascii", "ansi_x3.4-1968", "646"):
            stream.reconfigure(encoding="utf-8", errors="replace")
        else:
            stream.reconfigure(errors="replace")
