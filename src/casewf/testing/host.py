"""A host made of stand-ins: an engine, and everything that a host would give it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from casewf.adapters.memory import MemoryStore
from casewf.definition.beside import calendars_beside
from casewf.definition.children import with_children
from casewf.engine.engine import Engine
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.model.workflow import Workflow
from casewf.ports.outside import Directory, Outcome
from casewf.ports.store import Store
from casewf.testing.clock import TestClock
from casewf.testing.names import HostNames, check_roles
from casewf.testing.people import directory_of, read_person
from casewf.testing.recorders import CountingEntropy, RecordingNotifier
from casewf.testing.sources import workflow_of_test
from casewf.testing.stand_ins import connectors_of, hooks_of
from casewf.testing.story_model import people_of
from casewf.worktime import WorkCalendar

__all__ = ["TestHost"]


class TestHost:
    """An engine in virtual time, with a stand-in for everything outside; the same commands give the same bytes.

    Every connector and hook that the workflows name is there. The clock is bound to the engine: as it travels, what
    becomes due fires, and effects are delivered. The stand-ins know the names that there are: an assertion on a
    person, role, trigger or limit that there is not is an error.

    Attributes:
        engine: what is tested.
        clock, store, directory: what it was given.
        notifier: who was told of what.
        connectors, hooks: by name, what was pushed and called.

    Args:
        workflows: definitions, ids of packaged ones, or paths of files.
        people: a directory, or people as ``directory_of`` takes them: ``{"li": "handler @ city/yuzhong"}``.
        clock: where the time comes from.
        store: where cases live; in memory if None.
        answers: by connector, what it answers in order, the last one again and again; everything is taken if None.
        calendars: working calendars by id, beside those that casewf ships and those that lie beside a workflow's file.

    Raises:
        DefinitionError: a file is wrong.
        BindingError: a calendar is missing that a workflow goes by, or ``answers`` names a connector that is none.
        ValueError: people that ``directory_of`` does not take, or with roles that no workflow has.
    """

    __test__ = False

    def __init__(
        self,
        *workflows: Workflow | str | os.PathLike[str],
        people: Directory | Mapping[str, str],
        clock: TestClock,
        store: Store | None = None,
        answers: Mapping[str, Sequence[Outcome | Exception]] | None = None,
        calendars: Mapping[str, WorkCalendar] | None = None,
    ) -> None:
        __tracebackhide__ = True
        found = with_children([workflow_of_test(one) for one in workflows])
        self.clock = clock
        self.store: Store = MemoryStore() if store is None else store
        if isinstance(people, Mapping):
            check_roles({name: read_person(name, text).roles for name, text in people.items()}, found)
        self.directory: Directory = directory_of(**people) if isinstance(people, Mapping) else people
        self.notifier = RecordingNotifier()
        self.connectors = connectors_of(found, answers or {})
        self.hooks = hooks_of(found)
        self.engine = Engine(
            found,
            store=self.store,
            clock=clock,
            directory=self.directory,
            notifier=self.notifier,
            connectors=self.connectors,
            hooks=self.hooks,
            calendars=_calendars(found, workflows, calendars or {}),
            entropy=CountingEntropy(),
        )
        clock.bind(self.engine)
        self._names = HostNames(knows=self._knows, people=_ids(self.directory), workflows=found)
        self.notifier.names = self._names
        for connector in self.connectors.values():
            connector.names = self._names
        for hook in self.hooks.values():
            hook.names = self._names

    def actor(self, person: str) -> Actor:
        """One of the people as he may act now.

        Raises:
            ValueError: the directory knows nobody of this id; with who there is.
        """
        __tracebackhide__ = True
        self._names.check(person=person)
        return self.engine.actor(person)

    def _knows(self, person: str) -> bool:
        now = self.clock.now()
        return (
            self.directory.answers_for(person, now) is not None
            or self.directory.actor(person, now) is not None
        )


def _ids(directory: Directory) -> tuple[str, ...]:
    """Who there is, as far as a directory can tell."""
    return tuple(people_of(directory)) if isinstance(directory, StaticDirectory) else ()


def _calendars(
    workflows: Sequence[Workflow],
    sources: Sequence[Workflow | str | os.PathLike[str]],
    given: Mapping[str, WorkCalendar],
) -> dict[str, WorkCalendar]:
    """The calendars that were given, and those that lie beside the files of the workflows."""
    files = [one for one in sources if not isinstance(one, Workflow)]
    wanted = {name for one in workflows for name in one.calendar.ids} - given.keys()
    return {**given, **{name: found for name, (_, found) in calendars_beside(wanted, files).items()}}
