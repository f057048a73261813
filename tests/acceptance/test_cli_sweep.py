"""``casewf sweep`` as a person, cron and systemd use it: real files, real processes, real signals (E4, E7, D2)."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.definition.load import load_workflow, parse_workflow
from casewf.engine.engine import Engine
from casewf.engine.verify import verify
from casewf.model.case import Actor
from casewf.model.clock_events import RungFired
from casewf.ports.stored import Settlement
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import RecordingNotifier, ScriptedConnector

SRC = Path(__file__).parents[2] / "src"
OPERATOR = Actor("wu", frozenset({"operator"}), "city")
WORKFLOW = """
casewf: 1
id: question
version: 1
title: {zh: 咨询, en: Question}
calendar: cn-office
roles: {operator: {zh: 接线员, en: Operator}, handler: {zh: 办理员, en: Handler}}
cards: {yellow: {zh: 黄牌, en: Yellow card}, red: {zh: 红牌, en: Red card}}
fields: {lead: {type: org, title: {zh: 主办, en: Lead}}}
opening: {by: operator, accepts: [lead]}
tracks:
  main:
    initial: received
    states: {received: {zh: 受理, en: Received}, answered: {zh: 已答复, en: Answered, category: closed}}
    transitions:
      - {trigger: answer, from: received, to: answered, by: operator}
  oversight:
    initial: calm
    states: {calm: {zh: 正常, category: closed}, watched: {zh: 督办, category: closed}}
    transitions:
      - {trigger: watch, from: calm, to: watched, by: system}
slas:
  answer:
    title: {zh: 答复时限, en: Time to answer}
    start: {enter: main.received}
    stop: {enter: main.answered}
    target: [{within: 1 hour}]
    ladder:
      - {at: 50%, notify: operator}
      - {at: due, card: yellow, fire: watch}
      - {after: 1 hour, card: red}
"""
APP = """
import sys
from casewf import AdapterError, Engine, SqliteStore, StaticDirectory, SystemClock, load_workflow

class Printer:
    def notify(self, delivery):
        print("told", delivery.case.id, file=sys.stderr, flush=True)

def make():
    return Engine([load_workflow("question.yaml")], store=SqliteStore("cases.db", busy_ms=20), clock=SystemClock(),
                  directory=StaticDirectory({"city": None, "yuzhong": "city"}), notifier=Printer(), deliver="later")

engine = make()
number = 7

def late():
    # the server is away at the first two calls
    tries = getattr(sys, "tries_of_desk", 0)
    sys.tries_of_desk = tries + 1
    if tries < 2:
        raise AdapterError("no server", retryable=True)
    return make()

def torn():
    raise KeyError("DATABASE")

class Away:
    def notify(self, delivery):
        raise ConnectionError("secret")

def away():
    return Engine([load_workflow("question.yaml")], store=SqliteStore("cases.db", busy_ms=20), clock=SystemClock(),
                  directory=StaticDirectory({"city": None, "yuzhong": "city"}), notifier=Away())

def bare():
    return Engine([], store=SqliteStore("cases.db", busy_ms=20), clock=SystemClock(), deliver="later")

def with_a_log():
    import logging
    logging.getLogger("casewf").addHandler(logging.StreamHandler(sys.stdout))
    return away()
"""


@pytest.fixture(autouse=True)
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory with a host's module in it."""
    for name in ("LC_ALL", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "desk", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("desk.py").write_text(APP, encoding="utf-8")
    Path("quits.py").write_text('raise SystemExit("no such setting")', encoding="utf-8")
    return tmp_path


def open_cases(*names: str, text: str = WORKFLOW) -> None:
    """Cases of last March, whose rungs are all due by now."""
    Path("question.yaml").write_text(text, encoding="utf-8")
    with SqliteStore("cases.db", durability="normal") as store:
        engine = Engine(
            [parse_workflow(text)],
            store=store,
            clock=TestClock(at("2026-03-16 10:00")),
            notifier=RecordingNotifier(),
        )
        for name in names:
            engine.open("question", actor=OPERATOR, data={"lead": "yuzhong"}, case_id=name)


def rungs(case_id: str) -> list[int]:
    with SqliteStore("cases.db") as store:
        assert verify(store).ok
        return [row.event.rung for row in store.history(case_id) if isinstance(row.event, RungFired)]


def states(case_id: str) -> set[str]:
    with SqliteStore("cases.db") as store:
        return {row.state for row in store.outbox(case_id)}


@contextmanager
def watching(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A ``casewf sweep --watch`` process; what it prints is read line by line."""
    command = [sys.executable, "-m", "casewf.cli.main", "sweep", "--watch", "--lang", "en", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(SRC), "PYTHONWARNINGS": "error"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    """The next line of the output, without its timestamp."""
    assert process.stdout is not None
    _, _, text = process.stdout.readline().partition("  ")
    return text.strip()


# --once


def test_the_file_alone_is_swept_by_the_workflows_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    open_cases("C-1", "C-2")
    assert main(["sweep", "--db", "cases.db", "--once"]) == 0
    assert capsys.readouterr().out == "2 cases, 10 events\n"
    assert rungs("C-1") == rungs("C-2") == [0, 1, 2]
    with SqliteStore("cases.db") as store:
        assert [(row.state, row.attempts) for row in store.outbox("C-1")] == [("pending", 0)]
    assert main(["sweep", "--db", "cases.db", "--once", "--lang", "zh"]) == 0
    assert capsys.readouterr().out == "处理0件工单，0个事件\n"


@pytest.mark.parametrize("name", ["engine", "make"])
def test_the_hosts_engine_sweeps_and_delivers(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    open_cases("C-1")
    assert main(["sweep", "--app", f"desk:{name}", "--once"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "1 case, 5 events; 1 effect delivered\n"
    assert printed.err == "told C-1\n"
    assert states("C-1") == {"done"}


def test_each_effect_that_fails_is_told_also_right_after_the_commit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # those of pytest, as nobody has set up a log
    open_cases("C-1")
    assert main(["sweep", "--app", "desk:away", "--once", "--lang", "en"]) == 0
    (told,) = capsys.readouterr().err.splitlines()
    assert "  casewf: C-1:3:0 notify: attempt 1 failed (ConnectionError), to be tried again at 2" in told
    assert told.endswith("; the reason: casewf outbox")
    with SqliteStore("cases.db") as store:
        for _ in range(7):
            store.settle(Settlement(id="C-1:3:0", state="pending", error="no"))
    assert main(["sweep", "--app", "desk:away", "--once", "--lang", "zh"]) == 0
    assert "notify: 第9次未成功（ConnectionError），已放弃" in capsys.readouterr().err


def test_what_nothing_here_delivers_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    open_cases("C-1")
    assert main(["sweep", "--app", "desk:bare", "--once", "--lang", "en"]) == 0
    assert "C-1:3:0 notify: nothing here delivers it" in capsys.readouterr().err


def test_a_host_with_a_log_of_its_own_is_told_by_it_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    open_cases("C-1")
    log = logging.getLogger("casewf")
    before = list(log.handlers)
    try:
        assert main(["sweep", "--app", "desk:with_a_log", "--once"]) == 0
    finally:
        log.handlers[:] = before
    told = capsys.readouterr()
    assert told.out.count("effect.failed") == 1
    assert told.err == ""


def test_a_failed_case_exits_1_and_is_told_and_the_others_fire(capsys: pytest.CaptureFixture[str]) -> None:
    open_cases("C-1", "C-2")
    with closing(sqlite3.connect("cases.db")) as connection, connection:
        connection.execute("UPDATE cases SET snapshot = '{' WHERE id = 'C-1'")
    assert main(["sweep", "--db", "cases.db", "--once"]) == 1
    printed = capsys.readouterr()
    assert printed.out == "2 cases, 5 events; 1 case failed\n"
    assert printed.err.startswith("casewf: case C-1: the snapshot of case C-1 is damaged")


ASSIGNS = WORKFLOW.replace("card: yellow, fire: watch", "card: yellow, assign: {handler: lead}")
MOVES = WORKFLOW.replace("to: watched, by: system", "to: watched, by: system, assign: {handler: lead}")
STARTS = (
    WORKFLOW
    + """
  watch:
    title: {zh: 督办时限, en: Time to watch}
    start: {enter: oversight.watched}
    stop: {enter: main.answered}
    target: [{within: 3 days}]
"""
)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        (ASSIGNS, "a timer makes yuzhong the handler"),
        (MOVES, "a timer makes yuzhong the handler"),
        (STARTS, "a timer starts the clock watch"),
    ],
)
def test_what_only_the_host_knows_is_refused_without_it(
    text: str, needs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """D3, K6: a holder without those above it, or a wrong calendar, would be stored for ever."""
    open_cases("C-1", text=text)
    assert main(["sweep", "--db", "cases.db", "--once"]) == 1
    err = capsys.readouterr().err
    assert needs in err
    assert "--app" in err
    assert rungs("C-1") == []
    assert main(["sweep", "--app", "desk:engine", "--once"]) == 0
    assert rungs("C-1") == [0, 1, 2]
    with SqliteStore("cases.db") as store:
        stored = store.load("C-1")
        assert stored is not None
        assert all(holder.above == ("city",) for holder in stored.case.holders.values())


def test_a_file_of_the_packaged_workflow_is_swept_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Its warnings put late cases under supervision, which needs nothing of the host."""
    desk = Actor("wu", frozenset({"operator", "dispatcher"}), "city")
    register = {"category": "complaint", "topic": "wage_arrears", "summary": "unpaid", "district": "Yuzhong"}
    with SqliteStore("cases.db", durability="normal") as store:
        engine = Engine(
            [load_workflow("hotline-12351")],
            store=store,
            clock=TestClock(at("2026-03-16 10:00")),
            notifier=RecordingNotifier(),
            connectors={"government": ScriptedConnector()},
            deliver="later",
        )
        for name in ("C-1", "C-2", "C-3"):
            engine.open("hotline-12351", actor=desk, case_id=name, data={"caller_phone": "139"})
        for name in ("C-2", "C-3"):
            engine.fire(name, "register", actor=desk, data=register)
        engine.fire("C-3", "dispatch", actor=desk, data={"lead_org": "yuzhong"})
    assert main(["sweep", "--db", "cases.db", "--once"]) == 0
    assert capsys.readouterr().out.startswith("3 cases, ")
    with SqliteStore("cases.db") as store:
        stored = [store.load(name) for name in ("C-1", "C-2", "C-3")]
        assert [one.case.states["oversight"] for one in stored if one] == [
            "supervised",
            "supervised",
            "supervised",
        ]
        assert verify(store).ok


# What could not be done


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (["--db", "nothing.db"], "there is no file nothing.db"),
        (["--app", "nowhere:engine"], "No module named 'nowhere'"),
        (["--app", "desk:missing"], "no attribute 'missing'"),
        (["--app", "desk:number"], "is a int, not an Engine"),
        (["--app", "desk"], "package.module:attribute"),
        (["--app", "quits:engine"], "SystemExit: no such setting"),
    ],
)
def test_an_engine_that_cannot_be_had_exits_2(
    source: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    open_cases("C-1")
    assert main(["sweep", *source, "--once"]) == 2
    assert words in capsys.readouterr().err
    assert rungs("C-1") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--once"],
        ["--db", "cases.db"],
        ["--db", "cases.db", "--app", "desk:engine", "--once"],
        ["--db", "cases.db", "--watch", "--once"],
        ["--db", "cases.db", "--watch", "--every", "0"],
        ["--db", "cases.db", "--watch", "--every", "soon"],
        ["--db", "cases.db", "--watch", "--every", "9" * 400],
    ],
)
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        main(["sweep", *arguments])
    assert exited.value.code == 2


# --watch


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_watch_ends_well_when_told_to(number: signal.Signals) -> None:
    open_cases("C-1")
    with watching("--db", "cases.db") as process:
        assert line(process) == "1 case, 5 events"
        process.send_signal(number)  # the next round would be in a minute
        out, err = process.communicate()
    assert (process.returncode, out, err) == (0, "", "")


def test_a_watch_fires_what_falls_due_later_and_is_silent_in_between() -> None:
    open_cases("C-1")
    with watching("--db", "cases.db", "--every", "1") as process:
        assert line(process) == "1 case, 5 events"
        open_cases("C-2", "C-3")
        found = [line(process)]
        if found == ["1 case, 5 events"]:  # the round came between the two openings
            found.append(line(process))
        assert found in (["2 cases, 10 events"], ["1 case, 5 events"] * 2)
        process.terminate()
        assert process.communicate() == ("", "")
    assert rungs("C-2") == rungs("C-3") == [0, 1, 2]


def test_a_watch_goes_on_when_the_database_was_locked() -> None:
    open_cases("C-1")
    with closing(sqlite3.connect("cases.db", isolation_level=None)) as rival:
        rival.execute("BEGIN IMMEDIATE")
        with watching("--app", "desk:engine", "--every", "1") as process:
            assert process.stderr is not None
            assert "another process holds the database's lock" in process.stderr.readline()
            rival.execute("ROLLBACK")
            assert line(process) == "1 case, 5 events; 1 effect delivered"
            process.terminate()
            process.communicate()
    assert process.returncode == 0


def test_a_watch_waits_for_a_server_that_is_away_at_the_start_and_says_so_once() -> None:
    open_cases("C-1")
    with watching("--app", "desk:late") as process:
        assert process.stderr is not None
        assert process.stderr.readline().endswith("  casewf: no server; waiting for it\n")
        assert line(process) == "1 case, 5 events; 1 effect delivered"
        process.terminate()
        assert "no server" not in process.communicate()[1]
    assert process.returncode == 0


def test_a_watch_that_waits_ends_when_told_to() -> None:
    open_cases()
    with watching("--app", "desk:late") as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.terminate()
        assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_once_and_a_wrong_path_end_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    open_cases()
    assert main(["sweep", "--app", "desk:late", "--once"]) == 2
    assert capsys.readouterr().err == "casewf: no server\n"
    assert main(["sweep", "--db", "nowhere.db", "--watch"]) == 2
    assert "there is no file nowhere.db" in capsys.readouterr().err


def test_only_a_wrong_name_is_told_how_to_name_it(capsys: pytest.CaptureFixture[str]) -> None:
    open_cases()
    assert main(["sweep", "--app", "desk:torn", "--once"]) == 2
    assert capsys.readouterr().err == "casewf: --app desk:torn: KeyError: 'DATABASE'\n"
    for wrong in ("desk:nothing", "nothing:engine", "", ":engine"):
        assert main(["sweep", "--app", wrong, "--once"]) == 2
        assert capsys.readouterr().err.endswith("; name it as package.module:attribute\n")


def test_a_watch_ends_with_2_when_the_database_fails_for_good(capsys: pytest.CaptureFixture[str]) -> None:
    open_cases("C-1")
    with Path("desk.py").open("a", encoding="utf-8") as file:
        file.write("engine._means.store.close()\n")
    assert main(["sweep", "--app", "desk:engine", "--watch"]) == 2
    assert "the store was closed" in capsys.readouterr().err


def test_a_signal_ends_a_round_between_two_cases() -> None:
    open_cases("C-1", "C-2", "C-3")
    with Path("desk.py").open("a", encoding="utf-8") as file:
        file.write(
            "import os, signal\n"
            "append = SqliteStore.append\n"
            "def signalled(store, batch):\n"
            "    os.kill(os.getpid(), signal.SIGTERM)\n"
            "    append(store, batch)\n"
            "SqliteStore.append = signalled\n"
        )
    with watching("--app", "desk:engine") as process:
        assert line(process) == "1 case, 5 events"
        assert process.communicate() == ("", "")
    assert process.returncode == 0
    assert [rungs(name) for name in ("C-1", "C-2", "C-3")] == [[0, 1, 2], [], []]
    assert states("C-1") == {"pending"}


def test_a_watch_tells_a_failed_case_once() -> None:
    open_cases("C-1")
    with closing(sqlite3.connect("cases.db")) as connection, connection:
        connection.execute("UPDATE cases SET snapshot = '{' WHERE id = 'C-1'")
    with watching("--db", "cases.db", "--every", "1") as process:
        assert line(process) == "1 case, 0 events; 1 case failed"
        open_cases("C-2")
        assert line(process) == "2 cases, 5 events; 1 case failed"
        process.terminate()
        _, err = process.communicate()
    assert err.count("case C-1") == 2  # one line, whose detail names the case again
    assert process.returncode == 0
