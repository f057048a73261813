"""``casewf worker``: do what is due with other workers on other machines, through a queue in PostgreSQL (E7, D2)."""

from __future__ import annotations

import argparse
import logging
import sys

from casewf.cli.engines import host_engine
from casewf.cli.numbers import moment, number_within
from casewf.cli.signals import stop_signals
from casewf.cli.terminal import add_lang, terminal
from casewf.cli.undelivered import telling_of_undelivered
from casewf.cli.waiting import patiently


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "worker",
        help="do what is due, together with workers on other machines (PostgreSQL)",
        description="Fires what is due and delivers effects with the host's engine, as one of any number of workers "
        "on one PostgreSQL database, until SIGINT or SIGTERM. It outlives restarts of the server. The queue of the "
        "workers (Procrastinate) stands in a schema of its own, which is made if it is not there.",
    )
    parser.add_argument(
        "--dsn",
        metavar="DSN",
        required=True,
        help="the database of the engine's store: postgresql://user@host/database",
    )
    parser.add_argument(
        "--app",
        metavar="MODULE:NAME",
        required=True,
        help="the host's Engine, or a function without arguments that returns it",
    )
    parser.add_argument(
        "--schema", metavar="NAME", default="casewf", help="where casewf's tables stand; casewf if not given"
    )
    parser.add_argument(
        "--concurrency",
        metavar="N",
        type=number_within(1, 100),
        default=4,
        help="how many cases and effects at a time; 4 if not given",
    )
    parser.add_argument(
        "--every",
        metavar="SECONDS",
        type=number_within(1, 60),
        default=5,
        help="from one look at what is due to the next; 5 if not given",
    )
    parser.add_argument("--once", action="store_true", help="do what is due now, and end")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Work until told to stop; 0 then, or when with ``--once`` nothing is left."""
    from casewf.workers.procrastinate import ProcrastinateWorker  # noqa: PLC0415  # an extra

    _quiet()
    with stop_signals() as stop:
        app = arguments.app
        engine = host_engine(app) if arguments.once else patiently(lambda: host_engine(app), stop)
        if engine is None:
            return 0
        worker = ProcrastinateWorker(
            engine,
            arguments.dsn,
            schema=arguments.schema,
            concurrency=arguments.concurrency,
            every=arguments.every,
            tell=_tell,
        )
        with telling_of_undelivered(terminal(arguments.lang)):
            if arguments.once:
                worker.run_once(stop)
            else:
                worker.run(stop)
    return 0


def _tell(trouble: str) -> None:
    print(f"{moment()}  casewf: {trouble}", file=sys.stderr, flush=True)


def _quiet() -> None:
    """Where the host has set up no log, what the queue and its driver tell of troubles does not reach the screen."""
    for name in ("procrastinate", "psycopg", "asyncio"):
        logging.getLogger(name).addHandler(logging.NullHandler())
