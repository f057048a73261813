"""The compiled workflow that the core decides by: machines, rules, clocks, calendars, all names resolved."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Protocol

import attrs

from casewf.core.automatic import Autos, PossibleAutos, automatic_rows
from casewf.core.limit_plan import SlaPlan, all_rungs, conditional_pauses, inputs_of, sla_plan
from casewf.errors import BindingError, InternalError
from casewf.machine.build import build_machine
from casewf.machine.classes import CaseEvent, CaseMachine
from casewf.machine.rules import (
    Rule,
    Watch,
    case_watch,
    ending_states,
    is_closed,
    opening_watch,
)
from casewf.model.case import Clock, Stamp
from casewf.model.codec import content_hash
from casewf.model.effect_specs import EffectSpec, NotifySpec
from casewf.model.events import Opened
from casewf.model.workflow import Field, Workflow
from casewf.worktime import WorkCalendar


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

    @cached_property
    def accepted_at_opening(self) -> frozenset[str] | None:
        """The fields that an opening may give, or None for every field."""
        opening = self.workflow.opening
        return None if opening.accepts is None else frozenset((*opening.accepts, *opening.needs))

    @cached_property
    def blank(self) -> Opened:
        """The opening of a case, without what is the case's own."""
        workflow = self.workflow
        states = {track.id: track.initial for track in workflow.tracks}
        return Opened(
            at=0,
            case="",
            workflow=(workflow.id, workflow.version, self.hash),
            by=Stamp(""),
            states=states,
            closed=self.is_closed(states),
        )

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
        for track, names in self.last_states.items():  # noqa: SIM110  # a generator costs more than it looks at
            if states[track] in names:
                return True
        return False

    def closes(self, states: Mapping[str, str], rule: Rule) -> bool:
        """Whether a case in these states is closed once a row is taken that enters a state (M8)."""
        if rule.ends:
            return True
        for track, names in rule.ended_elsewhere:
            if states[track] in names:
                return True
        if not rule.shuts:
            return False
        for track, names in self.closing_states.items():  # as above
            if track != rule.track and states[track] not in names:
                return False
        return True

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
    slas = tuple(sla_plan(workflow, number, sla) for number, sla in enumerate(workflow.slas))
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
        inputs=inputs_of(slas),
        conditional_pauses=conditional_pauses(slas),
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
    rungs = [effect for sla in workflow.slas for rung in all_rungs(sla) for effect in rung.effects]
    rules = [rule for sla in workflow.slas for rule in (sla.extension, sla.suspension) if rule is not None]
    asked = [NotifySpec(roles=rule.notify) for rule in rules if rule.notify]
    return (*rows, *rungs, *asked)
