"""``casewf explore``: stories that cover a workflow, found by trying out what people can do."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.cli.unknown import known_calendars
from casewf.cli.walking import Grounds, add_grounds, company_of, grounds_of, start_of
from casewf.model.plain_text import printable
from casewf.testing.explore.impossible import impossible
from casewf.testing.explore.report import explored_text
from casewf.testing.explore.setting import setting_of
from casewf.testing.explore.stories import Explored, did, explore
from casewf.testing.explore.unreached import unreached
from casewf.testing.story_places import references
from casewf.testing.story_writer import story_text
from casewf.testing.suite import SUFFIX

_BUDGET = 25_000


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "explore",
        help="make stories that cover every transition, guard and warning of a workflow",
        description="Tries out on the engine what people can do, until stories cover every transition, both answers of "
        "every guard, and every target and warning, or the budget is spent; what is proved impossible is left out. "
        "0 if all is covered that can be; 1 if something is left of which nobody knows whether it can happen.",
    )
    add_grounds(parser, "made up, one for each role in each of three organisations")
    parser.add_argument("--out", metavar="DIR", help="write the stories to this folder, as story files")
    parser.add_argument(
        "--budget",
        metavar="N",
        type=_budget,
        default=_BUDGET,
        help=f"how many commands are tried at most; by default {_BUDGET}",
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Explore, print and write; 0 if all that can be covered is."""
    out = terminal(arguments.lang)
    grounds = grounds_of(arguments, out)
    workflows = (grounds.workflow, *grounds.children)
    company = None if arguments.people is None else company_of(arguments.people, workflows, out)
    folder = None if arguments.out is None else _folder(arguments.out, out)
    setting = setting_of(
        grounds.workflow, grounds.children, grounds.calendars, grounds.calendar.zone, company
    )
    start = start_of(arguments.start, grounds.calendar, out)
    calendars = known_calendars(grounds.workflows, grounds.calendars, (), out)
    ruled_out = impossible(grounds.document, calendars)
    explored = explore(setting, start, arguments.budget, ruled_out)
    names = _names(explored)
    left = unreached(grounds.document, calendars, explored.found, ruled_out)
    if folder is not None:
        _write(_texts(explored, folder, grounds, out), names, folder)
    text = explored_text(explored, names, left, lang=out.lang, columns=out.columns, colour=out.colour)
    print(text, end="")
    if folder is not None:
        number = len(names)
        shown = printable(str(folder))
        print(
            out.say(
                f"{number}个故事写入 {shown}",
                f"{number} {'story' if number == 1 else 'stories'} written to {shown}",
            )
        )
    return 0 if all(one.never for one in left) else 1


def _folder(name: str, out: Terminal) -> Path:
    """The folder for the stories, which has none yet.

    Raises:
        UsageError: there are stories in it already.
        OSError: it is no folder, or cannot be read.
    """
    folder = Path(name)
    if folder.exists() and any(one.name.endswith(SUFFIX) for one in folder.iterdir()):
        raise UsageError(
            out.say(
                f"{name} 中已有故事；请给出空文件夹",
                f"there are stories in {name} already; name an empty folder",
            )
        )
    return folder


def _names(explored: Explored) -> list[str]:
    """What the stories are called: their number, and what is done last."""
    wide = len(str(len(explored.stories)))
    last = ((did(story.steps) or ("open",))[-1] for story in explored.stories)
    return [f"{number:0{wide}}-{name}" for number, name in enumerate(last, 1)]


def _texts(explored: Explored, folder: Path, grounds: Grounds, out: Terminal) -> list[str]:
    """The texts of all stories, as files of this folder.

    Raises:
        UsageError: an instant of one has no name in a story.
    """
    try:
        return [
            story_text(
                story,
                references(
                    folder,
                    story,
                    workflows=grounds.paths,
                    calendars=grounds.files,
                    directory=story.directory_file,
                ),
            )
            for story in explored.stories
        ]
    except ValueError as error:
        start = out.say("用 --start 换一个开始时刻", "begin at another time with --start")
        raise UsageError(f"{error}; {start}") from error


def _write(texts: Sequence[str], names: Sequence[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in zip(names, texts, strict=True):
        with (folder / f"{name}{SUFFIX}").open("x", encoding="utf-8") as stream:
            stream.write(text)


def _budget(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of commands from 1")
    return int(text)
