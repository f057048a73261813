"""Values of fields, and texts and amounts that go with commands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal

from hypothesis import strategies as st

from casewf.model.amount import Amount, CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.model.workflow import Field

__all__ = ["amounts", "texts", "values"]

_FIRST, _LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
_MOST = 10**6
_AWKWARD = ("x", "欠薪", "0", "no", "a: 'b'", '"{c}, [d]"', "=1+1", "# e", "it's", "\\n")


def texts() -> st.SearchStrategy[str]:
    """What somebody writes: a few words that are hard for files and formulas, or any characters; never blank."""
    anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
    return st.sampled_from(_AWKWARD) | anything.filter(lambda text: bool(text.strip()))


def amounts() -> st.SearchStrategy[Amount]:
    """Amounts of time of every unit, such as somebody asks for when he wants more of it."""
    return st.one_of(
        st.integers(1, 5).map(WorkingDays),
        st.integers(1, 5).map(CalendarDays),
        st.integers(1, 48).map(lambda hours: Elapsed(hours=hours)),
        st.integers(1, 600).map(lambda minutes: WorkingTime(minutes=minutes)),
        st.just(Elapsed(seconds=90)),
    )


def values(
    field: Field, *, people: Collection[str] = ("somebody",), organisations: Collection[str] = ("union",)
) -> st.SearchStrategy[object]:
    """Values that a field of a workflow takes, as a host gives them to ``Engine.fire``.

    Numbers keep to the bounds of the field, choices to its options. Those of a sensitive field are what the engine
    seals. A field of many values gets one to three different ones.

    Args:
        field: one of ``Workflow.fields``.
        people: ids that a field of kind ``person`` may name.
        organisations: ids that a field of kind ``org`` may name.
    """
    one = _one(field, sorted(people), sorted(organisations))
    return st.lists(one, min_size=1, max_size=3, unique=True).map(tuple) if field.many else one


def _one(field: Field, people: list[str], organisations: list[str]) -> st.SearchStrategy[object]:
    low = -_MOST if field.minimum is None else field.minimum
    high = max(low, _MOST) if field.maximum is None else field.maximum
    moments = st.datetimes(dt.datetime.combine(_FIRST, dt.time()), dt.datetime.combine(_LAST, dt.time()))
    kinds: dict[str, st.SearchStrategy[object]] = {
        "text": texts(),
        "integer": st.integers(min(low, high), high),
        "decimal": st.decimals(Decimal(min(low, high)), Decimal(high), places=2),
        "boolean": st.booleans(),
        "choice": st.sampled_from(field.of or ("",)),
        "date": st.dates(_FIRST, _LAST),
        "instant": moments.map(lambda moment: moment.replace(microsecond=0, tzinfo=dt.UTC)),
        "org": st.sampled_from(organisations),
        "person": st.sampled_from(people),
    }
    return kinds["choice" if field.of else field.kind]
