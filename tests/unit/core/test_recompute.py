"""Measuring clocks by another version of their calendar, beyond what the engine's tests show (K6)."""

from __future__ import annotations

import datetime as dt

from casewf.core.program import compile_program
from casewf.model.commands import Recompute
from casewf.worktime import WorkCalendar
from core_cases import BOSS, OFFICE, Story, at
from core_flows import kinds, story

TWO = """
limit: {start: {enter: main.work}, stop: {fire: ping}, target: [{within: 2 working days}]}
other: {start: {enter: main.work}, stop: {enter: main.done}, target: [{within: 2 working days}]}
"""


def announce(one: Story) -> list[str]:
    """Tuesday 17 June becomes a holiday."""
    layer = OFFICE.layer("more", days_off={dt.date(2025, 6, 17): "holiday"})
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
