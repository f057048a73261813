"""Measure what is durable: ``python tests/benchmarks/durability.py``; with ``--cases 1000000`` on a million cases, too.

Fires one by one and in batches, by several processes at once, effects from the claim to the settling, and what fires,
sweeps and claims cost among more and more open cases. What is compared is measured in turns, on the same database.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from benchmarks.copied_cases import Copied, CopiedPostgres, CopiedSqlite  # noqa: E402 -- found only now
from benchmarks.many_cases import HANDLER, HOUR, REPLY  # noqa: E402
from benchmarks.sweep import seconds, worked_out, write  # noqa: E402
from benchmarks.writers import raw_write, together  # noqa: E402
from casewf.engine.engine import Engine  # noqa: E402
from casewf.ports.stored import OutboxRow  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402

ROUNDS = 9
FIRES = 151
EACH = 20
"""How many fires of a process make up a round."""
WORKER_ROUNDS = 5
ENOUGH = 4_000
"""How many cases all rounds take that are not about the number of cases."""
BATCHES = {1: 51, 10: 15, 100: 5}
"""How many commands are committed together, and in how many rounds that is measured."""
PROCESSES = (1, 2, 4)
DURABILITIES: tuple[Literal["full", "normal"], ...] = ("full", "normal")
LIMIT = 100
NEVER = 10**15
BACKLOGS = {
    "all due": ("0", 1),
    "all waiting": (str(NEVER), 1),
    "all put off and due again": ("1", 1),
    "half due, half waiting": (f"CASE n.n % 2 WHEN 0 THEN 0 ELSE {NEVER} END", 1),
    "9 in 10 behind one that waits": (f"CASE n.place WHEN 10 THEN {NEVER} ELSE 0 END", 10),
}
"""By how much later than their creation effects are due, as SQL, and how many are in a lane."""


def line(what: str, measured: str) -> None:
    """Print one line of the table."""
    print(f"{what:<60}| {measured}", flush=True)


def in_turns(calls: Sequence[Callable[[], float]], rounds: int = ROUNDS) -> list[float]:
    """The median of what each call gives; they take turns, and every second round goes backwards."""
    turns = []
    for number in range(rounds):
        order = range(len(calls)) if number % 2 else reversed(range(len(calls)))
        found = {place: calls[place]() for place in order}
        turns.append([found[place] for place in range(len(calls))])
    return [statistics.median(column) for column in zip(*turns, strict=True)]


def fire(engine: Engine, names: list[str]) -> None:
    """Fire one trigger on each case."""
    for name in names:
        engine.fire(name, "answer", actor=HANDLER, data=REPLY)


def fires(cases: Copied, count: int = 1) -> float:
    """Seconds of a durable fire."""
    names = cases.names(count)
    return seconds(lambda: fire(cases.engine, names)) / count


def batched(cases: Copied, size: int) -> float:
    """Seconds of a fire in a batch of that size."""
    names = cases.names(size)

    def run() -> None:
        with cases.engine.batch() as together:
            fire(together, names)

    return seconds(run) / size


def raw_fires(cases: Copied) -> float:
    """Seconds of writing the rows of a fire in one transaction."""
    names = cases.names(1)
    (append,) = worked_out(cases, lambda: fire(cases.engine, names))
    if isinstance(cases, CopiedSqlite):
        return seconds(lambda: write(cases, append))
    return seconds(lambda: raw_write(cases.raw, append))


def report_fires(cases: Copied, title: str) -> None:
    """One by one beside the raw driver, and in batches."""
    raw, ours = in_turns([partial(raw_fires, cases), partial(fires, cases)], FIRES)
    line(
        f"{title}: raw ÷ fire",
        f"{raw / ours:.2f} ({raw * 1e6:,.0f} µs ÷ {ours * 1e6:,.0f} µs, {1 / ours:,.0f}/s)",
    )
    for size, rounds in BATCHES.items():
        single, batch = in_turns([partial(fires, cases, size), partial(batched, cases, size)], rounds)
        line(
            f"  fires per second in batches of {size} ÷ one by one",
            f"{single / batch:.2f} ({1 / batch:,.0f}/s)",
        )


def deliveries(cases: Copied) -> float:
    """Seconds of an effect: claimed with 99 others, attempted, settled."""
    cases.backlog("0", LIMIT)
    took = seconds(lambda: cases.engine.deliver(LIMIT))
    assert cases.execute("SELECT count(*) FROM outbox WHERE state = 'done'").fetchone() == (LIMIT,)
    return took / LIMIT


def raw_deliveries(cases: Copied) -> float:
    """Seconds of an effect whose rows are read and written by plain statements: together, then one by one."""
    cases.backlog("0", LIMIT)

    def run() -> None:
        cases.execute("BEGIN")
        found = cases.execute(
            "SELECT * FROM outbox WHERE state = 'pending' ORDER BY created_at LIMIT ?", (LIMIT,)
        )
        names = [row[0] for row in found.fetchall()]
        for name in names:
            cases.execute("UPDATE outbox SET due_at = ?, lease = 'x' WHERE id = ?", (NEVER, name))
        cases.execute("COMMIT")
        for name in names:
            cases.execute("UPDATE outbox SET state = 'done', attempts = 1, lease = '' WHERE id = ?", (name,))

    return seconds(run) / LIMIT


def report_deliveries(cases: Copied, title: str) -> None:
    """Effects per second beside the raw driver."""
    raw, ours = in_turns([partial(raw_deliveries, cases), partial(deliveries, cases)])
    line(
        f"{title}: raw ÷ effect",
        f"{raw / ours:.2f} ({raw * 1e6:,.0f} µs ÷ {ours * 1e6:,.0f} µs, {1 / ours:,.0f}/s)",
    )


def sweeps(cases: Copied) -> float:
    """Seconds of a sweep with nothing due."""
    return seconds(cases.engine.sweep)


def claims_due(cases: Copied) -> float:
    """Seconds of claiming 100 cases that are due."""
    now = cases.clock.at
    took = seconds(lambda: cases.store.claim_due(now, now + HOUR, LIMIT))
    cases.execute("UPDATE cases SET claimed_until = 0 WHERE wake < ? AND claimed_until > 0", (now,))
    return took


def claims(cases: Copied) -> float:
    """Seconds of claiming effects, 100 at most."""
    now = cases.clock.at
    due_at = dict(cases.execute("SELECT id, due_at FROM outbox WHERE due_at <= ?", (now,)).fetchall())
    found: list[OutboxRow] = []
    took = seconds(lambda: found.extend(cases.store.claim(now, now + HOUR, "bench", LIMIT)))
    cases.execute("BEGIN")
    for row in found:
        cases.execute("UPDATE outbox SET due_at = ?, lease = '' WHERE id = ?", (due_at[row.id], row.id))
    cases.execute("COMMIT")
    return took


def report_growth(group: Sequence[Copied]) -> None:
    """What each costs among more and more open cases."""
    kind = group[0].kind
    costs: dict[str, list[float]] = {"fire": in_turns([partial(fires, one) for one in group], 51)}
    costs["sweep, nothing due"] = in_turns([partial(sweeps, one) for one in group], 51)
    for one in group:
        last = one.names(LIMIT)
        one.execute("UPDATE cases SET wake = 1 WHERE id >= ? AND id <= ?", (last[0], last[-1]))
    costs["claim of 100 due cases"] = in_turns([partial(claims_due, one) for one in group])
    for name, (due, deep) in BACKLOGS.items():
        for one in group:
            one.backlog(due, one.count, deep=deep)
        costs[f"claim of effects, {name}"] = in_turns([partial(claims, one) for one in group])
    line(f"{kind}, milliseconds among so many open cases", "  ".join(f"{one.count:>9,}" for one in group))
    for what, found in costs.items():
        line(f"  {what}", "  ".join(f"{one * 1e3:9.3f}" for one in found) + f"  × {found[-1] / found[0]:.1f}")


def report_workers(cases: CopiedPostgres) -> None:
    """Several processes at once beside as many that use psycopg."""
    for processes in PROCESSES:
        names = cases.names(2 * processes * WORKER_ROUNDS * EACH)
        turns = together(cases.dsn, cases.schema, names, processes=processes, rounds=WORKER_ROUNDS, each=EACH)
        ours, raw = (statistics.median(column) for column in zip(*turns, strict=True))
        line(
            f"PostgreSQL, {processes} processes: raw psycopg ÷ fire",
            f"{raw / ours:.2f} ({1 / raw:,.0f}/s, {1 / ours:,.0f}/s)",
        )


def on_sqlite(folder: Path, sizes: Sequence[int]) -> None:
    """All that is measured on files."""
    for durability in DURABILITIES:
        with closing(CopiedSqlite(folder / f"{durability}.db", ENOUGH, durability)) as cases:
            report_fires(cases, f"SQLite, {durability}")
            report_deliveries(cases, f"SQLite, {durability}")
    with ExitStack() as stack:
        files = [CopiedSqlite(folder / f"{size}.db", size) for size in sizes]
        report_growth([stack.enter_context(closing(one)) for one in files])


def on_postgres(dsn: str, sizes: Sequence[int]) -> None:
    """All that is measured on a server."""
    with closing(CopiedPostgres(dsn, "enough", ENOUGH)) as cases:
        report_fires(cases, "PostgreSQL")
        report_deliveries(cases, "PostgreSQL")
        report_workers(cases)
    with ExitStack() as stack:
        schemas = [CopiedPostgres(dsn, f"among_{size}", size) for size in sizes]
        report_growth([stack.enter_context(closing(one)) for one in schemas])


def main() -> None:
    """Print one line for each figure."""
    parser = argparse.ArgumentParser(description="Durable fires, effects, and what grows with the cases.")
    parser.add_argument("--cases", type=int, default=100_000, help="how many open cases at most")
    parser.add_argument("--only", choices=["sqlite", "postgres"], help="one store alone")
    parser.add_argument("--dir", help="where to put the files; a temporary directory by default")
    arguments = parser.parse_args()
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= arguments.cases]
    gc.disable()
    if arguments.only != "postgres":
        with tempfile.TemporaryDirectory(dir=arguments.dir) as directory:
            on_sqlite(Path(directory), sizes)
    if arguments.only != "sqlite":
        server = PostgresServer(durable=True)
        try:
            server.start()
            on_postgres(server.dsn, sizes)
        finally:
            server.remove()


if __name__ == "__main__":
    main()
