"""Erasing a person, giving out what is held about him, and the end of retention (D5; PIPL art. 19, 45, 47)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.engine.case_view import MASK
from casewf.engine.engine import Engine
from casewf.engine.sealed_values import sealed_values
from casewf.engine.verify import verify
from casewf.model.case import Actor
from casewf.ports.store import Store
from casewf.testing.clock import at
from engine_fakes import CLAIM, HANDLER, OPERATOR, World, claim, dump
from relatives_flows import BOSS, DESK, Small, letter, matter

OFFICER = Actor("officer", frozenset({"supervisor"}), "wanzhou")
"""He sees none of the cases: a person's rights do not stop at a district's border."""

TEXT = (
    CLAIM.replace("fields:\n", "fields:\n  caller: {type: text, identifies: true}\n")
    .replace("accepts: [summary, people, phone]}", "accepts: [summary, people, phone, caller]}")
    .replace(
        "opening: {by: operator}",
        "opening: {by: operator}\n"
        "retention: {keep: 30 days}\n"
        "parties: {kinds: {worker: {zh: 职工, en: Worker}}, by: [operator], seen_by: [operator]}",
    )
)


def world(store: Store, **options: Any) -> World:
    return World(store, workflows=[claim(TEXT)], **options)


def opened(one: World, case_id: str, person: str, phone: str) -> None:
    one.open(case_id, data={"summary": "欠薪", "phone": phone, "caller": person})
    one.engine.fire(case_id, "note", actor=OPERATOR, comment=f"{person} rang again")


def held(store: Store, case_id: str) -> list[str]:
    """The values that a case's vault still has."""
    refs = [one.ref for row in store.history(case_id) for one in sealed_values(row.event)]
    return sorted(row.value for row in store.secrets(case_id, refs).values())


def test_a_person_is_erased_wherever_he_is_and_nobody_else(store: Store) -> None:
    one = world(store)
    opened(one, "C-1", "m-1", "1390001")
    opened(one, "C-2", "m-2", "1390002")
    opened(one, "C-3", "m-1", "1390003")
    before = held(store, "C-2")
    told = one.engine.erase_person("m-1", actor=OFFICER, reason="asked for", apply=True)
    assert [(row.case, row.values, row.texts_left) for row in told.cases] == [("C-1", 2, 0), ("C-3", 2, 0)]
    assert told.applied
    assert not told.failed
    assert held(store, "C-1") == held(store, "C-3") == []
    assert held(store, "C-2") == before != []
    assert one.engine.case("C-1", actor=OPERATOR).fields["phone"] == MASK
    assert verify(store).ok


def test_a_dry_run_tells_the_same_and_changes_nothing(store: Store) -> None:
    one = world(store)
    opened(one, "C-1", "m-1", "1390001")
    before = dump(store)
    told = one.engine.erase_person("m-1", actor=OFFICER)
    assert dump(store) == before
    assert not told.applied
    assert told.cases == one.engine.erase_person("m-1", actor=OFFICER, reason="x", apply=True).cases


def test_a_second_erasure_finds_nothing_left(store: Store) -> None:
    one = world(store)
    opened(one, "C-1", "m-1", "1390001")
    one.engine.erase_person("m-1", actor=OFFICER, reason="x", apply=True)
    version = one.engine.case("C-1", actor=OPERATOR).version
    again = one.engine.erase_person("m-1", actor=OFFICER, reason="x", apply=True)
    assert [row.values for row in again.cases] == [0]
    assert one.engine.case("C-1", actor=OPERATOR).version == version


def test_of_several_people_one_is_erased_and_what_people_wrote_stays(store: Store) -> None:
    """A comment may name anybody, so it is no one person's to take away from the others."""
    one = world(store)
    opened(one, "C-1", "m-1", "1390001")
    for name, person in (("p1", "m-2"), ("p2", "m-3")):
        one.engine.record_party(
            "C-1", name, kind="worker", person=person, identity={"name": f"工友{name}"}, actor=OPERATOR
        )
    told = one.engine.erase_person("m-2", actor=OFFICER, reason="x", apply=True)
    assert [(row.case, row.values, row.texts_left) for row in told.cases] == [("C-1", 1, 1)]
    left = " ".join(held(store, "C-1"))
    assert "工友p1" not in left
    assert "工友p2" in left
    assert "1390001" in left
    assert "m-1 rang again" in left
    with_texts = one.engine.erase_person("m-2", actor=OFFICER, reason="x", texts=True, apply=True)
    assert [(row.values, row.texts_left) for row in with_texts.cases] == [(1, 0)]
    assert "rang again" not in " ".join(held(store, "C-1"))


def test_a_party_who_left_is_still_found(store: Store) -> None:
    one = world(store)
    one.open("C-1")
    one.engine.record_party("C-1", "p1", kind="worker", person="m-2", identity={"name": "甲"}, actor=OPERATOR)
    one.engine.drop_party("C-1", "p1", actor=OPERATOR)
    assert one.engine.personal_data("m-2")["cases"]
    one.engine.erase_person("m-2", actor=OFFICER, reason="x", apply=True)
    assert held(store, "C-1") == []


def test_fields_describe_whoever_they_named_then(store: Store) -> None:
    """The first telephone number was m-1's; when the caller turned out to be m-2, his came in its place."""
    one = world(store)
    one.open("C-1", data={"phone": "111", "caller": "m-1"})
    one.engine.fire("C-1", "note", actor=OPERATOR, data={"caller": "m-2", "phone": "222"})
    assert [row.values for row in one.engine.erase_person("m-1", actor=OFFICER).cases] == [1]
    one.engine.erase_person("m-1", actor=OFFICER, reason="x", apply=True)
    assert held(store, "C-1") == ['"222"']


def test_a_number_given_before_the_name_is_his_who_is_named_first(store: Store) -> None:
    one = world(store)
    one.open("C-1", data={"phone": "111"})
    one.engine.fire("C-1", "note", actor=OPERATOR, data={"caller": "m-1"})
    one.engine.erase_person("m-1", actor=OFFICER, reason="x", apply=True)
    assert held(store, "C-1") == []


def test_a_person_is_given_all_that_is_held_about_him(store: Store) -> None:
    one = world(store)
    opened(one, "C-1", "m-1", "1390001")
    one.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong", "phone": "1390009"})
    found = one.engine.personal_data("m-1")
    assert json.loads(json.dumps(found)) == found
    (case,) = found["cases"]  # type: ignore[misc]  # a list of one
    assert isinstance(case, dict)
    assert case["case"] == "C-1"
    assert case["fields"]["phone"] == "1390009"  # type: ignore[index, call-overload]
    assert case["former_values"] == [{"name": "phone", "value": "1390001"}]
    assert [text["text"] for text in case["texts"]] == ["m-1 rang again"]  # type: ignore[index, call-overload, union-attr]
    assert [row["to"] for row in case["passed_on"]] == ["platform"]  # type: ignore[index, call-overload, union-attr]


def test_others_are_left_out_of_what_a_person_is_given(store: Store) -> None:
    one = world(store)
    opened(one, "C-1", "m-1", "1390001")
    one.engine.record_party("C-1", "p1", kind="worker", person="m-2", identity={"name": "甲"}, actor=OPERATOR)
    one.engine.record_party("C-1", "p2", kind="worker", identity={"name": "乙"}, actor=OPERATOR)
    given = json.dumps(one.engine.personal_data("m-2"), ensure_ascii=False)
    assert "甲" in given
    assert "乙" not in given
    assert "1390001" not in given
    assert "rang again" not in given
    assert '"texts_left_out": 1' in given
    assert one.engine.personal_data("m-404") == {"person": "m-404", "cases": []}


def closed(one: World, case_id: str = "C-1") -> None:
    opened(one, case_id, "m-1", "1390001")
    one.engine.fire(case_id, "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    one.engine.fire(case_id, "take", actor=HANDLER)
    one.engine.fire(case_id, "close", actor=HANDLER)


def test_retention_ends_after_the_last_day_and_not_before(store: Store) -> None:
    """Closed on 2026-03-16, kept for 30 days: through 15 April, in the case's own zone."""
    one = world(store)
    closed(one)
    one.clock.travel(at("2026-04-15 23:59:59"))
    assert one.engine.end_retention(actor=OFFICER).cases == ()
    one.clock.travel(at("2026-04-16 00:00:01"))
    told = one.engine.end_retention(actor=OFFICER, apply=True)
    assert [(row.case, row.values) for row in told.cases] == [("C-1", 2)]
    assert held(store, "C-1") == []
    assert one.engine.end_retention(actor=OFFICER).cases == ()
    assert verify(store).ok


def test_an_open_case_is_kept_however_old(store: Store) -> None:
    one = world(store)
    opened(one, "C-1", "m-1", "1390001")
    one.clock.travel(at("2026-12-30 00:00"))
    assert one.engine.end_retention(actor=OFFICER).cases == ()


def test_a_case_with_nothing_in_the_vault_is_done_with_once(store: Store) -> None:
    one = world(store)
    closed(one)
    one.engine.erase("C-1", actor=OPERATOR, reason="x")
    one.clock.travel(at("2026-05-16 00:00"))
    assert [row.values for row in one.engine.end_retention(actor=OFFICER, apply=True).cases] == [0]
    assert one.engine.end_retention(actor=OFFICER, apply=True).cases == ()


def test_one_broken_case_does_not_keep_the_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    one = world(store)
    opened(one, "C-1", "m-1", "1390001")
    opened(one, "C-2", "m-1", "1390002")
    whole = store.append

    def broken(batch: Any) -> None:
        if batch.case.id == "C-1":
            raise OSError("the disk is gone")
        whole(batch)

    monkeypatch.setattr(store, "append", broken)
    told = one.engine.erase_person("m-1", actor=OFFICER, reason="x", apply=True)
    assert told.failed == ("C-1",)
    assert [row.case for row in told.cases] == ["C-2"]
    assert [row.kind for row in one.engine.incidents("C-1")] == ["erasure_failed"]


def test_no_bytes_of_an_erased_person_stay_in_the_file(tmp_path: Any) -> None:
    path = tmp_path / "cases.db"
    with SqliteStore(path) as store:
        one = world(store)
        opened(one, "C-1", "m-1", "13900017777")
        one.engine.erase_person("m-1", actor=OFFICER, reason="x", apply=True)
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"13900017777" not in left
    assert b"rang again" not in left


@pytest.mark.parametrize("person", ["", 7])
def test_a_person_has_an_id(store: Store, person: Any) -> None:
    engine: Engine = world(store).engine
    with pytest.raises((TypeError, ValueError)):
        engine.erase_person(person, actor=OFFICER)
    with pytest.raises((TypeError, ValueError)):
        engine.personal_data(person)


def test_the_event_names_who_erased_and_why(store: Store) -> None:
    one = world(store)
    opened(one, "C-1", "m-1", "1390001")
    one.engine.erase_person("m-1", actor=OFFICER, reason="request 17", apply=True)
    event = store.history("C-1")[-1].event
    assert (event.by.id, event.reason) == ("officer", "request 17")  # type: ignore[union-attr]
    assert dt.datetime.fromtimestamp(event.at / 1e6, dt.UTC).year == 2026


# Cases that are about more people than one can see at first


def test_a_caller_without_an_id_is_somebody_else(store: Store) -> None:
    """What the desk wrote about him is not for the manager whom it names as a party."""
    one = world(store)
    one.open("C-1", data={"summary": "欠薪", "phone": "1390001"})
    one.engine.fire("C-1", "note", actor=OPERATOR, comment="he fears his manager")
    one.engine.record_party("C-1", "p1", kind="worker", person="m-2", identity={"name": "甲"}, actor=OPERATOR)
    given = json.dumps(one.engine.personal_data("m-2"), ensure_ascii=False)
    assert "fears" not in given
    assert [(row.values, row.texts_left) for row in one.engine.erase_person("m-2", actor=OFFICER).cases] == [
        (1, 1)
    ]


def test_what_was_known_of_a_party_before_its_id_is_his(store: Store) -> None:
    one = world(store)
    one.open("C-1")
    one.engine.record_party("C-1", "p1", kind="worker", identity={"phone": "old"}, actor=OPERATOR)
    one.engine.record_party(
        "C-1", "p1", kind="worker", person="m-2", identity={"phone": "new"}, actor=OPERATOR
    )
    one.engine.erase_person("m-2", actor=OFFICER, reason="x", apply=True)
    assert held(store, "C-1") == []


def test_what_was_passed_on_is_told_to_him_whose_it_was(store: Store) -> None:
    one = world(store)
    opened(one, "C-1", "m-1", "1390001")
    one.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    one.engine.fire("C-1", "note", actor=OPERATOR, data={"caller": "m-2", "phone": "1390002"})

    def passed_on(person: str) -> Any:
        found: Any = one.engine.personal_data(person)["cases"]
        return [row["to"] for row in found[0]["passed_on"]]

    assert passed_on("m-1") == ["platform"]
    assert passed_on("m-2") == []


def test_what_is_written_after_the_retention_is_kept_as_long_again(store: Store) -> None:
    one = world(store)
    closed(one)
    one.clock.travel(at("2026-04-16 00:00:01"))
    one.engine.end_retention(actor=OFFICER, apply=True)
    one.engine.note("C-1", "he called once more", actor=OPERATOR)
    one.clock.travel(at("2026-05-16 23:59:59"))
    assert one.engine.end_retention(actor=OFFICER).cases == ()
    one.clock.travel(at("2026-05-17 00:00:01"))
    assert [row.values for row in one.engine.end_retention(actor=OFFICER, apply=True).cases] == [1]
    assert held(store, "C-1") == []


def test_a_child_s_copy_goes_along(store: Store) -> None:
    """The child's workflow names nobody; what it got was m-1's."""
    one = Small(store)
    one.parent("P", name="NAMEMARK", person="m-1")
    one.engine.fire("P", "spawn", actor=DESK)
    assert "NAMEMARK" in str(held(store, "P.1"))
    assert "NAMEMARK" in json.dumps(one.engine.personal_data("m-1"))
    one.engine.erase_person("m-1", actor=BOSS, reason="x", apply=True)
    assert "NAMEMARK" not in str(held(store, "P")) + str(held(store, "P.1"))


def test_values_for_a_case_that_was_split_off_are_not_the_source_s(store: Store) -> None:
    old = "by: desk, accepts: [firm, count, place]}"
    flow = matter(**{old: "by: desk, accepts: [firm, count, place, phone]}"})
    one = Small(store, flows=(flow, letter()))
    both = Actor("both", frozenset({"desk", "boss"}), "north")
    one.engine.open("matter", actor=both, case_id="A", data={"name": "N1", "phone": "P1", "person": "p1"})
    one.engine.split("A", actor=both, data={"person": "p2", "phone": "P2", "name": "N2"}, new_id="B")
    one.engine.fire("A", "work", actor=both, data={"phone": "P1NEW"})
    one.engine.erase_person("p2", actor=both, reason="x", apply=True)
    left = str(held(store, "A")) + str(held(store, "B"))
    assert "P2" not in left
    assert "N2" not in left
    assert "P1NEW" in left
    one.engine.erase_person("p1", actor=both, reason="x", apply=True)
    assert "P1NEW" not in str(held(store, "A"))


def test_nobody_comes_back_to_life_by_a_merge_under_way(tmp_path: Any) -> None:
    """He is erased after the merge read him, and before it is written: the erasure goes over the cases once more."""
    path = tmp_path / "cases.db"
    both = Actor("both", frozenset({"desk", "boss"}), "north")
    with SqliteStore(path) as store, SqliteStore(path) as second:
        one = Small(store, deliver="later")
        for name in "AB":
            one.engine.open("matter", actor=both, case_id=name, data={"name": "n", "person": f"o{name}"})
        one.engine.record_party(
            "A", "w1", kind="worker", actor=both, person="p1", identity={"name": "IDMARK"}
        )
        one.engine.fire("A", "merge", actor=both, data={"into": "B"})
        eraser, whole = Small(second, deliver="later").engine, second.append

        def append(batch: Any) -> None:
            whole(batch)
            if batch.erased and batch.case.id == "A":
                one.engine.deliver()

        second.append = append  # type: ignore[method-assign]
        eraser.erase_person("p1", actor=both, reason="x", apply=True)
        one.engine.deliver()
        assert "IDMARK" not in str(held(store, "A")) + str(held(store, "B"))


def test_an_id_that_is_used_again_does_not_mix_two_people(store: Store) -> None:
    one = world(store)
    one.open("C-1")
    for person, name in (("m-1", "甲"), ("m-2", "乙")):
        one.engine.record_party(
            "C-1", "p1", kind="worker", person=person, identity={"name": name}, actor=OPERATOR
        )
        if person == "m-1":
            one.engine.drop_party("C-1", "p1", actor=OPERATOR)
    assert "甲" not in json.dumps(one.engine.personal_data("m-2"), ensure_ascii=False)
    one.engine.erase_person("m-2", actor=OFFICER, reason="x", apply=True)
    assert "甲" in str(held(store, "C-1"))
    one.engine.erase_person("m-1", actor=OFFICER, reason="x", apply=True)
    assert held(store, "C-1") == []
