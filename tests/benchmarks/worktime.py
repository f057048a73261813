"""Measure working time beside other packages and print the speed page's table: ``python tests/benchmarks/worktime.py``.

All ask one calendar: China 2018 to 2026, 09:00 to 12:00 and 14:00 to 18:00, with make-up days. Only casewf has
these; the others get a week of seven working days and every rest day as a holiday. Before anything is timed, the
answers of all are compared on a sample, each by its own convention. Packages that are not installed (the extra
``bench``) are left out, and the output says so.
"""

from __future__ import annotations

import datetime as dt
import functools
import gc
import operator
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from benchmarks.measuring import medians  # noqa: E402 -- found only now
from casewf.worktime import (  # noqa: E402
    WorkCalendar,
    WorkingDays,
    WorkingTime,
    between_many,
    due_many,
    epoch_us,
)
from worktime_calendars import at, china, china_dates  # noqa: E402

ROUNDS = 15
SAMPLE = 300
SECONDS_PER_CHECK = 0.4
COLUMN = 20_000
START = at("2026-04-29 16:30")
"""Before the May holidays, so that each answer lies beyond them."""
EARLIER = at("2025-04-29 16:30")
"""A year before that."""
CALENDAR: WorkCalendar = china()

DUE_90 = "due, 90 minutes"
DUE_40 = "due, 40 hours"
DUE_5 = "due, 5 working days"
BEFORE_40 = "before, 40 hours"
DAY = "between, 1 day"
MONTH = "between, 30 days"
YEAR = "between, 1 year"
DUE_COLUMN = "due_many, 40 hours, per item"
DAYS_COLUMN = "due_many, 5 working days, per item"
BETWEEN_COLUMN = "between_many, up to 90 days, per item"
SPANS = {DAY: dt.timedelta(days=1), MONTH: dt.timedelta(days=30), YEAR: dt.timedelta(days=365)}
AMOUNTS = {DUE_90: WorkingTime(minutes=90), DUE_40: WorkingTime(hours=40), DUE_5: WorkingDays(5)}

Call = Callable[[], object]


@attrs.frozen
class Contender:
    """A package's call of one row: ``prepare`` makes it for a start, ``expected`` is our answer in its words."""

    prepare: Callable[[dt.datetime], Call]
    expected: Callable[[dt.datetime], object]
    convention: str = ""


def ours(row: str, start: dt.datetime) -> Call:
    """Return our call of a row that asks about one start."""
    if row in SPANS:
        return functools.partial(CALENDAR.between, start, start + SPANS[row])
    if row == BEFORE_40:
        return functools.partial(CALENDAR.before, start, AMOUNTS[DUE_40])
    return functools.partial(CALENDAR.due, start, AMOUNTS[row])


def our_days(start: dt.datetime) -> dt.date:
    return CALENDAR.due(start, AMOUNTS[DUE_5]).date()


def rest_days() -> list[dt.date]:
    """Every date of 2018 to 2026 that is not worked, weekends too."""
    days_off, extra_days = china_dates()
    first, last = dt.date(2018, 1, 1).toordinal(), dt.date(2026, 12, 31).toordinal()
    dates = map(dt.date.fromordinal, range(first, last + 1))
    return [day for day in dates if day not in extra_days and (day.weekday() > 4 or day in days_off)]


def midnights(row: str, start: dt.datetime) -> tuple[dt.date, dt.date]:
    return start.date(), (start + SPANS[row]).date()


def whole_days(row: str) -> Callable[[dt.datetime], object]:
    """Return how many working days lie in a row's span, as our working time from midnight to midnight."""

    def days(start: dt.datetime) -> object:
        a, b = (dt.datetime.combine(day, dt.time(), ZoneInfo(CALENDAR.zone)) for day in midnights(row, start))
        return CALENDAR.between(a, b) / dt.timedelta(hours=7)

    return days


def workclock_schedule() -> Any:
    """Return the calendar as a ``workclock.Schedule``."""
    import workclock

    hours = [(dt.time(9), dt.time(12)), (dt.time(14), dt.time(18))]
    shifts = [workclock.WorkDay(*span, days=list(range(7))) for span in hours]
    return workclock.Schedule([*shifts, workclock.Holidays(rest_days())], time_zone=CALENDAR.zone)


def numpy_days() -> Any:
    """Return the working days of the calendar as a ``numpy.busdaycalendar``."""
    import numpy as np

    return np.busdaycalendar("1111111", np.array(rest_days(), "datetime64[D]"))


def workclock_calls() -> dict[str, Contender]:
    """Return the calls of ``workclock``, which is compiled from Rust."""
    schedule = workclock_schedule()

    def contender(row: str) -> Contender:
        ask: dict[str, Callable[[dt.datetime], Call]] = {
            DUE_90: lambda t: functools.partial(schedule.add, t, dt.timedelta(minutes=90)),
            DUE_40: lambda t: functools.partial(schedule.add, t, dt.timedelta(hours=40)),
            BEFORE_40: lambda t: functools.partial(schedule.sub, t, dt.timedelta(hours=40)),
        }
        spans = {
            row: lambda t, span=span: functools.partial(schedule.between, t, t + span)
            for row, span in SPANS.items()
        }
        return Contender((ask | spans)[row], lambda t: ours(row, t)())

    return {row: contender(row) for row in (DUE_90, DUE_40, BEFORE_40, *SPANS)}


def pandas_calls() -> dict[str, Contender]:
    """Return the calls of ``pandas``: whole hours only, and no working time between two instants."""
    import pandas as pd

    off, week = rest_days(), "Mon Tue Wed Thu Fri Sat Sun"
    hour = pd.offsets.CustomBusinessHour(
        weekmask=week, holidays=off, start=["09:00", "14:00"], end=["12:00", "18:00"]
    )
    day = pd.offsets.CustomBusinessDay(weekmask=week, holidays=off)

    def add(offset: object) -> Callable[[dt.datetime], Call]:
        return lambda t: functools.partial(operator.add, pd.Timestamp(t), offset)

    return {
        DUE_40: Contender(
            add(40 * hour),
            lambda t: CALENDAR.due(t, AMOUNTS[DUE_40], boundary="next_open"),
            "at closing time it goes on to the next opening",
        ),
        DUE_5: Contender(
            add(5 * day),
            lambda t: CALENDAR.due(t, AMOUNTS[DUE_5], anchor="same_time"),
            "it keeps the time of day",
        ),
    }


def businesstimedelta_calls() -> dict[str, Contender]:
    """Return the calls of ``businesstimedelta``, pure Python, which counts whole seconds."""
    import businesstimedelta as btd
    import pytz

    zone = pytz.timezone(CALENDAR.zone)
    every_day = list(range(7))
    rules = btd.Rules(
        [
            btd.WorkDayRule(dt.time(9), dt.time(18), every_day, tz=zone),
            btd.LunchTimeRule(dt.time(12), dt.time(14), every_day, tz=zone),
            btd.HolidayRule(set(rest_days()), tz=zone),
        ]
    )

    def add(seconds: int) -> Callable[[dt.datetime], Call]:
        amount = btd.BusinessTimeDelta(rules, seconds=seconds)
        return lambda t: functools.partial(operator.add, t, amount)

    def difference(row: str) -> Contender:
        def prepare(t: dt.datetime) -> Call:
            return lambda: rules.difference(t, t + SPANS[row]).timedelta

        return Contender(prepare, lambda t: ours(row, t)())

    return {
        DUE_90: Contender(add(90 * 60), lambda t: ours(DUE_90, t)()),
        DUE_40: Contender(add(40 * 3600), lambda t: ours(DUE_40, t)()),
    } | {row: difference(row) for row in SPANS}


def numpy_calls() -> dict[str, Contender]:
    """Return the calls of ``numpy``, which knows days and no hours."""
    import numpy as np

    days = numpy_days()

    def offset(t: dt.datetime) -> Call:
        date = np.datetime64(t.date())
        return functools.partial(np.busday_offset, date, 5, roll="preceding", busdaycal=days)

    def count(row: str) -> Contender:
        def prepare(t: dt.datetime) -> Call:
            a, b = map(np.datetime64, midnights(row, t))
            return functools.partial(np.busday_count, a, b, busdaycal=days)

        return Contender(prepare, whole_days(row), "whole days, from midnight to midnight")

    return {DUE_5: Contender(offset, our_days, "a date")} | {row: count(row) for row in SPANS}


def starts_and_ends() -> tuple[Any, Any]:
    """Return two columns of datetime64 in UTC; the second is up to 90 days after the first."""
    import numpy as np

    numbers = np.random.default_rng(0)
    first, last = epoch_us(at("2018-02-01 00:00")), epoch_us(at("2026-06-01 00:00"))
    starts = numbers.integers(first, last, COLUMN).astype("datetime64[us]")
    return starts, starts + numbers.integers(0, 90 * 86_400_000_000, COLUMN).astype("timedelta64[us]")


def our_columns() -> dict[str, Call]:
    """Return our calls of the rows that answer a whole column."""
    starts, ends = starts_and_ends()
    return {
        DUE_COLUMN: lambda: due_many(CALENDAR, starts, AMOUNTS[DUE_40]),
        DAYS_COLUMN: lambda: due_many(CALENDAR, starts, AMOUNTS[DUE_5]),
        BETWEEN_COLUMN: lambda: between_many(CALENDAR, starts, ends),
    }


def workclock_columns() -> dict[str, Call]:
    """Return the same for ``workclock``."""
    (starts, ends), schedule = starts_and_ends(), workclock_schedule()
    return {
        DUE_COLUMN: lambda: schedule.add_many(starts, dt.timedelta(hours=40)),
        BETWEEN_COLUMN: lambda: schedule.between_many(starts, ends),
    }


def numpy_columns() -> dict[str, Call]:
    """Return the same for ``numpy``: the closing instants of the days that it gives for local dates."""
    import numpy as np

    starts, days = starts_and_ends()[0], numpy_days()
    dates = (starts + np.timedelta64(8, "h")).astype("datetime64[D]")
    return {DAYS_COLUMN: lambda: np.busday_offset(dates, 5, roll="preceding", busdaycal=days)}


COLUMNS = {"casewf": our_columns, "workclock": workclock_columns, "numpy": numpy_columns}
PACKAGES: dict[str, Callable[[], dict[str, Contender]]] = {
    "workclock": workclock_calls,
    "pandas": pandas_calls,
    "businesstimedelta": businesstimedelta_calls,
    "numpy": numpy_calls,
}


def compare(package: str, row: str, contender: Contender) -> None:
    """Compare the answers of a package with ours, and say on how many starts they agree.

    Raises:
        SystemExit: they do not.
    """
    dice = random.Random(0)
    began, compared = time.perf_counter(), 0
    while compared < SAMPLE and time.perf_counter() - began < SECONDS_PER_CHECK:
        start = at("2018-02-01 00:00") + dt.timedelta(seconds=dice.randrange(2890 * 86_400))
        theirs, expected = contender.prepare(start)(), contender.expected(start)
        if theirs != expected:
            raise SystemExit(f"{package} differs: {row} from {start} is {theirs}, expected {expected}")
        compared += 1
    print(f"{row:<25}{package:<20}{compared:>4} answers agree  {contender.convention}")


def scalar_rows(calls: dict[str, dict[str, Contender]]) -> dict[str, dict[str, Call]]:
    """Return, per row and package, the call to time."""
    rows: dict[str, dict[str, Call]] = {}
    for row in (*AMOUNTS, BEFORE_40, *SPANS):
        start = EARLIER if row in SPANS else START
        rows[row] = {"casewf": ours(row, start)}
        rows[row] |= {package: of[row].prepare(start) for package, of in calls.items() if row in of}
    return rows


def column_rows(missing: set[str]) -> dict[str, dict[str, Call]]:
    """Return, per row and package, the call that answers a whole column; the answers are compared."""
    rows: dict[str, dict[str, Call]] = {}
    if "numpy" in missing:
        return rows
    import numpy as np

    for package, calls in COLUMNS.items():
        for row, call in ({} if package in missing else calls()).items():
            rows.setdefault(row, {})[package] = call
    for row, calls in rows.items():
        ours_, *others = (call() for call in calls.values())
        for theirs in others:
            # Their dates as the closing instants of ours: 18:00 in Shanghai is 10:00 in UTC.
            closes = theirs + np.timedelta64(10, "h") if row == DAYS_COLUMN else theirs
            if not (ours_ == closes).all():
                raise SystemExit(f"the packages differ: {row}")
    return rows


def print_row(row: str, calls: dict[str, Call], items: int) -> None:
    """Time the calls of a row in turns and print ours, then each other one as a multiple of it."""
    of = dict(zip(calls, medians(list(calls.values()), ROUNDS, first=1), strict=True))
    cells = [f"{of[name] / of['casewf']:>16,.1f}×" if name in of else f"{'–':>17}" for name in PACKAGES]
    print(f"{row:<38}{of['casewf'] / items * 1e6:>8.3f}{''.join(cells)}")


def main() -> None:
    """Compare the answers, then print one line for each row."""
    calls: dict[str, dict[str, Contender]] = {}
    missing: set[str] = set()
    for package, prepare in PACKAGES.items():
        try:
            calls[package] = prepare()
        except ModuleNotFoundError:
            missing.add(package)
            print(f"left out: {package} is not installed (pip install 'casewf[bench]')")
    for package, rows in calls.items():
        for row, contender in rows.items():
            compare(package, row, contender)
    columns = column_rows(missing)
    gc.disable()
    names = "".join(f"{name:>17}" for name in PACKAGES)
    ratio = "÷ casewf"
    print(f"\n{'':<38}{'casewf':>8}{names}\n{'':<38}{'µs':>8}{len(PACKAGES) * f'{ratio:>17}'}")
    for row, of in scalar_rows(calls).items():
        print_row(row, of, 1)
    for row, of in columns.items():
        print_row(row, of, COLUMN)


if __name__ == "__main__":
    main()
