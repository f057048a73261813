"""Measuring clocks by another version of their calendar, beyond what the engine's tests show (K6)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from casewf.core.program import compile_program
from casewf.model.commands import Recompute
from casewf.worktime import WorkCalendar
from core_cases import BOSS, OFFICE, Story, at
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


def test_a_due_instant_that_passed_by_the_new_version_before_the_pause_is_breached_at_once() -> None:
    """E3, K6: the clock stands, so no timer would ever say so."""
    one = limit(PAUSED, LIMIT.replace("within: 4 hours", "within: 1 working day"))
    one.fire("begin", when="fri 10:00")
    one.fire("wait", when="2025-06-23 10:00")
    one.now = at("2025-06-23 12:00")
    assert announce(one, extra_days={dt.date(2025, 6, 21): "make-up"}) == ["CalendarChanged", "ClockBreached"]
    assert (one.clock().verdict, one.clock().limit) == ("breached", at("2025-06-21 17:00"))
