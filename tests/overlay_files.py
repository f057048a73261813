"""Overlays for tests: files laid over one another, and nodes as plain values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from casewf.definition.document import Document
from casewf.definition.findings import Finding, Report
from casewf.definition.load import read_document
from casewf.definition.node import ListNode, MapNode, Node
from casewf.definition.overlay import lay_over
from casewf.definition.source import SourceText
from casewf.definition.yaml_text import compose
from casewf.errors import DefinitionError

BASE = """casewf: 1
id: base
version: 3
title: {zh: 底本, en: Base}
calendar: cn-office
roles: {operator: {en: Operator}, handler: {en: Handler}, leader: {en: Leader}}
cards: {blue: {en: Blue}, yellow: {en: Yellow}, red: {en: Red}}
fields:
  priority: {type: choice, of: {routine: {en: Routine}, urgent: {en: Urgent}}, default: routine}
  category: {type: choice, of: [consult, help]}
  caller: {type: text, sensitive: true, seen_by: [operator]}
  pay_by: {type: date}
opening: {by: operator, accepts: [priority, caller]}
tracks:
  main:
    initial: new
    states:
      new: {en: New}
      sent: {en: Sent}
      waiting: {en: Waiting}
      closed: {en: Closed, category: closed}
    transitions:
      - {trigger: send, from: new, to: sent, by: operator, when: priority == 'urgent'}
      - {trigger: send, from: new, to: sent, by: operator}
      - {trigger: wait, from: sent, to: waiting, by: handler}
      - {trigger: resume, from: waiting, to: sent, auto: true, when: has(category)}
      - {trigger: close, from: [sent, waiting], to: closed, by: leader}
slas:
  handle:
    title: {en: Handle}
    start: {enter: main.sent}
    pause: [{in: [main.waiting, main.new]}]
    stop: {enter: main.closed}
    target:
      - {when: priority == 'urgent', within: 3 working days, ladder: [{at: due, notify: leader, card: red}]}
      - {when: category == 'help', within: 7 working days}
      - {within: 15 working days}
    ladder:
      - {before: 2 working days, notify: handler, card: blue}
      - {at: 80%, notify: handler}
      - {at: due, notify: [handler, leader], card: yellow, quiet_hours: wait}
      - {after: 2 working days, every: 1 working day, times: 3, notify: leader, card: red}
    extension: {by: leader, times: 2, up_to: 5 working days, asked_before: 1 working day, asked_by: [handler]}
  sign:
    start: {enter: main.sent}
    stop: {leave: main.sent}
    target: [{within: 1 working day}]
"""
TYPED = re.compile(r"-?[0-9]+(\.[0-9]+)?|true|false")
HEAD = "casewf: 1\nid: district\nversion: 1\nextends: ./base.yaml\n"


def node_of(text: str) -> Node:
    return compose(Report(SourceText("text.yaml", text)))


def merged(*texts: str) -> object:
    """Plain values of the texts laid over one another, the lowest first; nothing may be wrong."""
    report = Report(SourceText("text.yaml", ""))
    whole, *overs = (compose(Report(SourceText("text.yaml", text))) for text in texts)
    for over in overs:
        assert isinstance(whole, MapNode)
        assert isinstance(over, MapNode)
        whole = lay_over(report, whole, over)
    report.close()
    return plain(whole)


def plain(node: Node) -> object:
    """What a node says: maps as pairs in their order, lists, and texts with whether they may be more than texts."""
    if isinstance(node, MapNode):
        return [(key.text, plain(value)) for key, value in node.pairs]
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    if node.is_null:
        return None
    return node.text, node.style == "" and TYPED.fullmatch(node.text) is not None


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def laid(folder: Path, over: str, base: str = BASE) -> Document:
    """The overlay over the base, read from files."""
    write(folder, base=base, district=HEAD + over)
    return read_document(folder / "district.yaml", name="district.yaml")


def refused(folder: Path, over: str, base: str = BASE) -> list[Finding]:
    with pytest.raises(DefinitionError) as caught:
        laid(folder, over, base)
    return [finding for finding in caught.value.findings if isinstance(finding, Finding)]
