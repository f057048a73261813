"""What ``casewf case`` says of a case, and how ``casewf run`` tells a story of several."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.definition.load import load_workflow
from casewf.engine.engine import Engine
from casewf.model.case import Actor
from casewf.model.file_commands import TIES
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import RecordingNotifier, ScriptedConnector
from casewf.testing.story import play
from casewf.testing.story_expectations import LINKS
from casewf.testing.story_file import load_story
from casewf.views.incidents import INCIDENTS

ROOT = Path(__file__).parents[2]
STORIES = ROOT / "examples" / "stories"
ENDS = "s07-supervision-and-visit", "S07"
SPLIT = "split-second-matter", "T-1"
MERGED = "merge-keeps-both-callers", "M-2"
Show = Callable[..., str]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of each story."""
    folder = tmp_path_factory.mktemp("stories")
    for name, _ in (ENDS, SPLIT, MERGED):
        with SqliteStore(folder / f"{name}.db", durability="normal") as store:
            play(load_story(STORIES / f"{name}.story.yaml"), store=store).check()
    return folder


@pytest.fixture
def show(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Show:
    for name in ("LC_ALL", "LANG", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    for file in files.glob("*.db"):
        shutil.copy(file, tmp_path)

    def command(which: tuple[str, str], *options: str, lang: str = "zh") -> str:
        story, case = which
        assert main(["case", case, "--db", f"{story}.db", "--lang", lang, *options]) == 0
        return capsys.readouterr().out

    return command


def section(page: str, title: str) -> list[str]:
    """The lines of a section, without those around it."""
    return page.split(f"\n\n{title}\n", 1)[1].split("\n\n", 1)[0].splitlines()


class TestLimits:
    def test_their_columns_have_names_and_an_instant_has_its_seconds(self, show: Show) -> None:
        zh, en = section(show(ENDS), "时限"), section(show(ENDS, lang="en"), "Limits")
        assert re.split(r"\s{2,}", zh[0].strip()) == ["名称", "情况", "期限"]
        assert re.split(r"\s{2,}", en[0].strip()) == ["limit", "how it stands", "due"]
        assert any(line.endswith("2026-03-02 周一 09:00:15") for line in zh)
        assert any(line.endswith("周一 15:00") for line in zh)

    def test_nobody_is_late_by_a_window_that_closed(self, show: Show) -> None:
        zh = {line.split()[0]: line for line in section(show(ENDS), "时限")}
        assert zh["退单申请期（参考）"].split()[1] == "已届满"
        assert zh["阶段反馈"].split()[1:3] == ["✗", "逾期"]
        en = section(show(ENDS, lang="en"), "Limits")
        assert any(re.search(r"Time to reopen \(advisory\) +ran out ", line) for line in en)
        assert [line for line in en if "advisory" in line and "late" in line] == []

    def test_nor_before_a_sweep_has_said_so(self, show: Show) -> None:
        waits = (MERGED[0], "M-3")
        clock = json.loads(show(waits, "--json"))["clocks"]["answer"]
        assert (clock["phase"], clock["verdict"]) == ("running", "none")
        (line,) = [line for line in section(show(waits), "时限") if "接听" in line]
        assert re.split(r"\s{2,}", line.strip()) == ["接听（参考）", "已届满", "2026-03-02 周一 09:04:15"]


class TestWhatCanBeDone:
    def test_by_default_what_the_reader_may_do_and_how_much_there_is_besides(self, show: Show) -> None:
        assert section(show(SPLIT), "可做的事") == [
            "  还有9项目前不能以此身份操作：--all 全部列出，--role 看某一角色能做什么"
        ]
        assert section(show(SPLIT, lang="en"), "What can be done") == [
            "  9 more, not for who looks: --all lists them, --role tells what a role may do"
        ]

    def test_all_of_it_track_by_track_in_the_order_of_the_workflow(self, show: Show) -> None:
        lines = section(show(SPLIT, "--all"), "可做的事")
        assert [line.strip() for line in lines if not line.startswith("    ")] == [
            "责任落实闭环",
            "办理处置闭环",
            "监督",
        ]
        assert [line.split()[1] for line in lines[1:8]] == [
            "接听",
            "登记",
            "即时答复",
            "不予受理",
            "派单",
            "并单",
            "撤回",
        ]

    def test_a_role_sees_both_what_it_may_do_and_what_not(self, show: Show) -> None:
        lines = section(show(SPLIT, "--role", "dispatcher", "--org", "city"), "可做的事")
        marks = {line.split()[1]: line.split()[0] for line in lines if line.startswith("    ")}
        assert (marks["派单"], marks["登记"]) == ("✓", "–")
        assert len(marks) == 9

    def test_json_has_all_of_it_with_the_names_of_roles(self, show: Show) -> None:
        options = {one["trigger"]: one for one in json.loads(show(SPLIT, "--json"))["options"]}
        assert options["dispatch"]["reasons"] == [
            {
                "code": "role_missing",
                "zh": "该操作需要角色：派单员（dispatcher）",
                "en": "this is for the roles Dispatcher (dispatcher)",
            }
        ]


def test_fields_that_hold_their_default_are_left_out(show: Show) -> None:
    assert [line for line in section(show(SPLIT), "内容") if "紧急程度" in line or "办理次数" in line] == []
    assert any("诉求类型" in line for line in section(show(SPLIT), "内容"))
    assert any("紧急程度" in line for line in section(show(SPLIT, "--all"), "内容"))


@pytest.mark.parametrize(
    ("which", "zh", "en"),
    [
        (SPLIT, "关联  T-1b  分案至", "link  T-1b  split to"),
        ((SPLIT[0], "T-1b"), "关联  T-1  分案自", "link  T-1  split from"),
        (MERGED, "关联  M-1  已并入", "link  M-1  merged into"),
        ((MERGED[0], "M-1"), "M-2   并入了", "M-2   merged from"),
    ],
)
def test_links_have_words(show: Show, which: tuple[str, str], zh: str, en: str) -> None:
    assert zh in show(which)
    assert en in show(which, lang="en")
    assert "split_" not in show(which) + show(which, lang="en")
    assert "merged_" not in show(which) + show(which, lang="en")


def test_every_kind_of_link_has_words() -> None:
    assert set(TIES) == set(LINKS)


def test_every_kind_of_incident_that_the_engine_writes_has_words() -> None:
    """The kinds stand in the source as texts; one that is added without words is found here."""
    calls = re.compile(r'(?:kind=|report_failure\([^"]*?|(?:kind|KIND) = )"(\w+)"(?: if [^"]+ else "(\w+)")?')
    written = set()
    for folder in ("core", "engine"):
        for file in (ROOT / "src" / "casewf" / folder).glob("*.py"):
            text = file.read_text(encoding="utf-8")
            if "Incident" in text or "report_failure" in text:
                written |= {kind for pair in calls.findall(text) for kind in pair if kind}
    assert written == set(INCIDENTS)


def test_incidents_have_words(show: Show) -> None:
    assert "无人可通知（nobody_to_tell）" in show(ENDS)
    assert "nobody to tell (nobody_to_tell)" in show(ENDS, lang="en")


def test_a_child_is_named_by_the_title_of_its_workflow(show: Show) -> None:
    assert "立子案 S07.1：工会劳动法律监督" in show(ENDS)
    assert "open child S07.1: " in show(ENDS, lang="en")
    assert "legal-supervision" not in show(ENDS)


class TestStoriesOfSeveral:
    def test_each_case_has_its_head_in_the_order_of_opening_and_the_marks_are_explained_once(
        self, show: Show, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["run", str(STORIES / f"{MERGED[0]}.story.yaml"), "--lang", "zh"]) == 0
        text = capsys.readouterr().out
        assert re.findall(r"^(M-\d)：12351热线工单", text, re.MULTILINE) == ["M-1", "M-3", "M-2"]
        assert text.count("● 有事要办") == 1
        assert text.index("● 有事要办") > text.rindex("M-2：")

    def test_one_case_needs_no_head(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["run", "s01-yang-yun", "--lang", "zh"]) == 0
        text = capsys.readouterr().out
        assert "：12351热线工单" not in text
        assert text.count("● 有事要办") == 1


def test_what_a_caller_wrote_does_not_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A summary may come from an app; whoever reads it must see the case as it is, not a screen that it paints."""
    file = str(tmp_path / "esc.db")
    with SqliteStore(file) as store:
        engine = Engine(
            [load_workflow("hotline-12351")],
            store=store,
            clock=TestClock(at("2026-03-02 09:00")),
            notifier=RecordingNotifier(),
            connectors={"government": ScriptedConnector()},
            deliver="later",
        )
        desk = Actor("w\x1b[2Ju", frozenset({"operator"}), "city\x9b2J")
        summary = "s\x1b[8mhidden\x07"
        engine.open("hotline-12351", actor=desk, case_id="X\x1b[2JY", data={"summary": summary})
    for words in (("cases",), ("case", "X\x1b[2JY")):
        assert main([*words, "--db", file, "--lang", "en"]) == 0
        out = capsys.readouterr().out
        assert "X�[2JY" in out
        assert [each for each in out if not each.isprintable() and each != "\n"] == []
