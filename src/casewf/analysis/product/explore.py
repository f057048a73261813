"""Exploring: from the positions of an opening through every move, and after each the automatic rows (M5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from math import prod

from casewf.analysis.product.classes import MISSING
from casewf.analysis.product.clock_steps import after
from casewf.analysis.product.evaluation import evaluate
from casewf.analysis.product.graph import Graph, Step
from casewf.analysis.product.ground import NEVER, Masks, given_by
from casewf.analysis.product.layout import Layout, Position, View
from casewf.analysis.product.moves import AUTO, Delta, Move, Moves, only_of
from casewf.analysis.product.taking import Taking
from casewf.analysis.product.values import YES
from casewf.model.expression import Expression

__all__ = ["explore"]


_MOST_AT_ONCE = 500
"""How many outcomes of automatic rows are followed from one position."""

_WORKED_OUT = 8
"""For how many moves one counts that has to be worked out, since that takes about as long."""


def explore(layout: Layout, most: int) -> Graph:
    """The graph of a layout; of more than ``most`` tried moves only a part."""
    return _Explorer(layout).run(most)


def _beforehand(layout: Layout) -> Masks:
    """What fields may have before anything was looked at: what openings, and tracks that are not looked at, give."""
    ground = layout.ground
    written = {
        name
        for track, rules in ground.rules.items()
        if track not in layout.states
        for rule in rules
        for name in (*given_by(rule.spec), *rule.spec.set)
    }
    return ground.opening | {name: ground.ever[name] for name in written}


class _Explorer:
    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._moves = Moves(layout)
        self._taking = Taking(layout, _beforehand(layout))
        self._tracks = len(layout.states)
        self._settled: dict[Position, tuple[Position, ...]] = {}
        self._doubts: dict[Position, frozenset[str]] = {}
        self._taken: set[int] = set()
        self._steps: dict[Position, dict[int, Step]] = {}
        self._found: dict[Position, None] = {}
        self._beyond: set[Position] = set()
        self._looked = 0

    def run(self, most: int) -> Graph:
        opened = dict.fromkeys(self._opened())
        ends = {end: None for one in opened for end in self._settle(one)}
        first = tuple(one for one in ends if one not in self._beyond)
        self._found = dict.fromkeys(first)
        ahead = list(first)
        number = 0
        while number < len(ahead) and self._effort() < most:
            position = ahead[number]
            number += 1
            self._steps[position] = {}
            self._look(position, self._moves_at(position), ahead)
            if self._taking.grown:
                self._look_again(ahead)
        return Graph(
            layout=self._layout,
            first=first,
            steps=self._steps,
            ahead=frozenset((*self._beyond, *ahead[number:])),
            taken=frozenset(self._taken),
            doubts=self._doubts,
            moves=tuple(self._moves.made),
            looked=self._effort(),
            taking=self._taking,
        )

    def _effort(self) -> int:
        return self._looked + _WORKED_OUT * self._taking.worked

    def _moves_at(self, position: Position) -> Iterator[Move]:
        for slot in range(self._tracks):
            yield from self._moves.of(slot, position[slot])[0]
        yield from self._moves.anywhere

    def _look(self, position: Position, moves: Iterable[Move], ahead: list[Position]) -> None:
        taking, steps = self._taking, self._steps[position]
        closed, found, beyond = self._layout.closed, self._found, self._beyond
        before = closed(position)
        for move in moves:
            self._looked += 1
            entered = taking.entered(move, position)
            later = before if entered is position else closed(entered)
            ways = taking.ways(move, position, before, later)
            if not ways:
                continue
            self._taken.add(move.number)
            settled = tuple([(self._settled_by(entered, deltas), sure) for deltas, sure in ways])
            steps[move.number] = Step(move, settled)
            for ends, _ in settled:
                for end in ends:
                    if end not in found and end not in beyond:
                        found[end] = None
                        ahead.append(end)

    def _settled_by(self, entered: Position, deltas: tuple[Delta, ...]) -> tuple[Position, ...]:
        if len(deltas) == 1:
            return self._settle(self._taking.applied(entered, deltas[0]))
        found = (end for delta in deltas for end in self._settle(self._taking.applied(entered, delta)))
        return tuple(dict.fromkeys(found))

    def _look_again(self, ahead: list[Position]) -> None:
        """Try those moves again that depend on fields of which more became possible."""
        while self._taking.grown:
            grown, self._taking.grown = self._taking.grown, set()
            again = [
                move for move in self._moves.made if move.kind != AUTO and not move.fields.isdisjoint(grown)
            ]
            for move in again:
                move.memo.clear()
            for position in list(self._steps):
                here = [move for move in again if move.slot is None or position[move.slot] == move.source]
                if here:
                    self._look(position, here, ahead)

    # Automatic rows

    def _settle(self, position: Position) -> tuple[Position, ...]:
        """Where a case may come to rest: rounds of automatic rows until none is enabled (M5)."""
        found = self._settled.get(position)
        if found is not None:
            return found
        seen, ahead = {position}, [position]
        rest: dict[Position, None] = {}
        doubts: set[str] = set()
        while ahead:
            one = ahead.pop()
            choices = self._enabled(one, doubts)
            if len(seen) * prod(map(len, choices)) > _MOST_AT_ONCE:
                self._beyond.add(position)
                rest = {position: None}
                break
            for end in self._round(one, choices):
                if end is None:
                    rest[one] = None
                elif end not in seen:
                    seen.add(end)
                    ahead.append(end)
        result = self._settled[position] = tuple(rest)
        if len(result) > 1:
            for end in result:
                self._doubts[end] = self._doubts.get(end, frozenset()) | doubts
        return result

    def _enabled(self, position: Position, doubts: set[str]) -> list[list[Move | None]]:
        """For each track with automatic rows that may be enabled, which one may be taken in a round."""
        choices: list[list[Move | None]] = []
        for slot in range(self._tracks):
            rows = self._moves.of(slot, position[slot])[1]
            if rows and (chosen := self._chosen(rows, position, doubts)) != [None]:
                choices.append(chosen)
        for move in self._moves.autos_anywhere:
            if self._taking.chance(move, position) & YES:
                choices.append([move, None])
        return choices

    def _round(self, position: Position, choices: list[list[Move | None]]) -> Iterator[Position | None]:
        """Where one round may lead; None where no row is taken."""
        for picked in product(*choices):
            moves = [move for move in picked if move is not None]
            if not moves:
                yield None
            else:
                yield from self._all_of(moves, position)

    def _chosen(self, rows: Iterable[Move], position: Position, doubts: set[str]) -> list[Move | None]:
        """Which row of a track may be the first enabled one."""
        chosen: list[Move | None] = []
        for move in rows:
            bits = self._taking.chance(move, position)
            if bits & YES:
                chosen.append(move)
                if bits == YES:
                    return chosen
                doubts |= move.unknown
        return [*chosen, None]

    def _all_of(self, moves: list[Move], position: Position) -> Iterator[Position]:
        """Where the rows of one round lead that were chosen on one snapshot, one after the other."""
        ends = [position]
        for move in moves:
            self._taken.add(move.number)
            ends = [after for end in ends for after in self._after(move, end)]
        yield from ends

    def _after(self, move: Move, position: Position) -> Iterator[Position]:
        taking = self._taking
        entered = taking.entered(move, position)
        for deltas, _ in taking.ways(
            move, position, self._layout.closed(position), self._layout.closed(entered)
        ):
            for delta in deltas:
                yield taking.applied(entered, delta)

    # Opening

    def _opened(self) -> Iterator[Position]:
        """Where an opening may lead before automatic rows."""
        layout, ground = self._layout, self._layout.ground
        options: list[tuple[int, ...]] = []
        for name in layout.names:
            kind, _, what = name.partition(".")
            if kind == "state":
                options.append((layout.states[what].index(ground.workflow.track(what).initial),))
            elif kind == "field":
                options.append(tuple(sorted(ground.opening[what])))
            else:
                options.append((NEVER,) if kind == "sla" else (MISSING,))
        for picked in product(*options):
            yield from self._with_clocks(picked)

    def _with_clocks(self, position: Position) -> Iterator[Position]:
        """The position with the clocks that an opening may start (M10)."""
        layout, program = self._layout, self._layout.ground.program
        view = View(layout, self._taking.masks, position, {}, between=True)

        def weigh(when: Expression) -> int:
            return evaluate(when.tree, view).truth

        options = []
        for name, number in zip(layout.names, position, strict=True):
            kind, _, sla = name.partition(".")
            if kind == "sla":
                plan = program.by_name[sla]
                watch = only_of(program.opening, plan.number)
                options.append(sorted(after(plan.spec, NEVER, watch, weigh, closes=False, over=False)))
            else:
                options.append([number])
        yield from product(*options)
