"""T6: a calendar is versioned, validated, layered data."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from typing import Any

import pytest

from casewf.errors import EmptyCalendarError, WorkingTimeError
from casewf.worktime import WorkCalendar, WorkingDays, WorkingTime
from worktime_calendars import ALL_DAY, OFFICE, WORKWEEK, at, china, ordinal

DAY = dt.date(2026, 3, 16)  # a Monday
SATURDAY = dt.date(2026, 3, 21)


def calendar(**content: Any) -> WorkCalendar:
    return WorkCalendar(**({"zone": "Asia/Shanghai", "week": dict.fromkeys(WORKWEEK, OFFICE)} | content))


def hours_on(cal: WorkCalendar, day: dt.date) -> dt.timedelta:
    return cal.between(at(f"{day} 00:00"), at(f"{day + dt.timedelta(days=1)} 00:00"))


# --- what it says ---


def test_t6_make_up_day_has_the_hours_of_the_first_open_weekday() -> None:
    cal = calendar(week={"tue": [("10:00", "12:00")], "wed": OFFICE}, extra_days={SATURDAY: "make-up"})
    assert hours_on(cal, SATURDAY) == dt.timedelta(hours=2)


def test_t6_make_up_day_has_extra_hours_where_given() -> None:
    cal = calendar(extra_days={SATURDAY: "make-up"}, extra_hours=[("09:00", "12:00")])
    assert hours_on(cal, SATURDAY) == dt.timedelta(hours=3)


def test_t6_single_day_hours_replace_the_hours_of_that_date() -> None:
    cal = calendar(day_hours={DAY: [("10:00", "15:00")], SATURDAY: [("10:00", "11:00")]})
    assert hours_on(cal, DAY) == dt.timedelta(hours=5)
    assert hours_on(cal, SATURDAY) == dt.timedelta(hours=1)


def test_t6_single_day_hours_of_a_make_up_day_keep_its_name() -> None:
    cal = calendar(extra_days={SATURDAY: "make-up"}, day_hours={SATURDAY: [("10:00", "11:00")]})
    assert hours_on(cal, SATURDAY) == dt.timedelta(hours=1)
    assert cal.day_name(SATURDAY.toordinal()) == "make-up"


def test_t6_yearly_day_off_holds_in_every_year_but_a_date_of_its_own_wins() -> None:
    cal = calendar(yearly_off={"12-25": "Christmas"}, extra_days={dt.date(2026, 12, 25): "make-up"})
    assert [cal.is_working_day(ordinal(f"{year}-12-25")) for year in (2025, 2026, 2028)] == [
        False,
        True,
        False,
    ]
    assert cal.day_name(ordinal("2025-12-25")) == "Christmas"
    assert cal.day_name(ordinal("2026-12-25")) == "make-up"


def test_t6_yearly_day_off_may_be_the_leap_day() -> None:
    cal = calendar(yearly_off={"02-29": "leap day"})
    assert not cal.is_working_day(ordinal("2028-02-29"))
    assert cal.is_working_day(ordinal("2027-03-01"))


def test_t6_a_span_over_midnight_belongs_to_the_date_on_which_it_opens() -> None:
    cal = calendar(week={"mon": [("22:00", "06:00")]})
    assert cal.due(at("2026-03-16 23:00"), WorkingTime(hours=7)) == at("2026-03-17 06:00")
    off = cal.layer("strike", days_off={DAY: "strike"})
    assert off.next_open(at("2026-03-16 23:00")) == at("2026-03-23 22:00")


def test_t6_a_date_closes_when_its_last_span_ends() -> None:
    assert calendar(week={"mon": [("22:00", "06:00"), ("09:00", "12:00")]}).due(
        at("2026-03-13 12:00"), WorkingDays(1)
    ) == at("2026-03-17 06:00")


# --- layers ---


def test_t6_a_later_layer_wins_on_each_date_that_it_names() -> None:
    national = calendar(days_off={DAY: "national"}, extra_days={SATURDAY: "national"})
    district = national.layer(
        "yuzhong",
        days_off={SATURDAY: "district"},
        extra_days={DAY: "district"},
        day_hours={DAY: [("10:00", "11:00")]},
    )
    assert hours_on(district, DAY) == dt.timedelta(hours=1)
    assert hours_on(district, SATURDAY) == dt.timedelta()
    assert (district.day_name(DAY.toordinal()), district.day_name(SATURDAY.toordinal())) == (
        "district",
        "district",
    )
    assert hours_on(district.layer("office", days_off={DAY: "moving house"}), DAY) == dt.timedelta()


def test_t6_a_make_up_day_of_a_later_layer_has_the_usual_hours_again() -> None:
    short = calendar(day_hours={DAY: [("10:00", "11:00")]})
    assert hours_on(short.layer("office", extra_days={DAY: "as usual"}), DAY) == dt.timedelta(hours=7)


def test_t6_single_day_hours_of_a_later_layer_open_a_day_off() -> None:
    closed = calendar(days_off={DAY: "national"})
    assert hours_on(closed.layer("office", day_hours={DAY: [("10:00", "11:00")]}), DAY) == dt.timedelta(
        hours=1
    )


def test_t6_layering_leaves_the_calendar_below_as_it_was() -> None:
    before = china().to_document()
    layered = china().layer("chongqing", days_off={DAY: "off"})
    assert china().to_document() == before
    assert layered.id == "cn-office/chongqing"
    assert layered.announced_through == china().announced_through


def test_t6_an_empty_layer_changes_no_content() -> None:
    assert china().layer("chongqing") == china()


def test_t6_a_layer_says_which_of_its_dates_is_none() -> None:
    with pytest.raises(WorkingTimeError, match=r"^day_hours: expected a datetime.date, got '2026-03-16'"):
        calendar().layer("office", day_hours={"2026-03-16": OFFICE})  # type: ignore[dict-item]


@pytest.mark.parametrize("worked", [{"extra_days": {DAY: "on"}}, {"day_hours": {DAY: OFFICE}}])
def test_t6_a_layer_that_contradicts_itself_is_refused(worked: dict[str, Any]) -> None:
    with pytest.raises(
        WorkingTimeError, match=f"^2026-03-16 stands in both days_off and {next(iter(worked))}; a date"
    ):
        calendar().layer("office", days_off={DAY: "off"}, **worked)


# --- version and document ---


def test_t6_the_version_is_the_hash_of_the_content_without_the_name() -> None:
    assert calendar(id="a").version == calendar(id="b").version
    assert len(calendar().version) == 64
    assert calendar(days_off={DAY: "off"}).version != calendar().version
    assert calendar(days_off={DAY: "off"}).version != calendar(days_off={DAY: "strike"}).version


def test_t6_one_content_in_two_spellings_has_one_version() -> None:
    one = calendar(week={"mon": [("14:00", "18:00"), ("09:00", "12:00")], "tue": [("22:00", "00:00")]})
    other = calendar(
        week={"tue": (("22:00", "24:00"),), "wed": [], "mon": [["09:00", "12:00"], ["14:00", "18:00"]]},
        extra_hours=OFFICE,
    )
    assert one.version == other.version


def test_t6_the_version_is_a_promise_to_stored_cases() -> None:
    assert calendar().version == ("49ff79046530608b2c4f5b6126d26d2a757dd2594999509d94c9ee71dcb71372")


def test_calendars_are_equal_and_hash_by_content() -> None:
    assert {calendar(id="a"), calendar(id="b"), calendar(days_off={DAY: "off"})} == {
        calendar(),
        calendar(days_off={DAY: "off"}),
    }
    assert calendar() != "calendar"


def test_k6_a_calendar_is_its_document_through_json_and_back() -> None:
    document = json.loads(json.dumps(china().to_document()))
    again = WorkCalendar.from_document(document)
    assert again == china()
    assert again.to_document() == china().to_document()
    assert (again.id, again.zone, again.announced_through) == (
        "cn-office",
        "Asia/Shanghai",
        dt.date(2026, 12, 31),
    )


def test_a_calendar_of_single_dates_is_its_document_and_back() -> None:
    fair = calendar(week={}, day_hours={DAY: OFFICE})
    assert WorkCalendar.from_document(fair.to_document()) == fair


def test_a_calendar_survives_pickling() -> None:
    again = pickle.loads(pickle.dumps(china()))
    assert again == china()
    assert again.due(at("2026-03-16 17:00"), WorkingTime(hours=1)) == at("2026-03-16 18:00")


def test_a_calendar_shows_its_name_zone_and_version() -> None:
    assert (
        repr(china())
        == f"WorkCalendar(id='cn-office', zone='Asia/Shanghai', version='{china().version[:12]}')"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "expected format 1, got 2"),
        ({"colour": "red"}, "missing or unknown: colour"),
        ({"days_off": {"2026-13-01": "off"}}, "days_off: '2026-13-01' is no date"),
        ({"announced_through": "soon"}, "announced_through: 'soon' is no date"),
    ],
)
def test_a_broken_document_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(WorkingTimeError, match=message):
        WorkCalendar.from_document(calendar().to_document() | change)


# --- what cannot be read ---


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"week": {"monday": OFFICE}}, "'monday' is no weekday.*did you mean 'mon'"),
        ({"week": {"xyz": OFFICE}}, "'xyz' is no weekday"),
        ({"week": [OFFICE]}, "week: expected a mapping"),
        ({"week": {"mon": "09:00-12:00"}}, "week.mon: expected pairs of times"),
        ({"week": {"mon": ["09:00-12:00"]}}, "week.mon: expected a pair of times"),
        ({"week": {"mon": [("9:00", "12:00")]}}, "week.mon: '9:00' is no time of day; write HH:MM"),
        ({"week": {"mon": [(540, "12:00")]}}, "week.mon: 540 is no time of day; write HH:MM in quotes"),
        ({"week": {"mon": [("09:00", "24:01")]}}, "week.mon: '24:01' is no time of day; times run from"),
        ({"week": {"mon": [("09:60", "12:00")]}}, "week.mon: '09:60' is no time of day; times run from"),
        ({"week": {"mon": [("24:00", "08:00")]}}, 'a span cannot open at "24:00"'),
        ({"week": {"mon": [("09:00", "09:00")]}}, "the span 09:00-09:00 is empty"),
        ({"week": {"mon": [("09:00", "12:00"), ("11:00", "13:00")]}}, "09:00-12:00 and 11:00-13:00 overlap"),
        (
            {"week": {"sun": [("22:00", "06:00")], "mon": [("05:00", "12:00")]}},
            "week.sun: the span over midnight",
        ),
        (
            {"week": {"fri": [("22:00", "06:00")]}, "day_hours": {SATURDAY: [("05:00", "12:00")]}},
            "the hours of 2026-03-20: the span over midnight closes at 06:00, when the hours of the next date have "
            "already opened at 05:00; the two overlap$",
        ),
        ({"days_off": {DAY: "off"}, "extra_days": {DAY: "on"}}, "stands in both days_off and extra_days"),
        (
            {"days_off": {DAY: "off"}, "day_hours": {DAY: OFFICE}},
            "^2026-03-16 stands in both days_off and day_hours",
        ),
        ({"day_hours": {DAY: []}}, "day_hours.2026-03-16: no hours; write the date into days_off"),
        ({"extra_hours": []}, "extra_hours: no hours"),
        (
            {"week": {}, "day_hours": {DAY: OFFICE}, "extra_days": {SATURDAY: "on"}},
            "make-up days need extra_hours",
        ),
        ({"days_off": {"2026-03-16": "off"}}, "days_off: expected a datetime.date, got '2026-03-16'"),
        ({"days_off": [DAY]}, "days_off: expected a mapping"),
        ({"days_off": {DAY: None}}, "days_off.2026-03-16: expected the day's name as text"),
        ({"days_off": {dt.date(9999, 1, 1): "off"}}, "days_off: 9999-01-01 lies outside the years"),
        ({"extra_days": {at("2026-03-16"): "on"}}, "extra_days: expected a datetime.date"),
        ({"yearly_off": {"2-30": "off"}}, "yearly_off: '2-30' is no day of the year; write MM-DD"),
        ({"yearly_off": {"02-30": "off"}}, "yearly_off: '02-30' is no day of the year"),
        ({"yearly_off": {"12-25": 1}}, "yearly_off.12-25: expected the day's name as text"),
        ({"announced_through": "2026-12-31"}, "announced_through: expected a datetime.date"),
        ({"zone": None}, "zone: None is no IANA time zone"),
    ],
)
def test_t6_what_cannot_be_meant_is_refused_with_its_place(content: dict[str, Any], message: str) -> None:
    with pytest.raises(WorkingTimeError, match=message):
        calendar(**content)


@pytest.mark.parametrize("week", [{}, {"mon": []}])
def test_t6_a_calendar_without_working_time_is_refused(week: dict[str, Any]) -> None:
    with pytest.raises(EmptyCalendarError, match="calendar 'office' has no working time"):
        calendar(week=week, id="office")


def test_a_whole_day_may_follow_a_night_that_ends_at_midnight() -> None:
    assert calendar(week={"mon": ALL_DAY, "tue": ALL_DAY}).due(
        at("2026-03-16 00:00"), WorkingTime(hours=48)
    ) == at("2026-03-18 00:00")
