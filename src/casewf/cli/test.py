"""``casewf test``: play every story of a folder, and say how much of their workflows they cover."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from casewf.cli.showing import counted
from casewf.cli.terminal import Terminal, add_lang, terminal
from casewf.definition.load import read_document
from casewf.model.plain_text import printable
from casewf.testing.coverage import Coverage, WorkflowCoverage, share_of
from casewf.testing.coverage_page import coverage_page
from casewf.testing.coverage_text import coverage_text, percent
from casewf.testing.suite import SUFFIX, StoryResult, find_stories, run_story

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%?")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "test",
        help="play all stories of a folder and check what they expect",
        description=f"Plays every *{SUFFIX} below the folders, in memory and in virtual time; 1 if one fails.",
    )
    parser.add_argument("places", metavar="DIR|FILE", nargs="+", help="folders with stories, or story files")
    parser.add_argument(
        "--workflow", metavar="FILE", help="play all on this workflow, not on those the stories name"
    )
    parser.add_argument("--coverage", action="store_true", help="print how much of the workflows they cover")
    parser.add_argument("--coverage-html", metavar="FILE", help="write that as a page for a browser")
    parser.add_argument(
        "--fail-under", metavar="PERCENT", type=_percent, help="fail if they cover less than this of all"
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Play and print; 0 if all stories are as they expect and cover enough."""
    out = terminal(arguments.lang)
    stories = find_stories(arguments.places)
    if not stories:
        places = ", ".join(arguments.places)
        print(
            out.say(
                f"{places} 中没有故事；故事文件以 {SUFFIX} 结尾",
                f"there is no story in {places}; the files of stories end with {SUFFIX}",
            )
        )
        return 1
    document = None if arguments.workflow is None else read_document(arguments.workflow)
    wanted = arguments.coverage or arguments.coverage_html or arguments.fail_under is not None
    coverage = Coverage() if wanted else None
    results = []
    for path in stories:
        result = run_story(path, document=document, coverage=coverage)
        _print_result(result, out)
        results.append(result)
    _print_total(results, out)
    enough = coverage is None or _covers_enough(coverage.result(), arguments, out)
    return 0 if enough and all(result.ok for result in results) else 1


def _print_result(result: StoryResult, out: Terminal) -> None:
    name = printable(str(result.path))
    if result.ok:
        number = result.expectations
        checks = out.say(f"{number}项预期", counted(number, "expectation"))
        print(f"{out.paint(f'✓ {name}', 'green')} {out.paint(checks, 'dim')}")
        return
    print(out.paint(f"✗ {name}", "red"))
    for problem in result.problems(out.lang):
        for line in problem.splitlines():
            print(f"    {line}")


def _print_total(results: Sequence[StoryResult], out: Terminal) -> None:
    failed = sum(not result.ok for result in results)
    every = len(results)
    stories = f"{every:,} {'story' if every == 1 else 'stories'}"
    if failed:
        words = out.say(f"✗ {every}个故事，{failed}个不符", f"✗ {stories}, {failed} not as expected")
        print(out.paint(words, "bold", "red"))
    else:
        words = out.say(f"✓ {every}个故事全部相符", f"✓ {stories}, all as expected")
        print(out.paint(words, "bold", "green"))


def _covers_enough(results: Sequence[WorkflowCoverage], arguments: argparse.Namespace, out: Terminal) -> bool:
    """Print and write what is asked for; whether it is as much as is asked for."""
    if arguments.coverage:
        print()
        print(coverage_text(results, lang=out.lang, columns=out.columns, colour=out.colour), end="")
    if arguments.coverage_html is not None:
        Path(arguments.coverage_html).write_text(coverage_page(results, lang=out.lang), encoding="utf-8")
        print(out.say(f"覆盖率页面：{arguments.coverage_html}", f"coverage page: {arguments.coverage_html}"))
    share, least = share_of(results), arguments.fail_under
    if least is None or share * 100 >= Fraction(least):
        return True
    shown = percent(share)
    words = out.say(
        f"✗ 覆盖率 {shown}，低于要求的 {least}%",
        f"✗ {shown} is covered, and at least {least}% is asked for",
    )
    print(out.paint(words, "bold", "red"))
    return False


def _percent(text: str) -> Decimal:
    form = _PERCENT.fullmatch(text)
    if form is None or (found := Decimal(form[1])) > 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 0 and 100")
    return found
