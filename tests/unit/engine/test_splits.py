"""A split lets a part of a case go on as a case of its own, or is refused and changes nothing."""

from __future__ import annotations

import attrs
import pytest

from casewf.engine.verify import verify
from casewf.errors import KeyReused, NotFound, Refused
from casewf.model.case import Actor, Link
from casewf.model.file_events import SplitOff
from casewf.ports.store import Store
from engine_fakes import dump
from relatives_flows import BOSS, DESK, SOUTH, Small, letter, matter


@pytest.fixture
def small(store: Store) -> Small:
    small = Small(store)
    two(small)
    return small


def two(small: Small) -> None:
    """A case with two workers and somebody who speaks for both."""
    data = {"topic": "wages", "firm": "F", "count": 2, "name": "杨云", "phone": "139"}
    small.engine.open("matter", actor=DESK, case_id="A", data=data)
    small.join("A", "w1", identity={"name": "杨云"}, person="P-1")
    small.join("A", "w2", identity={"name": "张三"}, person="P-2")
    small.join("A", "rep", identity={"name": "李媛"}, represents=("w1", "w2"))


def codes(small: Small, actor: Actor = BOSS, **more: object) -> list[str]:
    before = dump(small.store)
    with pytest.raises(Refused) as refused:
        small.engine.split("A", actor=actor, **more)  # type: ignore[arg-type]
    assert dump(small.store) == before
    return [reason.code for reason in refused.value.reasons]  # type: ignore[attr-defined]


def test_a_part_goes_on_as_a_case_of_its_own(small: Small) -> None:
    view = small.engine.split(
        "A",
        actor=BOSS,
        parties=["w2", "rep"],
        data={"firm": "G", "name": "张三"},
        new_id="A2",
        comment="另一家",
    )
    new = small.engine.case("A2", actor=DESK)
    assert (new.workflow, new.org, new.states["main"], new.parent) == ("matter", "north", "received", None)
    assert new.fields == {"topic": "wages", "firm": "G", "count": 1, "name": "张三", "phone": "139"}
    assert view.links == (Link("split_to", "A2"),)
    assert new.links == (Link("split_from", "A"),)


def test_parties_move_with_identities_sealed_anew(small: Small) -> None:
    small.engine.split("A", actor=BOSS, parties=["w2", "rep"], new_id="A2")
    assert small.people("A2") == {"w2": {"name": "张三"}, "rep": {"name": "李媛"}}
    parties = small.case("A2").parties
    assert (parties["w2"].person, parties["w2"].came_from) == ("P-2", "A")
    assert parties["rep"].represents == ("w2",)
    assert list(small.people("A")) == ["w1"]
    assert verify(small.store).problems == ()


def test_the_clocks_of_both_run(small: Small) -> None:
    """The new case's by its own opening; the source's are not touched."""
    small.go("15:00")
    before = small.engine.case("A", actor=DESK).clocks["limit"]
    small.engine.split("A", actor=BOSS, new_id="A2")
    assert small.engine.case("A", actor=DESK).clocks["limit"] == before
    assert small.engine.case("A2", actor=DESK).clocks["limit"].started_at.hour == 15


def test_given_sensitive_values_lie_in_no_event_and_no_effect(store: Store) -> None:
    small = Small(store, deliver="later")
    two(small)
    small.engine.split("A", actor=BOSS, data={"name": "王五"}, new_id="A2")
    raw = store.raw("A")
    assert raw is not None
    assert "王五" not in raw.snapshot + "".join(event.body for event in raw.events) + repr(store.outbox("A"))
    small.engine.deliver()
    assert small.engine.case("A2", actor=DESK).fields["name"] == "王五"


def test_erasing_before_the_delivery_reaches_what_was_given_too(store: Store) -> None:
    small = Small(store, deliver="later")
    two(small)
    small.engine.split("A", actor=BOSS, data={"name": "王五"}, new_id="A2")
    small.engine.erase("A", actor=DESK)
    small.engine.deliver()
    assert "name" not in small.engine.case("A2", actor=DESK).fields
    assert verify(store).problems == ()


def test_a_fresh_id_where_none_is_given(small: Small) -> None:
    (link,) = small.engine.split("A", actor=BOSS).links
    assert small.engine.case(link.case, actor=DESK).links == (Link("split_from", "A"),)


def test_a_key_splits_once(small: Small) -> None:
    """M7."""
    for _ in range(2):
        small.engine.split("A", actor=BOSS, parties=["w2"], data={"name": "张三"}, comment="x", key="k")
    events = [row.event for row in small.store.history("A")]
    assert sum(isinstance(event, SplitOff) for event in events) == 1
    with pytest.raises(KeyReused):
        small.engine.split("A", actor=BOSS, parties=["w1"], data={"name": "张三"}, comment="x", key="k")
    with pytest.raises(KeyReused):
        small.engine.split("A", actor=BOSS, parties=["w2"], data={"name": "李四"}, comment="x", key="k")


def test_a_crash_before_the_delivery_loses_nobody(store: Store) -> None:
    small = Small(store, deliver="later")
    two(small)
    small.engine.split("A", actor=BOSS, parties=["w2"], new_id="A2")
    after = Small(store, clock=small.clock)
    after.engine.deliver()
    after.engine.deliver()
    assert small.people("A2") == {"w2": {"name": "张三"}}


def test_who_may_not_split(small: Small) -> None:
    assert codes(small, DESK) == ["role_missing"]
    with pytest.raises(NotFound):
        small.engine.split("A", actor=SOUTH)


def test_a_workflow_without_the_section_is_not_split(store: Store) -> None:
    small = Small(store, [attrs.evolve(matter(), split=None), letter()])
    two(small)
    assert codes(small) == ["split_not_offered"]


def test_all_that_is_wrong_with_a_split_is_told_at_once(small: Small) -> None:
    assert codes(small, parties=["w9"], data={"count": "many", "nothing": 1}) == [
        "field_type",
        "field_unknown",
        "party_unknown",
    ]


def test_a_new_case_that_could_not_be_opened_is_refused_before_anything_is_written(store: Store) -> None:
    flows = [
        matter(**{"opening: {by: desk, accepts": "opening: {by: desk, needs: person, accepts"}),
        letter(),
    ]
    small = Small(store, flows)
    small.engine.open("matter", actor=DESK, case_id="A", data={"person": "P-1", "topic": "t"})
    assert codes(small) == ["field_missing"]
    assert codes(small, data={"into": "x", "person": "P"}) == ["field_not_accepted"]
    assert codes(small, data={"person": "P"}, new_id="A") == ["case_exists"]


def test_a_closed_case_is_not_split(small: Small) -> None:
    small.fire("A", "work")
    small.fire("A", "close")
    assert codes(small) == ["case_closed"]


@pytest.mark.parametrize("new_id", ["", "open"])
def test_an_id_that_cannot_be_one(small: Small, new_id: str) -> None:
    with pytest.raises(ValueError, match="cannot be the id of a case"):
        small.engine.split("A", actor=BOSS, new_id=new_id)
