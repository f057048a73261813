"""A limit that is set anew to an instant that has passed hides nothing, and makes no late case good (E3, K3, K5)."""

from __future__ import annotations

import datetime as dt

import attrs

from casewf.core.explain import explain
from casewf.model.case import Awaited
from casewf.model.clock_events import ClockBreached, ClockStopped, RungFired
from casewf.model.events import IncidentRaised
from core_cases import SHORT, Story, at, only
from core_flows import LIMIT, PAUSED, kinds, limit, story

UNTIL = LIMIT.replace("within: 4 hours", "until: until")
MONDAY, TUESDAY = dt.date(2025, 6, 16), dt.date(2025, 6, 17)


def changing(how: str, more: str = "", first: str = "8 hours", then: str = "1 hour") -> Story:
    """A clock since Monday 09:00 whose target depends on ``n``."""
    base = LIMIT.replace("[{within: 4 hours}]", f"[{{when: n > 0, within: {then}}}, {{within: {first}}}]")
    one = story(f"limit: {{{base}, on_change: {how}, {PAUSED}{', ' if more else ''}{more}}}")
    one.fire("begin")
    return one


def test_a_budget_that_was_cut_to_what_is_past_breaches_at_once() -> None:
    """The breach is in the very append, so that not even a second change in the same hour can hide it."""
    one = changing("rebase")
    events = one.fire("ping", when="mon 11:00", data={"n": 1})
    assert kinds(events) == ["Moved", "ClockRetargeted", "ClockBreached"]
    assert only(ClockBreached, events).due == at("mon 10:00")
    one.fire("ping", data={"n": 0})
    assert (one.clock().verdict, one.clock().limit) == ("breached", at("mon 10:00"))


def test_a_cut_at_its_own_instant_is_no_breach() -> None:
    """K3: exactly at the due instant is in time."""
    one = changing("rebase")
    assert kinds(one.fire("ping", when="mon 10:00", data={"n": 1})) == ["Moved", "ClockRetargeted"]
    assert one.clock().verdict == "none"


def test_a_cut_while_paused_breaches_only_if_it_had_passed_before_the_pause() -> None:
    for since, verdict in (("mon 09:30", "none"), ("mon 10:00", "none"), ("mon 10:30", "breached")):
        one = changing("rebase")
        one.fire("wait", when=since)
        one.fire("ping", when="mon 12:00", data={"n": 1})
        assert one.clock().verdict == verdict


def test_a_date_that_is_given_when_it_has_passed_breaches_with_the_start() -> None:
    one = limit("", UNTIL)
    one.fire("begin")
    events = one.fire("ping", when="tue 10:00", data={"until": MONDAY})
    assert kinds(events) == ["Moved", "ClockStarted", "ClockBreached"]
    one.fire("finish")
    assert one.clock().verdict == "breached"


def test_a_date_that_had_passed_before_the_pause_breaches_while_the_clock_stands() -> None:
    one = limit(PAUSED, UNTIL)
    one.fire("begin")
    one.fire("wait", when="tue 09:00")
    events = one.fire("ping", when="tue 10:00", data={"until": MONDAY})
    assert kinds(events) == ["Moved", "ClockStarted", "ClockPaused", "ClockBreached"]


def test_a_pause_moves_no_warning_of_a_date_past_the_date() -> None:
    """E2: a share of the time from start to due, pauses out; the date itself stands, so less time is left to share."""
    one = limit(f"{PAUSED}, ladder: [{{at: 90%, notify: boss}}]", UNTIL)
    one.fire("begin", data={"until": dt.date(2025, 6, 20)})
    one.fire("wait", when="mon 10:00")
    one.fire("go_on", when="thu 10:00")
    rung = one.clock().next
    assert one.clock().due == at("fri 17:00")
    assert rung is not None
    assert rung.at == at("fri 13:48")  # 90 % of 32 hours, the first before the pause
    one.elapse("fri 16:00")
    assert len(one.happened(RungFired)) == 1


def test_a_late_case_that_is_judged_at_the_stop_is_not_made_good_by_a_new_term() -> None:
    """M12, K3: its breach is not recorded yet, and a carry or a restart must not eat it."""
    for how in ("carry", "restart"):
        one = changing(how, "measure: occurred", first="1 hour", then="8 hours")
        assert kinds(one.fire("ping", when="mon 12:00", data={"n": 1})) == ["Moved"]
        assert only(ClockStopped, one.fire("finish", when="mon 13:00")).verdict == "breached"


def test_a_late_case_that_is_judged_at_the_stop_keeps_its_start_with_rebase() -> None:
    """From the same start the new budget decides, and what happened in time is met (M12)."""
    one = changing("rebase", "measure: occurred", first="1 hour", then="8 hours")
    one.fire("ping", when="mon 12:00", data={"n": 1})
    assert only(ClockStopped, one.fire("finish", when="mon 13:00")).verdict == "met"


def test_a_rung_that_makes_a_limit_unmeasurable_stays_fired_and_tells_an_operator() -> None:
    """E2, E7: one limit that leads beyond the last year must not stop the rest of the case, or the sweep."""
    base = LIMIT.replace("[{within: 4 hours}]", "[{when: n > 0, within: 36500 days}, {within: 4 hours}]")
    one = story(
        f"limit: {{{base}}}\n"
        "other: {start: {enter: main.work}, stop: {enter: main.done}, target: [{within: 1 hour}], "
        "ladder: [{at: due, set: {n: 1}}]}",
        now=at("9950-06-16 09:00"),
    )
    one.fire("begin")
    one.elapse("9950-06-16 11:00")
    assert one.case.fields["n"] == 1
    assert [event.sla for event in one.happened(RungFired)] == ["other"]
    assert only(IncidentRaised, tuple(one.history)).kind == "timer_refused"
    assert one.clock().due == at("9950-06-16 13:00")


def test_a_rung_beyond_the_last_year_is_left_out_and_the_limit_runs() -> None:
    one = limit("ladder: [{after: 36500 days, notify: boss}]", now=at("9950-06-16 09:00"))
    one.fire("begin")
    assert (one.clock().next, one.clock().unresolved) == (None, True)
    assert one.clock().due == at("9950-06-16 13:00")


def test_a_waiting_limit_whose_matter_is_over_waits_again_once_it_is_reopened() -> None:
    """K4: on ``continue`` from its own start, the time between being a pause; on ``restart`` from the reopening."""
    for how, again in (
        ("continue", Awaited(start=at("mon 09:00"), pauses=((at("mon 10:00"), at("mon 12:00")),))),
        ("restart", Awaited(start=at("mon 12:00"))),
    ):
        one = limit(f"on_reopen: {how}, reopen: {{fire: reopen}}", UNTIL)
        one.fire("begin")
        one.fire("finish", when="mon 10:00")
        assert one.case.awaited["limit"].over
        assert kinds(one.fire("reopen", when="mon 12:00")) == ["Moved", "LimitAwaited", "IncidentRaised"]
        assert one.case.awaited == {"limit": again}
        started = kinds(one.fire("begin", when="mon 13:00", data={"until": TUESDAY}))
        assert started == ["Moved", "ClockStarted"]
        assert one.clock().limit == at("tue 17:00")


def test_a_date_for_a_matter_that_is_over_starts_no_clock() -> None:
    one = limit("on_reopen: continue, reopen: {fire: reopen}", UNTIL)
    one.fire("begin")
    one.fire("finish", when="mon 10:00")
    assert kinds(one.fire("ping", data={"until": TUESDAY})) == ["Moved"]
    assert one.case.clocks == {}
    assert kinds(one.fire("reopen", when="mon 12:00")) == ["Moved", "LimitAwaited", "ClockStarted"]
    assert one.case.awaited == {}


def test_what_ends_the_case_ends_the_waiting_for_good() -> None:
    one = limit("on_reopen: continue, reopen: {fire: reopen}", UNTIL)
    one.fire("begin")
    one.fire("finish", when="mon 10:00")
    assert kinds(one.fire("end", when="mon 11:00")) == ["Moved", "LimitDropped"]


def test_a_pause_with_a_condition_holds_as_long_as_the_condition_is_met() -> None:
    """K2: ``in`` and ``when`` are both tested after every move, also one that changes neither state nor clock."""
    one = limit("pause: {in: main.work, when: n > 0}")
    one.fire("begin")
    assert one.clock().phase == "running"
    one.fire("ping", when="mon 10:00", data={"n": 1})
    assert one.clock().phase == "paused"
    one.fire("ping", when="mon 12:00", data={"n": 0})
    assert (one.clock().phase, one.clock().due) == ("running", at("mon 15:00"))


def test_a_pause_can_depend_on_the_other_track() -> None:
    one = limit("pause: {in: main.work, when: state.side == 'busy'}")
    one.fire("begin")
    one.fire("block", when="mon 10:00")
    assert one.clock().phase == "paused"
    one.fire("unblock", when="mon 11:00")
    assert one.clock().due == at("mon 14:00")


def test_a_rung_that_changes_the_condition_of_a_pause_pauses() -> None:
    one = story(
        f"limit: {{{LIMIT}, pause: {{in: main.work, when: n > 0}}}}\n"
        "other: {start: {enter: main.work}, stop: {enter: main.done}, target: [{within: 1 hour}], "
        "ladder: [{at: due, set: {n: 1}}]}"
    )
    one.fire("begin")
    one.elapse("mon 11:00")
    assert (one.clock().phase, one.clock().paused_at) == ("paused", at("mon 11:00"))


def test_a_stop_beyond_the_announced_days_is_provisional_and_is_explained() -> None:
    """E2, X1: the pause ended with the clock, and moved its due instant to where the days are not announced."""
    base = LIMIT.replace("within: 4 hours", "within: 4 working days")
    one = story(f"limit: {{{base}, {PAUSED}}}", calendar=SHORT)
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    stopped = only(ClockStopped, one.fire("finish", when="fri 16:00"))
    assert (stopped.verdict, stopped.provisional, one.clock().provisional) == ("met", True, True)
    found = explain(one.program, one.case, "limit", one.now, one.history)
    assert (found.provisional, found.phase) == (True, "stopped")
    assert attrs.asdict(found)["days"]
