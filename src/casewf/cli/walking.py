"""What a walk through a workflow needs: its children, calendars and people, and when it begins."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping, Sequence

import attrs

from casewf.cli.terminal import Terminal, UsageError
from casewf.cli.typed import Mistyped, typed_instant
from casewf.cli.unknown import known_calendars
from casewf.core.program import named_effects
from casewf.definition.beside import calendars_beside
from casewf.definition.children import with_children
from casewf.definition.document import Document
from casewf.definition.load import load_calendar, load_workflow, packaged_workflows, read_document
from casewf.errors import WorkingTimeError
from casewf.model.effect_specs import OpenSpec
from casewf.model.workflow import Workflow
from casewf.model.zone import load_zone
from casewf.testing.clock import instant_of
from casewf.testing.walk_people import Company, people_from
from casewf.worktime import WorkCalendar

__all__ = ["START", "Grounds", "add_grounds", "company_of", "grounds_of", "start_of"]

START = dt.datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001  # a Monday, by the clocks of the workflow's calendar
"""Where a walk begins unless --start says otherwise: then, or when the calendar opens next."""


@attrs.frozen(slots=True, kw_only=True)
class Grounds:
    """What is walked through.

    Attributes:
        document: the workflow's file.
        children: the workflows that --child gives.
        workflows: the workflow, and those of all children, packaged ones, too.
        calendars: those that are given or lie beside the files, by id.
        files: their paths.
        paths: by the id of a workflow that was given, its path.
        calendar: the one by which cases go unless a field says otherwise.
    """

    document: Document
    children: tuple[Workflow, ...]
    workflows: tuple[Workflow, ...]
    calendars: Mapping[str, WorkCalendar]
    files: tuple[str, ...]
    paths: Mapping[str, str]
    calendar: WorkCalendar

    @property
    def workflow(self) -> Workflow:
        """The workflow."""
        return self.document.workflow


def add_grounds(parser: argparse.ArgumentParser, people: str) -> None:
    """The arguments that say what is walked through; ``people`` tells who acts by default."""
    parser.add_argument("workflow", metavar="WORKFLOW", help="a workflow's file or packaged id")
    parser.add_argument(
        "--people", metavar="FILE", help=f"a story or directory file whose people act; by default {people}"
    )
    parser.add_argument(
        "--start",
        metavar="TIME",
        help=f"when it begins, in the calendar's zone; by default {START:%Y-%m-%d %H:%M}, or when it opens next",
    )
    parser.add_argument(
        "--calendar", metavar="FILE", action="append", default=[], help="a calendar that the workflow goes by"
    )
    parser.add_argument(
        "--child", metavar="FILE", action="append", default=[], help="the workflow of a child that cases open"
    )


def grounds_of(arguments: argparse.Namespace, out: Terminal) -> Grounds:
    """What the arguments name.

    Raises:
        DefinitionError: a file is missing or wrong.
        UsageError: a child's workflow or a calendar is missing.
    """
    document = read_document(arguments.workflow)
    workflow = document.workflow
    children = tuple(load_workflow(path) for path in arguments.child)
    workflows = _with_children((workflow, *children), out)
    calendars = {one.id: one for one in map(load_calendar, arguments.calendar)}
    wanted = {name for one in workflows for name in one.calendar.ids}
    beside = calendars_beside(wanted - calendars.keys(), (arguments.workflow, *arguments.child))
    calendars |= {name: one for name, (_, one) in beside.items()}
    ids = (one.id for one in children)
    return Grounds(
        document=document,
        children=children,
        workflows=workflows,
        calendars=calendars,
        files=(*arguments.calendar, *(path for path, _ in beside.values())),
        paths={workflow.id: arguments.workflow, **dict(zip(ids, arguments.child, strict=True))},
        calendar=known_calendars(workflows, calendars, (), out)[workflow.calendar.default],
    )


def company_of(path: str, workflows: Sequence[Workflow], out: Terminal) -> Company:
    """The people of a story or directory file.

    Raises:
        UsageError: there is nobody.
    """
    company = people_from(path, workflows)
    if not company.people:
        raise UsageError(out.say(f"{path} 中没有人", f"there is nobody in {path}"))
    return company


def _with_children(workflows: Sequence[Workflow], out: Terminal) -> tuple[Workflow, ...]:
    """The workflows and those of their children, packaged or given.

    Raises:
        UsageError: a child's workflow is neither.
    """
    found = with_children(workflows)
    known = {one.id for one in found}
    effects = [effect for one in found for effect in named_effects(one)]
    for child in dict.fromkeys(one.workflow for one in effects if isinstance(one, OpenSpec)):
        if child not in known:
            shipped = ", ".join(packaged_workflows())
            raise UsageError(
                out.say(
                    f"流程会开立 {child} 的子工单，而它不在随附的流程中（{shipped}）；用 --child FILE 提供",
                    f"cases of {child} are opened, which is not packaged ({shipped}); give it with --child FILE",
                )
            )
    return found


def start_of(text: str | None, calendar: WorkCalendar, out: Terminal) -> int:
    """The instant at which the walk begins.

    Raises:
        UsageError: what was given is none, or the calendar does not know the default one.
    """
    zone = load_zone(calendar.zone)
    if text is not None:
        try:
            return instant_of(typed_instant(text, zone, None))
        except Mistyped as mistake:
            what = mistake.words.text(out.lang)
            raise UsageError(
                out.say(f"--start {text}：应为{what}", f"--start {text}: {what} is wanted")
            ) from None
    try:
        return instant_of(calendar.next_open(START.replace(tzinfo=zone)))
    except WorkingTimeError as error:
        day = f"{START:%Y-%m-%d}"
        raise UsageError(
            out.say(
                f"日历 {calendar.id} 不含 {day}；用 --start 指定开始时刻",
                f"calendar {calendar.id} does not know {day}; say when to begin with --start",
            )
        ) from error
