"""What in a readable calendar wants looking at; and two calendars, day by day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from casewf.definition import load_calendar, parse_calendar
from casewf.views.calendar_check import check_calendar, compare_calendars
from casewf.worktime import WorkCalendar

TODAY = dt.date(2026, 3, 1)
WEEK = {day: [("09:00", "12:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
SOME_OFF = {dt.date(2026, 1, 1): "元旦"}
END = dt.date(2026, 12, 28)


def calendar(**content: Any) -> WorkCalendar:
    return WorkCalendar(
        **{"zone": "UTC", "week": WEEK, "days_off": SOME_OFF, "announced_through": END} | content
    )


def remarks(checked: WorkCalendar, today: dt.date = TODAY, lang: str = "en") -> list[str]:
    return [remark.text(lang) for remark in check_calendar(checked, today)]


def test_the_packaged_calendar_is_in_order_as_long_as_it_is_announced() -> None:
    assert remarks(load_calendar("cn-office")) == []


@pytest.mark.parametrize(
    ("today", "remark"),
    [
        (dt.date(2026, 10, 28), None),
        (dt.date(2026, 10, 29), "announced_through 2026-12-28 is 60 days away"),
        (dt.date(2026, 12, 27), "announced_through 2026-12-28 is 1 day away"),
        (dt.date(2026, 12, 28), "announced_through 2026-12-28 is 0 days away"),
        (dt.date(2026, 12, 29), "announced_through 2026-12-28 is past"),
    ],
)
def test_the_end_of_what_is_known_comes_near(today: dt.date, remark: str | None) -> None:
    found = remarks(load_calendar("cn-office"), today)
    assert [one.partition(":")[0] for one in found] == ([remark] if remark else [])


def test_an_end_is_missing() -> None:
    (remark,) = remarks(calendar(announced_through=None))
    assert remark.startswith("announced_through is missing")


def test_dates_after_the_end() -> None:
    late = {END: "另一节", dt.date(2026, 12, 31): "休", dt.date(2027, 1, 1): "元旦"}
    (remark,) = remarks(calendar(days_off=SOME_OFF | late))
    assert remark == (
        "dates after announced_through 2026-12-28 do not count before you move it: Thu 2026-12-31, Fri 2027-01-01"
    )


def test_a_make_up_day_on_an_open_weekday() -> None:
    (remark,) = remarks(calendar(extra_days={dt.date(2026, 3, 9): "补班"}))
    assert remark == "make-up days on weekdays that are open anyway; give their hours: Mon 2026-03-09"
    assert remarks(calendar(extra_days={dt.date(2026, 3, 9): "补班"}, yearly_off={"03-09": "休"})) == []


def test_a_day_off_on_a_closed_weekday_unless_it_belongs_to_a_holiday() -> None:
    saturday = {dt.date(2026, 3, 7): "休"}
    (remark,) = remarks(calendar(days_off=SOME_OFF | saturday))
    assert remark == "days off on weekdays that are closed anyway: Sat 2026-03-07"
    assert remarks(calendar(days_off=SOME_OFF | saturday | {dt.date(2026, 3, 9): "休"})) == []
    assert remarks(calendar(days_off=SOME_OFF | saturday | {dt.date(2026, 3, 6): "休"})) == []


def test_a_year_without_days_off_unless_some_recur() -> None:
    long = {"announced_through": dt.date(2028, 12, 28)}
    assert remarks(calendar(**long)) == ["2027 has no day off at all", "2028 has no day off at all"]
    assert remarks(calendar(**long, yearly_off={"12-25": "某节"})) == []


def test_the_december_before_the_first_notice_is_no_year_of_its_own() -> None:
    assert remarks(calendar(extra_days={dt.date(2025, 12, 27): "元旦调休"})) == []


SATURDAYS = """casewf-calendar: 1
id: window
layers: [cn-office]
week:
  mon: 09:00-17:00
  tue: 09:00-17:00
  wed: 09:00-17:00
  thu: 09:00-17:00
  fri: 09:00-17:00
  sat: 09:00-12:00
"""


def test_saturdays_of_holidays_that_the_table_below_does_not_name() -> None:
    beside, make_up = remarks(parse_calendar(SATURDAYS))
    assert beside == (
        "ordinary working days within or beside a holiday; name them as days off, or give their hours: "
        "Sat 2026-01-03, Sat 2026-02-21, Sat 2026-04-04, Sat 2026-05-02, Sat 2026-06-20 and 2 more"
    )
    assert make_up == (
        "make-up days on weekdays that are open anyway; give their hours: "
        "Sat 2026-02-14, Sat 2026-02-28, Sat 2026-05-09, Sat 2026-10-10"
    )


def test_a_window_that_opens_on_saturdays_can_be_put_in_order() -> None:
    named = """days_off:
  {2026-01-03: 休, 2026-02-21: 休, 2026-04-04: 休, 2026-05-02: 休, 2026-06-20: 休, 2026-09-26: 休, 2026-10-03: 休}
hours: {2026-02-14: 09:00-12:00, 2026-02-28: 09:00-12:00, 2026-05-09: 09:00-12:00, 2026-10-10: 09:00-12:00}
"""
    assert remarks(parse_calendar(SATURDAYS + named)) == []


def test_a_date_that_is_missing_within_a_holiday() -> None:
    days = {dt.date(2026, 10, day): "国庆节" for day in (5, 7)}
    (remark,) = remarks(calendar(days_off=SOME_OFF | days))
    assert remark.endswith(": Tue 2026-10-06")
    assert remarks(calendar(days_off=SOME_OFF | days | {dt.date(2026, 10, 7): "另一节"})) == []


def test_days_of_past_years_are_past() -> None:
    assert len(remarks(parse_calendar(SATURDAYS), dt.date(2025, 3, 1))) == 2
    assert "2025" in remarks(parse_calendar(SATURDAYS), dt.date(2025, 3, 1))[0]


def test_a_calendar_that_is_hardly_ever_open() -> None:
    checked = calendar(week={}, day_hours={dt.date(2026, 5, 1): [("09:00", "12:00")]})
    assert remarks(checked) == ["days off on weekdays that are closed anyway: Thu 2026-01-01"]


def test_remarks_speak_chinese() -> None:
    checked = calendar(
        extra_days={dt.date(2026, 3, day): "补班" for day in range(9, 14)} | {dt.date(2026, 3, 16): "补班"}
    )
    (remark,) = remarks(checked, lang="zh")
    assert remark.startswith("调休上班日落在本来就上班的日子，请写明当日时间：2026-03-09 周一、")
    assert remark.endswith("2026-03-13 周五 等6天")


def test_two_calendars_day_by_day() -> None:
    one, nation = (
        parse_calendar("casewf-calendar: 1\nid: a\nlayers: [cn-office]\n"),
        load_calendar("cn-office"),
    )
    same = compare_calendars(one, nation, "cn")
    assert same is not None
    assert (same.first, same.last, same.differences) == (dt.date(2018, 1, 1), END, ())
    other = nation.layer("x", days_off={dt.date(2026, 6, 18): "休"}, extra_days={dt.date(2026, 6, 20): "补"})
    found = compare_calendars(one, other, "cn")
    assert found is not None
    assert [difference.en for difference in found.differences] == [
        "Thu 2026-06-18: worked here, at rest by cn",
        "Sat 2026-06-20: at rest here, worked by cn",
    ]
    assert found.differences[0].zh == "2026-06-18 周四：本日历上班，cn不上班"


def test_only_years_that_both_know_are_compared() -> None:
    nation = load_calendar("cn-office")
    assert compare_calendars(WorkCalendar(zone="UTC", week=WEEK), nation, "cn") is None
    early = calendar(days_off={dt.date(2010, 1, 1): "休"}, announced_through=dt.date(2012, 12, 28))
    assert compare_calendars(early, nation, "cn") is None
    found = compare_calendars(calendar(announced_through=dt.date(2026, 6, 30)), nation, "cn")
    assert found is not None
    assert (found.first, found.last) == (dt.date(2026, 1, 1), dt.date(2026, 6, 30))
