"""How a cycle ends and the next one begins (K3, K4, K8), and how its budget changes (K5, rebase)."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

from casewf.core.decide import Refusal, decide
from casewf.model.amount import Elapsed
from casewf.model.case import Actor
from casewf.model.clock_events import ClockBreached, ClockCancelled, ClockRetargeted, ClockStarted
from casewf.model.commands import Fire
from core_cases import DESK, START, Story, at, only, program
from core_flows import LIMIT, PAUSED, kinds, limit, story

# cancelling and the end of a case


def test_a_cancelled_cycle_has_no_verdict() -> None:
    """K8."""
    one = limit("cancel: {enter: main.wait}")
    one.fire("begin")
    assert only(ClockCancelled, one.fire("wait")).reason == "cancelled"
    assert (one.clock().verdict, one.clock().phase, one.clock().wake) == ("cancelled", "stopped", None)


def test_a_clock_is_cancelled_only_where_the_condition_is_met() -> None:
    one = limit("cancel: {fire: ping, when: n > 0}")
    one.fire("begin")
    assert kinds(one.fire("ping")) == ["Moved"]
    assert kinds(one.fire("ping", data={"n": 1})) == ["Moved", "ClockCancelled"]
    assert kinds(one.fire("ping")) == ["Moved"]


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
    assert [(e.sla, e.reason) for e in events if isinstance(e, ClockCancelled)] == [
        ("one", "case_ended"),
        ("two", "case_ended"),
    ]
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
    one = story(
        f"limit: {{{LIMIT}}}\n"
        "window: {start: {case: closed}, stop: {case: reopened}, target: [{within: 10 days}]}"
    )
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


def test_a_cycle_that_goes_on_takes_over_all_that_was_agreed() -> None:
    """K4."""
    acts = "extension: {by: boss, times: 2}, suspension: {by: boss, up_to: 1 day}, measure: occurred"
    one = limit(f"reopen: {{fire: reopen}}, ladder: [{{at: 50%, notify: boss}}], {acts}")
    one.fire("begin")
    one.act("request_extension", amount=Elapsed(hours=1))
    one.act("extend", Actor("bo", frozenset({"boss"})), when="mon 10:00")
    one.fire("finish", when="mon 12:30")
    before = one.clock()
    started = only(ClockStarted, one.fire("reopen", when="mon 13:30"))
    assert before.extensions == (Elapsed(hours=1),)
    assert before.fired == ((0, 1),)
    for name in (
        *("start", "calendar", "term_at", "target", "budget", "until", "original", "extensions", "extended"),
        *("suspensions", "carried", "observed", "fired"),
    ):
        assert getattr(started, name) == getattr(before, name), name
    assert (started.limit, started.pauses) == (at("mon 15:00"), ((at("mon 12:30"), at("mon 13:30")),))


def test_reopening_goes_on_with_the_time_that_was_spent() -> None:
    """K4: one hour spent, one day closed, three hours left."""
    one = limit("on_reopen: continue")
    one.fire("begin")
    one.fire("close", when="mon 10:00")
    started = only(ClockStarted, one.fire("reopen", when="tue 10:00"))
    assert (started.cycle, started.start, started.limit) == (2, START, at("tue 13:00"))
    assert one.clock().pauses == ((at("mon 10:00"), at("tue 10:00")),)


def test_a_judged_clock_stays_as_it_was_judged_unless_the_author_asks_for_more() -> None:
    """K4: a fifteen-second limit to pick up the telephone does not run again when the case is reopened."""
    one = limit()
    one.fire("begin")
    one.fire("close", when="mon 10:00")
    assert kinds(one.fire("reopen", when="tue 10:00")) == ["Moved"]
    assert (one.clock().cycle, one.clock().phase) == (1, "stopped")


def test_reopening_can_start_afresh() -> None:
    """K4."""
    one = limit("on_reopen: restart")
    one.fire("begin")
    one.fire("close", when="mon 10:00")
    started = only(ClockStarted, one.fire("reopen", when="tue 10:00"))
    assert (started.cycle, started.start, started.limit, started.pauses) == (
        2,
        at("tue 10:00"),
        at("tue 14:00"),
        (),
    )


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
    one = limit("on_reopen: continue")
    one.fire("begin")
    one.fire("close", when="mon 14:00")
    one.fire("reopen", when="tue 10:00")
    assert ([c.verdict for c in one.clock().cycles], one.clock().verdict) == (["breached"], "breached")
    assert len(one.happened(ClockBreached)) == 1


def test_pauses_before_the_end_are_kept_on_reopening() -> None:
    one = limit(f"{PAUSED}, on_reopen: continue")
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    one.fire("go_on", when="mon 11:00")
    one.fire("close", when="mon 12:00")
    one.fire("reopen", when="tue 12:00")
    assert one.clock().due == at("tue 14:00")


def test_a_clock_that_ended_while_paused_counts_neither_pause_nor_closed_time() -> None:
    """K4: one hour spent until Monday 10:00."""
    one = limit(f"{PAUSED}, on_reopen: continue")
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
    one = story(
        "window: {start: {case: closed}, stop: {case: reopened}, target: [{within: 10 days}], on_reopen: continue}"
    )
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
    one = limit("pause: {in: side.busy}, on_reopen: continue")
    one.fire("begin")
    one.fire("close", when="mon 10:00")
    one.fire("block", when="mon 11:00")
    assert (one.clock().cycle, one.clock().phase) == (2, "paused")


# changed inputs (K5, rebase)

REBASED = LIMIT.replace(
    "[{within", "[{when: n == 1, within: 1 hour}, {when: n == 8, within: 8 hours}, {within"
)


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


def test_an_ending_cancels_clocks_in_file_order_whatever_order_they_are_stored_in() -> None:
    """K8, D3: the same command gives the same events on every store."""
    one = story(f"one: {{{LIMIT}}}\ntwo: {{{LIMIT}}}")
    one.fire("begin")
    turned = attrs.evolve(one.case, clocks=dict(reversed(one.case.clocks.items())))
    result = decide(one.program, turned, Fire("close", DESK), one.now)
    assert not isinstance(result, Refusal)
    assert [event.sla for event in result if isinstance(event, ClockCancelled)] == ["one", "two"]
