"""What becomes of a running clock when its target changes (K5), and limits that wait for their date."""

from __future__ import annotations

import datetime as dt

import pytest

from casewf.model.amount import Elapsed, WorkingTime
from casewf.model.case import Awaited
from casewf.model.clock_events import ClockRetargeted, ClockStarted, LimitDropped, RungFired
from casewf.model.events import IncidentRaised
from core_cases import BOSS, SHORT, START, Story, at, only
from core_flows import LIMIT, PAUSED, kinds, limit, story

LADDER = "ladder: [{at: 25%, notify: boss}, {at: 50%, notify: boss}, {at: due, notify: boss}]"


def changing(
    how: str, first: str = "8 hours", then: str = "4 hours", *, more: str = LADDER, calendar: object = None
) -> Story:
    """A clock since Monday 09:00 whose target depends on ``n``."""
    base = LIMIT.replace("[{within: 4 hours}]", f"[{{when: n > 0, within: {then}}}, {{within: {first}}}]")
    text = f"limit: {{{base}, on_change: {how}, {PAUSED}{', ' if more else ''}{more}}}"
    one = story(text) if calendar is None else story(text, calendar=calendar)
    one.fire("begin")
    return one


def change(one: Story, when: str) -> ClockRetargeted:
    return only(ClockRetargeted, one.fire("ping", when=when, data={"n": 1}))


def rungs(one: Story) -> list[tuple[int, int, int]]:
    return [(event.term, event.rung, event.scheduled_for) for event in one.happened(RungFired)]


# carry


def test_carry_keeps_the_share_that_was_spent() -> None:
    """K5: two of eight hours are a quarter; three quarters of four hours are three, from now."""
    one = changing("carry")
    event = change(one, "mon 11:00")
    assert (event.limit, event.term, event.how) == (at("mon 14:00"), 1, "carry")
    assert event.carried is not None
    assert (event.carried.whole, event.carried.left) == (Elapsed(hours=4).us, Elapsed(hours=3).us)


def test_after_a_carry_percent_rungs_count_shares() -> None:
    """K5: a quarter was spent and its rung fired; the half comes one hour later, and no rung comes twice."""
    one = changing("carry")
    one.elapse(at("mon 11:00") + 1)
    one.fire("ping", data={"n": 1})
    one.elapse("fri 09:00")
    due = (
        at("mon 14:00") + 1
    )  # three quarters of four hours, less three quarters of a microsecond, rounded up
    assert rungs(one)[0] == (1, 0, at("mon 11:00"))
    assert [rung for _, rung, _ in rungs(one)] == [0, 1, 2]
    assert rungs(one)[2] == (1, 2, due)
    assert abs(rungs(one)[1][2] - at("mon 12:00")) <= 1


def test_a_carry_to_a_later_due_instant_opens_no_term() -> None:
    """Golden row G08: what fired stays fired."""
    one = changing("carry", "4 hours", "8 hours")
    one.elapse("mon 10:30")
    event = change(one, "mon 11:00")
    assert (event.term, event.limit) == (1, at("mon 15:00"))
    assert [rung for _, rung, _ in rungs(one)] == [0]


def test_a_carry_while_paused_counts_up_to_the_pause() -> None:
    """K1, K5: two hours were spent when the pause began; what is left runs from the resume."""
    one = changing("carry")
    one.fire("wait", when="mon 11:00")
    event = change(one, "mon 15:00")
    assert (one.clock().due, event.next) == (None, None)
    one.fire("go_on", when="tue 09:00")
    assert one.clock().due == at("tue 12:00")


def test_pauses_before_a_carry_count_once_and_those_after_it_move_it() -> None:
    one = changing("carry")
    one.fire("wait", when="mon 10:00")
    one.fire("go_on", when="mon 11:00")
    change(one, "mon 12:00")  # two of eight hours spent
    one.fire("wait", when="mon 13:00")
    one.fire("go_on", when="mon 13:30")
    assert one.clock().due == at("mon 15:30")


def test_a_second_carry_goes_on_from_the_first() -> None:
    one = changing("carry")
    change(one, "mon 11:00")  # a quarter spent, three hours left of four
    event = only(ClockRetargeted, one.fire("ping", when="mon 12:00", data={"n": 0}))
    # half of four hours is spent now, which is half of eight
    assert event.limit == at("mon 16:00")


def test_working_time_is_carried_as_working_time() -> None:
    one = changing("carry", "10 working hours", "5 working hours", more="")
    assert change(one, "mon 14:00").limit == at("mon 16:30")


def test_an_extension_after_a_carry_adds_its_length() -> None:
    """K7: what is left becomes longer by what was granted."""
    one = changing("carry", more="extension: {by: boss}")
    change(one, "mon 11:00")
    one.act("request_extension", amount=Elapsed(hours=1))
    assert one.act("extend", BOSS) == []
    assert one.clock().due == at("mon 15:00")
    # and the shares are of five hours now
    event = only(ClockRetargeted, one.fire("ping", data={"n": 0}))
    assert event.limit == START + Elapsed(hours=2).us + -(-Elapsed(hours=9).us * 4 // 5)


def test_an_extension_before_a_carry_stays() -> None:
    one = changing("carry", more="extension: {by: boss, up_to: 9 hours}")
    one.act("request_extension", amount=Elapsed(hours=8))
    one.act("extend", BOSS)
    # two of sixteen hours are spent; seven eighths of twelve hours are left
    assert change(one, "mon 11:00").limit == at("mon 21:30")


def test_a_carry_past_what_the_calendar_knows_is_provisional() -> None:
    """E2: by the guess the new limit is ten working days, of which an eighth was spent."""
    one = changing("carry", "2 working days", "10 working days", more="", calendar=SHORT)
    event = change(one, "mon 13:00")
    assert event.provisional
    assert event.limit > at("2025-06-21 00:00")


# restart


def test_restart_is_a_new_term_from_now_without_pauses_and_extensions() -> None:
    """K5."""
    one = changing("restart", more=f"{LADDER}, extension: {{by: boss}}")
    one.act("request_extension", amount=Elapsed(hours=1))
    one.act("extend", BOSS)
    one.fire("wait", when="mon 10:00")
    one.fire("go_on", when="mon 12:00")
    event = change(one, "mon 13:00")
    clock = one.clock()
    assert (event.limit, event.term) == (at("mon 17:00"), 3)
    assert (clock.start, clock.pauses, clock.extensions, clock.cycle) == (at("mon 13:00"), (), (), 1)
    assert clock.original == at("mon 17:00")


def test_every_rung_arms_again_after_a_restart() -> None:
    one = changing("restart")
    one.elapse("mon 13:30")
    change(one, "mon 14:00")
    one.elapse("fri 09:00")
    assert rungs(one) == [
        (1, 0, at("mon 11:00")),
        (1, 1, at("mon 13:00")),
        (2, 0, at("mon 15:00")),
        (2, 1, at("mon 16:00")),
        (2, 2, at("mon 18:00")),
    ]


def test_a_restart_while_paused_runs_from_the_resume() -> None:
    one = changing("restart")
    one.fire("wait", when="mon 10:00")
    change(one, "mon 12:00")
    assert one.clock().due is None
    one.fire("go_on", when="mon 15:00")
    assert (one.clock().due, one.clock().pauses) == (at("mon 19:00"), ((at("mon 12:00"), at("mon 15:00")),))


# all ways


@pytest.mark.parametrize("how", ["rebase", "carry", "restart"])
def test_nothing_changes_after_the_breach(how: str) -> None:
    """K5, K3."""
    one = changing(how, "2 hours", "8 hours")
    assert kinds(one.fire("ping", when="mon 12:00", data={"n": 1})) == ["Moved"]
    assert (one.clock().verdict, one.clock().due) == ("breached", at("mon 11:00"))


@pytest.mark.parametrize("how", ["rebase", "carry", "restart"])
def test_a_change_that_leaves_the_target_as_it_is_is_none(how: str) -> None:
    one = changing(how)
    change(one, "mon 10:00")
    assert kinds(one.fire("ping", when="mon 11:00", data={"n": 2})) == ["Moved"]


def test_a_rebase_keeps_an_extension_of_its_own_unit() -> None:
    """K1: budget and extensions."""
    one = changing("rebase", more="extension: {by: boss}")
    one.act("request_extension", amount=Elapsed(hours=1))
    one.act("extend", BOSS)
    assert change(one, "mon 10:00").limit == at("mon 14:00")


def test_an_extension_of_another_unit_than_the_new_target_counts_on_from_its_end() -> None:
    """K1: what was granted does not vanish; four hours and a working hour have no sum, so one follows the other."""
    one = changing("rebase", "8 working hours", "4 hours", more="extension: {by: boss}")
    one.act("request_extension", amount=WorkingTime(hours=1))
    one.act("extend", BOSS)
    assert change(one, "mon 10:00").limit == at("mon 14:00")
    back = only(ClockRetargeted, one.fire("ping", when="mon 11:00", data={"n": 0}))
    assert back.limit == at("tue 10:00")


def test_a_request_in_the_unit_of_the_old_target_moves_the_new_one() -> None:
    one = changing("rebase", "8 working hours", "4 hours", more="extension: {by: boss}")
    one.act("request_extension", amount=WorkingTime(hours=1))
    change(one, "mon 10:00")
    assert one.act("extend", BOSS) == []
    assert (one.clock().due, one.clock().term) == (at("mon 14:00"), 2)


def test_percent_counts_to_the_end_of_an_extension_of_another_unit() -> None:
    """E2: of the measured time from start to the current due."""
    one = changing(
        "rebase",
        "8 working hours",
        "4 hours",
        more="ladder: [{at: 50%, notify: boss}], extension: {by: boss}",
    )
    one.act("request_extension", amount=WorkingTime(hours=2))
    one.act("extend", BOSS)
    change(one, "mon 10:00")
    assert one.clock().next is not None
    assert one.clock().next.at == at("mon 12:00")
    one.fire("wait", when="mon 10:00")
    one.fire("go_on", when="mon 11:00")
    assert (one.clock().next.at, one.clock().due) == (at("mon 13:00"), at("mon 16:00"))


def test_a_restart_does_not_give_back_the_right_to_an_extension() -> None:
    """K7: how often in a cycle; whoever may change the field must not refill it."""
    one = changing("restart", more="extension: {by: boss}")
    one.act("request_extension", amount=Elapsed(hours=1))
    one.act("extend", BOSS)
    change(one, "mon 10:00")
    assert one.act("request_extension", amount=Elapsed(hours=1)) == ["act_times"]


def test_calendar_days_end_at_close_of_business_after_a_carry_too() -> None:
    """T4: the last day, rolled once; neither two in the morning nor a Sunday is the end of a limit."""
    one = changing("carry", "10 days", "20 days", more="")
    assert change(one, "sat 15:00").limit == at("2025-07-02 17:00")
    late = changing("carry", "20 days", "10 days", more="")
    assert change(late, "2025-07-04 18:00").limit == at("2025-07-07 17:00")


def test_a_carry_after_the_close_of_its_last_day_goes_on_to_the_next() -> None:
    """What is left is never less than nothing."""
    one = changing("carry", "2 days", "1 day", more="")
    assert change(one, "wed 16:59").limit == at("wed 17:00")
    night = changing("carry", "30 days", "1 day", more="")
    # not an hour is left at eight in the evening, when that day has closed already
    assert change(night, "2025-07-15 20:00").limit == at("2025-07-16 17:00")


@pytest.mark.parametrize("how", ["rebase", "carry", "restart"])
def test_a_late_rung_that_changes_the_target_swallows_no_breach(how: str) -> None:
    """E3: what a late rung sets is of now, and by now the limit had passed."""
    one = changing(how, "2 hours", "9 hours", more="ladder: [{at: 50%, set: {n: '1'}}, {at: due, card: red}]")
    one.elapse("mon 15:00")
    assert (one.clock().verdict, one.clock().due, one.case.card) == ("breached", at("mon 11:00"), "red")


def test_rungs_that_had_passed_before_a_pause_keep_their_instants_when_the_limit_comes_earlier() -> None:
    """K1: a pause moves only what had not passed when it began."""
    one = changing(
        "rebase", "30 hours", "2 hours", more="ladder: [{at: 50%, notify: boss}, {at: due, notify: boss}]"
    )
    one.fire("wait", when="mon 13:00")
    one.fire("go_on", when="mon 14:00")
    one.fire("ping", when="mon 15:00", data={"n": 1})
    assert rungs(one) == [(1, 0, at("mon 10:00")), (1, 1, at("mon 11:00"))]
    assert one.clock().verdict == "breached"


def test_a_rung_before_the_due_instant_is_never_before_the_resume() -> None:
    """K1: four plain hours before a limit in working time that a night's pause moved lie inside the pause."""
    one = changing("rebase", "8 working hours", "4 hours", more="ladder: [{before: 23 hours, notify: boss}]")
    one.fire("wait", when="mon 09:30")
    one.fire("go_on", when="tue 09:00")
    assert one.clock().due == at("tue 16:30")
    assert one.clock().next is None or one.clock().next.at >= at("tue 09:00")


def test_what_changed_while_it_was_closed_counts_when_it_goes_on() -> None:
    """K4, K5: the continued cycle goes by the target that wins now, on the way that the author chose."""
    one = changing("rebase", more="reopen: {fire: reopen}")
    one.fire("finish", when="mon 10:00")
    one.fire("ping", when="mon 11:00", data={"n": 1})
    events = one.fire("reopen", when="mon 12:00")
    assert kinds(events) == ["Moved", "ClockStarted", "ClockRetargeted"]
    assert one.clock().due == at("mon 15:00")
    assert kinds(one.fire("ping", when="mon 13:00", data={"n": 1})) == ["Moved"]


def test_a_continued_cycle_keeps_what_was_carried() -> None:
    """K4, K5: three of four hours were left when it was finished; the hours between do not count."""
    one = changing("carry", more="reopen: {fire: reopen}")
    change(one, "mon 11:00")
    one.fire("finish", when="mon 12:00")
    one.fire("reopen", when="mon 15:00")
    assert one.clock().due == at("mon 17:00")


def test_another_row_with_the_same_limit_opens_no_term() -> None:
    """E1: only a later due instant does."""
    one = changing("rebase", "4 hours", "240 minutes")
    one.elapse("mon 10:30")
    event = change(one, "mon 11:00")
    assert (event.target, event.term, event.fired) == (0, 1, ((0, 1),))


def test_a_target_that_becomes_a_date_without_one_keeps_the_limit_and_says_so() -> None:
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n > 0, until: until}, {within: 4 hours}]")
    one = limit("", base)
    one.fire("begin")
    assert kinds(one.fire("ping", data={"n": 1})) == ["Moved", "IncidentRaised"]
    assert one.clock().due == at("mon 13:00")
    event = only(ClockRetargeted, one.fire("ping", data={"until": WEDNESDAY}))
    assert event.limit == at("wed 17:00")


# limits that wait for their date

UNTIL = LIMIT.replace("within: 4 hours", "until: until")
WEDNESDAY = dt.date(2025, 6, 18)


def waiting(more: str = "") -> Story:
    one = limit(more, UNTIL)
    one.fire("begin")
    return one


def test_a_limit_starts_when_its_date_is_given_from_when_it_should_have_started() -> None:
    one = waiting()
    events = one.fire("ping", when="tue 10:00", data={"until": WEDNESDAY})
    started = only(ClockStarted, events)
    assert (started.start, started.limit, one.case.awaited) == (START, at("wed 17:00"), {})
    assert len(one.happened(IncidentRaised)) == 1


def test_a_date_that_has_passed_already_is_missed_at_once() -> None:
    """E3: late, but not in silence."""
    one = waiting("ladder: [{at: due, notify: boss}]")
    events = one.fire("ping", when="fri 10:00", data={"until": WEDNESDAY})
    assert kinds(events) == ["Moved", "ClockStarted", "ClockBreached", "RungFired"]


def test_a_limit_whose_matter_is_over_waits_no_longer() -> None:
    for trigger in ("finish", "end"):
        one = waiting()
        assert only(LimitDropped, one.fire(trigger)).sla == "limit"
        assert one.case.awaited == {}
    assert kinds(waiting("cancel: {fire: hold}").fire("hold")) == ["Moved", "LimitDropped"]


def test_a_second_start_does_not_move_the_first() -> None:
    """The first entry counts."""
    one = waiting()
    one.fire("begin", when="tue 09:00")
    assert one.case.awaited == {"limit": Awaited(start=START)}
    assert len(one.happened(IncidentRaised)) == 1


def test_a_limit_that_restarts_waits_from_its_last_start() -> None:
    one = waiting("restarts: true")
    one.fire("begin", when="tue 09:00")
    assert one.case.awaited == {"limit": Awaited(start=at("tue 09:00"))}


def test_a_limit_that_starts_late_may_be_paused_from_the_beginning() -> None:
    one = waiting(PAUSED)
    one.fire("wait")
    one.fire("ping", when="tue 09:00", data={"until": WEDNESDAY})
    assert (one.clock().phase, one.clock().due) == ("paused", None)


def test_pauses_while_it_waits_count_when_it_starts() -> None:
    """K1: the limit is as if it had run all the time."""
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n > 0, within: 9 hours}, {until: until}]")
    one = limit(f"{PAUSED}", base)
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    one.fire("go_on", when="mon 12:00")
    one.fire("wait", when="mon 13:00")
    assert one.case.awaited["limit"].paused_at == at("mon 13:00")
    one.fire("ping", when="mon 14:00", data={"n": 1})
    assert (one.clock().phase, one.clock().paused_at) == ("paused", at("mon 13:00"))
    one.fire("go_on", when="mon 15:00")
    assert (one.clock().due, one.case.awaited) == (at("mon 22:00"), {})


def test_a_matter_that_is_over_while_it_waits_in_a_pause_has_stood_since_the_pause_began() -> None:
    """K1, K4: reopened, it has been paused all the time."""
    one = waiting(f"{PAUSED}, on_reopen: continue, reopen: {{fire: reopen}}")
    one.fire("wait", when="mon 10:00")
    one.fire("finish", when="mon 12:00")
    over = one.case.awaited["limit"]
    assert (over.over, over.paused_at) == (True, at("mon 10:00"))
    one.fire("reopen", when="mon 14:00")
    again = one.case.awaited["limit"]
    assert (again.over, again.paused_at, again.pauses) == (False, None, ((at("mon 10:00"), at("mon 14:00")),))


def test_a_limit_may_begin_to_wait_in_a_state_that_pauses_it() -> None:
    base = UNTIL.replace("enter: main.work}, stop", "enter: main.wait}, stop")
    one = limit(PAUSED, base)
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    assert one.case.awaited["limit"] == Awaited(start=at("mon 10:00"), paused_at=at("mon 10:00"))


def test_a_reopening_does_not_move_a_start_that_waits() -> None:
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n == 0, within: 4 hours}, {until: until}]")
    one = limit("on_reopen: restart, reopen: {fire: [reopen, block]}", base)
    one.fire("begin")
    one.fire("finish", when="mon 10:00")
    one.fire("ping", data={"n": 1})
    one.fire("reopen", when="mon 11:00")
    one.fire("block", when="mon 11:30")
    assert one.case.awaited == {"limit": Awaited(start=at("mon 11:00"))}
    one.fire("finish", when="mon 12:00")
    over = Awaited(start=at("mon 11:00"), paused_at=at("mon 12:00"), over=True)
    assert one.case.awaited == {"limit": over}
    one.fire("reopen", when="mon 12:30")
    assert one.case.awaited == {"limit": Awaited(start=at("mon 12:30"))}


def test_another_target_ends_the_waiting_too() -> None:
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n > 0, within: 9 hours}, {until: until}]")
    one = limit("", base)
    one.fire("begin")
    started = only(ClockStarted, one.fire("ping", when="mon 12:00", data={"n": 1}))
    assert (started.start, started.limit) == (START, at("mon 18:00"))
