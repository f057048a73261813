"""The world of a story: an engine on which it is played, with its people and stand-ins for everything outside."""

from __future__ import annotations

from casewf.core.program import named_effects
from casewf.definition.children import with_children
from casewf.engine.engine import Engine
from casewf.model.directory import StaticDirectory
from casewf.model.effect_specs import EffectSpec, HookSpec, PushSpec
from casewf.ports.outside import Outcome, Person
from casewf.ports.store import Store
from casewf.testing.clock import TestClock
from casewf.testing.recorders import CountingEntropy, RecordingHook, RecordingNotifier, ScriptedConnector
from casewf.testing.story_model import Story

__all__ = ["story_connectors", "story_engine"]


def _effects(story: Story) -> list[EffectSpec]:
    """Every effect that one of the story's cases can have."""
    return [effect for one in with_children(story.workflows) for effect in named_effects(one)]


def story_connectors(story: Story) -> dict[str, ScriptedConnector]:
    """A stand-in for every connector of the workflow, with the story's answers."""
    specs = [effect for effect in _effects(story) if isinstance(effect, PushSpec)]
    names = dict.fromkeys(spec.connector for spec in specs)
    return {name: ScriptedConnector(story.connectors.get(name, (Outcome(ok=True),))) for name in names}


def story_engine(
    story: Story,
    store: Store,
    clock: TestClock,
    notifier: RecordingNotifier,
    connectors: dict[str, ScriptedConnector],
) -> Engine:
    """An engine whose world is the story's."""
    effects = _effects(story)
    return Engine(
        story.workflows,
        store=store,
        clock=clock,
        directory=story.directory or _directory(story),
        notifier=notifier,
        connectors=connectors,
        hooks={effect.name: RecordingHook() for effect in effects if isinstance(effect, HookSpec)},
        calendars=story.calendars,
        entropy=CountingEntropy(),
        deliver="later",
    )


def _directory(story: Story) -> StaticDirectory:
    """The people that a story writes down itself."""
    members: dict[str, list[Person]] = {}
    for person, someone in story.people.items():
        if someone.org is not None:
            member = Person(person, someone.name.text("zh"), frozenset(someone.roles), someone.quiet)
            members.setdefault(someone.org, []).append(member)
    return StaticDirectory(story.organisations, members)
