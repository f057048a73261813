"""The compiled workflows an engine works with, current and pinned (K6), and the host's bindings, checked once."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence

from casewf.core.program import Program, compile_program, named_effects
from casewf.definition.load import load_calendar
from casewf.errors import BindingError, InternalError
from casewf.model.case import Case
from casewf.model.codec import dumps, loads
from casewf.model.events import ClockStarted, Event, Opened
from casewf.model.workflow import HookSpec, NotifySpec, PushSpec, Workflow
from casewf.ports.outside import Connector, Hook, Notifier
from casewf.ports.store import Definition, Library
from casewf.worktime import WorkCalendar


class Registry:
    """Programs by workflow id and by content hash; older ones are compiled from the store when a case needs them."""

    def __init__(self, workflows: Sequence[Workflow], calendars: Mapping[str, WorkCalendar], library: Library) -> None:
        self._library = library
        self._given = dict(calendars)
        self._current: dict[str, Program] = {}
        self._by_hash: dict[str, Program] = {}
        for workflow in workflows:
            if workflow.id in self._current:
                raise BindingError([f"workflow {workflow.id} was given twice; give one version of each"])
            program = self._compile(workflow)
            self._current[workflow.id] = program
            self._by_hash[program.hash] = program

    def current(self, workflow_id: str) -> Program:
        """The program that new cases of a workflow are opened with.

        Raises:
            BindingError: the engine was not given that workflow.
        """
        program = self._current.get(workflow_id)
        if program is None:
            raise BindingError([f"no workflow {workflow_id!r} was given; there are {', '.join(self._current) or 'none'}"])
        return program

    def pinned(self, case: Case) -> Program:
        """The program that a case is pinned to, with every calendar version its clocks go by on the shelf."""
        content_hash = case.workflow[2]
        program = self._by_hash.get(content_hash)
        if program is None:
            program = self._compile(loads(self._stored(content_hash).body, Workflow))
            self._by_hash[content_hash] = program
        for clock in case.clocks.values():
            if clock.calendar not in program.shelf:
                body = json.loads(self._stored(clock.calendar[1]).body)
                program.shelf[clock.calendar] = WorkCalendar.from_document({"id": clock.calendar[0], **body})
        return program

    def definitions(self, program: Program, events: Sequence[Event]) -> tuple[Definition, ...]:
        """What the store must hold once these events are there."""
        found: dict[str, Definition] = {}
        for event in events:
            if isinstance(event, Opened):
                workflow = program.workflow
                found[program.hash] = Definition(
                    program.hash, "workflow", workflow.id, str(workflow.version), dumps(workflow)
                )
            elif isinstance(event, ClockStarted):
                name, version = event.calendar
                body = calendar_body(program.pinned_calendar(event.calendar))
                found[version] = Definition(version, "calendar", name, version, body)
        return tuple(found.values())

    def _compile(self, workflow: Workflow) -> Program:
        choice = workflow.calendar
        for name in dict.fromkeys((choice.default, *choice.of.values())):
            if name not in self._given:
                self._given[name] = load_calendar(name)
        return compile_program(workflow, self._given)

    def _stored(self, content_hash: str) -> Definition:
        found = self._library.definition(content_hash)
        if found is None:
            raise InternalError(f"the store has no definition {content_hash[:12]}, to which a case is pinned")
        return found


def calendar_body(calendar: WorkCalendar) -> str:
    """The canonical text whose SHA-256 is the calendar's version."""
    document = {key: value for key, value in calendar.to_document().items() if key != "id"}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def check_bindings(
    workflows: Sequence[Workflow],
    notifier: Notifier | None,
    connectors: Mapping[str, Connector],
    hooks: Mapping[str, Hook],
) -> None:
    """Every name that the workflows use is bound, and bound to something that can be called as it will be.

    Raises:
        BindingError: with all that is missing or wrong.
    """
    problems: list[str] = []
    for workflow in workflows:
        for effect in dict.fromkeys(_names(workflow)):
            kind, name = effect
            where = f"workflow {workflow.id}"
            if kind == "hook" and name not in hooks:
                problems.append(f"{where} calls hook {name!r}: pass hooks={{{name!r}: function}}")
            elif kind == "connector" and name not in connectors:
                problems.append(f"{where} pushes to connector {name!r}: pass connectors={{{name!r}: connector}}")
            elif kind == "notifier" and notifier is None:
                problems.append(f"{where} notifies people: pass notifier=")
    for name, hook in hooks.items():
        problems += _signature(f"hook {name!r}", hook, "one argument, the delivery")
    for name, connector in connectors.items():
        problems += _signature(f"connector {name!r}.push", getattr(connector, "push", None), "one argument, the delivery")
    if notifier is not None:
        problems += _signature("notifier.notify", getattr(notifier, "notify", None), "one argument, the delivery")
    if problems:
        raise BindingError(problems)


def _names(workflow: Workflow) -> list[tuple[str, str]]:
    found = []
    for effect in named_effects(workflow):
        if isinstance(effect, HookSpec):
            found.append(("hook", effect.name))
        elif isinstance(effect, PushSpec):
            found.append(("connector", effect.connector))
        elif isinstance(effect, NotifySpec):
            found.append(("notifier", ""))
    return found


def _signature(what: str, function: object, wanted: str) -> list[str]:
    if not callable(function):
        return [f"{what} cannot be called; it must take {wanted}"]
    try:
        _bind(function)
    except TypeError:
        return [f"{what} must take {wanted}; it takes {inspect.signature(function)}"]
    return []


def _bind(function: Callable[..., object]) -> None:
    inspect.signature(function).bind(None)
