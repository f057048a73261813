"""What holds of a workflow wherever a case of it is: its rows, who can take them, the values that fields can get."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from casewf.analysis.product.classes import MISSING, Classes, classes_of, conditions, settings
from casewf.analysis.product.evaluation import evaluate
from casewf.analysis.product.values import ANYTHING, NOTHING, Values, between, exactly, join
from casewf.analysis.product.weighing import Weighing
from casewf.core.program import Program, named_effects, rule_of
from casewf.machine.rules import Rule
from casewf.model.effect_specs import OpenSpec, PushSpec
from casewf.model.expression import Name
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Rung, Sla, Transition, Workflow

__all__ = ["Ground", "Masks", "Rows", "ground_of", "rungs_of"]

Masks = dict[str, frozenset[int]]
"""For each field, the classes of the values that it may have."""

Rows = frozenset[tuple[str, int]]
"""Rows by their track and their number in it."""


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Ground:
    """A workflow, made ready to be looked through.

    Attributes:
        rules: per track, the rows from every source state, in file order.
        leaving: the same by track and source state.
        classes: of every field.
        opening: the classes that a case may be opened with.
        ever: the classes that a field may ever have: what openings, rows and rungs make of it.
        fired_by: for triggers that time fires, the SLAs whose rungs do.
        outcomes: triggers that a connector's answer fires.
        cards: the warning levels that some rung raises, with their rank.
        children: whether cases of it ever have children.
        read: what conditions read, dotted; of limits only which one.
        mended: rows, by track and number, that count as ones that somebody may take, whatever they wait for.
        weighing: how conditions came out so far.
    """

    program: Program
    rules: dict[str, tuple[Rule, ...]]
    leaving: dict[tuple[str, str], list[Rule]]
    classes: dict[str, Classes]
    opening: Masks
    ever: Masks
    fired_by: dict[str, tuple[str, ...]]
    outcomes: frozenset[str]
    cards: dict[str, int]
    children: bool
    read: frozenset[str]
    mended: Rows
    weighing: Weighing = attrs.field(factory=Weighing, init=False, repr=False)
    _fields: dict[tuple[str, frozenset[int]], Values] = attrs.field(factory=dict, init=False, repr=False)

    @property
    def workflow(self) -> Workflow:
        """The workflow."""
        return self.program.workflow

    def field(self, name: str, classes: Iterable[int]) -> Values:
        """What a field reads as that has a value of one of these classes."""
        key = (name, frozenset(classes))
        found = self._fields.get(key)
        if found is None:
            found = Values(frozenset())
            for number in sorted(key[1]):
                found = join(found, NOTHING if number == MISSING else self.classes[name].members[number])
            self._fields[key] = found
        return found

    def anything(self, name: Name) -> Values:
        """What a name other than a field's or a state's may read as, in whatever case."""
        if name.kind == "card":
            return exactly("none", *self.cards)
        if name.kind == "children":
            return between(0, None) if self.children else exactly(0)
        if name.kind == "sla":
            sla, _, part = name.name.partition(".")
            return clock_values(self.workflow.sla(sla), part, CLOCK_STATES)
        return ANYTHING.lacking(name.name == "org")

    def trackable(self, name: str) -> bool:
        """Whether a position can be made to remember what a dotted name stands for; tracks it has from the first."""
        kind, _, what = name.partition(".")
        if kind == "sla":
            return all(target.until is None for target in self.workflow.sla(what).target)
        return kind in ("field", "card")


NEVER, GOING, OVER = 0, 1, 2
"""A clock never ran, runs or is paused, or has ended."""

CLOCK_STATES = (NEVER, GOING, OVER)


def clock_values(sla: Sla, part: str, states: Iterable[int]) -> Values:
    """What the phase, the verdict or the cycle of a clock reads as in some of its states (K2)."""
    pauses = bool(sla.pause) or sla.suspension is not None
    phases = {NEVER: ("none",), GOING: ("running", "paused") if pauses else ("running",), OVER: ("stopped",)}
    verdicts = {NEVER: ("none",), GOING: ("none", "breached"), OVER: ("met", "breached", "cancelled")}
    found = Values(frozenset())
    for state in states:
        if part == "cycle":
            found = join(found, exactly(0) if state == NEVER else between(1, None))
        else:
            found = join(found, exactly(*(phases if part == "phase" else verdicts)[state]))
    return found


def rungs_of(sla: Sla) -> Iterator[Rung]:
    """Every rung of an SLA, of its own ladder and of its targets'."""
    yield from sla.ladder
    for target in sla.target:
        yield from target.ladder or ()


def ground_of(program: Program, mended: Rows = frozenset()) -> Ground:
    """The ground of a compiled workflow, in which these rows count as mended."""
    workflow = program.workflow
    classes = classes_of(workflow)
    opening = _opening(workflow, classes)
    effects = named_effects(workflow)
    pushes = [effect for effect in effects if isinstance(effect, PushSpec)]
    fired: dict[str, dict[str, None]] = {}
    for sla in workflow.slas:
        for rung in rungs_of(sla):
            if rung.fire is not None:
                fired.setdefault(rung.fire, {})[sla.id] = None
    raised = {rung.card for sla in workflow.slas for rung in rungs_of(sla)}
    rules = {track.id: _rules(program, track.id) for track in workflow.tracks}
    leaving: dict[tuple[str, str], list[Rule]] = {}
    for rule in (one for rows in rules.values() for one in rows):
        leaving.setdefault((rule.track, rule.source), []).append(rule)
    ground = Ground(
        program=program,
        rules=rules,
        leaving=leaving,
        classes=classes,
        opening=opening,
        ever=dict(opening),
        fired_by={trigger: tuple(slas) for trigger, slas in fired.items()},
        outcomes=frozenset(
            name for push in pushes for name in (push.on_ok, push.on_fail) if name is not None
        ),
        cards={card: rank for card, rank in program.ranks.items() if card in raised},
        children=any(isinstance(effect, OpenSpec) for effect in effects),
        read=frozenset(_read(workflow)),
        mended=mended,
    )
    _fill_ever(ground)
    return ground


def _rules(program: Program, track: str) -> tuple[Rule, ...]:
    """The rows of a track, from every source state, in file order."""
    events = program.machines[track].events.values()
    found = [rule_of(row) for event in events for rows in event.plan.values() for row in rows]
    return tuple(sorted(found, key=lambda rule: (rule.row, rule.spec.sources.index(rule.source))))


def _opening(workflow: Workflow, classes: dict[str, Classes]) -> Masks:
    """What fields may have when a case is opened: their default, or what is given with it."""
    opening = workflow.opening
    accepted = set(workflow.fields if opening.accepts is None else (*opening.accepts, *opening.needs))
    found: Masks = {}
    for name, one in classes.items():
        start = one.of(one.field.default)
        mask = {start} if name not in opening.needs or start != MISSING else set()
        found[name] = frozenset(mask.union(one.given if name in accepted else ()))
    return found


def _fill_ever(ground: Ground) -> None:
    """Widen what fields may ever have by what rows take and set, until nothing is new."""
    for track in ground.workflow.tracks:
        for row in track.transitions:
            for name in given_by(row):
                ground.ever[name] |= frozenset(ground.classes[name].given)
    for where, number in ground.mended:
        for name in ground.workflow.track(where).transitions[number].set:
            ground.ever[name] |= frozenset(ground.classes[name].given)
    known = _Ever(ground)
    grown = True
    while grown:
        grown = False
        for name, expression in settings(ground.workflow):
            mask = frozenset(ground.classes[name].meeting(evaluate(expression.tree, known)))
            if not mask <= ground.ever[name]:
                ground.ever[name] |= mask
                grown = True


def given_by(row: Transition) -> tuple[str, ...]:
    """The fields that a command may give which takes the row; an automatic row is taken by none."""
    return () if row.auto else (*row.asks, *row.needs, *row.accepts)


def by_people(row: Transition) -> bool:
    """Whether somebody other than the system may take the row."""
    return any(by.role != SYSTEM for by in row.by)


@attrs.frozen(slots=True)
class _Ever:
    """What names may read as in whatever case."""

    ground: Ground

    def read(self, name: Name) -> Values:
        if name.kind == "field":
            return self.ground.field(name.name, self.ground.ever[name.name])
        if name.kind == "state":
            return exactly(*(state.id for state in self.ground.workflow.track(name.name).states))
        return self.ground.anything(name)


def _read(workflow: Workflow) -> Iterator[str]:
    for expression in (*conditions(workflow), *(one for _, one in settings(workflow))):
        for name in expression.names:
            yield name.rsplit(".", 1)[0] if name.startswith("sla.") else name
