"""``casewf outbox`` as an operator uses it: what waits, what was given up and why, and trying it once more (D2)."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.definition.load import parse_workflow
from casewf.engine.engine import Engine
from casewf.errors import Undelivered
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.ports.outside import Delivery, Outcome, Person
from casewf.testing.clock import TestClock, at

WORKFLOW = """
casewf: 1
id: question
version: 1
calendar: cn-office
roles: {operator: {zh: 接线员, en: Operator}}
opening: {by: operator}
tracks:
  main:
    initial: received
    states: {received: {zh: 受理, en: Received}, answered: {zh: 已答复, en: Answered, category: closed}}
    transitions:
      - {trigger: call, from: received, by: operator, effects: [{notify: operator}, {push: platform, retry: []}]}
      - {trigger: answer, from: received, to: answered, by: operator}
"""
APP = """
from casewf import Engine, SqliteStore, StaticDirectory, SystemClock, Undelivered, load_workflow
from casewf.ports import Outcome, Person

class Outside:
    broken = False

    def notify(self, delivery):
        if self.broken:
            raise Undelivered("still no address", final=True)

    def push(self, delivery):
        return Outcome(ok=not self.broken, error="still down")

def make(**options):
    wu = Person("wu", "吴", frozenset({"operator"}))
    outside = Outside()
    return Engine([load_workflow("question.yaml")], store=SqliteStore("cases.db"), clock=SystemClock(),
                  directory=StaticDirectory({"city": None}, {"city": [wu]}), notifier=outside,
                  connectors={"platform": outside}, **options)

def broken():
    Outside.broken = True
    return make()

def later():
    return make(deliver="later")

def raced():
    engine = make()
    beside = make(deliver="later")
    first = engine.redeliver
    def redeliver(effect):
        beside.redeliver(effect)
        first(effect)
    engine.redeliver = redeliver
    return engine
"""


class Down:
    """The outside of the past: nothing gets through."""

    def __init__(self, *, final: bool) -> None:
        self.final = final

    def notify(self, delivery: Delivery) -> None:
        raise Undelivered(f"wu has no address\x1b[2J, {delivery.attempt}", final=self.final)

    def push(self, delivery: Delivery) -> Outcome:
        return Outcome(ok=False, error="no route")


def fill(*names: str, final: bool = True) -> None:
    """Cases of last March, each of which told nobody twice."""
    Path("question.yaml").write_text(WORKFLOW, encoding="utf-8")
    wu = Person("wu", "吴", frozenset({"operator"}))
    operator, outside = Actor("wu", frozenset({"operator"}), "city"), Down(final=final)
    with SqliteStore("cases.db", durability="normal") as store:
        engine = Engine(
            [parse_workflow(WORKFLOW)],
            store=store,
            clock=TestClock(at("2026-03-16 10:00")),
            directory=StaticDirectory({"city": None}, {"city": [wu]}),
            notifier=outside,
            connectors={"platform": outside},
        )
        for name in names:
            engine.open("question", actor=operator, case_id=name, org="city")
            for _ in range(2):
                engine.fire(name, "call", actor=operator)


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "desk", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("desk.py").write_text(APP, encoding="utf-8")


def outbox(*arguments: str) -> int:
    return main(["outbox", *arguments])


def states(case_id: str) -> dict[str, str]:
    with SqliteStore("cases.db") as store:
        return {row.id: row.state for row in store.outbox(case_id)}


def local(text: str) -> str:
    return f"{at(text).astimezone():%Y-%m-%d %H:%M:%S}"


def test_what_was_given_up_is_listed_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    fill("C-1")
    assert outbox("--db", "cases.db", "--dead", "--lang", "en") == 0
    heads, *rows, _, summary, hint = capsys.readouterr().out.splitlines()
    assert heads.split() == ["effect", "to", "about", "tries", "written", "error"]
    assert [row.split()[:4] for row in rows if row.startswith("C-")] == [
        ["C-1:2:0", "notify", "call", "1"],
        ["C-1:2:1", "push:platform", "call", "1"],
        ["C-1:3:0", "notify", "call", "1"],
        ["C-1:3:1", "push:platform", "call", "1"],
    ]
    assert local("2026-03-16 10:00") in rows[0]
    assert "no route" in "".join(rows)
    assert "\x1b" not in "".join(rows)
    assert summary == "4 effects given up"
    assert hint.startswith("once the cause is mended: casewf outbox --revive EFFECT")


def test_what_waits_is_listed_with_its_next_attempt_and_what_is_behind_it_in_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fill("C-1", final=False)
    assert outbox("--db", "cases.db", "--lang", "zh") == 0
    heads, first, *rest = capsys.readouterr().out.splitlines()
    assert heads.split() == ["效果", "去向", "起因", "次数", "下次", "原因"]
    assert first.split()[:4] == ["C-1:2:0", "notify", "call", "1"]
    assert local("2026-03-16 10:00")[:16] in first
    (second,) = (line for line in rest if line.startswith("C-"))
    assert second.split()[:5] == ["C-1:3:0", "notify", "call", "0", "排队"]
    assert rest[-1] == "待投递2项"


def test_nothing_is_said_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    fill()
    for arguments, told in ((["--dead"], "0 effects given up"), ([], "0 effects to be delivered")):
        assert outbox("--db", "cases.db", "--lang", "en", *arguments) == 0
        assert capsys.readouterr().out == f"{told}\n"


def test_as_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    fill("C-1")
    assert outbox("--db", "cases.db", "--dead", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found[1] == {
        "id": "C-1:2:1",
        "case": "C-1",
        "destination": "push:platform",
        "about": "call",
        "state": "dead",
        "attempts": 1,
        "created_at": at("2026-03-16 10:00").astimezone(dt.UTC).isoformat(),
        "due_at": found[1]["due_at"],
        "error": "no route",
    }


def test_with_the_file_alone_what_is_revived_waits_for_the_host(capsys: pytest.CaptureFixture[str]) -> None:
    fill("C-1")
    assert outbox("--db", "cases.db", "--revive", "C-1:2:0", "--revive", "C-1:2:1", "--lang", "zh") == 0
    assert capsys.readouterr().out == "等待投递2项\n"
    assert states("C-1") == {"C-1:2:0": "pending", "C-1:2:1": "pending", "C-1:3:0": "dead", "C-1:3:1": "dead"}


def test_with_the_hosts_engine_it_is_delivered_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    fill("C-1", "C-2")
    assert outbox("--app", "desk:make", "--revive-all", "push:platform", "--lang", "en") == 0
    assert capsys.readouterr().out == "4 effects delivered\n"
    assert states("C-2") == {"C-2:2:0": "dead", "C-2:2:1": "done", "C-2:3:0": "dead", "C-2:3:1": "done"}


def test_what_is_given_up_again_is_told_by_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    fill("C-1")
    assert outbox("--app", "desk:broken", "--revive", "C-1:2:0", "--lang", "en") == 1
    assert capsys.readouterr().out == "1 effect given up again\n"


def test_what_somebody_else_has_revived_meanwhile_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    fill("C-1")
    assert outbox("--app", "desk:raced", "--revive", "C-1:2:0", "--lang", "en") == 0
    assert capsys.readouterr().out == "1 effect to be delivered\n"


@pytest.mark.parametrize("what", [["--dead"], ["--dead", "--json"]])
def test_an_instant_that_no_calendar_has_is_shown_as_it_is(
    what: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    fill("C-1")
    with closing(sqlite3.connect("cases.db")) as damaged, damaged:
        damaged.execute("UPDATE outbox SET created_at = 9000000000000000000")
    assert outbox("--db", "cases.db", *what) == 0
    assert "9000000000000000000 µs" in capsys.readouterr().out


def test_an_engine_that_delivers_later_leaves_it_for_later(capsys: pytest.CaptureFixture[str]) -> None:
    fill("C-1")
    assert outbox("--app", "desk:later", "--revive", "C-1:2:0", "--lang", "en") == 0
    assert capsys.readouterr().out == "1 effect to be delivered\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--revive", "C-1:9:9"],
            "no effect C-1:9:9 was given up; casewf outbox --dead lists those that were",
        ),
        (["--revive", "C-1:2:0", "--revive", "nonsense"], "no effect nonsense was given up"),
        (["--revive-all", "push:x"], "on its way to push:x; there are: notify, push:platform"),
    ],
)
def test_what_was_not_given_up_is_an_error_and_nothing_changes(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill("C-1")
    before = states("C-1")
    assert outbox("--db", "cases.db", "--lang", "en", *arguments) == 2
    assert told in capsys.readouterr().err
    assert states("C-1") == before


def test_where_nothing_was_given_up_there_is_nothing_to_revive(capsys: pytest.CaptureFixture[str]) -> None:
    fill()
    assert outbox("--db", "cases.db", "--revive-all", "push:platform", "--lang", "zh") == 2
    assert "没有发往 push:platform 的已放弃效果；有：–" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert outbox("--db", "none.db") == 2
    assert "there is no file none.db" in capsys.readouterr().err
