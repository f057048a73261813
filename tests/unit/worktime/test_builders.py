"""Calendars from the holiday packages, and how far each may be trusted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import chinese_calendar
import pytest

from casewf.errors import EmptyCalendarError, HorizonError, WorkingTimeError
from casewf.worktime import WorkCalendar, WorkingDays, from_chinesecalendar, from_holidays
from worktime_calendars import ALL_DAY, OFFICE, WORKWEEK, at, every, ordinal

WEEK = dict.fromkeys(WORKWEEK, OFFICE)
BERLIN = "Europe/Berlin"
SILVESTER = dt.date(2026, 12, 31)


def china(package: str, years: Any = (2025, 2026), **content: Any) -> WorkCalendar:
    if package == "holidays":
        return from_holidays("CN", **({"years": years, "week": WEEK, "zone": "Asia/Shanghai"} | content))
    return from_chinesecalendar(**({"years": years, "week": WEEK} | content))


def germany(**content: Any) -> WorkCalendar:
    return from_holidays(
        **{"country": "DE", "years": [2026], "week": WEEK, "zone": BERLIN, "announced_through": SILVESTER}
        | content
    )


def days(cal: WorkCalendar, key: str) -> dict[str, str]:
    found: dict[str, str] = cal.to_document()[key]
    return found


both = pytest.mark.parametrize("package", ["chinesecalendar", "holidays"])


@both
def test_make_up_days_are_worked_and_named_days_are_off(package: str) -> None:
    cal = china(package)
    assert cal.due(at("2026-02-13 10:00"), WorkingDays(1)) == at("2026-02-14 18:00")
    assert not cal.is_working_day(ordinal("2026-02-16"))
    assert "调休" in days(cal, "extra_days")["2026-02-14"]
    assert days(cal, "days_off")["2026-02-17"] == "春节"


@both
@pytest.mark.parametrize(
    ("years", "through"),
    [([2026], "2026-12-28"), ([2025, 2026], "2026-12-28"), ([2025], "2025-12-31"), ([2018], "2018-12-31")],
)
def test_t6_the_newest_known_year_ends_before_the_days_that_the_next_notice_may_move(
    package: str, years: list[int], through: str
) -> None:
    cal = china(package, years)
    assert cal.announced_through == dt.date.fromisoformat(through)
    with pytest.raises(HorizonError):
        cal.is_working_day(ordinal(through) + 1)


@both
def test_the_december_of_a_year_has_what_the_next_notice_moved(package: str) -> None:
    """The notice for 2019 made Saturday 2018-12-29 a working day and Monday 2018-12-31 a day off."""
    cal = china(package, [2018])
    assert cal.is_working_day(ordinal("2018-12-29"))
    assert not cal.is_working_day(ordinal("2018-12-31"))


@both
@pytest.mark.parametrize("years", [[2026, 2027], [1999, 2000], [2050]])
def test_t6_a_year_without_a_notice_is_refused_not_guessed(package: str, years: list[int]) -> None:
    with pytest.raises(WorkingTimeError, match=f"years: {package} has nothing certain about .*{years[-1]};"):
        china(package, years)


@pytest.mark.parametrize("years", [[], [2024, 2026]])
@both
def test_a_gap_in_the_years_is_refused(package: str, years: list[int]) -> None:
    with pytest.raises(WorkingTimeError, match="years: expected one year or several without a gap"):
        china(package, years)


@both
def test_a_week_that_cannot_be_read_is_refused_as_everywhere(package: str) -> None:
    with pytest.raises(WorkingTimeError, match="'monday' is no weekday"):
        china(package, week={"monday": OFFICE})
    with pytest.raises(EmptyCalendarError):
        china(package, week={})


@both
def test_a_part_time_week_is_closed_on_its_own_days_too(package: str) -> None:
    cal = china(package, week={"mon": OFFICE, "tue": OFFICE})
    assert not cal.is_working_day(ordinal("2026-03-18"))
    assert days(cal, "extra_days").keys() == days(china(package), "extra_days").keys()


def test_chinesecalendar_gives_all_its_years_by_default() -> None:
    cal = from_chinesecalendar(week=WEEK, id="office")
    assert (cal.id, cal.announced_through) == ("office", dt.date(2026, 12, 28))
    assert min(days(cal, "days_off")) == "2004-01-01"


def test_a_week_open_at_weekends_closes_on_the_weekend_days_of_a_chinese_holiday() -> None:
    cal = from_chinesecalendar(week=every(ALL_DAY), years=[2026])
    assert not cal.is_working_day(ordinal("2026-02-15"))  # the Sunday before New Year's Eve
    assert cal.is_working_day(ordinal("2026-02-14"))  # a make-up Saturday
    assert cal.is_working_day(ordinal("2026-03-15"))  # any Sunday
    assert days(cal, "extra_days") == {}


def test_holidays_is_refused_for_a_chinese_week_open_at_weekends() -> None:
    with pytest.raises(WorkingTimeError, match=r"week: it is open at weekends.*use from_chinesecalendar"):
        china("holidays", week=every(ALL_DAY))


def test_t6_for_another_country_somebody_must_say_what_is_settled() -> None:
    with pytest.raises(
        WorkingTimeError, match="announced_through: expected the last date of 2026-01-01 to 2026"
    ):
        germany(announced_through=None)


@pytest.mark.parametrize("through", [dt.date(2025, 12, 31), dt.date(2027, 1, 1)])
def test_t6_a_horizon_outside_the_years_is_refused(through: dt.date) -> None:
    with pytest.raises(WorkingTimeError, match=f"announced_through: .*got {through}"):
        germany(announced_through=through)
    with pytest.raises(WorkingTimeError, match=f"announced_through: .*got {through}"):
        china("holidays", [2026], announced_through=through)


def test_t6_the_horizon_of_china_may_be_brought_forward_and_not_put_off() -> None:
    assert china("holidays", announced_through=dt.date(2026, 6, 30)).announced_through == dt.date(2026, 6, 30)
    with pytest.raises(WorkingTimeError, match="expected a date of 2025-01-01 to 2026-12-28"):
        china("holidays", announced_through=dt.date(2026, 12, 29))


def test_another_country_has_its_days_its_names_and_its_subdivisions() -> None:
    bavaria = germany(subdivision="BY")
    assert bavaria.id == "de-by"
    assert days(bavaria, "days_off")["2026-01-06"] == "Heilige Drei Könige"
    assert "2026-01-06" not in days(germany(), "days_off")
    assert "2026-08-15" not in days(bavaria, "days_off")  # a Saturday
    assert bavaria.announced_through == SILVESTER


def test_a_week_open_at_weekends_closes_on_holidays_at_weekends_in_another_country() -> None:
    cal = germany(week=every(OFFICE))
    assert not cal.is_working_day(ordinal("2026-10-03"))  # a Saturday
    assert cal.is_working_day(ordinal("2026-10-10"))


def test_make_up_days_of_another_country_are_worked() -> None:
    hungary = from_holidays(
        "HU", years=[2026], week=WEEK, zone="Europe/Budapest", announced_through=dt.date(2026, 12, 31)
    )
    assert days(hungary, "extra_days") == dict.fromkeys(["2026-01-10", "2026-08-08"], "make-up working day")


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("DE", "ZZ")])
def test_a_country_that_the_package_does_not_have_is_refused(country: str, subdivision: str | None) -> None:
    with pytest.raises(WorkingTimeError, match=r"holidays: .*not.*; give the codes that the package lists"):
        germany(country=country, subdivision=subdivision)


def test_a_year_that_the_package_does_not_have_is_refused() -> None:
    with pytest.raises(WorkingTimeError, match="years: holidays has nothing certain about 2101;"):
        germany(years=[2100, 2101])


def test_the_names_of_days_do_not_depend_on_the_language_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions = set()
    for language in ("en_US.UTF-8", "th_TH.UTF-8", "zh_CN.UTF-8"):
        monkeypatch.setenv("LANGUAGE", language)
        versions.add(china("holidays").version)
    assert len(versions) == 1


def test_t6_a_package_that_learns_the_next_notice_puts_the_horizon_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = chinese_calendar.constants.holidays | {dt.date(2027, 10, 1): "National Day"}
    monkeypatch.setattr(chinese_calendar.constants, "holidays", known)
    assert china("chinesecalendar", [2026]).announced_through == dt.date(2026, 12, 31)
