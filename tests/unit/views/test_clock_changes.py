"""What was done to a clock, in words: on the timeline and in explanations (K5, K6, K7, X1)."""

from __future__ import annotations

import datetime as dt

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.definition import parse_workflow
from casewf.engine.engine import Engine
from casewf.model.amount import WorkingDays
from casewf.model.case import Actor
from casewf.model.text import Label
from casewf.testing.clock import TestClock, at
from casewf.views.explanation import explanation_text
from casewf.views.timeline import Names, timeline
from casewf.worktime import WorkCalendar

TEXT = """casewf: 1
id: claim
version: 1
calendar: office
roles: {handler: {zh: 办理员, en: Handler}, supervisor: {zh: 督办员, en: Supervisor}}
fields: {urgent: {type: boolean}, pay_by: {type: date}}
tracks:
  main:
    initial: open
    states: {open: {zh: 办理, en: Open}, done: {zh: 办结, en: Done, category: closed}}
    triggers: {note: {zh: 登记, en: Note}, finish: {zh: 办结, en: Finish}, reopen: {zh: 重办, en: Reopen}}
    transitions:
      - {trigger: note, from: open, by: handler, accepts: [urgent, pay_by]}
      - {trigger: finish, from: open, to: done, by: handler}
      - {trigger: reopen, from: done, to: open, by: handler}
slas:
  handle:
    title: {zh: 办结, en: Handle}
    start: {enter: main.open}
    stop: {enter: main.done}
    on_change: HOW
    on_reopen: continue
    target: [{when: urgent, within: 5 working days}, {within: 10 working days}]
    ladder: [{at: due, hook: ring}]
    extension: {by: supervisor, times: 2}
    suspension: {by: supervisor, up_to: 30 hours, times: 2}
  pay:
    title: {zh: 付款, en: Payment}
    start: {enter: main.open}
    stop: {enter: main.done}
    target: [{until: pay_by}]
"""
WEEK = {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
LI = Actor("li", frozenset({"handler"}))
WANG = Actor("wang", frozenset({"supervisor"}))
NAMES = Names(people={"li": Label("李", "Li"), "wang": Label("王", "Wang")})


class Claim:
    """A case that is opened on Monday 16 March at 10:00."""

    def __init__(self, how: str = "rebase", *, holiday: dt.date | None = None) -> None:
        self.store = MemoryStore()
        self.clock = TestClock(at("2026-03-16 10:00"))
        self.how = how
        self.engine = self._engine(None)
        self.engine.open("claim", actor=LI, case_id="C-1")

    def _engine(self, holiday: dt.date | None) -> Engine:
        office = WorkCalendar(
            id="office",
            zone="Asia/Shanghai",
            week=WEEK,
            days_off=None if holiday is None else {holiday: "放假"},
        )
        return Engine(
            [parse_workflow(TEXT.replace("HOW", self.how))],
            store=self.store,
            clock=self.clock,
            hooks={"ring": lambda _delivery: None},
            calendars={"office": office},
        )

    def act(self, when: str, act: str, actor: Actor, amount: WorkingDays | None = None) -> None:
        self.clock.travel(at(when))
        self.engine.act("C-1", act, "handle", actor=actor, amount=amount, comment="x")

    def announce(self, day: dt.date) -> None:
        self.engine = self._engine(day)
        self.engine.recompute("office", actor=WANG, apply=True)

    def timeline(self, lang: str) -> str:
        workflow = self.engine.workflow_of("C-1", actor=LI)
        history = self.engine.history("C-1", actor=LI)
        return timeline(workflow, history, zone="Asia/Shanghai", lang=lang, names=NAMES)

    def explained(self, lang: str) -> str:
        found = self.engine.explain("C-1", "handle", actor=LI)
        return explanation_text(found, self.engine.workflow_of("C-1", actor=LI), lang=lang)


@pytest.fixture
def acted() -> Claim:
    claim = Claim()
    claim.act("2026-03-17 09:00", "request_extension", LI, WorkingDays(2))
    claim.act("2026-03-17 09:30", "reject_extension", WANG)
    claim.act("2026-03-17 10:00", "request_extension", LI, WorkingDays(2))
    claim.act("2026-03-17 11:00", "extend", WANG)
    claim.act("2026-03-18 09:00", "request_suspension", LI)
    claim.act("2026-03-18 10:00", "suspend", WANG)
    claim.act("2026-03-18 15:00", "resume", LI)
    claim.act("2026-03-19 09:00", "request_suspension", LI)
    claim.act("2026-03-19 10:00", "suspend", WANG)
    claim.clock.travel(at("2026-03-23 09:00"))
    claim.engine.sweep()
    return claim


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            (
                "Ask for an extension · Li",
                "▸ Handle: an extension was asked for: 2 working days",
                "Reject the extension · Wang",
                "▸ Handle: the extension was not granted",
                "Grant the extension · Wang",
                "▸ Handle: extended by 2 working days (Li had asked) · due 04-01 17:00",
                "Ask for a suspension · Li",
                "Grant the suspension · Wang",
                "▸ Handle: suspended (Li had asked), until 03-19 16:00 at the latest",
                "‖ Handle: paused",
                "Resume the clock · Li",
                "▸ Handle: the suspension was ended",
                "▸ Handle: goes on · due 04-02 14:00",
                "Resume the clock · the system",
                "▸ Handle: the suspension was over at 03-20 16:00",
                "! Payment: waits for its date",
            ),
        ),
        (
            "zh",
            (
                "申请延期 · 李",
                "▸ 办结 申请延期2个工作日",
                "不予延期 · 王",
                "▸ 办结 延期未获批准",
                "批准延期 · 王",
                "▸ 办结 延期2个工作日（李申请） · 限 04-01 17:00",
                "申请中止计时 · 李",
                "▸ 办结 中止计时（李申请），至迟到 03-19 16:00",
                "恢复计时 · 李",
                "▸ 办结 中止结束",
                "▸ 办结 中止期满（03-20 16:00）",
                "! 付款 待约定日期确定后起算",
            ),
        ),
    ],
)
def test_acts_are_on_the_timeline_with_who_did_them(acted: Claim, lang: str, lines: tuple[str, ...]) -> None:
    text = acted.timeline(lang)
    for line in lines:
        assert line in text, line


def test_an_explanation_lists_what_was_done_in_order(acted: Claim) -> None:
    acted.act("2026-03-24 09:00", "request_extension", LI, WorkingDays(1))
    text = acted.explained("en")
    marks = [line.strip() for line in text.splitlines() if line.strip().startswith(("▸", "?"))]
    assert [mark[:18] for mark in marks][:3] == [
        "▸ Tue 2026-03-17 0",
        "▸ Tue 2026-03-17 0",
        "▸ Tue 2026-03-17 1",
    ]
    assert marks[-1] == "? li asks for an extension, not decided yet"
    assert "? li申请延期，待审批" in acted.explained("zh")


def test_a_clock_that_stands_says_since_when_and_why() -> None:
    claim = Claim()
    claim.act("2026-03-18 09:00", "request_suspension", LI)
    claim.act("2026-03-18 10:00", "suspend", WANG)
    text = claim.explained("en")
    assert text.startswith("Why is “Handle” not due at any instant now?")
    assert "‖ paused since Wed 2026-03-18 10:00, by a suspension that was granted (wang)" in text
    assert "‖ 暂停：2026-03-18 周三 10:00 起至今，因批准的中止（wang），不计" in claim.explained("zh")


@pytest.mark.parametrize(
    ("how", "en", "zh"),
    [
        ("rebase", "changed, counted from the same start", "时限改变，从原起点重新计算"),
        ("carry", "changed, the share that was spent stays spent", "时限改变，已用的份额不变"),
        ("restart", "changed, counted anew from here", "时限改变，从此刻重新起算"),
    ],
)
def test_a_change_of_target_says_how_it_counts_now(how: str, en: str, zh: str) -> None:
    claim = Claim(how)
    claim.clock.travel(at("2026-03-18 09:00"))
    claim.engine.fire("C-1", "note", actor=LI, data={"urgent": True})
    assert f"▸ Handle: {en} · due " in claim.timeline("en")
    assert f"▸ 办结 {zh} · 限 " in claim.timeline("zh")
    assert f"{en} · due " in claim.explained("en")


def test_a_carried_limit_says_what_was_spent() -> None:
    """K5: 15 of 87 working hours were spent; of 47 the same share is left, and a day has not 24 of them."""
    claim = Claim("carry")
    claim.clock.travel(at("2026-03-18 09:00"))
    claim.engine.fire("C-1", "note", actor=LI, data={"urgent": True})
    words = " ".join(claim.explained("en").split())
    assert "about 17% had been spent; the remaining 38 h 53 min of working time counts from then" in words
    assert "此前已用约17%，余下38小时53分钟工作时间从那时起算" in claim.explained("zh")


def test_a_new_calendar_says_which_version_and_what_it_moved() -> None:
    claim = Claim()
    claim.announce(dt.date(2026, 3, 18))
    assert "The calendar changes · Wang" in claim.timeline("en")
    assert "▸ Handle: measured by a new version of its calendar (" in claim.timeline("en")
    assert "日历更新 · 王" in claim.timeline("zh")
    assert "改按新版日历计算（" in claim.explained("zh")
    assert "Wed 2026-03-18  放假" in claim.explained("en")


def test_the_time_in_which_a_clock_was_finished_is_shown_as_such() -> None:
    """K4: closed time is never counted."""
    claim = Claim()
    for when, trigger in (("2026-03-17 09:00", "finish"), ("2026-03-19 09:00", "reopen")):
        claim.clock.travel(at(when))
        claim.engine.fire("C-1", trigger, actor=LI)
    assert "‖ paused Tue 2026-03-17 09:00 – 03-19 09:00, while it was finished" in claim.explained("en")
    assert "工单办结期间，不计" in claim.explained("zh")
