"""casewf's machine classes against stock ``transitions``: random machines, no difference (see architecture).

A *spec* is plain data. It is built twice, as a stock ``Machine`` and as a ``CaseMachine``, and both are taken
through the same steps. After each step they must agree on what was returned or raised, on the state, and on
the log that all callbacks wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transitions import EventData, Machine

from casewf.machine.classes import CaseMachine

STATES = ["a", "b", "c", "d"]
TRIGGERS = ["go", "hop"]
Colour = Enum("Colour", STATES)


class AlwaysEqual:
    """Equal to everything by ``==`` and unequal to everything by ``!=``."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


ANSWERS = {
    "true": True,
    "false": False,
    "none": None,
    "one": 1,
    "zero": 0,
    "two": 2,
    "text": "x",
    "list": [],
    "odd": AlwaysEqual(),
}


class Cell:
    """A model that was never added to a machine; callbacks may be named after its methods."""

    __slots__ = ("log", "nested", "state")

    def __init__(self, state: object) -> None:
        self.state, self.log, self.nested = state, [], 0

    def by_name(self, *args: object, **kwargs: object) -> bool:
        self.log.append(("by_name", self.state))
        return True


@attrs.frozen
class Call:
    """A callback or condition: what it logs, and what it then does."""

    label: str
    act: str  # answer with one of ANSWERS, "raise", "name", or "fire <trigger>"


@attrs.frozen
class Row:
    """The arguments of one ``add_transition``."""

    trigger: str
    source: str | list[str]
    dest: str | None
    calls: dict[str, list[Call]]


@attrs.frozen
class Spec:
    """A whole machine."""

    states: list[dict[str, Any]]
    rows: list[Row]
    options: dict[str, Any]
    machine_calls: dict[str, list[Call]]
    enum: bool


class Rig:
    """One machine of a spec, its cell, and the log of both."""

    def __init__(self, kind: type[Machine], spec: Spec) -> None:
        self.spec = spec
        self.cell = Cell(Colour["a"] if spec.enum else "a")
        self.machine = kind(
            model=None,
            initial=None,
            states=[self._state(state) for state in spec.states],
            auto_transitions=False,
            **spec.options,
            **{name: [self.make(call) for call in calls] for name, calls in spec.machine_calls.items()},
        )
        for row in spec.rows:
            self.add(row)

    def _state(self, state: dict[str, Any]) -> dict[str, Any]:
        calls = {name: [self.make(call) for call in state[name]] for name in ("on_enter", "on_exit")}
        return state | calls | {"name": Colour[state["name"]] if self.spec.enum else state["name"]}

    def make(self, call: Call) -> Callable[..., object] | str:
        if call.act == "name":
            return "by_name"

        def run(*args: object, **kwargs: object) -> object:
            self.cell.log.append((call.label, self.cell.state, [self._plain(arg) for arg in args], kwargs))
            if call.act == "raise":
                raise LookupError(call.label)
            if call.act.startswith("fire "):
                return self.nested(call.act.removeprefix("fire "))
            return ANSWERS[call.act]

        return run

    def nested(self, trigger: str) -> object:
        """Fire from inside a callback, at most three times a step, or a queue would never run empty."""
        if self.cell.nested == 3 or trigger not in self.machine.events:
            return True
        self.cell.nested += 1
        return self.machine.events[trigger].trigger(self.cell)

    def _plain(self, arg: object) -> object:
        if not isinstance(arg, EventData):
            return arg
        move = arg.transition and (arg.transition.source, arg.transition.dest)
        error = arg.error and (type(arg.error), str(arg.error))
        return (arg.state.name, arg.event.name, move, arg.args, arg.kwargs, error, arg.result)

    def add(self, row: Row) -> None:
        calls = {name: [self.make(call) for call in listed] for name, listed in row.calls.items()}
        self.machine.add_transition(row.trigger, row.source, row.dest, **calls)

    def step(self, step: tuple[Any, ...]) -> tuple[object, ...]:
        """Take one step; return everything that can be seen of it."""
        self.cell.log.clear()
        self.cell.nested = 0
        try:
            value = getattr(self, step[0])(*step[1:])
        except Exception as error:  # noqa: BLE001 -- whatever stock raises is the expected outcome
            seen = ("raised", type(error), str(error))
        else:
            seen = ("returned", type(value), value)
        return (*seen, self.cell.state, list(self.cell.log))

    def fire(self, trigger: str, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        return self.machine.events[trigger].trigger(self.cell, *args, **kwargs)

    def jump(self, state: str) -> None:
        self.cell.state = Colour[state] if self.spec.enum and state in STATES else state

    def remove(self, trigger: str, source: str, dest: str) -> None:
        self.machine.remove_transition(trigger, source, dest)

    def reverse(self, trigger: str, source: str) -> None:
        """Reorder the rows behind the machine's back."""
        self.machine.events[trigger].transitions.get(source, []).reverse()

    def watch(self, where: str, name: str, call: Call) -> None:
        """Add a callback to a state, to every row of an event, or to the machine."""
        func = self.make(call)
        if where in STATES:
            self.machine.get_state(where).add_callback(name.removeprefix("on_"), func)
        elif where in TRIGGERS:
            self.machine.events[where].add_callback(name, func)
        else:
            getattr(self.machine, name).append(func)


def calls(acts: list[str], prefix: str, most: int = 1, least: int = 0) -> st.SearchStrategy[list[Call]]:
    return st.lists(
        st.sampled_from([Call(f"{prefix}:{act}", act) for act in acts]), min_size=least, max_size=most
    )


NESTED = [f"fire {trigger}" for trigger in TRIGGERS]
CALLBACK_ACTS = ["true"] * 4 + ["raise", "name", *NESTED]
CONDITION_ACTS = ["true"] * 6 + ["false"] * 4 + [*ANSWERS, "raise", *NESTED]
MACHINE_CALLS = [
    "prepare_event",
    "before_state_change",
    "after_state_change",
    "finalize_event",
    "on_exception",
    "on_final",
]


@st.composite
def rows(draw: st.DrawFn, light: bool) -> Row:
    """Draw a row; a light one has conditions and no callbacks."""
    kinds = {"conditions": calls(CONDITION_ACTS, "if", 2), "unless": calls(CONDITION_ACTS, "not")}
    if not light:
        kinds["conditions"] = calls([*CONDITION_ACTS, "name"], "if", 2)
        kinds |= {name: calls(CALLBACK_ACTS, name) for name in ("prepare", "before", "after")}
    return Row(
        trigger=draw(st.sampled_from(TRIGGERS)),
        source=draw(st.sampled_from(["a", "b", "*", "*", "*", ["a", "b"], ["b", "c", "d", "ghost"]])),
        dest=draw(st.sampled_from([*STATES, *STATES, "=", None, *([] if light else ["nowhere"])])),
        calls={name: draw(kind) for name, kind in kinds.items()},
    )


@st.composite
def specs(draw: st.DrawFn) -> Spec:
    """Draw a machine, half of them without callbacks, so that casewf's own code is what runs."""
    light, plain = draw(st.sampled_from([(True, True)] * 3 + [(True, False), (False, True), (False, False)]))
    states = [
        {
            "name": name,
            "on_enter": [] if light else draw(calls(CALLBACK_ACTS, "enter")),
            "on_exit": [] if light else draw(calls(CALLBACK_ACTS, "exit")),
            "final": draw(st.booleans()),
            "ignore_invalid_triggers": draw(st.sampled_from([None, None, True, False])),
        }
        for name in STATES
    ]
    options = {
        "send_event": not plain and draw(st.booleans()),
        "queued": not plain and draw(st.booleans()),
        "ignore_invalid_triggers": draw(st.sampled_from([None, True, False])),
        "name": draw(st.sampled_from([None, "track"])),
    }
    chosen = [] if plain else draw(st.lists(st.sampled_from(MACHINE_CALLS), unique=True, max_size=3))
    machine_calls = {name: draw(calls(CALLBACK_ACTS, name, least=1)) for name in chosen}
    listed = draw(st.lists(rows(light), min_size=3, max_size=8))
    return Spec(states, listed, options, machine_calls, enum=not plain and draw(st.booleans()))


ARGUMENTS = [((), {}), ((), {}), ((1,), {"why": "x"})]
FIRES = [("fire", trigger, *arguments) for trigger in TRIGGERS for arguments in ARGUMENTS]
JUMPS = [("jump", state) for state in STATES]
MOVES = st.sampled_from([*FIRES, *FIRES, *JUMPS, ("jump", "limbo")])
REMOVALS = [
    ("remove", "go", "a", "*"),
    ("remove", "go", "*", "b"),
    ("remove", "hop", "b", "c"),
    ("remove", "hop", "*", "*"),
]
REORDERINGS = [("reverse", trigger, source) for trigger in TRIGGERS for source in STATES]
PLACES = [
    *((state, name) for state in STATES for name in ("on_enter", "on_exit")),
    *((trigger, name) for trigger in TRIGGERS for name in ("prepare", "before", "after")),
    *(("machine", name) for name in MACHINE_CALLS),
]
LATE = [("watch", *place, Call(f"late:{act}", act)) for place in PLACES for act in CALLBACK_ACTS]
CHANGES = st.one_of(
    st.tuples(st.just("add"), st.sampled_from([True, True, False]).flatmap(rows)),
    st.sampled_from(REORDERINGS),
    st.sampled_from(REMOVALS),
    st.sampled_from(LATE),
)
MIXED = st.integers(0, 5).flatmap(lambda n: CHANGES if n == 5 else MOVES)
QUICK = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def assert_same(spec: Spec, steps: list[tuple[Any, ...]]) -> None:
    stock, ours = Rig(Machine, spec), Rig(CaseMachine, spec)
    for number, step in enumerate(steps):
        assert ours.step(step) == stock.step(step), f"step {number}: {step}"


@QUICK
@given(specs(), st.lists(MOVES, min_size=8, max_size=25))
def test_casewf_classes_do_what_stock_does(spec: Spec, steps: list[tuple[Any, ...]]) -> None:
    assert_same(spec, steps)


@QUICK
@given(specs(), st.lists(MIXED, min_size=8, max_size=30))
def test_they_still_do_when_the_machine_changes_in_between(spec: Spec, steps: list[tuple[Any, ...]]) -> None:
    assert_same(spec, steps)
