"""A host's test of a whole case, as somebody writes it who knows ``casewf.testing`` only, and in virtual time.

Ten workers are owed their wages; nobody signs in time, so the case is escalated; then all goes as it should.
"""

from __future__ import annotations

import datetime as dt

from casewf.testing import (
    TestClock,
    TestHost,
    assert_due,
    assert_pushed,
    assert_refused,
    assert_rung,
    assert_told,
    at,
    look,
)

PEOPLE = {
    "wu": "operator dispatcher @ city",
    "zhou": "supervisor reviewer @ city",
    "chief": "leader @ city",
    "he": "callback_agent @ city",
    "bureau": "gov_center gov_dept @ city",
    "li": "handler @ city/yuzhong",
}


def test_unpaid_wages_are_escalated_and_paid() -> None:
    host = TestHost("hotline-12351", people=PEOPLE, clock=TestClock(at("2025-06-17 08:42")))

    def fire(trigger: str, by: str, comment: str = "", **data: object) -> None:
        host.engine.fire("S01", trigger, actor=host.actor(by), data=data, comment=comment)

    host.engine.open("hotline-12351", actor=host.actor("wu"), case_id="S01")
    fire("pick_up", "wu")
    fire("register", "wu", category="complaint", topic="wage_arrears", priority="urgent", people=10,
         summary="被拖欠工资近40万元", district="渝中区")  # fmt: skip
    fire("dispatch", "wu", lead_org="yuzhong")
    assert_pushed(host.connectors["government"], "S01", {"district": "渝中区", "people": 10}, times=1)
    assert_told(host.notifier, "li", about="dispatch", times=1)
    assert_due(host.engine, "S01", "sign", at("2025-06-17 10:42"), phase="running")

    host.clock.travel(at("2025-06-17 15:00"))  # nobody signs
    assert_rung(host.engine, "S01", "sign", "due", at=at("2025-06-17 10:42"), times=1)
    assert_told(host.notifier, "chief", about="sign/after 4 hours", times=1)
    assert look(host.engine, "S01").card == "red"
    assert look(host.engine, "S01").states["oversight"] == "supervised"

    fire("g_accept", "bureau")
    fire("sign", "li")
    fire("contact", "li", comment="与杨云通话", connected=True)
    fire("verify", "li", comment="工资表与陈述一致", finding="confirmed")
    fire("negotiate", "li")
    with assert_refused("guard_not_met"):
        fire("submit", "li", outcome="resolved", reply="正在协调")
    fire("agree", "li", agreed_amount=398000, pay_by=dt.date(2025, 7, 8))
    fire("g_feedback", "bureau", comment="已责令支付")
    fire("g_confirm", "bureau")
    fire("submit", "li", outcome="resolved", reply="已签订支付协议")
    fire("review_pass", "zhou")
    fire("callback_satisfied", "he", rating="very_satisfied")
    fire("clear", "zhou")
    host.clock.travel(at("2025-07-05 09:00"))  # the warning before the payment is due
    assert_told(host.notifier, "zhou", about="performance/before 2 working days")
    fire("record_payment", "li", paid_amount=398000)
    fire("performance_ok", "zhou")
    host.clock.advance(days=30)  # it is archived by itself
    assert look(host.engine, "S01").states["union"] == "archived"
