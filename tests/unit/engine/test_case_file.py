"""Cases' files through the engine, on both stores: what is kept, who reads it, and what every refusal says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from casewf.engine.attachment import Attachment
from casewf.engine.case_view import MASK
from casewf.engine.linking import link_back
from casewf.engine.verify import verify
from casewf.errors import Conflict, KeyReused, NotFound, Refused
from casewf.model.case import Actor, Link
from casewf.ports.store import Store
from casewf.ports.stored import Append
from engine_fakes import HANDLER, OPERATOR, STRANGER, SUPERVISOR, World, dump
from file_cases import CALLER, FILE_NAME, NAME, NOTE, NUMBER, PLACE, closed, file_world, filed, payslip

NOBODY = Actor("x", frozenset({"cook"}), "city")
Do = Callable[[World], object]


@pytest.fixture
def world(store: Store) -> World:
    return file_world(store)


def test_the_file_holds_what_was_written_with_who_and_when(world: World) -> None:
    filed(world)
    file = world.engine.file("C-1", actor=OPERATOR)
    (note,), (attachment,) = file.notes, file.attachments
    assert (note.text, note.by.id, note.at.isoformat()) == (NOTE, "wu", "2026-03-16T10:00:00+08:00")
    assert (attachment.id, attachment.name, attachment.uri, attachment.by.id) == (
        "a1",
        FILE_NAME,
        PLACE,
        "li",
    )
    assert (attachment.size, attachment.media_type, attachment.kind) == (8, "application/pdf", "payslip")
    worker, speaker = file.parties["w1"], file.parties["r1"]
    assert (worker.kind, worker.person, worker.identity) == ("worker", "m-1", {"name": NAME, "phone": NUMBER})
    assert (speaker.represents, speaker.identity, speaker.last_rating) == (("w1",), None, None)
    assert file.version == world.engine.case("C-1", actor=OPERATOR).version


def test_who_the_parties_are_is_shown_to_those_who_may_know(world: World) -> None:
    filed(world)
    file = world.engine.file("C-1", actor=HANDLER)
    assert file.parties["w1"].identity == MASK
    assert file.parties["r1"].identity is None
    assert file.notes[0].text == NOTE


def test_the_history_tells_the_note_and_the_name_of_the_file_and_no_identity(world: World) -> None:
    filed(world)
    entries = world.engine.history("C-1", actor=OPERATOR)
    comments = {type(entry.event).__name__: entry.comment for entry in entries}
    assert (comments["Noted"], comments["Attached"], comments["PartyRecorded"]) == (NOTE, FILE_NAME, None)
    assert NAME not in repr(entries)


def test_first_and_last_rating_of_each_party(world: World) -> None:
    closed(world)
    world.engine.rate("C-1", "w1", "bad", actor=CALLER)
    world.engine.fire("C-1", "again", actor=OPERATOR)
    world.engine.fire("C-1", "close", actor=HANDLER)
    world.engine.rate("C-1", "w1", "good", actor=CALLER)
    parties = world.engine.file("C-1", actor=OPERATOR).parties
    assert (parties["w1"].first_rating, parties["w1"].last_rating, parties["w1"].rated) == (
        "bad",
        "good",
        True,
    )
    assert (parties["r1"].first_rating, parties["r1"].rated) == (None, False)
    assert "rating" not in world.engine.case("C-1", actor=OPERATOR).fields


def test_an_attachment_is_known_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "slip.pdf").write_bytes(b"3 months")
    one = Attachment.of(tmp_path / "slip.pdf", id="a1", uri="s3://x")
    assert (one.name, one.size) == ("slip.pdf", 8)
    assert one.sha256 == payslip().sha256
    assert one.fits(b"3 months")
    assert not one.fits(b"4 months")


@pytest.mark.parametrize(
    ("wrong", "kind", "message"),
    [
        ({"sha256": "F" * 64}, ValueError, "64 hexadecimal digits in lower case"),
        ({"sha256": b"f"}, TypeError, "sha256 must be text"),
        ({"size": -1}, ValueError, "0 bytes or more"),
        ({"size": True}, TypeError, "whole number of bytes"),
        ({"id": " "}, ValueError, "id is empty"),
        ({"name": ""}, ValueError, "name is empty"),
        ({"uri": "\ud800"}, ValueError, "half a character"),
        ({"kind": None}, TypeError, "kind must be text"),
    ],
)
def test_what_cannot_be_an_attachment(wrong: dict[str, object], kind: type[Exception], message: str) -> None:
    fine: dict[str, object] = {"id": "a1", "name": "n", "uri": "u", "sha256": "f" * 64, "size": 1}
    with pytest.raises(kind, match=message):
        Attachment(**{**fine, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("do", "kind"),
    [
        (lambda w: w.engine.note("C-1", 7, actor=OPERATOR), TypeError),
        (lambda w: w.engine.note("C-1", "\ud800", actor=OPERATOR), ValueError),
        (lambda w: w.engine.attach("C-1", "a1", actor=OPERATOR), TypeError),
        (lambda w: w.engine.record_party("C-1", " ", kind="worker", actor=OPERATOR), ValueError),
        (lambda w: w.engine.record_party("C-1", "w9", kind="worker", actor=OPERATOR, represents="w1"), TypeError),
        (lambda w: w.engine.record_party("C-1", "w9", kind="worker", actor=OPERATOR, identity=[1]), TypeError),
        (lambda w: w.engine.record_party("C-1", "w9", kind="worker", actor=OPERATOR, identity={"n": 1}), TypeError),
        (lambda w: w.engine.link("C-1", "", actor=OPERATOR), ValueError),
        (lambda w: w.engine.note("C-1", "x", actor=OPERATOR, retry=-1), ValueError),
    ],
)  # fmt: skip
def test_an_argument_that_is_none_is_an_error_that_changes_nothing(
    world: World, do: Do, kind: type[Exception]
) -> None:
    filed(world)
    before = dump(world.store)
    with pytest.raises(kind):
        do(world)
    assert dump(world.store) == before


ROLES = "operator, handler, supervisor, caller"
ROLES_ZH = "接线员（operator）、办理员（handler）、督办员（supervisor）、回访员（caller）"
ROLES_EN = "Operator (operator), Handler (handler), Supervisor (supervisor), Caller (caller)"
REFUSALS: list[tuple[Do, str, str]] = [
    (
        lambda w: w.engine.note("C-1", "x", actor=NOBODY),
        f"工单 C-1 不能执行 记备注（note）：该操作需要角色：{ROLES_ZH}",
        f"case C-1 cannot Write a note (note): this is for the roles {ROLES_EN}",
    ),
    (
        lambda w: w.engine.note("C-1", "  ", actor=OPERATOR),
        "工单 C-1 不能执行 记备注（note）：备注不能为空",
        "case C-1 cannot Write a note (note): a note needs a text",
    ),
    (
        lambda w: w.engine.attach("C-1", payslip(), actor=OPERATOR),
        "工单 C-1 不能执行 添加附件（attach）：编号为 a1 的附件已存在",
        "case C-1 cannot Attach a file (attach): the case has an attachment a1 already",
    ),
    (
        lambda w: w.engine.record_party("C-1", "w9", kind="worker", actor=SUPERVISOR),
        "工单 C-1 不能执行 登记当事人（record_party）：该操作需要角色：接线员（operator）、办理员（handler）",
        "case C-1 cannot Record a party (record_party): this is for the roles Operator (operator), Handler (handler)",
    ),
    (
        lambda w: w.engine.record_party("C-1", "w9", kind="witness", actor=OPERATOR, represents=["w9", "w8"]),
        "工单 C-1 不能执行 登记当事人（record_party）：没有名为 witness 的当事人类别；可选：职工（worker）、"
        "代表（representative）；当事人 w9 不能代表自己；本工单没有当事人 w8",
        "case C-1 cannot Record a party (record_party): there is no kind of party witness; there are Worker (worker), "
        "Representative (representative); the party w9 cannot represent itself; the case has no party w8",
    ),
    (
        lambda w: w.engine.drop_party("C-1", "w9", actor=OPERATOR),
        "工单 C-1 不能执行 移除当事人（drop_party）：本工单没有当事人 w9",
        "case C-1 cannot Drop a party (drop_party): the case has no party w9",
    ),
    (
        lambda w: w.engine.drop_party("C-1", "r1", actor=OPERATOR),
        "工单 C-1 不能执行 移除当事人（drop_party）：当事人 r1 已评价，不能移除",
        "case C-1 cannot Drop a party (drop_party): the party r1 has rated, so it stays",
    ),
    (
        lambda w: w.engine.rate("C-1", "w1", "good", actor=HANDLER),
        "工单 C-1 不能执行 登记当事人评价（rate）：曾在本工单执行 签收（take） 的单位不能执行此操作",
        "case C-1 cannot Record a party's rating (rate): the organisation that did Take (take) may not do this",
    ),
    (
        lambda w: w.engine.rate("C-1", "w9", "splendid", actor=CALLER),
        "工单 C-1 不能执行 登记当事人评价（rate）：本工单没有当事人 w9；"
        "字段 满意度（rating） 没有选项 splendid；可选：满意（good）、不满意（bad）",
        "case C-1 cannot Record a party's rating (rate): the case has no party w9; "
        "the field Rating (rating) has no option splendid; there are Satisfied (good), Dissatisfied (bad)",
    ),
    (
        lambda w: w.engine.rate("C-1", "r1", "good", actor=CALLER),
        "工单 C-1 不能执行 登记当事人评价（rate）：当事人 r1 在本轮已评价",
        "case C-1 cannot Record a party's rating (rate): the party r1 has rated in this round already",
    ),
    (
        lambda w: w.engine.link("C-1", "C-1", "cousin", actor=OPERATOR),
        "工单 C-1 不能执行 关联工单（link）：没有名为 cousin 的关联类别；可选：重复（duplicate）、相关（related）；"
        "工单不能与自己关联",
        "case C-1 cannot Link a case (link): there is no kind of link cousin; there are duplicate, related; "
        "a case cannot be linked to itself",
    ),
    (
        lambda w: w.engine.link("C-1", "C-2", actor=OPERATOR),
        "工单 C-1 不能执行 关联工单（link）：已与工单 C-2 关联",
        "case C-1 cannot Link a case (link): the case is linked to C-2 already",
    ),
    (
        lambda w: w.engine.unlink("C-1", "C-2", "duplicate", actor=OPERATOR),
        "工单 C-1 不能执行 取消关联（unlink）：没有与工单 C-2 的此种关联",
        "case C-1 cannot Take a link away (unlink): the case has no such link to C-2",
    ),
]


@pytest.mark.parametrize(
    ("do", "zh", "en"), REFUSALS, ids=[en.partition(": ")[2][:40] for _, _, en in REFUSALS]
)
def test_a_refusal_says_why_in_both_languages_and_changes_nothing(
    world: World, do: Do, zh: str, en: str
) -> None:
    closed(world)
    world.open("C-2")
    world.engine.link("C-1", "C-2", actor=OPERATOR)
    world.engine.rate("C-1", "r1", "bad", actor=CALLER)
    before = dump(world.store)
    with pytest.raises(Refused) as caught:
        do(world)
    assert (caught.value.text("zh"), caught.value.text("en")) == (zh, en)
    assert dump(world.store) == before


def test_ratings_wait_for_the_state(world: World) -> None:
    filed(world)
    with pytest.raises(Refused) as caught:
        world.engine.rate("C-1", "w1", "good", actor=CALLER)
    assert caught.value.text("zh").endswith(
        "当前状态为 办理中（working），该操作只能在以下状态执行：办结（closed）"
    )
    assert caught.value.text("en").endswith(
        "the state is In progress (working); this is possible in Closed (closed)"
    )


def test_a_workflow_may_have_no_parties(store: Store) -> None:
    world = World(store)
    world.open()
    with pytest.raises(Refused) as caught:
        world.engine.record_party("C-1", "w1", kind="worker", actor=OPERATOR)
    assert caught.value.text("zh").endswith("此类工单不登记当事人")
    assert caught.value.text("en").endswith("this kind of case records no parties")


def test_a_stranger_is_told_that_there_is_no_such_case(world: World) -> None:
    filed(world)
    before = dump(world.store)
    for do in (
        lambda: world.engine.note("C-1", "x", actor=STRANGER),
        lambda: world.engine.attach("C-1", payslip("a2"), actor=STRANGER),
        lambda: world.engine.record_party("C-1", "w9", kind="worker", actor=STRANGER),
        lambda: world.engine.drop_party("C-1", "w1", actor=STRANGER),
        lambda: world.engine.rate("C-1", "w1", "good", actor=STRANGER),
        lambda: world.engine.link("C-1", "C-1", actor=STRANGER),
        lambda: world.engine.unlink("C-1", "C-1", actor=STRANGER),
        lambda: world.engine.file("C-1", actor=STRANGER),
    ):
        with pytest.raises(NotFound):
            do()
    assert dump(world.store) == before


def test_another_version_is_a_conflict_that_changes_nothing(world: World) -> None:
    filed(world)
    before = dump(world.store)
    with pytest.raises(Conflict):
        world.engine.note("C-1", "x", actor=OPERATOR, expect=1)
    assert dump(world.store) == before


def test_what_was_due_fires_first_and_stays_though_the_command_is_refused(world: World) -> None:
    """E3, M3."""
    filed(world)
    world.go("14:01")
    with pytest.raises(Refused):
        world.engine.note("C-1", " ", actor=OPERATOR)
    assert world.kinds()[-1] == "RungFired"


# Keys (M7)

KEYED: list[tuple[str, Do, Do]] = [
    (
        "note",
        lambda w: w.engine.note("C-1", "x", actor=OPERATOR, key="k"),
        lambda w: w.engine.note("C-1", "y", actor=OPERATOR, key="k"),
    ),
    (
        "attach",
        lambda w: w.engine.attach("C-1", payslip("a2"), actor=OPERATOR, key="k"),
        lambda w: w.engine.attach(
            "C-1",
            Attachment.of(
                b"3 months",
                id="a2",
                uri="elsewhere",
                name=FILE_NAME,
                media_type="application/pdf",
                kind="payslip",
            ),
            actor=OPERATOR,
            key="k",
        ),
    ),
    (
        "party",
        lambda w: w.engine.record_party(
            "C-1", "w2", kind="worker", actor=OPERATOR, identity={"a": "1"}, key="k"
        ),
        lambda w: w.engine.record_party(
            "C-1", "w2", kind="worker", actor=OPERATOR, identity={"a": "2"}, key="k"
        ),
    ),
    (
        "represents",
        lambda w: w.engine.record_party("C-1", "r1", kind="worker", actor=OPERATOR, represents=[], key="k"),
        lambda w: w.engine.record_party("C-1", "r1", kind="worker", actor=OPERATOR, key="k"),
    ),
    (
        "drop",
        lambda w: w.engine.drop_party("C-1", "w1", actor=OPERATOR, key="k"),
        lambda w: w.engine.drop_party("C-1", "r1", actor=OPERATOR, key="k"),
    ),
    (
        "rate",
        lambda w: w.engine.rate("C-1", "w1", "good", actor=CALLER, key="k"),
        lambda w: w.engine.rate("C-1", "w1", "bad", actor=CALLER, key="k"),
    ),
    (
        "link",
        lambda w: w.engine.link("C-1", "C-2", actor=OPERATOR, key="k"),
        lambda w: w.engine.link("C-1", "C-2", "duplicate", actor=OPERATOR, key="k"),
    ),
]


@pytest.mark.parametrize(("do", "other"), [one[1:] for one in KEYED], ids=[one[0] for one in KEYED])
def test_the_same_command_under_a_key_is_done_once_and_another_one_is_an_error(
    world: World, do: Do, other: Do
) -> None:
    closed(world)
    world.open("C-2")
    do(world)
    before = dump(world.store)
    do(world)
    with pytest.raises(KeyReused):
        other(world)
    assert dump(world.store) == before


# Erasure (D5)


def test_a_party_is_erased_everywhere_in_the_case_and_nobody_else(world: World) -> None:
    filed(world)
    engine = world.engine
    engine.record_party("C-1", "w2", kind="worker", actor=OPERATOR, identity={"name": "乙"})
    engine.record_party("C-1", "w1", kind="worker", actor=OPERATOR, identity={"name": "新"})
    assert engine.erase("C-1", actor=OPERATOR, parties=["w1"]) == 2
    file = engine.file("C-1", actor=OPERATOR)
    assert (file.parties["w1"].identity, file.parties["w2"].identity) == (MASK, {"name": "乙"})
    assert file.notes[0].text == NOTE
    assert engine.case("C-1", actor=OPERATOR).fields["phone"] == "13900001111"
    assert verify(world.store).problems == ()


def test_somebody_who_left_can_still_be_erased(world: World) -> None:
    filed(world)
    world.engine.drop_party("C-1", "w1", actor=OPERATOR)
    assert world.engine.erase("C-1", actor=OPERATOR, parties=["w1"]) == 1
    assert world.engine.erase("C-1", actor=OPERATOR, parties=["w1", "r1"]) == 0
    assert verify(world.store).problems == ()


def test_erasing_all_takes_notes_places_and_identities_and_fields_alone_take_none_of_them(
    world: World,
) -> None:
    filed(world)
    assert world.engine.erase("C-1", actor=OPERATOR, fields=["phone"]) == 1
    assert world.engine.file("C-1", actor=OPERATOR).parties["w1"].identity == {"name": NAME, "phone": NUMBER}
    assert world.engine.erase("C-1", actor=OPERATOR) == 3
    file = world.engine.file("C-1", actor=OPERATOR)
    assert (file.notes[0].text, file.parties["w1"].identity) == (MASK, MASK)
    assert (file.attachments[0].name, file.attachments[0].uri) == (MASK, MASK)
    assert file.attachments[0].sha256 == payslip().sha256
    assert verify(world.store).problems == ()


@pytest.mark.parametrize("names", [{"parties": ["w1", "w9"]}, {"fields": ["phone", "w1"], "parties": ["w1"]}])
def test_a_name_of_nobody_is_an_error_and_nothing_is_erased(
    world: World, names: dict[str, list[str]]
) -> None:
    filed(world)
    before = dump(world.store)
    with pytest.raises(ValueError, match="nothing was erased"):
        world.engine.erase("C-1", actor=OPERATOR, **names)  # type: ignore[arg-type]
    assert dump(world.store) == before


def test_no_event_snapshot_or_error_holds_what_lies_in_the_vault(world: World) -> None:
    world.outside.broken = {"warn"}
    world.outside.message = f"cannot tell {NAME} at {NUMBER}: {NOTE}, {FILE_NAME}, {PLACE}"
    filed(world)
    world.go("16:01")
    world.engine.sweep()
    raw = world.store.raw("C-1")
    told = repr(([event.body for event in raw.events], raw.snapshot, world.store.outbox("C-1")))  # type: ignore[union-attr]
    assert MASK in told
    for secret in (NAME, NOTE, FILE_NAME, PLACE, NUMBER):
        assert secret not in told


def test_an_append_names_everybody_whose_data_the_case_holds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[Append] = []
    append = world.store.append
    monkeypatch.setattr(world.store, "append", lambda batch: (batches.append(batch), append(batch))[1])
    world.open(data={"member_no": "m-0"})
    world.engine.record_party("C-1", "w1", kind="worker", actor=OPERATOR, person="m-1")
    world.engine.record_party("C-1", "w1", kind="worker", actor=OPERATOR, person="m-2")
    world.engine.drop_party("C-1", "w1", actor=OPERATOR)
    assert [batch.persons for batch in batches] == [
        {"m-0"},
        {"m-0", "m-1"},
        {"m-0", "m-1", "m-2"},
        {"m-0", "m-1", "m-2"},
    ]


# Links


def both(world: World, one: str = "C-1", other: str = "C-2") -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    engine = world.engine
    return engine.file(one, actor=OPERATOR).links, engine.file(other, actor=OPERATOR).links


def test_a_link_has_two_ends_and_goes_at_both(world: World) -> None:
    world.open()
    world.open("C-2")
    world.engine.link("C-1", "C-2", "duplicate", actor=OPERATOR)
    assert both(world) == ((Link("duplicate", "C-2"),), (Link("duplicate", "C-1"),))
    made = world.store.history("C-2")[-1].event
    assert (made.by.id, made.by.on_behalf) == ("system", "C-1:3:0")  # type: ignore[union-attr]
    world.engine.unlink("C-2", "C-1", "duplicate", actor=OPERATOR)
    assert both(world) == ((), ())
    assert verify(world.store).problems == ()


def test_only_two_cases_that_he_sees_can_be_linked_and_the_answer_does_not_tell_which_is_missing(
    world: World,
) -> None:
    world.taken()
    world.open("C-2")
    before = dump(world.store)
    for other in ("C-2", "C-9"):
        with pytest.raises(NotFound) as caught:
            world.engine.link("C-1", other, actor=HANDLER)
        assert caught.value.text("zh") == f"没有找到工单 {other}"
    assert dump(world.store) == before


def test_a_link_to_a_case_that_somebody_does_not_see_is_none_for_him(world: World) -> None:
    world.taken()
    world.open("C-2")
    world.engine.link("C-1", "C-2", actor=OPERATOR)
    assert world.engine.file("C-1", actor=HANDLER).links == ()
    assert world.engine.case("C-1", actor=HANDLER).links == ()
    assert world.engine.find(actor=HANDLER).cases[0].links == ()
    assert "C-2" not in repr(world.engine.history("C-1", actor=HANDLER))
    assert "C-2" in repr(world.engine.history("C-1", actor=OPERATOR))


def test_an_effect_that_is_delivered_twice_makes_one_end(store: Store) -> None:
    world = file_world(store, deliver="later")
    world.open()
    world.open("C-2")
    world.engine.link("C-1", "C-2", actor=OPERATOR)
    row = store.outbox("C-1")[-1]
    means = world.engine._means
    link_back(means, row)
    version = world.engine.case("C-2", actor=OPERATOR).version
    link_back(means, row)
    world.engine.deliver()
    assert world.engine.case("C-2", actor=OPERATOR).version == version
    world.engine.unlink("C-2", "C-1", actor=OPERATOR)
    link_back(means, row)  # late, after somebody has untied them over there
    world.engine.deliver()
    assert both(world) == ((), ())


@pytest.mark.parametrize(
    "steps",
    [
        "link 1, link 2, unlink 1",
        "link 2, link 1, unlink 1",
        "link 1, deliver, unlink 1, unlink 2",
        "link 1, deliver, unlink 2, link 1, unlink 1, link 2",
        "link 1, deliver, unlink 1, link 1, unlink 2",
    ],
)
def test_ends_agree_whoever_ties_and_unties_first(store: Store, steps: str) -> None:
    world = file_world(store, deliver="later")
    world.open()
    world.open("C-2")
    for step in steps.split(", "):
        what, _, end = step.partition(" ")
        if what == "deliver":
            world.engine.deliver()
            continue
        with suppress(Refused):
            getattr(world.engine, what)(f"C-{end}", f"C-{3 - int(end)}", actor=OPERATOR)
    world.engine.deliver()
    one, other = both(world)
    assert (len(one), len(other)) in ((0, 0), (1, 1))
    assert world.engine.incidents() == ()


def test_what_was_due_on_the_other_case_fires_and_is_delivered_with_the_link(world: World) -> None:
    world.dispatched("C-2")
    world.go("14:01")
    world.open()
    told = world.outside.times("notify")
    world.engine.link("C-1", "C-2", actor=OPERATOR)
    assert world.kinds("C-2")[-2:] == ["RungFired", "Linked"]
    assert world.outside.times("notify") == told + 1


def test_a_refusal_calls_a_command_on_the_file_by_its_own_name(world: World) -> None:
    """The workflow has a trigger `note`, too, which it calls 记录."""
    world.open()
    with pytest.raises(Refused) as refused:
        world.engine.note("C-1", "x", actor=NOBODY)
    assert refused.value.text("zh").startswith("工单 C-1 不能执行 记备注（note）：")
    with pytest.raises(Refused) as moved:
        world.engine.fire("C-1", "note", actor=NOBODY)
    assert moved.value.text("zh").startswith("工单 C-1 不能执行 记录（note）：")
