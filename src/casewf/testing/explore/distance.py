"""How far it may still be from a position to what is not covered yet: a guess that decides where to look first.

Each row, moment and condition is looked at on its own, as if what was reached once stayed so. What is really possible
only the engine says; a wrong guess costs time, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from casewf.core.evolve import Draft
from casewf.model.case import Case
from casewf.model.expression import Constant, Expression
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Moment, Sla, Transition, Workflow
from casewf.testing.coverage_points import Point, guards_of, ladders_of
from casewf.testing.explore.costs import FAR, Costs, together
from casewf.testing.explore.guesses import Guess, guess_of, reaching, reads_of

__all__ = ["Distance", "Goal"]

_ROUNDS = 12
_BEFORE = 20
"""So many rows or targets before one are looked at; a state has rarely ten of one trigger."""
Goal: TypeAlias = Callable[[Costs], float]


class Distance:
    """Guesses of the number of commands to the points of a workflow."""

    def __init__(self, workflow: Workflow, values: Mapping[str, Iterable[object]]) -> None:
        self._workflow = workflow
        self._values = {name: tuple(found) for name, found in values.items()}
        self._guesses: dict[tuple[Expression, bool], Guess] = {}
        self._rows = [
            (track.id, number, row)
            for track in workflow.tracks
            for number, row in enumerate(track.transitions)
        ]
        self._timed: dict[str, list[str]] = {}
        for sla in workflow.slas:
            for _, rung in ladders_of(sla):
                if rung.fire is not None:
                    self._timed.setdefault(rung.fire, []).append(sla.id)
        self._taking = [
            (track, source, row, self._of(row.when, True), self._reads(track, row))
            for track, _, row in self._rows
            for source in row.sources
        ]
        self._starts = {sla.id: self._starting(sla) for sla in workflow.slas}
        self._stops = {sla.id: [self._moment(one) for one in sla.stop] for sla in workflow.slas}
        self._moments = [
            (sla.id, starts, frozenset(one for moment in moments for one in _heard(moment)))
            for sla in workflow.slas
            for starts, moments in ((True, (*sla.start, *sla.reopen)), (False, sla.stop))
        ]
        self._carding = [sla.id for sla in workflow.slas if any(rung.card for _, rung in ladders_of(sla))]

    def goal(self, point: Point) -> Goal:
        """The guess of how far it is to a point; ``FAR`` where nothing seems to lead there."""
        match point.place:
            case ("tracks", str(track), "transitions", int(number), *rest):
                return self._of_row(point, track, number, rest)
            case ("slas", str(sla), "target", int(number)):
                return self._of_target(self._workflow.sla(sla), number, True)
            case ("slas", str(sla), "target", int(number), "when"):
                return self._of_asked_target(point, self._workflow.sla(sla), number)
            case ("slas", str(sla), *_) if point.kind == "rung":
                return self._of_rung(point, self._workflow.sla(sla))
            case ("slas", str(sla), str(key), int(number), "when"):
                moment = getattr(self._workflow.sla(sla), key)[number]
                return self._of_moment(point, sla, key, moment)
            case _:
                return lambda _: 1

    # What everything costs from a position

    def waits(self, point: Point, case: Case) -> bool:
        """Whether nothing but time seems to be needed: of a rung, its clock runs."""
        clock = case.clocks.get(str(point.place[1])) if point.kind == "rung" else None
        return clock is not None and clock.phase == "running" and clock.target == int(point.detail)

    def costs(self, case: Case, now: int) -> Costs:
        """What single things cost from where a case stands at an instant."""
        costs = Costs(self._workflow, case, Draft(case), now)
        changed: set[tuple[str, ...]] | None = None
        for _ in range(_ROUNDS):
            costs.changed = set()
            self._round(costs, changed)
            changed = costs.changed
            if not changed:
                break
        return costs

    def _round(self, costs: Costs, changed: set[tuple[str, ...]] | None) -> None:
        """Look once at all rows and clocks for which something got cheaper, at the first time at all of them."""
        for track, source, row, guess, reads in self._taking:
            if changed is None or not reads.isdisjoint(changed):
                cost = self._row(costs, track, source, row, guess)
                if cost < FAR:
                    _take(costs, track, source, row, cost)
        for sla, starts, reads in self._moments:
            if changed is None or not reads.isdisjoint(changed):
                cost = min(
                    (one(costs) for one in (self._starts if starts else self._stops)[sla]), default=FAR
                )
                (costs.starts if starts else costs.stops)(sla, cost)
        for sla in self._carding:
            costs.raises(costs.running(sla) + 1)

    def _row(self, costs: Costs, track: str, source: str, row: Transition, guess: Guess) -> float:
        cost = costs.state(track, source)
        if cost >= FAR:
            return FAR
        every = [cost, guess(costs)]
        if not row.auto and all(one.role == SYSTEM for one in row.by) and row.trigger in self._timed:
            every.append(min(costs.running(sla) for sla in self._timed[row.trigger]))
        return min(together(*every) + (0 if row.auto else 1), FAR)

    def _reads(self, track: str, row: Transition) -> frozenset[tuple[str, ...]]:
        """On what the cost of a row depends."""
        names = () if row.when is None else row.when.names
        timed = (("start", sla) for sla in self._timed.get(row.trigger, ()))
        return reads_of((f"state.{track}", *names)).union(timed)

    # Conditions

    def _of(self, when: Expression | None, want: bool) -> Guess:
        if when is None:
            return _free if want else _never
        key = when, want
        if key not in self._guesses:
            self._guesses[key] = guess_of(when.tree, want, self._values)
        return self._guesses[key]

    def _moment(self, moment: Moment) -> Guess:
        """How far it is until a moment comes in which its condition is met."""
        return self._at(moment, self._of(moment.when, True))

    def _starting(self, sla: Sla) -> list[Guess]:
        """The moments at which a clock starts: for the first time or again, or after a stop where it is reopened."""

        def first(guess: Guess) -> Guess:
            return lambda costs: guess(costs) if sla.restarts or sla.id not in costs.case.clocks else FAR

        def again(guess: Guess) -> Guess:
            return lambda costs: together(guess(costs), costs.stopped(sla.id))

        starts = [first(self._moment(one)) for one in sla.start]
        return [*starts, *(again(self._moment(one)) for one in sla.reopen)]

    def _at(self, moment: Moment, condition: Guess) -> Guess:
        entered = [tuple(name.split(".", 1)) for name in moment.enter]
        left = [tuple(name.split(".", 1)) for name in moment.leave]
        inside = [tuple(name.split(".", 1)) for name in moment.inside]

        def guess(costs: Costs) -> float:
            ways = [max(costs.state(*one), 1) for one in entered]
            ways += [costs.state(*one) + 1 for one in left]
            ways += [costs.state(*one) for one in inside]
            ways += [costs.trigger(name) for name in moment.fire]
            if moment.case is not None:
                ways.append(costs.closed() + (1 if moment.case == "reopened" else 0))
            return together(min(ways, default=FAR), condition(costs))

        return guess

    # Points

    def _answer(self, point: Point, when: Expression) -> Guess:
        want = bool(point.met)
        if point.kind == "guard":
            return self._of(when, want)
        return reaching(when.tree, point.detail, want, self._values)

    def _of_row(self, point: Point, track: str, number: int, rest: list[str | int]) -> Goal:
        rows = self._workflow.track(track).transitions
        row = rows[number]
        sources = (point.detail,) if point.kind == "transition" else row.sources
        kin = [one for one in rows[:number] if one.trigger == row.trigger]
        earlier = [(one.sources, _once(self._of(one.when, False))) for one in kin[-_BEFORE:]]
        whole = _once(self._of(row.when, True))
        asked = (
            whole
            if point.kind == "transition" or rest[0] == "effects"
            else self._answer(point, row.when or _TRUE)
        )
        sent: Guess = _free
        if rest and rest[0] == "effects":
            guards = dict(guards_of(self._workflow))
            sent = self._answer(point, guards[point.place])

        def goal(costs: Costs) -> float:
            best = FAR
            for source in sources:
                cost = self._row(costs, track, source, row, asked)
                others = [guess(costs) for where, guess in earlier if source in where]
                best = min(best, together(cost, sent(costs), *others))
            return best

        return goal

    def _of_target(self, sla: Sla, number: int, want: bool) -> Goal:
        targets = sla.target
        before = [_once(self._of(one.when, False)) for one in targets[max(number - _BEFORE, 0) : number]]
        own = _once(self._of(targets[number].when, want))
        starts = [_once(one) for one in self._starts[sla.id]]

        def goal(costs: Costs) -> float:
            start = min((one(costs) for one in starts), default=FAR)
            if costs.runs(sla.id):
                start = min(start, 1)
            return together(start, own(costs), *[one(costs) for one in before])

        return goal

    def _of_asked_target(self, point: Point, sla: Sla, number: int) -> Goal:
        before = [_once(self._of(one.when, False)) for one in sla.target[max(number - _BEFORE, 0) : number]]
        own = self._answer(point, sla.target[number].when or _TRUE)
        starts = [_once(one) for one in self._starts[sla.id]]

        def goal(costs: Costs) -> float:
            start = min((one(costs) for one in starts), default=FAR)
            return together(start, own(costs), *[one(costs) for one in before])

        return goal

    def _of_rung(self, point: Point, sla: Sla) -> Goal:
        target, places = int(point.detail), [place for place, _ in ladders_of(sla)]
        number, last = places.index(point.place), int(point.place[-1])
        start = self._of_target(sla, target, True)

        def goal(costs: Costs) -> float:
            clock = costs.case.clocks.get(sla.id)
            if clock is not None and clock.target == target and clock.phase != "stopped":
                fired = sum(1 for rung, _ in clock.fired if rung <= number)
                return 1 + max(last - fired, 0) + costs.until(clock)
            return start(costs) + 2 + last

        return goal

    def _of_moment(self, point: Point, sla: str, key: str, moment: Moment) -> Goal:
        when = moment.when or _TRUE
        come = self._at(moment, self._answer(point, when))
        if key in ("start", "reopen"):
            return come
        return lambda costs: together(come(costs), costs.running(sla))


def _take(costs: Costs, track: str, source: str, row: Transition, cost: float) -> None:
    """Note what a row gives that can be taken for so much."""
    costs.fires(row.trigger, cost)
    target = costs.case.previous.get(f"{track}.{source}") if row.target == "=previous" else row.target
    if target is not None:
        costs.enters(track, target, cost)
    for name in (*row.asks, *row.accepts, *row.needs):
        costs.gives(name, cost)
    for name, value in row.set.items():
        if isinstance(value.tree, Constant):
            costs.sets(name, value.tree.value, cost)
        else:
            costs.counts(name, cost)


def _once(guess: Guess) -> Guess:
    """The guess, made once for all points that ask for it from a position."""
    return lambda costs: costs.once(guess)


def _free(_: Costs) -> float:
    return 0


def _never(_: Costs) -> float:
    return FAR


def _heard(moment: Moment) -> frozenset[tuple[str, ...]]:
    """On what it depends how soon a moment comes."""
    states = {("state", name.split(".", 1)[0]) for name in (*moment.enter, *moment.leave, *moment.inside)}
    triggers = {("trigger", name) for name in moment.fire}
    return frozenset(states | triggers | reads_of(() if moment.when is None else moment.when.names))


_TRUE = Expression(Constant("boolean", True))
