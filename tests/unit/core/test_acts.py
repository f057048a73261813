"""Acts (K7): asked for by one, granted by another, within limits that are tested when it is asked for."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

from casewf.core.decide import Refusal
from casewf.core.options import options
from casewf.model.amount import Amount, CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.model.case import Actor
from casewf.model.clock_events import (
    ActRequested,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    ClockSuspended,
    RungFired,
    SuspensionEnded,
)
from casewf.model.commands import ACTS, Act
from casewf.model.effects import Notify
from core_cases import BOSS, DESK, HOUR, NOTE, SHORT, START, STRANGER, Story, at, only
from core_flows import LIMIT, PAUSED, kinds, limit, story

HELPER = Actor("hu", frozenset({"helper"}))
BOTH = Actor("ann", frozenset({"desk", "boss"}))
ONE_HOUR = Elapsed(hours=1)


def acting(rule: str = "", *, more: str = "", base: str = LIMIT) -> Story:
    """A clock of four hours that runs since Monday 09:00, with an extension and a suspension."""
    both = f"extension: {{by: boss{rule}}}, suspension: {{by: boss{rule}}}"
    one = limit(f"{both}{', ' if more else ''}{more}", base)
    one.fire("begin")
    return one


def extend(one: Story, amount: Amount = ONE_HOUR, *, when: str | None = None) -> list[str]:
    return one.act("request_extension", when=when, amount=amount) or one.act("extend", BOSS)


def suspend(one: Story, amount: Amount | None = None, *, when: str | None = None) -> list[str]:
    return one.act("request_suspension", when=when, amount=amount) or one.act("suspend", BOSS)


# asking and granting


def test_an_extension_is_asked_for_and_then_granted() -> None:
    """K7: the request changes no instant; the grant opens a new term, and the original due instant is kept."""
    one = acting()
    assert one.act("request_extension", amount=ONE_HOUR) == []
    assert (one.clock().due, one.clock().term) == (START + 4 * HOUR, 1)
    assert one.act("extend", BOSS, when="mon 10:00") == []
    clock = one.clock()
    assert (clock.due, clock.term, clock.term_at) == (START + 5 * HOUR, 2, at("mon 10:00"))
    assert (clock.original, clock.extensions, clock.requests) == (START + 4 * HOUR, (ONE_HOUR,), ())
    (event,) = one.happened(ClockExtended)
    assert (event.requested_by.id, event.by.id) == ("ann", "bo")


@pytest.mark.parametrize("act", ["extend", "suspend"])
def test_who_asks_does_not_grant(act: str) -> None:
    """K7, also where he has both roles."""
    one = acting()
    kind = {"extend": "extension", "suspend": "suspension"}[act]
    assert one.act(f"request_{kind}", BOTH, amount=ONE_HOUR) == []
    assert one.act(act, BOTH) == ["own_request"]
    assert one.act(act, BOSS) == []


@pytest.mark.parametrize("act", ["extend", "suspend", "reject_extension", "reject_suspension"])
def test_nothing_is_decided_that_nobody_asked_for(act: str) -> None:
    assert acting().act(act, BOSS) == ["act_not_requested"]


def test_one_request_of_a_kind_waits_at_a_time() -> None:
    one = acting()
    assert one.act("request_extension", amount=ONE_HOUR) == []
    assert one.act("request_extension", HELPER, amount=ONE_HOUR) == ["act_requested"]
    assert one.act("request_suspension", HELPER) == []
    assert one.act("suspend", BOSS) == []
    assert one.clock().request("extension") is not None


def test_a_rejection_frees_the_way_for_another_request() -> None:
    one = acting()
    one.act("request_extension", amount=ONE_HOUR)
    assert one.act("reject_extension", HELPER) == ["role_missing"]
    assert one.act("reject_extension", BOSS) == []
    assert (one.clock().due, one.clock().requests) == (START + 4 * HOUR, ())
    assert extend(one) == []


def test_who_asked_may_take_it_back_without_a_word() -> None:
    one = acting()
    one.act("request_extension", amount=ONE_HOUR)
    assert one.act("reject_extension", DESK, comment=None) == []
    assert one.clock().requests == ()


def test_requests_and_rejections_say_why() -> None:
    one = acting()
    assert one.act("request_extension", amount=ONE_HOUR, comment=None) == ["comment_required"]
    assert one.act("request_suspension", comment=None) == ["comment_required"]
    one.act("request_extension", amount=ONE_HOUR)
    assert one.act("reject_extension", BOSS, comment=None) == ["comment_required"]
    assert one.act("extend", BOSS, comment=None) == []


def test_only_roles_that_the_author_names_may_ask() -> None:
    one = acting(", asked_by: helper")
    assert one.act("request_extension", DESK, amount=ONE_HOUR) == ["role_missing"]
    assert one.act("request_extension", HELPER, amount=ONE_HOUR) == []
    assert one.act("extend", HELPER) == ["role_missing"]


def test_without_that_every_role_of_the_workflow_may_ask_and_no_stranger() -> None:
    one = acting()
    assert one.act("request_extension", STRANGER, amount=ONE_HOUR) == ["role_missing"]
    assert one.act("request_extension", HELPER, amount=ONE_HOUR) == []


def test_a_request_tells_those_whom_the_author_names() -> None:
    one = acting(", notify: [boss, helper]")
    one.act("request_extension", amount=ONE_HOUR)
    (event,) = one.happened(ActRequested)
    about = "limit/request_extension"
    assert event.effects == (Notify("boss", (), about), Notify("helper", (), about))


def test_an_act_that_the_sla_does_not_offer_is_refused_as_such() -> None:
    one = limit()
    one.fire("begin")
    for act in ACTS:
        assert one.act(act, BOSS, amount=None) == ["act_not_offered"]
    assert one.act("prolong", BOSS) == ["act_not_offered"]
    assert one.act("extend", BOSS, sla="limits") == ["unknown_sla"]


def test_an_act_of_nearly_the_right_name_is_told_the_right_one() -> None:
    one = acting()
    refused = one.send(Act("request_extention", "limit", DESK))
    assert isinstance(refused, Refusal)
    assert [one.params["near"] for one in refused.reasons] == ["request_extension"]
    refused = one.send(Act("resume", "limits", DESK))
    assert isinstance(refused, Refusal)
    assert [one.params["near"] for one in refused.reasons] == ["limit"]


def test_there_is_nothing_to_do_to_a_clock_that_does_not_run() -> None:
    one = limit("extension: {by: boss}")
    assert one.act("request_extension", amount=ONE_HOUR) == ["clock_not_running"]
    one.fire("begin")
    one.fire("finish")
    assert one.act("request_extension", amount=ONE_HOUR) == ["clock_not_running"]


def test_no_act_is_offered_on_a_clock_that_has_stopped() -> None:
    """M4."""
    one = acting()
    acts = {
        option.trigger for option in options(one.program, one.case, DESK, one.now) if option.sla == "limit"
    }
    assert "request_extension" in acts
    one.fire("finish")
    assert [
        option for option in options(one.program, one.case, DESK, one.now) if option.sla is not None
    ] == []


def test_a_refused_act_changes_nothing() -> None:
    """M3."""
    one = acting()
    before = one.case
    assert one.act("request_extension", amount=WorkingDays(1)) == ["act_unit"]
    assert one.case is before


def test_the_version_the_actor_saw_is_looked_at_last() -> None:
    """M2."""
    one = acting()
    assert one.act("request_extension", amount=ONE_HOUR, expect=one.case.version - 1) == ["version_conflict"]
    assert one.act("request_extension", amount=None, expect=one.case.version - 1) == ["amount_missing"]
    assert one.act("request_extension", amount=ONE_HOUR, expect=one.case.version) == []


# how much, how often, how early


def test_how_often_is_tested_when_it_is_asked_for() -> None:
    one = acting(", times: 2, up_to: 9 hours")
    assert extend(one) == []
    assert extend(one) == []
    assert one.act("request_extension", amount=ONE_HOUR) == ["act_times"]
    assert one.clock().due == START + 6 * HOUR


def test_how_much_is_counted_in_all() -> None:
    """As the golden row X06 has it: the second may only have what the first left."""
    one = acting(", times: 3, up_to: 3 hours")
    assert extend(one, Elapsed(hours=2)) == []
    assert one.act("request_extension", amount=Elapsed(hours=2)) == ["act_up_to"]
    assert extend(one, ONE_HOUR) == []
    assert one.act("request_extension", amount=Elapsed(microseconds=1)) == ["act_up_to"]


def test_original_is_as_much_as_the_limit_itself() -> None:
    for rule in ("{by: boss}", "{by: boss, up_to: original}"):
        one = limit(f"extension: {rule}")
        one.fire("begin")
        assert one.act("request_extension", amount=Elapsed(hours=4, microseconds=1)) == ["act_up_to"]
        assert one.act("request_extension", amount=Elapsed(hours=4)) == []


@pytest.mark.parametrize("amount", [WorkingTime(hours=1), WorkingDays(1), CalendarDays(1)])
def test_an_extension_is_in_the_unit_of_the_limit(amount: Amount) -> None:
    assert acting().act("request_extension", amount=amount) == ["act_unit"]


def test_an_extension_says_how_much_and_a_grant_does_not() -> None:
    one = acting()
    assert one.act("request_extension", amount=None) == ["amount_missing"]
    assert one.act("request_extension", amount=Elapsed()) == ["amount_missing"]
    one.act("request_extension", amount=ONE_HOUR)
    assert one.act("extend", BOSS, amount=ONE_HOUR) == ["amount_not_accepted"]


def test_it_must_be_asked_for_in_time_and_may_be_granted_later() -> None:
    one = acting(", asked_before: 2 hours")
    assert one.act("request_extension", when="mon 11:00", amount=ONE_HOUR) == []
    assert one.act("extend", BOSS, when="mon 12:59") == []
    # the latest instant moves with the due instant
    assert one.act("request_suspension", when="mon 12:59") == ["act_asked_before"]
    late = acting(", asked_before: 2 hours")
    late.now = at("mon 11:00") + 1
    assert late.act("request_extension", amount=ONE_HOUR) == ["act_asked_before"]


def test_a_paused_clock_counts_as_if_it_ran_again_now() -> None:
    """K2: there is no due instant while it is paused; two hours are left for as long as the pause lasts."""
    one = acting(", asked_before: 2 hours", more=PAUSED)
    one.fire("wait", when="mon 11:00")
    assert one.act("request_extension", when="fri 10:00", amount=ONE_HOUR) == []
    one = acting(", asked_before: 2 hours", more=PAUSED)
    one.fire("wait", when="mon 11:30")
    assert one.act("request_extension", when="fri 10:00", amount=ONE_HOUR) == ["act_asked_before"]


def test_at_the_due_instant_it_is_accepted_and_after_it_refused() -> None:
    """K7; at equal instants the command goes first (E3)."""
    one = acting()
    assert extend(one, when="mon 13:00") == []
    assert (one.clock().due, one.clock().verdict) == (at("mon 14:00"), "none")
    one.now = at("mon 14:00") + 1
    assert one.act("request_suspension") == ["after_due"]
    assert one.clock().verdict == "breached"


def test_a_request_that_nobody_decided_in_time_is_moot() -> None:
    """K3: a breach never heals, so the grant comes too late, and nothing is left to decide."""
    one = acting()
    one.act("request_extension", amount=ONE_HOUR)
    one.now = at("mon 13:00") + 1
    assert one.act("extend", BOSS) == ["after_due"]
    assert one.clock().requests == ()


def test_a_limit_that_counts_by_when_it_happened_is_late_after_its_due_instant_too() -> None:
    """M12: it is not breached yet, but nothing can be asked for any more."""
    one = acting(more="measure: occurred")
    assert one.act("request_extension", when="mon 13:30", amount=ONE_HOUR) == ["after_due"]


def test_a_date_is_not_extended_but_changed() -> None:
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n > 0, within: 4 hours}, {until: until}]")
    one = limit("extension: {by: boss}", base)
    one.fire("begin", data={"until": dt.date(2025, 6, 18)})
    assert one.act("request_extension", amount=WorkingDays(1)) == ["limit_is_date"]


def test_what_became_a_date_meanwhile_is_not_extended() -> None:
    """K5, K7: the request was for an amount of time; granted now, it would move a date that was agreed."""
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n > 0, until: until}, {within: 4 hours}]")
    one = limit("extension: {by: boss}", base)
    one.fire("begin")
    assert one.act("request_extension", amount=ONE_HOUR) == []
    one.fire("ping", data={"n": 1, "until": dt.date(2025, 6, 18)})
    assert one.act("extend", BOSS) == ["limit_is_date"]
    assert one.act("reject_extension", BOSS) == []


def test_an_extension_in_another_unit_counts_on_from_where_the_paused_budget_ends() -> None:
    """K1, K5, T4: the pause moves the calendar days, which end at a close of business; working days follow."""
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n > 0, within: 4 working days}, {within: 10 days}]")
    one = limit(f"extension: {{by: boss, up_to: 2 working days}}, {PAUSED}", base)
    one.fire("begin", data={"n": 1})
    one.fire("wait", when="mon 10:00")
    one.fire("go_on", when="tue 11:00")
    assert extend(one, WorkingDays(2)) == []
    one.fire("ping", data={"n": 0})
    assert one.clock().due == at("2025-07-01 17:00")
    one.fire("wait", when="2025-06-30 10:00")
    one.fire("go_on", when="2025-06-30 12:00")
    assert one.clock().due == at("2025-07-02 11:00")


def test_a_pause_after_the_working_days_moves_calendar_days_that_were_added_to_a_close() -> None:
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n > 0, within: 10 days}, {within: 2 working days}]")
    one = limit(f"extension: {{by: boss, up_to: 5 days}}, {PAUSED}", base)
    one.fire("begin", data={"n": 1})
    assert extend(one, CalendarDays(5)) == []
    one.fire("ping", data={"n": 0})
    assert one.clock().due == at("2025-06-23 17:00")
    one.fire("wait", when="thu 10:00")
    one.fire("go_on", when="thu 12:00")
    assert one.clock().due == at("2025-06-23 17:00")  # 19:00 of that day is after its close
    one.fire("wait", when="fri 10:00")
    one.fire("go_on", when="2025-06-21 10:00")
    assert one.clock().due == at("2025-06-24 17:00")


def test_percent_rungs_of_mixed_units_stay_before_the_due_instant() -> None:
    """E2, of the time from start to due, pauses out."""
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n > 0, within: 4 working days}, {within: 10 days}]")
    one = limit(
        f"extension: {{by: boss, up_to: 2 working days}}, {PAUSED}, ladder: [{{at: 99%, notify: boss}}]", base
    )
    one.fire("begin", data={"n": 1})
    one.fire("wait", when="mon 10:00")
    one.fire("go_on", when="tue 11:00")
    assert extend(one, WorkingDays(2)) == []
    one.fire("ping", data={"n": 0})
    rung = one.clock().next
    assert rung is not None
    measured = one.clock().limit - START - 25 * HOUR
    assert rung.at == START + 25 * HOUR + -(-measured * 99 // 100)


def test_an_extension_that_was_granted_before_does_not_move_a_date() -> None:
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n > 0, until: until}, {within: 4 hours}]")
    one = limit("extension: {by: boss}", base)
    one.fire("begin")
    assert extend(one) == []
    one.fire("ping", data={"n": 1, "until": dt.date(2025, 6, 18)})
    assert one.clock().due == at("wed 17:00")


def test_more_than_dates_can_express_is_refused() -> None:
    """An extension has no bound of its own where the limit is long; nothing is written that cannot be measured."""
    one = acting(base=LIMIT.replace("within: 4 hours", "within: 36500 days"))
    century = CalendarDays(36_500)
    assert one.act("request_suspension", amount=Elapsed(hours=24 * 366 * 9000)) == ["amount_too_large"]
    late = Story(one.program, now=at("9850-06-16 09:00"))
    late.fire("begin")
    assert late.act("request_extension", amount=century) == ["amount_too_large"]
    assert late.clock().requests == ()


def test_what_must_be_asked_for_longer_before_than_there_are_years_is_too_late() -> None:
    one = limit("extension: {by: boss, asked_before: 36500 days}", LIMIT, now=at("0050-06-16 09:00"))
    one.fire("begin")
    assert one.act("request_extension", amount=ONE_HOUR, when="0050-06-16 09:30") == ["act_asked_before"]


def test_a_paused_clock_whose_due_instant_had_passed_cannot_be_healed() -> None:
    """K7, K3: it passed before the pause began, also where no breach is recorded yet."""
    one = acting(more=f"{PAUSED}, measure: occurred")
    one.fire("wait", when="mon 14:00")
    assert one.act("request_extension", amount=ONE_HOUR) == ["after_due"]
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n > 0, within: 1 hour}, {within: 4 hours}]")
    one = acting(more=PAUSED, base=base)
    one.fire("wait", when="mon 11:00")
    one.fire("ping", data={"n": 1})
    assert one.act("request_suspension") == ["after_due"]


def test_an_act_for_somebody_else_is_his() -> None:
    """K7: requester and approver are different people, whoever types."""
    one = acting()
    secretary = attrs.evolve(DESK, id="secretary", on_behalf="bo")
    assert one.act("request_extension", secretary, amount=ONE_HOUR) == []
    assert one.act("extend", BOSS) == ["own_request"]
    assert one.act("extend", attrs.evolve(BOSS, id="chief")) == []


# what an extension does


def test_an_extension_while_paused_is_there_after_the_resume() -> None:
    """K1, K2: no due instant and no rung now; the pause moves what was extended."""
    one = acting(more=f"{PAUSED}, ladder: [{{at: 50%, notify: boss}}]")
    one.fire("wait", when="mon 10:00")
    assert extend(one, Elapsed(hours=2)) == []
    assert (one.clock().due, one.clock().next, one.clock().wake) == (None, None, None)
    one.fire("go_on", when="mon 12:00")
    assert one.clock().due == at("mon 17:00")
    assert one.clock().next is not None
    assert one.clock().next.at == at("mon 14:00")


def test_rungs_up_to_the_due_instant_arm_again_in_the_new_term() -> None:
    """E1: those that lie after the opening of the term; claims are by term, so none is refused."""
    one = acting(more="ladder: [{at: 25%, notify: boss}, {at: 75%, notify: boss}, {at: due, notify: boss}]")
    one.elapse("mon 12:30")
    assert extend(one, Elapsed(hours=4)) == []
    one.elapse("fri 09:00")
    found = [(e.term, e.rung, e.scheduled_for) for e in one.happened(RungFired)]
    assert found == [
        (1, 0, at("mon 10:00")),
        (1, 1, at("mon 12:00")),
        (2, 1, at("mon 15:00")),
        (2, 2, at("mon 17:00")),
    ]


def test_an_extension_past_what_the_calendar_knows_is_provisional() -> None:
    """E2."""
    base = LIMIT.replace("4 hours", "3 working days")
    one = story(f"limit: {{{base}, extension: {{by: boss}}}}", calendar=SHORT)
    one.fire("begin")
    assert extend(one, WorkingDays(3)) == []
    assert (one.clock().due, one.clock().provisional) == (at("2025-06-24 17:00"), True)


def test_a_continued_cycle_keeps_what_was_granted_and_counts_it() -> None:
    """K4: `continue` takes over the time spent, and with it the extensions."""
    one = acting(more="reopen: {fire: reopen}")
    extend(one)
    one.fire("finish", when="mon 10:00")
    one.fire("reopen", when="mon 12:00")
    clock = one.clock()
    assert (clock.cycle, clock.due, clock.extensions) == (2, at("mon 16:00"), (ONE_HOUR,))
    assert one.act("request_extension", amount=ONE_HOUR) == ["act_times"]


def test_a_fresh_cycle_has_nothing_of_it() -> None:
    one = acting(more="on_reopen: restart, reopen: {fire: reopen}")
    extend(one)
    one.fire("finish", when="mon 10:00")
    one.fire("reopen", when="mon 12:00")
    assert (one.clock().due, one.clock().extensions) == (at("mon 16:00"), ())
    assert extend(one) == []


def test_the_end_of_a_clock_is_the_end_of_its_requests() -> None:
    one = acting(more="reopen: {fire: reopen}")
    one.act("request_extension", amount=ONE_HOUR)
    one.fire("finish")
    one.fire("reopen")
    assert one.act("extend", BOSS) == ["act_not_requested"]


# what a suspension does


def test_a_suspension_stops_the_clock_until_somebody_resumes_it() -> None:
    """K2: the paused time moves the due instant, as a pause by a state does."""
    one = acting()
    assert suspend(one, when="mon 10:00") == []
    assert (one.clock().phase, one.clock().due) == ("paused", None)
    assert only(ClockPaused, tuple(one.history)).reason == "act"
    assert one.act("request_suspension") == ["already_suspended"]
    assert one.act("resume", when="mon 15:00") == []
    assert (one.clock().phase, one.clock().due) == ("running", at("mon 18:00"))
    assert one.act("resume", BOSS) == ["not_suspended"]


def test_only_the_asker_the_granter_and_those_whom_the_author_names_resume_a_clock() -> None:
    one = acting()
    suspend(one)
    assert one.act("resume", HELPER) == ["role_missing"]
    assert one.act("resume", DESK) == []
    one = acting(", asked_by: [desk, helper]")
    suspend(one)
    assert one.act("resume", HELPER) == []


def test_what_the_end_of_a_suspension_makes_due_fires_with_it() -> None:
    """E3: a limit that was brought forward to before the pause is breached at once; its rung fires with the resume."""
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n > 0, within: 1 hour}, {within: 4 hours}]")
    one = acting(more="ladder: [{at: due, card: red}]", base=base)
    suspend(one, when="mon 11:00")
    one.fire("ping", data={"n": 1})
    assert kinds(one.batches[-1]) == ["Moved", "ClockRetargeted", "ClockBreached"]
    assert one.act("resume", when="mon 15:00") == []
    assert kinds(one.batches[-1]) == ["SuspensionEnded", "ClockResumed", "RungFired"]


def test_the_grant_of_a_suspension_records_who_asked_for_it() -> None:
    one = acting()
    suspend(one)
    event = only(ClockSuspended, tuple(one.history))
    assert (event.requested_by.id, event.by.id, event.until) == ("ann", "bo", None)


def test_a_clock_runs_only_when_no_reason_to_pause_is_left() -> None:
    """K2: state and act; paused to paused is one pause."""
    one = acting(more=PAUSED)
    suspend(one, when="mon 10:00")
    one.fire("wait", when="mon 11:00")
    assert one.act("resume", when="mon 12:00") == []
    assert one.clock().phase == "paused"
    one.fire("go_on", when="mon 13:00")
    assert (one.clock().due, one.clock().pauses) == (at("mon 16:00"), ((at("mon 10:00"), at("mon 13:00")),))
    assert len(one.happened(ClockPaused)) == len(one.happened(ClockResumed)) == 1


def test_leaving_the_state_does_not_end_the_suspension() -> None:
    one = acting(more=PAUSED)
    one.fire("wait", when="mon 10:00")
    suspend(one, when="mon 11:00")
    one.fire("go_on", when="mon 12:00")
    assert one.clock().phase == "paused"
    one.act("resume", when="mon 13:00")
    assert one.clock().due == at("mon 16:00")


def test_a_suspension_with_an_end_ends_by_itself() -> None:
    """A durable timer: the clock has been running since that instant, however late the sweep is."""
    one = acting(", up_to: 2 hours", more="ladder: [{at: 50%, notify: boss}, {at: due, notify: boss}]")
    suspend(one, when="mon 10:00")
    assert one.clock().wake == at("mon 12:00")
    assert kinds(one.elapse("mon 12:00")) == []
    assert kinds(one.elapse("mon 12:30")) == ["SuspensionEnded", "ClockResumed"]
    assert (one.clock().due, one.clock().pauses) == (at("mon 15:00"), ((at("mon 10:00"), at("mon 12:00")),))
    ended = only(SuspensionEnded, tuple(one.history))
    assert (ended.ended_at, ended.at, ended.by.id) == (at("mon 12:00"), at("mon 12:30"), "system")


def test_a_sweep_that_comes_days_later_finds_the_breach_after_the_suspension() -> None:
    """E3, E4: everything in its order, each once."""
    one = acting(", up_to: 2 hours", more="ladder: [{at: 50%, notify: boss}, {at: due, notify: boss}]")
    suspend(one, when="mon 10:00")
    assert kinds(one.elapse("fri 09:00")) == [
        "SuspensionEnded",
        "ClockResumed",
        "RungFired",
        "ClockBreached",
        "RungFired",
    ]


def test_a_suspension_that_is_over_leaves_a_pause_by_state() -> None:
    one = acting(", up_to: 2 hours", more=PAUSED)
    suspend(one, when="mon 10:00")
    one.fire("wait", when="mon 11:00")
    assert kinds(one.elapse("mon 13:00")) == ["SuspensionEnded"]
    assert (one.clock().phase, one.clock().wake) == ("paused", None)
    one.fire("go_on", when="mon 14:00")
    assert one.clock().due == at("mon 17:00")


def test_a_late_rung_of_another_clock_swallows_no_breach_of_a_suspension_that_is_over() -> None:
    """E3: the rung's move is of now, and by now the other clock has run out."""
    one = story(
        """
        limit: {start: {enter: main.work}, stop: {enter: main.done}, target: [{within: 4 hours}],
                suspension: {by: boss, up_to: 2 hours}}
        other: {start: {enter: main.work}, stop: {enter: main.done}, target: [{within: 90 minutes}],
                ladder: [{at: due, fire: finish}]}
        """
    )
    one.fire("begin")
    suspend(one, when="mon 10:00")
    one.elapse("fri 09:00")
    assert one.state() == "done"
    assert one.clock().verdict == "breached"
    assert one.clock().limit == at("mon 15:00")


def test_the_end_of_a_suspension_has_its_place_among_the_rungs_of_other_clocks() -> None:
    """E3, E4: in the order of instants, whatever clock they are of."""
    one = story(
        """
        limit: {start: {enter: main.work}, stop: {enter: main.done}, target: [{within: 9 hours}],
                suspension: {by: boss, up_to: 2 hours}}
        other: {start: {enter: main.work}, stop: {enter: main.done}, target: [{within: 9 hours}],
                ladder: [{before: 7 hours, notify: boss}, {before: 5 hours, notify: boss}]}
        """
    )
    one.fire("begin")
    suspend(one, when="mon 10:00")
    assert kinds(one.elapse("mon 15:00")) == ["RungFired", "SuspensionEnded", "ClockResumed", "RungFired"]


def test_a_suspension_may_be_asked_for_a_shorter_time() -> None:
    one = acting(", up_to: 3 hours, times: 9")
    assert suspend(one, Elapsed(hours=4)) == ["act_up_to"]
    assert suspend(one, CalendarDays(1)) == ["act_unit"]
    assert suspend(one, ONE_HOUR) == []
    assert one.clock().wake == START + HOUR
    one.act("resume")
    # at a time, not in all
    assert suspend(one, Elapsed(hours=3)) == []


def test_how_often_a_suspension_is_granted_is_counted_over_continued_cycles() -> None:
    one = acting(more="reopen: {fire: reopen}")
    suspend(one)
    one.act("resume")
    assert one.act("request_suspension") == ["act_times"]
    one.fire("finish")
    one.fire("reopen")
    assert one.act("request_suspension") == ["act_times"]


def test_a_clock_that_stops_while_suspended_is_suspended_no_longer() -> None:
    one = acting(", up_to: 2 hours", more="reopen: {fire: reopen}")
    suspend(one, when="mon 10:00")
    one.fire("finish", when="mon 11:00")
    clock = one.clock()
    assert (clock.suspension, clock.wake, clock.verdict, clock.due) == (None, None, "met", at("mon 14:00"))
    one.fire("reopen", when="mon 11:30")
    assert (one.clock().phase, one.clock().due) == ("running", at("mon 14:30"))


# options


def test_options_show_what_can_be_done_to_running_clocks() -> None:
    """M4: by the same rules, without side effects."""
    one = acting()
    before = one.case
    found = {
        (option.sla, option.trigger): option
        for option in options(one.program, one.case, DESK, one.now)
        if option.sla is not None
    }
    assert list(found) == [("limit", act) for act in ACTS]
    asked = found["limit", "request_extension"]
    assert (asked.allowed, asked.asks, asked.comment_required, asked.track) == (True, ("amount",), True, "")
    assert found["limit", "request_suspension"].accepts == ("amount",)
    assert [one.code for one in found["limit", "extend"].reasons] == ["role_missing"]
    assert [one.code for one in found["limit", "resume"].reasons] == ["role_missing"]
    assert one.case is before


@pytest.mark.parametrize("path", [[], ["request_extension"], ["request_suspension", "suspend"]])
@pytest.mark.parametrize("actor", [DESK, BOSS, BOTH, HELPER, STRANGER], ids=lambda actor: actor.id)
def test_an_act_is_allowed_exactly_if_it_would_be_accepted(path: list[str], actor: Actor) -> None:
    """M4."""
    one = acting()
    for act in path:
        assert (
            one.act(act, BOSS if act == "suspend" else DESK, amount=ONE_HOUR if "extension" in act else None)
            == []
        )
    for option in options(one.program, one.case, actor, one.now):
        if option.sla is None:
            continue
        trial = Story.__new__(Story)
        trial.__dict__.update(one.__dict__, history=list(one.history), batches=list(one.batches))
        amount = ONE_HOUR if option.asks else None
        refused = trial.act(option.trigger, actor, amount=amount, comment=NOTE)
        assert option.allowed is not bool(refused), (option, refused)
        assert [why.code for why in option.reasons] == refused


def test_after_the_due_instant_options_say_so_before_the_sweep_has_come() -> None:
    one = acting()
    late = {
        o.trigger: o for o in options(one.program, one.case, attrs.evolve(DESK), at("mon 13:30")) if o.sla
    }
    assert [why.code for why in late["request_extension"].reasons] == ["after_due"]
