"""T7: every span edge is brought to UTC on its own."""

from __future__ import annotations

import datetime as dt

import pytest

from casewf.errors import WorkingTimeError
from casewf.worktime import Elapsed, WorkCalendar, WorkingDays, WorkingTime, epoch_us
from worktime_calendars import ALL_DAY, at, berlin_nights, every, ordinal

NEW_YORK = "America/New_York"


def every_day(zone: str, *spans: tuple[str, str]) -> WorkCalendar:
    return WorkCalendar(zone=zone, week=every(list(spans)))


def worked_on(calendar: WorkCalendar, date: str) -> dt.timedelta:
    begin = at(f"{date} 00:00", calendar.zone)
    end = at(f"{dt.date.fromisoformat(date) + dt.timedelta(days=1)} 00:00", calendar.zone)
    return calendar.between(begin, end)


def test_t7_the_night_of_the_spring_change_has_seven_hours() -> None:
    due = berlin_nights().due(at("2026-03-28 22:00", "Europe/Berlin"), WorkingTime(hours=8))
    assert due == at("2026-03-29T23:00:00+02:00")


def test_t7_the_night_of_the_autumn_change_has_nine_hours() -> None:
    due = berlin_nights().due(at("2026-10-24 22:00", "Europe/Berlin"), WorkingTime(hours=9))
    assert due == at("2026-10-25T06:00:00+01:00")


def test_t7_an_edge_inside_a_gap_moves_to_its_end() -> None:
    calendar = every_day(NEW_YORK, ("02:30", "04:00"))
    opening = calendar.next_open(at("2026-03-08 00:00", NEW_YORK))
    assert opening.isoformat() == "2026-03-08T03:00:00-04:00"
    assert worked_on(calendar, "2026-03-08") == dt.timedelta(hours=1)


def test_t7_a_span_inside_a_gap_vanishes_and_its_date_is_no_working_day() -> None:
    calendar = every_day(NEW_YORK, ("02:15", "02:45"))
    assert worked_on(calendar, "2026-03-08") == dt.timedelta()
    assert not calendar.is_working_day(ordinal("2026-03-08"))
    assert calendar.due(at("2026-03-07 12:00", NEW_YORK), WorkingDays(1)) == at("2026-03-09 02:45", NEW_YORK)


def test_t7_an_ambiguous_span_is_its_first_occurrence() -> None:
    calendar = every_day(NEW_YORK, ("01:15", "01:45"), ("02:15", "02:45"))
    assert worked_on(calendar, "2026-11-01") == dt.timedelta(hours=1)
    assert calendar.is_open(at("2026-11-01T01:30:00-04:00"))
    assert not calendar.is_open(at("2026-11-01T01:30:00-05:00"))


def test_t7_a_day_without_midnight_opens_at_the_end_of_the_gap() -> None:
    calendar = every_day("America/Sao_Paulo", *ALL_DAY)
    assert worked_on(calendar, "2018-11-04") == dt.timedelta(hours=23)


def test_t7_a_date_that_a_zone_skipped_has_no_working_time() -> None:
    calendar = every_day("Pacific/Apia", ("09:00", "17:00"))
    assert not calendar.is_working_day(ordinal("2011-12-30"))
    assert calendar.due(at("2011-12-29 10:00", "Pacific/Apia"), WorkingDays(1)) == at(
        "2011-12-31 17:00", "Pacific/Apia"
    )


def test_t7_half_an_hour_of_dst() -> None:
    calendar = every_day("Australia/Lord_Howe", *ALL_DAY)
    assert worked_on(calendar, "2026-04-05") == dt.timedelta(hours=24, minutes=30)
    assert worked_on(calendar, "2026-10-04") == dt.timedelta(hours=23, minutes=30)


def test_t7_shanghai_had_dst_in_1988() -> None:
    calendar = every_day("Asia/Shanghai", *ALL_DAY)
    assert worked_on(calendar, "1988-04-17") == dt.timedelta(hours=23)
    assert calendar.due(at("1988-04-16 12:00"), WorkingTime(hours=24)) == at("1988-04-17T13:00:00+09:00")


def test_t7_the_second_of_two_equal_wall_times_is_understood_and_given_back() -> None:
    calendar = every_day("Europe/Berlin", *ALL_DAY)
    second = at("2026-10-25 02:30", "Europe/Berlin").replace(fold=1)
    calendar.next_open(second)
    assert calendar.between(second.replace(fold=0), second) == dt.timedelta(hours=1)
    due = calendar.due(second.replace(fold=0), Elapsed(hours=1))
    assert (due.hour, due.minute, due.fold) == (2, 30, 1)


def test_a_wall_time_that_never_was_is_read_as_the_standard_library_reads_it() -> None:
    calendar = every_day("Europe/Berlin", *ALL_DAY)
    never = at("2026-03-29 02:30", "Europe/Berlin")
    calendar.next_open(never)
    assert calendar.due(never, Elapsed(hours=1)) == at("2026-03-29T04:30:00+02:00")
    assert epoch_us(never) == epoch_us(at("2026-03-29T01:30:00+00:00"))


def test_same_time_that_does_not_exist_is_the_end_of_the_gap() -> None:
    calendar = every_day(NEW_YORK, ("09:00", "17:00"))
    due = calendar.due(at("2026-03-07 02:30", NEW_YORK), WorkingDays(1), anchor="same_time")
    assert due.isoformat() == "2026-03-08T03:00:00-04:00"


def test_an_unknown_zone_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(WorkingTimeError, match="did you mean 'Asia/Shanghai'"):
        every_day("Asia/Shangai", ("09:00", "17:00"))


def test_t7_the_day_of_a_change_is_right_on_the_fast_way_too() -> None:
    calendar = every_day("Europe/Berlin", *ALL_DAY)
    for _ in range(3):  # the fast way opens once the year is laid out
        assert worked_on(calendar, "2026-03-29") == dt.timedelta(hours=23)
        assert worked_on(calendar, "2026-10-25") == dt.timedelta(hours=25)
        noon = at("2026-03-29 12:00", "Europe/Berlin")
        assert calendar.between(at("2026-03-29 00:00", "Europe/Berlin"), noon) == dt.timedelta(hours=11)
        assert calendar.due(noon, WorkingTime(hours=1)) == at("2026-03-29T13:00:00+02:00")
