"""Quick nouns are what attrs would have made, only sooner."""

from __future__ import annotations

import copy
import inspect
import pickle

import attrs
import pytest

from casewf.kpi.facts import CaseFacts, LimitRun
from casewf.model.case import Case, Clock, Holder, NextRung, Stamp
from casewf.model.clock_events import (
    ClockBreached,
    ClockCancelled,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    RungFired,
)
from casewf.model.commands import Fire, Open
from casewf.model.effects import Notify
from casewf.model.events import Moved, Opened
from casewf.model.quick import changed, copier, maker, quick

CLASSES = [
    Case,
    CaseFacts,
    Clock,
    ClockBreached,
    ClockCancelled,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    Fire,
    LimitRun,
    Moved,
    NextRung,
    Notify,
    Open,
    Opened,
    RungFired,
    Stamp,
]
CLOCK = Clock(sla="reply", start=1, limit=9, calendar=("cn-office", "v"), term_at=1, original=9)


def made(cls: type) -> object:
    """One whose every attribute has a value of its own."""
    return cls(**{field.name: (field.name,) for field in attrs.fields(cls)})


@pytest.mark.parametrize("cls", CLASSES)
def test_it_is_made_as_attrs_would_make_it(cls: type) -> None:
    stock = attrs.make_class(
        cls.__name__,
        {one.name: attrs.field(default=one.default, kw_only=one.kw_only) for one in attrs.fields(cls)},
        frozen=True,
    )
    ours, theirs = inspect.signature(cls).parameters, inspect.signature(stock).parameters
    assert [(one.name, one.kind, one.default) for one in ours.values()] == [
        (one.name, one.kind, one.default) for one in theirs.values()
    ]
    needed = {name: (name,) for name, one in ours.items() if one.default is inspect.Parameter.empty}
    assert attrs.asdict(cls(**needed)) == attrs.asdict(stock(**needed))
    assert attrs.asdict(made(cls)) == attrs.asdict(made(stock))  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="missing"):
        cls()
    with pytest.raises(TypeError, match="unexpected"):
        cls(**needed, nonsense=1)


@pytest.mark.parametrize("cls", CLASSES)
def test_it_is_frozen_and_can_be_copied_and_sent(cls: type) -> None:
    one = made(cls)
    for name in ("at", "sla", "nonsense"):
        with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
            setattr(one, name, 1)
    assert type(one) is cls
    for twin in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one)), made(cls)):
        assert twin == one
        assert hash(twin) == hash(one)


@pytest.mark.parametrize("cls", CLASSES)
def test_a_change_is_what_attrs_evolves(cls: type) -> None:
    one = made(cls)
    for field in attrs.fields(cls):
        found = changed(one, **{field.name: 1})
        assert found == attrs.evolve(one, **{field.name: 1})  # type: ignore[type-var]
        assert (type(found), hash(found)) == (cls, hash(attrs.evolve(one, **{field.name: 1})))  # type: ignore[type-var]
    assert one == made(cls)


@pytest.mark.parametrize("cls", CLASSES)
def test_a_maker_makes_what_a_call_of_the_class_makes(cls: type) -> None:
    function = maker(cls)
    ours, theirs = inspect.signature(function).parameters, inspect.signature(cls).parameters
    assert [(one.name, one.kind, one.default) for one in ours.values()] == [
        (one.name, one.kind, one.default) for one in theirs.values()
    ]
    values = {field.name: (field.name,) for field in attrs.fields(cls)}
    found = function(**values)
    assert (type(found), found) == (cls, made(cls))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        found.at = 1


@pytest.mark.parametrize("cls", CLASSES)
def test_a_copier_makes_what_a_change_makes(cls: type) -> None:
    one = made(cls)
    first, *_, last = (field.name for field in attrs.fields(cls))
    found = copier(cls, cls, first, last)(one, **{first: 1, last: 2})
    assert (type(found), found) == (cls, attrs.evolve(one, **{first: 1, last: 2}))  # type: ignore[type-var]
    assert copier(cls, cls)(one) == one == made(cls)
    assert copier(cls, cls, first, **{last: 3})(one, **{first: 1}) == copier(cls, cls, first, last)(
        one, **{first: 1, last: 3}
    )
    with pytest.raises(TypeError, match="missing"):
        copier(cls, cls, first)(one)


def test_a_copier_of_what_is_not_there_is_an_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        copier(Clock, Clock, "nonsense")(CLOCK, nonsense=1)


def test_a_change_of_what_is_not_there_is_an_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        changed(CLOCK, nonsense=1)  # type: ignore[call-arg]


def test_what_two_nouns_share_is_taken_over() -> None:
    event = ClockStarted(
        at=5, sla="reply", start=1, limit=9, calendar=("cn-office", "v"), cycle=2, fired=((0, 1),)
    )
    of_start = copier(Clock, ClockStarted, "term_at", "original", phase="paused")
    assert of_start(event, term_at=1, original=9) == Clock(
        sla="reply",
        start=1,
        limit=9,
        calendar=("cn-office", "v"),
        cycle=2,
        fired=((0, 1),),
        term_at=1,
        original=9,
        phase="paused",
    )


def test_only_plain_classes_are_quick() -> None:
    @attrs.frozen(slots=True, weakref_slot=False)
    class Checked:
        days: int = attrs.field(validator=attrs.validators.ge(0))

    @attrs.frozen(slots=True, weakref_slot=False)
    class Made:
        days: list[int] = attrs.field(factory=list)

    @attrs.frozen(slots=True, weakref_slot=False)
    class Read:
        days: int = attrs.field(converter=int)

    @attrs.frozen(slots=True, weakref_slot=False)
    class Hidden:
        _days: int

    @attrs.frozen(slots=False)
    class Open:
        days: int

    @attrs.frozen(slots=True, weakref_slot=False)
    class More(Stamp):
        days: int = 0

    for cls in (Checked, Made, Read, Hidden, Open, More, Holder):  # the last can be referred to weakly
        with pytest.raises(TypeError, match="no plain frozen class"):
            quick(cls)
