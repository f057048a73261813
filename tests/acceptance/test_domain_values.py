"""What the law and the hotline's practice say, day for day, through a real engine (Civil Code art. 201, 203)."""

from __future__ import annotations

import datetime as dt

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.definition.load import parse_workflow
from casewf.engine.engine import Engine
from casewf.model.amount import WorkingDays
from casewf.model.case import Actor
from casewf.testing.clock import TestClock, at

TEXT = """
casewf: 1
id: domain
version: 1
calendar: cn-office
roles: {desk: {en: Desk}, boss: {en: Boss}}
fields: {heard_on: {type: date}}
tracks:
  main:
    initial: new
    states: {new: {en: New}, work: {en: Work}, suspended: {en: Suspended}, done: {en: Done, category: closed}}
    transitions:
      - {trigger: accept, from: new, to: work, by: desk, accepts: [heard_on]}
      - {trigger: suspend, from: work, to: suspended, by: desk}
      - {trigger: resume, from: suspended, to: work, by: desk}
      - {trigger: finish, from: work, to: done, by: desk}
slas:
  handle:
    start: {enter: main.work}
    stop: {enter: main.done}
    pause: {in: main.suspended}
    target: [{within: 15 working days}]
    extension: {by: boss}
  award:
    kind: statutory
    start: {enter: main.work}
    stop: {enter: main.done}
    target: [{within: 45 days}]
  defence:
    kind: statutory
    start: {enter: main.work}
    stop: {enter: main.done}
    target: [{within: 10 days}]
  by_date:
    start: {enter: main.work, when: has(heard_on)}
    stop: {enter: main.done}
    target: [{until: heard_on}]
"""
DESK = Actor("ann", frozenset({"desk"}))
BOSS = Actor("bo", frozenset({"boss"}))


class Domain:
    def __init__(self, start: str, **data: object) -> None:
        self.clock = TestClock(at(start))
        self.engine = Engine([parse_workflow(TEXT)], store=MemoryStore(), clock=self.clock)
        self.engine.open("domain", actor=DESK, case_id="C-1")
        self.engine.fire("C-1", "accept", actor=DESK, data=data)

    def at(self, when: str, trigger: str) -> None:
        self.clock.travel(at(when))
        self.engine.fire("C-1", trigger, actor=DESK)

    def due(self, sla: str) -> dt.datetime | None:
        return self.engine.case("C-1", actor=DESK).clocks[sla].due


def test_fifteen_working_days_over_the_spring_festival() -> None:
    """Two Saturdays are worked, 15 to 23 February are not."""
    assert Domain("2026-02-11 10:00").due("handle") == at("2026-03-10 18:00")


def test_suspended_with_nine_days_left_and_extended_by_five() -> None:
    domain = Domain("2026-03-10 10:00")
    assert domain.due("handle") == at("2026-03-31 18:00")
    domain.at("2026-03-18 09:00", "suspend")
    assert domain.due("handle") is None
    domain.at("2026-04-01 09:00", "resume")
    assert domain.due("handle") == at("2026-04-15 18:00")
    domain.clock.travel(at("2026-04-01 10:00"))
    domain.engine.act(
        "C-1", "request_extension", "handle", actor=DESK, amount=WorkingDays(5), comment="案情复杂"
    )
    domain.engine.act("C-1", "extend", "handle", actor=BOSS)
    assert domain.due("handle") == at("2026-04-22 18:00")
    view = domain.engine.case("C-1", actor=DESK).clocks["handle"]
    assert view.original_due == at("2026-03-31 18:00")


def test_a_limit_for_an_award_that_ends_on_a_holiday_rolls_to_monday() -> None:
    """45 days from 5 May end on 19 June 2026, the Dragon Boat Festival (Labour Dispute Mediation and Arbitration
    Law art. 43; Civil Code art. 203)."""
    assert Domain("2026-05-05 10:00").due("award") == at("2026-06-22 18:00")
    assert Domain("2026-05-04 10:00").due("award") == at("2026-06-18 18:00")


def test_a_limit_for_a_defence_may_end_on_a_saturday_that_is_worked() -> None:
    """Ten days from 29 April end on 9 May 2026, a Saturday that is worked in exchange for the May holidays
    (Labour Dispute Mediation and Arbitration Law art. 30)."""
    assert Domain("2026-04-29 10:00").due("defence") == at("2026-05-09 18:00")


@pytest.mark.parametrize(
    ("date", "due"),
    [
        ("2026-06-19", "2026-06-22 18:00"),
        ("2026-05-09", "2026-05-09 18:00"),
        ("2026-02-16", "2026-02-24 18:00"),
    ],
)
def test_an_agreed_date_ends_at_close_of_business_or_rolls(date: str, due: str) -> None:
    assert Domain("2026-02-11 10:00", heard_on=dt.date.fromisoformat(date)).due("by_date") == at(due)
