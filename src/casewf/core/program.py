"""The compiled workflow that the core decides by: machines, rules, clocks, calendars, all names resolved."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Protocol

import attrs

from casewf.core.automatic import Autos, PossibleAutos, automatic_rows
from casewf.errors import BindingError, InternalError
from casewf.machine.build import build_machine
from casewf.machine.classes import CaseEvent, CaseMachine
from casewf.machine.guards import compile_expression
from casewf.machine.rules import (
    AssignPlan,
    EffectPlan,
    Evaluate,
    Rule,
    Watch,
    case_watch,
    compile_assigns,
    compile_effects,
    ending_states,
    is_closed,
    opening_watch,
)
from casewf.model.case import Clock
from casewf.model.codec import content_hash
from casewf.model.effect_specs import EffectSpec, NotifySpec
from casewf.model.workflow import Field, Moment, Rung, Sla, Target, Workflow
from casewf.worktime import WorkCalendar


@attrs.frozen(slots=True, kw_only=True)
class RungPlan:
    """A rung with its number among all rungs of its SLA, and its expressions compiled."""

    number: int
    spec: Rung
    sets: tuple[tuple[str, Evaluate], ...]
    assigns: tuple[AssignPlan, ...]
    effects: tuple[EffectPlan, ...]


@attrs.frozen(slots=True, kw_only=True)
class Ladder:
    """The rungs of a target by where they stand: before the due instant, at it, after it."""

    early: tuple[RungPlan, ...]
    at_due: tuple[RungPlan, ...]
    late: tuple[RungPlan, ...]


@attrs.frozen(slots=True, kw_only=True)
class TargetPlan:
    """A row of an SLA's targets with its guard compiled and its ladder chosen."""

    spec: Target
    guard: Evaluate | None
    ladder: Ladder


@attrs.frozen(slots=True, kw_only=True)
class SlaPlan:
    """An SLA, compiled.

    Attributes:
        number: its place in the file, from 0; the order of E3.
        pauses: tracks, the states of them in which it is paused, and the condition of that.
    """

    number: int
    spec: Sla
    targets: tuple[TargetPlan, ...]
    rungs: tuple[RungPlan, ...]
    pauses: tuple[tuple[str, frozenset[str], Evaluate | None], ...]


class _Clocked(Protocol):
    @property
    def clocks(self) -> Mapping[str, Clock]: ...


@attrs.frozen(slots=False, kw_only=True, eq=False)  # for what is worked out once
class Program:
    """A workflow ready to decide by.

    Attributes:
        workflow: the definition.
        machines: one ``transitions.Machine`` per track.
        triggers: trigger → its track and event, whose plan ``decide`` selects from.
        autos: per track with automatic rows, in track order: source state → these rows, in file order.
        possible_autos: which of them the states of a case leave.
        slas: by number.
        by_name: the same by id.
        inputs: field → numbers of the SLAs whose targets read it (K5).
        conditional_pauses: by track and state, numbers of the SLAs that a condition can pause there (K2).
        ranks: card → severity, from 1.
        calendars: the present calendars by id; ``shelf`` holds every version a clock may be pinned to.
    """

    workflow: Workflow
    machines: Mapping[str, CaseMachine]
    triggers: Mapping[str, tuple[str, CaseEvent]]
    autos: tuple[Autos, ...]
    possible_autos: PossibleAutos
    fields: Mapping[str, Field]
    slas: tuple[SlaPlan, ...]
    by_name: Mapping[str, SlaPlan]
    inputs: Mapping[str, tuple[int, ...]]
    conditional_pauses: Mapping[str, Mapping[str, tuple[int, ...]]]
    ranks: Mapping[str, int]
    closing_states: Mapping[str, frozenset[str]]
    ending_states: Mapping[str, frozenset[str]]
    last_states: Mapping[str, frozenset[str]]
    opening: Watch
    on_closed: Watch
    on_reopened: Watch
    calendars: Mapping[str, WorkCalendar]
    shelf: dict[tuple[str, str], WorkCalendar]

    @cached_property
    def hash(self) -> str:
        """The content hash of the definition (K6); whoever only looks at a workflow never asks for it."""
        return content_hash(self.workflow)

    @cached_property
    def defaults(self) -> Mapping[str, object]:
        """The values that a case has from its opening."""
        return {name: field.default for name, field in self.fields.items() if field.default is not None}

    def is_closed(self, states: Mapping[str, str]) -> bool:
        """Whether a case in these states is closed (M8)."""
        for track, names in self.ending_states.items():
            if states[track] in names:
                return True
        for track, names in self.closing_states.items():  # noqa: SIM110  # a generator costs more than it looks at
            if states[track] not in names:
                return False
        return True

    def is_over(self, states: Mapping[str, str]) -> bool:
        """Whether a case in these states has ended and nothing can open it again (M8)."""
        return any(states[track] in names for track, names in self.last_states.items())

    def closes(self, states: Mapping[str, str], track: str, target: str) -> bool:
        """Whether a case in these states is closed once ``track`` is in ``target``."""
        if target not in self.closing_states[track] and not self.ending_states:
            return False
        return self.is_closed({**states, track: target})

    def calendar_for(self, fields: Mapping[str, object], case: _Clocked | None = None) -> WorkCalendar:
        """The calendar that a clock started now goes by.

        Where the host no longer gives that one, it is the version that the case's latest clock of it is pinned to.

        Raises:
            BindingError: the host does not give it, and no clock of the case knows it.
        """
        choice = self.workflow.calendar
        value = None if choice.field is None else fields.get(choice.field)
        name = choice.default
        if value is not None:
            name = choice.of.get(str(value).lower() if isinstance(value, bool) else str(value), name)
        found = self.calendars.get(name)
        return self._latest_pinned(name, case) if found is None else found

    def _latest_pinned(self, name: str, case: _Clocked | None) -> WorkCalendar:
        clocks = () if case is None else case.clocks.values()
        pins = [(clock.start, clock.calendar) for clock in clocks if clock.calendar[0] == name]
        if not pins:
            raise _not_given(self.workflow, [name])
        return self.pinned_calendar(max(pins)[1])

    def pinned_calendar(self, pin: tuple[str, str]) -> WorkCalendar:
        """The calendar version that a clock is pinned to (K6)."""
        calendar = self.shelf.get(pin)
        if calendar is None:
            raise InternalError(f"calendar {pin[0]} at version {pin[1][:12]} is not on the shelf")
        return calendar

    def machine(self, track: str) -> CaseMachine:
        """The ``transitions.Machine`` of a track, for drawing and introspection."""
        return self.machines[track]


def compile_program(
    workflow: Workflow, calendars: Mapping[str, WorkCalendar], *, pinned: bool = False
) -> Program:
    """The program of a workflow.

    Args:
        workflow: the definition.
        calendars: the working calendars by id; all that the workflow names must be there.
        pinned: it is for cases opened long ago, whose clocks bring their calendars; some may be missing.

    Raises:
        BindingError: naming every calendar that is missing.
    """
    wanted = workflow.calendar.ids
    missing = [name for name in wanted if name not in calendars]
    if missing and not pinned:
        raise _not_given(workflow, missing)
    given = {name: calendars[name] for name in wanted if name in calendars}
    machines = {track.id: build_machine(workflow, track) for track in workflow.tracks}
    slas = tuple(_sla_plan(workflow, number, sla) for number, sla in enumerate(workflow.slas))
    autos = automatic_rows(workflow, machines)
    return Program(
        workflow=workflow,
        machines=machines,
        triggers={
            name: (track, event)
            for track, machine in machines.items()
            for name, event in machine.events.items()
        },
        autos=autos,
        possible_autos=PossibleAutos(autos, machines),
        fields=workflow.fields,
        slas=slas,
        by_name={plan.spec.id: plan for plan in slas},
        inputs=_inputs(slas),
        conditional_pauses=_conditional_pauses(slas),
        ranks={name: rank for rank, (name, _) in enumerate(workflow.cards, 1)},
        closing_states={
            one.id: frozenset(s.id for s in one.states if is_closed(s)) for one in workflow.tracks
        },
        ending_states=ending_states(workflow),
        last_states=ending_states(workflow, for_good=True),
        opening=opening_watch(workflow),
        on_closed=case_watch(workflow, "closed"),
        on_reopened=case_watch(workflow, "reopened"),
        calendars=given,
        shelf={(name, calendar.version): calendar for name, calendar in given.items()},
    )


def _not_given(workflow: Workflow, names: list[str]) -> BindingError:
    what = f"workflow {workflow.id} goes by calendar"
    return BindingError([f"{what} {name}, which was not given: pass calendars=" for name in names])


def rule_of(row: object) -> Rule:
    """The compiled rule that a machine's transition carries."""
    rule = getattr(row, "rule", None)
    if not isinstance(rule, Rule):
        raise InternalError(f"a transition without a rule: {row!r}")
    return rule


def named_effects(workflow: Workflow) -> tuple[EffectSpec, ...]:
    """Every effect a workflow can have, for binding hooks and connectors."""
    rows = [effect for track in workflow.tracks for row in track.transitions for effect in row.effects]
    rungs = [effect for sla in workflow.slas for rung in _all_rungs(sla) for effect in rung.effects]
    rules = [rule for sla in workflow.slas for rule in (sla.extension, sla.suspension) if rule is not None]
    asked = [NotifySpec(roles=rule.notify) for rule in rules if rule.notify]
    return (*rows, *rungs, *asked)


def _all_rungs(sla: Sla) -> tuple[Rung, ...]:
    """The SLA's own ladder, then those of its targets, in file order; rungs are numbered along this."""
    return (*sla.ladder, *(rung for target in sla.target for rung in target.ladder or ()))


def _sla_plan(workflow: Workflow, number: int, sla: Sla) -> SlaPlan:
    rungs = tuple(
        RungPlan(
            number=place,
            spec=rung,
            sets=tuple((name, compile_expression(value)) for name, value in rung.set.items()),
            assigns=compile_assigns(workflow, rung.assign),
            effects=compile_effects(rung.effects),
        )
        for place, rung in enumerate(_all_rungs(sla))
    )
    targets = []
    own_from = len(sla.ladder)
    for target in sla.target:
        if target.ladder is None:
            ladder = rungs[: len(sla.ladder)]
        else:
            ladder = rungs[own_from : own_from + len(target.ladder)]
            own_from += len(target.ladder)
        guard = None if target.when is None else compile_expression(target.when)
        targets.append(TargetPlan(spec=target, guard=guard, ladder=_ladder(ladder)))
    return SlaPlan(
        number=number,
        spec=sla,
        targets=tuple(targets),
        rungs=rungs,
        pauses=tuple(pause for moment in sla.pause for pause in _pauses(moment)),
    )


def _conditional_pauses(slas: tuple[SlaPlan, ...]) -> dict[str, dict[str, tuple[int, ...]]]:
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for plan in slas:
        for track, states, condition in plan.pauses:
            for state in states if condition is not None else ():
                places = found.setdefault(track, {})
                places[state] = (*places.get(state, ()), plan.number)
    return found


def _pauses(moment: Moment) -> list[tuple[str, frozenset[str], Evaluate | None]]:
    """The states of a moment by track, each with its condition."""
    condition = None if moment.when is None else compile_expression(moment.when)
    places: dict[str, set[str]] = {}
    for name in moment.inside:
        track, state = name.split(".", 1)
        places.setdefault(track, set()).add(state)
    return [(track, frozenset(states), condition) for track, states in places.items()]


def _ladder(rungs: tuple[RungPlan, ...]) -> Ladder:
    return Ladder(
        early=tuple(
            r
            for r in rungs
            if r.spec.before is not None or (r.spec.percent is not None and r.spec.percent < 100)
        ),
        at_due=tuple(r for r in rungs if r.spec.percent == 100),
        late=tuple(r for r in rungs if r.spec.after is not None),
    )


def _inputs(slas: tuple[SlaPlan, ...]) -> dict[str, tuple[int, ...]]:
    found: dict[str, dict[int, None]] = {}
    for plan in slas:
        for target in plan.spec.target:
            names = () if target.when is None else target.when.names
            fields = [name.removeprefix("field.") for name in names if name.startswith("field.")]
            for name in (*fields, *(() if target.until is None else (target.until,))):
                found.setdefault(name, {})[plan.number] = None
    return {name: tuple(sorted(numbers)) for name, numbers in found.items()}
