"""T6 and T8: what lies past the announced year, what lies beyond all reason, and laying years out on need."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest

from casewf.errors import AmountError, HorizonError
from casewf.worktime import (
    Amount,
    CalendarDays,
    Elapsed,
    ProvisionalDatetime,
    WorkCalendar,
    WorkingDays,
    WorkingTime,
    epoch_us,
)
from worktime_calendars import OFFICE, WORKWEEK, always, at, berlin_nights, china, every, ordinal

NEW_YEAR = dt.date(2027, 1, 1)


def known_to_the_night(through: dt.date) -> WorkCalendar:
    week = every([("22:00", "06:00")])
    return WorkCalendar(zone="Asia/Shanghai", week=week, announced_through=through, id="nights")


@pytest.mark.parametrize(
    ("amount", "date"),
    [
        (WorkingDays(15), NEW_YEAR),
        (WorkingTime(hours=100), NEW_YEAR),
        (CalendarDays(15), dt.date(2027, 1, 5)),
        (CalendarDays(11), NEW_YEAR),
    ],
    ids=repr,
)
def test_t6_an_answer_past_the_announced_year_is_refused_with_calendar_and_date(
    amount: Amount, date: dt.date
) -> None:
    with pytest.raises(HorizonError, match="'cn-office' is announced through 2026-12-31") as refused:
        china().due(at("2026-12-21 10:00"), amount)
    assert (refused.value.calendar, refused.value.date) == ("cn-office", date)


def test_t6_the_last_known_close_is_still_known() -> None:
    assert china().due(at("2026-12-31 10:00"), WorkingTime(hours=6)) == at("2026-12-31 18:00")
    assert china().due(at("2026-12-30 10:00"), WorkingDays(1)) == at("2026-12-31 18:00")
    assert china().between(at("2026-12-31 10:00"), at("2027-01-01 00:00")) == dt.timedelta(hours=6)


def test_t6_the_day_after_the_last_known_one_is_refused_on_the_fast_way_too() -> None:
    for _ in range(2):  # the fast way opens once the years are laid out
        with pytest.raises(HorizonError, match="touches 2027-01-01"):
            china().due(at("2026-12-31 10:00"), WorkingDays(1))


@pytest.mark.parametrize(
    "ask",
    [
        lambda cal, t: cal.between(t, at("2026-12-31 10:00")),
        lambda cal, t: cal.between(at("2026-12-31 10:00"), t),
        lambda cal, t: cal.before(t, WorkingTime(hours=1)),
        lambda cal, t: cal.before(t, WorkingDays(1)),
        lambda cal, t: cal.due(t, WorkingDays(1)),
        lambda cal, t: cal.due(t, CalendarDays(1)),
        lambda cal, t: cal.is_open(t),
        lambda cal, t: cal.next_open(t),
        lambda cal, t: cal.day_of(epoch_us(t)),
        lambda cal, t: cal.is_working_day(ordinal(str(t.date()))),
        lambda cal, t: cal.roll_to_close(ordinal(str(t.date()))),
        lambda cal, t: cal.day_close(ordinal(str(t.date()))),
        lambda cal, t: cal.spans_us(epoch_us(at("2026-12-31 10:00")), epoch_us(t)),
    ],
)
@pytest.mark.parametrize("when", ["2027-01-01 10:00", "2027-01-04 10:00", "2031-06-04 10:00"])
def test_t6_every_question_about_an_unknown_day_is_refused(
    ask: Callable[[WorkCalendar, dt.datetime], Any], when: str
) -> None:
    with pytest.raises(HorizonError):
        ask(china(), at(when))


def test_t6_next_open_is_refused_after_the_last_known_closing() -> None:
    with pytest.raises(HorizonError, match="touches 2027-01-01"):
        china().next_open(at("2026-12-31 18:00"))


def test_t6_the_night_of_the_last_known_date_is_known_to_its_end() -> None:
    cal = known_to_the_night(dt.date(2026, 12, 31))
    start = at("2026-12-31 23:00")
    assert cal.due(start, WorkingTime(hours=7)) == at("2027-01-01 06:00")
    assert cal.before(at("2027-01-01 06:00"), WorkingTime(hours=9)) == at("2026-12-31 05:00")
    assert cal.between(start, at("2027-01-01 06:00")) == dt.timedelta(hours=7)
    for refused in (
        lambda: cal.due(start, WorkingTime(hours=8)),
        lambda: cal.is_open(at("2027-01-01 06:01")),
    ):
        with pytest.raises(HorizonError, match="touches 2027-01-01"):
            refused()


def test_t6_the_night_of_the_last_known_date_is_known_as_a_first_question_too() -> None:
    assert known_to_the_night(dt.date(2026, 12, 31)).is_open(at("2027-01-01 02:00"))


def test_t8_the_night_before_the_first_laid_out_year_reaches_into_it() -> None:
    cal = known_to_the_night(dt.date(2026, 12, 31))
    cal.next_open(at("2026-03-16 12:00"))
    first = dt.date(cal._table.first_year, 1, 1)
    assert cal.is_open(at(f"{first} 02:00"))
    assert cal.between(at(f"{first} 00:00"), at(f"{first} 12:00")) == dt.timedelta(hours=6)


def test_t6_a_horizon_in_the_middle_of_a_year_holds() -> None:
    cal = known_to_the_night(dt.date(2026, 6, 30))
    assert cal.due(at("2026-06-30 21:00"), WorkingTime(hours=8)) == at("2026-07-01 06:00")
    with pytest.raises(HorizonError, match="touches 2026-07-01"):
        cal.due(at("2026-06-30 21:00"), WorkingTime(hours=9))


def test_t6_a_provisional_answer_is_marked_and_follows_the_week() -> None:
    due = china().due(at("2026-12-21 10:00"), WorkingDays(10), provisional=True)
    assert due == at("2027-01-04 18:00")
    assert isinstance(due, ProvisionalDatetime)
    assert due.provisional
    assert due.tzinfo is at("2026-12-21").tzinfo


def test_t6_a_firm_answer_is_not_marked_though_a_provisional_one_was_allowed() -> None:
    due = china().due(at("2026-12-21 10:00"), WorkingDays(3), provisional=True)
    assert type(due) is dt.datetime


def test_t6_the_provisional_twin_is_one_calendar_without_horizon() -> None:
    twin = china().provisional
    assert twin is china().provisional
    assert (twin.id, twin.announced_through, twin.provisional) == ("cn-office", None, twin)
    assert twin.days_after(epoch_us(at("2026-12-31 10:00")), 1) == epoch_us(at("2027-01-01 18:00"))


@pytest.mark.parametrize(
    "unit", [WorkingDays, CalendarDays, lambda n: WorkingTime(hours=n), lambda n: Elapsed(hours=n)]
)
@pytest.mark.parametrize("cal", [china(), china().provisional, always(), berlin_nights()], ids=str)
def test_absurd_amounts_are_refused_at_once_in_both_directions(
    cal: WorkCalendar, unit: Callable[[int], Amount]
) -> None:
    for ask in (cal.due, cal.before):
        with pytest.raises(AmountError):
            ask(at("2026-03-16 10:00"), unit(10**12))
    table = cal._table
    assert table.last_year - table.first_year < 300, "an absurd amount laid out years"


@pytest.mark.parametrize("n", [405, 600])
def test_answers_further_than_four_hundred_years_are_refused(n: int) -> None:
    for amount in (WorkingDays(n * 262), WorkingTime(hours=7 * n * 262)):
        with pytest.raises(AmountError, match="more than 400 years away"):
            china().provisional.due(at("2026-03-16 10:00"), amount)


def test_a_calendar_of_single_dates_ends_with_them() -> None:
    fair = WorkCalendar(zone="UTC", week={}, day_hours={dt.date(2026, 5, 2): OFFICE})
    with pytest.raises(AmountError):
        fair.due(at("2026-05-02 00:00", "UTC"), WorkingTime(hours=8))
    with pytest.raises(AmountError):
        fair.next_open(at("2026-05-03 00:00", "UTC"))
    with pytest.raises(AmountError):
        fair.before(at("2026-05-03 00:00", "UTC"), WorkingTime(hours=8))


@pytest.mark.parametrize("year", [1, 9999])
def test_instants_at_the_ends_of_the_calendar_era_are_refused(year: int) -> None:
    edge = dt.datetime(year, 1, 1, 12, tzinfo=dt.UTC)
    with pytest.raises(AmountError):
        always().due(edge, WorkingTime(hours=1))
    with pytest.raises(AmountError):
        always().work_after(10**30, 1)


@pytest.mark.parametrize(
    "ask",
    ["work_after", "work_before", "days_after", "days_before", "calendar_days_after", "calendar_days_before"],
)
def test_negative_amounts_are_refused(ask: str) -> None:
    with pytest.raises(AmountError, match="never negative"):
        getattr(always(), ask)(0, -1)


def test_t8_a_far_answer_does_not_depend_on_the_years_laid_out_before() -> None:
    travelled = always().layer("travelled")
    for year in (1600, 2026, 2300, 1900, 2600, 2026):
        start = dt.datetime(year, 3, 1, tzinfo=dt.UTC)
        assert travelled.due(start, WorkingTime(hours=24)) == start + dt.timedelta(hours=24)
        assert (
            travelled.between(start, start.replace(year=year + 50)) == start.replace(year=year + 50) - start
        )
    assert travelled._table.last_year - travelled._table.first_year <= 402


def test_t8_between_over_more_than_four_hundred_years_is_refused() -> None:
    with pytest.raises(AmountError):
        always().between(at("1500-01-01 00:00"), at("2026-01-01 00:00"))


def test_t8_threads_share_a_calendar_while_its_years_are_laid_out() -> None:
    cal = berlin_nights().layer("shared")
    start = epoch_us(at("2026-03-01 12:00"))
    expected = {
        years: berlin_nights().work_after(start, years * 2900 * 3_600_000_000) for years in range(1, 25)
    }
    wrong: list[int] = []
    gate = threading.Barrier(4)

    def ask() -> None:
        gate.wait()
        wrong.extend(
            y for y, due in expected.items() if cal.work_after(start, y * 2900 * 3_600_000_000) != due
        )

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_rest_day_at_the_end_of_the_years_laid_out_rolls_into_the_next() -> None:
    """T4: 31 December 2028 is a Sunday."""
    office = WorkCalendar(id="new", zone="UTC", week=every(OFFICE, WORKWEEK))
    office.roll_to_close(ordinal("2027-06-01"))
    assert office.roll_to_close(ordinal("2028-12-31")) == epoch_us(at("2029-01-01 18:00", "UTC"))
    office = WorkCalendar(id="new", zone="UTC", week=every(OFFICE, WORKWEEK))
    office.roll_to_close(ordinal("2027-06-01"))
    assert office.due(at("2028-12-30 10:00", "UTC"), CalendarDays(1)) == at("2029-01-01 18:00", "UTC")


def test_the_last_night_that_is_announced_counts_to_its_end() -> None:
    """T6: it belongs to the date on which it opened."""
    for begin, end, hours in (("20 22:00", "21 03:00", 5), ("20 22:00", "21 06:00", 8)):
        nights = WorkCalendar(
            id="nights", zone="UTC", week=every([("22:00", "06:00")]), announced_through=dt.date(2025, 6, 20)
        )
        assert nights.between(at(f"2025-06-{begin}", "UTC"), at(f"2025-06-{end}", "UTC")) == dt.timedelta(
            hours=hours
        )


@pytest.mark.parametrize("days", [200, 203, 700, 2000])
def test_t3_working_days_beyond_the_years_laid_out_are_counted_on(days: int) -> None:
    """Five working days are a week, wherever the table ends."""
    office = WorkCalendar(id="new", zone="UTC", week=every(OFFICE, WORKWEEK))
    weeks, rest = divmod(days, 5)
    closing = at("2026-03-16 18:00", "UTC") + dt.timedelta(days=7 * weeks + rest)
    assert office.due(at("2026-03-16 10:00", "UTC"), WorkingDays(days)) == closing
