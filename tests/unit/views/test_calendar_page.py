"""A calendar on a terminal: what each date is, in both languages, aligned at any width."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewf.definition import load_calendar, parse_calendar
from casewf.views.calendar_page import calendar_page
from casewf.views.text import width
from casewf.worktime import WorkCalendar

NATION = load_calendar("cn-office")
DISTRICT = parse_calendar(
    """casewf-calendar: 1
id: yuzhong-office
layers: [cn-office]
week: {mon: 09:15-17:30, tue: 09:00-12:00, wed: 09:00-12:00, fri: 22:00-06:00}
hours: {2026-02-14: 10:00-12:00, 2026-02-11: 10:00-11:00}
yearly_off: {"02-10": 区庆}
"""
)
WEEK = {day: [("09:00", "12:00")] for day in ("mon", "tue", "wed", "thu", "fri")}


def lines(page: str, first: str, number: int) -> list[str]:
    """So many lines from the first that begins so."""
    found = page.splitlines()
    start = next(at for at, line in enumerate(found) if line.startswith(first))
    return found[start : start + number]


def test_a_month_in_chinese() -> None:
    page = calendar_page(NATION, 2026, lang="zh", columns=60)
    assert lines(page, "1月", 7) == [
        "1月             21个工作日     2月             16个工作日",
        "一  二  三  四  五  六  日     一  二  三  四  五  六  日",
        "             1休 2休 3.  4班                            1.",
        " 5   6   7   8   9  10. 11.     2   3   4   5   6   7.  8.",
        "12  13  14  15  16  17. 18.     9  10  11  12  13  14班15.",
        "19  20  21  22  23  24. 25.    16休17休18休19休20休21. 22.",
        "26  27  28  29  30  31.        23休24  25  26  27  28班",
    ]


def test_a_month_in_english_with_hours_of_its_own() -> None:
    page = calendar_page(DISTRICT, 2026, lang="en", columns=60)
    assert lines(page, "January", 7) == [
        "January    17 working days     February   12 working days",
        "Mo  Tu  We  Th  Fr  Sa  Su     Mo  Tu  We  Th  Fr  Sa  Su",
        "             1*  2*  3.  4+                             1.",
        " 5   6   7   8.  9  10. 11.     2   3   4   5.  6   7.  8.",
        "12  13  14  15. 16  17. 18.     9  10* 11~ 12. 13  14+ 15.",
        "19  20  21  22. 23  24. 25.    16* 17* 18* 19* 20* 21. 22.",
        "26  27  28  29. 30  31.        23* 24  25  26. 27  28+",
    ]


def test_the_head_says_hours_zone_version_and_how_far_it_is_known() -> None:
    page = calendar_page(DISTRICT, 2026, lang="en", columns=140)
    assert page.startswith("yuzhong-office\n  zone ")
    for row in (
        f"  version        {DISTRICT.version}",
        "  Mon            09:15–17:30 (8 h 15 min)",
        "  Tue, Wed       09:00–12:00 (3 h)",
        "  Thu, Sat, Sun  closed",
        "  Fri            22:00–06:00 (8 h)",
        "  make-up days   09:15–17:30 (8 h 15 min)",
        "  announced      Mon 2026-12-28. A limit that needs a later date is an error",
    ):
        assert f"\n{row}" in page
    chinese = calendar_page(NATION, 2026, lang="zh", columns=140)
    assert "\n  周一至周五  09:00–12:00 14:00–18:00（7小时）\n  周六、周日  休息\n" in chinese
    assert "\n  公布至      2026-12-28 周一。期限若要用到此后的日期，会报错" in chinese


def test_without_an_end_the_page_warns() -> None:
    endless = WorkCalendar(zone="UTC", week=WEEK)
    assert "no end: years that nobody wrote down" in calendar_page(endless, 2026, lang="en")
    assert "没有终点" in calendar_page(endless, 2026, lang="zh")
    assert "Working days of each year" not in calendar_page(endless, 2026, lang="en")


def test_days_have_names_and_stretches() -> None:
    page = calendar_page(DISTRICT, 2026, lang="zh", columns=110)
    assert "\n  春节    02-16 周一 至 02-20 周五（5天）、02-23 周一\n" not in page
    assert "\n  春节    02-16 周一 至 02-23 周一（6天）\n" in page
    assert "\n  区庆    02-10 周二\n" in page
    assert "\n  春节调休    02-14 周六、02-28 周六\n" in page
    assert "\n  10:00–12:00  02-14 周六\n" in page


def test_a_stretch_ends_where_there_is_work() -> None:
    page = calendar_page(load_calendar("cn-office"), 2020, lang="en")
    assert "春节            Fri 01-24 – Fri 01-31 (6 days)" in page.replace(
        "  国庆节、中秋节  ", "  国庆节、中秋节  "
    )
    days = {dt.date(2026, 6, day): "休" for day in (1, 2, 4)}
    shown = calendar_page(WorkCalendar(zone="UTC", week=WEEK, days_off=days), 2026, lang="en")
    assert "  休  Mon 06-01 – Tue 06-02 (2 days), Thu 06-04" in shown


def test_each_year_is_counted_as_far_as_it_is_known() -> None:
    page = calendar_page(NATION, 2025, lang="en", columns=140)
    assert "2025 248 working days, 18 days off, 5 make-up days\n" in page
    assert (
        "  2018: 250, 2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, " in page
    )
    assert page.endswith("2026: 245 (to 12-28)")


def test_dates_that_are_not_announced_are_marked() -> None:
    page = calendar_page(NATION, 2026, lang="en")
    assert "245 working days, 19 days off, 6 make-up days, 3 days not announced yet\n" in page
    assert "28  29? 30? 31?" in page
    assert "1? not announced" in page
    later = calendar_page(NATION, 2027, lang="en")
    assert "\n2027 not announced yet\n" in later
    assert "Days off" not in later
    assert len(re.findall(r"\b\d+\?", later)) == 365 + 1  # each date, and the legend


@settings(max_examples=40, deadline=None)
@given(columns=st.integers(60, 140), lang=st.sampled_from(["zh", "en"]), year=st.integers(2017, 2028))
@pytest.mark.parametrize("calendar", [NATION, DISTRICT], ids=["nation", "district"])
def test_no_line_is_wider_than_the_terminal(
    calendar: WorkCalendar, columns: int, lang: str, year: int
) -> None:
    plain = calendar_page(calendar, year, lang=lang, columns=columns)
    assert max(map(width, plain.splitlines())) <= columns
    assert all(line == line.rstrip() for line in plain.splitlines())
    coloured = calendar_page(calendar, year, lang=lang, columns=columns, colour=True)
    assert "\x1b[" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain


def test_a_long_name_is_cut() -> None:
    days = {dt.date(2026, 6, 1): "名" * 80}
    page = calendar_page(WorkCalendar(zone="UTC", week=WEEK, days_off=days), 2026, lang="zh", columns=60)
    assert "  名名名名名名名…  06-01 周一\n" in page
