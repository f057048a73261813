"""The engine that a command works with: the host's own, or one on a database alone."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from operator import attrgetter
from pathlib import Path

import attrs

from casewf.adapters.memory import MemoryStore
from casewf.adapters.system import SystemClock
from casewf.cli.databases import METAVAR, Database, existing_store, guarded, is_dsn, made_store, workflows_of
from casewf.cli.terminal import UsageError, terminal
from casewf.core.program import named_effects
from casewf.definition.children import with_children
from casewf.definition.load import load_calendar, load_workflow
from casewf.engine.engine import Engine
from casewf.errors import AdapterError, BindingError, NotFound
from casewf.model.case import Actor, Case
from casewf.model.clock_events import ClockStarted, RungFired
from casewf.model.effect_specs import HookSpec, PushSpec
from casewf.model.events import Event, Moved
from casewf.model.plain_text import is_whole
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.ports.store import Store
from casewf.ports.stored import Append, StoredCase
from casewf.testing.recorders import RecordingHook, RecordingNotifier, ScriptedConnector
from casewf.worktime import WorkCalendar

_NO_CALENDARS: Mapping[str, WorkCalendar] = {}
_OBSERVER = "casewf case"
"""The id of who looks at a case on the command line; no person has it."""


def add_source(parser: argparse.ArgumentParser) -> None:
    """The options ``--db`` and ``--app``, of which one is given."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--db",
        metavar=METAVAR,
        help="the database that an engine wrote: a file, or postgresql://user@host/database",
    )
    source.add_argument(
        "--app",
        metavar="MODULE:NAME",
        help="the host's Engine, or a function without arguments that returns it",
    )


def opened_engine(
    arguments: argparse.Namespace, calendars: Mapping[str, WorkCalendar] = _NO_CALENDARS
) -> AbstractContextManager[Engine]:
    """The engine that the options name; ``calendars`` are for one on a database, a host's engine has its own.

    Raises:
        AdapterError: there is no such file, or it is no casewf database.
        BindingError: the host's engine cannot be had.
    """
    if arguments.app is None:
        return _hostless_engine(arguments.db, calendars)
    return nullcontext(host_engine(arguments.app))


def acting(engine: Engine, arguments: argparse.Namespace) -> Actor:
    """The person of ``--as``: with ``--app`` as the host's directory lets him act, but for ``--role`` and ``--org``.

    A host without a directory knows nobody, so that he is what the options say, as with ``--db``.

    Raises:
        UsageError: the directory does not know him.
        ValueError: nobody can have such an id.
    """
    person, roles, org = arguments.person, frozenset(arguments.role), arguments.org
    said = Actor(person, roles, org)
    if arguments.app is None:
        return said
    try:
        known = engine.actor(person)
    except BindingError:
        return said
    except ValueError as error:
        out = terminal(arguments.lang)
        message = out.say(
            f"--as {person}：引擎的名录中没有此人",
            f"--as {person}: the directory of the engine knows no such person",
        )
        raise UsageError(message) from error
    if roles:
        known = attrs.evolve(known, roles=roles)
    return known if org is None else attrs.evolve(known, org=org, lineage=())


def known_workflows(engine: Engine, arguments: argparse.Namespace) -> tuple[Workflow, ...]:
    """The workflows that the host's engine was given, or all that the file's cases go by, in every version."""
    if arguments.app is not None:
        return engine.workflows
    with existing_store(arguments.db) as store:
        return tuple(workflows_of(store).values())


@attrs.frozen(slots=True, kw_only=True)
class Observed:
    """A stored case, an engine on its database, somebody who sees it there, and the titles of the workflows there."""

    engine: Engine
    actor: Actor
    case: Case
    titles: Mapping[str, Label]


@contextmanager
def observed_case(
    database: str,
    case_id: str,
    *,
    roles: frozenset[str] = frozenset(),
    org: str | None = None,
    calendars: Mapping[str, WorkCalendar] = _NO_CALENDARS,
) -> Iterator[Observed]:
    """A case of a database, looked at by somebody of this organisation with these roles.

    Without roles and organisation he sees every case of the database, as whoever owns it does.

    Raises:
        AdapterError: there is no such file, or it is no casewf database.
        NotFound: it holds no such case.
    """
    everything = not roles and org is None
    with existing_store(database) as store:
        observed = guarded(store, shown=lambda one: _as_opener(one, None if everything else case_id))
        stored = observed.load(case_id) if is_whole(case_id) else None
        if stored is None:
            raise NotFound(case_id)
        engine = Engine([], store=observed, clock=SystemClock(), calendars=calendars, deliver="later")
        titles = {one.id: one.title for one in workflows_of(store).values()}
        yield Observed(engine=engine, actor=Actor(_OBSERVER, roles, org), case=stored.case, titles=titles)


def _as_opener(stored: StoredCase, only: str | None) -> StoredCase:
    """The case as if the observer had opened it, for whoever opened a case sees it (M2).

    ``only`` is the one case of which that is so, None for all. The true opener may be somebody whom no command can be
    given as, such as the engine itself (children, splits).
    """
    if only not in (None, stored.case.id):
        return stored
    return attrs.evolve(stored, case=attrs.evolve(stored.case, opened_by=_OBSERVER))


def _hostless(store: Database, *, has_calendars: bool = False) -> Store:
    """A database without its host: what only the host can know is refused, case by case (D3, K6).

    With ``has_calendars`` somebody said by which calendars clocks start. Such an append is a ``BindingError``.
    """

    def check(batch: Append) -> None:
        what = "do this" if has_calendars else "sweep this database"
        for row in batch.events:
            if has_calendars and isinstance(row.event, ClockStarted):
                continue
            if (reason := _needs_host(row.event)) is not None:
                raise BindingError([f"{reason}; {what} with --app"])

    return guarded(store, before_append=check)


def _needs_host(event: Event) -> str | None:
    if isinstance(event, Moved | RungFired):
        for role, holder in event.holders.items():
            if holder.kind == "org":
                return f"a timer makes {', '.join(holder.ids)} the {role}, and only a directory knows what lies above"
    if isinstance(event, ClockStarted):
        return f"a timer starts the clock {event.sla}, and by which calendar only the host's engine knows"
    return None


@contextmanager
def _hostless_engine(database: str, calendars: Mapping[str, WorkCalendar]) -> Iterator[Engine]:
    """An engine on a database alone; its cases go by the workflows that they are pinned to (K6)."""
    with existing_store(database) as store:
        yield Engine([], store=_hostless(store), clock=SystemClock(), calendars=calendars, deliver="later")


@contextmanager
def importing_engine(arguments: argparse.Namespace) -> Iterator[tuple[Engine, Workflow]]:
    """The engine that ``--db`` or ``--app`` names, and the workflow that ``--workflow`` does.

    An engine on a database alone gets the workflow, and delivers nothing; the file, or the tables, are made if they are
    not there, unless nothing is to be written.

    Raises:
        BindingError: the host's engine cannot be had, or has no such workflow.
        DefinitionError: the workflow or a calendar is wrong.
    """
    if arguments.app is not None:
        engine = host_engine(arguments.app)
        yield engine, engine.workflow(arguments.workflow)
        return
    workflow = load_workflow(arguments.workflow)
    store: AbstractContextManager[Store] = nullcontext(MemoryStore())
    if is_dsn(arguments.db):
        store = existing_store(arguments.db) if arguments.dry_run else made_store(arguments.db)
    elif Path(arguments.db).exists() or not arguments.dry_run:
        store = made_store(arguments.db)
    with store as opened:
        yield _undelivering(workflow, opened, arguments.calendar), workflow


def _undelivering(workflow: Workflow, store: Store, calendars: Sequence[str]) -> Engine:
    """An engine on a database alone that has this workflow and these calendars, and delivers nothing."""
    effects = [effect for one in with_children((workflow,)) for effect in named_effects(one)]
    return Engine(
        [workflow],
        store=store,
        clock=SystemClock(),
        notifier=RecordingNotifier(),
        connectors={one.connector: ScriptedConnector() for one in effects if isinstance(one, PushSpec)},
        hooks={one.name: RecordingHook() for one in effects if isinstance(one, HookSpec)},
        calendars={one.id: one for one in map(load_calendar, calendars)},
        deliver="later",
    )


@contextmanager
def migrating_engine(arguments: argparse.Namespace, workflow: Workflow) -> Iterator[Engine]:
    """The engine that ``--db`` or ``--app`` names, which has this version of a workflow.

    Raises:
        AdapterError: there is no such database.
        BindingError: the host's engine cannot be had, or has another version.
    """
    if arguments.app is None:
        with existing_store(arguments.db) as store:
            yield _undelivering(workflow, _hostless(store, has_calendars=True), arguments.calendar)
        return
    engine = host_engine(arguments.app)
    present = engine.workflow(workflow.id)
    if present != workflow:
        raise BindingError(
            [
                f"the engine of {arguments.app} has {present.id} version {present.version} with other content than "
                f"version {workflow.version} of --to; give it that version first"
            ]
        )
    yield engine


def host_engine(name: str) -> Engine:
    """The engine that a host's module holds, or makes; modules of the working directory are found too.

    Raises:
        AdapterError: its database cannot be had.
        BindingError: it cannot be had itself.
    """
    module, _, attribute = name.partition(":")
    if sys.path[:1] != [os.getcwd()]:
        sys.path.insert(0, os.getcwd())
    try:
        found = attrgetter(attribute)(importlib.import_module(module))
        if not isinstance(found, Engine) and callable(found):
            found = found()
    except AdapterError:
        raise  # it says what to do, and whether to try again
    except (Exception, SystemExit) as failure:  # whatever the host's own code raises
        is_misnamed = not module or isinstance(failure, ImportError | AttributeError)
        remedy = "; name it as package.module:attribute" if is_misnamed else ""
        raise BindingError([f"--app {name}: {type(failure).__name__}: {failure}{remedy}"]) from failure
    if not isinstance(found, Engine):
        raise BindingError(
            [f"--app {name} is a {type(found).__name__}, not an Engine or a function that returns one"]
        )
    return found
