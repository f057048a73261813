"""A merge keeps every caller, stops the source's clocks, and is refused where nothing could come of it (K8, D2)."""

from __future__ import annotations

import pytest

from casewf.engine.verify import verify
from casewf.errors import AdapterError, Conflict, Refused
from casewf.model.case import Actor, Link
from casewf.model.file_events import Absorbed
from casewf.ports.store import Store
from casewf.ports.stored import Append, Settlement
from engine_fakes import dump
from relatives_flows import BOSS, DESK, SOUTH, Small, letter, matter

YANG = {"name": "杨云", "phone": "13900001111"}


@pytest.fixture
def small(store: Store) -> Small:
    return Small(store)


def opened(small: Small, *names: str) -> None:
    for name in names:
        small.engine.open("matter", actor=DESK, case_id=name, data={"name": f"caller of {name}"})


def merge(small: Small, source: str, into: str, actor: Actor = DESK) -> None:
    small.engine.fire(source, "merge", actor=actor, data={"into": into})


def refusal(small: Small, source: str, into: str, actor: Actor = DESK) -> list[str]:
    before = dump(small.store)
    with pytest.raises(Refused) as refused:
        merge(small, source, into, actor)
    assert dump(small.store) == before
    return [reason.code for reason in refused.value.reasons]  # type: ignore[attr-defined]


def test_the_source_ends_and_its_clocks_with_it(small: Small) -> None:
    """K8: cancelled in the same append, with the reason."""
    opened(small, "A", "B")
    merge(small, "A", "B")
    view = small.engine.case("A", actor=DESK)
    assert (view.states["main"], view.closed) == ("merged", True)
    assert (view.clocks["limit"].phase, view.clocks["limit"].verdict) == ("stopped", "cancelled")
    assert small.engine.case("B", actor=DESK).clocks["limit"].phase == "running"


def test_both_cases_know_of_one_another(small: Small) -> None:
    opened(small, "A", "B")
    merge(small, "A", "B")
    assert small.case("A").links == (Link("merged_into", "B"),)
    assert small.case("B").links == (Link("merged_from", "A"),)


def test_every_party_comes_along_with_an_identity_sealed_anew(small: Small) -> None:
    """D5: each case has vault rows of its own, so that each can be erased by itself."""
    opened(small, "A", "B")
    small.join("A", "w1", identity=YANG, person="P-7")
    small.join("A", "w2")
    small.join("A", "lawyer", identity={"name": "李媛"}, represents=("w1", "w2"))
    small.join("B", "w1", identity={"name": "张三"})
    merge(small, "A", "B")
    assert small.people("B") == {
        "w1": {"name": "张三"},
        "m4.1": {"name": "李媛"},
        "m4.2": YANG,
        "m4.3": None,
        "m4.4": {"name": "caller of A"},
    }
    parties = small.case("B").parties
    assert (parties["m4.2"].person, parties["m4.2"].came_from) == ("P-7", "A")
    assert parties["m4.1"].represents == ("m4.2", "m4.3")
    source = small.case("A").parties["w1"].identity
    target = parties["m4.2"].identity
    assert source is not None
    assert target is not None
    assert source.ref != target.ref
    assert source.digest != target.digest
    assert verify(small.store).problems == ()


def test_the_caller_whom_only_fields_know_becomes_a_party(small: Small) -> None:
    small.engine.open("matter", actor=DESK, case_id="A", data={**YANG, "person": "P-7"})
    opened(small, "B")
    merge(small, "A", "B")
    party = small.case("B").parties["m3.1"]
    assert (small.people("B"), party.kind, party.person) == ({"m3.1": YANG}, "worker", "P-7")


def test_a_caller_who_is_a_party_already_does_not_come_twice(small: Small) -> None:
    small.engine.open("matter", actor=DESK, case_id="A", data={**YANG, "person": "P-7"})
    opened(small, "B")
    small.join("A", "w1", identity=YANG, person="P-7")
    merge(small, "A", "B")
    assert list(small.case("B").parties) == ["m3.1"]


def test_an_anonymous_caller_is_a_caller(small: Small) -> None:
    small.engine.open("matter", actor=DESK, case_id="A")
    opened(small, "B")
    merge(small, "A", "B")
    assert list(small.people("B").values()) == [None]


def test_an_erased_identity_stays_erased(store: Store) -> None:
    small = Small(store, deliver="later")
    opened(small, "A", "B")
    merge(small, "A", "B")
    small.engine.erase("A", actor=DESK)
    small.engine.deliver()
    assert list(small.people("B").values()) == [None]


def test_where_no_parties_are_kept_the_link_is(store: Store) -> None:
    import attrs

    small = Small(store, [attrs.evolve(matter(), parties=None), letter()])
    opened(small, "A", "B")
    merge(small, "A", "B")
    assert (small.people("B"), small.case("B").links) == ({}, (Link("merged_from", "A"),))


def test_who_came_before_goes_on_with_the_case(small: Small) -> None:
    opened(small, "A", "B", "C")
    merge(small, "A", "B")
    merge(small, "B", "C")
    assert sorted(small.people("C").values(), key=str) == [{"name": "caller of A"}, {"name": "caller of B"}]
    assert small.incidents("B") == []


def test_who_comes_after_is_sent_on(store: Store) -> None:
    """The first merge is delivered when its target was merged itself."""
    small = Small(store, deliver="later")
    opened(small, "A", "B", "C")
    merge(small, "A", "B")
    merge(small, "B", "C")
    small.engine._courier.deliver(case_id="B")
    assert list(small.people("C").values()) == [{"name": "caller of B"}]
    small.engine.deliver()
    assert sorted(small.people("C").values(), key=str) == [{"name": "caller of A"}, {"name": "caller of B"}]
    assert small.incidents("B") == []


def test_a_target_that_was_closed_meanwhile_gets_the_parties_and_an_incident(store: Store) -> None:
    small = Small(store, deliver="later")
    opened(small, "A", "B")
    small.fire("B", "work")
    merge(small, "A", "B")
    small.fire("B", "close")
    small.engine.deliver()
    assert list(small.people("B").values()) == [{"name": "caller of A"}]
    assert [kind for kind, _ in small.incidents("B")] == ["merged_into_closed"]


def test_two_people_who_merge_crosswise_make_an_incident_on_both(store: Store) -> None:
    """No lock spans two cases; so it can happen, and it must be seen, and must end."""
    small = Small(store, deliver="later")
    opened(small, "A", "B")
    load, seen = store.load, small.case("A")

    merge(small, "A", "B")
    store.load = lambda name: (  # type: ignore[method-assign]
        attrs_evolved(load(name), seen) if name == "A" else load(name)
    )
    merge(small, "B", "A")
    del store.load  # type: ignore[method-assign]
    small.engine.deliver()
    assert small.incidents("A")[0][0] == small.incidents("B")[0][0] == "merged_in_circle"
    assert list(small.people("A").values()) == [{"name": "caller of B"}]
    assert list(small.people("B").values()) == [{"name": "caller of A"}]


def attrs_evolved(stored: object, case: object) -> object:
    import attrs

    return attrs.evolve(stored, case=case)  # type: ignore[type-var]


# Targets


def test_a_target_that_is_missing_and_one_that_is_not_his_to_see_are_one(small: Small) -> None:
    """M2: the answer does not tell which; and nothing is changed."""
    opened(small, "A")
    small.engine.open("matter", actor=SOUTH, case_id="S")
    assert refusal(small, "A", "nowhere") == refusal(small, "A", "S") == ["merge_target"]
    with pytest.raises(Refused) as refused:
        merge(small, "A", "S")
    assert refused.value.text("zh") == "工单 A 不能执行 merge：没有找到可并入的工单 S；请核对工单号"
    assert refused.value.text("en") == (
        "case A cannot merge: no case S was found to merge into; check its number"
    )


def test_a_case_is_not_merged_into_itself(small: Small) -> None:
    opened(small, "A")
    assert refusal(small, "A", "A") == ["merge_self"]


def test_nor_into_one_that_is_closed_or_merged(small: Small) -> None:
    opened(small, "A", "B", "C")
    small.fire("B", "work")
    small.fire("B", "close")
    assert refusal(small, "A", "B") == ["merge_closed"]
    merge(small, "C", "A")
    assert refusal(small, "A", "C") == ["merge_closed"]


def test_nor_into_one_of_another_workflow(small: Small) -> None:
    opened(small, "A")
    small.engine.open("letter", actor=DESK, case_id="L", data={"firm": "F"})
    assert refusal(small, "A", "L") == ["merge_workflow"]


def test_nor_by_a_row_whose_field_has_no_value(store: Store) -> None:
    small = Small(store, [matter(**{"asks: into,": "accepts: into,"}), letter()])
    opened(small, "A")
    with pytest.raises(Refused, match="the field into needs a value"):
        small.fire("A", "merge")


# At least once


def test_a_merge_whose_settlement_was_lost_is_done_once(store: Store) -> None:
    small = Small(store)
    opened(small, "A", "B")
    settle, lost = store.settle, []

    def forgetful(settlement: Settlement) -> None:
        if not lost:
            lost.append(settlement.id)
            raise AdapterError("the power went")
        settle(settlement)

    store.settle = forgetful  # type: ignore[method-assign]
    merge(small, "A", "B")
    small.engine.deliver()
    assert sum(isinstance(row.event, Absorbed) for row in store.history("B")) == 1
    assert list(small.people("B").values()) == [{"name": "caller of A"}]


def test_a_crash_before_the_delivery_loses_nobody(store: Store) -> None:
    small = Small(store, deliver="later")
    opened(small, "A", "B")
    merge(small, "A", "B")
    after = Small(store, clock=small.clock)
    after.engine.deliver()
    assert list(after.people("B").values()) == [{"name": "caller of A"}]


def test_whoever_is_faster_on_the_target_does_not_lose_the_parties(store: Store) -> None:
    small = Small(store)
    opened(small, "A", "B")
    append, others = store.append, iter(range(3))

    def contended(batch: Append) -> None:
        if any(isinstance(row.event, Absorbed) for row in batch.events) and next(others, None) is not None:
            raise Conflict("B", batch.expected, batch.expected + 1)
        append(batch)

    store.append = contended  # type: ignore[method-assign]
    merge(small, "A", "B")
    assert list(small.people("B").values()) == [{"name": "caller of A"}]


def test_an_error_does_not_show_a_party_s_name(store: Store) -> None:
    """D5: what a store's error quotes of an identity is masked."""
    small = Small(store)
    opened(small, "A", "B")
    small.join("A", "w1", identity=YANG)
    append = store.append

    def broken(batch: Append) -> None:
        if batch.case.id == "B":
            raise AdapterError(f"row of 杨云 and 13900001111 in {batch.case.id}")
        append(batch)

    store.append = broken  # type: ignore[method-assign]
    merge(small, "A", "B")
    (row,) = store.outbox("A")
    assert (row.state, row.error) == ("pending", "AdapterError: row of ••• and ••• in B")


def test_somebody_else_may_merge(small: Small) -> None:
    opened(small, "A", "B")
    merge(small, "A", "B", BOSS)
    assert small.engine.case("A", actor=BOSS).closed


def test_somebody_new_is_recorded_where_the_case_went(small: Small) -> None:
    """A party of a merged case would be a caller whom nobody looks at; who is known already may be corrected."""
    opened(small, "A", "B")
    small.join("A", "w1")
    merge(small, "A", "B")
    with pytest.raises(Refused, match="the case was merged into B; record it there"):
        small.engine.record_party("A", "w2", kind="worker", actor=DESK)
    small.engine.record_party("A", "w1", kind="worker", actor=DESK, identity=YANG)
    small.engine.record_party("B", "w2", kind="worker", actor=DESK)
    assert small.engine.case("B", actor=DESK).parties == ("m3.1", "m3.2", "w2")
