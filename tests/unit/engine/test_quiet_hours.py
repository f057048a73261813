"""Nobody is told in his quiet hours; waiting for their end is durable, in order, and holds up nobody else (E6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import attrs
import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.model.directory import StaticDirectory
from casewf.model.quiet_hours import QuietHours
from casewf.ports.outside import Delivery, Person
from casewf.ports.store import Store
from casewf.ports.stored import Settlement
from casewf.testing.clock import at, instant_of
from engine_fakes import CLAIM, DIRECTORY, OPERATOR, World, claim, deliver_until_dead, dump, rows

NIGHTS = QuietHours.daily("22:00", "07:00", zone="Asia/Shanghai")
LI = Person("li", "李", frozenset({"handler"}))
WANG = Person("wang", "王", frozenset({"handler"}), quiet=NIGHTS)
ANNA = Person(
    "anna", "Anna", frozenset({"handler"}), quiet=QuietHours.daily("22:00", "07:00", zone="Europe/Berlin")
)
TELLING = claim(
    **{
        "accepts: [summary, people, phone]}": "accepts: [summary, people, phone], effects: [{notify: handler}]}",
        "resume: {zh: 恢复, en: Resume}": "resume: {zh: 恢复, en: Resume}\n      alarm: {zh: 告急, en: Alarm}",
        "      - {trigger: take,": "      - {trigger: alarm, from: dispatched, by: operator,\n"
        "         effects: [{notify: handler, quiet_hours: ignore}]}\n      - {trigger: take,",
    }
)


class Staff(StaticDirectory):
    """The district union's people, who may change."""

    def __init__(self, *members: Person) -> None:
        super().__init__({"city": None, "yuzhong": "city"})
        self.members: Sequence[Person] = members

    def people(self, role: str, org: str, at: int) -> Sequence[Person]:
        return [person for person in self.members if role in person.roles and org == "yuzhong"]


class Night(World):
    """A case that is dispatched at 23:00, so that its handlers are to be told then; ``told`` says who was, and when."""

    def __init__(self, store: Store, *people: Person, case_id: str = "C-1", **options: Any) -> None:
        self.staff = Staff(*people)
        self.told: list[tuple[str, tuple[str, ...]]] = []
        self.case_id = case_id
        super().__init__(
            store,
            **{"start": "2026-03-16 23:00", "directory": self.staff, "workflows": [TELLING], **options},
        )
        self.outside.then = self._note

    def _note(self, what: str, delivery: Delivery) -> None:
        if what == "notify":
            moment = dt.datetime.fromtimestamp(self.clock.now() / 1_000_000, at("2026-03-16 23:00").tzinfo)
            self.told.append((f"{moment:%d %H:%M}", tuple(person.id for person in delivery.recipients)))

    def dispatch(self) -> None:
        self.dispatched(self.case_id)

    def fire(self, trigger: str) -> None:
        self.engine.fire(self.case_id, trigger, actor=OPERATOR)

    def ids(self, person: str) -> list[str]:
        """The ids of the deliveries that told somebody, in the order in which they came."""
        return [
            delivery.id
            for delivery in self.outside.deliveries
            if person in {one.id for one in delivery.recipients}
        ]


def states(world: World) -> list[tuple[str, str, int]]:
    return [(row.id, row.state, row.attempts) for row in rows(world, "notify")]


# Waiting


def test_who_has_quiet_hours_is_told_when_they_end_and_nobody_else_waits(store: Store) -> None:
    world = Night(store, LI, WANG)
    world.dispatch()
    assert world.told == [("16 23:00", ("li",))]
    world.go("2026-03-17 06:59:59.999999")
    assert world.engine.deliver().delivered == 0
    world.go("2026-03-17 07:00")
    assert world.engine.deliver().delivered == 1
    assert world.told[1:] == [("17 07:00", ("wang",))]
    assert states(world) == [("C-1:3:0", "done", 1), ("C-1:3:0~wang", "done", 1)]
    world.go("2026-03-19 12:00")
    world.engine.deliver()
    assert len(world.told) == 2


def test_the_notifier_is_not_called_while_everybody_has_quiet_hours(store: Store) -> None:
    world = Night(store, WANG, deliver="later")
    world.dispatch()
    report = world.engine.deliver()
    assert (world.told, report.delayed, report.dead) == ([], 1, 0)
    assert states(world) == [("C-1:3:0", "done", 0), ("C-1:3:0~wang", "pending", 0)]
    waiting = rows(world, "notify:")[0]
    assert (waiting.due_at, waiting.created_at) == (
        instant_of(at("2026-03-17 07:00")),
        rows(world, "notify")[0].created_at,
    )


def test_each_is_told_by_the_clocks_of_his_own_zone(store: Store) -> None:
    world = Night(store, ANNA, WANG)
    world.dispatch()  # 16:00 in Berlin
    world.go("2026-03-17 05:30")  # 22:30 in Berlin
    world.fire("note")
    for time in ("07:00", "13:00"):  # 13:00 is 06:00 in Berlin, where summer time begins on the 29th
        world.go(f"2026-03-17 {time}")
        world.engine.deliver()
    world.go("2026-03-17 14:00")
    world.engine.deliver()
    assert world.told == [
        ("16 23:00", ("anna",)),
        ("17 07:00", ("wang",)),
        ("17 07:00", ("wang",)),
        ("17 14:00", ("anna",)),
    ]


def test_a_whole_weekend_may_be_quiet(store: Store) -> None:
    week = {
        "fri": [("18:00", "00:00")],
        "sat": [("00:00", "24:00")],
        "sun": [("00:00", "22:00"), ("22:00", "07:00")],
    }
    resting = attrs.evolve(LI, quiet=QuietHours(zone="Asia/Shanghai", week=week))
    world = Night(store, resting, start="2026-03-20 18:00")
    world.dispatch()
    for time in ("2026-03-21 12:00", "2026-03-22 23:59", "2026-03-23 06:59", "2026-03-23 07:00"):
        world.go(time)
        world.engine.deliver()
    assert world.told == [("23 07:00", ("li",))]


def test_what_may_reach_people_at_night_does(store: Store) -> None:
    world = Night(store, LI, WANG)
    world.dispatch()
    world.fire("alarm")
    assert world.told == [("16 23:00", ("li",)), ("16 23:00", ("li", "wang"))]


def test_a_rung_waits_unless_its_author_says_otherwise(store: Store) -> None:
    text = CLAIM.replace(
        "{at: 50%, notify: handler}", "{at: 50%, notify: handler, quiet_hours: ignore}"
    ).replace("card: yellow, hook: warn", "card: yellow, notify: handler")
    world = Night(
        store, attrs.evolve(LI, quiet=QuietHours.daily("00:00", "23:00", zone="Asia/Shanghai")),
        workflows=[claim(text)], start="2026-03-16 10:00",
    )  # fmt: skip
    world.dispatch()
    world.go("16:01")
    world.engine.sweep()
    assert world.told == [("16 16:01", ("li",))]
    assert [row.state for row in rows(world, "notify:")] == ["pending", "pending"]


def test_waiting_outlives_the_process(tmp_path: Any) -> None:
    path = tmp_path / "cases.db"
    with SqliteStore(path) as before:
        Night(before, WANG).dispatch()
    with SqliteStore(path) as after:
        world = Night(after, WANG, start="2026-03-17 09:00")
        world.engine.deliver()
        assert world.told == [("17 09:00", ("wang",))]


# Order


def test_what_comes_later_is_told_later(store: Store) -> None:
    world = Night(store, LI, WANG)
    world.dispatch()
    world.fire("note")
    world.go("2026-03-17 07:00")
    world.fire("note")
    assert [told for told in world.told if told[1] == ("wang",)] == [("17 07:00", ("wang",))] * 3
    assert world.ids("wang") == ["C-1:3:0~wang", "C-1:7:0~wang", "C-1:8:0~wang"]
    world.fire("note")
    assert world.told[-1] == ("17 07:00", ("li", "wang"))


def test_who_still_waits_for_something_older_is_not_told_something_newer(store: Store) -> None:
    world = Night(store, LI, WANG)
    world.dispatch()
    world.go("2026-03-17 07:00")
    world.outside.broken = {"notify"}
    world.engine.deliver()
    world.outside.broken = set()
    world.fire("note")
    assert world.told[-1] == ("17 07:00", ("li",))
    world.go("2026-03-17 07:01")
    world.engine.deliver()
    assert world.ids("wang") == ["C-1:3:0~wang", "C-1:3:0~wang", "C-1:7:0~wang"]


def test_another_case_does_not_wait(store: Store) -> None:
    world = Night(store, WANG)
    world.dispatch()
    world.go("2026-03-17 07:00")
    world.outside.broken = {"notify"}
    world.engine.deliver()
    world.outside.broken = set()
    world.dispatched("C-2")
    assert world.told[-1] == ("17 07:00", ("wang",))
    assert world.outside.deliveries[-2].case.id == "C-2"


# What changes while somebody waits


def test_who_has_left_the_role_is_not_told_and_that_is_an_incident(store: Store) -> None:
    world = Night(store, LI, WANG)
    world.dispatch()
    world.staff.members = (LI, attrs.evolve(WANG, roles=frozenset({"operator"})))
    world.go("2026-03-17 07:00")
    world.engine.deliver()
    assert world.told == [("16 23:00", ("li",))]
    (incident,) = world.engine.incidents("C-1")
    assert (incident.kind, incident.about) == ("nobody_to_tell", "C-1:3:0~wang dispatch")
    assert incident.detail == "wang, who was to be told, no longer has the role handler in yuzhong"
    assert [row.state for row in rows(world, "notify")] == ["done", "done"]


def test_who_has_other_quiet_hours_by_then_waits_for_their_end(store: Store) -> None:
    world = Night(store, WANG)
    world.dispatch()
    world.staff.members = (
        attrs.evolve(WANG, quiet=QuietHours.daily("22:00", "09:00", zone="Asia/Shanghai")),
    )
    for time in ("07:00", "08:59", "09:00"):
        world.go(f"2026-03-17 {time}")
        world.engine.deliver()
    assert world.told == [("17 09:00", ("wang",))]
    assert states(world)[1] == ("C-1:3:0~wang", "done", 1)


@pytest.mark.parametrize("back", [0, 3600])
def test_a_delivery_ends_although_the_clock_goes_back(store: Store, back: int) -> None:
    world = Night(store, WANG)
    world.dispatch()

    class Jumping:
        reads = 0  # the first is the engine's, when it is made

        def now(self) -> int:
            self.reads += 1
            return instant_of(at("2026-03-17 07:00")) - (self.reads > 2) * back * 1_000_000

    later = Night(store, WANG, clock=Jumping())
    assert later.engine.deliver().delivered == 1


def test_waiting_uses_up_no_attempt(store: Store) -> None:
    world = Night(store, WANG)
    world.dispatch()
    world.outside.broken = {"notify"}
    world.go("2026-03-17 21:59:59")
    world.engine.deliver()
    world.go("2026-03-17 23:00")
    world.engine.deliver()
    assert [(row.attempts, row.error) for row in rows(world, "notify:")] == [(1, "ConnectionError: no route")]
    deliver_until_dead(world, "notify:")
    assert [(row.state, row.attempts) for row in rows(world, "notify:")] == [("dead", 8)]


# Trouble in the middle


def test_who_waits_is_told_although_the_others_cannot_be(store: Store) -> None:
    world = Night(store, LI, WANG)
    world.outside.broken = {"notify"}
    world.dispatch()
    for time in ("23:01", "23:06", "23:21"):
        world.go(time)
        world.engine.deliver()
    assert [told[1] for told in world.told] == [("li",)] * 4
    world.outside.broken = set()
    world.go("2026-03-17 07:00")
    world.engine.deliver()
    assert sorted(world.told[4:]) == [("17 07:00", ("li",)), ("17 07:00", ("wang",))]
    assert [(row.state, row.attempts) for row in rows(world, "notify")] == [("done", 5), ("done", 1)]


def test_who_falls_asleep_between_two_attempts_is_told_in_the_morning(store: Store) -> None:
    world = Night(store, WANG, start="2026-03-16 21:59:30")
    world.outside.broken = {"notify"}
    world.dispatch()
    world.outside.broken = set()
    for time in ("2026-03-16 22:01", "2026-03-17 07:00"):
        world.go(time)
        world.engine.deliver()
    assert [time for time, _ in world.told] == ["16 21:59", "17 07:00"]
    assert states(world) == [("C-1:3:0", "done", 1), ("C-1:3:0~wang", "done", 1)]


@pytest.mark.parametrize("at_settlement", [1, 2])
def test_a_process_that_dies_in_the_middle_loses_and_doubles_nothing(
    store: Store, at_settlement: int
) -> None:
    """The retry comes when everybody is awake: it must not tell wang under an id that the notifier has seen."""
    world = Night(store, LI, WANG, deliver="later")
    world.dispatch()
    settle, count = store.settle, 0

    def dies(settlement: Settlement) -> None:
        nonlocal count
        count += settlement.id == "C-1:3:0"
        if count == at_settlement and settlement.id == "C-1:3:0":
            raise KeyboardInterrupt
        settle(settlement)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            world.engine.deliver()
    world.go("2026-03-17 07:00")
    world.engine.deliver()
    by_id = {delivery.id: tuple(one.id for one in delivery.recipients) for delivery in world.outside.deliveries
             if delivery.effect.destination.startswith("notify")}  # fmt: skip
    if at_settlement == 1:  # nobody had been told, nobody put off
        assert by_id == {"C-1:3:0": ("li", "wang")}
    else:
        assert by_id == {"C-1:3:0": ("li",), "C-1:3:0~wang": ("wang",)}
        assert world.told.count(("16 23:00", ("li",))) == 1
    assert {row.state for row in rows(world)} == {"done"}


def test_two_engines_put_somebody_off_only_once(store: Store) -> None:
    world, rival = Night(store, LI, WANG, deliver="later"), Night(store, LI, WANG, deliver="later")
    world.dispatch()
    note = world.outside.then
    world.outside.then = lambda what, delivery: (rival.engine.deliver(), note(what, delivery))  # type: ignore[func-returns-value]
    world.engine.deliver()
    world.go("2026-03-17 07:00")
    rival.go("2026-03-17 07:00")
    world.outside.then = note
    world.engine.deliver()
    rival.engine.deliver()
    assert world.ids("wang") + rival.ids("wang") == ["C-1:3:0~wang"]


@pytest.mark.parametrize("person", ["a:b:1", "李 四", "x~y/%", "li"])
@pytest.mark.parametrize("case_id", ["C-1", "a:b~c:1", "工单-7"])
def test_a_dead_one_can_be_delivered_again_whatever_the_ids_are(
    store: Store, person: str, case_id: str
) -> None:
    world = Night(store, attrs.evolve(WANG, id=person), case_id=case_id)
    world.dispatch()
    world.outside.broken = {"notify"}
    deliver_until_dead(world, "notify:", case_id)
    world.go("2026-03-18 12:00")
    (incident,) = world.engine.incidents(case_id)
    world.outside.broken = set()
    world.engine.redeliver(incident.about.split()[0])
    assert world.told[-1] == ("18 12:00", (person,))
    assert [row.state for row in rows(world, "notify", case_id)] == ["done", "done"]


def test_two_people_never_share_a_row(store: Store) -> None:
    people = [attrs.evolve(WANG, id=name) for name in ("a:b", "a%3Ab", "a", "A", "a~")]
    world = Night(store, *people)
    world.dispatch()
    world.go("2026-03-17 07:00")
    world.engine.deliver()
    assert sorted(told[1][0] for told in world.told) == sorted(person.id for person in people)


def test_a_directory_that_fails_is_asked_again(store: Store) -> None:
    world = Night(store, LI, WANG)
    world.staff.members = (object(),)  # type: ignore[assignment]
    world.dispatch()
    assert "AttributeError" in rows(world, "notify")[0].error
    world.staff.members = (LI, WANG)
    world.go("23:01")
    world.engine.deliver()
    assert world.told == [("16 23:01", ("li",))]


def test_without_quiet_hours_nothing_is_written_besides(store: Store) -> None:
    world = World(store, directory=DIRECTORY)
    world.dispatched()
    before = dump(store)
    world.engine.deliver()
    assert dump(store) == before
    assert states(world) == [("C-1:3:0", "done", 1)]
