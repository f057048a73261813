"""Children, merges and splits in words, in both languages."""

from __future__ import annotations

import re

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.engine.case_view import HistoryEntry
from casewf.model.text import Label
from casewf.testing.clock import at
from casewf.views.timeline import Names, timeline
from relatives_flows import BOSS, DESK, Small

NOBODY = Names()
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def told(small: Small, case: str, lang: str, names: Names = NOBODY) -> str:
    history: tuple[HistoryEntry, ...] = small.engine.history(case, actor=DESK)
    workflow = small.engine.workflow_of(case, actor=DESK)
    return timeline(workflow, history, zone="Asia/Shanghai", lang=lang, columns=200, names=names)


@pytest.fixture
def small() -> Small:
    small = Small(MemoryStore(), start="2026-03-16 10:00")
    small.parent()
    small.join("P", "w1")
    small.fire("P", "spawn")
    small.fire("P.1", "end")
    small.fire("P.1", "again")
    small.engine.open("matter", actor=DESK, case_id="Q")
    small.clock.travel(at("2026-03-16 11:00"))
    small.engine.split("P", actor=BOSS, parties=["w1"], data={"firm": "G"}, new_id="R")
    small.fire("P", "merge", data={"into": "Q"})
    return small


@pytest.mark.parametrize(
    ("case", "zh", "en"),
    [
        ("P", "立子案 P.1：letter", "open child P.1: letter"),
        ("P", "子案 P.1 已办结 · 系统", "Child P.1 is closed · the system"),
        ("P", "子案 P.1 重开 · 系统", "Child P.1 is open again · the system"),
        ("P", "分案：另立工单 R · bo", "A part goes on as case R · bo"),
        ("P", "当事人：w1", "parties: w1"),
        ("P", "立工单 R", "open case R"),
        ("P", "当事人转入工单 Q", "bring the parties into case Q"),
        ("P.1", "主案 P", "a child of P"),
        ("P.1", "告知主案 P", "tell the parent, P"),
        ("Q", "工单 P 并入本工单 · 系统", "Case P is merged into this one · the system"),
    ],
)
def test_a_timeline_says_it(small: Small, case: str, zh: str, en: str) -> None:
    assert zh in told(small, case, "zh")
    assert en in told(small, case, "en")
    assert not CHINESE.search(en)


def test_a_child_is_called_what_its_workflow_is_called_where_that_is_known(small: Small) -> None:
    names = Names(workflows={"letter": Label(zh="提示函", en="Letter of advice")})
    assert "立子案 P.1：提示函" in told(small, "P", "zh", names)
    assert "open child P.1: Letter of advice" in told(small, "P", "en", names)


def test_the_marks_are_explained_unless_somebody_else_does(small: Small) -> None:
    history = small.engine.history("P", actor=DESK)
    workflow = small.engine.workflow_of("P", actor=DESK)
    alone = timeline(workflow, history, zone="Asia/Shanghai", lang="zh", columns=200)
    assert alone == timeline(
        workflow, history, zone="Asia/Shanghai", lang="zh", columns=200, legend=False
    ) + ("\n● 有事要办 · ○ 无事要办 · ▸ 起算 · ✓ 按时 · ✗ 超时或被拒绝 · → 通知与推送 · ↳ 自动\n")
