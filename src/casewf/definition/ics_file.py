"""Days off and make-up days out of ``.ics`` files; the only module that knows ``icalendar``, an extra.

What an event means is ``docs/reference/calendar-format.md``. Events are cut out of the text and parsed one by
one: so each problem is told with its line, and nothing else in a feed (time zones, alarms) costs anything.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from casewf.definition.calendar_days import Days
from casewf.definition.calendar_layers import MAX_FILES
from casewf.definition.files import NotReadable, decode
from casewf.definition.findings import Report, quoted
from casewf.definition.node import Node, Span
from casewf.definition.origin import Origin
from casewf.definition.source import SourceText
from casewf.definition.values import date_of, texts
from casewf.errors import DefinitionError

if TYPE_CHECKING:
    from icalendar import Event, vRecur

__all__ = ["MAX_EVENTS", "read_feeds"]

MAX_EVENTS = 5_000
_LONGEST = 366
_MOST_YEARS = 100
_YEARS = (1900, 2200)

_EDGE = re.compile(r"^(BEGIN|END):VEVENT[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_SUMMARY = re.compile(r"^SUMMARY[;:].*$", re.MULTILINE | re.IGNORECASE)
_READ = re.compile(r"DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID|STATUS|SUMMARY|X-APPLE-SPECIAL")
_BRACKETED = re.compile(r"\s*[（(\[【]([休班])[）)\]】]")
_WORKED = re.compile(r"补班|(?<!不)上班|(?<!non[ -])\bwork(?:ing)?[ -]?day\b", re.IGNORECASE)
_OFF = re.compile(r"放假|休假|休息|不上班")
_UNCLEAR = re.compile(r"班|调休")
_OBSERVANCE = re.compile(r"Observance|纪念日")
_SPECIAL = {"WORK-HOLIDAY": "休", "ALTERNATE-WORKDAY": "班"}
_SIMPLE = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "WKST"}
_FETCH = "fetch the file again, or save it again from the program that made it"
_BY_HAND = "take the event out of the .ics file, and write its dates into the calendar file"


class _Event(NamedTuple):
    """An event, where it stands, and how it is marked: ``休``, ``班``, or not at all."""

    event: Event
    span: Span
    summary: str
    mark: str


def read_feeds(report: Report, node: Node | None, origin: Origin) -> Days:
    """The days in the ``.ics`` files that a calendar file names; a later file wins.

    Args:
        report: of the calendar file; findings in a feed name the feed.
        node: the key ``ics``.
        origin: where the calendar file lies.
    """
    days = Days()
    names = texts(report, node, "ics")
    if len(names) > MAX_FILES:
        message = f"more than {MAX_FILES} .ics files"
        report.add("CW506", message, names[MAX_FILES].span, help="one feed may hold many years")
    for item in names[:MAX_FILES]:
        try:
            content, file = origin.content_of(item.text)
            feed = Report(SourceText(file, decode(content, file).removeprefix("\ufeff")))
            days.lay(_read_feed(feed))
        except NotReadable as error:
            message = f"the .ics file {quoted(item.text)} cannot be read: {error}"
            report.add("CW101", message, item.span, help="a path starts at this file's folder")
        except DefinitionError as error:
            report.adopt(error)
        except ModuleNotFoundError as error:
            if error.name != "icalendar":
                raise
            message = "an .ics file needs the package icalendar, which is not installed"
            report.add("CW509", message, item.span, help="install it with: pip install 'casewf[ics]'")
    return days


def _read_feed(report: Report) -> Days:
    """The days in one feed.

    Raises:
        DefinitionError: with all its problems.
        ModuleNotFoundError: ``icalendar`` is not installed.
    """
    events = _events(report)
    is_marking = any(event.mark for event in events)
    days = Days()
    for event in events:
        if _text(event.event, "STATUS").upper() == "CANCELLED" or (is_marking and not event.mark):
            continue
        if not event.mark and _OBSERVANCE.match(_text(event.event, "DESCRIPTION")):
            continue
        _put(report, event, days)
    report.close()
    return days


def _events(report: Report) -> list[_Event]:
    text = report.source.text
    if not text.lstrip()[:15].upper().startswith("BEGIN:VCALENDAR"):
        report.fail("CW507", "this is no iCalendar file: it does not begin with BEGIN:VCALENDAR", help=_FETCH)
    if not text.rstrip()[-13:].upper().endswith("END:VCALENDAR"):
        end = report.source.span_at(len(text))
        report.fail("CW507", "the file is cut off: it does not end with END:VCALENDAR", end, help=_FETCH)
    blocks = list(_blocks(report))
    if not blocks:
        report.fail("CW507", "there is no event in the file", help=_FETCH)
    if len(blocks) > MAX_EVENTS:
        report.fail("CW103", f"the file has more than {MAX_EVENTS:,} events", help="is it the right file?")
    return [event for start, end in blocks if (event := _event(report, start, end)) is not None]


def _blocks(report: Report) -> Iterator[tuple[int, int]]:
    """Where the events begin and end in the text."""
    start: int | None = None
    for edge in _EDGE.finditer(report.source.text):
        begins = edge[1].upper() == "BEGIN"
        if begins is (start is not None):
            span = report.source.span_at(edge.start(), len(edge[0].rstrip()))
            message = "BEGIN:VEVENT inside an event" if begins else "END:VEVENT outside an event"
            report.fail("CW507", message, span, help=_FETCH)
        if start is None:
            start = edge.start()
        else:
            yield start, edge.end()
            start = None
    if start is not None:
        span = report.source.span_at(start, len("BEGIN:VEVENT"))
        report.fail("CW507", "an event without END:VEVENT", span, help=_FETCH)


def _event(report: Report, start: int, end: int) -> _Event | None:
    text = report.source.text
    line = _SUMMARY.search(text, start, end) or _EDGE.match(text, start)
    span = report.source.span_at(line.start(), len(line[0].rstrip())) if line else Span()
    event = _parsed(text[start:end])
    if isinstance(event, str):
        message = f"an event that cannot be read: {' '.join(event.split())[:200]}"
        report.add("CW507", message, span, help=_BY_HAND)
        return None
    summary = _text(event, "SUMMARY")
    bracketed = _BRACKETED.search(summary)
    mark = _SPECIAL.get(_text(event, "X-APPLE-SPECIAL-DAY").upper(), bracketed[1] if bracketed else "")
    return _Event(event, span, summary, mark)


def _parsed(text: str) -> Event | str:
    """The event of a text, or why it cannot be read."""
    from icalendar import Event  # noqa: PLC0415  # an extra

    try:
        event: object = Event.from_ical(text)
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        return str(error)
    if not isinstance(event, Event):  # the parser names a component by its unfolded first line
        return "its line BEGIN:VEVENT goes on in the next line, which begins with a space"
    return next((what for name, what in event.errors if _READ.search(f"{name} {what}")), event)


def _is_worked(found: _Event) -> bool | None:
    """Whether an event is a make-up day; None if its summary can be read either way."""
    if found.mark:
        return found.mark == "班"
    worked, off = _WORKED.search(found.summary) is not None, _OFF.search(found.summary) is not None
    if worked == off and (worked or _UNCLEAR.search(found.summary)):
        return None
    return worked


def _put(report: Report, found: _Event, days: Days) -> None:
    """Add the dates of one event."""
    is_worked = _is_worked(found)
    if is_worked is None:
        message = f"{quoted(found.summary)} may be a day off or a make-up day"
        report.add("CW508", message, found.span, help="call it …放假 or …补班")
        return
    dates = _dates(report, found)
    name = _BRACKETED.sub("", found.summary) or ("调休上班" if is_worked else "休")
    if dates and found.event.rrules:
        is_one = len(dates) == 1 and not is_worked
        first, dates = dates[0], _years(found.event.rrules, dates[0]) if is_one else None
        if dates is None:
            message = f"{quoted(found.summary)} recurs otherwise than as a day off on one date of every year"
            report.add("CW508", message, found.span, help=_BY_HAND)
        elif not dates:
            days.yearly[f"{first:%m-%d}"] = name
    own, other = (days.extra, days.off) if is_worked else (days.off, days.extra)
    for day in dates or ():
        if day in other:
            message = f"{day} is both a day off and a make-up day"
            report.add("CW505", message, found.span, help=f"it is also the day of {quoted(other[day])}")
        own.setdefault(day, name)


def _dates(report: Report, found: _Event) -> list[dt.date] | None:
    """All dates of an all-day event, or None with a finding."""
    event, advice = found.event, _BY_HAND
    start, end = _value(event, "DTSTART"), _value(event, "DTEND")
    if any(name in event for name in ("RDATE", "EXDATE", "RECURRENCE-ID")):
        problem = "recurs with exceptions"
    elif isinstance(start, dt.datetime) or isinstance(end, dt.datetime):
        problem, advice = "has a time of day", "make it an all-day event, or take it out of the .ics file"
    elif not isinstance(start, dt.date):
        problem = "has no date"
    elif not _YEARS[0] <= start.year <= _YEARS[1]:
        problem = f"lies outside the years {_YEARS[0]} to {_YEARS[1]}"
    else:
        length = _value(event, "DURATION")
        if isinstance(end, dt.date):
            length = end - start
        days = length.days if isinstance(length, dt.timedelta) else 1
        if 0 <= days <= _LONGEST:
            # DTEND is the day after the last; some feeds repeat DTSTART for an event of one day.
            return [start + dt.timedelta(number) for number in range(max(days, 1))]
        problem = "ends before it begins" if days < 0 else f"has more than {_LONGEST} days"
    report.add("CW508", f"{quoted(found.summary)} {problem}", found.span, help=advice)
    return None


def _text(event: Event, name: str) -> str:
    """A property in one line, without what a terminal would act on; the first one if it is repeated."""
    value = event.get(name, "")
    text = str(value[0] if isinstance(value, list) else value)
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _value(event: Event, name: str) -> object:
    return getattr(event.get(name), "dt", None)


def _years(rules: list[vRecur], first: dt.date) -> list[dt.date] | None:
    """The dates of a yearly recurrence; none if it has no end, and None if it is another recurrence."""
    rule = rules[0]
    parts = {name: [str(value) for value in rule[name]] for name in rule}
    wanted = {"INTERVAL": ["1"], "BYMONTH": [str(first.month)], "BYMONTHDAY": [str(first.day)]}
    is_simple = not parts.keys() - _SIMPLE and all(
        parts.get(name, value) == value for name, value in wanted.items()
    )
    if len(rules) > 1 or parts.get("FREQ") != ["YEARLY"] or not is_simple:
        return None
    if not parts.keys() & {"COUNT", "UNTIL"}:
        return []
    last = f"{rule['UNTIL'][0]:%Y-%m-%d}" if "UNTIL" in rule else "9999-12-31"
    count = int(rule["COUNT"][0]) if "COUNT" in rule else _MOST_YEARS
    years = (f"{year:04}-{first:%m-%d}" for year in range(first.year, first.year + _MOST_YEARS))
    return [day for text in years if text <= last and (day := date_of(text)) is not None][:count]
