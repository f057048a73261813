"""``casewf demo``: one real case from the call to the archive, played in a moment."""

from __future__ import annotations

import argparse
import os
import shlex
import tempfile

from casewf.cli.showing import opened_store, print_report, print_story, print_timeline
from casewf.cli.terminal import Terminal, add_lang, terminal
from casewf.engine.verify import verify
from casewf.testing.story import play
from casewf.testing.story_file import load_story
from casewf.views.explanation import explanation_text

STORY = "s01-yang-yun"
_EXPLAINED = "handle"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "demo",
        help="play a case of unpaid wages and print its timeline",
        description="Plays the story of Yang Yun and nine other workers on a new SQLite file.",
    )
    add_lang(parser)
    parser.add_argument("--db", metavar="FILE", help="a new file for the case; by default a temporary one")
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Play, print, explain, verify; 0 if all was as the story expects."""
    out = terminal(arguments.lang)
    story = load_story(STORY)
    path = arguments.db or os.path.join(tempfile.mkdtemp(prefix="casewf-demo-"), "casewf-demo.db")
    with opened_store(path) as store:
        playback = play(story, store=store).check()
        print_story(story, out)
        print_timeline(playback, out)
        found = playback.engine.explain(story.case, _EXPLAINED, actor=playback.observer)
        print(explanation_text(found, story.workflow, lang=out.lang, columns=out.columns, colour=out.colour))
        report = verify(store)
        print_report(report, out)
    _print_next(path, out)
    return 0 if report.ok else 1


def _print_next(path: str, out: Terminal) -> None:
    file = shlex.quote(path)
    other = "en" if out.lang == "zh" else "zh"
    print(out.say(f"文件：{path}", f"file: {path}"))
    print()
    print(out.paint(out.say("接下来可以试试", "What to try next"), "bold"))
    for command, words in (
        (
            f"casewf verify {file}",
            out.say(
                "再校验一遍；改动任何一个字节都会被发现", "check it again; a single changed byte is found"
            ),
        ),
        (f"casewf demo --lang {other}", out.say("看英文版", "the same in Chinese")),
        ("casewf run FILE.story.yaml", out.say("演一个自己写的故事", "play a story of your own")),
    ):
        print(f"  {command}")
        print(out.paint(f"      {words}", "dim"))
