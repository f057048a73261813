"""``casewf sweep``: fire what is due, once or again and again; with the host's engine also deliver effects (E7, D2)."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import attrs

from casewf.cli.engines import add_source, opened_engine
from casewf.cli.numbers import moment, number_within
from casewf.cli.showing import counted
from casewf.cli.signals import stop_signals
from casewf.cli.terminal import Terminal, add_lang, terminal
from casewf.cli.undelivered import telling_of_undelivered
from casewf.cli.waiting import patiently
from casewf.engine.delivery import DeliveryReport
from casewf.engine.engine import Engine
from casewf.engine.sweep import SweepReport
from casewf.errors import AdapterError

_TOLD = 10
"""How many failed cases are told in full; the line of the round counts them, and the incidents have them all."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "sweep",
        help="fire the rungs and breaches that are due",
        description="Fires what is due on all cases. With --app the host's engine does it and delivers effects. "
        "With --db the file is enough, but effects stay in the outbox for the host's deliver(), and a case whose "
        "timers give it to an organisation or start a clock fails: only the host has the directory and the "
        "calendars for that.",
    )
    add_source(parser)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--once", action="store_true", help="one round; 1 if a case failed")
    mode.add_argument("--watch", action="store_true", help="round after round, until SIGINT or SIGTERM")
    parser.add_argument(
        "--every",
        metavar="SECONDS",
        type=number_within(1, 86_400, " of seconds"),
        default=60,
        help="pause between rounds; 60 if not given",
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Sweep; 0 unless a case failed in the only round, or it could not be done."""
    out = terminal(arguments.lang)
    with ExitStack() as stack:
        stop = stack.enter_context(stop_signals())

        def opened() -> Engine:
            return stack.enter_context(opened_engine(arguments))

        engine = opened() if arguments.once else patiently(opened, stop)
        if engine is None:
            return 0
        stack.enter_context(telling_of_undelivered(out))
        sweeper = _Sweeper(engine=engine, deliver=arguments.app is not None, stop=stop.is_set)
        if arguments.once:
            done = sweeper.round()
            print(done.text(out))
            _tell_failures(engine, done.swept.failed, out)
            return 1 if done.swept.failed else 0
        _watch(sweeper, stop, arguments.every, out)
    return 0


@attrs.frozen(slots=True)
class _Round:
    """What one round did."""

    swept: SweepReport
    delivered: DeliveryReport

    def text(self, out: Terminal) -> str:
        """One line that says it."""
        swept, sent = self.swept, self.delivered
        parts = [
            out.say(
                f"处理{swept.cases}件工单，{swept.events}个事件",
                f"{counted(swept.cases, 'case')}, {counted(swept.events, 'event')}",
            )
        ]
        for number, zh, en in (
            (sent.delivered, "送达", "delivered"),
            (sent.delayed, "待重试", "to be tried again"),
            (sent.dead, "放弃", "given up"),
        ):
            if number:
                parts.append(out.say(f"{zh}{number}项", f"{counted(number, 'effect')} {en}"))
        if swept.failed:
            number = len(swept.failed)
            parts.append(out.say(f"失败{number}件", f"{counted(number, 'case')} failed"))
        return out.say("；", "; ").join(parts)


@attrs.frozen(slots=True, kw_only=True)
class _Sweeper:
    """An engine whose rounds can be stopped between two cases and between two effects."""

    engine: Engine
    deliver: bool
    stop: Callable[[], bool]

    def round(self) -> _Round:
        """Sweep once, then deliver if the engine is the host's."""
        swept = self.engine.sweep(stop=self.stop)
        return _Round(swept, self.engine.deliver(stop=self.stop) if self.deliver else DeliveryReport())


def _watch(sweeper: _Sweeper, stop: threading.Event, seconds: int, out: Terminal) -> None:
    """Do rounds until told to stop; a lock in the way is waited out (D1), a failed case told when it is new."""
    known: frozenset[str] = frozenset()
    while not stop.is_set():
        try:
            done = sweeper.round()
        except AdapterError as error:
            if not error.retryable:
                raise
            print(f"{moment()}  casewf: {error}", file=sys.stderr, flush=True)
        else:
            new = [case_id for case_id in done.swept.failed if case_id not in known]
            if new or done.swept.events or attrs.astuple(done.delivered) != (0, 0, 0):
                print(f"{moment()}  {done.text(out)}", flush=True)
            _tell_failures(sweeper.engine, new, out)
            known = frozenset(done.swept.failed)
        stop.wait(seconds)


def _tell_failures(engine: Engine, failed: Sequence[str], out: Terminal) -> None:
    for case_id in failed[:_TOLD]:
        detail = engine.incidents(case_id)[-1].detail
        print(f"casewf: {out.say('工单', 'case')} {case_id}: {detail}", file=sys.stderr, flush=True)
