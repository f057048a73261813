"""No notice shows what its recipient may not read, whoever holds the case by then (D5, M2)."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from casewf.adapters.memory import MemoryStore
from casewf.definition.load import parse_workflow
from casewf.engine.case_view import MASK
from casewf.engine.engine import Engine
from casewf.errors import NotFound
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.ports.outside import Delivery, Person
from casewf.testing.clock import TestClock, at

ROLES = ("operator", "handler", "leader")
ORGS = ("city", "north", "south", "street")
CHART = {"city": None, "north": "city", "south": "city", "street": "south"}
PEOPLE = {
    org: [Person(f"{org}-{role}", f"{org} {role}", frozenset({role})) for role in ROLES] for org in ORGS
}
WORKFLOW = """
casewf: 1
id: masked
version: 1
calendar: cn-office
roles: {operator: {zh: 接线员}, handler: {zh: 办理员}, leader: {zh: 领导}}
fields:
  lead: {type: org}
  plain: {type: text}
%s
opening: {by: operator}
tracks:
  main:
    initial: received
    states: {received: {zh: 受理}, given: {zh: 派单}, closed: {zh: 办结, category: closed}}
    transitions:
      - {trigger: give, from: [received, given], to: given, by: operator, asks: [lead], assign: {handler: lead},
         effects: [{notify: [operator, handler, leader]}]}
      - {trigger: close, from: given, to: closed, by: operator}
"""
Seen = tuple[bool, frozenset[str]]
FIELDS = st.lists(st.tuples(st.booleans(), st.frozensets(st.sampled_from(ROLES))), min_size=1, max_size=4)


class Reader:
    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.texts: list[tuple[Delivery, Person, Mapping[str, str], str]] = []

    def notify(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        for person in delivery.recipients:
            for lang in ("zh", "en"):
                notice = delivery.notice(person, lang)
                text = "\n".join((notice.subject, *notice.lines, *notice.fields.values()))
                self.texts.append((delivery, person, notice.fields, text))


@given(FIELDS, st.lists(st.sampled_from(ORGS), min_size=1, max_size=3), st.booleans())
def test_a_notice_shows_what_the_recipients_role_may_see_in_a_case_of_his_and_nothing_else(
    fields: list[Seen], given_to: list[str], erased: bool
) -> None:
    declared = "\n".join(
        f"  f{number}: {{type: text"
        + (", sensitive: true" if sensitive else "")
        + (f", seen_by: [{', '.join(sorted(seen))}]" if sensitive and seen else "")
        + "}"
        for number, (sensitive, seen) in enumerate(fields)
    )
    reader = Reader()
    engine = Engine(
        [parse_workflow(WORKFLOW % declared)],
        store=MemoryStore(),
        clock=TestClock(at("2026-03-16 10:00")),
        directory=StaticDirectory(CHART, PEOPLE),
        notifier=reader,
        deliver="later",
    )
    operator = Actor("wu", frozenset({"operator"}), "city")
    values = {f"f{number}": f"geheim-{number}" for number in range(len(fields))}
    engine.open("masked", actor=operator, case_id="C-1", data={"plain": "offen", **values})
    for org in given_to:
        engine.fire("C-1", "give", actor=operator, data={"lead": org})
    if erased:
        engine.erase("C-1", actor=operator)
    engine.deliver()
    assert len(reader.deliveries) == 3 * len(given_to)
    for number, (sensitive, _) in enumerate(fields):
        assert (f"geheim-{number}" in repr(reader.deliveries)) == (not sensitive)
    for _delivery, person, shown, text in reader.texts:
        org, role = person.id.split("-")
        try:
            view = engine.case("C-1", actor=Actor(person.id, frozenset({role}), org))
        except NotFound:
            assert shown == {}
            assert "geheim" not in text
            assert "offen" not in text
            continue
        assert {name: line.split("：")[-1].split(": ")[-1] for name, line in shown.items()} == view.fields
        for number, (sensitive, seen) in enumerate(fields):
            reads = not sensitive or (role in seen and not erased)
            assert (f"geheim-{number}" in text) == reads
            assert (view.fields[f"f{number}"] == MASK) == (not reads)
