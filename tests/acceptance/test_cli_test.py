"""``casewf test`` as a person uses it: what it prints of good, failing and broken stories, and its exit codes."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from casewf.cli.main import main
from coverage_texts import HEAVY, PARCEL, URGENT

ROOT = Path(__file__).parents[2]
LATE = HEAVY + "  - expect: {states: {main: open}, clocks: {handle: {verdict: met}}}\n"
BROKEN = HEAVY.replace("weight: 7", "weigth: 7")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a workflow and a good story, in which commands run; in English."""
    for name in ("LC_ALL", "LANG", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stories/more").mkdir(parents=True)
    (tmp_path / "stories/parcel.yaml").write_text(PARCEL, encoding="utf-8")
    (tmp_path / "stories/heavy.story.yaml").write_text(HEAVY, encoding="utf-8")
    return tmp_path / "stories"


def test_every_story_below_a_folder_is_played(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "more/urgent.story.yaml").write_text(
        URGENT.replace("./parcel.yaml", "../parcel.yaml"), encoding="utf-8"
    )
    (folder / "notes.yaml").write_text("no: story\n", encoding="utf-8")
    assert main(["test", "stories"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "✓ stories/heavy.story.yaml 0 expectations",
        "✓ stories/more/urgent.story.yaml 2 expectations",
        "✓ 2 stories, all as expected",
    ]


def test_it_speaks_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "stories", "--lang", "zh"]) == 0
    assert "✓ 1个故事全部相符" in capsys.readouterr().out


def test_a_failing_story_names_the_lines_and_the_others_go_on(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a-late.story.yaml").write_text(LATE, encoding="utf-8")
    assert main(["test", "stories"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "✗ stories/a-late.story.yaml",
        "    stories/a-late.story.yaml:11: the state of main: expected open, found done",
        "    stories/a-late.story.yaml:11: the verdict of handle: expected met, found breached",
        "✓ stories/heavy.story.yaml 0 expectations",
        "✗ 2 stories, 1 not as expected",
    ]


def test_a_broken_story_shows_its_findings_and_the_others_go_on(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a-broken.story.yaml").write_text(BROKEN, encoding="utf-8")
    (folder / "b-empty.story.yaml").write_text("", encoding="utf-8")
    (folder / "c-bytes.story.yaml").write_bytes(b"\xff\xfe")
    assert main(["test", "stories"]) == 1
    out = capsys.readouterr().out
    assert "    stories/a-broken.story.yaml:8:35: unknown field 'weigth' [CW303]" in out
    assert "✗ stories/b-empty.story.yaml\n    stories/b-empty.story.yaml:1:1: " in out
    assert "✗ stories/c-bytes.story.yaml\n    stories/c-bytes.story.yaml:1:1: the file is not UTF-8" in out
    assert out.endswith("✓ stories/heavy.story.yaml 0 expectations\n✗ 4 stories, 3 not as expected\n")


def test_a_broken_workflow_shows_its_findings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "parcel.yaml").write_text(PARCEL.replace("initial: new", "initial: knew"), encoding="utf-8")
    assert main(["test", "stories"]) == 1
    assert "stories/parcel.yaml:12:14: unknown state 'knew'" in capsys.readouterr().out


def test_a_story_that_cannot_be_played_says_why(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "parcel.yaml").write_text(PARCEL.replace("cn-office", "our-office"), encoding="utf-8")
    assert main(["test", "stories"]) == 1
    assert "goes by calendar 'our-office', which is not packaged" in capsys.readouterr().out


def test_one_file_is_played_whatever_it_is_called(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "heavy.yaml").write_text(HEAVY, encoding="utf-8")
    assert main(["test", "stories/heavy.yaml", "stories/heavy.yaml"]) == 0
    assert capsys.readouterr().out.startswith(
        "✓ stories/heavy.yaml 0 expectations\n✓ 1 story, all as expected"
    )


def test_no_story_is_a_failure_with_a_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".hidden").mkdir()
    (folder / "heavy.story.yaml").rename(folder / ".hidden/heavy.story.yaml")
    assert main(["test", "stories"]) == 1
    assert capsys.readouterr().out == (
        "there is no story in stories; the files of stories end with .story.yaml\n"
    )
    assert main(["test", "stories", "--lang", "zh"]) == 1
    assert capsys.readouterr().out == "stories 中没有故事；故事文件以 .story.yaml 结尾\n"


def test_a_place_that_is_not_there_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "nowhere"]) == 2
    assert capsys.readouterr().err == "casewf: nowhere: No such file or directory\n"


def test_all_are_played_on_another_workflow(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slower = PARCEL.replace("within: 2 working days", "within: 9 working days")
    Path("slower.yaml").write_text(slower, encoding="utf-8")
    (folder / "heavy.story.yaml").write_text(
        HEAVY + "  - expect: {clocks: {handle: {verdict: met}}}\n", encoding="utf-8"
    )
    assert main(["test", "stories"]) == 1
    assert main(["test", "stories", "--workflow", "slower.yaml", "--coverage"]) == 0
    assert "slower.yaml:18  main: take    never taken from new" in capsys.readouterr().out


def test_a_wrong_other_workflow_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    Path("wrong.yaml").write_text("casewf: 1\n", encoding="utf-8")
    assert main(["test", "stories", "--workflow", "wrong.yaml"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "wrong.yaml:1:1: a workflow needs the key 'id'" in captured.err


# Coverage


def test_coverage_is_printed_after_the_stories(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "stories", "--coverage"]) == 0
    out = capsys.readouterr().out
    assert out.index("✓ 1 story, all as expected") < out.index("parcel Parcel (version 1, 1 story)")
    assert "  transitions  2/4  50.0%\n" in out
    assert "  stories/parcel.yaml:20  main: finish  never taken from new\n" in out


def test_coverage_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "stories", "--coverage", "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "parcel 包裹（第1版，1个故事）" in out
    assert "  流转      2/4  50.0%\n" in out


@pytest.mark.parametrize(("lang", "words"), [("en", "never"), ("zh", "只看未覆盖的")])
def test_the_page_is_written(lang: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "stories", "--coverage-html", "coverage.html", "--lang", lang]) == 0
    assert "coverage.html" in capsys.readouterr().out.splitlines()[-1]
    page = Path("coverage.html").read_text(encoding="utf-8")
    assert f'<html lang="{lang}">' in page
    assert "weight &gt; 10" in page
    assert "✗" in page
    assert "✓" in page


def test_a_page_that_cannot_be_written_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "stories", "--coverage-html", "nowhere/coverage.html"]) == 2
    assert "casewf: nowhere/coverage.html: No such file or directory" in capsys.readouterr().err


def test_a_page_without_the_extra_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from casewf.views import page

    page._templates.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert main(["test", "stories", "--coverage-html", "coverage.html"]) == 2
    assert "casewf[html]" in capsys.readouterr().err
    importlib.reload(page)


@pytest.mark.parametrize(("least", "code"), [("52.3", 0), ("52.4", 1), ("0", 0), ("100%", 1)])
def test_too_little_coverage_fails(least: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """11 of 21 points are covered: 52.38 %."""
    assert main(["test", "stories", "--fail-under", least]) == code
    out = capsys.readouterr().out
    assert ("✗ 52.3% is covered, and at least" in out) is (code == 1)


@pytest.mark.parametrize("least", ["-1", "101", "many", "nan", ""])
def test_a_share_that_cannot_be_is_wrong_usage(least: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["test", "stories", f"--fail-under={least}"])
    assert ended.value.code == 2
    assert "is not between 0 and 100" in capsys.readouterr().err


# The hotline


def test_the_stories_of_the_hotline_take_every_row_and_every_target(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each rung fires for some target, and each guard is met; what is left open are single conditions and rungs."""
    stories = str(ROOT / "examples/stories")
    assert main(["test", stories, "--coverage", "--fail-under", "90"]) == 0
    out = capsys.readouterr().out
    hotline = out[out.index("hotline-12351 ") : out.index("legal-supervision ")]
    assert "  transitions  137/137  100.0%\n" in hotline
    assert "  targets      41/41    100.0%\n" in hotline
    assert "never met" not in hotline
    assert "never asked" not in hotline
