"""When clocks start and stop (K1, K3, E2), beyond the golden rows."""

from __future__ import annotations

import datetime as dt

import pytest

from casewf.errors import HorizonError
from casewf.model.amount import Elapsed
from casewf.model.case import Awaited
from casewf.model.clock_events import ClockBreached, ClockCancelled, ClockResumed, ClockStarted
from casewf.model.events import Moved
from core_cases import HOUR, SHORT, START, Story, at, only, program
from core_flows import LIMIT, kinds, limit, story

# starting


def test_a_clock_starts_with_a_budget_and_its_due_instant() -> None:
    """K1."""
    one = limit()
    started = only(ClockStarted, one.fire("begin"))
    assert (started.start, started.budget, started.limit, started.cycle) == (
        START,
        Elapsed(hours=4),
        START + 4 * HOUR,
        1,
    )
    assert (one.clock().verdict, one.clock().phase, one.clock().due) == ("none", "running", START + 4 * HOUR)


def test_entering_an_initial_state_starts_a_clock_at_the_opening() -> None:
    """M10."""
    assert limit(base=LIMIT.replace("main.work", "main.idle")).clock().start == START


def test_an_internal_move_enters_nothing() -> None:
    """M10."""
    one = limit(
        base=LIMIT.replace("enter: main.work", "enter: main.idle").replace("stop", "restarts: true, stop")
    )
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


def test_without_its_date_a_limit_does_not_start_and_an_incident_says_so() -> None:
    """A limit that silently does not exist would be late in silence."""
    one = limit(base=LIMIT.replace("within: 4 hours", "until: until"))
    assert kinds(one.fire("begin")) == ["Moved", "LimitAwaited", "IncidentRaised"]
    assert one.case.clocks == {}
    assert one.case.awaited == {"limit": Awaited(start=START)}


def test_a_start_past_what_the_calendar_knows_is_an_error() -> None:
    """E2."""
    one = story(f"limit: {{{LIMIT}}}".replace("4 hours", "5 working days"), calendar=SHORT)
    before = one.case
    with pytest.raises(HorizonError):
        one.attempt("begin")
    assert one.case is before


def test_a_resume_past_what_the_calendar_knows_goes_on_provisionally() -> None:
    """E2."""
    one = story(
        f"limit: {{{LIMIT}, pause: {{in: main.wait}}}}".replace("4 hours", "4 working days"), calendar=SHORT
    )
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
    """K3: one move stops one clock, pauses another, starts a third; the first would be paused, too."""
    one = story(
        """
        third: {start: {enter: main.wait}, stop: {enter: main.done}, target: [{within: 1 hour}]}
        second: {start: {enter: main.work}, pause: {in: main.wait}, stop: {enter: main.done},
                 target: [{within: 1 hour}]}
        first: {start: {enter: main.work}, pause: {in: main.wait}, stop: {enter: main.wait},
                target: [{within: 1 hour}]}
        """
    )
    one.fire("begin")
    events = one.fire("wait", when="mon 09:30")
    assert kinds(events) == ["Moved", "ClockStopped", "ClockPaused", "ClockStarted"]
    assert [event.sla for event in events if not isinstance(event, Moved)] == ["first", "second", "third"]


def test_stop_is_looked_at_before_start() -> None:
    """K3: left and entered at once, a restarting clock is judged and begins anew."""
    one = limit(base=LIMIT.replace("enter: main.done", "leave: main.work"), more="restarts: true")
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
