"""A case under way in a simulation."""

from __future__ import annotations

from casewf.core.evolve import NOBODY
from casewf.kpi import FactsTaker
from casewf.model.case import Case
from casewf.simulation.agenda import in_turn
from casewf.simulation.organisations import Place
from casewf.simulation.staff import Person
from casewf.simulation.task import Node, Slot

__all__ = ["Running", "Seen"]


class Seen:
    """What a condition of a profile sees of a case, which nobody acts on just then (M9)."""

    __slots__ = ("card", "children", "clocks", "fields", "states")

    actor = NOBODY

    def __init__(self, case: Case) -> None:
        self.card = case.card
        self.children = case.children
        self.clocks = case.clocks
        self.fields = case.fields
        self.states = case.states


class Running:
    """A case.

    Attributes:
        case: as the core has it.
        facts: what is known of it for the key figures.
        wake: when it will next be looked at whether a timer is due, or None.
        slots: its courses by track, and by ``sla <id>`` those that a warning began.
        left: by ``track.state``, what was left undone when it last left that state.
        helpers: by group, who of them last did something with it.
        awaited: how many answers of connectors are on their way.
        at, commands: when a command was last fired on it, and how many before that at the same instant.
        fired: how many commands were fired on it in all.
        stirred: a clock of it may have to be looked at earlier than at ``wake``.
        gone: another process goes on with it.
        turn: the last turn that it has in the agenda.
    """

    __slots__ = (
        *("at", "awaited", "case", "commands", "facts", "fired", "gone", "helpers", "left", "place", "slots"),
        *("stirred", "turn", "wake"),
    )

    def __init__(self, number: int, case: Case, place: Place, facts: FactsTaker) -> None:
        self.turn = in_turn(number)
        self.case = case
        self.place = place
        self.facts = facts
        self.wake: int | None = None
        self.slots: dict[str, Slot] = {}
        self.left: dict[str, Node | None] = {}
        self.helpers: dict[str, Person] = {}
        self.awaited = 0
        self.at = -1
        self.commands = 0
        self.fired = 0
        self.stirred = False
        self.gone = False

    @property
    def is_left_alone(self) -> bool:
        """Whether nobody has anything to do with it, and no answer is on its way."""
        return not self.awaited and all(slot.node is None for slot in self.slots.values())
