"""``casewf simulate``: what it prints and writes, and how it refuses what cannot be simulated."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from casewf.cli.main import main
from simulated import DESK, PROFILE, SERVE


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "desk.yaml").write_text(DESK, encoding="utf-8")
    written = PROFILE.format(days=3, clerks=2, people=200, flow=SERVE, clerk_hours="").replace(
        "workflow: desk", "workflow: ./desk.yaml"
    )
    (tmp_path / "profile.yaml").write_text(written, encoding="utf-8")
    return tmp_path


def test_it_prints_tables_and_writes_files(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--html", "out.html", "--json", "out.json", "--csv", "out.csv", "--lang", "en"]
    assert main(["simulate", "--profile", "profile.yaml", "--seed", "3", *arguments]) == 0
    said = capsys.readouterr()
    assert "seed 3; 200 cases, 0 of them open; 400 commands" in said.out
    assert "In time, by limit" in said.out
    assert "People and queues" in said.out
    assert said.err == ""
    document = json.loads((desk / "out.json").read_text(encoding="utf-8"))
    (run,) = document["runs"]
    assert (run["closed"], run["open"], run["arrived"]) == (200, 0, {"people": 200})
    assert len(run["backlog"]) == 3 + 10
    written = (desk / "out.csv").read_text(encoding="utf-8")
    assert written.startswith("\ufeffrun,section,id,about,label,value,")
    rows = list(csv.DictReader(io.StringIO(written.removeprefix("\ufeff"))))
    (serve,) = [row for row in rows if (row["id"], row["about"]) == ("limit_on_time", "serve")]
    assert (serve["label"], serve["unit"], serve["denominator"]) == ("serve: In time", "share", "200")
    assert {row["section"] for row in rows} >= {"cases", "figure", "waited_minutes", "queue", "load"}
    page = (desk / "out.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert "http" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_what_varies_is_compared_in_columns(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--vary", "clerks=1,4", "--vary", "people=100,900", "--lang", "zh", "--html", "out.html"]
    assert main(["simulate", "--profile", "profile.yaml", *arguments]) == 0
    said = capsys.readouterr().out
    assert "clerks=1, people=100" in said
    assert "clerks=4, people=900" in said
    assert "各方案" in said
    rows = [line.split() for line in said.splitlines() if line.startswith("  clerks=1, people=100 ")]
    assert rows[0] == ["clerks=1,", "people=100", "100", "0", "200"]
    assert "100.00% (900 / 900)" in said
    page = (desk / "out.html").read_text(encoding="utf-8")
    assert "队列长度：clerks" in page
    assert (
        '<td class="name">clerks=1, people=100</td><td class="name">clerks</td><td class="number">1</td>'
        in page
    )


def test_another_workflow_takes_the_place_of_the_profiles(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "other.yaml").write_text(DESK.replace("id: desk", "id: other"), encoding="utf-8")
    assert main(["simulate", "./other.yaml", "--profile", "profile.yaml", "--days", "1", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "workflow other, version 1" in said
    assert " 67 cases" in said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--vary", "clerks=1", "--vary", "clerks=2"], 2, "--vary clerks is given twice; write its numbers"),
        (["--vary", "clerk=1"], 2, "no such group or stream; there are clerks, people; did you mean clerks?"),
        (["--vary", "heads=2"], 2, "the profile gives the group no number, so there are as many as it takes"),
        (["--csv", "."], 2, "it cannot be written"),
        (["--vary", "clerks=0"], 1, "clerks: 0 people for 1 units of hall; each unit needs one at least"),
        (["--vary", "clerks=" + ",".join(map(str, range(1, 23)))], 2, "--vary: 22 runs; 20 at most"),
        (["--html", "no/such/folder.html"], 2, "it cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(
    desk: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert main(["simulate", "--profile", "profile.yaml", "--days", "1", "--lang", "en", *arguments]) == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--vary=clerks", "--days=0", "--seed=-1", "--seed=x"])
def test_a_wrong_option_is_usage(desk: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(["simulate", "--profile", "profile.yaml", option])
    assert left.value.code == 2


def test_a_calendar_that_ends_too_soon_is_said(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = desk / "profile.yaml"
    file.write_text(
        file.read_text("utf-8")
        .replace("from: 2024-01-01", "from: 2026-12-20")
        .replace("number: 2}", "number: 2, calendar: cn-office}"),
        encoding="utf-8",
    )
    assert main(["simulate", "--profile", "profile.yaml", "--lang", "en"]) == 1
    said = capsys.readouterr().err
    assert "cn-office" in said
    assert "2026-12-28" in said


def test_a_wrong_profile_ends_in_findings(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = desk / "profile.yaml"
    file.write_text(file.read_text("utf-8").replace("fire: serve", "fire: serv"), encoding="utf-8")
    for command in (
        ["simulate", "--profile", "profile.yaml", "--html", "out.html"],
        ["lint", "profile.yaml"],
    ):
        assert main([*command, "--lang", "en"]) == 1
        said = capsys.readouterr()
        assert "unknown trigger 'serv' [CW303]" in said.out + said.err
        assert "did you mean 'serve'?" in said.out + said.err
    assert not (desk / "out.html").exists()
    assert main(["simulate", "--profile", "chongqing", "--lang", "en"]) == 2
    assert "packaged profiles: chongqing-2024" in capsys.readouterr().err


def test_refusals_are_told_in_sentences_with_their_field(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (desk / "profile.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {enter: desk.served, steps: [{by: heads, fire: sign_off, data: {amount: 3}}]}\n")
    arguments = ["simulate", "--profile", "profile.yaml", "--days", "1", "--json", "out.json"]
    assert main([*arguments, "--lang", "en"]) == 0
    assert "the case is closed; it can only be reopened" in capsys.readouterr().out
    assert main([*arguments, "--lang", "zh"]) == 0
    assert "工单已办结，只能重开" in capsys.readouterr().out
    (run,) = json.loads((desk / "out.json").read_text(encoding="utf-8"))["runs"]
    assert run["refused"] == [{"what": "sign_off", "reason": "case_closed", "field": "", "times": 67}]


def test_a_stream_of_which_no_case_was_opened_is_named_at_the_top(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (desk / "desk.yaml").open("a", encoding="utf-8") as file:
        file.write("opening: {by: clerk, needs: [matter]}\n")
    profile = (desk / "profile.yaml").read_text(encoding="utf-8")
    empty = "org: hall, data: {matter: {same_as: matter}}}}"
    (desk / "profile.yaml").write_text(
        profile.replace("by: clerks, org: hall}}", f"by: clerks, {empty}"), "utf-8"
    )
    arguments = ["simulate", "--profile", "profile.yaml", "--days", "1"]
    assert main([*arguments, "--lang", "en"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    why = "the field matter wants choice, got NoneType None"
    assert f"Note: all 67 cases of people were refused at their opening ({why}); no table has them" in said
    assert main([*arguments, "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert "来源 people 的67件全部被拒绝立案（字段 matter 的值类型不对" in said
    assert "立案：people" in said


def test_what_is_left_out_of_a_figure_stands_beside_it(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = "{by: clerks, fire: look}", "{by: clerks, fire: serve}"
    flow = f"choose: [{{share: 1, steps: [{one}]}}, {{share: 1, steps: [{other}]}}]"
    profile = (desk / "profile.yaml").read_text(encoding="utf-8")
    profile = profile.replace("{by: clerks, takes: {exponential: 7 minutes}, fire: serve}", f"{{{flow}}}")
    (desk / "profile.yaml").write_text(profile, encoding="utf-8")
    limit = "start: {enter: desk.waiting}, stop: {enter: desk.looked_at}, cancel: {enter: desk.served}"
    with (desk / "desk.yaml").open("a", encoding="utf-8") as file:
        file.write(f"  seen: {{{limit}, target: [{{within: 1 hour}}]}}\n")
        file.write(f"  back: {{kind: advisory, {limit}, target: [{{within: 1 hour}}]}}\n")
    assert main(["simulate", "--profile", "profile.yaml", "--days", "1", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    (seen,) = [line for line in said.splitlines() if line.startswith("  seen ")]
    met, _, left_out = seen.removeprefix("  seen").partition("limit cancelled ")
    assert "left out" in said
    assert 0 < int(left_out) < 67
    assert f"{67 - int(left_out)} / {67 - int(left_out)}" in met
    assert "\n  back " not in said  # a window, which nobody has to keep
    assert "so it may differ from the limit of" in " ".join(said.split())


def test_where_files_go_is_looked_at_before_the_run(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--html", "--json", "--csv"):
        assert (
            main(["simulate", "--profile", "profile.yaml", option, "no/such/folder.x", "--lang", "en"]) == 2
        )
        said = capsys.readouterr()
        assert "it cannot be written" in said.err
        assert said.out == ""
    assert main(["simulate", "--profile", "profile.yaml", "--days", "1", "--csv", "new.csv"]) == 0
