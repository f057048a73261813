"""Searching a workflow for everything that stories can cover: breadth first, then straight for what is left.

First every position is gone on from in the order in which they were found, so that what is near is covered by the
shortest ways there are. Where that is not all within a share of the budget, the rest is looked for one point after the
other, from the positions that seem nearest to it; each gets as many tries as any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush, heapreplace
from itertools import islice

import attrs

from casewf.model.case import Case
from casewf.testing.coverage_points import Point
from casewf.testing.explore.commands import FAIL, LATER, Command
from casewf.testing.explore.costs import FAR
from casewf.testing.explore.distance import Distance, Goal
from casewf.testing.explore.likeness import Likeness
from casewf.testing.explore.moves import Choice, Moves
from casewf.testing.explore.setting import CASE
from casewf.testing.explore.walk import ExploringWalk, Mark, Tried

__all__ = ["Found", "Node", "search"]

_PATIENCE = 1_000
"""After so many commands that covered nothing new, breadth first gives way to what is straight."""

_TURN = 50
"""So many commands that were tried for a point count as much against it as one that is still to be given."""

_AGAIN = 0.5
"""What it counts for that one went on already from where a case stands alike."""

_WAITING = 0.2
"""What it counts for on a way that time passes, where a command counts for one."""

_LENGTH = 0.1
"""What a command on the way to a position counts for, against one that is still to be given."""

_PERMISSION = frozenset(
    {"role_missing", "not_holder", "out_of_scope", "same_person", "same_org", "deputy_same_person"}
)


@attrs.define(slots=True, eq=False)
class Node:
    """A command that was tried, and the position to which it led.

    Attributes:
        number: in the order in which they were tried.
        parent: the position where it was tried; None for the beginning.
        depth: how many commands lead there; ``length`` is the same, waiting counted for less.
        points: what the command covered.
        mark: how to get back there; None where it was refused, so that it leads nowhere else.
        refused: the codes of the reasons, or None.
        case: the main case there, or None before it is open.
    """

    number: int
    parent: Node | None
    command: Command | None
    depth: int
    length: float
    points: frozenset[Point]
    mark: Mark | None
    refused: frozenset[str] | None = None
    case: Case | None = None
    is_done: bool = False
    has_waited: bool = False

    @property
    def like(self) -> object:
        """What is much the same in many positions: the states, and which clocks run."""
        case = self.case
        if case is None:
            return None
        running = [name for name, clock in case.clocks.items() if clock.phase == "running"]
        return (*case.states.values(), *sorted(running))


@attrs.frozen(slots=True, kw_only=True)
class Found:
    """What a search found.

    Attributes:
        nodes: where some point was covered first, in the order in which that happened.
        covered: every point that is covered.
        tried: how many commands were tried.
        positions: how many positions were found.
        complete: every position that there is was gone on from.
    """

    nodes: tuple[Node, ...]
    covered: frozenset[Point]
    tried: int
    positions: int
    complete: bool


def search(
    walk: ExploringWalk,
    moves: Moves,
    likeness: Likeness,
    distance: Distance,
    points: Iterable[Point],
    budget: int,
) -> Found:
    """Cover as many points as possible; at most ``budget`` commands are tried."""
    return _Search(walk, moves, likeness, distance, points, budget).run()


@attrs.define(slots=True, eq=False)
class _Aim:
    """A point that is looked for: how far it seems, the positions by that, and what was spent on it.

    Attributes:
        heap: what each position is worth, its number, and how often one had been there when that was worked out.
        been: how often one went on from where a case stands alike.
    """

    place: int
    point: Point
    goal: Goal
    heap: list[tuple[float, int, int]] = attrs.field(factory=list)
    been: dict[object, int] = attrs.field(factory=dict)
    spent: float = 0


class _Spent(Exception):  # noqa: N818  # not an error
    """The budget is spent."""


class _Search:
    def __init__(
        self,
        walk: ExploringWalk,
        moves: Moves,
        likeness: Likeness,
        distance: Distance,
        points: Iterable[Point],
        budget: int,
    ) -> None:
        self._walk = walk
        self._moves = moves
        self._likeness = likeness
        self._distance = distance
        self._left = dict.fromkeys(points)
        self._budget = budget
        self._tried = 0
        self._known: set[tuple[object, ...]] = set()
        self._positions: list[Node] = []
        self._news: dict[Node, None] = {}
        self._covered: set[Point] = set()
        self._aims: list[_Aim] = []
        self._new_at = 0

    def run(self) -> Found:
        self._positions.append(Node(0, None, None, 0, 0, frozenset(), self._walk.mark))
        try:
            self._breadth(_PATIENCE)
            self._straight()
            self._breadth(self._budget)
        except _Spent:
            pass
        return Found(
            nodes=tuple(self._news),
            covered=frozenset(self._covered),
            tried=self._tried,
            positions=len(self._positions) - 1,
            complete=all(one.is_done for one in self._positions),
        )

    # In which order

    def _breadth(self, patience: int) -> None:
        """Go on from one position after the other, until nothing is left or nothing new was covered for too long."""
        for node in self._positions:  # it grows meanwhile
            if not self._left or self._tried - self._new_at > patience:
                return
            if not node.is_done:
                self._go_on(node)

    def _straight(self) -> None:
        """Go on from the position that seems nearest to a point, the points taking turns, until nothing is left."""
        # more would not get a single command each
        looked_for = islice(self._left, self._budget - self._tried)
        self._aims = [
            _Aim(place, point, self._distance.goal(point)) for place, point in enumerate(looked_for)
        ]
        for number in range(1, len(self._positions)):
            self._weigh(number)
        while self._aims:
            best = min(
                ((aim.spent + aim.heap[0][0], aim.place, aim) for aim in self._aims if self._is_open(aim)),
                default=None,
            )
            if best is None:
                return
            aim, before = best[2], self._tried
            node = self._positions[heappop(aim.heap)[1]]
            aim.been[node.like] = aim.been.get(node.like, 0) + 1
            if node.case is not None and self._distance.waits(aim.point, node.case):
                self._wait(node)
            else:
                self._go_on(node)
            aim.spent += (self._tried - before) / _TURN

    def _is_open(self, aim: _Aim) -> bool:
        """Whether a position is left from where a point may be reached and from which nobody went on.

        The more often one went on for this point from where a case stands alike, the less such a position is worth.
        """
        heap = aim.heap
        while heap:
            worth, number, been = heap[0]
            node = self._positions[number]
            if node.is_done:
                heappop(heap)
                continue
            now = aim.been.get(node.like, 0)
            if now == been:
                return True
            heapreplace(heap, (worth + (now - been) * _AGAIN, number, now))
        return False

    def _weigh(self, number: int) -> None:
        node = self._positions[number]
        if node.is_done or node.case is None or node.mark is None:
            return
        costs = self._distance.costs(node.case, node.mark.now)
        length, like = node.length * _LENGTH, node.like
        for aim in self._aims:
            cost = aim.goal(costs)
            if cost < FAR:
                been = aim.been.get(like, 0)
                heappush(aim.heap, (cost + length + been * _AGAIN, number, been))

    # What is done at a position

    def _go_on(self, node: Node) -> None:
        node.is_done = True
        mark = node.mark
        if mark is None:
            return
        if node.case is None:
            self._choose(node, self._moves.opening())
            return
        self._walk.go_to(mark)
        there = [(name, case) for name in self._walk.cases if (case := self._walk.case(name)) is not None]
        for name, case in there:
            if self._moves.follows(name):
                for choice in self._moves.choices(name, case):
                    self._choose(node, choice)
        self._wait(node)

    def _wait(self, node: Node) -> None:
        if not node.has_waited:
            node.has_waited = True
            self._try(node, Command(case=CASE))

    def _choose(self, node: Node, choice: Choice) -> None:
        """Have one person do it in every way; one of each role where the role makes a difference."""
        for people in choice.people:
            for person in people:
                first, *others = choice.by(person)
                tried = self._try(node, first)
                if tried is not None and tried.refused is not None and tried.refused & _PERMISSION:
                    continue
                if tried is not None and not tried.refused and tried.refused is not None:
                    continue  # he does not see the case
                for command in others:
                    self._try(node, command)
                if not choice.each:
                    return
                break

    def _try(self, node: Node, command: Command) -> Tried | None:
        tried = self._once(node, command)
        if tried is not None and tried.asked:
            self._once(node, attrs.evolve(command, answer=FAIL))
            if command.action is not None:
                self._once(node, attrs.evolve(command, answer=LATER))
        return tried

    def _once(self, node: Node, command: Command) -> Tried | None:
        if self._tried >= self._budget:
            raise _Spent
        self._tried += 1
        walk = self._walk
        walk.go_to(node.mark)  # type: ignore[arg-type]  # whoever is gone on from has one
        tried = walk.attempt(command)
        if tried is None:
            return None
        new = self._cover(tried.points)
        length = node.length + (_WAITING if command.action is None else 1)
        found = Node(self._tried, node, command, node.depth + 1, length, tried.points, None, tried.refused)
        if new:
            self._news[found] = None
        if tried.refused is not None:
            return tried
        key = self._likeness.of(walk)
        if key not in self._known or new:
            found.mark, found.case = walk.mark, walk.case(CASE)
        if key not in self._known:
            self._known.add(key)
            self._positions.append(found)
            if self._aims:
                self._weigh(len(self._positions) - 1)
        return tried

    def _cover(self, points: frozenset[Point]) -> bool:
        """Take note of what a command covered; whether some of it is new."""
        new = {point for point in points if point in self._left}
        for point in new:
            del self._left[point]
        if new:
            self._covered |= new
            self._new_at = self._tried
            self._aims = [aim for aim in self._aims if aim.point in self._left]
        return bool(new)
