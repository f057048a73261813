"""Light fires, which casewf does itself, and the others, which it leaves to stock code (see architecture)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any

import pytest
from transitions import Event, Machine, MachineError, State
from transitions.core import Condition
from transitions.extensions.states import Tags, add_state_features

from casewf.machine.classes import CaseMachine, CaseState, CaseTransition


class Cell:
    __slots__ = ("state",)

    def __init__(self, state: object = "a") -> None:
        self.state = state


def machine(*rows: tuple[Any, ...], **options: Any) -> CaseMachine:
    built = CaseMachine(model=None, states=["a", "b", "c"], initial="a", auto_transitions=False, **options)
    for trigger, source, dest, *rest in rows:
        built.add_transition(trigger, source, dest, **(rest[0] if rest else {}))
    return built


@pytest.fixture
def no_stock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every fire fail that is left to stock code."""

    def refuse(*_: object, **__: object) -> bool:
        raise AssertionError("this fire was left to stock code")

    monkeypatch.setattr(Event, "trigger", refuse)


# light fires, which stock code never sees


@pytest.mark.usefixtures("no_stock")
def test_a_bare_move_is_light() -> None:
    cell = Cell()
    assert machine(("go", "a", "b")).events["go"].trigger(cell) is True
    assert cell.state == "b"


@pytest.mark.usefixtures("no_stock")
def test_an_internal_row_is_light_and_leaves_the_state() -> None:
    cell = Cell()
    assert machine(("go", "a", None)).events["go"].trigger(cell) is True
    assert cell.state == "a"


@pytest.mark.usefixtures("no_stock")
def test_a_row_whose_condition_fails_is_passed_over() -> None:
    cell = Cell()
    built = machine(("go", "a", "b", {"conditions": lambda: False}), ("go", "a", "c"))
    assert built.events["go"].trigger(cell) is True
    assert cell.state == "c"


@pytest.mark.usefixtures("no_stock")
def test_no_row_left_is_false_and_moves_nothing() -> None:
    cell = Cell()
    assert machine(("go", "a", "b", {"unless": lambda: True})).events["go"].trigger(cell) is False
    assert cell.state == "a"


@pytest.mark.usefixtures("no_stock")
def test_conditions_get_the_arguments_of_the_fire() -> None:
    seen = []
    built = machine(("go", "a", "b", {"conditions": lambda *args, **kwargs: seen.append((args, kwargs))}))
    built.events["go"].trigger(Cell(), 1, why="x")
    assert seen == [((1,), {"why": "x"})]


@pytest.mark.usefixtures("no_stock")
def test_a_stock_machine_with_our_classes_is_light_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("state_cls", "event_cls", "transition_cls"):
        monkeypatch.setattr(Machine, name, getattr(CaseMachine, name))
    built = Machine(model=None, states=["a", "b"], initial="a", auto_transitions=False)
    built.add_transition("go", "a", "b")
    assert built.events["go"].trigger(Cell()) is True


# everything else is left to stock code


class Level(StrEnum):
    """Names and values are crossed: by value, the state a would be taken for b."""

    a = "b"
    b = "a"


class Strict(Condition):
    """A condition of a host's own."""


class Chatty(CaseState):
    """A state of a host's own."""


def nothing(*_: object) -> bool:
    return True


def with_condition(condition: Condition) -> CaseMachine:
    built = machine(("go", "a", "b"))
    built.events["go"].rows("a")[0].conditions.append(condition)
    return built


def with_state(state: State) -> CaseMachine:
    built = machine(("go", "a", "b"))
    built.add_state(state)
    return built


LISTS = [
    "prepare_event",
    "before_state_change",
    "after_state_change",
    "finalize_event",
    "on_exception",
    "on_final",
]
UNUSUAL: dict[str, Callable[[], CaseMachine]] = {
    "a queue": lambda: machine(("go", "a", "b"), queued=True),
    "send_event": lambda: machine(("go", "a", "b", {"conditions": nothing}), send_event=True),
    "prepare": lambda: machine(("go", "a", "b", {"prepare": nothing})),
    "before": lambda: machine(("go", "a", "b", {"before": nothing})),
    "after": lambda: machine(("go", "a", "b", {"after": nothing})),
    "a condition by name": lambda: machine(("go", "a", "b", {"conditions": "nothing"})),
    "a condition of another class": lambda: with_condition(Strict(nothing)),
    "on_exit": lambda: with_state(CaseState("a", on_exit=nothing)),
    "on_enter": lambda: with_state(CaseState("b", on_enter=nothing)),
    "a left state of another class": lambda: with_state(Chatty("a")),
    "an entered state of another class": lambda: with_state(Chatty("b")),
    "an unknown destination": lambda: machine(("go", "a", "nowhere")),
    "no rows": lambda: machine(("go", "b", "a")),
    **{f"machine-level {name}": partial(machine, ("go", "a", "b"), **{name: nothing}) for name in LISTS},
}


@pytest.mark.usefixtures("no_stock")
@pytest.mark.parametrize("build", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_an_unusual_fire_is_left_to_stock_code(build: Callable[[], CaseMachine]) -> None:
    with pytest.raises(AssertionError, match="left to stock code"):
        build().events["go"].trigger(Cell())


def test_a_model_in_an_unregistered_state_is_an_error_even_if_rows_leave_it() -> None:
    with pytest.raises(ValueError, match="State 'ghost' is not a registered state"):
        machine(("go", "ghost", None)).events["go"].trigger(Cell("ghost"))


def test_a_fire_while_events_of_a_former_queue_wait_is_refused() -> None:
    built = machine(("go", "a", "b"))
    built._transition_queue.append(nothing)
    with pytest.raises(MachineError, match="queue is not empty"):
        built.events["go"].trigger(Cell())


def test_an_enum_state_is_known_by_its_name_and_not_by_its_value() -> None:
    built = CaseMachine(model=None, states=Level, initial=Level.a, auto_transitions=False)
    built.add_transition("go", "a", None)
    built.add_transition("go", "b", None, unless=nothing)
    assert built.events["go"].trigger(Cell(Level.a)) is True


def test_a_move_into_an_enum_state_sets_the_member() -> None:
    built = CaseMachine(model=None, states=["x", Level.a], initial="x", auto_transitions=False)
    built.add_transition("go", "x", Level.a)
    cell = Cell("x")
    built.events["go"].trigger(cell)
    assert cell.state is Level.a


def test_a_state_with_a_feature_of_its_own_keeps_it() -> None:
    tagged = add_state_features(Tags)(type("Tagged", (CaseMachine,), {}))
    built = tagged(
        model=None, states=[{"name": "a", "tags": ["open"]}, "b"], initial="a", auto_transitions=False
    )
    built.add_transition("go", "a", "b")
    cell = Cell()
    built.events["go"].trigger(cell)
    assert (built.states["a"].is_open, cell.state) == (True, "b")


def test_a_machine_that_overrides_set_state_is_asked() -> None:
    class Careful(CaseMachine):
        def set_state(self, state: Any, model: Any = None) -> None:
            super().set_state(state, model)
            asked.append(model)

    asked: list[object] = []
    built = Careful(model=None, states=["a", "b"], initial="a", auto_transitions=False)
    built.add_transition("go", "a", "b")
    cell = Cell()
    built.events["go"].trigger(cell)
    assert asked == [cell]


def test_a_row_of_a_class_of_its_own_is_executed_by_it() -> None:
    class Deaf(CaseTransition):
        def execute(self, event_data: object) -> bool:
            return False

    event = machine(("go", "a", "b")).events["go"]
    event.plan = {"a": (Deaf("a", "b"),)}
    assert event.trigger(Cell()) is False


def test_another_state_attribute_is_moved() -> None:
    class Phone:
        line = "a"
        state = "a"

    phone = Phone()
    machine(("go", "a", "b"), model_attribute="line").events["go"].trigger(phone)
    assert (phone.line, phone.state) == ("b", "a")


def test_a_callback_added_after_a_light_fire_is_called_by_the_next() -> None:
    built = machine(("go", "a", None))
    built.events["go"].trigger(Cell())
    calls = []
    built.events["go"].transitions["a"][0].after.append(lambda: calls.append("after"))
    built.events["go"].trigger(Cell())
    assert calls == ["after"]


def test_who_listens_to_the_log_of_transitions_gets_the_records_of_stock(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="transitions.core")
    machine(("go", "a", "b")).events["go"].trigger(Cell())
    assert caplog.messages == [
        "Finished processing state a exit callbacks.",
        "Finished processing state b enter callbacks.",
    ]
