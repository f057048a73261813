"""The codec writes the canonical form of the stored texts, and reads it back (D3, D4).

What it writes is compared with the form as ``docs/reference/storage.md`` describes it, put down once more here in
the plainest way: values to JSON values, and those to text by ``json``.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewf.errors import InternalError
from casewf.model.amount import Elapsed, WorkingDays
from casewf.model.case import Actor, Case, Clock, Cycle, Holder, NextRung, Sealed, Stamp
from casewf.model.clock_events import ClockStarted, RungFired
from casewf.model.codec import dump_event, dumps, load_event, loads_any
from casewf.model.effects import Notify, Push
from casewf.model.events import Moved

TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
NAME = st.sampled_from(("a", "b", "amount", "案", "$", "$$", "$decimal", "$set", "$date", ""))
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), TEXT, NAME)
SCALAR = st.one_of(
    PLAIN,
    st.decimals(allow_nan=False),
    st.dates(),
    st.frozensets(TEXT, max_size=3),
    st.builds(Sealed, TEXT, TEXT),
)
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple), st.dictionaries(NAME | TEXT, inner, max_size=3)
    ),
    max_leaves=6,
)
INSTANT = st.integers(0, 2**60)
HOLDERS = st.dictionaries(NAME, st.builds(Holder, st.lists(TEXT, max_size=2).map(tuple)), max_size=2)
PAIRS = st.lists(st.tuples(INSTANT, INSTANT), max_size=2).map(tuple)
RUNG = st.none() | st.builds(NextRung, INSTANT, st.integers(0, 3), st.integers(1, 2))
BUDGET = (
    st.none() | st.builds(WorkingDays, st.integers(1, 9)) | st.integers(1, 9).map(lambda n: Elapsed(hours=n))
)
STAMP = st.builds(Stamp, TEXT, st.none() | TEXT, st.none() | TEXT)
EFFECTS = st.lists(
    st.one_of(
        st.builds(
            Notify, TEXT, st.lists(TEXT, max_size=2).map(tuple), TEXT, persons=st.sampled_from([(), ("li",)])
        ),
        st.builds(Push, TEXT, st.just(("f",)), st.none() | TEXT, st.none() | TEXT, st.just((1, 2)), TEXT),
    ),
    max_size=2,
).map(tuple)
FIELDS = st.dictionaries(NAME, VALUE, max_size=3)
CLOCK = st.builds(
    Clock,
    sla=TEXT,
    start=INSTANT,
    limit=INSTANT,
    calendar=st.tuples(TEXT, TEXT),
    cycle=st.integers(1, 2),
    term_at=INSTANT,
    original=INSTANT,
    budget=BUDGET,
    pauses=PAIRS,
    paused_at=st.none() | INSTANT,
    verdict=st.sampled_from(("none", "met")),
    observed=st.booleans(),
    fired=PAIRS,
    next=RUNG,
    cycles=st.lists(st.builds(Cycle, st.just(1), TEXT, st.none() | INSTANT, INSTANT), max_size=1).map(tuple),
)
CASE = st.builds(
    Case,
    id=TEXT,
    workflow=st.tuples(TEXT, st.integers(1, 3), TEXT),
    org=st.none() | TEXT,
    version=st.integers(1, 3),
    opened_at=INSTANT,
    at=INSTANT,
    opened_by=TEXT,
    states=st.dictionaries(TEXT, TEXT, max_size=2),
    fields=FIELDS,
    holders=HOLDERS,
    witnesses=st.dictionaries(NAME, st.just((("li", None), ("wu", "city"))), max_size=1),
    clocks=st.dictionaries(TEXT, CLOCK, max_size=2),
    card=st.sampled_from(("none", "red")),
    card_rank=st.integers(0, 1),
    closed=st.booleans(),
)
EVENT = st.one_of(
    st.builds(
        Moved, at=INSTANT, trigger=TEXT, track=TEXT, row=INSTANT, source=TEXT, target=st.none() | TEXT, by=STAMP,
        auto=st.booleans(), fields=FIELDS, holders=HOLDERS, comment=st.none() | st.builds(Sealed, TEXT, TEXT),
        effects=EFFECTS,
    ),
    st.builds(
        ClockStarted, at=INSTANT, sla=TEXT, start=INSTANT, limit=INSTANT, calendar=st.tuples(TEXT, TEXT),
        budget=BUDGET, next=RUNG, fired=PAIRS,
    ),
    st.builds(
        RungFired, at=INSTANT, sla=TEXT, cycle=INSTANT, term=INSTANT, rung=INSTANT, repetition=INSTANT,
        scheduled_for=INSTANT, next=RUNG, card=st.none() | TEXT, effects=EFFECTS,
    ),
)  # fmt: skip
MODEL = st.one_of(CASE, EVENT, VALUE, st.builds(Actor, TEXT, st.frozensets(TEXT, max_size=2)))


def plain(value: object) -> object:
    """The JSON value that stands for a model value."""
    if attrs.has(type(value)):
        return {"$": type(value).__name__, **attributes(value)}
    if isinstance(value, Mapping):
        return {"$" + key if key.startswith("$") else key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, dt.date):
        return {"$date": value.isoformat()}
    if isinstance(value, frozenset):
        return {"$set": sorted(value)}
    return value


def attributes(value: object) -> dict[str, object]:
    """The attributes of an object without those that have their default."""
    found = {}
    for field in attrs.fields(type(value)):
        item, default = getattr(value, field.name), field.default
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
            default = default.factory()  # type: ignore[union-attr]
        if field.init and not (type(item) is type(default) and item == default):
            found[field.name] = plain(item)
    return found


def text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


@given(MODEL)
def test_a_value_is_written_in_the_canonical_form_and_read_back(value: object) -> None:
    written = dumps(value)
    assert written == text(plain(value))
    read = loads_any(written)
    assert read == value
    assert dumps(read) == written


@given(EVENT)
def test_the_body_of_an_event_is_its_attributes(event: Moved) -> None:
    kind, body = dump_event(event)
    assert (kind, body) == (type(event).__name__, text(attributes(event)))
    assert load_event(kind, body) == event


@given(FIELDS)
def test_any_kind_of_mapping_and_sequence_is_written_alike(fields: dict[str, object]) -> None:
    assert dumps(MappingProxyType(fields)) == dumps(fields)
    assert dumps(list(fields.values())) == dumps(tuple(fields.values()))


def test_a_value_that_merely_equals_the_default_is_written() -> None:
    """0 is not False."""
    assert dumps(NextRung(5, 0, True)) == '{"$":"NextRung","at":5,"repetition":true,"rung":0}'
    assert dumps(NextRung(5, 0, 1)) == '{"$":"NextRung","at":5,"rung":0}'


@pytest.mark.parametrize("value", [1.5, b"x", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), object(), {1, 2}])
def test_what_a_case_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(InternalError, match="a case cannot hold a"):
        dumps({"a": [value]})


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ('{"$":"Nothing"}', "'Nothing'"),
        ('{"$":1}', "1"),
        ('[{"$":"Sealed","digest":"d","new":1,"ref":"r"}]', "['new']"),
    ],
)
def test_what_this_version_does_not_know_is_refused(written: str, words: str) -> None:
    with pytest.raises(InternalError) as refused:
        loads_any(written)
    assert words in str(refused.value)
    assert "does not know" in str(refused.value)


@pytest.mark.parametrize("body", ["[]", "1", '{"$decimal":"1"}', '{"$":"Stamp","id":"x"}', '{"new":1}'])
def test_a_body_that_is_no_set_of_attributes_is_refused(body: str) -> None:
    with pytest.raises(InternalError):
        load_event("Erased", body)
