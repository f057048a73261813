"""``casewf play``: walk through a workflow on the terminal, and save the walk as a story."""

from __future__ import annotations

import argparse

from casewf.cli.console import Console
from casewf.cli.play_doing import Doing
from casewf.cli.play_questions import Questions
from casewf.cli.play_saving import Saver
from casewf.cli.play_session import Session
from casewf.cli.terminal import Terminal, add_lang, terminal
from casewf.cli.walking import Grounds, add_grounds, company_of, grounds_of, start_of
from casewf.model.text import Label
from casewf.model.zone import load_zone
from casewf.testing.story_model import Story
from casewf.testing.walk_people import people_of_roles
from casewf.views.timeline import Names

CASE = "walk-1"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "play",
        help="walk through a workflow step by step, and save the walk as a story",
        description="Walks through a workflow in virtual time: see what somebody may do and why not, do it, let time "
        "pass, take it back, save it as a story. Reads lines from a pipe as well as from a terminal.",
    )
    add_grounds(parser, "one for each role")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Walk until the player has enough; 0."""
    out = terminal(arguments.lang)
    grounds = grounds_of(arguments, out)
    setting = _setting(arguments.people, grounds, out)
    names = Names(
        people={name: someone.name for name, someone in setting.people.items()},
        organisations={name: one.title for name, one in setting.organisations.items()},
        workflows={one.id: one.title for one in grounds.workflows},
    )
    console = Console()
    zone = load_zone(setting.zone)
    questions = Questions(console, out, zone, names.people, names.organisations)
    doing = Doing(setting, start_of(arguments.start, grounds.calendar, out), questions)
    saver = Saver(workflows=grounds.paths, calendars=grounds.files, directory=setting.directory_file)
    Session(doing, out, console, saver, names).run()
    return 0


def _setting(people: str | None, grounds: Grounds, out: Terminal) -> Story:
    """The story of the walk before its first step."""
    workflow = grounds.workflow
    workflows = (workflow, *grounds.children)
    company = people_of_roles(workflows) if people is None else company_of(people, workflows, out)
    title = workflow.title
    return company.story(
        workflow,
        grounds.children,
        case=CASE,
        zone=grounds.calendar.zone,
        calendars=grounds.calendars,
        title=Label(f"走查：{title.zh or workflow.id}", f"A walk through {title.en or workflow.id}"),
    )
