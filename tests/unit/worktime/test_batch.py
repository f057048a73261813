"""Whole columns by numpy: kinds of arrays, errors, and that a column is not answered one by one."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from casewf.errors import AmountError, HorizonError, WorkingTimeError
from casewf.worktime import (
    Amount,
    CalendarDays,
    Elapsed,
    WorkCalendar,
    WorkingDays,
    WorkingTime,
    before_many,
    between_many,
    due_many,
    epoch_us,
)
from casewf.worktime.columns import columns_of
from casewf.worktime.extras import extra
from worktime_calendars import OFFICE, WORKWEEK, at, china, every

DAY_US = 86_400_000_000


def instants(*texts: str) -> np.ndarray:
    return np.array([epoch_us(at(text)) for text in texts])


def test_a_column_of_starts_gives_a_column_of_due_instants() -> None:
    starts = instants("2026-03-16 17:00", "2026-02-11 10:00")
    assert (
        due_many(china(), starts, WorkingTime(hours=1)).tolist()
        == instants("2026-03-16 18:00", "2026-02-11 11:00").tolist()
    )
    assert (
        due_many(china(), starts, WorkingDays(15)).tolist()
        == instants("2026-04-07 18:00", "2026-03-10 18:00").tolist()
    )


@pytest.mark.parametrize("amount", [WorkingTime(hours=1), WorkingDays(2), CalendarDays(3), Elapsed(hours=1)])
def test_a_column_across_decades_is_what_each_instant_gives(amount: Amount) -> None:
    """Years that are laid out already, and years before and after them."""
    office = WorkCalendar(id="new", zone="Asia/Shanghai", week=every(OFFICE, WORKWEEK))
    office.due(at("2026-03-16 10:00"), amount)
    moments = [at(f"{year}-03-1{day} 10:00") for year in (1995, 2026, 2048) for day in range(2, 8)]
    starts = np.array([epoch_us(moment) for moment in moments])
    assert due_many(office, starts, amount).tolist() == [epoch_us(office.due(one, amount)) for one in moments]
    assert before_many(office, starts, amount).tolist() == [
        epoch_us(office.before(one, amount)) for one in moments
    ]


@pytest.mark.parametrize("zero", [WorkingTime(), WorkingDays(0), CalendarDays(0), Elapsed()])
def test_t2_nothing_added_to_a_column_leaves_it(zero: Amount) -> None:
    starts = instants("2026-03-16 17:00", "2026-03-21 10:00")
    assert due_many(china(), starts, zero).tolist() == starts.tolist()
    assert before_many(china(), starts, zero).tolist() == starts.tolist()


@pytest.mark.parametrize("unit", ["h", "m", "s", "ms", "us", "ns"])
def test_datetime64_in_any_unit_is_utc_and_comes_back_in_microseconds(unit: str) -> None:
    starts = np.array(["2026-03-16T09:00"], f"datetime64[{unit}]")  # 17:00 in Shanghai
    due = due_many(china(), starts, WorkingTime(hours=1))
    assert due.dtype == np.dtype("datetime64[us]")
    assert due.tolist() == [dt.datetime(2026, 3, 16, 10, 0)]  # noqa: DTZ001  # numpy's are naive
    assert (
        before_many(china(), due, WorkingTime(hours=1)).tolist() == starts.astype("datetime64[us]").tolist()
    )


def test_working_time_between_datetime64_is_timedelta64() -> None:
    a = np.array(["2026-03-16T09:00", "2026-03-17T09:00"], "datetime64[s]")
    worked = between_many(china(), a, a[::-1])
    assert worked.dtype == np.dtype("timedelta64[us]")
    assert worked.tolist() == [dt.timedelta(hours=7), dt.timedelta(hours=-7)]


@pytest.mark.parametrize(
    ("starts", "message"),
    [
        ([0, 1], "starts: expected a one-dimensional numpy array, got list"),
        (np.zeros((2, 2), np.int64), "starts: expected a one-dimensional numpy array, got 2 dimensions"),
        (np.array([0.0]), "starts: expected int64 microseconds .* got float64"),
        (np.array([0], np.int32), "starts: expected int64 microseconds .* got int32"),
        (np.array([0], np.uint64), "got uint64"),
        (np.array([True]), "got bool"),
        (np.array([0], "timedelta64[us]"), r"got timedelta64\[us\]"),
        (np.array([dt.datetime(2026, 1, 1, tzinfo=dt.UTC)]), "got object"),
        (np.array(["2026-03-16", "NaT"], "datetime64[us]"), "starts: element 1 is NaT"),
        (np.array([0, 1500], "datetime64[ns]"), "element 1 is no whole number of microseconds"),
        (np.array([0, 2**62], "datetime64[s]"), "element 1 is no whole number of microseconds"),
    ],
)
def test_what_is_no_column_of_instants_is_refused(starts: Any, message: str) -> None:
    with pytest.raises(WorkingTimeError, match=message):
        due_many(china(), starts, WorkingTime(hours=1))


@pytest.mark.parametrize("b", [np.array([0, 1]), np.array([0], "datetime64[us]")])
def test_two_columns_of_other_lengths_or_kinds_are_refused(b: Any) -> None:
    with pytest.raises(WorkingTimeError, match="expected a and b of one length and kind, got 1 of int64 and"):
        between_many(china(), np.array([0]), b)


def test_t6_one_element_past_the_horizon_refuses_the_column_and_is_named() -> None:
    starts = instants("2026-03-16 17:00", "2026-12-31 17:00", "2026-03-17 17:00")
    with pytest.raises(HorizonError, match="'cn-office' is announced through 2026-12-31") as refused:
        due_many(china(), starts, WorkingDays(1))
    assert refused.value.__notes__ == ["in element 1"]
    assert due_many(china().provisional, starts, WorkingDays(1))[1] == instants("2027-01-01 18:00")[0]


@pytest.mark.parametrize("unit", [WorkingDays, CalendarDays, lambda n: WorkingTime(hours=n)])
def test_absurd_amounts_are_refused(unit: Any) -> None:
    for many in (due_many, before_many):
        with pytest.raises(AmountError):
            many(china(), instants("2026-03-16 17:00"), unit(10**12))


def test_unknown_options_and_amounts_are_refused() -> None:
    starts = instants("2026-03-16 17:00")
    with pytest.raises(WorkingTimeError, match="expected anchor 'close' or 'same_time', got 'end'"):
        due_many(china(), starts, WorkingDays(1), anchor="end")
    with pytest.raises(WorkingTimeError, match="say which clock counts"):
        before_many(china(), starts, 5)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["int64", "datetime64[us]"])
def test_an_empty_column_has_no_answers(kind: str) -> None:
    empty = np.array([], kind)
    assert due_many(china(), empty, WorkingDays(1)).dtype == empty.dtype
    assert len(between_many(china(), empty, empty)) == 0


def test_the_answers_are_an_array_of_their_own() -> None:
    starts = instants("2026-03-16 17:00")
    due_many(china(), starts, WorkingTime())[0] = 0
    assert starts.tolist() == instants("2026-03-16 17:00").tolist()


AMOUNTS: tuple[Amount, ...] = (
    WorkingTime(hours=7),
    WorkingDays(1),
    WorkingDays(3),
    CalendarDays(1),
    CalendarDays(900),
    Elapsed(hours=24),
)


@pytest.mark.parametrize("anchor", ["close", "same_time"])
@pytest.mark.parametrize("amount", AMOUNTS, ids=str)
@pytest.mark.parametrize("hours", [[("09:00", "12:00"), ("14:00", "24:00")], [("22:00", "06:00")]])
@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("America/New_York", "2026-03-05"),
        ("America/New_York", "2026-10-29"),
        ("Australia/Lord_Howe", "2026-04-02"),
        ("America/Sao_Paulo", "2018-11-01"),
        ("Pacific/Apia", "2011-12-27"),
        ("Europe/Berlin", "2026-01-10"),
    ],
)
def test_t7_every_half_hour_about_a_change_of_the_zone_is_answered_as_one_by_one(
    zone: str, first: str, hours: Any, amount: Amount, anchor: str
) -> None:
    cal = WorkCalendar(zone=zone, week=every(hours))
    start = epoch_us(at(f"{first} 00:00", "UTC"))
    t = np.arange(start, start + 6 * DAY_US, DAY_US // 48)
    due, before = due_many(cal, t, amount, anchor=anchor), before_many(cal, t, amount, anchor=anchor)
    one = WorkCalendar(zone=zone, week=every(hours))
    assert due.tolist() == [one.add_us(i, amount, anchor=anchor) for i in t.tolist()]
    assert before.tolist() == [one.subtract_us(i, amount, anchor=anchor) for i in t.tolist()]


def test_t2_equal_instants_ask_nothing_past_the_horizon() -> None:
    later = instants("2030-03-22 10:00", "2026-03-16 10:00")
    assert between_many(china(), later, later).tolist() == [0, 0]


@pytest.mark.parametrize("amount", [WorkingTime(hours=40), WorkingDays(30)], ids=str)
def test_t8_stretches_more_than_four_hundred_years_apart_are_answered_one_after_the_other(
    amount: Amount,
) -> None:
    cal = WorkCalendar(zone="UTC", week=every(OFFICE))
    near = epoch_us(at("1000-06-01 10:00", "UTC")) + np.arange(0, 3000 * DAY_US, 5 * DAY_US)
    t = np.append(near, epoch_us(at("3000-06-01 10:00", "UTC")))
    one = WorkCalendar(zone="UTC", week=every(OFFICE))
    assert due_many(cal, t, amount).tolist() == [one.add_us(i, amount) for i in t.tolist()]
    assert before_many(cal, t, amount).tolist() == [one.subtract_us(i, amount) for i in t.tolist()]


def test_the_mask_of_an_answer_says_what_the_laid_out_years_do_not_hold() -> None:
    cal = WorkCalendar(zone="UTC", week=every(OFFICE))
    cal.next_open(at("2026-06-01 10:00"))
    columns = columns_of(cal.table)
    edges = np.array([cal.table.low, cal.table.low - 1, cal.table.high, cal.table.high + 1])
    week = 49 * 3_600_000_000
    assert columns.after(edges, week)[1].tolist() == [True, False, False, False]
    assert columns.before(edges, week)[1].tolist() == [False, False, True, False]
    assert columns.days_after(edges, 7, True)[1].tolist() == [True, False, False, False]
    assert columns.days_before(edges, 7, True)[1].tolist() == [False, False, True, False]
    assert columns.between(edges, edges + 1)[1].tolist() == [True, False, False, False]


class Counted(WorkCalendar):
    """A calendar that counts the scalar questions."""

    __slots__ = ("asked",)

    def __init__(self, **content: Any) -> None:
        super().__init__(**content)
        self.asked = 0

    def add_us(self, t: int, amount: Amount, **options: Any) -> int:
        self.asked += 1
        return super().add_us(t, amount, **options)

    def work_between(self, a: int, b: int) -> int:
        self.asked += 1
        return super().work_between(a, b)

    def subtract_us(self, t: int, amount: Amount, **options: Any) -> int:
        self.asked += 1
        return super().subtract_us(t, amount, **options)


@pytest.mark.parametrize("anchor", ["close", "same_time"])
@pytest.mark.parametrize(
    "amount", [WorkingTime(hours=40), WorkingDays(5), CalendarDays(15), CalendarDays(2000), Elapsed(hours=2)]
)
@pytest.mark.parametrize("many", [due_many, before_many])
@pytest.mark.parametrize(
    ("zone", "week"),
    [
        ("Asia/Shanghai", dict.fromkeys(WORKWEEK, OFFICE)),
        ("Europe/Berlin", every([("22:00", "06:00")])),
    ],
)
def test_a_column_is_not_answered_one_by_one(
    zone: str, week: Any, many: Any, amount: Amount, anchor: str
) -> None:
    cal = Counted(zone=zone, week=week)
    start = epoch_us(at("2026-01-01 00:00"))
    many(cal, np.arange(start, start + 1000 * DAY_US, DAY_US // 3), amount, anchor=anchor)
    assert cal.asked <= 10


def test_t6_a_column_in_the_last_known_night_is_not_answered_one_by_one() -> None:
    cal = Counted(
        zone="Asia/Shanghai", week=every([("22:00", "06:00")]), announced_through=dt.date(2026, 6, 30)
    )
    start = epoch_us(at("2026-06-30 01:00"))
    due_many(cal, np.arange(start, start + 1000), WorkingDays(1), anchor="same_time")
    assert cal.asked <= 10


def test_t2_equal_instants_past_the_horizon_are_not_answered_one_by_one() -> None:
    cal = Counted(zone="Asia/Shanghai", week=every(OFFICE), announced_through=dt.date(2026, 6, 30))
    later = epoch_us(at("2030-06-30 01:00")) + np.arange(1000)
    assert not between_many(cal, later, later).any()
    assert cal.asked <= 10


def test_another_package_that_is_missing_is_not_taken_for_the_extra() -> None:
    with (
        pytest.raises(ModuleNotFoundError, match="No module named 'casewf_nothing'"),
        extra("numpy", "numpy"),
    ):
        import casewf_nothing  # noqa: F401


BLOCKED = """
import sys
import casewf.worktime as worktime
assert not {"numpy", "chinese_calendar", "holidays"} & sys.modules.keys()
sys.modules["numpy"] = sys.modules["chinese_calendar"] = sys.modules["holidays"] = None
week = {"mon": [("09:00", "12:00")]}
cal = worktime.WorkCalendar(zone="Asia/Shanghai", week=week)
for extra, call in {
    "numpy": lambda: worktime.due_many(cal, None, worktime.WorkingDays(1)),
    "numpy ": lambda: worktime.before_many(cal, None, worktime.WorkingDays(1)),
    " numpy": lambda: worktime.between_many(cal, None, None),
    "chinesecalendar": lambda: worktime.from_chinesecalendar(week=week),
    "holidays": lambda: worktime.from_holidays("CN", years=[2026], week=week, zone="Asia/Shanghai"),
}.items():
    try:
        call()
    except ModuleNotFoundError as error:
        assert f"pip install 'casewf[{extra.strip()}]'" in str(error), error
    else:
        raise SystemExit(f"{extra} was not missed")
"""


def test_the_optional_packages_are_imported_where_they_are_used_and_asked_for_by_their_extra() -> None:
    subprocess.run([sys.executable, "-c", BLOCKED], check=True, timeout=30)


def test_an_error_names_the_column_and_what_to_do() -> None:
    good, bad = np.zeros(1, np.int64), np.zeros(1)
    with pytest.raises(WorkingTimeError, match=r"^a: expected int64"):
        between_many(china(), bad, good)
    with pytest.raises(WorkingTimeError, match=r"^b: expected int64"):
        between_many(china(), good, bad)
    fine = np.array([1], "datetime64[ns]")
    with pytest.raises(
        WorkingTimeError, match=r"; round it first, for example by \.astype\('datetime64\[us\]'\)$"
    ):
        due_many(china(), fine, Elapsed(hours=1))
