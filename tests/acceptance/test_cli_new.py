"""``casewf new``: whatever is answered, the files are lint-clean and the story plays, or nothing is written."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewf.cli.main import main
from casewf.definition.load import load_workflow
from casewf.testing.story import play
from casewf.testing.story_file import load_story

AMOUNTS = st.builds(
    "{} {}".format,
    st.integers(1, 60),
    st.sampled_from(
        ["seconds", "minutes", "hours", "working minutes", "working hours", "working days", "days"]
    ),
)
TITLES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=20).filter(
    lambda text: text.strip() and not set("/／") & set(text)
)
HOURS = st.sampled_from(
    ["cn-office", "08:30-12:00, 14:00-17:30", "00:00-24:00", "22:00-06:00", "09:00-09:30"]
)


def new(folder: Path, **answers: str) -> int:
    flags = [part for name, answer in answers.items() for part in (f"--{name}", answer)]
    return main(["new", "--yes", "--dir", str(folder), "--lang", "en", *flags])


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("loops", ["1", "2"])
@pytest.mark.parametrize("hours", ["cn-office", "08:30-12:00, 14:00-17:30"])
def test_what_it_writes_is_lint_clean_and_plays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], loops: str, hours: str
) -> None:
    assert new(tmp_path, id="claim", loops=loops, hours=hours) == 0
    capsys.readouterr()
    calendar = [] if hours == "cn-office" else ["--calendar", str(tmp_path / "claim-hours.yaml")]
    assert main(["lint", str(tmp_path), *calendar]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["run", str(tmp_path / "claim.story.yaml"), "--lang", "en"]) == 0
    assert "expectations met" in capsys.readouterr().out


@settings(max_examples=40, deadline=None)
@given(title=TITLES, limit=AMOUNTS, loops=st.sampled_from("12"), hours=HOURS)
def test_every_title_limit_and_hours_that_it_takes_gives_files_that_play(
    title: str, limit: str, loops: str, hours: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert (
            new(Path(folder), id="x", title=f"{title} / {title}", limit=limit, loops=loops, hours=hours) == 0
        )
        play(load_story(Path(folder) / "x.story.yaml")).check()
        assert load_workflow(Path(folder) / "x.yaml").title.en == " ".join(title.split())


@pytest.mark.parametrize(
    ("flag", "answer", "said"),
    [
        ("id", "A b", "lower-case letters"),
        ("id", "x" * 65, "at most 64"),
        ("id", "hotline-12351", "a workflow that casewf ships"),
        ("title", " / Wage", "write it as"),
        ("title", "a/b/c", "write it as"),
        ("loops", "3", "1 or 2"),
        ("limit", "5 wd", "5 working days"),
        ("limit", "500 working days", "2026-12-28"),
        ("hours", "9 to 5", "08:30-12:00"),
        ("hours", "25:00-26:00", "CW502"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], flag: str, answer: str, said: str
) -> None:
    assert new(tmp_path, **{flag: answer}) == 2
    assert said in capsys.readouterr().err
    assert files(tmp_path) == []


def test_no_file_is_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "claim.story.yaml").write_text("mine", encoding="utf-8")
    assert new(tmp_path, id="claim") == 2
    assert "exists already" in capsys.readouterr().err
    assert files(tmp_path) == ["claim.story.yaml"]
    assert (tmp_path / "claim.story.yaml").read_text(encoding="utf-8") == "mine"


def test_it_asks_again_until_an_answer_can_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Bad Id\nclaim\n投诉\n2\n5 wd\n5 working days\n\n"))
    assert main(["new", "--dir", str(tmp_path), "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert said.count("流程编号") == 2
    assert said.count("办理时限") == 2
    assert files(tmp_path) == ["claim.story.yaml", "claim.yaml"]
    workflow = load_workflow(tmp_path / "claim.yaml")
    assert (workflow.title.zh, len(workflow.tracks)) == ("投诉", 2)


def test_a_flag_is_not_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\n\n\n"))
    assert main(["new", "--id", "claim", "--dir", str(tmp_path), "--lang", "en"]) == 0
    assert "The workflow's id" not in capsys.readouterr().out


def test_an_end_of_the_answers_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("claim\n"))
    assert main(["new", "--dir", str(tmp_path), "--lang", "en"]) == 2
    assert "nothing was written" in capsys.readouterr().err
    assert files(tmp_path) == []
