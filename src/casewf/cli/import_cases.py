"""``casewf import``: take over the open cases of an old system from a file, or say what would come of it."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections import Counter

import attrs

from casewf.cli.engines import add_source, importing_engine
from casewf.cli.import_report import report_of, report_path
from casewf.cli.showing import counted
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.engine.import_rows import read_time
from casewf.engine.imported import ImportedLimit
from casewf.engine.importing import ImportedRow
from casewf.model.case import Actor
from casewf.model.plain_text import is_whole, printable
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Workflow
from casewf.model.zone import load_zone
from casewf.views.words import refusal_words

_DRY_RUN = "dry-run"
_PROGRESS = 1_000
"""After how many rows a line on standard error says how far it is."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "import",
        help="take over open cases of an old system",
        description="Imports the open cases of a CSV or JSON file with the past of their clocks, each case at once and "
        "once only: stopped in the middle and started again, it goes on. With --app the host's engine does it; with "
        "--db the file is enough, but without a directory every organisation stands alone.",
    )
    parser.add_argument("file", metavar="FILE", help=".csv, or JSON: a list of objects, or one object a line")
    add_source(parser)
    parser.add_argument(
        "--workflow",
        metavar="ID|FILE",
        required=True,
        help="the workflow; with --app the id of one that it has",
    )
    parser.add_argument(
        "--zone", required=True, help="time zone of times without an offset, such as Asia/Shanghai"
    )
    parser.add_argument(
        "--calendar",
        metavar="FILE",
        action="append",
        default=[],
        help="with --db, a calendar of the workflow",
    )
    parser.add_argument(
        "--warned-until",
        metavar="TIME",
        help="the old system gave every warning that was due before this time",
    )
    parser.add_argument("--by", metavar="PERSON", help="in whose name it is done; needed unless --dry-run")
    parser.add_argument(
        "--dry-run", action="store_true", help="write nothing; say what would come of each row"
    )
    parser.add_argument(
        "--report",
        metavar="FILE.csv",
        help="write the refused rows to this new file, to be corrected and imported again",
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Import; 0 if every row was taken, 1 if some were refused."""
    out = terminal(arguments.lang)
    by = _by(arguments, out)
    report = report_path(arguments.report, arguments.file, arguments.db, out)
    warned_until = _warned_until(arguments, out)
    with importing_engine(arguments) as (engine, workflow):
        found = engine.import_file(
            arguments.file,
            workflow=workflow.id,
            actor=Actor(by),
            zone=arguments.zone,
            warned_until=warned_until,
            dry_run=arguments.dry_run,
        )
        teller = _Teller(out, workflow, all_rows=arguments.dry_run)
        with report_of(report, found.columns, teller.reasons, out) as write:
            for row in found.rows:
                teller.tell(row)
                if row.result.outcome == "refused":
                    write(row)
    print(teller.summary(dry_run=arguments.dry_run))
    if arguments.app is None and teller.with_org:
        print(f"casewf: {_alone(out)}", file=sys.stderr)
    return 1 if teller.counts["refused"] else 0


def _by(arguments: argparse.Namespace, out: Terminal) -> str:
    """In whose name it is done."""
    by: str = arguments.by or ""
    if not by and not arguments.dry_run:
        raise UsageError(out.say("请用 --by 指明以谁的名义导入", "--by is missing: in whose name to import"))
    if by == SYSTEM:
        raise UsageError(
            out.say("--by：system 是 casewf 自身，请填写人员", "--by: system is casewf itself; name a person")
        )
    if not is_whole(by):
        raise UsageError(out.say("--by：不是文本", "--by: this is no text"))
    return by or _DRY_RUN


def _warned_until(arguments: argparse.Namespace, out: Terminal) -> dt.datetime | None:
    if arguments.warned_until is None:
        return None
    moment = read_time(arguments.warned_until, load_zone(arguments.zone))
    if moment is None:
        shown = arguments.warned_until
        raise UsageError(
            out.say(
                f"--warned-until：{shown} 不是时间，请写成 2026-03-16 09:15",
                f"--warned-until: {shown} is no time; write it as 2026-03-16 09:15",
            )
        )
    return moment


@attrs.define(slots=True)
class _Teller:
    """Says what became of each row, and counts."""

    out: Terminal
    workflow: Workflow
    all_rows: bool = attrs.field(kw_only=True)
    counts: Counter[str] = attrs.field(factory=Counter)
    overdue: int = 0
    with_org: bool = False

    def tell(self, row: ImportedRow) -> None:
        """Print what is to be said of a row."""
        out, result, case = self.out, row.result, printable(row.result.case)
        self.counts[result.outcome] += 1
        self.overdue += any(limit.overdue for limit in result.limits)
        self.with_org = self.with_org or any(
            column == "org" or column.startswith("holder.") for column in row.cells
        )
        if result.outcome == "refused":
            where = out.say(f"第{row.line}行", f"line {row.line}")
            print(out.paint(f"✗ {where} {case}".rstrip(), "red"))
            for because in self.reasons(row):
                print(f"    {printable(because)}")
        elif self.all_rows and result.outcome == "skipped":
            print(out.paint(f"· {case}  {out.say('已导入过', 'imported before')}", "dim"))
        elif self.all_rows:
            joint = out.say("；", "; ")
            limits = joint.join(map(self._limit, result.limits)) or out.say("没有时限在计", "no limit runs")
            print(f"✓ {case}  {limits}")
        if sum(self.counts.values()) % _PROGRESS == 0:
            rows = sum(self.counts.values())
            print(out.say(f"…… {rows:,} 行", f"… {rows:,} rows"), file=sys.stderr, flush=True)

    def reasons(self, row: ImportedRow) -> list[str]:
        """Why a row is refused, a sentence each."""
        return [one.text(self.out.lang, refusal_words(self.workflow)) for one in row.result.reasons]

    def summary(self, *, dry_run: bool) -> str:
        """One line for all rows."""
        out, counts = self.out, self.counts
        done = out.say("可导入", "could be imported") if dry_run else out.say("已导入", "imported")
        zh = (
            f"{done}{counts['imported']:,}件，此前已导入{counts['skipped']:,}件，拒绝{counts['refused']:,}行；"
            f"有时限已超时的{self.overdue:,}件"
        )
        en = (
            f"{counted(counts['imported'], 'case')} {done}, {counts['skipped']:,} imported before, "
            f"{counts['refused']:,} refused; {self.overdue:,} with a limit overdue"
        )
        mark, style = ("✗", "red") if counts["refused"] else ("✓", "green")
        tail = out.say("（未写入）", " (nothing was written)") if dry_run else ""
        return out.paint(f"{mark} {out.say(zh, en)}{tail}", style)

    def _limit(self, limit: ImportedLimit) -> str:
        out = self.out
        title = self.workflow.words("sla", limit.sla, out.lang) or limit.sla
        if limit.due is None:
            return title + out.say(" 暂停中", " paused")
        due = f"{title}{out.say(' 限 ', ' due ')}{limit.due:%Y-%m-%d %H:%M}"
        return out.paint(due + out.say(" 已超时", " overdue"), "red") if limit.overdue else due


def _alone(out: Terminal) -> str:
    return out.say(
        "没有组织架构：上级单位看不到下级的工单；需要时请改用 --app",
        "there is no directory: organisations above do not see the cases of those below; use --app if they should",
    )
