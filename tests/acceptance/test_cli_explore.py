"""``casewf explore`` as a person uses it: what it prints and writes, what the stories then cover, its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from casewf.cli.main import main
from casewf.definition.load import load_workflow
from casewf.testing.coverage import Coverage
from casewf.testing.suite import find_stories, run_story

LINT = Path(__file__).parents[2] / "src/casewf/analysis/examples"
EXAMPLES = [LINT / f"CW{number}.good.yaml" for number in (701, 704, 706, 711, 752, 755, 770, 772)]

TICKET = """casewf: 1
id: ticket
version: 1
title: {zh: 工单, en: Ticket}
calendar: cn-office
roles: {clerk: {zh: 窗口, en: Clerk}, boss: {zh: 领导, en: Boss}}
fields: {weight: {type: integer, min: 1}}
opening: {by: clerk, needs: [weight]}
tracks:
  main:
    initial: open
    states: {open: {zh: 待办, en: Open}, done: {zh: 办结, en: Done, category: closed}}
    triggers: {close: {zh: 办结, en: Close}}
    transitions:
      - {trigger: close, from: open, to: done, by: boss, when: weight > 10}
slas:
  handle:
    start: {enter: main.open}
    stop: {enter: main.done}
    target: [{within: 1 working day}]
    ladder: [{at: due, notify: boss}]
"""
NEVER = "{trigger: close, from: open, to: done, by: boss, when: weight > 10 and weight < 5}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a workflow, in which commands run; in English."""
    for name in ("LC_ALL", "LANG", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ticket.yaml").write_text(TICKET, encoding="utf-8")
    return tmp_path


def test_a_line_for_each_story_and_what_they_cover(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "ticket.yaml"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1-close  2 steps  Close",
        "2-close  3 steps  ✗ Close · ⧗",
        "",
        "ticket Ticket (version 1, 2 stories)",
        "  transitions  1/1  100.0%",
        "  guards       2/2  100.0%",
        "  targets      1/1  100.0%",
        "  rungs        1/1  100.0%",
        "",
        "9 commands were tried, 7 positions found",
    ]


def test_it_speaks_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "ticket.yaml", "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "2-close  3步  ✗ 办结 · ⧗" in out
    assert "试了9步，见到7种情形" in out


def test_the_files_play_and_cover_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "ticket.yaml", "--out", "made/stories"]) == 0
    first = capsys.readouterr().out
    assert first.splitlines()[-1] == "2 stories written to made/stories"
    assert main(["test", "made", "--coverage", "--fail-under", "100"]) == 0
    played = capsys.readouterr().out
    figures = [line for line in first.splitlines() if line.endswith("100.0%")]
    assert [line for line in played.splitlines() if line.endswith("100.0%")] == figures
    (text,) = (path.read_text("utf-8") for path in folder.glob("made/stories/2-close.story.yaml"))
    assert "workflow: ../../ticket.yaml" in text
    assert "refused: [guard_not_met]" in text


def test_the_same_workflow_gives_the_same_files(folder: Path) -> None:
    assert (
        main(["explore", "ticket.yaml", "--out", "one"])
        == main(["explore", "ticket.yaml", "--out", "two"])
        == 0
    )
    one, two = (
        {path.name: path.read_bytes() for path in (folder / name).iterdir()} for name in ("one", "two")
    )
    assert one == two


def test_a_folder_with_stories_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.story.yaml").write_text("", encoding="utf-8")
    assert main(["explore", "ticket.yaml", "--out", "."]) == 2
    assert "there are stories in . already; name an empty folder" in capsys.readouterr().err
    assert [path.name for path in folder.glob("*.story.yaml")] == ["mine.story.yaml"]


def test_what_can_never_be_is_told_and_does_not_fail(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TICKET.replace("{trigger: close, from: open, to: done, by: boss, when: weight > 10}", NEVER)
    (folder / "ticket.yaml").write_text(text, encoding="utf-8")
    assert main(["explore", "ticket.yaml"]) == 0
    out = capsys.readouterr().out
    assert "impossible: transitions\n  ticket.yaml:15  main: close  taken from open  lint proves" in out
    assert "not reached" not in out


def test_what_the_budget_leaves_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "ticket.yaml", "--budget", "2"]) == 1
    out = capsys.readouterr().out
    assert "main: close  taken from open  not within the 2 commands that were tried" in out
    assert out.endswith("2 commands were tried, 2 positions found; a higher --budget tries longer\n")


@pytest.mark.parametrize("budget", ["0", "-1", "many"])
def test_a_budget_is_a_number(budget: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["explore", "ticket.yaml", f"--budget={budget}"])
    assert ended.value.code == 2
    assert "is not a number of commands from 1" in capsys.readouterr().err


PEOPLE = """casewf-directory: 1
zone: Asia/Shanghai
organisations: {town: {zh: 镇, en: Town}}
people:
  ann: {name: Ann, org: town, roles: [clerk]}
  bob: {name: Bob, org: town, roles: [boss]}
"""


def test_the_people_of_a_directory_act(folder: Path) -> None:
    (folder / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    assert main(["explore", "ticket.yaml", "--people", "people.yaml", "--out", "made"]) == 0
    text = (folder / "made/1-close.story.yaml").read_text("utf-8")
    assert "directory: ../people.yaml" in text
    assert "by: bob" in text
    assert main(["test", "made", "--fail-under", "100"]) == 0


@pytest.mark.parametrize("loops", ["1", "2"])
def test_new_workflows_are_covered_wholly(
    loops: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "--yes", "--loops", loops]) == 0
    assert main(["explore", "wage-claim.yaml", "--out", "made"]) == 0
    workflow = load_workflow(folder / "wage-claim.yaml")
    coverage = Coverage()
    assert all(run_story(path, coverage=coverage).ok for path in find_stories(["made"]))
    (found,) = coverage.result()
    left = [point for point in found.points if point not in found.covered]
    assert found.workflow == workflow
    # a row that takes what the one before it leaves has nothing left of it
    assert [point.detail for point in left] == ([] if loops == "1" else ["government_needed"])


def test_an_hour_that_comes_twice_has_no_name_in_a_story(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    week = ", ".join(f'{day}: ["00:00-24:00"]' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    calendar = f"casewf-calendar: 1\nid: berlin\nzone: Europe/Berlin\nweek: {{{week}}}\n"
    (folder / "berlin.yaml").write_text(calendar, encoding="utf-8")
    text = TICKET.replace("calendar: cn-office", "calendar: berlin").replace("1 working day", "2 hours")
    (folder / "ticket.yaml").write_text(text, encoding="utf-8")
    clocks_back = ["--start", "2026-10-25T01:00"]
    assert main(["explore", "ticket.yaml", "--calendar", "berlin.yaml", *clocks_back, "--out", "made"]) == 2
    assert "2026-10-25 02:00 comes twice in Europe/Berlin" in capsys.readouterr().err
    assert not (folder / "made").exists()
    assert main(["explore", "ticket.yaml", "--calendar", "berlin.yaml", "--out", "made"]) == 0
    assert main(["test", "made", "--fail-under", "100"]) == 0


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_whatever_is_found_plays(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", str(path), "--budget", "100", "--out", "made"]) in (0, 1)
    assert " stories written to made" in capsys.readouterr().out.replace("1 story", "1 stories")
    assert main(["test", "made"]) == 0
