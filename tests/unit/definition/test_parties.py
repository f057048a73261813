"""The section ``parties``, the rows that begin a new round, and the field that identifies the person."""

from __future__ import annotations

from casewf.definition import parse_workflow
from casewf.model.people import PartyRules, RatingRule
from casewf.model.roles import By
from casewf.model.text import Label

SMALL = """
casewf: 1
id: small
version: 1
calendar: cn-office
roles: {desk: {zh: 窗口}, caller: {zh: 回访员}}
fields:
  rating: {type: choice, of: [good, bad]}
  member_no: {type: text, identifies: true}
{parties}
tracks:
  main:
    initial: open
    states: {open: {zh: 办理}, done: {zh: 办结, category: closed}}
    transitions:
      - {trigger: finish, from: open, to: done, by: desk}
      - {trigger: again, from: done, to: open, by: desk, clears: [cards, ratings]}
"""
WHOLE = """
parties:
  kinds: {worker: {zh: 职工, en: Worker}, representative: {zh: 代表}}
  by: [desk, {any: caller}]
  seen_by: desk
  ratings: {of: rating, by: caller, not_by: finish, not_by_org: [finish, again], in: main.done}
"""


def test_every_key_has_its_attribute() -> None:
    workflow = parse_workflow(SMALL.replace("{parties}", WHOLE))
    assert workflow.parties == PartyRules(
        kinds={"worker": Label("职工", "Worker"), "representative": Label("代表", "")},
        by=(By(role="desk"), By(role="caller", any=True)),
        seen_by=("desk",),
        rating=RatingRule(
            field="rating",
            by=(By(role="caller"),),
            not_by=("finish",),
            not_by_org=("finish", "again"),
            inside=("main.done",),
        ),
    )
    assert workflow.track("main").transitions[1].clears == ("cards", "ratings")
    assert [name for name, field in workflow.fields.items() if field.identifies] == ["member_no"]


def test_the_least_that_may_stand_there() -> None:
    small = SMALL.replace("[cards, ratings]", "cards")
    workflow = parse_workflow(small.replace("{parties}", "parties: {kinds: {worker: {zh: 职工}}, by: desk}"))
    assert workflow.parties == PartyRules(kinds={"worker": Label("职工", "")}, by=(By(role="desk"),))
    assert parse_workflow(small.replace("{parties}", "")).parties is None
