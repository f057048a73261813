"""Idempotency keys: the same command once, another command never (M7, D5)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from casewf.errors import KeyReused, Refused
from casewf.model.case import Actor
from casewf.ports.store import Store
from casewf.testing.clock import at
from engine_fakes import CLAIM, HANDLER, OPERATOR, World, claim, dump

GIVEN: dict[str, object] = {"summary": "欠薪", "people": 3, "phone": "13900001111"}
COLLEAGUE = Actor("qian", frozenset({"operator"}), "city")


def note(world: World, **more: object) -> int:
    """Fire under the key ``k``; the version it returns."""
    command = {"actor": OPERATOR, "data": GIVEN, "comment": "来电", "key": "k", **more}
    return world.engine.fire("C-1", "note", **command).version  # type: ignore[arg-type]


def test_the_same_command_under_the_same_key_moves_nothing_and_gives_the_first_answer(world: World) -> None:
    world.open()
    first = note(world)
    world.engine.fire("C-1", "note", actor=OPERATOR, data={"people": 9})
    before = dump(world.store)
    assert note(world) == first
    again = world.engine.fire("C-1", "note", actor=OPERATOR, data=GIVEN, comment="来电", key="k")
    assert (again.fields["people"], again.version) == (3, first)
    assert dump(world.store) == before


@pytest.mark.parametrize(
    "other",
    [
        {"data": {**GIVEN, "people": 4}},
        {"data": {**GIVEN, "summary": "工伤"}},
        {"data": {"summary": "欠薪", "people": 3}},
        {"data": {"summary": "欠薪", "phone": "13900001111"}},
        {"data": {**GIVEN, "people": "3"}},
        {"data": {**GIVEN, "people": True}},
        {"data": {**GIVEN, "phone": "13900002222"}},
        {"data": {**GIVEN, "phone": 13900001111}},
        {"comment": "来电 2"},
        {"comment": None},
        {"occurred_at": at("2026-03-16 10:00")},
    ],
    ids="-".join,
)
def test_another_command_under_the_same_key_is_an_error_that_changes_nothing(
    world: World, other: dict[str, object]
) -> None:
    world.open()
    note(world)
    before = dump(world.store)
    with pytest.raises(KeyReused) as caught:
        note(world, **other)
    assert "幂等键 k" in caught.value.text("zh")
    assert dump(world.store) == before


def test_another_trigger_under_the_same_key_is_an_error(world: World) -> None:
    world.taken()
    world.engine.fire("C-1", "suspend", actor=HANDLER, comment="等", key="k")
    with pytest.raises(KeyReused):
        world.engine.fire("C-1", "resume", actor=HANDLER, comment="等", key="k")


def test_what_was_not_given_and_an_empty_comment_are_the_same_command(world: World) -> None:
    world.open()
    first = world.engine.fire("C-1", "note", actor=OPERATOR, key="k").version
    assert world.engine.fire("C-1", "note", actor=OPERATOR, data={}, comment=" ", key="k").version == first


def test_the_same_instant_in_another_zone_and_a_decimal_as_text_are_the_same_command(store: Store) -> None:
    takes = "accepts: [summary, people, phone, amount]"
    world = World(store, workflows=[claim(**{"accepts: [summary, people, phone]": takes})])
    world.open()
    when = at("2026-03-16 10:00")
    first = note(world, occurred_at=when, data={"amount": "12.50"})
    assert note(world, occurred_at=when.astimezone(dt.UTC), data={"amount": Decimal("12.50")}) == first


def test_the_version_that_was_expected_is_no_part_of_the_command(world: World) -> None:
    world.open()
    first = note(world, expect=2)
    assert note(world, expect=first) == first


def test_keys_belong_to_one_actor(world: World) -> None:
    world.open()
    first = note(world)
    assert note(world, actor=COLLEAGUE, comment="另一件") == first + 1


def test_keys_belong_to_one_case(world: World) -> None:
    world.open("C-1")
    world.open("C-2")
    world.engine.fire("C-1", "note", actor=OPERATOR, key="k", data={"people": 2})
    case = world.engine.fire("C-2", "note", actor=OPERATOR, key="k", data={"people": 3})
    assert case.fields["people"] == 3


def test_keys_of_openings_are_a_scope_of_their_own(world: World) -> None:
    opened = world.engine.open("claim", actor=OPERATOR, key="k", data=GIVEN)
    world.engine.fire(opened.id, "note", actor=OPERATOR, key="k", data={"people": 3})
    assert world.engine.open("claim", actor=OPERATOR, key="k", data=GIVEN).id == opened.id


def test_opening_twice_under_one_key_opens_one_case(world: World) -> None:
    first = world.engine.open("claim", actor=OPERATOR, key="k", data=GIVEN)
    assert world.engine.open("claim", actor=OPERATOR, key="k", data=GIVEN) == first
    assert len(world.store.heads()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"data": {**GIVEN, "phone": "13900002222"}},
        {"case_id": "C-9"},
        {"org": "yuzhong"},
        {"occurred_at": at("2026-03-16 09:00")},
    ],
    ids="-".join,
)
def test_another_opening_under_the_same_key_is_an_error(world: World, other: dict[str, object]) -> None:
    world.engine.open("claim", actor=OPERATOR, key="k", data=GIVEN)
    command: dict[str, object] = {"actor": OPERATOR, "key": "k", "data": GIVEN, **other}
    with pytest.raises(KeyReused):
        world.engine.open("claim", **command)  # type: ignore[arg-type]
    assert len(world.store.heads()) == 1


def test_a_refused_command_claims_no_key(world: World) -> None:
    world.open()
    with pytest.raises(Refused):
        note(world, data={"people": 0})
    assert note(world) == 3


def test_an_erased_value_cannot_be_compared_and_counts_as_the_same(world: World) -> None:
    world.open()
    first = note(world)
    world.engine.erase("C-1", actor=OPERATOR)
    assert note(world, data={**GIVEN, "phone": "13900002222"}, comment="另一句") == first
    with pytest.raises(KeyReused):
        note(world, data={**GIVEN, "people": 4})


def test_erasing_one_value_leaves_the_others_to_be_compared(world: World) -> None:
    world.open()
    note(world)
    world.engine.erase("C-1", actor=OPERATOR, fields=["phone"])
    with pytest.raises(KeyReused):
        note(world, data={**GIVEN, "phone": "13900002222"}, comment="另一句")


def test_a_key_holds_for_ever_whatever_happened_since(world: World) -> None:
    world.open()
    first = note(world)
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    world.go("2026-03-20 10:00")
    before = dump(world.store)
    again = world.engine.fire("C-1", "note", actor=OPERATOR, data=GIVEN, comment="来电", key="k")
    assert (again.version, again.states["main"]) == (first, "received")
    assert dump(world.store) == before


def test_a_key_of_an_older_version_of_the_workflow_still_answers(store: Store) -> None:
    old = World(store)
    first = old.engine.open("claim", actor=OPERATOR, key="k", data=GIVEN)
    text = CLAIM.replace("version: 1", "version: 2").replace(
        "phone: {type: text, sensitive: true,", "phone: {type: text,"
    )
    text = text.replace("seen_by: [operator], title: {zh: 电话", "title: {zh: 电话")
    new = World(store, workflows=[claim(text)])
    assert new.engine.open("claim", actor=OPERATOR, key="k", data=GIVEN) == first
    with pytest.raises(KeyReused):
        new.engine.open("claim", actor=OPERATOR, key="k", data={**GIVEN, "phone": "1"})


def test_two_openings_with_one_key_at_the_same_moment_give_one_case(store: Store) -> None:
    world = World(store)
    rival = World(store)
    append = store.append
    won = []

    def overtaken(batch: object) -> None:
        store.append = append  # type: ignore[method-assign]
        won.append(rival.engine.open("claim", actor=OPERATOR, key="k", data=GIVEN))
        append(batch)  # type: ignore[arg-type]

    store.append = overtaken  # type: ignore[method-assign]
    assert world.engine.open("claim", actor=OPERATOR, key="k", data=GIVEN) == won[0]
    assert len(store.heads()) == 1


def test_what_is_kept_of_a_sensitive_value_depends_on_its_salt(world: World) -> None:
    digests = set()
    for case_id, phone in (("C-1", "13900001111"), ("C-2", "13900002222")):
        world.open(case_id)
        world.engine.fire(case_id, "note", actor=OPERATOR, data={"phone": phone}, comment=phone, key="k")
        answer = world.store.answer("wu", case_id, "k")
        assert answer is not None
        digests.add(answer.digest)
    assert len(digests) == 1  # two values, one digest: nothing of them is in it
