"""How the clocks of a case go on in another version of its workflow (K1-K5, K7, E1, E3, X2).

The first version: 4 hours from 09:00 on Monday, a warning at 11:00, yellow at 13:00, red at 14:00.
"""

from __future__ import annotations

import attrs
import pytest

from casewf.core.explain import explain
from casewf.model.amount import Elapsed
from casewf.model.clock_events import ClockStarted, RungFired
from casewf.model.migration_events import ClockMigrated
from core_cases import BOSS, DESK, SHORT, Story, at, only
from migration_cases import SLAS, TRACKS, move, moved, story, version

LADDER = "ladder: [{at: 50%, notify: boss}, {at: due, card: yellow}, {after: 1 hour, card: red}]"


def second(old: str, new: str, migrate: str = "", number: int = 2) -> str:
    slas = SLAS.replace(old, new)
    assert slas != SLAS or old == new
    return version(number, slas=slas, migrate=migrate)


def longer(how: str = "", hours: int = 6) -> str:
    migrate = f"from: 1\nclocks: {{limit: {how}}}" if how else ""
    return second("{within: 4 hours}", f"{{within: {hours} hours}}", migrate)


def running(when: str = "mon 10:00") -> Story:
    one = story()
    one.fire("begin")
    one.elapse(when)
    return one


def fired(one: Story) -> list[tuple[int, int]]:
    return [(event.rung, event.scheduled_for) for event in one.happened(RungFired)]


def test_a_longer_limit_needs_a_word_of_the_author() -> None:
    assert move(running(), longer()) == ["limit_changed"]


@pytest.mark.parametrize(
    ("how", "due"),
    [("keep", "mon 13:00"), ("rebase", "mon 15:00"), ("carry", "mon 14:30"), ("restart", "mon 16:00")],
)
def test_the_due_instant_of_a_running_clock_by_what_the_author_says(how: str, due: str) -> None:
    one = running()
    events = moved(one, longer(how))
    assert events == (["Migrated"] if how == "keep" else ["Migrated", "ClockMigrated"])
    assert one.clock().due == at(due)
    one.fire("ping", when="mon 15:30")
    assert one.clock().verdict == ("none" if how == "restart" else "breached")


@pytest.mark.parametrize("how", ["keep", "rebase", "carry", "restart"])
def test_the_event_says_how_a_clock_goes_on(how: str) -> None:
    one = running()
    moved(one, longer(how).replace("{at: 50%, notify: boss}", "{at: 60%, notify: boss}"))
    event = only(ClockMigrated, one.batches[-1])
    assert (event.how, event.carried is not None) == (how, how == "carry")
    for name in (
        "target",
        "limit",
        "term",
        "budget",
        "until",
        "carried",
        "fired",
        "next",
        "unresolved",
        "term_at",
    ):
        assert getattr(one.clock(), name) == getattr(event, name), name


@pytest.mark.parametrize("how", ["rebase", "carry", "restart"])
def test_a_clock_that_has_stopped_stays_as_it_was_judged(how: str) -> None:
    """K3."""
    one = running()
    one.fire("finish", when="mon 12:00")
    before = one.clock()
    moved(one, longer(how))
    assert attrs.evolve(one.clock(), fired=before.fired) == before


def test_a_limit_that_is_kept_is_measured_anew_when_its_inputs_change_the_next_time() -> None:
    """K5: from then on it is as long as in the new version."""
    one = running()
    moved(one, longer("keep"))
    one.fire("ping", data={"kind": "soft"})
    assert one.clock().due == at("mon 15:00")


def test_a_limit_that_reads_a_value_set_by_the_migration_follows_it_as_always() -> None:
    """K5: the targets are the same in both versions, and another one wins."""
    one = running()
    assert moved(one, version(2, migrate="from: 1\nset: {kind: \"'hard'\"}")) == [
        "Migrated",
        "ClockRetargeted",
    ]
    assert one.clock().due == at("mon 11:00")


def test_a_cancelled_clock_has_no_verdict_and_a_breached_one_keeps_its() -> None:
    """K3, K8."""
    one = running()
    assert moved(one, longer("cancel")) == ["ClockCancelled", "Migrated"]
    assert (one.clock().phase, one.clock().verdict) == ("stopped", "cancelled")
    late = running("mon 13:30")
    moved(late, longer("cancel"))
    assert (late.clock().phase, late.clock().verdict) == ("stopped", "breached")


@pytest.mark.parametrize("how", ["keep", "rebase", "carry", "restart"])
def test_a_breach_never_heals(how: str) -> None:
    """K3: late is late, and the due instant it was judged by stands."""
    one = running("mon 13:30")
    moved(one, longer(how, hours=40))
    assert (one.clock().verdict, one.clock().due) == ("breached", at("mon 13:00"))
    one.elapse("tue 09:00")
    assert fired(one) == [(0, at("mon 11:00")), (1, at("mon 13:00")), (2, at("mon 14:00"))]


def test_a_shorter_limit_that_has_passed_is_breached_at_once() -> None:
    one = running("mon 12:00")
    events = moved(one, longer("rebase", hours=2))
    assert events == ["Migrated", "ClockMigrated", "ClockBreached", "RungFired"]
    assert (one.clock().verdict, one.clock().due, one.case.card) == ("breached", at("mon 11:00"), "yellow")
    one.elapse("mon 12:00")
    assert one.case.card == "yellow"
    one.elapse("mon 12:01")
    assert one.case.card == "red"


def test_carry_between_kinds_of_time_is_refused() -> None:
    migrate = "from: 1\nclocks: {limit: carry}"
    slas = SLAS.replace("2 hours", "2 working hours").replace("4 hours", "6 working hours")
    assert move(running(), version(2, slas=slas, migrate=migrate)) == ["carry_units"]


def test_carry_between_a_date_and_an_amount_is_refused() -> None:
    dated = SLAS.replace("{within: 4 hours}", "{until: until}")
    one = story(version(1, slas=dated))
    one.fire("begin", data={"until": "2025-06-20"})
    migrate = "from: 1\nclocks: {limit: carry}"
    assert move(one, version(2, migrate=migrate)) == ["carry_units"]
    one = running()
    one.fire("ping", data={"until": "2025-06-20"})
    assert move(one, version(2, slas=dated, migrate=migrate)) == ["carry_units"]


# Ladders


def test_rungs_that_fired_stay_fired_whatever_their_number() -> None:
    """E1: the warning at half the time is number 2 now, and must not come again."""
    one = running("mon 11:30")
    ladder = "ladder: [{after: 2 hours, card: red}, {at: due, card: yellow}, {at: 50%, notify: desk}]"
    events = moved(one, second(LADDER, ladder))
    assert events == ["Migrated", "ClockMigrated"]
    one.elapse("tue 09:00")
    assert fired(one) == [(0, at("mon 11:00")), (1, at("mon 13:00")), (0, at("mon 15:00"))]
    claims = [(e.sla, e.cycle, e.term, e.rung, e.repetition) for e in one.happened(RungFired)]
    assert len(set(claims)) == len(claims), "E1"


def test_a_new_rung_before_the_due_instant_whose_place_has_passed_is_passed_over() -> None:
    one = running("mon 12:30")
    ladder = LADDER.replace("{at: 50%,", "{at: 25%, notify: desk}, {at: 50%,").replace(
        "{at: due,", "{before: 15 minutes, notify: boss}, {at: due,"
    )
    moved(one, second(LADDER, ladder))
    one.elapse("tue 09:00")
    assert fired(one) == [
        (0, at("mon 11:00")),
        (2, at("mon 12:45")),
        (3, at("mon 13:00")),
        (4, at("mon 14:00")),
    ]


def test_a_new_rung_after_the_due_instant_fires_at_once() -> None:
    """A case that is three hours late has the card that the new version gives for two."""
    one = running("mon 16:00")
    assert one.case.card == "red"
    cards = "{yellow: {en: Yellow}, red: {en: Red}, black: {en: Black}}"
    slas = SLAS.replace(
        "{after: 1 hour, card: red}", "{after: 1 hour, card: red}, {after: 2 hours, card: black}"
    )
    assert moved(one, version(2, slas=slas, cards=cards)) == ["Migrated", "ClockMigrated", "RungFired"]
    assert one.case.card == "black"


def test_a_rung_that_is_gone_does_not_fire_any_more() -> None:
    one = running("mon 10:00")
    moved(one, second(LADDER, "ladder: [{at: due, card: red}]"))
    one.elapse("tue 09:00")
    assert fired(one) == [(0, at("mon 13:00"))]


def test_a_rung_due_at_the_very_instant_of_the_move_still_fires() -> None:
    """E3: at equal instants the command goes first, so the rung comes after, under its new number."""
    one = running("mon 11:00")
    ladder = "ladder: [{at: due, card: yellow}, {at: 50%, notify: boss}]"
    moved(one, second(LADDER, ladder))
    one.elapse("mon 11:01")
    assert fired(one) == [(1, at("mon 11:00"))]


def test_an_explanation_shows_what_fired_before_by_the_numbers_of_now() -> None:
    """X1."""
    one = running("mon 11:30")
    ladder = "ladder: [{at: due, card: yellow}, {at: 50%, notify: boss}]"
    moved(one, second(LADDER, ladder))
    found = explain(one.program, one.case, "limit", one.now, one.history)
    assert [(rung.number, rung.fired, rung.at) for rung in found.rungs] == [
        (1, True, at("mon 11:00")),
        (0, False, at("mon 13:00")),
    ]


# Pauses and states


def test_what_stands_stands_on_and_runs_where_the_new_version_lets_it() -> None:
    """K2."""
    one = running("mon 10:00")
    one.fire("wait")
    assert moved(one, version(2), when="mon 11:00") == ["Migrated"]
    assert one.clock().phase == "paused"
    assert moved(
        one, second("pause: {in: main.wait}", "pause: {in: main.done}", number=3), when="mon 12:00"
    ) == [
        "Migrated",
        "ClockResumed",
    ]
    assert one.clock().due == at("mon 15:00")


def test_what_runs_pauses_where_the_new_version_says_so() -> None:
    one = running("mon 10:00")
    assert moved(one, second("pause: {in: main.wait}", "pause: {in: main.work}")) == [
        "Migrated",
        "ClockPaused",
    ]
    assert one.clock().due is None


def test_a_paused_clock_is_rebased_and_its_pause_counts() -> None:
    one = running("mon 10:00")
    one.fire("wait")
    moved(one, longer("rebase"), when="mon 11:00")
    assert one.clock().phase == "paused"
    one.fire("go_on", when="mon 12:00")
    assert one.clock().due == at("mon 17:00")


def test_a_stopped_clock_goes_on_by_the_new_ladder_when_it_is_reopened() -> None:
    """K4: the finished cycle is what it was, and the next one takes its fired rungs along."""
    one = running("mon 11:30")
    one.fire("finish")
    cycle = one.clock()
    ladder = "ladder: [{after: 1 hour, card: red}, {at: due, card: yellow}, {at: 50%, notify: boss}]"
    assert moved(one, second(LADDER, ladder)) == ["Migrated", "ClockMigrated"]
    assert explain(one.program, one.case, "limit", one.now, one.history).changes == ()
    assert (one.clock().verdict, one.clock().limit, one.clock().ended_at) == (
        cycle.verdict,
        cycle.limit,
        cycle.ended_at,
    )
    one.fire("back", BOSS, when="mon 12:30")
    one.elapse("tue 09:00")
    assert fired(one) == [(0, at("mon 11:00")), (1, at("mon 14:00")), (0, at("mon 15:00"))]


# Limits that come, go, and change their names


def test_the_clock_of_a_limit_that_is_gone_ends_and_its_number_never_comes_again() -> None:
    """E1: a later version may have a limit of this name again, whose claims must not be taken already."""
    one = running("mon 13:30")
    assert move(one, version(2, slas="")) == ["limit_unmapped"]
    assert moved(one, version(2, slas="", migrate="from: 1\nclocks: {limit: cancel}")) == [
        "ClockCancelled",
        "Migrated",
    ]
    assert (dict(one.case.clocks), dict(one.case.past_cycles)) == ({}, {"limit": 1})
    moved(one, version(3))
    one.fire("finish")
    one.fire("back", BOSS)
    assert one.clock().cycle == 2
    one.elapse("tue 09:00")
    claims = [(e.sla, e.cycle, e.term, e.rung, e.repetition) for e in one.happened(RungFired)]
    assert len(set(claims)) == len(claims), "E1"


def test_a_limit_goes_on_under_another_name() -> None:
    one = running("mon 11:30")
    slas = SLAS.replace("limit:", "answer:")
    moved(one, version(2, slas=slas, migrate="from: 1\nclocks: {limit: {to: answer}}"))
    assert list(one.case.clocks) == ["answer"]
    assert one.clock("answer").due == at("mon 13:00")
    one.elapse("mon 13:30")
    assert [(event.sla, event.rung) for event in one.happened(RungFired)] == [("limit", 0), ("answer", 1)]
    found = explain(one.program, one.case, "answer", one.now, one.history)
    assert [rung.at for rung in found.rungs][:2] == [at("mon 11:00"), at("mon 13:00")]
    assert dict(one.case.past_cycles) == {"limit": 1}


def test_a_limit_cannot_take_the_name_of_another_one() -> None:
    two = SLAS + SLAS.replace("limit:", "other:")
    one = story(version(1, slas=two))
    one.fire("begin")
    text = version(2, slas=SLAS.replace("limit:", "other:"), migrate="from: 1\nclocks: {limit: {to: other}}")
    assert move(one, text) == ["limit_taken"]
    both = "from: 1\nclocks: {limit: {to: sole}, other: {to: sole}}"
    assert move(one, version(2, slas=SLAS.replace("limit:", "sole:"), migrate=both)) == ["mapping_twice"]
    gone = running()
    moved(gone, version(2, slas="", migrate="from: 1\nclocks: {limit: cancel}"))
    slas = SLAS.replace("limit:", "one:")
    moved(gone, version(3, slas=slas, migrate="from: 2\nstarts: {one: {in: main.work}}"))
    back = version(4, migrate="from: 3\nclocks: {one: {to: limit}}")
    assert move(gone, back) == ["limit_taken"]


def test_a_new_limit_starts_for_open_cases_only_where_the_author_says() -> None:
    slas = SLAS + SLAS.replace("limit:", "extra:")
    one = running("mon 10:00")
    assert moved(one, version(2, slas=slas)) == ["Migrated"]
    starts = "from: 2\nstarts: {extra: {in: main.work, when: n == 0}}"
    assert moved(one, version(3, slas=slas, migrate=starts)) == ["Migrated", "ClockStarted"]
    assert one.clock("extra").due == at("mon 14:00")
    waiting = running("mon 10:00")
    waiting.fire("wait")
    assert moved(waiting, version(2, slas=slas, migrate=starts.replace("from: 2", "from: 1"))) == ["Migrated"]


def test_a_new_limit_past_the_calendar_refuses_the_case() -> None:
    slas = (
        SLAS
        + "far: {start: {enter: main.done}, stop: {enter: main.shut}, target: [{within: 9 working days}]}"
    )
    one = story()
    one.fire("begin")
    text = version(2, slas=slas, migrate="from: 1\nstarts: {far: {in: main.work}}")
    assert move(one, text, calendar=SHORT) == ["beyond_calendar"]
    auto = "- {trigger: skip, from: work, to: done, auto: true}\n    - {trigger: ping,"
    text = version(2, slas=slas, tracks=TRACKS.replace("- {trigger: ping,", auto))
    assert move(one, text, calendar=SHORT) == ["beyond_calendar"]


UNTIL = """
limit:
  start: {enter: main.work}
  stop: {enter: main.done}
  target: [{until: until}]
"""


def test_a_limit_that_waits_for_its_date_goes_on_waiting_or_starts_when_it_is_none_any_more() -> None:
    one = story(version(1, slas=UNTIL))
    one.fire("begin")
    assert "limit" in one.case.awaited
    renamed = version(
        2, slas=UNTIL.replace("limit:", "term:"), migrate="from: 1\nclocks: {limit: {to: term}}"
    )
    assert moved(one, renamed) == ["Migrated"]
    assert "term" in one.case.awaited
    amount = UNTIL.replace("limit:", "term:").replace("{until: until}", "{within: 4 hours}")
    assert moved(one, version(3, slas=amount, migrate="from: 2\nclocks: {term: keep}"), when="mon 10:00") == [
        "Migrated",
        "ClockStarted",
    ]
    assert only(ClockStarted, one.batches[-1]).start == at("mon 09:00")
    assert one.clock("term").due == at("mon 13:00")


def test_a_limit_that_waits_for_its_date_is_dropped_with_its_definition() -> None:
    one = story(version(1, slas=UNTIL))
    one.fire("begin")
    assert moved(one, version(2, slas="", migrate="from: 1\nclocks: {limit: cancel}")) == [
        "LimitDropped",
        "Migrated",
    ]
    assert dict(one.case.awaited) == {}


# Acts, and judging


ASKING = "limit:\n  extension: {by: boss, times: 2}\n  suspension: {by: boss}"


def test_a_request_is_kept_where_somebody_can_decide_it_and_refuses_the_case_where_not() -> None:
    """K7."""
    slas = SLAS.replace("limit:", ASKING)
    one = story(version(1, slas=slas))
    one.fire("begin")
    assert one.act("request_extension", amount=Elapsed(hours=1)) == []
    assert move(one, version(2)) == ["act_pending"]
    assert moved(one, version(2, slas=slas)) == ["Migrated"]
    assert one.act("extend", BOSS) == []
    assert one.clock().due == at("mon 14:00")
    assert moved(one, version(3, migrate="from: 2")) == ["Migrated"]
    assert one.clock().extensions == (Elapsed(hours=1),)


def test_a_clock_that_starts_afresh_drops_what_was_asked_for() -> None:
    """K5, K7: nobody need be there to decide it."""
    one = story(version(1, slas=SLAS.replace("limit:", ASKING)))
    one.fire("begin")
    one.act("request_extension", amount=Elapsed(hours=1))
    assert moved(one, longer("restart")) == ["Migrated", "ClockMigrated"]
    assert one.clock().requests == ()


def test_a_suspension_without_an_end_needs_somebody_to_end_it() -> None:
    slas = SLAS.replace("limit:", ASKING)
    one = story(version(1, slas=slas))
    one.fire("begin")
    one.act("request_suspension")
    one.act("suspend", BOSS)
    assert move(one, version(2)) == ["act_pending"]
    assert moved(one, version(2, slas=slas)) == ["Migrated"]
    assert one.clock().phase == "paused"
    one.act("resume", BOSS, when="mon 10:00")
    assert one.clock().due == at("mon 14:00")


def test_a_limit_that_is_judged_at_once_from_now_on_is_breached_if_it_has_passed() -> None:
    """K3, M12: as in the new version, in which nobody waits for the stop to say so."""
    slas = SLAS.replace("limit:", "limit:\n  measure: occurred")
    one = story(version(1, slas=slas))
    one.fire("begin")
    one.elapse("mon 13:30")
    assert one.clock().verdict == "none"
    assert moved(one, version(2)) == ["Migrated", "ClockMigrated", "ClockBreached"]
    assert not one.clock().observed
    back = running("mon 13:30")
    moved(back, version(2, slas=slas))
    assert (back.clock().observed, back.clock().verdict) == (True, "breached")


@pytest.mark.parametrize("how", ["carry", "restart"])
def test_a_limit_that_ran_out_and_is_judged_at_the_stop_does_not_become_good(how: str) -> None:
    """K3, M12: it is late already, only nobody has said so yet."""
    slas = SLAS.replace("limit:", "limit:\n  measure: occurred")
    one = story(version(1, slas=slas))
    one.fire("begin")
    one.elapse("mon 13:30")
    longer_ = slas.replace("{within: 4 hours}", "{within: 40 hours}")
    moved(one, version(2, slas=longer_, migrate=f"from: 1\nclocks: {{limit: {how}}}"))
    assert one.clock().limit == at("mon 13:00")
    one.fire("finish", when="mon 14:00")
    assert one.clock().verdict == "breached"


def test_a_clock_that_needs_no_word_gets_no_event() -> None:
    one = running()
    before = one.clock()
    assert moved(one, version(2, tracks=TRACKS.replace("by: boss", "by: [boss, desk]"))) == ["Migrated"]
    assert one.clock() == before
    assert not one.happened(ClockMigrated)
    assert DESK.id == "ann"
