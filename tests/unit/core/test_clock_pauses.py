"""Paused clocks (K1, K2), and clocks that count by when something really happened (M12)."""

from __future__ import annotations

import pytest

from casewf.core.step import SYSTEM_ACTOR
from casewf.model.clock_events import ClockPaused, ClockStarted, ClockStopped
from core_cases import DAY, DESK, MINUTE, OFFICE, SHORT, START, at, only
from core_flows import LIMIT, PAUSED, kinds, limit, story


def test_a_paused_clock_has_no_due_instant_and_no_rung() -> None:
    """K2."""
    one = limit(f"{PAUSED}, ladder: [{{at: 50%, notify: boss}}]")
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    clock = one.clock()
    assert (clock.phase, clock.due, clock.next, clock.wake) == ("paused", None, None, None)
    assert one.elapse("fri 09:00") == ()


def test_a_pause_moves_the_due_instant_by_its_length() -> None:
    """K1."""
    one = limit(PAUSED)
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    one.fire("go_on", when="mon 10:30")
    assert (one.clock().due, one.clock().pauses) == (at("mon 13:30"), ((at("mon 10:00"), at("mon 10:30")),))


def test_a_pause_of_working_minutes_moves_by_exactly_these() -> None:
    """K1: from Monday 16:00 to Tuesday 10:00 are two working hours; a pause outside hours moves nothing."""
    one = limit(PAUSED, LIMIT.replace("4 hours", "10 working hours"))
    one.fire("begin")
    one.fire("wait", when="mon 16:00")
    one.fire("go_on", when="tue 10:00")
    assert one.clock().due == at("tue 13:00")
    one.fire("wait", when="tue 10:00")
    one.fire("go_on", when="tue 10:00")
    assert one.clock().due == at("tue 13:00")


def test_a_pause_at_the_due_instant_moves_it_to_the_resume() -> None:
    """K1: an instant equal to the start of the pause is moved."""
    one = limit(PAUSED)
    one.fire("begin")
    one.fire("wait", when="mon 13:00")
    one.fire("go_on", when="mon 15:00")
    assert (one.clock().due, one.clock().verdict) == (at("mon 15:00"), "none")


def test_a_breached_clock_is_paused_but_its_due_instant_stands() -> None:
    """K1."""
    one = limit(PAUSED)
    one.fire("begin")
    one.fire("wait", when="mon 14:00")
    one.fire("go_on", when="mon 16:00")
    assert (one.clock().due, one.clock().verdict) == (at("mon 13:00"), "breached")


def test_paused_to_paused_is_one_pause() -> None:
    """K2."""
    one = limit("pause: {in: [main.wait, main.hold]}")
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    assert kinds(one.fire("hold", when="mon 10:10")) == ["Moved"]
    one.fire("go_on", when="mon 10:30")
    assert one.clock().pauses == ((at("mon 10:00"), at("mon 10:30")),)


def test_a_clock_runs_on_only_when_no_reason_to_pause_is_left() -> None:
    """K2: two tracks pause it."""
    one = limit("pause: {in: [main.wait, side.busy]}")
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    assert kinds(one.fire("block")) == ["Moved"]
    assert kinds(one.fire("go_on", when="mon 11:00")) == ["Moved"]
    assert kinds(one.fire("unblock", when="mon 12:00")) == ["Moved", "ClockResumed"]
    assert one.clock().due == at("mon 15:00")


def test_a_pause_may_have_a_condition() -> None:
    """It is looked at when the state is entered."""
    one = limit("pause: {in: main.wait, when: n > 0}")
    one.fire("begin")
    assert kinds(one.fire("wait")) == ["Moved"]
    one.fire("ping", data={"n": 1})
    one.fire("go_on")
    assert kinds(one.fire("wait")) == ["Moved", "ClockPaused"]


def test_each_pause_has_its_own_condition() -> None:
    one = limit("pause: [{in: main.wait, when: n > 0}, {in: main.hold, when: n == 0}]")
    one.fire("begin")
    assert kinds(one.fire("hold")) == ["Moved", "ClockPaused"]
    assert kinds(one.fire("wait")) == ["Moved", "ClockResumed"]


def test_a_clock_that_starts_in_a_pausing_state_is_paused_from_its_start() -> None:
    one = limit(PAUSED, LIMIT.replace("main.work", "main.wait"))
    one.fire("begin")
    assert kinds(one.fire("wait")) == ["Moved", "ClockStarted", "ClockPaused"]
    one.fire("go_on", when="mon 10:00")
    assert one.clock().due == at("mon 14:00")


def test_a_clock_that_starts_while_another_track_pauses_it_is_paused() -> None:
    one = limit("pause: {in: side.busy}")
    one.fire("block")
    one.fire("begin")
    assert (one.clock().phase, one.clock().paused_at) == ("paused", START)


def test_a_clock_stopped_while_paused_is_met() -> None:
    one = limit(PAUSED)
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    one.fire("finish", when="fri 10:00")
    clock = one.clock()
    # four hours less the one before the pause: the instant it was judged by is not before the stop (K2)
    assert (clock.verdict, clock.due, clock.paused_at) == ("met", at("fri 13:00"), None)
    assert clock.pauses == ((at("mon 10:00"), at("fri 10:00")),)


def test_a_breached_clock_stopped_while_paused_stays_breached() -> None:
    """K3: a breach never heals."""
    one = limit(PAUSED)
    one.fire("begin")
    one.fire("wait", when="mon 14:00")
    one.fire("finish", when="mon 15:00")
    assert one.clock().verdict == "breached"


def test_a_rung_at_the_very_begin_of_a_pause_waits_for_its_end() -> None:
    """K1: an instant equal to the start of a pause is moved, also one after a due instant that stands."""
    one = limit(f"{PAUSED}, ladder: [{{after: 1 hour, notify: boss}}]")
    one.fire("begin")
    one.fire("wait", when="mon 14:00")
    one.fire("go_on", when="mon 16:00")
    assert one.clock().next is not None
    assert (one.clock().due, one.clock().next.at) == (at("mon 13:00"), at("mon 16:00"))


# when it really happened

OBSERVED = f"measure: occurred, {PAUSED}, reopen: {{fire: reopen}}"


def test_an_observed_clock_is_judged_at_the_stop_by_when_it_happened() -> None:
    """M12: the reply of Monday noon is recorded on Tuesday, and was in time."""
    one = limit(OBSERVED)
    one.fire("begin")
    assert one.elapse("tue 09:00") == ()
    one.fire("finish", occurred_at=at("mon 12:00"))
    stopped = only(ClockStopped, tuple(one.happened(ClockStopped)))
    assert (stopped.verdict, stopped.stopped_at, stopped.at) == ("met", at("mon 12:00"), at("tue 09:00"))


def test_an_observed_clock_is_breached_by_what_happened_too_late() -> None:
    one = limit(OBSERVED)
    one.fire("begin")
    one.fire("finish", when="tue 09:00", occurred_at=at("mon 13:00") + 1)
    assert one.clock().verdict == "breached"


def test_a_clock_that_does_not_say_so_counts_by_case_time() -> None:
    one = limit()
    one.fire("begin")
    one.fire("finish", when="mon 14:00", occurred_at=at("mon 12:00"))
    assert one.clock().verdict == "breached"


def test_an_observed_clock_starts_when_it_really_began() -> None:
    one = limit(OBSERVED)
    one.fire("begin", when="mon 11:00", occurred_at=at("mon 10:00"))
    assert one.clock().due == at("mon 14:00")


def test_an_observed_clock_paused_after_its_limit_is_still_judged_late() -> None:
    """K1: a pause moves no instant that had passed when it began."""
    one = limit(OBSERVED)
    one.fire("begin")
    one.fire("wait", when="mon 14:00")
    one.fire("finish", when="mon 16:00")
    assert one.clock().verdict == "breached"


def test_an_observed_clock_paused_before_its_limit_is_met_while_paused() -> None:
    one = limit(OBSERVED)
    one.fire("begin")
    one.fire("wait", when="mon 12:00")
    one.fire("finish", when="mon 16:00")
    assert one.clock().verdict == "met"


def test_pauses_after_what_happened_are_no_part_of_the_cycle() -> None:
    """K4, M12: one hour was spent when it happened at 10:00, so three are left from the reopening on."""
    one = limit(OBSERVED)
    one.fire("begin")
    one.fire("wait", when="mon 11:00")
    one.fire("go_on", when="mon 12:00")
    one.fire("wait", when="mon 12:30")
    one.fire("finish", when="mon 13:00", occurred_at=at("mon 10:00"))
    one.fire("reopen", when="tue 10:00")
    assert one.clock().pauses == ((at("mon 10:00"), at("tue 10:00")),)
    assert one.clock().due == at("tue 13:00")


def test_amounts_are_counted_by_the_calendar_of_the_workflow() -> None:
    one = limit(base=LIMIT.replace("4 hours", "1 working day"))
    one.fire("begin")
    assert (one.clock().due, one.clock().calendar) == (at("tue 17:00"), ("office", OFFICE.version))


def test_each_step_of_the_system_is_seen_by_the_clocks_as_well() -> None:
    one = limit()
    one.fire("begin")
    one.fire("finish", SYSTEM_ACTOR, when=START + 5 * MINUTE)
    assert one.clock().verdict == "met"


def test_a_pause_says_who_made_it_and_since_when() -> None:
    """K1: the ledger names the actor."""
    one = limit(PAUSED)
    one.fire("begin")
    paused = only(ClockPaused, one.fire("wait", when=START + DAY // 24))
    assert (paused.by.id, paused.since) == (DESK.id, at("mon 10:00"))


@pytest.mark.parametrize("how", ["continue", "restart"])
def test_a_reopening_past_what_the_calendar_knows_goes_on_provisionally(how: str) -> None:
    """E2: a start is an error, a reopening is not."""
    text = f"limit: {{{LIMIT}, on_reopen: {how}}}".replace("4 hours", "4 working days")
    one = story(text, calendar=SHORT)
    one.fire("begin")
    one.fire("close", when="tue 09:00")
    started = only(ClockStarted, one.fire("reopen", when="fri 09:00"))
    assert (started.provisional, started.limit > at("fri 17:00")) == (True, True)


def test_rungs_of_a_provisional_due_instant_are_provisional_to_the_last() -> None:
    """E2: all are derived from the same due instant, also after the first has fired."""
    text = f"limit: {{{LIMIT}, {PAUSED}, ladder: [{{at: 50%, card: yellow}}, {{at: 90%, card: red}}]}}"
    one = story(text.replace("4 hours", "4 working days"), calendar=SHORT)
    one.fire("begin")
    one.fire("wait", when="tue 09:00")
    one.fire("go_on", when="thu 09:00")
    one.elapse("2025-06-30 09:00")
    assert one.case.card == "red"
