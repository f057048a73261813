"""``casewf calendar`` as a person uses it: what it prints, and its exit codes."""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path

import pytest

from casewf.adapters.system import SystemClock
from casewf.cli.main import main

HEAD = """casewf-calendar: 1
id: office
zone: Asia/Shanghai
week: {mon: 09:00-12:00, tue: 09:00-12:00, wed: 09:00-12:00, thu: 09:00-12:00, fri: 09:00-12:00}
"""
NOW = dt.datetime.fromtimestamp(SystemClock().now() / 1_000_000, dt.UTC).date()


@pytest.fixture(autouse=True)
def plain_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LANG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "110")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A calendar in order: announced for more than another year, with days off that recur."""
    path = tmp_path / "office.yaml"
    end = NOW + dt.timedelta(400)
    path.write_text(f'{HEAD}announced_through: {end}\nyearly_off: {{"01-01": 元旦}}\n', encoding="utf-8")
    return path


# show


def test_show_prints_a_year_of_the_packaged_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "show", "cn-office", "--year", "2026", "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("cn-office\n  时区        Asia/Shanghai\n")
    assert "2026年 245个工作日，放假19天，调休上班6天，其余3天尚未公布" in out
    assert "\x1b[" not in out


def test_show_shows_the_present_year_and_fits_the_terminal(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["calendar", "show", str(office)]) == 0
    out = capsys.readouterr().out
    assert re.search(rf"^{NOW.year} \d+ working days, 1 day off", out, re.MULTILINE)
    assert max(map(len, out.splitlines())) <= 80


def test_show_stands_on_layers_and_feeds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = "BEGIN:VEVENT\nSUMMARY:Typhoon\nDTSTART;VALUE=DATE:20260618\nEND:VEVENT\n"
    (tmp_path / "days.ics").write_text(f"BEGIN:VCALENDAR\n{event}END:VCALENDAR\n")
    path = tmp_path / "district.yaml"
    path.write_text("casewf-calendar: 1\nid: district\nlayers: [cn-office]\nics: days.ics\n")
    assert main(["calendar", "show", str(path), "--year", "2026", "--lang", "en"]) == 0
    assert "\n  Typhoon  Thu 06-18\n" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["show"], ["show", "x", "--year", "20"], ["dance"], []])
def test_what_is_not_understood_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["calendar", *arguments])
    assert caught.value.code == 2


@pytest.mark.parametrize("part", ["show", "check"])
def test_a_wrong_calendar_shows_its_findings(
    part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "below.yaml").write_text(HEAD + "days_off: {2026-02-30: 休}\n", encoding="utf-8")
    path = tmp_path / "top.yaml"
    path.write_text("casewf-calendar: 1\nid: top\nlayers: [below.yaml]\n")
    assert main(["calendar", part, str(path)]) == 1
    err = capsys.readouterr().err
    assert f"{tmp_path / 'below.yaml'}:5:12: '2026-02-30' is not a date [CW207]" in err
    assert "5 | days_off: {2026-02-30: 休}" in err


# check


def test_check_of_a_calendar_in_order_exits_0(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "check", str(office), "--lang", "en"]) == 0
    assert capsys.readouterr().out == "✓ office: nothing to look at\n"
    assert main(["calendar", "check", str(office), "--lang", "zh"]) == 0
    assert capsys.readouterr().out == "✓ office：没有问题\n"


def test_check_tells_what_to_look_at_and_exits_1(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = office.read_text(encoding="utf-8")
    office.write_text(re.sub("announced_through.*\n", "", text), encoding="utf-8")
    assert main(["calendar", "check", str(office), "--lang", "zh"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("! 没有写 announced_through")
    assert out.endswith("✗ office：1处需要看一下\n")


def test_remarks_fit_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    path = tmp_path / "a.yaml"
    days = ", ".join(f"{NOW.year}-0{month}-0{day}: x" for month in range(1, 8) for day in range(1, 8))
    path.write_text(f"{HEAD}extra_days: {{{days}}}\n")
    assert main(["calendar", "check", str(path), "--lang", "en"]) == 1
    out = capsys.readouterr().out
    assert "make-up days on weekdays that are open anyway" in out
    assert max(map(len, out.splitlines())) <= 60


def test_check_looks_at_today(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soon = NOW + dt.timedelta(30)
    text = re.sub("announced_through.*", f"announced_through: {soon}", office.read_text(encoding="utf-8"))
    office.write_text(text, encoding="utf-8")
    assert main(["calendar", "check", str(office), "--lang", "en"]) == 1
    assert re.search(r"is (29|30) days away: add the next notice", capsys.readouterr().out)


def test_check_against_a_package_that_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    for source in ("chinesecalendar", "holidays:CN"):
        main(["calendar", "check", "cn-office", "--against", source, "--lang", "en"])
        out = capsys.readouterr().out
        assert f"compared with {source}: 2018-01-01 to 2026-12-28, 3284 days\n" in out
        assert "at rest here" not in out
        assert "worked here" not in out


def test_check_against_a_package_names_each_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "district.yaml"
    path.write_text(
        "casewf-calendar: 1\nid: district\nlayers: [cn-office]\ndays_off: {2026-06-18: 休}\n",
        encoding="utf-8",
    )
    assert main(["calendar", "check", str(path), "--against", "chinesecalendar", "--lang", "en"]) == 1
    assert "! Thu 2026-06-18: at rest here, worked by chinesecalendar\n" in capsys.readouterr().out


@pytest.mark.parametrize("source", ["chinese", "holidays", "holidays:"])
def test_another_source_is_wrong_usage(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["calendar", "check", "cn-office", "--against", source])
    assert caught.value.code == 2


@pytest.mark.parametrize("source", ["chinesecalendar", "holidays:CN", "holidays:XX"])
def test_what_cannot_be_compared_exits_2(
    source: str, office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for package in ("chinese_calendar", "holidays"):
        monkeypatch.setitem(sys.modules, package, None)
    assert main(["calendar", "check", str(office), "--against", source]) == 2
    assert capsys.readouterr().err.startswith(f"casewf: {source}: ")
