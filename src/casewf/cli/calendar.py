"""``casewf calendar show | check | recompute``: what a calendar says, what in it wants looking at, what it moves."""

from __future__ import annotations

import argparse
import datetime as dt
from zoneinfo import ZoneInfo

from casewf.adapters.system import SystemClock
from casewf.cli import recompute
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.definition.load import load_calendar
from casewf.errors import WorkingTimeError
from casewf.views.calendar_check import check_calendar, compare_calendars
from casewf.views.calendar_days import CalendarDays
from casewf.views.calendar_page import calendar_page
from casewf.views.text import marked
from casewf.worktime import WorkCalendar, from_chinesecalendar, from_holidays

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_SHOWN = 40


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its parts."""
    parser = commands.add_parser(
        "calendar",
        help="show or check a working calendar, or see what it moves",
        description="Shows or checks a working calendar, or tells which limits a new version of it moves.",
    )
    parts = parser.add_subparsers(metavar="show|check|recompute", required=True)
    show_parser = parts.add_parser(
        "show",
        help="print a year month by month",
        description="Prints a year of a calendar with its days off, its make-up days, and how far it is known.",
    )
    show_parser.add_argument("--year", type=_year, help="the year to show; by default the present one")
    show_parser.set_defaults(command=show)
    check_parser = parts.add_parser(
        "check",
        help="find what changes nothing, and whether the next notice is due",
        description="Reads a calendar and tells what should be looked at; 1 if there is something.",
    )
    check_parser.add_argument(
        "--against",
        type=_source,
        metavar="chinesecalendar|holidays:CODE",
        help="compare day by day with this package; CODE is a country, such as CN",
    )
    check_parser.set_defaults(command=check)
    for part in (show_parser, check_parser, recompute.add(parts)):
        part.add_argument("calendar", metavar="CALENDAR", help="a calendar file, or the id of a packaged one")
        add_lang(part)


def show(arguments: argparse.Namespace) -> int:
    """Print one year; 0."""
    out = terminal(arguments.lang)
    calendar = load_calendar(arguments.calendar)
    year = arguments.year or _today(calendar).year
    print(calendar_page(calendar, year, lang=out.lang, columns=out.columns, colour=out.colour))
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Print what should be looked at; 0 if nothing, 1 if something."""
    out = terminal(arguments.lang)
    calendar = load_calendar(arguments.calendar)
    found = [remark.text(out.lang) for remark in check_calendar(calendar, _today(calendar))]
    if arguments.against is not None:
        found += _compare(calendar, arguments.against, out)
    for remark in found[:_SHOWN]:
        for line in marked("!", remark, out.columns):
            print(out.paint(line, "yellow"))
    if len(found) > _SHOWN:
        rest = len(found) - _SHOWN
        print(out.say(f"……另有{rest}处", f"... and {rest} more"))
    if found:
        number = len(found)
        words = out.say(f"✗ {calendar.id}：{number}处需要看一下", f"✗ {calendar.id}: {number} to look at")
        print(out.paint(words, "bold", "red"))
        return 1
    print(out.paint(out.say(f"✓ {calendar.id}：没有问题", f"✓ {calendar.id}: nothing to look at"), "green"))
    return 0


def _compare(calendar: WorkCalendar, source: str, out: Terminal) -> list[str]:
    """The differences from a package; what was compared is printed.

    Raises:
        UsageError: the package is missing, or knows nothing of these years.
    """
    try:
        other = _calendar_of(source, calendar)
    except (ImportError, WorkingTimeError) as error:
        raise UsageError(f"{source}: {error}") from error
    comparison = compare_calendars(calendar, other, source)
    if comparison is None:
        raise UsageError(f"{source}: it knows none of the years of {calendar.id}")
    first, last = comparison.first, comparison.last
    number = (last - first).days + 1
    print(
        out.say(
            f"与{source}逐日比较：{first} 至 {last}，共{number}天",
            f"compared with {source}: {first} to {last}, {number} days",
        )
    )
    return [difference.text(out.lang) for difference in comparison.differences]


def _calendar_of(source: str, calendar: WorkCalendar) -> WorkCalendar:
    """What a package knows, with the week of ``calendar``.

    Raises:
        ImportError: the package is not installed.
        WorkingTimeError: it knows nothing certain about the years, or there are none.
    """
    days = CalendarDays(calendar)
    if not days.years:
        raise WorkingTimeError(f"{calendar.id} names no dates that could be compared")
    name, _, country = source.partition(":")
    if name == "chinesecalendar":
        return from_chinesecalendar(week=days.week, zone=calendar.zone)
    end = None if country == "CN" else calendar.announced_through or dt.date(days.years[-1], 12, 31)
    return from_holidays(country, years=days.years, week=days.week, zone=calendar.zone, announced_through=end)


def _today(calendar: WorkCalendar) -> dt.date:
    """The present date in the calendar's zone."""
    return dt.datetime.fromtimestamp(SystemClock().now() / 1_000_000, ZoneInfo(calendar.zone)).date()


def _year(text: str) -> int:
    if not text.isdecimal() or not _FIRST_YEAR <= int(text) <= _LAST_YEAR:
        raise argparse.ArgumentTypeError(f"{text!r} is no year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return int(text)


def _source(text: str) -> str:
    name, _, country = text.partition(":")
    if text != "chinesecalendar" and not (name == "holidays" and country):
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither chinesecalendar nor holidays:CODE, such as holidays:CN"
        )
    return text
