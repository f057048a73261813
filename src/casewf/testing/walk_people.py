"""Who there is in a walk: made up from the roles of the workflow, or taken from a story or a directory file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from casewf.definition.load import load_directory, read_text
from casewf.model.directory import StaticDirectory
from casewf.model.staff import Organisation
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.testing.story_file import load_story
from casewf.testing.story_model import Someone, Story, StoryCase, people_of
from casewf.worktime import WorkCalendar

__all__ = ["Company", "people_from", "people_of_roles"]

ORG = "union"
_STORY = re.compile(r"^casewf-story\s*:", re.MULTILINE)


@attrs.frozen(slots=True, kw_only=True)
class Company:
    """The people of a walk and their organisations.

    Attributes:
        directory, directory_file: where they come from a directory file.
        org: the organisation that the case belongs to; None for that of who opens it.
    """

    people: Mapping[str, Someone]
    organisations: Mapping[str, Organisation] = attrs.field(factory=dict)
    directory: StaticDirectory | None = None
    directory_file: str | None = None
    org: str | None = None

    def story(
        self,
        workflow: Workflow,
        children: Sequence[Workflow],
        *,
        case: str,
        zone: str,
        calendars: Mapping[str, WorkCalendar],
        title: Label = Label(),
    ) -> Story:
        """A story of these people before its first step.

        Args:
            workflow: that of the case.
            children: those of the cases that it opens.
            case: the id of the case; those of its children begin with it.
            zone: in which its instants are told.
            calendars: by id, those that casewf does not ship.
            title: what it is called.
        """
        return Story(
            file="",
            workflow=workflow,
            zone=zone,
            title=title,
            case=case,
            org=self.org,
            steps=(),
            directory=self.directory,
            directory_file=self.directory_file,
            organisations=self.organisations,
            people=self.people,
            calendars=calendars,
            cases={f"{case}-{one.id}": StoryCase(workflow=one) for one in children},
        )


def people_of_roles(workflows: Sequence[Workflow]) -> Company:
    """One person for each role of the workflows, who is called as the role is, all in one organisation."""
    roles = {role: label for workflow in reversed(workflows) for role, label in workflow.roles.items()}
    ordered = dict.fromkeys(role for workflow in workflows for role in workflow.roles)
    people = {role: Someone(name=roles[role], roles=(role,), org=ORG) for role in ordered}
    if not people:
        people = {"somebody": Someone(name=Label("某人", "Somebody"), org=ORG)}
    return Company(people=people, organisations={ORG: Organisation(title=Label("工会", "The union"))})


def people_from(path: str, workflows: Sequence[Workflow]) -> Company:
    """The people of a story file, or of a directory file; roles that the workflows do not have are left out.

    Raises:
        DefinitionError: the file is missing or wrong.
    """
    if _STORY.search(read_text(path)) is None:
        directory = load_directory(path)
        return Company(
            people=_with_roles(people_of(directory), workflows),
            organisations=dict(directory.organisations),
            directory=directory,
            directory_file=path,
        )
    story = load_story(path)
    found = story.directory_file
    return Company(
        people=_with_roles(story.people, workflows),
        organisations=story.organisations,
        directory=story.directory,
        directory_file=None if found is None else str(Path(path).parent / found),
        org=story.org,
    )


def _with_roles(people: Mapping[str, Someone], workflows: Sequence[Workflow]) -> dict[str, Someone]:
    known = {role for workflow in workflows for role in workflow.roles}
    return {
        name: attrs.evolve(someone, roles=tuple(role for role in someone.roles if role in known))
        for name, someone in people.items()
    }
