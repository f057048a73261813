"""Key figures of workflows that are laid over a packaged one, and of those that have no terms."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest

from casewf.cli.main import main
from casewf.definition.files import read_packaged
from casewf.definition.load import load_workflow, packaged_terms, terms_of
from simulated import DESK, PROFILE, SERVE

ROOT = Path(__file__).parents[2]
DISTRICTS = ROOT / "examples" / "districts"
TERMS = "casewf-kpi: 1\nworkflow: desk\nmarks: {dispatched: {fire: look}, submitted: {fire: serve}}\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "desk.yaml").write_text(DESK, encoding="utf-8")
    written = PROFILE.format(days=1, clerks=2, people=20, flow=SERVE, clerk_hours="")
    (tmp_path / "profile.yaml").write_text(
        written.replace("workflow: desk", "workflow: ./desk.yaml"), encoding="utf-8"
    )
    return tmp_path


def test_a_calendar_beside_the_workflow_is_found(capsys: pytest.CaptureFixture[str], desk: Path) -> None:
    south = DISTRICTS / "south.yaml"
    assert main(["simulate", str(south), "--profile", "chongqing-2024", "--days", "1", "--lang", "en"]) == 0
    assert "workflow south-hotline, version 1" in capsys.readouterr().out
    named = (desk / "profile.yaml").read_text(encoding="utf-8")
    (desk / "below").mkdir()
    (desk / "below" / "desk.yaml").write_text(
        DESK.replace("calendar: cn-office", "calendar: south-office"), encoding="utf-8"
    )
    (desk / "below" / "office.yaml").write_text(
        (DISTRICTS / "south-office.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (desk / "profile.yaml").write_text(named.replace("./desk.yaml", "below/desk.yaml"), encoding="utf-8")
    assert main(["lint", "profile.yaml"]) == 0


@pytest.mark.parametrize("name", ["city", "north", "south", "harbour"])
def test_an_overlay_has_the_terms_of_its_base(name: str) -> None:
    terms = terms_of(load_workflow(DISTRICTS / f"{name}.yaml"))
    assert terms.written_for == "hotline-12351"
    assert terms.workflow.endswith("-hotline")
    assert terms.marks == terms_of(load_workflow("hotline-12351")).marks


def test_a_workflow_that_lacks_a_name_or_has_it_for_something_else_has_none() -> None:
    hotline = attrs.evolve(load_workflow("hotline-12351"), id="other")
    assert packaged_terms(hotline) is not None
    fields = {name: field for name, field in hotline.fields.items() if name != "topic"}
    assert packaged_terms(attrs.evolve(hotline, fields=fields)) is None
    fields = {**hotline.fields, "rating": hotline.fields["topic"]}
    assert packaged_terms(attrs.evolve(hotline, fields=fields)) is None


def test_a_district_is_simulated_with_all_its_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    arguments = ["--profile", "chongqing-2024", "--days", "1", "--lang", "en", "--json", str(out)]
    assert main(["simulate", str(DISTRICTS / "north.yaml"), *arguments]) == 0
    assert "no terms" not in capsys.readouterr().out
    (run,) = json.loads(out.read_text(encoding="utf-8"))["runs"]
    assert "on_time" in {one["id"] for one in run["figures"]}
    assert run["untold"] == ["letters"]


def test_what_cannot_be_told_for_want_of_terms_is_said(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["simulate", "--profile", "profile.yaml", "--html", "out.html"]
    assert main([*arguments, "--lang", "en"]) == 0
    line = "no terms for desk (--terms): 23 figures left out"
    assert line in capsys.readouterr().out
    assert line in (desk / "out.html").read_text(encoding="utf-8")
    assert main([*arguments, "--lang", "zh"]) == 0
    assert "没有流程 desk 的指标词表（--terms）：略去23项指标" in capsys.readouterr().out


def test_terms_are_given_to_a_simulation(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "terms.yaml").write_text(TERMS, encoding="utf-8")
    arguments = ["simulate", "--profile", "profile.yaml", "--lang", "en", "--terms", "terms.yaml"]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "no terms" not in said
    assert "Mean handling time" in said
    (desk / "terms.yaml").write_text(TERMS.replace("fire: look", "fire: lok"), encoding="utf-8")
    assert main(arguments) == 1
    assert "did you mean 'look'?" in capsys.readouterr().err


def test_packaged_terms_and_profiles_are_printed(capsys: pytest.CaptureFixture[str], desk: Path) -> None:
    assert main(["show", str(DISTRICTS / "north.yaml"), "--terms"]) == 0
    assert capsys.readouterr().out == read_packaged("terms", "hotline-12351")[0]
    assert main(["show", "chongqing-2024"]) == 0
    assert capsys.readouterr().out == read_packaged("profiles", "chongqing-2024")[0]
    assert main(["show", "desk.yaml", "--terms", "--lang", "en"]) == 2
    assert "no terms for desk" in capsys.readouterr().err
