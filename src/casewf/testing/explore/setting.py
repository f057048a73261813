"""The setting of generated stories: who there is, what they write, what the cases are called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import attrs

from casewf.analysis.product.cast import ORGANISATIONS, Cast
from casewf.analysis.product.classes import classes_of
from casewf.model.effect_specs import EffectSpec, MergeSpec
from casewf.model.expression import Expression
from casewf.model.staff import Organisation
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.testing.coverage_points import guards_of
from casewf.testing.story_model import Someone, Story, StoryCase
from casewf.testing.walk_people import Company
from casewf.worktime import WorkCalendar

__all__ = ["CASE", "OTHER", "cast_of", "conditions_to_cover", "setting_of"]

CASE = "explored"
"""What the case of a story is called; ``OTHER`` is one that it is merged into."""
OTHER = "explored-other"

_FEW = 3


def setting_of(
    workflow: Workflow,
    children: Sequence[Workflow],
    calendars: Mapping[str, WorkCalendar],
    zone: str,
    company: Company | None = None,
) -> Story:
    """The story without steps; the people are made up if there is no ``company``."""
    found = _company((workflow, *children)) if company is None else company
    story = found.story(workflow, children, case=CASE, zone=zone, calendars=calendars)
    if any(isinstance(effect, MergeSpec) for effect in _effects_of(workflow)):
        other = StoryCase(workflow=workflow, org=found.org)
        story = attrs.evolve(story, cases={**story.cases, OTHER: other})
    return story


def _company(workflows: Sequence[Workflow]) -> Company:
    """For each role one person in each of three organisations, one above the other, and a colleague of the first.

    The case belongs to the lowest of them, so whoever is asked sees it, and there is somebody for whatever duties are
    separated (M11).
    """
    first, *above = ORGANISATIONS
    roles = dict.fromkeys(role for workflow in workflows for role in workflow.roles)
    labels = {role: label for workflow in reversed(workflows) for role, label in workflow.roles.items()}
    people = {
        role if number == 1 else f"{role}-{number}": Someone(name=labels[role], roles=(role,), org=org)
        for role in roles
        for number, org in enumerate((first, *above, first), 1)
    }
    if not people:
        people = {"somebody": Someone(name=Label("某人", "Somebody"), org=first)}
    unders = dict(zip(ORGANISATIONS, (*above, None), strict=True))
    organisations = {
        name: Organisation(title=title, under=unders[name]) for name, title in ORGANISATIONS.items()
    }
    return Company(people=people, organisations=organisations, org=first)


def cast_of(workflow: Workflow, setting: Story, day: dt.date) -> Cast:
    """Who can be named, and what is written into the fields of a workflow of the setting."""
    guards = conditions_to_cover(workflow)
    reads = {name.removeprefix("field.") for guard in guards for name in guard.names}
    reads |= {target.until for sla in workflow.slas for target in sla.target if target.until is not None}
    reads |= set(filter(None, (workflow.calendar.field,)))
    orgs = sorted(setting.organisations, key=lambda org: (-len(_roles_at(setting, org)), org))
    return Cast(
        workflow,
        classes_of(workflow, guards),
        frozenset(reads),
        day,
        # who belongs where is all the same in an organisation that was made up
        organisations=orgs[: _FEW if setting.directory or not orgs else 1] or ["one"],
        persons=_persons(workflow, setting),
    )


def _persons(workflow: Workflow, setting: Story) -> list[str]:
    """Of each role the first two of those who have it."""
    people = setting.people
    having = [[name for name in people if role in people[name].roles][:2] for role in workflow.roles]
    return list(dict.fromkeys(name for names in having for name in names)) or list(people)[:1]


def conditions_to_cover(workflow: Workflow) -> list[Expression]:
    """Every condition that there is to cover."""
    return [guard for _, guard in guards_of(workflow)]


def _effects_of(workflow: Workflow) -> list[EffectSpec]:
    """Every effect of its rows."""
    return [effect for track in workflow.tracks for row in track.transitions for effect in row.effects]


def _roles_at(setting: Story, org: str) -> set[str]:
    return {role for one in setting.people.values() if one.org == org for role in one.roles}
