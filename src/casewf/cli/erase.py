"""``casewf erase``: a person's data, or that of cases whose retention is over (D5; PIPL art. 19 and 47)."""

from __future__ import annotations

import argparse

from casewf.cli.engines import add_source, opened_engine
from casewf.cli.showing import counted
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.engine.erasing import Erasure
from casewf.model.case import Actor

_DRY_RUN = "dry-run"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "erase",
        help="erase a person's data, or what is kept no longer",
        description="Tells what would be erased, and changes nothing; --apply erases it, which cannot be undone. The "
        "history stays, and casewf verify still finds it whole.",
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--person", metavar="ID", help="the host's id of the person, in whatever case he is")
    which.add_argument(
        "--ended",
        action="store_true",
        help="everything sensitive in closed cases whose retention is over",
    )
    add_source(parser)
    parser.add_argument(
        "--texts",
        action="store_true",
        help="with --person: comments and notes, too, of cases that are about others as well",
    )
    parser.add_argument("--apply", action="store_true", help="erase it; needs --by and --reason")
    parser.add_argument("--by", metavar="PERSON", help="in whose name it is recorded")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; stays for ever, so name nobody")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Tell or erase; 0, or 1 if some case could not be erased."""
    out = terminal(arguments.lang)
    if arguments.apply and not (arguments.by and arguments.reason.strip()):
        raise UsageError(
            out.say(
                "--apply 需要 --by（以谁的名义）和 --reason（为何）",
                "--apply needs --by, in whose name, and --reason",
            )
        )
    if arguments.texts and arguments.ended:
        raise UsageError(
            out.say(
                "--ended 本来就包括全部文字，不需要 --texts",
                "--ended takes all texts anyway; leave out --texts",
            )
        )
    actor = Actor(arguments.by or _DRY_RUN)
    with opened_engine(arguments) as engine:
        if arguments.ended:
            found = engine.end_retention(actor=actor, reason=arguments.reason, apply=arguments.apply)
        else:
            found = engine.erase_person(
                arguments.person,
                actor=actor,
                reason=arguments.reason,
                texts=arguments.texts,
                apply=arguments.apply,
            )
    _print(found, out)
    return 1 if found.failed else 0


def _print(found: Erasure, out: Terminal) -> None:
    for one in found.cases:
        left = (
            out.say(
                f"；{one.texts_left}段备注或附件名涉及他人，保留（--texts 一并删除）",
                f"; {counted(one.texts_left, 'text')} stay, since the case is about others, too (--texts takes them)",
            )
            if one.texts_left
            else ""
        )
        print(
            out.say(
                f"{one.case}：{one.values}个值{left}", f"{one.case}: {counted(one.values, 'value')}{left}"
            )
        )
    for case_id in found.failed:
        print(out.paint(out.say(f"✗ {case_id}：未能删除", f"✗ {case_id}: could not be erased"), "red"))
    values = sum(one.values for one in found.cases)
    cases = sum(one.values > 0 for one in found.cases)
    numbers = out.say(
        f"{cases}件工单中的{values}个值", f"{counted(values, 'value')} in {counted(cases, 'case')}"
    )
    if found.applied:
        print(out.say(f"✓ 已删除：{numbers}", f"✓ erased: {numbers}"))
    else:
        print(
            out.say(
                f"将删除：{numbers}（未改动；加 --apply 执行）",
                f"would erase {numbers} (nothing was changed; --apply does it)",
            )
        )
