"""The calendar of China that casewf ships, against two packages, the notices' transcript and its own hours (T6)."""

from __future__ import annotations

import datetime as dt
import re
from importlib.resources import files
from typing import Any

import chinese_calendar
import holidays
import pytest
import yaml

from casewf.definition import load_calendar
from casewf.errors import HorizonError
from casewf.worktime import epoch_us, from_chinesecalendar, from_holidays
from worktime_calendars import OFFICE, WORKWEEK, at, load

NOTICES: dict[str, Any] = load("china_calendar.json")["years"]
SHIPPED: dict[str, Any] = yaml.load(
    files("casewf").joinpath("calendars/cn-office.yaml").read_text(encoding="utf-8"), yaml.BaseLoader
)
FIRST, LAST = dt.date(2018, 1, 1), dt.date(2026, 12, 28)
DAYS = [FIRST + dt.timedelta(n) for n in range((LAST - FIRST).days + 1)]
YEARS = range(2018, 2027)


def worked(day: bool) -> str:
    return "worked" if day else "off"


def test_every_day_agrees_with_both_packages() -> None:
    """Each disagreement is named, with what everybody says."""
    shipped = load_calendar("cn-office")
    package = holidays.country_holidays("CN", years=YEARS, expand=False)
    answers = {
        day: (
            shipped.is_working_day(day.toordinal()),
            chinese_calendar.is_workday(day),
            package.is_working_day(day),
        )
        for day in DAYS
    }
    assert len(answers) == 3_284
    disagreements = [
        f"{day:%Y-%m-%d %a}: cn-office {worked(ours)}, chinesecalendar {worked(one)}, holidays {worked(other)}"
        for day, (ours, one, other) in answers.items()
        if not ours == one == other
    ]
    assert disagreements == []


def test_the_days_that_are_refused_are_those_that_the_packages_have_but_cannot_know() -> None:
    shipped = load_calendar("cn-office")
    for day in (29, 30, 31):
        assert chinese_calendar.is_workday(dt.date(2026, 12, day))
        with pytest.raises(HorizonError):
            shipped.is_working_day(dt.date(2026, 12, day).toordinal())


def test_calendars_built_from_the_packages_give_the_same_spans() -> None:
    week = dict.fromkeys(WORKWEEK, OFFICE)
    built = (
        from_chinesecalendar(week=week, years=YEARS),
        from_holidays("CN", years=YEARS, week=week, zone="Asia/Shanghai"),
    )
    shipped = load_calendar("cn-office")
    a, b = epoch_us(at(f"{FIRST} 00:00")), epoch_us(at(f"{LAST} 23:59"))
    for calendar in built:
        assert calendar.announced_through == shipped.announced_through
        assert calendar.spans_us(a, b) == shipped.spans_us(a, b)


def test_every_working_day_has_the_hours_of_the_hotline_also_make_up_days() -> None:
    """09:00 to 12:00 and 14:00 to 18:00."""
    shipped = load_calendar("cn-office")
    spans = shipped.spans_us(epoch_us(at(f"{FIRST} 00:00")), epoch_us(at(f"{LAST} 23:59")))
    found: dict[int, list[int]] = {}
    for opens, closes, day in spans:
        midnight = epoch_us(at(f"{dt.date.fromordinal(day)} 00:00"))
        found.setdefault(day, []).extend(
            ((opens - midnight) // 60_000_000, (closes - midnight) // 60_000_000)
        )
    assert set(map(tuple, found.values())) == {(540, 720, 840, 1080)}
    assert [day.toordinal() for day in DAYS if shipped.is_working_day(day.toordinal())] == list(found)
    assert {dt.date.fromordinal(day).weekday() for day in found} == set(range(7)), "make-up days among them"


def test_the_years_are_those_of_the_notices() -> None:
    assert list(SHIPPED["years"]) == list(NOTICES) == list(map(str, YEARS))


@pytest.mark.parametrize("year", NOTICES)
def test_a_year_has_the_days_of_its_notice(year: str) -> None:
    shipped, notice = SHIPPED["years"][year], NOTICES[year]
    assert list(shipped["days_off"]) == [day["date"] for day in notice["weekday_days_off"]]
    assert list(shipped["extra_days"]) == [day["date"] for day in notice["makeup_workdays"]]


@pytest.mark.parametrize("year", NOTICES)
def test_a_year_names_its_notice_and_the_day_of_issue(year: str) -> None:
    shipped, notice = SHIPPED["years"][year], NOTICES[year]
    numbers = re.findall(r"国办发明电〔\d{4}〕\d+号", notice["notice"])
    assert shipped["notice"].split("，") == numbers
    assert shipped["issued"] == notice["issued"][:10]
