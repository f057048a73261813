"""What an overlay loses of the file it lies over without a word (CW780)."""

from __future__ import annotations

from pathlib import Path

import pytest

from casewf.analysis.lint import lint
from casewf.definition.findings import Finding
from casewf.definition.load import load_calendar, parse_document, read_document

CALENDARS = {"cn-office": load_calendar("cn-office")}
HEAD = "casewf: 1\nid: {id}\nversion: 1\nextends: {base}\ntitle: {{zh: 测试, en: Test}}\nslas:\n"
LADDER = "ladder: [{at: 80%, notify: handler}]"
URGENT = "when: priority == 'urgent', within: 1 hour"


def overlay(targets: str, sla: str = "sign") -> str:
    return HEAD.format(id="north", base="hotline-12351") + f"  {sla}:\n    target: [{targets}]\n"


def found(text: str) -> list[Finding]:
    return [one for one in lint(parse_document(text, file="n.yaml"), CALENDARS) if one.code == "CW780"]


def test_it_stands_at_the_row_and_names_the_row_of_the_base() -> None:
    (finding,) = found(overlay(f"{{{URGENT}}}, {{within: 1 working day}}"))
    assert (finding.place.file, finding.place.line, finding.place.column) == ("n.yaml", 8, 14)
    assert "'sign' where priority == 'urgent'" in finding.message
    assert "hotline-12351.yaml:" in finding.help


@pytest.mark.parametrize(
    "targets",
    [
        f"{{{URGENT}, {LADDER}}}, {{within: 1 working day}}",
        f"{{{URGENT}, ladder: []}}, {{within: 1 working day}}",
        f"{{when: priority  ==  'urgent', within: 1 hour, {LADDER}}}, {{within: 1 working day}}",
        "{when: category == 'consult', within: 1 hour, ladder: []}, {within: 1 working day}",
    ],
)
def test_a_ladder_that_is_written_is_meant(targets: str) -> None:
    assert found(overlay(targets)) == []


def test_a_condition_that_is_gone_takes_its_ladder_along() -> None:
    (finding,) = found(overlay("{within: 1 working day}"))
    assert (finding.place.line, finding.place.column) == (8, 13)


def test_each_ladder_is_told() -> None:
    rows = f"{{{URGENT}}}, {{when: category == 'consult', within: 1 working day}}, {{within: 9 working days}}"
    assert ["urgent" in one.message for one in found(overlay(rows, "handle"))] == [True, False]


def test_targets_that_lose_none_are_silent() -> None:
    assert found(overlay("{within: 2 working hours}", "dispatch")) == []
    assert found(HEAD.format(id="north", base="hotline-12351") + "  sign: {kind: statutory}\n") == []


def test_the_ladder_may_have_become_that_of_the_limit(tmp_path: Path) -> None:
    own = overlay(f"{{{URGENT}, {LADDER}}}, {{within: 1 working day}}")
    (tmp_path / "base.yaml").write_text(own, encoding="utf-8")
    above = HEAD.format(id="street", base="./base.yaml") + (
        f"  sign:\n    {LADDER}\n    target: [{{{URGENT}}}, {{within: 1 working day}}]\n"
    )
    (tmp_path / "street.yaml").write_text(above, encoding="utf-8")
    assert [one.code for one in lint(read_document(tmp_path / "street.yaml"), CALENDARS)] == []
    (tmp_path / "street.yaml").write_text(above.replace(f"    {LADDER}\n", ""), encoding="utf-8")
    (finding,) = lint(read_document(tmp_path / "street.yaml"), CALENDARS)
    assert "base.yaml:8" in finding.help


def test_a_target_that_nobody_was_warned_of_loses_no_ladder(tmp_path: Path) -> None:
    own = overlay(f"{{{URGENT}, ladder: []}}, {{within: 1 working day}}")
    (tmp_path / "base.yaml").write_text(own, encoding="utf-8")
    above = HEAD.format(id="street", base="./base.yaml") + "  sign: {target: [{within: 2 working hours}]}\n"
    (tmp_path / "street.yaml").write_text(above, encoding="utf-8")
    assert lint(read_document(tmp_path / "street.yaml"), CALENDARS) == ()


def test_each_file_is_told_of_what_it_loses_itself(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(overlay("{within: 1 working day}"), encoding="utf-8")
    above = HEAD.format(id="street", base="./base.yaml") + "  sign: {target: [{within: 2 working hours}]}\n"
    (tmp_path / "street.yaml").write_text(above, encoding="utf-8")
    assert lint(read_document(tmp_path / "street.yaml"), CALENDARS) == ()
    assert [one.code for one in lint(read_document(tmp_path / "base.yaml"), CALENDARS)] == ["CW780"]
