"""The host's bindings, checked once when the engine is made: all that is missing or wrong in one error."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence

from casewf.core.program import named_effects
from casewf.definition.children import misfits, openings
from casewf.definition.load import packaged_calendars
from casewf.definition.nearest import nearest
from casewf.errors import AdapterError, BindingError
from casewf.model.effect_specs import HookSpec, NotifySpec, PushSpec
from casewf.model.workflow import Workflow
from casewf.ports import decoding
from casewf.ports.outside import Clock, Connector, Hook, NamesFields, Notifier
from casewf.ports.store import InsideTransaction, Store
from casewf.worktime import WorkCalendar

_WANTED = "one argument, the delivery"

_FIRST, _LAST = 946_684_800_000_000, 7_258_118_400_000_000
"""2000-01-01 and 2200-01-01 in microseconds: seconds and milliseconds of our time lie before, nanoseconds after."""

_UNITS = ((1, "microseconds"), (1_000_000, "seconds"), (1_000, "milliseconds"), (1 / 1_000, "nanoseconds"))


def check_kinds(workflows: Sequence[Workflow], store: Store, clock: Clock) -> None:
    """The workflows are loaded, the store is one, and the clock tells microseconds.

    A clock that raises is asked again when it is needed: the server that has it may be away.

    Raises:
        TypeError: workflows or store are something else.
        BindingError: the clock tells something else.
    """
    given: object = workflows
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"workflows must be a list of them, such as [load_workflow(path)], got {given!r:.80}")
    for one in workflows:
        found: object = one
        if not isinstance(found, Workflow):
            raise TypeError(
                f"workflows holds {found!r:.80}, which is no workflow; give what load_workflow returns"
            )
    if not callable(getattr(store, "append", None)):
        raise TypeError(f"store must be a store, such as SqliteStore(path), got {store!r:.80}")
    if problem := _wrong_time(clock):
        raise BindingError([problem])


def _wrong_time(clock: Clock) -> str | None:
    """What is the matter with what a clock tells."""
    wanted = "microseconds since 1970-01-01T00:00Z as an int"
    if not callable(getattr(clock, "now", None)):
        return f"clock has no method now(), which returns {wanted}; pass SystemClock(), got {clock!r:.80}"
    try:
        now: object = clock.now()
    except Exception:  # noqa: BLE001  # whatever it is, it may have passed when the clock is needed
        return None
    if isinstance(now, int) and not isinstance(now, bool) and _FIRST <= now < _LAST:
        return None
    problem = f"clock.now() must return {wanted}, between the years 2000 and 2200; it returned {now!r:.80}"
    if isinstance(now, int | float):
        unit = next((name for factor, name in _UNITS if _FIRST <= now * factor < _LAST), None)
        problem += "" if unit is None else f", which looks like {unit}"
    return problem


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


def check_field_names(
    workflows: Sequence[Workflow],
    store: Store,
    notifier: Notifier | None,
    connectors: Mapping[str, Connector],
) -> None:
    """Each field that a notifier or a connector names is one of the workflows, or of the stored versions of any.

    Raises:
        BindingError: with all that are not.
    """
    parts: list[tuple[str, object]] = [("notifier", notifier)]
    parts += [(f"connector {name!r}", one) for name, one in connectors.items()]
    named = [(part, name) for part, one in parts if isinstance(one, NamesFields) for name in one.field_names]
    known = {name for workflow in workflows for name in workflow.fields}
    if not workflows or known.issuperset(name for _, name in named):
        return  # an engine on stored versions alone may have others tomorrow
    try:
        known.update(*(decoding.workflow(one).fields for one in store.definitions("workflow")))
    except AdapterError:
        return  # a server that is away, or a store inside the host's transaction, where none is open
    problems = []
    for part, name in named:
        if name not in known:
            near = nearest(name, sorted(known))
            hint = f"did you mean {near!r}?" if near else f"there are: {', '.join(sorted(known)) or 'none'}"
            problems.append(f"{part} names the field {name!r}, which no workflow has; {hint}")
    if problems:
        raise BindingError(problems)


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
        f"{where} calls hook {name!r}: pass hooks={{{name!r}: function}}{_passed(name, hooks)}"
        for name in names
        if name not in hooks
    ]
    problems += [
        f"{where} pushes to connector {name!r}: pass connectors={{{name!r}: connector}}{_passed(name, connectors)}"
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


def _passed(name: str, names: Iterable[str]) -> str:
    """What was passed in the place of a name, if one is close; others may be for another engine's workflows."""
    close = nearest(name, names)
    return f"; {close!r} was passed" if close else ""


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
