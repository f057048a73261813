"""What can happen to a case: rows that people, time, connectors or nobody takes, and what rungs do beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import TypeAlias

import attrs

from casewf.analysis.product.ground import Ground, by_people, given_by, rungs_of
from casewf.analysis.product.layout import Layout, Position
from casewf.machine.rules import Rule, Watch, Watcher
from casewf.model.expression import Expression
from casewf.model.workflow import Rung, Sla

__all__ = [
    "ANSWER",
    "AUTO",
    "CHILD",
    "PERSON",
    "RUNG",
    "TIME",
    "Delta",
    "Move",
    "Moves",
    "Ways",
    "only_of",
]

Delta: TypeAlias = tuple[tuple[int, int], ...]
"""Slots with what they become."""

Ways: TypeAlias = tuple[tuple[tuple[Delta, ...], bool], ...]
"""The ways to make a move: what may come of each, and whether it surely can be gone."""

PERSON, TIME, ANSWER, AUTO, RUNG, CHILD = "person", "time", "answer", "auto", "rung", "child"
"""Who takes a row: somebody, a rung, a connector's answer, nobody (M5).

``RUNG`` is what a rung does beside that, ``CHILD`` that a child reports, after which automatic rows follow.
"""


@attrs.define(slots=True, eq=False, kw_only=True)
class Move:
    """One row from one source state, what a rung sets and raises, or the report of a child.

    Attributes:
        number: its place among all moves of a layout.
        kind: see above.
        rule: the row; None for ``RUNG`` and ``CHILD``.
        slot, source, target: the slot of its track, None if that has none; the state left and the one entered.
        given: fields that may be given, with whether they must be; those of ``needs`` must then have a value.
        looked_at: those of them that its own expressions read.
        needed: fields that must have a value already.
        sets, assigns: fields and roles with the expressions of what they become.
        clocks: the SLAs one of which must be going, or empty for no such condition.
        raises: the rank of the card that the rung raises, 0 for none.
        heard: per SLA with a slot, the conditions under which its clock stops, is cancelled, goes on and starts.
        read: takes from a position the slots that decide what becomes of it.
        fields: fields without a slot on which it depends.
        mended: the row counts as one that may be taken, whatever it waits for.
        unknown: what it depends on that has no slot but could have one, dotted.
        memo, chances: what it led to, and how its guard came out, by what it depends on.
    """

    number: int
    kind: str
    rule: Rule | None = None
    slot: int | None = None
    source: int = 0
    target: int | None = None
    given: dict[str, bool] = attrs.field(factory=dict)
    looked_at: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    sets: tuple[tuple[str, Expression], ...] = ()
    assigns: tuple[Expression, ...] = ()
    clocks: tuple[str, ...] = ()
    raises: int = 0
    heard: dict[str, Watch] = attrs.field(factory=dict)
    read: Callable[[Position], object] = lambda _position: ()
    fields: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    mended: bool = False
    memo: dict[tuple[int, int, object], Ways] = attrs.field(factory=dict, repr=False)
    chances: dict[tuple[int, object], int] = attrs.field(factory=dict, repr=False)


class Moves:
    """The moves of a layout, made where they are first looked for.

    Attributes:
        made: those made so far, by number.
        anywhere: those that can be made in whatever state.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._from: dict[tuple[int, int], tuple[tuple[Move, ...], tuple[Move, ...]]] = {}
        self.made: list[Move] = []
        beside = len(layout.names) > len(layout.states)  # else nothing but states has a slot
        for track, rules in layout.ground.rules.items():
            for rule in rules if beside and track not in layout.states else ():
                if _touches(layout, rule):
                    list(self._make(rule))
        for sla in layout.ground.workflow.slas:
            for rung in rungs_of(sla):
                if rung.set or (rung.card is not None and "card" in layout.slots):
                    self.made.append(_rung(layout, sla, rung, len(self.made)))
        if layout.ground.children and layout.ground.program.autos:
            self.made.append(Move(number=len(self.made), kind=CHILD))
        self.anywhere, self.autos_anywhere = _parted(self.made)

    def of(self, slot: int, state: int) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
        """The moves that leave a state of a track, and its automatic rows, in file order."""
        found = self._from.get((slot, state))
        if found is None:
            track = self._layout.names[slot].removeprefix("state.")
            source = self._layout.states[track][state]
            made = [
                move
                for rule in self._layout.ground.leaving.get((track, source), ())
                for move in self._make(rule)
            ]
            found = self._from[slot, state] = _parted(made)
        return found

    def _make(self, rule: Rule) -> Iterator[Move]:
        """The moves by which a row is taken."""
        for kind in _kinds(self._layout.ground, rule):
            self.made.append(_row(self._layout, rule, kind, len(self.made)))
            yield self.made[-1]


def _parted(moves: Iterable[Move]) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    """The moves that something brings about, and the automatic rows."""
    every = tuple(moves)
    return tuple(one for one in every if one.kind != AUTO), tuple(one for one in every if one.kind == AUTO)


def _kinds(ground: Ground, rule: Rule) -> Iterator[str]:
    """Who may take a row. What people may take they may give more with than the system, so that one is enough."""
    spec = rule.spec
    if spec.auto:
        yield AUTO
    elif by_people(spec) or (rule.track, rule.row) in ground.mended:
        yield PERSON
    elif spec.comment != "required":
        if spec.trigger in ground.outcomes:
            yield ANSWER
        if spec.trigger in ground.fired_by and not spec.asks:
            yield TIME


def _row(layout: Layout, rule: Rule, kind: str, number: int) -> Move:
    spec, states = rule.spec, layout.states.get(rule.track)
    mended = (rule.track, rule.row) in layout.ground.mended
    given = {} if kind == TIME else dict.fromkeys(given_by(spec), False)
    if kind != TIME:
        given |= dict.fromkeys((*spec.asks, *spec.needs) if not spec.auto else (), True)
    move = Move(
        number=number,
        kind=kind,
        rule=rule,
        slot=None if states is None else layout.slots[f"state.{rule.track}"],
        source=0 if states is None else states.index(rule.source),
        target=None if states is None or rule.target is None else states.index(rule.target),
        given=given,
        needed=spec.needs if kind in (TIME, AUTO) and not mended else (),
        sets=tuple(spec.set.items()),
        assigns=tuple(spec.assign.values()),
        clocks=layout.ground.fired_by[spec.trigger] if kind == TIME else (),
        heard=_heard(layout, rule),
        mended=mended,
    )
    expressions = [one for _, one in move.sets]
    expressions += [*move.assigns, *([] if spec.when is None else [spec.when])]
    others = [] if not rule.reopens else [f"state.{track}" for track, _ in rule.ended_elsewhere]
    if move.heard:
        others += [f"state.{track}" for track in layout.ground.program.last_states]
    if rule.back_to is not None:
        others.append(f"previous.{rule.track}.{rule.source}")
    _depend(layout, move, expressions, others)
    return move


def _touches(layout: Layout, rule: Rule) -> bool:
    """Whether a row of a track without a slot changes anything that has one."""
    fields = (*given_by(rule.spec), *rule.spec.set)
    return (
        any(f"field.{name}" in layout.slots for name in fields)
        or ("cards" in rule.spec.clears and "card" in layout.slots)
        or any(_heard(layout, rule).values())
    )


def _rung(layout: Layout, sla: Sla, rung: Rung, number: int) -> Move:
    move = Move(
        number=number,
        kind=RUNG,
        sets=tuple(rung.set.items()),
        assigns=tuple(rung.assign.values()),
        clocks=(sla.id,),
        raises=0 if rung.card is None else layout.ground.program.ranks[rung.card],
    )
    _depend(layout, move, [*rung.set.values(), *rung.assign.values()], ["card"])
    return move


def _heard(layout: Layout, rule: Rule) -> dict[str, Watch]:
    """What the clocks with a slot hear of the row itself."""
    by_name = layout.ground.program.by_name
    return {sla: only_of(rule.watch, by_name[sla].number) for sla in layout.slas}


def only_of(watch: Watch, number: int) -> Watch:
    """What one SLA hears of something that happens."""

    def of(watchers: tuple[Watcher, ...]) -> tuple[Watcher, ...]:
        return tuple(one for one in watchers if one[0] == number)

    return Watch(stop=of(watch.stop), cancel=of(watch.cancel), reopen=of(watch.reopen), start=of(watch.start))


def _depend(layout: Layout, move: Move, expressions: Iterable[Expression], others: Iterable[str]) -> None:
    """Note on what a move depends: slots, fields without one, and what could have one."""
    own = {_place(name) for one in expressions for name in one.names}
    read = set(own)
    for watch in _watches(layout, move):
        read.update(_place(name) for when in _conditions(watch) for name in when.names)
    read.update([f"field.{name}" for name in move.needed])
    read.update([f"sla.{sla}" for sla in move.clocks])
    free = {f"field.{name}" for name in move.given}
    names = read | free
    names.update(others)
    names.update([f"field.{name}" for name, _ in move.sets])
    names.update([f"sla.{sla}" for sla in move.heard])
    slots = layout.slots
    if reads := sorted([slots[name] for name in names & slots.keys()]):
        move.read = itemgetter(*reads)
    move.fields = frozenset(
        name.removeprefix("field.") for name in read if name.startswith("field.") and name not in slots
    )
    move.unknown = frozenset(
        name for name in read - free if name not in slots and layout.ground.trackable(name)
    )
    move.looked_at = tuple(name for name in move.given if f"field.{name}" in own)


def _watches(layout: Layout, move: Move) -> Iterator[Watch]:
    """What the clocks with a slot may hear when the move is made: of itself, and of the case closing or reopening."""
    program = layout.ground.program
    for sla, watch in move.heard.items():
        number = program.by_name[sla].number
        yield watch
        yield only_of(program.on_closed, number)
        yield only_of(program.on_reopened, number)


def _conditions(watch: Watch) -> Iterator[Expression]:
    """The conditions of all that listen."""
    for watchers in (watch.stop, watch.cancel, watch.reopen, watch.start):
        yield from (when for _, when, _ in watchers if when is not None)


def _place(name: str) -> str:
    """What a dotted name is about: of a limit's phase, the limit."""
    return name.rsplit(".", 1)[0] if name.startswith("sla.") else name
