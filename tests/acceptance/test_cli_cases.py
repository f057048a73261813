"""``casewf cases`` and ``casewf case`` as a desk and an operator use them: what they print, and their exit codes."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.definition.load import load_workflow
from casewf.engine.engine import Engine
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import CountingEntropy, RecordingNotifier, ScriptedConnector
from casewf.views.text import width

DESK = Actor("wu", frozenset({"operator", "dispatcher"}), "city")
LI = Actor("li", frozenset({"handler"}), "yuzhong")
FACTS = {
    "category": "complaint",
    "topic": "wage_arrears",
    "summary": "十名工人三个月未发工资",
    "district": "渝中区",
}
APP = """
from casewf import Engine, SqliteStore, StaticDirectory, load_workflow
from casewf.ports import Person
from casewf.testing import TestClock, at
from casewf.testing.recorders import RecordingNotifier, ScriptedConnector

engine = Engine([load_workflow("hotline-12351")], store=SqliteStore("cases.db"),
                clock=TestClock(at("2026-03-18 16:00")),
                directory=StaticDirectory({"city": None, "yuzhong": "city"}, {"city": [Person(id="wu")],
                "yuzhong": [Person(id="li", roles=frozenset({"handler"}))]}), notifier=RecordingNotifier(),
                connectors={"government": ScriptedConnector()})
"""
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
ZH_120 = """\
工单  状态                          警示牌      到期                        时限      承办
H-1   派单（待签收）、待推送、挂督  黄牌        03-17 18:00 逾期22小时      签收      yuzhong
H-2   跟踪协同、待推送、挂督        催办（蓝）  03-17 18:00 逾期22小时      首次联系  li、yuzhong
H-3   受理                                      03-19 10:50 剩18小时50分钟  派单
H-5   受理                                      03-19 10:50 剩18小时50分钟  派单

4件工单，其中2件逾期
"""
EN_80 = """\
case  state           card            due             limit          held by
H-1   Dispatched,     Yellow card     03-17 18:00     Sign for       yuzhong
      To be pushed,                   late by 22 h
      Supervised
H-2   Coordinated,    Reminder        03-17 18:00     First contact  li, yuzhong
      To be pushed,   (blue)          late by 22 h
      Supervised
H-3   Received                        03-19 10:50     Dispatch
                                      in 18 h 50 min
H-5   Received                        03-19 10:50     Dispatch
                                      in 18 h 50 min

4 cases, 2 of them late
"""


def documented(command: str) -> set[str]:
    """The keys that the reference names for ``casewf command --json``, those of the list among those of a case."""
    sections = re.findall(
        r"^`casewf (\w+) --json`(.*?)(?=^`casewf \w+ --json`|^## )", PAGE, re.MULTILINE | re.DOTALL
    )
    tables = {name: "\n".join(re.findall(r"^\|.*", text, re.MULTILINE)) for name, text in sections}
    text = tables["cases"] + (tables["case"] if command == "case" else "")
    first_column = "".join(re.findall(r"^\| ([^|]*)\|", text, re.MULTILINE))
    return set(re.findall(r"`(\w+)`", text if command == "case" else first_column))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with five cases: unsigned and late, signed, two new ones, one that is closed."""
    path = tmp_path_factory.mktemp("desk") / "cases.db"
    clock = TestClock(at("2026-03-16 10:00"))
    with SqliteStore(path, durability="normal") as store:
        engine = Engine(
            [load_workflow("hotline-12351")],
            store=store,
            clock=clock,
            directory=StaticDirectory({"city": None, "yuzhong": "city"}),
            notifier=RecordingNotifier(),
            connectors={"government": ScriptedConnector()},
            entropy=CountingEntropy(),
            deliver="later",
        )
        for name in ("H-1", "H-2"):
            engine.open("hotline-12351", actor=DESK, case_id=name, data={"caller_name": "杨云"})
            engine.fire(name, "register", actor=DESK, data=FACTS, comment="电话登记")
            engine.fire(name, "dispatch", actor=DESK, data={"lead_org": "yuzhong"})
        engine.fire("H-2", "sign", actor=LI)
        clock.travel(at("2026-03-18 09:00"))
        engine.sweep()
        clock.travel(at("2026-03-18 15:50"))
        for name in ("H-3", "H-4", "H-5"):
            engine.open("hotline-12351", actor=DESK, case_id=name, data={"category": "consult"})
        engine.fire("H-4", "answer_now", actor=DESK, data={"reply": "已告知"})
        engine.fire("H-5", "pick_up", actor=DESK)
        engine.sweep()
    return path


@pytest.fixture(autouse=True)
def desk(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of it and the host's module in the working directory."""
    for name in ("LC_ALL", "LANG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "desk", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copy(database, "cases.db")
    Path("desk.py").write_text(APP, encoding="utf-8")


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(list(arguments)) == code
    return capsys.readouterr().out


def names(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    return [case["id"] for case in json.loads(told(capsys, "cases", "--json", *arguments))["cases"]]


class TestTable:
    @pytest.mark.parametrize("columns", [60, 80, 120])
    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_it_fits_the_terminal_and_every_word_is_whole(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str, columns: int
    ) -> None:
        monkeypatch.setenv("COLUMNS", str(columns))
        text = told(capsys, "cases", "--app", "desk:engine", "--lang", lang)
        assert max(map(width, text.splitlines())) <= columns
        words = {
            "zh": ("派单（待签收）", "签收", "逾期22小时", "件工单，其中"),
            "en": ("Dispatched", "Sign", "22 h"),
        }
        assert [word for word in words[lang] if word not in text] == []

    def test_chinese_in_120_columns(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "120")
        assert told(capsys, "cases", "--app", "desk:engine", "--lang", "zh") == ZH_120

    def test_english_in_80_columns(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        assert told(capsys, "cases", "--app", "desk:engine", "--lang", "en") == EN_80

    def test_an_empty_list_says_so_and_is_no_failure(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert (
            told(capsys, "cases", "--db", "cases.db", "--card", "red", "--lang", "zh") == "没有这样的工单\n"
        )
        assert told(capsys, "cases", "--db", "cases.db", "--card", "red", "--lang", "en") == "no such cases\n"

    def test_a_page_says_how_to_go_on(self, capsys: pytest.CaptureFixture[str]) -> None:
        text = told(capsys, "cases", "--app", "desk:engine", "--limit", "3", "--lang", "en")
        cursor = text.split("add --after ")[1].strip()
        rest = told(capsys, "cases", "--app", "desk:engine", "--after", cursor, "--lang", "en")
        assert "H-5" in rest
        assert "H-1" not in rest
        assert "next page" not in rest


class TestFilters:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            ((), ["H-1", "H-2", "H-3", "H-5"]),
            (("--overdue", "--closed"), []),
            (("--card", "blue"), ["H-2"]),
            (("--card", "yellow"), ["H-1"]),
            (("--state", "union=received"), ["H-3", "H-5"]),
            (("--workflow", "hotline-12351", "--limit", "1"), ["H-1"]),
            (("--closed",), ["H-4"]),
            (("--as", "li", "--org", "yuzhong", "--role", "handler"), ["H-1", "H-2"]),
            (("--as", "li", "--org", "yuzhong", "--role", "handler", "--mine"), ["H-2"]),
            (("--as", "wu", "--mine"), ["H-3", "H-5"]),
            (("--as", "wu", "--mine", "--closed"), ["H-4"]),
        ],
    )
    def test_they_are_those_of_the_engine(
        self, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], expected: list[str]
    ) -> None:
        assert names(capsys, "--app", "desk:engine", *arguments) == expected
        assert names(capsys, "--db", "cases.db", *arguments) == expected

    def test_json_has_the_documented_keys_and_what_he_may_do(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        found = json.loads(
            told(
                capsys,
                "cases",
                "--app",
                "desk:engine",
                "--json",
                "--as",
                "li",
                "--org",
                "yuzhong",
                "--role",
                "handler",
            )
        )
        assert list(found) == ["at", "cases", "next_after"]
        assert (found["at"], found["next_after"]) == ("2026-03-18T08:00:00+00:00", None)
        first = found["cases"][0]
        assert {key: first[key] for key in ("id", "due", "sla", "overdue", "card", "holders")} == {
            "id": "H-1",
            "due": "2026-03-17T18:00:00+08:00",
            "sla": "sign",
            "overdue": True,
            "card": "yellow",
            "holders": {"handler": ["yuzhong"]},
        }
        assert "sign" in {one["trigger"] for one in first["options"]}
        assert documented("cases") == {*found, *first, *first["options"][0]}

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--mine",), "need --as"),
            (("--role", "handler"), "need --as"),
            (("--org", "city"), "need --as"),
            (("--as", "system"), "is the engine itself"),
            (("--as", ""), "an actor needs an id"),
            (("--after", "xx"), "not what the page before said"),
            (("--after", "\udcff"), "not what the page before said"),
            (("--workflow", "\udcff"), "workflow"),
        ],
    )
    def test_what_cannot_be_asked_for_is_told(
        self, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
    ) -> None:
        assert main(["cases", "--db", "cases.db", "--lang", "en", *arguments]) == 2
        assert words in capsys.readouterr().err

    @pytest.mark.parametrize(
        "arguments", [("--limit", "0"), ("--limit", "501"), ("--state", "union"), ("--limit", "²")]
    )
    def test_wrong_usage_is_told(
        self, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
    ) -> None:
        with pytest.raises(SystemExit) as caught:
            main(["cases", "--db", "cases.db", *arguments])
        assert caught.value.code == 2

    @pytest.mark.parametrize("command", [("cases",), ("case", "H-1")])
    def test_a_file_that_is_not_there_is_told_and_not_made(
        self, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
    ) -> None:
        assert main([*command, "--db", "none.db"]) == 2
        assert "there is no file none.db" in capsys.readouterr().err
        assert not Path("none.db").exists()


class TestCase:
    @pytest.mark.parametrize("columns", [80, 120])
    @pytest.mark.parametrize(
        ("lang", "lines"),
        [
            (
                "zh",
                [
                    "H-1  12351热线工单（双闭环）",
                    "立单 2026-03-16 周一 10:00 · 单位 city · 流程第",
                    "黄牌",
                    "  责任落实闭环  派单（待签收）",
                    "  签收",
                    "  工单办理员  yuzhong",
                    "  诉求人姓名",
                    "  –  签收",
                    "2026-03-16 周一",
                    "“电话登记”",
                ],
            ),
            (
                "en",
                [
                    "H-1  12351 hotline case (dual closed loop)",
                    "opened Mon 2026-03-16 10:00 · belongs to city · workflow version ",
                    "Yellow card",
                    "  Union loop       Dispatched",
                    "  Sign for",
                    "  Case handler  yuzhong",
                    "  –  Sign for",
                    "Mon 2026-03-16",
                ],
            ),
        ],
    )
    def test_everything_about_it_fits_the_terminal(
        self,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        lang: str,
        lines: list[str],
        columns: int,
    ) -> None:
        monkeypatch.setenv("COLUMNS", str(columns))
        text = told(capsys, "case", "H-1", "--db", "cases.db", "--all", "--lang", lang)
        assert [line for line in lines if line not in text] == []
        assert max(map(width, text.splitlines())) <= columns

    def test_d5_names_are_masked_unless_a_role_may_see_them(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "杨云" not in told(capsys, "case", "H-1", "--db", "cases.db")
        assert "杨云" not in told(capsys, "case", "H-1", "--db", "cases.db", "--json", "--role", "reviewer")
        assert "杨云" in told(capsys, "case", "H-1", "--db", "cases.db", "--role", "handler")

    def test_a_role_in_an_organisation_sees_what_it_may_do(self, capsys: pytest.CaptureFixture[str]) -> None:
        as_handler = ("--role", "handler", "--org", "yuzhong")
        text = told(capsys, "case", "H-1", "--db", "cases.db", "--lang", "en", *as_handler)
        assert "  ✓  Sign for" in text
        assert "  –  Merge" in text
        assert "roles system" not in text

    def test_json_has_the_documented_keys(self, capsys: pytest.CaptureFixture[str]) -> None:
        found = json.loads(told(capsys, "case", "H-1", "--db", "cases.db", "--json"))
        assert found["fields"]["caller_name"] == "•••"
        assert found["clocks"]["sign"]["due"] == "2026-03-17T18:00:00+08:00"
        assert found["clocks"]["sign"]["verdict"] == "breached"
        (registered,) = [one for one in found["history"] if one.get("trigger") == "register"]
        assert (registered["comment"], registered["by"]) == ("电话登记", "wu")
        inner = {*found["clocks"]["sign"], *found["options"][0], *found["children"], *registered}
        assert {*found, *inner} <= documented("case")

    @pytest.mark.parametrize(("lang", "words"), [("zh", "没有找到工单 H-9"), ("en", "no case H-9")])
    @pytest.mark.parametrize("more", [(), ("--json",)])
    def test_an_unknown_case_is_not_found(
        self, capsys: pytest.CaptureFixture[str], lang: str, words: str, more: tuple[str, ...]
    ) -> None:
        assert main(["case", "H-9", "--db", "cases.db", "--lang", lang, *more]) == 1
        caught = capsys.readouterr()
        assert (words in caught.err, caught.out) == (True, "")

    @pytest.mark.parametrize("name", ["", "\udcff", "x" * 9_999])
    def test_any_text_can_be_asked_for(self, capsys: pytest.CaptureFixture[str], name: str) -> None:
        assert main(["case", name, "--db", "cases.db"]) == 1
