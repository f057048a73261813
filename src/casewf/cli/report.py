"""``casewf report``: key figures of a database, with what they are made of and what was left out."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from casewf.adapters.system import SystemClock
from casewf.cli.databases import METAVAR, Database, existing_store
from casewf.cli.output import write_output
from casewf.cli.report_output import Report, report_csv, report_json, report_page
from casewf.cli.report_period import outages_of, period_of
from casewf.cli.report_reading import Section, calendars_of, count, terms_for, versions_of
from casewf.cli.showing import counted
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.cli.wanted import check_known
from casewf.errors import WorkingTimeError
from casewf.kpi import Conventions
from casewf.model.zone import load_zone
from casewf.views.figures import figure_table
from casewf.views.text import wrap
from casewf.views.untold import untold

_CONVENTIONS = {
    "members": (("due", "closed", "registered"), "which cases the closing and on-time rates are of"),
    "submission": (("first", "last"), "which submission ends the handling"),
    "suspended": (("deducted", "counted"), "what becomes of the time in which a case stood still"),
    "days": (("whole", "exact", "calendar"), "in which days handling is told"),
    "ratings": (("case", "person"), "whose satisfaction it is"),
    "rating": (("final", "first"), "which rating counts"),
    "ruled": (("counted", "excluded"), "what becomes of dissatisfaction for which rework was denied"),
}
"""The options that change numbers: the first value is the one without the option."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "report",
        help="tell the key figures of a database",
        description="Counts the cases of a database and tells the key figures: value, numerator and denominator, what "
        "was left out and why, and by which convention it was counted. Reads only.",
    )
    parser.add_argument("--db", metavar=METAVAR, required=True, help="the database")
    which = parser.add_argument_group("what is counted")
    which.add_argument(
        "--period",
        metavar="PERIOD",
        help="2026, 2026-01, 2026-01-31, or from one to another: 2026-01..2026-03; by default everything up to now",
    )
    which.add_argument("--zone", metavar="ZONE", help="whose days these are; by default the calendars' zone")
    which.add_argument("--workflow", metavar="ID", help="only cases of this workflow")
    which.add_argument("--org", metavar="ORG", help="only cases of this organisation and those below it")
    which.add_argument(
        "--terms",
        metavar="FILE",
        action="append",
        default=[],
        help="what the names of your workflow mean; may be repeated",
    )
    how = parser.add_argument_group("how it is counted; the first is what holds without the option")
    for name, (values, about) in _CONVENTIONS.items():
        how.add_argument(f"--{name}", choices=values, default=values[0], help=about)
    how.add_argument(
        "--outage",
        metavar="FROM..TO",
        action="append",
        default=[],
        help="when the telephones did not work, such as 2026-01-05T10:00..2026-01-05T12:30; may be repeated",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON, for programs")
    form.add_argument("--csv", action="store_true", help="as CSV, for a spreadsheet")
    form.add_argument("--html", metavar="FILE", help="as a page; the file is replaced")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Count and print; 0, also if there are no cases."""
    out = terminal(arguments.lang)
    now = SystemClock().now()
    with existing_store(arguments.db) as store:
        versions = versions_of(store)
        if arguments.workflow is not None and versions:
            check_known(out, ("流程", "workflow"), arguments.workflow, versions)
        zone = _zone(arguments.zone, store, out)
        period = period_of(arguments.period, zone, now, out)
        chosen = {name: getattr(arguments, name) for name in _CONVENTIONS}
        conventions = Conventions(outages=outages_of(arguments.outage, zone, out), **chosen)
        terms = terms_for(versions, arguments.terms, out)
        sections = count(store, terms, period, conventions, workflow=arguments.workflow, org=arguments.org)
    report = Report(
        sections=sections, period=period, zone=zone.key, conventions=conventions, org=arguments.org, at=now
    )
    _write(report, arguments, out)
    return 0


def _zone(asked: str | None, store: Database, out: Terminal) -> ZoneInfo:
    """The zone of the period: the one asked for, else that of the calendars that cases go by."""
    if asked is not None:
        try:
            return load_zone(asked)
        except WorkingTimeError as error:
            raise UsageError(f"--zone: {error}") from error
    zones = sorted({calendar.zone for calendar in calendars_of(store).values()})
    if len(zones) > 1:
        listed = ", ".join(zones)
        raise UsageError(
            out.say(
                f"这些工单的日历分属不同时区（{listed}）；请用 --zone 指明以哪个时区划分日期",
                f"the cases go by calendars of several zones ({listed}); say with --zone whose days are meant",
            )
        )
    return load_zone(zones[0] if zones else "UTC")


def _write(report: Report, arguments: argparse.Namespace, out: Terminal) -> None:
    if arguments.json:
        write_output(report_json(report), None, out)
    elif arguments.csv:
        write_output(report_csv(report, out.lang), None, out)
    elif arguments.html is not None:
        write_output(report_page(report, out.lang), arguments.html, out)
    else:
        _print(report, out)


def _print(report: Report, out: Terminal) -> None:
    start, end = report.span
    span = (
        out.say(f"{start} 至 {end}", f"{start} to {end}") if start else out.say(f"截至 {end}", f"up to {end}")
    )
    lines = [f"{span} ({report.zone})"]
    if report.org is not None:
        lines.append(out.say(f"单位 {report.org} 及其下级", f"organisation {report.org} and those below it"))
    for section in report.sections:
        lines += ["", *_section(section, out)]
    if not report.sections:
        lines += ["", out.say("没有工单", "no cases")]
    print(*lines, sep="\n")


def _section(section: Section, out: Terminal) -> Sequence[str]:
    terms = section.terms
    numbers = [str(one) for one in section.versions]
    about = [
        out.say(
            f"{terms.workflow} 第{'、'.join(numbers)}版", f"{terms.workflow}, version {', '.join(numbers)}"
        ),
        out.say(f"共查{section.cases:,}件工单", f"{counted(section.cases, 'case')} looked at"),
    ]
    if section.imported:
        about.append(out.say(f"其中导入{section.imported:,}件", f"{section.imported:,} of them imported"))
    if section.erased:
        about.append(out.say(f"已删除个人信息{section.erased:,}件", f"{section.erased:,} of them erased"))
    title = terms.title.text(out.lang) or terms.workflow
    lines = [out.paint(line, "bold") for line in wrap(title, out.columns)]
    lines += wrap(out.say("，", "; ").join(about), out.columns)
    if line := untold(terms, out.lang):
        lines += wrap(line, out.columns)
    return lines + figure_table(section.figures, terms, lang=out.lang, columns=out.columns, paint=out.paint)
