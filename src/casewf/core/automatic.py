"""Which rows can run by themselves where a case is (M5).

Most commands leave a case where no automatic row can run, and mostly its states alone say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import TypeAlias, cast

from casewf.core.known import decide
from casewf.machine.classes import CaseEvent, CaseMachine
from casewf.machine.rules import Rule
from casewf.model.expression import And, Has
from casewf.model.workflow import Workflow

__all__ = ["AutoRow", "Autos", "PossibleAutos", "automatic_rows", "is_planned"]

AutoRow: TypeAlias = tuple[CaseEvent, Rule]
"""An automatic row, and the event of the machine that has it in its plan."""

Autos: TypeAlias = tuple[str, Mapping[str, tuple[AutoRow, ...]]]
"""A track, and for each state that automatic rows leave, these rows in file order."""

_POSITIONS = 4096
"""For how many combinations of states it is remembered what can run there."""


def automatic_rows(workflow: Workflow, machines: Mapping[str, CaseMachine]) -> tuple[Autos, ...]:
    """The automatic rows of each track that has any, in track order."""
    found: list[Autos] = []
    for track in workflow.tracks:
        events = machines[track.id].events.values()
        rows = [
            (event, cast("Rule", row.rule))
            for event in events
            for rows in event.plan.values()
            for row in rows
        ]
        leaving: dict[str, tuple[AutoRow, ...]] = {}
        for event, rule in sorted(rows, key=lambda row: row[1].row):
            if rule.spec.auto:
                leaving[rule.source] = (*leaving.get(rule.source, ()), (event, rule))
        if leaving:
            found.append((track.id, leaving))
    return tuple(found)


def is_planned(row: AutoRow) -> bool:
    """Whether the row still stands in the plan of its event, which a host can change (see architecture, M1)."""
    event, rule = row
    return any(one.rule is rule for one in event.rows(rule.source))


class PossibleAutos:
    """The automatic rows that the states of a case do not rule out, found once for each combination of states."""

    def __init__(self, autos: tuple[Autos, ...], tracks: Iterable[str]) -> None:
        rules = [rule for _, leaving in autos for rows in leaving.values() for _, rule in rows]
        asked = {name for rule in rules if rule.spec.when is not None for name in rule.spec.when.names}
        asked.update(f"state.{track}" for track, _ in autos)
        self._autos = autos
        self._tracks = tuple(track for track in tracks if f"state.{track}" in asked)
        # the first once more, since of a single name itemgetter makes no tuple
        self._position = itemgetter(*self._tracks, *self._tracks[:1]) if autos else lambda _states: ()
        self._at = lru_cache(_POSITIONS)(self._work_out)

    def of(self, states: Mapping[str, str]) -> tuple[tuple[tuple[AutoRow, str | None], ...], ...]:
        """Of each track with any, the automatic rows that leave its state and may be enabled, in file order.

        With each comes a field without whose value it is not enabled, or None.
        """
        return self._at(self._position(states))

    def _work_out(self, position: tuple[str, ...]) -> tuple[tuple[tuple[AutoRow, str | None], ...], ...]:
        states = dict(zip(self._tracks, position, strict=False))
        here = (leaving.get(states[track], ()) for track, leaving in self._autos)
        left = (
            tuple((row, self.wanted(row[1])) for row in rows if not self.is_ruled_out(row[1], states))
            for rows in here
        )
        return tuple(rows for rows in left if rows)

    def is_ruled_out(self, rule: Rule, states: Mapping[str, str]) -> bool:
        """Whether these states alone keep the guard from being met."""
        known = {f"state.{track}": frozenset[object]((state,)) for track, state in states.items()}
        return decide(rule.spec.when, lambda name: known.get(name.dotted)) is False

    def wanted(self, rule: Rule) -> str | None:
        """A field that the guard asks a value of before all else it asks, or None."""
        if rule.spec.when is None:
            return None
        tree = rule.spec.when.tree
        first = tree.parts[0] if isinstance(tree, And) else tree
        return first.field.name if isinstance(first, Has) else None
