"""Two small workflows, a parent's and a child's, for the tests of children, merges and splits."""

from __future__ import annotations

import attrs

from casewf.definition.load import parse_workflow
from casewf.model.case import Actor, Party
from casewf.model.people import PartyRules
from casewf.model.roles import By
from casewf.model.text import Label
from casewf.model.workflow import Workflow

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
