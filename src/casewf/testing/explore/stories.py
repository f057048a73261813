"""Exploring a workflow from end to end: the search, the choice of stories, the stories themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import attrs

from casewf.definition.children import packaged_child, with_children
from casewf.model.text import Label
from casewf.testing.clock import datetime_of
from casewf.testing.coverage import Coverage, WorkflowCoverage
from casewf.testing.coverage_points import Point, points_of
from casewf.testing.explore.cover import Plan, plans_of
from casewf.testing.explore.distance import Distance
from casewf.testing.explore.likeness import Likeness
from casewf.testing.explore.merge import merged
from casewf.testing.explore.moves import Moves
from casewf.testing.explore.search import Found, search
from casewf.testing.explore.setting import cast_of
from casewf.testing.explore.walk import ExploringWalk
from casewf.testing.story import play
from casewf.testing.story_model import ActOnClock, FireTrigger, OpenCase, Someone, Step, Story, StoryCase

__all__ = ["Explored", "explore"]


@attrs.frozen(slots=True, kw_only=True)
class Explored:
    """What exploring a workflow gave.

    Attributes:
        stories: the shortest first; each expects at its end what is so then.
        coverage: what they cover when they are played; None where there is not even one.
        found: what the search says of itself.
    """

    stories: tuple[Story, ...]
    coverage: WorkflowCoverage | None
    found: Found


def explore(setting: Story, start: int, budget: int, ruled_out: Collection[Point] = ()) -> Explored:
    """Find stories that cover as much of a workflow as possible, by trying out on the engine what people can do.

    The same arguments give the same stories.

    Args:
        setting: a story without steps, such as ``setting_of`` makes.
        start: the instant at which every story begins, microseconds since 1970-01-01T00:00Z.
        budget: how many commands are tried at most.
        ruled_out: points that are not looked for, because they are proved ``impossible``.

    Raises:
        BindingError: the workflow names a calendar or a child's workflow that the setting does not have.
    """
    workflow = setting.workflow
    day = datetime_of(start).date()
    casts = {one.id: cast_of(one, setting, day) for one in with_children(setting.workflows)}
    values = {name: casts[workflow.id].values(name) for name in workflow.fields}
    walk = ExploringWalk(setting, start, {name: found[0] for name, found in values.items()})
    found = search(
        walk,
        Moves(setting, casts),
        Likeness(workflow),
        Distance(workflow, values),
        [point for point in points_of(workflow) if point not in ruled_out],
        budget,
    )
    stories = tuple(
        _story(walk, plan, number) for number, plan in enumerate(merged(plans_of(found), walk), 1)
    )
    coverage = Coverage()
    for story in stories:
        play(story, coverage=coverage).check()
    results = (one for one in coverage.result() if one.workflow == workflow)
    return Explored(stories=stories, coverage=next(results, None), found=found)


def _story(walk: ExploringWalk, plan: Plan, number: int) -> Story:
    walk.begin()
    for command in plan.commands:
        walk.attempt(command)
    story = walk.story()
    workflow, names = story.workflow, did(story.steps)
    last = names[-1] if names else "open"
    title = workflow.trigger_title(last)
    there = frozenset(walk.cases)
    return attrs.evolve(
        story,
        title=Label(f"探索{number}：{title.zh or last}", f"Exploration {number}: {title.en or last}"),
        people=story.people if story.directory is not None else _needed(story),
        cases={name: case for name, case in story.cases.items() if name in there or _must_be_given(case)},
    )


def did(steps: Iterable[Step]) -> tuple[str, ...]:
    """What people do in some steps: triggers and acts in order, the opening left out."""
    actions = (step.action for step in steps)
    return tuple(
        one.trigger if isinstance(one, FireTrigger) else one.act
        for one in actions
        if isinstance(one, FireTrigger | ActOnClock)
    )


def _must_be_given(case: StoryCase) -> bool:
    """Whether the engine does not find the workflow of a child by itself."""
    return packaged_child(case.workflow.id) != case.workflow


def _needed(story: Story) -> dict[str, Someone]:
    """Who does something, or is named in a field."""
    named: set[object] = set()
    for step in story.steps:
        named.add(getattr(step.action, "by", None))
        data = step.action.data if isinstance(step.action, FireTrigger | OpenCase) else {}
        for value in data.values():
            named.update(value if isinstance(value, tuple) else (value,))  # a name is a text
    return {name: someone for name, someone in story.people.items() if name in named}
