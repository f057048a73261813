"""Measure the sweep, the durable fire and the memory of a case: ``python tests/benchmarks/sweep.py``.

The raw side of a ratio works on the same file in turn with the engine, by plain ``sqlite3`` statements in
transactions of its own. It reads and writes the very rows that the engine would, which are worked out beforehand.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal, Protocol

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from benchmarks.many_cases import (  # noqa: E402 -- found only now
    FIRST_RUNG,
    HANDLER,
    HOUR,
    REPLY,
    START,
    Database,
    HandClock,
    engine_on,
    open_taken,
)
from casewf.adapters.memory import MemoryStore  # noqa: E402
from casewf.adapters.sqlite.schema import NEVER  # noqa: E402
from casewf.model.case import Case  # noqa: E402
from casewf.model.codec import dumps  # noqa: E402
from casewf.ports.store import Store  # noqa: E402
from casewf.ports.stored import Append, Filter  # noqa: E402

DUE = 1_000
ROUNDS = 9
FIRES = 100
WAVE = HOUR // 60
"""How long one group of cases is opened after another, so that each falls due alone."""

UPDATE = """
UPDATE cases SET version = ?, changed_at = ?, wake = ?, due = ?, head = ?, snapshot = ?, card = ?, closed = ?
WHERE id = ?"""
INSERT_EFFECT = "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def seconds(call: Callable[[], object]) -> float:
    """How long one call took."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


class Benched(Protocol):
    """What ``worked_out`` asks of a database."""

    store: Store


def worked_out(database: Benched, commands: Callable[[], object]) -> list[list[tuple[str, list[tuple]]]]:
    """For each append that the commands would make: statements, each with the rows it writes."""
    batches: list[Append] = []
    database.store.append = batches.append  # type: ignore[method-assign]
    commands()
    del database.store.append  # type: ignore[method-assign]
    return [list(statements(database, batch)) for batch in batches]


def statements(database: Benched, batch: Append) -> Iterable[tuple[str, list[tuple]]]:
    """The statements of one append; they touch what differs, and nothing else."""
    case, case_id = batch.case, batch.case.id
    due = NEVER if batch.due is None else batch.due
    always = (case.version, case.at, case.wake, due, batch.events[-1].hash, dumps(case))
    yield UPDATE, [(*always, case.card, int(case.closed), case_id)]
    before = database.store.load(case_id).case.states  # type: ignore[union-attr]
    moved = [(state, case_id, track) for track, state in case.states.items() if before[track] != state]
    if moved:
        yield "UPDATE positions SET state = ? WHERE case_id = ? AND track = ?", moved
    events = [(case_id, one.number, one.event.at, one.kind, one.body, one.hash) for one in batch.events]
    yield "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", events
    if batch.claims:
        claims = [(case_id, one.sla, one.cycle, one.term, one.rung, one.repetition) for one in batch.claims]
        yield "INSERT INTO claims VALUES (?, ?, ?, ?, ?, ?)", claims
    if batch.outbox:
        yield INSERT_EFFECT, [
            (
                row.id, row.case, row.number, row.position, row.destination, dumps(row.effect),
                row.created_at, row.due_at, row.state, row.attempts, row.error, row.depth, row.lease,
            )
            for row in batch.outbox
        ]  # fmt: skip


def write(database: Database, append: list[tuple[str, list[tuple]]]) -> None:
    """Run the statements of one append in one transaction."""
    execute = database.raw.execute
    execute("BEGIN IMMEDIATE")
    for statement, rows in append:
        for row in rows:
            execute(statement, row)
    execute("COMMIT")


def raw_sweep(database: Database, appends: list[list[tuple[str, list[tuple]]]]) -> None:
    """Find the due cases by the index and, for each, read its snapshot and write its rows."""
    execute = database.raw.execute
    due = execute(
        "SELECT id, wake FROM cases WHERE wake < ? ORDER BY wake, id", (database.clock.at,)
    ).fetchall()
    for (case_id, _), append in zip(due, appends, strict=True):
        execute("SELECT snapshot, head FROM cases WHERE id = ?", (case_id,)).fetchone()
        write(database, append)


def sweep_none_due(database: Database) -> float:
    """The median seconds of a sweep with nothing due."""
    assert database.engine.sweep().cases == 0
    return statistics.median(seconds(database.engine.sweep) for _ in range(501))


def sweep_due(database: Database, first: int) -> tuple[float, float]:
    """The median seconds for each case of a sweep with ``DUE`` cases due, and of the raw statements."""
    turns: list[tuple[float, float]] = []
    for number in range(ROUNDS):
        pair = []
        for side in range(2):
            wave = first + 2 * number + side
            opened_at = START + wave * WAVE
            database.fill(f"d{wave}", opened_at, DUE)
            database.clock.at = opened_at + FIRST_RUNG + 1
            if side:
                appends = worked_out(database, database.engine.sweep)
                pair.append(seconds(lambda appends=appends: raw_sweep(database, appends)))
            else:
                pair.append(seconds(database.engine.sweep))
            assert database.store.due(database.clock.at, 1) == ()
        turns.append((pair[0] / DUE, pair[1] / DUE))
    return medians(turns)


def fires(database: Database, first: int) -> tuple[float, float]:
    """The median seconds of a durable fire, and of writing the rows of such a fire."""
    wave, count = first + 2 * ROUNDS, 2 * ROUNDS * FIRES
    opened_at = START + wave * WAVE
    database.fill(f"f{wave}", opened_at, count)
    names = [f"f{wave}-{number:07}" for number in range(count)]
    database.clock.at = opened_at + HOUR
    turns = []

    def fire(case_ids: list[str]) -> None:
        for case_id in case_ids:
            database.engine.fire(case_id, "answer", actor=HANDLER, data=REPLY)

    for number in range(ROUNDS):
        ours, theirs = names[number::ROUNDS][::2], names[number::ROUNDS][1::2]
        appends = worked_out(database, lambda theirs=theirs: fire(theirs))
        engine = seconds(lambda ours=ours: fire(ours)) / len(ours)
        raw = seconds(lambda appends=appends: [write(database, one) for one in appends]) / len(appends)
        turns.append((engine, raw))
    return medians(turns)


def medians(turns: list[tuple[float, float]]) -> tuple[float, float]:
    """The median of each column."""
    ours, raw = zip(*turns, strict=True)
    return statistics.median(ours), statistics.median(raw)


def case_bytes(count: int = 2_000) -> tuple[float, float]:
    """The bytes of an open case as a value, and of all that ``MemoryStore`` keeps of it with its history."""

    def opened() -> MemoryStore:
        store = MemoryStore()
        engine = engine_on(store, HandClock())
        for number in range(count):
            open_taken(engine, f"C-{number:07}")
        return store

    def cases() -> list[Case]:
        return list(opened().find(Filter(everything=True, limit=count)).cases)

    opened()  # what all cases share is there already
    return held(cases) / count, held(opened) / count


def held(make: Callable[[], object]) -> int:
    """How many bytes a call's result holds."""
    gc.collect()
    tracemalloc.start()
    kept = make()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return size


def line(what: str, target: str, measured: str) -> None:
    """Print one line of the table."""
    print(f"{what:<62}| {target:<8} | {measured}", flush=True)


def main() -> None:
    """Print one line for each figure."""
    parser = argparse.ArgumentParser(description="The sweep, the durable fire, the memory of a case.")
    parser.add_argument("--cases", type=int, default=1_000_000, help="how many cases wait")
    parser.add_argument("--dir", help="where to put the file; a temporary directory by default")
    arguments = parser.parse_args()
    gc.disable()
    line("what", "target", "measured")
    value, whole = case_bytes()
    line("bytes of an open case as a value (2 tracks, 2 clocks)", "≤ 1,024", f"{value:,.0f}")
    line("  with its history in MemoryStore", "", f"{whole:,.0f}")
    with tempfile.TemporaryDirectory(dir=arguments.dir) as directory:
        path = Path(directory) / "cases.db"
        filling = Database(path, "normal")
        took = seconds(lambda: filling.fill("w", START + 10_000 * WAVE, arguments.cases))
        filling.close()
        line(f"  ({arguments.cases:,} waiting cases made in {took:.0f} s)", "", "")
        for first, durability in ((0, "full"), (2 * ROUNDS + 1, "normal")):
            report(path, first, durability)


def report(path: Path, first: int, durability: Literal["full", "normal"]) -> None:
    """Measure on a file, with one durability, with cases opened from the wave ``first`` on."""
    database = Database(path, durability)
    database.clock.at = START
    none_due = sweep_none_due(database)
    line(f"sweep, none due (durability={durability!r})", "≤ 1 ms", f"{none_due * 1e3:.3f} ms")
    for what, (ours, raw) in (
        (f"sweep, {DUE:,} due", sweep_due(database, first)),
        ("fire", fires(database, first)),
    ):
        measured = f"{raw / ours:.2f} ({raw * 1e6:,.0f} µs ÷ {ours * 1e6:,.0f} µs for each case)"
        line(f"raw sqlite3 ÷ {what} (durability={durability!r})", "≥ 0.5", measured)
    database.close()


if __name__ == "__main__":
    main()
