"""The world of a story: an engine on which it is played, with its people and stand-ins for everything outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from casewf.core.program import Program
from casewf.definition.children import with_children
from casewf.engine.delivery import Courier
from casewf.engine.engine import Engine
from casewf.engine.means import Means
from casewf.engine.splitting import CaseSplitter
from casewf.engine.watch import Watch
from casewf.model.directory import StaticDirectory
from casewf.model.workflow import Workflow
from casewf.ports.observing import KeyValue
from casewf.ports.outside import Clock, Connector, Entropy, Hook, Notifier, Person
from casewf.ports.store import Store
from casewf.testing.clock import TestClock
from casewf.testing.recorders import CountingEntropy, RecordingNotifier, ScriptedConnector
from casewf.testing.stand_ins import connectors_of, hooks_of
from casewf.testing.story_model import Story
from casewf.worktime import WorkCalendar

__all__ = ["StoryEngine", "story_connectors", "story_engine"]


def story_connectors(story: Story) -> dict[str, ScriptedConnector]:
    """A stand-in for every connector of the workflows, with the story's answers."""
    return connectors_of(with_children(story.workflows), story.connectors)


class _Silent(Watch):
    """Tells nobody anything."""

    def tell(self, name: str, keys: dict[str, KeyValue]) -> None:
        """Not told."""

    def listens(self, name: str) -> bool:  # noqa: ARG002
        """Nobody does."""
        return False

    def end(self, begun: object, name: str, keys: dict[str, KeyValue]) -> None:
        """Not told."""


class StoryEngine(Engine):
    """An engine of stories, into which somebody may look."""

    @classmethod
    def like(
        cls,
        other: StoryEngine,
        store: Store,
        clock: Clock,
        entropy: Entropy,
        notifier: Notifier,
        connectors: Mapping[str, Connector],
        hooks: Mapping[str, Hook],
    ) -> StoryEngine:
        """An engine of the same workflows, compiled once for both, on another store and in a world of its own.

        It writes no log: there may be thousands like it.
        """
        means = Means(
            store=store,
            registry=other._means.registry.reading(store),
            clock=clock,
            entropy=entropy,
            directory=other._means.directory,
            watch=_Silent(None),
        )
        engine = cls.__new__(cls)
        CaseSplitter.__init__(engine, means, Courier(means, notifier, connectors, hooks), deliver_now=False)
        return engine

    def watch(self, change: Callable[[Program], Program]) -> None:
        """Decide by other programs of the same definitions from now on."""
        self._means.registry.replace(change)

    def calendar(self, case_id: str, workflow: Workflow) -> WorkCalendar:
        """The calendar that a clock of the case, started now, would go by; before there is a case, the default one.

        Raises:
            BindingError: the engine was not given it.
        """
        registry, stored = self._means.registry, self._means.store.load(case_id)
        if stored is None:
            return registry.calendar(workflow.calendar.default)
        return registry.pinned(stored.case).calendar_for(stored.case.fields, stored.case)


def story_engine(
    story: Story,
    store: Store,
    clock: TestClock,
    notifier: RecordingNotifier,
    connectors: Mapping[str, Connector],
    watch: Callable[[Program], Program] | None = None,
) -> StoryEngine:
    """An engine whose world is the story's; ``watch`` puts a program that is watched in the place of each."""
    engine = StoryEngine(
        story.workflows,
        store=store,
        clock=clock,
        directory=story.directory or _directory(story),
        notifier=notifier,
        connectors=connectors,
        hooks=hooks_of(with_children(story.workflows)),
        calendars=story.calendars,
        entropy=CountingEntropy(),
        deliver="later",
    )
    if watch is not None:
        engine.watch(watch)
    return engine


def _directory(story: Story) -> StaticDirectory:
    """The people that a story writes down itself."""
    members: dict[str, list[Person]] = {}
    for person, someone in story.people.items():
        if someone.org is not None:
            member = Person(person, someone.name.text("zh"), frozenset(someone.roles), someone.quiet)
            members.setdefault(someone.org, []).append(member)
    return StaticDirectory(story.organisations, members)
