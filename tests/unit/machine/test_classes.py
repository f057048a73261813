"""What the state, event and transition classes carry, and the plan of an event (see architecture, M1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from transitions import Event, MachineError

from casewf.machine.classes import CaseEvent, CaseMachine, CaseState, CaseTransition


class Cell:
    __slots__ = ("state",)

    def __init__(self, state: object = "a") -> None:
        self.state = state


def machine(*rows: tuple[Any, ...], **options: Any) -> CaseMachine:
    built = CaseMachine(model=None, states=["a", "b", "c"], initial="a", auto_transitions=False, **options)
    for trigger, source, dest, *rest in rows:
        built.add_transition(trigger, source, dest, **(rest[0] if rest else {}))
    return built


def dests(rows: tuple[CaseTransition, ...]) -> list[str | None]:
    return [row.dest for row in rows]


@pytest.fixture
def no_stock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every fire fail that is left to stock code."""

    def refuse(*_: object, **__: object) -> bool:
        raise AssertionError("this fire was left to stock code")

    monkeypatch.setattr(Event, "trigger", refuse)


# what the classes carry


def test_a_machine_is_made_of_casewf_classes() -> None:
    built = machine(("go", "a", "b"))
    event = built.events["go"]
    assert (type(built.states["a"]), type(event), type(event.transitions["a"][0])) == (
        CaseState,
        CaseEvent,
        CaseTransition,
    )


def test_a_transition_carries_its_rule() -> None:
    rule = object()
    assert machine(("go", "a", "b", {"rule": rule})).events["go"].rows("a")[0].rule is rule


def test_every_source_of_a_transition_carries_the_rule() -> None:
    rule = object()
    plan = machine(("go", ["a", "b"], "c", {"rule": rule})).events["go"].plan
    assert [row.rule for rows in plan.values() for row in rows] == [rule, rule]


def test_a_transition_without_a_rule_has_none() -> None:
    assert machine(("go", "a", "b")).events["go"].rows("a")[0].rule is None


def test_a_state_dict_may_give_title_and_category() -> None:
    title = {"zh": "办结", "en": "Closed"}
    built = CaseMachine(model=None, states=[{"name": "z", "title": title, "category": "closed"}], initial="z")
    state = built.states["z"]
    assert isinstance(state, CaseState)
    assert (state.title, state.category) == (title, "closed")


def test_a_plain_state_has_neither_title_nor_category() -> None:
    state = machine().states["a"]
    assert isinstance(state, CaseState)
    assert (state.title, state.category) == (None, None)


# the plan


def test_rows_are_the_transitions_of_the_source_in_order() -> None:
    event = machine(("go", "a", "b"), ("go", "b", "a"), ("go", "a", "c")).events["go"]
    assert dests(event.rows("a")) == ["b", "c"]


@pytest.mark.parametrize("source", ["c", "nowhere"])
def test_a_state_that_nothing_leaves_has_no_rows(source: str) -> None:
    assert machine(("go", "a", "b")).events["go"].rows(source) == ()


def test_asking_for_rows_does_not_invent_a_source() -> None:
    event = machine(("go", "a", "b")).events["go"]
    event.rows("c")
    with pytest.raises(MachineError, match="Can't trigger event go from state c!"):
        event.trigger(Cell("c"))


def test_rows_stay_the_same_tuple_while_nothing_changes() -> None:
    event = machine(("go", "a", "b")).events["go"]
    assert event.rows("a") is event.rows("a")


def test_the_plan_shows_the_rows_of_every_source() -> None:
    event = machine(("go", "a", "b"), ("go", "b", "c")).events["go"]
    assert dict(event.plan) == {"a": event.rows("a"), "b": event.rows("b")}


def test_the_plan_cannot_be_changed_in_place() -> None:
    plan = machine(("go", "a", "b")).events["go"].plan
    with pytest.raises(TypeError):
        plan["a"] = ()  # type: ignore[index]


def remove(built: CaseMachine) -> None:
    built.remove_transition("go", "a", "b")


def reverse(built: CaseMachine) -> None:
    built.events["go"].transitions["a"].reverse()


def replace(built: CaseMachine) -> None:
    built.events["go"].transitions["a"][0] = CaseTransition("a", "a")


def add(built: CaseMachine) -> None:
    built.add_transition("go", "a", "a")


CHANGES = [(remove, ["c"]), (reverse, ["c", "b"]), (replace, ["a", "c"]), (add, ["b", "c", "a"])]


@pytest.mark.parametrize(("change", "expected"), CHANGES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_changed_machine_has_changed_rows(
    change: Callable[[CaseMachine], None], expected: list[str]
) -> None:
    built = machine(("go", "a", "b"), ("go", "a", "c"))
    assert dests(built.events["go"].rows("a")) == ["b", "c"]
    change(built)
    assert dests(built.events["go"].rows("a")) == expected


def test_an_emptied_source_has_no_rows() -> None:
    built = machine(("go", "a", "b"), ("go", "b", "a"))
    assert dests(built.events["go"].rows("a")) == ["b"]
    built.remove_transition("go", "a")
    assert built.events["go"].rows("a") == ()


# one plan for the core and for trigger


@pytest.mark.parametrize("options", [{}, {"queued": True}], ids=["light", "stock"])
def test_a_reordered_plan_changes_what_rows_and_what_trigger_takes(options: dict[str, bool]) -> None:
    event = machine(("go", "a", "b"), ("go", "a", "c"), **options).events["go"]
    before = Cell()
    event.trigger(before)
    event.plan = {"a": event.rows("a")[::-1]}
    after = Cell()
    event.trigger(after)
    assert (before.state, after.state, dests(event.rows("a"))) == ("b", "c", ["c", "b"])


@pytest.mark.usefixtures("no_stock")
def test_trigger_takes_its_rows_from_the_same_method_as_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    event = machine(("go", "a", "b"), ("go", "a", "c")).events["go"]
    other = (CaseTransition("a", "c"),)
    monkeypatch.setattr(CaseEvent, "rows", lambda _event, _source: other)
    cell = Cell()
    event.trigger(cell)
    assert cell.state == "c"


def test_a_source_without_rows_in_the_new_plan_is_no_source_any_more() -> None:
    event = machine(("go", "a", "b"), ("go", "b", "c")).events["go"]
    event.plan = {"a": (), "b": event.rows("b")}
    with pytest.raises(MachineError, match="Can't trigger event go from state a!"):
        event.trigger(Cell())
