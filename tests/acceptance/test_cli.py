"""The command line as a person uses it: what it prints, and its exit codes."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from casewf.cli.main import _COMMANDS as COMMANDS
from casewf.cli.main import main
from casewf.cli.terminal import language
from story_texts import DISPATCH, OPEN, TOP, WORKFLOW

SRC = Path(__file__).parents[2] / "src"


@pytest.fixture(autouse=True)
def plain_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LANG", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def demo_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    assert main(["demo", "--db", str(path)]) == 0
    return path


@pytest.fixture
def db(demo_db: Path, tmp_path: Path) -> Path:
    """A copy of what the demo wrote."""
    return Path(shutil.copy(demo_db, tmp_path / "demo.db"))


@pytest.fixture
def story_file(tmp_path: Path) -> Path:
    (tmp_path / "lost-card.yaml").write_text(WORKFLOW, encoding="utf-8")
    path = tmp_path / "a.story.yaml"
    path.write_text(TOP + OPEN + DISPATCH, encoding="utf-8")
    return path


def run_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    env = {**inherited, "PYTHONPATH": str(SRC), **environment}
    return subprocess.run(
        [sys.executable, "-m", "casewf.cli.main", *arguments], env=env, capture_output=True, check=False
    )


# demo


def test_the_demo_tells_the_story_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--lang", "zh", "--db", str(tmp_path / "a.db")]) == 0
    out = capsys.readouterr().out
    for piece in (
        "责任落实闭环",
        "登记 · 吴敏，接线员",
        "为什么“办结”的期限是 2025-06-20 周五 18:00？",
        "第3个工作日",
        "✓ 校验通过：1件工单",
        str(tmp_path / "a.db"),
    ):
        assert piece in out


def test_the_demo_tells_the_story_in_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--lang", "en", "--db", str(tmp_path / "a.db")]) == 0
    out = capsys.readouterr().out
    assert "Why is “Handle” due on Fri 2025-06-20 18:00?" in out
    assert "✓ verified: 1 case, " in out


def test_the_demo_makes_a_new_file_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main(["demo"]) == main(["demo"]) == 0
    assert len(list(tmp_path.glob("casewf-demo-*/casewf-demo.db"))) == 2


def test_the_demo_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.db"
    path.write_bytes(b"mine")
    assert main(["demo", "--db", str(path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert path.read_bytes() == b"mine"


def test_a_pipe_gets_no_colours_and_an_ascii_locale_no_crash() -> None:
    done = run_process("demo", "--lang", "zh", LC_ALL="POSIX", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "责任落实闭环" in done.stdout.decode("utf-8")
    assert b"\x1b[" not in done.stdout


def test_another_encoding_shows_a_question_mark_and_no_crash() -> None:
    done = run_process("demo", "--lang", "zh", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0
    assert b"????" in done.stdout


def test_a_reader_that_has_enough_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "casewf.cli.main", "demo"],
        env={**os.environ, "PYTHONPATH": str(SRC)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), complaint) == (0, b"")


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "zh_TW"}, "zh"),
        ({"LANG": "de_DE"}, "en"),
    ],
)
def test_the_language_is_that_of_the_locale(environment: dict[str, str], lang: str) -> None:
    assert language(environment) == lang


@pytest.mark.parametrize(
    ("tty", "no_color", "coloured"), [(True, "", True), (True, "1", False), (False, "", False)]
)
def test_colours_need_a_terminal_and_no_no_color(
    tty: bool, no_color: str, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casewf.cli.terminal import terminal

    monkeypatch.setattr("sys.stdout.isatty", lambda: tty)
    monkeypatch.setenv("NO_COLOR", no_color)
    assert terminal("en").colour is coloured


# run


def test_run_plays_a_story(story_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(story_file)]) == 0
    assert "Dispatch · Wu Min, Operator" in capsys.readouterr().out


def test_run_plays_a_packaged_story_by_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "s01-yang-yun", "--lang", "zh"]) == 0
    assert "项预期全部符合" in capsys.readouterr().out


def test_a_wrong_expectation_exits_1_and_names_file_and_line(
    story_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TOP + OPEN + "  - expect:\n      card: yellow\n"
    story_file.write_text(text, encoding="utf-8")
    assert main(["run", str(story_file)]) == 1
    line = text[: text.index("card: yellow")].count("\n") + 1
    assert f"{story_file}:{line}: the card: expected yellow, found none" in capsys.readouterr().err


def test_another_workflow_can_be_played(
    story_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(
        WORKFLOW.replace("{zh: 派单, en: Dispatch}", "{zh: 交办, en: Hand over}"), encoding="utf-8"
    )
    assert main(["run", str(story_file), "--workflow", str(other)]) == 0
    assert "Hand over · Wu Min, Operator" in capsys.readouterr().out


def test_a_wrong_story_shows_its_findings(story_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story_file.write_text(TOP + OPEN.replace("by: wu", "by: zhoa"), encoding="utf-8")
    assert main(["run", str(story_file)]) == 1
    err = capsys.readouterr().err
    assert "unknown person 'zhoa' [CW303]" in err
    assert "did you mean 'zhao'?" in err


def test_a_missing_story_is_told_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "nowhere.story.yaml"]) == 2
    assert "nowhere.story.yaml:1:1: the file cannot be read" in capsys.readouterr().err


def test_run_can_keep_the_case_in_a_file(
    story_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.db"
    assert main(["run", str(story_file), "--db", str(path)]) == 0
    assert main(["verify", str(path)]) == 0


@pytest.mark.parametrize("arguments", [[], ["dance"], ["run"], ["demo", "--lang", "de"]])
def test_a_command_line_that_is_not_understood_exits_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


# verify


def test_verify_finds_nothing_in_what_the_demo_wrote(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(db)]) == 0
    assert capsys.readouterr().out.startswith("✓ verified: 1 case, ")


def test_verify_finds_one_changed_byte_and_names_the_event(
    db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _alter(db, "UPDATE events SET body = replace(body, '\"people\":10', '\"people\":11') WHERE number = 6")
    assert main(["verify", str(db)]) == 1
    out = capsys.readouterr().out
    assert "case S01: the hash of event 6 does not fit" in out
    assert main(["verify", str(db), "--lang", "zh"]) == 1
    assert "事件 6 的哈希" in capsys.readouterr().out


def test_verify_finds_a_workflow_that_is_gone_or_garbage_before_an_engine_does(
    db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _alter(db, "UPDATE definitions SET body = 'garbage' WHERE kind = 'workflow'")
    assert main(["verify", "--db", str(db)]) == 1
    assert "✗ the stored definition workflow hotline-12351 (" in capsys.readouterr().out
    assert main(["case", "S01", "--db", str(db), "--lang", "en"]) == 2
    assert "workflow hotline-12351 is damaged" in capsys.readouterr().err
    _alter(db, "DELETE FROM definitions WHERE kind = 'workflow'")
    assert main(["case", "S01", "--db", str(db), "--lang", "en"]) == 1
    assert "restore a backup, or give the engine this very version" in capsys.readouterr().err
    assert main(["verify", "--db", str(db), "--lang", "zh"]) == 1
    out = capsys.readouterr().out
    assert "工单 S01：事件 1 引用的流程定义 hotline-12351 2 (" in out
    assert "发现1处问题（1件工单" in out
    assert out.endswith("\n请先留存数据库现状的副本，再从备份恢复\n")


def test_with_exported_heads_a_truncated_history_is_found(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = tmp_path / "heads.jsonl"
    assert main(["verify", str(db), "--export-heads", str(heads)]) == 0
    assert main(["verify", str(db), "--heads", str(heads)]) == 0
    _alter(db, "DELETE FROM events WHERE number = (SELECT max(number) FROM events)")
    capsys.readouterr()
    assert main(["verify", str(db), "--heads", str(heads)]) == 1
    assert "its end was cut off" in capsys.readouterr().out


def test_heads_of_a_broken_database_are_not_exported(db: Path, tmp_path: Path) -> None:
    _alter(db, "UPDATE events SET hash = 'x' WHERE number = 5")
    assert main(["verify", str(db), "--export-heads", str(tmp_path / "heads")]) == 1
    assert not (tmp_path / "heads").exists()


def test_exported_heads_overwrite_nothing(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "heads").write_text("kept")
    assert main(["verify", str(db), "--export-heads", str(tmp_path / "heads")]) == 2
    assert (tmp_path / "heads").read_text() == "kept"
    assert "File exists" in capsys.readouterr().err


def test_heads_that_compare_nothing_are_no_proof(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "heads").write_text("")
    assert main(["verify", str(db), "--heads", str(tmp_path / "heads")]) == 2
    assert "the exported heads are empty" in capsys.readouterr().err


def test_the_heads_that_were_compared_are_counted(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(db), "--export-heads", str(tmp_path / "heads")]) == 0
    assert main(["verify", str(db), "--heads", str(tmp_path / "heads"), "--lang", "en"]) == 0
    assert "compared with 1 exported head" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, b"", b"no database at all, but some text that is long enough"])
def test_what_is_no_database_is_told_and_left_alone(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.db"
    if content is not None:
        path.write_bytes(content)
    assert main(["verify", str(path)]) == 2
    err = capsys.readouterr().err
    assert err.startswith("casewf: ")
    assert str(path) in err
    assert (path.read_bytes() if path.exists() else None) == content


def _alter(db: Path, statement: str) -> None:
    connection = sqlite3.connect(db)
    with connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement).rowcount == 1
    connection.close()


def test_garbage_is_looked_for_seldom_and_afterwards_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    before, seen = gc.get_threshold(), []

    def looked(phase: str, _info: dict[str, int]) -> None:
        seen.append(phase)

    gc.callbacks.append(looked)
    try:
        assert main(["lint", "hotline-12351"]) == 0
    finally:
        gc.callbacks.remove(looked)
    assert len(seen) < 20, "Python's own thresholds make it hundreds"
    assert gc.get_threshold() == before
    assert main(["lint", "no-such-file.yaml"]) == 2
    assert gc.get_threshold() == before
    capsys.readouterr()


def test_each_command_is_added_by_the_module_of_its_name() -> None:
    for name, module in COMMANDS.items():
        commands = argparse.ArgumentParser().add_subparsers()
        importlib.import_module(f"casewf.cli.{module}").add(commands)
        assert list(commands.choices) == [name]


def test_a_command_does_not_wait_for_the_modules_of_others() -> None:
    code = (
        "import sys\n"
        "from casewf.cli.main import main\n"
        "try:\n"
        "    main(['doctor', '--help'])\n"
        "except SystemExit:\n"
        "    print(sorted(name for name in sys.modules if name.startswith('casewf.analysis.rules')))\n"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert printed.endswith("\n[]\n")
