"""In the packaged hotline the person who signs has the case on his list, and his colleagues may go on with it."""

from __future__ import annotations

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.definition.load import load_workflow
from casewf.engine.engine import Engine
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import RecordingNotifier, ScriptedConnector

DESK = Actor("wu", frozenset({"operator", "dispatcher"}), "city")
CHIEF = Actor("zhou", frozenset({"dispatcher", "supervisor"}), "city")
LI = Actor("li", frozenset({"handler"}), "yuzhong")
SUN = Actor("sun", frozenset({"handler"}), "yuzhong")
FACTS = {"category": "complaint", "topic": "wage_arrears", "summary": "欠薪", "district": "渝中区"}
RETURN = {"return_reason": "territory", "return_evidence": "在沙坪坝区"}


@pytest.fixture
def engine() -> Engine:
    made = Engine(
        [load_workflow("hotline-12351")],
        store=MemoryStore(),
        clock=TestClock(at("2026-03-16 10:00")),
        directory=StaticDirectory({"city": None, "yuzhong": "city"}),
        notifier=RecordingNotifier(),
        connectors={"government": ScriptedConnector()},
        deliver="later",
    )
    made.open("hotline-12351", actor=DESK, case_id="H-1")
    made.fire("H-1", "register", actor=DESK, data=FACTS)
    return made


def mine(engine: Engine, actor: Actor) -> list[str]:
    return [item.id for item in engine.worklist(actor=actor).items]


def test_a_case_goes_from_list_to_list(engine: Engine) -> None:
    assert mine(engine, DESK) == ["H-1"]
    engine.fire("H-1", "dispatch", actor=DESK, data={"lead_org": "yuzhong"})
    assert mine(engine, DESK) == mine(engine, LI) == []
    (item,) = engine.worklist(actor=LI, scope="organisation").items
    assert (item.sla, "sign" in {one.trigger for one in item.options}) == ("sign", True)
    engine.fire("H-1", "sign", actor=LI)
    assert (mine(engine, LI), mine(engine, SUN)) == (["H-1"], [])


def test_colleagues_are_not_bound_by_who_signed(engine: Engine) -> None:
    engine.fire("H-1", "dispatch", actor=DESK, data={"lead_org": "yuzhong"})
    engine.fire("H-1", "sign", actor=LI)
    (his,) = engine.worklist(actor=LI, scope="organisation").items
    (colleague,) = engine.worklist(actor=SUN, scope="organisation").items
    assert colleague.options == his.options
    engine.fire("H-1", "contact", actor=SUN, data={"connected": True}, comment="已联系")


def test_a_case_that_was_returned_is_the_desk_s_again(engine: Engine) -> None:
    engine.fire("H-1", "dispatch", actor=DESK, data={"lead_org": "yuzhong"})
    engine.fire("H-1", "sign", actor=LI)
    engine.fire("H-1", "request_return", actor=LI, data=RETURN)
    engine.fire("H-1", "approve_return", actor=CHIEF, comment="属地不符")
    assert (mine(engine, LI), mine(engine, CHIEF)) == ([], ["H-1"])
