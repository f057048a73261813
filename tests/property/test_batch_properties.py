"""Whole columns: each element is what the scalar call gives for it, whatever the calendar and the order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewf.errors import WorkingTimeError
from casewf.testing.strategies import calendars, instants
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
from worktime_strategies import LAW, works

columns = st.lists(instants().map(epoch_us), min_size=1, max_size=12)
horizons = st.one_of(st.none(), st.dates(dt.date(2025, 6, 1), dt.date(2027, 3, 31)))
known_calendars = horizons.flatmap(lambda day: calendars(announced_through=day))
amounts: st.SearchStrategy[Amount] = st.one_of(
    works.map(lambda us: WorkingTime(microseconds=us)),
    st.integers(0, 60).map(lambda hours: WorkingTime(hours=hours)),  # often to an opening or closing instant
    works.map(lambda us: Elapsed(microseconds=us)),
    st.integers(0, 300).map(WorkingDays),
    st.integers(0, 900).map(CalendarDays),
)
anchors = st.sampled_from(["close", "same_time"])
far = st.integers(-60_000_000_000_000_000, 230_000_000_000_000_000)
"""Instants of the years 68 to 9258: most are more than 400 years from the others."""


def copy(cal: WorkCalendar) -> WorkCalendar:
    """The same calendar that nobody has asked anything yet."""
    return WorkCalendar.from_document(cal.to_document())


def scalars(one: Callable[..., int], *rows: list[int]) -> list[int] | set[tuple[type, str]]:
    """The answer for each element, or the errors of those that have none."""
    answers, errors = [], set()
    for row in zip(*rows, strict=True):
        try:
            answers.append(one(*row))
        except WorkingTimeError as error:
            errors.add((type(error), str(error)))
    return errors or answers


def same(
    many: Callable[..., np.ndarray], expected: list[int] | set[tuple[type, str]], *rows: list[int]
) -> None:
    arrays = [np.array(row) for row in rows]
    if isinstance(expected, set):
        with pytest.raises(WorkingTimeError) as refused:
            many(*arrays)
        assert (type(refused.value), str(refused.value)) in expected
        assert refused.value.__notes__[0].startswith("in element ")
    else:
        answers = many(*arrays)
        assert answers.dtype == np.int64
        assert answers.tolist() == expected
    assert [array.tolist() for array in arrays] == list(rows), "a question changed its arguments"


@LAW
@given(known_calendars, columns, amounts, anchors)
def test_due_of_a_column_is_due_of_each(
    cal: WorkCalendar, starts: list[int], amount: Amount, anchor: str
) -> None:
    expected = scalars(lambda t: cal.add_us(t, amount, anchor=anchor), starts)
    fresh = copy(cal)
    for _ in range(2):  # as a first question, and with the years laid out
        same(lambda t: due_many(fresh, t, amount, anchor=anchor), expected, starts)


@LAW
@given(known_calendars, columns, amounts, anchors)
def test_before_of_a_column_is_before_of_each(
    cal: WorkCalendar, ends: list[int], amount: Amount, anchor: str
) -> None:
    expected = scalars(lambda t: cal.subtract_us(t, amount, anchor=anchor), ends)
    fresh = copy(cal)
    for _ in range(2):
        same(lambda t: before_many(fresh, t, amount, anchor=anchor), expected, ends)


@LAW
@given(known_calendars, columns, st.randoms(use_true_random=False))
def test_between_of_two_columns_is_between_of_each_pair(
    cal: WorkCalendar, a: list[int], random: Random
) -> None:
    b = a.copy()
    random.shuffle(b)
    expected = scalars(cal.work_between, a, b)
    same(lambda x, y: between_many(copy(cal), x, y), expected, a, b)


@LAW
@given(calendars(), st.lists(far, min_size=1, max_size=6), amounts, anchors)
def test_a_column_may_span_more_years_than_are_laid_out_at_once(
    cal: WorkCalendar, starts: list[int], amount: Amount, anchor: str
) -> None:
    """T8: beyond 400 years the table is replaced, not grown, so the column is answered in several stretches."""
    expected = scalars(lambda t: copy(cal).add_us(t, amount, anchor=anchor), starts)
    same(lambda t: due_many(cal, t, amount, anchor=anchor), expected, starts)
    expected = scalars(lambda t: copy(cal).subtract_us(t, amount, anchor=anchor), starts)
    same(lambda t: before_many(cal, t, amount, anchor=anchor), expected, starts)
