"""``casewf run``: play a story file and say where it went otherwise than it expects."""

from __future__ import annotations

import argparse
import sys

from casewf.cli.showing import opened_store, print_story, print_timeline
from casewf.cli.terminal import add_lang, terminal
from casewf.definition.load import load_workflow
from casewf.testing.story import play
from casewf.testing.story_file import load_story


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "run",
        help="play a story file and check what it expects",
        description="Plays a story in virtual time and prints its timeline; 1 if an expectation is wrong.",
    )
    parser.add_argument("story", metavar="STORY", help="a *.story.yaml file, or a packaged story's id")
    parser.add_argument(
        "--workflow", metavar="FILE", help="play on this workflow, not on the one the story names"
    )
    parser.add_argument(
        "--db", metavar="FILE", help="a new SQLite file for the case; by default it is kept in memory"
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Play and print; 0 if everything is as the story expects, 1 if not."""
    out = terminal(arguments.lang)
    workflow = None if arguments.workflow is None else load_workflow(arguments.workflow)
    story = load_story(arguments.story, workflow=workflow)
    with opened_store(arguments.db) as store:
        playback = play(story, store=store)
    print_story(story, out)
    print_timeline(playback, out)
    sys.stdout.flush()
    for failure in playback.failures:
        print(failure.text(out.lang), file=sys.stderr)
    if playback.failures:
        number = len(playback.failures)
        print(out.say(f"{number}处与预期不符", f"{number} not as expected"), file=sys.stderr)
        return 1
    checks = sum(len(step.checks) + (step.refused is not None) for step in story.steps)
    if checks:
        print(out.paint(out.say(f"✓ {checks}项预期全部符合", f"✓ all of {checks} expectations met"), "green"))
    else:
        print(out.say("已演练到底；其中没有写任何预期", "played to its end; it expects nothing"))
    last = story.steps[-1]
    if not last.checks and (note := last.note.text(out.lang)):
        print(out.paint(out.say(f"最后一步：{note}", f"the last step: {note}"), "yellow"))
    return 0
