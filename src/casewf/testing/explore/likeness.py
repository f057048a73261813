"""Which positions of a case count as the same one: what was done at one of them need not be tried at the other."""

from __future__ import annotations

from collections.abc import Mapping

from casewf.definition.children import openings
from casewf.model.case import Case, Clock
from casewf.model.expression import Compare, Constant, Name, walk
from casewf.model.workflow import Workflow
from casewf.testing.coverage_points import guards_of
from casewf.testing.explore.walk import ExploringWalk

__all__ = ["Likeness"]

_MANY = 2
"""A number that nothing is compared with counts as many from here on."""


class Likeness:
    """Tells positions apart by what their future can depend on.

    Left out are the instants themselves; the order in which clocks have something to do next is kept. A number above
    all those that it is compared with is as good as any other.
    """

    def __init__(self, workflow: Workflow) -> None:
        guards = [guard for _, guard in guards_of(workflow)]
        rows = [row for track in workflow.tracks for row in track.transitions]
        rungs = [
            rung
            for sla in workflow.slas
            for ladder in (sla.ladder, *(target.ladder for target in sla.target))
            for rung in ladder or ()
        ]
        written = [one for row in rows for one in (*row.set.values(), *row.assign.values())]
        written += [one for rung in rungs for one in (*rung.set.values(), *rung.assign.values())]
        opened = [one for effect in openings(workflow) for one in effect.values.values()]
        names = {name for one in (*guards, *written, *opened) for name in one.names}
        names |= {f"field.{target.until}" for sla in workflow.slas for target in sla.target if target.until}
        names |= {f"field.{workflow.calendar.field}"}
        self._read = [name for name in workflow.fields if f"field.{name}" in names]
        self._needed = [
            name
            for name in dict.fromkeys(field for row in rows for field in row.needs)
            if name not in self._read
        ]
        self._cycles = frozenset(sla.id for sla in workflow.slas if f"sla.{sla.id}.cycle" in names)
        self._most = dict.fromkeys(workflow.fields, _MANY)
        for guard in (*guards, *written):
            for node in walk(guard.tree):
                if isinstance(node, Compare):
                    below = [*walk(node)]
                    numbers = [
                        one.value for one in below if isinstance(one, Constant) and isinstance(one.value, int)
                    ]
                    for one in below:
                        if isinstance(one, Name) and one.kind == "field":
                            self._most[one.name] = max([self._most[one.name], *(n + 1 for n in numbers)])

    def of(self, walk: ExploringWalk) -> tuple[object, ...]:
        """What the future of all cases of a walk depends on."""
        cases = [walk.case(name) for name in walk.cases]
        return (*(self._case(case) for case in cases if case is not None), walk.waiting())

    def _case(self, case: Case) -> tuple[object, ...]:
        fields = case.fields
        wakes = sorted((wake, sla) for sla, clock in case.clocks.items() if (wake := clock.wake) is not None)
        return (
            case.id,
            tuple(case.states.values()),
            tuple([self._value(name, fields.get(name)) for name in self._read]),
            tuple([fields.get(name) is not None for name in self._needed]),
            tuple([(sla, self._clock(clock)) for sla, clock in sorted(case.clocks.items())]),
            tuple([sla for _, sla in wakes]),
            _sorted(case.holders),
            tuple(sorted((name, frozenset(who)) for name, who in case.witnesses.items())),
            _sorted(case.previous),
            tuple(sorted(case.awaited)),
            (case.card, case.children),
        )

    def _value(self, name: str, value: object) -> object:
        if type(value) is int:
            return min(value, self._most[name])
        return value

    def _clock(self, clock: Clock) -> tuple[object, ...]:
        return (
            clock.phase,
            clock.verdict,
            clock.target,
            clock.fired,
            clock.suspension is not None,
            tuple([one.act for one in clock.requests]),
            clock.extended,
            min(clock.cycle, _MANY) if clock.sla in self._cycles else 0,
        )


def _sorted(found: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(found.items(), key=lambda one: one[0]))
