"""What becomes of a position by a move: every outcome that the core may come to, and whether it surely can be had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product

from casewf.analysis.product.classes import MISSING
from casewf.analysis.product.clock_steps import clock_deltas
from casewf.analysis.product.evaluation import evaluate
from casewf.analysis.product.ground import GOING, Masks
from casewf.analysis.product.layout import Layout, Position, View
from casewf.analysis.product.moves import AUTO, RUNG, Delta, Move, Ways
from casewf.analysis.product.values import ANYTHING, NO, YES, Values
from casewf.model.expression import Node

__all__ = ["Taking"]

MOST_CHOICES = 32
"""How many ways to fill what a command gives are tried before a guard counts as one that may not be met."""

_Given = Mapping[str, Values]
_Choice = dict[str, int]


class Taking:
    """Works out moves, once for each combination of what they depend on.

    Attributes:
        masks: the classes that fields without a slot may have had so far.
        grown: fields of which that became more since somebody looked.
        worked: how often something had to be worked out anew.
    """

    def __init__(self, layout: Layout, masks: Masks) -> None:
        self._layout = layout
        self._ground = layout.ground
        self.masks = masks
        self.grown: set[str] = set()
        self.worked = 0

    def ways(self, move: Move, position: Position, before: int, later: int) -> Ways:
        """The ways to make a move: what may change by each, but for the state entered, and whether it surely is open.

        Empty if the move cannot be made there. Of an automatic row, which was chosen before, the guard is not asked.

        ``before`` and ``later`` say whether a case is closed there, and in the state entered.
        """
        key = (before, later, move.read(position))
        found = move.memo.get(key)
        if found is None:
            self.worked += 1
            made = self._worked_out(move, position, before, later)
            found = move.memo[key] = tuple(dict.fromkeys(made))
        return found

    def chance(self, move: Move, position: Position) -> int:
        """How the guard of an automatic row, and all else that it waits for, can come out."""
        closed = self._layout.closed(position)
        key = (closed, move.read(position))
        found = move.chances.get(key)
        if found is None:
            possible, sure = self._open(move, position, closed)
            found = self._guard(move, position, {}, None) if possible else NO
            if not sure:
                found |= NO
            move.chances[key] = found
        return found

    def entered(self, move: Move, position: Position) -> Position:
        """The position with the state that the move enters."""
        if move.slot is None or move.target is None or position[move.slot] == move.target:
            return position
        return (*position[: move.slot], move.target, *position[move.slot + 1 :])

    def _worked_out(
        self, move: Move, position: Position, before: int, later: int
    ) -> Iterator[tuple[tuple[Delta, ...], bool]]:
        if move.kind == AUTO:
            deltas, sure = self._after(move, position, {}, before, later)
            yield deltas, sure
            return
        possible, sure = self._open(move, position, before)
        for choice in self._choices(move, position) if possible else ():
            bits = self._guard(move, position, self._given(move, choice), None)
            if bits & YES:
                can = sure and (bits == YES or self._can_be_met(move, position, choice))
                deltas, done = self._after(move, position, choice, before, later)
                if deltas:
                    yield deltas, can and done

    # What a row waits for beside its guard

    def _open(self, move: Move, position: Position, closed: int) -> tuple[bool, bool]:
        """Whether a move may be made as far as clocks, the end of the case, its way back and its needs go; surely?"""
        possible, sure = self.clocks_go(move, position)
        rule = move.rule
        if rule is None:
            return possible, sure
        slots, masks = self._layout.slots, self._masks(move)
        if closed & YES and not (rule.after_close and self._can_reopen(move, position)):
            # where another track may have ended the case, that is as good: nobody waits in it
            open_here = rule.source not in self._ground.program.closing_states[rule.track]
            # an automatic row is not: the case may rest in front of it, closed
            possible, sure = possible and closed != YES, sure and open_here and move.kind != AUTO
        if rule.back_to is not None:
            back = slots.get(f"previous.{rule.track}.{rule.source}")
            if back is None:
                sure = False
            elif position[back] != self._layout.states[rule.track].index(rule.back_to) + 1:
                return False, False
        for name in move.needed:
            slot = slots.get(f"field.{name}")
            possible = possible and self.may_have(move, position, name)
            sure = sure and MISSING not in (masks[name] if slot is None else (position[slot],))
        return possible, sure and move.slot is not None

    def _masks(self, move: Move) -> Masks:
        """The classes of fields without a slot; an automatic row is judged by all that they can ever have.

        What becomes of a position by automatic rows then stays true whatever is found out later.
        """
        return self._ground.ever if move.kind == AUTO else self.masks

    def may_have(self, move: Move, position: Position, name: str) -> bool:
        """Whether a field may have a value before the move."""
        slot = self._layout.slots.get(f"field.{name}")
        mask = self._masks(move)[name] if slot is None else (position[slot],)
        return any(number != MISSING for number in mask)

    def may_hold(self, move: Move, position: Position, part: Node) -> bool:
        """Whether a part of a guard may hold there, by some way to fill what a command gives."""
        for choice in self._choices(move, position):
            view = View(self._layout, self._masks(move), position, self._given(move, choice))
            if evaluate(part, view).truth & YES:
                return True
        return False

    def clocks_go(self, move: Move, position: Position) -> tuple[bool, bool]:
        """Whether a limit whose rung does this may be going, and whether one surely is."""
        if not move.clocks:
            return True, True
        slots = [self._layout.slots.get(f"sla.{sla}") for sla in move.clocks]
        going = [slot is not None and position[slot] == GOING for slot in slots]
        return any(going) or None in slots, any(going)

    def _can_reopen(self, move: Move, position: Position) -> bool:
        """Whether no other track holds the case closed (M8)."""
        rule = move.rule
        if rule is None or not rule.reopens:
            return True
        told = self._layout.told(position)
        return not any(told.get(track) in names for track, names in rule.ended_elsewhere)

    # What is given, and the guard

    def _choices(self, move: Move, position: Position) -> Iterator[_Choice]:
        """The ways to fill the fields with a slot that a command may give."""
        names = [name for name in move.given if f"field.{name}" in self._layout.slots]
        options = []
        for name in names:
            kept = position[self._layout.slots[f"field.{name}"]]
            given = self._ground.classes[name].given
            options.append(given if move.given[name] or kept in given else (kept, *given))
        for picked in product(*options):
            yield dict(zip(names, picked, strict=True))

    def _given(self, move: Move, choice: _Choice) -> _Given:
        """What the fields read as that a command may give, with and without a slot."""
        found = {}
        for name in move.looked_at:
            if name in choice:
                found[name] = self._ground.field(name, (choice[name],))
            else:
                given = self._ground.classes[name].given
                found[name] = self._ground.field(
                    name, given if move.given[name] else (*self.masks[name], *given)
                )
        return found

    def _guard(self, move: Move, position: Position, given: _Given, roles: frozenset[str] | None) -> int:
        rule = move.rule
        if rule is None or rule.spec.when is None:
            return YES
        if move.mended:
            return YES | NO if move.kind == AUTO else YES
        view = View(self._layout, self._masks(move), position, given, roles)
        return self._ground.weighing.truth(rule.spec.when, view)

    def _can_be_met(self, move: Move, position: Position, choice: _Choice) -> bool:
        """Whether somebody can meet the guard by what he gives, whatever is not known is."""
        rule = move.rule
        if rule is None or rule.spec.when is None:
            return True
        when, weighing = rule.spec.when, self._ground.weighing
        free = tuple(name for name in move.given if name not in choice and f"field.{name}" in when.names)
        actors = tuple(frozenset((by.role,)) for by in rule.spec.by) if "actor.roles" in when.names else ()
        view = View(self._layout, self._masks(move), position, self._given(move, choice))
        key = (free, actors, weighing.situation(when, view))
        return weighing.once(key, lambda: self._some_gift_meets(move, position, choice, free, actors))

    def _some_gift_meets(
        self,
        move: Move,
        position: Position,
        choice: _Choice,
        free: tuple[str, ...],
        actors: tuple[frozenset[str], ...],
    ) -> bool:
        """Whether the guard is met by one of the ways to fill the ``free`` fields, and by one of these actors."""
        every = frozenset(self._ground.workflow.roles)
        options = [self._ground.classes[name].given for name in free]
        for picked in islice(product(*options), MOST_CHOICES):
            given = self._given(move, choice | dict(zip(free, picked, strict=True)))
            if any(self._guard(move, position, given, roles) == YES for roles in (every, *actors)):
                return True
        return False

    # What follows

    def _after(
        self, move: Move, position: Position, choice: _Choice, before: int, later: int
    ) -> tuple[tuple[Delta, ...], bool]:
        """What may change if the move is made, and whether nothing can hinder that (M9)."""
        given = self._given(move, choice)
        changed, sure = self._set(move, position, given)
        if changed is None:
            return (), False
        self._widen(move, changed)
        slots, fixed = self._layout.slots, list(self._marks(move, position))
        fixed += [(slots[f"field.{name}"], number) for name, number in choice.items() if name not in changed]
        options = []
        for name, classes in changed.items():
            if (slot := slots.get(f"field.{name}")) is not None:
                options.append([(slot, number) for number in classes])
        if not options and not move.heard:
            return (tuple(sorted(fixed)),), sure
        found: dict[Delta, None] = {}
        for picked in product(*options):
            entered = self.applied(self.entered(move, position), (*fixed, *picked))
            view = View(self._layout, self._masks(move), entered, {}, between=True)
            for clocks in clock_deltas(move, position, view, before, later):
                found[tuple(sorted((*fixed, *picked, *clocks)))] = None
        return tuple(found), sure

    def _set(
        self, move: Move, position: Position, given: _Given
    ) -> tuple[dict[str, tuple[int, ...]] | None, bool]:
        """The classes of what is set, None where that has no value, so that the move is refused (M9); surely not?"""
        view = View(self._layout, self._masks(move), position, given)
        changed: dict[str, tuple[int, ...]] = {}
        sure = True
        for name, expression in move.sets:
            found = ANYTHING if move.mended else evaluate(expression.tree, view)
            changed[name] = self._ground.classes[name].meeting(found) if found.some else ()
            sure = sure and not found.lacks
            if not changed[name]:
                return None, False
        values = {name: self._ground.field(name, numbers) for name, numbers in changed.items()}
        view = View(self._layout, self._masks(move), position, {**given, **values})
        for expression in move.assigns if not move.mended else ():
            found = evaluate(expression.tree, view)
            sure = sure and not found.lacks
            if not found.some:
                return None, False
        return changed, sure

    def _widen(self, move: Move, changed: Mapping[str, tuple[int, ...]]) -> None:
        """Note what fields without a slot may have from now on."""
        made = {name: self._ground.classes[name].given for name in move.given} | dict(changed)
        for name, numbers in made.items():
            if f"field.{name}" not in self._layout.slots and not self.masks[name].issuperset(numbers):
                self.masks[name] = self.masks[name].union(numbers)
                self.grown.add(name)

    def _marks(self, move: Move, position: Position) -> Iterator[tuple[int, int]]:
        """What a move makes of the card, and of what `=previous` leads back to (E5, M10)."""
        slots, rule = self._layout.slots, move.rule
        card = slots.get("card")
        if card is not None and move.kind == RUNG and move.raises:
            yield card, max(position[card], move.raises)
        if rule is None:
            return
        if card is not None and "cards" in rule.spec.clears:
            yield card, 0
        if rule.target is None or rule.target == rule.source:
            return
        left = f"{rule.track}.{rule.source}"
        if f"previous.{left}" in slots and not self._layout.kept(left):
            yield slots[f"previous.{left}"], 0
        if rule.remember and f"previous.{rule.track}.{rule.target}" in slots:
            number = self._layout.states[rule.track].index(rule.source) + 1
            yield slots[f"previous.{rule.track}.{rule.target}"], number

    def applied(self, position: Position, delta: Delta) -> Position:
        """The position with some slots changed."""
        if not delta:
            return position
        found = list(position)
        for slot, number in delta:
            found[slot] = number
        return tuple(found)
