"""Stories about several cases: children, merges and splits end to end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from casewf.errors import DefinitionError
from casewf.testing.playback import Playback
from casewf.testing.story import play
from casewf.testing.story_file import parse_story

PARENT = """casewf: 1
id: matter
version: 1
calendar: cn-office
roles: {desk: {zh: 窗口, en: Desk}}
fields: {into: {type: text}, firm: {type: text}}
split: {by: desk, carries: firm}
tracks:
  main:
    initial: open
    states: {open: {zh: 办理, en: Open}, merged: {zh: 并单, en: Merged, final: true, ends_case: true}}
    transitions:
      - {trigger: write, from: open, by: desk, effects: [{open: letter, with: {firm: firm}}]}
      - {trigger: merge, from: open, to: merged, by: desk, asks: into, effects: [{merge: into}]}
"""
CHILD = """casewf: 1
id: letter
version: 1
calendar: cn-office
roles: {clerk: {zh: 文书, en: Clerk}}
fields: {firm: {type: text}}
tracks:
  main:
    initial: sent
    states: {sent: {zh: 已发, en: Sent}, ended: {zh: 办结, en: Ended, category: closed}}
    transitions: [{trigger: end, from: sent, to: ended, by: clerk}]
"""
RELATIVES = """casewf-story: 1
workflow: ./matter.yaml
zone: Asia/Shanghai
people: {ann: {roles: [desk], org: city}, cy: {roles: [clerk], org: city}}
organisations: {city: {zh: 市, en: City}}
case: {id: P}
cases: {P.1: {workflow: ./letter.yaml}, Q: {}, R: {}}
steps:
  - {at: 2026-03-02 09:00, open: {firm: F}, by: ann}
  - {case: Q, open: {}, by: ann}
"""


def relatives(steps: str, folder: Path, top: str = RELATIVES) -> Playback:
    (folder / "matter.yaml").write_text(PARENT, encoding="utf-8")
    (folder / "letter.yaml").write_text(CHILD, encoding="utf-8")
    return play(parse_story(top + steps, folder=folder))


def test_a_story_is_about_several_cases(tmp_path: Path) -> None:
    playback = relatives(
        """
  - {fire: write, by: ann, expect: {effects: [{open: letter}], children: {open: 1, total: 1}}}
  - {deliver: true, case: P.1, expect: {fields: {firm: F}, states: {main: sent}, closed: false}}
  - {case: P.1, fire: end, by: cy, expect: {effects: []}}
  - {deliver: true, expect: {children: {open: 0, closed: 1}}}
  - {split: R, by: ann, data: {firm: G}, expect: {links: {split_to: R}}}
  - {deliver: true, case: R, expect: {links: {split_from: P}, fields: {firm: G}, parties: []}}
  - {fire: merge, by: ann, data: {into: Z}, refused: [merge_target]}
  - {fire: merge, by: ann, data: {into: Q}, expect: {effects: [{merge: Q}], links: {merged_into: Q}}}
  - {deliver: true, case: Q, expect: {links: {merged_from: P}}}
""",
        tmp_path,
    ).check()
    assert list(playback.others) == ["P.1", "Q", "R"]


def test_what_is_wrong_with_another_case_is_found(tmp_path: Path) -> None:
    playback = relatives(
        """
  - {case: P.1, fire: end, by: cy}
  - {case: Q, expect: {children: {open: 1}, links: {merged_from: P}, parties: [w1]}}
""",
        tmp_path,
    )
    assert [failure.text().split(": ", 1)[1] for failure in playback.failures] == [
        "end by cy: expected success, found [not_found] (no case P.1 was found)",
        "the number of children, open: expected 1, found 0",
        "the links merged_from: expected [P], found []",
        "the parties: expected [w1], found []",
    ]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("  - {case: S, fire: write, by: ann}\n", "unknown case 'S'"),
        ("  - {case: P.1, fire: write, by: ann}\n", "unknown trigger 'write'"),
        ("  - {case: Q, open: {}, by: ann}\n", "the case was opened above"),
        ("  - {expect: {effects: [{open: leter}]}}\n", "unknown name after open 'leter'"),
        ("  - {expect: {links: {merged: P}}}\n", "unknown kind of link 'merged'"),
        ("  - {sweep: true, parties: [w]}\n", "parties goes with split only"),
    ],
)
def test_a_wrong_step_on_another_case_is_found(tmp_path: Path, steps: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(message)):
        relatives(steps, tmp_path)


def test_a_child_whose_workflow_the_story_does_not_know_is_found(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="open cases of 'letter', which is not among the packaged ones"):
        relatives("", tmp_path, RELATIVES.replace("P.1: {workflow: ./letter.yaml}, ", ""))
