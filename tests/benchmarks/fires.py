"""The fires that are measured: a pair of states, a trigger that swaps them, and a slots cell to move."""

from __future__ import annotations

from collections.abc import Callable

from transitions import Machine


class Cell:
    """The smallest model; it is never added to a machine."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def fire(kind: type[Machine], condition: Callable[[], bool] | None = None) -> Callable[[], object]:
    """Return a call that moves a cell from one state to the other and, the next time, back."""
    machine = kind(model=None, states=["a", "b"], initial="a", auto_transitions=False)
    machine.add_transition("go", "a", "b", conditions=condition)
    machine.add_transition("go", "b", "a", conditions=condition)
    cell, trigger = Cell("a"), machine.events["go"].trigger
    return lambda: trigger(cell)


def yes() -> bool:
    """Hold, always."""
    return True
