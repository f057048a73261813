"""Measuring clocks by another version of their calendar, beyond what the engine's tests show (K6)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from casewf.core.explain import explain
from casewf.core.program import compile_program
from casewf.model.amount import WorkingDays
from casewf.model.commands import Recompute
from casewf.views.explanation import explanation_text
from casewf.worktime import WorkCalendar
from core_cases import BOSS, OFFICE, SHORT, Story, at
from core_flows import LIMIT, PAUSED, kinds, limit, story

TWO = """
limit: {start: {enter: main.work}, stop: {fire: ping}, target: [{within: 2 working days}]}
other: {start: {enter: main.work}, stop: {enter: main.done}, target: [{within: 2 working days}]}
"""


def announce(one: Story, **days: Any) -> list[str]:
    """Tuesday 17 June becomes a holiday, or what ``days`` says."""
    layer = OFFICE.layer("more", **(days or {"days_off": {dt.date(2025, 6, 17): "holiday"}}))
    office = WorkCalendar.from_document(layer.to_document() | {"id": "office"})
    changed = compile_program(one.program.workflow, {"office": office})
    changed.shelf.update(one.program.shelf)
    one.program = changed
    events = one.send(Recompute("office", BOSS))
    return kinds(events)  # type: ignore[arg-type]


def test_a_clock_that_has_stopped_stays_while_another_of_the_case_moves() -> None:
    one = story(TWO)
    one.fire("begin")
    one.fire("ping", when="mon 10:00")
    before = one.clock("limit")
    assert announce(one) == ["CalendarChanged"]
    assert one.clock("limit") == before
    assert one.clock("other").due == at("thu 17:00")


def test_a_calendar_that_the_workflow_does_not_name_changes_nothing() -> None:
    one = story(TWO)
    one.fire("begin")
    assert one.send(Recompute("elsewhere", BOSS)) == ()


def test_the_next_rung_and_the_end_of_a_suspension_are_measured_anew() -> None:
    """K6: a holiday on Tuesday moves both by a working day."""
    one = limit(
        "suspension: {by: boss, up_to: 3 working days}, ladder: [{at: due, notify: boss}]",
        LIMIT.replace("within: 4 hours", "within: 2 working days"),
    )
    one.fire("begin")
    announce(one)
    clock = one.clock()
    assert clock.next is not None
    assert (clock.limit, clock.next.at) == (at("thu 17:00"), at("thu 17:00"))

    one = limit("suspension: {by: boss, up_to: 3 working days}", LIMIT.replace("4 hours", "8 working days"))
    one.fire("begin")
    assert one.act("request_suspension", amount=WorkingDays(2)) == []
    assert one.act("suspend", BOSS) == []
    before = one.clock().suspension
    announce(one)
    after = one.clock().suspension
    assert before is not None
    assert after is not None
    assert (before.until, after.until) == (at("wed 17:00"), at("thu 17:00"))
    assert (after.since, after.requested_by, after.amount) == (
        before.since,
        before.requested_by,
        before.amount,
    )


def test_the_same_version_again_changes_nothing_although_a_warning_lies_past_it() -> None:
    one = limit("ladder: [{at: due, notify: boss}, {after: 5 working days, card: red}]", calendar=SHORT)
    one.fire("begin")
    one.elapse("tue 09:00")
    assert one.clock().unresolved
    assert one.send(Recompute("office", BOSS)) == ()


def test_a_due_instant_that_passed_by_the_new_version_before_the_pause_is_breached_at_once() -> None:
    """E3, K6: the clock stands, so no timer would ever say so."""
    one = limit(PAUSED, LIMIT.replace("within: 4 hours", "within: 1 working day"))
    one.fire("begin", when="fri 10:00")
    one.fire("wait", when="2025-06-23 10:00")
    one.now = at("2025-06-23 12:00")
    assert announce(one, extra_days={dt.date(2025, 6, 21): "make-up"}) == ["CalendarChanged", "ClockBreached"]
    assert (one.clock().verdict, one.clock().limit) == ("breached", at("2025-06-21 17:00"))


def test_an_explanation_of_a_late_limit_keeps_the_instants_by_which_its_rungs_fired() -> None:
    """X1, K3: nothing that a new version says moves what has happened, and the explanation says so."""
    ladder = "ladder: [{at: 50%, notify: boss}, {at: due, every: 1 working day, times: 2, notify: boss}]"
    one = limit(ladder, LIMIT.replace("within: 4 hours", "within: 2 working days"))
    one.fire("begin")
    one.elapse("2025-06-23 09:00")
    before = explain(one.program, one.case, "limit", one.now, one.history)
    assert announce(one) == ["CalendarChanged"]
    after = explain(one.program, one.case, "limit", one.now, one.history)
    assert [rung.at for rung in after.rungs] == [rung.at for rung in before.rungs]
    assert all(rung.fired for rung in after.rungs)
    text = explanation_text(after, one.program.workflow)
    assert "the due instant of a late limit stands" in text
    assert "due (no. 1)" in text
    assert "due (no. 2)" in text


def test_a_day_that_was_paused_in_part_is_not_called_uncounted() -> None:
    one = limit(PAUSED, LIMIT.replace("within: 4 hours", "within: 9 working hours"))
    one.fire("begin")
    one.fire("wait", when="mon 11:00")
    paused = explain(one.program, one.case, "limit", one.now, one.history)
    assert "not due at any instant now; paused" in explanation_text(paused, one.program.workflow)
    one.fire("go_on", when="mon 12:00")
    found = explain(one.program, one.case, "limit", one.now, one.history)
    assert "paused in part" in explanation_text(found, one.program.workflow)
