"""``casewf calendar recompute``: the dry run, applying it, and what can be wrong (K6)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.definition import load_calendar, parse_workflow
from casewf.engine.engine import Engine
from casewf.model.case import Actor
from casewf.testing.clock import TestClock, at

TEXT = """casewf: 1
id: claim
version: 1
calendar: office
roles: {handler: {en: Handler}}
tracks:
  main:
    initial: open
    states: {open: {en: Open}, wait: {en: Wait}, done: {en: Done, category: closed}}
    transitions:
      - {trigger: wait, from: open, to: wait, by: handler}
      - {trigger: finish, from: open, to: done, by: handler}
slas:
  handle:
    start: {enter: main.open}
    stop: {enter: main.done}
    pause: {in: main.wait}
    target: [{within: 3 working days}]
"""
CALENDAR = """casewf-calendar: 1
id: office
zone: Asia/Shanghai
week:
  mon: 09:00-18:00
  tue: 09:00-18:00
  wed: 09:00-18:00
  thu: 09:00-18:00
  fri: 09:00-18:00
"""
LI = Actor("li", frozenset({"handler"}))
START = "2091-03-12 10:00"
"""A Monday that the clock of the command will not have reached; case time is never before a case's last event."""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with a running case, a paused one and a finished one, and two versions of their calendar."""
    for name in ("LC_ALL", "LANG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yaml").write_text(CALENDAR, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(CALENDAR + "days_off: {2091-03-14: 放假}\n", encoding="utf-8")
    with SqliteStore("cases.db", durability="normal") as store:
        engine = Engine(
            [parse_workflow(TEXT)],
            store=store,
            clock=TestClock(at(START)),
            calendars={"office": load_calendar("./old.yaml")},
        )
        for name in ("C-1", "C-2", "C-3"):
            engine.open("claim", actor=LI, case_id=name)
        engine.fire("C-2", "wait", actor=LI)
        engine.fire("C-3", "finish", actor=LI)
    return tmp_path


def recompute(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    code = main(["calendar", "recompute", *arguments])
    return code, capsys.readouterr().out.splitlines()


def test_the_dry_run_lists_what_would_move_and_writes_nothing(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (files / "cases.db").read_bytes()
    assert recompute(capsys, "new.yaml", "--db", "cases.db") == (
        0,
        [
            "C-1  handle  2091-03-15 18:00 → 2091-03-16 18:00",
            "C-2  handle  2091-03-15 18:00 → 2091-03-16 18:00  paused",
            f"by office {load_calendar('./new.yaml').version[:12]} would move 2 due instants of 2 clocks in 2 cases "
            "(nothing was written)",
        ],
    )
    assert (files / "cases.db").read_bytes() == before


def test_applied_it_is_written_once(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("new.yaml", "--db", "cases.db", "--apply", "--by", "chief")
    code, lines = recompute(capsys, *arguments)
    assert (code, len(lines)) == (0, 3)
    assert lines[-1].startswith("✓ measured by office ")
    assert recompute(capsys, *arguments)[1][-1].startswith("no clock to measure by office ")
    with SqliteStore("cases.db") as store:
        (row,) = [row for row in store.history("C-1") if row.kind == "CalendarChanged"]
        assert '"id":"chief"' in row.body
    assert main(["verify", "cases.db"]) == 0


def test_it_speaks_chinese(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = recompute(capsys, "new.yaml", "--db", "cases.db", "--lang", "zh")
    assert code == 0
    assert lines[1].endswith("暂停中")
    assert lines[-1].endswith("2个期限变动，涉及2件工单的2个计时（未写入）")


def test_what_cannot_be_done_is_said(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "recompute", "new.yaml", "--db", "cases.db", "--apply"]) == 2
    assert "--apply needs --by" in capsys.readouterr().err
    assert main(["calendar", "recompute", "new.yaml", "--db", "nowhere.db"]) == 2
    assert "there is no file nowhere.db" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["calendar", "recompute", "new.yaml"])


def test_a_hosts_engine_goes_by_its_own_version(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (files / "host_of_recompute.py").write_text(
        "from casewf import Engine, SqliteStore, SystemClock, load_calendar\n"
        "def engine():\n"
        "    office = load_calendar('./new.yaml')\n"
        "    return Engine([], store=SqliteStore('cases.db'), clock=SystemClock(), calendars={'office': office})\n",
        encoding="utf-8",
    )
    code, lines = recompute(capsys, "old.yaml", "--app", "host_of_recompute:engine")
    assert code == 0
    assert lines[0].startswith("C-1  handle  2091-03-15 18:00 → 2091-03-16 18:00")


def test_a_case_that_fails_is_told_and_the_exit_code_says_so(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect("cases.db")) as connection, connection:
        connection.execute(
            "UPDATE cases SET definition = 'x', snapshot = replace(snapshot, '\"claim\",1', '\"claim\",9')"
        )
        connection.execute("DELETE FROM definitions WHERE kind = 'workflow'")
    code, lines = recompute(capsys, "new.yaml", "--db", "cases.db")
    assert code == 1
    assert "✗ C-1: could not be looked at" in lines
