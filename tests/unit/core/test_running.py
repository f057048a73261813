"""In which states a clock may run, by the tables alone; and that every real case agrees."""

from __future__ import annotations

import pytest

from casewf.core import running
from casewf.core.program import Program, compile_program
from casewf.core.running import Place, Places, own_tracks
from casewf.core.track_map import TrackMap
from casewf.definition.load import load_workflow
from core_cases import program
from core_flows import CLOCK_FIELDS, CLOCKS

ALWAYS = Place(runs=True, pauses=False, always=True)
MAY = Place(runs=True, pauses=False, always=False)
STANDS = Place(runs=False, pauses=True, always=True)


def places(sla: str, tracks: str = CLOCKS) -> dict[str, Place]:
    """Where the only limit of a workflow may run; states by their names."""
    of = program(tracks, slas=f"limit: {{{sla}, target: [{{within: 4 hours}}]}}", fields=CLOCK_FIELDS)
    return {state: place for (_, state), place in Places(of).of("limit").items()}


def names(sla: str, tracks: str = CLOCKS) -> set[str]:
    return set(places(sla, tracks))


LINE = """
main:
  initial: a
  states: {a: {}, b: {}, c: {}, d: {category: closed}}
  transitions:
    - {trigger: one, from: a, to: b, by: desk}
    - {trigger: two, from: b, to: c, by: desk}
    - {trigger: back, from: c, to: b, by: desk}
    - {trigger: three, from: c, to: d, by: desk}
    - {trigger: ping, from: [b, c], by: desk}
"""


def test_a_limit_runs_from_the_state_that_starts_it_to_the_one_that_stops_it() -> None:
    assert places("start: {enter: main.b}, stop: {enter: main.c}", LINE) == {"b": MAY}  # not after `back`


def test_it_always_runs_where_every_way_in_starts_it() -> None:
    found = places("start: {enter: main.b}, restarts: true, stop: {leave: main.b}", LINE)
    assert found == {"b": ALWAYS}


def test_it_may_run_on_past_a_trigger_that_stops_it_only_sometimes() -> None:
    assert names("start: {enter: main.b}, stop: {fire: ping}", LINE) == {"b", "c"}
    assert names("start: {enter: main.b}, stop: {fire: ping}, cancel: {leave: main.b}", LINE) == {"b"}
    assert names("start: {enter: main.b}, stop: {enter: main.c, when: n > 1}", LINE) == {"b", "c"}


def test_it_starts_at_the_opening() -> None:
    assert places("start: {enter: main.a}, stop: {leave: main.a}", LINE) == {"a": ALWAYS}


def test_it_stands_in_a_state_that_pauses_it() -> None:
    limit = "start: {enter: main.b}, stop: {enter: main.d}, pause: {in: main.c}"
    assert places(limit, LINE) == {"b": ALWAYS, "c": STANDS}


def test_a_pause_with_a_condition_may_stand_or_not() -> None:
    limit = "start: {enter: main.b}, stop: {enter: main.d}, pause: {in: main.c, when: n > 1}"
    assert places(limit, LINE)["c"] == Place(runs=True, pauses=True, always=True)


def test_the_end_of_the_case_ends_it() -> None:
    assert "d" not in names("start: {enter: main.b}, stop: {fire: ping}", LINE)  # K8


def test_where_other_tracks_keep_the_case_open_it_may_run_on_in_a_closed_state() -> None:
    two = LINE + "side: {initial: x, states: {x: {}}, transitions: []}\n"
    assert "d" in names("start: {enter: main.b}, stop: {fire: ping}", two)


def test_a_reopened_limit_runs_on() -> None:
    stopped = "start: {enter: main.b}, stop: {enter: main.c}"
    assert names(f"{stopped}, on_reopen: continue, reopen: {{fire: ping}}", LINE) == {"b", "c"}
    assert names(f"{stopped}, on_reopen: continue, reopen: {{fire: back}}", LINE) == {"b"}


def test_a_condition_on_a_state_is_decided_by_the_state() -> None:
    assert names("start: {fire: [one, ping], when: state.main == 'c'}, stop: {leave: main.c}", LINE) == {"c"}
    assert not names("start: {fire: one, when: state.main != 'b'}, stop: {enter: main.d}", LINE)
    assert names("start: {fire: ping, when: \"state.main in ('a', 'b')\"}, stop: {leave: main.b}", LINE) == {
        "b"
    }


def test_a_condition_on_the_clock_itself_is_decided_by_its_phase() -> None:
    once = "start: {fire: ping, when: sla.limit.phase == 'none'}, restarts: true, stop: {leave: main.b}"
    always = (
        "start: {enter: main.b, when: sla.limit.phase != 'running'}, restarts: true, stop: {leave: main.b}"
    )
    assert names(once, LINE) == {"b", "c"}
    assert places(always, LINE) == {"b": ALWAYS}


def test_a_row_whose_guard_no_state_allows_is_not_walked() -> None:
    shut = LINE.replace("{trigger: two, from: b,", "{trigger: two, when: state.main == 'a', from: b,")
    assert names("start: {enter: main.b}, stop: {enter: main.d}", shut) == {"b"}


def test_a_limit_over_two_tracks_is_told_beside_both() -> None:
    found = places("start: {enter: main.work}, stop: {enter: side.busy}")
    assert {"work", "wait", "hold", "done", "free"} <= set(found)


def test_a_limit_of_the_case_alone_belongs_to_every_track() -> None:
    of = program(CLOCKS, slas="limit: {start: {case: closed}, stop: {case: reopened}, target: [{within: 1 day}]}",
                 fields=CLOCK_FIELDS)  # fmt: skip
    assert own_tracks(of, of.workflow.slas[0]) == ("main", "side")
    found = Places(of).of("limit")
    assert found[("main", "shut")].runs
    assert ("main", "work") not in found


def test_more_states_together_than_can_be_walked_are_walked_track_by_track(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit = "start: {enter: main.work}, stop: {enter: side.busy}"
    together = names(limit)
    monkeypatch.setattr(running, "_MOST_POSITIONS", 1)
    alone = names(limit)
    assert together <= alone  # less is known, so nothing can be left out


def test_alone_a_track_does_not_know_whether_another_one_pauses_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit = "start: {enter: main.work}, stop: {enter: main.done}, pause: {in: side.busy}"
    monkeypatch.setattr(running, "_MOST_POSITIONS", 1)
    assert places(limit)["work"].pauses
    assert places(limit)["work"].runs


def test_an_end_of_the_case_that_can_be_undone_leaves_no_limit_certain() -> None:
    """`void` ends the case, `reopen` undoes that; then the other track is where it was, without its clock (K8)."""
    assert places("start: {enter: side.busy}, restarts: true, stop: {leave: side.busy}") == {"busy": MAY}


def test_nothing_starts_once_the_case_is_over_for_good() -> None:
    over = LINE.replace("d: {category: closed}", "d: {final: true, ends_case: true}")
    assert not names("start: {enter: main.d}, stop: {fire: ping}", over)


def test_an_unknown_limit_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Places(program(LINE)).of("limit")


# The hotline

HOTLINE: Program = compile_program(load_workflow("hotline-12351"), {}, pinned=True)


@pytest.mark.parametrize(
    ("sla", "always"),
    [
        ("review", {"in_review"}),
        ("suspension", {"suspended"}),
        ("return_ruling", {"return_requested"}),
        ("callback_result", {"closed"}),
        ("performance", {"pending"}),
        ("g_push", {"pending_push", "push_failed"}),
        ("g_feedback", {"pending_push", "push_failed", "pushed", "accepted", "returned", "joint_handling"}),
    ],
)
def test_a_limit_of_the_hotline_runs_in_exactly_its_states(sla: str, always: set[str]) -> None:
    found = Places(HOTLINE).of(sla)
    assert {state: place for (_, state), place in found.items()} == dict.fromkeys(always, ALWAYS)


def test_the_overall_limit_of_the_hotline_stands_while_the_case_is_suspended() -> None:
    found = Places(HOTLINE).of("handle")
    assert found["union", "suspended"].pauses
    assert not found["union", "suspended"].runs
    assert found["union", "coordinated"] == MAY
    assert ("union", "in_review") not in found  # stopped by entering it
    assert ("union", "archived") not in found


def test_a_move_that_several_rows_make_is_told_once() -> None:
    twice = LINE.replace(
        "trigger: one, from: a", "trigger: uno, from: a, to: b, by: desk}\n    - {trigger: one, from: a"
    )
    of = program(
        twice, slas="limit: {start: {enter: main.c}, stop: {enter: main.d}, target: [{within: 4 hours}]}"
    )
    edges = TrackMap(of, ("main",)).edges(("a",))
    assert [(states, was, now) for states, _, was, now in edges] == [(("b",), False, False)]
