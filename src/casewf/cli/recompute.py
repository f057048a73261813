"""``casewf calendar recompute``: which due instants a new version of a calendar moves, and moving them (K6)."""

from __future__ import annotations

import argparse

from casewf.cli.engines import add_source, opened_engine
from casewf.cli.showing import counted
from casewf.cli.terminal import Terminal, UsageError, terminal
from casewf.definition.load import load_calendar
from casewf.engine.calendar_change import CalendarChange, LimitMove
from casewf.model.case import Actor
from casewf.views.text import pad, width

_DRY_RUN = "dry-run"


def add(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Declare the command; its calendar and its language are those of its neighbours."""
    parser = parts.add_parser(
        "recompute",
        help="tell which limits of running cases a version of the calendar moves",
        description="Tells which due instants would move if the running clocks went by this version of the "
        "calendar, and writes nothing; --apply writes it, an event for each clock. With --app the calendar is the "
        "one of this id that the host's engine has.",
    )
    add_source(parser)
    parser.add_argument("--apply", action="store_true", help="write it; needs --by")
    parser.add_argument("--by", metavar="PERSON", help="in whose name it is written")
    parser.set_defaults(command=run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Tell or write; 0, or 1 if some case could not be looked at."""
    out = terminal(arguments.lang)
    if arguments.apply and not arguments.by:
        raise UsageError(out.say("--apply 需要 --by 指明以谁的名义", "--apply needs --by: in whose name"))
    calendar = load_calendar(arguments.calendar)
    with opened_engine(arguments, {calendar.id: calendar}) as engine:
        actor = Actor(arguments.by or _DRY_RUN)
        found = engine.recompute(calendar.id, actor=actor, apply=arguments.apply)
    _print_moves(found, out)
    print(_summary(found, out))
    return 1 if found.failed else 0


def _print_moves(found: CalendarChange, out: Terminal) -> None:
    rows = [
        (one.case, one.sla, f"{_time(one.before)} → {_time(one.after)}", _remark(one, out))
        for one in found.moves
    ]
    widths = [max((width(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        print("  ".join(pad(cell, room) for cell, room in zip(row, (*widths, 0), strict=True)).rstrip())
    for case_id in found.failed:
        print(out.paint(out.say(f"✗ {case_id}：无法计算", f"✗ {case_id}: could not be looked at"), "red"))


def _time(moment: object) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _remark(move: LimitMove, out: Terminal) -> str:
    if move.breaches:
        return out.say("已过，将即刻超时", "has passed: late at once")
    if move.provisional:
        return out.say("暂定", "provisional")
    return out.say("暂停中", "paused") if move.paused else ""


def _summary(found: CalendarChange, out: Terminal) -> str:
    what = f"{found.calendar} {found.version[:12]}"
    if not found.clocks and not found.failed:
        return out.say(
            f"没有计时可按 {what} 重新计算：都已按它计算，或不使用日历 {found.calendar}",
            f"no clock to measure by {what}: all go by it already, or by a calendar other than {found.calendar}",
        )
    numbers = out.say(
        f"{len(found.moves)}个期限变动，涉及{found.cases}件工单的{found.clocks}个计时",
        f"{counted(len(found.moves), 'due instant')} of {counted(found.clocks, 'clock')} in "
        f"{counted(found.cases, 'case')}",
    )
    if found.applied:
        return out.say(f"✓ 已按 {what} 重新计算：{numbers}", f"✓ measured by {what}: moved {numbers}")
    return out.say(
        f"若按 {what} 计算：{numbers}（未写入）", f"by {what} would move {numbers} (nothing was written)"
    )
