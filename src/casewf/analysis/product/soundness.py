"""What can go wrong with every case of a workflow together: found by exploring, confirmed by playing."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

import attrs

from casewf.analysis.product.cast import Cast
from casewf.analysis.product.ground import Rows
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
"""How many findings of a kind are told; whoever mends these sees the next."""

_MOST_TRIED = 300
"""How many commands are tried to show where a row is never taken."""


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
        mended: rows that are never taken for a reason that is told elsewhere: what follows from that is not told, too.
    """

    def __init__(self, program: Program, file: str, mended: Rows = frozenset()) -> None:
        self._program = program
        self._file = file
        self._mended = mended

    @cached_property
    def looked(self) -> Looked:
        """What was explored."""
        return look(self._program, mended=self._mended)

    @cached_property
    def caught(self) -> tuple[Caught, ...]:
        """The traps in which a real case was caught, the nearest first.

        One that no case was found to get into is not told: what is explored is more than what can happen.
        """
        found: list[Caught] = []
        for trap in [one for graph in self.looked.graphs for one in traps(graph)][:_MOST_PLAYED]:
            way = None if any(_rows(one.trap) <= _rows(trap) for one in found) else _way(trap)
            if way is not None:
                title = Label("工单在此卡住，再也不能办结", "A case is caught here and can never be closed")
                found.append(Caught(trap=trap, way=way, story=self._story(way, title, trap.waits)))
        return tuple(found)

    @cached_property
    def never(self) -> tuple[tuple[Never, str], ...]:
        """The rows that are never taken, each with a story that comes to where it waits, or the empty text.

        A row that is told counts as mended from then on, so that what follows from it is not told as well; those come
        first that do not wait for what another row would bring. What a closed case refuses is not taken even then.
        """
        mended = self._mended.union(*(_rows(one.trap) for one in self.caught))
        looked = self.looked if mended == self._mended else look(self._program, mended=mended)
        found: list[tuple[Never, str]] = []
        while len(found) < _MOST_PLAYED:
            every = [
                one
                for graph in looked.graphs
                for one in never_taken(graph)
                if (one.wait.track, one.wait.row) not in mended
            ]
            if not every:
                break
            one = min(every, key=lambda one: one.follows)
            way = find_way(one.graph, one.there, _MOST_TRIED)
            title = Label("此处永远不能执行", "This is never possible")
            found.append((one, "" if way is None else self._story(way, title, (one.wait,))))
            mended |= {(one.wait.track, one.wait.row)}
            looked = look(self._program, mended=mended)
        return tuple(found)

    def _story(self, way: Way, title: Label, waits: tuple[Wait, ...]) -> str:
        ground = self.looked.ground
        cast = Cast(ground.workflow, ground.classes, frozenset(), dt.date(2026, 3, 1))
        return story_of(way, title, waits, file=self._file, cast=cast)


def _rows(trap: Trap) -> Rows:
    return frozenset((wait.track, wait.row) for wait in trap.waits)


def _way(trap: Trap) -> Way | None:
    return find_way(trap.graph, trap.positions)
