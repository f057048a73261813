"""Measure worklists: ``python tests/benchmarks/worklist.py`` makes 10,000 open cases, then 200,000 closed ones.

Each page is read with the open cases alone and with the closed ones beside them; the ratio says what those cost.
At last the file is taken back to storage format 1, to see how long the upgrade takes.
"""

from __future__ import annotations

import argparse
import gc
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from benchmarks.many_cases import HOUR, START, Database  # noqa: E402 -- found only now
from benchmarks.measuring import medians  # noqa: E402
from benchmarks.sweep import seconds  # noqa: E402
from casewf.adapters.sqlite import SqliteStore  # noqa: E402
from casewf.engine.engine import Engine  # noqa: E402
from casewf.engine.worklist import Worklist  # noqa: E402
from casewf.model.case import Actor  # noqa: E402

WORKFLOW = """
casewf: 1
id: desk
version: 1
calendar: cn-office
roles: {operator: {en: Operator}, handler: {en: Handler}, worker: {en: Case worker}}
cards: {yellow: {en: Yellow}}
fields: {summary: {type: text}, people: {type: integer}, lead: {type: org}, reply: {type: text}}
opening: {by: operator, needs: [summary, lead], accepts: [people]}
tracks:
  main:
    initial: received
    states: {received: {en: R}, working: {en: W}, answered: {en: A, category: closed}}
    transitions:
      - {trigger: take, from: received, to: working, by: operator, assign: {handler: lead, worker: actor.id}}
      - {trigger: answer, from: working, to: answered, by: operator, asks: [reply]}
      - {trigger: give_back, from: working, to: received, by: handler, comment: required}
slas:
  answer:
    start: {enter: main.received}
    stop: {enter: main.answered}
    target: [{within: 1000 hours}]
    ladder: [{at: 80%, notify: handler}, {at: due, notify: handler, card: yellow}]
  total:
    start: {enter: main.received}
    stop: {enter: main.answered}
    target: [{within: 5000 hours}]
"""
DATA = {"summary": "十名工人三个月的工资没有发", "people": 10, "lead": "yuzhong"}
GROUPS = 100
ROUNDS = 21
CITY = Actor("chief", frozenset({"operator"}), "city")
NEW_IN_2 = ("cases_open", "cases_by_retention")


def case_of(person: str, lead: str, engine: Engine, case_id: str, *, close: bool = False) -> None:
    """Open a case, take it in somebody's name for a district, and answer it."""
    actor = Actor(person, frozenset({"operator"}), "city")
    engine.open("desk", actor=actor, data={**DATA, "lead": lead}, case_id=case_id)
    engine.fire(case_id, "take", actor=actor)
    if close:
        engine.fire(case_id, "answer", actor=actor, data={"reply": "已付清"})


def fill(database: Database, count: int, *, close: bool) -> None:
    """Add cases of 100 people, one of whom works in a district of his own; each person's are due at one instant."""
    kind = "closed" if close else "open"
    for number in range(GROUPS):
        lead = "yuzhong" if number else "small"
        make = partial(case_of, f"p{number}", lead, close=close)
        database.fill(f"{kind}-{number:03}", START + number * HOUR, count // GROUPS, make)


def pages(engine: Engine) -> dict[str, Callable[[], Worklist]]:
    """What is read: 50 cases each."""
    worklist = engine.worklist
    small = Actor("head", frozenset({"handler"}), "small")
    mine = Actor(f"p{GROUPS - 1}", frozenset({"operator"}), "city")
    half = worklist(actor=CITY, scope="organisation", limit=50)
    for _ in range(99):
        half = worklist(actor=CITY, scope="organisation", limit=50, after=half.next_after)
    return {
        "organisation with every case": lambda: worklist(actor=CITY, scope="organisation"),
        "its hundredth page": lambda: worklist(actor=CITY, scope="organisation", after=half.next_after),
        "organisation with 1% of them, due first": lambda: worklist(actor=small, scope="organisation"),
        "person with 1% of them, due last": lambda: worklist(actor=mine),
        "person with none": lambda: worklist(actor=Actor("nobody", frozenset({"operator"}), "city")),
    }


def measure(engine: Engine) -> dict[str, float]:
    """The median seconds of each page."""
    calls = pages(engine)
    return dict(zip(calls, medians(list(calls.values()), ROUNDS, 1), strict=True))


def to_format_1(path: Path) -> None:
    """Take away what format 2 knows more of."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for index in NEW_IN_2:
            connection.execute(f"DROP INDEX {index}")
        connection.execute("DROP TABLE persons")
        for column in ("due", "retain_until"):
            connection.execute(f"ALTER TABLE cases DROP COLUMN {column}")
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'format'")


def main() -> None:
    """Print one line for each page, then the upgrade."""
    parser = argparse.ArgumentParser(description="Worklists, and the upgrade from storage format 1.")
    parser.add_argument("--open", type=int, default=10_000)
    parser.add_argument("--closed", type=int, default=200_000)
    arguments = parser.parse_args()
    gc.disable()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "cases.db"
        database = Database(path, "normal", WORKFLOW)
        fill(database, arguments.open, close=False)
        alone = measure(database.engine)
        took = seconds(lambda: fill(database, arguments.closed, close=True))
        print(
            f"{arguments.open:,} open cases, then {arguments.closed:,} closed ones beside them ({took:.0f} s)"
        )
        for what, beside in measure(database.engine).items():
            ratio = f"{beside / alone[what]:.2f}"
            print(f"{what:<42}| {alone[what] * 1e3:6.1f} ms | {beside * 1e3:6.1f} ms | {ratio}")
        database.close()
        to_format_1(path)
        print(f"upgrade from format 1: {seconds(lambda: SqliteStore(path).close()):.1f} s")


if __name__ == "__main__":
    main()
