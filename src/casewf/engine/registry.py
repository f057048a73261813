"""The compiled workflows an engine works with, current and pinned (K6)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence

from casewf.core.program import Program, compile_program
from casewf.definition.load import load_calendar, packaged_calendars
from casewf.errors import BindingError, InternalError
from casewf.model.case import Case
from casewf.model.clock_events import CalendarChanged, ClockStarted
from casewf.model.codec import dumps
from casewf.model.events import Event, Opened
from casewf.model.expression import Constant, Expression, walk
from casewf.model.migration_events import Migrated
from casewf.model.workflow import Rung, Transition, Workflow
from casewf.ports import decoding
from casewf.ports.store import Library
from casewf.ports.stored import DAMAGE, Definition
from casewf.worktime import WorkCalendar


class Registry:
    """Programs by workflow id and by content hash; older ones are compiled from the store when needed."""

    def __init__(
        self, workflows: Sequence[Workflow], calendars: Mapping[str, WorkCalendar], library: Library
    ) -> None:
        self._library = library
        self._given = dict(calendars)
        self._current: dict[str, Program] = {}
        self._by_hash: dict[str, Program] = {}
        self._definitions: dict[str, Definition] = {}
        self._organisations: dict[str, tuple[str, ...]] = {}
        for workflow in workflows:
            program = self._compile(workflow)
            self._current[workflow.id] = program
            self._by_hash[program.hash] = program

    @property
    def workflows(self) -> tuple[Workflow, ...]:
        """The workflows that new cases are opened with."""
        return tuple(program.workflow for program in self._current.values())

    def reading(self, library: Library) -> Registry:
        """The same registry, what it knows shared, that looks up the rest in ``library``."""
        other = copy.copy(self)
        other._library = library  # noqa: SLF001  # its own class
        return other

    def replace(self, change: Callable[[Program], Program]) -> None:
        """Put another program of the same definition in the place of each; for tools that watch the rules at work."""
        self._current = {name: change(program) for name, program in self._current.items()}
        self._by_hash = {program.hash: program for program in self._current.values()}

    def current(self, workflow_id: str) -> Program:
        """The program that new cases of a workflow are opened with.

        Raises:
            BindingError: the engine was not given that workflow.
        """
        program = self._current.get(workflow_id)
        if program is None:
            known = ", ".join(self._current) or "none"
            raise BindingError([f"no workflow {workflow_id!r} was given; there are {known}"])
        return program

    def pinned(self, case: Case) -> Program:
        """The program that a case is pinned to, with every calendar version its clocks go by on the shelf."""
        return self.shelved(self.program(case.workflow[2]), case)

    def program(self, content_hash: str) -> Program:
        """The program of a definition that cases are, or were, pinned to.

        Raises:
            AdapterError: it cannot be read.
            InternalError: the store does not have it, or it is not what it was.
        """
        program = self._by_hash.get(content_hash)
        if program is None:
            program = self._compile(decoding.workflow(self._stored(content_hash)), pinned=True)
            if program.hash != content_hash:
                raise InternalError(
                    f"the stored definition {content_hash[:12]} is not what it was when it was stored; "
                    "restore a backup, or give the engine the very version that it was"
                )
            self._by_hash[content_hash] = program
        return program

    def shelved(self, program: Program, case: Case) -> Program:
        """A program with every calendar version on the shelf that the clocks of a case go by."""
        for clock in case.clocks.values():
            if clock.calendar not in program.shelf:
                program.shelf[clock.calendar] = self._pinned_calendar(clock.calendar)
        return program

    def calendar(self, calendar_id: str) -> WorkCalendar:
        """The calendar of this id that clocks started now go by.

        Raises:
            BindingError: the engine was not given that calendar, and casewf ships none of this id.
        """
        if calendar_id not in self._given and calendar_id in packaged_calendars():
            self._given[calendar_id] = load_calendar(calendar_id)
        found = self._given.get(calendar_id)
        if found is None:
            known = ", ".join(dict.fromkeys((*self._given, *packaged_calendars())))
            raise BindingError([f"no calendar {calendar_id!r} was given; there are {known}"])
        return found

    def definitions(self, program: Program, events: Sequence[Event]) -> tuple[Definition, ...]:
        """What the store must hold once these events are there."""
        found: dict[str, Definition] = {}
        for event in events:
            if isinstance(event, Opened | Migrated):
                found[program.hash] = self._workflow(program)
            elif isinstance(event, ClockStarted | CalendarChanged):
                found[event.calendar[1]] = self._calendar(program.pinned_calendar(event.calendar))
        return tuple(found.values())

    def organisations(self, program: Program) -> tuple[str, ...]:
        """The texts of a definition that may be organisations: constants and defaults."""
        found = self._organisations.get(program.hash)
        if found is None:
            found = self._organisations[program.hash] = tuple(dict.fromkeys(_constants(program)))
        return found

    def _compile(self, workflow: Workflow, *, pinned: bool = False) -> Program:
        """The program of a definition; a pinned one may name calendars that the host no longer gives."""
        for name in workflow.calendar.ids:
            if name not in self._given and name in packaged_calendars():
                self._given[name] = load_calendar(name)
        return compile_program(workflow, self._given, pinned=pinned)

    def _pinned_calendar(self, pin: tuple[str, str]) -> WorkCalendar:
        return stored_calendar(pin[0], self._stored(pin[1]).body)

    def _workflow(self, program: Program) -> Definition:
        found = self._definitions.get(program.hash)
        if found is None:
            workflow = program.workflow
            found = Definition(program.hash, "workflow", workflow.id, str(workflow.version), dumps(workflow))
            self._definitions[program.hash] = found
        return found

    def _calendar(self, calendar: WorkCalendar) -> Definition:
        version = calendar.version
        found = self._definitions.get(version)
        if found is None or found.id != calendar.id:
            found = Definition(version, "calendar", calendar.id, version, calendar_body(calendar))
            self._definitions[version] = found
        return found

    def _stored(self, content_hash: str) -> Definition:
        found = self._library.definition(content_hash)
        if found is None:
            raise InternalError(
                f"the store has no definition {content_hash[:12]}, to which a case is pinned; `casewf verify` finds "
                "what it is, then restore a backup, or give the engine this very version"
            )
        return found


def calendar_body(calendar: WorkCalendar) -> str:
    """The canonical text whose SHA-256 is the calendar's version."""
    document = {key: value for key, value in calendar.to_document().items() if key != "id"}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def stored_calendar(calendar_id: str, body: str) -> WorkCalendar:
    """The calendar of a text that ``calendar_body`` made; its id is no part of it.

    Raises:
        AdapterError: it is no such text.
    """
    try:
        return WorkCalendar.from_document({"id": calendar_id, **json.loads(body)})
    except DAMAGE as error:
        raise decoding.damaged(f"calendar {calendar_id}", error) from error


def _constants(program: Program) -> list[str]:
    workflow = program.workflow
    named: list[Transition | Rung] = [row for track in workflow.tracks for row in track.transitions]
    named += [plan.spec for sla in program.slas for plan in sla.rungs]
    orgs = {name for name, field in program.fields.items() if field.kind == "org"}
    expressions: list[Expression] = []
    for one in named:
        expressions += [*one.assign.values(), *(value for name, value in one.set.items() if name in orgs)]
    found = [str(field.default) for name, field in program.fields.items() if name in orgs and field.default]
    for expression in expressions:
        found += [
            str(node.value)
            for node in walk(expression.tree)
            if isinstance(node, Constant) and node.kind == "text"
        ]
    return found
