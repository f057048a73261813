"""A line on standard error for each effect that fails or is given up, from the log, where the host has set up none."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from casewf.cli.numbers import moment
from casewf.cli.terminal import Terminal
from casewf.engine.unbound import KIND


@contextmanager
def telling_of_undelivered(out: Terminal) -> Iterator[None]:
    """Tell of such effects meanwhile; enter it when the host's modules, which may set up the log, are there."""
    log = logging.getLogger("casewf")
    if any(
        not isinstance(one, logging.NullHandler) for one in (*logging.getLogger().handlers, *log.handlers)
    ):
        yield
        return
    handler = _Lines(out)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


class _Lines(logging.Handler):
    """Prints what becomes of effects; the texts of errors are no part of the log (D5), and stand in the outbox."""

    def __init__(self, out: Terminal) -> None:
        super().__init__(logging.WARNING)
        self._out = out

    def emit(self, record: logging.LogRecord) -> None:
        text = self._text(vars(record))
        if text:
            print(f"{moment()}  casewf: {text}", file=sys.stderr, flush=True)

    def _text(self, found: Mapping[str, object]) -> str:
        say = self._out.say
        if found.get("kind") == KIND:
            zh, en = "本引擎缺少投递所需的绑定", "nothing here delivers it, so it is left to others"
            return f"{found['about']}: {say(zh, en)}; {say('须传入什么，见', 'what to pass:')} casewf outbox"
        if found.get("event") not in ("effect.failed", "effect.dead"):
            return ""
        due = found.get("due_at")
        zh, en = ("已放弃", "given up") if due is None else (f"{due} 重试", f"to be tried again at {due}")
        why = found["error_type"] or say("对方未接收", "not taken")
        return (
            f"{found['effect']} {found['destination']}: "
            + say(
                f"第{found['attempt']}次未成功（{why}），{zh}",
                f"attempt {found['attempt']} failed ({why}), {en}",
            )
            + f"; {say('原因见', 'the reason:')} casewf outbox"
        )
