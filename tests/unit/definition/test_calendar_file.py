"""Calendar files, and the calendar of China that casewf ships (T6)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from casewf.definition import load_calendar, parse_calendar
from casewf.errors import DefinitionError, HorizonError
from casewf.worktime import WorkCalendar, WorkingDays

DATA = json.loads((Path(__file__).parents[2] / "data" / "china_calendar.json").read_text(encoding="utf-8"))
HEAD = """casewf-calendar: 1
id: office
zone: Asia/Shanghai
week: {mon: ["09:00-12:00", "14:00-18:00"], fri: 22:00-06:00}
"""
NOON = dt.time(11, 0)


def at(calendar: WorkCalendar, day: dt.date, time: dt.time = NOON) -> dt.datetime:
    return dt.datetime.combine(day, time, tzinfo=ZoneInfo(calendar.zone))


def expected_working_days() -> dict[dt.date, bool]:
    """Every announced date: whether it is a working day by the notices."""
    off = {day["date"] for year in DATA["years"].values() for day in year["weekday_days_off"]}
    extra = {day["date"] for year in DATA["years"].values() for day in year["makeup_workdays"]}
    days = (dt.date(2018, 1, 1) + dt.timedelta(number) for number in range(9 * 366))
    return {
        day: day.isoformat() in extra or (day.weekday() < 5 and day.isoformat() not in off)
        for day in days
        if day <= dt.date(2026, 12, 28)
    }


def test_every_date_of_the_chinese_calendar_agrees_with_the_notices() -> None:
    calendar = load_calendar("cn-office")
    expected = expected_working_days()
    assert len(expected) == 3_284
    assert {day: calendar.is_open(at(calendar, day)) for day in expected} == expected


def test_the_office_hours_are_nine_to_twelve_and_fourteen_to_eighteen() -> None:
    calendar = load_calendar("cn-office")
    monday = dt.date(2026, 2, 9)
    hours = {
        hour: calendar.is_open(at(calendar, monday, dt.time(hour))) for hour in (8, 9, 12, 13, 14, 17, 18)
    }
    assert hours == {8: False, 9: True, 12: False, 13: False, 14: True, 17: True, 18: False}


def test_fifteen_working_days_over_the_spring_festival() -> None:
    calendar = load_calendar("cn-office")
    due = calendar.due(at(calendar, dt.date(2026, 2, 11)), WorkingDays(15))
    assert due == at(calendar, dt.date(2026, 3, 10), dt.time(18))


def test_the_last_days_of_december_are_not_known_yet() -> None:
    calendar = load_calendar("cn-office")
    with pytest.raises(HorizonError):
        calendar.due(at(calendar, dt.date(2026, 12, 28)), WorkingDays(1))


def test_a_packaged_calendar_is_read_once() -> None:
    assert load_calendar("cn-office") is load_calendar("cn-office")


def test_a_file_and_its_python_twin_have_one_version() -> None:
    read = parse_calendar(
        HEAD
        + """title: {zh: 办公}
years:
  2026:
    notice: 某号
    issued: 2025-11-04
    days_off: {2026-01-02: 元旦}
    extra_days: {2025-12-28: 元旦调休, 2026-01-04: 元旦调休}
days_off: {2026-06-01: 本区放假}
extra_days: {2026-06-06: 补班}
hours: {2026-01-04: ["10:00-15:00"]}
yearly_off: {"12-25": 圣诞节}
announced_through: 2026-12-28
"""
    )
    twin = WorkCalendar(
        id="office",
        zone="Asia/Shanghai",
        week={"mon": [("09:00", "12:00"), ("14:00", "18:00")], "fri": [("22:00", "06:00")]},
        days_off={dt.date(2026, 1, 2): "元旦", dt.date(2026, 6, 1): "本区放假"},
        extra_days={
            dt.date(2025, 12, 28): "元旦调休",
            dt.date(2026, 1, 4): "元旦调休",
            dt.date(2026, 6, 6): "补班",
        },
        day_hours={dt.date(2026, 1, 4): [("10:00", "15:00")]},
        yearly_off={"12-25": "圣诞节"},
        announced_through=dt.date(2026, 12, 28),
    )
    assert read.version == twin.version
    assert read.id == "office"


def test_the_grouping_by_year_is_only_for_people() -> None:
    grouped = parse_calendar(HEAD + "years: {2026: {days_off: {2026-01-02: 元旦}}}\n")
    assert grouped.version == parse_calendar(HEAD + "days_off: {2026-01-02: 元旦}\n").version


def test_a_year_may_move_days_of_the_december_before_and_no_others() -> None:
    parse_calendar(HEAD + "years: {2026: {extra_days: {2025-12-27: 调休}}}\n")
    with pytest.raises(DefinitionError, match="CW501"):
        parse_calendar(HEAD + "years: {2026: {extra_days: {2025-11-29: 调休}}}\n")
