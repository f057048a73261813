"""Calendars and data that several tests of working time ask."""

from __future__ import annotations

import datetime as dt
import functools
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from casewf.worktime import WorkCalendar

OFFICE = [("09:00", "12:00"), ("14:00", "18:00")]
ALL_DAY = [("00:00", "24:00")]
WORKWEEK = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WORKWEEK, "sat", "sun")


def every(
    hours: list[tuple[str, str]], days: tuple[str, ...] = EVERY_DAY
) -> dict[str, list[tuple[str, str]]]:
    """A week with the same hours on each of some days."""
    return {day: hours for day in days}  # noqa: C420  # fromkeys is refused for lists


def load(name: str) -> Any:
    """A file of ``tests/data``."""
    return json.loads((Path(__file__).parent / "data" / name).read_text(encoding="utf-8"))


@functools.cache
def china_dates() -> tuple[dict[dt.date, str], dict[dt.date, str]]:
    """The days off and the make-up days of the national notices, with their names."""
    years = load("china_calendar.json")["years"].values()
    return (
        {dt.date.fromisoformat(d["date"]): d["name"] for y in years for d in y["weekday_days_off"]},
        {dt.date.fromisoformat(d["date"]): d["name"] for y in years for d in y["makeup_workdays"]},
    )


@functools.cache
def china(kind: str = "office") -> WorkCalendar:
    """The national calendar of 2018 to 2026 with office hours, or ``"all day"`` open on working days."""
    hours = OFFICE if kind == "office" else ALL_DAY
    days_off, extra_days = china_dates()
    return WorkCalendar(
        id="cn-office",
        zone="Asia/Shanghai",
        week=dict.fromkeys(WORKWEEK, hours),
        days_off=days_off,
        extra_days=extra_days,
        announced_through=dt.date(2026, 12, 31),
    )


@functools.cache
def always() -> WorkCalendar:
    """Open day and night in Shanghai."""
    return WorkCalendar(zone="Asia/Shanghai", week=every(ALL_DAY))


@functools.cache
def berlin_nights() -> WorkCalendar:
    """A night shift from 22:00 to 06:00 in Berlin, every night."""
    return WorkCalendar(zone="Europe/Berlin", week=every([("22:00", "06:00")]))


def at(text: str, zone: str = "Asia/Shanghai") -> dt.datetime:
    """``2026-03-16 17:00`` on the wall clocks of a zone; a text with an offset keeps it."""
    instant = dt.datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone))


def ordinal(text: str) -> int:
    """The ordinal of an ISO date."""
    return dt.date.fromisoformat(text).toordinal()
