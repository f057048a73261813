"""Twelve faults, one of each class, seeded in copies of the packaged workflow: ``casewf lint`` finds each in its line.

All rules look at each copy, so that a fault is told as what it is and by nothing else than its codes.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from casewf.cli.main import main

HOTLINE = files("casewf").joinpath("workflows/hotline-12351.yaml").read_text(encoding="utf-8")

#: class → what stands there, what it becomes, and each code that is found with a piece of the line it is found in
FAULTS: dict[str, tuple[tuple[str, str], tuple[tuple[str, str], ...]]] = {
    "a misspelt name": (
        ("trigger: register, from: received", "trigger: register, from: recieved"),
        (("CW303", "from: recieved"),),
    ),
    "an unreachable state": (
        ("      suspended: {zh", "      lost: {zh: 遗失, en: Lost, final: true}\n      suspended: {zh"),
        (("CW701", "lost: {zh: 遗失"),),
    ),
    "a dead end": (
        ("en: Archived, final: true}", "en: Archived}"),
        (("CW702", "en: Archived}"),),
    ),
    "a condition that is never met": (
        ("when: suspension_count < 2", "when: suspension_count < 0"),
        (("CW707", "suspension_count < 0"),),
    ),
    "a transition that nobody may fire": (
        ("- {at: due, fire: resume}", "- {at: due, notify: supervisor}"),
        (("CW720", "{trigger: resume, from: suspended, to: =previous, by: system"),),
    ),
    "a label in one language": (
        ("supervised: {zh: 挂督, en: Supervised}", "supervised: {zh: 挂督}"),
        (("CW725", "supervised: {zh: 挂督}"),),
    ),
    "a role that nothing uses": (
        ("\ncards:\n", "\n  archivist: {zh: 档案员, en: Archivist}\ncards:\n"),
        (("CW726", "archivist"),),
    ),
    "a limit that never starts": (
        ("start: {enter: performance.pending}", "start: {leave: union.archived}"),
        (("CW750", "start: {leave: union.archived}"),),
    ),
    "a limit that is always paused": (
        (
            "    stop: {leave: union.return_requested}\n",
            "    pause: {in: union.return_requested}\n    stop: {leave: union.return_requested}\n",
        ),
        (("CW756", "    pause: {in: union.return_requested}\n    stop: {leave"),),
    ),
    "a ladder out of order": (
        (
            "- {after: 5 working days, notify: leader, card: escalated, fire: supervise}",
            "- {after: 5 days, notify: leader, card: escalated, fire: supervise}",
        ),
        (("CW758", "- {after: 5 days"),),
    ),
    "a warning that is never given": (
        (
            "- {before: 2 working days, notify: [handler, supervisor]}\n",
            "- {before: 25 working days, notify: [handler, supervisor]}\n",
        ),
        (("CW760", "- {before: 25 working days"),),
    ),
    "a limit past the calendar": (
        ("- {within: 20 working days}", "- {within: 20000 working days}"),
        (("CW766", "- {within: 20000 working days}"),),
    ),
    "a calendar that is not known": (
        ("calendar: cn-office\n", "calendar: cn-offices\n"),
        (("CW764", "cn-offices"),),
    ),
}


def line_of(text: str, piece: str) -> int:
    return text.count("\n", 0, text.index(piece)) + 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_found_in_its_line(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (before, after), expected = FAULTS[fault]
    assert before in HOTLINE
    text = HOTLINE.replace(before, after, 1)
    file = tmp_path / "district.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["lint", str(file), "--format", "json"]) == 1
    found = [(one["code"], one["line"]) for one in json.loads(capsys.readouterr().out)]
    assert found == [(code, line_of(text, piece)) for code, piece in expected]


def test_there_are_twelve_classes_and_the_workflow_itself_has_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert len(FAULTS) >= 12
    assert main(["lint", "hotline-12351"]) == 0
    assert capsys.readouterr().out == ""
