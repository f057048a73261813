"""The host's bindings, checked once when the engine is made: all that is missing or wrong in one error."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence

from casewf.core.program import named_effects
from casewf.definition.children import misfits, openings
from casewf.definition.load import packaged_calendars
from casewf.errors import BindingError
from casewf.model.effect_specs import HookSpec, NotifySpec, PushSpec
from casewf.model.workflow import Workflow
from casewf.ports.outside import Connector, Hook, Notifier
from casewf.ports.store import InsideTransaction, Store
from casewf.worktime import WorkCalendar

_WANTED = "one argument, the delivery"


def check_bindings(
    workflows: Sequence[Workflow],
    notifier: Notifier | None,
    connectors: Mapping[str, Connector],
    hooks: Mapping[str, Hook],
    calendars: Mapping[str, WorkCalendar],
) -> None:
    """Every name that the workflows use is bound, and bound to something that can be called as it will be.

    Raises:
        BindingError: with all that is missing or wrong.
    """
    problems: list[str] = []
    seen: set[str] = set()
    for workflow in workflows:
        if workflow.id in seen:
            problems.append(f"workflow {workflow.id} was given twice; give one version of each")
        seen.add(workflow.id)
        problems += _unbound(workflow, notifier, connectors, hooks, calendars)
        problems += _unfit_children(workflow, {one.id: one for one in workflows})
    for name, calendar in calendars.items():
        if calendar.id != name:
            problems.append(
                f"calendars={{{name!r}: …}} holds the calendar {calendar.id!r}; pass it by its own id"
            )
    for name, hook in hooks.items():
        problems += _signature(f"hook {name!r}", hook)
    for name, connector in connectors.items():
        problems += _signature(f"connector {name!r}.push", getattr(connector, "push", None))
    if notifier is not None:
        problems += _signature("notifier.notify", getattr(notifier, "notify", None))
    if problems:
        raise BindingError(problems)


def _unfit_children(parent: Workflow, workflows: Mapping[str, Workflow]) -> list[str]:
    """What of a parent's openings the workflows of its children do not take."""
    problems = []
    for effect in openings(parent):
        child = workflows.get(effect.workflow)
        where = f"workflow {parent.id} opens a case of {effect.workflow!r}"
        if child is None:
            problems.append(f"{where}, which was not given: pass it in workflows=")
            continue
        problems += [f"{where} {one}" for one in misfits(parent, effect, child)]
    return list(dict.fromkeys(problems))


def check_store(store: Store, deliver: str) -> bool:
    """Whether the store works inside a transaction of the host, where effects can only be delivered later (D2).

    Raises:
        BindingError: they would be delivered before the host has committed.
    """
    inside = isinstance(store, InsideTransaction)
    if inside and deliver != "later":
        raise BindingError(
            [
                "the store works inside the host's transaction, and effects must not leave before its commit: pass "
                'deliver="later" here, and after the commit call deliver() on an engine with a store outside it'
            ]
        )
    return inside


def _unbound(
    workflow: Workflow,
    notifier: Notifier | None,
    connectors: Mapping[str, Connector],
    hooks: Mapping[str, Hook],
    calendars: Mapping[str, WorkCalendar],
) -> list[str]:
    where = f"workflow {workflow.id}"
    effects = named_effects(workflow)
    names = dict.fromkeys(effect.name for effect in effects if isinstance(effect, HookSpec))
    pushes = dict.fromkeys(effect.connector for effect in effects if isinstance(effect, PushSpec))
    problems = [
        f"{where} calls hook {name!r}: pass hooks={{{name!r}: function}}"
        for name in names
        if name not in hooks
    ]
    problems += [
        f"{where} pushes to connector {name!r}: pass connectors={{{name!r}: connector}}"
        for name in pushes
        if name not in connectors
    ]
    if notifier is None and any(isinstance(effect, NotifySpec) for effect in effects):
        problems.append(f"{where} notifies people: pass notifier=")
    shipped = packaged_calendars()
    problems += [
        f"{where} goes by calendar {name!r}, which is not packaged (there are: {', '.join(shipped)}); a host passes "
        f"calendars={{{name!r}: calendar}}, a story names its file under `calendars:`"
        for name in workflow.calendar.ids
        if name not in calendars and name not in shipped
    ]
    return problems


def _signature(what: str, function: object) -> list[str]:
    if not callable(function):
        return [f"{what} cannot be called; it must take {_WANTED}"]
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__):
        return [
            f"{what} is async, and would never be awaited; give it to an AsyncEngine, or give a plain function"
        ]
    try:
        _bind(function)
    except TypeError:
        return [f"{what} must take {_WANTED}; it takes {inspect.signature(function)}"]
    except ValueError:
        return []  # some functions of C do not tell their signature
    return []


def _bind(function: Callable[..., object]) -> None:
    inspect.signature(function).bind(None)
