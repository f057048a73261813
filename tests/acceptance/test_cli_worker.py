"""``casewf worker`` as systemd uses it: the host's engine by its name, a real process, a real signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import worker_host
from casewf import PostgresStore
from casewf.cli.main import main
from worker_host import RUNGS, fired

TESTS = Path(__file__).parents[1]


@pytest.fixture
def database(postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a database with two cases that are due."""
    monkeypatch.setenv(worker_host.DATABASE, postgres_database)
    monkeypatch.setenv(worker_host.NOTES, str(tmp_path / "notes"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    worker_host.prepare(postgres_database, 2)
    return postgres_database


def rungs(database: str) -> list[list[int]]:
    with PostgresStore(database) as store:
        return [fired(store, name) for name in ("C-0", "C-1")]


def test_once_does_what_is_due_and_ends(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["worker", "--dsn", database, "--app", "worker_host:engine", "--once"]) == 0
    assert capsys.readouterr() == ("", "")
    assert rungs(database) == [list(range(RUNGS))] * 2
    assert len((tmp_path / "notes").read_text(encoding="utf-8").splitlines()) == 2 * RUNGS


def test_it_works_until_systemd_stops_it(database: str, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "casewf.cli.main", "worker", "--dsn", database, "--app", "worker_host:engine",
         "--every", "1"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)])},
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    notes, pause = tmp_path / "notes", threading.Event()
    try:
        for _ in range(300):
            if notes.exists() and len(notes.read_text(encoding="utf-8").splitlines()) == 2 * RUNGS:
                break
            pause.wait(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=30)[1] == ""
    finally:
        process.kill()
    assert process.returncode == 0
    assert rungs(database) == [list(range(RUNGS))] * 2


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [
        (["--app", "worker_host:engine"], "--dsn"),
        (["--dsn", "postgresql:///nothing"], "--app"),
        (
            ["--dsn", "postgresql:///nothing", "--app", "worker_host:engine", "--every", "61"],
            "1 to 60, not 61",
        ),
        (
            ["--dsn", "postgresql:///x", "--app", "worker_host:engine", "--concurrency", "-1"],
            "1 to 100, not -1",
        ),
    ],
)
def test_wrong_usage_exits_2(arguments: list[str], needs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["worker", *arguments])
    assert ended.value.code == 2
    assert needs in capsys.readouterr().err


@pytest.mark.parametrize(
    ("dsn", "app", "told"),
    [
        ("cases.db", "worker_host:engine", "no connection string"),
        (None, "worker_host:nothing", "name it as package.module:attribute"),
        (None, "worker_host:RUNGS", "not an Engine"),
    ],
)
def test_what_cannot_be_used_exits_2(
    database: str, dsn: str | None, app: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["worker", "--dsn", dsn or database, "--app", app, "--once"]) == 2
    assert told in capsys.readouterr().err


def test_a_server_that_is_away_exits_2_where_it_is_asked_once(
    database: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    away = f"postgresql://u:secret@/nothing?host={tmp_path}&connect_timeout=2"
    assert main(["worker", "--dsn", away, "--app", "worker_host:engine", "--once"]) == 2
    said = capsys.readouterr().err
    assert "nothing" in said
    assert "secret" not in said
