"""What a position remembers of a case: the state of each track, what `=previous` leads back to, some of the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import attrs

from casewf.analysis.product.ground import CLOCK_STATES, GOING, NEVER, OVER, Ground, Masks, clock_values
from casewf.analysis.product.values import NO, YES, Values, exactly
from casewf.model.case import Case
from casewf.model.expression import Name

__all__ = ["Layout", "Position", "View", "layout_of"]

Position: TypeAlias = tuple[int, ...]
"""Per slot a number: of a state, of a state left, of a class of values, of a clock's state, a card's rank."""


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Layout:
    """The slots of positions: first those of the tracks, then the others.

    Attributes:
        names: per slot what it is, dotted: ``state.union``, ``previous.union.suspended``, ``field.priority``,
            ``sla.handle``, ``card``.
        slots: the same by name.
        states: per track that has a slot, its states in file order.
        elsewhere: per track that has none, what its state may read as.
        slas: the limits that have a slot.
        entered_again: per track that has a slot, the states that a `=previous` row enters.
        sizes: per slot how many numbers there are.
    """

    ground: Ground
    names: tuple[str, ...]
    slots: Mapping[str, int]
    states: Mapping[str, tuple[str, ...]]
    elsewhere: Mapping[str, Values]
    slas: tuple[str, ...]
    entered_again: Mapping[str, frozenset[str]]
    sizes: tuple[int, ...]
    _closed: dict[Position, int] = attrs.field(factory=dict, init=False, repr=False)

    def position(self, case: Case) -> Position:
        """Where a real case is."""
        return tuple(self._number(name, case) for name in self.names)

    def _number(self, name: str, case: Case) -> int:
        kind, _, what = name.partition(".")
        if kind == "state":
            return self.states[what].index(case.states[what])
        if kind == "previous":
            return self._previous(what, case)
        if kind == "field":
            return self.ground.classes[what].of(case.fields.get(what))
        if kind == "sla":
            clock = case.clocks.get(what)
            return NEVER if clock is None else OVER if clock.phase == "stopped" else GOING
        return case.card_rank

    def _previous(self, what: str, case: Case) -> int:
        """What the case would go back to; forgotten where it is entered anew before that can happen."""
        track, _, state = what.partition(".")
        left = case.previous.get(what)
        if left is None or (case.states[track] != state and not self.kept(what)):
            return 0
        return self.states[track].index(left) + 1

    def kept(self, what: str) -> bool:
        """Whether what a state goes back to matters after it was left: a `=previous` row enters it again."""
        track, _, state = what.partition(".")
        return state in self.entered_again[track]

    def closed(self, position: Position) -> int:
        """Whether a case there is closed (M8): ``YES``, ``NO``, or both where a track has no slot."""
        states = position[: len(self.states)]
        found = self._closed.get(states)
        if found is None:
            found = self._closed[states] = self._is_closed(self.told(position))
        return found

    def _is_closed(self, states: Mapping[str, str]) -> int:
        program = self.ground.program
        if any(states.get(track) in names for track, names in program.ending_states.items()):
            return YES
        unknown = program.closing_states.keys() - states.keys()
        if all(state in program.closing_states[track] for track, state in states.items()):
            return YES | NO if unknown else YES
        return YES | NO if any(track in unknown for track in program.ending_states) else NO

    def told(self, position: Position) -> dict[str, str]:
        """The states of a position, by track."""
        return {track: states[position[number]] for number, (track, states) in enumerate(self.states.items())}


def layout_of(
    ground: Ground,
    tracks: Iterable[str],
    also: Iterable[str] = (),
    reached: Mapping[str, tuple[str, ...]] | None = None,
) -> Layout:
    """Slots for some tracks, for what `=previous` leads back to in them, and for some fields, limits and the card.

    Args:
        ground: the workflow.
        tracks: those that get a slot.
        also: what else gets one, dotted.
        reached: for other tracks the states that they can be in, where that is known.
    """
    wanted = set(tracks)
    every = {track.id: tuple(state.id for state in track.states) for track in ground.workflow.tracks}
    states = {track: names for track, names in every.items() if track in wanted}
    backs = {
        f"previous.{rule.track}.{rule.source}": None
        for track in states
        for rule in ground.rules[track]
        if rule.back_to is not None
    }
    names = (*(f"state.{track}" for track in states), *backs, *also)
    return Layout(
        ground=ground,
        names=names,
        slots={name: slot for slot, name in enumerate(names)},
        states=states,
        elsewhere={
            track: exactly(*names)
            for track, names in {**every, **(reached or {})}.items()
            if track not in wanted
        },
        slas=tuple(name.removeprefix("sla.") for name in names if name.startswith("sla.")),
        entered_again={
            track: frozenset(rule.back_to for rule in ground.rules[track] if rule.back_to is not None)
            for track in states
        },
        sizes=tuple(_size(ground, states, name) for name in names),
    )


def _size(ground: Ground, states: Mapping[str, tuple[str, ...]], name: str) -> int:
    kind, _, what = name.partition(".")
    if kind in ("state", "previous"):
        return len(states[what.partition(".")[0]]) + (kind == "previous")
    if kind == "field":
        return len(ground.classes[what].members)
    return len(CLOCK_STATES) if kind == "sla" else len(ground.program.ranks) + 1


@attrs.define(slots=True, eq=False)
class View:
    """What names read as at a position (see ``evaluate``).

    Attributes:
        masks: the classes that fields without a slot may have.
        given: what fields read as whose values a command gives.
        roles: the roles of who acts, or None where that may be anybody.
        between: clocks are just changing, one after the other, so that none is known.
    """

    layout: Layout
    masks: Masks
    position: Position
    given: Mapping[str, Values]
    roles: frozenset[str] | None = None
    between: bool = False

    def read(self, name: Name) -> Values:
        """What a name may read as."""
        ground, kind, what = self.layout.ground, name.kind, name.name
        if kind == "field":
            if what in self.given:
                return self.given[what]
            slot = self.layout.slots.get(f"field.{what}")
            return ground.field(what, self.masks[what] if slot is None else (self.position[slot],))
        if kind == "actor" and what == "roles" and self.roles is not None:
            return exactly(self.roles)
        sla, _, part = what.partition(".")
        slot = self.layout.slots.get(f"sla.{sla}" if kind == "sla" else name.dotted)
        if slot is None and kind == "state":
            return self.layout.elsewhere[what]
        if slot is None or (kind == "sla" and self.between):
            return ground.anything(name)
        number = self.position[slot]
        if kind == "state":
            return exactly(self.layout.states[what][number])
        if kind == "sla":
            return clock_values(ground.workflow.sla(sla), part, (number,))
        return exactly("none" if number == 0 else ground.workflow.cards[number - 1][0])
