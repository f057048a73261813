"""What can become of a limit's clock by the rows alone: starts, ends, pauses, and what each of them may not claim."""

from __future__ import annotations

import pytest

from casewf.analysis.subject import Subject
from lint_cases import problems, subject

LOOP = """
main:
  initial: new
  states: {new: {}, work: {}, wait: {}, done: {category: closed}, void: {final: true, ends_case: true}}
  transitions:
    - {trigger: begin, from: new, to: work, by: desk}
    - {trigger: hold, from: work, to: wait, by: desk}
    - {trigger: go_on, from: wait, to: =previous, by: desk}
    - {trigger: note, from: [work, done], by: desk}
    - {trigger: finish, from: work, to: done, by: desk}
    - {trigger: reopen, from: done, to: work, by: boss}
    - {trigger: drop, from: [new, work, wait], to: void, by: desk}
"""
TWO = """
main:
  initial: new
  states: {new: {}, work: {}, done: {final: true}}
  transitions:
    - {trigger: begin, from: new, to: work, by: desk}
    - {trigger: finish, from: work, to: done, by: desk}
side:
  initial: free
  states: {free: {}, busy: {}, over: {category: closed}}
  transitions:
    - {trigger: block, from: free, to: busy, by: desk}
    - {trigger: unblock, from: busy, to: over, by: desk}
"""


def limit(more: str, tracks: str = LOOP) -> Subject:
    return subject(tracks, f"limit: {{target: [{{within: 4 hours}}], {more}}}")


def codes(of: Subject) -> list[str]:
    return [code for code, _ in problems(of)]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("start: {enter: main.new}, stop: {enter: main.done}", []),
        ("start: {enter: main.work}, stop: {leave: main.work}", []),
        ("start: {case: closed}, stop: {case: reopened}", []),
        ("start: {enter: main.wait}, stop: {fire: go_on}", []),
        # a case that is over for good starts nothing (M8)
        ("start: {enter: main.void}, stop: {enter: main.done}", ["CW750"]),
        ("start: {leave: main.void}, stop: {enter: main.done}", ["CW750"]),
        ("start: {enter: main.work, when: state.main == 'new'}, stop: {leave: main.work}", ["CW750"]),
        ("start: {enter: main.work, when: \"state.main in ('new', 'work')\"}, stop: {leave: main.work}", []),
        ("start: {enter: main.work, when: 'false'}, stop: {leave: main.work}", ["CW750"]),
        # cases begin in `new`, and the opening starts limits (M10) and does nothing else to them
        ("start: {enter: main.work}, stop: {enter: main.new}", ["CW752"]),
        ("start: {enter: main.new}, stop: {leave: main.void}", ["CW752"]),
        ("start: {enter: main.done}, stop: {leave: main.void}", ["CW752"]),
        ("start: {enter: main.new}, stop: [{leave: main.void}, {enter: main.done}]", ["CW757"]),
    ],
)
def test_starts_and_stops(more: str, found: list[str]) -> None:
    assert codes(limit(more)) == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        # stop is looked at before start (K3)
        ("start: {enter: main.work}, stop: {fire: begin}", ["CW753"]),
        ("start: {fire: finish}, stop: {fire: begin}", ["CW753"]),
        ("start: {fire: finish}, stop: {case: closed}", ["CW754"]),
        ("start: {fire: note}, stop: {fire: note}", ["CW754"]),
        ("start: {fire: note}, cancel: {fire: note}, stop: {fire: finish}", ["CW754"]),
        ("start: {fire: note}, stop: {fire: note}, restarts: true", []),
        # some notes start it, others end it
        ("start: {fire: [begin, note]}, stop: {fire: note}", []),
        ("start: {fire: note, when: state.main == 'work'}, stop: {fire: note}", ["CW754"]),
        ("start: {fire: note}, stop: {fire: note, when: state.main == 'work'}", []),
        # after the cancel nothing runs any more that could be stopped; a reopening would go on
        ("start: {enter: main.work}, cancel: {enter: main.done}, stop: {leave: main.done}", ["CW753"]),
        (
            "start: {enter: main.work}, cancel: {enter: main.done}, stop: {leave: main.done}, on_reopen: restart",
            [],
        ),
        (
            "start: {enter: main.work}, cancel: {enter: main.wait, when: card == 'red'}, stop: {leave: main.wait}",
            [],
        ),
        ("start: {enter: main.work}, cancel: {enter: main.wait}, stop: {leave: main.wait}", ["CW753"]),
        # closed for sure, so K8 has cancelled it
        ("start: {enter: main.work}, stop: {case: reopened}", ["CW753"]),
        ("start: {enter: main.done}, stop: {case: reopened}", []),
    ],
)
def test_stop_against_start(more: str, found: list[str]) -> None:
    assert codes(limit(more)) == found


def test_what_may_close_a_case_need_not_close_it() -> None:
    """Where the other track is still open, a limit that ends with the case goes on."""
    tracks = TWO.replace("done: {final: true}", "done: {category: closed}").replace(
        "to: done, by: desk}", "to: done, by: desk}\n    - {trigger: note, from: done, by: desk}"
    )
    assert codes(limit("start: {enter: main.new}, cancel: {case: closed}, stop: {fire: note}", tracks)) == []
    one = tracks[: tracks.index("side:")]
    assert codes(limit("start: {enter: main.new}, cancel: {case: closed}, stop: {fire: note}", one)) == [
        "CW752"
    ]


def test_a_start_that_is_lost_is_found_beside_one_that_is_not() -> None:
    of = limit("start: [{enter: main.work}, {enter: main.done}], restarts: true, stop: {fire: hold}")
    assert codes(of) == []  # from `done` it is reopened, and held again
    of = limit("start: [{enter: main.new}, {enter: main.done}], restarts: true, stop: {fire: begin}")
    (code, problem), *_ = problems(of)
    assert (code, "`enter main.done`" in problem.message) == ("CW753", True)
    assert of.document.report.place(problem.span).snippet[problem.span.column - 1 :].startswith("main.done")


def test_only_the_first_start_counts_unless_it_restarts() -> None:
    """Whoever is in `done` has been in `work`, where the limit has started already."""
    assert codes(limit("start: {enter: [main.work, main.done]}, stop: {leave: main.work}")) == []
    assert codes(limit("start: {enter: [main.work, main.done]}, stop: {enter: main.done}")) == []


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("start: {enter: main.work}, stop: {enter: main.done}, pause: {in: main.wait}", []),
        (
            "start: {enter: main.work}, stop: {enter: main.done}, pause: {in: [main.work, main.wait]}",
            ["CW756"],
        ),
        ("start: {enter: main.work}, stop: {leave: main.work}, pause: {in: main.wait}", ["CW757"]),
        ("start: {enter: main.work}, stop: {enter: main.done}, pause: {in: main.new}", ["CW757"]),
        ("start: {enter: main.work}, stop: {enter: main.done}, pause: {in: main.void}", ["CW757"]),
        # the case is closed there, but what starts there runs
        ("start: {enter: main.done}, stop: {leave: main.done}, pause: {in: main.done}", ["CW756"]),
        (
            "start: {enter: main.work}, stop: {leave: main.work}, pause: {in: main.work, when: card == 'red'}",
            [],
        ),
    ],
)
def test_pauses(more: str, found: list[str]) -> None:
    assert codes(limit(more)) == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        # the other track may be anywhere
        ("start: {enter: main.work}, stop: {enter: side.busy}", []),
        ("start: {enter: main.work}, stop: {enter: side.over}, pause: {in: side.busy}", []),
        ("start: {enter: main.new}, stop: {enter: side.over}, pause: {in: main.done}", ["CW755"]),
        (
            "start: {enter: main.new}, stop: {enter: side.over}, cancel: {enter: main.done}, pause: {in: main.done}",
            ["CW757"],
        ),
        (
            "start: {enter: main.new}, stop: {enter: side.over}, pause: {in: [main.new, main.work, main.done]}",
            ["CW756"],
        ),
        # both tracks have to be closed, and neither goes back
        ("start: {case: closed}, stop: {case: reopened}", ["CW751"]),
        ("start: {enter: main.done}, stop: {case: reopened}", ["CW752"]),
        ("start: {enter: main.new}, stop: {case: closed}", []),
        ("start: {enter: main.new}, stop: {enter: side.over}, on_reopen: continue", ["CW769"]),
        ("start: {enter: main.new}, stop: {enter: side.over}, restarts: true", ["CW769"]),
        ("start: {enter: main.new}, stop: {enter: side.over}, counts: all", ["CW769"]),
        ("start: {enter: main.new}, stop: {enter: side.over}, on_change: carry", ["CW769"]),
    ],
)
def test_two_tracks(more: str, found: list[str]) -> None:
    assert codes(limit(more, TWO)) == found


def test_a_limit_until_a_date_may_start_again_once_it_was_dropped_without_its_date() -> None:
    """While it waits for its date, a stop drops it, and then the next start counts (K4)."""
    of = subject(
        LOOP,
        "limit: {target: [{until: day}], start: {enter: [main.work, main.done]}, stop: {leave: main.work}}",
        fields="day: {type: date}",
    )
    assert codes(of) == []
    of = subject(
        TWO,
        "limit: {target: [{until: day}], start: {enter: [main.work, main.done]}, stop: {leave: main.work}}",
        fields="day: {type: date}",
    )
    assert codes(of) == ["CW753"]


@pytest.mark.parametrize(
    ("trigger", "pause", "found"),
    [
        ("finish", "", []),
        ("block", "", []),  # the other track may be anywhere
        ("begin", "", ["CW763"]),
        ("finish", ", pause: {in: main.work}", ["CW756"]),  # which says it all
    ],
)
def test_what_a_rung_fires(trigger: str, pause: str, found: list[str]) -> None:
    """E6: what a rung fires, it fires as ``system`` and where the limit runs."""
    tracks = TWO.replace("by: desk", "by: [desk, system]")
    of = limit(
        f"start: {{enter: main.work}}, stop: {{leave: main.work}}, ladder: [{{at: due, fire: {trigger}}}]{pause}",
        tracks,
    )
    assert codes(of) == found


def test_a_rung_fires_only_what_is_open_to_the_system() -> None:
    tracks = TWO.replace(
        "to: done, by: desk}", "to: done, by: desk}\n    - {trigger: finish, from: new, by: system}"
    )
    of = limit(
        "start: {enter: main.work}, stop: {leave: main.work}, ladder: [{at: due, fire: finish}]", tracks
    )
    assert codes(of) == ["CW763"]
