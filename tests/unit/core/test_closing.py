"""Closed, ended and reopened cases (M8)."""

from __future__ import annotations

from casewf.core.program import compile_program
from casewf.model.events import Opened
from casewf.model.roles import By
from casewf.model.workflow import (
    CalendarChoice,
    State,
    Track,
    Transition,
    Workflow,
)
from core_cases import Story, only, program

CLOSING = """
main:
  initial: open
  states: {open: {}, closed: {category: closed}, rated: {category: closed}, filed: {final: true},
           merged: {category: closed, ends_case: true}}
  transitions:
    - {trigger: note, from: [open, closed], by: desk}
    - {trigger: close, from: open, to: closed, by: desk}
    - {trigger: rate, from: closed, to: rated, by: desk}
    - {trigger: again, from: closed, to: closed, by: desk}
    - {trigger: reopen, from: [closed, rated, merged], to: open, by: desk}
    - {trigger: file, from: [closed, rated], to: filed, by: desk}
    - {trigger: merge, from: open, to: merged, by: desk}
    - {trigger: file_merged, from: merged, to: filed, by: desk}
side:
  initial: idle
  states: {idle: {category: closed}, busy: {}, resting: {category: closed}, done: {category: closed}}
  transitions:
    - {trigger: work, from: [idle, done, resting], to: busy, by: desk}
    - {trigger: rest, from: busy, to: resting, by: desk}
    - {trigger: finish, from: [busy, resting], to: done, by: desk}
    - {trigger: remark, from: [idle, busy, resting, done], by: desk}
"""


def closing(*triggers: str) -> Story:
    story = Story(program(CLOSING))
    for trigger in triggers:
        story.fire(trigger)
    return story


def test_a_case_is_closed_when_every_track_is() -> None:
    """M8."""
    assert not closing().case.closed
    assert closing("close").case.closed
    assert not closing("work", "close").case.closed
    assert closing("work", "close", "finish").case.closed


def test_one_state_that_ends_the_case_closes_it() -> None:
    assert closing("work", "merge").case.closed


def test_a_closed_case_takes_no_internal_move() -> None:
    assert closing("close").codes("note") == ["case_closed"]
    assert closing("close").codes("remark") == ["case_closed"]


def test_a_closed_case_takes_no_move_into_the_same_state() -> None:
    assert closing("close").codes("again") == ["case_closed"]


def test_an_open_track_of_an_ended_case_stands_still() -> None:
    assert closing("work", "merge").codes("finish") == ["case_closed"]


def test_a_closed_state_of_an_open_case_takes_work() -> None:
    """M8 speaks of cases: a track may be done while another is not."""
    assert closing("work", "close", "again", "note").state() == "closed"


def test_a_closed_case_can_be_finished() -> None:
    """From one closed state to another: rate, file."""
    story = closing("close", "rate", "file")
    assert (story.state(), story.case.closed) == ("filed", True)


def test_a_closed_case_can_be_reopened_in_any_track() -> None:
    assert not closing("close", "reopen").case.closed
    assert not closing("close", "work").case.closed


def test_an_ended_case_is_not_finished_out_of_the_state_that_ended_it() -> None:
    assert closing("merge").codes("file_merged") == ["case_closed"]


def test_an_ended_case_is_reopened_out_of_the_state_that_ended_it() -> None:
    assert not closing("merge", "reopen").case.closed


def test_another_track_does_not_reopen_an_ended_case() -> None:
    """M8: such a move would work on a case that stays closed."""
    assert closing("merge").codes("work") == ["case_closed"]


def test_a_final_state_accepts_nothing() -> None:
    story = closing("close", "file")
    assert [story.codes(name) for name in ("note", "close", "rate", "reopen", "file")] == [
        ["wrong_state"]
    ] * 5


def test_a_final_state_written_in_python_is_closed_and_accepts_nothing() -> None:
    """M8 holds without the reader's checks."""
    desk = (By(role="desk"),)
    workflow = Workflow(
        id="twin",
        version=1,
        calendar=CalendarChoice(default="office"),
        tracks=(
            Track(
                id="main",
                initial="a",
                states=(State(id="a"), State(id="z", final=True)),
                transitions=(
                    Transition(trigger="end", sources=("a",), target="z", by=desk),
                    Transition(trigger="back", sources=("z",), target="a", by=desk),
                ),
            ),
        ),
    )
    story = Story(compile_program(workflow, program(CLOSING).calendars))
    story.fire("end")
    assert story.case.closed
    assert story.codes("back") != []


def test_opening_enters_the_initial_states() -> None:
    """M10."""
    opened = only(Opened, (Story(program(CLOSING)).history[0],))
    assert opened.states == {"main": "open", "side": "idle"}


def test_no_clock_starts_on_a_case_that_ended_for_good() -> None:
    """K8: nobody could ever stop it. Where the end can be undone, the time to undo it runs."""
    story = Story(
        program(
            """
main:
  initial: open
  states: {open: {}, closed: {category: closed}, refused: {category: closed, ends_case: true},
           merged: {final: true, ends_case: true}}
  transitions:
    - {trigger: close, from: open, to: closed, by: desk}
    - {trigger: refuse, from: open, to: refused, by: desk}
    - {trigger: reopen, from: [closed, refused], to: open, by: desk}
    - {trigger: merge, from: open, to: merged, by: desk}
""",
            slas="""
window:
  start: {case: closed}
  restarts: true
  stop: {case: reopened}
  target: [{within: 10 days}]
""",
        )
    )
    for trigger in ("close", "reopen", "refuse", "reopen"):
        story.fire(trigger)
    assert story.case.clocks["window"].cycle == 2
    story.fire("merge")
    assert story.case.closed
    assert story.case.clocks["window"].phase == "stopped"
    assert story.case.clocks["window"].cycle == 2
