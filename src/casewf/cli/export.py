"""``casewf export``: what is held about one person (PIPL art. 45), or an event log of all cases."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from casewf.cli.databases import existing_store
from casewf.cli.engines import add_source, opened_engine
from casewf.cli.event_log import write_log
from casewf.cli.showing import counted
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "export",
        help="give out all that is held about one person, or an event log for process mining",
        description="Writes all that the cases hold about a person as JSON: plain, and without what is about others. "
        "Or with --ocel what happened to all cases as an event log (OCEL 2.0, JSON), which names nobody whom a case is "
        "about.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--person", metavar="ID", help="the host's id of the person")
    what.add_argument("--ocel", action="store_true", help="an event log of all cases of the database of --db")
    add_source(parser)
    parser.add_argument("--out", metavar="FILE", help="a new file; by default it is printed")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Write it; 0, or 1 if nothing is held about this person."""
    out = terminal(arguments.lang)
    if arguments.ocel:
        return _export_log(arguments, out)
    with opened_engine(arguments) as engine:
        found = engine.personal_data(arguments.person)
    text = json.dumps(found, ensure_ascii=False, indent=2)
    cases = found["cases"]
    number = len(cases) if isinstance(cases, list) else 0
    if not number:
        nothing = out.say(f"没有关于 {arguments.person} 的数据", f"nothing is held about {arguments.person}")
        print(nothing, file=sys.stderr)
        return 1
    if arguments.out is None:
        print(text)
        return 0
    # for its owner alone: it holds a person's data in the open
    with _new_file(arguments.out, 0o600, out) as file:
        file.write(text + "\n")
    print(
        out.say(
            f"✓ 已导出{number}件工单的数据：{arguments.out}",
            f"✓ {counted(number, 'case')} written to {arguments.out}",
        )
    )
    return 0


def _export_log(arguments: argparse.Namespace, out: Terminal) -> int:
    """Write the event log; 0."""
    if arguments.db is None or arguments.out is None:
        raise UsageError(
            out.say(
                "--ocel 需要 --db（从哪个数据库）和 --out（写入哪个新文件）",
                "--ocel needs --db, the database, and --out, a new file",
            )
        )
    with existing_store(arguments.db) as store, _new_file(arguments.out, 0o666, out) as file:
        number = write_log(store, file)
    print(
        out.say(
            f"✓ 已导出{number}件工单的经过：{arguments.out}",
            f"✓ what happened to {counted(number, 'case')} written to {arguments.out}",
        )
    )
    return 0


@contextmanager
def _new_file(path: str, mode: int, out: Terminal) -> Iterator[TextIO]:
    """A file that did not exist, and does not afterwards if it could not be written to its end."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise UsageError(
            out.say(f"{path} 已存在，请换一个文件名", f"{path} exists already; name another file")
        ) from None
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            yield file
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise
