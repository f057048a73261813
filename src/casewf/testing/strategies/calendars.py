"""Working calendars of every shape, and instants near what is hard in them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from casewf.worktime import WorkCalendar

__all__ = ["PATTERNS", "WEEKDAYS", "calendars", "instants", "weeks", "zones"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PATTERNS: tuple[list[tuple[str, str]], ...] = (
    [("09:00", "12:00"), ("14:00", "18:00")],
    [("08:00", "17:00")],
    [("06:00", "22:00")],
    [("22:00", "06:00")],
    [("06:00", "10:00"), ("12:15", "12:16"), ("23:59", "05:59")],
    [("08:00", "24:00")],
    [("08:00", "08:45")],
)
"""The hours of a day: with a break, through the night, to midnight, a minute long."""

_ZONES = (
    "Asia/Shanghai",
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",  # its gap lay at midnight until 2019
    "Australia/Lord_Howe",  # half an hour of DST
    "Asia/Tehran",
    "Pacific/Apia",  # 2011-12-30 did not exist
)
_YEARS = tuple(map(dt.datetime.fromisoformat, ("2025-06-01", "2026-12-31")))
_CHANGES = tuple(map(dt.datetime.fromisoformat, ("2026-03-07", "2026-03-28", "2026-04-03", "2026-10-24")))
_PAST_CHANGES = tuple(map(dt.datetime.fromisoformat, ("2011-12-28", "2018-11-02", "2022-03-20")))


def zones() -> st.SearchStrategy[str]:
    """Names of time zones, with and without daylight saving, some whose clocks jump at odd times."""
    return st.sampled_from(_ZONES)


def weeks() -> st.SearchStrategy[dict[str, list[tuple[str, str]]]]:
    """Weekly hours as ``WorkCalendar`` takes them: some days of the week, each with its own hours."""
    return st.dictionaries(st.sampled_from(WEEKDAYS), st.sampled_from(PATTERNS), min_size=1)


@st.composite
def instants(draw: st.DrawFn) -> dt.datetime:
    """Aware datetimes of about 2026, often on a minute, often within three days of a change of some zone."""
    minutes = st.integers(0, 3 * 1440).map(lambda minute: dt.timedelta(minutes=minute))
    moment = draw(
        st.one_of(
            st.datetimes(*_YEARS),
            st.datetimes(*_YEARS).map(lambda instant: instant.replace(minute=0, second=0, microsecond=0)),
            st.builds(lambda day, minute: day + minute, st.sampled_from(_CHANGES), minutes),
            st.builds(lambda day, minute: day + minute, st.sampled_from(_PAST_CHANGES), minutes),
        )
    )
    return moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(draw(zones())))


@st.composite
def calendars(
    draw: st.DrawFn,
    *,
    id: str = "calendar",  # noqa: A002  # the word of calendar files
    announced_through: dt.date | None = None,
) -> WorkCalendar:
    """Working calendars with night shifts, days off and make-up days about 2026, in any zone.

    Args:
        draw: Hypothesis's.
        id: the calendar's id, by which a workflow names it.
        announced_through: the last date that is known, or None without such a horizon (T6).
    """
    dates = draw(st.lists(st.dates(dt.date(2025, 12, 1), dt.date(2026, 12, 1)), unique=True, max_size=12))
    half = len(dates) // 2
    # Make-up days open after every night shift has closed, so that no two spans overlap.
    return WorkCalendar(
        id=id,
        zone=draw(zones()),
        week=draw(weeks()),
        days_off=dict.fromkeys(dates[:half], "off"),
        extra_days=dict.fromkeys(dates[half:], "make-up"),
        extra_hours=[("06:00", "12:00"), ("23:00", "24:00")],
        announced_through=announced_through,
    )
