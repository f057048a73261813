"""``casewf case``: everything about one case, and what happened to it."""

from __future__ import annotations

import argparse
import json

from casewf.adapters.system import SystemClock
from casewf.cli.case_json import case_json
from casewf.cli.case_page import CasePage
from casewf.cli.databases import METAVAR
from casewf.cli.engines import observed_case
from casewf.cli.terminal import UsageError, add_lang, terminal
from casewf.views.timeline import Names, timeline


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "case",
        help="show everything about one case, and what happened to it",
        description="Shows a case as an operator of the database sees it: sensitive values are masked, unless --role "
        "names a role that may see them.",
    )
    parser.add_argument("case", metavar="ID", help="the case's id")
    parser.add_argument("--db", metavar=METAVAR, required=True, help="the database that holds the case")
    parser.add_argument(
        "--role", metavar="ROLE", action="append", default=[], help="see and do as this role; may be repeated"
    )
    parser.add_argument("--org", metavar="ORG", help="see and do as a member of this organisation")
    parser.add_argument(
        "--all",
        action="store_true",
        help="also what cannot be done, with the reason, as with --role, and fields that hold their default",
    )
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the case; the exit code is 1 if there is none of this id."""
    out = terminal(arguments.lang)
    case_id, roles = arguments.case, frozenset(arguments.role)
    with observed_case(arguments.db, case_id, roles=roles, org=arguments.org) as found:
        engine, observer = found.engine, found.actor
        try:
            case = engine.case(case_id, actor=observer)
        except ValueError as error:  # nobody can have such a role or organisation
            raise UsageError(str(error)) from error
        workflow = engine.workflow_of(case_id, actor=observer)
        file = engine.file(case_id, actor=observer)
        options = engine.options(case_id, actor=observer)
        incidents = engine.incidents(case_id)
        history = engine.history(case_id, actor=observer)
        definitions = engine.definitions_of(case_id, actor=observer)
        now = SystemClock().now()
    if arguments.json:
        document = case_json(case, workflow, file, options=options, incidents=incidents, history=history)
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return 0
    page = CasePage(
        case=case,
        workflow=workflow,
        file=file,
        incidents=incidents,
        options=options,
        now=now,
        defaults=arguments.all,
        refused=arguments.all or bool(roles),
    )
    print(page.text(out))
    shown = timeline(
        workflow,
        history,
        zone=page.zone,
        lang=out.lang,
        columns=out.columns,
        colour=out.colour,
        names=Names(workflows=found.titles),
        definitions=definitions,
    )
    print(shown, end="")
    return 0
