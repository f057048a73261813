"""Whose list ``casewf cases`` shows, and what it says to values that do not exist."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.testing.story import play
from casewf.testing.story_file import load_story

STORY = Path(__file__).parents[2] / "examples" / "stories" / "split-second-matter.story.yaml"
APP = """
from casewf import Engine, SqliteStore, StaticDirectory, load_workflow
from casewf.ports import Absence, Person
from casewf.testing import TestClock, at
from casewf.testing.recorders import RecordingNotifier, ScriptedConnector
from casewf.worktime import epoch_us

people = {"city": [Person(id="he", roles=frozenset({"dispatcher"})), Person(id="li", roles=frozenset({"handler"}))],
          "far": [Person(id="zhao", roles=frozenset({"dispatcher"}))]}
directory = StaticDirectory({"city": None, "far": None}, people, deputies={"he": ["li"]},
                            away={"he": [Absence(epoch_us(at("2026-03-02 11:00")), epoch_us(at("2026-03-02 18:00")))]})

def engine(now, directory=None):
    return Engine([load_workflow("hotline-12351")], store=SqliteStore("cases.db"), clock=TestClock(at(now)),
                  directory=directory, notifier=RecordingNotifier(), connectors={"government": ScriptedConnector()})

morning = engine("2026-03-02 10:30", directory)
noon = engine("2026-03-02 12:00", directory)
alone = engine("2026-03-02 12:00")
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cases that wait for the dispatcher of the city."""
    path = tmp_path_factory.mktemp("asking") / "cases.db"
    with SqliteStore(path, durability="normal") as store:
        play(load_story(STORY), store=store).check()
    return path


@pytest.fixture(autouse=True)
def host(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of it and the host's module in the working directory."""
    for name in ("LC_ALL", "LANG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "union", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copy(database, "cases.db")
    Path("union.py").write_text(APP, encoding="utf-8")


def may(capsys: pytest.CaptureFixture[str], app: str, *arguments: str) -> dict[str, set[str]]:
    """What somebody may do on the cases of his list."""
    assert main(["cases", "--app", f"union:{app}", "--json", *arguments]) == 0
    cases = json.loads(capsys.readouterr().out)["cases"]
    return {case["id"]: {one["trigger"] for one in case["options"]} for case in cases}


class TestWhoseList:
    def test_the_host_knows_his_roles_and_his_organisation(self, capsys: pytest.CaptureFixture[str]) -> None:
        found = may(capsys, "morning", "--as", "he")
        assert set(found) == {"T-1", "T-1b"}
        assert "dispatch" in found["T-1"]
        assert "dispatch" not in may(capsys, "morning", "--as", "li")["T-1"]
        assert may(capsys, "morning", "--as", "zhao") == {}

    def test_m11_he_may_do_what_those_may_for_whom_he_stands_in(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert "dispatch" in may(capsys, "noon", "--as", "li")["T-1"]

    def test_role_and_org_replace_what_the_host_knows(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "dispatch" not in may(capsys, "morning", "--as", "he", "--role", "reviewer")["T-1"]
        assert "dispatch" in may(capsys, "morning", "--as", "li", "--role", "dispatcher")["T-1"]
        assert may(capsys, "morning", "--as", "he", "--org", "far") == {}
        assert "dispatch" in may(capsys, "morning", "--as", "zhao", "--org", "city")["T-1"]

    @pytest.mark.parametrize(
        ("lang", "words"),
        [
            ("zh", "--as nobody：引擎的名录中没有此人"),
            ("en", "--as nobody: the directory of the engine knows no such person"),
        ],
    )
    def test_whom_the_host_does_not_know_has_no_list(
        self, capsys: pytest.CaptureFixture[str], lang: str, words: str
    ) -> None:
        assert (
            main(["cases", "--app", "union:noon", "--as", "nobody", "--role", "handler", "--lang", lang]) == 2
        )
        assert words in capsys.readouterr().err

    def test_a_host_without_a_directory_takes_him_as_the_options_say(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        as_dispatcher = ("--as", "anna", "--role", "dispatcher", "--org", "city")
        assert "dispatch" in may(capsys, "alone", *as_dispatcher)["T-1"]


@pytest.mark.parametrize("source", [("--db", "cases.db"), ("--app", "union:noon")])
class TestWhatThereIsNot:
    @pytest.mark.parametrize(
        ("asked", "zh", "en"),
        [
            (
                ("--card", "orange"),
                "没有警示牌 orange；有：blue、yellow、red、escalated",
                "there is no card orange; there are blue, yellow, red, escalated",
            ),
            (
                ("--state", "unoin=signed"),
                "没有轨道 unoin；有：union、government、oversight、performance",
                "there is no track unoin; there are union, government, oversight, performance",
            ),
            (
                ("--state", "union=signed"),
                "没有状态 union=signed；有：",
                "there is no state union=signed; there are ",
            ),
            (
                ("--workflow", "hotline"),
                "没有流程 hotline；有：hotline-12351",
                "there is no workflow hotline; there are hotline-12351",
            ),
        ],
    )
    def test_it_is_told_what_there_is(
        self,
        capsys: pytest.CaptureFixture[str],
        source: tuple[str, str],
        asked: tuple[str, str],
        zh: str,
        en: str,
    ) -> None:
        for lang, words in (("zh", zh), ("en", en)):
            assert main(["cases", *source, *asked, "--lang", lang]) == 2
            caught = capsys.readouterr()
            assert (words in caught.err, caught.out) == (True, ""), caught.err

    @pytest.mark.parametrize(
        "asked",
        [("--card", "red"), ("--state", "union=answered"), ("--workflow", "hotline-12351", "--card", "blue")],
    )
    def test_what_there_is_and_no_case_has_is_an_empty_list(
        self, capsys: pytest.CaptureFixture[str], source: tuple[str, str], asked: tuple[str, ...]
    ) -> None:
        assert main(["cases", *source, *asked, "--lang", "en"]) == 0
        assert capsys.readouterr().out == "no such cases\n"
