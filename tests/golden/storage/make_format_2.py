"""How ``format-2.db`` was made: ``python tests/golden/storage/make_format_2.py`` writes it anew beside this file.

It was made once, by the first version that wrote storage format 2, and is not made again: every later version must
open it as it is. Beside what ``make_format_1.py`` writes it holds what format 2 knows more of: due instants, a case
whose time to be kept runs, and a person whose data a case holds.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[2] / "src"), str(HERE)]

import attrs  # noqa: E402
from make_format_1 import DIRECTORY, build  # noqa: E402

from casewf.adapters.sqlite import SqliteStore  # noqa: E402
from casewf.definition.load import parse_workflow  # noqa: E402
from casewf.engine.engine import Engine  # noqa: E402
from casewf.engine.verify import export_heads  # noqa: E402
from casewf.model.case import Actor  # noqa: E402
from casewf.model.codec import dumps  # noqa: E402
from casewf.testing.clock import TestClock, at  # noqa: E402
from casewf.testing.contracts import samples  # noqa: E402

VISIT = """
casewf: 1
id: visit
version: 1
calendar: cn-office
roles: {handler: {zh: 办理员}}
fields: {note: {type: text, sensitive: true, seen_by: handler}}
tracks:
  main:
    initial: planned
    states: {planned: {zh: 待走访}, made: {zh: 已走访, category: closed}}
    transitions:
      - {trigger: visit, from: planned, to: made, by: handler, accepts: note}
      - {trigger: again, from: made, to: planned, by: handler}
slas:
  visit: {start: {enter: main.planned}, restarts: true, stop: {leave: main.planned}, target: [{within: 5 working days}]}
retention: {keep: 1095 days}
"""
HANDLER = Actor("li", frozenset({"handler"}), "district")


def visits(store: SqliteStore) -> None:
    """V-1 is made and kept until 2029, V-2 is due; P-1 holds the data of a person, and was opened without an engine."""
    clock = TestClock(at("2026-03-16 09:00"))
    engine = Engine([parse_workflow(VISIT)], store=store, clock=clock, directory=DIRECTORY)
    engine.open("visit", actor=HANDLER, case_id="V-1")
    engine.open("visit", actor=HANDLER, case_id="V-2")
    clock.travel(at("2026-03-17 09:00"))
    engine.fire("V-1", "visit", actor=HANDLER, data={"note": "三人在场"})
    store.append(attrs.evolve(samples.opening("P-1"), persons=frozenset({"worker-7"})))


def write(name: str, *fill: Callable[[SqliteStore], None]) -> None:
    """Write a database, its heads and the snapshots that must come out of it beside this file."""
    target = HERE / f"{name}.db"
    target.unlink(missing_ok=True)
    with SqliteStore(target) as store:
        for one in fill:
            one(store)
        heads = store.heads()
        (HERE / f"{name}.heads").write_text(export_heads(store), encoding="utf-8")
        snapshots = {head.case: json.loads(dumps(store.load(head.case).case)) for head in heads}
    (HERE / f"{name}.json").write_text(
        json.dumps(snapshots, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    connection = sqlite3.connect(target)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


if __name__ == "__main__":
    write("format-2", build, visits)
