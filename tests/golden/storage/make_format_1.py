"""How ``format-1.db`` was made: ``python tests/golden/storage/make_format_1.py`` writes it anew beside this file.

It was made once, by the first version that wrote storage format 1, and is not made again: every later version must
open it as it is. The file holds what a real one holds: a closed case, a running one with a paused clock, a pending and
a dead effect, an incident, an idempotency key, an erased person.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT / "src")]

from casewf.adapters.sqlite import SqliteStore  # noqa: E402
from casewf.definition.load import load_workflow  # noqa: E402
from casewf.engine.engine import Engine  # noqa: E402
from casewf.engine.verify import export_heads  # noqa: E402
from casewf.model.case import Actor  # noqa: E402
from casewf.model.codec import dumps  # noqa: E402
from casewf.model.directory import StaticDirectory  # noqa: E402
from casewf.ports.outside import Outcome  # noqa: E402
from casewf.testing.clock import TestClock, at  # noqa: E402
from casewf.testing.recorders import CountingEntropy, RecordingNotifier, ScriptedConnector  # noqa: E402

DESK = Actor("wu", frozenset({"operator", "dispatcher", "supervisor", "callback_agent"}), "city")
CHIEF = Actor("zhou", frozenset({"reviewer", "supervisor"}), "city")
HANDLER = Actor("li", frozenset({"handler"}), "district")
DIRECTORY = StaticDirectory({"city": None, "district": "city"})
FACTS = {"category": "complaint", "topic": "wage_arrears", "summary": "unpaid wages", "district": "Yuzhong"}


def build(store: SqliteStore) -> None:
    """Three cases: answered and archived, in the middle and suspended, anonymous with an erased person."""
    clock = TestClock(at("2026-03-16 09:00"))
    engine = Engine(
        [load_workflow("hotline-12351")],
        store=store,
        clock=clock,
        directory=DIRECTORY,
        notifier=RecordingNotifier(),
        connectors={"government": ScriptedConnector([Outcome(ok=False, error="time-out")])},
        entropy=CountingEntropy(),
        deliver="later",
    )
    engine.open("hotline-12351", actor=DESK, case_id="A-1")
    engine.fire("A-1", "answer_now", actor=DESK, data={"reply": "told", "category": "consult"})
    clock.travel(at("2026-03-16 10:00"))
    engine.open(
        "hotline-12351", actor=DESK, case_id="B-1", data={"caller_name": "杨云", "caller_phone": "139"}
    )
    engine.fire("B-1", "register", actor=DESK, data=FACTS, comment="by telephone")
    engine.fire("B-1", "dispatch", actor=DESK, data={"lead_org": "district"}, key="dispatch-B-1")
    for hour in ("11:00", "11:10", "11:30", "12:00", "14:00"):
        clock.travel(at(f"2026-03-16 {hour}"))
        engine.deliver()
    engine.fire("B-1", "sign", actor=HANDLER)
    engine.fire(
        "B-1", "request_suspension", actor=HANDLER, data={"suspend_reason": "caller_request"}, comment="ill"
    )
    engine.fire("B-1", "suspend", actor=CHIEF)
    engine.open("hotline-12351", actor=DESK, case_id="C-1", data={"caller_name": "张", "priority": "urgent"})
    engine.fire("C-1", "register", actor=DESK, data=FACTS)
    engine.erase("C-1", actor=DESK, reason="asked by the person")
    clock.travel(at("2026-03-30 09:00"))
    engine.sweep()


def main() -> None:
    """Write the database, its heads and the snapshots that must come out of it."""
    target = HERE / "format-1.db"
    target.unlink(missing_ok=True)
    with SqliteStore(target) as store:
        build(store)
        (HERE / "format-1.heads").write_text(export_heads(store), encoding="utf-8")
        snapshots = {name: json.loads(dumps(store.load(name).case)) for name in ("A-1", "B-1", "C-1")}
    (HERE / "format-1.json").write_text(
        json.dumps(snapshots, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    connection = sqlite3.connect(target)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


if __name__ == "__main__":
    main()
