"""T3 and T4: working days and calendar days, and how rungs count them (E2)."""

from __future__ import annotations

import pytest

from casewf.worktime import CalendarDays, WorkCalendar, WorkingDays, epoch_us
from worktime_calendars import always, at, berlin_nights, china, ordinal


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        pytest.param("2026-02-11 10:00", 15, "2026-03-10 18:00", id="over the Spring Festival"),
        pytest.param("2026-03-16 20:00", 1, "2026-03-17 18:00", id="from an evening"),
        pytest.param("2026-03-16 18:00", 1, "2026-03-17 18:00", id="from closing time"),
        pytest.param("2026-03-21 10:00", 1, "2026-03-23 18:00", id="from a Saturday to Monday"),
        pytest.param("2026-02-13 10:00", 1, "2026-02-14 18:00", id="to a make-up Saturday"),
        pytest.param("2026-02-14 10:00", 1, "2026-02-24 18:00", id="from a make-up Saturday"),
        pytest.param("2026-09-30 10:00", 3, "2026-10-10 18:00", id="over National Day"),
        pytest.param("2025-12-31 10:00", 1, "2026-01-04 18:00", id="to a make-up Sunday of the next year"),
    ],
)
def test_t3_working_days_do_not_count_the_day_of_the_event(start: str, n: int, due: str) -> None:
    assert china().due(at(start), WorkingDays(n)) == at(due)


def test_t3_same_time_keeps_the_time_of_day() -> None:
    assert china().due(at("2026-03-16 20:15"), WorkingDays(1), anchor="same_time") == at("2026-03-17 20:15")


def test_t3_rung_days_keep_the_time_of_a_due_instant_on_a_rest_day() -> None:
    sunday = at("2026-03-22 10:00")
    assert china().before(sunday, WorkingDays(1)) == at("2026-03-20 10:00")
    assert china().due(sunday, WorkingDays(1), anchor="same_time") == at("2026-03-23 10:00")


def test_t3_before_can_end_at_close_of_business() -> None:
    assert china().before(at("2026-02-24 10:00"), WorkingDays(1), anchor="close") == at("2026-02-14 18:00")


def test_t3_working_days_of_a_calendar_that_never_closes_end_at_midnight() -> None:
    assert always().due(at("2026-02-14 10:00"), WorkingDays(3)) == at("2026-02-18 00:00")


def test_t3_the_day_of_an_instant_in_a_night_shift_is_the_date_on_which_it_opened() -> None:
    small_hours = epoch_us(at("2026-05-06 02:00", "Europe/Berlin"))
    assert berlin_nights().day_of(small_hours) == ordinal("2026-05-05")
    assert berlin_nights().local_day(small_hours) == ordinal("2026-05-06")
    closing = epoch_us(at("2026-05-06 06:00", "Europe/Berlin"))
    assert berlin_nights().day_of(closing) == ordinal("2026-05-06")


def test_t3_a_working_day_of_night_shifts_ends_on_the_next_morning() -> None:
    due = berlin_nights().due(at("2026-05-06 02:00", "Europe/Berlin"), WorkingDays(1))
    assert due == at("2026-05-07 06:00", "Europe/Berlin")


def test_t3_same_time_in_a_night_shift_counts_from_its_own_date() -> None:
    due = berlin_nights().due(at("2026-05-06 02:00", "Europe/Berlin"), WorkingDays(1), anchor="same_time")
    assert due == at("2026-05-07 02:00", "Europe/Berlin")


def test_t4_award_limit_that_ends_on_a_holiday_rolls_to_the_next_working_day() -> None:
    assert china().due(at("2026-06-04 10:00"), CalendarDays(15)) == at("2026-06-22 18:00")


def test_t4_defence_limit_may_end_on_a_make_up_saturday() -> None:
    assert china().due(at("2026-04-29 10:00"), CalendarDays(10)) == at("2026-05-09 18:00")


def test_t4_calendar_days_roll_over_a_whole_holiday_week() -> None:
    assert china().due(at("2026-09-20 10:00"), CalendarDays(15)) == at("2026-10-08 18:00")


def test_t4_calendar_days_count_from_the_local_date_even_in_a_night_shift() -> None:
    due = berlin_nights().due(at("2026-05-06 02:00", "Europe/Berlin"), CalendarDays(1))
    assert due == at("2026-05-08 06:00", "Europe/Berlin")


def test_e2_after_calendar_days_rolls_and_keeps_the_time_of_day() -> None:
    due = china().due(at("2026-03-25 17:30"), CalendarDays(3), anchor="same_time")
    assert due == at("2026-03-30 17:30")


def test_e2_before_calendar_days_does_not_roll() -> None:
    assert china().before(at("2026-03-25 18:00"), CalendarDays(3)) == at("2026-03-22 18:00")


def test_e2_before_calendar_days_asks_no_calendar() -> None:
    assert china().before(at("2027-03-25 18:00"), CalendarDays(3)) == at("2027-03-22 18:00")


def test_before_calendar_days_at_close_is_the_close_of_that_very_date() -> None:
    assert china().before(at("2026-03-25 18:00"), CalendarDays(2), anchor="close") == at("2026-03-23 18:00")
    assert china().before(at("2026-03-25 18:00"), CalendarDays(3), anchor="close") == at("2026-03-23 00:00")


def test_close_of_a_date_is_that_of_its_last_span_and_midnight_on_a_rest_day() -> None:
    assert china().day_close(ordinal("2026-03-20")) == epoch_us(at("2026-03-20 18:00"))
    assert china().day_close(ordinal("2026-03-21")) == epoch_us(at("2026-03-22 00:00"))


def test_rolling_to_the_close_leaves_a_working_day_and_moves_a_rest_day() -> None:
    assert china().roll_to_close(ordinal("2026-03-20")) == epoch_us(at("2026-03-20 18:00"))
    assert china().roll_to_close(ordinal("2026-03-21")) == epoch_us(at("2026-03-23 18:00"))


def test_next_open_boundary_moves_a_day_amount_to_the_next_morning() -> None:
    due = china().due(at("2026-03-16 10:00"), WorkingDays(1), boundary="next_open")
    assert due == at("2026-03-18 09:00")


def test_a_calendar_of_single_dates_has_those_working_days_only() -> None:
    fair = WorkCalendar(
        zone="Asia/Shanghai",
        week={},
        day_hours={
            at("2026-05-02").date(): [("10:00", "12:00")],
            at("2026-06-02").date(): [("10:00", "12:00")],
        },
    )
    assert fair.due(at("2026-01-01"), WorkingDays(2)) == at("2026-06-02 12:00")
