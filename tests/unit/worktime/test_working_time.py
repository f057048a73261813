"""T1, T2 and T5: working time, its subtraction, and plain time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pendulum
import pytest

from casewf.errors import WorkingTimeError
from casewf.worktime import CalendarDays, Elapsed, WorkingDays, WorkingTime, epoch_us
from worktime_calendars import at, china, ordinal

HOUR = dt.timedelta(hours=1)


def test_t1_due_exactly_at_closing_is_closing_time() -> None:
    assert china().due(at("2026-03-16 17:00"), WorkingTime(hours=1)) == at("2026-03-16 18:00")


def test_t1_due_at_closing_is_the_next_opening_for_hosts_that_ask() -> None:
    due = china().due(at("2026-03-16 17:00"), WorkingTime(hours=1), boundary="next_open")
    assert due == at("2026-03-17 09:00")


def test_t1_next_open_boundary_leaves_an_instant_inside_hours() -> None:
    due = china().due(at("2026-03-16 15:00"), WorkingTime(hours=1), boundary="next_open")
    assert due == at("2026-03-16 16:00")


def test_t1_intervals_are_half_open() -> None:
    assert china().is_open(at("2026-03-16 09:00"))
    assert not china().is_open(at("2026-03-16 12:00"))
    assert china().is_open(at("2026-03-16 11:59:59.999999"))


def test_t1_answers_are_exact_to_the_microsecond() -> None:
    due = china().due(at("2026-03-16 11:59:59.999999"), WorkingTime(microseconds=2))
    assert due == at("2026-03-16 14:00:00.000001")


def test_t2_start_outside_hours_counts_from_the_next_opening() -> None:
    assert china().due(at("2026-03-21 10:00"), WorkingTime(hours=4)) == at("2026-03-23 15:00")


@pytest.mark.parametrize(
    "zero", [WorkingTime(), WorkingDays(0), CalendarDays(0), Elapsed()], ids=lambda zero: zero.unit
)
@pytest.mark.parametrize("boundary", ["close", "next_open"])
def test_t2_zero_amount_is_the_start_unchanged_on_a_rest_day(zero: WorkingTime, boundary: str) -> None:
    sunday = at("2026-03-22 10:00")
    assert china().due(sunday, zero, boundary=boundary) == sunday
    assert china().before(sunday, zero) == sunday


def test_t2_zero_amount_asks_nothing_past_the_horizon() -> None:
    later = at("2030-03-22 10:00")
    assert china().due(later, WorkingTime()) == later


def test_t2_subtraction_is_the_latest_instant() -> None:
    assert china().before(at("2026-03-16 12:00"), WorkingTime(hours=3)) == at("2026-03-16 09:00")
    assert china().before(at("2026-03-16 15:00"), WorkingTime(hours=1)) == at("2026-03-16 14:00")


def test_t2_subtraction_reaches_over_the_spring_festival() -> None:
    assert china().before(at("2026-02-24 10:00"), WorkingTime(hours=2)) == at("2026-02-14 17:00")


def test_t2_between_is_antisymmetric() -> None:
    noon, evening = at("2026-03-16 12:00"), at("2026-03-16 16:00")
    assert china().between(noon, evening) == 2 * HOUR
    assert china().between(evening, noon) == -2 * HOUR


def test_t2_next_open_of_an_open_instant_is_itself() -> None:
    assert china().next_open(at("2026-03-16 16:00")) == at("2026-03-16 16:00")
    assert china().next_open(at("2026-02-14 18:00")) == at("2026-02-24 09:00")


def test_t5_elapsed_time_runs_through_holidays_and_past_the_horizon() -> None:
    assert china().due(at("2026-02-14 16:00"), Elapsed(hours=24)) == at("2026-02-15 16:00")
    assert china().due(at("2026-12-31 20:00"), Elapsed(hours=24)) == at("2027-01-01 20:00")
    assert china().before(at("2026-02-14 16:00"), Elapsed(hours=24)) == at("2026-02-13 16:00")


def test_answers_are_standard_datetimes_in_the_zone_of_the_calendar() -> None:
    due = china().due(dt.datetime(2026, 3, 16, 1, tzinfo=dt.UTC), WorkingTime(hours=1))
    assert type(due) is dt.datetime
    assert due.tzinfo is ZoneInfo("Asia/Shanghai")
    assert due.isoformat() == "2026-03-16T10:00:00+08:00"


def test_every_kind_of_aware_datetime_is_the_same_instant() -> None:
    stdlib = at("2026-03-16 17:00")
    for same in (
        stdlib.astimezone(dt.UTC),
        at("2026-03-16T17:00:00+08:00"),
        pendulum.datetime(2026, 3, 16, 17, tz="Asia/Shanghai"),
        pendulum.DateTime(2026, 3, 16, 17, tzinfo=ZoneInfo("Asia/Shanghai")),
    ):
        assert epoch_us(same) == epoch_us(stdlib)
        assert china().due(same, WorkingTime(hours=1)) == at("2026-03-16 18:00")


def test_a_naive_datetime_is_refused_with_a_way_out() -> None:
    with pytest.raises(WorkingTimeError, match=r"2026-03-16 17:00:00 is naive.*replace\(tzinfo="):
        china().due(dt.datetime(2026, 3, 16, 17), WorkingTime(hours=1))  # noqa: DTZ001  # the point


def test_a_date_is_no_datetime() -> None:
    with pytest.raises(WorkingTimeError, match="expected a datetime"):
        china().is_open(dt.date(2026, 3, 16))  # type: ignore[arg-type]  # the point


def test_an_amount_without_a_clock_is_refused() -> None:
    for ask in (china().due, china().before):
        with pytest.raises(WorkingTimeError, match="say which clock counts"):
            ask(at("2026-03-16 17:00"), dt.timedelta(hours=1))  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize("option", [{"anchor": "closing"}, {"boundary": "open"}])
def test_an_unknown_option_is_refused(option: dict[str, str]) -> None:
    with pytest.raises(WorkingTimeError, match="expected anchor 'close' or 'same_time'"):
        china().due(at("2026-03-16 17:00"), WorkingTime(hours=1), **option)  # type: ignore[arg-type]


def test_spans_are_cut_to_the_stretch_and_carry_their_date() -> None:
    a, b = at("2026-02-14 17:30"), at("2026-02-24 10:00")
    festival = china().spans_us(epoch_us(a), epoch_us(b))
    assert festival == [
        (epoch_us(a), epoch_us(at("2026-02-14 18:00")), ordinal("2026-02-14")),
        (epoch_us(at("2026-02-24 09:00")), epoch_us(b), ordinal("2026-02-24")),
    ]
    assert china().spans_us(epoch_us(b), epoch_us(a)) == []


def test_names_of_days_off_and_make_up_days_are_at_hand() -> None:
    assert china().day_name(ordinal("2026-02-17")) == "春节"
    assert china().day_name(ordinal("2026-02-14")) == "春节"
    assert china().day_name(ordinal("2026-03-16")) is None


@pytest.mark.parametrize("ask", ["due", "before"])
def test_what_is_no_amount_is_shown(ask: str) -> None:
    with pytest.raises(
        WorkingTimeError, match=r"^expected WorkingTime, .* or Elapsed, got 'a day'; say which clock"
    ):
        getattr(china(), ask)(at("2026-03-16 10:00"), "a day")
