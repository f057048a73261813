"""``casewf play``: walk through a workflow on the terminal, and save the walk as a story."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping, Sequence

from casewf.cli.console import Console
from casewf.cli.play_doing import Doing
from casewf.cli.play_questions import Questions
from casewf.cli.play_saving import Saver
from casewf.cli.play_session import Session
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.cli.typed import Mistyped, typed_instant
from casewf.cli.unknown import calendars_beside, known_calendars
from casewf.core.program import named_effects
from casewf.definition.children import with_children
from casewf.definition.load import load_calendar, load_workflow, packaged_workflows
from casewf.errors import WorkingTimeError
from casewf.model.effect_specs import OpenSpec
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.model.zone import load_zone
from casewf.testing.clock import instant_of
from casewf.testing.story_model import Story, StoryCase
from casewf.testing.walk_people import people_from, people_of_roles
from casewf.views.timeline import Names
from casewf.worktime import WorkCalendar

CASE = "walk-1"
START = dt.datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001  # a Monday, by the clocks of the workflow's calendar
"""Where a walk begins unless --start says otherwise: then, or when the calendar opens next."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "play",
        help="walk through a workflow step by step, and save the walk as a story",
        description="Walks through a workflow in virtual time: see what somebody may do and why not, do it, let time "
        "pass, take it back, save it as a story. Reads lines from a pipe as well as from a terminal.",
    )
    parser.add_argument("workflow", metavar="WORKFLOW", help="a workflow's file or packaged id")
    parser.add_argument(
        "--people",
        metavar="FILE",
        help="a story or directory file whose people act; by default one for each role",
    )
    parser.add_argument(
        "--start",
        metavar="TIME",
        help=f"when the walk begins, in the calendar's zone; by default {START:%Y-%m-%d %H:%M}, or when it opens next",
    )
    parser.add_argument(
        "--calendar", metavar="FILE", action="append", default=[], help="a calendar that the workflow goes by"
    )
    parser.add_argument(
        "--child", metavar="FILE", action="append", default=[], help="the workflow of a child that cases open"
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Walk until the player has enough; 0."""
    out = terminal(arguments.lang)
    workflow = load_workflow(arguments.workflow)
    children = [load_workflow(path) for path in arguments.child]
    workflows = _with_children((workflow, *children), out)
    sources = (arguments.workflow, *arguments.child)
    calendars = {one.id: one for one in map(load_calendar, arguments.calendar)}
    wanted = {name for one in workflows for name in one.calendar.ids}
    beside = calendars_beside(wanted - calendars.keys(), sources)
    calendars |= {name: one for name, (_, one) in beside.items()}
    calendar = known_calendars(workflows, calendars, (), out)[workflow.calendar.default]
    setting = _setting(arguments, workflow, children, calendars, calendar.zone, out)
    names = Names(
        people={name: someone.name for name, someone in setting.people.items()},
        organisations={name: one.title for name, one in setting.organisations.items()},
        workflows={one.id: one.title for one in workflows},
    )
    console = Console()
    zone = load_zone(setting.zone)
    questions = Questions(console, out, zone, names.people, names.organisations)
    doing = Doing(setting, _start(arguments.start, calendar, out), questions)
    paths = {
        workflow.id: arguments.workflow,
        **dict(zip((one.id for one in children), arguments.child, strict=True)),
    }
    files = [*arguments.calendar, *(path for path, _ in beside.values())]
    saver = Saver(workflows=paths, calendars=files, directory=setting.directory_file)
    Session(doing, out, console, saver, names).run()
    return 0


def _setting(
    arguments: argparse.Namespace,
    workflow: Workflow,
    children: Sequence[Workflow],
    calendars: Mapping[str, WorkCalendar],
    zone: str,
    out: Terminal,
) -> Story:
    """The story of the walk before its first step."""
    workflows = (workflow, *children)
    company = (
        people_of_roles(workflows) if arguments.people is None else people_from(arguments.people, workflows)
    )
    if not company.people:
        raise UsageError(out.say(f"{arguments.people} 中没有人", f"there is nobody in {arguments.people}"))
    title = workflow.title
    return Story(
        file="",
        workflow=workflow,
        zone=zone,
        title=Label(f"走查：{title.zh or workflow.id}", f"A walk through {title.en or workflow.id}"),
        case=CASE,
        org=company.org,
        steps=(),
        directory=company.directory,
        directory_file=company.directory_file,
        organisations=company.organisations,
        people=company.people,
        calendars=calendars,
        cases={f"{CASE}-{one.id}": StoryCase(workflow=one) for one in children},
    )


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


def _start(text: str | None, calendar: WorkCalendar, out: Terminal) -> int:
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
