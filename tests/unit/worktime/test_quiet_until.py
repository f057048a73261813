"""Quiet hours are read once and end when the wall clocks of their zone say so (E6, T7)."""

from __future__ import annotations

import datetime as dt

import pytest

from casewf.engine.telling import quiet_until
from casewf.errors import WorkingTimeError
from casewf.model.hours import WEEKDAYS
from casewf.model.quiet_hours import QuietHours
from casewf.testing.clock import at, instant_of

SHANGHAI = "Asia/Shanghai"
BERLIN = "Europe/Berlin"
NIGHTS = QuietHours.daily("22:00", "07:00", zone=SHANGHAI)
WEEKENDS = QuietHours(
    zone=SHANGHAI,
    week={
        **{day: [("22:00", "07:00")] for day in ("mon", "tue", "wed", "thu")},
        "fri": [("18:00", "00:00")],
        "sat": [("00:00", "24:00")],
        "sun": [("00:00", "22:00"), ("22:00", "07:00")],
    },
)


def end(hours: QuietHours, text: str) -> dt.datetime:
    """When somebody may be told what is due at that local time."""
    until = quiet_until(hours, instant_of(at(text, hours.zone)))
    return dt.datetime.fromtimestamp(until / 1_000_000, dt.UTC)


@pytest.mark.parametrize(
    ("time", "until"),
    [
        ("2026-03-16 21:59:59.999999", "2026-03-16 21:59:59.999999"),
        ("2026-03-16 22:00", "2026-03-17 07:00"),
        ("2026-03-17 00:00", "2026-03-17 07:00"),
        ("2026-03-17 06:59:59.999999", "2026-03-17 07:00"),
        ("2026-03-17 07:00", "2026-03-17 07:00"),
    ],
)
def test_the_first_instant_is_quiet_and_the_last_is_not(time: str, until: str) -> None:
    assert end(NIGHTS, time) == at(until)


@pytest.mark.parametrize(
    ("time", "until"),
    [
        ("2026-03-13 17:59", "2026-03-13 17:59"),
        ("2026-03-13 18:00", "2026-03-16 07:00"),
        ("2026-03-14 12:00", "2026-03-16 07:00"),
        ("2026-03-15 23:00", "2026-03-16 07:00"),
        ("2026-03-16 22:30", "2026-03-17 07:00"),
        ("2026-03-13 00:30", "2026-03-13 07:00"),  # the night that began on Thursday
    ],
)
def test_a_weekend_is_one_stretch(time: str, until: str) -> None:
    assert end(WEEKENDS, time) == at(until)


def test_spans_of_neighbouring_days_may_overlap() -> None:
    hours = QuietHours(zone=SHANGHAI, week={"fri": [("22:00", "09:00")], "sat": [("06:00", "08:00")]})
    assert end(hours, "2026-03-14 07:00") == at("2026-03-14 09:00")
    assert hours.awake()["sat"] == [["09:00", "24:00"]]


@pytest.mark.parametrize(
    ("start", "stop", "time", "until"),
    [
        ("22:00", "07:00", "2026-03-28 23:00", "2026-03-29T05:00Z"),  # a night of eight hours
        ("22:00", "07:00", "2026-10-24 23:00", "2026-10-25T06:00Z"),  # one of ten
        ("22:00", "02:30", "2026-03-28 23:00", "2026-03-29T01:00Z"),  # ends in the hour that is skipped
        ("22:00", "02:30", "2026-10-24 23:00", "2026-10-25T00:30Z"),  # ends at the first of two 02:30
    ],
)
def test_where_clocks_are_changed_the_wall_clock_counts(start: str, stop: str, time: str, until: str) -> None:
    assert end(QuietHours.daily(start, stop, zone=BERLIN), time) == dt.datetime.fromisoformat(until)


def test_without_quiet_hours_every_instant_will_do() -> None:
    assert quiet_until(None, 5) == 5
    assert quiet_until(QuietHours(zone=SHANGHAI, week={}), 5) == 5


def test_equal_hours_are_equal_however_they_are_written() -> None:
    written = QuietHours(zone=SHANGHAI, week={day: (["22:00", "07:00"],) for day in WEEKDAYS})
    assert written == NIGHTS
    assert hash(written) == hash(NIGHTS)


@pytest.mark.parametrize(
    ("zone", "week", "message"),
    [
        ("Asia/Shangai", {}, "did you mean 'Asia/Shanghai'"),
        (SHANGHAI, {"monday": [("22:00", "07:00")]}, "did you mean 'mon'"),
        (SHANGHAI, {"mon": [("22:00", "7:00")]}, "week.mon: '7:00' is no time of day"),
        (SHANGHAI, {"mon": "22:00-07:00"}, "week.mon: expected pairs of times"),
        (SHANGHAI, {"mon": [("08:00", "10:00"), ("09:00", "11:00")]}, "overlap"),
        (SHANGHAI, [("22:00", "07:00")], "week: expected a mapping"),
        (SHANGHAI, {day: [("00:00", "24:00")] for day in WEEKDAYS}, "leave no time at all"),
        (
            SHANGHAI,
            {day: [("12:00", "00:00"), ("00:00", "12:00")] for day in WEEKDAYS},
            "leave no time at all",
        ),
    ],
)
def test_hours_that_cannot_be_kept_are_refused_when_made(zone: str, week: object, message: str) -> None:
    with pytest.raises(WorkingTimeError, match=message):
        QuietHours(zone=zone, week=week)  # type: ignore[arg-type]


def test_a_minute_a_week_is_enough_to_be_told() -> None:
    week = {
        **{day: [("00:00", "24:00")] for day in WEEKDAYS},
        "wed": [("00:00", "12:00"), ("12:01", "24:00")],
    }
    assert end(QuietHours(zone=SHANGHAI, week=week), "2026-03-18 12:01") == at("2026-03-25 12:00")
