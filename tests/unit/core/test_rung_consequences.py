"""What rungs do (E3-E6)."""

from __future__ import annotations

import pytest

from casewf.core.decide import Refusal
from casewf.model.clock_events import ClockRetargeted, RungFired
from casewf.model.effects import CallHook, Notify
from casewf.model.events import IncidentRaised, Moved
from core_cases import BOSS, HOUR, SHORT, START, Story, at, only, program
from core_flows import LADDER_FIELDS, LADDERS, TARGETS, ladder

# consequences


def test_a_card_only_rises_until_it_is_cleared() -> None:
    """E5."""
    story = ladder("{at: 50%, card: red}, {at: 75%, card: yellow}, {after: 1 hour, card: yellow}")
    story.elapse("mon 12:30")
    assert (story.case.card, story.case.card_rank) == ("red", 2)
    story.fire("clear", BOSS)
    assert (story.case.card, story.case.card_rank) == ("none", 0)
    story.elapse("mon 15:00")
    assert story.case.card == "yellow"
    assert [event.card for event in story.happened(RungFired)] == ["red", "yellow", "yellow"]


def test_a_rung_sets_fields_and_sees_when_it_fired() -> None:
    """E4, E6: what it sets is worked out on the case as it stands when it fires."""
    story = ladder("{at: 50%, set: {n: n + 1, seen: sla.limit.verdict}}")
    story.fire("ping", data={"n": 3})
    story.elapse("fri 09:00")
    assert (story.case.fields["n"], story.case.fields["seen"]) == (4, "none")


def test_a_field_that_a_rung_sets_changes_the_limits_that_read_it() -> None:
    """K5, E6."""
    slas = TARGETS + (
        "  target: [{when: n == 1, within: 3 hours}, {within: 4 hours}]\n  ladder: [{at: 50%, set: {n: '1'}}]"
    )
    story = Story(program(LADDERS, slas=slas, fields=LADDER_FIELDS))
    events = story.elapse("mon 11:30")
    assert [type(event) for event in events] == [RungFired, ClockRetargeted]
    assert story.clock().due == at("mon 12:00")


def test_a_value_that_a_rung_cannot_work_out_is_an_incident_and_the_rung_has_fired() -> None:
    """E6."""
    story = ladder("{at: 50%, set: {n: n + 9}, card: red}")
    story.fire("ping", data={"n": 1})
    events = story.elapse("mon 12:00")
    assert (only(IncidentRaised, events).about, only(IncidentRaised, events).detail) == (
        "limit/0",
        "field_range",
    )
    assert (story.case.fields["n"], story.case.card) == (1, "red")


def test_a_rung_makes_somebody_the_holder_and_tells_him() -> None:
    """E6, D3."""
    story = ladder(
        "{at: 50%, assign: {helper: org}, notify: helper, hook: ring}",
        lineages={"yz": ("cq",)},
        data={"org": "yz"},
    )
    event = only(RungFired, story.elapse("mon 12:00"))
    assert (event.holders["helper"].ids, event.holders["helper"].above) == (("yz",), ("cq",))
    assert event.effects == (Notify("helper", ("yz",), "limit/0"), CallHook("ring", "limit/0"))


def test_without_a_holder_the_organisation_of_the_case_is_told() -> None:
    story = ladder("{at: 50%, notify: boss}", org="city")
    assert only(RungFired, story.elapse("mon 12:00")).effects == (Notify("boss", ("city",), "limit/0"),)


def test_a_rung_fires_a_trigger_as_system_on_its_own_behalf() -> None:
    """E6: in the same append, and automatic moves follow it."""
    story = ladder("{at: 50%, fire: watch}")
    events = story.elapse("mon 12:00")
    moves = [event for event in events if isinstance(event, Moved)]
    assert [(m.trigger, m.by.id, m.by.on_behalf, m.role) for m in moves] == [
        ("watch", "system", "limit/0", "system"),
        ("alarm", "system", "alarm", None),
    ]
    assert story.case.states == {"main": "watched", "side": "alarmed"}


def test_a_refused_timer_is_an_incident_and_the_rung_has_fired() -> None:
    """E6: the card stays, nothing is tried again."""
    story = ladder("{at: 50%, fire: strict, card: red}")
    events = story.elapse("mon 12:00")
    incident = only(IncidentRaised, events)
    assert (incident.kind, incident.about, incident.detail) == (
        "timer_refused",
        "limit/0 strict",
        "field_missing",
    )
    assert (story.state(), story.case.card) == ("work", "red")
    assert story.elapse("mon 12:30") == ()


def test_a_timer_that_fails_half_way_leaves_only_an_incident() -> None:
    """M6, E6: the trigger would start a clock past what the calendar knows."""
    others = (
        "other: {start: {enter: main.watched}, stop: {enter: main.done}, target: [{within: 9 working days}]}"
    )
    story = ladder(
        "{at: 50%, fire: watch}, {at: 75%, card: yellow, fire: watch}", others=others, calendar=SHORT
    )
    events = story.elapse("mon 12:30")
    assert [type(event) for event in events] == [RungFired, IncidentRaised, RungFired, IncidentRaised]
    assert all("announced through" in event.detail for event in story.happened(IncidentRaised))
    assert (story.state(), story.case.card, set(story.case.clocks)) == ("work", "yellow", {"limit"})


def test_what_a_rung_does_can_take_the_next_one_away() -> None:
    """E4: after each, the rest are derived anew; a rung that stops the clock is its last."""
    story = ladder("{at: 50%, fire: finish}, {at: 75%, card: red}")
    story.elapse("fri 09:00")
    assert ([event.rung for event in story.happened(RungFired)], story.case.card) == ([0], "none")


def test_a_late_sweep_judges_a_stop_by_a_rung_at_the_time_it_fired() -> None:
    """E4: consequences see fired_at; the 50 % rung stopped the clock only on Friday, too late."""
    story = ladder("{at: 50%, fire: finish}")
    story.elapse("fri 09:00")
    assert story.clock().verdict == "breached"


def test_a_limit_that_stood_until_its_suspension_was_over_is_breached_before_a_late_rung_ends_it() -> None:
    """E3: it has run since then, and the due instant has passed."""
    other = "  start: {enter: main.work}\n  stop: {enter: main.done}\n  target: [{within: 1 hour}]"
    one = ladder(
        "{at: due, card: red}",
        more="  suspension: {by: boss, up_to: 1 hour}",
        others=f"other:\n{other}\n  ladder: [{{at: 50%, fire: finish}}]",
    )
    one.act("request_suspension", when="mon 09:10")
    one.act("suspend", BOSS)
    events = [event for event in one.elapse("fri 09:00") if getattr(event, "sla", "limit") == "limit"]
    assert [type(event).__name__ for event in events] == [
        *("SuspensionEnded", "ClockResumed", "ClockBreached", "Moved", "ClockStopped"),
    ]
    assert (one.clock().limit, one.clock().verdict) == (at("mon 14:00"), "breached")


def test_a_trigger_of_a_rung_sees_what_the_rung_set() -> None:
    story = ladder("{at: 50%, set: {n: '6'}, fire: late}")
    story.elapse("mon 12:00")
    assert story.state() == "done"


def test_rungs_fire_before_a_command_that_is_then_refused() -> None:
    """E3: they stay."""
    story = ladder("{at: due, card: red}")
    story.now = at("mon 15:00")
    assert isinstance(story.attempt("go_on"), Refusal)
    assert (story.case.card, story.clock().verdict) == ("red", "breached")


def test_no_pause_swallows_a_breach() -> None:
    """E3."""
    story = ladder("{at: due, card: red}")
    story.fire("wait", when=at("mon 13:00") + 1)
    assert (story.clock().verdict, story.case.card) == ("breached", "red")


@pytest.mark.parametrize("who", ["desk", "nobody"])
def test_what_rungs_do_they_do_as_system_whoever_acts(who: str) -> None:
    """E6: also where a command makes them due."""
    slas = TARGETS + (
        "  target: [{when: n == 1, within: 1 hour}, {within: 4 hours}]\n"
        "  ladder: [{at: due, set: {seen: actor.id}}]"
    )
    story = Story(program(LADDERS, slas=slas, fields=LADDER_FIELDS))
    if who == "desk":
        story.fire("ping", when=START + 2 * HOUR, data={"n": 1})
    else:
        story.elapse("fri 09:00")
    assert story.case.fields["seen"] == "system"
