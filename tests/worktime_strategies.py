"""Generated calendars, instants and amounts: overnight shifts, make-up days, zones with DST."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from casewf.worktime import WorkCalendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = (
    "Asia/Shanghai",
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",  # its gap lay at midnight until 2019
    "Australia/Lord_Howe",  # half an hour of DST
    "Asia/Tehran",
    "Pacific/Apia",  # 2011-12-30 did not exist
)
PATTERNS: tuple[list[tuple[str, str]], ...] = (
    [("09:00", "12:00"), ("14:00", "18:00")],
    [("08:00", "17:00")],
    [("06:00", "22:00")],
    [("22:00", "06:00")],
    [("06:00", "10:00"), ("12:15", "12:16"), ("23:59", "05:59")],
    [("08:00", "24:00")],
    [("08:00", "08:45")],
)
YEARS = tuple(map(dt.datetime.fromisoformat, ("2025-06-01", "2026-12-31")))
CHANGES = tuple(map(dt.datetime.fromisoformat, ("2026-03-07", "2026-03-28", "2026-04-03", "2026-10-24")))
PAST_CHANGES = tuple(map(dt.datetime.fromisoformat, ("2011-12-28", "2018-11-02", "2022-03-20")))
HOUR_US = 3_600_000_000

LAW = settings(max_examples=70, deadline=None)  # some examples lay out decades, and the oracle walks

zones = st.sampled_from(ZONES)
weeks = st.dictionaries(st.sampled_from(WEEKDAYS), st.sampled_from(PATTERNS), min_size=1)
works = st.one_of(
    st.integers(0, 60 * HOUR_US),
    st.integers(0, 6_000).map(lambda minutes: minutes * 60_000_000),
)


@st.composite
def instants(draw: st.DrawFn) -> dt.datetime:
    """Aware datetimes of about 2026, often on a minute, often within three days of a change of some zone."""
    minutes = st.integers(0, 3 * 1440).map(lambda minute: dt.timedelta(minutes=minute))
    moment = draw(
        st.one_of(
            st.datetimes(*YEARS),
            st.datetimes(*YEARS).map(lambda instant: instant.replace(minute=0, second=0, microsecond=0)),
            st.builds(lambda day, minute: day + minute, st.sampled_from(CHANGES), minutes),
            st.builds(lambda day, minute: day + minute, st.sampled_from(PAST_CHANGES), minutes),
        )
    )
    return moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(draw(zones)))


@st.composite
def calendars(draw: st.DrawFn, /, **content: Any) -> WorkCalendar:
    dates = draw(st.lists(st.dates(dt.date(2025, 12, 1), dt.date(2026, 12, 1)), unique=True, max_size=12))
    half = len(dates) // 2
    # Make-up days open after every night shift has closed, so that no two spans overlap.
    return WorkCalendar(
        zone=draw(zones),
        week=draw(weeks),
        days_off=dict.fromkeys(dates[:half], "off"),
        extra_days=dict.fromkeys(dates[half:], "make-up"),
        extra_hours=[("06:00", "12:00"), ("23:00", "24:00")],
        **content,
    )
