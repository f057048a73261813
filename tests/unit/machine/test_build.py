"""A workflow's machines: real ``transitions`` machines, and the plan that the core decides by (see architecture)."""

from __future__ import annotations

import pytest
from transitions import Machine, MachineError

from casewf.core.decide import decide
from casewf.core.evolve import Draft
from casewf.core.program import Program, rule_of
from casewf.machine.classes import CaseMachine, CaseTransition
from casewf.model.commands import Fire
from casewf.model.events import Moved
from core_cases import BOSS, DESK, Story, only, program

FLOW = """
main:
  initial: a
  states: {a: {}, b: {}, c: {}, held: {}, shut: {category: closed}, filed: {final: true}}
  transitions:
    - {trigger: go, from: a, to: b, by: desk, when: n > 5}
    - {trigger: go, from: a, to: c, by: desk}
    - {trigger: stay, from: [a, b], by: desk}
    - {trigger: hold, from: [b, c], to: held, by: desk}
    - {trigger: hold, from: a, to: held, by: boss}
    - {trigger: dive, from: held, to: held, by: boss}
    - {trigger: resume, from: held, to: =previous, by: desk, when: n > 0}
    - {trigger: resume, from: held, to: a, by: boss}
    - {trigger: close, from: "*", to: shut, by: desk}
    - {trigger: file, from: shut, to: filed, by: desk}
    - {trigger: by_itself, from: c, to: b, auto: true, when: n == 3}
side:
  initial: p
  states: {p: {}, q: {}}
  transitions:
    - {trigger: turn, from: p, to: q, by: desk}
"""
FIELDS = "n: {type: integer}"


class Cell:
    """Anything with a state is a model."""

    def __init__(self, state: str) -> None:
        self.state = state


def flow(**data: object) -> Story:
    # a program of its own: these tests change plans
    program.cache_clear()
    return Story(program(FLOW, fields=FIELDS), data=data)


def targets(of: Program, trigger: str, source: str) -> list[str | None]:
    return [row.dest for row in of.machine("main").events[trigger].rows(source)]


# one plan


def test_turning_a_plan_round_changes_what_is_decided_and_what_the_machine_does() -> None:
    """No ornament (see architecture). Both take the first row; after the change both take the other."""

    story = flow(n=9)
    event = story.program.machine("main").events["go"]

    def both() -> tuple[str | None, str]:
        cell = Cell("a")
        event.trigger(cell, Draft(story.case))
        result = decide(story.program, story.case, Fire("go", DESK), story.now)
        return only(Moved, result).target, cell.state

    assert both() == ("b", "b")
    event.plan = {"a": event.rows("a")[::-1]}
    assert both() == ("c", "c")


def test_a_row_taken_out_of_a_plan_is_gone_for_both() -> None:
    story = flow(n=9)
    event = story.program.machine("main").events["go"]
    event.plan = {}
    with pytest.raises(MachineError, match="Can't trigger event go from state a!"):
        event.trigger(Cell("a"), Draft(story.case))
    assert story.codes("go") == ["unknown_trigger"]


def test_the_core_reads_its_rows_from_the_machine_that_the_host_gets() -> None:
    of = flow().program
    track, event = of.triggers["go"]
    assert event is of.machine(track).events["go"]


def test_automatic_moves_are_chosen_from_the_same_plan() -> None:
    story = flow(n=3)
    event = story.program.machine("main").events["by_itself"]
    event.plan = {}
    story.fire("go")
    assert story.state() == "c"
    other = flow(n=3)
    other.fire("go")
    assert other.state() == "b"


# a real machine


def test_a_track_is_a_plain_transitions_machine() -> None:
    machine = flow().program.machine("main")
    assert isinstance(machine, Machine)
    assert type(machine) is CaseMachine
    assert (list(machine.states), machine.initial, machine.models) == (
        ["a", "b", "c", "held", "shut", "filed"],
        "a",
        [],
    )


def test_a_machine_has_no_triggers_but_those_of_the_file() -> None:
    machine = flow().program.machine("main")
    assert list(machine.events) == ["go", "stay", "hold", "dive", "resume", "close", "file", "by_itself"]


def test_a_machine_tells_what_can_be_fired_from_a_state() -> None:
    machine = flow().program.machine("main")
    assert machine.get_triggers("a") == ["go", "stay", "hold", "close"]
    assert machine.get_triggers("filed") == []


def test_a_machine_tells_its_transitions_for_drawing() -> None:
    machine = flow().program.machine("main")
    drawn = [(row.source, row.dest) for row in machine.get_transitions("hold")]
    assert drawn == [("b", "held"), ("c", "held"), ("a", "held")]


def test_states_carry_label_category_and_end() -> None:
    states = flow().program.machine("main").states
    assert [states[name].category for name in ("a", "shut", "filed")] == ["open", "closed", "closed"]  # type: ignore[attr-defined]
    assert [states[name].final for name in ("a", "shut", "filed")] == [False, False, True]
    assert states["a"].title.text("en") == "a"  # type: ignore[attr-defined]


def test_each_track_has_a_machine_of_its_own() -> None:
    of = flow().program
    assert (list(of.machines), list(of.machine("side").events)) == (["main", "side"], ["turn"])


def test_an_internal_row_moves_nothing() -> None:
    story = flow()
    event, cell = story.program.machine("main").events["stay"], Cell("a")
    assert event.trigger(cell, Draft(story.case))
    assert (cell.state, event.rows("a")[0].dest) == ("a", None)


def test_a_condition_without_its_value_is_not_met() -> None:
    """M9: the machine falls through to the next row, like the core."""
    story = flow()
    cell = Cell("a")
    story.program.machine("main").events["go"].trigger(cell, Draft(story.case))
    assert cell.state == "c"


# rows


def test_rows_are_tried_in_file_order() -> None:
    """M1."""
    assert targets(flow().program, "go", "a") == ["b", "c"]


def test_a_row_with_several_sources_stands_once_in_each() -> None:
    of = flow().program
    rules = [
        rule_of(row) for source in ("b", "c", "a") for row in of.machine("main").events["hold"].rows(source)
    ]
    assert [(rule.row, rule.source) for rule in rules] == [(3, "b"), (3, "c"), (4, "a")]


def test_a_closed_row_order_is_kept_where_rows_interleave() -> None:
    """M1: the expansion of ``=previous`` stands where its row stands, before the later row."""
    rows = flow().program.machine("main").events["resume"].rows("held")
    assert [(rule_of(row).row, row.dest) for row in rows] == [(6, "b"), (6, "c"), (6, "a"), (7, "a")]


def test_previous_becomes_one_row_for_each_state_it_can_be() -> None:
    """M10: every state that a row leads from into this one; a move into itself comes from nowhere else."""
    rules = [rule_of(row) for row in flow().program.machine("main").events["resume"].rows("held")]
    assert [rule.back_to for rule in rules] == ["b", "c", "a", None]


@pytest.mark.parametrize(("way", "back"), [(["go", "hold"], "c"), (["hold!"], "a")])
def test_the_row_that_is_left_is_the_one_back_to_the_remembered_state(way: list[str], back: str) -> None:
    story = flow(n=1)
    for trigger in way:
        story.fire(trigger.rstrip("!"), *([BOSS] if trigger.endswith("!") else []))
    assert only(Moved, story.fire("resume")).target == back


def test_a_later_row_is_left_where_the_way_back_is_not_met() -> None:
    """M1, M10: without n the guarded way back drops out, for the boss who may use the other."""
    story = flow()
    story.fire("hold", BOSS)
    moved = only(Moved, story.fire("resume", BOSS))
    assert (moved.row, moved.target) == (7, "a")


def test_every_state_but_final_ones_is_a_source_of_a_star() -> None:
    """M8."""
    assert list(flow().program.machine("main").events["close"].plan) == ["a", "b", "c", "held", "shut"]


def test_a_row_carries_what_the_core_needs_of_it() -> None:
    row = flow().program.machine("main").events["hold"].rows("b")[0]
    assert isinstance(row, CaseTransition)
    rule = rule_of(row)
    assert (rule.track, rule.spec.trigger, rule.target, rule.remember, rule.reopens) == (
        "main",
        "hold",
        "held",
        True,
        False,
    )
