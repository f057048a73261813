"""``casewf verify``: is every history in a database still what was written (D4)?"""

from __future__ import annotations

import argparse
from pathlib import Path

from casewf.cli.databases import METAVAR, existing_store
from casewf.cli.showing import print_report
from casewf.cli.terminal import add_lang, terminal
from casewf.definition.load import read_text
from casewf.engine.verify import export_heads, read_heads, verify


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "verify",
        help="check the hash chains of a database",
        description="Checks every case against its chain, its snapshot and its vault; 1 if one is wrong.",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("database", metavar=METAVAR, nargs="?", help="the database")
    source.add_argument("--db", metavar=METAVAR, help="the same, as other commands are told it")
    parser.add_argument(
        "--heads",
        metavar="FILE",
        help="heads exported before; with them a truncated or rewritten history is found",
    )
    parser.add_argument(
        "--export-heads", metavar="FILE", help="write the present heads to a new file, if nothing is wrong"
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Check and print; 0 if nothing is wrong, 1 if something is."""
    out = terminal(arguments.lang)
    heads = None if arguments.heads is None else read_heads(read_text(arguments.heads))
    with existing_store(arguments.database or arguments.db) as store:
        report = verify(store, heads)
        print_report(report, out)
        if arguments.export_heads is not None and report.ok:
            with Path(arguments.export_heads).open("x", encoding="utf-8") as file:
                file.write(export_heads(store))
            print(
                out.say(
                    f"链尾已导出：{arguments.export_heads}", f"heads exported to {arguments.export_heads}"
                )
            )
    return 0 if report.ok else 1
