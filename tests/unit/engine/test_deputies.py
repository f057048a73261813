"""Deputies and duty through the engine, on both stores: who acts, what is recorded, who is told (M11, K7, E6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import attrs
import pytest

from casewf.definition.load import parse_workflow
from casewf.engine.verify import verify
from casewf.errors import BindingError, KeyReused, NotFound, Refused
from casewf.model.amount import WorkingDays, WorkingTime
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.model.quiet_hours import QuietHours
from casewf.model.staff import Absence, Duty, Shift
from casewf.ports.outside import Person
from casewf.ports.store import Store
from casewf.testing.clock import at, instant_of
from engine_fakes import CLAIM, OPERATOR, World, claim, dump, fired, rows

CHART = {"city": None, "yuzhong": "city", "wanzhou": "city", "jiefangbei": "yuzhong"}
NIGHTS = QuietHours.daily("22:00", "07:00", zone="Asia/Shanghai")
LI = Person("li", "李", frozenset({"handler"}))
MO = Person("mo", "莫", frozenset({"supervisor"}))
HE = Person("he", "何", frozenset({"handler"}))
PEOPLE = {
    "city": [
        Person("wu", "吴", frozenset({"operator"})),
        MO,
        Person("zhou", "周", frozenset({"supervisor"})),
    ],
    "yuzhong": [LI, Person("ma", "马", frozenset())],
}
RULES = "extension: {by: supervisor, asked_by: handler}\n    target: [{within: 4 working hours}]"
TEXT = CLAIM.replace("target: [{within: 4 working hours}]", RULES)


def time(text: str) -> int:
    return instant_of(at(text))


def away(begin: str, end: str) -> list[Absence]:
    return [Absence(time(begin), time(end))]


MARCH_16 = away("2026-03-16 00:00", "2026-03-17 00:00")


def union(
    *deputies: str, people: dict[str, list[Person]] | None = None, **options: object
) -> StaticDirectory:
    """The district's Li is away on 16 March."""
    given = {"deputies": {"li": deputies}, "away": {"li": MARCH_16}, **options}
    return StaticDirectory(CHART, PEOPLE if people is None else people, **given)  # type: ignore[arg-type]


def world_of(store: Store, directory: StaticDirectory, **options: object) -> World:
    world = World(store, workflows=[claim(TEXT)], directory=directory, **options)
    world.dispatched()
    return world


# Who acts


def test_the_engine_asks_the_directory_by_its_own_clock(store: Store) -> None:
    world = world_of(store, union("ma"))
    li = Actor("li", LI.roles, "yuzhong", ("yuzhong", "city"))
    assert world.engine.actor("ma") == Actor("ma", frozenset(), "yuzhong", li.lineage, deputy_for=(li,))
    world.go("2026-03-17 00:00")
    assert world.engine.actor("ma").deputy_for == ()


def test_an_unknown_person_and_a_missing_directory_are_said(store: Store) -> None:
    world = world_of(store, union("ma"))
    with pytest.raises(ValueError, match="the directory knows no person 'mia'; add him to it"):
        world.engine.actor("mia")
    with pytest.raises(TypeError, match="a person's id must be text"):
        world.engine.actor(7)  # type: ignore[arg-type]
    with pytest.raises(BindingError, match="pass `directory=`"):
        World(store, directory=None).engine.actor("li")


@pytest.mark.parametrize("deputy", ["ma", "mo"])
def test_a_deputy_signs_for_the_handler_and_the_event_says_for_whom(store: Store, deputy: str) -> None:
    world = world_of(store, union(deputy))
    if deputy == "ma":
        with pytest.raises(Refused) as refused:
            world.engine.fire("C-1", "take", actor=attrs.evolve(world.engine.actor("ma"), deputy_for=()))
        assert [one.code for one in refused.value.reasons] == ["role_missing"]
    view = world.engine.fire("C-1", "take", actor=world.engine.actor(deputy))
    assert view.states["main"] == "working"
    [taken] = fired(world, "take")
    assert (taken.by.id, taken.by.org, taken.by.on_behalf) == (deputy, "yuzhong", "li")


def test_a_deputy_finds_and_sees_the_cases_that_the_absent_person_holds_himself(store: Store) -> None:
    """Not only those of his organisation."""
    text = TEXT.replace("lead_org: {type: org", "lead_org: {type: person")
    world = World(store, workflows=[claim(text)], directory=union("ma"))
    world.open(data={"summary": "欠薪"})
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "li"})
    ma = world.engine.actor("ma")
    assert [one.id for one in world.engine.find(actor=ma).cases] == ["C-1"]
    assert world.engine.case("C-1", actor=ma).id == "C-1"
    assert [one.id for one in world.engine.worklist(actor=ma).items] == ["C-1"]
    world.go("2026-03-17 09:00")
    back = world.engine.actor("ma")
    assert world.engine.find(actor=back).cases == ()
    assert world.engine.worklist(actor=back).items == ()
    with pytest.raises(NotFound):
        world.engine.case("C-1", actor=back)


def test_a_lent_role_shows_sensitive_values_where_the_absent_person_sees_the_case(store: Store) -> None:
    text = TEXT.replace("seen_by: [operator]", "seen_by: [handler]")
    world = World(store, workflows=[claim(text)], directory=union("mo"))
    world.dispatched("C-1")
    world.open("C-2", data={"phone": "13900002222"})
    world.engine.fire("C-2", "dispatch", actor=OPERATOR, data={"lead_org": "wanzhou"})
    mo = world.engine.actor("mo")
    shown = [world.engine.case(name, actor=mo).fields["phone"] for name in ("C-1", "C-2")]
    assert shown == ["13900001111", "•••"]


def test_a_lent_role_shows_who_the_parties_are_in_the_same_way(store: Store) -> None:
    parties = "parties: {kinds: {worker: {zh: 职工}}, by: operator, seen_by: handler}\nopening:"
    world = World(store, workflows=[claim(TEXT.replace("opening:", parties))], directory=union("mo"))
    for name, org in (("C-1", "yuzhong"), ("C-2", "wanzhou")):
        world.open(name, data={"summary": "欠薪"})
        world.engine.record_party(name, "p1", actor=OPERATOR, kind="worker", identity={"name": "张三"})
        world.engine.fire(name, "dispatch", actor=OPERATOR, data={"lead_org": org})
    mo = world.engine.actor("mo")
    shown = [world.engine.file(name, actor=mo).parties["p1"].identity for name in ("C-1", "C-2")]
    assert [one == {"name": "张三"} for one in shown] == [True, False]


def test_the_deputy_of_the_requester_may_not_approve(store: Store) -> None:
    """K7: refused with its reason in both languages, and nothing is changed."""
    world = world_of(store, union("mo", away={"li": away("2026-03-16 12:00", "2026-03-17 00:00")}))
    li = world.engine.actor("li")
    world.engine.fire("C-1", "take", actor=li)
    ask = {"amount": WorkingTime(hours=1), "comment": "等鉴定"}
    world.engine.act("C-1", "request_extension", "answer", actor=li, **ask)
    world.go("12:00")
    world.engine.sweep()
    before = dump(store)
    with pytest.raises(Refused) as refused:
        world.engine.act("C-1", "extend", "answer", actor=world.engine.actor("mo"))
    assert "您是申请人 li 的代理人，不能审批其申请" in refused.value.text("zh")
    assert "you stand in for li, who asked for it and may not grant it" in refused.value.text("en")
    assert dump(store) == before
    shown = {
        one.trigger: one.allowed
        for one in world.engine.options("C-1", actor=world.engine.actor("mo"))
        if one.sla
    }
    assert (shown["extend"], shown["reject_extension"]) == (False, True)
    world.engine.act("C-1", "extend", "answer", actor=world.engine.actor("zhou"))


SEPARATED = """
casewf: 1
id: m
version: 1
calendar: cn-office
roles: {desk: {zh: 窗口, en: Desk}}
tracks:
  main:
    initial: a
    states: {a: {zh: 甲, en: A}, sub: {zh: 乙, en: B}, ok: {zh: 丙, en: C, category: closed}}
    transitions:
      - {trigger: submit, from: a, to: sub, by: desk}
      - {trigger: approve, from: sub, to: ok, by: desk, not_by: [submit]}
      - {trigger: approve_org, from: sub, to: ok, by: desk, not_by_org: [submit]}
slas:
  lim:
    start: {enter: main.a}
    stop: {enter: main.ok}
    target: [{within: 10 working days}]
    extension: {by: desk, asked_by: desk}
    suspension: {by: desk, asked_by: desk, up_to: 5 working days}
"""


def test_what_a_deputy_does_in_his_own_right_bars_the_absent_person_too(store: Store) -> None:
    """M11: who stands in for somebody does nothing that the two of them could then approve for one another."""
    desk = frozenset({"desk"})
    tree = StaticDirectory(
        {"top": None, "n": "top"},
        {"n": [Person("p", "P", desk), Person("q", "Q", desk)], "top": [Person("a", "A", desk)]},
        deputies={"p": ["a"]},
        away={"p": away("2026-03-16 00:00", "2026-03-17 00:00")},
    )
    world = World(store, workflows=[parse_workflow(SEPARATED)], directory=tree, connectors={}, hooks={})
    engine = world.engine
    for case_id in ("1", "2"):
        engine.open("m", actor=engine.actor("q"), case_id=case_id)
    engine.fire("1", "submit", actor=engine.actor("a"))
    engine.act("2", "request_extension", "lim", actor=engine.actor("a"), amount=WorkingDays(1), comment="x")
    engine.act("2", "request_suspension", "lim", actor=engine.actor("a"), comment="x")
    world.go("2026-03-17 10:00")
    back, colleague = engine.actor("p"), engine.actor("q")
    for do, code in (
        (lambda: engine.fire("1", "approve", actor=back), "same_person"),
        (lambda: engine.fire("1", "approve_org", actor=back), "same_org"),
        (lambda: engine.act("2", "extend", "lim", actor=back), "own_request"),
        (lambda: engine.act("2", "suspend", "lim", actor=back), "own_request"),
    ):
        with pytest.raises(Refused) as refused:
            do()
        assert [one.code for one in refused.value.reasons] == [code]
    assert engine.history("1", actor=back)[-1].event.by.on_behalf is None  # type: ignore[union-attr]
    assert engine.fire("1", "approve_org", actor=colleague).closed
    engine.act("2", "extend", "lim", actor=colleague)
    engine.act("2", "suspend", "lim", actor=colleague)
    with pytest.raises(Refused):
        engine.act("2", "extend", "lim", actor=back)
    assert verify(store).problems == ()


def test_a_key_belongs_to_who_acts_and_not_to_the_absent_person(store: Store) -> None:
    """M7."""
    world = world_of(store, union("ma"))
    ma = world.engine.actor("ma")
    first = world.engine.fire("C-1", "take", actor=ma, key="k")
    assert world.engine.fire("C-1", "take", actor=ma, key="k").version == first.version
    with pytest.raises(KeyReused):
        world.engine.fire("C-1", "suspend", actor=ma, comment="等", key="k")
    world.engine.fire("C-1", "suspend", actor=world.engine.actor("li"), comment="等", key="k")


def test_a_host_may_build_a_deputy_itself(store: Store) -> None:
    """His and the absent person's organisations are looked up, as for every actor."""
    world = world_of(store, union())
    absent = Actor("li", LI.roles, "yuzhong")
    world.engine.fire("C-1", "take", actor=Actor("tan", org="jiefangbei", deputy_for=(absent,)))
    assert fired(world, "take")[0].by.on_behalf == "li"


@pytest.mark.parametrize(
    ("actor", "kind", "said"),
    [
        (Actor("ma", deputy_for=("li",)), TypeError, r"a tuple of actors, got \('li',\)"),  # type: ignore[arg-type]
        (Actor("ma", deputy_for=Actor("li")), TypeError, "a tuple of actors, got Actor"),  # type: ignore[arg-type]
        (Actor("ma", deputy_for=None), TypeError, "a tuple of actors, got None"),  # type: ignore[arg-type]
        (Actor("ma", deputy_for=(Actor("li", ["handler"]),)), TypeError, "roles must be a set"),  # type: ignore[arg-type]
        (Actor("ma", deputy_for=(Actor("ma"),)), ValueError, "stands in for others"),
        (Actor("ma", deputy_for=(Actor("li"), Actor("li"))), ValueError, "for each once"),
        (Actor("ma", deputy_for=(Actor("li", deputy_for=(Actor("x"),)),)), ValueError, "nobody themselves"),
        (Actor("ma", deputy_for=(Actor("system"),)), ValueError, "the engine itself"),
    ],
)
def test_a_deputy_of_the_wrong_kind_is_told_so(
    store: Store, actor: Actor, kind: type[Exception], said: str
) -> None:
    world = world_of(store, union())
    before = dump(store)
    with pytest.raises(kind, match=said):
        world.engine.fire("C-1", "take", actor=actor)
    assert dump(store) == before


# Who is told


def told(world: World) -> list[tuple[str, ...]]:
    return [
        tuple(person.id for person in delivery.recipients)
        for (what, _), delivery in zip(world.outside.log, world.outside.deliveries, strict=True)
        if what == "notify"
    ]


def test_the_deputy_is_told_and_from_his_return_the_person_himself(store: Store) -> None:
    world = world_of(store, union("ma"), deliver="later")
    world.engine.deliver()
    world.go("2026-03-17 09:00")
    world.dispatched("C-2")
    world.engine.deliver()
    assert told(world) == [("ma",), ("li",)]


def test_who_answers_is_asked_at_the_delivery_and_not_when_it_was_written(store: Store) -> None:
    world = world_of(store, union("ma"), deliver="later")
    world.go("2026-03-17 00:00")
    world.engine.deliver()
    assert set(told(world)) == {("li",)}


def roster(*people: str, hours: Sequence[Sequence[str]]) -> Shift:
    return Shift(hours=hours, people=people)


def night_and_day(day: str = "he") -> StaticDirectory:
    """Li has the night shift and sleeps from 22:00; ``day`` comes at seven."""
    people = {
        "yuzhong": [attrs.evolve(LI, quiet=NIGHTS), HE, Person("tan", "谭", frozenset({"handler"}), NIGHTS)]
    }
    shifts = [
        roster("li", hours=[("19:00", "07:00")]),
        roster(day, hours=[("07:00", "19:00")]),
    ]
    duty = [Duty(role="handler", org="yuzhong", zone="Asia/Shanghai", shifts=shifts)]
    return StaticDirectory(CHART, people, duty=duty)


def test_whoever_is_on_duty_when_a_night_ends_is_told_in_the_place_of_who_was(store: Store) -> None:
    """E6: what waited for somebody who has gone off duty is not lost."""
    world = World(store, directory=night_and_day(), start="2026-03-16 23:00")
    world.dispatched()
    assert told(world) == []
    world.go("2026-03-17 07:00")
    world.engine.deliver()
    assert told(world) == [("he",)]
    assert [row.state for row in rows(world, "notify")] == ["done", "done"]
    assert world.engine.incidents("C-1") == ()


def test_who_is_told_in_the_place_of_another_has_his_own_quiet_hours(store: Store) -> None:
    late = QuietHours.daily("06:00", "08:00", zone="Asia/Shanghai")
    people = {"yuzhong": [attrs.evolve(LI, quiet=NIGHTS), attrs.evolve(HE, quiet=late)]}
    shifts = [roster("li", hours=[("19:00", "07:00")]), roster("he", hours=[("07:00", "19:00")])]
    duty = [Duty(role="handler", org="yuzhong", zone="Asia/Shanghai", shifts=shifts)]
    world = World(store, directory=StaticDirectory(CHART, people, duty=duty), start="2026-03-16 23:00")
    world.dispatched()
    world.go("2026-03-17 07:30")
    world.engine.deliver()
    assert told(world) == []
    world.go("2026-03-17 08:00")
    world.engine.deliver()
    assert told(world) == [("he",)]
    assert [row.id for row in rows(world, "notify")] == ["C-1:3:0", "C-1:3:0~li", "C-1:3:0~li~he"]


def test_who_is_back_is_told_what_waited_for_his_deputy(store: Store) -> None:
    people = {"yuzhong": [LI, Person("ma", "马", quiet=NIGHTS)]}
    directory = union("ma", people=people)
    world = World(store, directory=directory, start="2026-03-16 23:00")
    world.dispatched()
    world.go("2026-03-17 07:00")
    world.engine.deliver()
    assert told(world) == [("li",)]
    assert world.engine.incidents("C-1") == ()


# A person who holds a role


HELD = claim(
    **{
        "from: dispatched, to: working, by: handler}": "from: dispatched, to: working, by: handler, "
        "assign: {supervisor: actor.id}}",
        "accepts: [summary, people, phone]}": "accepts: [summary, people, phone], effects: [{notify: supervisor}]}",
    }
)


def held_by_li(store: Store, directory: StaticDirectory, **options: object) -> World:
    """A case whose supervisor is Li as a person, who has not that role."""
    world = World(store, workflows=[HELD], directory=directory, **options)
    world.taken()
    return world


def told_as_supervisor(world: World) -> list[tuple[str, ...]]:
    return [
        tuple(person.id for person in one.recipients)
        for one in world.outside.deliveries
        if getattr(one.effect, "role", "") == "supervisor"
    ]


def test_the_person_who_holds_a_role_is_told(store: Store) -> None:
    world = held_by_li(store, StaticDirectory(CHART, PEOPLE))
    world.engine.fire("C-1", "note", actor=OPERATOR)
    assert told_as_supervisor(world) == [("li",)]
    assert world.engine.incidents("C-1") == ()


def test_the_deputy_of_the_person_who_holds_a_role_is_told(store: Store) -> None:
    world = held_by_li(store, union("ma"))
    world.engine.fire("C-1", "note", actor=OPERATOR)
    world.go("2026-03-17 09:00")
    world.engine.fire("C-1", "note", actor=OPERATOR)
    assert told_as_supervisor(world) == [("ma",), ("li",)]


def test_a_holder_who_is_away_without_a_deputy_is_told_himself(store: Store) -> None:
    world = held_by_li(store, union())
    world.engine.fire("C-1", "note", actor=OPERATOR)
    assert told_as_supervisor(world) == [("li",)]


def test_a_holder_s_quiet_hours_are_kept(store: Store) -> None:
    people = {**PEOPLE, "yuzhong": [attrs.evolve(LI, quiet=NIGHTS)]}
    world = held_by_li(store, StaticDirectory(CHART, people), start="2026-03-16 23:00")
    world.engine.fire("C-1", "note", actor=OPERATOR)
    assert told_as_supervisor(world) == []
    world.go("2026-03-17 07:00")
    world.engine.deliver()
    assert told_as_supervisor(world) == [("li",)]
    assert world.engine.incidents("C-1") == ()


def test_a_holder_who_is_back_is_told_what_waited_for_his_deputy(store: Store) -> None:
    people = {"yuzhong": [LI, Person("ma", "马", quiet=NIGHTS)]}
    world = held_by_li(store, union("ma", people=people), start="2026-03-16 23:00")
    world.engine.fire("C-1", "note", actor=OPERATOR)
    world.go("2026-03-17 07:00")
    world.engine.deliver()
    assert told_as_supervisor(world) == [("li",)]
    assert world.engine.incidents("C-1") == ()


def test_a_holder_whom_the_directory_does_not_know_is_an_incident(store: Store) -> None:
    directory = StaticDirectory(CHART, {**PEOPLE, "yuzhong": []})
    world = held_by_li(store, directory)
    before = len(world.engine.incidents("C-1"))
    world.engine.fire("C-1", "note", actor=OPERATOR)
    incident = world.engine.incidents("C-1")[before]
    assert incident.kind == "nobody_to_tell"
    assert incident.detail == "the directory knows nobody of li, who holds the role supervisor"


# How often the directory is asked


class Counting(StaticDirectory):
    """Counts what is asked of it."""

    def __init__(self) -> None:
        super().__init__(CHART, PEOPLE)
        self.asked: Counter[str] = Counter()

    def lineage(self, org: str) -> tuple[str, ...]:
        self.asked[org] += 1
        return super().lineage(org)


def test_the_directory_is_asked_once_for_an_organisation_in_a_unit_of_work(store: Store) -> None:
    """A command on a case with something due decides twice, and asks once."""
    directory = Counting()
    world = World(store, directory=directory)
    world.dispatched()
    world.go("15:00")
    directory.asked.clear()
    actor = Actor("li", LI.roles, "yuzhong", ("yuzhong", "city"))
    version = world.engine.case("C-1", actor=actor).version
    world.engine.fire("C-1", "take", actor=actor)
    assert world.engine.case("C-1", actor=actor).version >= version + 2  # a warning, then the move
    assert directory.asked["yuzhong"] == 1
