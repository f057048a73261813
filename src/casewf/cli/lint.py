"""``casewf lint``: what is wrong in a file, and what in a workflow will go wrong in the field (X2)."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path

from casewf.analysis.explain import code_titles, explain_code, explain_rule
from casewf.analysis.lint import lint
from casewf.analysis.rules import RULES
from casewf.cli.lint_formats import as_json, as_sarif, summary
from casewf.cli.lint_stories import write_stories
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.definition.beside import found_calendars
from casewf.definition.bindings_file import Bindings, load_bindings
from casewf.definition.codes import CODES
from casewf.definition.files import is_id, kind_of_file
from casewf.definition.findings import Finding, render_findings
from casewf.definition.load import (
    load_calendar,
    load_directory,
    packaged_workflows,
    read_document,
)
from casewf.definition.nearest import nearest
from casewf.definition.values import FIRST_YEAR, LAST_YEAR, date_of
from casewf.errors import DefinitionError
from casewf.simulation.profile_file import load_profile
from casewf.testing.story_file import load_story
from casewf.worktime import WorkCalendar

_UNREADABLE = "CW101"
_SUFFIXES = (".yaml", ".yml")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "lint",
        help="say what in a file is wrong or will go wrong",
        description="Reads workflows, stories, calendars, directories and bindings, and looks at each workflow with "
        "every rule. "
        "Prints nothing and exits 0 if there is nothing to say; 1 if there are findings.",
    )
    parser.add_argument(
        "files", metavar="FILE", nargs="*", help="a file, a folder, or a packaged workflow's id"
    )
    parser.add_argument(
        "--format", choices=("text", "json", "sarif"), default="text", help="how to print; text by default"
    )
    parser.add_argument(
        "--level", choices=("error", "warning"), default="warning", help="the mildest level shown"
    )
    parser.add_argument(
        "--calendar", metavar="FILE", action="append", default=[], help="a calendar that workflows go by"
    )
    parser.add_argument(
        "--on", metavar="DATE", help="a day, such as 2026-12-01, from which limits must be measurable"
    )
    parser.add_argument(
        "--bindings", metavar="FILE", help="what the host has: roles, hooks, connectors, calendars, workflows"
    )
    parser.add_argument(
        "--stories", metavar="FOLDER", help="write the story of each finding that has one, for casewf run"
    )
    parser.add_argument("--explain", metavar="CODE", help="say what a finding's code means, with an example")
    parser.add_argument("--rules", action="store_true", help="list all codes")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Look and print; 0 if there is nothing to say, 1 if there is, 2 if files could not be read."""
    out = terminal(arguments.lang)
    if arguments.explain is not None:
        print(_explained(arguments.explain, out), end="")
        return 0
    if arguments.rules:
        print(_listed(out))
        return 0
    if not arguments.files:
        raise UsageError(out.say("请给出要检查的文件", "name the files to look at"))
    found = [one for one in _found(arguments, out) if arguments.level == "warning" or one[1].level == "error"]
    shown = list(dict.fromkeys(finding for _, finding in found))
    stories = [] if arguments.stories is None else write_stories(found, Path(arguments.stories))
    if arguments.format == "json":
        print(as_json(shown))
    elif arguments.format == "sarif":
        print(as_sarif(shown))
    elif shown:
        print(render_findings(shown, code_titles(out.lang)), end="")
        sys.stdout.flush()
        print(summary(shown, out), file=sys.stderr)
    for story in stories:
        print(
            out.say(f"已写入 {story}，用 casewf run 演练", f"wrote {story}; casewf run plays it"),
            file=sys.stderr,
        )
    if shown and all(one.code == _UNREADABLE for one in shown):
        return 2
    return 1 if shown else 0


def _found(arguments: argparse.Namespace, out: Terminal) -> Iterator[tuple[str, Finding]]:
    """Every finding with the file that was looked at."""
    on = None if arguments.on is None else _day(arguments.on, out)
    bindings = None if arguments.bindings is None else load_bindings(arguments.bindings)
    calendars = {one.id: one for one in map(load_calendar, arguments.calendar)}
    if bindings is not None:
        calendars = {**(bindings.calendars or {}), **calendars}
    for file in dict.fromkeys(_files(arguments.files, out)):
        for finding in _findings(file, calendars, bindings, on):
            yield file, finding


def _files(named: list[str], out: Terminal) -> Iterator[str]:
    """The files that are named, and those of ours below the folders that are."""
    for name in named:
        folder = Path(name)
        if (is_id(name) and name in packaged_workflows()) or not folder.is_dir():
            yield name
            continue
        below = sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES and path.is_file())
        ours = [path for path in below if not _is_hidden(path.relative_to(folder)) and kind_of_file(path)]
        if not ours:
            raise UsageError(
                out.say(f"文件夹 {name} 中没有 casewf 文件", f"no casewf file lies in folder {name}")
            )
        yield from map(str, ours)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _findings(
    file: str, calendars: dict[str, WorkCalendar], bindings: Bindings | None, on: dt.date | None
) -> list[Finding]:
    """What is wrong in one file; of a workflow that can be read, what the rules find."""
    kind = None if is_id(file) and file in packaged_workflows() else kind_of_file(Path(file))
    try:
        if kind == "story":
            load_story(file)
        elif kind == "calendar":
            load_calendar(Path(file))
        elif kind == "directory":
            load_directory(file)
        elif kind == "bindings":
            load_bindings(file)
        elif kind == "profile":
            load_profile(file)
        else:
            document = read_document(file)
            known = found_calendars(document.workflow.calendar.ids, calendars, [file])
            return list(lint(document, known, bindings, on=on))
    except DefinitionError as error:
        return [one for one in error.findings if isinstance(one, Finding)]
    return []


def _day(text: str, out: Terminal) -> dt.date:
    day = date_of(text)
    if day is None:
        message = out.say("不是日期，请写成 2026-12-01", "is no date; write it as 2026-12-01")
        raise UsageError(out.say(f"--on：{text!r} {message}", f"--on: {text!r} {message}"))
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        years = f"{FIRST_YEAR}–{LAST_YEAR}"
        raise UsageError(out.say(f"--on：年份应在 {years} 之间", f"--on: the year must be in {years}"))
    return day


def _explained(name: str, out: Terminal) -> str:
    code = name.upper() if name.upper().startswith("CW") else name
    rules = {rule.code: rule for rule in RULES} | {rule.name: rule for rule in RULES}
    found = rules.get(code)
    title = code_titles(out.lang).get(code if found is None else found.code)
    above = f"{title}\n\n" if title else ""
    if found is not None:
        return above + explain_rule(found)
    if code in CODES:
        return above + explain_code(code)
    near = nearest(code, [*rules, *CODES])
    zh, en = (f"；是否指 {near}？", f"; did you mean {near}?") if near else ("", "")
    raise UsageError(
        out.say(
            f"没有代码 {code}{zh}（casewf lint --rules 列出全部代码）",
            f"there is no code {code}{en} (casewf lint --rules lists them all)",
        )
    )


def _listed(out: Terminal) -> str:
    """A line for each code: those of the reader, then the rules."""
    titles = code_titles(out.lang)
    lines = [f"{code}  error    {titles.get(code) or title}" for code, title in CODES.items()]
    lines += [
        f"{rule.code}  {rule.level:7}  {rule.name}: {titles.get(rule.code) or rule.title}" for rule in RULES
    ]
    return "\n".join(lines)
