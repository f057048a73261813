"""``casewf explain``: why a limit is due when it is (X1), for a stored case or for a start that is made up."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from casewf.cli.databases import METAVAR
from casewf.cli.engines import observed_case
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.cli.typed import option_called, truth_called
from casewf.cli.unknown import known_calendars, unknown
from casewf.core.explain import Explanation, explain_ahead
from casewf.core.fields import FieldProblem, plain_value
from casewf.core.program import Program, compile_program
from casewf.definition.load import load_calendar, load_workflow
from casewf.definition.values import FIRST_YEAR, LAST_YEAR
from casewf.model.workflow import Field, Workflow
from casewf.views.explanation import explanation_text
from casewf.worktime import WorkCalendar, epoch_us

_MOST_DIGITS = 20
"""More than any whole number that a field holds."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "explain",
        help="say why a limit is due when it is",
        description="Explains the limit of a case in a database, or, for authors, of a workflow from a start that you "
        "name: casewf explain C-1 answer --db cases.db; casewf explain complaint.yaml answer --start 2026-02-11T10:00",
    )
    parser.add_argument(
        "subject", metavar="CASE|WORKFLOW", help="a case's id, or a workflow's file or packaged id"
    )
    parser.add_argument("sla", metavar="SLA", help="the limit's id")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--db", metavar=METAVAR, help="the database that holds the case")
    source.add_argument(
        "--start",
        metavar="TIME",
        help="when the limit would start, such as 2026-02-11T10:00, in the calendar's zone",
    )
    parser.add_argument(
        "--set",
        metavar="FIELD=VALUE",
        action="append",
        default=[],
        help="with --start, the value of a field, an option by its code or its label; several values are separated by "
        "commas",
    )
    parser.add_argument(
        "--calendar", metavar="FILE", action="append", default=[], help="a calendar that the workflow goes by"
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Explain and print; 0 if there is something to explain."""
    out = terminal(arguments.lang)
    calendars = {one.id: one for one in map(load_calendar, arguments.calendar)}
    if arguments.db is not None:
        if arguments.set:
            raise UsageError(out.say("--set 只能与 --start 一起使用", "--set goes with --start only"))
        found, workflow = _of_case(arguments.db, arguments.subject, arguments.sla, calendars, out)
    else:
        found, workflow = _ahead(arguments, calendars, out)
    text = explanation_text(found, workflow, lang=out.lang, columns=out.columns, colour=out.colour)
    print(text, end="")
    return 0


def _of_case(
    path: str, case_id: str, sla: str, calendars: Mapping[str, WorkCalendar], out: Terminal
) -> tuple[Explanation, Workflow]:
    with observed_case(path, case_id, calendars=calendars) as found:
        case, engine, observer = found.case, found.engine, found.actor
        if sla not in case.clocks and sla not in case.awaited:
            raise unknown(out, out.say("时限", "limit"), sla, (*case.clocks, *case.awaited))
        return engine.explain(case_id, sla, actor=observer), engine.workflow_of(case_id, actor=observer)


def _ahead(
    arguments: argparse.Namespace, calendars: Mapping[str, WorkCalendar], out: Terminal
) -> tuple[Explanation, Workflow]:
    workflow = load_workflow(arguments.subject)
    program = compile_program(workflow, known_calendars((workflow,), calendars, [arguments.subject], out))
    fields = dict(_value(workflow, one, out) for one in arguments.set)
    if arguments.sla not in program.by_name:
        raise unknown(out, out.say("时限", "limit"), arguments.sla, program.by_name)
    start = _instant(arguments.start, program, fields, out)
    return explain_ahead(program, arguments.sla, start, fields), workflow


def _instant(text: str, program: Program, fields: Mapping[str, object], out: Terminal) -> int:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        message = out.say(
            f"--start：{text!r} 不是时刻，请写成 2026-02-11T10:00",
            f"--start: {text!r} is no time; write it as 2026-02-11T10:00",
        )
        raise UsageError(message) from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        years = f"{FIRST_YEAR}–{LAST_YEAR}"
        raise UsageError(out.say(f"--start：年份应在 {years} 之间", f"--start: the year must be in {years}"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(program.calendar_for(fields).zone))
    return epoch_us(moment)


def _value(workflow: Workflow, pair: str, out: Terminal) -> tuple[str, object]:
    name, equals, text = pair.partition("=")
    field = workflow.fields.get(name)
    if not equals:
        raise UsageError(out.say(f"--set {pair}：应为 字段=值", f"--set {pair}: write FIELD=VALUE"))
    if field is None:
        raise unknown(out, out.say("字段", "field"), name, workflow.fields)
    value: object = [_typed(field, one) for one in text.split(",")] if field.many else _typed(field, text)
    try:
        return name, plain_value(name, field, value)
    except FieldProblem as problem:
        raise UsageError(problem.reason.text(out.lang, workflow.words)) from problem


def _typed(field: Field, text: str) -> object:
    """A text as the value it looks like to a field of this kind; what it is not, the field's own check refuses."""
    if field.of:
        return option_called(field, text) or text
    if field.kind == "boolean":
        truth = truth_called(text)
        return text if truth is None else truth
    if field.kind == "integer" and text.removeprefix("-").isdecimal() and len(text) <= _MOST_DIGITS:
        return int(text)
    return text
