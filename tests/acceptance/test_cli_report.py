"""``casewf report``, as somebody types it who has to report."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.cli.databases import existing_store, paged
from casewf.cli.main import main
from casewf.cli.report_period import outages_of, period_of
from casewf.cli.terminal import Terminal, UsageError
from casewf.kpi import Period
from casewf.ports.stored import Filter
from casewf.testing.story import play
from casewf.testing.story_file import load_story
from kpi_histories import DAY, SHANGHAI, STORIES, when

GOLDEN = Path(__file__).parents[1] / "golden" / "report"
PLAYED = (
    "s01-yang-yun",
    "s03-returned-twice",
    "s05-reworked",
    "s08-answered-on-the-telephone",
    "s07-supervision-and-visit",
)
OUT = Terminal("en", 110, colour=False)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with scripted cases; the first is of June 2025, the others are later."""
    file = tmp_path_factory.mktemp("report") / "cases.db"
    with SqliteStore(file) as store:
        for name in PLAYED:
            play(load_story(STORIES / f"{name}.story.yaml"), store=store).check()
    return str(file)


Said = Callable[..., str]


@pytest.fixture
def said(path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    for name in ("LC_ALL", "LANG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str, code: int = 0, lang: str = "en") -> str:
        assert main(["report", "--db", path, "--lang", lang, *words]) == code
        out, err = capsys.readouterr()
        assert (err == "") is (code == 0)
        return out + err

    return run


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_month_as_a_table(said: Said, lang: str) -> None:
    shown = said("--period", "2025-06", "--workflow", "hotline-12351", lang=lang)
    golden = GOLDEN / f"june.{lang}.txt"
    if os.environ.get("CASEWF_UPDATE_GOLDEN"):
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")


def test_a_window_that_runs_out_is_no_limit_that_was_not_kept(said: Said) -> None:
    shown = said("--period", "2025-06", "--workflow", "hotline-12351")
    limits, windows = shown.split("Windows: nobody is told or late when they run out")
    assert "Time to ask for a return: Before it ran out" in windows
    assert "Time to ask for a return" not in limits
    assert "Government accepts: In time" in limits  # it only advises, and it warns


def figures(shown: str, workflow: str = "hotline-12351") -> dict[str, dict[str, object]]:
    found = next(one for one in json.loads(shown)["workflows"] if one["workflow"] == workflow)
    return {f"{one['id']}:{one['about']}" if one["about"] else one["id"]: one for one in found["figures"]}


def test_all_of_it_as_json(said: Said) -> None:
    shown = said("--json")
    report = json.loads(shown)
    assert (report["from"], report["org"]) == (None, None)
    assert report["conventions"]["members"] == "due"
    assert {one["workflow"]: one["cases"] for one in report["workflows"]} == {
        "hotline-12351": 5,
        "legal-supervision": 1,
        "prevention-visit": 1,
    }
    assert report["workflows"][0]["workflow"] == "hotline-12351"
    found = figures(shown)
    on_time = found["on_time"]
    assert (on_time["numerator"], on_time["denominator"], on_time["value"]) == (4, 4, 1)
    assert on_time["convention"]["zh"] == "按时提交/期内到期；首次提交"
    assert (found["return_granted"]["numerator"], found["return_granted"]["denominator"]) == (1, 5)
    assert found["sign_on_time"]["excluded"] == {"returned": 1}
    assert found["one_call"]["value"] == 1


def test_a_workflow_without_terms_says_what_is_left_out(said: Said, tmp_path: Path) -> None:
    line = "no terms for prevention-visit (--terms): 23 figures left out"
    assert said().count("no terms") == said().count(line) == 1
    assert "没有流程 prevention-visit 的指标词表（--terms）：略去23项指标" in said(lang="zh")
    said("--html", str(tmp_path / "out.html"))
    assert (tmp_path / "out.html").read_text(encoding="utf-8").count(line) == 1
    untold = {one["workflow"]: len(one["untold"]) for one in json.loads(said("--json"))["workflows"]}
    assert untold == {"hotline-12351": 1, "legal-supervision": 22, "prevention-visit": 23}


def test_conventions_change_numbers_and_are_named(said: Said) -> None:
    def days(*words: str) -> tuple[object, object, str]:
        found = figures(said("--json", *words))["handling_days"]
        return found["numerator"], found["denominator"], found["convention"]["en"]

    first, last = days(), days("--submission", "last")
    assert first[:2] == (0 + 9 + 5 + 10, 4)
    assert last[:2] == (0 + 9 + 11 + 10, 4)
    assert "first submission" in first[2]
    assert "last submission" in last[2]
    assert "calendar days" in days("--days", "calendar", "--suspended", "counted")[2]
    first_rating = figures(said("--json", "--rating", "first"))["satisfaction"]
    assert (first_rating["numerator"], first_rating["denominator"]) == (4, 5)


def test_an_outage_takes_its_calls_out(said: Said) -> None:
    found = figures(said("--json", "--outage", "2025-06-17T08:00..2025-06-17T09:00"))["connect"]
    assert (found["denominator"], found["excluded"]) == (4, {"outage": 1})


def test_an_organisation_sees_what_it_owns_or_holds(said: Said) -> None:
    def opened(org: str) -> object:
        shown = said("--json", "--org", org)
        assert json.loads(shown)["org"] == org
        return figures(shown)["opened"]["numerator"]

    assert [opened(org) for org in ("cq", "cq-yuzhong", "city", "yuzhong")] == [2, 1, 3, 1]
    assert "no cases" in said("--org", "nowhere")


def test_pages_of_cases_follow_one_another(path: str) -> None:
    with existing_store(path) as store:
        found = [case.id for case in paged(store, Filter(everything=True, limit=2))]
        assert found == [head.case for head in store.heads()]
    assert len(found) > 4


def test_as_csv_for_a_spreadsheet(said: Said) -> None:
    shown = said("--csv", lang="zh")
    assert shown.startswith("\ufeffworkflow,figure,about,label,value,")
    rows = list(csv.DictReader(io.StringIO(shown.removeprefix("\ufeff"))))
    one = next(row for row in rows if row["figure"] == "on_time")
    assert (one["label"], one["numerator"], one["denominator"]) == ("按时办结率", "4", "4")
    assert {row["workflow"] for row in rows} == {"hotline-12351", "legal-supervision", "prevention-visit"}


class Texts(HTMLParser):
    """The texts of a page, and how its elements nest."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts += [data.strip()] if data.strip() else []


def test_as_a_page(said: Said, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert said("--html", str(page), "--period", "2025", lang="zh") == f"已写入 {page}\n"
    reader = Texts()
    reader.feed(page.read_text(encoding="utf-8"))
    assert reader.open == []
    texts = reader.texts
    at = texts.index("按时办结率")
    assert texts[at + 1 : at + 4] == ["100.00%", "1 / 1", "按时提交/期内到期；首次提交"]
    assert "12351热线工单（双闭环）" in texts


TERMS = """
casewf-kpi: 1
workflow: prevention-visit
marks: {submitted: {enter: visit.reported}}
limits: {handling: report}
"""


def test_terms_of_ones_own(said: Said, tmp_path: Path) -> None:
    file = tmp_path / "terms.yaml"
    file.write_text(TERMS, encoding="utf-8")
    assert "closing" not in figures(said("--json"), "prevention-visit")
    assert "closing" in figures(said("--json", "--terms", str(file)), "prevention-visit")
    twice = said("--terms", str(file), "--terms", str(file), code=2)
    assert "both speak of prevention-visit" in twice
    file.write_text(TERMS.replace("reported", "reportd"), encoding="utf-8")
    assert "did you mean 'reported'?" in said("--terms", str(file), code=1)
    file.write_text(TERMS.replace("prevention-visit", "prevention"), encoding="utf-8")
    assert "did you mean prevention-visit?" in said("--terms", str(file), code=2)
    assert "cannot be read" in said("--terms", str(tmp_path / "none.yaml"), code=2)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--workflow", "hotline"], "did you mean hotline-12351?"),
        (["--period", "June"], "write it as 2026, 2026-01"),
        (["--zone", "Mars"], "no IANA time zone"),
        (["--outage", "yesterday"], "write it as 2026-01-05T10:00.."),
    ],
)
def test_what_cannot_be_asked(said: Said, words: list[str], message: str) -> None:
    assert message in said(*words, code=2)


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("DELETE FROM events WHERE number = 1", "of its"),
        ("DELETE FROM events WHERE number > 2", "of its"),
        ("DELETE FROM definitions WHERE kind = 'workflow' AND id = 'hotline-12351'", "is not there"),
        ("UPDATE definitions SET body = '{' WHERE kind = 'workflow'", "workflow hotline-12351 is damaged"),
        ("UPDATE definitions SET body = '[]' WHERE kind = 'calendar'", "calendar cn-office is damaged"),
    ],
)
def test_what_is_damaged_is_told(
    damage: str, what: str, path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = shutil.copy(path, tmp_path / "damaged.db")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute(damage)
    assert main(["report", "--db", str(file), "--lang", "en"]) == 2
    message = capsys.readouterr().err
    assert what in message
    assert "casewf verify" in message


def test_a_database_without_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "empty.db"
    SqliteStore(file).close()
    assert main(["report", "--db", str(file), "--lang", "en"]) == 0
    assert capsys.readouterr().out.endswith("\nno cases\n")
    assert main(["report", "--db", str(tmp_path / "none.db"), "--lang", "en"]) == 2


NOW = when("2026-05-20 12:00")


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        (None, None, NOW),
        ("2025", "2025-01-01", "2026-01-01"),
        ("2025-12", "2025-12-01", "2026-01-01"),
        ("2026-02", "2026-02-01", "2026-03-01"),
        ("2026-03-31", "2026-03-31", "2026-04-01"),
        ("2026-01..2026-03", "2026-01-01", "2026-04-01"),
        ("2025..2026-02-15", "2025-01-01", "2026-02-16"),
        ("2026-05", "2026-05-01", NOW),
        ("2026-04..", "2026-04-01", NOW),
        ("..2025", None, "2026-01-01"),
    ],
)
def test_periods(written: str | None, start: str | None, end: str | int) -> None:
    def instant(day: str | int | None) -> int | None:
        return when(f"{day} 00:00") if isinstance(day, str) else day

    assert period_of(written, SHANGHAI, NOW, OUT) == Period(instant(start), instant(end) or 0, NOW)


@pytest.mark.parametrize(
    "written",
    ["", "..", "2026-13", "2026-02-30", "26", "2026-1", "2027", "2026-03..2026-02", "2026..2025", "1"],
)
def test_what_is_no_period(written: str) -> None:
    for lang, words in (("en", f"--period {written}: "), ("zh", f"--period {written}：")):
        with pytest.raises(UsageError, match="--period") as caught:
            period_of(written, SHANGHAI, NOW, Terminal(lang, 110, colour=False))
        assert str(caught.value).startswith(words)


def test_a_day_begins_at_the_midnight_of_its_zone() -> None:
    paris = period_of("2026-03-29", ZoneInfo("Europe/Paris"), NOW, OUT)
    assert paris.end - (paris.start or 0) == DAY - DAY // 24  # clocks were put forward
    with pytest.raises(UsageError, match="--outage"):
        outages_of(["2026-01-05T12:00..2026-01-05T12:00"], SHANGHAI, OUT)
