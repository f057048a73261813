"""Searching a real case's shortest way to certain positions, along what was explored (A*)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush

import attrs

from casewf.analysis.product.cast import Cast
from casewf.analysis.product.focus import Focus, everything, focus_on
from casewf.analysis.product.graph import Graph
from casewf.analysis.product.layout import Position
from casewf.analysis.product.moves import PERSON
from casewf.analysis.product.walk import Deed, Here, Walker
from casewf.analysis.product.ways import distances, leading
from casewf.core.program import Program, compile_program
from casewf.model.zone import load_zone
from casewf.worktime import WorkCalendar, epoch_us

__all__ = ["MOST_TRIED", "Way", "find_way"]

MOST_TRIED = 1_500
"""How many commands are tried for one way, and again if that was in vain; about a tenth of a second's work each."""

_HASTE = 4
"""What one step still to go counts for in the second search, where any way will do."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_YEAR = 2026


@attrs.frozen(slots=True, kw_only=True)
class Way:
    """A way that a real case went.

    Attributes:
        deeds: its steps.
        here: where it ended.
        zone: the time zone of its times.
        program: what decided it.
    """

    deeds: tuple[Deed, ...]
    here: Here
    zone: str
    program: Program = attrs.field(repr=False)


def find_way(graph: Graph, goals: Iterable[Position], most: int = MOST_TRIED) -> Way | None:
    """A way of a real case to one of these positions; None if none was found.

    First the shortest is looked for: what the graph says of how far it still is at least leads the search (A*), and no
    real case gets there with fewer steps. What seems to make no difference is not tried. If that comes to nothing
    within ``most`` tries, all is tried, in haste, and the first way is taken, less what it can do without.
    """
    ground, wanted = graph.layout.ground, frozenset(goals)
    program = _with_calendars(ground.program)
    calendar = program.calendars[program.workflow.calendar.default]
    start = _start(calendar)
    left = distances(wanted, leading(graph))
    for focus, haste in ((focus_on(graph, left), 1), (everything(graph), _HASTE)):
        cast = Cast(
            ground.workflow, ground.classes, focus.fields, (_EPOCH + dt.timedelta(microseconds=start)).date()
        )
        walker = Walker(ground, program, cast, start)
        found = _Search(graph, wanted, left, walker, focus, haste).run(most)
        if found is not None:
            deeds, here = found if haste == 1 else _shortened(found, graph, wanted, walker)
            return Way(deeds=deeds, here=here, zone=calendar.zone, program=program)
    return None


def _shortened(
    found: tuple[tuple[Deed, ...], Here], graph: Graph, goals: frozenset[Position], walker: Walker
) -> tuple[tuple[Deed, ...], Here]:
    """A way without the steps that it can do without, the last ones first."""
    for number in range(len(found[0]) - 1, 0, -1):
        fewer = walker.again((*found[0][:number], *found[0][number + 1 :]))
        if fewer is not None and graph.layout.position(fewer[1].case) in goals:
            found = fewer
    return found


def _start(calendar: WorkCalendar) -> int:
    """Nine o'clock on the first Monday of a March of which the calendar knows the year."""
    known = calendar.announced_through
    year = _YEAR if known is None else min(_YEAR, known.year)
    first = dt.date(year, 3, 1)
    monday = first + dt.timedelta(days=-first.weekday() % 7)
    return epoch_us(dt.datetime.combine(monday, dt.time(9), load_zone(calendar.zone)))


def _with_calendars(program: Program) -> Program:
    """The program with a plain week for every calendar that is not known."""
    missing = [name for name in program.workflow.calendar.ids if name not in program.calendars]
    if not missing:
        return program
    week = {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
    plain = {name: WorkCalendar(id=name, zone="Asia/Shanghai", week=week) for name in missing}
    return compile_program(program.workflow, {**program.calendars, **plain})


class _Search:
    def __init__(
        self,
        graph: Graph,
        goals: frozenset[Position],
        left: Mapping[Position, int],
        walker: Walker,
        focus: Focus,
        haste: int,
    ) -> None:
        self._graph = graph
        self._goals = goals
        self._left = left
        self._walker = walker
        self._focus = focus
        self._haste = haste
        self._seen: set[object] = set()
        self._ahead: list[tuple[int, int, int, Here, tuple[Deed, ...]]] = []

    def run(self, most: int) -> tuple[tuple[Deed, ...], Here] | None:
        for deed, here in self._walker.opened():
            self._note(here, (deed,))
        while self._ahead and self._walker.tried < most:
            _, _, _, here, deeds = heappop(self._ahead)
            if self._graph.layout.position(here.case) in self._goals:
                return deeds, here
            for deed, after in self._onwards(here):
                self._note(after, (*deeds, deed))
        return None

    def _note(self, here: Here, deeds: tuple[Deed, ...]) -> None:
        """Remember a place to go on from, unless from there nothing leads on, or one like it is known."""
        position = self._graph.layout.position(here.case)
        left = self._left.get(position)
        key = (position, self._likeness(here))
        if left is not None and key not in self._seen:
            self._seen.add(key)
            given = sum(len(deed.data) for deed in deeds)
            order = (len(deeds) + self._haste * left, given, len(self._seen))
            heappush(self._ahead, (*order, here, deeds))

    def _likeness(self, here: Here) -> object:
        """What of a case decides where it can go: what conditions read, who did what, and how its clocks stand."""
        case, focus = here.case, self._focus
        clocks = [case.clocks[name] for name in focus.clocks if name in case.clocks]
        return (
            tuple(case.states.values()),
            tuple(repr(value) for name, value in sorted(case.fields.items()) if name in focus.fields),
            tuple((one.sla, one.phase, one.verdict) for one in clocks),
            tuple(repr(one) for one in sorted(case.holders.items())),
            tuple(repr(one) for one in sorted(case.witnesses.items())),
            case.card if "card" in focus.names else "",
            len(here.sent),
        )

    def _onwards(self, here: Here) -> Iterator[tuple[Deed, Here]]:
        steps = self._graph.steps.get(self._graph.layout.position(here.case), {})
        rows = {}
        for step in steps.values():
            rule = step.move.rule
            leads = step.move.kind == PERSON and any(end in self._left for end in step.ends)
            if rule is not None and leads and self._focus.tries(self._graph, rule):
                rows[rule.track, rule.row, rule.source] = rule
        for rule in rows.values():
            if rule.source == here.case.states[rule.track]:
                yield from self._walker.taken(here, rule)
        if self._focus.clocks:
            yield from self._walker.waited(here, self._likeness)
        if self._graph.layout.ground.outcomes:
            yield from self._walker.delivered(here)
