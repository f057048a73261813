"""What can go wrong with every case of a workflow together: found by exploring, confirmed by playing."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

import attrs

from casewf.analysis.product.cast import Cast
from casewf.analysis.product.look import Looked, look
from casewf.analysis.product.never import Never, never_taken
from casewf.analysis.product.search import Way, find_way
from casewf.analysis.product.telling import story_of
from casewf.analysis.product.traps import Trap, traps
from casewf.analysis.product.waits import Wait
from casewf.core.program import Program
from casewf.model.text import Label

__all__ = ["Caught", "Soundness"]

_MOST_PLAYED = 12
"""For how many findings a way is looked for; whoever mends these sees the next."""


@attrs.frozen(slots=True, kw_only=True)
class Caught:
    """A trap, and a real case in it.

    Attributes:
        trap: what was found.
        way: how a case gets there.
        story: the text of a story that plays it.
    """

    trap: Trap
    way: Way = attrs.field(repr=False)
    story: str = attrs.field(repr=False)


class Soundness:
    """What exploring a workflow shows; worked out when somebody asks.

    Args:
        program: the workflow as the core runs it.
        file: what stories call its file.
    """

    def __init__(self, program: Program, file: str) -> None:
        self._program = program
        self._file = file

    @cached_property
    def looked(self) -> Looked:
        """What was explored."""
        return look(self._program)

    @cached_property
    def caught(self) -> tuple[Caught, ...]:
        """The traps in which a real case was caught, the nearest first.

        One that no case was found to get into is not told: what is explored is more than what can happen.
        """
        found: list[Caught] = []
        for trap in [one for graph in self.looked.graphs for one in traps(graph)][:_MOST_PLAYED]:
            rows = {(wait.track, wait.row) for wait in trap.waits}
            known = [{(wait.track, wait.row) for wait in one.trap.waits} for one in found]
            way = None if any(one <= rows for one in known) else find_way(trap.graph, trap.positions)
            if way is not None:
                title = Label("工单在此卡住，再也不能办结", "A case is caught here and can never be closed")
                found.append(Caught(trap=trap, way=way, story=self._story(way, title, trap.waits)))
        return tuple(found)

    @cached_property
    def never(self) -> tuple[tuple[Never, str], ...]:
        """The rows that are never taken, each with a story that comes to where it waits, or the empty text."""
        waiting = {(wait.track, wait.row) for one in self.caught for wait in one.trap.waits}
        found: dict[tuple[str, int], tuple[Never, str]] = {}
        for one in (each for graph in self.looked.graphs for each in never_taken(graph)):
            row = (one.wait.track, one.wait.row)
            if row not in found and row not in waiting:
                way = find_way(one.graph, one.there) if len(found) < _MOST_PLAYED else None
                title = Label("此处永远不能执行", "This is never possible")
                found[row] = (one, "" if way is None else self._story(way, title, (one.wait,)))
        return tuple(found.values())

    def _story(self, way: Way, title: Label, waits: tuple[Wait, ...]) -> str:
        cast = Cast(self.looked.ground, frozenset(), dt.date(2026, 3, 1))
        return story_of(way, title, waits, file=self._file, cast=cast)
