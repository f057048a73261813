"""What no story can cover, proved: an answer that a guard, or a part of one, cannot give where it is asked.

A row is asked only where none of the rows before it takes the case (M1), a part of a guard only where those before it
let evaluation come to it (M9), a target only where none before it counts (K5). Whether that leaves a case is what
``analysis.guards`` decides: "no" is a proof, and what cannot be decided stays possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from casewf.analysis.flow.rivals import MOST
from casewf.analysis.guards.condition_parts import TRUE
from casewf.analysis.guards.facts import Facts
from casewf.analysis.guards.satisfiability import FALSE, MET, UNMET, Goal, solve
from casewf.analysis.subject import Subject
from casewf.definition.document import Document
from casewf.machine.rules import Rule
from casewf.model.expression import And, Conditional, Constant, Expression, Node, Not, Or, render
from casewf.model.text import Label
from casewf.testing.coverage_gaps import line_of
from casewf.testing.coverage_points import Place, Point, guards_of, points_of
from casewf.worktime import WorkCalendar

__all__ = ["impossible"]


def impossible(document: Document, calendars: Mapping[str, WorkCalendar]) -> dict[Point, Label]:
    """The points of a workflow that are proved impossible, each with the reason, in the order of ``points_of``.

    Args:
        document: the file.
        calendars: the working calendars that the workflow goes by, by id.
    """
    proofs = _Proofs(document, Subject(document, calendars))
    told = ((point, proofs.why_not(point)) for point in points_of(document.workflow))
    return {point: why for point, why in told if why is not None}


@attrs.frozen(slots=True)
class _Earlier:
    """What is asked before a guard, and takes the place of what that decides if it is met.

    Attributes:
        place: where it stands.
        when: its guard; None is always met.
    """

    place: Place
    when: Expression | None


@attrs.frozen(slots=True)
class _Asked:
    """A situation in which a guard is asked: what is known then, what else holds, and what was asked in vain before."""

    facts: Facts
    given: tuple[Goal, ...]
    earlier: tuple[_Earlier, ...]

    def can_come_out(self, goals: Sequence[Goal], earlier: Sequence[_Earlier]) -> bool:
        """Whether these can come out so where some of what is before is not met; False is proved."""
        if any(one.when is None for one in earlier):
            return False
        unmet = [Goal(one.when.tree, UNMET) for one in earlier if one.when is not None]
        return solve(self.facts, [*goals, *unmet, *self.given]) is not None

    def takers(self, goals: Sequence[Goal]) -> Sequence[_Earlier] | None:
        """What takes every case in which these come out so, one if one does; None if a case may be left."""
        if not self.can_come_out(goals, ()):
            return ()
        for one in self.earlier:
            if not self.can_come_out(goals, (one,)):
                return (one,)
        several = len(self.earlier) > 1 and not self.can_come_out(goals, self.earlier)
        return self.earlier if several else None


class _Proofs:
    def __init__(self, document: Document, subject: Subject) -> None:
        self._document = document
        self._rows = subject.rows
        self._rivals = subject.rivals
        self._guards = dict(guards_of(document.workflow))
        self._workflow = document.workflow
        self._first_auto = {
            track.id: {
                row.trigger: number for number, row in reversed([*enumerate(track.transitions)]) if row.auto
            }
            for track in document.workflow.tracks
        }
        self._trials = self._tried()

    def why_not(self, point: Point) -> Label | None:
        """Why a point cannot be covered; None if that is not proved, or as much was worked out as may be."""
        if self._rows.budget.spent:
            return None
        ways = tuple(self._ways(point))
        asked = tuple(self._asked(point)) if ways else ()
        takers: dict[Place, None] = {}
        for one in asked:
            for goals in ways:
                found = one.takers(goals)
                if found is None:
                    return None
                takers.update((taker.place, None) for taker in found)
        if not asked:
            return None
        alone = any(one.can_come_out(goals[-1:], ()) for one in asked for goals in ways)
        return self._told(point, tuple(takers), decided=alone)

    def _ways(self, point: Point) -> Iterator[tuple[Goal, ...]]:
        """The ways in which a point is covered where the guard is asked; that of the point itself is the last goal."""
        if point.kind == "transition":
            when = self._guards.get((*point.place, "when"))
            yield (Goal(TRUE if when is None else when.tree),)
        elif point.kind == "guard":
            yield (Goal(self._guards[point.place].tree, MET if point.met else UNMET),)
        elif point.kind == "condition":
            tree = self._guards[point.place].tree
            for reached, node in _conditions(tree):
                if render(node) == point.detail:
                    yield (*reached, Goal(node, MET if point.met else FALSE))

    def _asked(self, point: Point) -> Iterator[_Asked]:
        """The situations in which a guard is asked, or a row tried; the fewest facts where it is no row's."""
        match point.place:
            case ("tracks", str(track), "transitions", int(number), *rest) if rest in ([], ["when"]):
                for source, asked in self._trials.get((track, number), ()):
                    if point.kind != "transition" or source == point.detail:
                        yield asked
            case ("slas", str(sla), "target", int(number), "when"):
                targets = self._workflow.sla(sla).target
                before = range(max(number - MOST, 0), number)
                earlier = (_Earlier((*point.place[:3], place), targets[place].when) for place in before)
                yield _Asked(self._rows.facts(), (), tuple(earlier))
            case _:
                yield _Asked(self._rows.facts(), (), ())

    def _tried(self) -> dict[tuple[str, int], list[tuple[str, _Asked]]]:
        """For each row, by source, the situations in which it is tried: several where it leads back to several."""
        found: dict[tuple[str, int], list[tuple[str, _Asked]]] = {}
        for track, reached in self._rows.reached.items():
            for source in reached:
                before: dict[str | None, list[Rule]] = {}
                for rule in self._rows.leaving[track].get(source, ()):
                    kin = before.setdefault(None if rule.spec.auto else rule.spec.trigger, [])
                    if self._rows.is_open(rule):
                        earlier = [one for one in kin[-MOST:] if self._is_before(one, rule)]
                        found.setdefault((track, rule.row), []).append((source, self._trial(rule, earlier)))
                    kin.append(rule)
        return found

    def _trial(self, rule: Rule, before: Sequence[Rule]) -> _Asked:
        guards = (one.spec.when for one in (rule, *before))
        reads = frozenset[str]().union(*(when.names for when in guards if when is not None))
        earlier = tuple(_Earlier(_place_of(one), one.spec.when) for one in before)
        return _Asked(self._rows.facts_for(rule), self._rows.goals_for(reads, rule), earlier)

    def _is_before(self, other: Rule, rule: Rule) -> bool:
        """Whether a row was asked before another, in the same capacity and with the same values.

        Automatic rows are asked trigger by trigger, these in the order of their first rows, whatever state that leaves.
        """
        if other.row == rule.row or not self._rivals.passes_wherever(other, rule):
            return False
        first = self._first_auto[rule.track]
        return not rule.spec.auto or first[other.spec.trigger] <= first[rule.spec.trigger]

    def _told(self, point: Point, takers: Sequence[Place], *, decided: bool) -> Label:
        cannot = _CANNOT[point.kind, point.met]
        if takers:
            why = self._taken_by(takers, line_of(self._document, point.place)[0])
        elif decided:
            why = Label(
                "排在前面的分项已决定结果", "the parts before it decide the condition in every such case"
            )
        else:
            why = Label("判断时工单不可能如此", "no case is so where it is asked")
        return Label(f"{cannot.zh}：{why.zh}", f"{cannot.en}: {why.en}")

    def _taken_by(self, places: Sequence[Place], file: str) -> Label:
        found = dict.fromkeys(line_of(self._document, place) for place in places)
        zh = "、".join(f"第{line}行" if name == file else f"{name}:{line}" for name, line in found)
        lines = [f"line {line}" if name == file else f"{name}:{line}" for name, line in found]
        if places[0][0] == "slas":
            return Label(
                f"{zh}的档位先行适用", f"the target in {' or '.join(lines)} counts in every such case"
            )
        row = f"the row in {lines[0]}" if len(lines) == 1 else f"one of the rows in {', '.join(lines)}"
        return Label(f"{zh}的流转已接走所有此类工单", f"{row} takes every such case")


_CANNOT = {
    ("transition", None): Label("不可能执行", "cannot be taken"),
    ("guard", True): Label("不可能满足", "cannot be met"),
    ("guard", False): Label("不可能不满足", "cannot but be met"),
    ("condition", True): Label("不可能为真", "cannot be true"),
    ("condition", False): Label("不可能为假", "cannot be false"),
}


def _place_of(rule: Rule) -> Place:
    return ("tracks", rule.track, "transitions", rule.row)


def _conditions(node: Node, *reached: Goal) -> Iterator[tuple[tuple[Goal, ...], Node]]:
    """The conditions that a guard is made of, each with what must have come out how for evaluation to come to it."""
    match node:
        case And(parts) | Or(parts):
            goes_on = MET if isinstance(node, And) else FALSE
            for number, part in enumerate(parts):
                yield from _conditions(part, *reached, *(Goal(one, goes_on) for one in parts[:number]))
        case Not(operand):
            yield from _conditions(operand, *reached)
        case Conditional(test, then, otherwise):
            yield from _conditions(test, *reached)
            yield from _conditions(then, *reached, Goal(test, MET))
            yield from _conditions(otherwise, *reached, Goal(test, FALSE))
        case Constant():
            return
        case _:
            yield reached, node
