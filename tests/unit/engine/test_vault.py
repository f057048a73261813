"""Sensitive values and comments lie in the vault and nowhere else, until they are erased (D5)."""

from __future__ import annotations

from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.engine.case_view import MASK
from casewf.engine.verify import verify
from casewf.errors import Conflict, KeyReused, NotFound, Refused
from casewf.model.case import Actor
from casewf.model.events import Erased
from casewf.ports.outside import Delivery, Outcome
from casewf.ports.store import Store
from engine_fakes import CLAIM, HANDLER, OPERATOR, SUPERVISOR, World, claim, dump_file, fired, rows

PHONE, NEW_PHONE, COMMENT = "13900001111", "13766665555", "来电人要求保密，住南岸区"
SECRETS = (PHONE, NEW_PHONE, COMMENT)


def busy(world: World) -> None:
    """Sensitive values and comments through everything that could copy them: keys, pushes, errors."""
    world.outside.broken = {"push", "notify", "warn"}
    world.outside.message = f"cannot reach {PHONE} ({COMMENT}), try {NEW_PHONE!r}"
    world.open(data={"summary": "欠薪", "phone": PHONE}, key="open")
    engine = world.engine
    engine.fire("C-1", "note", actor=OPERATOR, data={"phone": NEW_PHONE}, comment=COMMENT, key="note")
    engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"}, comment=COMMENT)
    for more in (
        {"data": {"phone": PHONE}, "comment": COMMENT},
        {"data": {"phone": NEW_PHONE}, "comment": PHONE},
    ):
        with pytest.raises(KeyReused):
            engine.fire("C-1", "note", actor=OPERATOR, key="note", **more)  # type: ignore[arg-type]
    with pytest.raises(Refused):
        engine.fire("C-1", "close", actor=OPERATOR, data={"phone": PHONE}, comment=COMMENT)
    with pytest.raises(Conflict):
        engine.fire("C-1", "note", actor=OPERATOR, data={"phone": PHONE}, comment=COMMENT, expect=1)
    for time in ("16:01", "16:07", "16:30", "17:59"):
        world.go(time)
        engine.sweep()
        engine.deliver()
    world.outside.broken = set()
    world.outside.data = {"phone": PHONE, "external_no": "P-1"}
    world.go("2026-03-17 09:00")
    engine.redeliver(rows(world, "push")[0].id)


def test_no_byte_of_the_database_outside_the_vault_holds_a_sensitive_value_or_a_comment(
    tmp_path: Path,
) -> None:
    with SqliteStore(tmp_path / "cases.db") as store:
        world = World(store)
        busy(world)
        assert world.engine.incidents() != ()
        tables = dump_file(store.path)
        assert sum(text in row[2] for row in tables.pop("vault") for text in SECRETS) == 5  # type: ignore[operator]
        for name, found in tables.items():
            for secret in SECRETS:
                assert secret not in repr(found), name


def test_no_byte_of_the_files_holds_what_was_erased(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "cases.db") as store:
        world = World(store)
        busy(world)
        assert any(_holds(tmp_path, secret) for secret in SECRETS)
        assert world.engine.erase("C-1", actor=OPERATOR) == 5
        assert not [secret for secret in SECRETS if _holds(tmp_path, secret)]
    assert not [secret for secret in SECRETS if _holds(tmp_path, secret)]


def _holds(folder: Path, text: str) -> bool:
    return any(text.encode() in path.read_bytes() for path in folder.iterdir())


def test_whoever_may_not_see_a_value_sees_a_mask(world: World) -> None:
    world.dispatched()
    assert world.engine.case("C-1", actor=OPERATOR).fields["phone"] == PHONE
    assert world.engine.case("C-1", actor=HANDLER).fields["phone"] == MASK
    assert world.engine.find(actor=HANDLER).cases[0].fields["phone"] == MASK
    assert PHONE not in repr(world.engine.history("C-1", actor=OPERATOR))


def test_a_command_returns_what_its_actor_may_see(world: World) -> None:
    world.taken()
    case = world.engine.fire("C-1", "note", actor=HANDLER, data={"phone": NEW_PHONE})
    assert case.fields["phone"] == MASK
    assert world.engine.case("C-1", actor=OPERATOR).fields["phone"] == NEW_PHONE


def test_whoever_sees_the_case_reads_its_comments(world: World) -> None:
    world.open()
    world.engine.fire("C-1", "note", actor=OPERATOR, comment=COMMENT)
    assert world.engine.history("C-1", actor=SUPERVISOR)[-1].comment == COMMENT


def test_a_delivery_holds_the_case_sealed_and_only_the_fields_to_be_sent_in_clear(world: World) -> None:
    world.dispatched()
    told, pushed = world.outside.deliveries
    assert PHONE not in repr(told)
    assert PHONE not in repr(pushed.case)
    assert pushed.values["phone"] == PHONE


def test_erasing_deletes_the_rows_and_says_so_in_a_history_that_still_verifies(world: World) -> None:
    world.dispatched()
    world.engine.fire("C-1", "note", actor=OPERATOR, data={"phone": NEW_PHONE}, comment=COMMENT)
    assert verify(world.store).ok
    assert world.engine.erase("C-1", actor=OPERATOR, reason="本人要求") == 3
    event = world.store.history("C-1")[-1].event
    assert isinstance(event, Erased)
    assert (event.by.id, event.reason, len(event.refs)) == ("wu", "本人要求", 3)
    assert world.store.secrets("C-1", event.refs) == {}
    report = verify(world.store)
    assert (report.problems, report.secrets) == ((), 0)
    assert world.engine.case("C-1", actor=OPERATOR).fields["phone"] == MASK
    assert {entry.comment for entry in world.engine.history("C-1", actor=OPERATOR)} == {None}


def test_erasing_a_field_takes_every_value_it_ever_had_and_leaves_comments(world: World) -> None:
    world.dispatched()
    world.engine.fire("C-1", "note", actor=OPERATOR, data={"phone": NEW_PHONE}, comment=COMMENT)
    assert world.engine.erase("C-1", actor=OPERATOR, fields=["phone"]) == 2
    assert world.engine.history("C-1", actor=OPERATOR)[-2].comment == COMMENT


def test_erasing_what_is_erased_changes_nothing(world: World) -> None:
    world.dispatched()
    world.engine.erase("C-1", actor=OPERATOR)
    version = world.engine.case("C-1", actor=OPERATOR).version
    assert world.engine.erase("C-1", actor=OPERATOR) == 0
    assert world.engine.case("C-1", actor=OPERATOR).version == version


@pytest.mark.parametrize("name", ["phon", "summary"])
def test_a_name_that_is_no_sensitive_field_is_an_error_and_nothing_is_erased(world: World, name: str) -> None:
    world.dispatched()
    with pytest.raises(ValueError, match=f"no sensitive field {name}; nothing was erased"):
        world.engine.erase("C-1", actor=OPERATOR, fields=["phone", name])
    assert world.engine.case("C-1", actor=OPERATOR).fields["phone"] == PHONE


def test_warnings_that_were_due_fire_before_an_erasure(world: World) -> None:
    world.dispatched()
    world.go("12:01")
    world.engine.erase("C-1", actor=OPERATOR)
    assert world.kinds()[-2:] == ["RungFired", "Erased"]
    assert world.outside.times("notify") == 2


def test_an_erasure_by_a_clock_that_is_late_does_not_go_back_in_case_time(store: Store) -> None:
    World(store, start="2026-03-16 11:00").open(data={"phone": PHONE})
    World(store, start="2026-03-16 10:00").engine.erase("C-1", actor=OPERATOR)
    first, last = (store.history("C-1")[number].event.at for number in (0, -1))
    assert first == last


def test_a_push_leaves_out_a_value_that_was_erased_meanwhile(store: Store) -> None:
    world = World(store, deliver="later")
    world.dispatched()
    world.engine.erase("C-1", actor=OPERATOR)
    world.engine.deliver()
    assert world.outside.deliveries[-1].values == {"summary": "欠薪", "people": 1}


def test_a_sensitive_value_that_a_connector_brings_back_is_sealed_too(world: World) -> None:
    world.outside.data = {"phone": NEW_PHONE}
    world.dispatched()
    assert NEW_PHONE not in repr(fired(world, "p_ok"))
    assert world.engine.case("C-1", actor=OPERATOR).fields["phone"] == NEW_PHONE


@pytest.mark.parametrize("message", [f"refused: {PHONE}", f"Outcome({PHONE!r})", f'{{"a": "{PHONE}"}}'])
def test_a_sensitive_value_in_a_hosts_error_is_masked(world: World, message: str) -> None:
    world.outside.push = lambda delivery: Outcome(ok=False, error=message)  # type: ignore[method-assign]
    world.dispatched()
    assert rows(world, "push")[0].error == message.replace(PHONE, MASK)


def test_a_value_with_marks_is_masked_in_quoted_and_in_escaped_form(world: World) -> None:
    odd = "甲\n乙'\"丙"

    def push(delivery: Delivery) -> Outcome:
        raise ValueError(delivery.values)

    world.outside.push = push  # type: ignore[method-assign]
    world.open(data={"phone": odd})
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    error = rows(world, "push")[0].error
    assert MASK in error
    assert "乙" not in error


def test_a_case_of_nobody_is_seen_by_everybody_but_its_sensitive_values_are_not(store: Store) -> None:
    world = World(store, workflows=[claim(CLAIM.replace("opening: {by: operator}", "opening: {}"))])
    opened = world.engine.open("claim", actor=Actor("app", frozenset()), data={"phone": PHONE})
    assert opened.fields["phone"] == MASK
    assert world.engine.case(opened.id, actor=HANDLER).fields["phone"] == MASK


def test_only_who_sees_the_case_may_have_something_erased(world: World) -> None:
    world.dispatched()
    with pytest.raises(NotFound):
        world.engine.erase("C-1", actor=Actor("zhao", frozenset({"operator"}), "wanzhou"))


def test_a_sensitive_value_of_the_wrong_type_is_not_repeated_in_the_refusal(world: World) -> None:
    world.open()
    with pytest.raises(Refused) as caught:
        world.engine.fire("C-1", "note", actor=OPERATOR, data={"phone": int(PHONE)})
    assert [reason.code for reason in caught.value.reasons] == ["field_type"]
    assert PHONE not in caught.value.text("zh") + caught.value.text("en") + repr(caught.value.reasons)
