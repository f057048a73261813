"""A workflow's rows, compiled: what the core needs of a row from one source state, resolved at load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import attrs

from casewf.machine.guard_view import GuardError, View
from casewf.machine.guards import compile_expression
from casewf.model.effect_specs import EffectSpec, OpenSpec, PushSpec
from casewf.model.expression import Expression, Name, results
from casewf.model.roles import SYSTEM
from casewf.model.workflow import (
    Moment,
    Sla,
    State,
    Track,
    Transition,
    Workflow,
)

Evaluate: TypeAlias = Callable[[View], object]
Watcher: TypeAlias = tuple[int, Expression | None, Evaluate | None]
"""An SLA's number, and the condition of its moment."""

AssignPlan: TypeAlias = tuple[str, Evaluate, str]
"""A role, the compiled holder, and whether that is an ``org`` or a ``person`` (M11)."""

PREVIOUS = "=previous"


def is_met(condition: Evaluate, view: View) -> bool:
    """Whether a condition is met; one that lacks a value, or cannot be worked out, is not (M9)."""
    try:
        return bool(condition(view))
    except GuardError:
        return False


def value_or_none(evaluate: Evaluate, view: View) -> object:
    """The value, or None where something that it reads is missing, or it cannot be worked out (M9)."""
    try:
        return evaluate(view)
    except GuardError:
        return None


@attrs.frozen(slots=True, kw_only=True)
class EffectPlan:
    """An effect, compiled.

    Attributes:
        condition: of a push, when it sends more.
        values: of an opening, the child's fields; ``org`` whose case it is, None for this case's own.
    """

    spec: EffectSpec
    condition: Evaluate | None = None
    values: tuple[tuple[str, Evaluate], ...] = ()
    org: Evaluate | None = None


@attrs.frozen(slots=True)
class Watch:
    """Which SLAs listen to something that happens, by what it means to them; SLAs in file order (K3)."""

    stop: tuple[Watcher, ...] = ()
    cancel: tuple[Watcher, ...] = ()
    pause: tuple[int, ...] = ()
    reopen: tuple[Watcher, ...] = ()
    start: tuple[Watcher, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.stop or self.cancel or self.pause or self.reopen or self.start)


_NOBODY = Watch()


@attrs.frozen(slots=True, kw_only=True)
class Rule:
    """One row of the definition as seen from one source state.

    Attributes:
        row: the row's number in its track, from 0.
        trigger, auto: those of the row; they stand here as events take them over, like all up to ``new_round``.
        target: the state entered, concrete; None for an internal move.
        back_to: for a ``=previous`` row, the state that must be the remembered one (M10); else None.
        guard: the compiled guard, or None.
        system: the row admits ``system``.
        given: the fields that a command may give.
        reopens: the row leads from a closed state to an open one (M8).
        after_close: the row is open to a closed case: it reopens it, leads to another closed state, or stays where
            it is and opens a child, which may outlive this case.
        shuts: the state entered counts for closing the case; ``ends``: it ends the case (M8).
        ended_elsewhere: states of other tracks that end the case; in one of them this does not reopen it.
        witness: some ``not_by`` names this trigger.
        remember: the state entered has a ``=previous`` way out.
        clears: the row takes the case's card away; ``new_round``: it lets the parties rate anew.
        watch: the SLAs that listen to this move.
    """

    row: int
    trigger: str
    auto: bool
    track: str
    source: str
    target: str | None
    witness: bool
    remember: bool
    clears: bool
    new_round: bool
    spec: Transition
    back_to: str | None
    guard: Evaluate | None
    system: bool
    given: frozenset[str]
    sets: tuple[tuple[str, Evaluate], ...]
    assigns: tuple[AssignPlan, ...]
    effects: tuple[EffectPlan, ...]
    reopens: bool
    after_close: bool
    shuts: bool
    ends: bool
    ended_elsewhere: tuple[tuple[str, frozenset[str]], ...]
    watch: Watch


def compile_rules(workflow: Workflow, track: Track) -> tuple[Rule, ...]:
    """The rules of a track, in file order; a row with several sources gives one rule each, in their order."""
    witnessed = witnesses(workflow)
    watches = moments_by_signal(workflow)
    states = {state.id: state for state in track.states}
    endings = ending_states(workflow)
    ended_elsewhere = tuple((name, ends) for name, ends in endings.items() if name != track.id)
    with_way_back = {name for row in track.transitions if row.target == PREVIOUS for name in row.sources}
    whens = dict.fromkeys(row.when for row in track.transitions if row.when is not None)
    guards = {when: compile_expression(when) for when in whens}
    rules = []
    for number, row in enumerate(track.transitions):
        for source in row.sources:
            if states[source].final:
                continue  # M8: the reader refuses such a row, a workflow written in Python may have one
            for target, back_to in _targets(track, row, source):
                closing = _closing(row, states[source], None if target is None else states[target])
                rules.append(
                    Rule(
                        row=number,
                        trigger=row.trigger,
                        auto=row.auto,
                        spec=row,
                        track=track.id,
                        source=source,
                        target=target,
                        back_to=back_to,
                        guard=None if row.when is None else guards[row.when],
                        system=any(by.role == SYSTEM for by in row.by),
                        given=frozenset((*row.needs, *row.asks, *row.accepts)),
                        sets=tuple((name, compile_expression(value)) for name, value in row.set.items()),
                        assigns=compile_assigns(workflow, row.assign),
                        effects=compile_effects(row.effects),
                        reopens=closing == "reopens",
                        after_close=closing != "works",
                        shuts=target is not None and is_closed(states[target]),
                        ends=target in endings.get(track.id, ()),
                        ended_elsewhere=ended_elsewhere,
                        witness=row.trigger in witnessed,
                        remember=target in with_way_back and back_to is None and target != source,
                        clears="cards" in row.clears,
                        new_round="ratings" in row.clears,
                        watch=_watch(watches, _signals(track.id, row.trigger, source, target)),
                    )
                )
    return tuple(rules)


def witnesses(workflow: Workflow) -> frozenset[str]:
    """The triggers whose actors a case remembers, because a row or the rule of ratings bars them."""
    rows = [row for track in workflow.tracks for row in track.transitions]
    ratings = None if workflow.parties is None else workflow.parties.rating
    barring = [*rows, *(() if ratings is None else (ratings,))]
    return frozenset(name for one in barring for name in (*one.not_by, *one.not_by_org))


def is_closed(state: State) -> bool:
    """Whether a state counts for closing the case; a final one always does (M8)."""
    return state.closed or state.final


def ending_states(workflow: Workflow, *, for_good: bool = False) -> dict[str, frozenset[str]]:
    """For each track that has any, the states that end the case (M8); of those only the final ones ``for_good``."""
    found = {
        track.id: frozenset(one.id for one in track.states if one.ends_case and (one.final or not for_good))
        for track in workflow.tracks
    }
    return {name: states for name, states in found.items() if states}


def compile_assigns(workflow: Workflow, assign: Mapping[str, Expression]) -> tuple[AssignPlan, ...]:
    """Assignments of roles, compiled; a holder is a person if it comes from a person field or is the actor himself."""
    return tuple(
        (role, compile_expression(value), holder_kind(workflow, value)) for role, value in assign.items()
    )


def holder_kind(workflow: Workflow, value: Expression) -> str:
    """Whether an expression makes an ``org`` or a ``person`` the holder; what its conditions read does not count."""
    person = any(
        isinstance(one, Name)
        and (workflow.fields[one.name].kind == "person" if one.kind == "field" else one.dotted == "actor.id")
        for one in results(value.tree)
    )
    return "person" if person else "org"


def compile_effects(specs: tuple[EffectSpec, ...]) -> tuple[EffectPlan, ...]:
    """Effects with their expressions compiled."""
    return tuple(_effect_plan(spec) for spec in specs)


def _effect_plan(spec: EffectSpec) -> EffectPlan:
    if isinstance(spec, PushSpec) and spec.send_if is not None:
        return EffectPlan(spec=spec, condition=compile_expression(spec.send_if.when))
    if isinstance(spec, OpenSpec):
        values = tuple((name, compile_expression(value)) for name, value in spec.values.items())
        org = None if spec.org is None else compile_expression(spec.org)
        return EffectPlan(spec=spec, values=values, org=org)
    return EffectPlan(spec=spec)


def case_watch(workflow: Workflow, what: str) -> Watch:
    """Which SLAs listen to the case being ``closed`` or ``reopened``."""
    return _watch(moments_by_signal(workflow), (f"case:{what}",))


def opening_watch(workflow: Workflow) -> Watch:
    """Which SLAs listen to the opening, which enters every initial state (M10)."""
    signals = tuple(f"enter:{track.id}.{track.initial}" for track in workflow.tracks)
    return _watch(moments_by_signal(workflow), signals)


def _targets(track: Track, row: Transition, source: str) -> Iterable[tuple[str | None, str | None]]:
    """Where a row leads from a source: (target, the previous state it is bound to)."""
    if row.target != PREVIOUS:
        return ((row.target, None),)
    before = dict.fromkeys(
        origin
        for other in track.transitions
        if other.target == source
        for origin in other.sources
        if origin != source
    )
    return ((origin, origin) for origin in before)


def _closing(row: Transition, source: State, target: State | None) -> str:
    """What a row means for a closed case (M8): ``reopens``, ``finishes`` (closed to closed), ``spawns``, ``works``."""
    if not is_closed(source):
        return "works"
    if target is None:
        opens = any(isinstance(effect, OpenSpec) for effect in row.effects)
        return "spawns" if opens and not source.ends_case else "works"
    if not is_closed(target):
        return "reopens"
    return "finishes" if target.id != source.id and not source.ends_case else "works"


def _signals(track: str, trigger: str, source: str, target: str | None) -> tuple[str, ...]:
    if target is None:
        return (f"fire:{trigger}",)
    return (f"fire:{trigger}", f"leave:{track}.{source}", f"enter:{track}.{target}")


def moments_by_signal(workflow: Workflow) -> dict[str, list[tuple[str, Watcher]]]:
    """For each thing that can happen, which SLAs do what: signal → (action, watcher) pairs in file order."""
    found: dict[str, list[tuple[str, Watcher]]] = {}
    for number, sla in enumerate(workflow.slas):
        for action, moments in (
            ("stop", sla.stop),
            ("cancel", sla.cancel),
            ("pause", sla.pause),
            ("reopen", _reopenings(sla)),
            ("start", sla.start),
        ):
            for moment in moments:
                condition = None if moment.when is None else compile_expression(moment.when)
                for signal in _moment_signals(moment):
                    found.setdefault(signal, []).append((action, (number, moment.when, condition)))
    return found


def _reopenings(sla: Sla) -> tuple[Moment, ...]:
    """When a finished clock goes on (K4): at the moments written, else with the case; never unless asked for."""
    return () if sla.on_reopen == "never" else sla.reopen or (Moment(case="reopened"),)


def _moment_signals(moment: Moment) -> Iterable[str]:
    yield from (f"enter:{name}" for name in (*moment.enter, *moment.inside))
    yield from (f"leave:{name}" for name in (*moment.leave, *moment.inside))
    yield from (f"fire:{name}" for name in moment.fire)
    if moment.case is not None:
        yield f"case:{moment.case}"


def _watch(watches: dict[str, list[tuple[str, Watcher]]], signals: tuple[str, ...]) -> Watch:
    """The watch of several things that happen at once; an SLA is looked at once per action and condition."""
    heard = [pair for signal in signals for pair in watches.get(signal, ())]
    if not heard:
        return _NOBODY

    def of(action: str) -> tuple[Watcher, ...]:
        unique = dict.fromkeys(watcher for kind, watcher in heard if kind == action)
        return tuple(sorted(unique, key=lambda watcher: watcher[0]))

    return Watch(
        stop=of("stop"),
        cancel=of("cancel"),
        pause=tuple(dict.fromkeys(watcher[0] for watcher in of("pause"))),
        reopen=of("reopen"),
        start=of("start"),
    )
