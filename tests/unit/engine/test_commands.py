"""Opening and firing: what a host gives, what it gets back, and how it is told no (M2, M3, M12, E3)."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

from casewf.errors import Conflict, NotFound, Refused
from casewf.model.case import Actor
from casewf.model.events import Moved
from casewf.ports.store import Store
from casewf.testing.clock import at, instant_of
from engine_fakes import HANDLER, OPERATOR, STRANGER, SUPERVISOR, World, claim, dump


def refusal(world: World, trigger: str, actor: Actor, **more: object) -> Refused:
    with pytest.raises(Refused) as caught:
        world.engine.fire("C-1", trigger, actor=actor, **more)
    return caught.value


def codes(refused: Refused) -> list[str]:
    return [reason.code for reason in refused.reasons]


def test_an_opened_case_stands_in_its_initial_states_with_its_values_and_clocks(world: World) -> None:
    case = world.engine.open("claim", actor=OPERATOR, case_id="C-1", data={"summary": "欠薪"})
    assert dict(case.states) == {"main": "received", "oversight": "calm", "platform": "unopened"}
    assert (case.fields["summary"], case.fields["people"]) == ("欠薪", 1)
    assert case.clocks["total"].due == at("2026-03-17 10:00")
    assert (case.id, case.workflow_version, case.org) == ("C-1", 1, "city")


def test_a_case_without_an_id_gets_a_fresh_one(world: World) -> None:
    first = world.engine.open("claim", actor=OPERATOR)
    second = world.engine.open("claim", actor=OPERATOR)
    assert first.id != second.id
    assert len(first.id) == 32


@pytest.mark.parametrize("case_id", ["", "open"])
def test_a_case_id_that_would_be_mistaken_for_something_else_is_an_error(world: World, case_id: str) -> None:
    with pytest.raises(ValueError, match="cannot be the id of a case"):
        world.open(case_id)


def test_opening_a_case_twice_is_refused(world: World) -> None:
    world.open()
    with pytest.raises(Refused) as caught:
        world.open()
    assert codes(caught.value) == ["case_exists"]


def test_a_fire_returns_the_case_as_it_stands_after_it(world: World) -> None:
    world.open()
    case = world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    assert case.states["main"] == "dispatched"
    assert case.holders["handler"] == ("yuzhong",)
    assert case.version == len(world.store.history("C-1"))


def test_the_view_returned_shows_what_delivery_brought_about(world: World) -> None:
    world.open()
    case = world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    assert case.states["platform"] == "pushed"
    assert case.fields["external_no"] == "P-1"


def test_an_engine_that_delivers_later_returns_the_case_before_delivery(store: Store) -> None:
    world = World(store, deliver="later")
    world.open()
    case = world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    assert case.states["platform"] == "pending"
    assert world.outside.log == []
    assert world.engine.deliver().delivered == 2


def test_states_fields_and_clocks_come_in_the_order_of_the_workflow(world: World) -> None:
    world.taken()
    case = world.engine.case("C-1", actor=OPERATOR)
    assert list(case.states) == ["main", "oversight", "platform"]
    assert list(case.fields) == ["summary", "people", "lead_org", "phone", "external_no"]
    assert list(case.clocks) == ["answer", "total"]


# NotFound: the same for a case that is not there and one that the actor may not see (M2)


@pytest.mark.parametrize("ask", ["case", "options", "history", "fire", "erase", "explain"])
def test_an_unknown_case_and_an_invisible_one_get_the_same_answer(world: World, ask: str) -> None:
    world.dispatched()
    more: dict[str, object] = {"fire": {"trigger": "take"}, "explain": {"sla": "answer"}}.get(ask, {})
    texts = []
    for case_id in ("C-1", "C-2"):
        with pytest.raises(NotFound) as caught:
            getattr(world.engine, ask)(case_id, actor=STRANGER, **more)
        texts.append([caught.value.text(lang).replace(case_id, "?") for lang in ("zh", "en")])
    assert texts == [["没有找到工单 ?", "no case ? was found"]] * 2


def test_whoever_may_not_see_a_case_does_not_make_its_timers_fire(world: World) -> None:
    world.dispatched()
    world.go("12:01")
    before = dump(world.store)
    with pytest.raises(NotFound):
        world.engine.fire("C-1", "take", actor=STRANGER)
    assert dump(world.store) == before


# Refusals


def test_a_refusal_names_the_trigger_and_the_role_by_their_labels_in_both_languages(world: World) -> None:
    world.dispatched()
    refused = refusal(world, "take", OPERATOR)
    assert refused.text("zh") == "工单 C-1 不能执行 签收（take）：该操作需要角色：办理员（handler）"
    assert refused.text("en") == "case C-1 cannot Take (take): this is for the roles Handler (handler)"
    assert str(refused) == refused.text("en")


def test_a_wrong_state_is_told_with_its_label_and_where_it_would_be_possible(world: World) -> None:
    world.open()
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    refused = refusal(world, "suspend", HANDLER, comment="等")
    assert codes(refused) == ["wrong_state"]
    assert refused.reasons[0].text("zh", claim().words) == (
        "当前状态为 派单（dispatched），该操作只能在以下状态执行：办理中（working）"
    )


@pytest.mark.parametrize(
    ("trigger", "actor", "more", "expected"),
    [
        ("nothing", HANDLER, {}, ["unknown_trigger"]),
        ("watch", HANDLER, {}, ["role_missing"]),
        ("take", attrs.evolve(HANDLER, id="he", org="city", lineage=()), {}, ["not_holder"]),
        ("resume", HANDLER, {}, ["wrong_state"]),
        ("suspend", HANDLER, {}, ["comment_required"]),
        ("suspend", HANDLER, {"comment": "  "}, ["comment_required"]),
        ("note", HANDLER, {"data": {"people": 0}}, ["field_range"]),
        ("note", HANDLER, {"data": {"people": "3", "nope": 1}}, ["field_type", "field_unknown"]),
        ("note", HANDLER, {"data": {"amount": 3}}, ["field_not_accepted"]),
        ("close", HANDLER, {}, ["guard_not_met"]),
    ],
)
def test_each_step_refuses_with_all_its_reasons(
    world: World, trigger: str, actor: Actor, more: dict[str, object], expected: list[str]
) -> None:
    world.taken()
    world.engine.fire("C-1", "note", actor=HANDLER, data={"people": 100})
    assert codes(refusal(world, trigger, actor, **more)) == expected


def test_opening_is_refused_to_those_who_may_not_open(world: World) -> None:
    with pytest.raises(Refused) as caught:
        world.engine.open("claim", actor=HANDLER, case_id="C-1")
    assert codes(caught.value) == ["role_missing"]
    assert world.store.load("C-1") is None


# expect, occurred_at, actors


def test_the_version_that_the_actor_saw_lets_him_pass(world: World) -> None:
    world.open()
    version = world.engine.case("C-1", actor=OPERATOR).version
    assert world.engine.fire("C-1", "note", actor=OPERATOR, expect=version).version == version + 1


def test_another_version_is_a_conflict_that_changes_nothing(world: World) -> None:
    world.open()
    before = dump(world.store)
    with pytest.raises(Conflict) as caught:
        world.engine.fire("C-1", "note", actor=OPERATOR, expect=1, retry=3)
    assert (caught.value.expected, caught.value.found) == (1, 2)
    assert "已被他人修改" in caught.value.text("zh")
    assert dump(world.store) == before


def test_whoever_may_not_fire_learns_nothing_of_the_version(world: World) -> None:
    world.open()
    assert codes(refusal(world, "take", OPERATOR, expect=99)) == ["role_missing"]


def test_warnings_that_fire_before_a_command_count_for_what_the_actor_saw(world: World) -> None:
    world.dispatched()
    seen = world.engine.case("C-1", actor=HANDLER).version
    world.go("12:01")
    with pytest.raises(Conflict):
        world.engine.fire("C-1", "take", actor=HANDLER, expect=seen)
    assert world.kinds().count("RungFired") == 1


def test_an_event_may_tell_when_it_really_happened(world: World) -> None:
    world.open()
    world.go("11:00")
    world.engine.fire("C-1", "note", actor=OPERATOR, occurred_at=at("2026-03-16 10:30"))
    event = world.store.history("C-1")[-1].event
    assert isinstance(event, Moved)
    assert (event.occurred_at, event.at) == (
        instant_of(at("2026-03-16 10:30")),
        instant_of(at("2026-03-16 11:00")),
    )


@pytest.mark.parametrize("when", ["2026-03-16 09:59", "2026-03-16 11:01"])
def test_nothing_occurs_before_the_opening_or_after_now(world: World, when: str) -> None:
    world.open()
    world.go("11:00")
    assert codes(refusal(world, "note", OPERATOR, occurred_at=at(when))) == ["occurred_range"]


def test_naive_datetimes_are_an_error_before_anything_is_changed(world: World) -> None:
    world.dispatched()
    world.go("12:01")
    before = dump(world.store)
    naive = dt.datetime(2026, 3, 16, 10, 30)  # noqa: DTZ001  # naive is what this is about
    with pytest.raises(ValueError, match="is naive"):
        world.engine.fire("C-1", "note", actor=OPERATOR, occurred_at=naive)
    with pytest.raises(ValueError, match="is naive"):
        world.engine.open("claim", actor=OPERATOR, occurred_at=naive)
    assert dump(world.store) == before


def test_case_time_never_goes_back_even_if_the_clock_does(store: Store) -> None:
    late = World(store, start="2026-03-16 11:00")
    late.open()
    early = World(store, start="2026-03-16 10:59")
    early.engine.fire("C-1", "note", actor=OPERATOR)
    first, last = (store.history("C-1")[number].event.at for number in (0, -1))
    assert first == last


@pytest.mark.parametrize(
    "actor",
    [
        Actor("x", frozenset({"system"})),
        Actor("system", frozenset({"operator"})),
        Actor(""),
        Actor("x", org=""),
    ],
)
def test_nobody_pretends_to_be_the_engine_or_nobody(world: World, actor: Actor) -> None:
    world.open()
    with pytest.raises(ValueError, match="actor"):
        world.engine.fire("C-1", "watch", actor=actor)


def test_a_negative_number_of_retries_is_an_error(world: World) -> None:
    world.open()
    with pytest.raises(ValueError, match="retry"):
        world.engine.fire("C-1", "note", actor=OPERATOR, retry=-1)


# Who is whose organisation (M11)


def test_an_organisation_below_the_holder_acts_for_it(world: World) -> None:
    world.dispatched()
    below = Actor("sun", frozenset({"handler"}), "jiefangbei")
    assert world.engine.fire("C-1", "take", actor=below).states["main"] == "working"


def test_an_organisation_that_the_definition_itself_names_is_resolved_too(store: Store) -> None:
    fixed = claim(**{"assign: {handler: lead_org}": "assign: {handler: \"'jiefangbei'\"}"})
    world = World(store, workflows=[fixed])
    world.engine.open("claim", actor=OPERATOR, case_id="C-1", org="wanzhou")
    wanzhou = Actor("zhao", frozenset({"operator"}), "wanzhou")
    world.engine.fire("C-1", "dispatch", actor=wanzhou, data={"lead_org": "yuzhong"})
    assert world.engine.case("C-1", actor=HANDLER).holders["handler"] == ("jiefangbei",)


def test_options_names_every_trigger_of_the_present_states_with_the_reasons_against_it(world: World) -> None:
    world.dispatched()
    before = dump(world.store)
    found = {option.trigger: option for option in world.engine.options("C-1", actor=HANDLER)}
    assert found["take"].allowed
    assert [reason.code for reason in found["watch"].reasons] == ["role_missing"]
    assert found["note"].accepts == ("summary", "people", "phone")
    assert dump(world.store) == before


def test_a_read_of_an_overdue_case_shows_what_is_stored_and_changes_nothing(world: World) -> None:
    world.dispatched()
    world.go("16:01")
    before = dump(world.store)
    case = world.engine.case("C-1", actor=SUPERVISOR)
    assert (case.clocks["answer"].verdict, case.card) == ("none", "none")
    assert dump(world.store) == before
    world.engine.sweep()
    case = world.engine.case("C-1", actor=SUPERVISOR)
    assert (case.clocks["answer"].verdict, case.card) == ("breached", "yellow")


def test_whoever_may_not_open_learns_nothing_of_the_cases_there_are(world: World) -> None:
    world.open()
    texts = []
    for case_id in ("C-1", "C-9"):
        with pytest.raises(Refused) as caught:
            world.engine.open("claim", actor=HANDLER, case_id=case_id)
        texts.append(caught.value.text("zh").replace(case_id, "?"))
    assert texts[0] == texts[1]


def test_a_case_goes_to_no_organisation_that_nobody_knows(world: World) -> None:
    """There it would be on nobody's list, and late in silence."""
    world.open()
    before = dump(world.store)
    with pytest.raises(Refused) as refused:
        world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "nowhere"})
    assert [reason.code for reason in refused.value.reasons] == ["org_unknown"]
    assert "没有单位 nowhere" in refused.value.text("zh")
    assert dump(world.store) == before


def test_without_a_directory_every_organisation_is_taken_at_its_word(store: Store) -> None:
    world = World(store, directory=None)
    world.open()
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "nowhere"})
    assert world.engine.case("C-1", actor=OPERATOR).holders["handler"] == ("nowhere",)
