"""The period of a report: a day, a month, a year, or from one of them to another."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from casewf.cli.terminal import Terminal, UsageError
from casewf.definition.values import FIRST_YEAR, LAST_YEAR
from casewf.kpi import Period
from casewf.model.plain_text import printable
from casewf.worktime import epoch_us

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def period_of(written: str | None, zone: ZoneInfo, now: int, out: Terminal) -> Period:
    """What ``--period`` asks for, up to now at most.

    Args:
        written: ``2026``, ``2026-01``, ``2026-01-31``, or two of them with ``..`` between, of which one may be left
            out; both ends belong to it. None for everything up to now.
        zone: whose midnight it is.
        now: the present, in microseconds.
        out: the terminal, for its language.

    Raises:
        UsageError: it is nothing of the kind, ends before it begins, or begins in the future.
    """
    if written is None:
        return Period(None, now)
    first, dots, last = written.partition("..")
    last = last if dots else first
    begin = _days(first, written, out)[0] if first or not last else None
    end = _days(last, written, out)[1] if last else None
    start = None if begin is None else _midnight(begin, zone)
    stop = now if end is None else min(now, _midnight(end, zone))
    if start is not None and start >= stop:
        shown = printable(written)
        raise UsageError(
            out.say(
                f"--period {shown}：没有这段时间，它尚未开始或先终后始",
                f"--period {shown}: it has not begun yet, or ends before it begins",
            )
        )
    return Period(start, stop, now)


def outages_of(written: Iterable[str], zone: ZoneInfo, out: Terminal) -> tuple[tuple[int, int], ...]:
    """The spans of ``--outage``, such as ``2026-01-05T10:00..2026-01-05T12:30``.

    Raises:
        UsageError: one is no such span.
    """
    return tuple(_outage(one, zone, out) for one in written)


def _outage(written: str, zone: ZoneInfo, out: Terminal) -> tuple[int, int]:
    begin, _, end = written.partition("..")
    try:
        first, last = (
            epoch_us(dt.datetime.fromisoformat(part).replace(tzinfo=zone)) for part in (begin, end)
        )
    except ValueError:
        first = last = 0
    if first >= last:
        shown = printable(written)
        raise UsageError(
            out.say(
                f"--outage {shown}：请写成 2026-01-05T10:00..2026-01-05T12:30",
                f"--outage {shown}: write it as 2026-01-05T10:00..2026-01-05T12:30",
            )
        )
    return first, last


def _days(written: str, whole: str, out: Terminal) -> tuple[dt.date, dt.date]:
    """The first day of a year, of a month or the day itself, and the day after it."""
    found = _DATE.fullmatch(written)
    try:
        if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            raise ValueError
        year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
        first = dt.date(year, month, day)
    except ValueError:
        shown = printable(whole)
        raise UsageError(
            out.say(
                f"--period {shown}：请写成 2026、2026-01、2026-01-31，或 2026-01..2026-03",
                f"--period {shown}: write it as 2026, 2026-01, 2026-01-31, or 2026-01..2026-03",
            )
        ) from None
    if found[3]:
        return first, first + dt.timedelta(days=1)
    return first, dt.date(year + month // 12, month % 12 + 1, 1) if found[2] else dt.date(year + 1, 1, 1)


def _midnight(day: dt.date, zone: ZoneInfo) -> int:
    return epoch_us(dt.datetime.combine(day, dt.time(), zone))
