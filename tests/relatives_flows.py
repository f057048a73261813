"""Two small workflows, a parent's and a child's, for the tests of children, merges and splits."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from casewf.core.seal import unseal
from casewf.definition.load import parse_workflow
from casewf.engine.commit import seal_parties
from casewf.engine.unit_of_work import UnitOfWork
from casewf.engine.wanted import Brought
from casewf.model.case import Actor, Case, Children, Party, Stamp
from casewf.model.file_events import PartyRecorded
from casewf.model.people import PartyRules
from casewf.model.roles import By
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.ports.store import Store
from engine_fakes import World

PARENT = """
casewf: 1
id: matter
version: 1
calendar: cn-office
roles: {desk: {zh: 窗口, en: Desk}, boss: {zh: 领导, en: Boss}}
cards: {red: {zh: 红牌, en: Red}}
fields:
  topic: {type: text}
  count: {type: integer, default: 1}
  firm: {type: text}
  place: {type: org}
  name: {type: text, sensitive: true, seen_by: [desk]}
  phone: {type: text, sensitive: true, seen_by: [desk]}
  person: {type: text}
  into: {type: text}
opening: {by: desk, accepts: [topic, count, firm, name, phone, person]}
split: {by: boss, carries: [topic, firm, name, phone]}
tracks:
  main:
    initial: received
    states:
      received: {zh: 受理, en: Received}
      working: {zh: 办理, en: Working}
      waiting: {zh: 等待, en: Waiting}
      closed: {zh: 办结, en: Closed, category: closed}
      filed: {zh: 归档, en: Filed, category: closed}
      merged: {zh: 并单, en: Merged, final: true, ends_case: true}
    transitions:
      - {trigger: work, from: received, to: working, by: desk, accepts: [firm, count, place]}
      - trigger: spawn
        from: [received, working, waiting, closed, filed]
        by: desk
        accepts: [firm]
        effects: [{open: letter, with: {firm: firm, number: count + 1}, carry: [name]}]
      - trigger: spawn_two
        from: working
        by: desk
        effects:
          - {open: letter, with: {firm: firm}}
          - {open: letter, with: {firm: firm}, org: place}
      - {trigger: wait, from: working, to: waiting, by: desk}
      - {trigger: go_on, from: waiting, to: working, auto: true, when: children.open == 0 and children.total > 0}
      - {trigger: close, from: [working, waiting], to: closed, by: desk}
      - {trigger: file, from: closed, to: filed, auto: true, when: children.open == 0 and children.total > 0}
      - {trigger: reopen, from: [closed, filed], to: working, by: boss}
      - {trigger: merge, from: [received, working, waiting], to: merged, by: [desk, boss], asks: into,
         effects: [{merge: into}]}
slas:
  limit:
    start: {enter: main.received}
    stop: {enter: main.closed}
    pause: {in: main.working, when: children.open > 0}
    target: [{within: 5 working days}]
    ladder: [{at: due, card: red, effects: [{open: letter, with: {firm: topic}}]}]
"""

CHILD = """
casewf: 1
id: letter
version: 1
calendar: cn-office
roles: {desk: {zh: 窗口, en: Desk}}
fields:
  firm: {type: text}
  number: {type: integer}
  name: {type: text, sensitive: true, seen_by: [desk]}
opening: {by: desk, needs: firm}
tracks:
  main:
    initial: draft
    states:
      draft: {zh: 拟稿, en: Draft}
      sent: {zh: 已发, en: Sent}
      ended: {zh: 办结, en: Ended, category: closed}
    transitions:
      - {trigger: send, from: draft, to: sent, by: desk}
      - {trigger: end, from: [draft, sent], to: ended, by: desk}
      - {trigger: again, from: ended, to: draft, by: desk}
"""

DESK = Actor("ann", frozenset({"desk"}), "north")
BOSS = Actor("bo", frozenset({"boss"}), "north")
SOUTH = Actor("sue", frozenset({"desk", "boss"}), "south")

RULES = PartyRules(kinds={"worker": Label("职工", "Worker")}, by=(By(role="desk"),), seen_by=("desk",))


def matter(text: str = PARENT, **replacements: str) -> Workflow:
    """The parent's workflow with parts of its text replaced; it keeps parties."""
    for old, new in replacements.items():
        assert old in text, old
        text = text.replace(old, new)
    workflow = parse_workflow(text)
    fields = {**workflow.fields, "person": attrs.evolve(workflow.fields["person"], identifies=True)}
    return attrs.evolve(workflow, parties=RULES, fields=fields)


def letter(**replacements: str) -> Workflow:
    """The child's workflow with parts of its text replaced."""
    text = CHILD
    for old, new in replacements.items():
        assert old in text, old
        text = text.replace(old, new)
    return parse_workflow(text)


def worker(name: str, **more: object) -> Party:
    """A party without an identity."""
    return Party(id=name, kind="worker", **more)  # type: ignore[arg-type]


FLOWS = (matter(), letter())


class Small(World):
    """An engine on the two small workflows."""

    def __init__(self, store: Store, flows: Sequence[Workflow] = FLOWS, **options: object) -> None:
        super().__init__(store, workflows=flows, directory=None, connectors={}, hooks={}, **options)

    def parent(self, case_id: str = "P", **data: object) -> None:
        values = {"topic": "t", "firm": "F", "name": "杨云", **data}
        self.engine.open("matter", actor=DESK, case_id=case_id, data=values)
        self.engine.fire(case_id, "work", actor=DESK)

    def fire(self, case_id: str, trigger: str, **more: object) -> None:
        self.engine.fire(case_id, trigger, actor=DESK, **more)  # type: ignore[arg-type]

    def children(self, case_id: str = "P") -> Children:
        stored = self.store.load(case_id)
        assert stored is not None
        return stored.case.children

    def state(self, case_id: str = "P") -> str:
        return self.engine.case(case_id, actor=DESK).states["main"]

    def incidents(self, case_id: str = "P") -> list[tuple[str, str]]:
        return [(one.kind, one.detail) for one in self.engine.incidents(case_id)]

    def case(self, case_id: str) -> Case:
        stored = self.store.load(case_id)
        assert stored is not None
        return stored.case

    def join(self, case_id: str, name: str, *, identity: object = None, **more: object) -> None:
        """Make somebody a party of a case."""
        means = self.engine._means
        stored = self.store.load(case_id)
        assert stored is not None
        (party,), rows = seal_parties((Brought(worker(name, **more), identity),), means.entropy.token)
        event = PartyRecorded(at=stored.case.at, by=Stamp("ann"), party=party)
        unit = UnitOfWork(means, set())
        unit._append(means.registry.pinned(stored.case), stored, (event,), rows)

    def people(self, case_id: str) -> dict[str, object]:
        """The parties of a case, and what its vault says of each."""
        parties = self.case(case_id).parties
        refs = {name: party.identity.ref for name, party in parties.items() if party.identity is not None}
        rows = self.store.secrets(case_id, list(refs.values()))
        return {name: unseal(rows[refs[name]]) if refs.get(name) in rows else None for name in parties}
