"""The plan of a profile, compiled: what is done next, step by step; and how far a case has come in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

import attrs

from casewf.machine.rules import Evaluate
from casewf.model.amount import Amount
from casewf.model.commands import Command
from casewf.simulation.organisations import Place
from casewf.simulation.staff import Group, Person

if TYPE_CHECKING:
    from casewf.simulation.running import Running

__all__ = ["CoursePlan", "Fork", "Given", "Node", "Slot", "Span", "StepNode", "Task", "WayPlan"]

Given: TypeAlias = Callable[[int, Place, Mapping[str, object]], Mapping[str, object]]
"""The values that go with a command, drawn anew each time: of the instant, where the case falls to, and its fields."""


@attrs.frozen(slots=True)
class Span:
    """Amounts of time without end, in microseconds; ``working`` if of working time."""

    amounts: Iterator[int]
    working: bool


@attrs.define(slots=True, kw_only=True, eq=False)
class StepNode:
    """A step of a profile, ready to be done; the attributes are those of ``profile.Step``.

    Attributes:
        happens: whether it is done at all, drawn anew each time; None for always.
        constant: the values that always go with its command; None if they are drawn, by ``given``.
        begins, ends: the commands without drawn values, by who gives them.
        following: what is done next; None for nothing.
    """

    group: Group
    after: Span | None
    takes: Span | None
    begin: str | None
    fire: str | None
    act: str | None
    sla: str | None
    amount: Amount | None
    constant: Mapping[str, object] | None
    given: Given
    happens: Callable[[], bool] | None
    when: Evaluate | None
    until: Evaluate | None
    skill: str | None
    relocate: bool
    gives_up: Span | None
    otherwise: Node | None
    following: Node | None
    begins: dict[Person, Command] = attrs.field(factory=dict)
    ends: dict[Person, Command] = attrs.field(factory=dict)


@attrs.frozen(slots=True, kw_only=True, eq=False)
class WayPlan:
    """One of the ways of a fork, and what is done first on it."""

    share: float
    when: Evaluate | None
    first: Node | None


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Fork:
    """A choice of a profile; ``sums`` are the shares added up where no way has a condition, else None."""

    ways: tuple[WayPlan, ...]
    sums: tuple[float, ...] | None
    draw: Callable[[], float]
    following: Node | None


Node: TypeAlias = StepNode | Fork


@attrs.frozen(slots=True, kw_only=True, eq=False)
class CoursePlan:
    """What is done once a state is entered or a rung fires."""

    after: frozenset[str]
    resume: bool
    when: Evaluate | None
    first: Node | None


class Slot:
    """How far a case has come in one course.

    Attributes:
        node: the step that is next, or under way; None once all is done.
        alive: the case is still where the course began.
        held: the step waits for its ``until``.
        queued: the task that waits for somebody, or None.
    """

    __slots__ = ("alive", "held", "key", "node", "queued")

    def __init__(self, key: str, node: Node | None) -> None:
        self.key = key
        self.node = node
        self.alive = True
        self.held = False
        self.queued: Task | None = None


class Task:
    """A step that somebody does, or that waits for somebody.

    Attributes:
        at: when it came to the group.
        waits: nobody has begun it, nobody has given it up, and it is still to be done.
    """

    __slots__ = ("at", "case", "node", "person", "slot", "waits")

    def __init__(self, case: Running, slot: Slot, node: StepNode, at: int) -> None:
        self.case = case
        self.slot = slot
        self.node = node
        self.at = at
        self.person: Person | None = None
        self.waits = True

    def no_longer_waits(self) -> None:
        """It was begun, given up, or is not to be done any more; nothing is left that would go round in a circle."""
        self.waits = False
        self.slot.queued = None
