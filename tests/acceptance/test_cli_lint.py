"""``casewf lint`` as an author meets it: what it prints, in which format, and how it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from casewf.analysis.explain import code_titles, example
from casewf.analysis.rules import RULES
from casewf.cli.main import main
from casewf.definition.codes import CODES

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "definition"
UNREACHABLE = RULES[0]


def codes_of(shown: str) -> list[str]:
    return re.findall(r"\[(CW\d+)\]$", shown, re.MULTILINE)


@pytest.fixture
def bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "visit.yaml"
    file.write_text(example(UNREACHABLE, "bad"), encoding="utf-8")
    return file


def test_it_is_silent_on_all_that_casewf_ships_and_on_all_examples(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shipped = [str(ROOT / "src" / "casewf" / kind) for kind in ("workflows", "calendars", "stories")]
    assert main(["lint", "hotline-12351", *shipped, str(ROOT / "examples")]) == 0
    assert capsys.readouterr() == ("", "")


def test_it_shows_line_squiggle_and_help(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "visit.yaml", "--lang", "en"]) == 1
    shown = capsys.readouterr()
    assert shown.out == (
        "visit.yaml:14:7: warning: state 'postponed' of track 'visit' is never reached [CW701]\n"
        "   |\n"
        "14 |       postponed: {zh: 延期, en: Postponed}\n"
        "   |       ^~~~~~~~~\n"
        "   = help: let a transition lead to it, or delete it\n"
    )
    assert shown.err.startswith("0 errors and 1 warning in 1 file; ")


def test_a_day_is_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "hotline-12351", "--on", "2026-11-02"]) == 0
    assert main(["lint", "hotline-12351", "--on", "2026-12-10", "--lang", "en"]) == 1
    shown = capsys.readouterr()
    assert codes_of(shown.out.splitlines()[0]) == ["CW766"]
    assert "on 2026-12-10 no case could start handle, suspension, g_feedback" in shown.out


@pytest.mark.parametrize("day", ["", "tomorrow", "20261210", "2026-02-30", "9999-12-31", "0001-01-01"])
def test_what_is_no_day_is_refused(day: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "hotline-12351", "--on", day, "--lang", "en"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("casewf: --on: ")


def test_errors_only(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "visit.yaml", "--level", "error"]) == 0
    assert capsys.readouterr().out == ""


def test_json(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "visit.yaml", "--format", "json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert finding == {
        "file": "visit.yaml",
        "line": 14,
        "column": 7,
        "end_column": 16,
        "level": "warning",
        "code": "CW701",
        "message": "state 'postponed' of track 'visit' is never reached",
        "allowed": [],
        "help": "let a transition lead to it, or delete it",
    }


def test_sarif(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SARIF 2.1.0, sections 3.13 to 3.30: a log, its run, its rules and its results."""
    (bad.parent / "a folder").mkdir()
    (bad.parent / "a folder" / "状态.yaml").write_text("casewf: 1\nid: x y\n", encoding="utf-8")
    assert main(["lint", ".", "--format", "sarif"]) == 1
    log = json.loads(capsys.readouterr().out)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert log["version"] == "2.1.0"
    assert rules == sorted(set(rules))
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning"}
    first, last = run["results"][0], run["results"][-1]
    place = last["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "visit.yaml"
    assert place["region"] == {
        "startLine": 14,
        "startColumn": 7,
        "endColumn": 16,
        "snippet": {"text": "      postponed: {zh: 延期, en: Postponed}"},
    }
    uri = first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "a%20folder/%E7%8A%B6%E6%80%81.yaml"


def test_nothing_to_say_is_valid_json_and_sarif(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "hotline-12351", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["lint", "hotline-12351", "--format", "sarif"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["results"] == []


def test_all_files_are_looked_at(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bad.parent / "empty.yaml").write_text("", encoding="utf-8")
    assert main(["lint", "empty.yaml", "visit.yaml", "missing.yaml", "--format", "json"]) == 1
    assert [one["code"] for one in json.loads(capsys.readouterr().out)] == ["CW104", "CW701", "CW101"]


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_that_the_reader_refuses_is_refused(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", str(path)]) == 1
    expected = codes_of(path.with_suffix(".txt").read_text(encoding="utf-8"))
    assert expected
    assert codes_of(capsys.readouterr().out) == expected


def test_files_that_are_missing_exit_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(tmp_path / "missing.yaml")]) == 2
    assert "CW101" in capsys.readouterr().out


def test_a_folder_without_our_files_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.yaml").write_text("services: {}\n", encoding="utf-8")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "old.yaml").write_text("casewf: 1\n", encoding="utf-8")
    assert main(["lint", str(tmp_path), "--lang", "en"]) == 2
    assert "no casewf file lies in folder" in capsys.readouterr().err


def test_no_file_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--lang", "zh"]) == 2
    assert capsys.readouterr().err == "casewf: 请给出要检查的文件\n"


@pytest.mark.parametrize("name", ["CW701", "unreachable-state"])
def test_a_rule_is_explained_by_code_or_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--explain", name]) == 0
    page = ROOT / "docs" / "reference" / "lint" / "CW701.md"
    assert capsys.readouterr().out == page.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", [*CODES, *(rule.code for rule in RULES)])
def test_every_code_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--explain", code]) == 0
    assert capsys.readouterr().out.startswith(f"# {code}")


def test_an_unknown_code_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--explain", "CW999", "--lang", "en"]) == 2
    assert "did you mean CW" in capsys.readouterr().err


def test_the_codes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [*CODES, *(rule.code for rule in RULES)]


def test_a_pipe_that_is_closed_early_is_no_error(bad: Path) -> None:
    command = f"{sys.executable} -m casewf.cli.main lint {GOLDEN} | head -n 1"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", ["lint", "run"])
def test_in_chinese_each_finding_says_what_its_code_is_called(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentences are English; a title in the author's language says what they are about."""
    file = tmp_path / "claim.story.yaml"
    file.write_text("casewf-story: 1\n", encoding="utf-8")
    assert main([command, str(file), "--lang", "zh"]) == 1
    assert "= 缺少必需的键\n" in "".join(capsys.readouterr())


def test_every_code_has_a_chinese_title() -> None:
    titles = code_titles("zh")
    assert titles.keys() == {*CODES, *(rule.code for rule in RULES)}
    assert {code for code, title in titles.items() if not re.search("[\u4e00-\u9fff]", title)} == set()


def test_a_calendar_that_lies_beside_the_workflow_is_known(
    bad: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = example(UNREACHABLE, "good").replace("calendar: cn-office", "calendar: own-hours")
    bad.write_text(text, encoding="utf-8")
    assert main(["lint", "visit.yaml", "--format", "json"]) == 1
    assert [one["code"] for one in json.loads(capsys.readouterr().out)] == ["CW764"]
    own = "casewf-calendar: 1\nid: own-hours\nlayers: [cn-office]\n"
    (bad.parent / "hours.yaml").write_text(own, encoding="utf-8")
    (bad.parent / "wrong.yaml").write_text("casewf-calendar: 1\n", encoding="utf-8")
    assert main(["lint", "visit.yaml"]) == 0


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a workflow that calls a hook, and the bindings of a host that calls it otherwise."""
    monkeypatch.chdir(tmp_path)
    rule = next(rule for rule in RULES if rule.code == "CW741")
    (tmp_path / "advice.yaml").write_text(example(rule, "bad"), encoding="utf-8")
    (tmp_path / "host.yaml").write_text(
        "casewf-bindings: 1\nworkflows: [./advice.yaml]\nhooks: [print-letter]\n", encoding="utf-8"
    )
    return tmp_path


def test_a_workflow_is_held_against_what_the_host_has(host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "advice.yaml"]) == 0
    assert main(["lint", "advice.yaml", "host.yaml", "--bindings", "host.yaml", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [(one["file"], one["line"], one["code"]) for one in found] == [
        ("advice.yaml", 23, "CW741"),
        ("host.yaml", 3, "CW747"),
    ]
    assert "print-letter" in found[0]["help"]
    assert "print_letter" in found[1]["help"]


def test_what_no_workflow_of_the_host_knows_is_told_once(
    host: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", ".", "hotline-12351", "--bindings", "host.yaml"]) == 1
    assert codes_of(capsys.readouterr().out) == ["CW741", "CW747"]


def test_bindings_that_cannot_be_read(host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (host / "host.yaml").write_text("casewf-bindings: 1\nhook: []\n", encoding="utf-8")
    assert main(["lint", "advice.yaml", "--bindings", "host.yaml"]) == 1
    assert "host.yaml:2:1: unknown key 'hook' in bindings [CW202]" in capsys.readouterr().err
    assert main(["lint", "advice.yaml", "--bindings", "nowhere.yaml"]) == 2
    assert "CW101" in capsys.readouterr().err


def test_bindings_in_a_folder_are_read_with_the_other_files(
    host: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (host / "host.yaml").write_text("casewf-bindings: 1\nhook: []\n", encoding="utf-8")
    assert main(["lint", "."]) == 1
    assert codes_of(capsys.readouterr().out) == ["CW202"]


def test_the_story_of_a_finding_is_written_and_plays(
    bad: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trap between two tracks comes with the shortest story into it, whatever folder it is written to."""
    trap = next(rule for rule in RULES if rule.code == "CW770")
    bad.write_text(example(trap, "bad"), encoding="utf-8")
    assert main(["lint", "visit.yaml", "--stories", "found/here", "--lang", "en"]) == 1
    story = bad.parent / "found" / "here" / "visit-CW770-1.story.yaml"
    assert f"wrote {story.relative_to(bad.parent)}" in capsys.readouterr().err
    monkeypatch.chdir("/")
    assert main(["run", str(story), "--lang", "en"]) == 0
    assert "expectations met" in capsys.readouterr().out
    monkeypatch.chdir(bad.parent)
    story.with_name("visit-CW770-2.story.yaml").write_text("mine", encoding="utf-8")
    assert main(["lint", "visit.yaml", "--stories", "found/here", "--lang", "en"]) == 1
    assert sorted(path.name for path in story.parent.iterdir()) == [story.name, "visit-CW770-2.story.yaml"]
    story.write_text("mine, too", encoding="utf-8")
    assert main(["lint", "visit.yaml", "--stories", "found/here", "--lang", "en"]) == 1
    assert "wrote found/here/visit-CW770-3.story.yaml" in capsys.readouterr().err
    assert story.read_text(encoding="utf-8") == "mine, too"


def test_no_story_makes_no_folder(bad: Path) -> None:
    assert main(["lint", "visit.yaml", "--stories", "found"]) == 1
    assert not (bad.parent / "found").exists()


def test_a_code_is_known_in_small_letters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--explain", "cw701"]) == 0
    assert capsys.readouterr().out.startswith("# CW701")
