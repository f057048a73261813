"""Processes that fire cases in PostgreSQL at the same time, and in turns write the same rows by psycopg."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from benchmarks.copied_cases import raw_connection
from benchmarks.many_cases import HANDLER, HOUR, REPLY, START, HandClock, engine_on
from benchmarks.sweep import seconds, worked_out
from casewf.adapters.postgres import PostgresStore

_PATIENCE = 120


class _Writer:
    """One process's store, engine and plain connection."""

    def __init__(self, dsn: str, schema: str) -> None:
        self.store = PostgresStore(dsn, schema=schema)
        clock = HandClock()
        clock.at = START + HOUR
        self.engine = engine_on(self.store, clock)
        self.raw = raw_connection(dsn, schema)

    def fire(self, names: list[str]) -> None:
        for name in names:
            self.engine.fire(name, "answer", actor=HANDLER, data=REPLY)

    def write(self, appends: list[list[tuple[str, list[Any]]]]) -> None:
        for append in appends:
            raw_write(self.raw, append)


def raw_write(raw: Any, append: list[tuple[str, list[Any]]]) -> None:
    """Run the statements of one append in one transaction, without waiting for their answers one by one."""
    with raw.transaction(), raw.pipeline():
        for statement, rows in append:
            for row in rows:
                raw.execute(statement.replace("?", "%s"), row)


def _work(
    dsn: str, schema: str, turns: list[tuple[list[str], list[str]]], start: Barrier, told: Connection
) -> None:
    writer = _Writer(dsn, schema)
    prepared = [
        (ours, worked_out(writer, lambda theirs=theirs: writer.fire(theirs))) for ours, theirs in turns
    ]
    found = []
    for number, (ours, appends) in enumerate(prepared):
        pair = [0.0, 0.0]
        for side in (0, 1) if number % 2 else (1, 0):
            start.wait(_PATIENCE)
            call = (lambda: writer.fire(ours)) if side == 0 else (lambda: writer.write(appends))  # noqa: B023
            pair[side] = seconds(call)
        found.append(tuple(pair))
    told.send(found)
    writer.raw.close()
    writer.store.close()


def together(
    dsn: str, schema: str, names: list[str], *, processes: int, rounds: int, each: int
) -> list[tuple[float, float]]:
    """For each round: the seconds per fire of all processes together, and per transaction of psycopg.

    ``names`` are cases that nobody touches meanwhile, ``2 * processes * rounds * each`` of them.
    """
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(processes)
    taken = iter(names)
    pipes, workers = [], []
    for _ in range(processes):
        turns = [
            ([next(taken) for _ in range(each)], [next(taken) for _ in range(each)]) for _ in range(rounds)
        ]
        mine, its = context.Pipe(duplex=False)
        workers.append(context.Process(target=_work, args=(dsn, schema, turns, start, its)))
        pipes.append(mine)
    for worker in workers:
        worker.start()
    found = [pipe.recv() for pipe in pipes]
    for worker in workers:
        worker.join()
    return [
        (max(one[0] for one in turn) / (processes * each), max(one[1] for one in turn) / (processes * each))
        for turn in zip(*found, strict=True)
    ]
