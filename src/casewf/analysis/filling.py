"""Which fields of a case can have a value, and where: what openings and rows give, and what rows and rungs set."""

from __future__ import annotations

from collections.abc import Callable

from casewf.analysis.parts import Row, fired_by_system, rows, rungs
from casewf.analysis.paths import Paths
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Transition, Workflow

__all__ = ["Filling", "given_with"]


class Filling:
    """What can be filled.

    It errs towards the possible: guards count as met and rows as taken, so that what it denies is never there in a case
    that was opened under the workflow. An import (which may give any field) is not looked at.

    Attributes:
        fields: the fields that something fills.
    """

    def __init__(self, workflow: Workflow) -> None:
        opening = workflow.opening
        accepted = workflow.fields if opening.accepts is None else (*opening.accepts, *opening.needs)
        self._anywhere = {name for name, field in workflow.fields.items() if field.default is not None}
        self._anywhere.update(accepted)
        self._anywhere.update(name for rung, _ in rungs(workflow) for name in rung.set)
        self._given = given_with(workflow)
        self._rows: dict[str, list[Row]] = {}
        for row in rows(workflow):
            for name in {*self._given(row.spec), *row.spec.set}:
                self._rows.setdefault(name, []).append(row)
        self.fields = frozenset(self._anywhere | self._rows.keys())
        self._paths: dict[str, Paths] = {}
        self._states: dict[tuple[str, str], frozenset[str]] = {}

    def given(self, row: Row) -> frozenset[str]:
        """The fields that may be given with the very command that takes the row."""
        return self._given(row.spec)

    def before(self, row: Row, field: str) -> bool:
        """Whether a field can have a value before the row is taken."""
        fillers = self._rows.get(field, [])
        if field in self._anywhere or any(other.track is not row.track for other in fillers):
            return True
        key = (row.track.id, field)
        if key not in self._states:
            self._states[key] = self._filled(row, fillers)
        return not self._states[key].isdisjoint(row.spec.sources)

    def _filled(self, row: Row, fillers: list[Row]) -> frozenset[str]:
        """The states of a track in which its own rows may have filled a field."""
        paths = self._paths.setdefault(row.track.id, Paths(row.track))
        return paths.onwards(
            state
            for filler in fillers
            for source in filler.spec.sources
            for state in paths.leads(filler.spec, source)
        )


def given_with(workflow: Workflow) -> Callable[[Transition], frozenset[str]]:
    """What may be given with a row: people give anything it lists, connectors what they answered, timers nothing."""
    _, with_data = fired_by_system(workflow)

    def given(row: Transition) -> frozenset[str]:
        people = any(by.role != SYSTEM for by in row.by)
        if row.auto or not (people or row.trigger in with_data):
            return frozenset()
        return frozenset((*row.needs, *row.asks, *row.accepts))

    return given
