"""The conditions of the rows: where each stands, what is known where it is asked, and what follows for it (M9)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, reduce

import attrs

from casewf.analysis.flow.rows import Rows
from casewf.analysis.guards.condition_parts import boolean_parts
from casewf.analysis.guards.facts import Facts
from casewf.analysis.guards.satisfiability import MET, UNMET, Goal, solve
from casewf.definition.document import Path
from casewf.machine.rules import Rule
from casewf.model.effect_specs import PushSpec
from casewf.model.expression import And, Expression, Node, Or
from casewf.model.workflow import Workflow

__all__ = ["Condition", "Judgement", "conditions"]


@attrs.frozen(slots=True, kw_only=True)
class Judgement:
    """What is proven of a condition by the types of what it reads alone.

    Attributes:
        never: it is never met.
        always: it is always met.
        idle: parts of it that are, each with whether it always is.
    """

    never: bool
    always: bool
    idle: tuple[tuple[Node, bool], ...] = ()


@attrs.frozen(slots=False, kw_only=True, eq=False)  # for what is worked out once
class Condition:
    """A condition and where it is asked.

    Attributes:
        path: where it stands in the file.
        of: what it decides, in words.
    """

    expression: Expression
    path: tuple[Path, ...]
    of: str
    _rows: Rows = attrs.field(repr=False, alias="rows")
    _rules: tuple[Rule, ...] = attrs.field(repr=False, alias="rules")
    _set: tuple[str, ...] = attrs.field(repr=False, alias="set")

    @cached_property
    def asked(self) -> tuple[tuple[Facts, tuple[Goal, ...]], ...]:
        """What is known each time that it is asked: facts, and what else holds then."""
        names = self.expression.names
        return tuple(
            (self._rows.facts_for(rule).where(present=self._set), self._rows.goals_for(names, rule))
            for rule in self._rules
        )

    @property
    def facts(self) -> Facts:
        """What is known whenever it is asked."""
        return reduce(Facts.either, (facts for facts, _ in self.asked))

    def can_come_out(self, *goals: Goal) -> bool:
        """Whether these can come out so where it is asked; False is proven."""
        return any(solve(facts, [*goals, *given]) is not None for facts, given in self.asked)


def conditions(workflow: Workflow, rows: Rows) -> tuple[tuple[Condition, Judgement], ...]:
    """Those of all rows that a case can come to, with what is proven of each."""
    known: dict[object, Judgement] = {}
    found = []
    for condition, context in _found(workflow, rows):
        key = condition.expression, context
        if key not in known:
            known[key] = _judge(condition)
        found.append((condition, known[key]))
    return tuple(found)


def _found(workflow: Workflow, rows: Rows) -> Iterator[tuple[Condition, object]]:
    for track in workflow.tracks:
        for number, rules in rows.rules_of(track.id).items():
            row = track.transitions[number]
            path: tuple[Path, ...] = ("tracks", track.id, "transitions", number)
            open_to = [rule for rule in rules if rows.is_open(rule)]
            if row.when is not None and open_to:
                of = f"the guard of {row.trigger!r}"
                yield _of(rows, open_to, row.when, (*path, "when"), of)
            for place, effect in enumerate(row.effects):
                taken = [rule for rule in open_to if rows.can_be_taken(rule)]
                if isinstance(effect, PushSpec) and effect.send_if is not None and taken:
                    inside = (*path, "effects", place, "send_if", "when")
                    yield _of(rows, taken, effect.send_if.when, inside, "this condition", after=True)


def _of(
    rows: Rows,
    rules: list[Rule],
    expression: Expression,
    path: tuple[Path, ...],
    of: str,
    *,
    after: bool = False,
) -> tuple[Condition, object]:
    """A condition that is asked where these rules are; ``after`` they have set their fields."""
    distinct = {rows.context(rule, expression.names): rule for rule in rules}
    filled = tuple(rules[0].spec.set) if after else ()
    condition = Condition(
        expression=expression,
        path=path,
        of=of,
        rows=rows,
        rules=tuple(distinct.values()),
        set=filled,
    )
    return condition, (tuple(distinct), filled)


def _judge(condition: Condition) -> Judgement:
    tree = condition.expression.tree
    never = not condition.can_come_out(Goal(tree, MET))
    always = not never and not condition.can_come_out(Goal(tree, UNMET))
    return Judgement(
        never=never,
        always=always,
        idle=() if never or always else tuple(dict.fromkeys(_idle(condition, tree))),
    )


def _idle(condition: Condition, node: Node) -> Iterator[tuple[Node, bool]]:
    """The parts of a condition that always come out one way; the condition itself does not."""
    for part in boolean_parts(node):
        if not isinstance(node, And) and not condition.can_come_out(Goal(part, MET)):
            yield _culprit(condition, part, And, MET), False
        elif not condition.can_come_out(Goal(part, UNMET)):
            yield _culprit(condition, part, Or, UNMET), True
        else:
            yield from _idle(condition, part)


def _culprit(condition: Condition, node: Node, kind: type[And | Or], want: int) -> Node:
    """What alone makes an ``and`` come out never, or an ``or`` always; itself if no part of it does alone."""
    for part in boolean_parts(node) if isinstance(node, kind) else ():
        if not condition.can_come_out(Goal(part, want)):
            return _culprit(condition, part, kind, want)
    return node
