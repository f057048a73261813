"""``casewf export``: all that the cases hold about one person, to be given to him (PIPL art. 45)."""

from __future__ import annotations

import argparse
import json
import os
import sys

from casewf.cli.engines import add_source, opened_engine
from casewf.cli.showing import counted
from casewf.cli.terminal import UsageError, add_lang, terminal


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "export",
        help="give out all that is held about one person",
        description="Writes all that the cases hold about a person as JSON: plain, and without what is about others.",
    )
    parser.add_argument("--person", metavar="ID", required=True, help="the host's id of the person")
    add_source(parser)
    parser.add_argument("--out", metavar="FILE", help="a new file; by default it is printed")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Write it; 0, or 1 if nothing is held about this person."""
    out = terminal(arguments.lang)
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
    try:
        # for its owner alone: it holds a person's data in the open
        descriptor = os.open(arguments.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(
            out.say(
                f"{arguments.out} 已存在，请换一个文件名",
                f"{arguments.out} exists already; name another file",
            )
        ) from None
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    print(
        out.say(
            f"✓ 已导出{number}件工单的数据：{arguments.out}",
            f"✓ {counted(number, 'case')} written to {arguments.out}",
        )
    )
    return 0
