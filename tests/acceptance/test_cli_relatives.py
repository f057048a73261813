"""``casewf case`` and ``casewf explain`` on cases that others opened, merged, split off or imported."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.testing.story import play
from casewf.testing.story_file import load_story

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = {
    "child": ("s07-supervision-and-visit", "S07.1"),
    "split": ("split-second-matter", "T-1"),
    "split off": ("split-second-matter", "T-1b"),
    "merged": ("merge-keeps-both-callers", "M-2"),
    "target": ("merge-keeps-both-callers", "M-1"),
    "imported": ("imported", "H-2026-0316"),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of each story, and one of imported cases."""
    folder = tmp_path_factory.mktemp("stories")
    for name in {story for story, _ in CASES.values()} - {"imported"}:
        with SqliteStore(folder / f"{name}.db", durability="normal") as store:
            play(load_story(EXAMPLES / "stories" / f"{name}.story.yaml"), store=store).check()
    rows, file = str(EXAMPLES / "import" / "open-cases.csv"), str(folder / "imported.db")
    options = ("--workflow", "hotline-12351", "--zone", "Asia/Shanghai", "--by", "admin")
    assert main(["import", rows, "--db", file, *options]) == 0
    return folder


@pytest.fixture(autouse=True)
def plain(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of them in the working directory, in a locale without a language."""
    for name in ("LC_ALL", "LANG", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    for file in files.glob("*.db"):
        shutil.copy(file, tmp_path)


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(list(arguments)) == code
    return capsys.readouterr().out


def page(capsys: pytest.CaptureFixture[str], name: str, lang: str = "zh", *more: str) -> str:
    story, case = CASES[name]
    return told(capsys, "case", case, "--db", f"{story}.db", "--lang", lang, *more)


@pytest.mark.parametrize(("story", "case"), CASES.values(), ids=CASES)
class TestEveryCaseCanBeRead:
    @pytest.mark.parametrize("more", [(), ("--role", "handler"), ("--role", "handler", "--org", "nowhere")])
    def test_as_a_page_and_as_json(
        self, capsys: pytest.CaptureFixture[str], story: str, case: str, more: tuple[str, ...]
    ) -> None:
        assert case in told(capsys, "case", case, "--db", f"{story}.db", *more)
        assert json.loads(told(capsys, "case", case, "--db", f"{story}.db", "--json", *more))["id"] == case

    def test_its_limits_are_explained(
        self, capsys: pytest.CaptureFixture[str], story: str, case: str
    ) -> None:
        found = json.loads(told(capsys, "case", case, "--db", f"{story}.db", "--json"))
        for sla in found["clocks"]:
            assert told(capsys, "explain", case, sla, "--db", f"{story}.db", "--lang", "en")

    def test_it_is_on_a_list(self, capsys: pytest.CaptureFixture[str], story: str, case: str) -> None:
        lists = [told(capsys, "cases", "--db", f"{story}.db", *more) for more in ((), ("--closed",))]
        assert any(case in one for one in lists)


LINKS = {
    "split": ("split_to", "T-1b"),
    "split off": ("split_from", "T-1"),
    "merged": ("merged_into", "M-1"),
    "target": ("merged_from", "M-2"),
}


@pytest.mark.parametrize("name", LINKS)
def test_an_operator_sees_all_links_of_a_case(capsys: pytest.CaptureFixture[str], name: str) -> None:
    kind, other = LINKS[name]
    found = json.loads(page(capsys, name, "zh", "--json"))
    assert {"kind": kind, "case": other} in found["links"]
    head, timeline = page(capsys, name).split("\n经过\n")
    assert other in head
    assert other in timeline
    assert "工单 •••" not in timeline


@pytest.mark.parametrize("options", [("--role", "system"), ("--org", ""), ("--org", "\udcff")])
def test_whom_nobody_can_be_is_told(capsys: pytest.CaptureFixture[str], options: tuple[str, str]) -> None:
    assert main(["case", "T-1", "--db", "split-second-matter.db", *options]) == 2
    caught = capsys.readouterr()
    assert (caught.out, caught.err[:8]) == ("", "casewf: ")
