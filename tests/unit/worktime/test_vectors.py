"""The vectors of nine other systems' own tests, and those of the Chinese calendar.

Every vector runs. Where a system deviates from exact arithmetic on purpose, its ``quirk`` says how; the test
reproduces the system's answer by the option that means it, or states the exact answer beside the system's.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from casewf.worktime import WorkCalendar, WorkingDays, WorkingTime
from worktime_calendars import always, at, china, china_dates, load, ordinal

VECTORS: list[dict[str, Any]] = load("sla_vectors.json")
SWAPPED = [v for v in VECTORS if v["kind"] == "elapsed" and v["end"] < v["start"]]
ZERO = [
    v
    for v in VECTORS
    if v.get("target_working_minutes") == 0 and v["start"] != v["expected_due"] and "quirk" not in v
]
PLAIN = [v for v in VECTORS if "quirk" not in v and v not in SWAPPED and v not in ZERO]
QUIRKS = [v for v in VECTORS if "quirk" in v]
BOUNDARY = [v for v in VECTORS if "computed_other_boundary_due" in v]
CHINA: dict[str, Any] = load("china_calendar.json")


def calendar_of(vector: dict[str, Any]) -> WorkCalendar:
    return WorkCalendar(
        zone=vector["tz"],
        week=vector["business_hours"],
        days_off={dt.date.fromisoformat(day): "off" for day in vector["holidays"]},
        yearly_off=dict.fromkeys(vector.get("holidays_recurring", ()), "off"),
        day_hours={dt.date.fromisoformat(d): hours for d, hours in vector.get("day_overrides", {}).items()},
    )


def paused(calendar: WorkCalendar, vector: dict[str, Any]) -> dt.timedelta:
    return sum((calendar.between(at(a), at(b)) for a, b in vector["pauses"]), dt.timedelta())


def amount_of(vector: dict[str, Any], extra: dt.timedelta = dt.timedelta()) -> WorkingTime:
    return WorkingTime(seconds=round(vector["target_working_minutes"] * 60) + round(extra.total_seconds()))


def answer(vector: dict[str, Any], **options: Any) -> dt.datetime | dt.timedelta:
    calendar = calendar_of(vector)
    start = at(vector["start"])
    if vector["kind"] == "elapsed":
        return calendar.between(start, at(vector["end"])) - paused(calendar, vector)
    if vector["kind"] == "due_backward":
        return calendar.before(start, amount_of(vector))
    if vector["kind"] == "due_working_days":
        return calendar.due(start, WorkingDays(vector["target_working_days"]), **options)
    return calendar.due(start, amount_of(vector, paused(calendar, vector)), **options)


def expected(vector: dict[str, Any]) -> dt.datetime | dt.timedelta:
    if vector["kind"] == "elapsed":
        return dt.timedelta(seconds=round(vector["expected_elapsed_minutes"] * 60))
    return at(vector["expected_due"])


def ids(vectors: list[dict[str, Any]]) -> list[str]:
    return [vector["id"] for vector in vectors]


def test_every_vector_is_run_and_counted() -> None:
    assert len(VECTORS) == len(set(ids(VECTORS))) == 205
    assert (len(PLAIN), len(QUIRKS), len(SWAPPED), len(ZERO)) == (185, 11, 2, 7)
    assert len(BOUNDARY) == 11, "these run a second time, with the other boundary"
    assert Counter(vector["quirk"] for vector in QUIRKS) == {
        "zero-elapsed-stored-as-1-second": 5,
        "working-day-then-next-open-instant": 2,
        "working-day-keeps-time-of-day": 1,
        "dst-gap-opening-shifts-by-the-gap-width": 1,
        "end-of-day-rolls-to-next-opening": 1,
        "fall-back-day-counted-as-24h": 1,
    }
    assert not any(vector["extra_workdays"] for vector in VECTORS), (
        "a vector uses what calendar_of leaves out"
    )


@pytest.mark.parametrize("vector", PLAIN, ids=ids(PLAIN))
def test_vector_of_another_system_holds_to_the_second(vector: dict[str, Any]) -> None:
    assert answer(vector) == expected(vector)


@pytest.mark.parametrize("vector", ZERO, ids=ids(ZERO))
def test_zero_amount_outside_hours_is_theirs_by_next_open(vector: dict[str, Any]) -> None:
    """T2: zero is the start unchanged; what other systems give for it, ``next_open`` does."""
    start = at(vector["start"])
    assert answer(vector) == start
    assert calendar_of(vector).next_open(start) == expected(vector)


@pytest.mark.parametrize("vector", SWAPPED, ids=ids(SWAPPED))
def test_swapped_instants_give_the_negative_where_others_give_zero(vector: dict[str, Any]) -> None:
    """T2: ``between`` is antisymmetric."""
    calendar, start, end = calendar_of(vector), at(vector["start"]), at(vector["end"])
    assert expected(vector) == dt.timedelta() < calendar.between(end, start)
    assert answer(vector) == -calendar.between(end, start)


@pytest.mark.parametrize("vector", QUIRKS, ids=ids(QUIRKS))
def test_quirk_of_another_system_is_its_option_or_a_stated_difference(vector: dict[str, Any]) -> None:
    match vector["quirk"]:
        case "zero-elapsed-stored-as-1-second":  # the file already holds the arithmetic value
            assert answer(vector) == expected(vector) == dt.timedelta()
        case "working-day-keeps-time-of-day":
            assert answer(vector, anchor="same_time") == expected(vector)
        case "working-day-then-next-open-instant":
            assert answer(vector, anchor="same_time", boundary="next_open") == expected(vector)
        case "end-of-day-rolls-to-next-opening":
            assert answer(vector, boundary="next_open") == expected(vector)
        case "fall-back-day-counted-as-24h":  # that Sunday has 25 hours (T7)
            assert answer(vector) == dt.timedelta(hours=25)
            assert expected(vector) == dt.timedelta(hours=24)
        case "dst-gap-opening-shifts-by-the-gap-width":
            # The system moves 02:30 to 03:30 and so loses 02:30-03:15; T7 moves it to the gap's end, 03:00.
            calendar = calendar_of(vector)
            assert calendar.next_open(at(vector["start"])) == at("2006-04-02T03:00:00-07:00")
            assert calendar.next_open(at("2006-04-02T03:15:00-07:00")) == expected(vector)
        case quirk:
            pytest.fail(f"nobody has read the quirk {quirk}")


@pytest.mark.parametrize("vector", BOUNDARY, ids=ids(BOUNDARY))
def test_other_reading_of_closing_time_is_the_other_boundary(vector: dict[str, Any]) -> None:
    other = "close" if vector.get("quirk") == "end-of-day-rolls-to-next-opening" else "next_open"
    assert answer(vector, boundary=other) == at(vector["computed_other_boundary_due"])


CHINA_ADD = [
    (china(kind), v)
    for key, kind in (("vectors_add_office", "office"), ("vectors_add_24h_workdays", "all day"))
    for v in CHINA[key]
] + [(always(), v) for v in CHINA["vectors_add_24x7"]]


def test_every_vector_of_the_chinese_calendar_is_run() -> None:
    kinds = ("vectors", "convention_dependent")
    assert {key: len(value) for key, value in CHINA.items() if key.startswith(kinds)} == {
        "vectors_add_office": 17,
        "vectors_add_24h_workdays": 3,
        "vectors_add_24x7": 1,
        "vectors_between_office": 4,
        "vectors_working_days": 7,
        "convention_dependent_working_days_from_off_day": 5,
    }


@pytest.mark.parametrize(("calendar", "vector"), CHINA_ADD)
def test_working_time_in_china(calendar: WorkCalendar, vector: dict[str, Any]) -> None:
    assert calendar.due(at(vector["start"]), WorkingTime(minutes=vector["working_minutes"])) == at(
        vector["due"]
    )


@pytest.mark.parametrize("vector", CHINA["vectors_between_office"])
def test_working_time_between_in_china(vector: dict[str, Any]) -> None:
    worked = china().between(at(vector["start"]), at(vector["end"]))
    assert worked == dt.timedelta(minutes=vector["working_minutes"])


@pytest.mark.parametrize("vector", CHINA["vectors_working_days"])
def test_working_days_in_china(vector: dict[str, Any]) -> None:
    noon, n = at(f"{vector['start_date']} 12:00"), vector["n"]
    if n < 0:
        assert china().before(noon, WorkingDays(-n)) == at(f"{vector['due_date']} 12:00")
    else:
        assert china().due(noon, WorkingDays(n)) == at(f"{vector['due_date']} 18:00")


@pytest.mark.parametrize("vector", CHINA["convention_dependent_working_days_from_off_day"])
def test_working_days_from_a_rest_day_in_china_count_from_the_next_working_day(
    vector: dict[str, Any],
) -> None:
    """T3: from a rest day +1 is the next working day, so of two conventions ours is ``next_after``."""
    noon, n = at(f"{vector['start_date']} 12:00"), vector["n"]
    theirs = at(f"{next(v for k, v in vector.items() if k.startswith('next_after'))} 12:00")
    if n == 0:  # T2: zero is the start unchanged, in neither convention
        assert china().due(noon, WorkingDays(0)) == noon
    elif n < 0:
        assert china().before(noon, WorkingDays(-n)) == theirs
    else:
        assert china().due(noon, WorkingDays(n), anchor="same_time") == theirs


@pytest.mark.parametrize("year", CHINA["years"])
def test_a_year_in_china_has_as_many_working_days_as_its_notice_says(year: str) -> None:
    first, last = ordinal(f"{year}-01-01"), ordinal(f"{year}-12-31")
    days = sum(china().is_working_day(day) for day in range(first, last + 1))
    assert days == CHINA["years"][year]["working_days"]


def test_no_make_up_day_in_china_is_a_weekday_and_no_day_off_a_weekend() -> None:
    days_off, extra_days = china_dates()
    assert {day.weekday() for day in days_off} == {0, 1, 2, 3, 4}
    assert {day.weekday() for day in extra_days} == {5, 6}
