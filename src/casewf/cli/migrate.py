"""``casewf migrate``: what a new version of a workflow does to each open case, and doing it (X2)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from casewf.cli.engines import add_source, migrating_engine
from casewf.cli.migrate_output import JsonOutput, Output, TextOutput
from casewf.cli.signals import stop_signals
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.cli.versions import Version, stored_versions, version_of
from casewf.definition.migrate import check_earlier
from casewf.errors import AdapterError
from casewf.model.case import Actor
from casewf.model.migration import Migration
from casewf.model.plain_text import is_whole
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Workflow

_DRY_RUN = "dry-run"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "migrate",
        help="make open cases cases of a new version of their workflow",
        description="Moves the open cases of a workflow to another version, each at once: stopped in the middle and "
        "started again, it goes on. While one case cannot be moved, nothing is written, unless the section `migrate` "
        "of the new file says `refused: leave`. Closed cases stay where they were closed.",
    )
    add_source(parser)
    parser.add_argument(
        "--to",
        metavar="VERSION",
        required=True,
        help="the new version: its file, a packaged workflow's id, or with --db a stored VERSION or ID@VERSION",
    )
    parser.add_argument("--by", metavar="PERSON", help="in whose name it is done; needed unless --dry-run")
    parser.add_argument("--dry-run", action="store_true", help="write nothing; list what would happen")
    parser.add_argument(
        "--calendar",
        metavar="FILE",
        action="append",
        default=[],
        help="with --db, a calendar of the new version",
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print; text by default"
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Tell or move; 0 if every open case is, or would be, there; 1 if some cannot be moved, or are still to be."""
    out = terminal(arguments.lang)
    by = _by(arguments, out)
    target = version_of(arguments.to, arguments.db, out)
    earlier = [] if arguments.db is None else stored_versions(arguments.db)
    known = _earlier(target, earlier)
    migration = target.migration or Migration(workflow=target.workflow.id, version=target.workflow.version)
    output: Output = TextOutput(out, target.workflow, known)
    if arguments.format == "json":
        output = JsonOutput(target.workflow, known, dry_run=arguments.dry_run)
    with migrating_engine(arguments, target.workflow) as engine, stop_signals() as stop:
        output.begin()
        found = engine.migrate(
            migration, actor=Actor(by), apply=not arguments.dry_run, tell=output.tell, stop=stop.is_set
        )
        output.end(found)
    return 1 if found.in_the_way or found.stopped else 0


def _by(arguments: argparse.Namespace, out: Terminal) -> str:
    """In whose name it is done."""
    by: str = arguments.by or ""
    if not by and not arguments.dry_run:
        raise UsageError(out.say("请用 --by 指明以谁的名义迁移", "--by is missing: in whose name to migrate"))
    if by == SYSTEM:
        raise UsageError(
            out.say("--by：system 是 casewf 自身，请填写人员", "--by: system is casewf itself; name a person")
        )
    if not is_whole(by):
        raise UsageError(out.say("--by：不是文本", "--by: this is no text"))
    return by or _DRY_RUN


def _earlier(target: Version, stored: Sequence[Workflow]) -> tuple[Workflow, ...]:
    """The other versions of the workflow that are stored, with which the section ``migrate`` is compared.

    Raises:
        AdapterError: the version is stored with other content (K6).
        DefinitionError: the section names what an earlier version does not have.
    """
    found = []
    for one in stored:
        if one.id != target.workflow.id:
            continue
        if one.version == target.workflow.version:
            if one != target.workflow:
                raise AdapterError(
                    f"workflow {one.id!r} version {one.version} is stored already with other content; give the "
                    "changed one a new version"
                )
            continue
        found.append(one)
        if target.document is not None:
            check_earlier(target.document, one)
    return tuple(found)
