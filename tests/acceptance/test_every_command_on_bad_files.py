"""Whichever command meets a bad file, it exits 1 with findings and leaves no traceback and no file behind."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from casewf.cli.main import main

GOLDEN = Path(__file__).parents[1] / "golden" / "definition"
STORY = Path(__file__).parents[2] / "src/casewf/stories/s01-yang-yun.story.yaml"
WORKFLOWS = sorted(
    path for path in GOLDEN.glob("*.yaml") if not path.stem.startswith(("calendar-", "directory-"))
)
CALENDARS = sorted(GOLDEN.glob("calendar-*.yaml"))

#: What is wrong with the text itself is wrong for a file of every kind.
TEXTS = [
    path
    for path in WORKFLOWS
    if re.search(r"\[CW1(0[2-9]|1[0-2])\]$", path.with_suffix(".txt").read_text("utf-8"), re.M)
]

Command = Callable[[Path], list[str]]

ON_WORKFLOWS: dict[str, Command] = {
    "lint": lambda file: ["lint", str(file)],
    "lint json": lambda file: ["lint", str(file), "--format", "json"],
    "show": lambda file: ["show", str(file), "--resolved"],
    "diagram": lambda file: ["diagram", str(file), "-o", str(file.parent / "out.svg")],
    "docs": lambda file: ["docs", str(file), "-o", str(file.parent / "out.html")],
    "run": lambda file: ["run", "s01-yang-yun", "--workflow", str(file)],
    "test": lambda file: ["test", str(STORY), "--workflow", str(file), "--coverage"],
    "play": lambda file: ["play", str(file)],
    "play child": lambda file: ["play", "hotline-12351", "--child", str(file)],
    "explore": lambda file: ["explore", str(file), "--out", str(file.parent / "made")],
    "explain": lambda file: ["explain", str(file), "handle", "--start", "2026-03-04T10:00"],
    "diff old": lambda file: ["diff", str(file), "hotline-12351"],
    "diff new": lambda file: ["diff", "hotline-12351", str(file)],
    "migrate": lambda file: [
        "migrate",
        "--db",
        str(file.parent / "cases.db"),
        "--to",
        str(file),
        "--dry-run",
    ],
    "import": lambda file: [
        *("import", str(file.parent / "cases.csv"), "--workflow", str(file), "--zone", "Asia/Shanghai"),
        *("--db", str(file.parent / "cases.db"), "--dry-run"),
    ],
}
ON_CALENDARS: dict[str, Command] = {
    "lint": lambda file: ["lint", str(file)],
    "show": lambda file: ["calendar", "show", str(file)],
    "check": lambda file: ["calendar", "check", str(file)],
    "play": lambda file: ["play", "hotline-12351", "--calendar", str(file)],
    "explore": lambda file: ["explore", "hotline-12351", "--calendar", str(file)],
    "explain": lambda file: [
        *("explain", "hotline-12351", "handle", "--start", "2026-03-04T10:00", "--calendar", str(file)),
    ],
}
ON_STORIES: dict[str, Command] = {
    "lint": lambda file: ["lint", str(file)],
    "run": lambda file: ["run", str(file)],
    "test": lambda file: ["test", str(file)],
    "play": lambda file: ["play", "hotline-12351", "--people", str(file)],
    "explore": lambda file: ["explore", "hotline-12351", "--people", str(file)],
    "simulate": lambda file: ["simulate", "--profile", str(file), "--html", str(file.parent / "out.html")],
}


def check(
    command: Command,
    source: Path,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Run it in a folder that holds the bad file and what lies beside it; compare the folder before and after."""
    for beside in ("layers", "ics", "bases"):
        shutil.copytree(GOLDEN / beside, folder / beside)
    file = folder / source.name
    shutil.copyfile(source, file)
    (folder / "cases.csv").write_text("id,opened_at\nC-1,2026-03-04 10:00\n", encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    before = sorted(folder.rglob("*"))
    assert main(command(file)) == 1
    said = capsys.readouterr()
    assert re.search(r"\bCW\d{3}\b", said.out + said.err), said
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
@pytest.mark.parametrize("command", ON_WORKFLOWS)
def test_on_a_bad_workflow(
    command: str,
    path: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check(ON_WORKFLOWS[command], path, tmp_path, capsys, monkeypatch)


@pytest.mark.parametrize("path", CALENDARS, ids=lambda path: path.stem)
@pytest.mark.parametrize("command", ON_CALENDARS)
def test_on_a_bad_calendar(
    command: str,
    path: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check(ON_CALENDARS[command], path, tmp_path, capsys, monkeypatch)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("command", ON_STORIES)
def test_on_a_bad_story(
    command: str,
    path: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check(ON_STORIES[command], path, tmp_path, capsys, monkeypatch)


def test_there_are_bad_files_of_every_kind() -> None:
    assert len(WORKFLOWS) > 40
    assert len(CALENDARS) > 8
    assert len(TEXTS) > 12
