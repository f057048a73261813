"""What moves do to clocks (K1-K4, K8), beyond the golden rows."""

from __future__ import annotations

import datetime as dt

import pytest

from casewf.core.step import SYSTEM_ACTOR
from casewf.errors import HorizonError
from casewf.model.amount import Elapsed
from casewf.model.events import (
    ClockBreached,
    ClockCancelled,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    Moved,
)
from core_cases import DAY, DESK, HOUR, MINUTE, OFFICE, SHORT, START, Story, at, only, program

TRACKS = """
main:
  initial: idle
  states: {idle: {}, work: {}, wait: {}, hold: {}, done: {}, shut: {category: closed}, void: {category: closed, ends_case: true}}
  transitions:
    - {trigger: begin, from: [idle, work, done], to: work, by: desk, accepts: [n, until]}
    - {trigger: wait, from: [work, hold], to: wait, by: desk}
    - {trigger: hold, from: [idle, work, wait], to: hold, by: desk}
    - {trigger: go_on, from: [wait, hold], to: work, by: desk}
    - {trigger: finish, from: [work, wait, hold], to: done, by: [desk, system]}
    - {trigger: close, from: [work, wait, done], to: shut, by: desk}
    - {trigger: end, from: [idle, work, wait, hold, done], to: void, by: desk}
    - {trigger: reopen, from: [done, shut, void], to: work, by: desk}
    - {trigger: ping, from: [idle, work, wait, hold, done], by: desk, accepts: [n, until]}
side:
  initial: free
  states: {free: {category: closed}, busy: {}}
  transitions:
    - {trigger: block, from: free, to: busy, by: desk}
    - {trigger: unblock, from: busy, to: free, by: desk}
"""
FIELDS = """
n: {type: integer, default: 0}
until: {type: date}
"""
LIMIT = "start: {enter: main.work}, stop: {enter: main.done}, target: [{within: 4 hours}]"


def story(slas: str, **more: object) -> Story:
    calendar = more.pop("calendar", OFFICE)
    return Story(program(TRACKS, slas=slas, fields=FIELDS, calendar=calendar), **more)  # type: ignore[arg-type]


def limit(more: str = "", base: str = LIMIT) -> Story:
    return story(f"limit: {{{base}{', ' if more else ''}{more}}}")


def kinds(events: tuple[object, ...]) -> list[str]:
    return [type(event).__name__ for event in events]


# starting


def test_a_clock_starts_with_a_budget_and_its_due_instant() -> None:
    """K1."""
    one = limit()
    started = only(ClockStarted, one.fire("begin"))
    assert (started.start, started.budget, started.limit, started.cycle) == (START, Elapsed(hours=4), START + 4 * HOUR, 1)
    assert (one.clock().verdict, one.clock().phase, one.clock().due) == ("none", "running", START + 4 * HOUR)


def test_entering_an_initial_state_starts_a_clock_at_the_opening() -> None:
    """M10."""
    assert limit(base=LIMIT.replace("main.work", "main.idle")).clock().start == START


def test_an_internal_move_enters_nothing() -> None:
    """M10."""
    one = limit(base=LIMIT.replace("enter: main.work", "enter: main.idle").replace("stop", "restarts: true, stop"))
    assert kinds(one.fire("ping", when="mon 10:00")) == ["Moved"]


def test_a_clock_starts_at_the_first_entry_only() -> None:
    one = limit()
    one.fire("begin")
    assert kinds(one.fire("begin", when="mon 10:00")) == ["Moved"]


def test_a_finished_clock_does_not_start_again_by_itself() -> None:
    """K3, K8: returned and dispatched again is no new start."""
    one = limit()
    for trigger in ("begin", "finish", "begin"):
        one.fire(trigger)
    assert (one.clock().cycle, one.clock().phase) == (1, "stopped")


def test_a_clock_that_restarts_begins_a_new_cycle_at_each_entry() -> None:
    one = limit("restarts: true")
    one.fire("begin")
    events = one.fire("begin", when="mon 10:00")
    assert (only(ClockCancelled, events).reason, only(ClockStarted, events).cycle) == ("restarted", 2)
    assert [(c.number, c.verdict, c.due) for c in one.clock().cycles] == [(1, "cancelled", None)]
    assert one.clock().due == at("mon 14:00")


def test_several_moments_at_once_are_one_start() -> None:
    moments = "[{fire: begin, when: n == 0}, {enter: main.work, when: n < 5}]"
    one = limit("restarts: true", LIMIT.replace("{enter: main.work}", moments, 1))
    assert kinds(one.fire("begin")) == ["Moved", "ClockStarted"]


def test_a_moment_counts_only_where_its_condition_is_met() -> None:
    one = limit(base=LIMIT.replace("main.work", "main.work, when: n > 0"))
    assert kinds(one.fire("begin")) == ["Moved"]
    assert kinds(one.fire("begin", data={"n": 1})) == ["Moved", "ClockStarted"]


def test_the_first_target_whose_condition_is_met_wins() -> None:
    one = limit(base=LIMIT.replace("[{within", "[{when: n > 0, within: 1 hour}, {within"))
    assert only(ClockStarted, one.fire("begin", data={"n": 1})).limit == START + HOUR


def test_a_date_is_due_at_its_close_of_business() -> None:
    one = limit(base=LIMIT.replace("within: 4 hours", "until: until"))
    one.fire("begin", data={"until": dt.date(2025, 6, 18)})
    assert one.clock().due == at("wed 17:00")


def test_without_the_date_no_clock_starts() -> None:
    one = limit(base=LIMIT.replace("within: 4 hours", "until: until"))
    assert kinds(one.fire("begin")) == ["Moved"]


def test_a_start_past_what_the_calendar_knows_is_an_error() -> None:
    """E2."""
    one = story(f"limit: {{{LIMIT}}}".replace("4 hours", "5 working days"), calendar=SHORT)
    before = one.case
    with pytest.raises(HorizonError):
        one.attempt("begin")
    assert one.case is before


def test_a_resume_past_what_the_calendar_knows_goes_on_provisionally() -> None:
    """E2."""
    one = story(f"limit: {{{LIMIT}, pause: {{in: main.wait}}}}".replace("4 hours", "4 working days"), calendar=SHORT)
    one.fire("begin")
    one.fire("wait", when="tue 09:00")
    resumed = only(ClockResumed, one.fire("go_on", when="thu 09:00"))
    assert (resumed.provisional, resumed.limit) == (True, at("2025-06-24 17:00"))


# stopping


def test_a_clock_stopped_in_time_is_met() -> None:
    one = limit()
    one.fire("begin")
    one.fire("finish", when="mon 13:00")
    assert (one.clock().verdict, one.clock().phase, one.clock().due) == ("met", "stopped", at("mon 13:00"))


def test_a_clock_is_late_only_after_the_due_instant() -> None:
    """T1: late means now > due; a microsecond is enough."""
    one = limit()
    one.fire("begin")
    one.fire("finish", when=at("mon 13:00") + 1)
    assert one.clock().verdict == "breached"
    assert only(ClockBreached, tuple(one.happened(ClockBreached))).due == at("mon 13:00")


def test_a_breach_is_recorded_before_the_command_that_comes_too_late() -> None:
    """E3."""
    one = limit()
    one.fire("begin")
    one.fire("finish", when="mon 14:00")
    assert kinds(tuple(one.history))[-3:] == ["ClockBreached", "Moved", "ClockStopped"]


def test_a_stop_may_have_a_condition() -> None:
    one = limit(base=LIMIT.replace("{enter: main.done}", "{fire: ping, when: n > 0}"))
    one.fire("begin")
    assert kinds(one.fire("ping")) == ["Moved"]
    assert kinds(one.fire("ping", data={"n": 1})) == ["Moved", "ClockStopped"]


def test_a_finished_clock_is_not_stopped_twice() -> None:
    """K3: a satisfied cycle is immutable."""
    one = limit(base=LIMIT.replace("{enter: main.done}", "{fire: ping}"))
    one.fire("begin")
    one.fire("ping")
    assert kinds(one.fire("ping", when="tue 09:00")) == ["Moved"]


def test_stop_is_looked_at_before_pause_and_pause_before_start() -> None:
    """K3: one move stops one clock, pauses another and starts a third; the first would have been paused, too."""
    one = story(
        """
        third: {start: {enter: main.wait}, stop: {enter: main.done}, target: [{within: 1 hour}]}
        second: {start: {enter: main.work}, pause: {in: main.wait}, stop: {enter: main.done}, target: [{within: 1 hour}]}
        first: {start: {enter: main.work}, pause: {in: main.wait}, stop: {enter: main.wait}, target: [{within: 1 hour}]}
        """
    )
    one.fire("begin")
    events = one.fire("wait", when="mon 09:30")
    assert kinds(events) == ["Moved", "ClockStopped", "ClockPaused", "ClockStarted"]
    assert [event.sla for event in events if not isinstance(event, Moved)] == ["first", "second", "third"]


def test_stop_is_looked_at_before_start() -> None:
    """K3: left and entered at once, a restarting clock is judged and begins anew."""
    one = limit(base="start: {enter: main.work}, stop: {leave: main.work}, restarts: true, target: [{within: 4 hours}]")
    one.fire("begin")
    assert kinds(one.fire("begin", when="mon 10:00")) == ["Moved", "ClockStopped", "ClockStarted"]
    assert (one.clock().cycle, one.clock().cycles[0].verdict) == (2, "met")


def test_clocks_are_looked_at_after_each_step_of_a_chain() -> None:
    """M5: a state that an automatic move leaves at once has been entered all the same."""
    of = program(
        """
        main:
          initial: a
          states: {a: {}, b: {}, c: {}}
          transitions:
            - {trigger: go, from: a, to: b, by: desk}
            - {trigger: on, from: b, to: c, auto: true}
        """,
        slas="limit: {start: {enter: main.b}, stop: {enter: main.c}, target: [{within: 1 hour}]}",
    )
    assert kinds(Story(of).fire("go")) == ["Moved", "ClockStarted", "Moved", "ClockStopped"]


# pausing

PAUSED = "pause: {in: main.wait}"


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
    assert (clock.verdict, clock.due, clock.paused_at) == ("met", at("mon 13:00"), None)
    assert clock.pauses == ((at("mon 10:00"), at("fri 10:00")),)


def test_a_breached_clock_stopped_while_paused_stays_breached() -> None:
    """K3: a breach never heals."""
    one = limit(PAUSED)
    one.fire("begin")
    one.fire("wait", when="mon 14:00")
    one.fire("finish", when="mon 15:00")
    assert one.clock().verdict == "breached"


# cancelling and the end of a case


def test_a_cancelled_cycle_has_no_verdict() -> None:
    """K8."""
    one = limit("cancel: {enter: main.wait}")
    one.fire("begin")
    assert only(ClockCancelled, one.fire("wait")).reason == "cancelled"
    assert (one.clock().verdict, one.clock().phase, one.clock().wake) == ("cancelled", "stopped", None)


def test_cancelling_does_not_heal_a_breach() -> None:
    """K3 stands above K8: nobody gets rid of a breach by leaving the state, restarting or ending the case."""
    one = limit("cancel: {enter: main.wait}")
    one.fire("begin")
    one.fire("wait", when="mon 14:00")
    assert one.clock().verdict == "breached"


def test_restarting_does_not_heal_a_breach() -> None:
    one = limit("restarts: true")
    one.fire("begin")
    one.fire("begin", when="mon 14:00")
    assert [(c.verdict, c.due) for c in one.clock().cycles] == [("breached", at("mon 13:00"))]


@pytest.mark.parametrize("trigger", ["close", "end"])
def test_a_case_that_ends_cancels_every_clock_in_the_same_append(trigger: str) -> None:
    """K8, running and paused ones alike."""
    one = story(f"one: {{{LIMIT}}}\ntwo: {{{LIMIT}, {PAUSED}}}")
    one.fire("begin")
    if trigger == "close":
        one.fire("wait", when="mon 10:00")
    events = one.fire(trigger, when="mon 11:00")
    assert [(e.sla, e.reason) for e in events if isinstance(e, ClockCancelled)] == [("one", "case_ended"), ("two", "case_ended")]
    assert one.case.wake is None


def test_a_clock_that_the_ending_move_stops_is_judged_not_cancelled() -> None:
    """K3, K8: stop comes first."""
    one = limit(base=LIMIT.replace("main.done", "main.shut"))
    one.fire("begin")
    events = one.fire("close")
    assert (kinds(events), one.clock().verdict) == (["Moved", "ClockStopped"], "met")


def test_a_track_that_closes_does_not_cancel_while_another_is_open() -> None:
    one = limit()
    one.fire("begin")
    one.fire("block")
    assert kinds(one.fire("close")) == ["Moved"]
    assert kinds(one.fire("unblock")) == ["Moved", "ClockCancelled"]


def test_what_starts_at_the_end_of_a_case_is_not_cancelled_by_it() -> None:
    """K8: all clocks still running are cancelled before those that start at ``case: closed``."""
    one = story(f"limit: {{{LIMIT}}}\nwindow: {{start: {{case: closed}}, stop: {{case: reopened}}, target: [{{within: 10 days}}]}}")
    one.fire("begin")
    assert kinds(one.fire("close")) == ["Moved", "ClockCancelled", "ClockStarted"]
    assert one.clock("window").phase == "running"


def test_finishing_a_closed_case_does_not_end_it_again() -> None:
    of = program(
        """
        main:
          initial: a
          states: {a: {}, b: {category: closed}, c: {final: true}}
          transitions:
            - {trigger: close, from: a, to: b, by: desk}
            - {trigger: file, from: b, to: c, by: desk}
        """,
        slas="window: {start: {case: closed}, stop: {case: reopened}, target: [{within: 1 hour}]}",
    )
    one = Story(of)
    one.fire("close")
    assert kinds(one.fire("file")) == ["Moved"]


# reopening


def test_reopening_goes_on_with_the_time_that_was_spent() -> None:
    """K4: one hour spent, one day closed, three hours left."""
    one = limit()
    one.fire("begin")
    one.fire("close", when="mon 10:00")
    started = only(ClockStarted, one.fire("reopen", when="tue 10:00"))
    assert (started.cycle, started.start, started.limit) == (2, START, at("tue 13:00"))
    assert one.clock().pauses == ((at("mon 10:00"), at("tue 10:00")),)


def test_reopening_can_start_afresh() -> None:
    """K4."""
    one = limit("on_reopen: restart")
    one.fire("begin")
    one.fire("close", when="mon 10:00")
    started = only(ClockStarted, one.fire("reopen", when="tue 10:00"))
    assert (started.cycle, started.start, started.limit, started.pauses) == (2, at("tue 10:00"), at("tue 14:00"), ())


@pytest.mark.parametrize("how", ["continue", "restart"])
def test_the_finished_cycle_stays_judged(how: str) -> None:
    """K4."""
    one = limit(f"on_reopen: {how}, reopen: {{fire: reopen}}")
    one.fire("begin")
    one.fire("finish", when="mon 10:00")
    one.fire("reopen", when="tue 10:00")
    assert [(c.number, c.verdict, c.due, c.ended_at) for c in one.clock().cycles] == [
        (1, "met", at("mon 13:00"), at("mon 10:00"))
    ]


def test_a_cycle_continued_from_a_breached_one_is_breached_from_its_opening() -> None:
    """K4."""
    one = limit("reopen: {fire: reopen}")
    one.fire("begin")
    one.fire("finish", when="mon 14:00")
    started = only(ClockStarted, one.fire("reopen", when="tue 10:00"))
    assert (started.verdict, started.limit) == ("breached", at("mon 13:00"))
    assert len(one.happened(ClockBreached)) == 1


def test_a_cycle_started_afresh_after_a_breach_is_not_breached() -> None:
    one = limit("on_reopen: restart, reopen: {fire: reopen}")
    one.fire("begin")
    one.fire("finish", when="mon 14:00")
    one.fire("reopen", when="tue 10:00")
    assert one.clock().verdict == "none"


def test_a_breach_before_a_cancelling_end_goes_on_after_the_reopening() -> None:
    """K3, K4."""
    one = limit()
    one.fire("begin")
    one.fire("close", when="mon 14:00")
    one.fire("reopen", when="tue 10:00")
    assert ([c.verdict for c in one.clock().cycles], one.clock().verdict) == (["breached"], "breached")
    assert len(one.happened(ClockBreached)) == 1


def test_pauses_before_the_end_are_kept_on_reopening() -> None:
    one = limit(PAUSED)
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    one.fire("go_on", when="mon 11:00")
    one.fire("close", when="mon 12:00")
    one.fire("reopen", when="tue 12:00")
    assert one.clock().due == at("tue 14:00")


def test_a_clock_that_ended_while_paused_counts_neither_pause_nor_closed_time() -> None:
    """K4: one hour spent until Monday 10:00."""
    one = limit(PAUSED)
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    one.fire("close", when="mon 12:00")
    one.fire("reopen", when="tue 12:00")
    assert one.clock().due == at("tue 15:00")


def test_a_running_clock_is_not_reopened() -> None:
    one = limit("reopen: {fire: ping}")
    one.fire("begin")
    assert kinds(one.fire("ping")) == ["Moved"]


def test_a_clock_that_never_ran_is_not_reopened() -> None:
    one = limit("reopen: {fire: ping}")
    assert kinds(one.fire("ping")) == ["Moved"]


def test_a_clock_that_the_reopening_stops_is_not_reopened_by_it() -> None:
    """K3: a time to reopen ends when the case is reopened."""
    one = story("window: {start: {case: closed}, stop: {case: reopened}, target: [{within: 10 days}]}")
    one.fire("begin")
    one.fire("close")
    assert kinds(one.fire("reopen", when="tue 09:00")) == ["Moved", "ClockStopped"]


def test_a_clock_that_restarts_waits_for_its_start_when_the_case_is_reopened() -> None:
    """K4, K8: it measures each entry of its own; the reopened case has not entered its state."""
    one = limit("restarts: true", LIMIT.replace("main.work", "main.wait"))
    one.fire("begin")
    one.fire("wait")
    one.fire("close")
    assert kinds(one.fire("reopen")) == ["Moved"]


def test_a_reopened_clock_is_paused_where_a_state_says_so() -> None:
    one = limit("pause: {in: side.busy}")
    one.fire("begin")
    one.fire("close", when="mon 10:00")
    one.fire("block", when="mon 11:00")
    assert (one.clock().cycle, one.clock().phase) == (2, "paused")


# changed inputs (K5, rebase)

REBASED = LIMIT.replace("[{within", "[{when: n == 1, within: 1 hour}, {when: n == 8, within: 8 hours}, {within")


def test_a_changed_input_gives_a_new_budget_from_the_same_start() -> None:
    one = limit(base=REBASED)
    one.fire("begin")
    changed = only(ClockRetargeted, one.fire("ping", when="mon 10:00", data={"n": 8}))
    assert (changed.limit, changed.term, changed.target) == (at("mon 17:00"), 2, 1)


def test_an_earlier_due_instant_opens_no_term_and_can_be_late_at_once() -> None:
    """M6: what the result made due is in the same append."""
    one = limit(base=REBASED)
    one.fire("begin")
    events = one.fire("ping", when="mon 12:00", data={"n": 1})
    assert kinds(events) == ["Moved", "ClockRetargeted", "ClockBreached"]
    assert one.clock().term == 1


def test_a_changed_field_that_changes_no_target_changes_no_clock() -> None:
    one = limit(base=REBASED)
    one.fire("begin")
    assert kinds(one.fire("ping", data={"n": 5})) == ["Moved"]


def test_a_breached_clock_is_not_rebased() -> None:
    one = limit(base=REBASED)
    one.fire("begin")
    assert kinds(one.fire("ping", when="mon 14:00", data={"n": 8})) == ["Moved"]


def test_a_paused_clock_is_rebased_and_keeps_its_pause() -> None:
    one = limit(PAUSED, REBASED)
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    one.fire("ping", when="mon 10:30", data={"n": 8})
    one.fire("go_on", when="mon 11:00")
    assert one.clock().due == at("mon 18:00")


def test_a_changed_date_moves_the_limit() -> None:
    one = limit(base=LIMIT.replace("within: 4 hours", "until: until"))
    one.fire("begin", data={"until": dt.date(2025, 6, 18)})
    one.fire("ping", data={"until": dt.date(2025, 6, 20)})
    assert (one.clock().due, one.clock().term) == (at("fri 17:00"), 2)


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
