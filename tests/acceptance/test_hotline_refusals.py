"""Who is turned away from the hotline workflow gets the right error in both languages, and changes nothing (M2, M3).

The texts stand in ``tests/golden/refusals/hotline-12351.txt``. After a wanted change run the tests with
``CASEWF_UPDATE_GOLDEN=1``, and read the difference before committing it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.definition.load import load_workflow
from casewf.engine.engine import Engine
from casewf.errors import Conflict, KeyReused, NotFound, Refused
from casewf.model.amount import WorkingDays
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.ports.store import Store
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import CountingEntropy, RecordingNotifier, ScriptedConnector
from engine_fakes import dump, dump_file

GOLDEN = Path(__file__).parents[1] / "golden" / "refusals" / "hotline-12351.txt"
DESK = Actor("wu", frozenset({"operator", "dispatcher"}), "city")
HANDLER = Actor("li", frozenset({"handler", "reviewer"}), "north")
STRANGER = Actor("zhao", frozenset({"handler"}), "south")
CHIEF = Actor("zhou", frozenset({"supervisor", "reviewer"}), "city")
NORTH_CALLER = Actor("luo", frozenset({"callback_agent"}), "north")
FACTS = {
    "category": "complaint",
    "topic": "wage_arrears",
    "summary": "拖欠工资",
    "district": "城北区",
    "caller_name": "孟某",
    "government_needed": False,
}

Attempt = Callable[[Engine], object]
REVIEW = {"outcome": "resolved", "reply": "工资已补发"}
ATTEMPTS: dict[str, tuple[type[Exception], Attempt]] = {
    "wrong actor: the role is missing": (Refused, lambda e: e.fire("C-1", "sign", actor=DESK)),
    "wrong actor: he did it himself": (Refused, lambda e: e.fire("C-3", "review_pass", actor=HANDLER)),
    "wrong actor: of the handling organisation": (
        Refused,
        lambda e: e.fire("C-4", "callback_satisfied", actor=NORTH_CALLER, data={"rating": "satisfied"}),
    ),
    "wrong actor: nobody takes an automatic step": (
        Refused,
        lambda e: e.fire("C-4", "back_to_work", actor=CHIEF),
    ),
    "wrong actor: another district": (NotFound, lambda e: e.fire("C-1", "sign", actor=STRANGER)),
    "unknown case": (NotFound, lambda e: e.fire("C-9", "sign", actor=HANDLER)),
    "unknown trigger": (Refused, lambda e: e.fire("C-1", "singn", actor=HANDLER)),
    "unknown trigger, nothing like it": (Refused, lambda e: e.fire("C-1", "xyz", actor=HANDLER)),
    "unknown limit": (Refused, lambda e: e.act("C-2", "extend", "handel", actor=CHIEF)),
    "unknown act": (Refused, lambda e: e.act("C-2", "extends", "handle", actor=CHIEF)),
    "wrong state": (Refused, lambda e: e.fire("C-1", "submit", actor=HANDLER, data=REVIEW)),
    "wrong state: the case has ended": (
        Refused,
        lambda e: e.fire("C-5", "reopen", actor=DESK, comment="again"),
    ),
    "missing field: to be given now": (
        Refused,
        lambda e: e.fire("C-1", "request_return", actor=HANDLER, data={"return_reason": "territory"}),
    ),
    "missing field: nothing was verified": (
        Refused,
        lambda e: e.fire("C-2", "submit", actor=HANDLER, data=REVIEW),
    ),
    "missing comment": (Refused, lambda e: e.fire("C-2", "progress", actor=HANDLER)),
    "wrong field: no such option": (
        Refused,
        lambda e: e.fire("C-2", "verify", actor=HANDLER, data={"finding": "maybe"}, comment="?"),
    ),
    "wrong field: the label instead of the code": (
        Refused,
        lambda e: e.fire("C-2", "verify", actor=HANDLER, data={"finding": "部分属实"}, comment="?"),
    ),
    "wrong field: not accepted here": (
        Refused,
        lambda e: e.fire("C-1", "sign", actor=HANDLER, data={"people": 3}),
    ),
    "guard: nothing to share without the government loop": (
        Refused,
        lambda e: e.fire("C-3b", "sync_facts", actor=HANDLER),
    ),
    "act: more than the limit itself": (
        Refused,
        lambda e: e.act(
            "C-2", "request_extension", "handle", actor=HANDLER, amount=WorkingDays(16), comment="?"
        ),
    ),
    "act: nobody asked": (Refused, lambda e: e.act("C-2", "extend", "handle", actor=CHIEF)),
    "stale version": (Conflict, lambda e: e.fire("C-1", "sign", actor=HANDLER, expect=1)),
    "stale version, seen by a stranger": (
        NotFound,
        lambda e: e.fire("C-1", "sign", actor=STRANGER, expect=1),
    ),
    "duplicate key": (
        KeyReused,
        lambda e: e.fire("C-1", "dispatch", actor=DESK, data={"lead_org": "south"}, key="dispatch-C-1"),
    ),
}


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
    else:
        with SqliteStore(tmp_path / "cases.db") as opened:
            yield opened


@pytest.fixture
def engine(store: Store) -> Engine:
    """Five cases: dispatched, being worked on, verified, in review, called back, and refused."""
    made = Engine(
        [load_workflow("hotline-12351")],
        store=store,
        clock=TestClock(at("2026-03-16 10:00")),
        directory=StaticDirectory({"city": None, "north": "city", "south": "city"}),
        notifier=RecordingNotifier(),
        connectors={"government": ScriptedConnector()},
        entropy=CountingEntropy(),
        deliver="later",
    )
    for name in ("C-1", "C-2", "C-3", "C-3b", "C-4"):
        made.open("hotline-12351", actor=DESK, case_id=name, data=FACTS)
        made.fire(name, "dispatch", actor=DESK, data={"lead_org": "north"}, key=f"dispatch-{name}")
    for name in ("C-2", "C-3", "C-3b", "C-4"):
        made.fire(name, "sign", actor=HANDLER)
    for name in ("C-3", "C-3b", "C-4"):
        made.fire(name, "contact", actor=HANDLER, data={"connected": True}, comment="called")
        made.fire(name, "verify", actor=HANDLER, data={"finding": "confirmed"}, comment="true")
    for name in ("C-3", "C-4"):
        made.fire(name, "submit", actor=HANDLER, data=REVIEW)
    made.fire("C-4", "review_pass", actor=CHIEF)
    made.open("hotline-12351", actor=DESK, case_id="C-5")
    refusal = {"not_accepted_reason": "out_of_scope", "route_told": "12345"}
    made.fire("C-5", "refuse", actor=DESK, data=refusal)
    return made


def dumped(store: Store, folder: Path) -> object:
    """Every row of the store, and of its file where it has one."""
    file = folder / "cases.db"
    return dump(store), dump_file(str(file)) if file.exists() else None


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_who_is_turned_away_is_told_why_and_changes_nothing(
    attempt: str, engine: Engine, store: Store, tmp_path: Path
) -> None:
    kind, command = ATTEMPTS[attempt]
    before = dumped(store, tmp_path)
    with pytest.raises(kind):
        command(engine)
    assert dumped(store, tmp_path) == before


def test_the_texts_are_the_golden_ones(engine: Engine) -> None:
    shown = "".join(_shown(name, kind, command, engine) for name, (kind, command) in ATTEMPTS.items())
    if os.environ.get("CASEWF_UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(shown, encoding="utf-8")
    assert shown == GOLDEN.read_text(encoding="utf-8")


def test_a_stranger_is_told_the_same_of_a_case_that_is_there_and_of_one_that_is_not(engine: Engine) -> None:
    texts = []
    for name in ("C-1", "C-9"):
        with pytest.raises(NotFound) as caught:
            engine.fire(name, "sign", actor=STRANGER, expect=1)
        texts.append(caught.value.text("zh").replace(name, "…"))
    assert texts[0] == texts[1]


def _shown(name: str, kind: type[Exception], command: Attempt, engine: Engine) -> str:
    with pytest.raises(kind) as caught:
        command(engine)
    error = caught.value
    codes = ", ".join(reason.code for reason in getattr(error, "reasons", ()))
    head = f"{name}\n  {type(error).__name__}{f' [{codes}]' if codes else ''}\n"
    return f"{head}  zh  {error.text('zh')}\n  en  {error.text('en')}\n\n"
