"""Hours of a day and of a week as people write them: pairs of ``HH:MM`` read into checked spans of minutes.

A span belongs to the date on which it opens (T6). It is held as two minutes counted from that date's
midnight; a span over midnight closes at more than 24 * 60 minutes. ``("22:00", "00:00")`` and ``("22:00",
"24:00")`` are one span.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from casewf.errors import WorkingTimeError

__all__ = [
    "MINUTES_PER_DAY",
    "WEEKDAYS",
    "Hours",
    "Spans",
    "hours_text",
    "minutes_open",
    "read_hours",
    "read_week",
]

Hours: TypeAlias = Sequence[Sequence[str]]
"""Opening hours of one day as text: ``[("09:00", "12:00"), ("14:00", "18:00")]``."""

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""Opening hours of one day as (opens, closes) in minutes from its midnight; ordered, disjoint, not empty."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_PER_DAY = 24 * 60

_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})\Z")


def read_week(week: Mapping[str, Hours]) -> tuple[Spans, ...]:
    """Read the hours of each weekday, ``mon`` first; an absent weekday has none.

    Raises:
        WorkingTimeError: no mapping, a key that is no weekday, or hours that ``read_hours`` refuses.
    """
    if not isinstance(week, Mapping):
        raise WorkingTimeError(f"week: expected a mapping, got {week!r}")
    for name in week:
        if name not in WEEKDAYS:
            near = difflib.get_close_matches(str(name).lower()[:3], WEEKDAYS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise WorkingTimeError(
                f"week: {name!r} is no weekday, expected one of {', '.join(WEEKDAYS)}{hint}"
            )
    return tuple(read_hours(week.get(name, ()), f"week.{name}") for name in WEEKDAYS)


def read_hours(hours: object, where: str) -> Spans:
    """Read the opening hours of one day.

    Args:
        hours: pairs of ``HH:MM`` text; ``24:00`` may close a span, and a span that closes before it opens
        ends on
            the next date (T6).
        where: what the hours belong to, for the error text, such as ``week.mon``.

    Raises:
        WorkingTimeError: a time is no ``HH:MM``, a span is empty, or two spans overlap.
    """
    if isinstance(hours, str) or not isinstance(hours, Iterable):
        raise WorkingTimeError(
            f'{where}: expected pairs of times such as [("09:00", "12:00")], got {hours!r}'
        )
    spans = sorted(_read_span(pair, where) for pair in hours)
    for (opens, closes), (next_opens, next_closes) in itertools.pairwise(spans):
        if next_opens < closes:
            raise WorkingTimeError(
                f"{where}: the spans {_text(opens)}-{_text(closes)} and "
                f"{_text(next_opens)}-{_text(next_closes)} overlap; "
                "write one span, or let the second open when the first has closed"
            )
    return tuple(spans)


def _read_span(pair: object, where: str) -> tuple[int, int]:
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        raise WorkingTimeError(f'{where}: expected a pair of times such as ("09:00", "12:00"), got {pair!r}')
    opens, closes = _read_clock(pair[0], where), _read_clock(pair[1], where)
    if opens == MINUTES_PER_DAY:
        raise WorkingTimeError(f'{where}: a span cannot open at "24:00"; write "00:00" on the next day')
    if opens == closes:
        raise WorkingTimeError(
            f'{where}: the span {pair[0]}-{pair[1]} is empty; write ("00:00", "24:00") for the whole day, '
            "or two spans for 24 hours over midnight"
        )
    return opens, closes if opens < closes else closes + MINUTES_PER_DAY


def _read_clock(text: object, where: str) -> int:
    found = _CLOCK.match(text) if isinstance(text, str) else None
    if found is None:
        raise WorkingTimeError(
            f'{where}: {text!r} is no time of day; write HH:MM in quotes, such as "09:00" (YAML reads 9:00 '
            "without quotes as a number)"
        )
    hour, minute = int(found[1]), int(found[2])
    if minute > 59 or hour * 60 + minute > MINUTES_PER_DAY:
        raise WorkingTimeError(f"{where}: {text!r} is no time of day; times run from 00:00 to 24:00")
    return hour * 60 + minute


def hours_text(spans: Spans) -> list[list[str]]:
    """The spans as ``HH:MM`` pairs, in the one form that ``read_hours`` gives for all its spellings."""
    return [[_text(opens), _text(closes)] for opens, closes in spans]


def minutes_open(spans: Spans) -> int:
    """How many minutes the spans are open together."""
    return sum(closes - opens for opens, closes in spans)


def _text(minutes: int) -> str:
    if minutes > MINUTES_PER_DAY:
        minutes -= MINUTES_PER_DAY
    return f"{minutes // 60:02}:{minutes % 60:02}"
