"""What a notification says to each recipient: nothing that he may not read (D5, M2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs
import pytest

from casewf.engine.case_view import MASK
from casewf.errors import Undelivered
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.model.notice import Notice
from casewf.model.quiet_hours import QuietHours
from casewf.model.staff import Absence
from casewf.ports.outside import Delivery, Outcome, Person
from casewf.ports.store import Store
from casewf.testing.clock import at, instant_of
from engine_fakes import CLAIM, HANDLER, OPERATOR, World, claim, rows

PHONE = "13900001111"
TOLD = "effects: [{notify: [handler, operator]}]"
BOTH = claim(**{"effects: [{notify: handler}]": TOLD})
LI, WANG = (Person(name, name, frozenset({"handler"})) for name in ("li", "wang"))
WU = Person("wu", "吴", frozenset({"operator"}))
MA = Person("ma", "马", frozenset({"operator", "handler"}))
CHART = {"city": None, "yuzhong": "city", "wanzhou": "city"}


class Reading:
    """A notifier that asks for every recipient's notice; ``refused`` are told nothing."""

    def __init__(self, lang: Literal["zh", "en"] = "zh") -> None:
        self.lang = lang
        self.read: dict[tuple[str, str], Notice] = {}
        self.told: list[tuple[str, str]] = []
        self.refused: set[str] = set()
        self.final = False
        self.deliveries: list[Delivery] = []

    def notify(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        left = [one.id for one in delivery.recipients if one.id in self.refused]
        for one in delivery.recipients:
            if one.id not in left:
                self.read[one.id, delivery.effect.about] = delivery.notice(one, self.lang)
                self.told.append((one.id, delivery.id))
        if left:
            raise Undelivered(f"no way to {', '.join(left)}", people=left, final=self.final)


def staffed(store: Store, reader: Reading, *, workflow: object = BOTH, **options: object) -> World:
    directory = StaticDirectory(CHART, {"yuzhong": [LI, WANG], "city": [WU], "wanzhou": [MA]})
    return World(store, workflows=[workflow], directory=directory, notifier=reader, **options)  # type: ignore[list-item]


# Sight


def test_who_may_see_a_sensitive_value_reads_it_and_the_others_a_mask(store: Store) -> None:
    reader = Reading()
    staffed(store, reader).dispatched()
    assert reader.read["wu", "dispatch"].fields["phone"] == f"电话：{PHONE}"
    assert reader.read["li", "dispatch"].fields["phone"] == f"电话：{MASK}"
    assert reader.read["li", "dispatch"].fields["summary"] == "内容：欠薪"


def test_a_recipient_reads_by_the_role_he_is_told_in_not_by_others_that_he_has(store: Store) -> None:
    """Ma is an operator, too, who may see the number; a message to the handlers is not the place for it."""
    reader = Reading()
    world = staffed(store, reader)
    world.open(data={"phone": PHONE})
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "wanzhou"})
    assert reader.read["ma", "dispatch"].fields["phone"] == f"电话：{MASK}"


def test_who_lost_the_case_while_the_message_waited_learns_nothing_of_it(store: Store) -> None:
    again = CLAIM.replace(
        "- {trigger: dispatch, from: received,", "- {trigger: dispatch, from: [received, dispatched],"
    )
    reader = Reading("en")
    world = staffed(store, reader, workflow=claim(again), deliver="later")
    world.dispatched()
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "wanzhou"})
    world.engine.deliver()
    first = reader.read["li", "dispatch"]
    assert first.subject == "Claim C-1: Dispatch"
    assert first.lines == ("the case is no longer in your field of duty, so no more of it is shown",)
    assert first.fields == {}


HELD = (
    CLAIM.replace("supervisor: {zh: 督办员,", "worker: {zh: 承办人, en: Worker}\n  supervisor: {zh: 督办员,")
    .replace("seen_by: [operator]", "seen_by: [worker]")
    .replace("to: working, by: handler}", "to: working, by: handler, assign: {worker: actor.id}}")
    .replace("accepts: [summary, people, phone]}", "accepts: [summary], effects: [{notify: worker}]}")
)


def test_whoever_answers_for_the_person_who_holds_the_case_reads_what_the_holder_may(store: Store) -> None:
    reader = Reading()
    away = {"li": [Absence(instant_of(at("2026-03-16 12:00")), instant_of(at("2026-03-20 12:00")))]}
    directory = StaticDirectory(CHART, {"yuzhong": [LI, WANG]}, deputies={"li": ["wang"]}, away=away)
    world = World(store, workflows=[claim(HELD)], directory=directory, notifier=reader)
    world.taken()
    world.engine.fire("C-1", "note", actor=OPERATOR)
    assert reader.read["li", "note"].fields["phone"] == f"电话：{PHONE}"
    world.go("13:00")
    world.engine.fire("C-1", "note", actor=OPERATOR)
    assert reader.read["wang", "note"].fields["phone"] == f"电话：{PHONE}"
    assert reader.read["wang", "note"].lines[0] == "您的角色：承办人"


def test_who_answers_for_somebody_who_no_longer_holds_the_case_learns_nothing_of_it(store: Store) -> None:
    reader = Reading()
    directory = StaticDirectory(CHART, {"yuzhong": [LI, WANG]})
    again = HELD.replace("trigger: take, from: dispatched,", "trigger: take, from: [dispatched, working],")
    again = again.replace(
        "by: handler, assign: {worker", "by: {any: handler}, assign: {handler: org_of, worker"
    )
    again = again.replace("  external_no: {type: text}", "  external_no: {type: text}\n  org_of: {type: org}")
    again = again.replace("to: working, by:", "to: working, accepts: [org_of], by:")
    world = World(store, workflows=[claim(again)], directory=directory, notifier=reader, deliver="later")
    world.dispatched()
    world.engine.fire("C-1", "take", actor=HANDLER, data={"org_of": "yuzhong"})
    world.engine.fire("C-1", "note", actor=OPERATOR)
    wan = Actor("zhao", frozenset({"handler"}), "city")
    world.engine.fire("C-1", "take", actor=wan, data={"org_of": "wanzhou"})
    world.engine.deliver()
    assert reader.read["li", "note"].fields == {}


def test_a_value_that_was_erased_is_masked_for_everybody(store: Store) -> None:
    reader = Reading()
    world = staffed(store, reader, deliver="later")
    world.dispatched()
    world.engine.erase("C-1", actor=OPERATOR)
    world.engine.deliver()
    assert {one.fields["phone"] for one in reader.read.values()} == {f"电话：{MASK}"}


def test_neither_the_delivery_nor_the_notice_shows_values_when_it_is_printed(store: Store) -> None:
    reader = Reading()
    staffed(store, reader).dispatched()
    assert PHONE not in repr(reader.deliveries)
    assert PHONE not in repr(reader.read)


def test_nothing_is_unsealed_for_a_notifier_that_does_not_ask(store: Store) -> None:
    world = World(store, deliver="later")
    world.dispatched()
    asked: list[object] = []
    secrets = store.secrets
    store.secrets = lambda *what: asked.append(what) or secrets(*what)  # type: ignore[method-assign,func-returns-value]
    assert world.engine.deliver().delivered == 2
    assert len(asked) == 1, "for the push, whose author lists the telephone"


def test_only_recipients_have_a_notice_and_only_of_a_notification(store: Store) -> None:
    reader = Reading()
    world = staffed(store, reader)
    world.dispatched()
    with pytest.raises(ValueError, match="'zhao' is no recipient"):
        reader.deliveries[0].notice(Person("zhao"), "zh")
    with pytest.raises(ValueError, match="lang must be 'zh' or 'en', got 'fr'"):
        reader.deliveries[0].notice(LI, "fr")
    with pytest.raises(ValueError, match="nobody is told of this delivery"):
        world.outside.deliveries[0].notice(LI, "zh")


# Words


def test_a_notice_says_what_happened_and_how_the_case_stands(store: Store) -> None:
    for lang, subject, lines in (
        (
            "zh",
            "诉求 C-1：派单",
            ("您的角色：办理员", "时间：2026-03-16 周一 10:00", "状态：派单、待推送",
             "答复时限：2026-03-16 周一 16:00", "总时限：2026-03-17 周二 10:00"),
        ),
        (
            "en",
            "Claim C-1: Dispatch",
            ("your role: Handler", "when: Mon 2026-03-16 10:00", "state: Dispatched, 待推送",
             "Time to answer: Mon 2026-03-16 16:00", "Overall limit: Tue 2026-03-17 10:00"),
        ),
    ):  # fmt: skip
        reader = Reading(lang)  # type: ignore[arg-type]
        open_platform = claim(
            **{
                "effects: [{notify: handler}]": TOLD,
                "pending: {zh: 待推送, category: closed}": "pending: {zh: 待推送}",
            }
        )
        world = staffed(store, reader, workflow=open_platform)
        world.dispatched(f"C-{lang}")
        notice = reader.read["li", "dispatch"]
        assert (notice.subject.replace(f"C-{lang}", "C-1"), notice.lines) == (subject, lines)


def test_a_warning_names_its_limit_and_its_rung(store: Store) -> None:
    reader = Reading()
    text = CLAIM.replace("{at: due, card: yellow, hook: warn}", "{at: due, card: yellow, notify: handler}")
    world = staffed(store, reader, workflow=claim(text))
    world.dispatched()
    world.go("16:01")
    world.engine.sweep()
    assert reader.read["li", "answer/0"].subject == "诉求 C-1：答复时限 用时50%"
    assert reader.read["li", "answer/1"].subject == "诉求 C-1：答复时限 到期"
    assert "警示牌：黄牌" in reader.read["li", "answer/1"].lines


def test_what_somebody_wrote_is_one_line_and_steers_nothing(store: Store) -> None:
    reader = Reading()
    world = staffed(store, reader)
    world.open("C-1\r\nBcc: x@example.org", data={"summary": "欠薪\n状态：办结\x1b[2J"})
    world.engine.fire("C-1\r\nBcc: x@example.org", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    notice = reader.read["li", "dispatch"]
    assert notice.subject == "诉求 C-1 Bcc: x@example.org：派单"
    assert notice.fields["summary"] == "内容：欠薪 状态：办结�[2J"


# Some were told, others not


def test_only_who_was_not_told_is_tried_again(store: Store) -> None:
    reader = Reading()
    reader.refused = {"li"}
    world = staffed(store, reader, workflow=claim())
    world.dispatched()
    assert [(row.id, row.state) for row in rows(world, "notify")] == [
        ("C-1:3:0", "done"),
        ("C-1:3:0~li", "pending"),
    ]
    (waits,) = rows(world, "notify:li")
    assert (waits.attempts, waits.error) == (1, "Undelivered: no way to li")
    assert world.store.health(world.clock.now()).oldest_unbound is None
    world.go("10:01")
    world.engine.deliver()
    reader.refused = set()
    world.go("10:30")
    world.engine.deliver()
    assert reader.told == [("wang", "C-1:3:0"), ("li", "C-1:3:0~li")]
    assert [(row.state, row.attempts) for row in rows(world, "notify:li")] == [("done", 3)]


def test_who_can_never_be_told_is_a_dead_letter_of_his_own_at_once(store: Store) -> None:
    reader = Reading()
    reader.refused, reader.final = {"li"}, True
    world = staffed(store, reader, workflow=claim())
    world.dispatched()
    assert [(row.state, row.attempts) for row in rows(world, "notify")] == [("done", 1), ("dead", 2)]
    (incident,) = world.engine.incidents("C-1")
    assert (incident.kind, incident.about) == ("dead_letter", "C-1:3:0~li notify:li")
    assert incident.detail == "Undelivered: no way to li"
    reader.refused = set()
    world.engine.redeliver("C-1:3:0~li")
    assert reader.told == [("wang", "C-1:3:0"), ("li", "C-1:3:0~li")]


def test_the_reason_that_is_kept_for_him_holds_nothing_of_the_vault(store: Store) -> None:
    class Chatty(Reading):
        def notify(self, delivery: Delivery) -> None:
            raise Undelivered(f"no way to li, who asks for {PHONE}" + "!" * 1_000, people=["li"])

    world = staffed(store, Chatty())
    world.open(data={"phone": PHONE})
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    (waits,) = rows(world, "notify:li")
    assert waits.error.startswith(f"Undelivered: no way to li, who asks for {MASK}!!!")
    assert len(waits.error) == 500


def test_where_nobody_was_told_the_whole_notification_is_tried_again(store: Store) -> None:
    reader = Reading()
    reader.refused = {"li", "wang", "somebody else"}
    world = staffed(store, reader, workflow=claim())
    world.dispatched()
    assert [(row.id, row.state) for row in rows(world, "notify")] == [("C-1:3:0", "pending")]


def test_who_was_not_told_of_an_alarm_is_told_in_his_quiet_hours_too(store: Store) -> None:
    night = QuietHours.daily("22:00", "07:00", zone="Asia/Shanghai")
    alarm = claim(**{"effects: [{notify: handler}]": "effects: [{notify: handler, quiet_hours: ignore}]"})
    reader = Reading()
    reader.refused = {"wang"}
    world = World(
        store,
        start="2026-03-16 23:00",
        workflows=[alarm],
        notifier=reader,
        directory=StaticDirectory(CHART, {"yuzhong": [LI, attrs.evolve(WANG, quiet=night)]}),
    )
    world.dispatched()
    reader.refused = set()
    world.go("23:01")
    world.engine.deliver()
    assert reader.told == [("li", "C-1:3:0"), ("wang", "C-1:3:0~wang")]


# What a receiver may say of a failure


def test_a_hook_or_a_connector_that_says_it_is_of_no_use_is_not_tried_again(store: Store) -> None:
    world = World(store)
    world.outside.push = lambda delivery: Outcome(ok=False, error="gone", final=True)  # type: ignore[method-assign]
    world.taken()
    assert [(row.state, row.attempts, row.error) for row in rows(world, "push")] == [("dead", 1, "gone")]

    def gone(what: str, delivery: Delivery) -> None:
        raise Undelivered("no such address", final=True)

    world.outside.then = gone
    world.engine.fire("C-1", "close", actor=HANDLER)
    assert [(row.state, row.attempts) for row in rows(world, "hook")] == [("dead", 1)]


def test_a_receiver_that_asks_for_time_gets_it(store: Store) -> None:
    hour = 3_600_000_000
    world = World(store)
    world.outside.push = lambda delivery: Outcome(ok=False, retry_after=2 * hour)  # type: ignore[method-assign]
    world.taken()
    assert rows(world, "push")[0].due_at == world.clock.now() + 2 * hour

    def busy(what: str, delivery: Delivery) -> None:
        raise Undelivered("busy", retry_after=hour)

    world.outside.then = busy
    world.engine.fire("C-1", "close", actor=HANDLER)
    assert rows(world, "hook")[0].due_at == world.clock.now() + hour


@pytest.mark.parametrize(
    "make", [lambda: Undelivered("x", retry_after="1"), lambda: Outcome(False, retry_after="1")]
)  # type: ignore[arg-type]
def test_a_time_that_is_no_number_is_told_where_it_is_given(make: object) -> None:
    with pytest.raises(TypeError, match="retry_after"):
        make()  # type: ignore[operator]


def test_every_delivery_says_by_which_definition_its_case_goes(store: Store) -> None:
    world = World(store)
    world.taken()
    world.engine.fire("C-1", "close", actor=HANDLER)
    workflows: Sequence[object] = [one.workflow for one in world.outside.deliveries]
    assert workflows == [world.engine.workflow("claim")] * 3
