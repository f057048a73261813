"""``casewf show``: a workflow in short, and resolved with where each value is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from casewf.cli.main import main
from casewf.definition import load_workflow, parse_workflow
from overlay_files import BASE, HEAD, write

OVER = """title: {zh: 城北区}
cards:
  yellow: {}
  orange: {zh: 橙牌, en: Orange}
  red: {zh: 红牌}
tracks:
  main:
    transitions:
      close:
        - {from: sent, to: closed, by: leader}
slas:
  handle:
    target:
      - {within: 9 working days}
    pause: null
"""
SEALS = "    at_most: [2 working days, 8 hours]\nsealed: [slas.sign, roles.leader]\n"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, base=BASE + SEALS, district=HEAD + OVER)
    monkeypatch.chdir(tmp_path)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["show", *arguments]) == 0
    return capsys.readouterr().out


def test_resolved_says_of_each_value_where_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        " ".join(line.split())
        for line in shown(capsys, "district.yaml", "--resolved", "--lang", "en").splitlines()
    ]
    for line in [
        "id: district # district.yaml:2",
        "zh: 城北区 # district.yaml:5",
        "en: Base # base base.yaml:4",
        "blue: {en: Blue} # base base.yaml:7",
        "yellow: {en: Yellow} # base base.yaml:7",
        "orange: {zh: 橙牌, en: Orange} # district.yaml:8",
        "- {trigger: close, from: sent, to: closed, by: leader} # district.yaml:14",
        "target: [{within: 9 working days}] # district.yaml:18",
        "stop: {enter: main.closed} # base base.yaml:33",
        "at_most: [2 working days, 8 hours] # base base.yaml:48",
    ]:
        assert line in lines
    assert not [line for line in lines if line.startswith(("extends", "pause"))]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["district.yaml", "base.yaml", "hotline-12351"])
def test_resolved_text_is_a_file_that_means_the_same(
    name: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(capsys, name, "--resolved", "--lang", lang)
    assert parse_workflow(text) == load_workflow(name if name.startswith("hotline") else Path(name))
    assert ("# 底本 " in text) == (lang == "zh" and name == "district.yaml")


def test_in_short_it_names_the_files_the_limits_and_the_seals(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "district.yaml", "--lang", "en")
    for piece in [
        "district, version 1",
        "district.yaml, over base.yaml",
        "New · Sent · Waiting · ✓Closed",
        "9 working days",
        "district.yaml:18",
        "1 working day; at most 2 working days or 8 hours",
        "roles.leader  base.yaml:49",
    ]:
        assert piece in text
    chinese = shown(capsys, "district.yaml", "--lang", "zh")
    assert chinese.startswith("城北区\ndistrict 第1版\ndistrict.yaml，叠加于 base.yaml\n")
    assert "最长2个工作日或8小时" in chinese


def test_a_file_over_nothing_says_so_by_naming_itself_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "hotline-12351", "--lang", "en").splitlines()[2] == "hotline-12351.yaml"


def test_a_wrong_file_exits_1_and_a_missing_one_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "wrong.yaml").write_text(HEAD + "slas: {sign: null}\n", encoding="utf-8")
    assert main(["show", "wrong.yaml", "--resolved"]) == 1
    assert main(["show", "nowhere.yaml"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "[CW807]" in captured.err
    assert "cannot be read" in captured.err


def test_a_file_s_name_cannot_leave_its_comment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a\nid: b.yaml").write_text(BASE, encoding="utf-8")
    text = shown(capsys, "a\nid: b.yaml", "--resolved")
    assert parse_workflow(text).id == "base"
