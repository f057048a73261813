"""What a flow begins with: the workflow, who there is, and how a story of it names its files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence, Set

import attrs

from casewf.definition.beside import calendars_beside
from casewf.definition.children import with_children
from casewf.definition.load import load_calendar, packaged_calendars
from casewf.errors import BindingError
from casewf.model.staff import Organisation
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.testing.clock import at, instant_of
from casewf.testing.sources import workflow_of_test
from casewf.testing.story_model import Someone, Story
from casewf.testing.walk_people import ORG, Company, people_from, people_of_roles
from casewf.worktime import WorkCalendar

__all__ = ["CASE", "FlowSetting", "Source", "flow_setting"]

CASE = "case-1"
"""The id of a flow's first case; the others are ``case-2`` and so on."""

BRANCH = "branch"
_START = "2026-03-02 09:00"

Source = str | os.PathLike[str] | Workflow
"""A workflow, or its file or packaged id."""


@attrs.frozen(slots=True, kw_only=True)
class FlowSetting:
    """The setting of every example of a flow.

    Attributes:
        story: without steps.
        start: the instant at which it begins, a Monday morning by the clocks of the workflow's calendar.
        workflows, calendars, directory: as ``casewf.testing.story_places.references`` takes them.
    """

    story: Story
    start: int
    workflows: Mapping[str, str]
    calendars: Sequence[str]
    directory: str | None


def flow_setting(
    workflow: Source,
    *,
    children: Sequence[Source] = (),
    calendars: Sequence[str | os.PathLike[str]] = (),
    people: str | os.PathLike[str] | None = None,
) -> FlowSetting:
    """Read what a flow is made of.

    Raises:
        DefinitionError: a file is missing or wrong.
        BindingError: there is no calendar that a workflow goes by.
    """
    sources = (workflow, *children)
    read = [workflow_of_test(one) for one in sources]
    main = read[0]
    files = [os.fspath(one) for one in calendars]
    known = {one.id: one for one in map(load_calendar, files)}
    wanted = {name for one in with_children(read) for name in one.calendar.ids} - known.keys()
    beside = calendars_beside(wanted, [one for one in sources if not isinstance(one, Workflow)])
    files += [path for path, _ in beside.values()]
    known |= {name: one for name, (_, one) in beside.items()}
    _all_there(wanted - known.keys())
    company = people_of_two_houses(read) if people is None else people_from(os.fspath(people), read)
    default = main.calendar.default
    calendar: WorkCalendar = known[default] if default in known else load_calendar(default)
    title = main.title
    story = company.story(
        main,
        read[1:],
        case=CASE,
        zone=calendar.zone,
        calendars=known,
        title=Label(f"随机走查：{title.zh or main.id}", f"A random walk through {title.en or main.id}"),
    )
    return FlowSetting(
        story=story,
        start=instant_of(at(_START, calendar.zone)),
        workflows={
            one.id: f"{one.id}.yaml" if isinstance(source, Workflow) else os.fspath(source)
            for one, source in zip(read, sources, strict=True)
        },
        calendars=files,
        directory=company.directory_file,
    )


def _all_there(wanted: Set[str]) -> None:
    """That casewf ships the calendars which are nowhere else.

    Raises:
        BindingError: it does not.
    """
    shipped = packaged_calendars()
    if missing := sorted(wanted - set(shipped)):
        there = ", ".join(shipped)
        raise BindingError(
            [
                f"there is no calendar {name!r}: lay its file beside the workflow's, or name it with "
                f"calendars = ['{name}.yaml'] in the class; packaged ones: {there}"
                for name in missing
            ]
        )


def people_of_two_houses(workflows: Sequence[Workflow]) -> Company:
    """One person for each role in the union; and two who have every role, one there, and one in its branch."""
    company = people_of_roles(workflows)
    roles = tuple(dict.fromkeys(role for workflow in workflows for role in workflow.roles))
    more = {
        "all_round": Someone(name=Label("多面手", "Who does everything"), roles=roles, org=ORG),
        "all_round_2": Someone(
            name=Label("分会多面手", "Who does everything in the branch"), roles=roles, org=BRANCH
        ),
    }
    branch = Organisation(title=Label("分会", "Its branch"), under=ORG)
    return Company(
        people={**company.people, **more},
        organisations={**company.organisations, BRANCH: branch},
    )
